"""The files that a browser gets: the chat page, its style, and chat.js, which the React component uses, too."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Response

STATIC = Path(__file__).with_name("static")
FILES = {   # types by hand: what a machine says of .js is up to its registry, and a browser runs no "text/plain"
    "/": ("index.html", "text/html"),
    "/page.css": ("page.css", "text/css"),
    "/page.js": ("page.js", "text/javascript"),
    "/chat.js": ("chat.js", "text/javascript"),
}


def source(name: str) -> str:
    """The text of a file in static/."""
    return (STATIC / name).read_text(encoding="utf-8")


def add_pages(app: FastAPI) -> None:
    """GET / and the files that it names, each by a relative address: the page also works below a proxy's path."""
    for path, (name, kind) in FILES.items():
        _add(app, path, Response(source(name), media_type=kind, headers={"cache-control": "no-cache"}))


def _add(app: FastAPI, path: str, response: Response) -> None:
    @app.get(path)
    async def page() -> Response:
        """A file that does not change while the service runs."""
        return response
