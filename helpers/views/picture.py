"""From a matplotlib figure to the bytes that a notebook shows, without pyplot and its global state.

    chart(plot_retry_load, loads, words="Full jitter takes the busiest second from 200 retries to 83.")
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from helpers.views import style

if TYPE_CHECKING:
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
    """The rendered figure as PNG, cut into *parts* of equal width. Level 1: three times as fast as level 6."""
    from PIL import Image

    width, height = figure.canvas.get_width_height()
    whole = Image.frombuffer("RGBA", (width, height), figure.canvas.buffer_rgba(), "raw", "RGBA", 0, 1).convert("RGB")
    edges = [round(width * k / parts) for k in range(parts + 1)]
    return [_encode(whole.crop((a, 0, b, height))) for a, b in zip(edges, edges[1:], strict=False)]


def _encode(image: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, "png", compress_level=1)
    return out.getvalue()


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
