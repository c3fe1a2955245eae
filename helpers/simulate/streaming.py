"""The same answer with and without streaming: when a reader sees something, and when all of it.

    lanes(0.6, 0.025, 600).streamed        # Lane(first_s=0.6, total_s=15.575)

A model writes its tokens one after another, streamed or not; a stream shows each when it is there. Left out: network,
proxies, and that a real stream brings several tokens in one piece.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

ROUNDING = 1e-9
"""Of a token: 0.6 s + 2 * 0.1 s is a hair more than 0.8 s in floating point, and the token is there at 0.8 s."""


@dataclass(frozen=True, slots=True)
class Lane:
    """What a reader of one lane waits for, in seconds since the request."""

    first_s: float
    """Until something is visible."""
    total_s: float
    """Until everything is."""


@dataclass(frozen=True, slots=True)
class Lanes:
    """One answer in both lanes; `lanes` makes it."""

    first_s: float
    """Until the first token is written."""
    per_token_s: float
    """From one token to the next."""
    tokens: int
    """How many the answer has."""

    def __post_init__(self) -> None:
        for name in ("first_s", "per_token_s"):
            seconds = getattr(self, name)
            if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds < math.inf:
                raise ValueError(f"{name} must be a number of seconds, 0 or more; got {seconds!r}.")
        if type(self.tokens) is not int or self.tokens < 1:
            raise ValueError(f"tokens must be a whole number, 1 or more; got {self.tokens!r}.")

    @property
    def total_s(self) -> float:
        """Until the last token is written: the same in both lanes."""
        return self.first_s + self.per_token_s * (self.tokens - 1)

    @property
    def streamed(self) -> Lane:
        """Each token is shown when it is written."""
        return Lane(self.first_s, self.total_s)

    @property
    def unstreamed(self) -> Lane:
        """All tokens are shown when the last one is written."""
        return Lane(self.total_s, self.total_s)

    def visible(self, at_s: float) -> tuple[int, int]:
        """(tokens visible with a stream, without one) at *at_s* seconds since the request."""
        if at_s >= self.total_s:
            return self.tokens, self.tokens
        if at_s < self.first_s:
            return 0, 0
        return min(self.tokens, math.floor((at_s - self.first_s) / self.per_token_s + ROUNDING) + 1), 0


def lanes(first_s: float, per_token_s: float, tokens: int) -> Lanes:
    """An answer of *tokens* tokens, the first after *first_s*, each later one *per_token_s* after the one before.

    Raises ValueError for a negative or endless time, and for fewer than one token.
    """
    return Lanes(first_s, per_token_s, tokens)
