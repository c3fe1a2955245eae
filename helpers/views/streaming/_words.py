"""Numbers as this lesson's views write them."""

from __future__ import annotations


def seconds(value: float) -> str:
    """15.6, 0.62, 5 or 0.004: seconds as a reader needs them, without the unit."""
    digits = 1 if value >= 1 else 2 if value >= 0.01 or value == 0 else 3
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def count(number: int, one: str) -> str:
    """"1 event", "2 events"."""
    return f"{number:,} {one}{'s' * (number != 1)}"


def illustration(constructed: bool) -> str:
    """What a title begins with when no server sent what the chart shows."""
    return "Illustration: " if constructed else ""
