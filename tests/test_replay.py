"""Replay: the right reply at its time, sequences, and misses that teach, through both real SDKs."""

from __future__ import annotations

import asyncio
import time

import anthropic
import openai
import pytest
from wire_kit import HELLO, ask, client, completion, entry, hello, message, plain, stream, tape

from helpers.clock import VirtualClock, run_virtual
from helpers.wire import cells
from helpers.wire.replay import Replay
from helpers.wire.reply import Reply


def replaying(*entries, **options):
    clock = VirtualClock()
    return client(Replay(tape(*entries), clock), clock=clock, **options), clock


def test_a_plain_reply_arrives_whole_at_its_time():
    """Text, request id and the recorded 640 ms."""
    c, clock = replaying(entry(ask(hello()), plain(message(), delay_ms=640)))

    reply = c.messages.create(**hello())

    assert ("Hi there", "req_011CONSTRUCTED") == (reply.content[0].text, reply._request_id)
    assert pytest.approx(0.64) == clock.now()


def test_the_body_may_be_spelled_differently():
    """One text block means the same as its text, so it finds the same recording."""
    c, _ = replaying(entry(ask(hello()), plain(message())))

    reply = c.messages.create(model="claude-haiku-5-5", max_tokens=50, stream=False,
                              messages=[{"role": "user", "content": [{"type": "text", "text": "Hello"}]}])
    assert "Hi there" == reply.content[0].text


def test_stream_pieces_come_one_by_one_at_their_recorded_times():
    """Three deltas, 100 ms apart, on the virtual clock."""
    c, clock = replaying(entry(ask(hello(stream=True)), stream("a", "b", "c")))
    seen = []
    with c.messages.stream(**hello()) as s:
        for text in s.text_stream:
            seen.append((text, round(clock.now(), 3)))

    assert [("a", 0.3), ("b", 0.4), ("c", 0.5)] == seen
    assert "end_turn" == s.get_final_message().stop_reason


def test_reading_slowly_does_not_delay_later_pieces():
    """Times count from the request: a reader that dawdled gets what has come meanwhile at once."""
    c, clock = replaying(entry(ask(hello(stream=True)), stream("a", "b", "c")))
    with c.messages.stream(**hello()) as s:
        for text in s.text_stream:
            if text == "a":
                clock.sleep(10)

    assert pytest.approx(10.3) == clock.now()


def test_parallel_async_streams_overlap():
    """Three streams of 0.8 s end at 0.8 s."""
    async def run():
        clock = VirtualClock()
        c = client(Replay(tape(entry(ask(hello(stream=True)), stream("a", "b", "c"))), clock), clock=clock,
                   asynchronous=True)

        async def one():
            async with c.messages.stream(**hello()) as s:
                return await s.get_final_text()

        return await asyncio.gather(one(), one(), one()), clock.now()

    texts, ended = run_virtual(run())
    assert ["abc"] * 3 == texts
    assert pytest.approx(0.8) == ended


def test_a_read_timeout_that_is_too_short_fires():
    """The recorded reply needs 640 ms; a client with 0.5 s gives up, retries, and gives up for good."""
    c, clock = replaying(entry(ask(hello()), plain(message(), delay_ms=640)), timeout=0.5, max_retries=1)

    with pytest.raises(anthropic.APITimeoutError):
        c.messages.create(**hello())
    assert clock.now() > 1.0   # two attempts of half a second, and a wait


def test_a_read_timeout_fires_between_two_pieces_of_a_stream():
    """The SDK lets the transport's own exception through, as it does with a real socket."""
    import httpx2

    c, _ = replaying(entry(ask(hello(stream=True)), stream("a", "b", every_ms=900)), timeout=0.95, max_retries=0)
    late = Reply(headers={"content-type": "text/event-stream"}, chunks=((100.0, "event: ping\ndata: {}\n\n"),),
                 ending="silent")
    c2, clock = replaying(entry(ask(hello(stream=True)), late), timeout=0.95, max_retries=0)
    with c.messages.stream(**hello()) as s:
        assert "ab" == s.get_final_text()
    with pytest.raises(httpx2.ReadTimeout), c2.messages.stream(**hello()) as s:
        s.get_final_text()
    assert pytest.approx(1.05) == clock.now()


def test_a_dropped_stream_raises_what_a_socket_raises():
    """RemoteProtocolError, not wrapped by the SDK (api-facts F)."""
    import httpx2

    cut = stream("a", "b", ending="dropped")
    c, _ = replaying(entry(ask(hello(stream=True)), Reply(headers=cut.headers, chunks=cut.chunks[:4],
                                                          ending="dropped")))
    with pytest.raises(httpx2.RemoteProtocolError), c.messages.stream(**hello()) as s:
        s.get_final_text()


