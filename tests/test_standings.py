"""What the events add up to, per lesson."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import pytest

from helpers.classroom import progress
from helpers.classroom import standings as module

NINE = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def event(kind, item, **data):
    """An event at nine."""
    return progress.Event(kind, item, NINE, data)


@pytest.fixture
def known(monkeypatch):
    """Exercises that the lessons have; the test fills it."""
    exercises: dict[str, set[str]] = {}
    monkeypatch.setattr(module, "_known", lambda lesson: exercises.get(lesson, set()))
    return exercises


EVENTS = [
    event("open", "01"), event("schedule", "self-study"),
    event("predict", "01-p1", guess="5"), event("predict", "01-p1", guess="6"), event("predict", "01-p2"),
    event("quiz", "01-q1", right=False), event("quiz", "01-q1", right=True), event("quiz", "01-q2", right=True),
    event("check", "01-1", outcome="not yet"), event("check", "01-1", outcome="passed"),
    event("check", "01-1", outcome="passed"), event("check", "01-2", outcome="raised"),
    event("hint", "01-1", level=1), event("hint", "01-1", level=1), event("hint", "01-1", level=2),
    event("quiz", "00-q1", right=True),
]


def test_events_add_up_lesson_by_lesson(known):
    """Items count once; of a quiz item the first answer counts."""
    known["01"] = {"01-1", "01-2"}

    zero, one = module.add_up(EVENTS).lessons

    assert ("00", 1, 1) == (zero.lesson, zero.right, zero.answered)
    assert module.LessonStanding(lesson="01", predictions=2, right=1, answered=2, passed=1, exercises=2,
                                 hints=2) == one


def test_it_reads_as_a_small_table(known):
    """Numbers stand under their names; the lessons have their titles."""
    known["01"] = {"01-1", "01-2"}

    lines = str(module.add_up(EVENTS)).splitlines()

    assert ["lesson              predictions  quiz, first try  exercises  hints",
            "00 Start here                 0           1 of 1          0      0",
            "01 Token economics            2           1 of 2     1 of 2      2"] == lines


def test_the_notebook_shows_the_same_as_html(known):
    """A table with headings, and the text beside it; the same bytes each time."""
    faces = module.add_up(EVENTS)._repr_mimebundle_()

    assert {"text/html", "text/plain"} == set(faces)
    assert 5 == faces["text/html"].count('<th scope="col"')
    assert "01 Token economics" in faces["text/html"]
    assert faces == module.add_up(EVENTS)._repr_mimebundle_()


def test_nothing_done_is_one_sentence(tmp_path, monkeypatch):
    """An empty folder, as in every test run of a lesson."""
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))
    now = module.standing()

    assert "Nothing yet: your predictions, quiz answers, exercises and hints will be counted here." == str(now)
    assert str(now) in now._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize("idle", [
    event("open", "01"), event("schedule", "interview"), event("exit", "01-x"), event("check", "no lesson"),
    event("check", "01-1", outcome="not attempted"), event("solution", "01-1")])
def test_what_is_no_try_makes_no_row(known, idle):
    """Run All on an untouched lesson checks every exercise, and that is nothing yet."""
    assert () == module.add_up([idle]).lessons


def test_a_lesson_whose_exercises_are_not_known_counts_what_was_passed(known):
    """No "1 of 0"."""
    (one,) = module.add_up([event("check", "05-1", outcome="passed")]).lessons

    assert "1" == one.cells()[3]


def test_an_exercise_that_the_lesson_no_longer_has_is_left_out(known):
    """Never "2 of 1"."""
    known["01"] = {"01-1"}
    passed = [event("check", item, outcome="passed") for item in ("01-1", "01-9")]

    assert "1 of 1" == module.add_up(passed).lessons[0].cells()[3]


def test_odd_data_counts_as_not_right(known):
    """A file edited by hand does not break the table."""
    odd = [event("quiz", "01-q1", right="yes"), event("hint", "01-1", level=[1]), event("check", "01-1", outcome=[5])]

    (one,) = module.add_up(odd).lessons

    assert (0, 1, 0, 1) == (one.right, one.answered, one.passed, one.hints)


def test_without_a_module_of_exercises_none_are_known(monkeypatch):
    """A lesson may come before its exercises."""
    monkeypatch.setitem(sys.modules, "helpers.classroom.exercise", None)

    assert set() == module._known("01")


def test_standing_reads_todays_folder(tmp_path, monkeypatch, known):
    """What was recorded shows."""
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    progress.record("predict", "01-p1")

    assert 1 == module.standing().lessons[0].predictions
