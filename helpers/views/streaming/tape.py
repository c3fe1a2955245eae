"""A stream's bytes as a tape under a knife: each byte as hex, each character above its bytes."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from helpers.views.streaming._words import count

HALF = 13
"""Bytes shown on each side of the cut: 26 cells of 28 px, 728 px in all."""
CELL_PX = 28
FIRST, SECOND, INK = "#CDE9F8", "#FBE3B3", "#111111"
"""The two pieces' fills, pale enough for black text in a light and a dark theme."""
KNIFE = "#B00020"
CELL = f"padding:0;text-align:center;vertical-align:middle;overflow:hidden;white-space:nowrap;color:{INK};height:26px"
EDGE = "1px solid #767676"
BLANK = "padding:0;background:none;border:0;white-space:nowrap"
MONO = "font-family:var(--jp-code-font-family,monospace);font-size:15px;line-height:1.3"
NAMES = {"\n": "LF", "\r": "CR", "\t": "TAB", " ": "␣", "\xa0": "NBSP", "\u200d": "ZWJ", "\ufeff": "BOM"}
"""What leaves no mark, by name. The control pictures (␊ ␍) are boxes in many fonts."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One character and where its bytes lie."""

    start: int
    end: int
    """After its last byte."""
    glyph: str
    """What to show: line ends and spaces made visible."""


def letters(stream: bytes) -> list[Letter]:
    """The characters of *stream* in order; a byte that is no UTF-8 stands alone as "�"."""
    found, start = [], 0
    while start < len(stream):
        size, text = _decoded(stream, start)
        found.append(Letter(start, start + size, _glyph(text)))
        start += size
    return found


def place(stream: bytes, cut: int, tape: Sequence[Letter] | None = None) -> str:
    """Where a cut after *cut* bytes falls, in words: inside a character, between CR and LF, between two events."""
    letter = letter_at(letters(stream) if tape is None else tape, cut)
    if letter.start < cut:
        return f"inside {letter.glyph}, after {cut - letter.start} of its {letter.end - letter.start} bytes"
    before, after = stream[:cut], stream[cut:cut + 1]
    if before.endswith(b"\r") and after == b"\n":
        return "between the CR and the LF of one line end"
    if before.endswith((b"\n\n", b"\r\n\r\n", b"\r\r")):
        return "between two events"
    if before.endswith((b"\n", b"\r")):
        return "before the blank line that ends an event" if after in (b"\n", b"\r") else "between two lines"
    return "at the end of a line, before its line end" if after in (b"\n", b"\r") else "inside a line"


def letter_at(tape: Sequence[Letter], byte: int) -> Letter:
    """The character that byte number *byte*, from 0, belongs to."""
    return tape[bisect_right(tape, byte, key=lambda letter: letter.start) - 1]


def tape_html(stream: bytes, cut: int, tape: Sequence[Letter] | None = None) -> str:
    """The bytes around the cut, the knife always in the middle, so that the tape moves under it."""
    tape = letters(stream) if tape is None else tape
    low, high = max(cut - HALF, 0), min(cut + HALF, len(stream))
    rows = [_pieces(cut, len(stream)), _row(stream, cut, _glyphs(tape, cut, low, high)),
            _row(stream, cut, _bytes(stream, tape, cut, low, high))]
    said = f"{count(cut, 'byte')} before the cut, {len(stream) - cut:,} after it; {place(stream, cut, tape)}"
    room = f"max-width:{2 * HALF * CELL_PX}px;margin:8px 0;overflow-x:auto"
    table = ("border-collapse:separate;border-spacing:0;table-layout:fixed;width:100%;min-width:600px;border:0;"
             f"margin:0;{MONO}")
    return (f'<div role="img" aria-label="{escape(said)}" style="{room}"><table style="{table}">'
            f'<tbody>{"".join(rows)}</tbody></table></div>')


