"""An exercise: what is checked, in which order, what its hints say, and one good solution.

    Exercise(id="01-1", name="my_cost", call="my_cost(usage, price)", checks=(one_million, zero), praise="...",
             hints=("a question", "a pointer", "nearly the code"), solution=my_cost)

A check is a function from an Attempt to a Problem, or to None where all is well. It tests for right *before* it
looks for what went wrong, and judges behaviour only: never the source.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpers.classroom.attempt import Attempt
    from helpers.classroom.report import Problem

Check = Callable[["Attempt"], "Problem | None"]
FOLDER = Path(__file__).resolve().parents[1] / "exercises"
NUMBER = re.compile(r"\d\d[a-z]?")
"""A lesson's number: two digits, and a letter where one subject takes two lessons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """One exercise, as its lesson's module in `helpers/exercises/` defines it."""

    id: str
    """Lesson and number: "01-2"."""
    name: str
    """What the learner's function (or value) is called in the lesson."""
    call: str
    """How we call it: "my_cost(usage, price)"; the name alone where the answer is a value."""
    checks: tuple[Check, ...]
    praise: str
    """What passing proved, and what to take from it: one or two sentences."""
    hints: tuple[str, str, str]
    """A question, a pointer, nearly the code."""
    solution: Callable[..., object]
    """One good solution, whose source `solution()` shows; for a value, a function without arguments that returns it."""
    is_value: bool = False


class NoSuchExercise(LookupError):
    """There is no exercise of that id; the message lists those that are."""


def find(exercise_id: str) -> Exercise:
    """The exercise with this id, from `helpers.exercises.eNN`; raise NoSuchExercise where there is none."""
    lesson = str(exercise_id).partition("-")[0]
    found = _of_lesson(lesson).get(exercise_id)
    if found is None:
        listed = known(lesson) or [one for number in lessons() for one in known(number)]
        raise NoSuchExercise(f"There is no exercise {exercise_id!r:.40}. There are: {', '.join(listed) or 'none yet'}.")
    return found


def known(lesson: str) -> list[str]:
    """The ids of a lesson's exercises, such as ["01-1", "01-2"]; [] where it has none."""
    return list(_of_lesson(lesson))


def lessons() -> list[str]:
    """The numbers of the lessons that have exercises: ["00", "01", "03a"]."""
    return sorted(path.stem.removeprefix("e") for path in FOLDER.glob("e*.py") if NUMBER.fullmatch(path.stem[1:]))


@cache
def _of_lesson(lesson: str) -> dict[str, Exercise]:
    if not (NUMBER.fullmatch(lesson) and (FOLDER / f"e{lesson}.py").is_file()):
        return {}
    return {exercise.id: exercise for exercise in import_module(f"helpers.exercises.e{lesson}").EXERCISES}
