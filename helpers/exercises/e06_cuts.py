"""06-2: what is wrong with a list that `my_trim` returned, told by what it kept."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from helpers.classroom.attempt import a, shown
from helpers.classroom.report import Problem
from helpers.exercises.e06_cases import Case, is_question
from helpers.exercises.e06_messages import Message, shape
from helpers.simulate.violations import size


@dataclass(frozen=True)
class Cut:
    """What came back for a case."""

    case: Case
    got: Any
    calls: int
    """How often `count` was called."""

    @cached_property
    def places(self) -> list[int] | None:
        """Where each returned message stood, matched from the end; None where one is not as it was, or out of order."""
        found, end = [], len(self.case.messages)
        for message in reversed(self.got):
            place = next((n for n in range(end - 1, -1, -1) if self.case.messages[n] == message), None)
            if place is None:
                return None
            found.append(place)
            end = place
        return found[::-1]

    @property
    def tokens(self) -> int:
        return sum(map(size, self.got))

    @property
    def told(self) -> str:
        """What came back, in words."""
        return f"{shape(self.got)}: {self.tokens:,} tokens"

    def problem(self, code: str, did: str, because: str, look: str = "") -> Problem:
        return Problem(code=code, sent=self.case.sent, did=did, should=self.case.should, because=because, look=look)


def problem_of(cut: Cut) -> Problem | None:
    """What is wrong; None where it is the right list."""
    case = cut.case
    assert case.expected is not None
    if isinstance(cut.got, list | tuple) and list(cut.got) == case.messages[case.expected:]:
        return None
    return _shape_of(cut) or _ends(cut) or _holes(cut) or _begins(cut) or _sized(cut)


def instead_of_an_error(cut: Cut) -> Problem:
    """A list came back, and the last turn alone doesn't fit."""
    if cut.got is None:
        return cut.problem("none-instead", "returned `None`", "the caller adds to it, or sends it, and the error comes "
                           "up somewhere else.", "the way out of your function where nothing fits.")
    said = _shape_of(cut)
    if said and said.code != "empty-list":
        return said
    if not cut.got:
        return cut.problem("empty-instead", "returned an empty list", "the question is gone, and an empty list is a "
                           "400: \"at least one message is required\". The customer waits for an answer to nothing.",
                           "what your loop does when one turn is left, and it is still too long.")
    return _ends(cut) or _holes(cut) or _begins(cut) or _too_large(cut)


def _too_large(cut: Cut) -> Problem:
    return cut.problem("too-large-instead", f"returned {cut.told}", "what is over the budget is sent and paid for, or "
                       "refused, and nobody knows why. An error says it where it can be mended.",
                       "what your function does when only the last turn is left.")


def _shape_of(cut: Cut) -> Problem | None:
    got = cut.got
    if not isinstance(got, list | tuple) or not all(isinstance(one, dict) and "content" in one for one in got):
        odd = next((one for one in got if not isinstance(one, dict)), {}) if isinstance(got, list | tuple) else {}
        what = f"{a(type(got).__name__)}: {shown(got)}" if odd == {} else f"a list that holds {a(type(odd).__name__)}"
        return cut.problem("no-list", f"returned {what}", "it is sent as `messages`.",
                           "your `return`: a list of messages.")
    if not got:
        return cut.problem("empty-list", "returned an empty list", "an empty list is a 400: \"at least one message is "
                           "required\".", "the condition under which a turn goes: does the last one go with it?")
    if cut.places is not None:
        return None
    odd = next((one for one in got if one not in cut.case.messages), None)
    if odd is None:
        return cut.problem("reordered", f"returned messages twice, or in another order: {shape(got)}", "the model "
                           "reads them as they stand, and an answer before its question is nonsense.", "how the kept "
                           "turns are put together: the newest first, or last?")
    return cut.problem("changed-message", f"returned a message that it was not given: {shown(odd)}", "the API takes no "
                       "fields of yours in a message, and half a text may say the opposite of the whole. Here whole "
                       "turns go.", "what you add to messages, or cut out of them.")


def _ends(cut: Cut) -> Problem | None:
    assert cut.places is not None
    if cut.places[-1] == len(cut.case.messages) - 1:
        return None
    return cut.problem("last-lost", f"returned {cut.told}, without the last message", "that is what the customer has "
                       "just asked, or what the tool has just returned: the model would answer something else.",
                       "the end at which you cut, and whether the last turn may go.")


