"""A guess beside its result, in words.

    print(prediction.reveal(1.19))     # Your guess $0.35 (fairly sure); it is $1.19, 3.4 times as much.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from helpers.classroom import comparing, ui
from helpers.classroom.faces import ComparisonFace
from helpers.classroom.note import ASKS, wrapped
from helpers.classroom.report import card, inline_html

if TYPE_CHECKING:
    from helpers.classroom.prediction import Prediction

SURE = ("guess", "fairly sure", "certain")


@dataclass(frozen=True, slots=True)
class Guess:
    """What was locked."""

    value: Decimal | str
    """A number, or the text of a choice."""
    sure: str = SURE[0]
    after_result: bool = False
    day: str = ""
    """Such as "21 Nov", for a lock of an earlier session."""


class Comparison(ui.Live):
    """A locked guess beside the result. Its live face follows the guess."""

    def __init__(self, prediction: Prediction, result: Decimal | str) -> None:
        self.prediction, self.result = prediction, result

    def __str__(self) -> str:
        guess, is_it = self.prediction.guess, self.prediction.shown(self.result)
        if guess is None:
            is_it = f"It is {is_it}." if isinstance(self.result, Decimal) else f"It is: {is_it}."
            return f"{is_it} You have not locked a guess: do it above, then look here again."
        late = " You locked it after the result was shown." if guess.after_result else ""
        return self._with(guess, self.prediction.shown(guess.value), is_it) + late

    __repr__ = __str__

    def _with(self, guess: Guess, said: str, is_it: str) -> str:
        day, sure = f" on {guess.day}" if guess.day else "", sure_in_words(guess)
        if isinstance(guess.value, str) or isinstance(self.result, str):
            verdict = "as you said" if guess.value == self.result else "not what you said"
            return f"You said{day}: {said}{sure}. It is: {is_it}, {verdict}."
        words = comparing.difference(guess.value, self.result, self.prediction.unit)
        if self.prediction.unit == "$":
            return f"Your guess{day} {said}{sure}; it is {is_it}, {words}."
        return f"Your guess{day}: {said}{sure}; it is {is_it}: {words}."

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        static = {"text/html": card(inline_html(str(self)), ASKS), "text/plain": wrapped(str(self))}
        return ui.bundle(self, static, ComparisonFace)


def sure_in_words(guess: Guess) -> str:
    """How sure somebody was, in brackets; nothing for a mere guess."""
    return f" ({guess.sure})" if guess.sure != SURE[0] else ""
