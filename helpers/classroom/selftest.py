"""Does everything that the lessons use work here? One line each, and the same lines on every machine where it does.

    self_test()        # what `looks.py` looks at, and a last line: "Setup complete."
    slider_test()      # widgets are alive when the words follow the slider
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from helpers.classroom.looks import MISSING, OK, SEE, Look, everything
from helpers.classroom.note import wrapped
from helpers.classroom.report import card, inline_html

if TYPE_CHECKING:
    from helpers.views._explore import Explorer

FILLS = {OK: "#00684A", SEE: "#A33B00", MISSING: "#A33B00"}
"""Behind white words, so that they read in a light theme and in a dark one."""


@dataclass(frozen=True, slots=True)
class SelfTest:
    """Everything that was looked at, in order."""

    looks: tuple[Look, ...]

    @property
    def ok(self) -> bool:
        return all(look.word == OK for look in self.looks)

    def verdict(self) -> str:
        """The last line."""
        if self.ok:
            return "Setup complete."
        wrong = sum(look.word != OK for look in self.looks)
        return f"Not complete: {wrong} of {len(self.looks)} need something."

    def __str__(self) -> str:
        lines = []
        for look in self.looks:
            lines += [f"{look.word:<7}  {look.what}", *([wrapped(look.do, " " * 9)] if look.do else [])]
        return "\n".join([*lines, self.verdict()])

    __repr__ = __str__

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        lines = "".join(_html_line(look) for look in self.looks)
        inner = (f'<div style="columns:22em 2;column-gap:28px">{lines}</div>'
                 f'<div style="margin-top:6px"><strong>{escape(self.verdict())}</strong></div>')
        return {"text/html": card(inner, FILLS[OK if self.ok else SEE]), "text/plain": str(self)}


def _html_line(look: Look) -> str:
    word = ('<strong style="flex:0 0 5em;align-self:flex-start;margin-top:2px;text-align:center;border-radius:3px;'
            f'color:#fff;font-size:12px;background:{FILLS[look.word]}">{look.word}</strong>')
    do = f"<div>{inline_html(look.do)}</div>" if look.do else ""
    return (f'<div style="display:flex;gap:8px;break-inside:avoid;padding:1px 0">{word} '
            f'<div style="min-width:0;overflow-wrap:anywhere">{escape(look.what)}{do}</div></div>')


def self_test() -> SelfTest:
    """Look at everything that the lessons use. Never raises: what goes wrong becomes a line that says so."""
    return SelfTest(tuple(everything()))


def slider_test() -> Explorer:
    """One slider. Its words and its bar follow only where widgets work."""
    from helpers.views._explore import explore_html
    from helpers.views.controls import Slider

    return explore_html(_bar, [Slider("at", "move me", low=0, high=10, value=0)], describe=_slider_words,
                        title="Are widgets alive?")


def _slider_words(at: int) -> str:
    """The start promises nothing: it stands there without a kernel, too."""
    return f"The slider stands at {at}: widgets work." if at else "The slider stands at 0. Move it: these words follow."


def _bar(at: int) -> str:
    return ('<div style="max-width:33em;border:1px solid #767676;border-radius:3px;margin:4px 0">'
            f'<div style="width:{at * 10}%;height:16px;background:#0072B2"></div></div>')
