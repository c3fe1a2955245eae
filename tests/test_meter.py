"""The meter: every reply priced, nothing delayed, and no live call that the budget can't cover."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from decimal import Decimal

import anthropic
import httpx2
import openai
import pytest
from wire_kit import HELLO, Pieces, ask, client, completion, entry, events, hello, message, plain, stream, tape

from helpers.clock import VirtualClock
from helpers.economics import Ledger
from helpers.wire.budget import Budget
from helpers.wire.faults import Faults
from helpers.wire.meter import Meter
from helpers.wire.replay import Replay
from helpers.wire.reply import Reply

MODEL = "claude-haiku-5-5"   # $0.10 in, $0.50 out: 9 in and 4 out are $0.0000029
HELLO_USD = Decimal("0.0000029")


def metered(*entries, faults=(), **options):
    clock, ledger = VirtualClock(), Ledger()
    inner = Faults(Replay(tape(*entries), clock), faults, clock)
    return client(Meter(inner, [ledger], lesson="99_test", label="chat"), clock=clock, **options), ledger, clock


def test_a_plain_reply_is_booked_with_lesson_and_label():
    """Nine tokens in, four out, to the micro-dollar."""
    c, ledger, _ = metered(entry(ask(hello()), plain(message())))
    c.messages.create(**hello())

    (booked,) = ledger.entries
    assert (MODEL, "99_test", "chat", HELLO_USD) == (booked.model, booked.lesson, booked.label, booked.cost.usd)
    assert not booked.worst_case


def test_a_stream_is_booked_once_with_its_final_usage():
    """message_start's count is a part of the final one, not an addition."""
    c, ledger, _ = metered(entry(ask(hello(stream=True)), stream("a", "b")))
    with c.messages.stream(**hello()) as s:
        s.get_final_text()

    assert [(9, 4)] == [(e.usage.input, e.usage.output) for e in ledger.entries]


def test_the_meter_delays_no_chunk():
    """Each delta is handed on at its own time."""
    c, _, clock = metered(entry(ask(hello(stream=True)), stream("a", "b", "c")))
    with c.messages.stream(**hello()) as s:
        times = [round(clock.now(), 3) for _ in s.text_stream]
    assert [0.3, 0.4, 0.5] == times


def test_a_cut_stream_is_booked_at_its_worst_case_and_marked():
    """The input is known from the first event; the output may have run to max_tokens = 50."""
    c, ledger, _ = metered(entry(ask(hello(stream=True)), stream("a", "b", "c")), faults=["cut after 1 delta"])
    with c.messages.stream(**hello()) as s:
        s.get_final_text()

    (booked,) = ledger.entries
    assert booked.worst_case
    assert 50 == booked.usage.output
    assert booked.cost.usd >= Decimal("0.0000259")


def test_a_stream_that_the_reader_leaves_is_booked_at_its_worst_case():
    """Closing a stream limits its cost; it does not tell you what it was."""
    c, ledger, _ = metered(entry(ask(hello(stream=True)), stream("a", "b", "c")))
    with c.messages.stream(**hello()) as s:
        next(iter(s.text_stream))

    assert [True] == [e.worst_case for e in ledger.entries]


def test_openai_is_booked_too_and_without_include_usage_at_its_worst():
    """Plain replies carry usage; a stream only when asked."""
    body = {"model": "gpt-6-luna", "messages": HELLO}
    chunk = ('data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"gpt-6-luna",'
             '"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n')
    c, ledger, _ = metered(
        entry(ask(body, "/v1/chat/completions", headers={}), plain(completion())),
        entry(ask({**body, "stream": True, "max_completion_tokens": 20}, "/v1/chat/completions", headers={}),
              Reply(headers={"content-type": "text/event-stream"}, chunks=((1.0, chunk),))), vendor="OPENAI")
    c.chat.completions.create(**body)
    list(c.chat.completions.create(**body, stream=True, max_completion_tokens=20))

    assert [(False, 4), (True, 20)] == [(e.worst_case, e.usage.output) for e in ledger.entries]


