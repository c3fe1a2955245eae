"""The live faces of quizzes and predictions: the classroom's only module that knows ipywidgets.

    class Quiz(ui.Live): ...
    ui.bundle(quiz, {"text/html": ..., "text/plain": ...}, QuizFace)     # see faces.py

Buttons only: Enter and Space work in each, and no arrow key is needed, which JupyterLab would take (`views/_keys.py`).
No button goes away or is switched off while it may hold the focus, which would send the next key to the notebook.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from helpers.classroom.note import ASKS, OTHER, RIGHT
from helpers.views._explore import INK, WIDGET
from helpers.views._keys import KEYS, keys_stay_here
from helpers.views._open_widgets import close_earlier, close_models

SCOPE = "course-card"
CSS = f"""<style>
.{SCOPE} {{ border-left: 5px solid {ASKS}; padding: 6px 14px; max-width: 60em; font-size: 14px; overflow: hidden;
    box-sizing: border-box }}
.{SCOPE} .widget-html, .{SCOPE} .widget-html-content {{ height: auto; min-width: 0; line-height: 1.5 }}
.{SCOPE} code {{ font-family: var(--jp-code-font-family, monospace); font-size: .93em; white-space: pre-wrap;
    background: var(--jp-layout-color2, #eee); border-radius: 3px; padding: 1px 4px }}
.{SCOPE} button.widget-button {{ width: auto; max-width: 100%; height: auto; min-height: 32px; margin: 2px;
    padding: 5px 12px; white-space: normal; overflow-wrap: anywhere; text-align: left; line-height: 1.45;
    font-size: var(--jp-content-font-size1, 14px); border: 1px solid var(--jp-border-color1, #bdbdbd);
    border-radius: 4px; background: var(--jp-layout-color1, #fff); color: var(--jp-content-font-color1, #111);
    box-shadow: none }}
.{SCOPE} button.widget-button:disabled {{ opacity: 1; cursor: default }}
.{SCOPE} button.widget-button:hover:enabled {{ background: var(--jp-layout-color2, #eee) }}
.{SCOPE} button.widget-button:focus-visible {{ outline: 2px solid var(--jp-brand-color1, #1976d2);
    outline-offset: 1px }}
.{SCOPE} button.course-choice {{ width: calc(100% - 4px) }}
.{SCOPE} button.course-act {{ font-weight: 600; border-color: var(--jp-content-font-color2, #555); margin-top: 8px;
    align-self: flex-start }}
.{SCOPE} button.course-right {{ border-color: {RIGHT}; box-shadow: inset 4px 0 {RIGHT} }}
.{SCOPE} button.course-other {{ border-color: {OTHER}; box-shadow: inset 4px 0 {OTHER} }}
.{SCOPE} button.course-picked {{ border-color: {ASKS}; box-shadow: inset 4px 0 {ASKS} }}
.{SCOPE} .widget-text {{ width: auto; max-width: 100% }}
.{SCOPE} .widget-text .widget-label {{ width: auto; font-size: 14px; color: var(--jp-content-font-color1, #111) }}
.{SCOPE} .widget-text input {{ width: 9em; flex: 0 1 9em; font-size: 14px }}
</style>"""


class Live:
    """What has a live face while it is shown."""

    live: Face | None = None

    def close(self) -> None:
        """Take the widgets out of the kernel's memory. What was answered stays."""
        if self.live is not None:
            self.live.close()
            self.live = None


def bundle(owner: Live, static: dict[str, str], face: Callable[[Any], Face]) -> dict[str, Any]:
    """The static faces of *owner*, with its live one in front where there is ipywidgets."""
    if owner.live is None:
        try:
            import ipywidgets  # noqa: F401
        except ImportError:
            return static
        close_earlier(owner, str(owner).partition("\n")[0])
        owner.live = face(owner)
    return {WIDGET: owner.live.box._repr_mimebundle_()[WIDGET], **static}


class Face:
    """Widgets in one card. A subclass makes them in `children` and keeps them true in `refresh`."""

    def __init__(self) -> None:
        self._made: list[Any] = []
        self._ends: list[Callable[[], None]] = []
        hidden = [self._html(CSS, display="none"), self._keep(keys_stay_here())]
        self.box = self.row("VBox", [*hidden, *self.children()], SCOPE).add_class(KEYS)
        self.refresh()

    def children(self) -> list[Any]:
        """Every widget of the card, from top to bottom."""
        raise NotImplementedError

    def refresh(self) -> None:
        """Show the owner's present state."""
        raise NotImplementedError

    def follow(self, watch: Callable[[Callable[[], None]], Callable[[], None]]) -> None:
        """Refresh whenever what *watch* looks at has changed, until the face is closed."""
        self._ends.append(watch(self.refresh))

    def close(self) -> None:
        """Close every widget, and follow nothing any more."""
        for end in self._ends:
            end()
        close_models(self._made)
        self._made = []

    def words(self, html: str) -> Any:
        """Words that stay."""
        return self._html(f'<div style="{INK}">{html}</div>')

    def label(self, text: str) -> Any:
        """Words in a row, beside what they name."""
        return self._html(f'<span style="{INK}">{text}&nbsp;</span>')

    def said(self) -> Any:
        """An empty line for replies, which a screen reader reads out; fill it by `widget.value = polite(html)`."""
        return self._html(polite(""))

    def button(self, pressed: Callable[[], object], text: str = "", style: str = "") -> Any:
        """A button; *style* is one of the classes in CSS."""
        import ipywidgets

        made = self._keep(ipywidgets.Button(description=text))
        made.on_click(lambda _: pressed())
        if style:
            made.add_class(style)
        return made

    def text_field(self, label: str, entered: Callable[[], object]) -> Any:
        """A field to type into; Enter in it calls *entered*, maybe before `value` is what was typed.

        The value comes when the field is left: key by key, a button's click could overtake the last of them.
        """
        import ipywidgets

        made = self._keep(ipywidgets.Text(description=label, continuous_update=False,
                                          style={"description_width": "initial"}))
        made.on_msg(lambda _, content, __: entered() if content.get("event") == "submit" else None)
        return made

    def row(self, kind: str, widgets: Sequence[Any], style: str = "", **layout: str) -> Any:
        """Widgets together. kind: "Box" or "VBox"."""
        import ipywidgets

        made = self._keep(getattr(ipywidgets, kind)(list(widgets), layout=layout))
        if style:
            made.add_class(style)
        return made

    def _html(self, value: str, **layout: str) -> Any:
        import ipywidgets

        return self._keep(ipywidgets.HTML(value, layout=layout))

    def _keep(self, widget: Any) -> Any:
        self._made.append(widget)
        return widget


def polite(html: str, edge: str = "") -> str:
    """*html* as a line that is read out when it changes; *edge*: the colour of its left edge."""
    look = f"border-left:4px solid {edge};padding-left:10px;margin:6px 2px" if edge else "margin:2px" if html else ""
    return f'<div role="status" aria-live="polite" style="{INK};{look}">{html}</div>'
