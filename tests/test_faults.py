"""Faults: each form fails the way the real thing does, in both SDKs, in front of any source."""

from __future__ import annotations

import anthropic
import httpx2
import openai
import pytest
from wire_kit import HELLO, ask, client, completion, entry, hello, message, plain, stream, tape

from helpers.clock import VirtualClock, run_virtual
from helpers.wire import cells
from helpers.wire.faults import Fault, Faults, fault
from helpers.wire.replay import Replay
from helpers.wire.reply import Reply

CHAT = {"model": "gpt-6-luna", "messages": HELLO}
CHAT_STREAM = "".join(
    f'data: {{"id":"c","object":"chat.completion.chunk","created":1,"model":"gpt-6-luna","choices":[{choice}]}}\n\n'
    for choice in ('{"index":0,"delta":{"role":"assistant","content":""}}', '{"index":0,"delta":{"content":"a"}}',
                   '{"index":0,"delta":{"content":"b"}}', '{"index":0,"delta":{},"finish_reason":"stop"}')
) + "data: [DONE]\n\n"


def faulty(*script, **options):
    """A client whose recordings always work, behind the script; and its clock."""
    clock = VirtualClock()
    replay = Replay(tape(
        entry(ask(hello()), plain(message())),
        entry(ask(hello(stream=True)), stream("a", "b", "c")),
        entry(ask(CHAT, "/v1/chat/completions", headers={}), plain(completion())),
        entry(ask({**CHAT, "stream": True}, "/v1/chat/completions", headers={}),
              Reply(headers={"content-type": "text/event-stream"}, chunks=((10.0, CHAT_STREAM),))),
    ), clock)
    return client(Faults(replay, script, clock), clock=clock, **options), clock


def test_the_sdk_retries_a_transient_status_and_gets_through():
    """529 and 429 once each, then the recorded answer: three attempts, two waits."""
    c, clock = faulty("529", "429 retry-after 2", "ok")

    raw = c.messages.with_raw_response.create(**hello())
    assert 2 == raw.retries_taken
    assert 2.4 < clock.now() < 2.7


STATUSES = [
    ("400", anthropic.BadRequestError, "invalid_request_error"),
    ("401", anthropic.AuthenticationError, "authentication_error"),
    ("403", anthropic.PermissionDeniedError, "permission_error"), ("404", anthropic.NotFoundError, "not_found_error"),
    ("413", anthropic.APIStatusError, "request_too_large"), ("429", anthropic.RateLimitError, "rate_limit_error"),
    ("500", anthropic.InternalServerError, "api_error"), ("529", anthropic.OverloadedError, "overloaded_error"),
]


@pytest.mark.parametrize(("spec", "error", "kind"), STATUSES)
def test_each_status_is_the_sdks_own_exception(spec, error, kind):
    """Status, class and type as documented."""
    c, _ = faulty(spec, max_retries=0)
    with pytest.raises(error) as caught:
        c.messages.create(**hello())
    assert (int(spec), kind) == (caught.value.status_code, caught.value.type)


def test_a_spend_limit_has_its_code_and_no_retry_after():
    """The 429 that must go to a person (api-facts E)."""
    c, _ = faulty("spend limit", max_retries=0)
    with pytest.raises(anthropic.RateLimitError) as caught:
        c.messages.create(**hello())
    assert "enforced_spend_limit_reached" == caught.value.error_code
    assert "retry-after" not in caught.value.response.headers
    assert "x-should-retry" not in caught.value.response.headers   # nobody has shown one there

    c, _ = faulty("spend limit", vendor="OPENAI", max_retries=0)
    with pytest.raises(openai.RateLimitError) as caught:
        c.chat.completions.create(**CHAT)
    assert "insufficient_quota" == caught.value.code


def test_openai_statuses_have_openais_shape():
    """The same script in front of the other vendor."""
    c, _ = faulty("429 retry-after 7", max_retries=0, vendor="OPENAI")
    with pytest.raises(openai.RateLimitError) as caught:
        c.chat.completions.create(**CHAT)
    assert "7" == caught.value.response.headers["retry-after"]


def test_a_retry_after_date_keeps_its_case():
    """HTTP dates are case-sensitive."""
    date = "Mon, 23 Nov 2026 09:00:30 GMT"
    assert Fault("status", status=429, retry_after=date) == fault(f"429 retry-after {date}")


