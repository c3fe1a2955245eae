"""Output tokens as upright bars, in SVG: the words take JupyterLab's ink, and the chart stands beside text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from textwrap import wrap
from typing import TYPE_CHECKING

from helpers.views import style
from helpers.views._html import INK, safe

if TYPE_CHECKING:
    from helpers.views.calling.bench import Row

WIDTH, FLOOR, CEILING, LEFT, RIGHT = 600, 236, 56, 74, 12
"""Pixels: the whole chart, its x axis, the top of its scale, and the edges of its bars' room."""
BAR, LINE, LETTERS = 76, 19, 20
FONT = 'font-size="15" fill="currentColor"'
HALO = 'style="paint-order:stroke;stroke:var(--jp-layout-color0,#fff);stroke-width:5px"'
"""Keeps a label apart from a line behind it."""


def bars_svg(rows: Sequence[Row], parameter: str, title: str) -> str:
    """The bars under their title and key. x = setting, y = output tokens; dashed: the limit, where there is one."""
    step = _step(max(row.limit or row.output for row in rows))
    top = step * math.ceil(max(max(row.output, row.limit or 0) for row in rows) / step)
    column = (WIDTH - LEFT - RIGHT) / len(rows)
    middles = [LEFT + column * (place + 0.5) for place in range(len(rows))]
    drawn = [_bar(row, middle, top) for row, middle in zip(rows, middles, strict=True)]
    foot = FLOOR + LINE * (1 + max(len(_setting(row)) for row in rows)) + 6
    words = f"{title}. " + " ".join(f"{row.setting}: {row.tokens}, {row.stop_reason}." for row in rows)
    return (f'<div style="{INK};margin:8px 0"><div><b>{safe(title)}</b></div><div>{_key(rows)}</div>'
            f'<svg role="img" aria-label="{escape(words)}" viewBox="0 0 {WIDTH} {foot + 6}" '
            f'style="width:100%;max-width:{WIDTH}px;height:auto;display:block;font-family:inherit">'
            f'{_scale(step, top)}{"".join(drawn)}'
            f'{_lines([parameter], (LEFT + WIDTH - RIGHT) / 2, foot)[0]}</svg></div>')


def _bar(row: Row, middle: float, top: float) -> str:
    """Thinking below, because it comes first; the answer on it; the numbers above; the setting at its foot."""
    x, roof, between = middle - BAR / 2, _y(row.output, top), _y(row.thinking, top)
    parts = [_box(x, between, FLOOR - between, style.ORANGE), _stripes(x, between),
             _box(x, roof, between - roof, style.BLUE)]
    if row.limit is not None:
        limit = _y(row.limit, top)
        parts.append(f'<line x1="{x - 22:g}" x2="{x + BAR + 22:g}" y1="{limit:g}" y2="{limit:g}" '
                     'stroke="currentColor" stroke-width="2" stroke-dasharray="7 4"/>')
    parts += _lines([f"{row.output:,} tokens", row.stop_reason], middle, roof - 8 - LINE)
    return "".join([*parts, *_lines(_setting(row), middle, FLOOR + LINE)])


def _setting(row: Row) -> list[str]:
    """The setting in lines that fit under its bar."""
    return wrap(row.setting, LETTERS, max_lines=2, placeholder=" …") or ["''"]


def _lines(lines: Sequence[str], x: float, y: float) -> list[str]:
    """Lines of text around *x*, the first at *y*."""
    return [f'<text x="{x:g}" y="{y + LINE * place:g}" text-anchor="middle" {FONT} {HALO}>{escape(line)}</text>'
            for place, line in enumerate(lines)]


def _box(x: float, y: float, height: float, colour: str) -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{BAR}" height="{height:g}" fill="{colour}"/>' if height else ""


def _stripes(x: float, y: float) -> str:
    """The hatch of a bar from *y* down: lines need no pattern with a name that another chart could take."""
    path = "".join(f"M{x:g} {at:g}h{BAR}" for at in range(FLOOR - 3, math.ceil(y), -7))
    return f'<path d="{path}" stroke="#111" stroke-width="1.5"/>' if path else ""


def _scale(step: float, top: float) -> str:
    """The y axis: its name, and a line for each tick."""
    marks = [f'<text x="0" y="{CEILING - LINE}" {FONT}>output tokens</text>']
    for count in range(round(top / step) + 1):
        y = _y(count * step, top)
        marks.append(f'<line x1="{LEFT - 6}" x2="{WIDTH - RIGHT}" y1="{y:g}" y2="{y:g}" stroke="currentColor" '
                     f'stroke-opacity="{0.15 if count else 1}"/><text x="{LEFT - 12}" y="{y + 5:g}" '
                     f'text-anchor="end" {FONT}>{count * step:,}</text>')
    return "".join(marks)


def _key(rows: Sequence[Row]) -> str:
    striped = f"repeating-linear-gradient(0deg,{style.ORANGE} 0 5px,#111 5px 6.5px)"
    entries = [("thinking", striped, any(row.thinking for row in rows)), ("answer", style.BLUE, True)]
    box = "display:inline-block;width:22px;height:13px;margin-right:6px"
    swatches = "".join(f'<span style="{box};background:{fill}"></span><span style="margin-right:22px">{name}</span>'
                       for name, fill, there in entries if there)
    dashed = ('<span style="display:inline-block;width:26px;border-top:2px dashed;margin:0 6px 4px 0"></span>'
              "<span>the limit</span>")
    return swatches + dashed * any(row.limit is not None for row in rows)


def _step(largest: float) -> int:
    """A round distance between ticks, of which about four reach *largest*."""
    rough = max(largest, 4) / 4
    power = 10 ** math.floor(math.log10(rough))
    return round(next(digit * power for digit in (1, 2, 5, 10) if digit * power >= rough))


def _y(tokens: float, top: float) -> float:
    return round(FLOOR - (FLOOR - CEILING) * tokens / top, 1)
