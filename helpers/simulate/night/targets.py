"""The four targets of the night: what it may cost and take, as bars to stay below.

Each is what the reference parts reach and a fifth more, rounded up; a test plays the night and holds them to that. Only
the number of invalid requests has no fifth: none is none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from helpers.simulate.night.playing import Night


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One number of a night, and the most that it may be."""

    name: str
    most: float
    of: Callable[[Night], float]
    write: str
    """A format for its values, such as "${:.4f}"."""

    def met(self, night: Night) -> bool:
        """Whether *night* stays within it."""
        return self.of(night) <= self.most

    def text(self, value: float) -> str:
        """*value* as it is shown."""
        return self.write.format(value)

    def line(self, night: Night) -> str:
        """What was reached, and what was allowed, in words."""
        mark = "✓" if self.met(night) else "✗"
        return f"{mark} {self.name}: {self.text(self.of(night))}, at most {self.text(self.most)}"


SLACK = 1.2
TARGETS = (
    Target(name="cost of the night", most=0.0254, of=lambda night: float(night.usd), write="${:.4f}"),
    Target(name="p95 of the time to the first text", most=0.68, of=lambda night: night.first_text_p95_s,
           write="{:.2f} s"),
    Target(name="invalid requests", most=0, of=lambda night: night.invalid_requests, write="{:.0f}"),
    Target(name="requests per good answer", most=1.29, of=lambda night: night.requests_per_answer, write="{:.2f}"),
)
