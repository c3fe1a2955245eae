"""03a-3: what goes wrong in putting tool calls together, told apart by the error that it raises or by the list."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from helpers.classroom.attempt import Attempt, a, shown
from helpers.classroom.guard import Ran
from helpers.classroom.report import Problem

if TYPE_CHECKING:
    from helpers.exercises.e03a_tools import Case


@dataclass(frozen=True, slots=True)
class Call:
    """A tool's name and its input."""

    name: str
    input: dict[str, Any]

    @property
    def shown(self) -> dict[str, Any]:
        """As the answer is to give it."""
        return {"name": self.name, "input": self.input}


BY_NAME = ("a model may call one tool twice in an answer, for two orders, say: a name is no key, and each call needs a "
           "result.")


def should(case: Case) -> str:
    """What is expected, in words; a long input in short."""
    calls = ", ".join(str(call.shown) if len(str(call.shown)) < 60 else f"{{'name': {call.name!r}, 'input': {{...}}}}"
                      for call in case.calls)
    return f"return `[{calls}]`"


def misread(attempt: Attempt, ran: Ran, case: Case) -> Problem:
    """The problem of an answer that raised."""
    plain = replace(attempt.raised(ran, case.sent), should=should(case))
    if isinstance(ran.error, json.JSONDecodeError):
        return _by_json(plain, ran.error, case)
    return _by_attribute(plain, str(ran.error)) or _by_place(plain, ran.error, case)


def _by_json(plain: Problem, error: json.JSONDecodeError, case: Case) -> Problem:
    if not case.whole:
        return replace(plain, code="unfinished-parsed", because="a stream may break off in the middle of a call. The "
                       "calls before it are whole, and lost with this error.",
                       look="when you read the JSON: only a block that stopped is whole.")
    if case.braided:
        return replace(plain, code="by-turns", because="nothing in the format says that a block has to end before "
                       "the next one begins: the index tells to which call a piece belongs.",
                       look="where a piece goes: `event.index`.")
    if "Extra data" in str(error) and case.has_twins:
        return replace(plain, code="by-name", because=BY_NAME, look="what you keep the pieces by: `event.index` "
                       "differs from call to call.")
    if "Extra data" in str(error):
        return replace(plain, code="one-text", because="a model may call several tools in one answer: each has its own "
                       "JSON.", look="what the text is when the next call starts.")
    if not error.doc and not any(call.input for call in case.calls):
        return replace(plain, code="no-arguments", because="a call without arguments sends no JSON at all, only the "
                       "empty piece with which each call begins.", look="what you do with an empty text.")
    if not error.doc and len(case.blocks) > len(case.calls):
        return replace(plain, code="other-block", because="texts and thinking are blocks, too: they start and stop "
                       "like calls, and bring no JSON.", look="which blocks you treat as calls.")
    return replace(plain, code="each-piece", because="a piece is cut anywhere, in the middle of a word or a number, "
                   "and the first one is always empty: it is no JSON by itself.", look="what you hand to `json.loads`, "
                   "and when.")


def _by_attribute(plain: Problem, text: str) -> Problem | None:
    kind, name = (re.findall(r"'(\w+)' object has no attribute '(\w+)'", text) or [("", "")])[0]
    if "'Once'" in text:
        return replace(plain, code="two-passes", because="a stream's events come once, one after the other, while the "
                       "model writes.", look="square brackets and `len`: `for event in events` takes them as they "
                       "come.")
    if kind in ("TextDelta", "ThinkingDelta", "SignatureDelta", "TextBlock", "ThinkingBlock"):
        return replace(plain, code="other-block", because=f"a {kind} has no `{name}`: texts and thinking are blocks, "
                       "too, and their events have the same types as a call's.", look="the `type` of the block, or of "
                       "its delta.")
    if kind == "RawContentBlockStopEvent":
        return replace(plain, code="stop-holds-nothing", because="a block's last event says which block has ended, by "
                       "its index, and nothing else: name and input came in the events before.",
                       look="what you keep of `content_block_start` and of each delta.")
    if kind.startswith("Raw"):
        return replace(plain, code="other-event", because=f"not every event has `.{name}`: those of the whole message, "
                       "for one, belong to no block.", look="`event.type`, before anything else.")
    if "not subscriptable" in text or name in ("get", "keys", "items"):
        return replace(plain, code="not-a-dict", because="the SDK gives objects, read with dots: `event.type`.",
                       look="square brackets and `.get`.")
    return None


def _by_place(plain: Problem, error: BaseException | None, case: Case) -> Problem:
    if isinstance(error, UnboundLocalError | KeyError) and len(case.blocks) > len(case.calls):
        return replace(plain, code="other-block", because="texts and thinking are blocks, too: they start and stop "
                       "like calls, and bring no JSON.", look="what you do when a block stops: a text or thinking "
                       "block stops, too.")
    if isinstance(error, IndexError) and case.calls and len(case.blocks) > len(case.calls) and case.whole:
        return replace(plain, code="index-as-place", because="`event.index` counts all blocks, texts and thinking "
                       "included: the first call need not be 0.", look="what you look up by index: a dict has no gaps.")
    return plain


