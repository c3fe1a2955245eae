"""A batch: in order, a few at a time, lazily, and one poison item takes no other with it."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_kit import client, hello, message, plain

from helpers.clock import VirtualClock, run_virtual
from helpers.retries import BrokenSource, Outcome, Policy, call_with_retries_async, run_batch
from helpers.wire.faults import Faults
from helpers.wire.scripted import Scripted


class Work:
    """Takes some time for each item, fails for some, and remembers how many were under way."""

    def __init__(self, seconds=lambda item: 1.0, poison=()):
        self.seconds, self.poison = seconds, poison
        self.running = self.peak = self.done = 0

    async def __call__(self, item):
        self.running += 1
        self.peak = max(self.peak, self.running)
        try:
            await asyncio.sleep(self.seconds(item))
            if item in self.poison:
                raise ValueError(f"poison {item}")
            self.done += 1
            return item * 10
        finally:
            self.running -= 1


def run(items, work, **options):
    return run_virtual(run_batch(items, work, **options))


@given(seconds=st.lists(st.floats(0, 5), max_size=30), limit=st.integers(1, 10), poison=st.sets(st.integers(0, 29)))
def test_order_bound_and_isolation(seconds, limit, poison):
    """However long each takes and whichever fail: one outcome an item, in place, and never more than the limit."""
    work = Work(seconds.__getitem__, poison)
    outcomes = run(range(len(seconds)), work, limit=limit)

    assert [*range(len(seconds))] == [outcome.item for outcome in outcomes]
    for outcome in outcomes:
        if outcome.item in poison:
            assert (None, f"poison {outcome.item}") == (outcome.value, str(outcome.error))
        else:
            assert Outcome(outcome.item, outcome.item * 10) == outcome
    assert work.peak == min(limit, len(seconds))


def test_the_limit_is_used_in_full():
    """Ten seconds' work for 16, eight at a time: 20 seconds, not 160 and not 10."""
    async def timed():
        await run_batch(range(16), Work(lambda item: 10.0))
        return asyncio.get_running_loop().time()

    assert 20.0 == run_virtual(timed())


