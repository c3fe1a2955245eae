"""Virtual time: nothing waits, and concurrent waits overlap."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.clock import RealClock, VirtualClock, run_virtual


@given(st.lists(st.floats(min_value=-5, max_value=1e6), max_size=20))
def test_virtual_sleep_moves_now_by_exactly_what_was_slept(seconds):
    """An hour costs nothing, and a negative wait is none."""
    clock = VirtualClock()
    for s in seconds:
        clock.sleep(s)

    assert clock.now() == pytest.approx(sum(max(s, 0) for s in seconds))


def test_parallel_virtual_waits_overlap():
    """Three streams of two seconds side by side end at two seconds, not at six."""
    clock = VirtualClock()

    async def stream():
        await clock.asleep(2)
        return clock.now()

    async def three():
        return await asyncio.gather(stream(), stream(), stream()), clock.now()

    assert ([2.0, 2.0, 2.0], 2.0) == run_virtual(three())


def test_virtual_loop_takes_no_real_time_even_with_a_real_clock():
    """A retry lab runs on virtual time always, whatever clock its client was given."""
    clock = RealClock()

    async def hour():
        await clock.asleep(3600)
        return clock.now()

    started = time.monotonic()
    assert 3600 == run_virtual(hour())
    assert time.monotonic() - started < 5


def test_run_virtual_works_inside_a_running_loop_and_passes_errors_on():
    """A notebook cell runs inside a loop; what the work raises reaches the cell."""

    async def cell():
        async def fails():
            await asyncio.sleep(1)
            raise LookupError("no such thing")

        return run_virtual(fails())

    with pytest.raises(LookupError, match="no such thing"):
        asyncio.run(cell())


def test_work_in_threads_comes_back_to_the_virtual_loop():
    """asyncio.to_thread wakes the loop although it has no timer to jump to."""
    assert 7 == run_virtual(asyncio.to_thread(lambda: 7))


def test_wall_date_starts_at_the_recording_and_rewinds_with_the_cell():
    """A date inside a request is the same whenever the cell runs."""
    clock = VirtualClock(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))
    clock.sleep(90)

    assert "2026-11-23T09:01:30+00:00" == clock.wall().isoformat()
    clock.rewind()
    assert "2026-11-23T09:00:00+00:00" == clock.wall().isoformat()


def test_real_clock_pretends_the_recording_date_in_replay_only():
    """With wall_start=None, as in live mode, the date is today's."""
    assert (2026, 11, 23) == RealClock().wall().timetuple()[:3]
    assert abs((RealClock(wall_start=None).wall() - datetime.now(UTC)).total_seconds()) < 5


def test_time_does_not_jump_past_real_work():
    """A thread that needs 50 ms ends before a virtual timeout of five seconds fires."""
    async def work():
        async with asyncio.timeout(5):
            return await asyncio.to_thread(lambda: time.sleep(0.05) or "done")

    assert "done" == run_virtual(work())


def test_a_synchronous_sleep_on_the_virtual_loop_moves_its_time():
    """A synchronous stream that is read inside a virtual lab keeps its times, and takes none."""
    for clock in (RealClock(), VirtualClock()):
        async def work(clock=clock):
            clock.sleep(600)
            return clock.now()

        assert 600 == run_virtual(work())


def test_rewinding_moves_the_date_and_not_the_time():
    """A stream that is held open over two cells counts on `now`."""
    clock = VirtualClock()
    clock.sleep(7)
    clock.rewind()
    assert 7 == clock.now()


def test_context_variables_reach_the_virtual_loop():
    """Tracing, decimal contexts and the like come along."""
    from contextvars import ContextVar

    variable = ContextVar("variable", default="outside")
    variable.set("inside")

    async def read():
        return variable.get()

    assert "inside" == run_virtual(read())
