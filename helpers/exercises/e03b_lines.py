"""03b-2: what a single line of a stream means, and what it says of a parser that takes it for something else."""

from __future__ import annotations

from dataclasses import dataclass

from helpers.classroom.attempt import Attempt, shown
from helpers.classroom.report import Problem
from helpers.exercises.e03b_feeding import fed, texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A check: what one thing in a stream means."""

    raw: bytes
    gives: list[str]
    code: str
    did: str
    """What a wrong result says of the parser ..."""
    because: str
    look: str
    what: str = ""

    def __call__(self, attempt: Attempt) -> Problem | None:
        sent = f"{shown(self.raw)}{f' ({self.what})' if self.what else ''}"
        got = texts(fed(attempt, [self.raw], sent, f"return {shown(self.gives)}"), sent, f"return {shown(self.gives)}")
        if got == self.gives:
            return None
        return Problem(code=self.code, sent=sent, did=f"returned {shown(got)}: {self.did}",
                       should=f"return {shown(self.gives)}", because=self.because, look=self.look)


def _line(raw: str, *gives: str, code: str, did: str, because: str, look: str, what: str = "") -> Line:
    return Line(raw=raw.encode(), gives=list(gives), code=code, did=did, because=because, look=look, what=what)


LINES = (
    _line("data: a: b\n\n", "a: b", code="colon", did="cut at the second colon", because="only the first colon of a "
          "line ends the field's name; JSON is full of others.", look="`split(\":\")`."),
    _line("data: one\ndata: two\n\n", "one\ntwo", code="data-lines", did="not one text of two lines", because="each "
          "data line is a line of the text, and they arrive together when the blank line comes.",
          look="what a second data line does to the first, and what joins them."),
    _line("data: one\n: ping\nid: 3\nevent: e\ndata: two\n\n", "one\ntwo", code="between", did="a line between two "
          "data lines cleared the first, or sent it off", because="an event ends with its blank line and with nothing "
          "else: a comment, an id or a name may stand anywhere in it.", look="what you do with a line that brings no "
          "data."),
    _line("data:one\n\ndata:  two \n\n", "one", " two ", code="one-space", did="the spaces are others",
          what="no space, then two, and one at the end", because="one space behind the colon belongs to the format, if "
          "it is there; all others belong to the text.", look="`strip`, and how you find the value of a field."),
    _line(": data: one\n:two\n\ndata: three\n\n", "three", code="comment", what="two comments, then an event",
          did="comments are in it", because="a line that begins with a colon says nothing: servers send some so that "
          "proxies keep a quiet connection open.", look="how you find out what a line brings."),
    _line("database: x\nid: 1\nretry: 9\ndata: one\nevent: e\n\n", "one", code="other-field", did="another field is in "
          "it", because="fields that you don't know are left out: the format may get new ones.",
          look="how you compare the field's name: the whole of it, up to the colon."),
    _line("data:\n\ndata: one\n\n", "", "one", code="empty-data", what="an event whose data is empty, and another one",
          did="an event is missing", because="a text may be empty, and the event happened all the same.",
          look="conditions that an empty text does not meet."),
    _line("event: ping\n\n\n\ndata: one\n\n", "one", code="no-data", did="something came of `event: ping\\n\\n`, or of "
          "a blank line alone", what="a name and no data, blank lines, an event", because="a blank line without a data "
          "line before it is no event: there is nothing to hand on.", look="what you do at a blank line "
          "when no data came before."),
    _line("data: one\u2028two\x85three\x0bfour\n\n", "one\u2028two\x85three\x0bfour", code="splitlines",
          what="with U+2028, U+0085 and a vertical tab", did="cut at other characters, too", because="three line ends "
          "are known here: LF, CR and CRLF. `str.splitlines` knows more, and a text may hold any of them.",
          look="`splitlines`, and on what you use it."),
    _line("data: one\r\ndata: two\r\n\r\ndata: three\r\n\r\n", "one\ntwo", "three", code="crlf", did="CRLF is not "
          "taken for a line end", because="CRLF is as good as LF: some servers write it.",
          look="at which bytes you split."),
    _line("data: one\rdata: two\r\rdata: three\r\r: end\r\r", "one\ntwo", "three", code="cr", did="CR alone is not "
          "taken for a line end", because="the standard has three: CRLF, LF and CR.", look="at which bytes you split."),
)
