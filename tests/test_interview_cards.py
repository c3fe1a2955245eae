"""The interview cards: every rule of the deck, and every figure in an answer, computed or cited."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest
from interview_kit import CITED, COMPUTED
from spoken_kit import spoken

from helpers.classroom import cards
from helpers.classroom.cards import Card, Number, deck, read
from helpers.economics import load_models, prices_as_of
from helpers.settings import NOTEBOOKS

EVERY = list(deck().values())
each_card = pytest.mark.parametrize("card", EVERY, ids=[card.id for card in EVERY])
PREFIXES = {"economics": "ECO", "retries": "RET", "streaming": "STR", "structured": "OUT", "caching": "CAC",
            "history": "HIS"}
SHORT_WORDS, LONG_WORDS = 80, 320
"""What fits into 30 seconds and into 2 minutes, at 160 words a minute."""


def texts(card: Card) -> list[str]:
    """Everything in a card that states something, its questions left out."""
    return [card.short, card.long, *card.must, *card.plus, *card.red, *(one.a for one in card.followups),
            *(line.fine for line in card.lines)]


# ---- the deck

def test_each_topic_has_its_eight_cards():
    """
    Four spoken ones, two estimates, two bug hunts; ids count from 01 within the topic.
    """
    assert ({(topic, type): count for topic in PREFIXES
             for type, count in (("speak", 4), ("numbers", 2), ("bugs", 2))}
            == Counter((card.topic, card.type) for card in EVERY))
    for topic, prefix in PREFIXES.items():
        own = [card.id for card in EVERY if card.topic == topic]
        assert [f"{prefix}-{place:02}" for place in range(1, len(own) + 1)] == own


def test_every_level_is_in_every_topic():
    """
    A junior finds a card in each, and so does a senior.
    """
    assert {(topic, level) for topic in PREFIXES for level in (1, 2, 3)} == {(card.topic, card.level) for card in EVERY}


@each_card
def test_a_card_keeps_the_rules(card):
    """
    Four must-haves, a red flag, a number, two follow-up questions, a source, targets.
    """
    assert [] == cards.problems(card)
    assert len(card.plus) >= 2 or card.type == "bugs"
    assert {"speak": {"short": 30, "long": 120}, "numbers": {"short": 90}, "bugs": {"short": 120}}[card.type] == \
        card.targets


def test_the_four_follow_ups_of_the_source_lesson_are_asked():
    """
    Streaming for a chat, reliable JSON, retries, prompt caching: the questions that the course grew out of.
    """
    asked = {id: deck()[id].q.lower() for id in ("STR-01", "OUT-01", "RET-01", "CAC-01")}
    for id, words in {"STR-01": "streaming for a chat ui", "OUT-01": "structured json", "RET-01": "exponential backoff",
                      "CAC-01": "prompt caching"}.items():
        assert words in asked[id]


def test_no_sentence_stands_in_two_places():
    """
    Whoever practises all cards hears nothing twice; sentences of fewer than five words are free.
    """
    sentences = Counter(" ".join(re.findall(r"[\w']+", sentence.lower())) for card in EVERY
                        for text in [card.q, *(one.q for one in card.followups), *texts(card)]
                        for sentence in re.split(r"(?<=[.?:;])\s+", text) if len(sentence.split()) >= 5)
    assert [] == [sentence for sentence, count in sentences.items() if count > 1]


# ---- how it sounds

@each_card
def test_an_answer_can_be_said_in_its_time(card):
    """
    80 words in 30 seconds, 320 in two minutes; a long answer that is hardly longer than the short one is none.
    """
    assert 40 <= len(card.short.split()) <= SHORT_WORDS
    if card.type == "speak":
        assert 180 <= len(card.long.split()) <= LONG_WORDS


@each_card
def test_an_answer_sounds_spoken(card):
    """
    No brackets, lists, semicolons in rows or written words; sentences that a breath carries; contractions.
    """
    for text in (card.short, card.long):
        assert [] == re.findall(r"[()\[\]!*•#]|\b(?:furthermore|moreover|utili[sz]e|leverage|robust|ensure|crucial|"
                                r"seamless\w*|in order to|it is important|i would|do not|does not|cannot|it is not)\b",
                                text, re.I)
        assert [] == [said for said in re.split(r"(?<=[.?])\s+", text) if len(said.split()) > 42]
    assert "'" in card.short + card.long or card.type != "speak"


@each_card
def test_no_model_id_and_no_myth_is_in_a_card(card):
    """
    Models age; and nobody says here what the lessons disprove.
    """
    said = " ".join([card.short, card.long, *(one.a for one in card.followups)])
    ids = [name for model in load_models().models for name in (model.id, *model.aliases)
           if re.search(rf"\b{re.escape(name)}\b", said)]
    assert [] == ids
    assert [] == re.findall(r"full price|roles must alternate|temperature 0|4 characters|guarantees? (?:the )?truth",
                            said, re.I)


# ---- bug hunts

@pytest.mark.parametrize("card", [card for card in EVERY if card.type == "bugs"], ids=lambda card: card.id)
def test_a_bug_hunt_is_python_with_four_faults_and_one_decoy(card):
    """
    It compiles, as the faults are no typos; each wrong line says why, and one line that is fine says why, too.
    """
    compile("\n".join(line.code for line in card.lines), card.id, "exec")
    assert 4 <= len(card.faults) <= 6
    assert card.decoy is not None
    assert card.decoy not in card.faults
    assert max(len(line.code) for line in card.lines) <= 100
    assert min(len(why.split()) for why in card.must) >= 6


def test_the_strict_schema_of_a_hunt_fails_by_its_wrong_lines_alone():
    """
    OUT-07: with its four faults repaired, and the decoy left alone, the schema is one that strict accepts.
    """
    from helpers.structured.strict import plain_schema, to_strict

    code = "\n".join(line.code for line in deck()["OUT-07"].lines)
    names: dict = {}
    exec(code, names)
    schema = names["ORDER"]["input_schema"]
    sizes = dict(schema["properties"]["size"])
    assert {"maxLength", "minimum"} <= set(schema["properties"]["article"]) | set(schema["properties"]["pieces"])
    rewritten = to_strict(plain_schema(schema), vendor="anthropic").schema
    assert sizes["enum"] == rewritten["properties"]["size"]["enum"]
    assert sizes["type"] == rewritten["properties"]["size"]["type"]
    assert rewritten["additionalProperties"] is False
    assert rewritten["properties"]["gift"]["additionalProperties"] is False
    assert "maxLength" not in rewritten["properties"]["article"]
    assert "minimum" not in rewritten["properties"]["pieces"]


# ---- figures

VAGUE = re.compile(r"\b(?:about|roughly|nearly|not quite|call it|a little over|over|and a bit|so \d+ of)\b", re.I)


@pytest.mark.parametrize(("said", "numbers"), [
    ("a hundred and forty", {140}), ("eighteen hundred tokens", {1800}), ("two and a half a second", {2.5}),
    ("two hundred and fifty labelled", {250}), ("sixteen and a half thousand", {16_500}), ("Six attempts", {6}),
    ("a hundred and thirty-eight thousand", {138_000}), ("1.25 times", {1.25}), ("two, four, eight", {2, 4, 8}),
    ("98 cents to a dollar sixty-seven", {98, 67, 167}), ("fifteen and a half seconds", {15.5}), ("1,024", {1024})])
def test_words_are_read_as_numbers(said, numbers):
    """
    The test below is as good as this reader.
    """
    assert numbers <= spoken(said)


NUMBERS = [(card, number) for card in EVERY for number in card.numbers]


@pytest.mark.parametrize(("card", "number"), NUMBERS, ids=[f"{card.id} {number.say[:30]}" for card, number in NUMBERS])
def test_a_figure_in_an_answer_is_what_is_computed(card, number):
    """
    The words stand in the card, they say the value, and the value is what the course computes, or what is cited.
    """
    assert any(number.say in text for text in texts(card)) or any(number.say in one.q for one in card.followups) \
        or number.say in card.q, "not said"
    computed = CITED[number.computed_by][0] if number.computed_by in CITED else COMPUTED[number.computed_by]()
    assert number.value == pytest.approx(computed, **_leeway(number))
    assert any(number.value == pytest.approx(one, **_leeway(number)) for one in spoken(number.say))


def _leeway(number: Number) -> dict[str, float]:
    """How far words may be from the value: vague ones 8 %, others 3 %, digits by rounding alone."""
    if VAGUE.search(number.say):
        return {"rel": 0.08}
    if re.search(r"\d", number.say):
        decimals = len(str(number.value).partition(".")[2]) if number.value % 1 else 0
        return {"rel": 0, "abs": 0.5 * 10**-decimals}
    return {"rel": 0.03, "abs": 1e-9}


FIGURE = re.compile(
    r"(?<![\w.=-])(?![0-4]\b)\d+(?:,\d{3})*(?:\.\d+)?(?![\w-])|\b(?:five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|(?:twen|thir|for|"
    r"fif|six|seven|eigh|nine)ty(?:-\w+)?|hundred|thousand|million|quarters?|tenths?|fifths?|twentieth)\b", re.I)
CODES = re.compile(r"\b(?:200|400|401|408|409|422|429|500|529)s?\b|5xx|UTF-8|\bp9[59]\b")


@each_card
def test_no_figure_is_unaccounted_for(card):
    """
    From five on, every number in an answer is listed with what computes it, or as a premise; status codes are free.
    """
    known = sorted([*(number.say for number in card.numbers), *card.premises], key=len, reverse=True)
    for text in set(texts(card)) - set(card.red):            # a red flag says what is wrong
        for words in known:
            text = re.sub(re.escape(words), "…", text, flags=re.I)
        assert [] == FIGURE.findall(CODES.sub("", text)), text


@pytest.mark.parametrize("card", [card for card in EVERY if card.answer], ids=lambda card: card.id)
def test_an_estimates_answer_is_computed(card):
    """
    And 15 % off is accepted, 16 % is not; the wrong way of the red flag is never accepted.
    """
    assert card.answer.value == pytest.approx(COMPUTED[card.answer.computed_by](), rel=0.005)
    assert card.accepts(card.answer.value * 1.15)
    assert card.accepts(card.answer.value * 0.85)
    assert not card.accepts(card.answer.value * 1.16)
    assert not card.accepts(card.answer.value * 0.84)


@pytest.mark.parametrize(("id", "mistake"), [
    ("ECO-05", 528), ("ECO-06", 140), ("RET-05", 2_000), ("RET-06", 31.5), ("STR-05", 0.6), ("STR-06", 40),
    ("OUT-05", 20_000), ("OUT-06", 2_000), ("CAC-05", 100), ("CAC-06", 10), ("HIS-05", 24_000), ("HIS-06", 16),
    ("HIS-06", 13)])
def test_the_usual_mistake_is_not_within_the_tolerance(id, mistake):
    """
    15 % is wide: none of the answers is so near to its misconception that both pass.
    """
    assert not deck()[id].accepts(mistake)


def test_every_key_is_used():
    """
    No figure is computed for nothing.
    """
    used = {number.computed_by for card in EVERY for number in (*card.numbers, *filter(None, [card.answer]))}
    assert set() == (set(COMPUTED) | set(CITED)) - used - {"cited-chars-per-token"}
    assert all(source for _, source in CITED.values())


@each_card
def test_a_card_with_prices_says_of_which_day(card):
    """
    Which is the day of data/models.json: a new price list makes somebody look at the answers.
    """
    keys = [number.computed_by for number in card.numbers if number.computed_by.startswith(
        ("price-", "eco01", "eco05", "eco06", "hit-", "race-", "cliff", "uncached", "out05-day"))
        and not number.computed_by.endswith("cuts")]
    if keys:
        assert prices_as_of().isoformat() == card.as_of, keys
    assert card.as_of in ("", prices_as_of().isoformat())


# ---- proof

def headings(lesson: str) -> list[str]:
    """The headings of a lesson, without their marks."""
    cells = json.loads((NOTEBOOKS / f"{lesson}.ipynb").read_text("utf-8"))["cells"]
    prose = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return [line.lstrip("# ") for line in prose.splitlines() if re.match(r"#{2,4} ", line)]


@each_card
def test_the_proof_is_a_heading_of_a_lesson(card):
    """
    Whoever doubts an answer finds where it is shown. A heading that was renamed is renamed here, too.
    """
    assert card.proof.heading in headings(card.proof.lesson)


# ---- reading

def row(**changes):
    """The JSON object of a card that is right, changed."""
    content = json.loads(cards.FILE.read_text("utf-8"))["cards"]
    id = changes.get("id", "RET-01")
    return {**next(one for one in content if one["id"] == id), **changes}


@pytest.mark.parametrize(("changes", "says"), [
    ({"must": ["one"]}, "needs 4 must-haves or more; it has 1"), ({"red": []}, "needs a red flag"),
    ({"numbers": []}, "needs a number in its answer"), ({"level": 4}, "has level 4, which must be 1, 2 or 3"),
    ({"type": "essay"}, "is of type 'essay', which must be one of speak, numbers, bugs"),
    ({"followups": []}, "needs 2 follow-up questions or more; it has 0"), ({"sources": []}, "needs a source"),
    ({"long": " "}, "needs a long answer"), ({"targets": {"short": 30}}, "needs targets in seconds"),
    ({"answer": {"value": 1, "unit": "s", "computed_by": "x"}}, "only a numbers card has one"),
    ({"lines": [{"code": "x"}]}, "only a bug hunt has any"), ({"colour": "red"}, "colour"),
    ({"id": "RET-07", "lines": [{"code": "x", "wrong": "a", "fine": "b"}] * 4}, "both wrong and fine"),
    ({"id": "RET-05", "answer": {"value": 0, "unit": "s", "computed_by": "x"}}, "a value other than 0")])
def test_a_card_against_the_rules_is_refused_by_name(changes, says):
    """
    A learner's own card gets the same words.
    """
    with pytest.raises(ValueError) as refused:
        read(row(**changes))
    assert says in str(refused.value)
    assert str(refused.value).startswith(f"card '{changes.get('id', 'RET-01')}'")


def test_two_cards_of_one_id_are_refused(tmp_path):
    """
    Their answers would mix.
    """
    file = tmp_path / "cards.json"
    file.write_text(json.dumps({"cards": [row(), row()]}))
    with pytest.raises(ValueError) as refused:
        deck(file)
    assert "cards.json: there are two cards RET-01." == str(refused.value)


def test_only_a_numbers_card_accepts_numbers():
    """
    Asked of another, it says which type it is.
    """
    with pytest.raises(ValueError) as refused:
        deck()["RET-01"].accepts(3)
    assert "RET-01 asks for no number: it is a card of type 'speak'." == str(refused.value)
