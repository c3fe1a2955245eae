"""The benchmark's rows as a table for people and as JSON for comparing runs."""

from __future__ import annotations

import os
import platform
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from bench.row import Row

WIDTH = 100
LONGEST_BESIDE = 18
PACKAGES = ("anthropic", "openai", "httpx2", "vcrpy", "nbval", "pytest", "ipykernel", "jupyterlab", "pandas",
            "matplotlib", "ipywidgets")
HEADINGS = ("what", "median", "min-max", "goal", "ours : other", "")


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one kind of measurement."""

    name: str
    about: str
    """What is measured against what, in a line."""
    rows: tuple[Row, ...]


def table(groups: Sequence[Group]) -> str:
    """Every group with its heading and aligned rows, and below why rows are missing; at most WIDTH columns."""
    cells = {id(row): _cells(row) for group in groups for row in group.rows}
    widths = [max(map(len, column)) for column in zip(HEADINGS, *cells.values(), strict=True)]
    lines = [_line(HEADINGS, widths), "-" * (sum(widths) + 2 * len(widths) - 2)]
    for group in groups:
        lines += textwrap.wrap(f"{group.name}: {group.about}", WIDTH, initial_indent="# ", subsequent_indent="#   ")
        lines += [_line(cells[id(row)], widths) for row in group.rows]
    for row in (row for group in groups for row in group.rows if row.reason):
        lines += textwrap.wrap(f"{row.verdict}: {row.title}: {row.reason}", WIDTH, subsequent_indent="    ")
    return "\n".join(lines)


def wrapped(text: str) -> list[str]:
    """*text* in lines of at most WIDTH columns."""
    return textwrap.wrap(text, WIDTH)


def document(groups: Sequence[Group], *, now: datetime, options: Mapping[str, Any]) -> dict[str, Any]:
    """The same with what it was measured on, for the JSON file. *now*: aware; *options*: how it was called."""
    return {
        "date": now.isoformat(timespec="seconds"),
        "options": dict(options),
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cores": os.cpu_count(),
        "versions": dict(_versions(PACKAGES)),
        "rows": [{"group": group.name, **_row_json(row)} for group in groups for row in group.rows],
    }


def _row_json(row: Row) -> dict[str, Any]:
    return {
        "title": row.title, "unit": row.unit, "median": row.median, "min": min(row.samples, default=None),
        "max": max(row.samples, default=None), "goal": row.goal, "at_least": row.at_least, "verdict": row.verdict,
        "beside": row.beside, "details": dict(row.details), "reason": row.reason, "samples": list(row.samples),
    }


def _cells(row: Row) -> tuple[str, ...]:
    goal = "" if row.goal is None else f"{'≥' if row.at_least else '≤'} {row.goal:g}{_unit(row.unit)}"
    if row.median is None:
        return row.title, "", "", goal, "", row.verdict
    spread = f"{_number(min(row.samples))}-{_number(max(row.samples))}"
    return row.title, _number(row.median) + _unit(row.unit), spread, goal, row.beside[:LONGEST_BESIDE], row.verdict


def _number(value: float) -> str:
    return f"{value:.2f}" if value < 100 else f"{value:.0f}"


def _unit(unit: str) -> str:
    return unit if unit == "x" else f" {unit}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *numbers = cells
    *aligned, last = numbers
    middle = [cell.rjust(width) for cell, width in zip(aligned, widths[1:-1], strict=True)]
    return "  ".join([first.ljust(widths[0]), *middle, last]).rstrip()


def _versions(names: Iterable[str]) -> Iterable[tuple[str, str | None]]:
    for name in names:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            yield name, None
