"""The chat over real sockets: the server beside a notebook, its page, and what happens when a browser leaves."""

from __future__ import annotations

import http.client
import json
import logging
import threading
import time

import anthropic
import pytest
from chat_kit import TEXT, chat, events, soon

from helpers.chat_app import create_app, serve
from helpers.chat_app.serving import jupyter_base
from helpers.wire import builder

SLOW = {"text": TEXT * 30, "first_ms": 5, "per_delta_ms": 20}


def ask(server, path="/chat", method="POST", body=b'{"prompt": "Hello"}', **headers):
    """(connection, response) of one request."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request(method, path, body=body, headers={"content-type": "application/json", **headers})
    return connection, connection.getresponse()


def read_deltas(response, count):
    """Read until *count* deltas have come."""
    seen = b""
    while seen.count(b"event: delta") < count:
        seen += response.read1(4096)
    return seen


def leave(connection, response):
    """Close a connection in the middle of its response."""
    response.close()
    connection.close()


def get(server, path):
    """(status, content type, text) of a page."""
    _, response = ask(server, path, "GET", None)
    return response.status, response.headers["content-type"], response.read().decode()


def test_the_answer_streams_over_a_socket():
    """Pieces arrive one by one, the first long before the last."""
    app, _ = chat(per_delta_ms=15)
    with serve(app) as server:
        _, response = ask(server)
        arrived = []
        while piece := response.read1(4096):
            arrived.append((time.monotonic(), piece))
    assert len(arrived) > 5
    assert arrived[-1][0] - arrived[0][0] > 0.08
    assert "done" == events(b"".join(piece for _, piece in arrived))[-1][0]


def test_a_browser_that_leaves_stops_the_model_within_a_piece(caplog):
    """Over a real socket: at most a few deltas were handed out after it left; the model's connection is closed."""
    app, upstream = chat(**SLOW)
    with caplog.at_level(logging.INFO, "llm.chat"), serve(app) as server:
        connection, response = ask(server)
        read_deltas(response, 5)
        leave(connection, response)
        left_at = upstream.deltas
        assert soon(lambda: upstream.closed == 1)
        assert upstream.deltas - left_at <= 2
        stopped_at = upstream.deltas
        time.sleep(0.1)
        assert stopped_at == upstream.deltas
    assert "aborted" == caplog.records[-1].ending


def test_the_models_own_server_sees_that_we_left():
    """The same with the SDK over TCP to a server that plays the model: its connection really ends."""
    handed_out, ended = [], threading.Event()
    reply = builder.stream(builder.message(TEXT * 30, model="m"))

    async def model(scope, receive, send):
        import asyncio
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
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

    with serve(model, "model") as upstream:
        client = anthropic.AsyncAnthropic(api_key="none", base_url=upstream.url, max_retries=0)
        with serve(create_app(client, model="m")) as server:
            connection, response = ask(server)
            read_deltas(response, 5)
            leave(connection, response)
            left_at = len(handed_out)
            assert ended.wait(5)
            assert len(handed_out) - left_at <= 3
            assert len(handed_out) < len(reply.timed_bytes()) / 2


def test_goodbye_in_a_request_of_its_own_ends_the_answer():
    """What the page sends because a proxy may keep the disconnect to itself."""
    app, upstream = chat(**SLOW)
    with serve(app) as server:
        _, response = ask(server, **{"x-chat-id": "a" * 32})
        read_deltas(response, 3)
        _, said = ask(server, "/chat", "DELETE", None, **{"x-chat-id": "a" * 32})
        rest = response.read()
    assert (204, 1) == (said.status, upstream.closed)
    assert b"event: done" not in rest
    assert upstream.deltas < 20


@pytest.mark.parametrize(("path", "kind"), [("/", "text/html"), ("/page.css", "text/css"),
                                            ("/page.js", "text/javascript"), ("/chat.js", "text/javascript")])
def test_the_page_and_its_files_are_served_with_their_types(path, kind):
    """A browser runs a module only where its type says JavaScript."""
    app, _ = chat()
    with serve(app) as server:
        status, said, text = get(server, path)
    assert (200, f"{kind}; charset=utf-8") == (status, said)
    assert text.strip()


