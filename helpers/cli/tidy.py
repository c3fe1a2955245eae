"""What a notebook keeps when it is saved: pure functions over notebook dicts.

    tidy(notebook)             # as the repository keeps a lesson: nothing tells when, where or on which Python it ran
    strip_widgets(notebook)    # as JupyterLab saves a learner's copy: without the widgets that die with the kernel

Each returns a new notebook and leaves its argument alone. Nothing here runs a cell or touches a file.
"""

from __future__ import annotations

import copy
import hashlib
import itertools
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
VOLATILE = ("execution", "ExecuteTime", "scrolled", "trusted")   # cell metadata that a session leaves behind
KERNELSPEC = {"name": "python3", "display_name": "Python 3", "language": "python"}
LANGUAGE = {"name": "python", "file_extension": ".py", "mimetype": "text/x-python", "pygments_lexer": "ipython3"}


def strip_widgets(notebook: dict) -> dict:
    """Return a copy without live widgets; the picture and the text in the same output stay."""
    clean = copy.deepcopy(notebook)
    clean.get("metadata", {}).pop("widgets", None)
    for cell in code_cells(clean):
        outputs = cell.get("outputs", [])
        for output, part in itertools.product(outputs, ("data", "metadata")):
            output.get(part, {}).pop(WIDGET_VIEW, None)
        cell["outputs"] = [output for output in outputs if output.get("data") != {}]
    return clean


def tidy(notebook: dict) -> dict:
    """Return a copy that follows from the cells alone, so that a second run gives the same file."""
    clean = strip_widgets(notebook)
    metadata = clean["metadata"]
    metadata.update(kernelspec=dict(KERNELSPEC), language_info=dict(LANGUAGE))
    # The count lets the tests see that a cell was deleted after the run: nothing else in the file would tell.
    metadata["course"] = {**metadata.get("course", {}), "cells": len(clean["cells"])}
    for cell in clean["cells"]:
        cell["metadata"] = {name: value for name, value in cell["metadata"].items() if name not in VOLATILE}
    for cell in code_cells(clean):
        if not cell["source"].strip():
            cell.update(execution_count=None, outputs=[])
        cell["outputs"] = [_portable(output) for output in merge_streams(cell["outputs"])]
    return clean


def merge_streams(outputs: list[dict]) -> list[dict]:
    """Join neighbouring stream outputs, stdout before stderr: where they were cut is a matter of timing."""
    merged: list[dict] = []
    for is_stream, group in itertools.groupby(outputs, key=lambda output: output["output_type"] == "stream"):
        found = list(group)
        if is_stream:
            texts = {name: "".join(output["text"] for output in found if output["name"] == name)
                     for name in ("stdout", "stderr")}
            found = [{"output_type": "stream", "name": name, "text": text} for name, text in texts.items() if text]
        merged += found
    return merged


def with_ids(notebook: dict[str, Any]) -> dict[str, Any]:
    """Return a copy in which each cell has an id of its own.

    A cell keeps the id that it has; where that is missing, malformed or taken, the place, tags and source of the
    cell make one.
    """
    whole = copy.deepcopy(notebook)
    taken: set[str] = set()
    for position, cell in enumerate(whole["cells"]):
        name, salt = cell.get("id"), itertools.count()
        while not re.fullmatch(r"[\w-]{1,64}", str(name or ""), re.ASCII) or name in taken:
            parts = [position, next(salt), *cell.get("metadata", {}).get("tags", []), "".join(cell["source"])]
            name = hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:8]
        taken.add(name)
        cell["id"] = name
    whole["nbformat_minor"] = max(5, whole.get("nbformat_minor", 0))   # older ones know no ids
    return whole


def code_cells(notebook: dict) -> Iterator[dict]:
    """Yield the code cells in order."""
    return (cell for cell in notebook["cells"] if cell["cell_type"] == "code")


def cell_name(notebook: dict, index: int) -> str:
    """Name the cell at *index* (from 0) so that a reader finds it: number, kind, prompt, id and first line."""
    cell = notebook["cells"][index]
    first = next((line.strip() for line in cell["source"].splitlines() if line.strip()), "empty")
    kind = cell["cell_type"]
    if kind == "code":   # the number that a run from the top gives it
        before = {"cells": notebook["cells"][: index + 1]}
        kind += f" [{sum(1 for other in code_cells(before) if other['source'].strip())}]"
    return f"cell {index + 1} ({kind}, id {cell.get('id', 'none')}, {first[:60]!r})"


def _portable(output: dict) -> dict:
    """Take this machine's folders out of a traceback: readers see it, and no test compares it."""
    if output["output_type"] != "error":
        return output
    home = str(Path.home())
    folders = {str(Path(__file__).resolve().parents[2]), sys.prefix, sys.base_prefix}
    folders |= {folder.replace(home, "~", 1) for folder in folders}   # IPython writes ~ for the home folder
    text = "\0".join(output["traceback"])
    for folder in sorted(folders, key=len, reverse=True):
        text = text.replace(folder + os.sep, "")
    return {**output, "traceback": text.replace(home + os.sep, "~" + os.sep).split("\0")}
