"""The herd: our measured table again, the same requests as a plain event loop, and what holds for every crowd."""

from __future__ import annotations

import heapq
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.simulate import herd
from helpers.simulate.herd import HORIZON_S, STRATEGIES, Herd, compare, run

# 100 workers, 10 requests per second, mean of 30 seeds: (requests, last done in s, peak in 100 ms)
ONE_AT_ONCE = {      # the lesson's server; a plain event loop's means, rounded (exponential never finishes: see below)
    "fixed": (5050, 99.0, 99), "SDK jitter": (557, 94.2, 43), "equal jitter": (478, 57.2, 25),
    "full jitter": (470, 43.3, 18), "decorrelated": (372, 46.2, 10)}
TEN_AT_ONCE = {      # burst 10, teaching-design section 3: an earlier prototype's numbers
    "fixed": (550, 9.0, 90), "exponential": (550, 151.0, 90), "SDK jitter": (391, 29.5, 38),
    "equal jitter": (360, 13.8, 23), "full jitter": (388, 19.9, 17), "decorrelated": (265, 14.9, 9)}
CROWDS = st.builds(Herd, workers=st.integers(1, 40), rate_per_s=st.sampled_from([0.5, 1.0, 3.0, 10.0, 50.0]),
                   burst=st.integers(1, 12), base_s=st.sampled_from([0.1, 0.5, 1.0]), cap_s=st.sampled_from([1.0, 7.0]),
                   max_attempts=st.none() | st.integers(1, 8), retry_after_s=st.sampled_from([None, 0.0, 0.7, 2.0]),
                   retry_budget=st.sampled_from([None, 0.0, 0.1, 1.0]), seed=st.integers(0, 5))


# ---- our numbers

def test_the_lessons_table_comes_out_again():
    """
    One at once: requests, last finish and highest wave of all that finish, to the digit that is shown.
    """
    table = compare(Herd(), seeds=30).set_index("strategy")
    for strategy, expected in ONE_AT_ONCE.items():
        row = table.loc[strategy]
        assert expected == (round(row["sent"]), round(row["last_done_s"], 1), round(row["peak"])), strategy
        assert 0 == row["failed"] == row["unfinished"]
        assert pytest.approx(1 - 100 / row["sent"], abs=0.01) == row["wasted_share"]
    assert (2124, 76) == tuple(table.loc["exponential", ["sent", "unfinished"]])


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_prototypes_table_comes_out_again(strategy):
    """
    Ten at once: exactly where nothing is drawn, within a tenth elsewhere. "Fixed" is flattered: 1 s refills all ten.
    """
    row = compare(Herd(burst=10), [strategy], seeds=30).iloc[0]
    within = 1e-9 if strategy in herd.WITHOUT_CHANCE else 0.1
    assert TEN_AT_ONCE[strategy] == pytest.approx((row["sent"], row["last_done_s"], row["peak"]), rel=within)
    assert 0 == row["failed"] == row["unfinished"]
    assert pytest.approx(1 - 100 / row["sent"], abs=0.01) == row["wasted_share"]


def test_without_jitter_one_is_served_a_wave():
    """
    Fixed: a wave a second, one worker less each, 100 + 99 + ... + 1 requests. Exponential: 24 waves in 600 s.
    """
    fixed, exponential = run("fixed", Herd()), run("exponential", Herd())
    assert (sum(range(1, 101)), 99.0) == (fixed.sent, fixed.last_done_s)
    waves = [0, 1, 3, 7, 15, *range(31, 601, 30)]
    assert waves[:len(waves)] == sorted({round(at) for at in exponential.at_s})
    assert (len(waves), 100 - len(waves)) == (exponential.done, exponential.unfinished)


def test_five_attempts_are_not_enough_for_a_herd():
    """
    All but five fail without jitter, half with the SDK's, and a quarter with full jitter: nothing replaces capacity.
    """
    failed = compare(Herd(max_attempts=5), seeds=30)["failed"].round()
    assert [95, 95, 57, 33, 29, 9] == list(failed)
    flattered = compare(Herd(burst=10, max_attempts=5), seeds=30)["failed"].round()
    assert [50, 50, 12, 0, 7, 0] == list(flattered)


