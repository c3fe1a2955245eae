"""The course's environment: ready at once when nothing changed, built, repaired or brought up to date otherwise."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from helpers.cli import building, environment, process
from helpers.cli.environment import LOCKS, Environment
from helpers.cli.stop import Stop

Disk = namedtuple("Disk", "total used free")


class Programs:
    """Stand in for pip, uv and venv: note each step as its telling words, and do what a test asks for."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.fail_at = ""

    def __call__(self, command, log, *, inherit=()):
        words = " ".join(str(part) for part in command)
        step = next(name for name in (" -m venv", " -e .", "requirements-dev", "requirements.txt", "requirements-setup")
                    if name in words).strip(" -")
        self.steps.append(f"{step} again" if "--reinstall" in words else step)
        if self.fail_at and self.fail_at in words:
            raise KeyboardInterrupt   # as good as killed, for what is left on the disk
        if step == "m venv":
            python = Environment(Path(command[-1])).python
            python.parent.mkdir(parents=True)
            python.write_text("an interpreter", encoding="utf-8")


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project folder with locks, where programs are only noted; returns (environment, programs)."""
    root = tmp_path / "project"
    root.mkdir()
    for name in LOCKS["test"]:
        (root / name).write_text(f"{name}, first edition", encoding="utf-8")
    programs = Programs()
    monkeypatch.setattr(environment, "ROOT", root)
    monkeypatch.setattr(process, "run", programs)
    monkeypatch.setattr(building, "usable", lambda found: found.python.exists())
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Disk(0, 0, 10**12))
    monkeypatch.delenv("COURSE_VENV", raising=False)
    return Environment(root / ".venv"), programs


ALL_OF_LAB = ["m venv", "requirements-setup", "requirements.txt", "e ."]


def test_a_first_run_builds_everything_in_order(project):
    """venv, then pip for uv, then uv for the lock, then the course itself; then the environment is ready."""
    found, programs = project

    assert environment.ready("lab") == found

    assert ALL_OF_LAB == programs.steps
    assert found.is_ready("lab")
    assert not found.is_ready("test")


def test_a_second_run_starts_no_program_and_imports_no_builder(project, monkeypatch):
    """While nothing changed, being ready costs reading a stamp and the locks."""
    environment.ready("lab")
    project[1].steps.clear()
    monkeypatch.setattr(building, "build", lambda *_: pytest.fail("the builder was called"))

    environment.ready("lab")

    assert [] == project[1].steps


def test_the_tests_environment_includes_the_lessons(project):
    """After `make test`, `make lab` has nothing left to do."""
    environment.ready("test")
    project[1].steps.clear()

    environment.ready("lab")
    environment.ready("uv")

    assert [] == project[1].steps


def test_the_tests_lock_comes_on_top_of_the_lessons(project):
    """`make test` after `make lab` installs what is missing into the same environment."""
    environment.ready("lab")
    project[1].steps.clear()

    environment.ready("test")

    assert ["requirements-setup", "requirements-dev", "e ."] == project[1].steps


@pytest.mark.parametrize("lock", LOCKS["lab"])
def test_a_changed_lock_is_installed(lock, project):
    """A lock that a `git pull` brought is noticed by its content; the environment is kept, not made anew."""
    environment.ready("lab")
    project[1].steps.clear()
    (project[0].folder.parent / lock).write_text("second edition", encoding="utf-8")

    environment.ready("lab")

    assert ALL_OF_LAB[1:] == project[1].steps


def test_another_interpreter_under_the_environment_is_noticed(project, tmp_path):
    """When a system's upgrade changes what the environment's Python is a link to, the stamp no longer holds."""
    environment.ready("lab")
    python, other = project[0].python, tmp_path / "python3.99"
    other.write_text("", encoding="utf-8")
    python.unlink()
    python.symlink_to(other)

    assert not project[0].is_ready("lab")


@pytest.mark.parametrize("step", ["-m venv", "requirements-setup", "requirements.txt", "-e ."])
def test_an_environment_killed_while_it_was_made_is_made_again(step, project, capsys):
    """Whichever step was cut off, the next run throws the half away and builds the whole."""
    programs = project[1]
    programs.fail_at = step
    with pytest.raises(KeyboardInterrupt):
        environment.ready("lab")
    assert not project[0].is_ready("lab")
    programs.fail_at = ""
    programs.steps.clear()
    (project[0].folder / "half a package").write_text("", encoding="utf-8")

    environment.ready("lab")

    assert "The last set-up was interrupted: starting it over." in capsys.readouterr().out
    assert ALL_OF_LAB == programs.steps
    assert project[0].is_ready("lab")
    assert not (project[0].folder / "half a package").exists()


def test_an_interrupted_update_is_repaired_in_place(project):
    """An environment that was complete before keeps what the learner added; every package of the locks is replaced."""
    environment.ready("lab")
    added = project[0].folder / "the learner's own package"
    added.write_text("", encoding="utf-8")
    project[1].fail_at = "requirements-dev"
    with pytest.raises(KeyboardInterrupt):
        environment.ready("test")
    assert not project[0].is_ready("lab"), "half an update is not ready for anything"
    project[1].fail_at = ""
    project[1].steps.clear()

    environment.ready("test")

    assert ["requirements-setup", "requirements-dev again", "e ."] == project[1].steps
    assert added.exists()


def test_a_moved_project_gets_its_scripts_renewed(project, tmp_path, monkeypatch):
    """The environment's scripts name the folder that they were made for, so a move makes them anew, in place."""
    environment.ready("lab")
    project[1].steps.clear()
    there = tmp_path / "moved"
    project[0].folder.parent.rename(there)
    monkeypatch.setattr(environment, "ROOT", there)
    monkeypatch.setattr(building, "_create", lambda *_: project[1].steps.append("m venv"))

    moved = environment.ready("lab")

    assert moved.folder == there / ".venv"
    assert ["m venv", "requirements-setup", "requirements.txt again", "e ."] == project[1].steps


