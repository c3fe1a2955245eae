"""Generated chats, and the violations that trimming functions leave in them: each rule by a function that breaks it."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.economics import find_model, model_id
from helpers.history import problem, trim, turns
from helpers.settings import ROOT
from helpers.simulate import violations as module
from helpers.simulate.chats import KINDS, Chat, chats
from helpers.simulate.violations import RULES, size, violations
from helpers.wire.rules import violation

BUDGET = 800
CHATS = chats()


def counts(trimmed, cases=CHATS, **options):
    """Rule -> chats, of the rules that are broken."""
    frame = violations(trimmed, cases, **{"budget": BUDGET, **options})
    return {rule: number for rule, number in zip(frame.rule, frame.chats, strict=True) if number}


def naive(limit):
    """The version everyone writes: characters, or blocks where the content is a list; the oldest message goes."""
    def keep(messages):
        while len(messages) > 1 and sum(len(message["content"]) for message in messages) > limit:
            messages.pop(0)
        return messages
    return keep


def popping(messages):
    """The next version: counts rightly, and still drops messages instead of turns."""
    while len(messages) > 1 and sum(map(size, messages)) > BUDGET:
        messages.pop(0)
    return messages


# ---- the chats

def test_a_quarter_of_the_chats_is_of_each_kind_and_all_are_valid():
    """112 of them: 28 each, for our own rules and for the scripted server's."""
    assert dict.fromkeys(KINDS, 28) == Counter(chat.kind for chat in CHATS)
    for chat in CHATS:
        assert problem(chat.messages) is None
        body = {"model": model_id("default"), "max_tokens": 10, "messages": chat.messages}
        assert violation("/v1/messages", {}, body, find_model) is None
        assert 4 <= len(turns(chat.messages)) <= 24


def test_kinds_are_what_their_names_say():
    """Strings; lists of text; single calls; several calls at once, with all results in one message."""
    def contents(kind):
        return [message["content"] for chat in CHATS if chat.kind == kind for message in chat.messages]

    assert all(isinstance(content, str) for content in contents("plain"))
    assert {"text"} == {block["type"] for content in contents("blocks") for block in content}
    assert max(map(len, contents("blocks"))) == 2
    for kind, calls in (("tools", {1}), ("parallel", {2, 3, 4})):
        lists = [content for content in contents(kind) if not isinstance(content, str)]
        assert calls == {len(content) for content in lists}
        assert {"tool_use", "tool_result"} == {block["type"] for content in lists for block in content}


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_every_seed_gives_valid_chats_with_short_last_turns(seed):
    """So that every budget of a lesson leaves room for them."""
    for chat in chats(8, seed):
        assert problem(chat.messages) is None
        assert sum(map(size, turns(chat.messages)[-1].messages)) < 600
        ids = [block["id"] for message in chat.messages for block in message["content"]
               if isinstance(block, dict) and block["type"] == "tool_use"]
        assert len(set(ids)) == len(ids)


def test_the_same_seed_gives_the_same_chats_in_another_process():
    """No hash of a string and no order of a set is in them. Another seed gives others; more begin with the same."""
    code = "import json; from helpers.simulate.chats import chats; print(json.dumps([c.messages for c in chats(8)]))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True,
                         env={"PYTHONHASHSEED": "7"})
    assert json.loads(run.stdout) == [chat.messages for chat in chats(8)] == [chat.messages for chat in CHATS[:8]]
    assert chats(8, seed=7) != chats(8)


# ---- violations

def test_the_production_code_breaks_nothing():
    """At the budget, and down to half of it."""
    assert {} == counts(lambda messages: trim(messages, BUDGET, size))
    assert {} == counts(lambda messages: trim(messages, BUDGET, size, down_to=BUDGET / 2))
    frame = violations(lambda messages: trim(messages, BUDGET, size), CHATS, budget=BUDGET)
    assert (112, list(RULES)) == (frame.attrs["fine"], list(frame.rule))
    assert set(frame.example) == {""}


def test_the_naive_manager_lets_nearly_all_chats_through_uncut():
    """Four characters a token: 3,200 for 800. A list of blocks counts as one or two "characters", however long."""
    found = counts(naive(4 * BUDGET))
    over = sum(sum(map(size, chat.messages)) > BUDGET for chat in CHATS)
    assert found["the budget is kept"] > 0.9 * over
    assert {"the budget is kept", "the first message is the user's"} == set(found)
    blocks = [chat for chat in CHATS if chat.kind == "blocks"]
    naively = naive(4 * BUDGET)
    assert all(naively(copy.deepcopy(chat.messages)) == chat.messages for chat in blocks)


def test_counting_rightly_is_not_enough():
    """Popping messages keeps the budget now, and begins with answers and with results that nobody asked for."""
    found = counts(popping)
    assert {"the first message is the user's", "every result has its call"} == set(found)
    frame = violations(popping, CHATS, budget=BUDGET)
    assert frame.attrs["fine"] == 112 - sum(found.values())
    by_hand = Counter()
    for chat in CHATS:
        first = popping(copy.deepcopy(chat.messages))[0]
        by_hand["the first message is the user's"] += first["role"] == "assistant"
        by_hand["every result has its call"] += first["role"] == "user" and not isinstance(first["content"], str) and (
            first["content"][0]["type"] == "tool_result")
    assert by_hand == found


