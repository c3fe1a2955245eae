"""The same policy with stamina and with tenacity, as lesson 02 shows them; and where each differs from ours."""

from __future__ import annotations

import random
from types import SimpleNamespace

import anthropic
import pytest
import stamina
import tenacity
from retries_kit import Server, ServerError
from tenacity import (
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    stop_after_delay,
    stop_before_delay,
    wait_exception,
    wait_random_exponential,
)
from wire_kit import client, hello, message, plain

from helpers.clock import VirtualClock
from helpers.retries import Policy, asked_wait_s, call_with_retries, classify
from helpers.wire.faults import Faults
from helpers.wire.scripted import Scripted


def transient(error):
    """What both libraries ask: yes or no. Neither has a third answer for "call a person"."""
    return classify(error) == "retry"


class Calls:
    """A real client behind a fault script, on a clock that both libraries believe in."""

    def __init__(self, monkeypatch):
        self.clock, self.slept, self.sent, self.errors = VirtualClock(), [], 0, []
        monkeypatch.setattr(tenacity.nap, "time", SimpleNamespace(sleep=self.sleep))
        monkeypatch.setattr(tenacity, "time", SimpleNamespace(monotonic=self.clock.now))
        self.play()

    def play(self, *script):
        faults = Faults(Scripted(lambda ask: plain(message()), self.clock), script, self.clock)
        self.client = client(faults, clock=self.clock, max_retries=0)

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.clock.sleep(seconds)

    def send(self):
        self.sent += 1
        try:
            return self.client.messages.create(**hello())
        except anthropic.APIError as error:
            self.errors.append(error)
            raise

    def asked(self, error):
        return asked_wait_s(error, self.clock.wall())


@pytest.fixture
def calls(monkeypatch):
    hooks = stamina.instrumentation.get_on_retry_hooks()
    stamina.instrumentation.set_on_retry_hooks([])   # the default one logs a warning with the error's text in it
    yield Calls(monkeypatch)
    stamina.instrumentation.set_on_retry_hooks(hooks)


def with_ours(calls):
    return call_with_retries(calls.send, Policy(max_attempts=5, base_s=0.5, cap_s=20, budget_s=60),
                             now=calls.clock.now, sleep=calls.sleep, wall=calls.clock.wall)


def with_stamina(calls):
    for attempt in stamina.retry_context(on=transient, attempts=5, timeout=60, wait_initial=0.5, wait_max=20):
        with attempt:
            reply = calls.send()
    return reply


def with_tenacity(calls):
    retrying = Retrying(retry=retry_if_exception(transient), wait=wait_random_exponential(multiplier=0.5, max=20),
                        stop=stop_after_attempt(5) | stop_before_delay(60), reraise=True)
    return retrying(calls.send)


ALL = pytest.mark.parametrize("call", [with_ours, with_stamina, with_tenacity])


@ALL
def test_each_outwaits_what_passes(call, calls):
    """Three requests, two waits, one answer."""
    calls.play("529", "dropped connection")
    assert "Hi there" == call(calls).content[0].text
    assert (3, 2) == (calls.sent, len(calls.slept))


@ALL
def test_each_ends_with_the_real_last_error(call, calls):
    """Five requests, four waits, and the fifth error itself, with its request id."""
    calls.play(*["529"] * 9)
    with pytest.raises(anthropic.OverloadedError) as caught:
        call(calls)
    assert (5, 4) == (calls.sent, len(calls.slept))
    assert calls.errors[-1] is caught.value
    assert caught.value.request_id


@ALL
@pytest.mark.parametrize("spec", ["400", "404", "spend limit"])
def test_each_stops_at_what_no_wait_heals(call, calls, spec):
    """The classifier is ours in all three."""
    calls.play(spec)
    with pytest.raises(anthropic.APIStatusError):
        call(calls)
    assert (1, []) == (calls.sent, calls.slept)


@pytest.mark.parametrize(("call", "lowest", "highest"), [
    (with_ours, [0, 0, 0, 0], [0.5, 1, 2, 4]), (with_tenacity, [0, 0, 0, 0], [0.5, 1, 2, 4]),
    (with_stamina, [0.5, 1, 2, 4], [1.5, 2, 3, 5])])
