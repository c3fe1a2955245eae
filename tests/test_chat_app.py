"""The chat service, asked in process and on virtual time: its events, its refusals, its log."""

from __future__ import annotations

import asyncio
import gc
import json
import logging

import anyio
import pytest
from chat_kit import TEXT, chat, events

from helpers.chat_app import create_app, leave_after, post
from helpers.chat_app.guards import MAX_BODY, check_host, check_origin, hosts_here
from helpers.chat_app.leaving import GONE, MOST_REMEMBERED, Leaving
from helpers.chat_app.probing import _scope
from helpers.clock import run_virtual
from helpers.wire import builder

HELLO = {"prompt": "Where is my order?"}


def ask(body=HELLO, **options):
    """(status, events or the refusal, upstream) of one request to a chat made with *options*."""
    headers = options.pop("headers", None)
    app, upstream = chat(**options)
    status, _, raw = run_virtual(post(app, body, headers=headers))
    return status, events(raw) if status == 200 else json.loads(raw), upstream


def record_of(caplog):
    """The one record in the log "llm.chat"."""
    (record,) = [record for record in caplog.records if record.name == "llm.chat"]
    return record


def test_the_answer_comes_in_pieces_and_ends_with_done():
    """Deltas that join to the text, then done with stop reason, counts and the vendor's id."""
    status, sent, _ = ask()
    *deltas, (last, done) = sent
    assert 200 == status
    assert {"delta"} == {name for name, _ in deltas}
    assert TEXT == "".join(data["text"] for _, data in deltas)
    assert ("done", "end_turn", True) == (last, done["stop_reason"], done["complete"])
    assert {"input_tokens", "cached_tokens", "output_tokens"} == set(done["usage"])
    assert "CONSTRUCTED" in done["id"]


def test_the_model_gets_the_question_and_the_servers_own_limits():
    """Spaces around the prompt are gone; the system prompt is sent only where there is one."""
    _, _, upstream = ask({"prompt": "  Hi \n"}, max_tokens=77)
    assert [{"role": "user", "content": "Hi"}] == upstream.bodies[0]["messages"]
    assert (77, False) == (upstream.bodies[0]["max_tokens"], "system" in upstream.bodies[0])
    _, _, upstream = ask(system="Be brief.")
    assert "Be brief." == upstream.bodies[0]["system"]


@pytest.mark.parametrize("reason", ["max_tokens", "refusal", "model_context_window_exceeded"])
def test_an_answer_that_stopped_early_is_not_complete(reason):
    """The final event came, yet the model did not say all that it wanted."""
    _, sent, _ = ask(stop_reason=reason)
    assert (reason, False) == (sent[-1][1]["stop_reason"], sent[-1][1]["complete"])


@pytest.mark.parametrize(("fault", "kind", "retryable"), [
    ("429", "busy", True), ("529", "overloaded", True), ("500", "upstream", True), ("timeout", "timeout", True),
    ("dropped connection", "connection", True), ("400", "refused", False), ("401", "setup", False),
    ("spend limit", "setup", False), ("error after 3 deltas", "overloaded", True),
    ("cut after 3 deltas", "cut", True), ("dropped after 3 deltas", "connection", True)])
def test_a_failure_is_an_event_in_our_own_words(fault, kind, retryable):
    """The status was 200 long ago. The event names the kind and whether to retry, and nothing of the exception."""
    status, sent, upstream = ask(faults=[fault])
    name, error = sent[-1]
    assert (200, "error") == (status, name)
    assert (kind, retryable) == (error["type"], error["retryable"])
    assert not [word for word in ("Error", "anthropic", "http", "sk-", "key") if word in error["message"]]
    assert (3 if "after" in fault else 0) == len(sent) - 1
    assert upstream.opened == upstream.closed


def test_a_bug_of_our_own_is_an_event_too(caplog):
    """Whatever raises: the reader gets words, the log the exception's name, neither its text."""
    class Broken:
        async def __aenter__(self):
            raise ValueError("secret prompt")

        async def __aexit__(self, *_):
            raise AssertionError("never entered")

    app, _ = chat()
    app = create_app(type("Client", (Broken,), {"messages": type("M", (), {"stream": lambda self, **_: Broken()})()})(),
                     model="m")
    with caplog.at_level(logging.INFO, "llm.chat"):
        _, _, raw = run_virtual(post(app, HELLO))
    assert "internal" == events(raw)[-1][1]["type"]
    assert "ValueError" == record_of(caplog).error
    assert "secret" not in raw.decode() + caplog.text


