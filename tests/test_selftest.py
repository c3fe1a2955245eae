"""The self-test: one line for each thing that lessons use, green here, and a line instead of an exception elsewhere."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError

import pytest

from helpers import settings
from helpers.classroom import looks, selftest
from helpers.settings import ROOT


def found(word):
    """The lines of self_test() that begin with *word*."""
    return [look for look in selftest.self_test().looks if look.word == word]


def test_everything_is_ok_here():
    """The line that a lesson waits for comes last; every package stands with its version."""
    lines = str(selftest.self_test()).splitlines()

    assert "Setup complete." == lines[-1]
    assert {"ok"} == {line.split()[0] for line in lines[:-1]}
    assert list(looks.PACKAGES) == [line.split()[1] for line in lines[:12]]
    assert ["ok       kernel: the course's own helpers",
            "ok       recordings: readable",
            "ok       anthropic SDK: one call answered offline",
            "ok       openai SDK: one call answered offline",
            "ok       mode replay: no key needed"] == lines[12:-1]


def test_it_looks_the_same_from_any_folder_and_any_time(tmp_path, monkeypatch):
    """No path, no clock, no Python version: a lesson's saved output holds on every machine."""
    here = selftest.self_test()._repr_mimebundle_()
    monkeypatch.chdir(tmp_path)

    assert here == selftest.self_test()._repr_mimebundle_()
    for secret in (str(ROOT), sys.prefix, f"Python {sys.version_info.major}", platform.node()):
        assert secret not in str(here)


def test_the_versions_are_the_locks():
    """Of what the lessons use, all is locked, and alike on every Python: no line of theirs has a condition."""
    text = (ROOT / "requirements.txt").read_text("utf-8")
    locked = looks.locked_versions(text)

    assert set() == set(looks.PACKAGES) - set(locked)
    for name in looks.PACKAGES:
        assert f"\n{name}=={locked[name]} \\\n" in f"\n{text}"


def test_another_version_is_named_with_the_locked_one(monkeypatch):
    """And with what to do."""
    real = looks.version
    monkeypatch.setattr(looks, "version", lambda name: "0.1" if name == "anthropic" else real(name))
    result = selftest.self_test()

    assert not result.ok
    assert f"SEE      anthropic: 0.1 here, {real('anthropic')} locked" in str(result)
    assert "Run `make lab`, which installs what is locked, then restart the kernel." in str(result)
    assert str(result).endswith("\nNot complete: 1 of 17 need something.")


def test_a_missing_package_is_named(monkeypatch):
    """In words, not by colour alone."""
    def missing(name):
        raise PackageNotFoundError(name)

    monkeypatch.setattr(looks, "version", missing)

    assert list(looks.PACKAGES) == [look.what.split()[0] for look in found("MISSING")]
    assert ">MISSING</strong>" in selftest.self_test()._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize("broken", ["version", "locked_versions", "_kernel", "_tape", "_anthropic_call", "_openai_call",
                                    "_mode", "_client", "_say_here"])
def test_whatever_breaks_is_a_line(monkeypatch, broken):
    """It never raises: the look that failed says why, the others go on."""
    def fail(*_, **__):
        raise ValueError("x" * 10_000)

    monkeypatch.setattr(looks, broken, fail)
    result = selftest.self_test()

    assert not result.ok
    assert "Setup complete." not in str(result)
    assert any(look.word == "SEE" and look.do and len(look.what) < 500 for look in result.looks)


def test_a_broken_sdk_is_a_line(monkeypatch):
    """An import that fails, too."""
    monkeypatch.setitem(sys.modules, "helpers.wire.clients", None)

    assert ["anthropic SDK, one call offline", "openai SDK, one call offline"] == [
        look.what.split(":")[0] for look in found("SEE")]


