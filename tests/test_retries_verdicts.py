"""Which failures are worth another attempt: both real SDKs over the course's wire, and errors of everybody else."""

from __future__ import annotations

import asyncio
import itertools
import socket
import subprocess
import sys
from unittest.mock import MagicMock

import anthropic
import httpx2
import openai
import pydantic
import pytest
from retries_kit import ServerError
from wire_kit import HELLO, client, hello, message, plain, stream

from helpers.clock import VirtualClock, run_virtual
from helpers.retries import classify
from helpers.retries.refusals import headers_of, status_of
from helpers.wire import builder
from helpers.wire.billing import refusal
from helpers.wire.faults import Faults
from helpers.wire.reply import Reply
from helpers.wire.scripted import Scripted

CHAT = {"model": "gpt-6-luna", "messages": HELLO}
VENDORS = ("ANTHROPIC", "OPENAI")


def failure(spec="ok", *, vendor="ANTHROPIC", asynchronous=False, streamed=False, reply=None):
    """The error that a real client raises where the wire does *spec*, or answers with *reply*."""
    def script(ask):
        if reply is not None:
            return reply
        if vendor == "OPENAI":
            chat = builder.chat_completion("We sent it on Wednesday; it is with you by Friday.", model=ask.model)
            return builder.chat_stream(chat) if streamed else chat
        return stream("a", "b", "c", "d") if streamed else plain(message())

    clock = VirtualClock()
    sdk = client(Faults(Scripted(script, clock), [spec], clock), vendor=vendor, clock=clock, asynchronous=asynchronous,
                 max_retries=0, timeout=5)
    create, body = (sdk.messages.create, hello()) if vendor == "ANTHROPIC" else (sdk.chat.completions.create, CHAT)

    async def send():
        answer = await create(**body, stream=streamed)
        return [event async for event in answer] if streamed else answer

    def send_now():
        answer = create(**body, stream=streamed)
        return list(answer) if streamed else answer

    with pytest.raises(Exception) as caught:   # noqa: PT012 which one is what the tests are about
        run_virtual(send()) if asynchronous else send_now()
    return caught.value


STATUSES = [(400, "never"), (401, "never"), (402, "human"), (403, "never"), (404, "never"), (405, "never"),
            (408, "retry"), (409, "retry"), (412, "never"), (413, "never"), (422, "never"), (429, "retry"),
            (431, "never"), (499, "never"), (500, "retry"), (501, "retry"), (502, "retry"), (503, "retry"),
            (504, "retry"), (520, "retry"), (529, "retry")]


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize(("status", "verdict"), STATUSES)
def test_a_status_has_one_verdict_at_both_vendors(vendor, status, verdict):
    """Whatever class the SDK makes of it."""
    assert verdict == classify(failure(status, vendor=vendor))


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize(("spec", "verdict"), [("529", "retry"), ("400", "never"), ("spend limit", "human"),
                                               ("dropped connection", "retry"), ("timeout", "retry")])
def test_sync_and_async_clients_get_the_same_verdict(vendor, asynchronous, spec, verdict):
    """A spend limit is a 429 like any other, and a person's business all the same."""
    assert verdict == classify(failure(spec, vendor=vendor, asynchronous=asynchronous))


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("spec", ["error after 3 deltas", "dropped after 3 deltas"])
def test_a_stream_that_fails_in_the_middle_may_be_sent_again(vendor, spec, asynchronous):
    """The status is 200 or missing, or the error is httpx2's own: the server's words and the transport tell."""
    error = failure(spec, vendor=vendor, asynchronous=asynchronous, streamed=True)

    assert status_of(error) in (200, None)
    assert "retry" == classify(error)


def in_stream(kind):
    """The error of an Anthropic stream that has begun: status 200, and *kind* as its type."""
    headers = {"content-type": "text/event-stream", "retry-after": "28", "x-should-retry": "false"}
    return failure(streamed=True, reply=Reply(headers=headers, chunks=((1.0, builder.error_event(kind)),)))


