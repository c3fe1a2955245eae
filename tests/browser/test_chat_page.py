"""The chat in a real browser: its page alone, in a frame in JupyterLab behind the proxy, and as a React component."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from lab import ROOT, Lab
from notebook import PATIENCE_MS, PROJECTOR, SHOTS, WIDE, Notebook

sys.path.insert(0, str(ROOT / "tests"))
from chat_kit import TEXT, chat  # noqa: E402

from helpers.chat_app import serve  # noqa: E402

LONG = TEXT * 80   # some 25 s of text
QUICK = {"first_ms": 60, "per_delta_ms": 25}
SET_UP = f"""import sys
sys.path.insert(0, {str(ROOT / "tests")!r})
from chat_kit import TEXT, chat
from helpers.chat_app import serve
from helpers.views import chat as view

app, upstream = chat(first_ms=100, per_delta_ms=30)
long, long_upstream = chat(TEXT * 80, first_ms=50, per_delta_ms=30)
short, _ = chat(stop_reason="max_tokens", first_ms=50, per_delta_ms=10)
servers = [serve(each, name) for each, name in [(app, "one"), (long, "long"), (short, "short")]]"""
COUNTS = "print(upstream.closed, long_upstream.opened, long_upstream.closed, long_upstream.deltas)   # counts"
CELLS = (
    SET_UP,
    "view.chat_page(servers[0].browser_url)   # page",
    "view.chat_page(servers[1].browser_url)   # long page",
    "view.react_chat(servers[0].browser_url)   # react",
    "view.react_chat(servers[1].browser_url)   # long react",
    "view.react_chat(servers[2].browser_url)   # short react",
    COUNTS,
    "import ipywidgets\nprint('widgets alive:', len(ipywidgets.widgets.widget._instances))   # alive",
)
WATCH = """(box) => { window.courseSizes = new Set();
    new MutationObserver(() => window.courseSizes.add(box.textContent.length)).observe(
        box, {childList: true, characterData: true, subtree: true}); }"""


class Tab:
    """A page of its own, and what went wrong in it."""

    def __init__(self, browser, url, width=900, **context):
        self.errors, self.outside = [], []
        self.page = browser.new_page(viewport={"width": width, "height": 480}, **context)
        self.page.on("console", lambda said: said.type in ("error", "warning") and self.errors.append(said.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: request.url.startswith(url) or self.outside.append(request.url))
        self.page.goto(url)

    def ask(self, text="Where is my order 1042?"):
        self.page.get_by_label("Your question").fill(text)
        self.page.keyboard.press("Enter")

    def ended(self, ending):
        self.page.locator("#status", has_text=f"· {ending}").wait_for()
        return self.page.locator("#answer").inner_text()

    def notice(self):
        return self.page.locator("#notice").inner_text()


@pytest.fixture
def tab(browser) -> Iterator:
    """`tab(**chat options)` serves a chat and opens its page: (tab, upstream)."""
    open_now = []

    def opened(width=900, context=None, **options):
        app, upstream = chat(**{**QUICK, **options})
        server = serve(app, "page")
        one = Tab(browser, server.url, width, **(context or {}))
        open_now[:] = [*open_now, one, server]
        return one, upstream

    yield opened
    for each in open_now:
        each.page.close() if isinstance(each, Tab) else each.stop()


def soon(condition, page, limit_s=8):
    """Whether it comes true, while the browser goes on."""
    until = time.monotonic() + limit_s
    while not condition() and time.monotonic() < until:
        page.wait_for_timeout(30)
    return condition()


def sizes(page_or_frame):
    """How long the watched text was, each time that it changed."""
    return sorted(page_or_frame.evaluate("() => [...window.courseSizes]"))


def test_the_page_shows_the_answer_piece_by_piece(tab):
    """
    The text grows in many steps; in the end all of it, its times, and the badge, for no model wrote it.
    """
    one, _ = tab()
    one.page.locator("#answer").evaluate(WATCH)
    assert not one.page.locator("#badge").is_visible()
    one.ask()
    assert TEXT == one.ended("complete")
    assert len(sizes(one.page)) > 5
    assert one.page.locator("#badge").is_visible()
    assert one.page.locator("#status").inner_text().startswith("first text after 0.")
    assert ("", [], []) == (one.notice(), one.errors, one.outside)


@pytest.mark.parametrize("how", ["Escape", "button", "tab closed"])
def test_stopping_stops_the_model(tab, caplog, how):
    """
    By key, by button, or by leaving: the model hands out nothing more, and the log says aborted.
    """
    caplog.set_level(logging.INFO, "llm.chat")
    one, upstream = tab(text=LONG)
    one.ask()
    one.page.wait_for_function("() => document.querySelector('#answer').textContent.length > 40")
    if how == "tab closed":
        one.page.goto("about:blank")
    elif how == "button":
        one.page.get_by_role("button", name="Stop").click()
    else:
        one.page.keyboard.press("Escape")
    assert soon(lambda: upstream.closed == 1, one.page)
    stopped_at = upstream.deltas
    one.page.wait_for_timeout(200)
    assert stopped_at == upstream.deltas < 100
    assert ["aborted"] == [record.ending for record in caplog.records if record.name == "llm.chat"]
    if how != "tab closed":
        kept = one.ended("aborted")
        assert LONG.startswith(kept)
        assert len(kept) > 40
        assert "Stopped. What had come stays here." == one.notice()
    assert [] == one.errors


@pytest.mark.parametrize("typed", ["", "  "])
def test_an_empty_question_gets_a_word_and_asks_nobody(tab, typed):
    """
    By Enter: the line below says what is missing, and the box keeps the focus.
    """
    one, upstream = tab()
    one.ask(typed)
    assert "Type a question first." == one.page.locator("#status").inner_text()
    assert "prompt" == one.page.evaluate("() => document.activeElement.id")
    assert (0, []) == (upstream.opened, one.errors)


def test_stopping_before_any_text_does_not_speak_of_text(tab):
    """
    Nothing had come, so nothing stays.
    """
    one, _ = tab(first_ms=30_000)
    one.ask()
    one.page.keyboard.press("Escape")
    assert "" == one.ended("aborted")
    assert "Stopped before any text came." == one.notice()


def test_a_long_answer_is_followed_to_its_end_unless_the_reader_scrolls_up(tab):
    """
    The box scrolls, the line with the ending stays in sight; who reads higher up is left in peace.
    """
    one, _ = tab(text=TEXT * 20, per_delta_ms=8)
    one.ask()
    one.page.wait_for_function("() => document.querySelector('#answer').scrollTop > 60")
    one.page.locator("#answer").evaluate("box => box.scrollTop = 0")
    length = "() => document.querySelector('#answer').textContent.length"
    before = one.page.evaluate(length)
    one.page.wait_for_function(f"() => ({length})() > {before + 200}")
    assert 0 == one.page.locator("#answer").evaluate("box => box.scrollTop")
    one.page.locator("#answer").evaluate("box => box.scrollTop = box.scrollHeight")
    one.ended("complete")
    rest = one.page.locator("#answer").evaluate("box => box.scrollHeight - box.scrollTop - box.clientHeight")
    assert rest < 2
    assert one.page.evaluate("() => document.querySelector('#status').getBoundingClientRect().bottom <= innerHeight")


@pytest.mark.parametrize(("options", "ending", "said"), [
    ({"stop_reason": "max_tokens"}, "truncated", "Not complete. The answer reached its length limit."),
    ({"faults": ["error after 4 deltas"]}, "failed", "Not complete. The model is overloaded. Try again in a minute."),
    ({"faults": ["cut after 4 deltas"]}, "cut", "Not complete. The answer broke off before its end. Try again."),
    ({"faults": ["429"]}, "failed", "Not complete. Too many requests at the moment. Try again in a minute."),
])
def test_an_answer_that_is_not_whole_says_so_and_keeps_what_came(tab, options, ending, said):
    """
    A part of an answer never looks like all of it.
    """
    one, _ = tab(**options)
    one.ask()
    kept = one.ended(ending)
    assert TEXT.startswith(kept)
    assert said == one.notice()
    assert bool(kept) == (options != {"faults": ["429"]})
    assert [] == one.errors


def test_a_models_markup_is_shown_as_text(tab):
    """
    A script in the answer is read, not run.
    """
    evil = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script> **bold**"
    one, _ = tab(text=evil)
    one.ask()
    assert evil == one.ended("complete")
    assert "Chat" == one.page.title()
    assert [] == one.errors


def test_the_keyboard_is_enough_and_a_second_question_starts_afresh(tab):
    """
    Shift+Enter breaks the line; Tab reaches the buttons; a new answer replaces the old one.
    """
    one, upstream = tab()
    box = one.page.get_by_label("Your question")
    box.focus()
    one.page.keyboard.type("one")
    one.page.keyboard.press("Shift+Enter")
    one.page.keyboard.type("two")
    one.page.keyboard.press("Tab")
    one.page.keyboard.press("Enter")
    one.ended("complete")
    assert "one\ntwo" == upstream.bodies[0]["messages"][0]["content"]
    one.page.keyboard.press("Enter")
    assert soon(lambda: upstream.closed == 2, one.page)
    assert TEXT == one.ended("complete")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1300, 1024, 600])
def test_the_page_fits(tab, width, scheme):
    """
    At each width, in light and dark, with the longest of its notices: nothing is cut, nothing scrolls sideways.
    """
    one, _ = tab(width, {"color_scheme": scheme}, faults=["error after 6 deltas"])
    one.ask()
    one.ended("failed")
    SHOTS.mkdir(exist_ok=True)
    one.page.screenshot(path=SHOTS / f"chat-page-{scheme}-{width}.png")
    assert one.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    assert one.page.evaluate("() => document.documentElement.scrollHeight <= 480")    # the frame's height in a lesson


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook with the page and the component, over quick and long answers."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [nbformat.v4.new_code_cell(source, id=f"cell-{k}") for k, source in enumerate(CELLS)]
    file = tmp_path_factory.mktemp("chat") / "chat.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), file)
    return file


@pytest.fixture(scope="module")
def opened(browser, lab, path: Path) -> Iterator[Notebook]:
    """That notebook, open and run."""
    notebook = Notebook(browser, lab, path)
    notebook.run_all()
    yield notebook
    notebook.close()


@pytest.fixture
def notebook(opened: Notebook) -> Notebook:
    """The same, with nothing in it that a test left behind."""
    opened.console_errors.clear()
    return opened


def frame_in(notebook, text):
    """The page in a cell's frame."""
    handle = notebook.cell(text).locator("iframe").element_handle()
    frame = handle.content_frame()
    frame.wait_for_selector("#prompt")
    return frame


