"""Each lesson in notebooks/ is what a fresh run gives, cell by cell, the first time and the second."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.settings import NOTEBOOKS

from .kernel import load, run_twice
from .proofs import problems

LESSONS = sorted(NOTEBOOKS.glob("*.ipynb"))
NONE_YET = [pytest.param(None, marks=pytest.mark.skip(reason="notebooks/ holds no lesson yet"), id="none")]


@pytest.mark.parametrize("path", LESSONS or NONE_YET, ids=lambda path: path.stem)
def test_lesson_is_what_its_run_gives(path: Path, tmp_path: Path):
    """
    The file is complete, tidy and within the rules; every output, pictures too, comes out of two runs of each cell.
    """
    saved = load(path)
    fresh, again, misses = run_twice(saved, path.parent, tmp_path)

    found = [*problems(saved, fresh, again), *(f"a request had no recording: {miss}" for miss in misses)]

    if found:
        pytest.fail(f"{path.name}: {len(found)} problem(s)\n" + "\n".join(f"- {one}" for one in found), pytrace=False)
