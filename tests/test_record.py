"""Record: what a server answered comes back byte for byte; proved against a real model on loopback."""

from __future__ import annotations

import asyncio
import json

import httpx2
import local_model
import pytest
from wire_kit import HELLO, Pieces, client, events, hello, message

from helpers.clock import RealClock, VirtualClock
from helpers.wire.live import Live
from helpers.wire.record import Record, finish, journal_of, open_session
from helpers.wire.recording import Tape
from helpers.wire.replay import Replay


def recorder(tmp_path, inner, clock=None):
    clock = clock or VirtualClock()
    session = open_session(tmp_path / "99_test.json", date="2026-11-23", constructed=False)
    return Record(inner, session, clock), session


def test_nothing_that_names_an_account_reaches_the_file(tmp_path):
    """Canaries in every header and in the error text; only what a lesson needs is kept."""
    canary = "canary-" + "x" * 12
    headers = {"request-id": "req_1", "anthropic-organization-id": canary, "set-cookie": canary, "cf-ray": canary,
               "x-should-retry": "false", "openai-organization": canary, "traceparent": canary}
    body = {"type": "error", "error": {"type": "x", "message": "key sk-" + "ant-abcdefgh12 of a@b.example"}}
    transport, _ = recorder(tmp_path, httpx2.MockTransport(lambda r: httpx2.Response(400, headers=headers, json=body)))
    with pytest.raises(Exception, match="Error code: 400"):
        client(transport, api_key=canary).messages.create(**hello())
    finish(tmp_path / "99_test.json")
    text = (tmp_path / "99_test.json").read_text("utf-8")

    assert canary not in text
    assert "abcdefgh12" not in text
    assert "key [key] of [address]" in text
    assert {"request-id": "req_1", "x-should-retry": "false"}.items() <= Tape.load(
        tmp_path / "99_test.json").entries[0].reply.headers.items()


def test_the_old_file_stays_until_the_new_set_is_complete(tmp_path):
    """A run that dies leaves yesterday's recordings, and a journal with what it got."""
    path = tmp_path / "99_test.json"
    Tape("99_test", ()).save(path)
    before = path.read_bytes()
    transport, _ = recorder(tmp_path, httpx2.MockTransport(lambda r: httpx2.Response(200, json=message())))
    client(transport).messages.create(**hello())

    assert before == path.read_bytes()
    assert 1 == len(journal_of(path).read_text("utf-8").splitlines())
    assert 1 == len(finish(path).entries)
    assert not journal_of(path).exists()


def test_a_stream_left_early_is_not_kept(tmp_path):
    """Half a stream would replay as a cut one."""
    body = "".join(events("a", "b")).encode()
    pieces = [body[i : i + 40] for i in range(0, len(body), 40)]
    server = httpx2.MockTransport(
        lambda r: httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=Pieces(pieces)))
    transport, session = recorder(tmp_path, server)
    with client(transport).messages.stream(**hello()) as s:
        next(iter(s.text_stream))
    assert [] == session.entries
    with client(transport).messages.stream(**hello()) as s:
        s.get_final_text()
    assert 1 == len(session.entries)


def test_a_character_cut_by_the_network_moves_whole_and_the_bytes_stay(tmp_path):
    """Chunks are text in the file; concatenated they are what came."""
    body = "".join(events("naïve ☕ 日本")).encode()
    pieces = [body[i : i + 1] for i in range(len(body))]
    server = httpx2.MockTransport(
        lambda r: httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=Pieces(pieces)))
    transport, _ = recorder(tmp_path, server)
    with client(transport).messages.stream(**hello()) as s:
        s.get_final_text()
    assert body == finish(tmp_path / "99_test.json").entries[0].reply.content()


# ---- against a server that nobody here wrote

@pytest.fixture(scope="module")
def server():
    if local_model.missing():
        pytest.skip(local_model.missing())
    with local_model.serving() as url:
        yield url


def test_an_answer_is_kept_as_it_came(tmp_path):
    """Only errors are scrubbed: an order number or an address in an answer is part of the lesson."""
    said = "Write to help@acme.example, order 0f2b6c1e-8a4d-4c5e-9f00-1234567890ab"
    transport, session = recorder(tmp_path, httpx2.MockTransport(lambda r: httpx2.Response(200, json=message(said))))
    client(transport).messages.create(**hello())
    assert said == session.entries[0].reply.body["content"][0]["text"]


