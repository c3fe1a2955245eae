"""Retry loops inside one another: what your own loop around an SDK client sends, and how long it waits.

    nested = timeline("429", own_attempts=5, sdk_retries=2)     # the server always answers 429
    nested.requests, nested.waited_s                             # 15 requests, 37.9 s of waiting
    nested.rows                                                  # each request and each wait

The SDK's part is that of anthropic 2.12.0 and openai 3.54.0 (`_base_client.py`; a test holds it against both): it
retries 408, 409, 429 and everything from 500 on, after retry-after where a 429 has it, else after
`min(0.5 * 2**n, 8) * (1 - 0.25 * random())` seconds. Your own loop is the one that everyone writes: it doubles.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import chain, repeat
from random import Random
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import pandas as pd

FIRST_DELAY_S, LONGEST_DELAY_S = 0.5, 8.0
LONGEST_RETRY_AFTER_S = {"anthropic": 4_294_967.0, "openai": 120.0}
"""What each SDK waits for at most: Anthropic's cuts a longer retry-after to this, OpenAI's raises at once instead."""
REQUEST_S = 0.04
"""How long the course's server takes for an answer."""
OK = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server says to one request."""

    status: int
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One request or one wait."""

    layer: Literal["app", "sdk", "server"]
    """Who waits: your own loop ("app") or the SDK. A request is on the server's account."""
    kind: Literal["request", "wait"]
    at_s: float
    seconds: float
    status: int
    """Of the answer; of a wait, the one that it follows. 200 is ok."""
    useless: bool
    """A wait that no request follows, or one before a retry that can't help, and such a retry itself."""
    own_attempt: int
    """1 for the first turn of your loop."""
    sdk_retry: int
    """0 for the request that your loop caused itself, 1 for the SDK's first retry; of a wait, the retry it precedes."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """What the loops did, in the order of time."""

    steps: tuple[Step, ...]
    outcome: str | int
    """ "ok", or the status of the error that the caller gets."""
    own_attempts: int
    sdk_retries: int
    """What the two layers might have used, as they were asked for."""

    @property
    def rows(self) -> pd.DataFrame:
        """One row a step; the columns are the fields of `Step`."""
        import pandas as pd

        return pd.DataFrame([asdict(step) for step in self.steps])

    @property
    def requests(self) -> int:
        return sum(step.kind == "request" for step in self.steps)

    @property
    def waited_s(self) -> float:
        """Seconds of waiting, all layers together; the requests' own time is not in here."""
        return sum(step.seconds for step in self.steps if step.kind == "wait")

    @property
    def useless_s(self) -> float:
        """The part of `waited_s` that could not help."""
        return sum(step.seconds for step in self.steps if step.kind == "wait" and step.useless)

    @property
    def total_s(self) -> float:
        """Seconds until the caller has an answer or an error."""
        return self.steps[-1].at_s + self.steps[-1].seconds


def timeline(script: str | Sequence[str | int], *, own_attempts: int = 5, sdk_retries: int = 2,
             retry_after_s: float | None = None, own_base_s: float = 1.0, jitter: bool = False,
             obeys_retry_after: bool = True, waits_after_last: bool = True, retries_everything: bool = False,
             repeat_last: bool = True, vendor: Literal["anthropic", "openai"] = "anthropic",
             request_s: float = REQUEST_S, seed: int = 7) -> Timeline:
    """Run your loop of *own_attempts* around an SDK with *sdk_retries* against *script*, on virtual time.

    script: answers such as "429 429 529 ok" or ["429 retry-after 2", 529, "ok"]; after the last one it repeats, or
    everything is ok. retry_after_s: what each 429 without its own retry-after asks for.
    own_base_s: your loop's first wait, doubled from turn to turn; jitter: a random part of it (full jitter).
    obeys_retry_after: it waits what a 429 asks for instead. waits_after_last, retries_everything: the two mistakes,
    to wait once more after the last failure where that is a 429 (as lesson 02's `patient` does), and to send a 400
    again. seed: of the SDK's jitter (7 as in lessons).
    """
    _check(own_attempts, sdk_retries)
    if vendor not in LONGEST_RETRY_AFTER_S:
        raise ValueError(f"vendor must be one of {', '.join(LONGEST_RETRY_AFTER_S)}; got {vendor!r}.")
    answers = answers_in(script, retry_after_s)
    rest = answers[-1] if repeat_last else Answer(OK)
    sdk = _Sdk(vendor, chain(answers, repeat(rest)), sdk_retries, request_s, Random(seed))
    own = Random(seed + 1)
    for turn in range(1, own_attempts + 1):
        last = sdk.call(turn)
        stops = last.status == OK or not (heals(last.status) or retries_everything)
        if stops or (turn == own_attempts and not (waits_after_last and last.status == 429)):
            break
        if obeys_retry_after and last.retry_after_s is not None:
            wait = last.retry_after_s
        else:
            wait = own_base_s * 2.0 ** (turn - 1) * (own.random() if jitter else 1)
        sdk.wait("app", wait, last.status, useless=turn == own_attempts or not heals(last.status))
    return Timeline(tuple(sdk.steps), "ok" if last.status == OK else last.status, own_attempts, sdk_retries)


