"""03a-2: what goes wrong in reading a stream's events, told apart by the error that it raises or by the text."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from helpers.classroom.attempt import Attempt, a, shown
from helpers.classroom.guard import Ran
from helpers.classroom.report import Problem
from helpers.exercises.e00_misread import CALL, THOUGHT
from helpers.exercises.e03a_streams import Sent

KINDS = "`[event.type for event in stream]` of a stream that you make yourself shows what there is."


def misread(attempt: Attempt, ran: Ran, sent: Sent) -> Problem:
    """The problem of an answer that raised."""
    plain = replace(attempt.raised(ran, sent.sent), should=sent.should())
    return _of_the_stream(plain, ran.error, sent) or _by_attribute(plain, str(ran.error)) or _own(plain, ran, sent)


def _of_the_stream(plain: Problem, error: BaseException | None, sent: Sent) -> Problem | None:
    """Errors that the SDK raises in the middle of a stream, and that went through."""
    name = type(error).__name__
    if getattr(error, "status_code", None) == 200:
        return replace(plain, code="error-event-raised", because="the status was 200 long ago, so the SDK raises in "
                       "the middle of your loop, once, without a retry: the text that users have read is lost with it.",
                       look="where the loop stands: what it raises has to be caught around it, and the text kept.")
    if name == "ReadTimeout":
        return replace(plain, code="timeout-raised", because="a server may fall silent instead of breaking off. This "
                       "error, too, is `httpx2`'s own, not the SDK's `APITimeoutError`.",
                       look="which errors you catch: `httpx2.HTTPError` stands above all that the network raises.")
    if name == "RemoteProtocolError":
        return replace(plain, code="drop-raised", because="once the answer streams, the SDK does not wrap what the "
                       "network raises: it is an error of `httpx2`, and no `anthropic` error stands above it.",
                       look="which errors you catch.")
    return None


def _by_attribute(plain: Problem, text: str) -> Problem | None:
    kind, name = (re.findall(r"'(\w+)' object has no attribute '(\w+)'", text) or [("", "")])[0]
    if kind == "Stream":
        return replace(plain, code="other-stream", because=f"`.{name}` belongs to `client.messages.stream(...)`. Here "
                       "comes what `create(..., stream=True)` returns: the events themselves.", look=KINDS)
    if kind in ("ThinkingDelta", "SignatureDelta", "InputJSONDelta"):
        return replace(plain, code="other-delta", because=f"a {kind} has no `{name}`: thinking and tool calls arrive "
                       "in the same kind of event, with a delta of another type.", look="`event.delta.type`.")
    if kind == "Delta":
        return replace(plain, code="two-deltas", because="`message_delta` has a `delta`, too: it holds the stop "
                       "reason, and no text.", look="`event.type`, before you look at `event.delta`.")
    if kind.startswith("Raw") and name == "delta":
        return replace(plain, code="no-delta", because="events of six types come, and two of them have a `delta`.",
                       look="`event.type`.")
    if name in ("get", "keys", "items") or "not subscriptable" in text:
        return replace(plain, code="not-a-dict", because="the SDK gives objects, read with dots: `event.type`.",
                       look="square brackets and `.get`.")
    if kind.startswith("Raw"):
        return replace(plain, code="other-event", because=f"no event of this stream has a `.{name}` of its own: text "
                       "stands in the delta of an event, the stop reason in another one's.", look=KINDS)
    if "sequence item" in text or "Event\") to str" in text:
        return replace(plain, code="joined-events", because="what comes are events, not texts.", look=KINDS)
    return None


def _own(plain: Problem, ran: Ran, sent: Sent) -> Problem:
    """An error that the answer raised itself, or an ordinary slip."""
    if isinstance(ran.error, LookupError | TypeError | AttributeError | NameError | StopIteration):
        if sent.pieces:
            return plain
        return replace(plain, code="nothing-came", because="a stream without a single text is real: a refusal, or a "
                       "connection that broke off early. `\"\"` is then the honest text.",
                       look="what your code relies on after the loop.")
    return replace(plain, code="raised-instead", because="users have read half the answer by now: the caller decides "
                   "what to do with it, if you return it.", look="your `raise`.")


def mistold(got: Any, sent: Sent) -> Problem | None:
    """What is wrong with *got* in place of the stream's text; None if it is right."""
    pieces, common = sent.pieces, {"sent": sent.sent, "should": sent.should()}
    if got == "".join(pieces) and isinstance(got, str):
        return None
    gave = f"returned {shown(got)} as the text"
    if not isinstance(got, str):
        return _no_text(got, gave, common)
    return _foreign(got, gave, common) or _lost(got, pieces, sent.ending, gave, common)