def test_errors_misses_and_counts_cost_nothing():
    """Only answers are billed, and counting is free."""
    c, ledger, _ = metered(entry(ask({"model": MODEL, "messages": HELLO}, "/v1/messages/count_tokens"),
                                 plain({"input_tokens": 9})), faults=[], max_retries=0)
    c.messages.count_tokens(model=MODEL, messages=HELLO)
    with pytest.raises(anthropic.NotFoundError):
        c.messages.create(**hello())
    assert () == tuple(ledger.entries)


class Server(httpx2.MockTransport):
    """Plays the provider: counts tokens as 9, answers with 4 tokens, and keeps what it was sent."""

    def __init__(self, answer=None):
        self.sent = []
        self._answer = answer or (lambda request: httpx2.Response(200, json=message()))
        super().__init__(self._handle)

    def _handle(self, request):
        if request.url.path.endswith("count_tokens"):
            return httpx2.Response(200, json={"input_tokens": 9})
        self.sent.append(request)
        return self._answer(request)


def budgeted(usd, server, **options):
    budget, ledger = Budget(Decimal(usd)), Ledger()
    return client(Meter(server, [ledger], budget=budget, counter=server), max_retries=0, **options), budget, ledger


def test_a_call_that_fits_is_sent_and_settled_at_what_it_cost():
    """The hold is the worst case; afterwards only the real cost is gone."""
    server = Server()
    c, budget, _ = budgeted("0.50", server)
    c.messages.create(**hello())

    assert Decimal("0.50") - HELLO_USD == budget.left


@pytest.mark.parametrize("vendor", ["ANTHROPIC", "OPENAI"])
def test_a_call_that_does_not_fit_is_not_sent(vendor):
    """Refused before sending: an exception that says what it could cost, what is left, and what to do."""
    server = Server()
    c, budget, ledger = budgeted("0.00001", server, vendor=vendor)
    error = anthropic.APIStatusError if vendor == "ANTHROPIC" else openai.APIStatusError
    chat = {"model": "gpt-6-luna", "messages": HELLO, "max_completion_tokens": 50}
    create, asked = (c.messages.create, hello()) if vendor == "ANTHROPIC" else (c.chat.completions.create, chat)
    with pytest.raises(error, match=r"not sent: it can cost up to \$0\.0000?\d+.*COURSE_BUDGET_USD") as caught:
        create(**asked)

    assert (402, [], Decimal("0.00001"), 0) == (caught.value.status_code, server.sent, budget.left, len(ledger.entries))


def test_without_a_limit_the_models_own_counts():
    """128,000 output tokens at $0.50 per million are $0.064: more than five cents."""
    server = Server(lambda request: httpx2.Response(200, json=completion()))
    c, _, _ = budgeted("0.05", server, vendor="OPENAI")
    with pytest.raises(openai.APIStatusError, match="128,000 out"):
        c.chat.completions.create(model="gpt-6-luna", messages=HELLO)
    assert [] == server.sent


@pytest.mark.parametrize("content", [
    [{"type": "image_url", "image_url": {"url": "https://example.com/large.png"}}],
    [{"type": "file", "file": {"file_id": "file-1"}}],
])
def test_what_no_length_bounds_is_refused(content):
    """A picture behind a link is one line of text and thousands of tokens: nobody counted it, so nothing is sent."""
    server = Server()
    c, _, _ = budgeted("0.50", server, vendor="OPENAI")
    with pytest.raises(openai.APIStatusError, match="whose tokens can't be bounded before they are billed"):
        c.chat.completions.create(model="gpt-6-luna", max_completion_tokens=5,
                                  messages=[{"role": "user", "content": content}])
    assert [] == server.sent


def test_an_unknown_model_is_refused():
    """What has no price can't be held against a budget."""
    server = Server()
    c, _, _ = budgeted("0.50", server)
    with pytest.raises(anthropic.APIStatusError, match="was not sent: its cost is unknown.*claude-haiku-9"):
        c.messages.create(**{**hello(), "model": "claude-haiku-9"})
    assert [] == server.sent


