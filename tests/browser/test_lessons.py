"""Every lesson in a real JupyterLab: as it was saved, and after Run All, at both sizes, with every slider moved."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from lab import ROOT
from notebook import PROJECTOR

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
by_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=[lesson.stem for lesson in LESSONS])


def code_cells(lesson: Path) -> list:
    """The notebook's code cells, in order."""
    return [cell for cell in nbformat.read(lesson, as_version=4).cells if cell.cell_type == "code"]


def saved_pictures(lesson: Path) -> int:
    """How many outputs were saved with a picture."""
    outputs = [output for cell in code_cells(lesson) for output in cell.outputs]
    return sum(any(mime.startswith("image/") for mime in output.get("data", {})) for output in outputs)


@by_lesson
def test_a_saved_lesson_shows_every_picture_before_anything_runs(open_notebook, lesson):
    """
    Where no widget lives yet, its default state stands as a picture; nothing asks for a kernel that is gone.
    """
    notebook = open_notebook(lesson)
    pictures = notebook.pictures()
    assert saved_pictures(lesson) == len(pictures)
    assert all(shown["shows"] for shown in pictures)
    assert 0 == notebook.broken_widgets()
    notebook.shoot("saved")


@by_lesson
def test_a_lesson_runs_and_every_slider_moves(open_notebook, lesson):
    """
    Run All ends without an error that the lesson didn't announce; each slider's key changes what its cell shows.
    """
    notebook = open_notebook(lesson)
    notebook.run_all()
    announced = {place for place, cell in enumerate(code_cells(lesson))
                 if "raises-exception" in cell.metadata.get("tags", [])}
    assert {} == {place: text for place, text in notebook.errors().items() if place not in announced}
    assert [] == notebook.too_wide()
    notebook.shoot("run")
    stuck = [label for label, moved in notebook.move_every_slider().items() if not moved]
    assert [] == stuck
    assert {} == {place: text for place, text in notebook.errors().items() if place not in announced}
    assert ([], []) == (notebook.console_errors, notebook.outside_requests)


@by_lesson
def test_a_lesson_fits_a_projector(open_notebook, lesson):
    """
    At 1024 x 768 nothing needs a horizontal scroll bar, widgets included.
    """
    notebook = open_notebook(lesson, PROJECTOR)
    notebook.run_all()
    notebook.shoot("run")
    assert [] == notebook.too_wide()
