"""The retry loops: what is sent, how long they wait, when they stop, and that the real error comes out."""

from __future__ import annotations

import asyncio
import functools
import gc
import logging
import traceback
import weakref
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from retries_kit import Server, ServerError, Time
from test_retries_delays import DRAWS, POLICIES

from helpers.clock import run_virtual
from helpers.retries import Failure, Policy, call_with_retries, call_with_retries_async, decide

BOTH = pytest.mark.parametrize("asynchronous", [False, True])


def overloaded(times, **words):
    return [ServerError(529, **words) for _ in range(times)]


def call(server, policy=None, *, asynchronous=False, draw=0.5, **options):
    """Either loop around *server*, on its time."""
    knobs = {**server.time.knobs(draw, asynchronous), **options}
    given = () if policy is None else (policy,)
    if asynchronous:
        return asyncio.run(call_with_retries_async(server.later, *given, **knobs))
    return call_with_retries(server, *given, **knobs)


class Recorder:
    """What somebody writes who has an asynchronous place for metrics."""

    def __init__(self):
        self.seen = []

    async def later(self, failure):
        self.seen.append(failure)

    __call__ = later


def failed(server, *args, **options):
    """What *call* raises, whatever it is."""
    with pytest.raises(Exception) as caught:   # noqa: PT011 which one is what the tests are about
        call(server, *args, **options)
    return caught.value


@BOTH
def test_a_success_is_returned_and_nothing_waits(asynchronous):
    """No error, no wait, one request."""
    server = Server()
    assert "done" == call(server, asynchronous=asynchronous)
    assert (1, []) == (server.sent, server.time.slept)


@BOTH
def test_transient_failures_are_outwaited(asynchronous):
    """Half of 0.5, 1 and 2 seconds, with every draw at a half."""
    server = Server(*overloaded(3))
    assert "done" == call(server, asynchronous=asynchronous)
    assert (4, [0.25, 0.5, 1.0]) == (server.sent, server.time.slept)


@BOTH
def test_after_the_last_failure_nobody_waits(asynchronous):
    """Five requests, four waits, and the fifth error as it came."""
    server = Server(*overloaded(9))
    assert server.errors[4] is failed(server, asynchronous=asynchronous)
    assert (5, 4) == (server.sent, len(server.time.slept))


@BOTH
@pytest.mark.parametrize("error", [ServerError(400), ServerError(404), ServerError(402), TypeError("your own"),
                                   ServerError(429, error_code="enforced_spend_limit_reached")])
def test_what_no_wait_heals_is_raised_at_once(error, asynchronous):
    """One request, no wait."""
    server = Server(error)
    assert error is failed(server, asynchronous=asynchronous)
    assert (1, []) == (server.sent, server.time.slept)


@BOTH
def test_the_error_tells_its_own_story_and_no_other(asynchronous):
    """Its traceback reaches into the send; no earlier failure hangs on it as cause or context."""
    error = failed(Server(*overloaded(9)), asynchronous=asynchronous)

    assert "__call__" in [frame.name for frame in traceback.extract_tb(error.__traceback__)]
    assert (None, None) == (error.__cause__, error.__context__)


def test_an_errors_own_cause_is_kept():
    """What the SDK says of the transport's error below stays with it."""
    cause = OSError("no route")
    error = ServerError(404)
    error.__cause__ = cause
    assert cause is failed(Server(error)).__cause__


@BOTH
def test_retry_after_is_a_floor_with_jitter_above(asynchronous):
    """7 s asked for: 7 and a draw, not the draw alone and not 7.0 for everybody."""
    server = Server(ServerError(429, {"retry-after": "7"}))
    call(server, asynchronous=asynchronous)
    assert [7.25] == server.time.slept


@BOTH
def test_an_hour_of_retry_after_is_not_waited_for(asynchronous):
    """Longer than the budget: the error comes out at once, and its header says when to return."""
    server = Server(ServerError(429, {"retry-after": "3600"}))
    failures = []
    error = failed(server, asynchronous=asynchronous, on_failure=failures.append)

    assert "3600" == error.response.headers["retry-after"]
    assert (1, [], "budget", None) == (server.sent, server.time.slept, failures[0].gave_up, failures[0].delay_s)