def _holes(cut: Cut) -> Problem | None:
    places, starts = cut.places, cut.case.starts
    assert places is not None
    gap = next((n for n, (one, two) in enumerate(zip(places, places[1:], strict=False)) if two != one + 1), None)
    if gap is None:
        return None
    before, after = places[gap], places[gap + 1]
    if after in starts and before + 1 in starts:
        return cut.problem("hole", f"kept messages {places[0]} to {before}, and then those from {after} on: what was "
                           "between them is gone", "the answer would refer to something that nobody said, and a short "
                           "old turn is no better than a long new one.", "whether your loop goes on behind the first "
                           "turn that doesn't fit, or keeps something at the front in any case.")
    return cut.problem("torn", f"kept message {before}, and then those from {after} on: a turn is torn",
                       "half a turn has no sense, and often no valid form: a call without its result is a 400.",
                       "what you drop at a time: a turn, from its question to the message before the next.")


def _begins(cut: Cut) -> Problem | None:
    places = cut.places
    assert places is not None
    first, place = cut.case.messages[places[0]], places[0]
    if is_question(first):
        return None
    if first["role"] == "assistant":
        return cut.problem("assistant-first", f"returned a list that begins with message {place}, which is the "
                           f"assistant's: {cut.told}", "its question is gone. Many report a 400 for such a list, and "
                           "where it passes the model reads an answer to nothing.", "where a turn begins: at a "
                           "question, and nowhere else.")
    return cut.problem("orphan", f"returned a list that begins with message {place}, a tool's result: {cut.told}",
                       "its call is gone, and that is a 400: \"unexpected `tool_use_id` found in `tool_result` "
                       "blocks\". A `tool_result` comes from a user, and yet opens no turn.", "how you find where "
                       "a turn begins: not at each message of the role `user`, nor at every second message.")


def _sized(cut: Cut) -> Problem:
    """It begins with a question, and is too long or too short."""
    case, over = cut.case, cut.tokens - cut.case.budget
    if not cut.calls:
        return _own_count(cut)
    if over > 0:
        return cut.problem("over-budget", f"returned {cut.tokens:,} tokens, {over:,} over the budget", "the budget is "
                           "what the request may cost, and what leaves room for the answer.",
                           "when you stop dropping, and whether you count all that is left.")
    if case.expected == 0:
        return cut.problem("needless", f"returned {cut.told}, and all of it fitted", "what is dropped is forgotten, "
                           "and the cache is lost with it: nothing goes without need.", "whether you ask for the sum "
                           "before you drop the first turn.")
    assert case.expected is not None
    if sum(case.sizes[case.expected:]) == case.budget:
        return cut.problem("exact-fit", f"returned {cut.tokens:,} tokens, though one turn more fits exactly",
                           "a budget is the most that may be used.", "`<` or `<=`, `>` or `>=`.")
    return cut.problem("too-much", f"returned {cut.told}. One turn more fits", "the model knows only what it is sent: "
                       "each turn that goes without need is forgotten.", "what you add up before you decide: the sum "
                       "with the next older turn, or something else?")


def _own_count(cut: Cut) -> Problem:
    """`count` was not asked: what was counted instead?"""
    case = cut.case
    did = f"returned {cut.tokens:,} tokens for a budget of {case.budget:,}, and never called `count`"
    blocks = [len(message["content"]) for message in case.messages]
    by_blocks = next((start for start in case.starts if sum(blocks[start:]) <= case.budget), None)
    if by_blocks and _in_blocks(case.messages) and list(cut.got) == case.messages[by_blocks:]:
        return cut.problem("len-of-blocks", did, f"`len(content)` of a list is the number of its blocks: what you "
                           f"returned has {sum(blocks[by_blocks:])} of them, and a block may be a page.",
                           "what your function adds up.")
    return cut.problem("own-count", did, f"these messages have {_characters(case.messages):,} characters, and "
                       f"{sum(case.sizes):,} tokens. Neither characters, nor words, nor a fixed share of them are "
                       "tokens: the rule depends on the model, and the caller's `count` knows it.",
                       "what your function adds up.")


def _in_blocks(messages: list[Message]) -> bool:
    return all(isinstance(message["content"], list) for message in messages)


def _characters(messages: list[Message]) -> int:
    return sum(len(one) if isinstance(one := message["content"], str) else
               sum(len(block.get("text") or json.dumps(block)) for block in one) for message in messages)
