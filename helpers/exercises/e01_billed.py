"""What a learner's forecast bills, and the mistakes that can be seen in it (for 01-2).

A wrong total hides its cause. So we measure: we send one kind of text alone, at a price of our own, and the dollars
say how many times that text was billed. Each slip bills something another number of times.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

from helpers.classroom.attempt import Attempt
from helpers.economics import Price
from helpers.exercises.numbers import number_in

PROBE = Price(input=Decimal(1), output=Decimal(7_000), cache_write_5m=Decimal(3), cache_write_1h=Decimal(5),
              cache_read=Decimal("0.01"))
"""A million tokens of input are one dollar; of output 7,000: more than any count of ours, so that a sum of both can be
taken apart."""
OTHER_CACHE = replace(PROBE, cache_write_5m=Decimal(11), cache_write_1h=Decimal(13), cache_read=Decimal("0.5"))
LONG = 20
"""Turns at which no two of the slips look alike."""


class Billed(NamedTuple):
    """How many times a conversation's bill holds each text."""

    system: float
    user: float
    reply_in: float
    """Replies as input, in the history ..."""
    reply_out: float
    """... and as output."""

    def __str__(self) -> str:
        system, user, reply_in, reply_out = (f"{times:,g}" for times in self)
        return (f"the system prompt {system} times, user messages {user}, replies {reply_in} as input and "
                f"{reply_out} as output")


def right(turns: int) -> Billed:
    """What the API bills."""
    return Billed(turns, turns * (turns + 1) / 2, turns * (turns - 1) / 2, turns)


def alone(attempt: Attempt, part: str, turns: int, price: Price = PROBE) -> float | None:
    """What a million tokens of *part* cost in *turns* turns, in dollars; None where that is no number."""
    sizes = {"system": 0, "user": 0, "reply": 0, part: 1_000_000}
    ran = attempt.run(price, turns=turns, **sizes)
    number = None if ran.error else number_in(ran.value)
    return None if number is None else round(number, 6)


def billed(attempt: Attempt, turns: int = LONG) -> Billed | None:
    """What *attempt* bills in *turns* turns."""
    system, user, reply = (alone(attempt, part, turns) for part in ("system", "user", "reply"))
    if system is None or user is None or reply is None:
        return None
    as_output, as_input = divmod(reply, float(PROBE.output))
    return Billed(system, user, round(as_input, 6), as_output)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """A mistake that can be seen in what was billed."""

    code: str
    did: str
    because: str
    look: str
    seen: Callable[[Billed, int], bool]
    """Called with what was billed and the number of turns."""


KEPT = "the API keeps nothing: turn 20 also pays for turns 1 to 19, so the cost grows with the square of the turns."
CARRIED = "turn t carries t user messages and the t - 1 replies before it; one off is one off in every turn."

