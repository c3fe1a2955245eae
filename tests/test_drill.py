"""The interview drill: scoring, boxes, the order of cards, the machine, and that events alone are enough."""

from __future__ import annotations

import json
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.classroom import answers, boxes, progress
from helpers.classroom.answers import Answered, calibration, day
from helpers.classroom.boxes import allowance, due_by_day, interval, moved, ordered, recall
from helpers.classroom.cards import deck
from helpers.classroom.drill import NONE_LEFT, Drill
from helpers.classroom.event import Event
from helpers.classroom.scoring import band, score
from helpers.classroom.turns import DrillError
from helpers.clock import VirtualClock

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TODAY = day(NOON)


@pytest.fixture
def clock():
    """Noon on a Monday in November; the timer stands at 0."""
    return VirtualClock(NOON)


@pytest.fixture
def log(tmp_path, clock):
    """An empty progress folder on that clock."""
    return progress.Log(tmp_path, now=clock.wall)


@pytest.fixture
def drill(log, clock):
    """Makes a drill on that folder: drill(mode="deep")."""
    return lambda **options: Drill(options.pop("cards", None), log, clock, Random(options.pop("seed", 7)), **options)


def play(run, clock, *, share=1.0, red=(), confidence=3, seconds=20.0, right=True):
    """Answer the card that is asked: a share of its must-haves, or right or wrong where it is checked."""
    run.sure(confidence)
    run.speak()
    clock.sleep(seconds)
    card = run.card
    if card.type == "speak":
        run.reveal()
        return run.score(must=range(1, int(share * len(card.must)) + 1), red=red)
    if card.type == "numbers":
        run.answer(card.answer.value if right else card.answer.value * 3)
        return run.score(must=range(1, len(card.must) + 1))
    run.answer(card.faults if right else {card.decoy})
    return run.score()


def to_the_end(run, clock, **how):
    """Play every card, follow-up questions included; gives the ids in order."""
    asked = []
    while run.state != "finished":
        asked.append(run.card.id)
        play(run, clock, **how)
        while "follow_up" in run.actions[:1]:
            run.follow_up()
        run.next()
    return asked


def answer_event(card, points, *, confidence=3, red=0, days=0, **data):
    """A scored answer, so many days after the first noon."""
    return Event("drill", card, NOON + timedelta(days=days), {"step": "scored", "points": points, "red": red,
                                                              "confidence": confidence, "seconds": 20.0, **data})


# ---- scoring, by hand

@pytest.mark.parametrize(("said", "points", "in_band", "passes"), [
    ({"must": 6, "of": 6}, 100, "strong", True),
    ({"must": 5, "of": 6}, 83, "good", True),                          # 83.3
    ({"must": 5, "of": 6, "plus": 1}, 88, "good", True),               # 83.3 + 5
    ({"must": 5, "of": 6, "plus": 2}, 93, "strong", True),
    ({"must": 3, "of": 4}, 75, "good", True),
    ({"must": 3, "of": 4, "seconds": 45}, 75, "good", True),           # 1.5 times the target is not above it
    ({"must": 3, "of": 4, "seconds": 45.1}, 65, "shaky", False),
    ({"must": 3, "of": 4, "red": 1}, 60, "shaky", False),
    ({"must": 4, "of": 4, "red": 1}, 85, "good", False),               # enough points, and a red flag
    ({"must": 4, "of": 4, "plus": 3, "red": 1}, 100, "strong", False),
    ({"must": 2, "of": 4, "plus": 9}, 65, "shaky", False),             # extras are 15 at most
    ({"must": 2, "of": 4}, 50, "shaky", False),
    ({"must": 1, "of": 4, "plus": 3}, 40, "again", False),
    ({"must": 0, "of": 4, "red": 2, "seconds": 99}, 0, "again", False),
    ({"must": 5, "of": 7}, 71, "shaky", False),                        # 71.4
    ({"must": 5, "of": 8}, 63, "shaky", False),                        # 62.5, rounded up
])
def test_points_are_what_a_hand_computes(said, points, in_band, passes):
    """
    must / of x 100, + 5 an extra up to 15, - 15 a red flag, - 10 above 45 of 30 seconds.
    """
    found = score(**{"seconds": 20, "target_s": 30, **said})
    assert (points, in_band, passes) == (found.points, found.band, found.passed)


