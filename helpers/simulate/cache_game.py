"""Ten pairs of requests: does the second one read anything? A game for who has met every rule once.

    ten_pairs()                       # the pairs, one row each
    ten_pairs("hhhhh mmmmm")          # beside your guesses, h for hit and m for miss: what the cache did

Each pair goes through an empty cache of its own (`simulate.cache`); a hit is any token read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.economics import Usage, model_id
from helpers.simulate.cache import Cache
from helpers.simulate.cache_pairs import shop_request

if TYPE_CHECKING:
    import pandas as pd

Body = dict[str, Any]
SHORT = "Answer briefly. " * 30
"""About 190 tokens: below every model's minimum."""
BEGINS_S = 1.0
"""When the first response begins; a second request that starts before cannot read what it writes."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two requests: the shop's plain one, and what the second changes."""

    words: str
    minutes: float = 1.0
    """From the start of the first to the start of the second."""
    first: Callable[[Body], Body] = lambda body: body
    second: Callable[[Body], Body] = lambda body: body
    settings: Mapping[str, Any] | None = None
    """Of `cache_pairs.shop_request`, for both."""
    shuffled: bool = False

    def bodies(self) -> tuple[Body, Body]:
        """Both requests, the second with another question."""
        chosen = {"model": model_id("default"), **(self.settings or {})}
        return (self.first(shop_request(0, number=0, **chosen)),
                self.second(shop_request(1, number=1, shuffled=self.shuffled, **chosen)))

    def second_usage(self) -> Usage:
        """What the second request is billed."""
        one, two = self.bodies()
        cache = Cache()
        cache.bill(one, at_s=0.0, begins_s=BEGINS_S)
        return cache.bill(two, at_s=60 * self.minutes)


def _for_an_hour(body: Body) -> Body:
    """Every breakpoint asks for an hour."""
    return body | {level: [_marked(block, "1h") for block in body[level]] for level in ("tools", "system")}


def _marked(block: Mapping[str, Any], ttl: str) -> dict[str, Any]:
    return {**block, "cache_control": {"type": "ephemeral", "ttl": ttl}} if "cache_control" in block else dict(block)


def _short(body: Body) -> Body:
    """A system prompt below the minimum, and no tools."""
    kept = {name: value for name, value in body.items() if name not in ("tools", "system")}
    return kept | {"system": [{"type": "text", "text": SHORT, "cache_control": {"type": "ephemeral"}}]}


def _timed(body: Body, time: str) -> Body:
    """The time as a block of the question."""
    asked = body["messages"][0]
    return body | {"messages": [asked | {"content": [{"type": "text", "text": f"Now: {time}"}, *asked["content"]]}]}


PAIRS = (
    Pair('"Now: 09:00", then "09:01", before the handbook', settings={"clock": True}),
    Pair("another question, a minute later"),
    Pair("six minutes later, kept for an hour", minutes=6, first=_for_an_hour, second=_for_an_hour),
    Pair("the second lists its tools the other way round", shuffled=True),
    Pair("both sent in the same moment", minutes=0),
    Pair("the second forbids tools: tool_choice none", second=lambda body: body | {"tool_choice": {"type": "none"}}),
    Pair("six minutes later, kept for five", minutes=6),
    Pair("a system prompt of 190 tokens, no tools", first=_short, second=_short),
    Pair("the two times stand in the question", first=lambda body: _timed(body, "09:00"),
         second=lambda body: _timed(body, "09:01")),
    Pair("the second goes to another model", second=lambda body: body | {"model": model_id("production")}),
)


def ten_pairs(guesses: str = "") -> pd.DataFrame:
    """The pairs; where there are *guesses*, ten letters h or m, what each second request reads, and the score in the
    frame's `attrs["right"]`. ValueError for guesses that are not ten of these letters; spaces don't count."""
    import pandas as pd

    table = pd.DataFrame({"two requests": [pair.words for pair in PAIRS]}, index=pd.RangeIndex(1, len(PAIRS) + 1))
    letters = "".join(guesses.split()).lower()
    if not letters:
        return table
    if len(letters) != len(PAIRS) or set(letters) - set("hm"):
        raise ValueError(f"guesses must be {len(PAIRS)} letters, h for a hit or m for a miss; got {guesses!r}.")
    usages = [pair.second_usage() for pair in PAIRS]
    table["yours"] = ["hit" if letter == "h" else "miss" for letter in letters]
    table["it is"] = ["hit" if usage.cache_read else "miss" for usage in usages]
    table["tokens read"] = [f"{usage.cache_read:,}" for usage in usages]
    table.attrs["right"] = int((table["yours"] == table["it is"]).sum())
    return table
