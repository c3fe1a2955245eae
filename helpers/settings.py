"""Where things lie, which mode the course runs in, and the clock that everything waits on.

    from helpers import settings
    settings.mode()          # "replay", unless COURSE_MODE says otherwise
    settings.clock.now()     # seconds

A value in the process's environment wins over the same name in the project's `.env`.
Nothing here reads a key: see `helpers.wire.clients` for the one place that does.
"""

from __future__ import annotations

import os
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path

from helpers.clock import Clock, RealClock, VirtualClock

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "data"
NOTEBOOKS = ROOT / "notebooks"
RECORDINGS = DATA / "recordings"

MODES = ("replay", "live", "record", "construct")
"""replay: from recordings. live: the real API, under a budget. record: live, and keep the replies.
construct: build the replies from the lesson's scenario, and keep them."""


class SettingsError(ValueError):
    """A setting has a value that the course can't use."""


@lru_cache(maxsize=1)
def _env_file() -> dict[str, str | None]:
    path = ROOT / ".env"
    if not path.is_file():
        return {}
    from dotenv import dotenv_values

    try:
        return dotenv_values(path, encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise SettingsError(".env is not UTF-8 text. Save it again as UTF-8, a NAME=value in each line.") from None


def setting(name: str, default: str = "") -> str:
    """The value of *name* in the environment, else in `.env`, else *default*; spaces around it dropped."""
    value = os.environ.get(name)
    if value is None:
        value = _env_file().get(name)
    return (value or default).strip()


def mode() -> str:
    """One of MODES. A key alone changes nothing: only COURSE_MODE does."""
    value = setting("COURSE_MODE", "replay").lower()
    if value not in MODES:
        raise SettingsError(f"COURSE_MODE is {value!r}; it must be one of {', '.join(MODES)}. Leave it out to replay.")
    return value


def budget_usd() -> Decimal:
    """What live calls of one kernel may cost together, in US dollars (COURSE_BUDGET_USD, default 0.50)."""
    value = setting("COURSE_BUDGET_USD", "0.50")
    try:
        budget = Decimal(value)
    except InvalidOperation:
        budget = Decimal(-1)
    if not (budget.is_finite() and budget >= 0):
        raise SettingsError(f"COURSE_BUDGET_USD is {value!r}; it must be an amount in dollars, such as 0.50.")
    return budget


def _choose_clock() -> Clock:
    value = setting("COURSE_CLOCK", "real").lower()
    if value not in ("real", "virtual"):
        raise SettingsError(f"COURSE_CLOCK is {value!r}; it must be 'real' or 'virtual'.")
    return VirtualClock() if value == "virtual" else RealClock()


clock: Clock = _choose_clock()
"""The course's clock: real at the keyboard, virtual in tests, so that a printed duration is the same everywhere."""
