"""Quizzes: one question or several, each choice with its own reply.

    quiz("00-q1", "00-q4")           # in a notebook: a card with buttons
    quiz("00-q1").answer("b")        # the same in a terminal
    warmup("01")                     # two questions of earlier lessons

The first answer counts; after it every choice may be tried. What was tried is kept as long as the kernel lives, so
that running the cell again does not take it away; after a restart a quiz is fresh, and only its events remain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from helpers.classroom import items, progress, ui
from helpers.classroom.faces import QuizFace
from helpers.classroom.items import Item
from helpers.classroom.note import ASKS, OTHER, RIGHT, Note, wrapped
from helpers.classroom.report import card, inline_html

RULE = "Your first answer counts. After it, try the other choices as you like."
WARMUP_ITEMS = 2

_tried: dict[str, list[str]] = {}
"""By item, the letters chosen in this kernel, in order."""
_warmups: dict[str, tuple[str, ...]] = {}
"""By lesson, the warm-up chosen in this kernel: answering it does not change it."""


def quiz(*ids: str) -> Quiz:
    """The quiz items with these ids. LookupError for an id that does not exist, ValueError for none or one twice."""
    if not ids:
        raise ValueError('quiz() needs the id of at least one item, such as quiz("00-q1").')
    twice = sorted({id for id in ids if ids.count(id) > 1})
    if twice:
        raise ValueError(f"quiz() got {', '.join(twice)} more than once.")
    return Quiz([items.item(id) for id in ids])


def warmup(lesson: str) -> Quiz:
    """Two items of lessons before *lesson*.

    First what was wrong at its last first try, then what was seen longest ago. With no progress the choice is fixed:
    the same for everybody.
    """
    before = [other for other in items.lessons() if other < str(lesson)]
    if not before:
        raise LookupError(f"No lesson before {lesson!r} has quiz items, so there is nothing to warm up with. "
                          f"There are items of lesson {', '.join(items.lessons())}.")
    if lesson not in _warmups:
        _warmups[lesson] = tuple(_most_urgent(_fixed_order(before))[:WARMUP_ITEMS])
    return Quiz([items.item(id) for id in _warmups[lesson]], "Warm-up")


def _fixed_order(lessons: Sequence[str]) -> list[str]:
    """All their items: the first of each lesson, the latest lesson first, then the second of each, and so on."""
    placed = [(place, -number, id) for number, lesson in enumerate(lessons)
              for place, id in enumerate(items.warmup_order(lesson))]
    return [id for _, _, id in sorted(placed)]


def _most_urgent(ids: Sequence[str]) -> list[str]:
    """Wrong at the last first try before all others, and among equals the one seen longest ago; then as given."""
    events = progress.of("quiz")
    seen = {event.item: event.at for event in events}
    right = {event.item: event.data.get("right") for event in events if event.data.get("first") is True}
    never = datetime.min.replace(tzinfo=UTC)
    return sorted(ids, key=lambda id: (right.get(id) is not False, seen.get(id, never)))


class Quiz(ui.Live):
    """Questions to be answered. Shows itself with buttons where there are widgets, as text where not."""

    def __init__(self, chosen: Sequence[Item], heading: str = "Quiz") -> None:
        self.items, self.heading = tuple(chosen), heading

    def answer(self, answers: str | Mapping[str, str]) -> Note:
        """Answer in code: a letter, or {item: letter} where there are several items. Returns the reply.

        Raises ValueError for a letter that is no choice, LookupError for an item that is not in this quiz.
        """
        chosen = [(self._item(id), letter) for id, letter in self._by_item(answers).items()]
        tests = [item.choice(letter).right for item, letter in chosen]      # all, before the first one counts
        said = [f"{item.id}, {letter.strip().lower()}: {self.attempt(item, letter)}" for item, letter in chosen]
        return Note("\n".join(said), RIGHT if all(tests) else OTHER)

    def attempt(self, item: Item, letter: str) -> str:
        """Count one answer, tell the live face, and return the reply."""
        choice, letter = item.choice(letter), letter.strip().lower()
        tried = _tried.setdefault(item.id, [])
        tried.append(letter)
        progress.record("quiz", item.id, choice=letter, right=choice.right, first=len(tried) == 1,
                        misconception=choice.misconception)
        if self.live is not None:
            self.live.refresh()
        return item.reply(letter)

    def opening(self) -> str:
        """The card's first line, as HTML."""
        return f"<strong>{self.heading}.</strong> {RULE}"

    def tried(self, item: Item) -> tuple[str, ...]:
        """The letters chosen in this kernel, in order."""
        return tuple(_tried.get(item.id, ()))

    def _by_item(self, answers: str | Mapping[str, str]) -> Mapping[str, str]:
        if isinstance(answers, Mapping):
            if wrong := [letter for letter in answers.values() if not isinstance(letter, str)]:
                raise ValueError(f'An answer is a letter, such as "b"; got {wrong[0]!r}.')
            return answers
        if not isinstance(answers, str):
            raise ValueError(f'An answer is a letter, such as "b"; got {answers!r}.')
        if len(self.items) > 1:
            raise ValueError(f"This quiz has {len(self.items)} questions, so say which one you answer: "
                             f'.answer({{"{self.items[0].id}": "{answers}"}}).')
        return {self.items[0].id: answers}

    def _item(self, id: str) -> Item:
        for item in self.items:
            if item.id == id:
                return item
        raise LookupError(f"{id!r} is not in this quiz; it has {', '.join(item.id for item in self.items)}.")

    def __str__(self) -> str:
        return "\n".join([f"{self.heading}. {RULE}", *map(_as_text, self.items), f"Without widgets: {self._call()}"])

    __repr__ = __str__

    def _call(self) -> str:
        ids = [item.id for item in self.items]
        answer = '"b"' if len(ids) == 1 else f'{{"{ids[0]}": "b"}}'
        return f"quiz({', '.join(map(_quoted, ids))}).answer({answer})"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return ui.bundle(self, {"text/html": self._html(), "text/plain": str(self)}, QuizFace)

    def _html(self) -> str:
        questions = "".join(map(_as_html, self.items))
        return card(f"{self.opening()}{questions}"
                    f"<div>Run the cell to answer, or without widgets: {inline_html(f'`{self._call()}`')}</div>", ASKS)


def _as_text(item: Item) -> str:
    choices = [wrapped(choice.text, f"  {letter}) ") for letter, choice in zip(item.letters, item.choices, strict=True)]
    return "\n".join(["", wrapped(f"{item.id} · {item.stem}"), *choices, ""])


def _as_html(item: Item) -> str:
    choices = "".join(f'<div style="margin:2px 0 2px 1.2em">{letter}) {inline_html(choice.text)}</div>'
                      for letter, choice in zip(item.letters, item.choices, strict=True))
    return f'<div style="margin:10px 0"><strong>{inline_html(item.stem)}</strong>{choices}</div>'


def _quoted(id: str) -> str:
    return f'"{id}"'
