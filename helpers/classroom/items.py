"""The quiz items of a lesson, as they lie in data/quiz/NN.json.

    item("00-q1").choices[1].why
    item("00-q1").reply("b")         # what the learner who chose b reads
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache

from helpers import settings

FOLDER = settings.DATA / "quiz"
LETTERS = "abcdefgh"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One of the answers that an item offers."""

    text: str
    right: bool = False
    misconception: str = ""
    """Code of what one must have believed to choose it, from misconceptions.json; "" for the right one."""
    why: str = ""
    """Its own reply."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One question. Its stem and choices may hold `code` in backticks."""

    id: str
    objective: str
    stem: str
    choices: tuple[Choice, ...]
    after: str
    """The explanation, shown once the right choice was made."""
    source: str

    @property
    def letters(self) -> tuple[str, ...]:
        """The letters of its choices, in order."""
        return tuple(LETTERS[:len(self.choices)])

    def choice(self, letter: str) -> Choice:
        """The choice with this letter, upper or lower case; ValueError names the letters that there are."""
        found = str(letter).strip().lower()
        if found not in self.letters:
            raise ValueError(f"{self.id} has the choices {', '.join(self.letters)}; got {letter!r}.")
        return self.choices[self.letters.index(found)]

    def reply(self, letter: str) -> str:
        """What to say to this choice."""
        choice = self.choice(letter)
        parts = ["Right.", choice.why, self.after] if choice.right else ["Not this one.", choice.why]
        return " ".join(filter(None, parts))


@cache
def lesson_items(lesson: str) -> tuple[Item, ...]:
    """The items of lesson "01", in order; none where the lesson has no file."""
    file = FOLDER / f"{lesson}.json"
    if not file.is_file():
        return ()
    raw = json.loads(file.read_text("utf-8"))["items"]
    return tuple(Item(**{**one, "choices": tuple(Choice(**choice) for choice in one["choices"])}) for one in raw)


@cache
def warmup_order(lesson: str) -> tuple[str, ...]:
    """The ids of the lesson's items as later lessons ask for them: the file's own choice first, then the rest."""
    every = [item.id for item in lesson_items(lesson)]
    chosen = json.loads((FOLDER / f"{lesson}.json").read_text("utf-8")).get("warmup", [])
    return (*chosen, *(id for id in every if id not in chosen))


def lessons() -> list[str]:
    """The lessons that have items, in order."""
    return sorted(file.stem for file in FOLDER.glob("[0-9][0-9]*.json"))


def item(id: str) -> Item:
    """The item with this id; LookupError says which there are."""
    own = lesson_items(id.partition("-")[0]) if isinstance(id, str) and id[:2].isdigit() else ()
    for found in own:
        if found.id == id:
            return found
    known = ", ".join(found.id for found in own) or "; ".join(
        f"{lesson_items(lesson)[0].id} to {lesson_items(lesson)[-1].id}" for lesson in lessons())
    raise LookupError(f"There is no quiz item {id!r}. {'Of this lesson there are' if own else 'There are'}: {known}.")