def mistold(got: Any, case: Case) -> Problem | None:
    """What is wrong with *got* in place of the calls; None if they are right."""
    common = {"sent": case.sent, "should": should(case)}
    problem = _shape(got, common)
    if problem is not None:
        return problem
    calls = [Call(one["name"], one["input"]) for one in got]
    if calls == case.calls:
        return None
    return _inputs(calls, case, common) or _which(calls, case, common)


def _shape(got: Any, common: dict[str, str]) -> Problem | None:
    gave = "returned `None`" if got is None else f"returned {a(type(got).__name__)}: {shown(got)}"
    if not isinstance(got, list | tuple):
        return Problem(code="no-list", did=gave, because="one answer may call no tool, one, or several: the caller "
                       "goes through a list.", look="your `return`.", **common)
    odd = next((one for one in got if not isinstance(one, Mapping)), None)
    if odd is not None:
        return Problem(code="no-dicts", did=f"returned a list with {a(type(odd).__name__)} in it: {shown(odd)}",
                       because='the caller asks for `call["name"]` and `call["input"]`.', look="what you append.",
                       **common)
    if any(not {"name", "input"} <= set(one) for one in got):
        return Problem(code="keys", did=gave, because='the caller asks for `call["name"]` and `call["input"]`.',
                       look="how the two keys are written.", **common)
    return None


def _inputs(calls: list[Call], case: Case, common: dict[str, str]) -> Problem | None:
    """Wrong inputs of the right calls."""
    expected = {call.name: call for call in case.calls}
    for call in calls:
        right, gave = expected.get(call.name), f"gave {shown(call.input)} as the input of `{call.name}`"
        if right is None or call in case.calls:
            continue
        if call.input in (None, "") and not right.input:
            return Problem(code="no-arguments-none", did=gave, because="the tool is called with `**input`: a call "
                           "without arguments has none, and that is `{}`.", look="what you do with an empty text.",
                           **common)
        if isinstance(call.input, str):
            return Problem(code="as-text", did=f"{gave}: text", because="the tool needs values; text has to be read "
                           "once the call is whole.", look="`json.loads`.", **common)
        if call.input == {}:
            return Problem(code="from-the-start", did=gave, because="when a block starts, nothing of its input is "
                           "there yet: it is always `{}`. What the model writes comes in pieces.",
                           look="where the input comes from.", **common)
        return Problem(code="input", did=gave, because="the tool would run with values that the model did not write.",
                       look="how the pieces of this call come together.", **common)
    return None


def _which(calls: list[Call], case: Case, common: dict[str, str]) -> Problem:
    """The inputs are right, but calls are missing, or too many, or in another order."""
    got, right = [call.name for call in calls], [call.name for call in case.calls]
    gave = f"returned {', '.join(f'`{name}`' for name in got) or 'no call'}"
    if not case.whole and len(got) > len(right):
        return Problem(code="unfinished-kept", did=f"{gave}: also the call that never stopped",
                       because=_KEPT[case.broken == 1.0], look="when a call enters your list.", **common)
    if len(got) > len(right):
        return Problem(code="no-call", did=f"{gave}: more than there are", because="texts and thinking are blocks, "
                       "too; nobody can run them.", look="which blocks enter your list.", **common)
    if case.has_twins and len(got) == 1:
        return _twins(gave, case, common)
    if sorted(map(str, got)) == sorted(right):
        return Problem(code="order", did=f"{gave}: in the order in which they stopped", because="when a call stops "
                       "is up to the network; `event.index` is its place in the answer, the same in each log.",
                       look="the order of your list.", **common)
    if len(got) == 1 < len(right):
        which = "first" if got == right[:1] else "last"
        return Problem(code="one-of-several", did=f"{gave}: the {which} call alone", because="the API wants a result "
                       "for each call, and refuses the next request without.",
                       look="a `return` in the loop, or a name that each call overwrites.", **common)
    return Problem(code="lost-call", did=gave, because="the API wants a result for each call, and refuses the next "
                   "request without.", look="which calls don't enter your list: one without arguments, or the last "
                   "one?", **common)


def _twins(gave: str, case: Case, common: dict[str, str]) -> Problem:
    """One of two calls of one tool is missing."""
    if case.calls[0] == case.calls[1]:
        return Problem(code="equal-calls", did=f"{gave} once, for two calls", because="equal calls are two calls, each "
                       "with an id of its own: the API wants a result for each, and refuses the next request without.",
                       look="a set, or an `in` before you append.", **common)
    return Problem(code="by-name", did=f"{gave} once, for two calls", because=BY_NAME, look="what you keep the calls "
                   "by: `event.index` differs from call to call.", **common)


_KEPT = {
    False: "its JSON is not whole: the tool would run without what was still to come (the amount, say, or a limit).",
    True: "JSON that can be read is no proof: the stream broke before anybody said that the call is whole, and only "
          "`content_block_stop` says so.",
}
"""Why a call that never stopped is not kept, by whether all of its JSON came."""