def test_an_unusable_environment_of_somebody_elses_is_moved_aside(project, capsys):
    """Nothing that we did not make is deleted: it gets another name, and the learner is told."""
    folder = project[0].folder
    folder.mkdir()
    (folder / "precious").write_text("mine", encoding="utf-8")

    environment.ready("lab")

    assert "mine" == (folder.with_name(".venv.old-1") / "precious").read_text(encoding="utf-8")
    assert "has no supported Python with pip: it is " in (said := capsys.readouterr().out)
    assert ".venv.old-1 now. You can delete it." in said
    assert ALL_OF_LAB == project[1].steps


def test_a_usable_environment_of_somebody_elses_is_completed(project):
    """A `.venv` that the learner made with `python -m venv` is used as it is."""
    project[1]([sys.executable, "-m", "venv", project[0].folder], None)
    project[1].steps.clear()

    environment.ready("lab")

    assert ALL_OF_LAB[1:] == project[1].steps
    assert not project[0].folder.with_name(".venv.old-1").exists()


def test_an_empty_folder_is_as_good_as_none(project):
    """A run may have been killed between making the folder and marking it."""
    project[0].folder.mkdir()

    environment.ready("lab")

    assert ALL_OF_LAB == project[1].steps


def test_what_another_run_has_done_meanwhile_is_not_done_again(project):
    """Whoever waited for the lock looks again before building."""
    environment.ready("lab")
    project[1].steps.clear()

    building.build(project[0], "lab")

    assert [] == project[1].steps


def test_only_one_run_builds_at_a_time(tmp_path):
    """While the lock is held, no other holder gets it; afterwards it is free."""
    with building.only_one(tmp_path / ".venv"), (tmp_path / ".venv.lock").open("a+b") as file:
        assert not building._try_to_lock(file.fileno())
    with (tmp_path / ".venv.lock").open("a+b") as file:
        assert building._try_to_lock(file.fileno())


