"""Pictures in outputs: they decode, show something, and show what a fresh run shows."""

from __future__ import annotations

import base64
import binascii
import io

import numpy as np
from PIL import Image, UnidentifiedImageError

BLANK = 2.0
"""Standard deviation of the pixels (0 to 255) below which a picture shows nothing; empty axes have about 24."""
TILE = 16
TOLERANCE = 10.0
"""How far the mean of a colour in a tile of 16 x 16 pixels may be off, of 255.

Measured on a line chart: another hinting, no antialiasing, or another font move a tile by at most 8; a line drawn
one pixel away, in another colour, left out, or a marker too many move one by 17 or more. A changed word in a title
stays below: words are compared in the text beside the picture.
"""


def picture_problem(saved: str, fresh: str) -> str | None:
    """Say what is wrong with a saved picture, given the one of a fresh run (both base64 of a PNG), or None."""
    try:
        pixels, expected = _pixels(saved), _pixels(fresh)
    except (binascii.Error, UnidentifiedImageError, OSError, SyntaxError) as error:
        return f"the picture does not decode ({type(error).__name__}: {error})"
    if pixels.shape != expected.shape:
        return f"the picture is {_size(pixels)} pixels, in the run {_size(expected)}"
    if pixels.std() < BLANK:
        return f"the picture is blank (its pixels vary by {pixels.std():.1f} of 255)"
    off = np.abs(_tiles(pixels) - _tiles(expected)).max()
    if off > TOLERANCE:
        return f"the picture shows something else (a tile is off by {off:.0f} of 255, {TOLERANCE:.0f} are allowed)"
    return None


def _pixels(picture: str) -> np.ndarray:
    """Decode a base64 PNG; return float64, shape (height, width, 3), 0 to 255, on white."""
    image = Image.open(io.BytesIO(base64.b64decode("".join(picture.split()), validate=True))).convert("RGBA")
    white = Image.new("RGBA", image.size, "white")
    return np.asarray(Image.alpha_composite(white, image).convert("RGB"), dtype=float)


def _tiles(pixels: np.ndarray) -> np.ndarray:
    """Average over tiles; shape (rows, columns, 3). The last row and column are filled up by repeating the edge."""
    height, width, _ = pixels.shape
    filled = np.pad(pixels, ((0, -height % TILE), (0, -width % TILE), (0, 0)), mode="edge")
    return filled.reshape(filled.shape[0] // TILE, TILE, filled.shape[1] // TILE, TILE, 3).mean(axis=(1, 3))


def _size(pixels: np.ndarray) -> str:
    return f"{pixels.shape[1]} x {pixels.shape[0]}"
