"""What the live faces of quizzes and predictions are made of, and how they follow what they show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from helpers.classroom.note import OTHER, RIGHT
from helpers.classroom.report import inline_html
from helpers.classroom.ui import Face, polite

if TYPE_CHECKING:
    from helpers.classroom.comparison import Comparison
    from helpers.classroom.items import Item
    from helpers.classroom.prediction import Prediction
    from helpers.classroom.quizzes import Quiz


class QuizFace(Face):
    """Per item: the stem, a button for each choice, and the reply."""

    def __init__(self, quiz: Quiz) -> None:
        self._quiz = quiz
        self.buttons: dict[str, list[Any]] = {}
        """By item, a button for each choice."""
        self.replies: dict[str, Any] = {}
        super().__init__()

    def children(self) -> list[Any]:
        return [self.words(self._quiz.opening()), *(part for item in self._quiz.items for part in self._question(item))]

    def _question(self, item: Item) -> list[Any]:
        self.buttons[item.id] = [
            self.button(lambda letter=letter: self._quiz.attempt(item, letter), style="course-choice")
            for letter in item.letters]
        self.replies[item.id] = self.said()
        stem = self.words(f'<div style="margin-top:8px"><strong>{inline_html(item.stem)}</strong></div>')
        return [stem, *self.buttons[item.id], self.replies[item.id]]

    def refresh(self) -> None:
        for item in self._quiz.items:
            self._refresh(item, self._quiz.tried(item))

    def _refresh(self, item: Item, tried: Sequence[str]) -> None:
        for letter, button, choice in zip(item.letters, self.buttons[item.id], item.choices, strict=True):
            mark = ("✓ " if choice.right else "✗ ") if letter in tried else ""
            button.description = _plain(f"{mark}{letter}) {choice.text}")
            if mark:
                button.add_class("course-right" if choice.right else "course-other")
        if tried:
            last = tried[-1]
            edge = RIGHT if item.choice(last).right else OTHER
            self.replies[item.id].value = polite(f"{last}) {inline_html(item.reply(last))}", edge)


class PredictionFace(Face):
    """The question, choices or a field, how sure one is, and one button that locks and frees."""

    def __init__(self, prediction: Prediction) -> None:
        self._prediction, self._levels = prediction, prediction.levels
        self._picked, self._sure = "", self._levels[0]
        super().__init__()
        self.follow(prediction.watch)

    def children(self) -> list[Any]:
        asked = self._prediction
        self.choices = [self.button(lambda letter=letter: self._choose(letter), style="course-choice")
                        for letter in asked.letters]
        unit = f", in {asked.unit}" if asked.unit else ""
        self.field = None if asked.choices else self.text_field(f"Your guess{unit}", lambda: self.action.focus())
        self.sure = [self.button(lambda level=level: self._be_sure(level)) for level in self._levels]
        self._row = self.row("Box", [self.label("How sure are you?"), *self.sure], flex_flow="row wrap",
                             align_items="center")
        self.action, self.status = self.button(self._act, style="course-act"), self.said()
        question = self.words(f"Predict. <strong>{inline_html(asked.question)}</strong>")
        return [question, *([self.field] if self.field else self.choices), self._row, self.action, self.status]

    def refresh(self) -> None:
        asked = self._prediction
        locked = asked.guess is not None
        if locked and asked.choices:
            self._picked = asked.letters[asked.choices.index(asked.guess.value)]
        for letter, button, text in zip(asked.letters, self.choices, asked.choices or (), strict=True):
            _mark(button, f"{letter}) {text}", self._picked == letter)
            button.disabled = locked
        for level, button in zip(self._levels, self.sure, strict=True):
            _mark(button, level, self._sure == level)
        self.action.description = "Guess anew" if locked else "Lock my guess"
        for widget in filter(None, (self._row, self.field)):
            widget.layout.display = "none" if locked else "flex"
        self.status.value = polite(inline_html(asked.locked_in_words()))

    def _choose(self, letter: str) -> None:
        self._picked = letter
        self.refresh()

    def _be_sure(self, level: str) -> None:
        self._sure = level
        self.refresh()

    def _act(self) -> None:
        if self._prediction.guess is None:
            self._lock()
        else:
            self._prediction.ask_anew()

    def _lock(self) -> None:
        """Lock what is chosen or typed; what is missing is said."""
        try:
            value = self.field.value if self.field else self._picked
            self._prediction.lock(value, self._sure)
        except ValueError as problem:
            said = str(problem) if value else f"There is no guess yet: {self._wanted()} first."
            self.status.value = polite(inline_html(said), OTHER)

    def _wanted(self) -> str:
        return "choose one of the answers" if self._prediction.choices else "type a number"


class ComparisonFace(Face):
    """The comparison in words, which follows the guess."""

    def __init__(self, comparison: Comparison) -> None:
        self._comparison = comparison
        super().__init__()
        self.follow(comparison.prediction.watch)

    def children(self) -> list[Any]:
        self.status = self.said()
        return [self.status]

    def refresh(self) -> None:
        self.status.value = polite(inline_html(str(self._comparison)))


def _plain(text: str) -> str:
    """A button shows text only."""
    return text.replace("`", "")


def _mark(button: Any, text: str, chosen: bool) -> None:
    button.description = _plain(f"{'●' if chosen else '○'} {text}")
    (button.add_class if chosen else button.remove_class)("course-picked")
