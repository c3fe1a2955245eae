"""See every reply, price it from its usage, and refuse a live call that the budget can't cover.

The meter knows nothing of lessons, and never breaks a reply: what it can't read it books at the worst case. A refusal
is an answer, too: 402, not retried. A reply that ends without its usage (a stream that was cut, an OpenAI stream
without `include_usage`) is settled at its worst case and marked.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

import httpx2

from helpers.economics import Cost, Ledger, Usage, usage_from
from helpers.wire.billing import count_request, counted, is_priced, may_cost, provenance_of, read_bill, refusal
from helpers.wire.budget import Budget, input_bound, refuse_unbounded, worst_case
from helpers.wire.live import is_loopback
from helpers.wire.reply import Reply
from helpers.wire.sniffer import Sniffer
from helpers.wire.transport import Transport, Wrapper, is_anthropic, tapped

Sent = tuple[Transport, httpx2.Request]


@dataclass(frozen=True)
class Hold:
    """What is set aside for one request: the input it may be billed for and the most that it can cost."""

    content: bytes
    input_tokens: int
    usd: Decimal
    local: bool
    """Whether the request stays on this machine, where a model costs nothing."""

    @cached_property
    def body(self) -> dict[str, Any]:
        """The request's body, {} where it is no JSON object; read only where the reply does not say enough."""
        try:
            body = json.loads(self.content)
        except ValueError:
            return {}
        return body if isinstance(body, dict) else {}


class Meter(Wrapper):
    """Counts and prices what passes through *inner* into each of *ledgers*; with a *budget*, refuses what exceeds it.

    *counter*: the transport that answers count_tokens, past faults and meter; None where nothing is counted.
    """

    def __init__(self, inner: Transport, ledgers: Sequence[Ledger], *, lesson: str = "", label: str = "",
                 budget: Budget | None = None, counter: Transport | None = None) -> None:
        super().__init__(inner)
        self._ledgers, self._lesson, self._label = ledgers, lesson, label
        self._budget, self._counter = budget, counter

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        flow = self._flow(request)
        try:
            transport, asked = next(flow)
            while True:
                try:
                    response = transport.handle_request(asked)
                    if asked is not request:
                        response.read()
                except httpx2.HTTPError as error:
                    transport, asked = flow.throw(error)
                else:
                    transport, asked = flow.send(response)
        except StopIteration as done:
            return done.value

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        flow = self._flow(request)
        try:
            transport, asked = next(flow)
            while True:
                try:
                    response = await transport.handle_async_request(asked)
                    if asked is not request:
                        await response.aread()
                except httpx2.HTTPError as error:
                    transport, asked = flow.throw(error)
                else:
                    transport, asked = flow.send(response)
        except StopIteration as done:
            return done.value

    def _flow(self, request: httpx2.Request) -> Generator[Sent, httpx2.Response, httpx2.Response]:
        """What to send where, one after the other; the same for both worlds, as httpx does its authentication."""
        hold = _hold(request)
        if self._budget and not hold.local and may_cost(request):
            count = None
            if self._counter is not None and is_anthropic(request) and is_priced(request):
                with suppress(httpx2.HTTPError):   # not counted, then: the bound decides
                    count = yield self._counter, count_request(request)
            verdict = self._affordable(request, hold, count)
            if isinstance(verdict, Reply):
                return _respond(verdict, request)
            hold = verdict
        try:
            response = yield self._inner, request
        except httpx2.HTTPError as error:
            self._lost(hold, error)
            raise
        return self._watched(response, hold) if is_priced(request) else response

    def _affordable(self, request: httpx2.Request, hold: Hold, count: httpx2.Response | None) -> Hold | Reply:
        """The hold, made, or the refusal."""
        try:
            if not is_priced(request):
                raise LookupError(f"What a call of {request.url.path} costs is not known before it is billed.")
            refuse_unbounded(hold.body)
            tokens = counted(count) or input_bound(hold.body, hold.input_tokens)
            usage, worst = worst_case(hold.body, tokens)
        except (LookupError, ValueError) as error:
            return refusal(f"This call was not sent: its cost is unknown. {error}")
        if not self._budget.hold(worst.usd):
            return refusal(
                f"This call was not sent: it can cost up to ${worst.usd:.6f} (at most {tokens:,} tokens in, "
                f"{usage.output:,} out) and ${max(self._budget.left, Decimal(0)):.4f} of the budget of "
                f"${self._budget.limit} is left. Lower max_tokens, shorten the prompt, or raise the budget "
                "(COURSE_BUDGET_USD for live calls).")
        return replace(hold, input_tokens=tokens, usd=worst.usd)

    def _watched(self, response: httpx2.Response, hold: Hold) -> httpx2.Response:
        if response.status_code != 200:
            self._settle(hold, Decimal(0))
            return response
        sniffer = Sniffer(response.headers.get("content-type", ""))

        def over(error: BaseException | None) -> None:
            sniffer.close()
            self._enter(sniffer, hold)

        return tapped(response, look=sniffer.feed, over=over)

    def _enter(self, sniffer: Sniffer, hold: Hold) -> None:
        """Write one reply into the ledgers and settle its hold."""
        reply = {**sniffer.reply, "model": str(sniffer.reply.get("model") or hold.body.get("model", ""))}
        usage, spent = read_bill(reply, str(hold.body.get("model", ""))) if sniffer.final else (None, None)
        known = usage is not None
        if not known:
            usage, spent = self._worst(sniffer, hold)
        if usage is not None:
            for ledger in self._ledgers:
                ledger.add(usage, reply["model"], lesson=self._lesson, label=self._label, cost=spent,
                           provenance=provenance_of(reply, local=hold.local), worst_case=not known)
        # What can't be priced is taken at what was held for it: never as free.
        self._settle(hold, spent.usd if spent else hold.usd)

    def _worst(self, sniffer: Sniffer, hold: Hold) -> tuple[Usage | None, Cost | None]:
        try:
            return worst_case(hold.body, self._input_of(sniffer, hold))
        except (LookupError, ValueError):
            return None, None

    def _input_of(self, sniffer: Sniffer, hold: Hold) -> int:
        """Input tokens of a stream that was cut: its first event knows them, else what was held."""
        try:
            return usage_from(sniffer.reply).prompt
        except (LookupError, ValueError, TypeError):
            return hold.input_tokens

    def _lost(self, hold: Hold, error: httpx2.HTTPError) -> None:
        """No answer came. If the request got out, the provider may have run it, and bill it."""
        never_sent = isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout)
        if hold.usd and not never_sent:
            self._enter(Sniffer(""), hold)
        else:
            self._settle(hold, Decimal(0))

    def _settle(self, hold: Hold, spent: Decimal) -> None:
        if self._budget:
            self._budget.settle(hold.usd, spent)


def _hold(request: httpx2.Request) -> Hold:
    """Nothing held yet; the body's bytes stand for its tokens until they are counted or bounded."""
    return Hold(request.content, len(request.content), Decimal(0), is_loopback(request.url))


def _respond(reply: Reply, request: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(reply.status, headers=dict(reply.headers), content=reply.content(), request=request)
