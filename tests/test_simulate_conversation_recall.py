"""What a trimmed conversation still knows: by hand, and by looking for each fact's text in real request bodies."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.economics import model_id
from helpers.simulate.conversation import STRATEGIES, Talk
from helpers.simulate.conversation_requests import requests
from helpers.simulate.recall import FACTS, Fact, recall, whereabouts

DEFAULT = model_id("default")
SMALL = Talk(turns=8, system=600, user=100, reply=300, budget=2_000, summary=200, summary_facts=2)
"""Slide carries three earlier turns. Chunk cuts before turn 5 (turns 4, 5 are left) and 8 (turns 7, 8)."""
THREE = (Fact(1, "likes tea"), Fact(2, "likes rain"), Fact(3, "likes wool"))


def at(frame, strategy):
    """`recalled`, turn by turn."""
    return list(frame[frame.strategy == strategy].recalled)


def test_recall_of_the_small_talk_is_as_counted_by_hand():
    """Three facts in the first three turns; a summary keeps the latest two."""
    frame = recall(SMALL, THREE)
    assert ["strategy", "turn", "told", "recalled", "share"] == list(frame.columns)
    assert [1, 2, 3, 3, 3, 3, 3, 3] == list(frame[frame.strategy == "slide"].told)
    assert [1, 2, 3, 3, 3, 3, 3, 3] == at(frame, "append")
    assert [1, 2, 3, 3, 2, 1, 0, 0] == at(frame, "slide")
    assert [1, 2, 3, 3, 0, 0, 0, 0] == at(frame, "chunk")
    assert [1, 2, 3, 3, 2, 2, 2, 2] == at(frame, "summarise")
    assert [1.0, 2 / 3] == list(frame[frame.strategy == "summarise"].share.iloc[3:5])


def test_a_state_block_recalls_everything_under_every_strategy():
    """Whatever is dropped, and however little a summary keeps."""
    for talk in (replace(SMALL, state=100), replace(SMALL, state=100, summary_facts=0), Talk(state=120)):
        frame = recall(talk, THREE if talk.turns == 8 else FACTS)
        assert (frame.told == frame.recalled).all()


def test_a_table_says_where_each_fact_is():
    """The first place that has it: a turn, the summary, the state block, or none."""
    table = whereabouts(SMALL, THREE, turn=6)
    assert ["told_at", "fact", *STRATEGIES] == list(table.columns)
    assert [[1, "likes tea", "turn", "gone", "gone", "gone"], [2, "likes rain", "turn", "gone", "gone", "summary"],
            [3, "likes wool", "turn", "turn", "gone", "summary"]] == table.to_numpy().tolist()
    assert [1, 2] == list(whereabouts(SMALL, THREE, turn=2).told_at)
    pinned = whereabouts(replace(SMALL, state=100), THREE)
    assert [["state"] * 3, ["state"] * 3, ["state", "summary", "summary"]] == [
        list(pinned[strategy]) for strategy in STRATEGIES[1:]]


def test_the_allergy_of_the_lesson_is_gone_everywhere_but_in_append():
    """Sixty turns, eight facts; a summary of four is no home for what was told in turn 3."""
    table = whereabouts(Talk()).set_index("fact")
    assert ["turn", "gone", "gone", "gone"] == list(table.loc["allergic to nuts", list(STRATEGIES)])
    last = recall(Talk())[lambda frame: frame.turn == 60].set_index("strategy").recalled
    counted = (table[list(STRATEGIES)] != "gone").sum()
    assert {"append": 8, "slide": 2, "chunk": 1, "summarise": 5} == dict(counted) == dict(last)


@st.composite
def told(draw):
    """A talk, and facts told anywhere in it."""
    talk = Talk(turns=draw(st.integers(1, 25)), user=draw(st.integers(60, 200)), reply=draw(st.integers(12, 200)),
                budget=draw(st.integers(500, 3_000)), down_to=draw(st.sampled_from([0, 0.4, 1])), state=draw(
                    st.sampled_from([0, 100])), summary=100, summary_facts=draw(st.integers(0, 3)))
    turns = draw(st.lists(st.integers(1, 30), max_size=6))
    return talk, [Fact(turn, f"fact no. {number} of {turn}") for number, turn in enumerate(turns)]


@settings(max_examples=80, deadline=None)
@given(told(), st.sampled_from(STRATEGIES))
def test_a_fact_is_recalled_exactly_if_its_text_is_in_the_request(case, strategy):
    """The table against the bodies: the place that it names has the text, and "gone" means that nothing has it."""
    talk, facts = case
    frame = recall(talk, facts, strategies=[strategy])
    for turn, body in enumerate(requests(talk, strategy, model=DEFAULT, facts=facts), 1):
        sent = json.dumps(body)
        assert [fact.text in sent for fact in facts].count(True) == frame.recalled[turn - 1]
        table = whereabouts(talk, facts, turn=turn, strategies=[strategy])
        for text, place in zip(table.fact, table[strategy], strict=True):
            assert (place != "gone") == (text in sent)
            opening = json.dumps(body["messages"][0])
            assert place not in ("summary", "state") or text in opening


@settings(max_examples=40, deadline=None)
@given(told())
def test_more_is_recalled_by_what_carries_more(case):
    """Append knows all, and a slide, which carries more turns, at least what chunks know. (A summary's own tokens may
    push a turn out, so it has no such order.)"""
    talk, facts = case
    frame = recall(replace(talk, state=0), facts)
    grown = frame[frame.strategy == "append"]
    assert (grown.told == grown.recalled).all()
    assert all(slid >= cut for slid, cut in zip(at(frame, "slide"), at(frame, "chunk"), strict=True))
    assert (frame.recalled <= frame.told).all()
    assert frame.share.isna().equals(frame.told == 0)


def test_a_body_reads_as_it_says():
    """Turn 6, after a cut: summary and state in a message that opens, one earlier turn, the question, two marks."""
    body = requests(replace(SMALL, state=100, budget=2_400), "summarise", model=DEFAULT,
                    facts=(*THREE, Fact(5, "likes tin")))[5]
    opening, old, answer, question = body["messages"]
    summary, state = (block["text"].rstrip(".") for block in opening["content"])
    assert "Summary of turns 1 to 4: likes rain; likes wool" == summary
    assert "Known from turns 1 to 4: likes tea; likes rain; likes wool" == state
    assert ["Q5: likes tin", "A5", "Q6"] == [one["content"][0]["text"].rstrip(".") for one in (old, answer, question)]
    assert ["user", "user", "assistant", "user"] == [one["role"] for one in body["messages"]]
    marks = [block.get("cache_control") for block in (body["system"][0], question["content"][0])]
    assert [{"type": "ephemeral", "ttl": "5m"}] * 2 == marks
    assert 2 == json.dumps(body).count("cache_control")
    assert (DEFAULT, 300) == (body["model"], body["max_tokens"])


def test_bodies_without_cache_have_no_breakpoint_and_without_system_no_system():
    """An empty system text is a 400."""
    bodies = requests(replace(SMALL, system=0), "append", model=DEFAULT, cached=False)
    assert "cache_control" not in json.dumps(bodies)
    assert not any("system" in body for body in bodies)


@pytest.mark.parametrize(("make", "words"), [
    (lambda: Fact(0, "x"), "turn must be a whole number, 1 or more; got 0"),
    (lambda: Fact(1, " "), "a fact needs a text: what is to be found again"),
    (lambda: whereabouts(SMALL, turn=9), "turn must be a whole number from 1 to 8; got 9"),
    (lambda: requests(SMALL, "pop", model=DEFAULT), "'pop' is no strategy"),
    (lambda: recall(SMALL, strategies=["pop"]), "'pop' is no strategy"),
    (lambda: requests(replace(SMALL, user=5), "append", model=DEFAULT),
     "user has 5 tokens, about 12 characters: no room for 'Q3: allergic to nuts.'")])
def test_what_could_not_be_is_refused(make, words):
    """By name and value, and with what would help."""
    with pytest.raises(ValueError, match=words):
        make()
