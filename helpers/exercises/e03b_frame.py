"""03b-1: `sse_event(event, data)`: one event as bytes, whatever its text holds.

A parser that follows the standard reads what comes back; so each way to frame that such a parser undoes is right.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from helpers.classroom.attempt import Attempt, Spoiled, a, shown
from helpers.classroom.exercise import Exercise
from helpers.classroom.guard import Ran
from helpers.classroom.report import Problem
from helpers.exercises.e03b_misframed import LIST, Case, misframed, read
from helpers.sse import SSEParser


def sse_event(event, data):
    """One good solution, behind an `import json`."""
    return f"event: {event}\ndata: {json.dumps({'text': data})}\n\n".encode()


CASES = (
    Case("delta", "Hello"),
    Case("note", "Hello"),
    Case("delta", "one\ntwo"),
    Case("delta", LIST, "a blank line"),
    Case("delta", 'She said "no": C:\\temp', "quotes and a backslash"),
    Case("delta", "café"),
    Case("delta", "tea ☕\u2028and milk", "an emoji, and U+2028, a line separator"),
    Case("delta", "one\r\ntwo\rthree", "CRLF and CR"),
    Case("delta", " milk ", "spaces at both ends"),
    Case("delta", "data: x\n\nevent: done\ndata: y\n\n", "text that looks like events"),
    Case("delta", "[DONE]", "the marker of another API"),
    Case("delta", '{"text": "x"}', "text that looks like JSON"),
    Case("delta", "", "no text"),
)


BOM = "\ufeff".encode()


@dataclass(frozen=True, slots=True)
class Frames:
    """A check: one text arrives."""

    case: Case

    def __call__(self, attempt: Attempt) -> Problem | None:
        case = self.case
        raw = _bytes(attempt, case)
        events = SSEParser().feed(raw)
        if len(events) == 1 and events[0].event == case.event and read(events[0]) == {"text": case.data}:
            return None
        return misframed(raw, events, case, lambda other: _bytes(attempt, other))


def two_in_a_row(attempt: Attempt) -> Problem | None:
    """What follows an event is the next one."""
    first, second = Case("delta", "Hello"), Case("done", LIST)
    raw = _bytes(attempt, first) + _bytes(attempt, second)
    got = [(event.event, read(event)) for event in SSEParser().feed(raw)]
    if got == [(case.event, {"text": case.data}) for case in (first, second)]:
        return None
    if _bytes(attempt, second).startswith(BOM):
        return Problem(code="bom", sent="two events, one behind the other", did=f"made {shown(got)} of them: a byte "
                       f"order mark, {shown(BOM)}, stands in front of each", should="make two events, each with its "
                       "own name and text", because="a reader leaves it out at the very start of a stream. In front of "
                       "a later event it is part of the first line, whose field nobody knows then.", look="what stands "
                       "in front of your first line: the encoding `utf-8-sig` puts it there, `utf-8` does not.")
    return Problem(code="run-together", sent="two events, one behind the other", did=f"made {shown(got)} of them",
                   should="make two events, each with its own name and text", because="a stream is many events: what "
                   "one leaves behind belongs to the next.", look="what stands behind your blank line.")


def _bytes(attempt: Attempt, case: Case) -> bytes:
    ran = attempt.run(case.event, case.data, sent=case.sent)
    if ran.error is not None:
        raise Spoiled(_raised(attempt, ran, case))
    if isinstance(ran.value, bytes | bytearray):
        return bytes(ran.value)
    said = "`None`" if ran.value is None else f"{a(type(ran.value).__name__)}: {shown(ran.value)}"
    raise Spoiled(Problem(code="not-bytes", sent=case.sent, did=f"returned {said}", should="return `bytes`",
                          because="what goes over a network are bytes: somebody has to say in which encoding, and for "
                          "this format it is UTF-8.", look="the last step: `.encode()`." if isinstance(ran.value, str)
                          else "your `return`."))


def _raised(attempt: Attempt, ran: Ran, case: Case) -> Problem:
    plain = replace(attempt.raised(ran, case.sent), should=case.should)
    if not isinstance(ran.error, UnicodeError):
        return plain
    return replace(plain, code="encoding", because="users write in every language, and models like emoji; the format "
                   "is UTF-8, which has them all.", look="the name that you hand to `encode`.")


FRAME_AN_EVENT = Exercise(
    id="03b-1", name="sse_event", call="sse_event(event, data)", solution=sse_event,
    checks=(*map(Frames, CASES), two_in_a_row),
    praise="Any text arrives as it was written: JSON keeps its line ends inside one line, and no word of the model's "
           "can end an event or pass for one of yours.",
    hints=("Which characters of a text mean something in this format, and what would write them so that they mean "
           "nothing?",
           "An event is a line `event: name`, a line `data: ...` and a blank line. `json.dumps` writes any text in one "
           "line. At the end, encode it all.",
           "`f\"event: {event}\\ndata: {json.dumps({'text': data})}\\n\\n\".encode()`: the first line end ends the "
           "name's line, of the last two the second one makes the blank line."),
)
