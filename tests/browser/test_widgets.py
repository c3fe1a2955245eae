"""The widget frame in a real JupyterLab: it moves by key and by mouse, and shows what the pure function gives."""

from __future__ import annotations

import base64
import statistics
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from notebook import PROJECTOR, WIDE, Notebook

from helpers.views import economics, picture

MODELS = ("claude-haiku-5-5", "claude-sonnet-5-5")
TOY = '''
from helpers.views import style
from helpers.views._explore import explore
from helpers.views.controls import Slider, Toggle

def draw(fig, turns, steep):
    for ax in style.panels(fig, 2):
        ax.plot([0, turns], [0, turns * (1 + steep)])
        style.compose(ax, finding=f"{turns} turns", x="turn", y="USD")

def describe(turns, steep):
    return f"{60 // turns} <minutes> for {turns} turns, steep {steep}"

CONTROLS = [Slider("turns", "toy turns", low=-2, high=30, value=5), Toggle("steep", "toy steep", False)]
'''
CELLS = (
    "from helpers.tokens import split_o200k\nfrom helpers.views import economics\n" + TOY,
    'explore(draw, CONTROLS, describe=describe, title="A toy", panels=2)   # toy',
    f"economics.cost_per_day({list(MODELS)!r})   # calculator",
    "economics.token_tiles(split_o200k)   # tiles",
    "import ipywidgets\nprint('widgets alive:', len(ipywidgets.widgets.widget._instances))   # count",
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A notebook with a toy widget and lesson 01's."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    cells = [nbformat.v4.new_code_cell(source, id=f"cell-{k}") for k, source in enumerate(CELLS)]
    file = tmp_path_factory.mktemp("widgets") / "widgets.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), file)
    return file


@pytest.fixture(scope="module")
def opened(browser, lab, path: Path) -> Iterator[Notebook]:
    """That notebook, open."""
    notebook = Notebook(browser, lab, path)
    yield notebook
    notebook.close()


@pytest.fixture
def notebook(opened: Notebook) -> Notebook:
    """That notebook, run again from the top: every widget at its default."""
    opened.run_all()
    return opened


def toy() -> dict:
    """The toy's functions, in this process."""
    names: dict = {}
    exec(TOY, names)
    return names


def toy_pictures(**values) -> list[bytes]:
    """What the toy draws."""
    figure = picture.new_figure((8.9, 3.9))
    picture.draw_on(figure, toy()["draw"], **values)
    return picture.png(figure, parts=2)


def pictures_in(notebook: Notebook, cell) -> list[bytes]:
    """The bytes of the pictures that a cell's widget shows."""
    urls = cell.locator("img.widget-image").evaluate_all("images => images.map(image => image.src)")
    read = """async url => btoa(String.fromCharCode(...new Uint8Array(await (await fetch(url)).arrayBuffer())))"""
    return [base64.b64decode(notebook.page.evaluate(read, url)) for url in urls]


def words_in(cell) -> str:
    """The line of words under a cell's widget."""
    return cell.locator('.jp-OutputArea [aria-live="polite"]').inner_text()


def test_a_slider_moves_by_key_and_shows_what_the_function_gives(notebook):
    """
    Three keys to the right: the words and the very bytes of the pictures are those of three more turns.
    """
    cell = notebook.cell("# toy")
    notebook.slider("toy turns").focus()
    for _ in range(3):
        notebook.page.keyboard.press("ArrowRight")
    notebook.page.get_by_text("for 8 turns").wait_for()
    notebook.page.wait_for_timeout(300)
    assert toy()["describe"](turns=8, steep=False) == words_in(cell)
    assert toy_pictures(turns=8, steep=False) == pictures_in(notebook, cell)


def test_a_slider_moves_by_mouse_and_a_toggle_by_key(notebook):
    """
    Dragged to the right, the number grows; the space bar ticks the box.
    """
    cell = notebook.cell("# toy")
    notebook.drag(notebook.slider("toy turns"), 40)
    turns = int(notebook.readout("toy turns"))
    assert turns > 5
    cell.locator("input[type=checkbox]").focus()
    notebook.page.keyboard.press("Space")
    notebook.page.get_by_text("steep True").wait_for()
    assert toy()["describe"](turns=turns, steep=True) == words_in(cell)
    assert toy_pictures(turns=turns, steep=True) == pictures_in(notebook, cell)


def test_a_burst_of_keys_ends_in_the_last_state(notebook):
    """
    Twenty keys held down: what piles up is dropped, what stays is the last value, soon.
    """
    cell, values = notebook.cell("# calculator"), {control.name: control.value for control in economics.DAY_CONTROLS}
    values |= {"model": MODELS[0], "history": True, "batch": False, "turns": values["turns"] + 20}
    notebook.slider("turns a conversation").focus()
    for _ in range(20):
        notebook.page.keyboard.press("ArrowRight")
    notebook.page.get_by_text(f"one conversation of {values['turns']} turns").wait_for(timeout=5_000)
    assert economics.day_in_words(economics.forecast_day(**values), **values) == words_in(cell)


def test_a_failing_setting_says_so_and_the_widget_lives_on(notebook):
    """
    Five keys to the left divide by zero: a line says it, and the next key works again.
    """
    cell = notebook.cell("# toy")
    notebook.slider("toy turns").focus()
    for _ in range(5):
        notebook.page.keyboard.press("ArrowLeft")
    cell.get_by_text("This setting can't be drawn: ZeroDivisionError").wait_for()
    notebook.page.keyboard.press("ArrowRight")
    cell.get_by_text("60 <minutes> for 1 turns").wait_for()
    assert not notebook.errors()


def test_every_snippet_becomes_tiles(notebook):
    """
    Each choice shows its tokens, as many as the counter says.
    """
    cell = notebook.cell("# tiles")
    for name in economics.SNIPPETS:
        cell.locator("select").select_option(name)
        cell.get_by_text(f"{name}: ").wait_for()
        tokens = int(words_in(cell).split(" o200k")[0].split(", ")[-1].replace(" tokens", ""))
        assert tokens == cell.locator("code[title^=token]").count()


def test_a_list_hears_its_keys_and_jupyterlab_does_not(notebook):
    """
    Arrow down chooses the next one, letters find one by its name; no cell is added, turned into text or left.
    """
    cell, cells = notebook.cell("# tiles"), notebook.page.locator(".jp-Cell").count()
    names = list(economics.SNIPPETS)
    cell.locator("select").focus()
    notebook.page.keyboard.press("ArrowDown")
    cell.get_by_text(f"{names[1]}: ").wait_for()
    for key in "bm":
        notebook.page.keyboard.press(key)
    notebook.page.wait_for_timeout(300)
    assert cells == notebook.page.locator(".jp-Cell").count()
    assert cell.locator("select").evaluate("list => list === document.activeElement")


def test_running_the_cells_again_leaves_no_widget_behind(notebook):
    """
    The count after the second run is the count after the first.
    """
    count = notebook.cell("# count").locator(".jp-OutputArea-output")
    first = count.inner_text()
    notebook.run_all()
    assert first == count.inner_text()


@pytest.mark.parametrize("size", [WIDE, PROJECTOR])
def test_nothing_is_too_wide_and_nobody_is_called(open_notebook, path, size):
    """
    At both sizes every output fits; the console is silent, and no request leaves the machine.
    """
    notebook = open_notebook(path, size)
    notebook.run_all()
    notebook.shoot("smoke")
    assert [] == notebook.too_wide()
    assert {} == notebook.errors()
    assert all(shown["shows"] for shown in notebook.pictures())
    assert ([], []) == (notebook.console_errors, notebook.outside_requests)


def test_every_key_changes_the_picture(notebook, record_property):
    """
    Eighty keys, one after the other: none is lost. How long each took is recorded, not judged: speed is measured
    in benchmarks, on a machine that does nothing else.
    """
    cell, handle = notebook.cell("# calculator"), notebook.slider("turns a conversation")
    took = [notebook.key_to_picture_ms(cell, handle, "ArrowRight" if press % 40 < 20 else "ArrowLeft")
            for press in range(80)]
    assert None not in took, f"key {took.index(None)} changed nothing within 3 s"
    times = sorted(took[4:])          # the first ones warm caches up
    median, p95 = statistics.median(times), times[int(0.95 * len(times))]
    print(f"\nkey to picture: median {median:.0f} ms, p95 {p95:.0f} ms, {len(times)} keys")
    record_property("key_to_picture_ms", {"median": round(median), "p95": round(p95)})
