"""The retry loops around both real SDKs, over the course's wire: one layer, and the SDK's own error comes out."""

from __future__ import annotations

import anthropic
import httpx2
import openai
import pytest
from wire_kit import HELLO, client, completion, hello, message, plain, stream

from helpers.clock import VirtualClock, run_virtual
from helpers.retries import Policy, call_with_retries, call_with_retries_async
from helpers.wire import builder
from helpers.wire.faults import Faults
from helpers.wire.scripted import Scripted

CHAT = {"model": "gpt-6-luna", "messages": HELLO}
BOTH = pytest.mark.parametrize("asynchronous", [False, True])


def real(*script, vendor="ANTHROPIC", asynchronous=False, replies=(), streamed=False, policy=None):
    """(the answer or the error, the failures, the clock) of a real SDK's call over the wire, our loop around it."""
    clock, left, seen = VirtualClock(), list(replies), []

    def answer(ask):
        if left:
            return left.pop(0)
        if vendor == "OPENAI":
            return plain(completion())
        return stream("a", "b", "c", "d") if streamed else plain(message())

    sdk = client(Faults(Scripted(answer, clock), script, clock), vendor=vendor, clock=clock, asynchronous=asynchronous,
                 max_retries=0, timeout=5)
    create, body = (sdk.messages.create, hello()) if vendor == "ANTHROPIC" else (sdk.chat.completions.create, CHAT)

    def send():
        if not streamed:
            return create(**body)
        return "".join(event.delta.text for event in create(**body, stream=True) if event.type == "content_block_delta")

    knobs = {"on_failure": seen.append, "now": clock.now, "random": lambda: 0.5, "wall": clock.wall}
    try:
        if asynchronous:
            async def send_later():
                return await create(**body)
            outcome = run_virtual(call_with_retries_async(send_later, policy or Policy(), **knobs, sleep=clock.asleep))
        else:
            outcome = call_with_retries(send, policy or Policy(), **knobs, sleep=clock.sleep)
    except Exception as error:
        outcome = error
    return outcome, seen, clock


@BOTH
@pytest.mark.parametrize("vendor", ["ANTHROPIC", "OPENAI"])
def test_real_clients_get_through_what_passes(vendor, asynchronous):
    """Overload, rate limit, lost connection and timeout, and then the answer: one layer, five requests."""
    answer, seen, _ = real("529", "429 retry-after 2", "dropped connection", "timeout", vendor=vendor,
                           asynchronous=asynchronous)

    assert "Hi there" == (answer.content[0].text if vendor == "ANTHROPIC" else answer.choices[0].message.content)
    assert [0.25, 2.5, 1.0, 2.0] == [failure.delay_s for failure in seen]
    assert 5.0 < seen[3].elapsed_s   # the timeout's own 5 s are in it


@BOTH
@pytest.mark.parametrize(("vendor", "kind", "request_id"), [
    ("ANTHROPIC", anthropic.RateLimitError, "req_011CONSTRUCTED"),
    ("OPENAI", openai.RateLimitError, "req_CONSTRUCTED")])
def test_the_callers_error_is_the_sdks_with_its_request_id(vendor, kind, request_id, asynchronous):
    """What support asks for is still there after five attempts."""
    error, seen, _ = real(*["429"] * 9, vendor=vendor, asynchronous=asynchronous)

    assert isinstance(error, kind)
    assert error.request_id.startswith(request_id)
    assert (5, "attempts", error) == (len(seen), seen[-1].gave_up, seen[-1].error)


@BOTH
@pytest.mark.parametrize("vendor", ["ANTHROPIC", "OPENAI"])
@pytest.mark.parametrize(("spec", "gave_up"), [("400", "never"), ("401", "never"), ("403", "never"), ("404", "never"),
                                               ("413", "never"), ("422", "never"), ("402", "human"),
                                               ("spend limit", "human"), ("429 retry-after 3600", "budget")])
def test_real_clients_stop_where_there_is_no_point(vendor, asynchronous, spec, gave_up):
    """After one request."""
    _, seen, _ = real(spec, vendor=vendor, asynchronous=asynchronous)
    assert [gave_up] == [failure.gave_up for failure in seen]


@pytest.mark.parametrize(("headers", "delay_s"), [
    ({"retry-after": "7"}, 7.25), ({"retry-after-ms": "1500"}, 1.75),
    ({"retry-after-ms": "1500", "retry-after": "7"}, 1.75),
    ({"retry-after": "Mon, 23 Nov 2026 09:00:30 GMT"}, 30.25), ({"retry-after": "soon"}, 0.25), ({}, 0.25)])
@pytest.mark.parametrize("vendor", ["ANTHROPIC", "OPENAI"])
def test_each_form_of_retry_after_is_heard(vendor, headers, delay_s):
    """In the headers of a real SDK's error; a date is counted from the course's date."""
    refused = (builder.error(429, "rate_limit_error", "x", headers=headers) if vendor == "ANTHROPIC"
               else builder.openai_error(429, "x", headers=headers))
    _, seen, _ = real(vendor=vendor, replies=[refused])
    assert [pytest.approx(delay_s, abs=0.1)] == [failure.delay_s for failure in seen]


@pytest.mark.parametrize("spec", ["error after 3 deltas", "dropped after 3 deltas"])
def test_a_stream_that_broke_is_read_anew_from_its_start(spec):
    """The second answer replaces the first piece: "abcd", and not "abcabcd"."""
    text, seen, _ = real(spec, streamed=True)
    assert ("abcd", ["retry"]) == (text, [failure.verdict for failure in seen])


def test_a_request_longer_than_the_budget_is_not_cut():
    """That is the client's timeout: 5 s here, against a budget of 3."""
    error, seen, clock = real("timeout", "ok", policy=Policy(budget_s=3))
    assert isinstance(error, anthropic.APITimeoutError)
    assert (5.0, "budget") == (clock.now(), seen[0].gave_up)


@pytest.mark.parametrize("vendor", ["ANTHROPIC", "OPENAI"])
def test_no_attempt_carries_an_idempotency_key(vendor):
    """So a server can't know that it has run, and billed, this request before: not the SDK's own retries either."""
    sent = []

    def answer(request):
        sent.append(request)
        return httpx2.Response(529)

    sdk = client(httpx2.MockTransport(answer), vendor=vendor)
    create, body = (sdk.messages.create, hello()) if vendor == "ANTHROPIC" else (sdk.chat.completions.create, CHAT)
    with pytest.raises((anthropic.APIStatusError, openai.APIStatusError)):
        create(**body)

    assert 3 == len(sent)
    assert [] == [name for request in sent for name in request.headers if "idempotency" in name]