@pytest.mark.skipif(os.name == "nt", reason="there, a killed parent takes no lock along")
def test_a_program_that_outlives_its_killed_parent_keeps_the_lock(tmp_path):
    """A second run must not build into a folder that the first run's orphaned installer still writes to."""
    with building.only_one(tmp_path / ".venv") as lock:
        orphan = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=[lock])
    with (tmp_path / ".venv.lock").open("a+b") as file:
        taken = not building._try_to_lock(file.fileno())
        orphan.communicate(b"\n")

        assert taken
        assert building._try_to_lock(file.fileno())


@pytest.mark.parametrize("missing", ["venv", "ensurepip"])
def test_a_python_without_its_venv_module_is_told_the_package(missing, project, monkeypatch):
    """Debian and Ubuntu leave `ensurepip` out of python3; the line names the package that brings it."""
    monkeypatch.setattr(building.importlib.util, "find_spec", lambda name: None if name == missing else object())

    with pytest.raises(Stop, match=r"without its venv module.*sudo apt install python3\.\d+-venv.*same command"):
        environment.ready("lab")
    assert [] == project[1].steps


def test_a_python_that_is_too_new_builds_nothing(project, monkeypatch):
    """The range has an upper end because the locks are only tested up to there."""
    monkeypatch.setattr(building.versions, "too_new", lambda *_: "This is Python 3.14.0")

    with pytest.raises(Stop, match="This is Python 3.14.0"):
        environment.ready("lab")


def test_too_little_space_is_said_before_anything_is_downloaded(project, monkeypatch):
    """The line says what is needed and what is free; nothing is left half made."""
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Disk(0, 0, 40_000_000))

    with pytest.raises(Stop, match=r"No space left .* needs about 1 GB.*Free now: 40 MB"):
        environment.ready("lab")
    assert [] == project[1].steps
    assert not project[0].folder.exists()


def test_the_environment_can_be_elsewhere(project, tmp_path, monkeypatch):
    """COURSE_VENV names another folder, seen from the project's or absolute."""
    monkeypatch.setenv("COURSE_VENV", ".venv-3.13")
    assert environment.chosen().folder == environment.ROOT / ".venv-3.13"
    monkeypatch.setenv("COURSE_VENV", str(tmp_path / "far" / "away"))

    environment.ready("lab")

    assert environment.chosen().is_ready("lab")
    assert (tmp_path / "far" / "away").is_dir()


def test_a_shared_environment_is_used_and_never_changed(project, monkeypatch):
    """COURSE_VENV=current (conda): this Python, if it has what the command needs; otherwise one line says how."""
    monkeypatch.setenv("COURSE_VENV", "current")

    assert environment.ready("lab").python == Path(sys.executable)
    assert environment.ready("lab").is_running
    monkeypatch.setitem(environment.TELLTALES, "test", "no_such_module")
    with pytest.raises(Stop, match="no_such_module is not in it. Run: pip install --no-deps -r requirements-dev.txt"):
        environment.ready("test")
    assert [] == project[1].steps


def test_on_windows_the_interpreter_lies_in_scripts(tmp_path, monkeypatch):
    """The one path that differs."""
    with monkeypatch.context() as windows:
        windows.setattr(os, "name", "nt")
        found = Environment(tmp_path).python

    assert tmp_path / "Scripts" / "python.exe" == found


def test_a_python_without_pip_or_a_venv_of_its_own_is_not_usable(tmp_path):
    """A missing interpreter, and a link to the system's own, are both found out by asking."""
    found = Environment(tmp_path)
    assert not building.usable(found)
    found.python.parent.mkdir()
    found.python.symlink_to(getattr(sys, "_base_executable", sys.executable))

    assert not building.usable(found)
