"""What the constructed recordings are built from: one module a lesson, each a script from request to reply.

`make construct LESSON=01` runs the lesson against its scenario and keeps what came back. A recording made with a
key (`make record`) replaces the constructed ones; the scenario stays for those who have none.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from helpers.wire.scripted import Script


def scenario(lesson: str) -> Script:
    """The script of *lesson*, such as "01_token_economics"."""
    number = lesson.partition("_")[0]
    try:
        return import_module(f"helpers.scenarios.lesson_{number}").answer
    except ModuleNotFoundError:
        raise LookupError(f"Lesson {lesson!r} has no scenario: write helpers/scenarios/lesson_{number}.py with "
                          "answer(ask) -> Reply.") from None
