"""06-4: `my_compact(messages, budget, count)`: a history that is valid, fits, and that a cache can read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, partial

from helpers.classroom.attempt import Attempt, Spoiled
from helpers.classroom.exercise import Exercise
from helpers.classroom.report import Problem
from helpers.economics import find_model, model_id
from helpers.exercises.e06_cases import Counter
from helpers.exercises.e06_messages import shape
from helpers.exercises.e06_sixty import RECENT, TURNS, Moment, Played, Turns, play, sound, texts, with_tools
from helpers.simulate.violations import size

MOST = Decimal("1.2")
"""Of the reference's bill."""


def my_compact(messages, budget, count):
    """One good solution."""
    def is_question(message):
        blocks = message["content"]
        return message["role"] == "user" and (
            isinstance(blocks, str) or all(block["type"] != "tool_result" for block in blocks))

    sizes = [count(message) for message in messages]
    if sum(sizes) <= budget:
        return messages
    starts = [place for place, message in enumerate(messages) if is_question(message)]
    low = budget / 2
    return messages[next((start for start in starts[:-3] if sum(sizes[start:]) <= low), starts[-3]):]


@dataclass(frozen=True, slots=True)
class Compacts:
    """A check: a talk of sixty turns, and its bill."""

    words: str
    turns: Callable[[], Turns]
    budget: int

    def __call__(self, attempt: Attempt) -> Problem | None:
        sent = f"{self.words}, one of {TURNS} turns; `budget={self.budget:,}`"
        played = play(self.words, self.turns(), self.budget, lambda turn, given: attempt.call(
            given, self.budget, Counter(), sent=f"turn {turn} of {sent}", should="return the messages to send"),
                      partial(_keeps, self.turns()))
        best = reference(self.turns, self.budget)
        if played.usd <= MOST * best.usd:
            return None
        return Problem(code="resets", sent=f"{self.words}: {TURNS} turns, a minute apart; `budget={self.budget:,}`",
                       did=f"returned valid lists, but with {resets(played)} in {TURNS} turns: {usd(played.usd)} where "
                       f"{usd(best.usd)} is possible", should=f"cost {usd(MOST * best.usd)} at most",
                       because="whatever goes at the front, all that stands behind it is another prefix: it is "
                       f"{anew()}.",
                       look="how soon after a cut the next one comes.")


def resets(played: Played) -> str:
    """How often, in words."""
    return f"{len(played.resets)} cache reset{'s' * (len(played.resets) != 1)}"


def anew() -> str:
    """What a reset costs, by the model's prices."""
    price = find_model(model_id("default")).prices[0].price
    return (f"written anew at {(price.cache_write_5m or 0) / price.input:g} times the input price, where it would have "
            f"been read at {(price.cache_read or 0) / price.input:g} times")


def usd(amount: Decimal) -> str:
    """Dollars to four digits behind the point: a talk costs a cent or two."""
    return f"${amount:.4f}"


def _keeps(turns: Turns, moment: Moment) -> None:
    """Spoiled where a list is not sound, or a message of the talk went that should have stayed."""
    sound(moment)
    got = list(moment.got)
    if sum(map(size, moment.given)) <= moment.budget and any(
            message in turn for message in moment.given if message not in got for turn in turns):
        raise Spoiled(moment.problem(
            "needless", f"returned {shape(got)}, though all of it fitted", "what is dropped is forgotten, and the "
            "cache is lost with it.", "the question that your function asks first.", "return all messages"))
    if [message for message in got if message in moment.recent] != moment.recent:
        raise Spoiled(moment.problem(
            "recent-lost", f"returned {shape(got)}, without all of the last {RECENT} turns, as they were",
            "\"and the other one?\" refers to what was said a moment ago: a cut that reaches so far is seen by "
            "every customer.", "what your cut leaves when turns are long.", f"hold the last {RECENT} turns, "
            f"{sum(map(size, moment.recent)):,} tokens"))


@cache
def reference(turns: Callable[[], Turns], budget: int) -> Played:
    """What our solution costs."""
    return play("", turns(), budget, lambda _, given: my_compact(given, budget, size), sound)


COMPACT = Exercise(
    id="06-4", name="my_compact", call="my_compact(messages, budget, count)", solution=my_compact,
    checks=(Compacts("a talk of questions and answers", texts, 6_000),
            Compacts("a talk in which each third turn calls a tool", with_tools, 8_000)),
    praise="Few cuts, and each of them large: in between the list only grows, and a list that only grows is read from "
           "the cache. What a cut forgets is the price; `down_to` in `helpers.history` sets it.",
    hints=("After one of your cuts, how many turns pass until the budget is exceeded again?",
           "There are two amounts: the one at which something has to go, and the one at which you stop dropping. In "
           "06-2 they are the same.",
           "Nothing while `sum(sizes) <= budget`. Then the first `start` of a turn from which on the rest is at most a "
           "share of the budget of your choice, `sum(sizes[start:]) <= share * budget`, but never behind `starts[-3]`; "
           "try two shares, and read the bill."),
)