@pytest.mark.parametrize(("body", "said"), [
    ({}, "prompt: Field required"),
    ({"prompt": " \n"}, "prompt: String should have at least 1 character"),
    ({"prompt": "x" * 4_001}, "prompt: String should have at most 4000 characters"),
    ({"prompt": 7}, "prompt: Input should be a valid string"),
    ({"prompt": "Hi", "secret": "dear"}, "body: Extra inputs are not permitted"),
    ({"prompt": "\ud800"}, "prompt: Input should be a valid string, unable to parse raw data as a unicode string"),
    (["Hi"], "body: Input should be a valid dictionary or object to extract fields from"),
])
def test_a_body_that_breaks_the_rules_is_a_422_that_does_not_repeat_it(body, said):
    """One field, one reason, and no model is asked."""
    status, refusal, upstream = ask(body)
    assert (422, {"type": "invalid", "message": said, "retryable": False}) == (status, refusal)
    assert 0 == upstream.opened


def test_json_under_another_content_type_is_refused():
    """A form on a stranger's page can send text/plain without asking the browser first."""
    status, refusal, _ = ask(headers={"content-type": "text/plain"})
    assert (422, "invalid") == (status, refusal["type"])


def test_the_longest_prompt_fits_in_its_longest_spelling():
    """4,000 characters of twelve bytes each."""
    status, sent, _ = ask({"prompt": "\U0001f600" * 4_000})
    assert (200, "done") == (status, sent[-1][0])


@pytest.mark.parametrize("headers", [{"content-length": str(MAX_BODY + 1)}, None])
def test_a_body_too_large_is_a_413_whether_or_not_it_says_so(headers):
    """Refused by its header, or, where it has none, as soon as the count is over."""
    status, refusal, upstream = ask({"prompt": "x" * MAX_BODY}, headers=headers)
    assert (413, "too_large", 0) == (status, refusal["type"], upstream.opened)
    assert "larger than 65,536 bytes" in refusal["message"]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:49152", "localhost:8888", "[::1]:80", "10.1.2.3:8888"])
def test_this_machine_and_plain_addresses_are_hosts(host):
    """No stranger can make a browser take an address for his own site."""
    check_host(host, [])


@pytest.mark.parametrize("host", ["", "evil.example", "127.0.0.1.evil.example:80", "localhost.evil.example", "[",
                                  "a@b:c"])
def test_any_other_host_name_is_a_403_that_says_what_to_do(host):
    """DNS rebinding: a stranger's name, pointed at 127.0.0.1."""
    status, refusal, upstream = ask(headers={"host": host})
    assert (403, "host", 0) == (status, refusal["type"], upstream.opened)
    assert "Open it as localhost or 127.0.0.1, or pass hosts=[...] to create_app()." in refusal["message"]


def test_a_host_can_be_named_and_under_a_hub_any_may_come():
    """hosts=[...] adds names; a JupyterHub's public one can't be known."""
    assert 200 == ask(headers={"host": "lab.example:8888"}, hosts=["lab.example"])[0]
    assert [(), ("*",)] == [hosts_here({}), hosts_here({"JUPYTERHUB_SERVICE_PREFIX": "/user/ada/"})]
    check_host("hub.example", ["*"])


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1.evil.example", "http://10.0.0.1",
                                    "x"])
def test_a_strangers_page_gets_a_403(origin):
    """A page elsewhere may not spend our tokens."""
    status, refusal, upstream = ask(headers={"origin": origin})
    assert (403, "origin", 0) == (status, refusal["type"], upstream.opened)


@pytest.mark.parametrize(("origin", "host"), [
    (None, "127.0.0.1:1"), ("http://127.0.0.1:1", "127.0.0.1:1"), ("https://Hub.example", "hub.example"),
    ("http://localhost:8888", "127.0.0.1:1"), ("http://[::1]:8888", "127.0.0.1:1")])
def test_our_own_page_and_this_machine_may_ask(origin, host):
    """Python sends no origin; our page sends its own; JupyterLab runs on this machine."""
    check_origin(origin, host)


def test_every_response_says_what_a_browser_may_do_with_it():
    """Scripts from here alone, no guessing of types; a stream that no proxy keeps back."""
    app, _ = chat()
    _, headers, _ = run_virtual(post(app, HELLO))
    assert ("no-cache", "no") == (headers["cache-control"], headers["x-accel-buffering"])
    assert "text/event-stream; charset=utf-8" == headers["content-type"]
    assert headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    assert "nosniff" == headers["x-content-type-options"]
    assert "nosniff" == run_virtual(post(app, {}))[1]["x-content-type-options"]


def test_a_silent_model_keeps_the_connection_alive():
    """FastAPI writes a comment each 15 s: two of them in 40 s, and then the answer."""
    app, _ = chat(first_ms=40_000)
    _, _, raw = run_virtual(post(app, HELLO))
    assert raw.startswith(b": ping\n\n: ping\n\nevent: delta\n")
    assert 2 == raw.count(b": ping")


