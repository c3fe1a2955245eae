"""03b-2: a stream cut in two at every place: how many cuts fail, and what the places have in common."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from helpers.classroom.attempt import Attempt, error_text, shown
from helpers.classroom.report import Problem
from helpers.exercises.e03b_feeding import cut_everywhere, texts


@dataclass(frozen=True, slots=True)
class Failed:
    """A cut that went wrong: where, and what was returned in all, or raised."""

    at: int
    got: list[str]
    error: BaseException | None


@dataclass(frozen=True, slots=True)
class EveryCut:
    """A check: the stream in two pieces, at each place."""

    stream: bytes
    expected: list[str]
    words: str = "our stream"

    def __call__(self, attempt: Attempt) -> Problem | None:
        common = {"sent": f"{self.words} in two chunks, cut at each of its {len(self.stream) - 1} places, to a new "
                          "parser each time",
                  "should": f"return the same {len(self.expected)} texts for each cut"}
        cuts = [Failed(cut.at, texts(cut.outputs, **common), cut.error)
                for cut in cut_everywhere(attempt, self.stream, **common)]
        failed = [cut for cut in cuts if cut.error or cut.got != self.expected]
        if not failed:
            return None
        return self._of_characters(failed, common) or self._of_line_ends(failed, common) or self._of_lines(
            failed, common)

    def _said(self, failed: list[Failed]) -> str:
        return f"{len(failed)} of {len(self.stream) - 1} cut positions fail{'s' * (len(failed) == 1)}"

    def _gave(self, cut: Failed) -> str:
        """What one cut gave: its first text that is wrong, and the one behind it; all, where texts are missing."""
        before = shown(self.stream[max(cut.at - 16, 0):cut.at])
        if cut.error:
            return f"Cut behind {before} you raised {error_text(cut.error)}"
        wrong = next((place for place, text in enumerate(cut.got) if self.expected[place:place + 1] != [text]), 0)
        return f"Cut behind {before} you returned {shown(cut.got[wrong:wrong + 2] if wrong else cut.got)}"

    def _of_characters(self, failed: list[Failed], common: dict[str, str]) -> Problem | None:
        """Cuts inside a character, where all that fail are such."""
        if not all(self.stream[cut.at] & 0b1100_0000 == 0b1000_0000 for cut in failed):     # not a first byte
            return None
        look = "what you decode: a line that has ended is whole, a chunk need not be."
        if isinstance(failed[0].error, UnicodeDecodeError):
            return Problem(code="half-a-character", did=f"raised: {self._said(failed)}, with a `UnicodeDecodeError`. A "
                           "cut went through the bytes of `☕` or `é`", because="the network knows bytes, no "
                           "characters: whoever's answer holds an emoji would lose the stream, now and then.",
                           look=look, **common)
        return Problem(code="lost-character", did=f"lost a character: {self._said(failed)}. {self._gave(failed[0])}",
                       because="half of it is no character, nor is the other half: with `errors=` nobody even notices.",
                       look=look, **common)

    def _of_line_ends(self, failed: list[Failed], common: dict[str, str]) -> Problem | None:
        """Cuts that fail between two lines, or between CR and LF."""
        said, gave = self._said(failed), self._gave(failed[0])
        if all(self.stream[cut.at - 1:cut.at + 1] == b"\r\n" for cut in failed):
            return Problem(code="crlf-cut", did=f"took CR and LF for two line ends: {said}, where the cut falls "
                           f"between them. {gave}", because="CRLF is one line end, in one chunk or in two; two line "
                           "ends in a row are a blank line, and end the event.", look="what you do with a CR that is "
                           "the last byte of a chunk.", **common)
        if not all(self._has_a_data_line(cut.at) for cut in failed):
            return None
        if any(f"{one}\n{other}" in self.expected for cut in failed for one, other in pairwise(cut.got)):
            return Problem(code="early", did=f"handed on half an event: {said}. {gave}", because="an event ends with "
                           "its blank line, not with the chunk; of a stream that breaks off, half an event would be "
                           "taken for a whole one.", look="what is done at the end of `feed`.", **common)
        return Problem(code="forgotten-lines", did=f"forgot the lines of an event whose blank line was still to come: "
                       f"{said}. {gave}", because="the lines of an event may come in any number of chunks.",
                       look="what is made anew in each `feed`, and should live as long as the parser.", **common)

    def _of_lines(self, failed: list[Failed], common: dict[str, str]) -> Problem:
        said = self._said(failed)
        first = next((cut for cut in failed if cut.error is None), failed[0])
        if len(first.got) > len(self.expected) and set(first.got) <= set(self.expected):
            return Problem(code="repeats", did=f"returned events again: {said}. {self._gave(first)}", because="the "
                           "page would show a text twice.", look="what stays in your buffer when an event was "
                           "returned, and which list you return.", **common)
        return Problem(code="split-line", did=f"split a line that had not finished: {said}. {self._gave(first)}",
                       because="one read from a network brings any number of bytes, and half a line is no line.",
                       look="the tail of a chunk, and where it is kept until the next one comes.",
                       **common)

    def _has_a_data_line(self, at: int) -> bool:
        """Whether the event that is cut has a whole data line before the cut."""
        before = self.stream[:at].replace(b"\r\n", b"\n").rpartition(b"\n\n")[2]
        return b"data:" in before.rpartition(b"\n")[0]
