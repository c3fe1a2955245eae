"""Quizzes and predictions in a real JupyterLab: by keyboard alone, at both sizes, in both themes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from lab import Lab
from notebook import PROJECTOR, WIDE, Notebook

CHOICES = ("It returns the text, as on Monday", "`AttributeError`", "an empty string, with a warning that says at some "
           "length why there is no text in the reply, so that this choice needs more than one line on a projector")
CELLS = (
    'import os, tempfile\nos.environ["COURSE_HOME"] = tempfile.mkdtemp()   # what another test locked is not ours\n'
    "from helpers.classroom import predict, quiz, warmup",
    'warmup("01")   # warm-up',
    'quiz("00-q1")   # quiz',
    'turns = predict("01-p1", "What will fifty turns cost?", unit="$")\nturns   # predict-number',
    "turns.reveal(1.19)   # reveal-number",
    f'kinds = predict("00-p1", "What happens on Tuesday?", choices={CHOICES!r})\nkinds   # predict-choice',
    "kinds.reveal(1)   # reveal-choice",
    "import ipywidgets\nprint('widgets alive:', len(ipywidgets.widgets.widget._instances))   # count",
)
FOCUSED = """() => { const e = document.activeElement;
    return e.closest('.course-card') ? e.textContent || e.tagName : 'outside: ' + e.className; }"""
CUT = """() => [...document.querySelectorAll('.course-card, .course-card *')].filter(
    e => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0 && getComputedStyle(e).display !== 'inline').map(
    e => e.className + ': ' + e.textContent.slice(0, 60))"""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook with every kind of card."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [nbformat.v4.new_code_cell(source, id=f"cell-{k}") for k, source in enumerate(CELLS)]
    file = tmp_path_factory.mktemp("classroom") / "classroom.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), file)
    return file


@pytest.fixture
def notebook(browser: object, lab: Lab, path: Path) -> Iterator[Notebook]:
    """The notebook, run in a fresh kernel."""
    opened = Notebook(browser, lab, path)
    opened.run_all()
    yield opened
    opened.close()


def focused(notebook: Notebook) -> str:
    """The text of what has the focus, if it is in a card."""
    return notebook.page.evaluate(FOCUSED)


def press(notebook: Notebook, *keys: str) -> None:
    """Press keys one after the other, and let the kernel answer."""
    for key in keys:
        notebook.page.keyboard.press(key)
    notebook.page.wait_for_timeout(400)


def said(cell) -> list[str]:
    """What stands in the cell's live regions."""
    return cell.locator('.course-card [aria-live="polite"]').all_inner_texts()


def test_a_quiz_is_answered_with_the_keyboard_alone(notebook):
    """
    Tab to a choice, Enter: its reply appears where a screen reader listens, and the focus stays on the choice.
    """
    cell = notebook.cell("# quiz")
    cell.locator(".course-card button").first.focus()
    press(notebook, "Tab", "Enter")
    cell.get_by_text("Not this one.").wait_for()
    assert focused(notebook).startswith("✗ b) An error")
    press(notebook, "Tab", "Space")
    cell.get_by_text("Right.").wait_for()
    assert focused(notebook).startswith("✓ c) Whatever fits")
    assert said(cell)[0].startswith("c) Right. max_tokens cuts")


def test_a_number_is_locked_with_the_keyboard_and_the_comparison_follows(notebook):
    """
    Type, Enter: locked, the focus on what frees it again, the comparison below filled in without running its cell.
    """
    cell, below = notebook.cell("# predict-number"), notebook.cell("# reveal-number")
    assert ["It is $1.19. You have not locked a guess: do it above, then look here again."] == said(below)
    cell.locator("input").focus()
    notebook.page.keyboard.type("$0.35")
    press(notebook, "Tab", "Tab", "Space")      # "fairly sure"
    press(notebook, "Tab", "Tab", "Enter")
    cell.get_by_text("Locked").wait_for()
    assert "Guess anew" == focused(notebook)
    assert ["Your guess $0.35 (fairly sure); it is $1.19, 3.4 times as much. "
            "You locked it after the result was shown."] == said(below)
    press(notebook, "Enter")
    assert "Lock my guess" == focused(notebook)
    assert "have not locked a guess" in said(below)[0]


def test_enter_in_the_field_leads_to_the_button(notebook):
    """
    Letters typed into the field are no shortcuts; Enter goes on to the button, and nonsense is named.
    """
    cells = notebook.page.locator(".jp-CodeCell").count()
    cell = notebook.cell("# predict-number")
    cell.locator("input").focus()
    notebook.page.keyboard.type("abdd")
    press(notebook, "Enter")
    assert "Lock my guess" == focused(notebook)
    press(notebook, "Enter")
    assert ["'abdd' is no number that can be compared. Expected a number in $, such as 2.50."] == said(cell)
    cell.locator("input").fill("1.19")
    press(notebook, "Enter")
    press(notebook, "Enter")
    assert "Locked, after the result was shown: $1.19." == said(cell)[0]
    assert "Guess anew" == focused(notebook)
    assert cells == notebook.page.locator(".jp-CodeCell").count()


def test_a_choice_is_locked_with_the_keyboard(notebook):
    """
    The same with choices; running the cell again keeps the lock.
    """
    cell, below = notebook.cell("# predict-choice"), notebook.cell("# reveal-choice")
    cell.locator("button").nth(1).focus()
    press(notebook, "Space")
    assert "● b) AttributeError" == focused(notebook)
    cell.get_by_text("Lock my guess").focus()
    press(notebook, "Enter")
    assert "You said: AttributeError. It is: AttributeError, as you said." in below.inner_text()
    notebook.run_all()
    assert "Locked, after the result was shown: AttributeError." == said(notebook.cell("# predict-choice"))[0]


def test_running_again_leaves_no_widget_behind(notebook):
    """
    The count of widgets after a second run is that after the first.
    """
    count = notebook.cell("# count").locator(".jp-OutputArea-output")
    first = count.inner_text()
    notebook.run_all()
    assert first == count.inner_text()


@pytest.mark.parametrize("size", [WIDE, PROJECTOR])
@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_nothing_is_cut_and_nothing_scrolls(browser, path, tmp_path, size, theme):
    """
    Before and after answering, in both themes: every choice and reply in full, no scroll bar, no call to outside.
    """
    with Lab(tmp_path, theme) as lab:
        notebook = Notebook(browser, lab, path, size)
        notebook.run_all()
        name = theme.split()[-1].lower()
        notebook.shoot(f"{name}-fresh")
        assert ([], []) == (notebook.too_wide(), notebook.page.evaluate(CUT))
        for place in (0, 2):
            notebook.cell("# quiz").locator(".course-card button").nth(place).click()
        notebook.cell("# predict-number").locator("input").fill("0.35")
        notebook.cell("# predict-number").get_by_text("Lock my guess").click()
        notebook.cell("# predict-choice").locator("button").nth(2).click()
        notebook.cell("# predict-choice").get_by_text("certain").click()
        notebook.page.wait_for_timeout(800)
        notebook.shoot(f"{name}-answered")
        assert ([], []) == (notebook.too_wide(), notebook.page.evaluate(CUT))
        assert ({}, [], []) == (notebook.errors(), notebook.console_errors, notebook.outside_requests)
        notebook.close()
