"""03b-2: `class MyParser` with `feed(chunk) -> list[str]`, for every cut of a stream.

How a parser is fed stands in `e03b_feeding`, the cuts in `e03b_cuts`, what a single line means
in `e03b_lines`.
"""

from __future__ import annotations

import re

from helpers.classroom.attempt import Attempt, shown
from helpers.classroom.exercise import Exercise
from helpers.classroom.report import Problem
from helpers.exercises.e03b_cuts import EveryCut
from helpers.exercises.e03b_feeding import alternately, fed, texts
from helpers.exercises.e03b_lines import LINES


class MyParser:
    """One good solution, behind an `import re`.

    It holds a CR back until the next byte is there: with CR alone for a line end, each event comes one byte late.
    """

    def __init__(self):
        self.rest, self.data = b"", []

    def feed(self, chunk):
        # A CR at the very end may be half of a CRLF: it stays in the rest.
        *lines, self.rest = re.split(rb"\r\n|\n|\r(?!\Z)", self.rest + chunk)
        done = []
        for line in lines:
            name, _, value = line.decode().partition(":")
            if name == "data":
                self.data.append(value.removeprefix(" "))
            elif not line and self.data:
                done.append("\n".join(self.data))
                self.data = []
        return done


STREAM = (': ready\n\nevent: delta\ndata: {"text": "Your tea: "}\n\nevent: delta\ndata: {"text": "1 ☕, 2 cafés"}\n\n'
          "id: 7\ndata: one\ndata: two\n\nevent: done\ndata: [DONE]\n\n").encode()
"""With an event of two data lines."""
PLAIN = STREAM.replace(b"data: two\n", b"")
"""Each event has one data line: cuts are looked for before anything is asked of two lines."""
EVENTS = ['{"text": "Your tea: "}', '{"text": "1 ☕, 2 cafés"}', "one\ntwo", "[DONE]"]
PLAIN_EVENTS = [*EVENTS[:2], "one", EVENTS[3]]


def one_event(attempt: Attempt) -> Problem | None:
    """One chunk, one event."""
    return _whole(attempt, b"data: Hello\n\n", ["Hello"], "`b'data: Hello\\n\\n'`, in one chunk")


def whole_stream(attempt: Attempt) -> Problem | None:
    """Many events in one chunk."""
    sent = f"a stream with a comment, `b': ready\\n\\n'`, then names, an id and {len(EVENTS)} events, in one chunk"
    return _whole(attempt, PLAIN, PLAIN_EVENTS, sent)


def _whole(attempt: Attempt, stream: bytes, events: list[str], sent: str) -> Problem | None:
    should = f"return {shown(events)}"
    got = texts(fed(attempt, [stream], sent, should), sent, should)
    if got == events:
        return None
    common = {"sent": sent, "should": should, "did": f"returned {shown(got)}"}
    if got and got[0].startswith("data:"):
        return Problem(code="field-name", because="`data:` says which field a line brings; it is no part of the text.",
                       look="what stands before the colon.", **common)
    if not got:
        return Problem(code="late", because="the blank line is there: a user would see nothing until the next "
                       "event comes, and of the last one nothing at all.", look="when an event enters the list that "
                       "you return.", **common)
    if len(got) < len(events) and got == [one for one in events if one in got]:
        return Problem(code="events-lost", because="one chunk may bring many events: whoever reads slowly gets them "
                       "all at once.", look="a `return` in the loop, or a list that each event overwrites.", **common)
    if "" in got:
        return Problem(code="no-data", because="a blank line without a data line before it is no event: there is "
                       "nothing to hand on. Here `b': ready\\n\\n'` is a comment and a blank line.", look="what you do "
                       "at a blank line when no data came before.", **common)
    names = [text for text in got if "delta" in text or "ready" in text]
    if names:
        return Problem(code="other-lines", because="names, ids and comments are no data: the page would show them.",
                       look="which lines you take.", **common)
    return Problem(code="data", because="each event gives its data once, as it was written.", look="what you do with "
                   "a line that begins with `data:`, and what at a blank line.", **common)


def byte_by_byte(attempt: Attempt) -> Problem | None:
    """The smallest chunks that there are."""
    sent, should = f"the stream in {len(PLAIN)} chunks of one byte", f"return {shown(PLAIN_EVENTS)} in all"
    got = texts(fed(attempt, _bytes(PLAIN), sent, should), sent, should)
    if got == PLAIN_EVENTS:
        return None
    return Problem(code="byte-by-byte", sent=sent, did=f"returned {shown(got)}, though two chunks went well",
                   should=should, because="a line may come in any number of chunks, not in two at most.",
                   look="whether a tail is added to the one before, or replaces it.")


