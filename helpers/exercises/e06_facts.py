"""06-5: `my_context(messages, facts, budget, count)`: what must outlive every cut, and where it stands.

The facts are those of `simulate.recall`, and four of them change later. No message of the talk has a fact's words: so
each is in a request as often as the answer put it there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from helpers.classroom.attempt import Attempt, Spoiled
from helpers.classroom.exercise import Exercise
from helpers.classroom.report import Problem
from helpers.exercises.e06_cases import Counter
from helpers.exercises.e06_compact import MOST, anew, my_compact, resets, usd
from helpers.exercises.e06_messages import Message, shape
from helpers.exercises.e06_sixty import RECENT, TURNS, Moment, Played, Turns, play, sound, texts, with_tools
from helpers.simulate.recall import FACTS
from helpers.simulate.violations import size

NAMES = ("allergy", "size", "damaged", "material", "journey", "limit", "contact", "delivery")
CHANGES = {26: ("size", "wears shoe size 44"), 30: ("journey", "leaves for Norway on 9 March"),
           47: ("limit", "spends 600 dollars at most"), 52: ("size", "wears shoe size 45")}
RESERVE = 300
"""Tokens that an answer may keep free for facts and the words around them, before a cut is called needless."""


def my_context(messages, facts, budget, count):
    """One good solution."""
    title = "Known about this customer:"
    note = {"role": "user", "content": "\n".join([title, *facts.values()])}
    talk = [message for message in messages if not str(message["content"]).startswith(title)]
    kept = my_compact(talk, budget - count(note), count)
    return [*kept[:-1], note, kept[-1]] if facts else kept


def facts_at(turn: int) -> dict[str, str]:
    """What holds at a turn, by name."""
    told = {name: fact.text for name, fact in zip(NAMES, FACTS, strict=True) if fact.turn <= turn}
    return told | {name: words for at, (name, words) in CHANGES.items() if at <= turn}


def gone_at(turn: int) -> list[tuple[str, str]]:
    """(what held before, what holds now) of each fact that was replaced."""
    now = facts_at(turn)
    earlier = {(name, words) for before in range(1, turn) for name, words in facts_at(before).items()}
    return sorted((words, now[name]) for name, words in earlier if now[name] != words)


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts_in(inner)


@dataclass(slots=True)
class Watch:
    """Looks at each turn, and remembers in which of them something was dropped."""

    turns: Turns
    cuts: set[int] = field(default_factory=set)

    def __call__(self, moment: Moment) -> None:
        sound(moment)
        _facts(moment)
        said = "\n".join(_texts_in(moment.got))
        given = "\n".join(_texts_in(moment.given))
        spoken = [_spoken(turn) for turn in self.turns[:moment.turn - 1]] + [_spoken(self.turns[moment.turn - 1][:1])]
        lost = [words for turn in spoken for words in turn if words in given and words not in said]
        if any(words not in said for turn in spoken[-RECENT:] for words in turn):
            raise Spoiled(moment.problem(
                "recent-lost", f"returned {shape(moment.got)}, without all of the last {RECENT} turns", "facts are "
                "what must outlive a cut; what was said a moment ago must not be cut at all.",
                "what your cut leaves when turns are long, and what you take out with an old fact.",
                f"hold the last {RECENT} turns, word for word"))
        if lost and sum(map(size, moment.given)) + RESERVE <= moment.budget:
            raise Spoiled(moment.problem(
                "needless", f"dropped {len(lost)} messages, though all of it fitted, facts and all", "what is dropped "
                "is forgotten, and the cache is lost with it.", "the question that your function asks first.",
                "keep all messages"))
        if lost:
            self.cuts.add(moment.turn)


def _spoken(turn: tuple[Message, ...]) -> list[str]:
    """The longest text of each message of a turn, calls aside: how it is found again."""
    return [max(_texts_in(message["content"]), key=len) for message in turn if "tool_use" not in str(message)
            or "tool_result" in str(message)]


def _facts(moment: Moment) -> None:
    """Spoiled where a fact is not there, there twice, or there in a form that no longer holds."""
    words = "\n".join(_texts_in(moment.got))
    now = facts_at(moment.turn)
    should = "hold each of these once: " + "; ".join(now.values()) if now else "hold the messages"
    counts = {fact: words.count(fact) for fact in now.values()}
    lost, twice = ([fact for fact, count in counts.items() if wrong(count)] for wrong in (
        lambda count: count == 0, lambda count: count > 1))
    if lost:
        raise Spoiled(moment.problem(
            "fact-lost", f"returned {len(moment.got)} messages that don't have `{lost[0]}`: {len(now) - len(lost)} of "
            f"{len(now)} facts are there", "this customer has said it once, and will not say it again: "
            "the bot that sends nuts to somebody with an allergy had it in a turn that was cut.",
            "whether each request gets all facts, word for word, or only the one in which they were new.", should))
    if twice:
        raise Spoiled(moment.problem(
            "fact-twice", f"returned `{twice[0]}` {counts[twice[0]]} times", "what you return comes back next time, "
            "and what you put into it is still there: each turn pays for one copy more.", "what your function does "
            "with the facts that it finds in `messages`.", should))
    stale = next(((old, new) for old, new in gone_at(moment.turn) if old in words), None)
    if stale:
        raise Spoiled(moment.problem(
            "fact-stale", f"returned `{stale[0]}`, and `{stale[1]}` as well", "the model reads both and takes either: "
            "the parcel comes in the wrong size.", "where the old form still stands: in what came back to you?",
            should))


@dataclass(frozen=True, slots=True)
class Remembers:
    """A check: a talk of sixty turns with eight facts, and its bill."""

    words: str
    turns: Callable[[], Turns]
    budget: int

    def __call__(self, attempt: Attempt) -> Problem | None:
        sent = f"{self.words}: {TURNS} turns, in which {len(FACTS)} facts are told and {len(CHANGES)} replaced; " \
               f"`budget={self.budget:,}`"
        watch = Watch(self.turns())
        played = play(self.words, self.turns(), self.budget, lambda turn, given: attempt.call(
            given, facts_at(turn), self.budget, Counter(), sent=f"turn {turn} of {sent}",
            should="return the messages to send"), watch)
        best = reference(self.turns, self.budget)
        return None if played.usd <= MOST * best.usd else _too_dear(played, best, watch, sent)


def _too_dear(played: Played, best: Played, watch: Watch, sent: str) -> Problem:
    common = {"sent": sent, "should": f"cost {usd(MOST * best.usd)} at most"}
    bill = f"{usd(played.usd)} where {usd(best.usd)} is possible"
    uncut = [turn for turn in played.resets if turn not in watch.cuts]
    if len(uncut) > len(played.resets) / 2:
        return Problem(code="facts-in-prefix", did=f"put something that changes in front of what stays: "
                       f"{resets(played)}, and in {len(uncut)} of these turns nothing was dropped: {bill}",
                       because=f"a cache holds beginnings. When a fact changes, all that stands behind it is {anew()}.",
                       look="how many messages stand behind the facts: which place has the fewest?", **common)
    return Problem(code="resets", did=f"remembered all, but with {resets(played)}: {bill}", because="whatever goes at "
                   f"the front, all that stands behind it is another prefix, and {anew()}.",
                   look="how soon after a cut the next one comes: that was 06-4.", **common)


@cache
def reference(turns: Callable[[], Turns], budget: int) -> Played:
    """What our solution costs."""
    return play("", turns(), budget, lambda turn, given: my_context(given, facts_at(turn), budget, size), sound)


REMEMBER = Exercise(
    id="06-5", name="my_context", call="my_context(messages, facts, budget, count)", solution=my_context,
    checks=(Remembers("a talk of questions and answers", texts, 8_000),
            Remembers("a talk in which each third turn calls a tool", with_tools, 8_000)),
    praise="All facts in every request, for a few dozen tokens, and no reset because of them. `Conversation` solves it "
           "another way: it writes facts in front only when it cuts anyhow, and tells what is new with the question.",
    hints=("What you return comes back to you: how does your function find the facts that it put in last time?",
           "The facts change, the turns don't: so the facts stand behind everything that is to be read from the cache, "
           "and go out of the list before you do anything else. Their tokens are a part of the budget.",
           "A message of its own, which begins with a line that you know again: `talk = [m for m in messages if not "
           "str(m[\"content\"]).startswith(title)]`, `kept = my_compact(talk, budget - count(note), count)`, and "
           "`[*kept[:-1], note, kept[-1]]`; without facts, `kept`."),
)
