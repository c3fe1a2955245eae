"""Re-run the lessons and save them: the command behind `make notebooks`.

    python -m helpers notebooks                # every lesson
    python -m helpers notebooks --lesson 01    # this one

A lesson is saved only when all its cells ran in a fresh kernel, offline, with an empty progress folder, and every
request found its recording; otherwise the old file stays as it was. A second run gives the same bytes.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.cli.lessons import has_number
from helpers.cli.places import NOTEBOOKS
from helpers.cli.tidy import cell_name, code_cells, strip_widgets, tidy, with_ids

if TYPE_CHECKING:
    from nbclient import NotebookClient
    from nbformat import NotebookNode

__all__ = ["NotSaved", "kernel_client", "main", "offline_environment", "read", "rerun", "run", "strip_widgets"]

CELL_TIMEOUT_S = 600
PRIVATE = re.compile("(COURSE|ANTHROPIC|OPENAI)_(?!NETWORK_LOG)")
"""The shell's settings and keys: no lesson may depend on them. (The log of a test run's guard is no setting.)"""


class NotSaved(Exception):
    """A lesson could not be re-run to its end; the message is for the person who edits it."""


def main(argv: list[str]) -> int:
    """Re-run the lesson that *argv* names, or all; return 0, or 1 when one was not saved."""
    parser = argparse.ArgumentParser(prog="python -m helpers notebooks", description="Re-run and save the lessons.")
    parser.add_argument("--lesson", default="", help="number of one lesson, like 01; without it, all of them")
    return rerun(NOTEBOOKS, parser.parse_args(argv).lesson.strip())


def rerun(folder: Path, lesson: str = "") -> int:
    """Re-run the notebooks of *folder*, or only lesson number *lesson*; print a line for each; return 0 or 1."""
    every = sorted(folder.glob("*.ipynb"))
    chosen = [path for path in every if not lesson or has_number(path, lesson)]
    if not chosen:
        there = ", ".join(path.stem for path in every) or "none yet"
        print(f"No lesson {lesson or 'at all'} in {folder.name}/. There: {there}.", file=sys.stderr)
        return 1
    return max([_rerun_one(path) for path in chosen])


def _rerun_one(path: Path) -> int:
    """Re-run and save one notebook, say how it went, return 0 or 1."""
    start = time.perf_counter()
    try:
        notebook = tidy(run(read(path), path.parent))
    except NotSaved as problem:
        print(f"{path.name}  NOT saved, the file is as it was.\n{_indented(str(problem))}", file=sys.stderr, flush=True)
        return 1
    how = "saved" if _write(path, notebook) else "saved already, unchanged"
    n_cells, n_code = len(notebook["cells"]), len(list(code_cells(notebook)))
    seconds = time.perf_counter() - start
    print(f"{path.name}  {n_cells} cells, {n_code} of them code  {seconds:.1f} s  {how}", flush=True)
    return 0


def read(path: Path) -> NotebookNode:
    """Read a notebook, giving an id to each cell without a usable one; raise NotSaved when it is not a notebook."""
    import nbformat

    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        if raw.get("nbformat") != 4:
            raise NotSaved(f"Its nbformat is {raw.get('nbformat')!r}, expected 4: open and save it in JupyterLab.")
        return nbformat.reads(json.dumps(with_ids(raw)), as_version=4)
    except (ValueError, AttributeError, KeyError, TypeError, nbformat.ValidationError) as error:
        raise NotSaved(f"This file cannot be read as a notebook: {type(error).__name__}: {error}") from error


def run(notebook: NotebookNode, folder: Path, settings: Mapping[str, str] | None = None) -> NotebookNode:
    """Run every code cell, in place, in a fresh kernel working in *folder*; raise NotSaved when one fails or misses.

    settings: environment variables over those of a test run (`record` and `construct` choose another mode).
    """
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    with tempfile.TemporaryDirectory() as scratch:
        runner = kernel_client(notebook, folder)
        with runner.setup_kernel(env=offline_environment(Path(scratch)) | dict(settings or {})):
            for index, cell in enumerate(notebook.cells):
                try:
                    runner.execute_cell(cell, index, execution_count=runner.code_cells_executed + 1)
                except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
                    raise NotSaved(_failure(notebook, index, error)) from error
        misses = Path(scratch, "misses.log")
        if misses.exists():
            raise NotSaved("These requests had no recording (python -m helpers construct or record makes one):\n"
                           + _indented(misses.read_text(encoding="utf-8")))
    return notebook


def kernel_client(notebook: NotebookNode, folder: Path, *, allow_errors: bool = False) -> NotebookClient:
    """Return a client whose kernel is this very Python, whatever the machine has installed as `python3`."""
    import ipykernel.kernelspec
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient

    class ThisPython(AsyncKernelManager):
        kernel_spec = KernelSpec(resource_dir=ipykernel.kernelspec.RESOURCES, **ipykernel.kernelspec.get_kernel_dict())

    return NotebookClient(
        notebook, kernel_manager_class=ThisPython, kernel_name="python3", timeout=CELL_TIMEOUT_S, record_timing=False,
        store_widget_state=False, allow_errors=allow_errors, resources={"metadata": {"path": str(folder)}},
        extra_arguments=["--log-level=ERROR"])   # without its word on TCP, which every kernel says


def offline_environment(scratch: Path) -> dict[str, str]:
    """Return this process's environment with the course's settings for tests, its folders empty ones in *scratch*."""
    kept = {name: value for name, value in os.environ.items() if not PRIVATE.match(name)}
    return kept | {
        "COURSE_MODE": "replay", "COURSE_CLOCK": "virtual", "COURSE_BUDGET_USD": "0.50",
        "COURSE_HOME": str(scratch / "home"), "COURSE_MISS_LOG": str(scratch / "misses.log"),
        "IPYTHONDIR": str(scratch / "ipython"),   # the author's start-up files stay out
        "PYTHONHASHSEED": "random"}   # an output that depends on the order of a set shall show itself


def _write(path: Path, notebook: dict) -> bool:
    """Replace the file in one rename; return False where it holds exactly this already."""
    import nbformat

    content = (nbformat.writes(nbformat.from_dict(notebook)).rstrip("\n") + "\n").encode()
    if path.read_bytes() == content:
        return False
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        new.write_bytes(content)
        os.replace(new, path)
    finally:
        new.unlink(missing_ok=True)
    return True


def _failure(notebook: NotebookNode, index: int, error: Exception) -> str:
    """Say at which cell the run stopped, why, and what to do."""
    tracebacks = ["\n".join(output.traceback) for output in notebook.cells[index].outputs if "traceback" in output]
    text = re.sub(r"\x1b\[[0-9;]*m", "", (tracebacks or [str(error)])[-1])   # without the colours
    last_lines = "\n".join(text.strip().splitlines()[-20:])
    return (f"Stopped at {cell_name(notebook, index)}:\n\n{_indented(last_lines)}\n\n"
            "Correct the cell; if it is meant to fail, tag it raises-exception.")


def _indented(text: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in text.rstrip().splitlines())
