"""What became of one question, and how a part of the bot fails."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

ENDINGS = ("complete", "truncated", "failed", "cut")
"""Of a stream, as in `helpers.streaming`."""
LONGEST = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What the bot believes that it did. What the customer saw is on the page."""

    ending: Literal["complete", "truncated", "failed", "cut", "booked", "handed over", "refused", "broken"]
    """An answer's four endings; two of an order; refused: the API's last word was an error; broken: a part failed."""
    text: str
    error: Exception | None = field(default=None, compare=False)
    part: str = ""
    """The part that failed, where one did."""

    def __str__(self) -> str:
        status = getattr(self.error, "status_code", "")
        why = f": {type(self.error).__name__} {status}".rstrip() if self.error else ""
        return f"{self.ending}{f' ({self.part})' if self.part else ''}{why}"


class Refused(Exception):
    """The API's error, after the retry part gave up."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


class Misfit(Exception):
    """A part raised an error of its own, or returned what it should not."""

    def __init__(self, part: str, error: Exception) -> None:
        super().__init__(f"{part}: {type(error).__name__}: {error}")
        self.part, self.error = part, error


def looks_like(value: Any) -> str:
    """A value in a few words, for a log line."""
    if value is None:
        return "None"
    try:
        said = repr(value)
    except Exception:
        said = "something that can't be shown"
    return f"a {type(value).__name__}, {said if len(said) <= LONGEST else said[:LONGEST - 4] + ' ...'}"