def test_a_dropped_connection_and_a_timeout_are_connection_errors():
    """Neither has a status; the timeout takes exactly as long as the client's own limit."""
    c, _ = faulty("dropped connection", max_retries=0)
    with pytest.raises(anthropic.APIConnectionError):
        c.messages.create(**hello())

    c, clock = faulty("timeout", max_retries=0, timeout=5)
    with pytest.raises(anthropic.APITimeoutError):
        c.messages.create(**hello())
    assert 5 == clock.now()


def test_an_error_event_arrives_as_status_200():
    """The headers were sent before the failure: `.type` tells, not the status (api-facts F)."""
    c, _ = faulty("error after 2 deltas")
    seen = []
    with pytest.raises(anthropic.APIStatusError) as caught, c.messages.stream(**hello()) as s:
        seen.extend(s.text_stream)

    assert (200, "overloaded_error", ["a", "b"]) == (caught.value.status_code, caught.value.type, seen)


def test_a_cut_stream_raises_nothing():
    """The text just ends, and stop_reason is None."""
    c, _ = faulty("cut after 2 deltas")
    with c.messages.stream(**hello()) as s:
        assert "ab" == s.get_final_text()
    assert s.get_final_message().stop_reason is None


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_dropped_stream_raises_the_transports_own_error(asynchronous):
    """RemoteProtocolError, in both worlds."""
    c, _ = faulty("dropped after 1 delta", asynchronous=asynchronous)

    async def read():
        async with c.messages.stream(**hello()) as s:
            await s.get_final_text()

    def read_now():
        with c.messages.stream(**hello()) as s:
            s.get_final_text()

    with pytest.raises(httpx2.RemoteProtocolError):
        run_virtual(read()) if asynchronous else read_now()


@pytest.mark.parametrize(("spec", "text"), [("cut after 0 deltas", ""), ("cut after 1 delta", "a"),
                                            ("cut after 3 deltas", "abc"), ("cut after 4 deltas", "abc")])
def test_exactly_that_many_deltas_pass(spec, text):
    """Also when the whole stream came in one network chunk; a stream shorter than the fault passes whole."""
    whole = stream("a", "b", "c")
    one_chunk = Reply(headers=whole.headers, chunks=((5.0, "".join(t for _, t in whole.chunks)),))
    clock = VirtualClock()
    c = client(Faults(Replay(tape(entry(ask(hello(stream=True)), one_chunk)), clock), [spec], clock), clock=clock)
    seen = [e.delta.text for e in c.messages.create(**hello(stream=True)) if e.type == "content_block_delta"]

    assert text == "".join(seen)


def test_openai_streams_break_too():
    """An error object mid-stream is openai.APIError; a cut ends silently."""
    c, _ = faulty("error after 1 delta", vendor="OPENAI")
    with pytest.raises(openai.APIError, match="overloaded"):
        list(c.chat.completions.create(**CHAT, stream=True))

    c, _ = faulty("cut after 1 delta", vendor="OPENAI")
    chunks = list(c.chat.completions.create(**CHAT, stream=True))
    assert ["", "a"] == [chunk.choices[0].delta.content for chunk in chunks]


def test_a_stream_fault_leaves_a_plain_reply_alone():
    """There is nothing to cut in a JSON body."""
    c, _ = faulty("cut after 2 deltas")
    assert "Hi there" == c.messages.create(**hello()).content[0].text


def test_the_script_starts_over_with_each_cell():
    """So a cell that shows a failure shows it again when it is run again."""
    c, _ = faulty("529", max_retries=0)

    def outcome():
        try:
            return c.messages.create(**hello()).stop_reason
        except anthropic.OverloadedError:
            return "overloaded"

    assert ["overloaded", "end_turn"] == [outcome(), outcome()]
    cells.start_cell()
    assert "overloaded" == outcome()


@pytest.mark.parametrize("wrong", ["oops", "200", "429 retry after 2", "cut after deltas", "error after -1 deltas",
                                   700, ""])
def test_a_wrong_script_lists_the_right_forms(wrong):
    """Raised when the client is made, not in the middle of a lesson."""
    with pytest.raises(ValueError, match="is no fault. Write a status such as '529' or '429 retry-after 2'"):
        faulty(wrong)