def _no_text(got: Any, gave: str, common: dict[str, str]) -> Problem:
    if isinstance(got, list | tuple):
        return Problem(code="a-list", did=f"{gave}: a list", because="the caller stores or shows one text.",
                       look='`"".join(...)`.', **common)
    said = gave if got is None else f"{gave}: {a(type(got).__name__)}"
    return Problem(code="not-text", did=said, because="the caller stores or shows it; where nothing came, that is "
                   '`""`.', look="what the text is before the loop.", **common)


def _foreign(got: str, gave: str, common: dict[str, str]) -> Problem | None:
    """Text that the model did not write for users."""
    if THOUGHT[:12] in got:
        return Problem(code="thinking-leaked", did=f"{gave}: the model's thinking is in it", because="thinking is not "
                       "meant for users: it may weigh what the answer then leaves out.",
                       look="which types of delta you take.", **common)
    if CALL[1] in got:
        return Problem(code="tool-leaked", did=f"{gave}: the tool call's JSON is in it", because="a call is for your "
                       "code to run, not for users to read.", look="which types of delta you take.", **common)
    if "overloaded" in got.lower() or "peer closed" in got or "timed out" in got:
        return Problem(code="error-as-text", did=f"{gave}: the error's words are in it", because="users would read our "
                       "plumbing in the middle of an answer; the ending says that it failed.",
                       look="what you do with the error that you catch.", **common)
    return None


def _lost(got: str, pieces: list[str], ending: str, gave: str, common: dict[str, str]) -> Problem:
    whole = "".join(pieces)
    if not got and ending in ("failed", "cut", "truncated"):
        return Problem(code="lost-text", did=f"{gave}, though {len(pieces)} pieces came", because="users have read "
                       "them, and they are paid for: whoever continues, or stores the chat, needs them.",
                       look="where the text is put together, and what happens to it when the ending isn't a good one.",
                       **common)
    if not got:
        return Problem(code="nothing-read", did=f"{gave}, though {len(pieces)} pieces came", because="users would wait "
                       "in front of an empty page.", look="the condition under which you take a piece: `event.type` "
                       "and `event.delta.type`, and how their values are written.", **common)
    if got in (*pieces[-1:], *pieces[:1]) and len(pieces) > 1:
        which = "last" if got == pieces[-1] else "first"
        return Problem(code="one-piece", did=f"{gave}: the {which} piece alone", because="an answer comes in many "
                       "pieces; each continues the one before.", look="`=` and `+=`, and a `return` in the loop.",
                       **common)
    if "".join(got.split()) == "".join(whole.split()):
        return Problem(code="spaces", did=f"{gave}: its spaces are not those that came", because="pieces "
                       "bring their own spaces, and may end in the middle of a word: add none and take none away.",
                       look="`strip`, and what joins the pieces.", **common)
    if got and whole.startswith(got):
        return Problem(code="lost-tail", did=f"{gave}: the end is missing", because="each piece that came was read by "
                       "users.", look="what leaves the loop, and whether the last piece is taken before.", **common)
    return Problem(code="text", did=gave, because="nothing may be lost of what came, and nothing added: the ending "
                   "says whether it is whole.", look="what you do with each piece.", **common)
