"""Eight ways in which a reply goes wrong, by the layers that catch them. No server is asked, and none is imitated.

    cases = gallery(Order)
    cases[0].verdicts["validator"].words       # "quantity: Input should be a valid integer; got 'two'"

Each layer looks at every reply by itself, whatever another would have said; a business rule is a function of a valid
order, and has nothing to look at where there is none. All but one are computed: our code is run on the reply. What
strict decoding prevents only a server can show, so that layer is what the documentation says (`Verdict.documented`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Literal

from helpers.economics import model_id
from helpers.simulate.slips import SLIPS, Slip
from helpers.structured import Attempt, extract, judge, said_in
from helpers.wire import builder

if TYPE_CHECKING:
    from anthropic.types import Message
    from pydantic import BaseModel

LAYERS = ("prompt only", "tool", "strict tool", "stop reason & calls", "validator", "business rule")
STRICT_SOURCE = "Anthropic docs, build-with-claude/structured-outputs"
LIMIT = 100
"""Output tokens that the reply which was cut had."""
STATED = ("product", "colour")
"""The fields that the business rule looks for in the customer's own words."""
Kind = Literal["caught", "passes", "not asked"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one layer says of one reply."""

    kind: Kind
    words: str
    documented: bool = False
    """Cited, not computed."""


@dataclass(frozen=True, slots=True)
class Case:
    """One failure, the reply that it came in, and each layer's verdict."""

    slip: Slip
    stop_reason: str
    blocks: tuple[str, ...]
    """The reply's content, a line for each block."""
    verdicts: Mapping[str, Verdict]

    @property
    def name(self) -> str:
        return self.slip.name

    @property
    def caught_by(self) -> tuple[str, ...]:
        """The layers that catch it, in their order."""
        return tuple(layer for layer, verdict in self.verdicts.items() if verdict.kind == "caught")


def gallery(into: type[BaseModel]) -> tuple[Case, ...]:
    """The eight failures. *into*: the pydantic model of an order, with the fields product, colour, size, quantity."""
    return tuple(_case(slip, into) for slip in SLIPS)


def block_input(message: Message) -> Any:
    """The version everyone writes: the first call's input, handed on."""
    return next(block.input for block in message.content if block.type == "tool_use")


def _case(slip: Slip, into: type[BaseModel]) -> Case:
    message = _message(slip)
    blocks = tuple(f"{block.name}({json.dumps(block.input)})" if block.type == "tool_use" else f'text: "{block.text}"'
                   for block in message.content)
    layers = (_prompt(slip), _tool(message), _strict(slip), _ending(slip, message, into),
              *_judged(slip, message, into))
    return Case(slip, str(message.stop_reason), blocks, dict(zip(LAYERS, layers, strict=True)))


def _message(slip: Slip) -> Message:
    from anthropic.types import Message

    content = [*([slip.said] if slip.said else []), *(builder.tool_use("record_order", data) for data in slip.calls)]
    limit = LIMIT if slip.stop_reason == "max_tokens" else None
    return Message.model_validate(builder.message(content, model=model_id("default"), stop_reason=slip.stop_reason,
                                                  max_tokens=limit).body)


def _prompt(slip: Slip) -> Verdict:
    """JSON asked for in the prompt, and read with `json.loads`."""
    try:
        json.loads(slip.written)
    except ValueError as error:
        return Verdict("caught", f"json.loads raises: {error}. It checks nothing; this text is no JSON")
    return Verdict("passes", "json.loads is content: it is JSON, and nothing else is asked")


def _tool(message: Message) -> Verdict:
    try:
        handed_on = block_input(message)
    except StopIteration:
        return Verdict("caught", "crashes: no block of type tool_use, so next() raises StopIteration")
    lost = sum(block.type == "tool_use" for block in message.content) - 1
    more = f", and drops {lost} more call" if lost else ""
    return Verdict("passes", f"hands on {json.dumps(handed_on)}{more}")


def _strict(slip: Slip) -> Verdict:
    return Verdict("caught" if slip.prevented else "passes", slip.documented, documented=True)


def _ending(slip: Slip, message: Message, into: type[BaseModel]) -> Verdict:
    """What `extract` looks at before it looks at the values."""
    attempt = _attempt(slip, message, into)
    if attempt.caught_by in ("stop reason", "calls"):
        return Verdict("caught", "; ".join(attempt.problems))
    return Verdict("passes", f"one call, and it ended with {attempt.stop_reason}")


def _attempt(slip: Slip, message: Message, into: type[BaseModel]) -> Attempt:
    client = SimpleNamespace(messages=SimpleNamespace(create=lambda **_: message))
    found = extract(client, slip.text, into, model=str(message.model), max_tokens=LIMIT, max_repairs=0)
    return found.attempts[0]


def _judged(slip: Slip, message: Message, into: type[BaseModel]) -> tuple[Verdict, Verdict]:
    """(what the validator says of the first call, what the rule says): a rule is a function of a valid order."""
    if not slip.calls:
        nothing = Verdict("not asked", "there is no input to look at")
        return nothing, nothing
    found = judge(block_input(message), into, rules=[said_in(slip.text, *STATED)])
    if found.caught_by == "shape":
        return Verdict("caught", "; ".join(found.problems)), Verdict("not asked", "there is no valid order to look at")
    rule = (Verdict("caught", "; ".join(found.problems)) if found.caught_by
            else Verdict("passes", f"{' and '.join(STATED)} stand in the message"))
    return Verdict("passes", "types, choices and bounds are kept"), rule
