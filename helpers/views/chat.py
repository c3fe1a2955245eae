"""The chat in a lesson: its page in a frame, and its React component, each with a picture and words beside it.

    chat.chat_page(server.browser_url)      # server: what helpers.chat_app.serve returns
    chat.react_chat(server.browser_url)

Like every widget of the course, one output with three faces: live where JupyterLab runs it, the finished answer as a
picture where nothing runs, and words. Pictures and words name no port and no time, so they are the same in each run.
With `_explore.py` and `classroom/ui.py` this is the only module that knows ipywidgets; it loads them when shown.
The component is read as a file from chat_app/static: what the browser runs has one source, and no import of that room.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from helpers.settings import DATA
from helpers.views._explore import WIDGET
from helpers.views._open_widgets import close_earlier, close_models

STATIC = Path(__file__).parents[1] / "chat_app" / "static"
MODULE = "course-chat.js"
"""The name of chat.js among the modules of the notebook's page."""

PAGE_WORDS = """\
The chat page, live
A question box with Send and Stop, the answer as it is written, and a line with its times and its ending.
The picture shows an answer that has ended: constructed, as its badge says, so its times illustrate."""
REACT_WORDS = """\
The same chat as a React component, live
A question box with Send and Stop, the answer as it is written, and a line with its ending. It reads with the same
chat.js as the page. The picture shows an answer that has ended: constructed, as it says, so it illustrates."""


def chat_page(url: str, *, height: int = 480) -> Live:
    """The page at *url* in a frame. height: pixels."""
    looks = (f"display:block;box-sizing:border-box;width:100%;height:{height}px;"
             "border:1px solid var(--jp-border-color1,#bdbdbd);border-radius:6px")
    frame = f'<iframe src="{escape(_checked(url))}" title="Chat page" style="{looks}"></iframe>'

    def build() -> Any:
        import ipywidgets

        return ipywidgets.HTML(value=frame, layout={"width": "100%", "margin": "0"})

    return Live(build, PAGE_WORDS, "chat_page.png")


def react_chat(url: str) -> Live:
    """The React component, talking to the chat service at *url*."""
    props = {"url": _checked(url) + "chat"}

    def build() -> Any:
        import ipyreact
        import ipywidgets

        ipyreact.define_module(MODULE, code=_static("chat.js"), dependencies=[])
        component = _static("ReactChat.jsx").replace("./chat.js", MODULE)   # a bundler would find the file by itself
        looks = ipywidgets.HTML(f"<style>{_static('ReactChat.css')}</style>", layout={"display": "none"})
        return ipywidgets.VBox([looks, ipyreact.Widget(_esm=component, props=props, _dependencies=[MODULE])])

    return Live(build, REACT_WORDS, "react_chat.png")


class Live:
    """A widget made by *build* when it is first shown, with a kept picture and words."""

    def __init__(self, build: Callable[[], Any], words: str, picture: str) -> None:
        self.words = words
        self._build, self._widget = build, None
        shown = (DATA / "img" / picture).read_bytes()
        self._saved = {"image/png": base64.b64encode(shown).decode(), "text/plain": words}

    def __str__(self) -> str:
        return self.words

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        if self._widget is None:
            try:
                self._widget = self._build()
            except ImportError:          # no ipywidgets or ipyreact here: picture and words still say it
                return dict(self._saved)
            close_earlier(self, self.words)
        return {WIDGET: self._widget._repr_mimebundle_()[WIDGET], **self._saved}

    def close(self) -> None:
        """Take the widget out of the page and the kernel's memory. An answer under way is stopped."""
        if self._widget is not None:
            close_models([*getattr(self._widget, "children", ()), self._widget])
            self._widget = None


def _checked(url: str) -> str:
    if not isinstance(url, str) or not url.startswith(("http://127.0.0.1:", "http://localhost:", "/")):
        raise ValueError(f"url must be where a chat service of yours is: pass server.browser_url; got {url!r}.")
    return url if url.endswith("/") else f"{url}/"


def _static(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")
