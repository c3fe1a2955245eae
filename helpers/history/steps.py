"""Drive a generator of calls, with a synchronous client or with an asynchronous one."""

from __future__ import annotations

import inspect
from collections.abc import Generator
from typing import Any


def drive(steps: Generator[Any, Any, Any]) -> Any:
    """What *steps* return; each call they yield is made, and its errors pass through."""
    value = None
    while True:
        try:
            call = steps.send(value)
        except StopIteration as end:
            return end.value
        value = call()
        if inspect.isawaitable(value):
            if inspect.iscoroutine(value):
                value.close()   # never to be awaited, and no second message about that
            raise TypeError("a function returned an awaitable, which can't be waited for here: with an asynchronous "
                            "client, count, summarise or run use `await conversation.ask_async(...)`.")


async def drive_async(steps: Generator[Any, Any, Any]) -> Any:
    """As `drive`; what can be awaited is awaited, plain functions may be among them."""
    value = None
    while True:
        try:
            call = steps.send(value)
        except StopIteration as end:
            return end.value
        value = call()
        if inspect.isawaitable(value):
            value = await value
