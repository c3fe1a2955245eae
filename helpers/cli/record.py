"""Record a lesson's replies from the real API, with your key: `make record LESSON=01`.

The lesson runs live under the budget; each reply is kept, scrubbed, in a journal. Only when the lesson has run to
its end do the new recordings replace the old ones, in one rename. Afterwards re-run the lesson: `make notebooks`.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from helpers import settings
from helpers.cli.lessons import find
from helpers.cli.notebooks import NotSaved, read, run
from helpers.wire.record import finish, journal_of
from helpers.wire.recording import RecordingError, Tape

VENDORS = ("ANTHROPIC", "OPENAI")


def main(argv: list[str]) -> int:
    """Record the lesson that *argv* names, after a yes; return 0, or 1 when the old recordings stay."""
    lesson = parse("record", argv)
    vendors = [v for v in VENDORS if settings.setting(f"{v}_API_KEY")]
    if not vendors:
        print("Recording needs a key: put ANTHROPIC_API_KEY or OPENAI_API_KEY into .env beside the README. "
              "Without one, `make construct` builds the recordings.", file=sys.stderr)
        return 1
    print(f"Lesson {lesson} will call {' and '.join(v.capitalize() for v in vendors)}; "
          f"at most ${settings.budget_usd()} will be spent (COURSE_BUDGET_USD).")
    if input("Go on? [y/N] ").strip().lower() not in ("y", "yes"):
        print("Nothing was sent.")
        return 1
    keys = {k: v for k, v in os.environ.items() if k.startswith(VENDORS)}
    return capture(lesson, {**keys, "COURSE_MODE": "record", "COURSE_CLOCK": "real",
                            "COURSE_BUDGET_USD": str(settings.budget_usd())})


def parse(command: str, argv: list[str]) -> str:
    """The lesson's full name from `--lesson 01`."""
    parser = argparse.ArgumentParser(prog=f"python -m helpers {command}")
    parser.add_argument("--lesson", required=True, help="number of the lesson, like 01")
    return find(parser.parse_args(argv).lesson).stem


def capture(lesson: str, environment: dict[str, str]) -> int:
    """Run *lesson* with *environment* over the settings of a test run, and keep its replies."""
    path = settings.RECORDINGS / f"{lesson}.json"
    old = _old(path)
    try:
        run(read(settings.NOTEBOOKS / f"{lesson}.ipynb"), settings.NOTEBOOKS, environment)
    except NotSaved as problem:
        kept = f" What was answered so far is in {journal_of(path).name}." if journal_of(path).exists() else ""
        print(f"{path.name} stays as it was.{kept}\n{problem}", file=sys.stderr)
        return 1
    if not journal_of(path).exists():
        print(f"{path.name} stays as it was: the lesson asked nothing that is recorded.")
        return 0
    tape = finish(path)
    counts = ", ".join(f"{n} {kind}" for kind, n in sorted(tape.provenance().items()))
    changed = "unchanged" if old is not None and old.entries == tape.entries else "new or changed"
    next_step = f"Next: make notebooks LESSON={lesson.partition('_')[0]}"
    print(f"{path.name}  {len(tape.entries)} recordings ({counts}), {changed}. {next_step}")
    return 0


def _old(path: Path) -> Tape | None:
    try:
        return Tape.load(path) if path.exists() else None
    except RecordingError:
        return None
