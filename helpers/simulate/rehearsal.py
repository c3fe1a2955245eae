"""Call a function where a server fails as scripted, on a clock that jumps: what came of it, what went over the wire.

    run = rehearse(lesson.anthropic, patient, ["429"] * 99)
    run.requests, run.seconds, run.useless_s, run.got

The client is the real SDK's, its retries included; only server and time are played.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.clock import VirtualClock
from helpers.wire.trace import Trace

if TYPE_CHECKING:
    import pandas as pd

Function = Callable[[Any, VirtualClock], Any]
"""Gets the client and the clock; on this clock `clock.sleep` is what `time.sleep` is in real life."""
LONGEST_WORDS = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """One call, and what it cost."""

    outcome: Any
    """What the function returned; an exception where it raised."""
    trace: Trace
    """Every request, the SDK's retries included."""
    seconds: float
    """From the call to its end."""

    @property
    def requests(self) -> int:
        return len(self.trace)

    @property
    def useless_s(self) -> float:
        """Seconds from the server's last answer to the end of the call: a wait that no request followed."""
        return self.seconds - self.trace.ended_s

    @property
    def got(self) -> str:
        """What the caller is left with, in a few words: the exception and its status, or "an answer"."""
        if not isinstance(self.outcome, Exception):
            return "an answer"
        said = f"{type(self.outcome).__name__}: {getattr(self.outcome, 'status_code', None) or self.outcome}"
        return said if len(said) <= LONGEST_WORDS else f"{said[:LONGEST_WORDS - 4]} ..."


def rehearse(make_client: Callable[..., Any], function: Function, faults: Sequence[str], **options: Any) -> Rehearsal:
    """Call `function(client, clock)` once. What it raises is its outcome; an interrupt passes.

    *make_client*: a lesson's `anthropic` or `openai`. *faults*: the server's failures, attempt by attempt
    (`helpers.wire.faults`); when they are over it answers. *options*: the SDK client's own, such as max_retries.
    """
    clock, trace = VirtualClock(), Trace()
    client = make_client(faults=faults, clock=clock, trace=trace, **options)
    try:
        outcome = function(client, clock)
    except Exception as error:
        outcome = error
    return Rehearsal(outcome=outcome, trace=trace, seconds=clock.now())


def rehearsals(make_client: Callable[..., Any], function: Function, incidents: Mapping[str, Sequence[str]],
               **options: Any) -> pd.DataFrame:
    """The same for each of *incidents* (name: faults): one row each, with requests, seconds and what the caller got."""
    import pandas as pd

    runs = [rehearse(make_client, function, faults, **options) for faults in incidents.values()]
    rows = [(run.requests, round(run.seconds, 1), run.got) for run in runs]
    return pd.DataFrame(rows, columns=["requests", "seconds", "the caller gets"], index=list(incidents))
