"""The failure gallery: choose a failure, see its reply, and what each layer says of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.views import style
from helpers.views._html import INK, code, columns, safe
from helpers.views.controls import Choice, options

if TYPE_CHECKING:
    import pandas as pd

    from helpers.simulate.layers import Case, Verdict
    from helpers.views._explore import Explorer

MARKS = {"caught": ("✓", "catches it"), "passes": ("✗", "lets it pass"), "not asked": ("·", "has nothing to look at")}
"""Kind of verdict -> its mark in the table, and in words."""
COLOURS = {"caught": "#D6ECFA", "passes": style.ORANGE, "not asked": "transparent"}
"""A light tint of style.SKY against a full orange: they differ without colour, too."""
LINES = "repeating-linear-gradient(45deg,{} 0 5px,#fff 5px 8px)"
FIRST, WIDE = 96, 900
"""Pixels: the column of names, and the whole table where there is room."""
CELL = "border:1px solid var(--jp-border-color1,#bdbdbd);padding:1px 3px;text-align:center"
MARK = "font-weight:bold;font-size:18px;line-height:1.3"
HEAD = "font-weight:normal;font-size:12.5px;vertical-align:bottom"
SMALL = "font-size:14px;line-height:1.4"
CHOSEN = "border-left:3px solid currentColor;border-right:3px solid currentColor"
PLAIN = "text-align:left;font-weight:normal;font-size:13px"
NOTE = ("“Strict tool” is what the documentation says, drawn striped: only a server can show it. "
        "Everything else is our code, run on these replies.")


def failure_gallery(cases: Sequence[Case], start: str | None = None) -> Explorer:
    """A widget: choose a failure; its reply and each layer's words come first, and in the table its column is marked.

    cases: what `helpers.simulate.layers.gallery` gives. start: the failure that shows first; None for the first.
    """
    from helpers.views._explore import explore_html

    by_name = {case.name: case for case in cases}
    failures = Choice("failure", "failure", options(*by_name), start or cases[0].name)

    def render(failure: str) -> str:
        return f"{_details(by_name[failure])}{_table(cases, failure)}"

    return explore_html(render, [failures], describe=lambda failure: _in_words(by_name[failure]), title=title(cases))


def title(cases: Sequence[Case]) -> str:
    """What is shown; which failure nobody catches is for the reader to find."""
    return f"{len(cases)} failures, {len(cases[0].verdicts)} layers: which sees what?"


def layers_frame(cases: Sequence[Case]) -> pd.DataFrame:
    """The marks behind the table: one row a layer, one column a failure."""
    import pandas as pd

    return pd.DataFrame({case.name: {_named(layer, verdict): MARKS[verdict.kind][0]
                                     for layer, verdict in case.verdicts.items()} for case in cases})


def _named(layer: str, verdict: Verdict) -> str:
    return f"{layer} (documented)" if verdict.documented else layer


def _table(cases: Sequence[Case], chosen: str) -> str:
    heads = "".join(f'<th scope="col" style="{CELL};{HEAD};{CHOSEN * (case.name == chosen)}">{safe(case.name)}</th>'
                    for case in cases)
    rows = []
    for layer, verdict in cases[0].verdicts.items():
        marks = "".join(_mark(case.verdicts[layer], case.name == chosen) for case in cases)
        note = "<div><i>documented</i></div>" if verdict.documented else ""
        rows.append(f'<tr><th scope="row" style="{CELL};{PLAIN}">{safe(layer)}{note}</th>{marks}</tr>')
    key = " &nbsp; ".join(f"<b>{mark}</b> {words}" for mark, words in MARKS.values())
    return (f'<div style="{INK}"><div style="{SMALL};margin-top:6px">{key} &nbsp; striped: documented</div>'
            '<table style="border-collapse:collapse;margin:4px 0;font-size:14px;table-layout:fixed;width:100%;'
            f'max-width:{WIDE}px"><tr><td style="width:{FIRST}px"></td>{heads}</tr>'
            f'{"".join(rows)}</table></div>')


def _mark(verdict: Verdict, chosen: bool) -> str:
    colour = COLOURS[verdict.kind]
    fill = LINES.format(colour) if verdict.documented else colour
    ink = "" if verdict.kind == "not asked" else "color:#000;"
    sign = f'<span style="background:#fff;padding:0 3px">{MARKS[verdict.kind][0]}</span>' if verdict.documented else (
        MARKS[verdict.kind][0])
    return (f'<td title="{safe(verdict.words).replace(chr(34), "&quot;")}" style="{CELL};{ink}{MARK};'
            f'background:{fill};{CHOSEN * chosen}">{sign}</td>')


def _details(case: Case) -> str:
    blocks = "".join(f"<div>{code(block)}</div>" for block in case.blocks)
    reply = (f"<div><b>{safe(case.slip.what)}</b></div><div>The customer: {code(case.slip.text)}</div>"
             f"<div>The reply, stop_reason {code(case.stop_reason)}:</div>{blocks}"
             f"<div>As JSON in a text: {code(case.slip.written)}</div>")
    said = "".join(f"<div><b>{MARKS[verdict.kind][0]} {safe(_named(layer, verdict))}</b>: {safe(verdict.words)}</div>"
                   for layer, verdict in case.verdicts.items())
    parts = (reply, f"<div><b>What each layer says</b></div>{said}")
    return columns([f'<div style="{SMALL}">{part}</div>' for part in parts], "17em")


def _in_words(case: Case) -> str:
    by_kind = {kind: [_named(layer, verdict) for layer, verdict in case.verdicts.items() if verdict.kind == kind]
               for kind in MARKS}
    said = [f"{MARKS[kind][0]} {MARKS[kind][1]}: {', '.join(names)}" for kind, names in by_kind.items() if names]
    return f"{case.name}. {'. '.join(said)}.\n{NOTE}"
