"""Controls over a picture: the one frame that every lesson's widget stands in.

    explore(draw, [Slider("turns", "turns", low=1, high=30, value=5)], describe=describe, title="Cost per turn")

`draw(fig, **values)` draws on one figure that lives as long as the widget; `describe(**values)` says the same
in words. The result shows itself as one output with three faces: the live widget, the default state as a
picture, and the words. So the page reads where no widget can: on GitHub, in print, in a test.

Beside `_keys.py` and `classroom/ui.py` this is the only module that knows ipywidgets, and it loads it when first shown.
"""

from __future__ import annotations

import base64
import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from typing import Any, Protocol

from helpers.views import picture
from helpers.views._keys import KEYS, keys_stay_here
from helpers.views._open_widgets import OPEN as _OPEN
from helpers.views._open_widgets import close_earlier, close_models
from helpers.views.controls import Choice, Control, Slider, Toggle

WIDGET = "application/vnd.jupyter.widget-view+json"
INK = "color:var(--jp-content-font-color1);font-size:var(--jp-content-font-size1,14px);line-height:1.5"
"""Words take JupyterLab's own colour, so they read in its light and its dark theme."""


def explore(draw: Callable[..., object], controls: Sequence[Control], *, describe: Callable[..., str], title: str,
            size: tuple[float, float] = (8.9, 3.9), panels: int = 1) -> Explorer:
    """A matplotlib figure with controls.

    size: inches of the whole figure. panels: into how many equal columns it may break on a narrow screen.
    """
    return Explorer(_Picture(draw, size, panels), controls, describe, title)


def explore_html(render: Callable[..., str], controls: Sequence[Control], *, describe: Callable[..., str],
                 title: str) -> Explorer:
    """The same for `render(**values) -> str`, a piece of HTML: for text, which a browser sets better than a chart."""
    return Explorer(_Page(render), controls, describe, title)


class View(Protocol):
    """What stands under the controls."""

    mime: str

    def frames(self, values: dict[str, Any]) -> list[Any]:
        """What each of its widgets shows for these values."""

    def static(self) -> str:
        """What was drawn last, as one piece for the saved notebook."""

    def widget(self, frame: Any) -> Any:
        """A new ipywidget that shows *frame*."""


class _Picture:
    mime = "image/png"

    def __init__(self, draw: Callable[..., object], size: tuple[float, float], panels: int) -> None:
        self._draw, self._panels = draw, panels
        self._figure = picture.new_figure(size)

    def frames(self, values: dict[str, Any]) -> list[bytes]:
        picture.draw_on(self._figure, self._draw, **values)
        return picture.png(self._figure, parts=self._panels)

    def static(self) -> str:
        return base64.b64encode(picture.png(self._figure)[0]).decode()

    def widget(self, frame: bytes) -> Any:
        import ipywidgets

        natural = f"{self._figure.bbox.width / self._panels:.0f}px"
        return ipywidgets.Image(value=frame, layout={"flex": f"0 1 {natural}", "max_width": "100%", "min_width": "0",
                                                     "height": "auto", "margin": "0"})


class _Page:
    mime = "text/html"

    def __init__(self, render: Callable[..., str]) -> None:
        self._render, self._last = render, ""

    def frames(self, values: dict[str, Any]) -> list[str]:
        self._last = self._render(**values)
        return [self._last]

    def static(self) -> str:
        return self._last

    def widget(self, frame: str) -> Any:
        import ipywidgets

        return ipywidgets.HTML(value=frame, layout={"max_width": "100%", "min_width": "0", "flex": "1 1 100%"})


