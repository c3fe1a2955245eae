"""The pytest plugin that keeps a run offline and apart from the developer's own settings, and judges it at the end.

Loaded by the top-level conftest.py, so that it also covers what nbval collects in notebooks/. The controller of a run
makes one folder with two logs; its xdist workers, and every kernel and process that they start, inherit the rest:

    COURSE_NETWORK_LOG   each attempt to leave loopback, in whatever process (see every_process/)
    COURSE_MISS_LOG      each request of a notebook that had no recording (helpers.wire.replay writes it)

A log that is not empty turns the run red, whatever a cell or a test caught.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

ON_PATH = Path(__file__).resolve().parent / "every_process"
PRIVATE = re.compile("(COURSE|ANTHROPIC|OPENAI)_(?!REQUIRE_)")
"""The developer's settings and keys; COURSE_REQUIRE_... is how CI says what may not be skipped."""
FOLDER = "COURSE_TEST_FOLDER"
NETWORK, MISSES = "network.log", "misses.log"
VERDICTS = {
    NETWORK: "left loopback, or tried to: a run must be offline",
    MISSES: "asked for something that no recording answers",
}


def pytest_configure(config: pytest.Config) -> None:
    """Set up the environment of this process and of all that it starts; the guard is in from here on."""
    if hasattr(config, "workerinput"):
        folder = Path(os.environ[FOLDER])
    else:
        folder = Path(tempfile.mkdtemp(prefix="course-tests-"))
        for name in [name for name in os.environ if PRIVATE.match(name)]:
            del os.environ[name]
        os.environ.update(environment(folder))
    os.environ["COURSE_HOME"] = str(folder / "home" / os.environ.get("PYTEST_XDIST_WORKER", "main"))
    sys.path.insert(0, str(ON_PATH))
    import course_network_guard

    sys.path.remove(str(ON_PATH))
    course_network_guard.install()


def environment(folder: Path) -> dict[str, str]:
    """Return what each process of a run finds in its environment; *folder* is the run's own."""
    others = [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part not in ("", str(ON_PATH))]
    return {
        FOLDER: str(folder),
        "PYTHONPATH": os.pathsep.join([str(ON_PATH), *others]),
        "PYTHONHASHSEED": "random",
        "IPYTHONDIR": str(folder / "ipython"),   # the developer's start-up files stay out
        "COURSE_MODE": "replay",   # stated, because a .env might say live
        "COURSE_CLOCK": "virtual",
        "COURSE_BUDGET_USD": "0.50",
        "COURSE_NETWORK_LOG": str(folder / NETWORK),
    }


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Before nbval starts its kernel: an empty progress folder for each notebook, and its misses count.

    A unit test may provoke a miss without more ado: outside notebooks COURSE_MISS_LOG is not set.
    """
    folder = Path(os.environ[FOLDER])
    if item.path.suffix == ".ipynb":
        os.environ["COURSE_MISS_LOG"] = str(folder / MISSES)
        os.environ["COURSE_HOME"] = str(folder / "home" / item.path.stem)
    else:
        os.environ.pop("COURSE_MISS_LOG", None)
        os.environ["COURSE_HOME"] = str(folder / "home" / os.environ.get("PYTEST_XDIST_WORKER", "main"))


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn the run red for each log that is not empty, as an error that every reporter counts."""
    if hasattr(session.config, "workerinput"):
        return
    for name, verdict in VERDICTS.items():
        log = Path(os.environ[FOLDER], name)
        lines = log.read_text(encoding="utf-8") if log.exists() else ""
        if lines:
            text = f"{len(lines.splitlines())} time(s) this run {verdict}.\n{lines}"
            report = pytest.TestReport(
                nodeid=name, location=(name, None, name), keywords={}, outcome="failed", longrepr=text, when="teardown")
            session.config.hook.pytest_runtest_logreport(report=report)
            if session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
                session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take the run's folder away again."""
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ[FOLDER], ignore_errors=True)
