"""What happens to a model's answer when its reader leaves: four servers on real uvicorn, and the same in process."""

from __future__ import annotations

import asyncio
import gc
import http.client
import threading
import time
from contextlib import contextmanager

import anthropic
import pytest
from chat_kit import soon
from chat_servers import SYNC, async_generator, ours, sync_generator, sync_generator_with, task_and_queue, traced

from helpers.chat_app import leave_after, serve
from helpers.clock import run_virtual
from helpers.wire import builder

CLOSED = [async_generator, ours]


def leave_over_a_socket(server, deltas=3):
    """Ask a running server over TCP, read *deltas* events, and hang up."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("POST", "/chat", body=b'{"prompt": "Hello"}', headers={"content-type": "application/json"})
    response, seen = connection.getresponse(), b""
    while seen.count(b"event: delta") < deltas:
        piece = response.read1(4096)
        assert piece, "the answer ended early"
        seen += piece
    response.close()
    connection.close()


@contextmanager
def no_collection():
    """Garbage is collected when a test says so, so that "open until it is" can be seen."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()


async def leaving(app, trace):
    """(ended by itself, pieces read when the reader left, pieces in the 10 s after, whether then open), in process."""
    departure = await leave_after(app, "Where is order 1042?", 3, limit_s=10)
    body = trace.sent[0].body
    then, _ = body.pieces, await asyncio.sleep(10)
    return departure.ended, then, body.pieces - then, body.open


@pytest.mark.parametrize("server", CLOSED)
def test_on_uvicorn_an_async_generator_closes_its_model_when_the_reader_leaves(server):
    """With or without `async with`: the cancellation lands inside the SDK's stream; at most one more piece is read."""
    app, trace = traced(server)
    with serve(app, "leaving") as running:
        leave_over_a_socket(running)
        body = trace.sent[0].body
        at_leaving = body.pieces
        assert soon(lambda: not body.open, 2)
        time.sleep(0.15)
        assert body.pieces - at_leaving <= 1


@pytest.mark.parametrize("server", SYNC)
def test_on_uvicorn_a_synchronous_generator_stays_open_until_it_is_garbage(server):
    """Its thread ends the piece that it waits for; then nobody reads, and nobody closes, not even `with`."""
    app, trace = traced(server)
    with no_collection(), serve(app, "leaving") as running:
        leave_over_a_socket(running)
        body = trace.sent[0].body
        at_leaving = body.pieces
        time.sleep(0.4)                      # four more pieces at the model's pace
        assert (True, True) == (body.open, body.pieces - at_leaving <= 1)
        gc.collect()
        assert soon(lambda: not body.open, 1)


def test_on_uvicorn_a_task_with_a_queue_reads_on():
    """Nobody cancels it: pieces come at the model's pace, for nobody."""
    app, trace = traced(task_and_queue)
    with serve(app, "leaving") as running:
        leave_over_a_socket(running)
        body = trace.sent[0].body
        at_leaving = body.pieces
        assert soon(lambda: body.pieces - at_leaving >= 4, 3)
        assert body.open


@pytest.mark.parametrize(("server", "expected"), [
    (async_generator, (True, 7, 0, False)),
    (sync_generator, (True, 7, 0, True)),
    (sync_generator_with, (True, 7, 0, True)),
    (task_and_queue, (True, 7, 50, False)),
    (ours, (True, 7, 0, False)),
])
def test_in_process_each_server_does_what_it_does_on_uvicorn(server, expected):
    """Ended, pieces read till then, pieces in the 10 s after, open: always the same numbers, on virtual time."""
    with no_collection():
        for _ in range(3):
            assert expected == run_virtual(leaving(*traced(server)))


@pytest.mark.parametrize(("server", "goes_on"), [(sync_generator_with, True), (async_generator, False), (ours, False)])
def test_a_model_whose_connection_stays_open_writes_on(server, goes_on):
    """Seen from the model's own server, over TCP: what nobody reads is written all the same, and billed."""
    handed_out, ended = [], threading.Event()
    with no_collection(), serve(model(handed_out, ended), "model") as upstream:
        make = anthropic.Anthropic if server in SYNC else anthropic.AsyncAnthropic
        client = make(api_key="none", base_url=upstream.url, max_retries=0)
        with serve(server(client), "leaving") as running:
            leave_over_a_socket(running)
            at_leaving = len(handed_out)
            if goes_on:
                assert soon(lambda: len(handed_out) - at_leaving >= 20)
                assert not ended.is_set()
                gc.collect()
            assert ended.wait(2)
            assert goes_on or len(handed_out) - at_leaving <= 3


def model(handed_out, ended):
    """A vendor's server: writes a piece each 20 ms until its client hangs up, and notes both."""
    reply = builder.stream(builder.message("Your order left Hamburg on Monday. " * 60, model="m"))

    async def app(scope, receive, send):
        headers = [(b"content-type", b"text/event-stream")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await receive()
        gone = asyncio.ensure_future(receive())
        for _, data in reply.timed_bytes():
            if gone.done():
                break
            handed_out.append(data)
            await send({"type": "http.response.body", "body": data, "more_body": True})
            await asyncio.sleep(0.02)
        ended.set()
        gone.cancel()

    return app
