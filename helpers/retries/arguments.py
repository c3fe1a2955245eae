"""Arguments that make no sense are refused where they are given, in the same words everywhere."""

from __future__ import annotations

import math
from typing import Any


def check_count(name: str, value: Any) -> None:
    """ValueError unless *value* is a whole number of 1 or more; True is none."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"{name} must be a whole number of 1 or more; got {value!r}.")


def check_amount(name: str, value: Any, *, positive: bool) -> None:
    """ValueError unless *value* is a finite number of 0 or more, above 0 where *positive*; NaN and True are none."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < math.inf
    if not number or (positive and value == 0):
        raise ValueError(f"{name} must be a number {'above 0' if positive else 'of 0 or more'}, not infinite; "
                         f"got {value!r}.")
