"""Who may use the chat, and how much of it: each refusal says what was wrong, as JSON, before a token is paid for.

    {"type": "origin", "message": "...", "retryable": false}

The service listens on 127.0.0.1 only, yet any page in the learner's browser can send requests there. So a request
must name a host that no stranger can point at this machine, and come from our own page.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Header, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException as AnyHTTPException

from helpers.chat_app.closing import ClosingRoute, close_generators
from helpers.chat_app.leaving import Leaving, Message, Receive, Send

MAX_BODY = 64 * 1024
"""Bytes: the longest prompt in its longest spelling (12 bytes a character, as JSON escapes) still fits."""
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                               "img-src data:; base-uri 'none'; form-action 'none'; "
                               "frame-ancestors 'self' http://127.0.0.1:* http://localhost:*",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
"""On every response. The page shows a stranger's text (the model's), so no script but our own may run in it."""
CHAT_ID = r"^[0-9a-f]{32}$"


def guarded(hosts: Sequence[str]) -> FastAPI:
    """An empty app behind its guards: hosts and origins, body size, refusals as JSON, and DELETE chat."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)   # its pages of documentation load from a CDN
    app.router.route_class = ClosingRoute
    leaving: list[Leaving] = []

    def hear(below: Any) -> Leaving:
        leaving[:] = [Leaving(below)]
        return leaving[0]

    app.add_middleware(hear)
    app.add_middleware(Guard, hosts=[*hosts, *hosts_here()])         # the last one added comes first
    app.add_exception_handler(AnyHTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)

    @app.delete("/chat", status_code=204)
    async def leave(x_chat_id: Annotated[str, Header(pattern=CHAT_ID)]) -> None:
        """The browser that asked with this id no longer wants the answer."""
        leaving[0].leave(x_chat_id)

    return app


def hosts_here(environment: Mapping[str, str] = os.environ) -> Sequence[str]:
    """Any name, where the notebook runs under a JupyterHub (as on Binder): there no browser reaches this port but
    through the Hub, which checks who asks, and whose public name can't be known here."""
    return ("*",) if environment.get("JUPYTERHUB_SERVICE_PREFIX") else ()


class Seats:
    """So many answers at once; who comes when all are taken is told to come back."""

    def __init__(self, count: int) -> None:
        if type(count) is not int or count < 1:
            raise ValueError(f"max_streams must be a whole number, 1 or more; got {count!r}.")
        self._count = self._free = count

    async def take(self) -> AsyncIterator[None]:
        """A FastAPI dependency: holds a seat until the response has ended, however it ends."""
        if not self._free:
            raise refusal(429, "busy", f"This chat is writing {self._count} answers already. Try again in a moment.",
                          retryable=True, headers={"retry-after": "2"})
        self._free -= 1
        try:
            yield
        finally:
            self._free += 1


class Guard:
    """ASGI: looks at a request's host, origin and size before anything else does, and adds HEADERS to each response."""

    def __init__(self, app: Any, hosts: Sequence[str] = ()) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                extra = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
                message = {**message, "headers": [*message["headers"], *extra]}
            await send(message)

        request = Request(scope)
        try:
            check_host(request.headers.get("host", ""), self._hosts)
            check_origin(request.headers.get("origin"), request.headers.get("host", ""))
            check_size(int(request.headers.get("content-length", 0)))
        except HTTPException as refused:
            return await (await _refused(request, refused))(scope, receive, with_headers)
        await close_generators(self._app(scope, _counted(receive), with_headers))


def check_host(host: str, allowed: Sequence[str]) -> None:
    """localhost, an address, or a name in *allowed* ("*": any).

    A name can be pointed at 127.0.0.1 by whoever owns it, and then his page is "same origin" with this service (DNS
    rebinding). An address can't: one that isn't loopback comes through a proxy on this machine.
    """
    name = _name(f"//{host}")
    if name != "localhost" and not _is_address(name) and name not in allowed and "*" not in allowed:
        raise refusal(403, "host", f"This chat does not answer to the host name {name[:100]!r}. Open it as localhost "
                                   f"or 127.0.0.1, or pass hosts=[...] to create_app().")


def check_origin(origin: str | None, host: str) -> None:
    """None (no page sent it), the page of this very service, or a page on this machine."""
    if origin is None or urlsplit(origin).netloc.lower() == host.lower():
        return
    name = _name(origin)
    if name != "localhost" and not (_is_address(name) and ipaddress.ip_address(name).is_loopback):
        raise refusal(403, "origin", f"A page from {origin[:100]!r} may not use this chat: it answers its own page.")


def check_size(length: int) -> None:
    """At most MAX_BODY bytes."""
    if length > MAX_BODY:
        raise refusal(413, "too_large", f"This request is larger than {MAX_BODY:,} bytes. Send a shorter question.")


def refusal(status: int, type: str, message: str, *, retryable: bool = False,
            headers: dict[str, str] | None = None) -> HTTPException:
    """A refusal in the form of an `error` event's data, so that a browser reads both alike."""
    return HTTPException(status, {"type": type, "message": message, "retryable": retryable}, headers)


def _counted(receive: Receive) -> Receive:
    """*receive*, which stops when a body that did not say its length turns out too long."""
    length = 0

    async def count() -> Message:
        nonlocal length
        message = await receive()
        length += len(message.get("body", b""))
        check_size(length)
        return message

    return count


async def _refused(_: Request, error: Any) -> JSONResponse:
    detail = error.detail
    if not isinstance(detail, dict):
        detail = {"type": "http", "message": str(detail), "retryable": False}
    return JSONResponse(detail, error.status_code, error.headers)


async def _invalid(_: Request, error: Any) -> JSONResponse:
    """What is wrong with the request, without repeating what was sent: neither values nor names that we don't know."""
    first = error.errors()[0]
    known = () if first["type"] == "extra_forbidden" else first["loc"]
    field = ".".join(str(part) for part in known if part != "body") or "body"
    return JSONResponse({"type": "invalid", "message": f"{field}: {first['msg']}", "retryable": False}, 422)


def _name(url: str) -> str:
    """The host's name in an address, lower case, without port; "" where there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