@pytest.mark.parametrize(("points", "name"), [(0, "again"), (49, "again"), (50, "shaky"), (74, "shaky"), (75, "good"),
                                              (89, "good"), (90, "strong"), (100, "strong")])
def test_bands_begin_where_they_should(points, name):
    """
    Below 50 again, below 75 shaky, below 90 good.
    """
    assert name == band(points)


@pytest.mark.parametrize("wrong", [{"must": 5}, {"must": -1}, {"of": 0, "must": 0}, {"plus": -1}, {"red": -1},
                                   {"seconds": -1}, {"target_s": 0}])
def test_counts_that_can_not_be_are_refused(wrong):
    """
    More must-haves said than there are, or fewer than none.
    """
    with pytest.raises(ValueError):
        score(**{"must": 1, "of": 4, "seconds": 1, "target_s": 30, **wrong})


def test_a_score_says_itself():
    """
    Points, band, and what took something off.
    """
    assert "60 of 100: shaky, 1 red flag" == str(score(must=3, of=4, red=1, seconds=9, target_s=30))
    assert "60 of 100: shaky, 2 red flags, too long" == str(score(must=4, of=4, red=2, seconds=46, target_s=30))
    assert "100 of 100: strong" == str(score(must=4, of=4, seconds=9, target_s=30))


# ---- boxes

def one(points, red=0, confidence=3):
    """An answer."""
    return Answered(card="RET-01", at=NOON, points=points, red=red, confidence=confidence, seconds=20)


@pytest.mark.parametrize(("box", "given", "early", "then"), [
    (1, one(75), False, 2), (4, one(90), False, 5), (5, one(100), False, 5), (3, one(60), False, 3),
    (4, one(49), False, 1), (4, one(100, red=1), False, 1), (1, one(0), False, 1),
    (2, one(100), True, 2), (2, one(10), True, 1), (3, one(60), True, 3)])
def test_a_card_moves(box, given, early, then):
    """
    Passed: up; shaky: stays; failed or a red flag: to the first. Before its day it does not rise.
    """
    assert then == moved(box, given, early=early)


def test_intervals_are_0_1_3_7_and_16_days():
    """
    Box 1 is due at once.
    """
    assert [0, 1, 3, 7, 16] == [interval(box, TODAY) for box in (1, 2, 3, 4, 5)]


@pytest.mark.parametrize(("days_left", "capped"), [
    (48, [0, 1, 3, 7, 16]), (30, [0, 1, 3, 7, 10]), (12, [0, 1, 3, 4, 4]), (7, [0, 1, 2, 2, 2]), (2, [0] * 5),
    (0, [0] * 5), (-1, [0, 1, 3, 7, 16])])
def test_an_interview_caps_every_interval(days_left, capped):
    """
    A third of the days that are left, in whole days; an interview that is over caps nothing.
    """
    assert capped == [interval(box, TODAY, TODAY + timedelta(days=days_left)) for box in (1, 2, 3, 4, 5)]


def test_boxes_come_from_the_events():
    """
    Three passes on their days reach box 4; then a red flag.
    """
    passes = [answer_event("RET-01", 80, days=days) for days in (0, 1, 4)]
    known = recall(passes)["RET-01"]
    assert (4, TODAY + timedelta(days=4 + 7)) == (known.box, known.due)

    known = recall([*passes, answer_event("RET-01", 100, red=1, days=11)])["RET-01"]
    assert (1, TODAY + timedelta(days=11)) == (known.box, known.due)


def test_passing_twice_in_an_hour_is_one_step():
    """
    The second answer came before the card was due.
    """
    assert 2 == recall([answer_event("RET-01", 80), answer_event("RET-01", 80)])["RET-01"].box