def last_question_gone(messages):
    return [*messages[:-1], {"role": "user", "content": "And now?"}] if len(messages) < 60 else messages


def without_results(messages):
    """Drops the results, keeps the calls."""
    return [message for message in messages if "tool_result" not in str(message["content"])]


PAIRED = [next(chat for chat in CHATS if chat.kind == kind and "tool_use" in str(chat.messages[-2]["content"]))
          for kind in ("tools", "parallel")]
SHORT = [chat for chat in CHATS if sum(map(size, chat.messages)) <= BUDGET]
PLAIN = [chat for chat in CHATS if chat.kind == "plain"][:3]


@pytest.mark.parametrize(("trimmed", "cases", "rule", "words"), [
    (lambda messages: messages[99:], PLAIN, "a message is left", "the list is empty"),
    (lambda messages: messages[-2:], PLAIN, "the first message is the user's", "messages[0] is of the assistant"),
    (lambda messages: messages[-1:], PAIRED, "every result has its call", "the message before has no such call"),
    (without_results, PAIRED, "every call has its result", "has no result for it"),
    (lambda messages: messages[:-1], PLAIN, "the last message is the user's", "the last message must be the user's"),
    (lambda messages: [{"role": "user", "content": ""}, *messages[-1:]], PLAIN, "another rule of the API",
     "messages[0] has no content"),
    (lambda messages: messages, [CHATS[1]], "the budget is kept", "tokens are left, and the budget is 800"),
    (lambda messages: [*messages[:1], *messages[-1:]][:1], PLAIN, "the last turn stays whole",
     "of its 1 messages 0 are left at the end"),
    (lambda messages: [*messages, messages[-1]], SHORT[:1], "the question is asked once", "is there twice"),
    (lambda messages: messages[-1:], [chat for chat in SHORT if chat.kind == "plain"], "nothing goes while all fits",
     "messages became 1"),
    (lambda messages: None, PLAIN, "a list of messages is returned", "TypeError: "),
    (lambda messages: messages[1_000], PLAIN, "a list of messages is returned", "IndexError: list index out of range"),
    (lambda messages: ["hello"], PLAIN, "a list of messages is returned", "messages[0] must be a message")])
def test_each_rule_is_found_by_its_name(trimmed, cases, rule, words):
    """One function for each rule that breaks it; the example shows the first chat and what was seen."""
    frame = violations(trimmed, cases, budget=BUDGET).set_index("rule")
    assert len(cases) == frame.chats[rule]
    assert frame.example[rule].startswith(f"chat {cases[0].number} ({cases[0].kind}): ")
    assert words in frame.example[rule]


def test_the_words_of_the_api_s_rules_are_those_that_history_says():
    """Each phrase by which a rule is told is in what `problem` says to a list that breaks it."""
    call = {"role": "assistant", "content": [{"type": "tool_use", "id": "t1", "name": "f", "input": {}}]}
    result = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t1", "content": "1"}]}
    asked, answered = {"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}
    broken = ([], [answered, asked], [result], [asked, call, asked], [asked, answered])
    for phrase, messages in zip(module.OF_THE_API.values(), broken, strict=True):
        assert phrase in problem(messages)


def test_a_manager_can_be_asked_through_a_function():
    """One that keeps the question of a failed call, and is asked again: the question is there twice."""
    def manager(messages):
        history = messages[:-1]
        for _ in ("fails", "succeeds"):
            history.append(messages[-1])                   # before the call, and nobody takes it back
        return history

    assert {"the question is asked once": len(SHORT)} == counts(manager, SHORT, budget=2 * BUDGET)


def test_a_question_that_was_asked_before_is_no_violation():
    """Customers repeat themselves; what counts is what the function added."""
    asked, answer = {"role": "user", "content": "Is it in stock?"}, {"role": "assistant", "content": "Yes."}
    assert {} == counts(lambda messages: messages, [Chat(0, "plain", [asked, answer, asked])])


def test_what_a_function_does_to_its_messages_stays_with_it():
    """Each gets a copy, so the second function sees the same chats as the first."""
    before = copy.deepcopy(CHATS)
    violations(popping, CHATS, budget=BUDGET)
    violations(lambda messages: [message.clear() for message in messages], CHATS, budget=BUDGET)
    assert before == CHATS


def test_another_counter_can_judge():
    """A message each: the budget is then ten messages."""
    def ten(messages):
        return trim(messages, 10, lambda message: 1)

    assert {} == counts(ten, budget=10, count=lambda message: 1)
    frame = violations(ten, CHATS, budget=10, count=lambda message: 1)
    assert sum(len(chat.messages) > 10 for chat in CHATS) == frame.attrs["over"]


def test_size_counts_all_blocks():
    """2.5 characters a token: a text's own, the JSON of a call."""
    assert 4 == size({"role": "user", "content": "0123456789"})
    call = {"type": "tool_use", "id": "t", "name": "f", "input": {}}
    both = {"role": "assistant", "content": [{"type": "text", "text": "0123456789"}, call]}
    assert 4 + round(len(json.dumps(call)) / 2.5) == size(both)


@pytest.mark.parametrize("count", [0, -1, 2.0, True])
def test_no_chats_are_refused(count):
    """By their number."""
    with pytest.raises(ValueError, match=f"count must be a whole number, 1 or more; got {count}"):
        chats(count)
