"""The learner's copies in work/: made once, never overwritten, moved aside when the learner asks for a fresh one."""

from __future__ import annotations

import json

import pytest

from helpers.cli import fresh, lessons
from helpers.cli.stop import Stop


@pytest.fixture
def course(tmp_path):
    """A course of two lessons and a work folder that is not there yet, as (notebooks, work)."""
    notebooks = tmp_path / "notebooks"
    notebooks.mkdir()
    for name in ("01_token_economics", "02_retries"):
        (notebooks / f"{name}.ipynb").write_text(f"first edition of {name}", encoding="utf-8")
    return notebooks, tmp_path / "work"


def test_every_lesson_is_copied_once(course):
    """The first run copies all lessons, byte for byte, and has nothing to say."""
    notebooks, work = course

    assert [] == lessons.copy_new(notebooks, work)

    assert (work / "02_retries.ipynb").read_bytes() == (notebooks / "02_retries.ipynb").read_bytes()
    assert ["01_token_economics.ipynb", "02_retries.ipynb"] == sorted(path.name for path in work.glob("*.ipynb"))


def test_a_learners_work_survives_every_further_run(course):
    """An edited copy stays as it is, and nothing is said while the lesson is the one that it began as."""
    notebooks, work = course
    lessons.copy_new(notebooks, work)
    mine = work / "01_token_economics.ipynb"
    mine.write_text("my work", encoding="utf-8")

    assert [] == lessons.copy_new(notebooks, work)

    assert "my work" == mine.read_text(encoding="utf-8")


def test_a_newer_lesson_is_announced_and_not_forced_on_anybody(course):
    """The copy stays, edited or not; one line says that there is a newer lesson and how to get it."""
    notebooks, work = course
    lessons.copy_new(notebooks, work)
    (work / "01_token_economics.ipynb").write_text("my work", encoding="utf-8")
    for name in ("01_token_economics", "02_retries"):
        (notebooks / f"{name}.ipynb").write_text("second edition", encoding="utf-8")

    lines = lessons.copy_new(notebooks, work)

    assert lines[0] == ("A newer 01_token_economics is here than work/01_token_economics.ipynb, which stays as it is. "
                        "To get it: make fresh LESSON=01 (moves your copy aside).")
    assert 2 == len(lines)
    assert "my work" == (work / "01_token_economics.ipynb").read_text(encoding="utf-8")
    assert "first edition of 02_retries" == (work / "02_retries.ipynb").read_text(encoding="utf-8")
    assert lessons.copy_new(notebooks, work) == lines, "the line stays until the learner has chosen"


def test_a_copy_from_elsewhere_is_kept_and_mentioned_once(course):
    """A file of that name which no run of ours made is the learner's like any other."""
    notebooks, work = course
    work.mkdir()
    (work / "01_token_economics.ipynb").write_text("from a colleague", encoding="utf-8")

    assert 1 == len(lessons.copy_new(notebooks, work))
    assert [] == lessons.copy_new(notebooks, work)
    assert "from a colleague" == (work / "01_token_economics.ipynb").read_text(encoding="utf-8")


def test_a_broken_memory_of_the_copies_costs_no_work(course):
    """The file that remembers the lessons' hashes may be torn, or gone: the copies are safe, and a run mends it."""
    notebooks, work = course
    lessons.copy_new(notebooks, work)
    (work / "01_token_economics.ipynb").write_text("my work", encoding="utf-8")
    (work / lessons.SOURCES).write_text('{"01_tok', encoding="utf-8")

    lessons.copy_new(notebooks, work)

    assert "my work" == (work / "01_token_economics.ipynb").read_text(encoding="utf-8")
    assert set(json.loads((work / lessons.SOURCES).read_text(encoding="utf-8"))) == {
        "01_token_economics.ipynb", "02_retries.ipynb"}


def test_a_copy_that_the_learner_deleted_comes_back(course):
    """Deleting a copy is a way to start over, too."""
    notebooks, work = course
    lessons.copy_new(notebooks, work)
    (work / "02_retries.ipynb").unlink()

    lessons.copy_new(notebooks, work)

    assert (work / "02_retries.ipynb").exists()


