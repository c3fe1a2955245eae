"""What the lesson shows of a closed tab is what the servers do: the same on uvicorn, in tests/test_chat_leaving.py."""

from __future__ import annotations

import gc

import pytest
from chat_servers import ours, sync_generator_with, task_and_queue

from helpers.scenarios.lesson_03b import chatty
from helpers.simulate.departures import Upstream, closed_tab, departures, streaming_app
from helpers.wire.clients import build
from helpers.wire.scripted import Scripted
from helpers.wire.trace import Traced


def maker(asynchronous):
    """What a lesson's `anthropic` or `async_anthropic` is."""
    def make(*, script, trace, clock):
        return build("ANTHROPIC", Traced(Scripted(script, clock), trace, clock), clock, asynchronous=asynchronous,
                     live=False)

    return make


@pytest.mark.parametrize(("server", "asynchronous", "fate"), [
    (sync_generator_with, False, "still open"), (task_and_queue, True, "closed, when all was read"),
    (ours, True, "closed at once")])
def test_each_server_leaves_its_connection_as_it_does(server, asynchronous, fate):
    """Twice, with the same numbers."""
    first, second = (closed_tab(maker(asynchronous), server, chatty) for _ in range(2))

    assert fate == first.fate
    assert first == second
    assert (first.read_after > 40) == (server is task_and_queue)


def test_garbage_is_collected_as_before():
    """The switch is put back."""
    closed_tab(maker(True), ours, chatty)

    assert gc.isenabled()


def test_a_streaming_app_streams_what_it_is_given():
    """And leaves its generator alone."""
    def pieces(client):
        with client.messages.stream(model="claude-haiku-5-5", max_tokens=1_000,
                                    messages=[{"role": "user", "content": "?"}]) as stream:
            for text in stream.text_stream:
                yield f"data: {text!r}\n\n".encode()

    assert "still open" == closed_tab(maker(False), streaming_app(pieces), chatty).fate


def test_the_table_has_a_row_a_server():
    """Ready to be shown."""
    frame = departures({"dropped": Upstream(7, 0, True), "filled": Upstream(7, 50, False)})

    assert ["dropped", "filled"] == list(frame.index)
    assert ["still open", "closed, when all was read"] == list(frame["connection to the model"])
