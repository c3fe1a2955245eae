"""The three schedules: they name every lesson, add up, and remember the choice."""

from __future__ import annotations

import json

import pytest

from helpers.classroom import progress
from helpers.classroom import schedules as module
from helpers.settings import NOTEBOOKS

NUMBERS = ["00", "01", "02", "03a", "03b", "04", "05", "06", "07", "08"]


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    """An empty progress folder."""
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))


@pytest.fixture
def shown():
    """`shown()` is a schedule whose widgets are built; closed afterwards."""
    pytest.importorskip("ipywidgets")
    made = []

    def show():
        made.append(module.schedule())
        made[-1]._repr_mimebundle_()
        return made[-1]

    yield show
    for explorer in made:
        explorer.close()


def choose(explorer, plan):
    """Take *plan* from the list, as a learner would."""
    explorer.controls["plan"].value = plan


def test_there_are_three_ways_through_the_course():
    """By these ids, which progress keeps."""
    assert ["self-study", "interview", "workshop"] == list(module.plans())


def test_the_lessons_have_the_names_of_their_notebooks():
    """Each notebook that is there is one that the schedules know."""
    names = list(module._data()["lessons"])

    assert NUMBERS == [name.partition("_")[0] for name in names]
    assert set() == {path.stem for path in NOTEBOOKS.glob("[0-9]*.ipynb")} - set(names)


@pytest.mark.parametrize("plan", ["self-study", "interview", "workshop"])
def test_a_plan_names_every_lesson(plan):
    """Also what is left out is named."""
    raw = next(raw for raw in module._data()["plans"] if raw["id"] == plan)

    assert NUMBERS == sorted(set(module.REFERENCE.findall(json.dumps(raw))))
    assert set(module._data()) == {"lessons", "plans"}


def test_self_study_takes_the_lessons_in_order():
    """One a session."""
    assert NUMBERS == [row.what.partition(" ")[0] for row in module.plans()["self-study"].rows]


def test_the_workshop_fills_half_a_day_without_gap_or_overlap():
    """Each part begins when the one before it ends: 240 minutes from nine."""
    at = 9 * 60
    for row in module.plans()["workshop"].rows:
        assert f"{at // 60:02}:{at % 60:02}" == row.when
        at += row.minutes
    assert 13 * 60 == at


def test_an_interview_day_is_under_two_hours_and_a_half():
    """Three evenings beside a job."""
    days: dict[str, int] = {}
    for row in module.plans()["interview"].rows:
        days[row.when] = days.get(row.when, 0) + row.minutes
    assert ["Day 1", "Day 2", "Day 3"] == list(days)
    assert max(days.values()) <= 150


def test_what_is_not_there_yet_is_marked_by_looking(tmp_path):
    """A lesson's mark goes when its file comes; in every text, breaks and all."""
    (tmp_path / "07_black_friday.ipynb").write_text("{}")
    rows = module.plans(tmp_path)["self-study"].rows
    assert ["06 History trimming (to come)", "07 Black Friday"] == [row.what for row in rows[7:9]]
    assert "as homework" in module.plans(tmp_path)["workshop"].rows[-1].left_out
    assert "07 Black Friday and 08 Interview drill (to come)" in module.plans(tmp_path)["workshop"].rows[-1].left_out
    assert "To come: 00, 01, 02, 03a, 03b, 04, 05, 06, 08." in module.in_words(module.plans(tmp_path)["self-study"])

    for name in module._data()["lessons"]:
        (tmp_path / f"{name}.ipynb").write_text("{}")
    for plan in module.plans(tmp_path).values():
        assert "to come" not in module.table_html(plan) + module.in_words(plan).lower()


def test_no_mark_is_written_by_hand():
    """The data know nothing of what is finished."""
    assert "to come" not in module.FILE.read_text("utf-8").lower()


def test_the_words_say_how_long_and_how_many():
    """For a page without a table."""
    words = module.in_words(module.plans()["workshop"])

    assert words.startswith("Workshop, half a day: 240 minutes in 12 parts. ")


def test_a_day_is_named_once():
    """The three days of the interview plan stand in its first column once each."""
    html = module.table_html(module.plans()["interview"])

    assert [1, 1, 1] == [html.count(f">Day {n}<") for n in (1, 2, 3)]


def test_a_newcomer_starts_with_self_study_and_showing_records_nothing(shown):
    """What a lesson shows with an empty folder is the same each time, and leaves the folder empty."""
    first = shown()
    assert "self-study" == first.controls["plan"].value
    assert first.words.startswith("Self-study: ")

    assert str(first) == str(shown())
    assert not progress.folder().exists()


def test_a_choice_is_recorded_and_is_where_the_next_schedule_starts(shown):
    """Also when the learner changes mind and comes back."""
    explorer = shown()
    for plan in ("interview", "workshop", "interview"):
        choose(explorer, plan)
    assert explorer.words.startswith("Interview in three days: ")

    assert ["interview", "workshop", "interview"] == [event.item for event in progress.of("schedule")]
    assert "interview" == shown().controls["plan"].value
    assert 3 == len(progress.of("schedule"))


def test_an_unknown_choice_in_the_file_is_passed_over(shown):
    """From an older version of the course, say."""
    progress.record("schedule", "workshop")
    progress.record("schedule", "a year in Provence")

    assert "workshop" == shown().controls["plan"].value
