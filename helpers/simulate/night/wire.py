"""The provider of this night as a transport: what fails when, the documented 400 rules, a record of each request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2

from helpers.clock import Clock
from helpers.economics import Usage
from helpers.simulate.night.model import Model
from helpers.simulate.night.traffic import BREAKS, BURST, SPENT, WAVE
from helpers.wire.faults import Faults
from helpers.wire.matching import recorded_request
from helpers.wire.scripted import Ask, Scripted
from helpers.wire.transport import Wrapper


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and its answer, as somebody between the two would see them."""

    at_s: float
    status: int
    fault: str = ""
    """What went wrong on the way, in the words of `wire.faults`; "" where nothing did."""
    message: str = ""
    """The API's words in an error that it gave for the request itself."""
    usage: Usage | None = None
    """What it was billed; None for an error."""
    said: str = ""
    """All of the text that the model wrote."""
    limit: int | None = None
    """The `max_tokens` at which the answer was cut off; None where it was not."""

    def __str__(self) -> str:
        if self.status != 200:
            return f"{self.status} {self.fault.removeprefix(str(self.status)).strip() or self.message}".strip()
        if self.usage is None:
            return "200"
        said = f"200, {self.usage.prompt:,} tokens, {self.usage.cache_read:,} of them read from the cache"
        ends = [self.fault] * bool(self.fault) + [f"stopped at max_tokens ({self.limit})"] * (self.limit is not None)
        return "; ".join([said, *ends])


class Provider(Wrapper):
    """Weather in front of a model, and a record of what passed."""

    def __init__(self, clock: Clock, limit: Callable[[], Any]) -> None:
        """*limit*: called before each request; may raise, where there are too many of them."""
        self._clock, self._limit = clock, limit
        self._model, self._broken = Model(clock), set[str]()
        super().__init__(Scripted(self._model, clock))
        self.exchanges: list[Exchange] = []

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self._limit()
        request.read()
        at_s, due = self._clock.now(), self._due(request)
        self._model.forget()
        response = Faults(self._inner, [due] if due else [], self._clock).handle_request(request)
        message = _message(response) if response.status_code >= 400 and not due else ""
        self.exchanges.append(Exchange(at_s=at_s, status=response.status_code, fault=due, message=message,
                                       usage=self._model.usage, said=self._model.said,
                                       limit=self._model.limit))
        return response

    def _due(self, request: httpx2.Request) -> str:
        """The fault that meets a request now; "" for none."""
        now = self._clock.now()
        if now in WAVE:
            return f"429 retry-after {int(WAVE.to_s - now) + 1}"
        if now in BURST:
            return "529"
        if now in SPENT:
            return "spend limit"
        ask = Ask(recorded_request(request.method, str(request.url), request.headers, request.content), now)
        question = next((one for one in BREAKS if one in ask.last_user_text and one not in self._broken), "")
        if not question or not ask.body.get("stream"):
            return ""
        self._broken.add(question)
        return BREAKS[question]


def _message(response: httpx2.Response) -> str:
    response.read()
    return str((response.json().get("error") or {}).get("message", ""))