def _pieces(cut: int, size: int) -> str:
    """How long each piece is, and the scissors on the line between them."""
    look = (f"{BLANK};padding:0 20px 2px;height:26px;position:relative;vertical-align:bottom;font-size:15px;"
            "font-family:var(--jp-content-font-family,sans-serif);color:var(--jp-content-font-color1)")
    scissors = ('<span style="position:absolute;left:-10px;bottom:0;width:24px;text-align:center;font-size:22px;'
                f'line-height:1;transform:rotate(90deg);color:var(--jp-error-color1,{KNIFE})">✂</span>')
    return (f'<tr style="background:none"><td colspan="{HALF}" style="{look};text-align:right">'
            f'first piece: {count(cut, "byte")}</td><td colspan="{HALF}" style="{look};text-align:left">'
            f'{scissors}second piece: {count(size - cut, "byte")}</td></tr>')


def _row(stream: bytes, cut: int, cells: str) -> str:
    """*cells* between the empty places before the stream's start and after its end."""
    return f'<tr style="background:none">{_empty(HALF - cut)}{cells}{_empty(HALF - (len(stream) - cut))}</tr>'


def _empty(cells: int) -> str:
    return f'<td colspan="{cells}" style="{BLANK}"></td>' if cells > 0 else ""


def _glyphs(tape: Sequence[Letter], cut: int, low: int, high: int) -> str:
    """One cell a character, as wide as its bytes that are in sight; a bar joins the bytes of one character."""
    cells, at = [], low
    while at < high:
        letter = letter_at(tape, at)
        start, end = max(letter.start, low), min(letter.end, high)
        joined = letter.end - letter.start > 1
        bar = f"border-bottom:3px solid {INK};margin:0 5px" if joined else "border-bottom:3px solid transparent"
        size = 14 if len(letter.glyph) > 1 else 17
        cells.append(f'<td colspan="{end - start}" style="{CELL};{_fill(start, end, cut)};'
                     f'{_edges(start, end, cut, letter, tape)};border-top:{EDGE}">'
                     f'<span style="display:block;font-size:{size}px;line-height:22px;{bar}">'
                     f'{escape(letter.glyph)}</span></td>')
        at = end
    return "".join(cells)


def _bytes(stream: bytes, tape: Sequence[Letter], cut: int, low: int, high: int) -> str:
    """One cell a byte, in hex."""
    return "".join(f'<td style="{CELL};{_fill(at, at + 1, cut)};{_edges(at, at + 1, cut, letter_at(tape, at), tape)};'
                   f'border-bottom:{EDGE}">{stream[at]:02X}</td>' for at in range(low, high))


def _fill(start: int, end: int, cut: int) -> str:
    """The piece's colour; a character that the knife went through has both, and the knife's line between."""
    if not start < cut < end:
        return f"background:{FIRST if end <= cut else SECOND}"
    share = f"{100 * (cut - start) / (end - start):.2f}%"
    return (f"background:linear-gradient(90deg,{FIRST} {share},{KNIFE} {share},"
            f"{KNIFE} calc({share} + 4px),{SECOND} calc({share} + 4px))")


def _edges(start: int, end: int, cut: int, letter: Letter, tape: Sequence[Letter]) -> str:
    """A cell's edges: the knife's line or the edge of a character at its left, and one where the stream ends."""
    left = f"4px solid {KNIFE}" if start == cut else EDGE if start == letter.start else "0"
    return f"border:0;border-left:{left}" + (f";border-right:{EDGE}" if end == tape[-1].end else "")


def _decoded(stream: bytes, start: int) -> tuple[int, str]:
    """(bytes, character) of what begins at *start*."""
    for size in range(1, 5):
        try:
            return size, stream[start:start + size].decode()
        except UnicodeDecodeError:
            continue
    return 1, "\ufffd"


def _glyph(text: str) -> str:
    """What shows *text*, one character: its name where it leaves no mark of its own."""
    kind = unicodedata.category(text)
    if kind in ("Cf", "Cc", "Zs", "Zl", "Zp"):
        return NAMES.get(text) or (f"{ord(text):02X}" if ord(text) < 0x80 else f"U+{ord(text):04X}")
    return f"◌{text}" if kind == "Mn" else text
