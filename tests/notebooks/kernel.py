"""Run a saved notebook once in a kernel, each of its cells twice in a row."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import nbformat
from nbformat.v4.rwbase import rejoin_lines

from helpers.cli.notebooks import kernel_client, offline_environment


def load(path: Path) -> nbformat.NotebookNode:
    """Read a notebook exactly as it stands: nbformat.read would mend ids in passing."""
    return rejoin_lines(nbformat.from_dict(json.loads(path.read_text(encoding="utf-8"))))


def run_twice(saved: nbformat.NotebookNode, folder: Path, scratch: Path) -> tuple[dict, dict, list[str]]:
    """Return the notebook with its outputs of the first run, with those of the second, and the misses of both.

    A cell that raises does not stop the run; *scratch* is an empty folder for the progress and the log.
    """
    fresh, again = copy.deepcopy(saved), copy.deepcopy(saved)
    runner = kernel_client(fresh, folder, allow_errors=True)
    with runner.setup_kernel(env=offline_environment(scratch)):
        for index in range(len(saved.cells)):
            runner.execute_cell(fresh.cells[index], index)
            first = copy.deepcopy(fresh.cells[index])
            runner.clear_display_id_mapping(index)   # else the second run would update the first one's outputs
            runner.execute_cell(fresh.cells[index], index)
            again.cells[index], fresh.cells[index] = fresh.cells[index], first
    log = scratch / "misses.log"
    return fresh, again, log.read_text(encoding="utf-8").splitlines() if log.exists() else []
