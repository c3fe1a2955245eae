"""What teaches around the code: predictions, quizzes, checks with hints and solutions, progress, and showing source.

    from helpers.classroom import check, hint, predict, quiz, solution, warmup

Each is loaded when first used, so that a lesson's first line stays fast.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helpers.classroom.checking import check, hint, solution
    from helpers.classroom.prediction import predict
    from helpers.classroom.quizzes import quiz, warmup
    from helpers.classroom.schedules import schedule
    from helpers.classroom.selftest import self_test, slider_test
    from helpers.classroom.source import show
    from helpers.classroom.standings import standing

__all__ = ["check", "hint", "predict", "quiz", "schedule", "self_test", "show", "slider_test", "solution", "standing",
           "warmup"]

_HOMES = {"check": "checking", "hint": "checking", "solution": "checking", "predict": "prediction", "quiz": "quizzes",
          "warmup": "quizzes", "schedule": "schedules", "self_test": "selftest", "slider_test": "selftest",
          "show": "source", "standing": "standings"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
