"""The streaming lessons as a reader uses them: the stream prints piece by piece, page and component chat and stop."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lab import ROOT, Lab
from notebook import PATIENCE_MS

LESSONS = ROOT / "notebooks"
WATCH = """(box) => { window.courseSizes = new Set();
    new MutationObserver(() => window.courseSizes.add(box.textContent.length)).observe(
        box, {childList: true, characterData: true, subtree: true}); }"""


@pytest.fixture(scope="module")
def lab(browser, tmp_path_factory) -> Iterator[Lab]:
    """A JupyterLab whose kernels wait for real, as a reader's do: the other tests' kernels skip every wait."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_CLOCK", "real")
        with Lab(tmp_path_factory.mktemp("lab")) as started:
            yield started


def steps(page_or_frame):
    """In how many lengths the watched text was seen."""
    return page_or_frame.evaluate("() => window.courseSizes.size")


def test_lesson_03b_answers_on_its_page_and_stops(open_notebook):
    """
    After Run All the page streams an answer with its badge; Escape ends the next one, and what had come stays.
    """
    notebook = open_notebook(LESSONS / "03b_streaming_to_a_browser.ipynb")
    notebook.run_all()
    page = notebook.cell("chat_page(server.browser_url)").locator("iframe").element_handle().content_frame()
    page.locator("#answer").evaluate(WATCH)
    page.get_by_label("Your question").fill("Is it <b>there</b>?")
    page.get_by_label("Your question").press("Enter")
    page.locator("#status", has_text="· complete").wait_for(timeout=PATIENCE_MS)
    assert page.locator("#answer").inner_text().startswith("You asked: Is it <b>there</b>?")
    assert page.locator("#badge").is_visible()
    assert steps(page) > 10

    page.get_by_label("Your question").fill("And now?")
    page.get_by_label("Your question").press("Enter")
    page.wait_for_function("() => document.querySelector('#answer').textContent.length > 40")
    page.get_by_label("Your question").press("Escape")
    page.locator("#status", has_text="· aborted").wait_for(timeout=PATIENCE_MS)
    assert 40 < len(page.locator("#answer").inner_text()) < 400
    assert "Stopped." in page.locator("#notice").inner_text()
    assert ([], []) == (notebook.console_errors, notebook.outside_requests)


def test_lesson_03b_has_a_living_react_component(open_notebook):
    """
    The component of the lesson streams, and its Stop ends the answer.
    """
    notebook = open_notebook(LESSONS / "03b_streaming_to_a_browser.ipynb")
    notebook.run_all()
    chat = notebook.cell("react_chat(react_server.browser_url)").locator(".react-chat")
    answer = chat.locator("output")
    answer.evaluate(WATCH)
    chat.get_by_label("Your question").fill("Hello?")
    chat.get_by_role("button", name="Send").click()
    chat.get_by_text("Complete.").wait_for(timeout=PATIENCE_MS)
    assert answer.inner_text().startswith("You asked: Hello?")
    assert steps(notebook.page) > 10

    chat.get_by_label("Your question").fill("Once more")
    chat.get_by_role("button", name="Send").click()
    notebook.page.wait_for_timeout(900)
    chat.get_by_role("button", name="Stop").click()
    chat.get_by_text("Stopped. What had come stays here.").wait_for(timeout=PATIENCE_MS)
    assert ([], []) == (notebook.console_errors, notebook.outside_requests)


def test_lesson_03a_prints_its_stream_piece_by_piece(open_notebook):
    """
    The cell that streams shows its text growing, at the recorded pace: not in one lump at the end.
    """
    notebook = open_notebook(LESSONS / "03a_streaming.ipynb")
    notebook.run_all()
    cell = notebook.cell("for text in stream.text_stream")
    box = cell.locator(".jp-OutputArea")
    box.evaluate(WATCH)
    cell.locator(".jp-InputArea-editor").click()
    notebook.page.keyboard.press("Control+Enter")
    notebook.page.wait_for_timeout(4_000)
    assert steps(notebook.page) > 8
    assert "while the pair travels." in box.inner_text()
