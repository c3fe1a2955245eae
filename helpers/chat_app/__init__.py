"""A chat service over an LLM: FastAPI in front, server-sent events on the wire, a page and a React component behind.

    from helpers.chat_app import create_app, serve

    app = create_app(client, model=MODEL, system="You answer in two sentences.")   # client: an AsyncAnthropic
    with serve(app) as server:
        print(server.url)                                                          # http://127.0.0.1:49152/

app.py is the service, guards.py who may use it and how much, events.py what it says, leaving.py how it hears that a
browser has gone, closing.py what it then closes; static/chat.js is the browser's side. Nothing is imported before
it is used: FastAPI takes a second.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {"create_app": "app", "serve": "serving", "Server": "serving", "leave_after": "probing", "post": "probing",
          "Departure": "probing"}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
