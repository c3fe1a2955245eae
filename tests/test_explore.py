"""The widget frame: what it shows, what it says, and that it survives what a view or a learner does to it."""

from __future__ import annotations

import base64
import gc
import io
import subprocess
import sys
import weakref
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from helpers.views import _explore, picture, style
from helpers.views._explore import WIDGET, explore, explore_html
from helpers.views.controls import Choice, Slider, Toggle, options

ipywidgets = pytest.importorskip("ipywidgets")
CONTROLS = (Slider("turns", "turns", low=1, high=30, value=5),
            Slider("users", "users", values=(10, 100, 1_000), value=100),
            Choice("model", "model", options("small", "large"), "small"), Toggle("batch", "batch", False))


def draw(fig, *, turns, users, model, batch):
    """A line whose slope, length and look follow the controls."""
    (ax,) = style.panels(fig, 1)
    ax.plot([0, turns], [0, users], linestyle="--" if batch else "-")
    style.compose(ax, finding=f"{turns} turns on {model}", x="turn", y="users")


def describe(*, turns, users, model, batch):
    """The same in words."""
    return f"{turns} turns, {users} users <{model}>, batch {batch}"


def values_of(**changed):
    """All values at their defaults, but for *changed*."""
    return {**{control.name: control.value for control in CONTROLS}, **changed}


def alone(**values):
    """What `draw` gives on a figure of its own, as PNG."""
    figure = picture.new_figure((8.9, 3.9))
    picture.draw_on(figure, draw, **values)
    return picture.png(figure)[0]


@pytest.fixture
def widget(monkeypatch):
    """An explorer, shown; closed afterwards."""
    monkeypatch.setattr(_explore, "_OPEN", {})
    explorer = explore(draw, CONTROLS, describe=describe, title="A & B")
    explorer._repr_mimebundle_()
    yield explorer
    explorer.close()


def words_shown(explorer):
    """The text widget's HTML."""
    return explorer._text.value


# ---- controls

def test_a_linear_slider_stops_at_every_step():
    """
    From low to high inclusive, in steps.
    """
    assert (0, 250, 500) == Slider("s", "s", low=0, high=500, step=250, value=0).stops()


def test_a_logarithmic_slider_stops_at_one_two_five():
    """
    Round numbers on a logarithmic scale, ends included.
    """
    slider = Slider("s", "s", low=100, high=5_000, value=100, log=True)
    assert (100, 200, 500, 1_000, 2_000, 5_000) == slider.stops()


@pytest.mark.parametrize(("make", "message"), [
    (lambda: Slider("s", "s", low=0, high=10, step=5, value=3), "slider 's' can't start at 3: it goes 0, 5, 10."),
    (lambda: Slider("s", "s", low=0, high=90, step=1, value=3.5), "can't start at 3.5: it goes 0, 1, 2 ... 90."),
    (lambda: Slider("s", "s", low=5, high=5, value=5), "slider 's' needs low < high, or values; got 5 and 5."),
    (lambda: Slider("s", "s", low=0, high=10, value=1, log=True), "is logarithmic, so low must be above 0; got 0."),
    (lambda: Choice("c", "c", (("any", None), ("5", 5)), 5), "choice 'c' has None for a value"),
    (lambda: Choice("c", "c", options("a", "b"), "z"), "choice 'c' can't start at 'z': its options are a, b."),
])
def test_a_control_that_could_not_work_says_why(make, message):
    """
    A start value off the scale, or a scale that is none, is refused with both values.
    """
    with pytest.raises(ValueError) as caught:
        make()
    assert message in str(caught.value)


def test_the_views_load_neither_widgets_nor_charts_nor_tables():
    """
    Importing every view costs nothing: matplotlib, pandas and ipywidgets come with the first picture.
    """
    code = ("import sys, helpers.views.economics, helpers.views._explore\n"
            "print([name for name in ('ipywidgets', 'matplotlib', 'pandas', 'PIL', 'numpy') if name in sys.modules])")
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]" == run.stdout.strip()


# ---- one output with three faces

def test_the_output_holds_widget_picture_and_words():
    """
    One MIME bundle: live where a widget can live, a picture where not, words for everything else.
    """
    bundle = explore(draw, CONTROLS, describe=describe, title="A & B")._repr_mimebundle_()
    assert {WIDGET, "image/png", "text/plain"} == set(bundle)
    assert "A & B\n5 turns, 100 users <small>, batch False" == bundle["text/plain"]
    assert alone(**values_of()) == base64.b64decode(bundle["image/png"])


def test_without_ipywidgets_picture_and_words_remain(monkeypatch):
    """
    A kernel without ipywidgets still shows the default state.
    """
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    bundle = explore(draw, CONTROLS, describe=describe, title="A")._repr_mimebundle_()
    assert {"image/png", "text/plain"} == set(bundle)


def test_an_html_view_carries_its_html():
    """
    For text views the static face is HTML.
    """
    view = explore_html(lambda kind: f"<b>{kind}</b>", [Choice("kind", "kind", options("a", "b"), "a")],
                        describe=lambda kind: f"kind {kind}", title="T")
    bundle = view._repr_mimebundle_()
    assert ("<b>a</b>", "T\nkind a") == (bundle["text/html"], bundle["text/plain"])
    view.controls["kind"].value = "b"
    assert "<b>b</b>" == view._shown[0].value


def test_a_mistake_in_the_default_state_is_the_cells_error():
    """
    What never worked must not hide in a widget: nbval has to see it.
    """
    with pytest.raises(ZeroDivisionError):
        explore(lambda fig, **_: 1 / 0, CONTROLS, describe=describe, title="T")


