"""Small pieces of HTML that the lessons' views share. Without their styles (on GitHub) they still read."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

INK = "color:var(--jp-content-font-color1);font-size:15px;line-height:1.5"
FRAME = "border:1px solid var(--jp-border-color1,#bdbdbd);border-radius:4px;padding:8px 12px;margin:0 0 10px"
CODE = "font-family:var(--jp-code-font-family,monospace);font-size:14px"


def safe(text: object) -> str:
    """*text* as text: no markup of a model's gets through, and two dollar signs are no formula."""
    return escape(str(text)).replace("$", "<span>$</span>")


def code(text: object) -> str:
    """*text* as code that may break anywhere."""
    return f'<code style="{CODE};color:inherit;background:none;overflow-wrap:anywhere">{safe(text)}</code>'


def columns(parts: Iterable[str], width: str) -> str:
    """*parts* side by side, each at least *width* (in em), below each other where there is no room."""
    cells = "".join(f'<div style="flex:1 1 {width};min-width:0">{part}</div>' for part in parts)
    return f'<div style="display:flex;flex-wrap:wrap;column-gap:24px;{INK}">{cells}</div>'


def card(title: str, body: str, colour: str) -> str:
    """A frame with a bar of *colour* at its left; title and body are HTML."""
    return f'<div style="{FRAME};border-left:6px solid {colour}"><div>{title}</div>{body}</div>'


def shortened(text: str, head: int = 70, tail: int = 45) -> str:
    """*text* with its middle left out where it is long: how an answer begins and how it ends both matter."""
    if len(text) <= head + tail + 5:
        return text
    begin, end = text[:head].rpartition(" ")[0] or text[:head], text[-tail:].partition(" ")[2] or text[-tail:]
    return f"{begin} … {end}"


def quoted(text: str) -> str:
    """*text*, shortened, as Python writes it: its line ends and spaces at the end are seen."""
    return repr(shortened(text))
