"""05-2: `my_request(tools, system, catalogue, history, question, now)`.

Two requests that differ in one argument are played through the simulated cache, a minute apart. What we hand out, and
the reading of a body, is in `e05_body`, what the API refuses in `e05_refused`; why a second request can't read is
told apart in `e05_layout`, and `e05_tools` looks for an order of tools that holds in one process alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from helpers.caching import Part, parts_of, prefix_diff
from helpers.caching.prefixes import estimated
from helpers.classroom.attempt import Attempt
from helpers.classroom.exercise import Exercise
from helpers.classroom.report import Problem
from helpers.exercises.e05_body import HISTORY, TOOLS, Given, body_of, place_of, talk, texts_in
from helpers.exercises.e05_layout import Pair, spoiled_by
from helpers.exercises.e05_tools import MANY, SHUFFLED, as_they_came, the_same_in_each_process
from helpers.simulate.cache import Cache


def my_request(tools, system, catalogue, history, question, now):
    """One good solution."""
    return {
        "tools": sorted(tools, key=lambda tool: tool["name"]),
        "system": [{"type": "text", "text": system},
                   {"type": "text", "text": catalogue, "cache_control": {"type": "ephemeral"}}],
        "messages": [*history, {"role": "user", "content": f"It is {now}.\n\n{question}"}],
    }


BASE, BASE_SENT = Given(), "tools, system, the catalogue, a history of two messages, a question and the time"


@dataclass(frozen=True, slots=True)
class Holds:
    """A check: the body is one that the API takes, and everything is in it."""

    sent: str
    given: Given = BASE

    def __call__(self, attempt: Attempt) -> Problem | None:
        body_of(attempt, BASE, BASE_SENT)       # so that an answer that remembers has something to remember
        return _missing(body_of(attempt, self.given, self.sent), self.given, self.sent)


def _missing(body: dict[str, Any], given: Given, sent: str) -> Problem | None:
    parts = parts_of(body)
    lost = next((name for name, text in (("system", given.system), ("catalogue", given.catalogue),
                                         ("question", given.question), ("now", given.now))
                 if place_of(text, parts) is None), "")
    if not lost and any(place_of(message["content"], parts) is None for message in given.history):
        lost = "history"
    if lost:
        return _lost(lost, given, sent)
    plain = [part.value for part in parts if part.level == "tools"]
    if sorted(map(_content, plain)) != sorted(map(_content, given.tools)):
        names = ", ".join(str(tool.get("name")) for tool in plain) or "none"
        return Problem(code="tools-changed", sent=sent, did=f"sent other tools, or changed their definitions: {names}",
                       should=f"send each of the {len(given.tools)} as it is, once, in whatever order you like",
                       because="a tool that is not there can't be called.", look="`tools` in your body.")
    return _flattened(parts, given, sent) or _misplaced(body, given, sent) or _too_much(parts, given, sent)


def _content(tool: dict[str, Any]) -> str:
    return json.dumps(tool, sort_keys=True)


def _lost(name: str, given: Given, sent: str) -> Problem:
    if name == "catalogue" and given.edition:
        return Problem(code="stale-catalogue", sent=sent, did="sent the edition of a call before", should="send the "
                       "catalogue that it was given", because="a prompt cache is the provider's: it never gives an old "
                       "text for a new one. A cache of your own, in front of it, does.", look="what your function "
                       "keeps from call to call.")
    return Problem(code=f"{name}-missing", sent=sent, did=f"left `{name}` out, or changed its text",
                   should="send all of it, word for word", because=LOST[name],
                   look="the texts in `system` and in the `content` of `messages`; nothing else is read by the model.")


LOST = {
    "system": "without its instructions the model answers as anybody would.",
    "catalogue": "the cheapest prompt is one that leaves out what the answer needs.",
    "question": "there would be nothing to answer.",
    "now": "the model has no clock: \"delivered by Friday?\" can't be answered without the day. What spoils a prefix "
           "belongs elsewhere in the request, not out of it.",
    "history": "the API keeps nothing: what is not sent again was never said.",
}


def _flattened(parts: Sequence[Part], given: Given, sent: str) -> Problem | None:
    """The history's words are there, but not as messages of their roles, in their order."""
    rest = iter([(part.role, text) for part in parts if part.level == "messages" for text in texts_in(part.value)])
    if all(any(role == message["role"] and message["content"] in text for role, text in rest)
           for message in given.history):
        return None
    return Problem(code="history-flattened", sent=sent, did="sent the words of the history, but not as the messages "
                   "that they were", should="send each message with its role, in their order", because="from the roles "
                   "the model knows who said what; and a history that is one text is another text in each turn.",
                   look="how `history` gets into `messages`: it is a list of messages already.")


def _misplaced(body: dict[str, Any], given: Given, sent: str) -> Problem | None:
    last = [message for message in body["messages"] if message["role"] == "user"][-1]
    if not any(given.question in text for text in texts_in(last)):
        return Problem(code="question-not-last", sent=sent, did="put the question before the last user message",
                       should="end with the question", because="the model answers what was said last: here it would "
                       "answer something else.", look="the last message of `messages`.")
    if place_of(given.system, parts_of(body), "system") is None:
        return Problem(code="system-moved", sent=sent, did="put the system text into a message", should="give it as "
                       "`system`", because="in a message they stand among the customer's words, which may contradict "
                       "them; the API has a place for them that is the shop's alone.", look="`system` in your body.")
    return None


