"""See every reply, price it from its usage, and refuse a live call that the budget can't cover.

The meter knows nothing of lessons. A refusal is an answer, too: 402, not retried. A reply that ends without its
usage (a stream that was cut, an OpenAI stream without `include_usage`) is settled at its worst case and marked.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import httpx2

from helpers.economics import Cost, Ledger, Usage, cost_of, usage_from
from helpers.wire import builder
from helpers.wire.budget import COUNT_MARGIN, Budget, input_bound, worst_case
from helpers.wire.live import is_loopback
from helpers.wire.matching import canonical_path
from helpers.wire.reply import Reply
from helpers.wire.sniffer import Sniffer
from helpers.wire.transport import Transport, is_anthropic, tapped

BILLED = ("/v1/messages", "/v1/chat/completions", "/v1/responses")
COUNTED_FIELDS = ("model", "messages", "system", "tools", "tool_choice", "thinking", "output_config", "cache_control")


@dataclass(frozen=True, slots=True)
class Hold:
    """What is set aside for one request: the input it may be billed for and the most that it can cost."""

    body: dict[str, Any]
    input_tokens: int
    usd: Decimal
    local: bool
    """Whether the request stays on this machine, where a model costs nothing."""


class Meter(Transport):
    """Counts and prices what passes through *inner* into each of *ledgers*; with a *budget*, refuses what exceeds it.

    *counter*: the transport that answers count_tokens, past faults and meter; None where nothing is counted.
    """

    def __init__(self, inner: Transport, ledgers: Sequence[Ledger], *, lesson: str = "", label: str = "",
                 budget: Budget | None = None, counter: Transport | None = None) -> None:
        self._inner, self._ledgers, self._lesson, self._label = inner, ledgers, lesson, label
        self._budget, self._counter = budget, counter

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        if not is_billed(request):
            return self._inner.handle_request(request)
        hold = _hold(request)
        if self._budget and not hold.local:
            count = self._counter.handle_request(count_request(request)) if self._counts(request) else None
            if count is not None:
                count.read()
            hold = self._affordable(hold, count)
            if isinstance(hold, Reply):
                return _respond(hold, request)
        try:
            return self._watched(self._inner.handle_request(request), hold)
        except httpx2.HTTPError as error:
            self._lost(hold, error)
            raise

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        if not is_billed(request):
            return await self._inner.handle_async_request(request)
        hold = _hold(request)
        if self._budget and not hold.local:
            count = await self._counter.handle_async_request(count_request(request)) if self._counts(request) else None
            if count is not None:
                await count.aread()
            hold = self._affordable(hold, count)
            if isinstance(hold, Reply):
                return _respond(hold, request)
        try:
            return self._watched(await self._inner.handle_async_request(request), hold)
        except httpx2.HTTPError as error:
            self._lost(hold, error)
            raise

    def _counts(self, request: httpx2.Request) -> bool:
        return self._counter is not None and is_anthropic(request)

    def _affordable(self, hold: Hold, count: httpx2.Response | None) -> Hold | Reply:
        """The hold, made, or the refusal."""
        try:
            tokens = _counted(count) or input_bound(hold.body, hold.input_tokens)
            usage, worst = worst_case(hold.body, tokens)
        except LookupError as error:
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
        reply = {**sniffer.reply, "model": sniffer.reply.get("model") or str(hold.body.get("model", ""))}
        usage, spent = _read(reply) if sniffer.final else self._worst(sniffer, hold)
        if usage is not None:
            for ledger in self._ledgers:
                ledger.add(usage, reply["model"], lesson=self._lesson, label=self._label, cost=spent,
                           provenance=_provenance(reply, hold), worst_case=not sniffer.final)
        self._settle(hold, spent.usd if spent else Decimal(0))

    def _worst(self, sniffer: Sniffer, hold: Hold) -> tuple[Usage | None, Cost | None]:
        try:
            return worst_case(hold.body, self._input_of(sniffer, hold))
        except LookupError:
            return None, None

    def _input_of(self, sniffer: Sniffer, hold: Hold) -> int:
        """Input tokens of a stream that was cut: its first event knows them, else what was held."""
        try:
            return usage_from(sniffer.reply).prompt
        except (LookupError, ValueError):
            return hold.input_tokens

    def _lost(self, hold: Hold, error: httpx2.HTTPError) -> None:
        """No answer came. If the request got out, the provider may have run it, and bill it."""
        never_sent = isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | httpx2.PoolTimeout)
        self._settle(hold, Decimal(0) if never_sent else hold.usd)

    def _settle(self, hold: Hold, spent: Decimal) -> None:
        if self._budget:
            self._budget.settle(hold.usd, spent)


def is_billed(request: httpx2.Request) -> bool:
    """Whether a call can cost anything: counting tokens and listing models are free."""
    return request.method == "POST" and canonical_path(str(request.url)).partition("?")[0] in BILLED


def _hold(request: httpx2.Request) -> Hold:
    """Nothing held yet; the body's bytes stand for its tokens until they are counted or bounded."""
    try:
        body = json.loads(request.content)
    except ValueError:
        body = {}
    return Hold(body if isinstance(body, dict) else {}, len(request.content), Decimal(0), is_loopback(request.url))


def count_request(request: httpx2.Request) -> httpx2.Request:
    """The free count_tokens request for a Messages request."""
    body = json.loads(request.content)
    headers = {name: value for name, value in request.headers.items() if name not in ("content-length", "host")}
    return httpx2.Request("POST", request.url.copy_with(path=f"{request.url.path.rstrip('/')}/count_tokens"),
                          headers=headers, json={k: body[k] for k in COUNTED_FIELDS if k in body},
                          extensions=request.extensions)


def _counted(count: httpx2.Response | None) -> int | None:
    """What the server counted, with the margin; None where it did not answer with a count."""
    if count is None or count.status_code != 200:
        return None
    tokens = count.json().get("input_tokens")
    return int(tokens * COUNT_MARGIN) + 1 if isinstance(tokens, int) else None


def refusal(message: str) -> Reply:
    """The meter's own 402. Both SDKs raise it at once and print the message."""
    reply = builder.error(402, "billing_error", message)
    return Reply(status=402, headers={**reply.headers, "x-should-retry": "false"}, body=reply.body)


def _respond(reply: Reply, request: httpx2.Request) -> httpx2.Response:
    return httpx2.Response(reply.status, headers=dict(reply.headers), content=reply.content(), request=request)


def _provenance(reply: dict[str, Any], hold: Hold) -> str:
    """Constructed replies say so in their id; the others come from where the request went."""
    return "constructed" if "CONSTRUCTED" in str(reply.get("id")) else "local" if hold.local else "live"


def _read(reply: dict[str, Any]) -> tuple[Usage | None, Cost | None]:
    """Usage and cost as the reply says; without a price for its model (a local one, say) no cost."""
    try:
        usage = usage_from(reply)
    except ValueError:
        return None, None
    try:
        return usage, cost_of(reply)
    except (LookupError, ValueError):
        return usage, None
