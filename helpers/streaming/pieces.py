"""The words in a stream, whichever vendor sends it: the text in one event, and the texts of a whole stream.

    for piece in texts(client.messages.create(..., stream=True)):
        print(piece, end="", flush=True)

A piece is what one event brought: some characters, neither a token nor a word.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from inspect import isawaitable
from typing import Any


def texts(stream: Any) -> Iterator[str]:
    """The text pieces of *stream*, as they come; thinking, tool arguments and empty pieces are left out.

    *stream*: Anthropic's create(stream=True) or stream(), OpenAI's chat completions or Responses. It is closed when
    you stop reading. The SDK's errors pass; a stream that was cut ends like any other: `consume` tells them apart.
    """
    refuse_unless_stream(stream, "__iter__")
    return _texts(stream)


def _texts(stream: Any) -> Iterator[str]:
    with closed(stream):
        for event in stream:
            if piece := text_of(event):
                yield piece


def texts_async(stream: Any) -> AsyncIterator[str]:
    """As `texts`, of an asynchronous client. Who leaves before the end wraps it in `contextlib.aclosing(...)`."""
    refuse_unless_stream(stream, "__aiter__")
    return _texts_async(stream)


async def _texts_async(stream: Any) -> AsyncIterator[str]:
    async with closed_async(stream):
        async for event in stream:
            if piece := text_of(event):
                yield piece


def text_of(event: Any) -> str:
    """The piece of the answer's text that one event brings; "" where it brings none.

    The helper events of Anthropic's stream() (type "text") repeat the delta before them, so they don't count.
    """
    if isinstance(event, str):
        raise TypeError("this stream gives text, not events: it is the SDK's text_stream, perhaps. "
                        "Pass the stream itself, which also says how it ended.")
    match get(event, "type"):
        case "content_block_delta":
            said = get(event, "delta", "text") if get(event, "delta", "type") == "text_delta" else None
        case "response.output_text.delta":
            said = get(event, "delta")
        case _:
            said = get(first_choice(event), "delta", "content")
    return said if isinstance(said, str) else ""


def first_choice(event: Any) -> Any:
    """The first choice in a chunk of OpenAI's chat completions; None elsewhere, and in the chunk with the usage."""
    choices = get(chunk_of(event), "choices")
    return next((each for each in choices if get(each, "index") == 0), None) if isinstance(choices, list) else None


def chunk_of(event: Any) -> Any:
    """The chunk inside an event of OpenAI's helper chat.completions.stream(); any other event as it is."""
    return get(event, "chunk") if get(event, "type") == "chunk" else event


def get(thing: Any, *path: str) -> Any:
    """What is at *path*, in attributes or keys; None where a part of the path is missing.

    The SDKs don't validate what arrives, so no field is sure to be there.
    """
    for name in path:
        thing = thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)
    return thing


@contextmanager
def closed(stream: Any) -> Iterator[None]:
    """Close *stream* at the end, however that comes about: an open one keeps its connection, and costs tokens."""
    try:
        yield
    finally:
        with suppress(Exception):   # too late to change the answer
            getattr(stream, "close", _nothing)()


@asynccontextmanager
async def closed_async(stream: Any) -> AsyncIterator[None]:
    """As `closed`; an asynchronous generator calls it aclose."""
    try:
        yield
    finally:
        with suppress(Exception):
            closing = (getattr(stream, "close", None) or getattr(stream, "aclose", _nothing))()
            if isawaitable(closing):
                await closing


def _nothing() -> None:
    """Closes what has no way to be closed, such as a list of events."""


def refuse_unless_stream(stream: Any, way: str) -> None:
    """TypeError that guesses the mistake, where *stream* can't be iterated *way* ("__iter__" or "__aiter__")."""
    name = type(stream).__name__
    if hasattr(stream, "model_dump"):   # an SDK's object; iterating it would give its fields
        raise TypeError(f"got {name}, a whole reply and no stream: was stream=True left out?")
    if isawaitable(stream):
        raise TypeError(f"got a {name} that nobody awaited: write `stream = await client...create(...)` first.")
    if hasattr(stream, "__enter__" if way == "__iter__" else "__aenter__") and not hasattr(stream, way):
        raise TypeError(f"got {name}, which is not open yet: write `with client.messages.stream(...) as stream:` "
                        "(or `async with`) and pass that stream.")
    if not hasattr(stream, way):
        other = ("an asynchronous", "_async") if way == "__iter__" else ("a synchronous", "")
        raise TypeError(f"got {name}, which is no stream for this function. Of {other[0]} client, take the function "
                        f"{'with' if other[1] else 'without'} _async in its name.")
