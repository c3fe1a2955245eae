"""One browser and one JupyterLab for each module here. No browser: its tests are skipped, with the reason.

Per module, not per session: while Playwright lives, an event loop runs in its thread, in which no other test of the
same worker could call asyncio.run.

COURSE_REQUIRE_BROWSER=1 makes a missing browser a failure (CI sets it).
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from lab import Lab  # noqa: E402
from notebook import WIDE, Notebook  # noqa: E402

COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome",
            "microsoft-edge", "msedge")
FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the browser, so that `-m "not browser"` leaves it out."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


def _launch(playwright: object) -> object:
    """An installed Chromium, Chrome or Edge; never a download. LookupError when there is none."""
    problems = []
    found = [path for path in map(shutil.which, COMMANDS) if path]
    for how in [{"executable_path": path} for path in found] + [{"channel": "chrome"}, {"channel": "msedge"}]:
        try:
            return playwright.chromium.launch(**how, args=FLAGS)
        except Exception as error:       # not installed, or does not start: the next one may
            problems.append(f"{next(iter(how.values()))}: {str(error).splitlines()[0]}")
    raise LookupError("no Chromium, Chrome or Edge started here: " + "; ".join(problems))


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """A headless browser with an empty profile."""
    try:
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            started = _launch(playwright)
            yield started
            started.close()
    except (ImportError, LookupError) as error:
        if os.environ.get("COURSE_REQUIRE_BROWSER") == "1":
            pytest.fail(f"COURSE_REQUIRE_BROWSER is 1, but {error}")
        pytest.skip(f"no browser tests: {error}")


@pytest.fixture(scope="module")
def lab(browser: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """One JupyterLab server; it ends with the module, even when the session is killed."""
    with Lab(tmp_path_factory.mktemp("lab")) as started:
        yield started


@pytest.fixture
def open_notebook(browser: object, lab: Lab) -> Iterator[Callable[..., Notebook]]:
    """`open_notebook(path, size)` opens a copy; page and kernel end with the test."""
    opened: list[Notebook] = []

    def open_one(path: Path, size: tuple[int, int] = WIDE) -> Notebook:
        opened.append(Notebook(browser, lab, path, size))
        return opened[-1]

    yield open_one
    for notebook in opened:
        notebook.close()
