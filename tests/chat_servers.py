"""Four servers that stream a model's answer to a browser: three that many people write, and ours."""

from __future__ import annotations

import asyncio

from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from helpers.chat_app import create_app
from helpers.clock import RealClock
from helpers.economics import model_id
from helpers.scenarios.lesson_03b import chatty
from helpers.sse import encode
from helpers.wire.clients import build
from helpers.wire.scripted import Scripted
from helpers.wire.trace import Trace, Traced

REQUEST = {"model": model_id("default"), "max_tokens": 1_000,
           "messages": [{"role": "user", "content": "Where is order 1042?"}]}


def async_generator(client):
    """(a) No `async with`: the SDK's own iterator closes the connection when the cancellation reaches it."""
    async def pieces():
        stream = await client.messages.create(stream=True, **REQUEST)
        async for event in stream:
            if event.type == "content_block_delta":
                yield _delta(event)

    return _app(lambda: StreamingResponse(pieces(), media_type="text/event-stream"))


def sync_generator(client):
    """(b) A synchronous client: its generator is iterated in threads, and nothing reaches into it."""
    def pieces():
        for event in client.messages.create(stream=True, **REQUEST):
            if event.type == "content_block_delta":
                yield _delta(event)

    return _app(lambda: StreamingResponse(pieces(), media_type="text/event-stream"))


def sync_generator_with(client):
    """(b) The same inside `with`, which is left when the generator is: when it's collected as garbage."""
    def pieces():
        with client.messages.create(stream=True, **REQUEST) as stream:
            for event in stream:
                if event.type == "content_block_delta":
                    yield _delta(event)

    return _app(lambda: StreamingResponse(pieces(), media_type="text/event-stream"))


def task_and_queue(client):
    """(c) A task of its own reads the model: no cancellation of the response reaches it."""
    tasks = set()

    async def read(queue):
        async for event in await client.messages.create(stream=True, **REQUEST):
            if event.type == "content_block_delta":
                await queue.put(_delta(event))
        await queue.put(None)

    async def pieces():
        queue = asyncio.Queue()
        tasks.add(asyncio.create_task(read(queue)))
        while (piece := await queue.get()) is not None:
            yield piece

    return _app(lambda: StreamingResponse(pieces(), media_type="text/event-stream"))


def ours(client):
    """(d) The course's chat."""
    return create_app(client, model=model_id("default"))


SYNC = (sync_generator, sync_generator_with)


def traced(server):
    """(app, trace) of *server* over the lesson's chatty model."""
    clock, trace = RealClock(), Trace()
    client = build("ANTHROPIC", Traced(Scripted(chatty, clock), trace, clock), clock, asynchronous=server not in SYNC,
                   live=False, max_retries=0)
    return server(client), trace


def _app(answer):
    app = FastAPI()

    @app.post("/chat")
    async def chat():
        return answer()

    return app


def _delta(event):
    return encode({"text": event.delta.text}, event="delta")