@pytest.mark.parametrize("spoiled", [
    {"points": 101}, {"points": -1}, {"points": "80"}, {"points": True}, {"confidence": 0}, {"confidence": 5},
    {"confidence": None}, {"red": -1}, {"red": 1.0}, {"seconds": "20"}, {"seconds": -1}, {"step": "won"}])
def test_an_event_that_a_hand_spoiled_is_skipped(spoiled):
    """
    One answer less, and no error.
    """
    good = answer_event("RET-01", 80)
    assert recall([good]) == recall([good, Event("drill", "RET-01", NOON, {**good.data, **spoiled})])
    assert 1 == len(answers.answered([good, Event("drill", "", NOON, good.data), Event("quiz", "x", NOON, good.data)]))


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="Windows can't change the zone of a process")
def test_a_day_ends_where_the_learner_is(monkeypatch):
    """
    23:30 and 00:30 in Bangkok are two days, though one in UTC.
    """
    monkeypatch.setenv("TZ", "Asia/Bangkok")
    time.tzset()
    try:
        late = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)
        assert (date(2026, 11, 23), date(2026, 11, 24)) == (day(late), day(late + timedelta(hours=1)))
    finally:
        monkeypatch.undo()
        time.tzset()


# ---- the order

def order(events, today=TODAY, new=8):
    """The ids of the spoken cards, as they would be asked."""
    cards = [card for card in deck().values() if card.type == "speak"]
    found = ordered(cards, recall(events), today, allowance={"speak": new}, random=Random(1).random)
    return [card.id for card in found]


def test_first_what_was_believed_then_overdue_then_new_then_the_rest():
    """
    RET-02 was wrong and certain; STR-01 is longer overdue than ECO-01; CAC-01 is not due.
    """
    events = [answer_event("STR-01", 60, days=-6), answer_event("ECO-01", 60, days=-2),
              answer_event("RET-02", 20, confidence=4, days=-1), answer_event("OUT-01", 20, confidence=1, days=-1),
              answer_event("CAC-01", 100)]
    found = order(events)
    assert ["RET-02", "STR-01", "ECO-01", "OUT-01"] == found[:4]
    assert "CAC-01" == found[-1]
    new = [deck()[id].level for id in found[4:-1]]
    assert sorted(new) == new


def test_a_red_flag_that_was_believed_counts_as_wrong():
    """
    100 points and a red flag, said with certainty: the first to come back.
    """
    assert "HIS-04" == order([answer_event("ECO-01", 10, confidence=1, days=-9),
                              answer_event("HIS-04", 100, red=1, confidence=3, days=-1)])[0]


def test_no_new_card_when_the_day_is_full():
    """
    What was met stays.
    """
    assert ["STR-01"] == order([answer_event("STR-01", 60)], new=0)


def test_eight_new_cards_a_day_of_each_type():
    """
    Asked counts, even where it was skipped; yesterday's do not.
    """
    speak = [id for id, card in deck().items() if card.type == "speak"]
    asked = [Event("drill", id, NOON - timedelta(days=number < 3), {"step": "asked"})
             for number, id in enumerate(speak[:8])]
    assert {"speak": 3, "numbers": 8, "bugs": 8} == allowance(deck(), asked, TODAY)
    assert 0 == allowance(deck(), [Event("drill", id, NOON, {"step": "asked"}) for id in speak], TODAY)["speak"]


def test_what_is_due_by_day():
    """
    Overdue today, then one column a day.
    """
    known = recall([answer_event("RET-01", 10, days=-4), answer_event("RET-02", 80), answer_event("RET-03", 80)])
    assert [1, 2, 0] == due_by_day(known, TODAY, days=3)


# ---- calibration

def test_calibration_waits_for_ten_answers():
    """
    Nine say nothing.
    """
    nine = answers.answered([answer_event("RET-01", 61, confidence=4)] * 9)
    assert calibration(nine) is None
    assert calibration([*nine, nine[0]]) is not None


