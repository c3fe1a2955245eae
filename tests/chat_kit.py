"""What the chat's tests share: an upstream whose pace is known, and which says how far it was read."""

from __future__ import annotations

import json
import time

from helpers.chat_app import create_app
from helpers.clock import RealClock
from helpers.economics import model_id
from helpers.sse import SSEParser
from helpers.wire import builder
from helpers.wire.clients import build
from helpers.wire.faults import Faults
from helpers.wire.scripted import Scripted
from helpers.wire.transport import ClosedEarly, Wrapper, tapped

TEXT = "Your order 1042 left Hamburg on Monday. It comes on Thursday, before noon. Anything else that I can do for you?"


class Upstream(Wrapper):
    """The model's side: how many deltas it has handed out, and how many of its answers are open."""

    def __init__(self, inner):
        super().__init__(inner)
        self.deltas = self.opened = self.closed = self.left_early = 0
        self.bodies = []

    async def handle_async_request(self, request):
        response = await self._inner.handle_async_request(request)
        self.bodies.append(json.loads(request.content))
        self.opened += 1
        return tapped(response, look=self._look, over=self._over)

    def _look(self, data):
        self.deltas += data.count(b'"text_delta"')

    def _over(self, error):
        self.closed += 1
        self.left_early += isinstance(error, ClosedEarly)


def chat(text=TEXT, *, stop_reason="end_turn", faults=(), first_ms=20.0, per_delta_ms=5.0, reply=None, **options):
    """(app, upstream): a chat over a model that answers *text* at this pace; *faults* as in helpers.wire.faults."""
    def script(ask):
        made = reply or builder.message([builder.text(text)], model=ask.model, stop_reason=stop_reason,
                                        max_tokens=ask.body["max_tokens"])
        return builder.stream(made, first_ms=first_ms, per_delta_ms=per_delta_ms) if made.status == 200 else made

    clock = RealClock()
    upstream = Upstream(Faults(Scripted(script, clock), list(faults), clock))
    client = build("ANTHROPIC", upstream, clock, asynchronous=True, live=False, max_retries=0)
    return create_app(client, model=model_id("default"), **options), upstream


def events(body):
    """(type, data) of each event in a body."""
    return [(event.event, json.loads(event.data)) for event in SSEParser().feed(body)]


def soon(condition, limit_s=5.0):
    """Whether it comes true within some seconds."""
    until = time.monotonic() + limit_s
    while not condition() and time.monotonic() < until:
        time.sleep(0.01)
    return condition()
