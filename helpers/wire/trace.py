"""What really went over the wire, attempt by attempt, with the waits between: the SDK's retries included.

    trace = Trace()
    client = lesson.anthropic(faults=["529", "429 retry-after 2"], trace=trace, clock=VirtualClock())
    client.messages.create(...)
    trace.frame()        # one row a request: when, after which wait, and what came back

An SDK shows its caller the last answer only. A trace sits below it and sees them all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx2

from helpers.clock import Clock
from helpers.wire.transport import Transport, Wrapper, tapped

if TYPE_CHECKING:
    import pandas as pd

Booking = Callable[[str, str], "Body"]
"""(status or error, retry-after) -> what counts the body."""
RETRY_COUNT = "x-stainless-retry-count"
"""The header in which both SDKs say which retry of a call this is, from 0."""


@dataclass(slots=True)
class Body:
    """How far the body of an answer was read."""

    pieces: int = 0
    """Chunks that were handed out so far."""
    open: bool = True
    """Whether somebody may still read on: over it is once it was read to its end, broke, or was closed."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One request."""

    at_s: float
    """Seconds from the trace's first request to this one."""
    waited_s: float
    """Seconds between the answer before it and this request: what somebody slept."""
    sdk_retry: int
    """0 for a call of yours, 1, 2 ... for the retries that the SDK made of it."""
    answer: str
    """The status, or the name of the error that the network gave."""
    retry_after: str = ""
    """That header, as it came."""
    body: Body = field(default_factory=Body, repr=False, compare=False)


@dataclass(slots=True)
class Trace:
    """The requests of one run, in order. Make it in the cell that fills it: a second run then starts empty."""

    sent: list[Sent] = field(default_factory=list)
    _began: float | None = None
    _answered: float | None = None

    def __len__(self) -> int:
        return len(self.sent)

    @property
    def waited_s(self) -> float:
        """Seconds slept between requests, all together; what is slept after the last one, only a clock can tell."""
        return sum(request.waited_s for request in self.sent)

    @property
    def ended_s(self) -> float:
        """Seconds from the first request to the last answer; 0 where nothing was sent."""
        return 0.0 if self._began is None else self._answered - self._began

    def frame(self) -> pd.DataFrame:
        """One row a request: `at_s`, `waited_s`, `sdk_retry`, `answer`, `retry_after`; the index counts from 1."""
        import pandas as pd

        rows = [(one.at_s, one.waited_s, one.sdk_retry, one.answer, one.retry_after) for one in self.sent]
        columns = ["at_s", "waited_s", "sdk_retry", "answer", "retry_after"]
        frame = pd.DataFrame(rows, columns=columns, index=range(1, len(rows) + 1))
        return frame.rename_axis("request").round({"at_s": 2, "waited_s": 2})

    def add(self, request: httpx2.Request, began: float, answered: float, answer: str, retry_after: str) -> Body:
        """Book one request, by the clock's times; return what counts its body."""
        self._began = began if self._began is None else self._began
        waited = 0.0 if self._answered is None else max(began - self._answered, 0.0)
        self._answered = answered
        retry = int(request.headers.get(RETRY_COUNT, "0"))
        self.sent.append(Sent(began - self._began, waited, retry, answer, retry_after))
        return self.sent[-1].body


class Traced(Wrapper):
    """Books every request that goes to *inner*."""

    def __init__(self, inner: Transport, trace: Trace, clock: Clock) -> None:
        super().__init__(inner)
        self._trace, self._clock = trace, clock

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        book = self._booking(request)
        try:
            response = self._inner.handle_request(request)
        except httpx2.HTTPError as error:
            book(type(error).__name__, "").open = False
            raise
        return _counted(response, book)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        book = self._booking(request)
        try:
            response = await self._inner.handle_async_request(request)
        except httpx2.HTTPError as error:
            book(type(error).__name__, "").open = False
            raise
        return _counted(response, book)

    def _booking(self, request: httpx2.Request) -> Booking:
        began = self._clock.now()
        return lambda answer, after: self._trace.add(request, began, self._clock.now(), answer, after)


def _counted(response: httpx2.Response, book: Booking) -> httpx2.Response:
    body = book(str(response.status_code), response.headers.get("retry-after", ""))

    def look(_: bytes) -> None:
        body.pieces += 1

    def over(_: BaseException | None) -> None:
        body.open = False

    return tapped(response, look=look, over=over)