@pytest.mark.parametrize(("kind", "verdict"), [
    ("overloaded_error", "retry"), ("api_error", "retry"), ("rate_limit_error", "retry"), ("timeout_error", "retry"),
    ("invalid_request_error", "never"), ("billing_error", "human"), ("something_new", "never")])
def test_inside_a_stream_the_type_decides(kind, verdict):
    """The headers of the 200 were sent before the failure: nothing in them counts, not even a retry-after."""
    error = in_stream(kind)

    assert (200, kind) == (error.status_code, error.type)
    assert (verdict, {}) == (classify(error), headers_of(error))


@pytest.mark.parametrize(("kind", "code", "verdict"), [
    ("server_error", None, "retry"), ("tokens", "rate_limit_exceeded", "retry"), (None, "server_error", "retry"),
    ("service_unavailable_error", "server_is_overloaded", "retry"), ("service_unavailable_error", None, "retry"),
    (None, "server_is_overloaded", "retry"), (None, "slow_down", "retry"),
    ("insufficient_quota", "insufficient_quota", "human"), ("invalid_request_error", "unsupported_value", "never")])
def test_inside_openais_stream_type_and_code_decide(kind, code, verdict):
    """Its error there has no status at all."""
    event = builder.openai_error_event("x", type=kind, code=code)
    error = failure(vendor="OPENAI", streamed=True,
                    reply=Reply(headers={"content-type": "text/event-stream"}, chunks=((1.0, event),)))

    assert status_of(error) is None
    assert verdict == classify(error)


@pytest.mark.parametrize(("reply", "vendor"), [
    (builder.error(429, "rate_limit_error", "x", error_code="contract_spend_limit_reached"), "ANTHROPIC"),
    (builder.error(402, "billing_error", "x", error_code="linked_organization_spend_limit_reached"), "ANTHROPIC"),
    (builder.openai_error(429, "x", type="insufficient_quota"), "OPENAI"),
    (builder.openai_error(429, "x", type="requests", code="insufficient_quota"), "OPENAI"),
    (refusal("over the budget"), "ANTHROPIC"), (refusal("over the budget"), "OPENAI")])
def test_what_money_decides_goes_to_a_person(reply, vendor):
    """Spend limits, quotas, bills, and the course's own budget."""
    assert "human" == classify(failure(reply=reply, vendor=vendor))


def test_a_ramp_limit_is_an_ordinary_429():
    """Its code is no spend limit: the SDK's docstring says to retry after the time in the header."""
    reply = builder.error(429, "rate_limit_error", "x", error_code="ramp_limit_exceeded")
    assert "retry" == classify(failure(reply=reply))


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize(("status", "told", "verdict"), [
    (529, "false", "never"), (429, "false", "never"), (400, "true", "retry"), (404, "true", "retry"),
    (400, "perhaps", "never"), (500, "TRUE", "retry"), (402, "true", "human")])
def test_the_servers_own_word_beats_the_status(vendor, status, told, verdict):
    """`x-should-retry`, which both SDKs obey; a person is still a person."""
    make = builder.error if vendor == "ANTHROPIC" else builder.openai_error
    kind = {} if vendor == "OPENAI" else {"type": "x"}
    reply = make(status, message="x", headers={"x-should-retry": told}, **kind)
    assert verdict == classify(failure(reply=reply, vendor=vendor))


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("told", [None, "true", "false"])
def test_the_sdks_agree_but_for_the_cases_that_need_a_person(vendor, told):
    """Every status from 400 on, through the SDK's own `_should_retry`; it fails when an SDK changes its mind."""
    sdk = client(httpx2.MockTransport(lambda request: httpx2.Response(200)), vendor=vendor)
    for status in range(400, 600):
        response = httpx2.Response(status, headers={"x-should-retry": told} if told else {},
                                   request=httpx2.Request("POST", "/"))
        ours = classify(sdk._make_status_error("x", body=None, response=response))
        if status == 402:
            assert "human" == ours
        else:
            assert sdk._should_retry(response) == (ours == "retry"), status


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_sdks_retry_what_needs_a_person(vendor):
    """The documented difference (api-facts E): on a spend limit or an empty quota they try twice more."""
    clock, sent = VirtualClock(), []

    def limit(ask):
        sent.append(ask)
        return (builder.error(429, "rate_limit_error", "x", error_code="enforced_spend_limit_reached")
                if vendor == "ANTHROPIC" else builder.openai_error(429, "x", code="insufficient_quota"))

    sdk = client(Scripted(limit, clock), vendor=vendor, clock=clock)
    with pytest.raises((anthropic.RateLimitError, openai.RateLimitError)) as caught:
        sdk.messages.create(**hello()) if vendor == "ANTHROPIC" else sdk.chat.completions.create(**CHAT)

    assert (3, "human") == (len(sent), classify(caught.value))