def test_several_replies_to_one_request_play_in_order_and_start_over_with_each_cell():
    """A cell that is run twice shows the same twice; past the end the last reply repeats."""
    two = [entry(ask(hello()), plain(message(text))) for text in ("one", "two")]
    c, _ = replaying(*two)

    def say():
        return c.messages.create(**hello()).content[0].text

    assert ["one", "two", "two"] == [say(), say(), say()]
    cells.start_cell()
    assert ["one", "two"] == [say(), say()]


MISSES = [
    ({"max_tokens": 99}, "differs in max_tokens: 99 here, 50 in the recording"),
    ({"messages": [{"role": "user", "content": "Hullo"}]},
     "differs in messages[0].content: 'Hullo' here, 'Hello' in the recording"),
    ({"system": "Be kind"}, "differs in system: 'Be kind' here, (absent) in the recording"),
    ({"extra_headers": {"anthropic-beta": "x-1"}}, "differs in anthropic-beta: 'x-1' here, (absent)"),
    ({"messages": [{"role": "user", "content": "long " * 50}]}, "'long long"),
]


@pytest.mark.parametrize(("change", "expected"), MISSES)
def test_a_miss_says_where_the_nearest_recording_differs(change, expected):
    """One clear NotFoundError, at once, with the field, both values and the ways on."""
    c, clock = replaying(entry(ask(hello()), plain(message())))

    with pytest.raises(anthropic.NotFoundError) as caught:
        c.messages.create(**{**hello(), **change})
    assert expected in str(caught.value)
    assert "COURSE_MODE=live" in str(caught.value)
    assert "'first'" in str(caught.value)
    assert 0 == clock.now()   # no retry, no wait


def test_two_long_texts_are_shown_where_they_begin_to_differ():
    """The 60 characters around the difference, not the first 60 of two equal beginnings."""
    long = "word " * 200
    body = {"model": "m", "messages": [{"role": "user", "content": long + "Friday"}]}
    c, _ = replaying(entry(ask(body | {"max_tokens": 1}), plain(message())))

    with pytest.raises(anthropic.NotFoundError, match=r"…'[^']*Monday' here, …'[^']*Friday' in the recording"):
        c.messages.create(model="m", max_tokens=1, messages=[{"role": "user", "content": long + "Monday"}])


def test_an_empty_tape_says_so():
    """No nearest recording to name."""
    c, _ = replaying()
    with pytest.raises(anthropic.NotFoundError, match="holds no recording of /v1/messages at all"):
        c.messages.create(**hello())


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("vendor", ["ANTHROPIC", "OPENAI"])
def test_a_miss_is_answered_however_the_sdks_are_called(vendor, asynchronous, streaming, monkeypatch, tmp_path):
    """Sync, async, streaming: the same text, logged once, never retried. (`make bench` has its time.)"""
    log = tmp_path / "misses"
    monkeypatch.setenv("COURSE_MISS_LOG", str(log))
    c, clock = replaying(vendor=vendor, asynchronous=asynchronous)
    if vendor == "ANTHROPIC":
        call, error = (lambda: c.messages.create(**hello(), stream=streaming)), anthropic.NotFoundError
    else:
        call = lambda: c.chat.completions.create(model="gpt-6-luna", messages=HELLO, stream=streaming)  # noqa: E731
        error = openai.NotFoundError

    with pytest.raises(error, match="No recording matches this request: POST /v1/"):
        asyncio.run(call()) if asynchronous else call()
    assert 1 == len(log.read_text().splitlines())
    assert 0 == clock.now()


def test_openai_replays_too():
    """Chat completions, plain."""
    body = {"model": "gpt-6-luna", "messages": HELLO}
    c, _ = replaying(entry(ask(body, "/v1/chat/completions", headers={}), plain(completion())), vendor="OPENAI")
    assert "Hi there" == c.chat.completions.create(**body).choices[0].message.content


def test_the_tape_is_indexed_not_searched():
    """Ten thousand recordings, and a look-up reads one of them: its bucket holds one entry."""
    many = tape(*(entry(ask({"n": n}), plain({}), name=str(n)) for n in range(2000)))
    assert 1 == len(many.takes(ask({"n": 1234}).key))


def test_nothing_waits_for_real():
    """A recorded minute passes on the virtual clock only."""
    c, clock = replaying(entry(ask(hello()), plain(message(), delay_ms=60_000)))
    started = time.monotonic()
    c.messages.create(**hello())
    assert pytest.approx(60) == clock.now()
    assert time.monotonic() - started < 20