def _bytes(stream: bytes) -> list[bytes]:
    return [stream[place:place + 1] for place in range(len(stream))]


def crlf_byte_by_byte(attempt: Attempt) -> Problem | None:
    """CR and LF apart, and a read that brings nothing between them."""
    sent = "the stream with CRLF, in chunks of one byte, and `b''` after each"
    should = f"return {shown(EVENTS)} in all"
    chunks = [chunk for one in _bytes(STREAM.replace(b"\n", b"\r\n")) for chunk in (one, b"")]
    got = texts(fed(attempt, chunks, sent, should), sent, should)
    if got == EVENTS:
        return None
    return Problem(code="crlf-apart", sent=sent, did=f"returned {shown(got)}, though two chunks went well",
                   should=should, because="a read may bring one byte, or none: what you know of a CR has to outlive "
                   "both.", look="what `feed(b\"\")` changes, and whether each buffer decides anew which line ends "
                   "there are.")


def not_before_its_blank_line(attempt: Attempt) -> Problem | None:
    """An event is sent off by its blank line, neither before nor after."""
    sent, should = "`b'data: one\\n'`, then `b'data: two\\n'`, then `b'\\n'`", "return `[]`, `[]` and `['one\\ntwo']`"
    got = fed(attempt, [b"data: one\n", b"data: two\n", b"\n"], sent, should)
    texts(got, sent, should)
    if list(map(list, got)) == [[], [], ["one\ntwo"]]:
        return None
    common = {"sent": sent, "should": should, "did": f"returned {', '.join(map(shown, got))}"}
    if any(got[:2]):
        return Problem(code="early", because="an event was handed on before its blank line: what still belonged to it "
                       "comes as another one, and of a stream that breaks off half an event is taken for a whole one.",
                       look="when an event enters the list that you return.", **common)
    return Problem(code="late", because="the blank line is there: a user would see nothing until the next event comes, "
                   "and of the last one nothing at all.", look="what your code waits for.", **common)


def unfinished(attempt: Attempt) -> Problem | None:
    """What has no blank line yet is kept; no bytes change nothing."""
    sent, should = "`b'data: one\\n\\ndata: tw'`, then `b''`, then `b'o\\n\\n'`", "return `['one']`, `[]` and `['two']`"
    got = fed(attempt, [b"data: one\n\ndata: tw", b"", b"o\n\n"], sent, should)
    texts(got, sent, should)
    if list(map(list, got)) == [["one"], [], ["two"]]:
        return None
    return Problem(code="unfinished", sent=sent, did=f"returned {', '.join(map(shown, got))}", should=should,
                   because="a read may also bring nothing, and half an event is none.",
                   look="what is kept from one `feed` to the next, and what is returned.")


def two_parsers(attempt: Attempt) -> Problem | None:
    """Each connection has its own."""
    sent = "two streams to two parsers, by turns, a byte at a time"
    should = "return `['one']` from the first parser and `['two']` from the second"
    got = alternately(attempt, b"data: one\n\n", b"data: two\n\n", sent, should)
    if [texts(one, sent, should) for one in got] == [["one"], ["two"]]:
        return None
    return Problem(code="shared", sent=sent, did=f"returned {shown(texts(got[0], sent, should))} and "
                   f"{shown(texts(got[1], sent, should))}", should=should, because="a server reads many streams at "
                   "once: one user would read another one's answer.", look="names that belong to the class, or to the "
                   "module, instead of to `self`.")


PARSE_A_STREAM = Exercise(
    id="03b-2", name="MyParser", call="MyParser()", solution=MyParser,
    checks=(one_event, LINES[0], whole_stream, EveryCut(PLAIN, PLAIN_EVENTS), byte_by_byte, *LINES[1:3],
            EveryCut(STREAM, EVENTS, "the stream with an event of two data lines"), not_before_its_blank_line,
            unfinished, two_parsers, *LINES[3:],
            EveryCut(STREAM.replace(b"\n", b"\r\n"), EVENTS, "the stream with CRLF"), crlf_byte_by_byte),
    praise=f"The stream may be cut at any of its {len(STREAM) - 1} places, into any number of chunks: the events stay "
           "the same. So does the text of whoever has a slow connection.",
    hints=("What can the last bytes of a chunk be, and who has the rest of them?",
           "Keep what comes behind the last line end for the next `feed`, as bytes. Of each line that has ended, "
           "decode it: up to the first colon stands the field's name. `data` is collected; an empty line hands it on.",
           "`*lines, self.rest = (self.rest + chunk).split(b\"\\n\")`, then for each line `name, _, value = "
           "line.decode().partition(\":\")`. For CRLF and CR, too: `re.split(rb\"\\r\\n|\\n|\\r(?!\\Z)\", ...)`, which "
           "leaves a CR at the very end in the rest."),
)
