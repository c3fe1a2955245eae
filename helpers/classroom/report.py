"""What a check found, as a value that shows itself: in a notebook as a card, in a terminal as lines.

    report = check("01-1", my_cost)
    report.passed        # False
    report.problems      # ("cache-read-price",): codes, the first failure first
"""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass, field
from html import escape
from typing import Literal

Outcome = Literal["passed", "not yet", "not attempted", "raised"]

PASSED, NOT_YET, NOT_ATTEMPTED, RAISED = "passed", "not yet", "not attempted", "raised"
HEADINGS = {PASSED: "passed", NOT_YET: "not yet", NOT_ATTEMPTED: "not started yet", RAISED: "your code raised"}
MARKS = {PASSED: "✓", NOT_YET: "→", NOT_ATTEMPTED: "○", RAISED: "!"}
EDGES = {PASSED: "#009E73", NOT_YET: "#E69F00", NOT_ATTEMPTED: "#8c8c8c", RAISED: "#D55E00"}
"""The card's left edge, in Okabe and Ito's colours; the heading says the same in words."""

PARTS = {"sent": "We sent", "did": "You", "should": "It should", "because": "Because", "look": "Look at"}
"""The parts of a problem and what stands before each."""

WIDTH = 92
"""Characters in a line of the text face; JupyterLab breaks longer ones in the middle of a word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong, told as: we sent ..., you ..., it should ..., because ...

    Each part goes on after its label: *did* begins with a verb ("returned 3"), *should* too ("return 4").
    """

    code: str
    """The message's name: `tests/mutants/` has a planted bug that triggers exactly it."""
    sent: str
    did: str
    should: str
    because: str
    """Why it matters in production."""
    look: str = ""

    def parts(self) -> list[tuple[str, str]]:
        """(label, text) of each part that there is."""
        return [(label, getattr(self, name)) for name, label in PARTS.items() if getattr(self, name)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The result of one check."""

    exercise: str
    title: str
    outcome: Outcome
    message: str = ""
    """What to say where there is no problem: what passed, or how to start."""
    found: tuple[Problem, ...] = field(default=(), repr=False)
    good: int = 0
    """How many of the checks passed ..."""
    checks: int = 0
    """... of how many."""
    printed: str = field(default="", repr=False)
    """What the learner's code printed while it was checked; cut where it is long."""

    @property
    def passed(self) -> bool:
        return self.outcome == PASSED

    @property
    def problems(self) -> tuple[str, ...]:
        """The codes of what is wrong, the first failure first."""
        return tuple(problem.code for problem in self.found)

    def __str__(self) -> str:
        lines = [self._heading(), *_wrapped(self.message)]
        if self.found:
            lines += _as_lines(self.found[0].parts())
        if self.printed:
            lines += ["  Your code printed:", *(f"  {line}" for line in _wrapped(self.printed))]
        return "\n".join([*lines, *_wrapped(self._next())])

    __repr__ = __str__

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self._html(), "text/plain": str(self)}

    def _heading(self) -> str:
        counted = f", {self.good} of {self.checks} checks pass" if self.outcome == NOT_YET and self.checks > 1 else ""
        return f"{MARKS[self.outcome]} {self.exercise} · {self.title} · {HEADINGS[self.outcome]}{counted}"

    def _next(self) -> str:
        if self.outcome in (PASSED, NOT_ATTEMPTED) or not self.found:
            return ""
        more = len(self.found) - 1
        rest = f"One thing at a time: {more} more to come after this. " if more else ""
        return f'{rest}Stuck? hint("{self.exercise}")'

    def _html(self) -> str:
        rows = "".join(f'<dt style="color:var(--jp-content-font-color2,#555);min-width:5.5em">{label}</dt>'
                       f'<dd style="margin:0;overflow-wrap:anywhere">{inline_html(text)}</dd>'
                       for label, text in (self.found[0].parts() if self.found else ()))
        table = (f'<dl style="display:grid;grid-template-columns:auto 1fr;gap:2px 12px;margin:6px 0">{rows}</dl>'
                 if rows else "")
        message = f"<div>{inline_html(self.message)}</div>" if self.message else ""
        after = f'<div style="margin-top:4px">{inline_html(_quoted(self._next()))}</div>' if self._next() else ""
        return card(f"<strong>{escape(self._heading())}</strong>{message}{table}{_folded(self.printed)}{after}",
                    EDGES[self.outcome], role="status")


def card(inner: str, edge: str = "#8c8c8c", *, role: str = "") -> str:
    """HTML in the frame that everything of the classroom stands in: a calm box with a coloured left edge."""
    said_by = f' role="{role}"' if role else ""
    return (f'<div{said_by} style="border-left:5px solid {edge};padding:6px 14px;margin:4px 0;max-width:60em;'
            "color:var(--jp-content-font-color1);font-size:var(--jp-content-font-size1,14px);line-height:1.5\">"
            f"{inner}</div>")


def inline_html(text: str) -> str:
    """Plain text as HTML: `code` in backticks becomes <code>, line ends stay.

    Each dollar sign gets an element of its own: two of them in one run of text are a formula to MathJax.
    """
    code = re.sub(r"`([^`]+)`", r'<code style="white-space:pre-wrap">\1</code>', escape(text, quote=False))
    return code.replace("$", "<span>$</span>").replace("\n", "<br>")


def _quoted(text: str) -> str:
    return re.sub(r'(hint\("[^"]+"\))', r"`\1`", text)


def _folded(printed: str) -> str:
    if not printed:
        return ""
    return ("<details><summary>Your code printed</summary>"
            f'<pre style="margin:4px 0;white-space:pre-wrap;overflow-wrap:anywhere">{escape(printed)}</pre></details>')


def _as_lines(parts: list[tuple[str, str]]) -> list[str]:
    lines = []
    for label, text in parts:
        first, *more = [piece for line in text.splitlines() for piece in _lines(line, WIDTH - 13)] or [""]
        lines += [f"  {label:<10} {first}", *(f"{'':13}{line}" for line in more)]
    return lines


def _wrapped(text: str) -> list[str]:
    return [f"  {piece}" for line in text.splitlines() for piece in _lines(line, WIDTH)]


def _lines(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_on_hyphens=False)   # a model's id stays whole