@pytest.mark.parametrize(("burst", "together", "spread"), [(1, (5050, 99.0, 99), (426, 40.0, 15)),
                                                           (10, (550, 9.0, 90), (313, 14.1, 14))])
def test_retry_after_alone_keeps_the_herd_together(burst, together, spread):
    """
    Fixed and the SDK obey to the second, the same waves: worse than the SDK's own wait. With jitter added, they spread.
    """
    rows = compare(Herd(burst=burst, retry_after_s=1.0), ["fixed", "SDK jitter", "full jitter"], seeds=30)
    found = {row.strategy: (row.sent, row.last_done_s, row.peak) for row in rows.itertuples()}
    assert together == found["fixed"] == found["SDK jitter"]
    assert spread == pytest.approx(found["full jitter"], rel=0.1)


def test_a_retry_budget_of_a_tenth_adds_a_tenth():
    """
    100 first attempts deposit ten retries, not one more; everybody else gives up at once.
    """
    for strategy in STRATEGIES:
        found = run(strategy, Herd(retry_budget=0.1))
        assert 110 == found.sent
        assert 100 - found.done == found.failed
    assert 100 == run("full jitter", Herd(retry_budget=0.0)).sent


def test_a_last_attempt_takes_nothing_from_the_budget():
    """
    A worker without an attempt left asks for no retry: the budget stays for the others.
    """
    found = run("full jitter", Herd(workers=20, burst=1, rate_per_s=0.001, max_attempts=2, retry_budget=1.0))
    assert (1 + 19 * 2, 19) == (found.sent, found.failed)


# ---- the same as a plain event loop

def plainly(strategy, crowd):
    """Every request as (time, worker, attempt, accepted), one event after the other. Slow, and easy to believe."""
    random = Random(crowd.seed)
    draws = []                                              # [retry][worker]
    queue = [(0.0, 1, worker) for worker in range(crowd.workers)]
    before, tokens, last, sent = {}, float(crowd.burst), 0.0, []
    budget = float("inf") if crowd.retry_budget is None else crowd.retry_budget * crowd.workers + 1e-9
    while queue:
        at, attempt, worker = heapq.heappop(queue)
        if at > HORIZON_S:
            break
        tokens, last = min(crowd.burst, tokens + (at - last) * crowd.rate_per_s), at
        accepted = tokens >= 1 - 1e-9
        sent.append((round(at, 6), worker, attempt, accepted))
        if accepted:
            tokens -= 1
        elif attempt != crowd.max_attempts and budget >= 1:
            budget -= 1
            while len(draws) < attempt:
                draws.append([random.random() for _ in range(crowd.workers)])
            drawn, ceiling = draws[attempt - 1][worker], min(crowd.cap_s, crowd.base_s * 2 ** (attempt - 1))
            asked = crowd.retry_after_s or 0
            before[worker] = min(crowd.cap_s, crowd.base_s + drawn * (3 * before.get(worker, crowd.base_s)
                                                                      - crowd.base_s))
            wait = {"fixed": max(crowd.base_s, asked), "exponential": max(ceiling, asked),
                    "SDK jitter": asked or ceiling * (1 - 0.25 * drawn),
                    "equal jitter": asked + ceiling / 2 + drawn * ceiling / 2, "full jitter": asked + drawn * ceiling,
                    "decorrelated": asked + before[worker]}[strategy]
            heapq.heappush(queue, (at + wait, attempt + 1, worker))
    return sent


@settings(max_examples=60)
@given(st.sampled_from(STRATEGIES), CROWDS)
def test_every_request_is_that_of_a_plain_event_loop(strategy, crowd):
    """
    The quick way (all times at once) and the plain way agree request by request.
    """
    rows = run(strategy, crowd).requests
    quickly = zip(rows["at_s"].round(6), rows["worker"], rows["attempt"], rows["accepted"], strict=True)
    assert plainly(strategy, crowd) == list(quickly)