SPARE = 1_000
"""Tokens for headings and words of your own."""


def _too_much(parts: Sequence[Part], given: Given, sent: str) -> Problem | None:
    """Everything is there, and something is there again."""
    texts = [text for part in parts if part.block and part.level != "tools"
             for text in ([part.text] if part.kind == "text" else texts_in(part.value))]
    handed = [given.system, given.catalogue, given.question, given.now, *(one["content"] for one in given.history)]
    more = estimated("".join(texts)) - estimated("".join(handed))
    if more <= SPARE:
        return None
    return Problem(code="sent-twice", sent=sent, did=f"sent about {more:,} tokens more than it was given",
                   should="send each text once", because="what stands a second time is paid a second time, behind the "
                   "breakpoint at the full price, in each call. And some models have a higher price for all of a long "
                   "prompt.", look="a text that stands both in `system` and in a message.")


def the_same_twice(attempt: Attempt) -> Problem | None:
    """Equal arguments, equal bytes, as far as the cache reads them."""
    sent = f"{BASE_SENT}; and all of it again"
    one, two = body_of(attempt, BASE, sent), body_of(attempt, BASE, sent)
    found = prefix_diff(one, two)
    if found is None:
        return None
    return Problem(code="not-the-same-twice", sent=sent, did=f"returned two bodies that differ in `{found.path}`: "
                   f"`{found.before[-60:]}` and `{found.after[-60:]}`", should="return equal bodies", because="one "
                   "character in the prefix that changes by itself, such as an id, a clock or a shuffled list, and "
                   "nothing behind it is ever read.", look="what in your body does not come from the arguments.")


@dataclass(frozen=True, slots=True)
class Reads:
    """A check: the second of two requests, with another *argument*, reads tools, system and catalogue."""

    argument: str
    sent: str
    given: Given
    base: Given = BASE

    def __call__(self, attempt: Attempt) -> Problem | None:
        first, second = body_of(attempt, self.base, self.sent), body_of(attempt, self.given, self.sent)
        if place_of(self.base.catalogue, parts_of(first)) is None:
            return _missing(first, self.base, self.sent)
        cache = Cache()
        cache.bill(first, 0)
        pair = Pair(first, second, self.base, cache.bill(second, 60).cache_read)
        return None if pair.enough else spoiled_by(pair, self.argument, self.sent)


OTHERS = talk("How do I wash a down jacket?", "On a gentle cycle, with soap for down.", "And dry it?", "On low heat.")
LONGER = [*HISTORY, *talk("Does it come in charcoal?", "Yes, and in ice.")]
LONG = [*LONGER, *talk(*(f"And in size {size}?" for size in ("XS", "S", "M", "L", "XL", "XXL", "XXXL", "4XL")))]
NEW_EDITION = "\n\n## New\n\n### AO-1450 Saltmarsh smock, everybody\n\n119.90; XS to XXL; moss; 410 g."
CHECKS = (
    Holds(BASE_SENT),
    the_same_twice,
    the_same_in_each_process,
    Reads("now", "two requests, the second one a minute later: only `now` differs",
          Given(now="Tuesday 24 November 2026, 14:04")),
    Reads("question", "two requests that differ in the question alone", Given(question="What does it weigh?")),
    Reads("tools", "two requests with the same tools, listed in another order the second time",
          Given(tools=[TOOLS[place] for place in (2, 0, 3, 1)])),
    Reads("tools", f"two requests with the same {len(MANY)} tools, listed in another order the second time",
          Given(tools=SHUFFLED), Given(tools=MANY)),
    as_they_came,
    Reads("history", "two turns of one conversation: the second one has two messages more, a new question and another "
          "time", Given(history=LONGER, question="What does the ice one cost?", now="Tuesday 24 November 2026, 14:05")),
    Reads("customer", "two customers: another history, question and time",
          Given(history=OTHERS, question="Do you sell the soap?", now="Tuesday 24 November 2026, 14:06")),
    Holds("a first question: the history is empty", Given(history=[])),
    Holds(f"a conversation of {len(LONG)} messages, and a question", Given(history=LONG)),
    Holds("another edition of the catalogue, with one article more, after a call with the old one",
          Given(edition=NEW_EDITION)),
)

LAY_OUT = Exercise(
    id="05-2", name="my_request", call="my_request(tools, system, catalogue, history, question, now)",
    solution=my_request, checks=CHECKS,
    praise="What never changes stands first and in the same order, the breakpoint at its end, and what is new behind "
           "it: the catalogue is written once and read by every customer. A second breakpoint, at the history's end, "
           "would let long conversations be read, too.",
    hints=("Of the six arguments, which are the same in two calls of different customers, and which never are?",
           "A cache reads tools, then system, then messages, up to a breakpoint, and only if every character before it "
           "is the same. So: tools in an order of your own, the catalogue in `system` behind the instructions with "
           "`cache_control` on it, and the time beside the question.",
           "`sorted(tools, key=lambda tool: tool[\"name\"])`; `system` as two text blocks, the second one with "
           "`\"cache_control\": {\"type\": \"ephemeral\"}`; `messages` as `[*history, {\"role\": \"user\", "
           "\"content\": ...}]`, with `now` and `question` in its content."),
)
