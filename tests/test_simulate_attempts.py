"""Nested retry loops: the simulation sends what both real SDKs send, when they send it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_kit import HELLO, client, completion, hello, message, plain

from helpers.clock import VirtualClock
from helpers.simulate import attempts
from helpers.simulate.attempts import Answer, timeline, worst_case, worst_wait_s
from helpers.wire import cells
from helpers.wire.clients import SEED
from helpers.wire.faults import Faults
from helpers.wire.scripted import Scripted
from helpers.wire.transport import Wrapper

CHAT = {"model": "gpt-6-luna", "messages": HELLO}
SCRIPTS = (["429"] * 40, ["529"] * 40, ["429", "429", "ok"], ["529", "ok"], ["400"], ["429 retry-after 30"] * 40,
           ["429 retry-after 2", "529", "408", "409", "500", "503", "504", "429", "ok"],
           ["429 retry-after 119.5", "ok"], ["429 retry-after 121", "ok"], ["529", "429 retry-after 3600", "529", "ok"],
           ["401"], ["404"], ["413"], ["422"], ["529", "400", "ok"], ["ok"])


class Watch(Wrapper):
    """Writes down when each request arrives."""

    def __init__(self, inner, clock):
        super().__init__(inner)
        self._clock, self.at_s = clock, []

    def handle_request(self, request):
        self.at_s.append(round(self._clock.now(), 3))
        return self._inner.handle_request(request)


def reality(script, vendor, own_attempts, sdk_retries, waits_after_last=True):
    """The loop that everyone writes, around the real SDK: (when each request arrived, how it ended, when)."""
    cells.start_cell()
    clock = VirtualClock()
    good = plain(message() if vendor == "ANTHROPIC" else completion(), delay_ms=40.0)
    watch = Watch(Faults(Scripted(lambda ask: good, clock), script, clock), clock)
    sdk = client(watch, vendor=vendor, clock=clock, max_retries=sdk_retries)
    for turn in range(own_attempts):
        try:
            if vendor == "ANTHROPIC":
                sdk.messages.create(**hello())
            else:
                sdk.chat.completions.create(**CHAT)
            outcome = "ok"
            break
        except Exception as error:
            outcome = error.status_code
            waits_on = turn < own_attempts - 1 or (waits_after_last and outcome == 429)     # as the lesson's `patient`
            if outcome in (400, 401, 404, 413, 422) or not waits_on:
                break
            clock.sleep(float(error.response.headers.get("retry-after", 2**turn)))
    return watch.at_s, outcome, round(clock.now(), 3)


def sent(nested):
    """When each simulated request was sent, to the millisecond."""
    return [round(step.at_s, 3) for step in nested.steps if step.kind == "request"]


# ---- against the real SDKs

@pytest.mark.parametrize("vendor", ["anthropic", "openai"])
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: " ".join(script[:4]))
@pytest.mark.parametrize(("own", "sdk"), [(5, 2), (1, 4), (3, 0)])
def test_both_real_sdks_send_the_same_requests_at_the_same_times(vendor, script, own, sdk):
    """
    The same script through the real client, on the course's clock and jitter: every request to the millisecond.
    """
    nested = timeline(script, own_attempts=own, sdk_retries=sdk, repeat_last=False, vendor=vendor, seed=SEED)
    assert reality(script, vendor.upper(), own, sdk) == (sent(nested), nested.outcome, round(nested.total_s, 3))


def test_no_wait_after_the_last_failure_is_a_wait_less_in_reality_too():
    """
    The mistake, switched off on both sides.
    """
    nested = timeline("429", own_attempts=3, sdk_retries=1, waits_after_last=False)
    assert reality(["429"] * 6, "ANTHROPIC", 3, 1, waits_after_last=False) == (
        sent(nested), nested.outcome, round(nested.total_s, 3))


def test_openai_raises_at_once_where_a_server_asks_for_more_than_two_minutes():
    """
    121 s: one request by OpenAI's SDK, where Anthropic's waits and sends again.
    """
    once = timeline("429 retry-after 121", own_attempts=1, waits_after_last=False, vendor="openai")
    assert (1, 0.0, 429) == (once.requests, once.waited_s, once.outcome)
    obeyed = timeline("429 retry-after 121", own_attempts=1, waits_after_last=False)
    assert (3, 242.0) == (obeyed.requests, obeyed.waited_s)


# ---- what the lesson says

def test_five_attempts_around_two_retries_are_fifteen_requests():
    """
    api-facts E: 15 requests, and a last wait of 16 s that nothing follows.
    """
    nested = timeline("429", own_attempts=5, sdk_retries=2)
    assert (15, 37.9, 16.0, 429) == (nested.requests, round(nested.waited_s, 1), nested.useless_s, nested.outcome)
    assert (True, "app", "wait", 16.0) == tuple(nested.rows.iloc[-1][["useless", "layer", "kind", "seconds"]])
    assert 21.9 == round(timeline("429", waits_after_last=False).waited_s, 1)


def test_only_a_last_429_is_waited_after():
    """
    As the lesson's `patient` has it: 38.5 s until an error 429, 22.5 s until an error 529, and nothing useless in it.
    """
    refused, overloaded = timeline("429"), timeline("529")
    assert (38.5, 22.5) == (round(refused.total_s, 1), round(overloaded.total_s, 1))
    assert (16.0, 0) == (refused.useless_s, overloaded.useless_s)
    assert timeline("429 529", own_attempts=2, sdk_retries=0).steps[-1].kind == "request"
    assert timeline("529 429", own_attempts=2, sdk_retries=0).steps[-1].useless


def test_retry_after_is_obeyed_by_both_layers():
    """
    api-facts E: thirty seconds, fifteen times, 450 s; where only the SDK obeys, ten times.
    """
    assert 450.0 == timeline("429", retry_after_s=30).waited_s
    assert 300.0 + 31.0 == timeline("429", retry_after_s=30, obeys_retry_after=False).waited_s
    assert timeline("529").waited_s == timeline("529", retry_after_s=30).waited_s      # a 429's header


def test_a_400_is_sent_once_unless_everything_is_retried():
    """
    Each of its retries is useless, and so is each wait before one.
    """
    once = timeline("400")
    assert (1, 0.0, 400) == (once.requests, once.waited_s, once.outcome)
    nested = timeline("400", retries_everything=True)
    rows = nested.rows[nested.rows["kind"] == "request"]
    assert [False, True, True, True, True] == list(rows["useless"])
    assert 15.0 == nested.waited_s == nested.useless_s


def test_rows_tell_whose_request_and_whose_wait_it_is():
    """
    Your loop's own request has sdk_retry 0; the SDK's retries count from 1.
    """
    rows = timeline("429 429 529 ok", own_attempts=2, sdk_retries=1).rows
    assert ["layer", "kind", "at_s", "seconds", "status", "useless", "own_attempt", "sdk_retry"] == list(rows)
    assert [("server", 429, 1, 0), ("sdk", 429, 1, 1), ("server", 429, 1, 1), ("app", 429, 1, 1),
            ("server", 529, 2, 0), ("sdk", 529, 2, 1), ("server", 200, 2, 1)] == list(
        rows[["layer", "status", "own_attempt", "sdk_retry"]].itertuples(index=False, name=None))


def test_a_script_that_ends_repeats_its_last_answer_or_is_ok():
    """
    `repeat_last` decides.
    """
    assert 529 == timeline("429 529").outcome
    ended = timeline("429 529", repeat_last=False)
    assert ("ok", 3) == (ended.outcome, ended.requests)


def test_your_loops_jitter_shortens_its_waits_and_leaves_the_sdks_alone():
    """
    Full jitter: below each doubled wait; the SDK's draws are its own.
    """
    plainly, jittered = timeline("429").rows, timeline("429", jitter=True).rows
    waits = [rows[rows["layer"] == "app"]["seconds"].tolist() for rows in (plainly, jittered)]
    assert [1.0, 2.0, 4.0, 8.0, 16.0] == waits[0]
    assert all(0 <= short < long for long, short in zip(*waits, strict=True))
    assert plainly[plainly["layer"] == "sdk"]["seconds"].tolist() == (
        jittered[jittered["layer"] == "sdk"]["seconds"].tolist())


@given(st.integers(1, 8), st.integers(0, 4), st.booleans(), st.sampled_from([None, 7.0]))
def test_the_worst_case_is_an_upper_bound(own, sdk, after_last, asked):
    """
    As many requests as the formula says, and no more waiting; without jitter in it, exactly as much.
    """
    nested = timeline("429", own_attempts=own, sdk_retries=sdk, waits_after_last=after_last, retry_after_s=asked)
    bound = worst_wait_s(own, sdk, waits_after_last=after_last, retry_after_s=asked)
    assert worst_case(own, sdk) == nested.requests
    assert nested.waited_s <= bound
    if asked or not sdk:
        assert pytest.approx(bound) == nested.waited_s
    steps = nested.steps
    assert all(abs(a.at_s + a.seconds - b.at_s) < 1e-9 for a, b in zip(steps, steps[1:], strict=False))


def test_the_worst_case_of_the_lesson():
    """
    Fifteen requests; 31 s of your waits and 7.5 s of the SDK's.
    """
    assert (15, 38.5) == (worst_case(5, 2), worst_wait_s(5, 2))
    assert 22.5 == worst_wait_s(5, 2, waits_after_last=False)


# ---- scripts and errors

def test_a_script_is_text_or_a_list():
    """
    Spaces or commas; a status may bring its own retry-after.
    """
    expected = (Answer(429, 2.0), Answer(529), Answer(200))
    assert expected == attempts.answers_in("429 retry-after 2, 529 ok")
    assert expected == attempts.answers_in(["429 retry-after 2", 529, "ok"])
    assert (Answer(429, 5.0), Answer(429, 2.0)) == attempts.answers_in("429 429 retry-after 2", 5.0)


@pytest.mark.parametrize(("make", "words"), [
    (lambda: timeline("429 maybe"), "'429 maybe' is no script. Write statuses and ok, such as '429 429 529 ok' or "),
    (lambda: timeline(""), "'' is no script."),
    (lambda: timeline("429", own_attempts=0), "own_attempts must be 1 or more and sdk_retries 0 or more; got 0 and 2."),
    (lambda: timeline("429", vendor="mistral"), "vendor must be one of anthropic, openai; got 'mistral'."),
])
def test_nonsense_is_refused_with_what_to_write(make, words):
    """
    A ValueError that shows what was given and what is possible.
    """
    with pytest.raises(ValueError) as caught:
        make()
    assert words in str(caught.value)
