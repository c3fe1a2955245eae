"""What the self-test looks at: packages, kernel, recordings, one call through each SDK, mode. Each look is one line.

    for look in everything(): ...      # never raises: a look that fails becomes a line that says so
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from helpers import settings

if TYPE_CHECKING:
    from helpers.wire.reply import Reply
    from helpers.wire.scripted import Ask

PACKAGES = ("anthropic", "openai", "jupyterlab", "ipywidgets", "pandas", "matplotlib", "nbval", "pydantic", "fastapi",
            "uvicorn", "python-dotenv", "splintr-rs")
WHAT_FOR = {"splintr-rs": " (counts tokens)"}
SET_UP = "py -m helpers lab" if os.name == "nt" else "make lab"
REPAIR = f"Run `{SET_UP}`, which installs what is locked, then restart the kernel."
OK, SEE, MISSING = "ok", "SEE", "MISSING"
HELLO = [{"role": "user", "content": "Are you there?"}]


@dataclass(frozen=True, slots=True)
class Look:
    """One thing looked at."""

    word: str
    """OK, SEE or MISSING."""
    what: str
    do: str = ""
    """What to do about it; only where it is not OK."""


def everything() -> Iterator[Look]:
    """All looks, in the order in which they are shown."""
    yield from _packages()
    yield _guarded("kernel", _kernel, REPAIR)
    yield from _recordings()
    yield _guarded("anthropic SDK, one call offline", _anthropic_call, REPAIR)
    yield _guarded("openai SDK, one call offline", _openai_call, REPAIR)
    yield _guarded("mode", _mode, "Look at COURSE_MODE and COURSE_BUDGET_USD, in your shell or in .env.")


def _guarded(what: str, look: Callable[[], Look], do: str) -> Look:
    """What *look* finds; where it fails, a line about *what* with the reason, and *do*."""
    try:
        return look()
    except settings.SettingsError as error:         # says itself what to do
        return Look(SEE, what, str(error))
    except Exception as error:
        return Look(SEE, f"{what}: {type(error).__name__}: {str(error)[:300]}", do)


def _packages() -> Iterator[Look]:
    try:
        locked = locked_versions((settings.ROOT / "requirements.txt").read_text("utf-8"))
    except (OSError, ValueError):
        locked = {}
        yield Look(SEE, "requirements.txt can't be read, so no version can be compared",
                   "It belongs beside README.md: get it back from the course's repository.")
    for name in PACKAGES:
        yield _guarded(name, partial(_package, name, locked), REPAIR)


def locked_versions(lock: str) -> dict[str, str]:
    """name -> version, from the text of a lock."""
    return dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", lock, re.MULTILINE))


def _package(name: str, locked: dict[str, str]) -> Look:
    shown = name + WHAT_FOR.get(name, "")
    try:
        here = version(name)
    except PackageNotFoundError:
        return Look(MISSING, shown, REPAIR)
    if name in locked and here != locked[name]:
        return Look(SEE, f"{shown}: {here} here, {locked[name]} locked", REPAIR)
    return Look(OK, f"{name} {here}{WHAT_FOR.get(name, '')}")


def _kernel() -> Look:
    import helpers

    home = Path(helpers.__file__ or "").resolve().parents[1]
    parts = [name for name in ("notebooks", "data", "requirements.txt") if not (home / name).exists()]
    if parts:
        return Look(SEE, "kernel: its `helpers` is not inside a copy of the course",
                    f"There is no {parts[0]} beside it. Choose the kernel that `{SET_UP}` opens.")
    here = Path.cwd()
    other = next((folder for folder in (here, *here.parents) if (folder / "helpers" / "course.py").is_file()), home)
    if other.resolve() != home:
        return Look(SEE, "kernel: this notebook lies in another copy of the course than the kernel's `helpers`",
                    f"Run `{SET_UP}` in the folder of this notebook's copy.")
    return Look(OK, "kernel: the course's own helpers")


def _recordings() -> Iterator[Look]:
    """One line if all can be read, else one for each that can't."""
    mend = "Get it back from the course's repository: git checkout -- data/recordings"
    paths = sorted(settings.RECORDINGS.glob("*.json"))
    found = [_guarded(f"data/recordings/{path.name}", partial(_tape, path), mend) for path in paths]
    if not paths:
        found = [Look(MISSING, "recordings: none in data/recordings", mend)]
    yield from [look for look in found if look.word != OK] or [Look(OK, "recordings: readable")]


def _tape(path: Path) -> Look:
    from helpers.wire.recording import Tape

    Tape.load(path)
    return Look(OK, path.name)


def _mode() -> Look:
    mode = settings.mode()
    if mode == "replay":
        return Look(OK, "mode replay: no key needed")
    if mode == "construct":
        return Look(OK, "mode construct: replies are built here, no key needed")
    from helpers.wire.clients import live_key

    problems = []
    for vendor in ("ANTHROPIC", "OPENAI"):
        try:
            live_key(vendor)
        except settings.SettingsError as missing:
            problems.append((vendor, missing))
    if len(problems) == 2:
        raise problems[0][1]
    only = f"; no {problems[0][0]}_API_KEY, so its cells will fail" if problems else ""
    return Look(OK, f"mode {mode}: calls cost money, at most ${settings.budget_usd()} in this kernel{only}")


# ---- one call through each SDK, answered here

def _anthropic_call() -> Look:
    from helpers.economics import model_id

    reply = _client("ANTHROPIC").messages.create(model=model_id("default"), max_tokens=50, messages=HELLO)
    return _answered("anthropic", "".join(block.text for block in reply.content if block.type == "text"))


def _openai_call() -> Look:
    from helpers.economics import model_id

    reply = _client("OPENAI").chat.completions.create(model=model_id("openai"), messages=HELLO)
    return _answered("openai", reply.choices[0].message.content)


def _answered(vendor: str, said: str | None) -> Look:
    if said != "Here.":
        return Look(SEE, f"{vendor} SDK: answered {said!r:.80}, expected 'Here.'", REPAIR)
    return Look(OK, f"{vendor} SDK: one call answered offline")


def _client(vendor: str) -> object:
    """A real client of *vendor* over a script: no network, no waits, whatever the mode."""
    from helpers.clock import VirtualClock
    from helpers.wire.clients import build
    from helpers.wire.scripted import Scripted

    clock = VirtualClock()
    return build(vendor, Scripted(_say_here, clock), clock, asynchronous=False, live=False)


def _say_here(ask: Ask) -> Reply:
    from helpers.wire import builder

    make = builder.message if ask.path.startswith("/v1/messages") else builder.chat_completion
    return make("Here.", model=ask.model)
