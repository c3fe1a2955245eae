"""Every place to cut a stream, as a stripe: short and pale where the client survives, tall and striped where not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from helpers.views import style
from helpers.views.streaming._words import count

WIDTH, PAD, TOP, FLOOR, FOOT = 728, 8, 30, 74, 96
"""Pixels: the picture's width, its margins, the tall bars' top, the foot of all bars, the numbers under them."""
LINE = 20
SHORT = 13
ONE_EACH = 400
"""Up to so many positions each has a bar of its own; in a longer stream neighbours of one kind share it."""
FONT = 'font-size="15" fill="currentColor"'


def stripe_svg(ok: Sequence[bool]) -> str:
    """The stripe without its marker and its closing tag: the part that stays while the knife moves.

    ok: for each cut position, from 1 on, whether every event arrived whole.
    """
    return (f'<svg role="img" aria-label="{escape(broken_in_words(ok))}" viewBox="0 0 {WIDTH} {FOOT + LINE + 6}" '
            f'style="width:100%;max-width:{WIDTH}px;height:auto;display:block;font-family:inherit">'
            f'{"".join(_bar(*run, len(ok)) for run in _runs(ok))}{_scale(len(ok))}')


def marker(cut: int, positions: int) -> str:
    """Where the knife is now: a line over the bars with its number on top."""
    x = _x(cut - 0.5, positions)
    return (f'<path d="M{x:.1f} {TOP - 4}V{FLOOR + 5}" stroke="currentColor" stroke-width="2.5"/>'
            f'<path d="M{x - 7:.1f} {TOP - 11}h14l-7 10z" fill="currentColor"/>'
            + _text(x, TOP - 14, f"{cut:,}", 'font-weight="bold"'))


def broken_in_words(ok: Sequence[bool]) -> str:
    """How many places to cut break the client."""
    broken, places = sum(not fine for fine in ok), count(len(ok), "cut position")
    return f"{broken:,} of {places} break this client" if broken else f"None of the {places} breaks this client"


def key_html() -> str:
    """What the two kinds of bar mean."""
    stripes = f"repeating-linear-gradient(0deg,{style.VERMILLION} 0 4px,#111 4px 5.5px)"
    entries = ((stripes, 20, "an event is damaged or lost"), (style.SKY, 8, "every event arrives"))
    return "".join(f'<span style="display:inline-block;width:12px;height:{high}px;background:{fill};margin-right:6px">'
                   f'</span><span style="margin-right:22px">{words}</span>' for fill, high, words in entries)


def _runs(ok: Sequence[bool]) -> Iterator[tuple[int, int, bool]]:
    """(first position from 0, positions, fine) of each bar."""
    if len(ok) <= ONE_EACH:
        yield from ((place, 1, bool(fine)) for place, fine in enumerate(ok))
        return
    start = 0
    for fine, group in groupby(bool(one) for one in ok):
        size = sum(1 for _ in group)
        yield start, size, fine
        start += size


def _bar(start: int, size: int, fine: bool, positions: int) -> str:
    x, wide = _x(start, positions), size * (WIDTH - 2 * PAD) / positions
    gap = min(1.0, wide * 0.2) if positions <= ONE_EACH else 0
    wide = max(wide - gap, 1.2)
    top = FLOOR - SHORT if fine else TOP
    kind = "ok" if fine else "broken"
    box = (f'<rect class="{kind}" x="{x:.2f}" y="{top}" width="{wide:.2f}" height="{FLOOR - top}" '
           f'fill="{style.SKY if fine else style.VERMILLION}"/>')
    if fine:
        return box
    lines = "".join(f"M{x:.2f} {at}h{wide:.2f}" for at in range(FLOOR - 6, TOP, -9))
    return f'{box}<path d="{lines}" stroke="#111" stroke-width="1.5"/>'


def _scale(positions: int) -> str:
    """The foot of the bars, the numbers of a few positions, and what they count."""
    step = _step(positions)
    round_ones = (at for at in range(step, positions, step) if at > 1 and at + step * 0.4 < positions)
    marks = "".join(_text(_x(at - 0.5, positions), FOOT, f"{at:,}") for at in (1, *round_ones, positions))
    return (f'<path d="M{PAD} {FLOOR + 0.5}H{WIDTH - PAD}" stroke="currentColor" stroke-opacity="0.6"/>{marks}'
            f'{_text(WIDTH / 2, FOOT + LINE, "cut after byte")}')


def _text(x: float, y: float, words: str, more: str = "") -> str:
    """*words* around *x*, but inside the picture."""
    room = min(5 * len(words) + 1, WIDTH / 2)        # half of their width
    return (f'<text x="{min(max(x, room), WIDTH - room):.1f}" y="{y}" text-anchor="middle" {FONT} {more}>'
            f'{words}</text>')


def _step(positions: int) -> int:
    """A round distance between numbers, about five of them."""
    power = 10 ** max(len(str(positions // 5)) - 1, 0)
    return next(digit * power for digit in (1, 2, 5, 10) if digit * power * 6 >= positions)


def _x(place: float, positions: int) -> float:
    return PAD + place * (WIDTH - 2 * PAD) / positions