@BOTH
def test_the_budget_counts_the_requests_time_too(asynchronous):
    """Requests of 25 s each: a third one would start at 51 s, a fourth after the 60 s."""
    server = Server(*overloaded(9), time=Time(), takes=25.0)
    failures = []
    failed(server, Policy(base_s=1, budget_s=60), asynchronous=asynchronous, on_failure=failures.append)

    assert [25.0, 50.5, 76.5] == [failure.elapsed_s for failure in failures]
    assert (3, "budget") == (server.sent, failures[-1].gave_up)


def test_a_wait_that_exactly_fits_the_budget_is_waited():
    """The budget is a last moment for a start, and that moment counts."""
    server = Server(ServerError(503, {"retry-after": "10"}))
    assert "done" == call(server, Policy(budget_s=10), draw=0.0)


@BOTH
def test_each_failure_is_reported_with_what_was_decided(asynchronous):
    """Attempts from 1; the verdict; the next wait, or why there is none."""
    server = Server(ServerError(529), ServerError(400))
    seen = []
    failed(server, asynchronous=asynchronous, on_failure=seen.append)

    assert [Failure(attempt=1, error=server.errors[0], verdict="retry", delay_s=0.25, elapsed_s=0.0, gave_up=""),
            Failure(attempt=2, error=server.errors[1], verdict="never", delay_s=None, elapsed_s=0.25, gave_up="never"),
            ] == seen


@pytest.mark.parametrize(("server", "line"), [
    (Server(ServerError(529)), "attempt 1 failed at 0.00 s (ServerError 529): next in 0.25 s"),
    (Server(TypeError("said the user")), "attempt 1 failed at 0.00 s (TypeError): gave up, the same request would fail "
                                         "again"),
    (Server(ServerError(402)), "attempt 1 failed at 0.00 s (ServerError 402): gave up, a person has to act"),
    (Server(ServerError(429, {"retry-after": "99"})), "attempt 1 failed at 0.00 s (ServerError 429): gave up, the wait "
                                                      "would outlast the budget")])
def test_a_failure_is_one_line_of_text_without_the_errors_own(server, line):
    """A 400 may repeat what a user wrote."""
    seen = []
    with suppress(Exception):
        call(server, on_failure=lambda failure: seen.append(str(failure)))
    assert [line] == seen


@BOTH
def test_a_hook_that_raises_changes_nothing(asynchronous, caplog):
    """It is logged, with its own traceback and without a word of the API's error."""
    server = Server(ServerError(529))
    server.errors[0].args = ("what a user wrote",)

    assert "done" == call(server, asynchronous=asynchronous, on_failure=lambda failure: {}["metric"])
    assert "on_failure raised; the call goes on without it" in caplog.text
    assert "KeyError: 'metric'" in caplog.text
    assert "what a user wrote" not in caplog.text


@BOTH
@pytest.mark.parametrize("hook", [Recorder().later, functools.partial(Recorder.later, Recorder()), Recorder()])
def test_a_hook_that_is_asynchronous_is_refused_before_anything_is_sent(hook, asynchronous):
    """Nobody awaits it: it would never run, and a warning somewhere would be all that tells."""
    server = Server(ServerError(529))
    with pytest.raises(TypeError, match="on_failure must be a plain function: an `async def` is awaited by nobody"):
        call(server, asynchronous=asynchronous, on_failure=hook)
    assert 0 == server.sent


@BOTH
@pytest.mark.filterwarnings("error")
def test_a_hook_that_turns_out_to_be_asynchronous_is_logged(asynchronous, caplog):
    """A lambda around one can't be told before: the call goes on, and the log says what to do."""
    assert "done" == call(Server(ServerError(529)), asynchronous=asynchronous,
                          on_failure=lambda failure: Recorder().later(failure))
    gc.collect()   # a coroutine that was dropped would warn now
    assert "on_failure raised; the call goes on without it" in caplog.text
    assert "TypeError: on_failure must be a plain function" in caplog.text