def test_recordings_that_are_torn_or_gone_are_named(tmp_path, monkeypatch):
    """A torn one with its name and reason; none at all as such."""
    monkeypatch.setattr(settings, "RECORDINGS", tmp_path)
    assert ["recordings: none in data/recordings"] == [look.what for look in found("MISSING")]

    (tmp_path / "01_x.json").write_text("{")
    (look,) = found("SEE")
    assert look.what.startswith("data/recordings/01_x.json: RecordingError: ")
    assert "git checkout" in look.do


def test_a_lock_that_is_gone_is_named(tmp_path, monkeypatch):
    """The versions are shown all the same, only not compared."""
    monkeypatch.setattr(settings, "ROOT", tmp_path)

    assert ["requirements.txt can't be read, so no version can be compared"] == [look.what for look in found("SEE")]


def test_a_notebook_in_another_copy_of_the_course_is_noticed(tmp_path, monkeypatch):
    """Two clones: the kernel runs the helpers of one, the notebook lies in the other."""
    (tmp_path / "helpers").mkdir()
    (tmp_path / "helpers" / "course.py").write_text("")
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")

    (look,) = found("SEE")
    assert look.what.startswith("kernel: this notebook lies in another copy of the course")


def test_helpers_installed_without_the_course_are_noticed(tmp_path, monkeypatch):
    """A wheel in site-packages has no notebooks beside it."""
    import helpers

    monkeypatch.setattr(helpers, "__file__", str(tmp_path / "helpers" / "__init__.py"))

    (look,) = found("SEE")
    assert "kernel: its `helpers` is not inside a copy of the course" == look.what
    assert "There is no notebooks beside it." in look.do


@pytest.mark.parametrize(("mode", "keys", "words"), [
    ("live", ("ANTHROPIC", "OPENAI"), "mode live: calls cost money, at most $0.50 in this kernel"),
    ("live", ("ANTHROPIC",), "mode live: calls cost money, at most $0.50 in this kernel; no OPENAI_API_KEY, so its "
                             "cells will fail"),
    ("construct", (), "mode construct: replies are built here, no key needed"),
])
def test_another_mode_says_what_it_costs(monkeypatch, mode, keys, words):
    """And the two calls are answered here in that mode, too; a key is never shown."""
    monkeypatch.setenv("COURSE_MODE", mode)
    for vendor in keys:
        monkeypatch.setenv(f"{vendor}_API_KEY", "sk-secret")
    result = selftest.self_test()

    assert result.ok
    assert words == result.looks[-1].what
    assert "sk-secret" not in str(result)


def test_live_without_any_key_needs_one(monkeypatch):
    """The line says where to put it."""
    monkeypatch.setenv("COURSE_MODE", "live")

    (look,) = found("SEE")
    assert "mode" == look.what
    assert "Put the key into .env" in look.do


def test_a_mode_that_does_not_exist_is_a_line(monkeypatch):
    """With those that do."""
    monkeypatch.setenv("COURSE_MODE", "liev")

    (look,) = found("SEE")
    assert "it must be one of replay, live, record, construct" in look.do


def test_only_the_two_sdks_are_imported():
    """The other packages are looked up, not loaded: the first cell stays quick."""
    code = ("import sys; from helpers.classroom.selftest import self_test; self_test(); "
            "print([m for m in ('pandas', 'matplotlib', 'jupyterlab', 'ipywidgets', 'fastapi', 'uvicorn', 'splintr')"
            " if m in sys.modules])")
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True,
                         env=os.environ)
    assert "[]" == run.stdout.strip()


def test_the_slider_s_words_follow_it():
    """At the start they promise nothing: on a page without a kernel nothing would follow."""
    pytest.importorskip("ipywidgets")
    explorer = selftest.slider_test()
    explorer._repr_mimebundle_()
    assert "Are widgets alive?\nThe slider stands at 0. Move it: these words follow." == str(explorer)

    explorer.controls["at"].value = 3

    assert "The slider stands at 3: widgets work." == explorer.words
    assert "width:30%" in explorer._shown[0].value
    explorer.close()
