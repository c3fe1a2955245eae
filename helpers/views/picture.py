"""From a matplotlib figure to the bytes that a notebook shows, without pyplot and its global state.

    chart(plot_retry_load, loads, words="Full jitter takes the busiest second from 200 retries to 83.")
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from helpers.views import style

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from matplotlib.figure import Figure

SIZE = (6.6, 4.0)
"""Inches: 634 x 384 px, so that nothing shrinks below 11 pt on a 1024 px projector."""


def new_figure(size: tuple[float, float] = SIZE) -> Figure:
    """An empty figure of *size* inches that nothing but its owner holds, so none is left behind."""
    import matplotlib
    from matplotlib.figure import Figure

    from helpers.views._canvas import QuickCanvas

    with matplotlib.rc_context(style.RC):
        figure = Figure(figsize=size, dpi=style.DPI, facecolor="white")
    QuickCanvas(figure)
    return figure


def draw_on(figure: Figure, draw: Callable[..., object], *args: Any, **values: Any) -> None:
    """Call `draw(figure, ...)` and render the result, in the course's style."""
    import matplotlib

    with matplotlib.rc_context(style.RC):
        draw(figure, *args, **values)
        figure.canvas.draw()


def png(figure: Figure, *, parts: int = 1) -> list[bytes]:
    """The rendered figure as PNG, cut into *parts* of equal width."""
    import numpy as np

    pixels = np.asarray(figure.canvas.buffer_rgba())[..., :3]
    return [_encode(part) for part in np.array_split(pixels, parts, axis=1)]


def _encode(pixels: np.ndarray) -> bytes:
    """RGB pixels, uint8, shape (height, width, 3), as PNG. Half of Pillow's time: a flat chart needs no row filters."""
    import numpy as np

    height, width, _ = pixels.shape
    rows = np.zeros((height, 1 + 3 * width), np.uint8)   # each begins with its filter's number: 0, none
    rows[:, 1:] = pixels.reshape(height, -1)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)     # 8 bits, RGB
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(rows, level=1)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(struct.pack(">I", len(data)) + kind + data
                                           + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks)


@dataclass(frozen=True, slots=True)
class Chart:
    """A finished picture with the same message in words: what a cell shows, a screen reader reads, nbval compares."""

    picture: bytes = field(repr=False)
    words: str
    numbers: pd.DataFrame | None = field(default=None, repr=False, compare=False)
    """The numbers behind the picture, for a cell that wants to show them."""

    def __str__(self) -> str:
        return self.words

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"image/png": base64.b64encode(self.picture).decode(), "text/plain": self.words}


def chart(plot: Callable[..., object], *args: Any, words: str, numbers: pd.DataFrame | None = None,
          size: tuple[float, float] = SIZE) -> Chart:
    """Draw `plot(ax, *args)` on axes of its own, with the same message in *words*."""
    figure = new_figure(size)
    draw_on(figure, lambda fig: plot(*style.panels(fig, 1), *args))
    return Chart(png(figure)[0], words, numbers)
