"""01-2: `my_forecast(price, *, turns, system, user, reply)`.

A check compares one amount; what a wrong one comes from is measured, see `e01_billed`.
"""

from __future__ import annotations

from dataclasses import dataclass

from helpers.classroom.attempt import Attempt, Spoiled
from helpers.classroom.exercise import Exercise
from helpers.classroom.report import Problem
from helpers.exercises.e01_billed import LONG, PROBE, alone, billed, right, slip_in
from helpers.exercises.e01_price import PRICE
from helpers.exercises.numbers import as_number, close, dollars, mixed_with_float, number_in


def my_forecast(price, *, turns, system, user, reply):
    """One good solution: turn t carries t user messages and the t - 1 replies before it."""
    millionths = 0
    for turn in range(1, turns + 1):
        carried = system + turn * user + (turn - 1) * reply
        millionths += carried * price.input + reply * price.output
    return millionths / 1_000_000


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation that we send, and what it comes to."""

    turns: int
    system: int
    user: int
    reply: int

    @property
    def sizes(self) -> dict[str, int]:
        """It as arguments."""
        return {"turns": self.turns, "system": self.system, "user": self.user, "reply": self.reply}

    @property
    def sent(self) -> str:
        """It in words."""
        return (f"{self.turns} turn{'s' * (self.turns != 1)} with {self.system:,} tokens of system prompt, user "
                f"messages of {self.user:,} and replies of {self.reply:,}; $2 in, $10 out per million")

    @property
    def usd(self) -> float:
        """Its price."""
        return float(my_forecast(PRICE, **self.sizes))

    @property
    def should(self) -> str:
        """What we want to see."""
        return f"return {dollars(self.usd)}: {self._counted()}"

    def _counted(self) -> str:
        """How one gets there."""
        first, last = (f"{self.system + turn * self.user + (turn - 1) * self.reply:,}" for turn in (1, self.turns))
        if self.turns == 0:
            return "nothing was sent"
        if self.turns == 1:
            return f"{first} tokens in, {self.reply:,} out"
        if self.turns == 2:
            return f"{first} tokens in, then {last}, and {self.reply:,} out each time"
        return f"from {first} tokens in, in turn 1, to {last} in turn {self.turns}"


ONE, TWO, TWENTY = Chat(1, 500, 100, 300), Chat(2, 500, 100, 300), Chat(LONG, 1_207, 93, 341)
SYSTEM_ONLY, NONE = Chat(3, 1_000, 0, 0), Chat(0, 500, 100, 300)


def one_turn(attempt: Attempt) -> Problem | None:
    """Without history: the unit, the prices, each part once."""
    return _compare(attempt, ONE)


def two_turns(attempt: Attempt) -> Problem | None:
    """A history of exactly one exchange."""
    return _compare(attempt, TWO)


def twenty_turns(attempt: Attempt) -> Problem | None:
    """The history of a real chat."""
    return _compare(attempt, TWENTY)


def system_only(attempt: Attempt) -> Problem | None:
    """The system prompt is part of every request."""
    return _compare(attempt, SYSTEM_ONLY)


def no_turns(attempt: Attempt) -> Problem | None:
    """No request, no dollars."""
    got = _usd(attempt, NONE)
    if close(got, 0):
        return None
    return _slip(attempt, NONE, got) or Problem(
        code="zero", sent=NONE.sent, did=f"returned {dollars(got)}", should=NONE.should,
        because="a table of users also holds those who never began.")


def _usd(attempt: Attempt, chat: Chat) -> float:
    ran = attempt.run(PRICE, **chat.sizes, sent=chat.sent)
    if ran.error is not None:
        raised = attempt.raised(ran, chat.sent)
        raise Spoiled(mixed_with_float(ran.error, raised, chat.should) or raised)
    return as_number(ran.value, chat.sent, f"return a number of dollars: {dollars(chat.usd)}")


def _compare(attempt: Attempt, chat: Chat) -> Problem | None:
    got = _usd(attempt, chat)
    if close(got, chat.usd):
        return None
    return (_kept_state(attempt, chat, got) or _price_slip(attempt, chat, got) or _slip(attempt, chat, got)
            or _off(attempt, chat, got))


def _kept_state(attempt: Attempt, chat: Chat, got: float) -> Problem | None:
    """A total that lives outside the function grows from call to call."""
    again = _usd(attempt, chat)
    if close(got, again):
        return None
    return Problem(code="keeps-state", sent=f"{chat.sent}; twice",
                   did=f"returned {dollars(got)}, then {dollars(again)}",
                   should=f"return {dollars(chat.usd)} both times",
                   because="the second caller would pay for the first one's chat.",
                   look="a total that is not made anew in each call: a global name, or a default such as `total=[]`.")


def _price_slip(attempt: Attempt, chat: Chat, got: float) -> Problem | None:
    """The unit, or the wrong price: seen in one turn that sends a single kind of text."""
    found = next((usd for part in ("system", "user") if (usd := alone(attempt, part, 1))), None)
    if found is None or close(found, 1):
        return None
    common = {"sent": chat.sent, "should": chat.should}
    for wrong, words in ((1e6, "a million times too high"), (1e3, "a thousand times too high"),
                         (1e2, "a hundred times too high, as if in cents"),
                         (1e-3, "a thousandth of its price"), (1e-6, "a millionth of its price")):
        if close(found, wrong):
            return Problem(code="unit", did=f"returned {dollars(got)}: input alone is {words}",
                           because="prices are per million tokens, and a slip of the unit is the costliest one.",
                           look="what you divide by.", **common)
    if close(found, float(PROBE.output)):
        return Problem(code="swapped", did=f"returned {dollars(got)}: input at the output price",
                       because="the two differ by a factor of five.", look="which price meets which count.", **common)
    if close(found, number_in(attempt.run(PRICE, turns=1, system=1_000_000, user=0, reply=0).value) or 0):
        return Problem(code="price-ignored", did=f"returned {dollars(got)}, and the same at any other price",
                       because="prices change, and every model has its own.",
                       look="where the prices in your code come from: `price.input` and `price.output`.", **common)
    return None


def _slip(attempt: Attempt, chat: Chat, got: float) -> Problem | None:
    slip = slip_in(attempt)
    if slip is None:
        return None
    return Problem(code=slip.code, sent=chat.sent, did=f"returned {dollars(got)}: {slip.did}", should=chat.should,
                   because=slip.because, look=slip.look)


def _off(attempt: Attempt, chat: Chat, got: float) -> Problem:
    said, found = f"returned {dollars(got)}", billed(attempt)
    if found == right(LONG) and abs(got - chat.usd) < 0.005 + 0.5 * (got == int(got)):
        return Problem(code="rounded", sent=chat.sent, did=said, should=f"{chat.should}, unrounded",
                       because="ten thousand chats multiply what was rounded away. Round when you show an amount.")
    counts = f". In 20 turns it bills {found}" if found and found != right(LONG) else ""
    return Problem(code="amount", sent=chat.sent, did=said + counts, should=chat.should,
                   because=f"20 turns bill {right(LONG)}." if counts else
                   "turn t carries the system prompt, t user messages and t - 1 replies, and writes one reply.")


FORECAST_A_CHAT = Exercise(
    id="01-2", name="my_forecast", call="my_forecast(price, turns=..., system=..., user=..., reply=...)",
    solution=my_forecast, checks=(one_turn, two_turns, twenty_turns, system_only, no_turns),
    praise="Your forecast grows as the bill does, with the square of the turns. A flat one is too low from the second "
           "turn on.",
    hints=("Which texts does turn 3 send, and which of them did turn 2 send, too?",
           "Go through the turns, from 1 to `turns`. Turn t pays as input for `system`, for t user messages and for "
           "the t - 1 replies before it; as output for one reply.",
           "Inside `for turn in range(1, turns + 1)`: `usd += (system + turn * user + (turn - 1) * reply) * "
           "price.input + reply * price.output`. Divide the sum by 1_000_000 at the end."),
)