def test_calibration_compares_promise_and_points():
    """
    Six at 4 of 4 with 61 on average, four at 2 of 4 with 50: the gap is (6 x 39 + 4 x 0) / 10.
    """
    events = [answer_event("RET-01", points, confidence=4) for points in (41, 81) * 3]
    found = calibration(answers.answered(events + [answer_event("RET-02", 50, confidence=2)] * 4))
    assert pytest.approx(23.4) == found.gap
    assert ("When you said 4 of 4 you scored 61 on average (6 answers); when you said 2 of 4 you scored 50 on average "
            "(4 answers). The gap is 23 points; 15 or less is a good one.") == str(found)


# ---- the machine, step by step

def test_one_card_from_question_to_next(drill, clock, log):
    """
    Confidence, timer, answers, ticks, score, and the event that remembers it.
    """
    run = drill(mode="rapid")
    card = run.card
    assert ("question", ("sure", "skip", "stop"), (1, 8)) == (run.state, run.actions, run.position)
    run.sure(4)
    assert ("confidence", 0.0, 30) == (run.state, run.elapsed_s, run.target_s)
    run.speak()
    clock.sleep(12.5)
    assert ("speaking", 12.5) == (run.state, run.elapsed_s)
    run.reveal()
    clock.sleep(60)
    assert ("reveal", 12.5) == (run.state, run.elapsed_s)
    found = run.score(must=[1, 2, 3], plus=[1], red=[1])
    assert min(100, int(300 / len(card.must) + 5 - 15 + 0.5)) == found.points
    assert ("scored", ("next", "follow_up", "skip", "stop")) == (run.state, run.actions)
    (event,) = answers.steps(log.events(), "scored")
    assert {"step": "scored", "depth": "short", "confidence": 4, "seconds": 12.5, "points": found.points, "red": 1,
            "late": False, "ticked": {"must": [1, 2, 3], "plus": [1], "red": [1]}} == event.data
    assert card.id == event.item
    run.next()
    assert ("question", (2, 8)) == (run.state, run.position)
    assert run.card.id != card.id


def test_deep_asks_both_follow_ups_before_it_goes_on(drill, clock):
    """
    Two minutes for the answer, twenty seconds for each of the two.
    """
    run = drill(mode="deep")
    assert 120 == run.target_s
    play(run, clock, seconds=130)
    assert ("follow_up", "skip", "stop") == run.actions
    with pytest.raises(DrillError) as refused:
        run.next()
    assert "next() is not possible at 'scored'. Possible now: follow_up(), skip(), stop()." == str(refused.value)
    assert run.card.followups[0] == run.follow_up() == run.followup
    clock.sleep(7)
    assert ("followup", 20, 7.0) == (run.state, run.target_s, run.elapsed_s)
    run.follow_up()
    assert run.card.followups[1] == run.followup
    assert ("next", "skip", "stop") == run.actions
    run.next()
    assert run.followup is None


def test_numbers_are_checked_within_fifteen_percent(drill, clock, log):
    """
    Accepted, the steps count; not accepted, they don't.
    """
    run = drill(mode="numbers")
    run.sure(2)
    run.speak()
    assert ("answer", "skip", "stop") == run.actions
    run.answer(run.card.answer.value * 1.14)
    assert run.turn.accepted
    assert 100 == run.score(must=range(1, len(run.card.must) + 1)).points
    run.next()
    assert 0 == play(run, clock, right=False).points
    with pytest.raises(ValueError) as refused:
        run.next(), run.sure(1), run.speak(), run.answer("many")
    assert str(refused.value).endswith("; got 'many'.")
    assert "speaking" == run.state
    assert {"numbers"} == {deck()[one.card].type for one in answers.answered(log.events())}


