"""Look for what is wrong with this set-up, and say what to do: `make doctor`.

Reads, never changes. A key is reported as set or not, never shown.
"""

from __future__ import annotations

import importlib.metadata
import platform
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from helpers import settings
from helpers.cli.environment import LESSONS
from helpers.cli.places import ROOT
from helpers.cli.versions import NEWEST, OLDEST

OLD_AFTER_DAYS = 180
"""Prices and recordings older than this deserve another look."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    good: bool
    what: str
    do: str = ""
    """What to do about it; only where it is not good."""

    def __str__(self) -> str:
        advice = f"\n     {self.do}" if self.do and not self.good else ""
        return f"{'ok ' if self.good else 'SEE'}  {self.what}{advice}"


def main(argv: list[str]) -> int:
    """Print a line for each thing looked at; return 1 when one of them needs something."""
    findings = list(examine(date.today()))
    print("\n".join(map(str, findings)))
    return int(any(not finding.good for finding in findings))


def examine(today: date) -> Iterator[Finding]:
    """Look at everything, *today* being the date that ages are counted to."""
    for look in (_python, _packages, _mode, _keys, _browser):
        yield look()
    yield _guarded(lambda: _prices(today), "data/models.json")
    yield _guarded(lambda: _models(today), "the default models")
    yield from _recordings(today)


def _python() -> Finding:
    version = sys.version_info[:2]
    return Finding(OLDEST <= version <= NEWEST, f"Python {platform.python_version()}",
                   f"The course needs {OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}: make lab PYTHON=python3.13")


def _packages() -> Finding:
    wanted = dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)(?![^\n]*;)", (ROOT / LESSONS).read_text("utf-8"), re.MULTILINE))
    wrong = [f"{name} {_installed(name)}, not {version}" for name, version in wanted.items()
             if _installed(name) != version]
    shown = ", ".join(wrong[:3]) + (f" and {len(wrong) - 3} more" if len(wrong) > 3 else "")
    return Finding(not wrong, f"{len(wanted) - len(wrong)} of {len(wanted)} packages as locked",
                   f"{shown}. Run: make lab")


def _installed(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "missing"


def _mode() -> Finding:
    try:
        return Finding(True, f"mode {settings.mode()}, budget ${settings.budget_usd()} a kernel")
    except settings.SettingsError as error:
        return Finding(False, "settings", str(error))


def _keys() -> Finding:
    there = {vendor: bool(settings.setting(f"{vendor}_API_KEY")) for vendor in ("ANTHROPIC", "OPENAI")}
    said = ", ".join(f"{vendor}_API_KEY {'set' if has else 'not set'}" for vendor, has in there.items())
    needed = settings.setting("COURSE_MODE").lower() in ("live", "record")
    return Finding(any(there.values()) or not needed, f"{said} (replay needs none)",
                   "COURSE_MODE asks for the API: put a key into .env, or remove COURSE_MODE.")


def _browser() -> Finding:
    names = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
    found = next((name for name in names if shutil.which(name)), "")
    return Finding(True, f"browser for the tests: {found or 'none found, so they are skipped'}")


def _guarded(look: Callable[[], Finding], what: str) -> Finding:
    try:
        return look()
    except (OSError, ValueError, LookupError) as error:
        return Finding(False, what, f"{type(error).__name__}: {error}")


def _prices(today: date) -> Finding:
    from helpers.economics import prices_as_of

    age = (today - prices_as_of()).days
    return Finding(age <= OLD_AFTER_DAYS, f"prices as of {prices_as_of()} ({age} days old)",
                   "Compare data/models.json with the vendors' price pages; CONTRIBUTING says how.")


def _models(today: date) -> Finding:
    from helpers.economics import find_model, model_id

    ends = {model_id(role): find_model(model_id(role)).retires_on for role in ("default", "production", "openai")}
    near = [f"{name} ends on {day}" for name, day in ends.items() if day and (day - today).days < 60]
    return Finding(not near, f"default models: {', '.join(ends)}",
                   f"{'; '.join(near)}: choose another in data/models.json.")


def _recordings(today: date) -> Iterator[Finding]:
    from helpers.wire.recording import RecordingError, Tape

    for path in sorted(settings.RECORDINGS.glob("*.json")):
        try:
            tape = Tape.load(path)
        except RecordingError as error:
            yield Finding(False, path.name, str(error))
            continue
        newest = max((entry.provenance.date for entry in tape.entries), default=today.isoformat())
        age = (today - date.fromisoformat(newest)).days
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(tape.provenance().items()))
        yield Finding(age <= OLD_AFTER_DAYS, f"{path.name}: {kinds}, {newest}",
                      f"Record it again with a key (make record LESSON={path.stem[:2]}), or build it again.")
