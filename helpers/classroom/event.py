"""One event, and how it stands in the file: a JSON object on a line of its own.

    line = as_line("check", "01-1", datetime.now(UTC), {"outcome": "passed"})
    from_line(line)          # an Event, or None for whatever is not one
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from reprlib import Repr
from typing import Any

LONGEST_REPR = 200
"""Characters."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened."""

    kind: str
    """open, predict, quiz, check, hint, solution, schedule, drill or exit."""
    item: str
    """What it was about, such as "01-2", "01-q1", "01-p1"; "" where the kind says it all."""
    at: datetime
    """UTC, whole seconds."""
    data: dict[str, Any] = field(default_factory=dict, hash=False)


def as_line(kind: str, item: str, at: datetime, data: dict[str, Any]) -> bytes:
    """One JSON object and a line end, in UTF-8. Never raises: what is no JSON becomes its repr, cut."""
    when = at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    # The parts are put together as text: a value that was nested to the limit would be one level too deep in a dict.
    parts = {"at": json.dumps(when), "kind": _json(kind), "item": _json(item)}
    parts = {**{name: _json(value) for name, value in data.items()}, **parts}
    order = [*("at", "kind", "item"), *(name for name in parts if name not in ("at", "kind", "item"))]
    text = ", ".join(f"{_json(name)}: {parts[name]}" for name in order)
    return f"{{{text}}}\n".encode("utf-8", "backslashreplace")     # half a surrogate pair becomes \ud800, as in JSON


def _json(value: Any) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        json.loads(text)
        return text
    except Exception:           # an object of the learner's may raise anything
        return json.dumps(_short_repr(value), ensure_ascii=False)


def _short_repr(value: Any) -> str:
    limits = Repr()
    limits.maxstring = limits.maxother = limits.maxlong = LONGEST_REPR
    try:
        return limits.repr(value)[:LONGEST_REPR]
    except Exception:
        return f"<{type(value).__name__}>"


def from_line(line: bytes) -> Event | None:
    """The event in a line, or None: torn, edited by hand, or not ours."""
    try:
        found = json.loads(line.decode("utf-8-sig"), parse_constant=_no_constant)
        kind, item, at = found.pop("kind"), found.pop("item", ""), datetime.fromisoformat(found.pop("at"))
        if kind and isinstance(kind, str) and isinstance(item, str) and at.tzinfo:
            return Event(kind, item, at.astimezone(UTC), found)
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError):
        pass
    return None


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")
