"""chat.js, the browser's side of the chat, run by Node: its parser against Python's, and whole talks with a service."""

from __future__ import annotations

import base64
import json
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from chat_kit import TEXT, chat

from helpers.chat_app import serve
from helpers.chat_app.pages import source
from helpers.sse import SSEParser, encode

NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="chat.js is tested in Node, and there is no `node` on the PATH")
RUNNER = Path(__file__).with_name("chat_js.mjs")
NASTY = ["data", "data: x", "data:x", "data:", "event: delta", "event", "id: 7", "retry: 10", ": ping", ":", " data: x",
         "data:  two", "daten: x", "data: caf\u00e9 \u2615 \U0001f600", "data: \u2028", "data: {\"a\": 1}", "", "", ""]


def node(job: dict) -> object:
    """What chat.js makes of *job*."""
    run = subprocess.run([NODE, RUNNER], input=json.dumps({"source": source("chat.js"), **job}), capture_output=True,
                         encoding="utf-8", timeout=60)
    assert "" == run.stderr
    return json.loads(run.stdout)


def stream(raw: bytes, rng: random.Random | None = None) -> dict:
    """A job's stream, with some random ways to cut it into several pieces."""
    rng = rng or random.Random(3)
    cuts = [sorted(rng.sample(range(1, len(raw)), min(k, len(raw) - 1))) for k in (2, 3, 5, 8) if len(raw) > 1]
    return {"base64": base64.b64encode(raw).decode(), "cuts": cuts}


def in_python(raw: bytes) -> list[dict]:
    """What helpers.sse makes of the same bytes."""
    return [{"event": event.event, "data": event.data} for event in SSEParser().feed(raw)]


def encoded() -> bytes:
    """A chat's events, and whatever else a server may write."""
    texts = ["Hello", "caf\u00e9 \u2615 \U0001f600", "two\nlines", "a\r\nb\rc", "[DONE]", "data: x\n\n", "\ufeff", "",
             " "]
    return (encode(None, comment="ping") + b"".join(encode({"text": text}, event="delta") for text in texts)
            + b"".join(encode(text, event="raw", id="1") for text in texts) + encode({"complete": True}, event="done"))


def samples() -> dict[str, bytes]:
    """Streams by name."""
    whole = encoded()
    return {"LF": whole, "CRLF": whole.replace(b"\n", b"\r\n"), "CR": whole.replace(b"\n", b"\r"),
            "BOM": b"\xef\xbb\xbf" + whole, "two BOMs": b"\xef\xbb\xbf\xef\xbb\xbfdata: x\n\ndata: y\n\n",
            "an event without its blank line": b"data: a\n\ndata: b\n",
            "half a character at the end": b"data: a\n\n\xe2\x98",
            "no UTF-8": b"data: \xff\xfe\n\n", "nothing": b"", "mixed ends": b"data: a\r\n\rdata: b\n\r\ndata: c\r\r"}


@needs_node
def test_every_cut_of_every_sample_parses_alike_and_as_in_python():
    """
    Each cut in two, byte by byte, in several pieces, and as text: always the events that helpers.sse reads.
    """
    named = samples()
    results = dict(zip(named, node({"streams": [stream(raw) for raw in named.values()]}), strict=True))
    for name, raw in named.items():
        assert in_python(raw) == results[name]["whole"], name
        assert [] == results[name]["wrong"], name
        assert results[name]["asText"] or b"\xff" in raw or raw.endswith(b"\x98"), name
    assert results["LF"]["ways"] > 500


@needs_node
def test_random_lines_with_random_ends_parse_as_in_python():
    """
    Three hundred streams of fields, comments and blank lines, their ends mixed.
    """
    rng = random.Random(11)
    raws = ["".join(rng.choice(NASTY) + rng.choice(["\n", "\r\n", "\r"]) for _ in range(rng.randint(1, 14))).encode()
            for _ in range(300)]
    for raw, result in zip(raws, node({"streams": [stream(raw, rng) for raw in raws]}), strict=True):
        assert (in_python(raw), []) == (result["whole"], result["wrong"]), raw