def test_nothing_half_written_is_left_behind(course, monkeypatch):
    """A copy that fails on its way (a full disk, say) leaves no piece that would count as the learner's."""
    notebooks, work = course

    def fail(path, _):
        path.write_text("first edi", encoding="utf-8")
        raise OSError("disk full")

    monkeypatch.setattr(lessons.Path, "write_bytes", fail)

    with pytest.raises(OSError, match="disk full"):
        lessons.copy_new(notebooks, work)
    assert [] == list(work.iterdir())


def test_fresh_moves_the_old_copy_aside(course):
    """Each old copy keeps a name of its own, and the line says which."""
    notebooks, work = course
    lessons.copy_new(notebooks, work)
    lesson = notebooks / "01_token_economics.ipynb"
    for n in (1, 2):
        (work / lesson.name).write_text(f"my work {n}", encoding="utf-8")

        line = lessons.start_over(lesson, work)

        aside = work / f"01_token_economics.before-fresh-{n}.ipynb"
        assert f"my work {n}" == aside.read_text(encoding="utf-8")
        assert line.endswith(f"Your old copy is work/{aside.name}.")
        assert (work / lesson.name).read_bytes() == lesson.read_bytes()


def test_fresh_brings_the_newer_lesson_and_ends_the_announcement(course):
    """After it, the copy counts as begun from the lesson of today."""
    notebooks, work = course
    lessons.copy_new(notebooks, work)
    lesson = notebooks / "02_retries.ipynb"
    lesson.write_text("second edition", encoding="utf-8")

    lessons.start_over(lesson, work)

    assert [] == lessons.copy_new(notebooks, work)
    assert "second edition" == (work / lesson.name).read_text(encoding="utf-8")


def test_fresh_leaves_an_untouched_copy_alone(course):
    """There is nothing to move where the copy equals the lesson."""
    notebooks, work = course
    lessons.copy_new(notebooks, work)

    assert "is fresh already" in lessons.start_over(notebooks / "02_retries.ipynb", work)
    assert not list(work.glob("*before-fresh*"))


@pytest.mark.parametrize("wanted", ["1", "01", "01_token_economics", "notebooks/01_token_economics.ipynb"])
def test_a_lesson_answers_to_its_number_its_name_and_its_path(wanted, course):
    """However the learner says it."""
    assert "01_token_economics" == lessons.find(wanted, course[0]).stem


@pytest.mark.parametrize("wanted", ["7", "0", "", "token", "01_"])
def test_an_unknown_lesson_is_answered_with_those_that_exist(wanted, course):
    """Nothing is guessed."""
    with pytest.raises(Stop, match="Give the number of one of these: 01_token_economics, 02_retries"):
        lessons.find(wanted, course[0])


@pytest.mark.parametrize(("wanted", "found"), [("3", "03a"), ("03", "03a"), ("03a", "03a"), ("3b", "03b")])
def test_a_subject_of_two_lessons_answers_to_its_number_and_to_each_letter(wanted, found, tmp_path):
    """Without a letter the first of the two is meant."""
    for name in ("03a_streaming", "03b_streaming_to_a_browser", "30_other"):
        (tmp_path / f"{name}.ipynb").write_text("{}", encoding="utf-8")

    assert found == lessons.find(wanted, tmp_path).stem.partition("_")[0]


def test_fresh_without_a_lesson_asks_which(capsys):
    """It never starts all of them over."""
    with pytest.raises(Stop, match="Which lesson shall start over"):
        fresh.main([])


def test_a_copy_begins_without_outputs(tmp_path):
    """A learner who is asked to predict must not see the answer below; the lesson itself keeps its outputs."""
    notebooks, work = tmp_path / "notebooks", tmp_path / "work"
    notebooks.mkdir()
    cells = [{"cell_type": "markdown", "source": "Predict.", "metadata": {}, "id": "a"},
             {"cell_type": "code", "source": "1 + 1", "execution_count": 1, "metadata": {"min": 1}, "id": "b",
              "outputs": [{"output_type": "execute_result", "data": {"text/plain": "2"}}]}]
    lesson = notebooks / "01_x.ipynb"
    lesson.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), "utf-8")
    before = lesson.read_bytes()

    lessons.copy_new(notebooks, work)
    copied = json.loads((work / "01_x.ipynb").read_text("utf-8"))["cells"]

    assert ([], None) == (copied[1]["outputs"], copied[1]["execution_count"])
    assert {**cells[1], "outputs": [], "execution_count": None} == copied[1]
    assert before == lesson.read_bytes()
    assert [] == lessons.copy_new(notebooks, work)