REQUEST = httpx2.Request("POST", "https://api.example")


@pytest.mark.parametrize("error", [
    httpx2.ReadTimeout("x", request=REQUEST), httpx2.ConnectError("x", request=REQUEST), httpx2.ReadError("x"),
    httpx2.RemoteProtocolError("x"), httpx2.PoolTimeout("x"), anthropic.APIConnectionError(request=REQUEST),
    anthropic.APITimeoutError(request=REQUEST), openai.APIConnectionError(request=REQUEST),
    openai.APITimeoutError(request=REQUEST), ConnectionResetError(), BrokenPipeError(), TimeoutError()])
def test_a_connection_that_failed_may_succeed_later(error):
    """No status, because no whole reply arrived."""
    assert "retry" == classify(error)


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize("vendor", VENDORS)
def test_a_key_with_a_newline_never_reaches_the_network(vendor, asynchronous):
    """Through the real transport: the SDK says "Connection error.", and only the cause below says whose fault it is."""
    kind = {("ANTHROPIC", False): anthropic.Anthropic, ("ANTHROPIC", True): anthropic.AsyncAnthropic,
            ("OPENAI", False): openai.OpenAI, ("OPENAI", True): openai.AsyncOpenAI}[vendor, asynchronous]
    with socket.create_server(("127.0.0.1", 0)) as server:   # takes the connection, and is never sent a byte
        sdk = kind(api_key="sk-pasted\n", base_url=f"http://127.0.0.1:{server.getsockname()[1]}", max_retries=0)
        create, body = (sdk.messages.create, hello()) if vendor == "ANTHROPIC" else (sdk.chat.completions.create, CHAT)

        async def send():
            return await create(**body)

        with pytest.raises((anthropic.APIConnectionError, openai.APIConnectionError)) as caught:
            asyncio.run(send()) if asynchronous else create(**body)

    assert isinstance(caught.value.__cause__, httpx2.LocalProtocolError)
    assert "never" == classify(caught.value)


def caused(error, *causes):
    """*error* with *causes* below it, each the next one's effect."""
    for effect, cause in itertools.pairwise([error, *causes]):
        effect.__cause__ = cause
    return error


@pytest.mark.parametrize(("error", "verdict"), [
    (httpx2.LocalProtocolError("Illegal header value"), "never"), (httpx2.UnsupportedProtocol("ftp"), "never"),
    (caused(anthropic.APIConnectionError(request=REQUEST), httpx2.UnsupportedProtocol("x")), "never"),
    (caused(openai.APIConnectionError(request=REQUEST), httpx2.InvalidURL("x")), "never"),
    (caused(ConnectionError(), ValueError(), httpx2.LocalProtocolError("x")), "never"),
    (caused(anthropic.APIConnectionError(request=REQUEST), httpx2.RemoteProtocolError("x")), "retry"),
    (caused(openai.APIConnectionError(request=REQUEST), httpx2.ConnectError("x"), OSError("no route")), "retry"),
    (caused(ServerError(529), httpx2.LocalProtocolError("x")), "retry")])
def test_a_request_that_cannot_be_sent_is_no_lost_connection(error, verdict):
    """A header, address or protocol that is wrong here is wrong at each attempt; after a reply, something else is."""
    assert verdict == classify(error)


