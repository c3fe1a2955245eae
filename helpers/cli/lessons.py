"""The lessons, and the learner's copies of them in work/, which no command overwrites or deletes."""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path

from helpers.cli.places import NOTEBOOKS, WORK
from helpers.cli.stop import Stop, as_typed

SOURCES = ".lessons.json"
"""In work/: for each copy the hash of the lesson that it began as, so that a newer lesson is noticed."""


def all_lessons(notebooks: Path = NOTEBOOKS) -> list[Path]:
    """Return the lessons in their order."""
    return sorted(notebooks.glob("[0-9]*.ipynb"))


def find(wanted: str, notebooks: Path = NOTEBOOKS) -> Path:
    """Return the first lesson that *wanted* names: by number, name or path; raise Stop listing what there is."""
    stem = Path(wanted).name.removesuffix(".ipynb")
    lessons = all_lessons(notebooks)
    for lesson in lessons:
        if stem and (lesson.stem == stem or has_number(lesson, stem)):
            return lesson
    there = ", ".join(lesson.stem for lesson in lessons) or "none yet"
    raise Stop(f"There is no lesson {wanted!r} in {notebooks.name}/. Give the number of one of these: {there}.")


def has_number(lesson: Path, wanted: str) -> bool:
    """Whether *wanted* is the lesson's number: 3, 03 and 03a all name 03a_streaming.ipynb."""
    asked = re.fullmatch(r"(\d+)([a-z]?)", wanted.strip().lower())
    own = re.match(r"(\d+)([a-z]?)_", lesson.name)
    return bool(asked and own and int(asked[1]) == int(own[1]) and asked[2] in ("", own[2]))


def copy_new(notebooks: Path = NOTEBOOKS, work: Path = WORK) -> list[str]:
    """Copy every lesson that *work* lacks; return the lines to tell the learner about lessons newer than a copy."""
    work.mkdir(exist_ok=True)
    before = _read_sources(work)
    sources, lines = dict(before), []
    for lesson in all_lessons(notebooks):
        copy, now = work / lesson.name, _hash(lesson)
        if not copy.exists():
            _copy(lesson, copy)
            sources[lesson.name] = now
        elif copy.read_bytes() == starting_state(lesson):
            sources[lesson.name] = now
        elif sources.setdefault(lesson.name, now) != now or lesson.name not in before:
            lines.append(_newer(lesson, copy))
    if sources != before:
        _write_sources(work, sources)
    return lines


def start_over(lesson: Path, work: Path = WORK) -> str:
    """Put a fresh copy of *lesson* into *work*, the old one moved aside; return the line that says where it is."""
    work.mkdir(exist_ok=True)
    copy = work / lesson.name
    aside = ""
    if copy.exists():
        if copy.read_bytes() == starting_state(lesson):
            return f"{work.name}/{copy.name} is fresh already."
        aside = _free_name(copy)
        copy.rename(work / aside)
    _copy(lesson, copy)
    _write_sources(work, _read_sources(work) | {lesson.name: _hash(lesson)})
    kept = f" Your old copy is {work.name}/{aside}." if aside else ""
    return f"{work.name}/{copy.name} is fresh.{kept}"


def starting_state(lesson: Path) -> bytes:
    """Return what a learner's copy begins as: the lesson without its outputs, which would spoil each prediction.

    The lesson itself keeps them, for who reads it without running it. What is no notebook is copied as it is.
    """
    raw = lesson.read_bytes()
    try:
        notebook = json.loads(raw)
        for cell in notebook["cells"]:
            if cell["cell_type"] == "code":
                cell["outputs"], cell["execution_count"] = [], None
    except (ValueError, KeyError, TypeError):
        return raw
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def _newer(lesson: Path, copy: Path) -> str:
    number = lesson.stem.split("_")[0]
    return (f"A newer {lesson.stem} is here than {copy.parent.name}/{copy.name}, which stays as it is. "
            f"To get it: {as_typed('fresh', number)} (moves your copy aside).")


def _free_name(copy: Path) -> str:
    names = (f"{copy.stem}.before-fresh-{n}{copy.suffix}" for n in range(1, 10_000))
    return next(name for name in names if not (copy.parent / name).exists())


def _copy(source: Path, target: Path) -> None:
    # In one rename, so that a run killed in between leaves no half a lesson that would then count as the learner's.
    new = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        new.write_bytes(starting_state(source))
        if not target.exists():
            os.replace(new, target)
    finally:
        new.unlink(missing_ok=True)


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read_sources(work: Path) -> dict[str, str]:
    try:
        sources = json.loads((work / SOURCES).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return sources if isinstance(sources, dict) else {}


def _write_sources(work: Path, sources: dict[str, str]) -> None:
    new = work / f"{SOURCES}.{os.getpid()}.new"
    new.write_text(json.dumps(sources, indent=1, sort_keys=True), encoding="utf-8")
    os.replace(new, work / SOURCES)
