"""The network: the only transport that leaves the machine, used in live and record mode and nowhere else."""

from __future__ import annotations

from functools import cached_property
from urllib.request import getproxies

import httpx2

from helpers.wire.transport import Transport

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def is_loopback(url: httpx2.URL) -> bool:
    """Whether *url* points at this machine: a model that runs here costs nothing."""
    return url.host in LOOPBACK


class Live(Transport):
    """Sends requests over the network, uncompressed, so that the meter and the recorder read plain bytes."""

    @cached_property
    def _direct(self) -> tuple[httpx2.HTTPTransport, httpx2.AsyncHTTPTransport]:
        return httpx2.HTTPTransport(), httpx2.AsyncHTTPTransport()

    @cached_property
    def _proxied(self) -> tuple[httpx2.HTTPTransport, httpx2.AsyncHTTPTransport]:
        # A client with a transport of its own ignores HTTPS_PROXY, so company proxies are looked up here.
        proxy = getproxies().get("https")
        return (httpx2.HTTPTransport(proxy=proxy), httpx2.AsyncHTTPTransport(proxy=proxy)) if proxy else self._direct

    def _pair(self, request: httpx2.Request) -> tuple[httpx2.HTTPTransport, httpx2.AsyncHTTPTransport]:
        request.headers["accept-encoding"] = "identity"
        return self._direct if is_loopback(request.url) else self._proxied

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        return self._pair(request)[0].handle_request(request)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return await self._pair(request)[1].handle_async_request(request)

    def close(self) -> None:
        for name in ("_direct", "_proxied"):
            if name in self.__dict__:
                getattr(self, name)[0].close()

    async def aclose(self) -> None:
        for name in ("_direct", "_proxied"):
            if name in self.__dict__:
                await getattr(self, name)[1].aclose()
