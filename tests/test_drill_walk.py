"""Random walks through the interview drill: never stuck, no card too soon, and the events alone know everything."""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from helpers.classroom import progress
from helpers.classroom.answers import day
from helpers.classroom.boxes import recall
from helpers.classroom.cards import deck
from helpers.classroom.drill import Drill
from helpers.classroom.modes import MODES
from helpers.classroom.turns import DrillError
from helpers.clock import VirtualClock

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TODAY = day(NOON)
EVERY = {"sure", "speak", "reveal", "answer", "score", "follow_up", "next", "skip", "stop"}
BOX_DAYS = (0, 1, 3, 7, 16)
WALK = settings(max_examples=40, stateful_step_count=60, deadline=None,
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


class Walk(RuleBasedStateMachine):
    """Somebody who presses anything at any time, over days, with kernels that die and lines that tear.

    Beside the drill walks a second, plain account of boxes, days and caps; the two must agree at each step.
    """

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.clock = VirtualClock(NOON)
        self.box, self.due, self.first_asked = {}, {}, {}
        self.shown: list[tuple[str, date, int]] = []
        self.session = 0

    def teardown(self):
        shutil.rmtree(self.folder)

    def log(self):
        return progress.Log(self.folder, now=self.clock.wall)

    def today(self):
        return day(self.clock.wall())

    @initialize(mode=st.sampled_from(sorted(MODES)), days_left=st.sampled_from([None, 0, 2, 5, 8, 14, 40]))
    def begin(self, mode, days_left):
        self.interview_on = None if days_left is None else TODAY + timedelta(days=days_left)
        self.start(mode)

    @rule(mode=st.sampled_from(sorted(MODES)), topics=st.sampled_from([(), (), ("retries",), ("caching", "history")]))
    def start(self, mode, topics=()):
        """A new session, whatever the old one was doing."""
        self.session += 1
        self.mode, self.topics, self.begun = mode, topics, self.today()
        self.run = self.make(mode)
        self.note_card(None)

    def make(self, mode, **options):
        return Drill(None, self.log(), self.clock, Random(self.session), mode=mode, interview_on=self.interview_on,
                     topics=self.topics, **options)

    def note_card(self, before):
        """Book a card that was newly asked, and hold it to the rules."""
        card = self.run.card
        if card is None or card is before:
            return
        today = self.today()
        lately = [id for id, on, session in self.shown[-3:] if on == today or session == self.session]
        assert card.id not in lately, "twice within three others"
        self.shown.append((card.id, today, self.session))
        if card.id not in self.first_asked:
            self.first_asked[card.id] = today
            self.box[card.id], self.due[card.id] = 1, today
        new = defaultdict(int)
        for id, on in self.first_asked.items():
            new[deck()[id].type] += on == today
        assert max(new.values()) <= 8, "too many new ones"

    @rule(seconds=st.sampled_from([1, 20, 50, 1600, 30_000, 86_400, 86_400, 4 * 86_400]))
    def wait(self, seconds):
        self.clock.sleep(seconds)

    @precondition(lambda self: "sure" in self.run.actions)
    @rule(confidence=st.integers(1, 4))
    def sure(self, confidence):
        self.run.sure(confidence)

    @precondition(lambda self: "speak" in self.run.actions)
    @rule()
    def speak(self):
        self.run.speak()

    @precondition(lambda self: "reveal" in self.run.actions)
    @rule()
    def reveal(self):
        self.run.reveal()

    @precondition(lambda self: "answer" in self.run.actions)
    @rule(data=st.data())
    def answer(self, data):
        card = self.run.card
        if card.type == "numbers":
            self.run.answer(card.answer.value * data.draw(st.sampled_from([0.5, 0.9, 1, 1.1, 3])))
        else:
            self.run.answer(data.draw(st.sets(st.integers(1, len(card.lines)))) | data.draw(
                st.sampled_from([set(), set(card.faults)])))

    @precondition(lambda self: "score" in self.run.actions)
    @rule(data=st.data())
    def score(self, data):
        card, before = self.run.card, self.log().events()
        ticks = {} if card.type == "bugs" else {
            "must": data.draw(st.sampled_from([range(1, len(card.must) + 1), [1], []])),
            "plus": data.draw(st.sampled_from([[], [1]])), "red": data.draw(st.sampled_from([[], [], [1]]))}
        found = self.run.score(**ticks)
        assert 1 == len(self.log().events()) - len(before)
        self.book(card.id, found.points, found.red)

    def book(self, id, points, red):
        """The rules of the boxes, once more and plainly."""
        today = self.today()
        if red or points < 50:
            self.box[id] = 1
        elif points >= 75 and self.due[id] <= today:
            self.box[id] = min(self.box[id] + 1, 5)
        days = BOX_DAYS[self.box[id] - 1]
        if self.interview_on and self.interview_on >= today:
            days = min(days, (self.interview_on - today).days // 3)
        self.due[id] = today + timedelta(days=days)

    @precondition(lambda self: self.run.state == "question")
    @rule(cards=st.sampled_from([1, 2, 8]), confidence=st.integers(1, 4), share=st.sampled_from([1, 1, 0.7, 0.3]),
          flag=st.sampled_from([0, 0, 0, 1]))
    def whole_cards(self, cards, confidence, share, flag):
        """From question to question: without it a walk would see few cards."""
        for _ in range(cards):
            if self.run.state == "question":
                self.whole_card(confidence, share, flag)

    def whole_card(self, confidence, share, flag):
        card = self.run.card
        self.run.sure(confidence)
        self.run.speak()
        if card.type == "speak":
            self.run.reveal()
        else:
            self.run.answer(card.answer.value if card.answer else sorted(card.faults)[:round(share * len(card.faults))])
        said = range(1, round(share * len(card.must)) + 1)
        found = self.run.score(**({} if card.type == "bugs" else {"must": said, "red": [1] * flag}))
        self.book(card.id, found.points, found.red)
        while self.run.actions[0] == "follow_up":
            self.run.follow_up()
        self.run.next()
        self.note_card(card)

    @precondition(lambda self: "follow_up" in self.run.actions)
    @rule()
    def follow_up(self):
        assert self.run.follow_up().q

    @precondition(lambda self: "next" in self.run.actions)
    @rule()
    def next(self):
        card = self.run.card
        self.run.next()
        self.note_card(card)

    @precondition(lambda self: "skip" in self.run.actions)
    @rule()
    def skip(self):
        card = self.run.card
        self.run.skip()
        self.note_card(card)

    @precondition(lambda self: "stop" in self.run.actions)
    @rule(really=st.sampled_from([True, False, False]))
    def stop(self, really):
        if really:
            self.run.stop()

    @rule(torn=st.sampled_from([b"", b'{"at": "2026-11-2', b'{"at": "2026-11-23T12:00:00Z", "kind": "drill", "ite']))
    def the_kernel_dies(self, torn):
        """A new process finds the file, perhaps with half a line at its end, and goes on."""
        with open(self.log().file, "ab") as file:
            file.write(torn)
        was = self.run
        now = self.make(self.mode, resume=True)
        answered_all = was.position[0] == was.position[1] and was.state in ("scored", "followup")
        self.run = now
        if was.state == "finished" or answered_all or self.begun != self.today():
            assert [] == now.results
            self.session += 1                           # nothing to go on with: a new session
            self.begun = self.today()
        else:
            assert [(c.id, f.points) for c, f in was.results] == [(c.id, f.points) for c, f in now.results]
            if was.state not in ("scored", "followup"):
                assert (was.card.id, was.position, "question") == (now.card.id, now.position, now.state)
                return
            assert now.state == "finished" or now.position > was.position
        self.note_card(None)

    @invariant()
    def never_stuck_and_nothing_else_is_possible(self):
        """Finished, or something can be done; what isn't offered is refused and changes nothing."""
        assert (self.run.state == "finished") == (not self.run.actions) == bool(self.run.notice)
        assert ("skip" in self.run.actions) == (self.run.state != "finished") == (self.run.card is not None)
        before = (self.run.state, self.run.card, self.run.position, len(self.log().events()))
        for name in EVERY - set(self.run.actions):
            arguments = {"sure": (2,), "answer": (1,)}.get(name, ())
            with pytest.raises(DrillError):
                getattr(self.run, name)(*arguments)
        assert before == (self.run.state, self.run.card, self.run.position, len(self.log().events()))

    @invariant()
    def the_events_alone_say_what_is_known(self):
        """A reader of the file knows each card's box and day, as the plain account has them."""
        interview_on = self.interview_on if self.interview_on and self.interview_on >= self.today() else None
        fresh = recall(self.log().events(), interview_on)
        assert fresh == self.run.known
        if interview_on == self.interview_on:       # a past interview no longer caps; the account remembers that it did
            assert self.box == {id: known.box for id, known in fresh.items()}
            assert self.due == {id: known.due for id, known in fresh.items()}
        self.hold_to_the_interview(fresh, interview_on)

    def hold_to_the_interview(self, fresh, interview_on):
        """No card waits longer than a third of the days that were left when it was answered."""
        for known in fresh.values():
            assert 1 <= known.box <= 5
            if interview_on and known.last and known.last.day <= interview_on:
                assert (known.due - known.last.day).days * 3 <= (interview_on - known.last.day).days


Walk.TestCase.settings = WALK
TestWalk = Walk.TestCase
