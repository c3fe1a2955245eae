"""Which live widgets belong to which cell, so that a cell that runs again closes those of its earlier run.

    close_earlier(explorer, explorer.title)      # before it builds its widgets

Nobody sees the widgets of an earlier run any more, and the kernel would keep them for good.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol


class Closable(Protocol):
    """What has widgets in the kernel."""

    def close(self) -> None:
        """Take them out."""


OPEN: dict[str, tuple[object, list[Closable]]] = {}
"""Per cell: the run that its widgets belong to, and what owns them."""


def close_earlier(owner: Closable, title: str, opened: dict[str, tuple[object, list[Closable]]] = OPEN) -> None:
    """Close what an earlier run of this cell left behind, and remember *owner* as this run's.

    Outside JupyterLab, where no cell has an id, *title* stands for the cell.
    """
    cell, run = _here(title)
    before, owners = opened.get(cell, (None, []))
    if before == run and run is not None:
        owners.append(owner)
        return
    for old in owners:
        old.close()
    opened[cell] = (run, [owner])


def close_models(widgets: Iterable[Any]) -> None:
    """Close ipywidgets, each with its layout and its style, which are models of their own."""
    for widget in widgets:
        for part in (getattr(widget, "style", None), widget.layout, widget):
            if part is not None:
                part.close()


def _here(title: str) -> tuple[str, object]:
    """(cell, run) of the code that runs now."""
    try:
        from IPython import get_ipython

        shell = get_ipython()
        cell = shell.get_parent()["metadata"].get("cellId")
    except (ImportError, AttributeError, KeyError, TypeError):
        return title, None
    return (cell, shell.execution_count) if cell else (title, None)