def test_items_are_taken_when_a_worker_is_free():
    """An endless source is fine until the batch is cancelled: four taken, and one more for each that ended."""
    taken, work = itertools.count(), Work()

    async def some():
        before = asyncio.all_tasks()
        task = asyncio.create_task(run_batch(taken, work, limit=4))
        await asyncio.sleep(2.5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return asyncio.all_tasks() - before

    assert set() == run_virtual(some())
    assert (8, 12, 0) == (work.done, next(taken), work.running)


def test_work_that_holds_a_cancellation_gets_no_further_item():
    """The user has left: what swallows its own cancellation ends, and nothing that would be billed begins."""
    started = []

    async def stubborn(item):
        started.append(item)
        try:
            await asyncio.sleep(1)
        except asyncio.CancelledError:
            await asyncio.sleep(0.1)   # puts something away, and forgets to raise

    async def some():
        task = asyncio.create_task(run_batch(range(100), stubborn, limit=2))
        await asyncio.sleep(0.5)
        task.cancel()
        await asyncio.wait([task], timeout=5)
        return task.cancelled()

    assert run_virtual(some())
    assert [0, 1] == started


def test_an_item_that_cancels_its_own_task_loses_no_other():
    """As older timeout libraries do, which never take the request back: each item still has its outcome."""
    async def work(item):
        if item == 1:
            asyncio.current_task().cancel()
        await asyncio.sleep(1)
        return item

    outcomes = run(range(5), work, limit=1)
    assert [0, None, 2, 3, 4] == [outcome.value for outcome in outcomes]
    assert isinstance(outcomes[1].error, asyncio.CancelledError)


def test_a_batch_may_run_while_its_caller_is_being_cancelled():
    """To put things away at the end: a cancellation from before the batch is not the batch's."""
    async def saved():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return await run_batch(range(4), Work(), limit=2)

    async def left():
        task = asyncio.create_task(saved())
        await asyncio.sleep(1)
        task.cancel()
        return await task

    assert [0, 10, 20, 30] == [outcome.value for outcome in run_virtual(left())]


def test_many_items_are_few_tasks():
    """50,000 items, eight workers."""
    most = 0

    async def work(item):
        nonlocal most
        if item % 1000 == 0:
            most = max(most, len(asyncio.all_tasks()))
            await asyncio.sleep(0)
        return item

    outcomes = run(range(50_000), work)
    assert [*range(50_000)] == [outcome.value for outcome in outcomes]
    assert most <= 8 + 2   # the batch, and what runs it


def test_no_items_are_no_outcomes():
    """An empty batch is a batch."""
    assert [] == run([], Work())
    assert [] == run(iter(()), Work())


def test_an_item_whose_own_wait_was_cancelled_fails_alone():
    """Somebody cancelled a task that it awaited; the batch itself goes on, and loses no place."""
    async def work(item):
        if item == 1:
            inner = asyncio.create_task(asyncio.sleep(60))
            asyncio.get_running_loop().call_later(0.5, inner.cancel)
            await inner
        return item

    outcomes = run(range(3), work, limit=1)
    assert [0, None, 2] == [outcome.value for outcome in outcomes]
    assert isinstance(outcomes[1].error, asyncio.CancelledError)


def test_an_error_before_the_first_await_is_that_items_own():
    """Also where `work` is a plain function that returns an awaitable, as a lambda around a client's call is."""
    outcomes = run([1, 0, 2], lambda item: asyncio.sleep(0, 10 / item))
    assert [10.0, None, 5.0] == [outcome.value for outcome in outcomes]
    assert isinstance(outcomes[1].error, ZeroDivisionError)


def test_a_source_that_fails_takes_no_outcome_with_it():
    """They are paid for: what is under way ends, and all of them come with the error."""
    def source():
        yield from range(3)
        raise OSError("the disk is gone")

    work = Work(poison=[1])
    with pytest.raises(BrokenSource) as caught:
        run(source(), work, limit=2)
    assert "the items ended after 3, with OSError: what became of these is in `.outcomes`." == str(caught.value)
    assert "the disk is gone" == str(caught.value.__cause__)
    assert [(0, 0), (1, None), (2, 20)] == [(outcome.item, outcome.value) for outcome in caught.value.outcomes]
    assert ("poison 1", 0) == (str(caught.value.outcomes[1].error), work.running)


def test_a_source_that_failed_is_not_asked_again():
    """Also where it could go on, as a reader of lines after a bad one: the gap would go unnoticed."""
    class Lines:
        asked = 0

        def __iter__(self):
            return self

        def __next__(self):
            self.asked += 1
            if self.asked == 3:
                raise UnicodeError("line 3")
            return self.asked

    lines = Lines()
    with pytest.raises(BrokenSource) as caught:
        run(lines, Work(), limit=2)
    assert (3, [1, 2]) == (lines.asked, [outcome.item for outcome in caught.value.outcomes])


@pytest.mark.parametrize("wrong", [5, None])
def test_items_that_are_none_are_refused_as_python_does(wrong):
    """Before anything is sent."""
    with pytest.raises(TypeError, match="object is not iterable"):
        run(wrong, Work())


def test_work_that_is_not_asynchronous_is_named():
    """After the first item, before a synchronous client has worked through all of them for nothing."""
    asked = []
    with pytest.raises(TypeError, match=r"work must be asynchronous .*; it returned NoneType"):
        run(range(100), asked.append)
    assert len(asked) <= 8


@pytest.mark.parametrize("wrong", [0, -1, True, 2.0, None])
def test_a_limit_that_makes_no_sense_is_refused(wrong):
    """No worker would ever take an item."""
    with pytest.raises(ValueError, match="limit must be a whole number of 1 or more"):
        run([1], Work(), limit=wrong)


def test_a_batch_of_real_calls_with_retries():
    """Twenty requests through a real client with failures between them: all answered but the 400."""
    clock = VirtualClock()
    transport = Faults(Scripted(lambda ask: plain(message(ask.last_user_text)), clock),
                       ["529", "429 retry-after 2", "ok", "400", "dropped connection"], clock)
    sdk = client(transport, clock=clock, asynchronous=True, max_retries=0)

    async def answer(question):
        async def send():
            return await sdk.messages.create(**hello(messages=[{"role": "user", "content": question}]))

        reply = await call_with_retries_async(send, Policy(), now=clock.now, sleep=clock.asleep, wall=clock.wall)
        return reply.content[0].text

    questions = [f"Question {number}" for number in range(20)]
    outcomes = run(questions, answer, limit=5)

    assert questions == [outcome.item for outcome in outcomes]
    [refused] = [outcome for outcome in outcomes if outcome.error]
    assert 400 == refused.error.status_code
    assert all(outcome.item == outcome.value for outcome in outcomes if not outcome.error)