def counts(notebook):
    """(answers closed, long answers opened, long answers closed, long deltas handed out), as the kernel sees it."""
    cell = notebook.cell("# counts")
    prompt = cell.locator(".jp-InputPrompt").first
    before = prompt.inner_text()
    cell.locator(".jp-InputArea-editor").first.click()
    notebook.page.keyboard.press("Control+Enter")
    notebook.page.wait_for_function("([e, before]) => /\\d/.test(e.textContent) && e.textContent !== before",
                                    arg=[prompt.element_handle(), before], timeout=PATIENCE_MS)
    notebook.page.wait_for_timeout(150)
    return [int(word) for word in cell.locator(".jp-OutputArea-output").inner_text().split()]


def stops_early(notebook):
    """Whether every long answer that was opened is closed long before its end, and nothing more is handed out."""
    for _ in range(10):
        _, opened, closed, deltas = counts(notebook)
        if opened == closed:
            return deltas == counts(notebook)[3] < 200 * opened
    return False


def test_in_jupyterlab_the_framed_page_streams_through_the_proxy(notebook):
    """
    Below JupyterLab's own address, with its cookies: many steps, not one lump.
    """
    frame = frame_in(notebook, "# page")
    assert "/proxy/" in frame.url
    frame.locator("#answer").evaluate(WATCH)
    frame.fill("#prompt", "Where is my order 1042?")
    frame.press("#prompt", "Enter")
    frame.locator("#status", has_text="· complete").wait_for()
    assert TEXT == frame.locator("#answer").inner_text()
    assert len(sizes(frame)) > 5
    assert ([], []) == (notebook.console_errors, notebook.outside_requests)


