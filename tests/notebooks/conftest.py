"""One good sample notebook for the whole folder: saved as `make notebooks` saves it, then run twice in one kernel."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from helpers.cli.notebooks import rerun

from .kernel import load, run_twice
from .sample import new_sample


@dataclass(frozen=True, slots=True)
class Case:
    """A notebook as saved, and its two runs."""

    saved: nbformat.NotebookNode
    fresh: nbformat.NotebookNode
    again: nbformat.NotebookNode

    def cell(self, name: str) -> dict:
        """The saved cell with the id *name*."""
        return next(cell for cell in self.saved.cells if cell.id == name)

    def everywhere(self, name: str) -> list[dict]:
        """The cell with the id *name* in the file and in both runs."""
        return [cell for book in (self.saved, self.fresh, self.again) for cell in book.cells if cell.id == name]


@pytest.fixture(scope="session")
def sample_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample in a folder of its own, run and saved."""
    path = tmp_path_factory.mktemp("lessons") / "01_sample.ipynb"
    nbformat.write(new_sample(), path)
    assert rerun(path.parent) == 0
    return path


@pytest.fixture(scope="session")
def good(sample_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """The saved sample and its two runs; whoever changes it takes a copy."""
    saved = load(sample_path)
    fresh, again, misses = run_twice(saved, sample_path.parent, tmp_path_factory.mktemp("scratch"))
    assert misses == []
    return Case(saved, fresh, again)
