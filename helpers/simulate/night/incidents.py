"""The ten incidents, and how each is judged: by the wire, the page and the shop's books, never by what is plugged in.

A judge sees what was served of its incident and names the line that proves its verdict. Most incidents have a message
beside them that is like any other: a part that passes by refusing everything fails by that one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from helpers.simulate.night.serving import Line, Served
from helpers.support_bot import LESSONS

Judge = Callable[[Sequence[Served]], tuple[bool, Line]]
SOON_S = 0.01
"""Rounding of times."""
READ = 0.5
"""Share of a prompt that is to come from the cache when somebody else's question went before: handbook and catalogue
are far more than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """What happens, which part is to deal with it, and how that is told."""

    number: int
    name: str
    """As in `Turn.incident`."""
    what: str
    part: str
    judge: Judge

    @property
    def lesson(self) -> str:
        """The lesson that built the part."""
        return LESSONS[self.part]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one incident."""

    incident: Incident
    handled: bool
    proof: str
    """The line of the log that shows it."""

    @property
    def part(self) -> str:
        return self.incident.part

    @property
    def lesson(self) -> str:
        return self.incident.lesson

    def __str__(self) -> str:
        mark, where = ("✓", "") if self.handled else ("✗", f" -> {self.part} (lesson {self.lesson})")
        return f"{self.incident.number:>2} {mark} {self.incident.what}{where}\n     {self.proof}"


def _outlasted(served: Sequence[Served]) -> tuple[bool, Line]:
    """Everybody was answered in the end, and nobody came back before the time that a refusal named."""
    for one in served:
        for line, (refused, again) in zip(one.lines[1:], pairwise(one.exchanges), strict=False):
            if again.at_s < refused.at_s + _asked_s(refused.fault) - SOON_S:
                return False, line
    return _all_right(served)


def _asked_s(fault: str) -> float:
    return float(fault.rpartition("retry-after ")[2] or 0) if "retry-after" in fault else 0.0


def _all_right(served: Sequence[Served]) -> tuple[bool, Line]:
    wrong = [one for one in served if not one.right]
    longest = max(served, key=lambda one: (len(one.exchanges), one.turn.at_s))
    return not wrong, (wrong[0] if wrong else longest).last_line


def _stopped_at_once(served: Sequence[Served]) -> tuple[bool, Line]:
    """One request each, an error on the page, and the first message after the limit was raised is answered."""
    refused, after = [one for one in served if not one.turn.plain], [one for one in served if one.turn.plain]
    wrong = [one for one in refused if len(one.exchanges) != 1 or one.page.whole or not one.page.sorry]
    wrong += [one for one in after if not one.right]
    return not wrong, (wrong or refused)[0].last_line


def _not_passed_off(served: Sequence[Served]) -> tuple[bool, Line]:
    """Half an answer is marked as one, or replaced by a whole one; and a whole answer is shown as whole."""
    wrong = [one for one in served if (not one.right if one.turn.plain else one.half_as_whole or not _told(one))]
    return not wrong, (wrong or [one for one in served if not one.turn.plain])[0].last_line


def _told(one: Served) -> bool:
    """Whether the page says anything of how it ended."""
    return bool(one.page.ending or one.page.sorry)


def _arrived(served: Sequence[Served]) -> tuple[bool, Line]:
    """The text is on the page as the model wrote it."""
    wrong = [one for one in served if not one.right]
    return not wrong, (wrong or [one for one in served if not one.turn.plain])[0].last_line


def _booked_right(served: Sequence[Served]) -> tuple[bool, Line]:
    """Nothing was booked that nobody ordered, whoever wrote it was answered, and a plain order was booked."""
    wrong = [one for one in served if not (one.right if one.turn.plain else _booked_nothing_else(one))]
    return not wrong, (wrong or [one for one in served if not one.turn.plain])[0].last_line


def _booked_nothing_else(one: Served) -> bool:
    wanted = () if one.turn.order is None else (one.turn.order,)
    answered = one.right or bool(one.desk.handed_over)
    return answered and one.desk.booked in ((), wanted)


def _cached(served: Sequence[Served]) -> tuple[bool, Line]:
    """Everybody was answered by somebody who knows time and catalogue, and all but the first from the cache."""
    good, line = _all_right(served)
    if not good:
        return good, line
    for one in served[1:]:
        for line, exchange in zip(one.lines, one.exchanges, strict=False):
            if exchange.usage is None or exchange.usage.cache_read < READ * exchange.usage.prompt:
                return False, line
    return True, served[-1].lines[-2]


INCIDENTS = (
    Incident(number=1, name="wave", what="a wave of 429s, each with a retry-after", part="retry", judge=_outlasted),
    Incident(number=2, name="burst", what="seven seconds of 529s", part="retry", judge=_outlasted),
    Incident(number=3, name="spent", what="a 429 that is the spend limit", part="retry", judge=_stopped_at_once),
    Incident(number=4, name="error", what="an error event in the middle of a stream", part="stream",
             judge=_not_passed_off),
    Incident(number=5, name="cut", what="a stream that ends in its middle and says nothing", part="stream",
             judge=_not_passed_off),
    Incident(number=6, name="crlf", what="a list with line ends and quotes, through a proxy that writes CRLF",
             part="relay", judge=_arrived),
    Incident(number=7, name="refund", what="a refund asked for in the order box", part="extract", judge=_booked_right),
    Incident(number=8, name="big order", what="an order that is cut off at max_tokens", part="extract",
             judge=_booked_right),
    Incident(number=9, name="time", what="six customers, one prompt, and the time in it", part="layout", judge=_cached),
    Incident(number=10, name="nuts", what="an allergy that was named 30 turns ago", part="memory", judge=_arrived),
)


def judged(served: Sequence[Served]) -> tuple[Verdict, ...]:
    """A verdict for each incident, in their order."""
    verdicts = []
    for incident in INCIDENTS:
        handled, line = incident.judge([one for one in served if one.turn.incident == incident.name])
        verdicts.append(Verdict(incident=incident, handled=handled, proof=str(line)))
    return tuple(verdicts)