def test_in_jupyterlab_stop_reaches_the_model_although_the_proxy_keeps_reading(notebook):
    """
    The proxy does not pass on that the browser left; the page's own goodbye does.
    """
    frame = frame_in(notebook, "# long page")
    frame.fill("#prompt", "Tell me all")
    frame.press("#prompt", "Enter")
    frame.wait_for_function("() => document.querySelector('#answer').textContent.length > 60")
    frame.press("#prompt", "Escape")
    frame.locator("#status", has_text="· aborted").wait_for()
    assert stops_early(notebook)
    assert ([], []) == (notebook.console_errors, notebook.outside_requests)


def test_the_react_component_streams_and_ends(notebook):
    """
    State drawn by React, step by step, with the same reader as the page.
    """
    cell = notebook.cell("# react")
    cell.locator("output").evaluate(WATCH)
    cell.locator("textarea").fill("Where is my order 1042?")
    cell.get_by_role("button", name="Send").click()
    cell.get_by_text("Complete.").wait_for()
    assert TEXT == cell.locator("output").inner_text()
    assert len(sizes(notebook.page)) > 5
    assert cell.get_by_text("constructed reply: no model wrote this").is_visible()
    assert ([], []) == (notebook.console_errors, notebook.outside_requests)


def test_the_react_component_shows_a_truncated_answer_as_one(notebook):
    """
    By Enter in the box, which stays the component's and runs no cell.
    """
    cell = notebook.cell("# short react")
    cell.locator("textarea").fill("Hi")
    cell.locator("textarea").press("Enter")
    cell.get_by_text("Not complete. The answer reached its length limit.").wait_for()
    assert TEXT == cell.locator("output").inner_text()
    assert [] == notebook.console_errors


