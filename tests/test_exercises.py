"""Every exercise: untouched, right in more ways than one, and wrong in each way that has a message."""

from __future__ import annotations

import ast
from importlib import import_module

import pytest

from helpers.classroom import check, hint, solution
from helpers.classroom.exercise import find, known, lessons
from helpers.settings import ROOT
from tests.mutants import PLANTED

for _lesson in lessons():
    import_module(f"tests.mutants.m{_lesson}")

EXERCISES = [exercise for lesson in lessons() for exercise in known(lesson)]
WRONG = [planted for planted in PLANTED if planted.code]
RIGHT = [planted for planted in PLANTED if not planted.code]
GENERAL = {"raised", "unreadable", "no-return", "not-a-function", "signature", "too-long", "coroutine", "generator",
           "slept", "asked-for-input", "left", "replaced", "no-number"}
"""Codes that every exercise shares; tests/test_checking.py triggers each."""


def _named(planted) -> str:
    return f"{planted.exercise}-{planted.name}"


@pytest.fixture(autouse=True)
def _empty_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))


@pytest.mark.parametrize("exercise", EXERCISES)
def test_the_reference_solution_passes(exercise):
    """
    What `solution()` shows passes every check.
    """
    task = find(exercise)
    report = check(exercise, task.solution() if task.is_value else task.solution)

    assert (True, ()) == (report.passed, report.problems), report


@pytest.mark.parametrize("planted", RIGHT, ids=_named)
def test_a_right_answer_passes_however_it_is_written(planted):
    """
    Behaviour is judged, not the way to it.
    """
    report = check(planted.exercise, planted.answer)

    assert report.passed, report


@pytest.mark.parametrize("planted", WRONG, ids=_named)
def test_a_planted_bug_gets_exactly_its_message(planted):
    """
    The first problem names the mistake, and the report tells all four parts of it.
    """
    report = check(planted.exercise, planted.answer)

    assert planted.code == (report.problems or ("passed",))[0], report
    assert all(label in str(report) for label in ("We sent", "You ", "It should", "Because"))


@pytest.mark.parametrize("exercise", EXERCISES)
def test_an_exercise_has_three_wrong_answers_at_least_and_two_right_ones(exercise):
    """
    An exercise that nobody tried to get wrong has messages that nobody has read.
    """
    assert 3 <= len({planted.code for planted in WRONG if planted.exercise == exercise})
    assert 2 <= sum(planted.exercise == exercise for planted in RIGHT)


def _codes(lesson: str) -> set[str]:
    """Every code that a lesson's modules give to a Problem in so many words."""
    found = set()
    for path in (ROOT / "helpers" / "exercises").glob(f"e{lesson}*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                found |= {word.value.value for word in node.keywords
                          if word.arg == "code" and isinstance(word.value, ast.Constant)}
    return found


@pytest.mark.parametrize("lesson", lessons())
def test_every_message_has_a_planted_bug(lesson):
    """
    A message without a mutant may never appear, or at the wrong moment.
    """
    planted = {one.code for one in WRONG if one.exercise.startswith(f"{lesson}-")}

    assert set() == _codes(lesson) - planted - GENERAL


@pytest.mark.parametrize("exercise", EXERCISES)
def test_hints_go_from_a_question_to_nearly_the_code(exercise):
    """
    Three hints, each longer than nothing, the first a question; none breaks off, and the solution's source is shown.
    """
    task = find(exercise)

    assert task.hints[0].rstrip().endswith("?")
    assert "`" in task.hints[2]
    assert all(len(text) > 20 and text in str(hint(exercise, level)).replace("\n", " ")
               for level, text in enumerate(task.hints, start=1))
    kind = "class" if isinstance(task.solution, type) else "def"
    assert f"{kind} {task.solution.__name__}" in str(solution(exercise, give_up=True))
