"""What an extraction comes to: a value that was checked, one that needed a second request, or work for a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import Any, Literal

from helpers.economics import Cost, Usage

CaughtBy = Literal["", "stop reason", "calls", "shape", "rule"]
"""What stopped an attempt, in the order in which they look: the stop reason (cut off, refused), the number of calls,
the shape (JSON, types, bounds: pydantic), your own rules. "": nothing did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One request and what came of it. All of them are paid for, and all are kept."""

    stop_reason: str | None
    """In the vendor's own word, but "refusal" also where OpenAI reports it in a field."""
    problems: tuple[str, ...]
    """What was wrong, in words that may repeat what a user wrote; () where nothing was."""
    caught_by: CaughtBy
    raw: tuple[Any, ...]
    """What the model offered, unchecked: the inputs of all its calls, or its text."""
    usage: Usage | None
    """None where the server sent none that can be read."""
    cost: Cost | None
    """At list prices; None where the price isn't known."""
    request_id: str | None

    def __str__(self) -> str:
        # Not the problems themselves: they may repeat what a user wrote.
        caught = f"caught by {self.caught_by} ({len(self.problems)})" if self.caught_by else "accepted"
        used = "usage unknown" if self.usage is None else str(self.usage)
        return f"{self.stop_reason}, {caught} · {used} · {self.request_id or 'no request id'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extraction:
    """What the three results have in common."""

    value: Any = None
    """An instance of the model that was asked for, validated and through all rules; else None."""
    none_because: str | None = None
    """What the text is instead, where the model says that it holds no such thing; None where it doesn't say so."""
    attempts: tuple[Attempt, ...]

    @property
    def usage(self) -> Usage | None:
        """Of all attempts together; None where one of them is not known."""
        known = [attempt.usage for attempt in self.attempts if attempt.usage is not None]
        return sum(known, Usage()) if len(known) == len(self.attempts) else None

    @property
    def cost(self) -> Cost | None:
        """Of all attempts together, at list prices; None where one of them is not known."""
        known = [attempt.cost for attempt in self.attempts if attempt.cost is not None]
        return sum(known, Cost()) if len(known) == len(self.attempts) else None

    def __str__(self) -> str:
        tries = f"{len(self.attempts)} attempt{'s' if len(self.attempts) != 1 else ''}"
        used = "usage unknown" if self.usage is None else str(self.usage)
        return f"{type(self).__name__}: {self._said()}\n[{tries} · {used} · {self.cost or 'cost unknown'}]"

    def _repr_html_(self) -> str:
        # As text, never as markdown: what a model wrote is not our code. Dollar signs as in calling.Reply.
        shown = escape(str(self)).replace("$", "<span>$</span>")
        return f'<div style="white-space:pre-wrap;max-width:60em">{shown}</div>'

    def _said(self) -> str:
        none = f"none of these ({self.none_because or 'no reason given'})"
        return repr(self.value) if self.none_because is None else none


@dataclass(frozen=True, slots=True, kw_only=True)
class Valid(Extraction):
    """The first reply was right: a value, or the statement that there is none (value None, none_because a text)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired(Extraction):
    """The second reply was right: the first was sent back with what is wrong, or asked for again with more room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedsHuman(Extraction):
    """No reply could be accepted, so there is no value; `attempts[-1].raw` is what came last."""

    reason: str
    """For the person who takes over, in words that may repeat what a user wrote."""
    error: Exception | None = field(default=None, compare=False)
    """What the second request failed with, where it did: the first one's usage would be lost if it were raised."""

    def _said(self) -> str:
        return self.reason