def test_a_hook_may_start_a_task(caplog):
    """That one does run."""
    async def one():
        recorder, tasks = Recorder(), []
        server = Server(ServerError(529))
        await call_with_retries_async(server.later, **server.time.knobs(asynchronous=True), on_failure=lambda failure:
                                      tasks.append(asyncio.create_task(recorder.later(failure))) or tasks[-1])
        await asyncio.gather(*tasks)
        return recorder.seen

    assert 1 == len(asyncio.run(one()))
    assert "" == caplog.text


@BOTH
@pytest.mark.parametrize(("options", "message"), [
    ({"policy": 3}, r"policy must be a Policy, such as `Policy\(max_attempts=3\)`; got a int."),
    ({"policy": Policy}, "policy must be a Policy, .*; got a type."),
    ({"on_failure": "print"}, "on_failure must be a function that takes a Failure; got a str.")])
def test_arguments_that_make_no_sense_are_refused_before_anything_is_sent(options, message, asynchronous):
    """Found out at the first failure, the mistake would take the place of the API's error."""
    server = Server(ServerError(529))
    with pytest.raises(TypeError, match=message):
        call(server, asynchronous=asynchronous, **options)
    assert 0 == server.sent


@BOTH
def test_an_error_that_cannot_be_read_comes_out_all_the_same(asynchronous):
    """Its properties raise; the caller gets the error, not the properties' own."""
    error = type("Odd", (Exception,), {"status_code": property(lambda self: {}["x"]), "response": property(vars)})()
    assert error is failed(Server(error), asynchronous=asynchronous)
    assert error.__context__ is None


def test_the_log_has_each_failure(caplog):
    """At INFO, under "llm.retries"; without a handler nothing is printed."""
    with caplog.at_level(logging.INFO, "llm.retries"):
        call(Server(ServerError(503)))
    assert [("llm.retries", logging.INFO, "attempt 1 failed at 0.00 s (ServerError 503): next in 0.25 s")] == (
        caplog.record_tuples)


@BOTH
@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit, asyncio.CancelledError])
def test_a_stop_passes_through_and_is_no_failure(stop, asynchronous):
    """No hook, no wait, no second request."""
    server, seen = Server(stop()), []
    with pytest.raises(stop):
        call(server, asynchronous=asynchronous, on_failure=seen.append)
    assert (1, [], []) == (server.sent, server.time.slept, seen)


@BOTH
def test_an_interrupted_wait_drags_no_error_along(asynchronous):
    """Ctrl-C during a delay shows one traceback."""
    def interrupted(seconds):
        raise KeyboardInterrupt

    async def interrupted_later(seconds):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        call(Server(*overloaded(2)), asynchronous=asynchronous,
             sleep=interrupted_later if asynchronous else interrupted)
    assert caught.value.__context__ is None


