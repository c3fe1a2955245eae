"""What a saved notebook must be, beside what nbval compares: plain functions over notebook dicts, no kernel.

    problems(saved, fresh, again)    # [] or one sentence for each problem, naming the cell

*saved* is the file. *fresh* and *again* are copies whose outputs come from one kernel that ran each cell twice in a
row: first and second time. nbval compares text; it sees neither pictures nor order, and takes a cell that was never
run for one without output.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nbformat.validator import iter_validate

from helpers.cli.tidy import WIDGET_VIEW, cell_name, merge_streams, strip_widgets, tidy

from .pictures import picture_problem
from .writing import writing_problems

PNG = "image/png"
RAISES = "raises-exception"
NOT_COMPARED = "nbval-ignore-output"


def problems(saved: dict, fresh: dict, again: dict) -> list[str]:
    """Return every problem of the notebook *saved*; see the module for the other two."""
    return list(_schema_problems(saved)) or [   # the others take a valid notebook for granted
        *_identity_problems(saved),
        *_run_problems(saved),
        *_leftovers(saved),
        *writing_problems(saved),
        *_error_problems(fresh, "in a fresh run"),
        *_error_problems(again, "when it is run a second time"),
        *_differences(saved, fresh, again),
    ]


def tags(cell: dict) -> list[str]:
    """Return the tags of a cell."""
    return cell["metadata"].get("tags", [])


def _schema_problems(saved: dict) -> Iterator[str]:
    """The file is a valid notebook of format 4.5 or later, which is where cells have ids."""
    version = (saved.get("nbformat", 0), saved.get("nbformat_minor", 0))
    if version < (4, 5):
        yield f"the notebook is format {version[0]}.{version[1]}, expected 4.5: run make notebooks"
    for error in iter_validate(saved):
        place = list(error.absolute_path)
        where = cell_name(saved, place[1]) if place[:1] == ["cells"] and len(place) > 1 else "the notebook"
        yield f"{where} is not valid nbformat: {error.message.splitlines()[0][:200]}"


def _identity_problems(saved: dict) -> Iterator[str]:
    """The cells are all there, each with an id of its own."""
    first_with: dict[str, int] = {}
    for index, cell in enumerate(saved["cells"]):
        first = first_with.setdefault(cell["id"], index)
        if first != index:
            yield f"{cell_name(saved, index)} has the id of {cell_name(saved, first)}; make notebooks gives it another"
    n_run = saved["metadata"].get("course", {}).get("cells")
    if n_run != len(saved["cells"]):
        last = cell_name(saved, len(saved["cells"]) - 1) if saved["cells"] else "none"
        yield (f"the file has {len(saved['cells'])} cells and was saved with {n_run}: one was deleted or added since "
               f"(the last one now is {last}); run make notebooks")


def _run_problems(saved: dict) -> Iterator[str]:
    """Each code cell that holds code was run once, in order, from the first to the last."""
    expected = 0
    for index, cell in enumerate(saved["cells"]):
        if cell["cell_type"] != "code" or not cell["source"].strip():
            continue
        expected += 1
        counts = {cell["execution_count"]} | {
            output["execution_count"] for output in cell["outputs"] if output["output_type"] == "execute_result"}
        if counts == {None}:
            yield f"{cell_name(saved, index)} was never run, so nobody compares its output: run make notebooks"
        elif counts != {expected}:
            found = ", ".join(sorted(map(str, counts)))
            yield f"{cell_name(saved, index)} has the count [{found}], expected [{expected}]: it was run out of order"


def _leftovers(saved: dict) -> Iterator[str]:
    """Nothing is saved that a session left behind: widget models, times, kernel versions."""
    if "widgets" in saved["metadata"]:
        yield "the notebook's metadata holds widget models (metadata.widgets), which die with their kernel"
    for index, cell in enumerate(saved["cells"]):
        if any(WIDGET_VIEW in output.get("data", {}) for output in cell.get("outputs", [])):
            yield f"{cell_name(saved, index)} saved a live widget ({WIDGET_VIEW}), which a fresh reader cannot see"
    without, clean = strip_widgets(saved), tidy(saved)
    for index, (cell, tidied) in enumerate(zip(without["cells"], clean["cells"], strict=True)):
        if cell != tidied:
            parts = ", ".join(part for part in cell if cell[part] != tidied.get(part))
            yield f"{cell_name(saved, index)} is not as make notebooks saves it: its {parts} would change"
    for part in ("kernelspec", "language_info"):
        if without["metadata"].get(part) != clean["metadata"][part]:
            yield f"the notebook's metadata.{part} is not as make notebooks saves it: {without['metadata'].get(part)}"


def _error_problems(run: dict, when: str) -> Iterator[str]:
    """The cells tagged raises-exception raise, and no other cell does."""
    for index, cell in enumerate(run["cells"]):
        errors = [output for output in cell.get("outputs", []) if output["output_type"] == "error"]
        if errors and RAISES not in tags(cell):
            what = f"{errors[0]['ename']}: {errors[0]['evalue']}"
            yield f"{cell_name(run, index)} raises {what} {when}, and has no tag {RAISES}"
        if not errors and RAISES in tags(cell) and cell["cell_type"] == "code":
            yield f"{cell_name(run, index)} is tagged {RAISES} and does not raise {when}"


def _differences(saved: dict, fresh: dict, again: dict) -> Iterator[str]:
    """The outputs in the file are those of both runs: the same kinds, in the same order, with the same content."""
    runs = zip(saved["cells"], strip_widgets(fresh)["cells"], strip_widgets(again)["cells"], strict=True)
    for index, (cell, first, second) in enumerate(runs):
        if cell["cell_type"] == "code" and NOT_COMPARED not in tags(cell):
            problem = _output_difference(cell["outputs"], merge_streams(first["outputs"]), "a fresh run") or (
                _output_difference(cell["outputs"], merge_streams(second["outputs"]), "a second run of the same cell"))
            if problem:
                yield f"{cell_name(saved, index)}: {problem}"


def _output_difference(saved: list[dict], ran: list[dict], other: str) -> str | None:
    """Say where two lists of outputs first differ, or None."""
    kinds, ran_kinds = [_kind(output) for output in saved], [_kind(output) for output in ran]
    if kinds != ran_kinds:
        return f"the file has {_listed(kinds)}; {other} gives {_listed(ran_kinds)}"
    for position, (output, fresh) in enumerate(zip(saved, ran, strict=True), start=1):
        for key, text in _content(output).items():
            problem = (picture_problem(text, _content(fresh)[key]) if key == PNG
                       else _text_difference(text, _content(fresh)[key]))
            if problem:
                return f"{key} of output {position} against {other}: {problem}"
    return None


def _kind(output: dict) -> str:
    """Return what an output is, without its content: stdout, display_data with these MIME types, an error."""
    if output["output_type"] == "stream":
        return output["name"]
    if output["output_type"] == "error":
        return f"error {output['ename']}"
    return f"{output['output_type']} ({' + '.join(sorted(output['data']))})"


def _content(output: dict) -> dict[str, Any]:
    """Return what is compared of an output; a traceback is not, since it differs between Pythons."""
    if output["output_type"] == "stream":
        return {output["name"]: output["text"]}
    if output["output_type"] == "error":
        return {"message": output["evalue"]}
    return output["data"]


def _listed(kinds: list[str]) -> str:
    return ", then ".join(kinds) or "no output"


def _text_difference(saved: Any, ran: Any) -> str | None:
    """Show the first line in which two texts (or JSON values) differ, or None."""
    if saved == ran:
        return None
    lines, ran_lines = str(saved).splitlines(), str(ran).splitlines()
    at = next((n for n, (one, two) in enumerate(zip(lines, ran_lines, strict=False)) if one != two),
              min(len(lines), len(ran_lines)))
    show = [repr(found[at][:120]) if at < len(found) else "nothing" for found in (lines, ran_lines)]
    return f"line {at + 1} is {show[0]} in the file and {show[1]} in the run"
