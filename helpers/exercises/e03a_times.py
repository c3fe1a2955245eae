"""03a-1: the times of a stream that we made up, and how a wrong one may have come about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from helpers.classroom.report import Problem

KEYS = ("first", "longest_gap", "total")
Times = Mapping[str, float | None]
NEAR = 6e-4
"""Seconds; rounded to the millisecond is near enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A stream: what comes after which wait (s), and how long after the last piece it ends."""

    sent: str
    arrivals: tuple[tuple[float, str], ...]
    end_wait: float
    start: float = 100.0
    """What the clock says when the call begins."""

    @property
    def total(self) -> float:
        return sum(wait for wait, _ in self.arrivals) + self.end_wait

    @property
    def texts(self) -> list[float]:
        """When each text that is not empty came, in seconds from the start."""
        return [at for at, text in zip(self.every, self.arrivals, strict=True) if text[1]]

    @property
    def every(self) -> list[float]:
        """When each piece came, also an empty one."""
        return [sum(wait for wait, _ in self.arrivals[:place]) for place in range(1, len(self.arrivals) + 1)]

    @property
    def right(self) -> dict[str, float | None]:
        return {"first": self.texts[0] if self.texts else None, "longest_gap": max(gaps(self.texts), default=0.0),
                "total": self.total}

    @property
    def should(self) -> str:
        first = "None" if self.right["first"] is None else f"{self.right['first']:.3g}"
        return (f'return `{{"first": {first}, "longest_gap": {self.right["longest_gap"]:.3g}, '
                f'"total": {self.total:.3g}}}`')

    def is_right(self, got: Times) -> bool:
        return all(same(got[key], self.right[key]) for key in KEYS)


def gaps(times: list[float]) -> list[float]:
    """The waits between one time and the next."""
    return [later - earlier for earlier, later in zip(times, times[1:], strict=False)]


def same(got: float | None, expected: float | None) -> bool:
    """Whether a time is right, to the millisecond; None is only None."""
    if got is None or expected is None:
        return got is expected
    return abs(got - expected) <= NEAR


def slip(got: Times, case: Case) -> Problem:
    """What is wrong with times that are not right, as far as it can be told from them."""
    return (_clock(got, case) or _of_nothing(got, case) or _blank(got, case) or _first(got, case) or _total(got, case)
            or _longest_gap(got, case))


def _problem(case: Case, got: Times, key: str, words: str, *, code: str, because: str, look: str = "") -> Problem:
    said = "None" if got[key] is None else f"{got[key]:.6g}"
    return Problem(code=code, sent=case.sent, did=f"returned {said} for `{key}`{words}", should=case.should,
                   because=because, look=look)


def _clock(got: Times, case: Case) -> Problem | None:
    """Mistakes that all three times show."""
    first, total = got["first"], got["total"]
    known = isinstance(total, float | int)
    if known and abs(total) < 0.01 and case.total > 0.05 and (case.texts or total):
        return _problem(case, got, "total", ": no time went by on the clock that you looked at", code="own-clock",
                        because="the stream waits on the clock that we hand you; a test that waits on the real one "
                        "takes as long as the stream.", look="where your times come from: `now()`, anew for each one.")
    if known and total < 0:
        return _problem(case, got, "total", ": less than nothing", code="negative",
                        because="a time that went by is the later moment minus the earlier one.", look="your minus.")
    if known and case.start and same(total, case.start + case.total):
        return _problem(case, got, "total", ": what the clock says, not what went by", code="absolute",
                        because="a clock starts anywhere: only a difference of two moments is a duration.",
                        look="the moment from which you count: `now()` before the first piece.")
    if known and same(total / 1000, case.total):
        return _problem(case, got, "total", ": a thousand times too much", code="unit",
                        because="the clock counts seconds, and so does the caller.", look="a factor of 1,000.")
    if len(case.texts) > 1 and same(first, case.total):
        return _problem(case, got, "first", ": as much as the total", code="collected", because="who takes "
                        "all pieces first sees the first one when the last one is there, and so do your users: that "
                        "is no stream any more.", look="`list(pieces)` or `\"\".join(pieces)` before the loop.")
    return None


def _of_nothing(got: Times, case: Case) -> Problem | None:
    if case.texts or got["first"] is None:
        return None
    return _problem(case, got, "first", ", and no text came", code="first-of-nothing", because="in an average over "
                    "all requests it would look like a time that somebody waited for a text; `None` can be left out.",
                    look="what `first` is before the loop, and what may change it.")


def _blank(got: Times, case: Case) -> Problem | None:
    """Texts of white space alone, taken for empty ones."""
    seen = [at for at, (_, text) in zip(case.every, case.arrivals, strict=True) if text.strip()]
    wrong = {"first": seen[0] if seen else None, "longest_gap": max(gaps(seen), default=0.0)}
    key = next((key for key in wrong if not same(got[key], case.right[key])), "")
    if not key or not all(same(got[one], wrong[one]) for one in wrong):
        return None
    return _problem(case, got, key, ": as if no text had come in `'\\n\\n'`", code="blank-as-empty", because="a line "
                    "end is text: users see the next line begin, and an answer in paragraphs has many of them.",
                    look="`strip` and `isspace`: only `\"\"` is empty.")


def _first(got: Times, case: Case) -> Problem | None:
    first, right = got["first"], case.right["first"]
    if same(first, right):
        return None
    if first is None or (right == 0.0 and any(same(first, at) for at in case.texts)):
        return _problem(case, got, "first", ", and a text came" if first is None else ", when the second one came",
                        code="zero-as-none", because="0 s is a time, and counts as false in an `if`: ask whether it "
                        "`is None`.", look="the condition under which `first` is set, or returned.")
    if same(first, 0.0):
        return _problem(case, got, "first", ": counted from the first text itself", code="from-first",
                        because="users wait from the moment that the request leaves; this is the wait they notice "
                        "most.", look="where you take the start: before the first piece is asked for.")
    if case.every and same(first, case.every[0]):
        return _problem(case, got, "first", ": when a piece came that is `''`", code="empty-first", because="with an "
                        "empty piece there is nothing on the screen yet: the number would look better than what users "
                        "see.", look="what you do with a piece that is empty.")
    if same(first, round(right, 2)) or same(first, round(right, 1)):
        return _rounded(case, got, "first")
    later = next((at for at in case.texts[1:] if same(first, at)), None)
    if later is not None:
        return _problem(case, got, "first", ": when a later text came", code="overwritten", because="only the first "
                        "text ends the wait for it.", look="whether each piece sets `first` anew.")
    return _problem(case, got, "first", "", code="first", because="it is the wait from the call to the first text that "
                    "is not empty.", look="which two moments you subtract.")


def _rounded(case: Case, got: Times, key: str) -> Problem:
    return _problem(case, got, key, ": rounded", code="rounded", because="a quick model's gaps are hundredths of a "
                    "second. Round when you show a time.", look="`round`, `//` and `int`.")


def _total(got: Times, case: Case) -> Problem | None:
    total = got["total"]
    if same(total, case.total):
        return None
    last, first = (case.every or [0.0])[-1], (case.texts or [0.0])[0]
    if total is None or same(total, 0.0):
        return _problem(case, got, "total", ", though the stream took its time", code="total-of-nothing",
                        because="who gets no text waited for it all the same.", look="where you set the total.")
    if same(total, last) or (case.texts and same(total, case.texts[-1])):
        return _problem(case, got, "total", ": up to the last piece", code="total-last", because="after the last text "
                        "come the reason why it ended and the usage: until then the request is open, and the caller "
                        "doesn't know whether it is whole.", look="where you take the time: after the loop.")
    if any(same(total, end - first) for end in (case.total, last)):
        return _problem(case, got, "total", ": counted from the first text", code="total-from-first", because="the "
                        "request began earlier: what came before the first text is often the longest wait.",
                        look="which start you subtract.")
    if same(total, round(case.total, 2)) or same(total, round(case.total, 1)):
        return _rounded(case, got, "total")
    return _problem(case, got, "total", "", code="total", because="it is the time from the call to the end of the "
                    "stream.", look="which two moments you subtract.")


def _longest_gap(got: Times, case: Case) -> Problem:
    gap, found = got["longest_gap"], gaps(case.texts)
    if not found:
        return _problem(case, got, "longest_gap", f", with {len(case.texts) or 'no'} text", code="gap-of-one",
                        because="between fewer than two texts there is no gap, and the caller compares it with a "
                        "limit: 0.", look="what the gap is before the loop; the first text is none.")
    if gap is not None and same(gap, case.texts[0]):
        return _problem(case, got, "longest_gap", ": the wait for the first text", code="gap-first", because="that "
                        "one has a name of its own. It is nearly always the longest, and would hide each halt in the "
                        "middle.", look="from which moment the first gap counts.")
    if case.arrivals[-1][1] and gap is not None and same(gap, case.end_wait):
        return _problem(case, got, "longest_gap", ": the wait from the last text to the end", code="gap-end",
                        because="users have read the whole text by then: nothing seems stuck.",
                        look="what is measured after the loop.")
    if len(case.arrivals) > len(case.texts):
        return _problem(case, got, "longest_gap", ": an empty piece took part", code="empty-gap", because="an empty "
                        "piece shows nothing, so it neither ends a wait nor begins one.",
                        look="what changes when a piece is empty: nothing should.")
    for wrong, words in ((min(found), "the shortest gap"), (found[-1], "the last gap"), (found[0], "the first gap"),
                         (sum(found) / len(found), "the mean of the gaps"), (sum(found), "all gaps together")):
        if gap is not None and same(gap, wrong):
            return _problem(case, got, "longest_gap", f": {words}", code="gap-which", because="one halt of ten seconds "
                            "is what people complain about; other figures hide it.", look="how gaps come together.")
    if gap is not None and (same(gap, round(max(found), 2)) or same(gap, round(max(found), 1))):
        return _rounded(case, got, "longest_gap")
    return _problem(case, got, "longest_gap", "", code="gap", because="it is the longest wait between one text and the "
                    "next, on a clock that counts seconds.", look="which moments you subtract.")