# ---- what always holds

@given(st.sampled_from(STRATEGIES), CROWDS)
def test_every_worker_ends_in_one_way(strategy, crowd):
    """
    Accepted, failed or still waiting; accepted once, with its last request; nothing beyond attempts and horizon.
    """
    found = run(strategy, crowd)
    rows = found.requests
    assert crowd.workers == found.done + found.failed + found.unfinished
    assert rows["at_s"].is_monotonic_increasing
    assert rows["at_s"].max() <= HORIZON_S
    for _, mine in rows.groupby("worker"):
        assert list(range(1, len(mine) + 1)) == list(mine["attempt"])
        assert not mine["accepted"].iloc[:-1].any()
    assert rows["attempt"].max() <= (crowd.max_attempts or 10_000)
    assert found.sent == sum(map(sum, found.load(0.5)))


@given(st.sampled_from(STRATEGIES), CROWDS)
def test_the_server_never_takes_more_than_its_bucket_holds(strategy, crowd):
    """
    From any accepted request on: the burst at once, and the rate after it.
    """
    times = [at for at, good in run(strategy, crowd).requests[["at_s", "accepted"]].itertuples(index=False) if good]
    for k, start in enumerate(times):
        assert all(count <= crowd.burst + (at - start) * crowd.rate_per_s + 1e-6
                   for count, at in enumerate(times[k:], 1))


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_a_seed_gives_the_same_run_and_another_seed_another(strategy):
    """
    Seeded; without chance in the strategy, the seed means nothing.
    """
    one, same, other = (run(strategy, Herd(seed=seed)).at_s.tolist() for seed in (1, 1, 2))
    assert one == same
    assert (one == other) == (strategy in herd.WITHOUT_CHANCE)


def test_a_crowd_that_never_gets_through_is_left_at_the_horizon():
    """
    300 workers and one request a second: after 600 s most of them still wait, and are not called failed.
    """
    found = run("exponential", Herd(workers=300, rate_per_s=1.0, burst=1))
    assert (24, 0, 276) == (found.done, found.failed, found.unfinished)
    assert found.last_done_s <= HORIZON_S


def test_a_comparison_remembers_how_many_runs_it_is_the_mean_of():
    """
    Its seeds count up from the herd's own.
    """
    frame = compare(Herd(workers=30), ["full jitter"], seeds=3)
    single = [run("full jitter", replace(Herd(workers=30), seed=seed)).sent for seed in range(3)]
    assert 3 == frame.attrs["seeds"]
    assert pytest.approx(sum(single) / 3) == frame["sent"][0]


# ---- errors

@pytest.mark.parametrize(("make", "words"), [
    (lambda: Herd(workers=0), "workers must be a whole number, 1 or more; got 0."),
    (lambda: Herd(burst=2.5), "burst must be a whole number, 1 or more; got 2.5."),
    (lambda: Herd(max_attempts=0), "max_attempts must be a whole number, 1 or more; got 0."),
    (lambda: Herd(rate_per_s=0), "rate_per_s must be a number above 0; got 0."),
    (lambda: Herd(base_s=float("nan")), "base_s must be a number above 0; got nan."),
    (lambda: Herd(retry_after_s=-1), "retry_after_s must be None or a number, 0 or more; got -1."),
    (lambda: Herd(base_s=2.0, cap_s=1.0), "cap_s, the longest wait, can't be below base_s: got 1.0 and 2.0."),
    (lambda: run("hope", Herd()), "'hope' is no strategy. Choose one of: fixed, exponential, SDK jitter"),
    (lambda: compare(Herd(), seeds=0), "seeds must be 1 or more runs; got 0."),
])
def test_what_could_not_be_is_refused(make, words):
    """
    A ValueError with what was given and what is possible.
    """
    with pytest.raises(ValueError) as caught:
        make()
    assert words in str(caught.value)
