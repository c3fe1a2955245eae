"""The house's rules of style, as far as a linter can hold us to them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from helpers.settings import ROOT

HEAVY = ("anthropic", "openai", "pandas", "matplotlib", "ipywidgets", "ipyreact", "IPython", "fastapi")


def test_ruff_finds_nothing():
    """`ruff check` over code, tests and lessons."""
    run = subprocess.run([sys.executable, "-m", "ruff", "check", "."], cwd=ROOT, capture_output=True, text=True)
    assert 0 == run.returncode, run.stdout


@pytest.mark.parametrize("module", ["helpers", "helpers.course", "helpers.economics", "helpers.sse", "helpers.tokens",
                                    "helpers.settings", "helpers.calling", "helpers.retries", "helpers.streaming",
                                    "helpers.chat_app", "helpers.simulate.herd", "helpers.simulate.attempts",
                                    "helpers.simulate.cuts", "helpers.simulate.cache", "helpers.simulate.rehearsal",
                                    "helpers.simulate.incident", "helpers.simulate.departures",
                                    "helpers.caching", "helpers.structured", "helpers.history",
                                    "helpers.support_bot", "helpers.simulate.night", "helpers.views.night",
                                    "helpers.simulate.conversation", "helpers.simulate.recall",
                                    "helpers.simulate.conversation_requests", "helpers.simulate.chats",
                                    "helpers.simulate.violations",
                                    "helpers.views.economics", "helpers.views.calling",
                                    "helpers.views.retries", "helpers.views.streaming", "helpers.views.chat",
                                    "helpers.simulate.layers", "helpers.simulate.playground",
                                    "helpers.views.structured", "helpers.views.caching",
                                    "helpers.simulate.cached_shop", "helpers.simulate.cache_pairs",
                                    "helpers.simulate.cache_patterns", "helpers.simulate.cache_game",
                                    "helpers.simulate.contest", "helpers.simulate.lens",
                                    "helpers.views.history",
                                    "helpers.wire.trace",
                                    "helpers.classroom", "helpers.classroom.checking",
                                    "helpers.classroom.drill", "helpers.exercises.e00",
                                    "helpers.exercises.e01", "helpers.exercises.e02", "helpers.exercises.e03a",
                                    "helpers.exercises.e03b", "helpers.exercises.e04",
                                    "helpers.exercises.e05", "helpers.exercises.e06"])
def test_importing_a_room_imports_nothing_heavy(module):
    """A lesson's first line must stay fast: SDKs, pandas and matplotlib load when they are first used."""
    code = f"import sys, {module}; print([m for m in {HEAVY} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "[]" == run.stdout.strip()


ROOMS = {   # what each room may import from helpers, besides itself; DESIGN.md section 2
    "sse": set(),
    "clock": set(),
    "settings": {"clock"},
    "economics": {"settings"},
    "tokens": {"economics", "settings"},
    "wire": {"economics", "sse", "settings", "clock"},
    "calling": {"economics"},
    "retries": {"economics"},
    "streaming": {"economics", "sse"},
    "chat_app": {"economics", "sse", "streaming"},
    "caching": {"economics"},
    "structured": {"economics"},
    "history": {"economics", "tokens"},
    "support_bot": {"retries", "streaming", "structured", "caching", "history", "economics", "sse"},
    "simulate": {"retries", "streaming", "chat_app", "caching", "structured", "history", "support_bot", "economics",
                 "settings", "sse", "wire", "clock"},
    "scenarios": {"economics", "tokens", "wire", "simulate"},
    "views": {"economics", "tokens", "settings", "simulate", "support_bot"},
    "classroom": {"economics", "settings", "views", "wire", "clock"},
    "exercises": {"calling", "retries", "streaming", "chat_app", "structured", "caching", "history", "simulate",
                  "classroom", "economics", "settings", "wire", "clock", "tokens", "sse"},
}


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_rooms_below_it(room):
    """The wire knows no lesson, production code no classroom, and a view no wire."""
    import re

    place = ROOT / "helpers" / room
    files = sorted(place.rglob("*.py")) if place.is_dir() else [place.with_suffix(".py")]
    seen = {(file.name, name) for file in files
            for name in re.findall(r"^\s*(?:from|import) helpers[. ](?:import )?(\w+)", file.read_text("utf-8"), re.M)}

    assert set() == {(file, name) for file, name in seen if name not in ROOMS[room] | {room}}