def test_a_stream_in_tiny_pieces_is_kept(tmp_path):
    """OpenAI's last event, three bytes at a time, and the reader stops at it."""
    body = (b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"gpt-6-luna",'
            b'"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}\n\ndata:[DONE]\n\n')
    pieces = [body[i : i + 3] for i in range(0, len(body), 3)]
    transport, session = recorder(tmp_path, httpx2.MockTransport(
        lambda r: httpx2.Response(200, headers={"content-type": "text/event-stream"}, stream=Pieces(pieces))))
    list(client(transport, vendor="OPENAI").chat.completions.create(model="gpt-6-luna", messages=HELLO, stream=True))
    assert 1 == len(session.entries)


def test_a_request_that_holds_a_secret_is_not_recorded(tmp_path):
    """It would stand in the file as it went out."""
    transport, session = recorder(tmp_path, httpx2.MockTransport(lambda r: httpx2.Response(200, json=message())))
    servers = [{"type": "url", "name": "x", "url": "https://x.example", "authorization_token": "canary"}]
    with pytest.warns(UserWarning, match="is not recorded"):
        client(transport).messages.create(**hello(), extra_body={"mcp_servers": servers})
    assert [] == session.entries


class Spy(Live):
    """The network, keeping what passes."""

    def __init__(self):
        self.bodies = []

    def handle_request(self, request):
        response = super().handle_request(request)
        response.read()
        self.bodies.append((response.status_code, response.content))
        return httpx2.Response(response.status_code, headers=response.headers, content=response.content,
                               request=request)


# Greedy, so that the answer is the same each time and begins with a letter: this server leaves message_start out of a
# stream whose first token is only a part of a character (an emoji's), one time in ten.
SHORT = {"model": local_model.MODEL, "max_tokens": 12, "messages": [{"role": "user", "content": "Say hello."}],
         "extra_body": {"temperature": 0}}
CHAT = {"model": local_model.MODEL, "max_tokens": 12, "messages": SHORT["messages"], "temperature": 0}

CALLS = {
    "messages": ("ANTHROPIC", lambda c: c.messages.create(**SHORT)),
    "messages stream": ("ANTHROPIC", lambda c: list(c.messages.create(**SHORT, stream=True))),
    "count_tokens": ("ANTHROPIC", lambda c: c.messages.count_tokens(model=local_model.MODEL, messages=HELLO)),
    "chat": ("OPENAI", lambda c: c.chat.completions.create(**CHAT)),
    "chat stream": ("OPENAI", lambda c: list(c.chat.completions.create(**CHAT, stream=True))),
    "responses": ("OPENAI", lambda c: c.responses.create(model=local_model.MODEL, input="Hi", max_output_tokens=12,
                                                         temperature=0)),
    "models": ("OPENAI", lambda c: list(c.models.list())),
}


@pytest.mark.peer
@pytest.mark.parametrize("call", CALLS)
def test_record_then_replay_is_byte_equal(server, tmp_path, call):
    """Status, kept headers and body of a real server's answer come back exactly, and parse to the same objects."""
    vendor, make = CALLS[call]
    base = server if vendor == "ANTHROPIC" else f"{server}/v1"
    spy = Spy()
    transport, _ = recorder(tmp_path, spy, RealClock())
    recorded = make(client(transport, vendor=vendor, base_url=base))
    tape = finish(tmp_path / "99_test.json")
    clock = VirtualClock()
    replayed = make(client(Replay(Tape.load(tmp_path / "99_test.json"), clock), vendor=vendor, clock=clock))

    assert spy.bodies == [(e.reply.status, e.reply.content()) for e in tape.entries]
    assert {"local"} == {e.provenance.kind for e in tape.entries}
    assert "127.0.0.1" not in (tmp_path / "99_test.json").read_text("utf-8")
    assert _dump(recorded) == _dump(replayed)


@pytest.mark.peer
def test_a_real_stream_keeps_its_times(server, tmp_path):
    """Chunks as they came: several, spread over the time that the model took, and none before the first token."""
    clock = RealClock()
    transport, session = recorder(tmp_path, Live(), clock)
    with client(transport, base_url=server, clock=clock).messages.stream(**{**SHORT, "max_tokens": 24}) as s:
        s.get_final_text()
    times = [at for at, _ in session.entries[0].reply.chunks]

    assert len(times) > 5
    assert times == sorted(times)
    assert times[-1] > times[0] > 0


@pytest.mark.peer
def test_async_calls_are_recorded_too(server, tmp_path):
    """One plain call and one stream through the asynchronous SDK."""
    transport, session = recorder(tmp_path, Live(), RealClock())

    async def both():
        c = client(transport, base_url=server, asynchronous=True)
        await c.messages.create(**SHORT)
        async with c.messages.stream(**SHORT) as s:
            await s.get_final_text()

    asyncio.run(both())
    assert [False, True] == [e.reply.is_stream for e in session.entries]


def _dump(value):
    values = value if isinstance(value, list) else [value]
    return [json.loads(v.model_dump_json()) for v in values]