def test_the_page_names_nothing_outside_itself():
    """Relative addresses alone, so that it works below a proxy's path; no inline script, which its policy forbids."""
    app, _ = chat()
    with serve(app) as server:
        text = "".join(get(server, path)[2] for path in ("/", "/page.css", "/page.js", "/chat.js"))
    unwanted = ("http://", "https://", "//cdn", 'src="/', 'href="/', "innerHTML", "<script>", "style=")
    assert not [word for word in unwanted if word in text]


@pytest.mark.parametrize("path", ["/docs", "/openapi.json", "/static/../app.py", "/ReactChat.jsx", "/events.py"])
def test_nothing_else_is_served(path):
    """No documentation that loads scripts from elsewhere, no source."""
    app, _ = chat()
    with serve(app) as server:
        status, _, text = get(server, path)
    assert (404, "http") == (status, json.loads(text)["type"])


def test_stopping_ends_open_answers_quickly_and_leaves_nothing():
    """Within a second or so: the model is closed, the thread gone, the port free. A second stop does nothing."""
    app, upstream = chat(**SLOW)
    server = serve(app, "stop")
    opened = [ask(server) for _ in range(2)]
    read_deltas(opened[0][1], 2)
    started = time.monotonic()
    server.stop()
    server.stop()
    assert time.monotonic() - started < 3
    assert (2, 2) == (upstream.opened, upstream.closed)
    assert not [thread for thread in threading.enumerate() if thread.name == f"chat-server-{server.port}"]
    with pytest.raises(ConnectionRefusedError):
        ask(server)


def test_serving_a_name_again_stops_its_earlier_server():
    """A cell that runs twice leaves one server; another name is left alone."""
    first, other = serve(chat()[0], "cell"), serve(chat()[0], "other")
    with serve(chat()[0], "cell") as second:
        assert ["<chat server, stopped>", "<chat server, running>", "<chat server, running>"] == [
            repr(server) for server in (first, second, other)]
    other.stop()


def test_what_is_no_app_is_refused():
    """The message says what to pass."""
    with pytest.raises(TypeError) as caught:
        serve("app")
    assert "serve() needs an ASGI app, such as create_app(...) returns; got str." == str(caught.value)


def test_an_app_that_ignores_everything_ends_with_the_server_all_the_same():
    """Also the first cell's naive server, which does not listen, must not hold up the second."""
    async def deaf(scope, receive, send):
        import asyncio
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while True:
            await send({"type": "http.response.body", "body": b"x", "more_body": True})
            await asyncio.sleep(0.01)

    server = serve(deaf, "deaf")
    _, response = ask(server)
    response.read1(1)
    server.stop()
    assert "<chat server, stopped>" == repr(server)


def test_a_browser_goes_through_jupyter_where_jupyter_started_the_kernel(tmp_path, monkeypatch):
    """Under a Hub its prefix; under a server what that wrote down of itself, or "/"; else the loopback address."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    (tmp_path / "jpserver-42.json").write_text('{"base_url": "/base/"}')
    kernel = {"JPY_SESSION_NAME": "a.ipynb", "JPY_PARENT_PID": "42"}
    assert "/user/ada/" == jupyter_base({**kernel, "JUPYTERHUB_SERVICE_PREFIX": "/user/ada/"})
    assert "/base/" == jupyter_base(kernel)
    assert "/" == jupyter_base({**kernel, "JPY_PARENT_PID": "43"})
    assert jupyter_base({"JPY_PARENT_PID": "42"}) is None
    with serve(chat()[0]) as server:
        monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
        assert server.url == server.browser_url
        monkeypatch.setenv("JPY_SESSION_NAME", "a.ipynb")
        assert f"/proxy/{server.port}/" == server.browser_url[-len(f"/proxy/{server.port}/"):]
        monkeypatch.setattr("helpers.chat_app.serving.find_spec", lambda name: None)
        assert server.url == server.browser_url
