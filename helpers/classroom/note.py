"""A few words that show themselves: as lines in a terminal, as a card in a notebook."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from helpers.classroom.report import WIDTH, card, inline_html

ASKS, RIGHT, OTHER = "#0072B2", "#009E73", "#E69F00"
"""Left edges of the cards that ask, and of replies: Okabe and Ito's blue, green and orange. Words say the same."""


@dataclass(frozen=True, slots=True)
class Note:
    """What was said; `str(note)` is the plain text."""

    text: str
    edge: str = ASKS

    def __str__(self) -> str:
        return wrapped(self.text)

    __repr__ = __str__

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": card(inline_html(self.text), self.edge), "text/plain": str(self)}


def wrapped(text: str, first: str = "", rest: str | None = None) -> str:
    """Each line of *text* folded to the width of a page: the first piece after *first*, later ones after *rest*."""
    rest = " " * len(first) if rest is None else rest
    lines: list[str] = []
    for line in text.splitlines():
        lines += textwrap.wrap(line, WIDTH, initial_indent=rest if lines else first, subsequent_indent=rest)
    return "\n".join(lines)
