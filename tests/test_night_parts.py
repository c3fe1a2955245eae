"""Parts that misbehave: the night goes on, the log says what they did, and no trick passes an incident."""

from __future__ import annotations

import re
from itertools import cycle
from pathlib import Path

import pytest
from night_kit import failed, night, verdict, with_part

from helpers.clock import VirtualClock
from helpers.simulate.night import watching
from helpers.simulate.night.watching import Leash, RunAway, watched
from helpers.support_bot import reference


def trouble(found):
    """What the log says of parts, each once."""
    return {one.trouble for one in found.served if one.trouble}


# ---- it goes on

def test_a_part_that_raises_is_named_in_the_log():
    """
    All 200 messages are served, and the proof says who failed.
    """
    def broken(*_):
        raise RuntimeError("no layout today")

    found = with_part(layout=broken)
    assert 200 == len(found.served)
    assert "layout failed: RuntimeError: no layout today" in verdict(found, "nuts").proof


@pytest.mark.parametrize("part", ["retry", "stream", "relay", "layout", "memory", "extract"])
def test_a_part_that_returns_nonsense_ends_no_night(part):
    """
    Each time another kind of it: somebody's answer is bad, and the next customer is served.
    """
    nonsense = cycle([None, 7, b"x", [], {}, "text", (1, 2), object()])
    found = with_part(**{part: lambda *_, **__: next(nonsense)})
    assert 200 == len(found.served)
    assert failed(found)
    assert {f"{part} failed"} <= {words.split(":")[0] for words in trouble(found)}


def test_a_retry_part_that_never_stops_is_stopped():
    """
    Against the spend limit it would go on forever; the leash counts its requests.
    """
    def stubborn(send, *, sleep, **_):
        while True:
            try:
                return send()
            except Exception:
                pass

    found = with_part(retry=stubborn)
    assert f"retry was stopped: more than {watching.MOST_REQUESTS} requests for one message" in verdict(
        found, "spent").proof


def test_a_retry_part_that_waits_for_hours_is_stopped():
    """
    One customer would hold up all the others.
    """
    def patient(send, *, sleep, **_):
        try:
            return send()
        except Exception:
            sleep(7200)
            return send()

    assert "the customer would wait for more than 30 minutes" in verdict(with_part(retry=patient), "wave").proof


def test_a_loop_inside_extract_is_extracts():
    """
    The request is made inside of retry, and the path says so.
    """
    def eager(send, text, problems):
        while True:
            send([{"role": "user", "content": text}])

    assert any(words.startswith("extract > retry was stopped") for words in trouble(with_part(extract=eager)))


def test_a_loop_without_requests_and_waits_is_stopped(monkeypatch):
    """
    By real time, twice; then the bot is switched off, so the night ends.
    """
    monkeypatch.setattr("helpers.simulate.night.playing.watched", lambda: watched(real_s=0.3))

    def endless(*_):
        while True:
            pass

    found = with_part(memory=endless)
    assert {"memory was stopped: it hung", "bot is switched off, after it hung 2 times"} == trouble(found)
    assert 200 == len(found.served)


def test_exit_ends_one_answer():
    """
    SystemExit of a part is not the night's.
    """
    def leaving(*_):
        raise SystemExit(3)

    assert {"bot ended with SystemExit"} == trouble(with_part(memory=leaving))


def test_an_interrupt_ends_the_night():
    """
    Ctrl-C is for whoever runs it.
    """
    def interrupted(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        with_part(memory=interrupted)


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf")])
def test_a_wait_that_is_none_is_refused(seconds):
    """
    As time.sleep does; a NaN would end all time.
    """
    clock = VirtualClock()
    with pytest.raises(ValueError, match="sleep length must be a number of seconds"):
        Leash(clock).sleep(seconds)
    assert 0 == clock.now()


def test_a_watch_leaves_alone_who_comes_back():
    """
    A thread that is called in time hears nothing.
    """
    with watched(real_s=0.2) as alive:
        for _ in range(3):
            alive()
    with pytest.raises(RunAway):
        _spin()


def _spin():
    with watched(real_s=0.05):
        while True:
            pass


# ---- no trick passes

def test_to_mark_everything_as_cut_fails_the_streams_incidents():
    """
    The whole answers beside them are to be shown as whole.
    """
    found = with_part(stream=lambda events: (reference.stream(events)[0], "cut"))
    assert {4, 5} <= failed(found)


def test_to_hand_every_order_over_fails_the_orders_incidents():
    """
    The plain orders beside them are to be booked.
    """
    assert {7, 8} == failed(with_part(extract=lambda *_: ("human", "as always")))


def test_to_find_no_order_anywhere_fails_them_too():
    """
    The same the other way.
    """
    assert {7, 8} == failed(with_part(extract=lambda *_: ("none", "as always")))


def test_to_leave_out_the_time_is_no_way_to_cache():
    """
    Everything is read from the cache, and the customer is told nothing.
    """
    found = with_part(layout=lambda *given: reference.layout(*given[:-1], "some day"))
    assert {9} == failed(found)
    assert "That depends on the time, which I don't know." in verdict(found, "time").proof


def test_to_leave_out_the_catalogue_is_none_either():
    """
    The model knows the articles that it is given.
    """
    def bare(tools, system, catalogue, history, question, now):
        return reference.layout(tools, system, "There is a catalogue.", history, question, now)

    assert {9} == failed(with_part(layout=bare))


def test_not_to_cache_at_all_fails_as_well():
    """
    No breakpoint, no read.
    """
    def plain(tools, system, catalogue, history, question, now):
        return {"tools": tools, "system": f"{system}\n{catalogue}",
                "messages": [*history, {"role": "user", "content": f"{question} ({now})"}]}

    found = with_part(layout=plain)
    assert {9} == failed(found)
    assert "0 of them read from the cache" in verdict(found, "time").proof


def test_never_to_retry_fails_wave_and_burst():
    """
    And is right for the spend limit alone.
    """
    assert {1, 2} == failed(with_part(retry=lambda send, **_: send()))


def test_to_come_back_early_fails_the_wave_though_all_are_answered():
    """
    Two seconds, again and again, whatever the refusal says: thirty requests where two would do.
    """
    def pushing(send, *, sleep, **_):
        for _ in range(30):
            try:
                return send()
            except Exception as error:
                last = error
                if getattr(error, "error_code", None):
                    raise
            sleep(2.0)
        raise last

    found = with_part(retry=pushing)
    assert {1} == failed(found)
    assert "again after 2.0 s: 429 retry-after" in verdict(found, "wave").proof


def test_to_forget_everything_fails_the_allergy():
    """
    The question alone is the cheapest memory.
    """
    found = with_part(memory=lambda messages, budget, count: messages[-1:])
    assert {10} == failed(found)
    assert found.usd < night().usd


def test_to_cut_a_pair_of_call_and_result_is_a_400():
    """
    Otto's afternoon has calls of a tool: the API refuses half of a pair.
    """
    found = night("reference", "memory")
    assert found.invalid_requests
    assert "unexpected `tool_use_id`" in "".join(found.log)


def test_the_night_knows_no_version_of_a_part():
    """
    All that it takes from the bot's room is the bot, its frame, and the tool that a request is recognised by.
    """
    import helpers.simulate.night as room

    taken = {name.strip() for file in Path(room.__file__).parent.glob("*.py")
             for names in re.findall(r"^from helpers\.support_bot\S* import (.+)$", file.read_text("utf-8"), re.M)
             for name in names.split(",")}
    assert {"LESSONS", "ORDER_TOOL", "PARTS", "Parts", "Settings", "SupportBot"} == taken
