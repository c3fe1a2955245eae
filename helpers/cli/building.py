"""Build, repair or update the environment: Python's venv, then pip for uv, then uv for the hashed locks.

A marker file stands in the environment for as long as the work is unfinished. An environment that this module began
and did not finish is thrown away and begun again; any other is completed in place or moved aside, never deleted.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from helpers.cli import process, versions
from helpers.cli.environment import LOCKS, SETUP, Environment
from helpers.cli.places import short
from helpers.cli.stop import Stop, no_space

NEEDED_BYTES = {"uv": 150_000_000, "lab": 800_000_000, "test": 1_300_000_000}
"""Free space to begin with: the finished environment's size and a little more."""
UNFINISHED = "course-unfinished"
LOG = "course-setup.log"


def build(environment: Environment, kind: str) -> None:
    """Bring *environment* to *kind* (see LOCKS), whatever state it is in; raise Stop with one line where that fails."""
    check_this_python()
    with only_one(environment.folder) as lock:
        if environment.is_ready(kind):
            return   # another run has done it while this one waited
        begun = time.monotonic()
        interrupted, moved = _marker(environment).exists(), environment.was_moved()
        anew = clear_the_way(environment)
        if anew:
            check_space(environment.folder.parent, kind)
        print(f"Setting up {short(environment.folder)} (once; about a minute on a fast line).", flush=True)
        begin(environment, "new" if anew else "update")
        if anew or moved:
            _create(environment, lock)
        install(environment, kind, lock, again=not anew and (interrupted or moved))
        finish(environment, kind)
        print(f"Set up in {time.monotonic() - begun:.0f} s.", flush=True)


def check_this_python() -> None:
    """Raise Stop where this Python cannot build the environment: too new, or without its venv module."""
    refusal = versions.too_new(sys.version_info, sys.argv[1:])
    if refusal:
        raise Stop(refusal)
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        number = f"{sys.version_info[0]}.{sys.version_info[1]}"
        raise Stop(
            f"This Python ({sys.executable}) comes without its venv module, with which the course makes its own "
            f"environment. On Debian and Ubuntu: sudo apt install python{number}-venv. Then run the same command again."
        )


def clear_the_way(environment: Environment) -> bool:
    """Return whether to make the environment anew: there is none, or what was there is of no use and out of the way."""
    folder, marker = environment.folder, _marker(environment)
    if marker.exists() and marker.read_text(encoding="utf-8") == "new":
        print("The last set-up was interrupted: starting it over.", flush=True)
        shutil.rmtree(folder)
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return True
    if usable(environment):
        return False
    aside = next(path for n in range(1, 1000) if not (path := folder.with_name(f"{folder.name}.old-{n}")).exists())
    folder.rename(aside)
    print(f"{short(folder)} has no supported Python with pip: it is {short(aside)} now. You can delete it.", flush=True)
    return True


def check_space(folder: Path, kind: str) -> None:
    """Raise Stop where the disk of *folder* has too little room for an environment of *kind*."""
    free = shutil.disk_usage(folder).free
    if free < NEEDED_BYTES[kind]:
        raise Stop(f"{no_space(folder)} (Free now: {free // 1_000_000} MB.)")


def begin(environment: Environment, state: str) -> None:
    """Mark the work as unfinished, "new" or "update", and take the stamps away: from here on nothing is ready."""
    environment.folder.mkdir(exist_ok=True)
    _marker(environment).write_text(state, encoding="utf-8")
    for kind in LOCKS:
        environment.stamp_file(kind).unlink(missing_ok=True)


def usable(environment: Environment) -> bool:
    """Whether the environment's Python starts, is supported, is its own, and has a pip that works."""
    code = (
        "import sys; from pip._internal.cli.main import main;"
        f"sys.exit(not {versions.OLDEST} <= sys.version_info[:2] <= {versions.NEWEST} or sys.prefix == sys.base_prefix)"
    )
    try:
        answer = subprocess.run(
            [environment.python, "-I", "-c", code], capture_output=True, env=process.clean_environment(), check=False)
    except OSError:
        return False
    return answer.returncode == 0


def install(environment: Environment, kind: str, lock: int, *, again: bool = False) -> None:
    """Install uv with pip, and with uv the locks of *kind* and the course itself. *again*: replace what is there."""
    python, log = environment.python, environment.folder / LOG
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--require-hashes"]
    process.run([*pip, "--only-binary", ":all:", "-r", SETUP], log, inherit=[lock])
    if kind == "uv":
        return
    locks = [part for name in LOCKS[kind] if name != SETUP for part in ("-r", name)]
    uv = [python, "-m", "uv", "pip", "install", "--python", python, "--no-deps"]
    # --no-build: a package without a ready-made wheel shall fail at once, not compile for minutes.
    # --compile-bytecode: or the first lesson would pay for it, at its first import.
    exact = ["--require-hashes", "--no-build", "--compile-bytecode", *(["--reinstall"] if again else [])]
    process.run([*uv, *exact, *locks], log, inherit=[lock])
    process.run([*uv, "--offline", "-e", "."], log, inherit=[lock])


def finish(environment: Environment, kind: str) -> None:
    """Take the marker away, and stamp the environment as complete for *kind* and for every kind that it includes."""
    _marker(environment).unlink()
    for smaller, locks in LOCKS.items():
        if set(locks) <= set(LOCKS[kind]):
            environment.stamp_file(smaller).write_text(environment.expected_stamp(smaller), encoding="utf-8")


@contextmanager
def only_one(folder: Path) -> Iterator[int]:
    """Hold the lock of the environment in *folder*, waiting for another run to end; yield its file descriptor."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("a+b") as file:
        if not _try_to_lock(file.fileno()):
            print("Another run is setting up the environment: waiting for it.", flush=True)
            while not _try_to_lock(file.fileno()):
                time.sleep(0.2)
        yield file.fileno()


def _try_to_lock(descriptor: int) -> bool:
    """Take the lock if it is free. The system gives it back when the holder ends, however that ends."""
    try:
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return True   # a file system without locks: better unguarded than not at all
    return True


def _create(environment: Environment, lock: int) -> None:
    process.run([sys.executable, "-m", "venv", environment.folder], environment.folder / LOG, inherit=[lock])


def _marker(environment: Environment) -> Path:
    return environment.folder / UNFINISHED

