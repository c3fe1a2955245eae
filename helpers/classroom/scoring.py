"""What an answer is worth: points from 0 to 100, their band, and whether the card is passed.

    score(must=5, of=6, plus=1, red=0, seconds=28, target_s=30)       # 88 points, good, passed
"""

from __future__ import annotations

from dataclasses import dataclass

PLUS, MOST_PLUS, RED, LATE = 5, 15, 15, 10
"""Points: for each extra, for all extras at most, off for each red flag, off for an answer that took too long."""
LATE_FROM = 1.5
"""Times the target, from which an answer took too long."""
BANDS = ((90, "strong"), (75, "good"), (50, "shaky"), (0, "again"))
PASS = 75


@dataclass(frozen=True, slots=True)
class Score:
    """What one answer got."""

    points: int
    """0 to 100."""
    red: int
    """Red flags."""
    late: bool

    @property
    def band(self) -> str:
        """"again", "shaky", "good" or "strong"."""
        return band(self.points)

    @property
    def passed(self) -> bool:
        """75 points or more, and no red flag."""
        return passed(self.points, self.red)

    def __str__(self) -> str:
        remarks = [self.band, f"{self.red} red flag{'s' * (self.red > 1)}" if self.red else "",
                   "too long" if self.late else ""]
        return f"{self.points} of 100: {', '.join(filter(None, remarks))}"


def band(points: float) -> str:
    """The band that *points* fall into."""
    return next(name for least, name in BANDS if points >= least)


def passed(points: float, red: int) -> bool:
    """Whether an answer with *points* and so many red flags moves its card on."""
    return points >= PASS and not red


def score(*, must: int, of: int, plus: int = 0, red: int = 0, seconds: float, target_s: float) -> Score:
    """Points for *must* of *of* must-haves, *plus* extras and *red* red flags, said in *seconds*.

    must / of x 100, + 5 an extra (15 at most), - 15 a red flag, - 10 above 1.5 times the target; kept within 0 and 100.
    ValueError for counts that can't be.
    """
    if of < 1 or not 0 <= must <= of:
        raise ValueError(f"must-haves said must be 0 to {of} of at least 1; got {must} of {of}.")
    if min(plus, red, seconds) < 0 or target_s <= 0:
        raise ValueError("extras, red flags and seconds are 0 or more, and the target is above 0; "
                         f"got {plus}, {red}, {seconds} and {target_s}.")
    late = seconds > LATE_FROM * target_s
    points = 100 * must / of + min(PLUS * plus, MOST_PLUS) - RED * red - LATE * late
    return Score(points=int(min(max(points, 0.0), 100.0) + 0.5), red=red, late=late)