# ---- moving

@pytest.mark.parametrize(("control", "value"), [("turns", 17), ("users", 1_000), ("model", "large"), ("batch", True)])
def test_a_moved_control_shows_what_the_pure_function_gives(widget, control, value):
    """
    Picture and words after a move are those of a fresh drawing with the same values.
    """
    widget.controls[control].value = value
    assert alone(**values_of(**{control: value})) == widget._shown[0].value
    assert describe(**values_of(**{control: value})) == widget.words


def test_a_wide_figure_is_cut_into_panels_that_may_wrap():
    """
    Two panels side by side are two images whose pixels, put together, are the figure.
    """
    view = explore(draw, CONTROLS, describe=describe, title="T", panels=2)
    view._repr_mimebundle_()
    halves = [np.asarray(Image.open(io.BytesIO(image.value))) for image in view._shown]
    whole = np.asarray(Image.open(io.BytesIO(alone(**values_of()))))
    assert np.array_equal(whole, np.hstack(halves))


def test_each_move_draws_once():
    """
    A burst costs one drawing a message, no more.
    """
    calls = []
    view = explore_html(lambda n: calls.append(n) or str(n), [Slider("n", "n", low=0, high=9, value=0)],
                        describe=lambda n: str(n), title="T")
    view._repr_mimebundle_()
    for n in range(1, 6):
        view.controls["n"].value = n
    assert [0, 1, 2, 3, 4, 5] == calls


def test_the_words_are_announced_and_escaped(widget):
    """
    A screen reader hears the new numbers; a model's name can't become markup.
    """
    widget.controls["turns"].value = 6
    assert 'aria-live="polite"' in words_shown(widget)
    assert "6 turns, 100 users &lt;small&gt;" in words_shown(widget)


def test_every_control_has_its_label_and_its_unit(widget):
    """
    What a screen reader and a sighted reader find beside each control.
    """
    assert ["turns", "users", "model", "batch"] == [control.description for control in widget.controls.values()]
    assert "answer (tokens)" == _explore._control(Slider("a", "answer", 0, 10, unit="tokens")).description


def test_a_slider_over_fractions_can_be_shown():
    """Steps of a tenth: a readout format that ipywidgets refuses would raise when the widget is built."""
    half = Slider("wait", "wait", low=0.1, high=2, step=0.1, value=0.5)
    explorer = explore(lambda fig, wait: draw(fig, turns=wait, users=1, model="small", batch=False), [half],
                       describe=lambda wait: f"{wait} s", title="Fractions")
    explorer._repr_mimebundle_()

    assert 0.5 == explorer.controls["wait"].value
    explorer.close()


def test_a_failing_setting_says_so_and_the_next_one_works():
    """
    An exception becomes a line of words; the picture stays, and the widget goes on.
    """
    view = explore_html(lambda n: f"{10 / n:g}", [Slider("n", "n", low=0, high=9, value=5)],
                        describe=lambda n: f"n is {n}", title="T")
    view._repr_mimebundle_()
    view.controls["n"].value = 0
    assert ("This setting can't be drawn: ZeroDivisionError: division by zero. The picture shows the one before it; "
            "move a control to go on.").replace("'", "&#x27;") in words_shown(view)
    assert "2" == view._shown[0].value
    view.controls["n"].value = 2
    assert ("5", "n is 2") == (view._shown[0].value, view.words)


def test_garbage_collection_is_as_it_was(widget):
    """
    It is put off during a move, and then on again, also where a view fails.
    """
    widget.controls["turns"].value = 7
    assert gc.isenabled()


# ---- running a cell again

def in_cell(monkeypatch, cell, run):
    """Let the widget frame believe that *run* of *cell* is on."""
    shell = SimpleNamespace(get_parent=lambda: {"metadata": {"cellId": cell}}, execution_count=run)
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)


def alive():
    """How many ipywidgets this process holds."""
    return len(ipywidgets.widgets.widget._instances)


def test_the_same_cell_run_again_leaves_nothing_behind(monkeypatch):
    """
    Ten runs of a cell hold as many widgets as one, and one figure.
    """
    monkeypatch.setattr(_explore, "_OPEN", {})
    figures = []
    for run in range(10):
        in_cell(monkeypatch, "cell-1", run)
        view = explore(draw, CONTROLS, describe=describe, title="T")
        view._repr_mimebundle_()
        figures.append(weakref.ref(view._view._figure))
        if run == 0:
            once = alive()
    gc.collect()
    assert once == alive()
    assert [False] * 9 + [True] == [figure() is not None for figure in figures]


def test_two_widgets_of_one_cell_live_side_by_side(monkeypatch):
    """
    Only an earlier run is closed, not the neighbour.
    """
    monkeypatch.setattr(_explore, "_OPEN", {})
    in_cell(monkeypatch, "cell-1", 1)
    views = [explore(draw, CONTROLS, describe=describe, title=title) for title in ("A", "B")]
    for view in views:
        view._repr_mimebundle_()
    assert all(view.controls for view in views)


def test_without_a_cell_id_the_title_tells_widgets_apart(monkeypatch):
    """
    In a terminal the same title again replaces the earlier widget.
    """
    monkeypatch.setattr(_explore, "_OPEN", {})
    first, second = (explore(draw, CONTROLS, describe=describe, title="T") for _ in range(2))
    first._repr_mimebundle_()
    second._repr_mimebundle_()
    assert not first.controls
    assert second.controls