def test_causes_that_go_round_in_a_circle_end():
    """Python allows it, and so do wrappers that raise an error from itself."""
    one, two = TimeoutError(), ValueError()
    one.__cause__, two.__cause__ = two, one
    assert "retry" == classify(one)


class Answer(pydantic.BaseModel):
    total: int


def validation_error():
    with pytest.raises(pydantic.ValidationError) as caught:
        Answer(total="many")
    return caught.value


@pytest.mark.parametrize("error", [
    TypeError("x"), KeyError("x"), ValueError("x"), OSError("disk full"), ZeroDivisionError(), KeyboardInterrupt(),
    httpx2.DecodingError("x"), httpx2.StreamConsumed(), httpx2.InvalidURL("x"), validation_error(),
    ExceptionGroup("x", [TimeoutError()]), openai.OpenAIError("x"), anthropic.AnthropicError("x"),
    anthropic.APIResponseValidationError(httpx2.Response(200, request=REQUEST), None)])
def test_an_error_of_your_own_code_is_never_retried(error):
    """Nor one of the libraries that no second attempt heals."""
    assert "never" == classify(error)


class APIConnectionError(Exception):
    """Named like the SDKs' own, and nothing of the kind."""


class Strange(Exception):
    """Attributes of these names that mean something else."""

    status_code, type, code, response = "429", ["overloaded_error"], 503, {"status_code": 429}


@pytest.mark.parametrize("error", [APIConnectionError(), Strange(), SystemExit(429)])
def test_a_name_alone_means_nothing(error):
    """A class that is called like an SDK's, a status that is text, a code that is a number."""
    assert "never" == classify(error)


def unreadable(self):
    raise RuntimeError("no reply here")


class Unreadable(Exception):
    """As httpx2's own `.request`: a property that raises where there is nothing to give."""

    status_code = response = type = error_code = code = property(unreadable)


def test_an_attribute_that_raises_says_nothing():
    """Or its error would take the place of the one that is being handled."""
    error, timeout = Unreadable("x"), type("Slow", (Unreadable, TimeoutError), {})()
    assert ("never", None, {}) == (classify(error), status_of(error), headers_of(error))
    assert "retry" == classify(timeout)

    refused = ServerError(503)
    refused.response = type("Response", (), {"headers": property(unreadable)})()
    assert ("retry", {}) == (classify(refused), headers_of(refused))


def test_a_library_that_a_test_has_replaced_is_no_obstacle(monkeypatch):
    """`sys.modules` may hold a stub, whose attributes are no classes."""
    monkeypatch.setitem(sys.modules, "httpx", MagicMock())
    assert ("never", "retry") == (classify(TypeError()), classify(httpx2.ConnectError("x")))


@pytest.mark.parametrize(("error", "verdict"), [
    (ServerError(503), "retry"), (ServerError(429, code="insufficient_quota"), "human"),
    (ServerError(type="overloaded_error"), "retry"), (ServerError(304), "never"),
    (httpx2.HTTPStatusError("x", request=REQUEST, response=httpx2.Response(529)), "retry"),
    (httpx2.HTTPStatusError("x", request=REQUEST, response=httpx2.Response(404)), "never")])
def test_any_error_with_a_status_can_be_judged(error, verdict):
    """Another SDK's, or httpx2's from `raise_for_status()`."""
    assert verdict == classify(error)


def test_headers_may_be_a_plain_dict_in_any_case():
    """As a test double or another HTTP library has them."""
    error = ServerError(500)
    error.response = type("Response", (), {"headers": {"X-Should-Retry": "false"}})()
    assert "never" == classify(error)


def test_it_is_light_and_imports_no_library_to_look_at_an_error():
    """Neither on import nor on a verdict, in a process that has neither SDK nor httpx2."""
    code = ("import sys, helpers.retries as r; print(r.classify(TypeError()), r.classify(TimeoutError()),"
            "[m for m in ('anthropic', 'openai', 'httpx', 'httpx2', 'pandas', 'pydantic') if m in sys.modules])")
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "never retry []" == run.stdout.strip()