def test_who_leaves_stops_the_model_within_a_piece():
    """Three events read, then gone: an event on its way may still be sent, and the model's connection is closed."""
    app, upstream = chat(TEXT * 30, per_delta_ms=100)
    departure = run_virtual(leave_after(app, "Hello", deltas=3))
    assert (200, 3, 0.0, True) == (departure.status, departure.seen, departure.seconds, departure.ended)
    assert departure.after_leaving <= 1
    assert upstream.deltas <= 5          # network chunks hold one or two
    assert (1, 1) == (upstream.closed, upstream.left_early)


def test_who_leaves_before_the_first_word_stops_the_model_too():
    """A minute of silence ends when nobody waits for it any more."""
    async def leave_early():
        work = asyncio.ensure_future(post(app, HELLO, headers={"x-chat-id": "1" * 32}))
        await asyncio.sleep(5)
        await goodbye(app, "1" * 32)
        await work
        return asyncio.get_running_loop().time()

    app, upstream = chat(first_ms=60_000)
    assert run_virtual(leave_early()) < 6
    assert 0 == upstream.opened


def test_no_more_streams_than_seats_and_a_seat_is_given_back():
    """Two at once, the third is told to come back; when one has left, another may come."""
    async def talk():
        first = [asyncio.ensure_future(leave_after(app, "Hello", 3)) for _ in range(2)]
        await asyncio.sleep(0.1)
        refused = await post(app, HELLO)
        await asyncio.gather(*first)
        return refused, await post(app, HELLO)

    app, _ = chat(max_streams=2, per_delta_ms=200)
    (status, headers, raw), (later, _, _) = run_virtual(talk())
    assert (429, "2", 200) == (status, headers["retry-after"], later)
    assert {"type": "busy", "retryable": True,
            "message": "This chat is writing 2 answers already. Try again in a moment."} == json.loads(raw)


def test_goodbye_stops_the_answer_with_that_id_alone():
    """DELETE chat with its id: the stream ends cleanly, and the model is closed. An unknown id changes nothing."""
    async def talk():
        one, other = "1" * 32, "2" * 32
        works = [asyncio.ensure_future(post(app, HELLO, headers={"x-chat-id": id})) for id in (one, other)]
        await asyncio.sleep(1)
        said = [await goodbye(app, id) for id in (one, "3" * 32, "nonsense")]
        return said, *[await work for work in works]

    app, upstream = chat(TEXT * 3, per_delta_ms=100)
    said, (_, _, stopped), (_, _, whole) = run_virtual(talk())
    assert [204, 204, 422] == said
    assert ("delta", "done") == (events(stopped)[-1][0], events(whole)[-1][0])
    assert 2 == upstream.closed


def test_a_goodbye_that_overtakes_its_question_is_remembered_for_some_seconds():
    """They travel on two connections. The model is not asked; after ten seconds, or for another id, it is."""
    async def talk(wait_s, asked):
        await goodbye(app, "1" * 32)
        await goodbye(app, "1" * 32)      # twice: the second one is no question
        now[0] += wait_s
        return await post(app, HELLO, headers={"x-chat-id": asked})

    app, upstream = chat()
    now = [100.0]
    app.middleware_stack = app.build_middleware_stack()
    leaving_of(app)._now = lambda: now[0]
    assert (503, b"") == run_virtual(talk(5, "1" * 32))[::2]
    assert 0 == upstream.opened
    assert [200, 200] == [run_virtual(talk(*case))[0] for case in [(5, "2" * 32), (11, "1" * 32)]]


def test_goodbyes_are_forgotten_before_they_fill_the_memory():
    """A thousand at most, the newest."""
    leaving = Leaving(None)
    for number in range(MOST_REMEMBERED + 5):
        leaving.leave(f"{number:032x}")
    assert MOST_REMEMBERED == len(leaving._early)
    assert f"{MOST_REMEMBERED + 4:032x}".encode() in leaving._early


def test_a_slow_reader_that_leaves_is_no_error():
    """FastAPI's pipe breaks under the event that waits for the reader; nothing of that comes out."""
    app, _ = chat(TEXT * 9)
    assert run_virtual(slow_reader(app)) is None


def test_who_reads_slowly_and_leaves_stops_the_model_at_once(caplog):
    """The generator waits at its `yield`, where no cancellation comes; it is closed before the request is over."""
    async def closed_when_over(app, upstream):
        await slow_reader(app)
        return upstream.closed, record_of(caplog).ending

    gc.disable()           # what is closed by chance alone stays open
    try:
        with caplog.at_level(logging.INFO, "llm.chat"):
            assert (1, "aborted") == run_virtual(closed_when_over(*chat(TEXT * 9)))
    finally:
        gc.enable()