@needs_node
@pytest.mark.parametrize(("options", "ending", "said"), [
    ({}, "complete", ""),
    ({"stop_reason": "max_tokens"}, "truncated", "Not complete. The answer reached its length limit."),
    ({"stop_reason": "refusal"}, "truncated", "Not complete. The model stopped early (refusal)."),
    ({"faults": ["cut after 3 deltas"]}, "cut", "Not complete. The answer broke off before its end. Try again."),
    ({"faults": ["error after 3 deltas"]}, "failed", "Not complete. The model is overloaded. Try again in a minute."),
    ({"faults": ["429"]}, "failed", "Not complete. Too many requests at the moment. Try again in a minute."),
])
def test_a_talk_ends_as_the_service_says(options, ending, said):
    """
    Over a real socket: the text so far is kept, the ending is named, and there are words for the reader.
    """
    app, _ = chat(**options)
    with serve(app, "js") as server:
        result = node({"url": server.url + "chat", "prompt": "Where is my order?"})
    answer = result["answer"]
    assert (ending, said) == (answer["ending"], result["notice"])
    assert answer["text"] == "".join(result["pieces"])
    assert TEXT.startswith(answer["text"])
    if ending == "complete":
        assert TEXT == answer["text"]
        assert ("end_turn", True) == (answer["stopReason"], "CONSTRUCTED" in answer["id"])


@needs_node
def test_an_abort_keeps_the_text_and_says_goodbye():
    """
    After three pieces: "aborted", three pieces of text, and the service hears of it.
    """
    app, upstream = chat(TEXT * 20, per_delta_ms=20)
    with serve(app, "js") as server:
        result = node({"url": server.url + "chat", "prompt": "Hello", "abortAfter": 3})
    assert ("aborted", 3) == (result["answer"]["ending"], len(result["pieces"]))
    assert upstream.deltas < 10


@needs_node
def test_what_the_callers_own_code_throws_comes_out_and_stops_the_model():
    """
    The one way to reject: onDelta's own error, as it is. Nobody reads on, so nobody writes on.
    """
    app, upstream = chat(TEXT * 20, per_delta_ms=20)
    with serve(app, "js") as server:
        result = node({"url": server.url + "chat", "prompt": "Hello", "throwAfter": 3})
    assert ("rejected", "our own bug") == (result["answer"]["ending"], result["answer"]["stopReason"])
    assert 3 == len(result["pieces"])
    assert upstream.deltas < 10


@needs_node
def test_an_abort_before_any_text_does_not_speak_of_text():
    """
    Nothing had come, so nothing stays.
    """
    app, _ = chat(first_ms=5_000)
    with serve(app, "js") as server:
        result = node({"url": server.url + "chat", "prompt": "Hello", "abortAfterMs": 200})
    assert ("aborted", "Stopped before any text came.") == (result["answer"]["ending"], result["notice"])


@needs_node
def test_data_cannot_rename_its_event_and_a_delta_without_text_adds_nothing():
    """
    What is inside the data is data.
    """
    sse = ('event: delta\ndata: {"text": "a", "event": "done"}\n\nevent: delta\ndata: {}\n\n'
           'event: delta\ndata: {"text": "b"}\n\nevent: done\ndata: {"complete": true, "event": "delta"}\n\n')
    answer = node({"url": "http://127.0.0.1/chat", "prompt": "Hi", "sse": sse})["answer"]
    assert ("ab", "complete") == (answer["text"], answer["ending"])


@needs_node
def test_a_refusal_shows_what_the_service_says():
    """
    422 is no stream: its words reach the reader, and nothing is parsed.
    """
    app, _ = chat()
    with serve(app, "js") as server:
        result = node({"url": server.url + "chat", "prompt": "x" * 5_000})
    assert "Not complete. prompt: String should have at most 4000 characters" == result["notice"]
    assert {"type": "invalid", "status": 422} == {key: result["answer"]["error"][key] for key in ("type", "status")}


@needs_node
def test_nobody_there_and_a_log_in_page_are_failures():
    """
    A port that nobody serves; a proxy's HTML with status 200.
    """
    app, _ = chat()
    server = serve(app, "js")
    server.stop()
    gone = node({"url": server.url + "chat", "prompt": "Hello"})
    assert ("failed", "connection") == (gone["answer"]["ending"], gone["answer"]["error"]["type"])
    page = node({"url": server.url + "chat", "prompt": "Hello", "html": True})
    assert "Not complete. The server answered 200, and no stream. Is the chat still running?" == page["notice"]
