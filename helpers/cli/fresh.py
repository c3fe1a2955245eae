"""Start a lesson over: the command behind `make fresh LESSON=01`."""

from __future__ import annotations

import argparse

from helpers.cli import lessons
from helpers.cli.stop import Stop, as_typed


def main(argv: list[str]) -> int:
    """Give the learner a fresh copy of the lesson that *argv* names; the old copy stays, under another name."""
    parser = argparse.ArgumentParser(prog="python -m helpers fresh", description="Start a lesson over.")
    parser.add_argument("--lesson", default="", help="number of the lesson, like 01")
    wanted = parser.parse_args(argv).lesson.strip()
    if not wanted:
        there = ", ".join(lesson.stem for lesson in lessons.all_lessons()) or "none yet"
        raise Stop(f"Which lesson shall start over? Say it like this: {as_typed('fresh', '01')}. There are: {there}.")
    print(lessons.start_over(lessons.find(wanted)))
    return 0
