"""What a learner can move: plain values, so that a view can name its controls without loading ipywidgets.

    Slider("turns", "turns", low=1, high=30, value=5)
    Slider("users", "users a day", values=(100, 1_000, 10_000), value=1_000)
    Slider("rate", "rate", low=1, high=1_000, value=10, log=True, unit="per second")

Every control has a `name` (the keyword that the view's functions are called with), a `label` (what is
read on screen), and a `value` (the state that the saved notebook shows).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Slider:
    """A number: from `low` to `high` in steps, or on a 1-2-5 scale (`log`), or one of `values`."""

    name: str
    label: str
    low: float | None = None
    high: float | None = None
    step: float = 1
    value: float = 0
    unit: str = ""
    """Shown after the label; "" for a plain count."""
    log: bool = False
    values: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not self.values and (self.low is None or self.high is None or not self.low < self.high):
            raise ValueError(f"slider {self.name!r} needs low < high, or values; got {self.low} and {self.high}.")
        if self.log and not self.low > 0:
            raise ValueError(f"slider {self.name!r} is logarithmic, so low must be above 0; got {self.low}.")
        stops = self.stops()
        if not any(math.isclose(self.value, stop) for stop in stops):
            raise ValueError(f"slider {self.name!r} can't start at {self.value}: it goes {_some(stops)}.")

    def stops(self) -> tuple[float, ...]:
        """Every value that the slider can take, ascending."""
        if self.values:
            return tuple(self.values)
        if self.log:
            return tuple(_one_two_five(self.low, self.high))
        count = math.floor((self.high - self.low) / self.step + 1e-9)
        return tuple(self.low + self.step * k for k in range(count + 1))


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several named options. `options` maps what is shown to the value that the view gets."""

    name: str
    label: str
    options: tuple[tuple[str, object], ...]
    value: object

    def __post_init__(self) -> None:
        if None in [value for _, value in self.options]:
            raise ValueError(f"choice {self.name!r} has None for a value, which a list shows as nothing chosen: "
                             "give 0 or a word.")
        if self.value not in [value for _, value in self.options]:
            shown = ", ".join(text for text, _ in self.options)
            raise ValueError(f"choice {self.name!r} can't start at {self.value!r}: its options are {shown}.")


@dataclass(frozen=True, slots=True)
class Toggle:
    """Yes or no."""

    name: str
    label: str
    value: bool


Control = Slider | Choice | Toggle


def options(*names: str) -> tuple[tuple[str, str], ...]:
    """Options that are shown as what they are: for `Choice(..., options=options("a", "b"), value="a")`."""
    return tuple((name, name) for name in names)


def _one_two_five(low: float, high: float) -> Iterator[float]:
    for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1):
        for digit in (1, 2, 5):
            value = digit * 10**power
            if low <= value <= high:
                yield value


def _some(stops: tuple[float, ...]) -> str:
    if len(stops) <= 6:
        return ", ".join(f"{stop:g}" for stop in stops)
    return f"{stops[0]:g}, {stops[1]:g}, {stops[2]:g} ... {stops[-1]:g}"