def test_a_bug_hunt_counts_lines_and_takes_a_fine_one_for_a_red_flag(drill, clock):
    """
    All faults and the decoy: 85 points, and not passed. A score takes no ticks here.
    """
    run = drill(mode="bugs")
    run.sure(4)
    run.speak()
    run.answer([*run.card.faults, run.card.decoy])
    with pytest.raises(ValueError) as refused:
        run.score(red=[1])
    assert "is a bug hunt: the lines are its answer" in str(refused.value)
    found = run.score()
    assert (85, 1, False) == (found.points, found.red, found.passed)
    run.next()
    found = play(run, clock)
    assert (100, 0, True) == (found.points, found.red, found.passed)
    run.next()
    assert ("finished", "Done.") == (run.state, run.notice)


def test_a_mock_screen_has_its_order_and_its_end(drill, clock):
    """
    An estimate, three short answers, a hunt, a deep one; no card after 25 minutes.
    """
    run = drill(mode="mock")
    assert 25 * 60 == run.left_s
    asked = to_the_end(run, clock)
    assert ["numbers", "speak", "speak", "speak", "bugs", "speak"] == [deck()[id].type for id in asked]
    assert "Done." == run.notice

    run = drill(mode="mock")
    play(run, clock, seconds=1501)
    assert 0 == run.left_s
    run.next()
    assert ("finished", "The time is up.", ()) == (run.state, run.notice, run.actions)


def test_a_failed_card_returns_after_three_others(drill, clock):
    """
    In the same session, and not before.
    """
    run = drill(mode="rapid")
    first = run.card.id
    play(run, clock, share=0)
    run.next()
    asked = [first]
    while run.state != "finished":
        asked.append(run.card.id)
        play(run, clock)
        run.next()
    assert first not in asked[1:4]
    assert first == asked[4]
    assert 7 == len(set(asked))


def test_a_skipped_card_is_left_alone_in_this_session(drill, clock, log):
    """
    It moves to no box, and is due.
    """
    run = drill(mode="rapid")
    first = run.card.id
    run.skip()
    assert first not in to_the_end(run, clock)
    known = run.known[first]
    assert (1, TODAY, None) == (known.box, known.due, known.last)
    assert [first] == [event.item for event in answers.steps(log.events(), "skipped")]


def test_when_nothing_is_left_the_drill_says_so(drill, clock):
    """
    Eight new cards were met and learnt; a ninth comes tomorrow, and of the eight each comes once more today.
    """
    assert 8 == len(set(to_the_end(drill(), clock)))
    again = to_the_end(drill(), clock)
    assert 8 == len(set(again))


def test_a_deck_of_one_card_is_asked_once_a_day(drill, clock):
    """
    It never follows itself on one day, and it is not shut for ever.
    """
    few = {"RET-01": deck()["RET-01"]}
    for _ in range(2):
        alone = drill(cards=few)
        play(alone, clock, share=0)
        alone.next()
        assert "Done." == alone.notice
        assert ("finished", NONE_LEFT) == (drill(cards=few).state, drill(cards=few).notice)
        clock.sleep(24 * 3600)


def test_a_topic_is_no_way_around_the_new_cards_of_a_day(drill, clock):
    """
    After eight new ones of all topics there is none left of this one, but what was met is asked.
    """
    met = to_the_end(drill(), clock)
    own = [id for id in met[:-3] if id.startswith("RET")]
    assert set(own) >= set(to_the_end(drill(topics=["retries"]), clock)) - set(met[-3:])


def test_topics_and_modes_that_there_are_not_are_named(drill):
    """
    With what there is.
    """
    with pytest.raises(ValueError) as refused:
        drill(mode="pair")
    assert "'pair' is no mode. Choose one of: rapid, deep, numbers, bugs, mock." == str(refused.value)
    with pytest.raises(ValueError) as refused:
        drill(topics=["cashing"])
    assert "No card is about cashing. There are cards about caching, economics" in str(refused.value)
    assert "retries" == drill(topics=["retries"]).card.topic


@pytest.mark.parametrize("confidence", [0, 5, 2.0, True, "3", None])
def test_confidence_is_one_to_four(drill, confidence):
    """
    Anything else is refused, and the question stays.
    """
    run = drill()
    with pytest.raises(ValueError) as refused:
        run.sure(confidence)
    assert "confidence is 1 to 4 (1: a guess, 2: not sure, 3: fairly sure, 4: certain)" in str(refused.value)
    assert "question" == run.state


