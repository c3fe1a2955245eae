"""Planted bugs: for each message of a checker one wrong answer that must trigger exactly it; and right answers
written in unusual ways, which must pass.

    @mutant("01-1", "unit")
    def forgets_to_divide(usage, price): ...

    @right("01-1")
    def with_a_loop(usage, price): ...

One module a lesson, `mNN.py`; `tests/test_exercises.py` runs them all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Planted:
    """An answer and what the checker must say to it first; "" where it must pass."""

    exercise: str
    code: str
    answer: Any
    name: str


PLANTED: list[Planted] = []


def mutant(exercise: str, code: str, name: str = "") -> Callable[[Any], Any]:
    """Plant the decorated answer (or, called with a value, that value): the first problem must be *code*."""
    def plant(answer: Any) -> Any:
        PLANTED.append(Planted(exercise, code, answer, name or getattr(answer, "__name__", code)))
        return answer

    return plant


def right(exercise: str, name: str = "") -> Callable[[Any], Any]:
    """Plant a right answer."""
    return mutant(exercise, "", name)