class Explorer:
    """Controls, a view and a line of words. Its first state is drawn at once, so a mistake in it shows in the cell."""

    def __init__(self, view: View, controls: Sequence[Control], describe: Callable[..., str], title: str) -> None:
        self.title = title
        self._view, self._specs, self._describe = view, tuple(controls), describe
        self._values = {spec.name: spec.value for spec in self._specs}
        self._frames = view.frames(self._values)
        self.words = describe(**self._values)
        self._saved = {view.mime: view.static(), "text/plain": f"{title}\n{self.words}"}
        self.controls: dict[str, Any] = {}
        """The ipywidgets by control name, once shown."""
        self._shown: list[Any] = []
        self._box: Any = None

    def __str__(self) -> str:
        return self._saved["text/plain"]

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        if self._box is None:
            try:
                self._box = self._build()
            except ImportError:          # no ipywidgets here: picture and words still say it
                return dict(self._saved)
        return {WIDGET: self._box._repr_mimebundle_()[WIDGET], **self._saved}

    def _build(self) -> Any:
        import ipywidgets

        close_earlier(self, self.title, _OPEN)
        self.controls = {spec.name: _control(spec) for spec in self._specs}
        for name, control in self.controls.items():
            control.observe(lambda change, name=name: self._move(name, change.new), "value")
        self._shown = [self._view.widget(frame) for frame in self._frames]
        self._text = ipywidgets.HTML(value=_live(self.words))
        row = {"display": "flex", "flex_flow": "row wrap", "width": "100%", "overflow": "hidden"}
        heading = ipywidgets.HTML(value=f'<strong style="{INK}">{escape(self.title)}</strong>')
        parts = [heading, ipywidgets.Box(list(self.controls.values()), layout=row),
                 ipywidgets.Box(self._shown, layout=row), self._text, keys_stay_here()]
        return ipywidgets.VBox(parts, layout={"width": "100%"}).add_class(KEYS)

    def _move(self, name: str, value: Any) -> None:
        """Redraw for one changed control. The front end sends the next move only after this, so none piles up."""
        self._values[name] = value
        with _no_collection():
            try:
                frames, words = self._view.frames(self._values), self._describe(**self._values)
            except Exception as error:       # whatever a view does wrong, the other settings stay usable
                self._text.value = _live(f"This setting can't be drawn: {type(error).__name__}: {error}. "
                                         "The picture shows the one before it; move a control to go on.", alarm=True)
                return
            for widget, frame in zip(self._shown, frames, strict=True):
                widget.value = frame
            self.words, self._text.value = words, _live(words)

    def close(self) -> None:
        """Take the widgets out of the kernel's memory. The saved picture and words stay."""
        if self._box is not None:
            close_models((*self._box.children, *self.controls.values(), *self._shown, self._box))
            self._box, self.controls, self._shown = None, {}, []


@contextmanager
def _no_collection() -> Iterator[None]:
    """Garbage waits until the picture is out: looking through a kernel's whole memory takes up to 200 ms."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _live(words: str, *, alarm: bool = False) -> str:
    lines = "<br>".join(escape(line) for line in words.splitlines())
    colour = "color:var(--jp-error-color1,#b00020);" if alarm else ""
    return f'<div role="status" aria-live="polite" style="{INK};{colour}max-width:60em">{lines}</div>'


def _control(spec: Control) -> Any:
    """The ipywidget for one control."""
    import ipywidgets

    if isinstance(spec, Toggle):
        return ipywidgets.Checkbox(value=spec.value, description=spec.label, indent=False,
                                   layout={"flex": "0 1 auto", "width": "auto", "margin": "2px 18px 2px 8px"})
    common = {"value": spec.value, "description": spec.label, "style": {"description_width": "12.5em"},
              "layout": {"flex": "1 1 24em", "max_width": "33em", "min_width": "0", "width": "auto"}}
    if isinstance(spec, Choice):
        return ipywidgets.Dropdown(options=list(spec.options), **common)
    assert isinstance(spec, Slider)
    common["description"] = f"{spec.label} ({spec.unit})" if spec.unit else spec.label
    if spec.values or spec.log:
        return ipywidgets.SelectionSlider(options=[(f"{stop:,g}", stop) for stop in spec.stops()], **common)
    whole = all(float(number).is_integer() for number in (spec.low, spec.high, spec.step, spec.value))
    kind, shown = (ipywidgets.IntSlider, ",d") if whole else (ipywidgets.FloatSlider, ",.3g")
    return kind(min=spec.low, max=spec.high, step=spec.step, readout_format=shown, **common)
