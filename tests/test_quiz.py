"""Quizzes: the items' lint, what counts, what is replied, and which items a warm-up brings back."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime

import pytest

from helpers.classroom import items, progress, quizzes
from helpers.classroom.quizzes import quiz, warmup
from helpers.economics import conversation_cost, find_model, model_id

EVERY = [item for lesson in items.lessons() for item in items.lesson_items(lesson)]
each_item = pytest.mark.parametrize("item", EVERY, ids=[item.id for item in EVERY])
MISCONCEPTIONS = json.loads((items.FOLDER / "misconceptions.json").read_text("utf-8"))
LETTER_OF = {item.id: next(letter for letter in item.letters if item.choice(letter).right) for item in EVERY}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """An empty progress folder, and a kernel in which nothing was tried."""
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    monkeypatch.setattr(quizzes, "_tried", {})
    monkeypatch.setattr(quizzes, "_warmups", {})
    return tmp_path


def answered(home, *events):
    """Write quiz events: (item, right, first, day of November)."""
    lines = [json.dumps({"at": f"2026-11-{day:02}T09:00:00Z", "kind": "quiz", "item": id, "choice": "a", "right": right,
                         "first": first}) for id, right, first, day in events]
    (home / "events.jsonl").write_text("\n".join(lines) + "\n")


# ---- lint

@each_item
def test_an_item_has_one_right_choice_and_an_explanation(item):
    """
    Three or four choices, exactly one right, without a reply of its own: `after` explains.
    """
    assert 3 <= len(item.choices) <= 4
    assert [("", "")] == [(choice.misconception, choice.why) for choice in item.choices if choice.right]
    assert all([item.stem, item.objective, item.after, item.source])


@each_item
def test_each_wrong_choice_has_a_code_and_a_reply_of_its_own(item):
    """
    The code stands in the table; no two choices share code or reply; a reply is more than a verdict.
    """
    wrong = [choice for choice in item.choices if not choice.right]
    assert set() == {choice.misconception for choice in wrong} - set(MISCONCEPTIONS)
    assert len(wrong) == len({choice.misconception for choice in wrong}) == len({choice.why for choice in wrong})
    assert [] == [choice.why for choice in wrong if len(choice.why.split()) < 8 or "wrong!" in choice.why.lower()]


@each_item
def test_an_item_names_no_price_no_model_and_no_way_out(item):
    """
    What ages lies in data/models.json; "all of the above" tests nothing.
    """
    text = " ".join([item.stem, item.after, *(choice.text + " " + choice.why for choice in item.choices)])
    assert [] == re.findall(r"\$\s?\d|\b(?:claude|gpt)-\w+|(?:all|none|both) of the above|\bjust\b", text, re.I)
    assert text.count("`") % 2 == 0


def test_ids_are_ordered_and_unique():
    """
    00-q1, 00-q2 ...: the file's lesson and the place in it.
    """
    for lesson in items.lessons():
        own = [item.id for item in items.lesson_items(lesson)]
        assert [f"{lesson}-q{place}" for place in range(1, len(own) + 1)] == own
        assert lesson == json.loads((items.FOLDER / f"{lesson}.json").read_text("utf-8"))["lesson"]
        assert sorted(own) == sorted(items.warmup_order(lesson))


def test_every_misconception_is_used_and_said_in_a_line():
    """
    No code without a choice; a sentence for each.
    """
    used = {choice.misconception for item in EVERY for choice in item.choices}
    assert set() == set(MISCONCEPTIONS) - used
    assert sorted(MISCONCEPTIONS) == list(MISCONCEPTIONS)
    assert [] == [line for line in MISCONCEPTIONS.values() if not line.endswith(".") or "\n" in line]


@pytest.mark.parametrize("lesson", items.lessons())
def test_the_right_choice_can_not_be_told_by_its_length(lesson):
    """
    It is the longest in at most 40 % of a lesson's items.
    """
    own = items.lesson_items(lesson)
    longest = [item.id for item in own if max(item.choices, key=lambda choice: len(choice.text)).right]
    assert len(longest) <= 0.4 * len(own), longest


def test_the_right_choice_can_not_be_told_by_its_place():
    """
    Over all items no letter is right much more often than another.
    """
    places = Counter(LETTER_OF.values())
    assert max(places.values()) - min(places[letter] for letter in "abcd") <= 2, places


def test_what_the_items_say_about_cost_is_so():
    """
    Five times the price for output, and the ratio of the two chats, from today's prices.
    """
    model = model_id("production")
    price = find_model(model).price_for(0)
    assert 5 * price.input == price.output
    assert "Five times" in items.item("01-q1").choice("b").text
    sizes = {"system": 500, "user": 100, "reply": 300}
    twenty, ten = (conversation_cost(model, turns=turns, **sizes).usd for turns in (20, 10))
    assert f"It is {twenty / ten:.1f} times as much" in items.item("01-q2").after
    assert price.cache_read <= price.input / 10
    assert price.cache_write_5m == price.input * 5 / 4


# ---- answering

def test_a_wrong_choice_gets_its_own_reply_and_an_event():
    """
    The reply diagnoses; the event says what one must have believed.
    """
    reply = quiz("00-q1").answer("a")
    assert str(reply).startswith("00-q1, a: Not this one. You took a ceiling for an instruction")
    (event,) = progress.of("quiz", "00-q1")
    assert {"choice": "a", "right": False, "first": True, "misconception": "M-MAXTOK"} == event.data


def test_the_right_choice_gets_the_explanation():
    """
    "Right.", and what follows from it.
    """
    assert str(quiz("00-q1").answer(" C ")).startswith("00-q1, c: Right. `max_tokens` cuts")


def test_only_the_first_answer_counts_as_first():
    """
    Retries are free, also in a second run of the cell.
    """
    quiz("00-q1").answer("a")
    quiz("00-q1").answer("c")
    quiz("00-q1").answer("c")
    assert [True, False, False] == [event.data["first"] for event in progress.of("quiz")]


def test_several_items_are_answered_by_id():
    """
    A mapping; each reply in its line.
    """
    reply = quiz("00-q1", "00-q4").answer({"00-q4": "d", "00-q1": "c"})
    assert ["00-q4, d: Right.", "00-q1, c: Right."] == [line[:16] for line in reply.text.splitlines()]


@pytest.mark.parametrize(("use", "error", "message"), [
    (lambda: quiz("00-q99"), LookupError, "There is no quiz item '00-q99'. Of this lesson there are: 00-q1, 00-q2, "),
    (lambda: quiz("q1"), LookupError, "There is no quiz item 'q1'. There are: 00-q1 to 00-q6; 01-q1 to 01-q6"),
    (lambda: quiz(1), LookupError, "There is no quiz item 1. "),
    (lambda: quiz(), ValueError, "quiz() needs the id of at least one item"),
    (lambda: quiz("00-q1", "00-q1"), ValueError, "quiz() got 00-q1 more than once."),
    (lambda: quiz("00-q1").answer("e"), ValueError, "00-q1 has the choices a, b, c, d; got 'e'."),
    (lambda: quiz("00-q1").answer(""), ValueError, "00-q1 has the choices a, b, c, d; got ''."),
    (lambda: quiz("00-q1").answer(2), ValueError, "An answer is a letter, such as \"b\"; got 2."),
    (lambda: quiz("00-q1").answer({"00-q1": 2}), ValueError, "An answer is a letter, such as \"b\"; got 2."),
    (lambda: quiz("00-q1", "00-q2").answer("b"), ValueError, 'say which one you answer: .answer({"00-q1": "b"}).'),
    (lambda: quiz("00-q1").answer({"00-q2": "b"}), LookupError, "'00-q2' is not in this quiz; it has 00-q1."),
    (lambda: warmup("00"), LookupError, "No lesson before '00' has quiz items"),
])
def test_a_mistake_in_the_call_says_what_there_is(use, error, message):
    """
    What was wrong and what exists; nothing is counted.
    """
    with pytest.raises(error) as caught:
        use()
    assert message in str(caught.value.args[0])
    assert [] == progress.of("quiz")


def test_one_bad_letter_counts_no_answer():
    """
    All or nothing: the good half of a mapping is not counted either.
    """
    with pytest.raises(ValueError, match="got 'x'"):
        quiz("00-q1", "00-q2").answer({"00-q1": "c", "00-q2": "x"})
    assert [] == progress.of("quiz")


# ---- the static faces

def test_the_text_says_stem_choices_and_how_to_answer():
    """
    What a terminal shows.
    """
    lines = str(quiz("00-q1")).splitlines()
    assert "  c) Whatever fits into 50 tokens; there it is cut." in lines
    assert 'Without widgets: quiz("00-q1").answer("b")' == lines[-1]
    assert max(map(len, lines)) <= 92
    assert 'quiz("00-q1", "00-q4").answer({"00-q1": "b"})' in str(quiz("00-q1", "00-q4"))


def test_the_static_faces_give_nothing_away_and_never_change():
    """
    Before and after answering: the same text and HTML, without a verdict, a reply or an explanation.
    """
    ids = [item.id for item in EVERY]
    before = quiz(*ids)._repr_mimebundle_()
    quiz(*ids).answer(LETTER_OF)
    after = quiz(*ids)._repr_mimebundle_()
    for face in ("text/html", "text/plain"):
        assert before[face] == after[face]
        assert [] == [item.id for item in EVERY if item.after[:30] in before[face]]
        assert "Right" not in before[face]
    assert "<code" in before["text/html"]


def test_a_wrong_letter_looks_like_a_right_one():
    """
    The right choice has no markup of its own.
    """
    html = quiz("00-q1")._html()
    looks = {re.sub(r">.*", "", part) for part in html.split("<div")[3:7]}
    assert 1 == len(looks)


# ---- warm-up

def test_without_progress_a_warmup_is_the_same_for_everybody():
    """
    The file's own choice: first of each earlier lesson, the latest lesson first.
    """
    assert ["00-q6", "00-q4"] == [item.id for item in warmup("01").items]
    assert ["01-q2", "00-q6"] == [item.id for item in warmup("02").items]


def test_a_warmup_begins_with_what_was_wrong_at_the_last_first_try(home):
    """
    A later wrong retry does not count, a later first try does; the longest ago comes first.
    """
    answered(home, ("00-q1", False, True, 3), ("00-q2", False, True, 2), ("00-q3", False, True, 1),
             ("00-q3", True, True, 4), ("00-q5", True, True, 1), ("00-q5", False, False, 1))
    assert ["00-q2", "00-q1"] == [item.id for item in warmup("01").items]


def test_a_warmup_goes_on_with_what_was_seen_longest_ago(home):
    """
    All right at first: never seen comes first, then the oldest.
    """
    answered(home, *((f"00-q{place}", True, True, day) for place, day in zip((6, 4, 1, 2, 3), (1, 2, 9, 8, 7),
                                                                            strict=True)))
    assert ["00-q5", "00-q6"] == [item.id for item in warmup("01").items]


def test_a_warmup_stays_while_it_is_answered():
    """
    Running its cell again shows the same items.
    """
    first = [item.id for item in warmup("01").items]
    warmup("01").answer({id: LETTER_OF[id] for id in first})
    assert first == [item.id for item in warmup("01").items]


def test_events_of_another_shape_are_taken_as_seen(home):
    """
    A file edited by hand does not break a warm-up.
    """
    (home / "events.jsonl").write_text('{"at": "2026-11-01T09:00:00Z", "kind": "quiz", "item": "00-q6"}\n')
    assert datetime(2026, 11, 1, 9, tzinfo=UTC) == progress.of("quiz")[0].at
    assert ["00-q4", "00-q1"] == [item.id for item in warmup("01").items]
