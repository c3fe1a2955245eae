"""One measured line of the benchmark, and the verdict on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

LONGEST_TITLE = 36
"""Characters: what the table has room for."""

MET, MISSED, INFO, NOT_RUN, BROKEN = "met", "MISSED", "info", "not run", "BROKEN"


class CannotMeasure(Exception):
    """Something that a row needs is not here; the message says what, as the end of "not run: ..."."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One quantity, measured several times; its median is held against its goal."""

    title: str
    samples: tuple[float, ...] = ()
    """In *unit*, one a round; empty where it was not measured, and *reason* says why."""
    unit: str = "x"
    """x: a ratio of two times (or sizes) taken in turns. Else the unit of an absolute number, such as ms."""
    goal: float | None = None
    """None: shown for information only."""
    at_least: bool = False
    """Whether more is better: the goal is then the least that will do."""
    beside: str = ""
    """The two absolute numbers behind a ratio, as text. They hold for this machine at this moment."""
    details: Mapping[str, Any] = field(default_factory=dict)
    """More for the JSON file."""
    reason: str = ""
    broken: bool = False
    """Whether the row failed instead of lacking something."""

    def __post_init__(self) -> None:
        if len(self.title) > LONGEST_TITLE:
            raise ValueError(f"title {self.title!r} has {len(self.title)} characters; the table has {LONGEST_TITLE}.")
        if bool(self.samples) == bool(self.reason):
            raise ValueError(f"{self.title!r} needs either samples or the reason why there are none.")

    @property
    def median(self) -> float | None:
        """What is judged and shown; None where nothing was measured."""
        return median(self.samples) if self.samples else None

    @property
    def verdict(self) -> str:
        """One of MET, MISSED, INFO, NOT_RUN, BROKEN."""
        if self.median is None:
            return BROKEN if self.broken else NOT_RUN
        if self.goal is None:
            return INFO
        return MET if (self.median >= self.goal if self.at_least else self.median <= self.goal) else MISSED


def exit_code(rows: Sequence[Row]) -> int:
    """0 when every measured goal is met; a row that lacks something does not count, one that failed does."""
    return int(any(row.verdict in (MISSED, BROKEN) for row in rows))