class _Sdk:
    """An SDK client on virtual time, which writes down what happens."""

    def __init__(self, vendor: str, answers: Iterator[Answer], retries: int, request_s: float, jitter: Random) -> None:
        self._vendor, self._answers, self._retries = vendor, answers, retries
        self._request_s, self._jitter = request_s, jitter
        self._now, self._turn, self._retry = 0.0, 0, 0
        self.steps: list[Step] = []

    def call(self, turn: int) -> Answer:
        """One call of the SDK, in your loop's *turn*: the answer that it returns or raises."""
        self._turn, self._retry = turn, 0
        while True:
            answer = self._send()
            asked, longest = answer.retry_after_s or 0.0, LONGEST_RETRY_AFTER_S[self._vendor]
            refuses = self._vendor == "openai" and asked > longest
            if not heals(answer.status) or self._retry == self._retries or refuses:
                return answer
            self._retry += 1
            self.wait("sdk", min(asked, longest) or sdk_delay_s(self._retry, self._jitter.random), answer.status)

    def wait(self, layer: Literal["app", "sdk"], seconds: float, status: int, *, useless: bool = False) -> None:
        """Let *seconds* pass."""
        self._write(layer, "wait", seconds, status, useless)

    def _send(self) -> Answer:
        before = self.steps[-1] if self.steps else None
        answer = next(self._answers)
        self._write("server", "request", self._request_s, answer.status, bool(before and before.useless))
        return answer

    def _write(self, layer: Literal["app", "sdk", "server"], kind: Literal["request", "wait"], seconds: float,
               status: int, useless: bool) -> None:
        self.steps.append(Step(layer, kind, self._now, seconds, status, useless, self._turn, self._retry))
        self._now += seconds


def sdk_delay_s(retry: int, random: Callable[[], float]) -> float:
    """What both SDKs wait before *retry* 1, 2, ... of a call, in seconds. *random*: gives numbers from 0 to 1."""
    return min(FIRST_DELAY_S * 2.0 ** (retry - 1), LONGEST_DELAY_S) * (1 - 0.25 * random())


def heals(status: int) -> bool:
    """Whether the same request may succeed later: 408, 409, 429 and everything from 500 on, as both SDKs have it."""
    return status in (408, 409, 429) or status >= 500


def answers_in(script: str | Sequence[str | int], retry_after_s: float | None = None) -> tuple[Answer, ...]:
    """Read a script: statuses and "ok", spaces or commas between; "retry-after 2" behind a status that asks for it."""
    text = script if isinstance(script, str) else ", ".join(str(part) for part in script)
    form = r"(ok|[2-5]\d\d)(?: retry-after (\d+(?:\.\d+)?))?"
    if not re.fullmatch(rf"\s*{form}(?:[\s,]+{form})*\s*", text):
        raise ValueError(f"{script!r} is no script. Write statuses and ok, such as '429 429 529 ok' or "
                         "'429 retry-after 2, ok'.")
    found = [(OK if status == "ok" else int(status), asked) for status, asked in re.findall(form, text)]
    return tuple(Answer(status, float(asked) if asked else retry_after_s if status == 429 else None)
                 for status, asked in found)


def worst_case(own_attempts: int, sdk_retries: int) -> int:
    """How many requests reach a server that never gets well: each of your attempts is one call of the SDK."""
    _check(own_attempts, sdk_retries)
    return own_attempts * (1 + sdk_retries)


def worst_wait_s(own_attempts: int, sdk_retries: int, *, own_base_s: float = 1.0, retry_after_s: float | None = None,
                 waits_after_last: bool = True) -> float:
    """The longest that both layers wait against a server that never gets well, in seconds: no jitter shortens it.

    waits_after_last: as your loop does where the server answers 429.
    """
    _check(own_attempts, sdk_retries)
    own_waits = own_attempts if waits_after_last else own_attempts - 1
    if retry_after_s:
        return retry_after_s * (own_attempts * sdk_retries + own_waits)
    inner = sum(min(FIRST_DELAY_S * 2.0**n, LONGEST_DELAY_S) for n in range(sdk_retries))
    return own_attempts * inner + own_base_s * (2.0**own_waits - 1)


def _check(own_attempts: int, sdk_retries: int) -> None:
    if own_attempts < 1 or sdk_retries < 0:
        raise ValueError("own_attempts must be 1 or more and sdk_retries 0 or more; "
                         f"got {own_attempts} and {sdk_retries}.")