def test_the_react_component_stops_by_key(notebook):
    """
    Esc keeps what came, and the model stops.
    """
    cell = notebook.cell("# long react")
    cell.locator("textarea").fill("Tell me all")
    cell.locator("textarea").press("Enter")
    notebook.page.wait_for_function("box => box.textContent.length > 60", arg=cell.locator("output").element_handle())
    cell.locator("textarea").press("Escape")
    cell.get_by_text("Stopped. What had come stays here.").wait_for()
    assert LONG.startswith(cell.locator("output").inner_text())
    assert stops_early(notebook)
    assert [] == notebook.console_errors


def test_a_closed_tab_stops_the_components_answer_too(notebook):
    """
    React unmounts nothing when a tab closes; chat.js hears of it itself. (The event is ours: the tab is needed.)
    """
    cell, opened = notebook.cell("# long react"), counts(notebook)[1]
    cell.locator("textarea").fill("Tell me all")
    cell.locator("textarea").press("Enter")
    notebook.page.wait_for_function("box => box.textContent.length > 60", arg=cell.locator("output").element_handle())
    notebook.page.evaluate("() => window.dispatchEvent(new Event('pagehide'))")
    cell.get_by_text("Not complete. The answer broke off before its end. Try again.").wait_for()
    assert stops_early(notebook)
    assert opened + 1 == counts(notebook)[1]


@pytest.mark.parametrize("which", ["# long react", "# long page"])
def test_clearing_the_output_stops_the_model(notebook, which):
    """
    React unmounts, the frame goes: each takes its answer with it.
    """
    cell, opened = notebook.cell(which), counts(notebook)[1]
    if which == "# long page":
        frame = frame_in(notebook, which)
        frame.fill("#prompt", "Tell me all")
        frame.press("#prompt", "Enter")
        frame.wait_for_function("() => document.querySelector('#answer').textContent.length > 60")
    else:
        cell.locator("textarea").fill("Tell me all")
        cell.locator("textarea").press("Enter")
        notebook.page.wait_for_function("e => e.textContent.length > 60", arg=cell.locator("output").element_handle())
    cell.locator(".jp-InputArea-editor").first.click()
    notebook.page.click('.lm-MenuBar-itemLabel:text-is("Edit")')
    notebook.page.click('.lm-Menu-itemLabel:text-is("Clear Cell Output")')
    assert stops_early(notebook)
    assert opened + 1 == counts(notebook)[1]
    assert ([], []) == (notebook.console_errors, notebook.outside_requests)


def test_running_again_leaves_no_widget_behind(notebook):
    """
    The count of widgets after a second run is that after the first.
    """
    count = notebook.cell("# alive").locator(".jp-OutputArea-output")
    first = count.inner_text()
    notebook.run_all()
    assert first == count.inner_text()


def answer_all(notebook):
    """Ask each quick chat of the notebook, and wait until it has answered; takes the pictures that a lesson keeps."""
    frame = frame_in(notebook, "# page")
    frame.fill("#prompt", "Where is my order 1042?")
    frame.press("#prompt", "Enter")
    for cell, ending in (("# react", "Complete."), ("# short react", "length limit.")):
        notebook.cell(cell).locator("textarea").fill("Where is my order 1042?")
        notebook.cell(cell).locator("textarea").press("Enter")
        notebook.cell(cell).get_by_text(ending).wait_for()
    frame.locator("#status", has_text="· complete").wait_for()
    notebook.page.evaluate("() => document.activeElement.blur()")


def shoot_kept_pictures(notebook):
    """What data/img/chat_page.png and react_chat.png were copied from."""
    SHOTS.mkdir(exist_ok=True)
    frame_in(notebook, "# page").locator("main").screenshot(path=SHOTS / "chat_page.png")
    notebook.cell("# react").locator(".react-chat").screenshot(path=SHOTS / "react_chat.png")


def test_everything_fits_in_a_lesson_and_on_a_projector(notebook):
    """
    Page and component, answered: no output is wider than its place, and nobody outside was asked.
    """
    answer_all(notebook)
    shoot_kept_pictures(notebook)
    for size in (WIDE, PROJECTOR):
        notebook.shoot("light", size)
        notebook.page.set_viewport_size({"width": size[0], "height": size[1]})
        notebook.page.wait_for_timeout(300)
        assert [] == notebook.too_wide()
    notebook.page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    assert ({}, [], []) == (notebook.errors(), notebook.console_errors, notebook.outside_requests)


def test_everything_fits_in_the_dark_theme(browser, path, tmp_path):
    """
    The component takes JupyterLab's colours.
    """
    with Lab(tmp_path, "JupyterLab Dark") as lab:
        notebook = Notebook(browser, lab, path, PROJECTOR)
        notebook.run_all()
        answer_all(notebook)
        notebook.shoot("dark")
        assert [] == notebook.too_wide()
        assert ({}, [], []) == (notebook.errors(), notebook.console_errors, notebook.outside_requests)
        notebook.close()
