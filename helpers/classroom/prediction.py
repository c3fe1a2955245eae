"""Predictions: a guess that is locked before the result is seen, and compared with it after.

    fifty_turns = predict("01-p1", "What will fifty turns cost?", unit="$")
    fifty_turns.lock(0.35, sure="fairly sure")     # the button of its card does the same
    fifty_turns.reveal(invoice.total)              # in a later cell: guess, result and difference

A lock lives as long as the kernel, however often the cell runs. After a restart the newest lock in the progress
folder is shown with its day, so that one can guess anew.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from helpers.classroom import comparing, progress, ui
from helpers.classroom.comparison import SURE, Comparison, Guess, sure_in_words
from helpers.classroom.faces import PredictionFace
from helpers.classroom.items import LETTERS
from helpers.classroom.note import ASKS, Note, wrapped
from helpers.classroom.report import card, inline_html


@dataclass(slots=True)
class _State:
    """What this kernel knows of one prediction, however often its cells run."""

    guess: Guess | None = None
    result_seen: bool = False
    own: bool = False
    """Locked or asked anew in this kernel: what an earlier session locked counts no more."""
    watchers: list[Callable[[], None]] = field(default_factory=list)


_states: dict[str, _State] = {}


def predict(id: str, question: str, *, choices: Sequence[str] | None = None, unit: str = "") -> Prediction:
    """Ask for a guess: one of *choices*, or without them a number in *unit* ("$", "tokens", "s", "%").

    ValueError for choices that can't be told apart, or too few or too many of them.
    """
    if choices is not None and not (2 <= len(choices) <= len(LETTERS) and len(set(choices)) == len(choices)):
        raise ValueError(f"predict({id!r}) needs 2 to {len(LETTERS)} different choices; got {list(choices)!r}.")
    return Prediction(id, question, tuple(choices) if choices is not None else None, unit)


class Prediction(ui.Live):
    """A question and, once it is locked, the guess."""

    levels = SURE

    def __init__(self, id: str, question: str, choices: tuple[str, ...] | None, unit: str) -> None:
        self.id, self.question, self.choices, self.unit = id, question, choices, unit
        self._state = _states.setdefault(id, _State())
        if not self._state.own:
            self._state.guess = self._earlier()
        elif self._state.guess and not self._fits(self._state.guess.value):
            self._state.guess = None             # the cell was edited: its choices are others now

    @property
    def guess(self) -> Guess | None:
        """What is locked now."""
        return self._state.guess

    def lock(self, value: Any, sure: str = SURE[0]) -> Note:
        """Lock a guess: a number, or a choice by its letter, text or place (from 0). sure: one of SURE.

        ValueError says what was wrong and what is expected.
        """
        if sure not in SURE:
            raise ValueError(f"sure is {sure!r}; it must be one of {', '.join(map(repr, SURE))}.")
        guess = Guess(self._read(value, letters=True), sure, self._state.result_seen)
        plain = guess.value if isinstance(guess.value, str) else float(guess.value)
        progress.record("predict", self.id, guess=plain, sure=sure, after_result=guess.after_result)
        self._set(guess)
        return Note(self.locked_in_words())

    def ask_anew(self) -> None:
        """Unlock, so that another guess can be made."""
        self._set(None)

    def reveal(self, result: Any) -> Comparison:
        """Guess, result and difference. result: a number, a Cost, or a choice by its text or place (from 0).

        What is locked from now on is marked as locked after the result. ValueError for a result that can't be it.
        """
        comparison = Comparison(self, self._read(result))
        self._state.result_seen = True
        return comparison

    def watch(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Have *changed* called whenever a guess is locked or asked anew; returns what ends that."""
        self._state.watchers.append(changed)
        return lambda: self._state.watchers.remove(changed)

    def shown(self, value: Decimal | str) -> str:
        """A guess or a result as it is written in a sentence."""
        if isinstance(value, Decimal):
            return comparing.shown(value, self.unit)
        return value.rstrip(".")

    def locked_in_words(self) -> str:
        """The line that says what is locked; "" while nothing is."""
        if self.guess is None:
            return ""
        day = f" on {self.guess.day}" if self.guess.day else ""
        late = ", after the result was shown" if self.guess.after_result else ""
        return f"Locked{day}{late}: {self.shown(self.guess.value)}{sure_in_words(self.guess)}."

    def _set(self, guess: Guess | None) -> None:
        self._state.guess, self._state.own = guess, True
        for changed in list(self._state.watchers):
            changed()

    def _earlier(self) -> Guess | None:
        """The newest lock of an earlier session, if it still fits the question."""
        for event in progress.of("predict", self.id)[-1:]:
            try:
                value = self._read(event.data.get("guess"))
            except ValueError:
                return None
            at, sure = event.at.astimezone(), event.data.get("sure")
            return Guess(value, sure if sure in SURE else SURE[0], event.data.get("after_result") is True,
                         f"{at.day} {at:%b}")
        return None

    def _fits(self, value: Decimal | str) -> bool:
        return value in self.choices if self.choices else isinstance(value, Decimal)

    def _read(self, value: Any, *, letters: bool = False) -> Decimal | str:
        if self.choices is None:
            return comparing.read_number(value, self.unit)
        if isinstance(value, str):
            names = dict(zip(LETTERS, self.choices, strict=False)) if letters else {}
            if (found := names.get(value.strip().lower(), value)) in self.choices:
                return found
        elif not isinstance(value, bool) and hasattr(value, "__index__") and value in range(len(self.choices)):
            return self.choices[operator.index(value)]
        raise ValueError(f"{value!r} is none of the choices. Expected a letter ({', '.join(self.letters)}), "
                         f"or the text of a choice: {'; '.join(self.choices)}.")

    @property
    def letters(self) -> tuple[str, ...]:
        """The letters of its choices, in order."""
        return tuple(LETTERS[:len(self.choices or ())])

    def _how(self) -> str:
        example = '"b"' if self.choices else comparing.example(self.unit)
        return f'call `.lock({example})`, or `.lock({example}, sure="{SURE[-1]}")` on it.'

    def _answers(self) -> list[str]:
        """What may be answered, a line each."""
        if self.choices:
            return [f"{letter}) {text}" for letter, text in zip(self.letters, self.choices, strict=True)]
        wanted = comparing.expected(self.unit)
        return [] if self.guess else [f"{wanted[:1].upper()}{wanted[1:]}."]

    def __str__(self) -> str:
        end = self.locked_in_words() or f"Without widgets: {self._how().replace('`', '')}"
        answers = [wrapped(line, "  ", "     ") for line in self._answers()]
        return "\n".join([wrapped(f"Predict. {self.question}"), *answers, wrapped(end)])

    __repr__ = __str__

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return ui.bundle(self, {"text/html": self._html(), "text/plain": str(self)}, PredictionFace)

    def _html(self) -> str:
        end = self.locked_in_words() or f"Run the cell to lock your guess, or without widgets: {self._how()}"
        answers = "".join(f'<div style="margin:2px 0 2px 1.2em">{inline_html(line)}</div>' for line in self._answers())
        question = f"Predict. <strong>{inline_html(self.question)}</strong>"
        return card(f"{question}{answers}<div>{inline_html(end)}</div>", ASKS)