def test_parallel_calls_cannot_overspend():
    """Fifty threads, a budget for three worst cases: exactly as many get through as fit."""
    gate = threading.Barrier(50)
    server = Server()
    c, budget, _ = budgeted("0.0001", server)
    outcomes = []

    def call():
        gate.wait()
        try:
            c.messages.create(**hello())
            outcomes.append("sent")
        except anthropic.APIStatusError:
            outcomes.append("refused")

    threads = [threading.Thread(target=call) for _ in range(50)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()

    assert 50 == len(outcomes)
    assert len(server.sent) == outcomes.count("sent")
    assert budget.left >= 0
    assert Decimal("0.0001") - len(server.sent) * HELLO_USD == budget.left


def test_parallel_tasks_cannot_overspend():
    """The same with tasks of one loop, while every answer is still on its way."""
    async def run():
        waiting = asyncio.Event()
        sent = []

        class Slow(httpx2.AsyncBaseTransport):
            async def handle_async_request(self, request):
                if request.url.path.endswith("count_tokens"):
                    return httpx2.Response(200, json={"input_tokens": 9})
                sent.append(request)
                await waiting.wait()
                return httpx2.Response(200, json=message())

        c, budget, _ = budgeted("0.0001", Slow(), asynchronous=True)
        calls = [asyncio.create_task(c.messages.create(**hello())) for _ in range(50)]
        await asyncio.sleep(0.05)
        in_flight = len(sent)
        waiting.set()
        await asyncio.gather(*calls, return_exceptions=True)
        return in_flight, budget.left

    in_flight, left = asyncio.run(run())
    assert 3 == in_flight   # $0.0001 holds three worst cases of about $0.000027
    assert left >= 0


def test_a_timeout_is_settled_at_its_worst_case():
    """The provider may have run the request and bill it; a refused connection was never sent."""
    def late(request):
        raise httpx2.ReadTimeout("late", request=request)

    def refused(request):
        raise httpx2.ConnectError("no", request=request)

    for answer, gone in ((late, True), (refused, False)):
        c, budget, _ = budgeted("0.50", Server(answer))
        with pytest.raises(anthropic.APIConnectionError):
            c.messages.create(**hello())
        assert gone == (budget.left < Decimal("0.50"))


def test_a_failed_call_gives_its_hold_back():
    """A 529 costs nothing."""
    c, budget, _ = budgeted("0.50", Server(lambda r: httpx2.Response(529, json={"type": "error", "error": {}})))
    with pytest.raises(anthropic.OverloadedError):
        c.messages.create(**hello())
    assert Decimal("0.50") == budget.left


def test_a_provider_that_lies_about_usage_stops_the_next_call():
    """It reports a million output tokens: the budget goes below zero, and nothing more is sent."""
    lie = message(usage={"input_tokens": 9, "output_tokens": 1_000_001})
    server = Server(lambda r: httpx2.Response(200, json=lie))
    c, budget, _ = budgeted("0.50", server)
    c.messages.create(**hello())
    assert budget.left < 0
    with pytest.raises(anthropic.APIStatusError, match=r"\$0.0000 of the budget"):
        c.messages.create(**hello())
    assert 1 == len(server.sent)


def test_a_stream_live_is_settled_when_it_ends():
    """Held while it runs, settled with its final usage."""
    body = "".join(events("a", "b")).encode()
    headers = {"content-type": "text/event-stream"}
    server = Server(lambda r: httpx2.Response(200, headers=headers, stream=Pieces([body[:200], body[200:]])))
    c, budget, _ = budgeted("0.50", server)
    with c.messages.stream(**hello()) as s:
        assert budget.left < Decimal("0.50") - HELLO_USD
        s.get_final_text()
    assert Decimal("0.50") - HELLO_USD == budget.left


PAID_ELSEWHERE = {
    "batches": ("ANTHROPIC", lambda c: c.messages.batches.create(requests=[])),
    "embeddings": ("OPENAI", lambda c: c.embeddings.create(model="text-embedding-3-small", input="x")),
    "images": ("OPENAI", lambda c: c.images.generate(prompt="a cat")),
    "openai batches": ("OPENAI", lambda c: c.batches.create(input_file_id="f", endpoint="/v1/responses",
                                                            completion_window="24h")),
}


@pytest.mark.parametrize("name", PAID_ELSEWHERE)
def test_what_costs_money_and_can_not_be_priced_is_refused(name):
    """A budget that only watched the usual paths would be no budget."""
    vendor, call = PAID_ELSEWHERE[name]
    server = Server()
    c, _, _ = budgeted("0.50", server, vendor=vendor)
    with pytest.raises((anthropic.APIStatusError, openai.APIStatusError), match="is not known before it is billed"):
        call(c)
    assert [] == server.sent


UNBOUNDED = [
    {"tools": [{"type": "web_search_20250305", "name": "web_search"}]},
    {"extra_body": {"speed": "fast"}}, {"service_tier": "priority"}, {"extra_body": {"inference_geo": "us"}},
    {"extra_body": {"context_management": {"edits": []}, "container": "c"}},
]


@pytest.mark.parametrize("more", UNBOUNDED, ids=str)
def test_what_changes_the_price_beyond_the_bound_is_refused(more):
    """Searches, faster service, another region: the worst case would not be the worst."""
    server = Server()
    c, _, _ = budgeted("0.50", server)
    with pytest.raises(anthropic.APIStatusError, match="can't be bounded before it is billed"):
        c.messages.create(**hello(), **more)
    assert [] == server.sent


def test_words_that_name_a_picture_are_no_picture():
    """The bound looks at blocks, not at what the text says."""
    server = Server(lambda request: httpx2.Response(200, json=completion()))
    c, _, _ = budgeted("0.50", server, vendor="OPENAI")
    c.chat.completions.create(model="gpt-6-luna", max_completion_tokens=5,
                              messages=[{"role": "user", "content": "What does the 'image' tag do? {'type': 'file'}"}])
    assert 1 == len(server.sent)


@pytest.mark.parametrize("limit", [-1, -(10**9)])
def test_an_absurd_limit_is_priced_at_the_models_own(limit):
    """The server will refuse it; the meter must not break before."""
    server = Server()
    c, budget, _ = budgeted("0.50", server)
    c.messages.create(**{**hello(), "max_tokens": limit})
    assert 1 == len(server.sent)
    assert budget.left <= Decimal("0.50")


@pytest.mark.parametrize("answer", [
    message(model="claude-haiku-5-5-20261001"), message(usage=["a"]), message(usage={"input_tokens": "9"}),
    message(usage={"input_tokens": 9, "output_tokens": 4, "iterations": 5}), {"usage": None}, [], "text",
], ids=str)
def test_a_reply_that_can_not_be_priced_is_never_free_and_never_breaks(answer):
    """An unlisted snapshot is priced as the model that was asked for; nonsense at the worst case."""
    raw = httpx2.Response(200, json=answer)
    c, budget, ledger = budgeted("0.50", Server(lambda request: raw))
    with contextlib.suppress(anthropic.APIError, AttributeError, TypeError):
        c.messages.with_raw_response.create(**hello())

    assert budget.left < Decimal("0.50")
    assert 1 == len(ledger.entries)


@pytest.mark.parametrize("count", [{"input_tokens": -5}, {"input_tokens": [1]}, [], "<html>"], ids=str)
def test_a_count_that_makes_no_sense_is_no_count(count):
    """The bytes bound the request then."""
    class Odd(Server):
        def _handle(self, request):
            if request.url.path.endswith("count_tokens"):
                return httpx2.Response(200, json=count) if count != "<html>" else httpx2.Response(200, text=count)
            return super()._handle(request)

    server = Odd()
    c, _, _ = budgeted("0.50", server)
    c.messages.create(**hello())
    assert 1 == len(server.sent)
