"""What JupyterLab does before it saves a learner's notebook."""

from __future__ import annotations

from typing import Any

from helpers.cli.notebooks import strip_widgets


def strip_on_save(model: dict[str, Any], **_: object) -> None:
    """Drop the widget entries from the outputs about to be saved, in place; the picture and text beside them stay.

    JupyterLab's pre-save hook (`ContentsManager.pre_save_hook`), set by `lab`. A widget's entry says nothing once its
    kernel is gone: a reopened notebook would show an error in place of the picture.
    """
    if model.get("type") == "notebook" and isinstance(model.get("content"), dict):
        model["content"] = strip_widgets(model["content"])