@pytest.mark.parametrize(("raised", "told"), [(ValueError, True), (anyio.BrokenResourceError, False)])
def test_any_other_error_still_comes_out(raised, told):
    """Also a broken pipe, as long as nobody has left."""
    async def app(scope, receive, send):
        if told:
            await receive()
        raise raised

    async def gone():
        return GONE

    with pytest.raises(raised):
        run_virtual(Leaving(app)({"type": "http", "method": "POST", "headers": []}, gone, None))


async def slow_reader(app):
    """Take three messages, hold up the fourth, and leave a second later."""
    left, taken, asked = asyncio.Event(), [], []

    async def receive():
        if not asked:
            asked.append(True)
            return {"type": "http.request", "body": json.dumps(HELLO).encode(), "more_body": False}
        await left.wait()
        return GONE

    async def send(message):
        taken.append(message)
        if len(taken) > 3:
            await left.wait()

    asyncio.get_running_loop().call_later(1, left.set)
    scope = _scope("/chat", {"accept": "text/event-stream"})
    await app(scope, receive, send)


def leaving_of(app):
    """The Leaving in an app's middleware."""
    layer = app.middleware_stack
    while not isinstance(layer, Leaving):
        layer = getattr(layer, "app", None) or layer._app
    return layer


async def goodbye(app, id):
    """The status of a DELETE chat."""
    def as_delete(scope, receive, send):
        return app({**scope, "method": "DELETE"}, receive, send)

    return (await post(as_delete, None, headers={"x-chat-id": id}))[0]


@pytest.mark.parametrize(("options", "ending", "level"), [
    ({}, "complete", "INFO"), ({"stop_reason": "max_tokens"}, "truncated", "INFO"),
    ({"faults": ["error after 3 deltas"]}, "failed", "WARNING"), ({"faults": ["429"]}, "failed", "WARNING"),
    ({"faults": ["cut after 2 deltas"]}, "cut", "WARNING")])
def test_the_log_has_one_line_an_answer_and_no_word_of_it(caplog, options, ending, level):
    """Ending, pieces, seconds and the vendor's request id, as fields; neither question nor answer."""
    with caplog.at_level(logging.INFO, "llm.chat"):
        _, sent, _ = ask(clock=iter([10.0, 12.5]).__next__, **options)
    record = record_of(caplog)
    assert (ending, level, len(sent) - 1, 2.5) == (record.ending, record.levelname, record.pieces, record.seconds)
    assert record.request_id.startswith("req_")
    assert not [word for word in ("Where is", "Hamburg") if word in caplog.text]


def test_an_answer_that_somebody_left_is_logged_as_aborted(caplog):
    """Not a failure, and worth counting: tokens that nobody read."""
    app, _ = chat(TEXT * 9)
    with caplog.at_level(logging.INFO, "llm.chat"):
        run_virtual(leave_after(app, "Hello", 3))
    assert ("aborted", "INFO") == (record_of(caplog).ending, record_of(caplog).levelname)


def test_text_that_looks_like_the_format_arrives_as_it_is():
    """Blank lines, "data:", "[DONE]", markup and emoji are data: they travel as JSON."""
    text = "a\n\nb\r\nc\rd data: x\n\nevent: done\n\n[DONE] \u2615 \U0001f600 <script>alert(1)</script>"
    _, sent, _ = ask(text=text)
    assert text == "".join(data["text"] for name, data in sent if name == "delta")


def test_thinking_is_not_shown():
    """Only text becomes a delta."""
    reply = builder.message([builder.thinking("Let me see"), builder.text("Thursday.")], model="m")
    _, sent, _ = ask(reply=reply)
    assert "Thursday." == "".join(data["text"] for name, data in sent if name == "delta")


def test_a_synchronous_client_is_refused_before_anything_runs():
    """The message says which client, and why."""
    import anthropic
    with pytest.raises(TypeError) as caught:
        create_app(anthropic.Anthropic(api_key="x"), model="m")
    assert "create_app() needs an anthropic.AsyncAnthropic; got Anthropic." in str(caught.value)


def test_seats_and_deltas_must_be_whole_numbers_from_one():
    """Nonsense is refused early."""
    with pytest.raises(ValueError, match="max_streams must be a whole number, 1 or more; got 0"):
        chat(max_streams=0)
    with pytest.raises(ValueError, match="deltas must be 1 or more"):
        run_virtual(leave_after(chat()[0], "Hi", 0))
