"""05-4: `my_diagnosis(usages, requests, starts)`: why calls did not read what they could have read.

The incidents are in `e05_incidents`. What speaks against a wrong answer is read from the incident itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from helpers.caching import parts_of, prefix_diff
from helpers.classroom.attempt import Attempt, shown
from helpers.classroom.exercise import Exercise
from helpers.classroom.report import Problem
from helpers.exercises.e05_incidents import Incident, incidents

CAUSES = ("timestamp", "tool order", "below minimum", "expired", "history rewritten", "cold in parallel", "healthy")
CHANGES = ("timestamp", "tool order", "history rewritten")
"""Those that change a prefix."""


def my_diagnosis(usages, requests, starts):
    """One good solution."""
    if not any(usage.cache_write_5m or usage.cache_write_1h or usage.cache_read for usage in usages):
        return "below minimum"
    for one, two in pairwise(requests):
        found = prefix_diff(one, two)
        if found is not None and found.spoils:
            if found.level == "messages":
                return "history rewritten"
            return "tool order" if "another order" in found.hint else "timestamp"
    lives_s = 3600 if any(part.ttl == "1h" for part in parts_of(requests[0])) else 300
    for usage, (before, start) in zip(usages[1:], pairwise(starts), strict=True):
        if not usage.cache_read:
            return "expired" if start - before > lives_s else "cold in parallel"
    return "healthy"


class Mistake(NamedTuple):
    """What was overlooked."""

    because: str
    look: str


MISSED = {
    "timestamp-missed": Mistake("a time before the breakpoint makes each prefix a new one: every call writes, at 1.25 "
                                "times the input, and none reads.", "`prefix_diff` of two requests: the place, and "
                                "what stands there before and after."),
    "tool-order-missed": Mistake("the same tools in another order are another prefix from the first token on: nothing "
                                 "of it is read.", "`prefix_diff(...).level`, and whether both lists hold the same."),
    "below-minimum-missed": Mistake("what is too short is not cached, without an error: nothing is written, nothing "
                                    "read. All other causes write.", "both counters, over all of the calls."),
    "expired-missed": Mistake("the prefix is the same, but nobody sent it while the entry lived: it was written again. "
                              "A longer lifetime, or calls that keep it warm, would help.", "`starts`, pair by pair, "
                              "beside the lifetime that the breakpoint asks for."),
    "rewritten-missed": Mistake("messages before a breakpoint were changed or dropped: from there on the conversation "
                                "is written again. Trimming seldom, and much at a time, would cost less.",
                                "`prefix_diff(...).level`, and `.spoils`: whether a breakpoint lies behind the place."),
    "parallel-missed": Mistake("an entry can be read once the reply that writes it has begun: calls that start "
                               "together all write. One call ahead of them would warm the cache.", "calls that write "
                               "an equal prefix although an entry would still be alive."),
    "false-alarm": Mistake("a first call always writes, and so does what is added at the end: whoever is woken for "
                           "that soon ignores the alarm.", "whether any call, after the first, failed to read what the "
                           "one before it had marked."),
    "always-the-same": Mistake("an alarm that says one thing for every incident could be a poster.",
                               "what differs between incidents: both counters, the bodies, the starts."),
    "order-as-change": Mistake("the definitions are the same, only their order is not: nobody has to hunt for a clock, "
                               "one `sorted` is enough.", "whether both lists hold the same tools."),
    "change-as-order": Mistake("the tools stand in one order in all requests; the text of one of them changes with the "
                               "time. Sorting would change nothing.", "`prefix_diff(...).before` and `.after`."),
    "behind-the-breakpoint": Mistake("what stands behind the last breakpoint may change: nothing cached depends on it. "
                                     "That is the place where the time belongs.", "`prefix_diff(...).spoils`."),
    "nothing-to-expire": Mistake("the calls come too late for an entry of five minutes, but there never was one: "
                                 "nothing was ever written. A longer lifetime would change nothing.", "both counters "
                                 "first, then the starts."),
    "one-miss": Mistake("some calls read, which does not make the others healthy: they wrote a prefix that had been "
                        "sent before.", "each call but the first one, by itself."),
    "read-in-part": Mistake("the second call reads what stands in front of the conversation, and writes all of the "
                            "conversation again: a hit rate above 0 can hide a miss.", "`prefix_diff(...).lost`: "
                            "breakpoints whose prefix the next request no longer has."),
    "growth-as-rewrite": Mistake("each request begins with all of the one before, up to its breakpoint; each write is "
                                 "what is new.", "whether `prefix_diff` finds a place before a breakpoint at all."),
    "hour-as-five-minutes": Mistake("this breakpoint asks for an hour.", "`ttl` of the parts: where none is given, it "
                                    "is five minutes."),
    "counted-from-write": Mistake("a lifetime counts from the last use, and each read is one.", "the gaps between "
                                  "starts, not the time since the first one."),
    "warm-in-parallel": Mistake("calls that start together are no trouble once the entry is there: both of them read.",
                                "what the calls that start together were billed."),
}
OWN = {"timestamp": "timestamp-missed", "tool order": "tool-order-missed", "below minimum": "below-minimum-missed",
       "expired": "expired-missed", "history rewritten": "rewritten-missed", "cold in parallel": "parallel-missed",
       "healthy": "false-alarm"}
"""By cause: the code where nothing more can be said of a wrong answer."""


@dataclass(frozen=True, slots=True)
class Explains:
    """A check: the cause of incident number *place*."""

    place: int

    def __call__(self, attempt: Attempt) -> Problem | None:
        incident = _incidents()[self.place]
        sent = f"{incident.sent}. Billed as (input, written, read): {incident.billed}"
        should = f'return "{incident.cause}"'
        got = attempt.call(*incident.arguments, sent=sent, should=should)
        if not isinstance(got, str) or got not in CAUSES:
            return Problem(code="no-cause", sent=sent, did=f"returned {shown(got)}", should=f"return one of the seven: "
                           f"{', '.join(CAUSES)}", because="an alarm is read by a program, too, which knows these.",
                           look="how they are written in the docstring.")
        if got == incident.cause:
            return None
        code = "always-the-same" if all(answer == got for answer in _answers(attempt)) else _overlooked(got, incident)
        against = _against(got, incident)
        did = f'returned "{got}"' + (f", but {against}" if against else "")
        missed = MISSED[code]
        return Problem(code=code, sent=sent, did=did, should=should, because=missed.because, look=missed.look)


def _overlooked(answer: str, incident: Incident) -> str:
    """The code of what *answer* overlooks in this incident."""
    if answer in incident.misread:
        return incident.misread[answer]
    if answer in CHANGES and incident.cause in ("expired", "cold in parallel", "healthy"):
        return "behind-the-breakpoint"
    return OWN[incident.cause]


def _against(answer: str, incident: Incident) -> str:
    """What in the incident speaks against *answer*; "" where nothing plain does."""
    differences = (prefix_diff(one, two) for one, two in pairwise(incident.requests))
    found = next((one for one in differences if one and one.spoils), None)
    idle = not any(one.prompt - one.input for one in incident.usages)
    if answer == "below minimum" and not idle:
        return "something was written or read"
    if answer != "below minimum" and idle:
        return "nothing was written, and nothing was read"
    if answer == "expired" and max(incident.gaps) <= incident.lives_s:
        return f"no gap is longer than {max(incident.gaps):g} s, and the entry lives {incident.lives_s:g}"
    if answer == "cold in parallel" and min(incident.gaps) > incident.reply_s:
        return f"the calls start {min(incident.gaps):g} s apart or more; a reply begins after {incident.reply_s:g} s"
    if answer in CHANGES and found is None:
        return "up to the last breakpoint, no request differs from the one before"
    if answer in CHANGES and found is not None:
        return f"the first difference is in `{found.path}`"
    return ""


@cache
def _incidents() -> tuple[Incident, ...]:
    return incidents()


@lru_cache(maxsize=1)
def _answers(attempt: Attempt) -> list[Any]:
    """What the answer says to each incident."""
    return [attempt.run(*incident.arguments, sent=incident.sent).value for incident in _incidents()]


FIND_THE_CAUSE = Exercise(
    id="05-4", name="my_diagnosis", call="my_diagnosis(usages, requests, starts)", solution=my_diagnosis,
    checks=tuple(map(Explains, range(20))),
    praise="Five questions, in this order: was anything written at all, do two prefixes differ, where, how far apart "
           "were the calls, and did they start together? None of these faults is an error: only the usage tells.",
    hints=("Which of the six causes leaves both counters at 0, and which two leave the bodies equal up to the last "
           "breakpoint?",
           "First the counters. Then `prefix_diff` of each request and the next: where it `.spoils` something, "
           "`.level` says whether tools, system or messages differ, and a `.hint` whether it is the order alone. If no "
           "prefix differs, look at the calls after the first that read nothing, and at the gap before each.",
           "`for one, two in pairwise(requests)`: `found = prefix_diff(one, two)`, and if `found and found.spoils`: "
           "\"history rewritten\" for the level `\"messages\"`, \"tool order\" if `\"another order\" in found.hint`, "
           "else \"timestamp\". After it, a later call with `cache_read == 0`: \"expired\" if its gap is longer than "
           "the lifetime (300 s, or 3,600 where a part's `ttl` is `\"1h\"`), else \"cold in parallel\"."),
)
