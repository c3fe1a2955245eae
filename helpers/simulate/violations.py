"""What a function that trims histories breaks, counted over generated chats, rule by rule.

    violations(my_trim, chats(), budget=800)

A manager can be asked, too, by a function that fills it and returns what it would send. Whether the API would take the
list is asked of `helpers.history.problem`; the other rules are about what the function was called for.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from helpers.caching.prefixes import estimated
from helpers.history import problem, turns
from helpers.simulate.chats import Chat, Message

if TYPE_CHECKING:
    import pandas as pd

Trim = Callable[[list[Message]], Sequence[Any]]
"""Gets the messages of a request, a copy of its own, and returns those that are to be sent."""

OF_THE_API = {
    "a message is left": "the list is empty",
    "the first message is the user's": "the first message must be the user's",
    "every result has its call": "has no such call",
    "every call has its result": "has no result for it",
    "the last message is the user's": "the last message must be the user's",
}
"""Rules that trimming breaks, by the words in which `problem` says so."""
ANOTHER = "another rule of the API"
RAISED, OVER, LAST, TWICE, NEEDLESS = (
    "a list of messages is returned", "the budget is kept", "the last turn stays whole", "the question is asked once",
    "nothing goes while all fits")
RULES = (RAISED, *OF_THE_API, ANOTHER, OVER, LAST, TWICE, NEEDLESS)


def violations(trim: Trim, chats: Sequence[Chat], *, budget: int,
               count: Callable[[Message], float] | None = None) -> pd.DataFrame:
    """How many of *chats* break each rule after *trim*: one row a rule, in the order of RULES.

    Columns: `rule`, `chats` (that break it), `example` (of the first one, in words; "" where there is none). A chat may
    break several; of the API's rules only the first is counted. `attrs["fine"]`: chats that break none,
    `attrs["over"]`: chats that were above the budget before. *budget*: tokens of all messages. *count*: tokens of one;
    None: `size`.
    """
    import pandas as pd

    found: dict[str, list[str]] = {rule: [] for rule in RULES}
    measured = count or size
    fine = over = 0
    for chat in chats:
        broken = list(_broken(trim, chat, budget, measured))
        fine += not broken
        over += sum(map(measured, chat.messages)) > budget
        for rule, words in broken:
            found[rule].append(f"chat {chat.number} ({chat.kind}): {words}")
    frame = pd.DataFrame([(rule, len(said), said[0] if said else "") for rule, said in found.items()],
                         columns=["rule", "chats", "example"])
    frame.attrs.update(fine=fine, over=over)
    return frame


def size(message: Message) -> int:
    """Tokens of a message, by `helpers.caching`'s estimate of 2.5 characters each: all its blocks, tool calls too."""
    content = message["content"]
    if isinstance(content, str):
        return estimated(content)
    return sum(estimated(block["text"] if block["type"] == "text" else json.dumps(block, ensure_ascii=False))
               for block in content)


def _broken(trim: Trim, chat: Chat, budget: int, count: Callable[[Message], float]) -> Iterator[tuple[str, str]]:
    """(rule, what was seen) for each rule that *trim* breaks in one chat."""
    before = chat.messages
    needed = sum(map(count, before))
    try:
        after = list(trim(copy.deepcopy(before)))
        said = problem(after)
        used = sum(map(count, after))
    except Exception as error:                              # whatever a function of somebody else may raise
        yield RAISED, f"{type(error).__name__}: {error}"
        return
    if said:
        yield next((rule for rule, words in OF_THE_API.items() if words in said), ANOTHER), said
    if used > budget:
        yield OVER, f"{used:,} tokens are left, and the budget is {budget:,}"
    last = list(turns(before)[-1].messages)
    if after[-len(last):] != last:
        yield LAST, f"of its {len(last)} messages {_kept(last, after)} are left at the end"
    elif after.count(last[0]) > before.count(last[0]):
        yield TWICE, f"{last[0]['content']!r} is there twice"
    if needed <= budget and len(after) < len(before):
        yield NEEDLESS, f"{needed:,} of {budget:,} tokens, and yet {len(before)} messages became {len(after)}"


def _kept(last: Sequence[Message], after: Sequence[Message]) -> int:
    """How many messages of the end of *after* are the end of *last*."""
    pairs = zip(reversed(last), reversed(after), strict=False)
    return next((number for number, (one, other) in enumerate(pairs) if one != other), min(len(last), len(after)))
