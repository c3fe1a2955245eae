"""Show the source of a helper in a notebook, so that nothing a lesson uses is hidden from its reader.

    show(naive_forecast)
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from helpers.settings import ROOT


class Source:
    """Source code with the place where it stands; renders itself in notebooks and terminals."""

    def __init__(self, thing: Callable[..., Any] | ModuleType | type) -> None:
        self.code = inspect.getsource(thing).rstrip()
        path = Path(inspect.getsourcefile(thing) or "")
        self.place = path.resolve().relative_to(ROOT).as_posix() if path.resolve().is_relative_to(ROOT) else path.name

    def __repr__(self) -> str:
        return f"# {self.place}\n{self.code}"

    def _repr_markdown_(self) -> str:
        return f"`{self.place}`\n\n```python\n{self.code}\n```"


def show(thing: Callable[..., Any] | ModuleType | type) -> Source:
    """The source of a function, class or module of the course."""
    return Source(thing)
