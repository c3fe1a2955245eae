"""What came of each text: the outcome, who stopped each attempt, and the value or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap
from typing import Any

WIDE = 74
"""Characters of a line that JupyterLab shows unbroken at 1024 px, with the list of files open."""
HEADS = ("outcome", "each attempt", "value, or why there is none")
NAMES = {"shape": "validator"}
"""`Attempt.caught_by` -> the layer's name in the gallery, where that is another."""


def outcomes(results: Mapping[str, Any]) -> str:
    """A table in plain text, to be printed. results: name -> an extraction of `helpers.structured`."""
    rows = [("", *HEADS), *((name, *_row(result)) for name, result in results.items())]
    first, second, third = (max(len(row[place]) for row in rows) + 2 for place in range(3))
    lines = []
    for name, outcome, attempts, value in rows:
        start = f"{name:{first}}{outcome:{second}}{attempts:{third}}"
        lines += wrap(value, WIDE, initial_indent=start, subsequent_indent=" " * len(start)) or [start.rstrip()]
    return "\n".join(lines)


def _row(result: Any) -> tuple[str, str, str]:
    caught = (NAMES.get(attempt.caught_by, attempt.caught_by) or "ok" for attempt in result.attempts)
    return type(result).__name__, " → ".join(caught), _value(result)


def _value(result: Any) -> str:
    if result.value is not None:
        return " · ".join(str(field) for field in result.value.model_dump().values() if field not in (None, ""))
    return f"none: {result.none_because}" if result.none_because is not None else result.reason
