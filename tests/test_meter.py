"""The meter: every reply priced, nothing delayed, and no live call that the budget can't cover."""

from __future__ import annotations

import asyncio
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