def test_tenacity_has_full_jitter_and_stamina_adds_a_second_at_most(call, lowest, highest, calls):
    """Over 200 calls: ours and tenacity's spread over the whole range below the ceiling, stamina's over one second."""
    random.seed(7)
    rows = []
    for _ in range(200):
        calls.slept.clear()
        calls.send = Server(*[ServerError(529)] * 9)
        with pytest.raises(ServerError):
            call(calls)
        rows.append([*calls.slept])
    waits = [*zip(*rows, strict=True)]

    for got, low, high in zip(waits, lowest, highest, strict=True):
        assert low <= min(got) < low + 0.1 * (high - low)
        assert high - 0.1 * (high - low) < max(got) <= high


def test_at_its_cap_stamina_has_no_jitter_left(calls):
    """The cap cuts jitter and all: from the seventh wait on, every client waits exactly 20 s."""
    calls.play(*["529"] * 9)
    retry = stamina.retry(on=transient, attempts=9, timeout=None, wait_initial=0.5, wait_max=20)
    with pytest.raises(anthropic.OverloadedError):
        retry(calls.send)()
    assert [20, 20] == calls.slept[-2:]


@pytest.mark.parametrize("call", [with_stamina, with_tenacity])
def test_neither_hears_retry_after_by_itself(call, calls):
    """30 s asked for, and both are back within two."""
    calls.play("429 retry-after 30")
    call(calls)
    assert calls.slept[0] < 2


def test_stamina_hears_it_through_a_hook_that_returns_seconds(calls):
    """They replace the backoff, jitter included: add your own."""
    def hook(error):
        return transient(error) and (calls.asked(error) or True)

    calls.play("429 retry-after 30")
    for attempt in stamina.retry_context(on=hook, attempts=5, timeout=60):
        with attempt:
            calls.send()
    assert [30.0] == calls.slept


def test_tenacity_hears_it_through_a_second_wait_that_is_added(calls):
    """A floor with jitter above it, held against the budget, as ours."""
    retrying = Retrying(
        retry=retry_if_exception(transient), reraise=True, stop=stop_after_attempt(5) | stop_before_delay(60),
        wait=wait_random_exponential(multiplier=0.5, max=20) + wait_exception(lambda error: calls.asked(error) or 0))
    calls.play("429 retry-after 30")
    retrying(calls.send)
    assert 30 <= calls.slept[0] <= 30.5

    calls.play("429 retry-after 3600")
    with pytest.raises(anthropic.RateLimitError):
        retrying(calls.send)
    assert 1 == len(calls.slept)


def test_staminas_timeout_is_no_budget(calls):
    """It is looked at before a wait, without the wait: told to come back in an hour, it waits an hour."""
    calls.play("429 retry-after 3600")
    for attempt in stamina.retry_context(on=lambda error: calls.asked(error) or True, attempts=5, timeout=60):
        with attempt:
            calls.send()
    assert [3600.0] == calls.slept


def test_tenacitys_two_stops_differ(calls):
    """`stop_after_delay` looks back, `stop_before_delay` looks ahead: only the second one is a budget."""
    calls.play("429")
    Retrying(wait=lambda state: 100, stop=stop_after_delay(60), reraise=True)(calls.send)
    assert [100] == calls.slept

    calls.play("429")
    with pytest.raises(anthropic.RateLimitError):
        Retrying(wait=lambda state: 100, stop=stop_before_delay(60), reraise=True)(calls.send)
    assert [100] == calls.slept


def test_tenacity_hides_the_error_unless_told_to_reraise(calls):
    """By default the caller gets a RetryError, without status and request id."""
    calls.play(*["529"] * 2)
    with pytest.raises(tenacity.RetryError) as caught:
        Retrying(stop=stop_after_attempt(2))(calls.send)
    assert not hasattr(caught.value, "status_code")


def test_tenacity_retries_everything_unless_told_what(calls):
    """By default a 400 is sent again and again; stamina demands an answer to that question."""
    calls.play(*["400"] * 5)
    with pytest.raises(anthropic.BadRequestError):
        Retrying(stop=stop_after_attempt(5), reraise=True)(calls.send)
    assert 5 == calls.sent
    with pytest.raises(TypeError, match="on"):
        stamina.retry_context(attempts=5)


def test_staminas_testing_mode_waits_for_nothing(calls):
    """`set_testing` makes a cell or a test instant, and counts the same requests."""
    calls.play(*["529"] * 9)
    with stamina.set_testing(True, attempts=5), pytest.raises(anthropic.OverloadedError):
        with_stamina(calls)
    assert (5, [0, 0, 0, 0]) == (calls.sent, calls.slept)
