"""Close an endpoint's generator when its request is over, whatever it was doing.

A generator that waits for the model hears a cancellation. One that waits for a slow reader, at its `yield`, hears
nothing: FastAPI 0.165 drops it, and its connection to the model stays open until it is collected as garbage.

    app.router.route_class = ClosingRoute     # each generator that an endpoint makes is noted,
    await close_generators(work)              # and closed when `work` is over
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any

from fastapi.routing import APIRoute

_OPEN: ContextVar[list[AsyncGenerator] | None] = ContextVar("generators of this request", default=None)


class ClosingRoute(APIRoute):
    """A route whose asynchronous generators are noted, for `close_generators`."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, _noting(endpoint) if inspect.isasyncgenfunction(endpoint) else endpoint, **options)


async def close_generators(work: Awaitable[None]) -> None:
    """Await *work*, and then close what its endpoint has left open."""
    generators: list[AsyncGenerator] = []
    token = _OPEN.set(generators)
    try:
        await work
    finally:
        _OPEN.reset(token)
        for generator in generators:
            await generator.aclose()


def _noting(endpoint: Callable[..., AsyncGenerator]) -> Callable[..., AsyncGenerator]:
    @wraps(endpoint)      # FastAPI looks through this, and sees a generator function
    def start(*args: Any, **options: Any) -> AsyncGenerator:
        generator = endpoint(*args, **options)
        generators = _OPEN.get()
        if generators is not None:
            generators.append(generator)
        return generator

    return start