SLIPS = (
    Slip(code="linear", did="a linear result, every turn costs what the first did", because=KEPT,
         look="what turn 2 sends that turn 1 did not.", seen=lambda b, t: b == (t, t, 0, t)),
    Slip(code="remembered", did="each text is sent once, as if the API remembered the rest", because=KEPT,
         look="what the second request must hold for the model to know of the first.",
         seen=lambda b, t: b in ((1, t, 0, t), (1, t, t - 1, t))),
    Slip(code="one-turn", did="the first turn alone", because="each turn is a request of its own, and each is billed.",
         look="whether `turns` is used, and whether a `return` stands inside your loop.",
         seen=lambda b, t: b == (1, 1, 0, 1)),
    Slip(code="average", did="what a turn costs on average", because="a chat is billed as the sum of its turns.",
         look="what you divide by.", seen=lambda b, t: b == (1, (t + 1) / 2, (t - 1) / 2, 1)),
    Slip(code="last-turn", did="the last turn alone, without those before it",
         because="each turn is a request of its own, and each is billed.", look="whether you add the turns up.",
         seen=lambda b, t: b == (1, t, t - 1, 1)),
    Slip(code="all-as-last", did="every turn costs what the last and longest does",
         because="the history is short at first; a forecast that much too high stops a feature that would pay.",
         look="whether the history grows inside your loop.", seen=lambda b, t: b == (t, t * t, t * (t - 1), t)),
    Slip(code="from-zero", did="turns counted from 0, in a formula for turns counted from 1", because=CARRIED,
         look="your `range`: `range(1, turns + 1)` is 1, 2, ..., turns.",
         seen=lambda b, t: b == (t, t * (t - 1) / 2, t * (t - 3) / 2, t)),
    Slip(code="turn-too-few", did="one turn too few", because="each turn is a request of its own, and each is billed.",
         look="where your loop ends: `range(1, turns)` stops before `turns`.",
         seen=lambda b, t: b.system == b.reply_out == t - 1),
    Slip(code="turn-too-many", did="one turn too many", because="a request that nobody sends costs nothing.",
         look="where your loop starts and ends.", seen=lambda b, t: b.system == b.reply_out == t + 1),
    Slip(code="last-exchange", did="of the history only the last exchange is sent again", look="what turn 3 carries.",
         because="the model sees what is sent and nothing else: it would have forgotten all that was said before.",
         seen=lambda b, t: b == (t, 2 * t - 1, t - 1, t)),
    Slip(code="no-output", did="no reply is billed at the output price", look="what each turn pays beside its input.",
         because="what the model writes is output, and here five times as dear as input.",
         seen=lambda b, t: b.reply_out == 0),
    Slip(code="output-again", did="replies of earlier turns are billed as output again",
         because="a reply is output once, in its own turn; later it is part of the input, at the input's price.",
         look="which price meets the history.",
         seen=lambda b, t: b.reply_out in (t * (t + 1) / 2, t * (t - 1) / 2, t * t)),
    Slip(code="output-once", did="the output of one turn only", because="each turn has a reply that is paid for.",
         look="whether the output is inside your loop.", seen=lambda b, t: b.reply_out == 1),
    Slip(code="no-system", did="the system prompt is left out", because="it travels with every request.",
         look="what a request holds beside the messages.", seen=lambda b, t: b.system == 0),
    Slip(code="system-once", did="the system prompt is paid once", look="where you add `system`.",
         because="it travels with every request: a chat of 20 turns pays for it 20 times.",
         seen=lambda b, t: b.system == 1),
    Slip(code="system-again", did="every turn adds one more system prompt", because="each request holds it once.",
         look="whether `system` gets into the history that you carry on.",
         seen=lambda b, t: b.system == t * (t + 1) / 2),
    Slip(code="sums", did="your sums over the turns are off", look="what you halve, and where the + 1 and the - 1 are.",
         because="1 + 2 + ... + T is `T*(T+1)/2`, for user messages; 0 + 1 + ... + (T-1) is `T*(T-1)/2`, for replies.",
         seen=lambda b, t: b.user in (t * (t + 1), t * t, t * t / 2) or b.reply_in in (t * (t - 1), t * t, t * t / 2)),
    Slip(code="user-missing", did="the message that the turn itself asks is left out", because=CARRIED,
         look="what turn 1 sends.", seen=lambda b, t: b.user == t * (t - 1) / 2),
    Slip(code="user-ahead", did="each turn carries a user message that has not been asked yet", because=CARRIED,
         look="what turn 1 sends.", seen=lambda b, t: b.user == t * (t + 3) / 2),
    Slip(code="user-not-resent", did="of the history only the replies are sent again", because=KEPT,
         look="what turn 2 sends of turn 1.", seen=lambda b, t: b.user == t),
    Slip(code="reply-not-resent", did="of the history only the user messages are sent again", because=KEPT,
         look="what turn 2 sends of turn 1: the model's answers are part of it.", seen=lambda b, t: b.reply_in == 0),
    Slip(code="reply-ahead", did="turn t carries t replies, its own among them", because=CARRIED,
         look="when a reply joins the history.", seen=lambda b, t: b.reply_in == t * (t + 1) / 2),
    Slip(code="reply-behind", did="the newest reply of the history is left out", because=CARRIED,
         look="what turn 2 sends of turn 1.", seen=lambda b, t: b.reply_in == (t - 1) * (t - 2) / 2),
)
"""Whole bills first, then their parts; the first that fits names the mistake."""


CACHE_PRICE = Slip(
    code="cache-price", did="a price of the cache comes into it", look="which of the five prices you use.",
    because="nothing is cached unless a request asks for it; this chat pays for input and output.",
    seen=lambda b, t: False)


def slip_in(attempt: Attempt) -> Slip | None:
    """The mistake, where it is one that we know."""
    if any(alone(attempt, part, 2) != alone(attempt, part, 2, OTHER_CACHE) for part in ("system", "user", "reply")):
        return CACHE_PRICE
    found = billed(attempt)
    return next((slip for slip in SLIPS if slip.seen(found, LONG)), None) if found else None
