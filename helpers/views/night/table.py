"""The incident table: what happened, whether it was handled, and the line of the log that proves it."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import fill

from helpers.simulate.night import Night, Verdict
from helpers.views import style
from helpers.views._html import CODE, INK, safe

WIDTH = 95
"""Characters that a line of output holds at 1300 px."""
CELL = "text-align:left;vertical-align:top;padding:4px 10px 4px 0;border-top:1px solid var(--jp-border-color1,#bdbdbd)"


@dataclass(frozen=True, slots=True)
class Report:
    """The table as HTML where that shows, and as text everywhere."""

    words: str
    html: str

    def __str__(self) -> str:
        return self.words

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self.html, "text/plain": self.words}


def incident_report(night: Night) -> Report:
    """One row for each incident: its number, ✓ or ✗ with a word, what it was, the proof, and who is to mend it."""
    head = f"{night.handled} of {len(night.verdicts)} incidents handled"
    words = "\n".join([head, *(_as_text(verdict) for verdict in night.verdicts)])
    rows = "".join(map(_as_row, night.verdicts))
    titles = "".join(f'<th style="{CELL}">{title}</th>' for title in ("", "", "incident", "the line that proves it"))
    return Report(words, f'<div style="{INK}"><strong>{head}</strong><table style="border-collapse:collapse">'
                         f"<thead><tr>{titles}</tr></thead><tbody>{rows}</tbody></table></div>")


def _as_text(verdict: Verdict) -> str:
    first = f"{verdict.incident.number:>2} {_mark(verdict)}  {verdict.incident.what}{_mend(verdict)}"
    return "\n".join([fill(first, WIDTH, subsequent_indent=" " * 10),
                      fill(verdict.proof, WIDTH, initial_indent=" " * 10, subsequent_indent=" " * 10)])


def _as_row(verdict: Verdict) -> str:
    colour = style.BLUE if verdict.handled else style.VERMILLION
    mark = f'<strong style="color:{colour};white-space:nowrap">{_mark(verdict)}</strong>'
    proof = f'<code style="{CODE};color:inherit;background:none;overflow-wrap:anywhere">{safe(verdict.proof)}</code>'
    cells = (str(verdict.incident.number), mark, safe(f"{verdict.incident.what}{_mend(verdict)}"), proof)
    return "<tr>" + "".join(f'<td style="{CELL}">{cell}</td>' for cell in cells) + "</tr>"


def _mark(verdict: Verdict) -> str:
    return "✓ yes" if verdict.handled else "✗ no "


def _mend(verdict: Verdict) -> str:
    return "" if verdict.handled else f" → {verdict.part}, lesson {verdict.lesson}"