def test_cancelling_ends_the_wait_at_once():
    """In the middle of a long delay: no further request."""
    server = Server(*overloaded(9))

    async def cancelled():
        task = asyncio.create_task(call_with_retries_async(server.later, Policy(base_s=20), random=lambda: 1.0))
        await asyncio.sleep(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return asyncio.get_running_loop().time()

    assert (1.0, 1) == (run_virtual(cancelled()), server.sent)


def test_waits_of_concurrent_calls_overlap():
    """The asynchronous loop holds nobody up: ten calls that wait 2 s each end at 2 s."""
    async def one():
        server = Server(ServerError(529))
        loop = asyncio.get_running_loop()
        return await call_with_retries_async(server.later, Policy(base_s=2), now=loop.time, random=lambda: 1.0)

    async def ten():
        assert ["done"] * 10 == await asyncio.gather(*(one() for _ in range(10)))
        return asyncio.get_running_loop().time()

    assert 2.0 == run_virtual(ten())


@BOTH
def test_something_that_cannot_be_sent_again_is_refused(asynchronous):
    """The result of one request is no way to send it anew; said before anything is sent."""
    async def refused():
        await call_with_retries_async("a reply")

    with pytest.raises(TypeError, match="send must be a function that sends the request anew .*; got a str."):
        asyncio.run(refused()) if asynchronous else call_with_retries("a reply")


@pytest.mark.filterwarnings("error")
def test_an_asynchronous_client_in_the_synchronous_loop_is_named():
    """It would hand out a coroutine after the first, unsent attempt: no failure would ever be seen."""
    with pytest.raises(TypeError, match="use `await call_with_retries_async"):
        call_with_retries(Server().later)
    gc.collect()   # a coroutine that was dropped would warn now


def test_a_synchronous_client_in_the_asynchronous_loop_is_named():
    """It has answered, and held up all others meanwhile: said after the first request, in words that help."""
    server = Server()
    with pytest.raises(TypeError, match=r"send\(\) returned a str, which can't be awaited: use `call_with_retries"):
        asyncio.run(call_with_retries_async(server))
    assert 1 == server.sent


def test_an_error_is_not_kept_alive():
    """An error holds its frames, and they whatever they held: a loop that kept it would leak that until the next gc."""
    gc.disable()
    try:
        server = Server(ServerError(529))
        errors = weakref.WeakSet(server.errors)
        call(server)
        server.errors.clear()
        assert [] == list(errors)
    finally:
        gc.enable()


ERRORS = st.lists(st.builds(lambda status, asked: ServerError(status, {} if asked is None else {"retry-after": asked}),
                            st.sampled_from([408, 409, 429, 500, 503, 529] * 4 + [400, 402]),
                            st.none() | st.sampled_from(["0", "1.5", "7", "40", "1e9", "soon"])), max_size=14)


@BOTH
@given(errors=ERRORS, policy=POLICIES, draw=DRAWS, takes=st.floats(0, 30))
def test_whatever_happens_the_promises_hold(asynchronous, errors, policy, draw, takes):
    """Never more requests than attempts, never a wait below retry-after or past the budget, never another's error."""
    server, seen = Server(*errors, time=Time(), takes=takes), []
    try:
        outcome = call(server, policy, asynchronous=asynchronous, draw=draw, on_failure=seen.append)
    except ServerError as error:
        outcome = error
    slept = server.time.slept

    assert 1 <= server.sent <= policy.max_attempts
    assert server.sent == len(slept) + 1   # so none after the last
    assert [failure.delay_s for failure in seen if not failure.gave_up] == slept
    assert errors[:server.sent] == [failure.error for failure in seen]
    for failure in seen[:len(slept)]:
        asked = failure.error.response.headers.get("retry-after")
        floor = float(asked) if asked not in (None, "soon") else 0.0
        assert floor <= failure.delay_s <= floor + policy.ceiling_s(failure.attempt)
        assert failure.elapsed_s + failure.delay_s <= policy.budget_s
    assert sum(slept) <= policy.budget_s * (1 + 1e-9)   # the sum rounds, the promise doesn't
    if not any("retry-after" in error.response.headers for error in errors):
        assert sum(slept) <= policy.patience_s * (1 + 1e-9)
    if outcome == "done":
        assert server.sent == len(errors) + 1
    else:
        assert outcome is errors[server.sent - 1]
        assert seen[-1].gave_up


@given(policy=POLICIES, draw=DRAWS, attempt=st.integers(1, 12), elapsed=st.floats(0, 100),
       error=st.sampled_from([ServerError(529), ServerError(400), ServerError(402), ValueError()]))
def test_the_decision_is_a_function(policy, draw, attempt, elapsed, error):
    """The same question gets the same answer, and it always is a wait or a reason."""
    one, two = (decide(error, attempt, elapsed, policy, lambda: draw, Time().wall()) for _ in "ab")
    assert one == two
    assert (one.delay_s is None) == bool(one.gave_up)
    assert (one.verdict != "retry") == (one.gave_up in ("never", "human"))