def test_a_tick_that_is_not_in_the_list_is_refused(drill, clock, log):
    """
    Numbers from 1; nothing is booked.
    """
    run = drill()
    run.sure(1), run.speak(), run.reveal()
    with pytest.raises(ValueError) as refused:
        run.score(must=[0])
    assert f"{run.card.id} has no must 0: they are numbered from 1 to {len(run.card.must)}." == str(refused.value)
    assert [] == answers.steps(log.events(), "scored")
    assert "reveal" == run.state


def test_an_ended_drill_refuses_everything(drill):
    """
    And says what to do.
    """
    run = drill()
    run.stop()
    with pytest.raises(DrillError) as refused:
        run.skip()
    assert "skip() is not possible: this drill is over. Make a new one: Drill(mode=...)." == str(refused.value)
    assert ("Stopped.", None, 0.0, None, None) == (run.notice, run.card, run.elapsed_s, run.target_s, run.followup)


# ---- broken off

def test_resume_goes_on_with_the_open_card(drill, clock):
    """
    The kernel died in the third answer: two results are there, the third card is asked again.
    """
    run = drill()
    for _ in range(2):
        play(run, clock)
        run.next()
    run.sure(2)
    run.speak()
    later = drill(seed=99, resume=True)
    assert (run.card.id, "question", (3, 8)) == (later.card.id, later.state, later.position)
    assert [(card.id, found.points) for card, found in run.results] == [(c.id, f.points) for c, f in later.results]


def test_only_an_open_session_of_today_and_of_this_mode_is_resumed(drill, clock, log):
    """
    Otherwise a new one starts.
    """
    run = drill(mode="deep")
    play(run, clock)
    assert (1, 8) == drill(mode="rapid", resume=True).position
    log.record("drill", step="end")
    assert (1, 3) == drill(mode="deep", resume=True).position
    drill(mode="deep").skip()
    assert (2, 3) == drill(mode="deep", resume=True).position
    clock.sleep(24 * 3600)
    assert (1, 3) == drill(mode="deep", resume=True).position


def test_a_mock_screen_goes_on_with_the_time_that_is_left(drill, clock):
    """
    Ten minutes were gone when the kernel died.
    """
    drill(mode="mock")
    clock.sleep(600)
    assert 900 == drill(mode="mock", resume=True).left_s


@given(cut=st.integers(0, 400))
@settings(deadline=None, max_examples=60)
def test_a_file_cut_anywhere_is_the_whole_lines_before_the_cut(cut):
    """
    Kill at any byte: what is derived is what the complete events say.
    """
    lines = [json.dumps({"at": "2026-11-23T12:00:00Z", "kind": "drill", "item": id, "step": "scored", "points": points,
                         "red": 0, "confidence": 3, "seconds": 20}).encode() + b"\n"
             for id, points in (("RET-01", 80), ("RET-02", 20), ("RET-01", 90))]
    whole = b"".join(lines)
    place = min(cut, len(whole))
    with tempfile.TemporaryDirectory() as folder:
        log = progress.Log(Path(folder))
        log.file.write_bytes(whole[:place])
        complete = [line for number, line in enumerate(lines) if len(b"".join(lines[:number + 1])) - 1 <= place]
        expected = [json.loads(line)["item"] for line in complete]
        assert expected == [one.card for one in answers.answered(log.events())]
        assert set(expected) == set(recall(log.events()))


def test_the_pieces_have_nothing_to_do_with_a_widget():
    """
    The machine is usable without IPython: its modules import neither ui nor faces.
    """
    for module in (boxes, answers):
        assert not hasattr(module, "ui")
    source = Path(boxes.__file__).parent
    for name in ("drill", "turns", "boxes", "answers", "cards", "choosing", "resuming", "scoring", "modes"):
        text = (source / f"{name}.py").read_text("utf-8")
        assert "ipywidgets" not in text
        assert "import ui" not in text
