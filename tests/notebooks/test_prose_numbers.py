"""Every number that a lesson's prose states is what the course computes today."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from helpers.economics import (
    Usage,
    compare_models,
    conversation,
    conversation_cost,
    cost,
    cost_of,
    find_model,
    measured_frame,
    model_id,
    per_request,
    same_text_factor,
)
from helpers.retries import Policy
from helpers.settings import NOTEBOOKS, RECORDINGS, ROOT
from helpers.simulate.attempts import timeline, worst_case
from helpers.simulate.cuts import CLIENTS, SAMPLE_TEXT, every_cut, sample_stream
from helpers.simulate.herd import Herd, Run, compare, run
from helpers.simulate.incident import Morning, bounded, morning, nested
from helpers.tokens import split_o200k
from helpers.views.economics import SNIPPETS
from helpers.wire.recording import Tape
from helpers.wire.rules import NEWEST_VERSION

from .kernel import load

SIZES = {"system": 500, "user": 100, "reply": 300}


def _production() -> str:
    return model_id("production")


def _flat() -> float:
    return float((per_request(_production(), input=600, output=300) * 50).usd)


def _billed(turns: int = 50) -> float:
    return float(conversation_cost(_production(), turns=turns, **SIZES).usd)


def _factor_from_25_to_50() -> float:
    table = conversation(_production(), turns=50, **SIZES)
    return table["cumulative_usd"][49] / table["cumulative_usd"][24]


def _quoted() -> float:
    return float(per_request(model_id("lesson_quote"), input=5_000, output=1_000).usd)


def _denser() -> float:
    frame = measured_frame("output_text")
    median = frame[frame["chars"] >= 100].groupby("generation")["chars_per_token"].median()
    return median["claude-3"] / median["claude-4.7"] - 1


def _quoted_with_growth() -> int:
    chat = conversation_cost(model_id("lesson_quote"), turns=5, system=4_900, user=100, reply=1_000)
    return round(chat.usd * 10_000)


def _sdk_retries() -> int:
    import anthropic
    import openai

    assert anthropic.DEFAULT_MAX_RETRIES == openai.DEFAULT_MAX_RETRIES
    return anthropic.DEFAULT_MAX_RETRIES


@cache
def _herd() -> dict[str, dict[str, float]]:
    """Lesson 02's herd, by strategy."""
    return compare(Herd(workers=100, rate_per_s=10, base_s=1, cap_s=30), seeds=30).set_index("strategy").T.to_dict()


def _alone(strategy: str, **server: Any) -> Run:
    """One run of the widget's herd."""
    return run(strategy, Herd(**server))


def _nested() -> Morning:
    return morning(nested(own_attempts=5, sdk_retries=_sdk_retries()))


def _waits() -> tuple[float, float]:
    """Seconds that your own loop and the SDK wait in lesson 02's timeline."""
    steps = [step for step in timeline("429").steps if step.kind == "wait"]
    return tuple(sum(step.seconds for step in steps if step.layer == layer) for layer in ("app", "sdk"))


def _last_done(strategy: str) -> str:
    return f"{_herd()[strategy]['last_done_s']:.0f}"


def _openai_limit() -> int:
    from openai._constants import MAX_RETRY_AFTER_DELAY

    return round(MAX_RETRY_AFTER_DELAY)


def _ping_s() -> float:
    from fastapi import sse

    return sse._PING_INTERVAL


def _breaks(client: str) -> int:
    return int((~every_cut(sample_stream(), CLIENTS[client], SAMPLE_TEXT)["ok"]).sum())


CLAIMS: list[tuple[str, str, Callable[[], object]]] = [
    ("02", "{} of our users get an error", lambda: {True: "A third"}[0.3 < _nested().failed / 100 < 0.4]),
    ("02", "only after more than {};", lambda: {True: "half a minute"}[_nested().last_error_s > 30]),
    ("02", "late, after more than {} requests", lambda: {True: "a thousand"}[_nested().requests > 1000]),
    ("02", "The SDK retries, too: {}, by itself", lambda: {2: "twice"}[_sdk_retries()]),
    ("02", "attempts multiply, 5 × ({} + 1)", _sdk_retries),
    ("02", "(b) {} s of 37.9 s", lambda: f"{_waits()[1]:.1f}"),
    ("02", "(b) 6.9 s of {} s", lambda: f"{sum(_waits()):.1f}"),
    ("02", "three attempts of mine would be {} requests", lambda: {9: "nine"}[worst_case(3, _sdk_retries())]),
    ("02", "one gets in, {:.0f} meet again", lambda: _herd()["fixed"]["peak"]),
    ("02", "at the price of {:,.0f} requests for 100", lambda: _herd()["fixed"]["sent"]),
    ("02", "done after {} s, and", lambda: _last_done("full jitter")),
    ("02", "and {:.0f} requests at its worst tenth", lambda: _herd()["full jitter"]["peak"]),
    ("02", "(a) No: {} times the requests", lambda: {9: "nine"}[round(_alone("SDK jitter", retry_after_s=1).sent
                                                                       / _alone("SDK jitter").sent)]),
    ("02", "(c) {} of 100, with full", lambda: _alone("SDK jitter", max_attempts=5).failed),
    ("02", "with full jitter {}; with 10 attempts", lambda: _alone("full jitter", max_attempts=5).failed),
    ("02", "with 10 attempts {}.", lambda: {0: "nobody"}[_alone("SDK jitter", max_attempts=10).failed
                                                         + _alone("full jitter", max_attempts=10).failed]),
    ("02", "{} of them were still waiting after ten minutes without it", lambda: {True: "three quarters"}[
        74 <= _herd()["exponential"]["unfinished"] <= 78]),
    ("02", "the last one was served after {} seconds", lambda: _last_done("full jitter")),
    ("02", "after {:.0f} s of waiting at most", lambda: Policy(max_attempts=4, base_s=1, cap_s=8,
                                                               budget_s=15).patience_s),
    ("02", "no `retry-after` above {} s", _openai_limit),
    ("03b", "breaks at {} places", lambda: {3: "three"}[_breaks("buffer, no decoder")]),
    ("03b", "sends a comment after {:.0f} s of silence", _ping_s),
    ("03b", "a comment every {} seconds", lambda: {15: "fifteen"}[_ping_s()]),
    ("03b", "`chat.js`, {} lines without a framework", lambda: round(len((ROOT / "helpers/chat_app/static/chat.js")
                                                                        .read_text("utf-8").splitlines()), -1)),
    ("00", "The SDK does {} by itself", lambda: {2: "two"}[_sdk_retries()]),
    ("00", "under API version `{}` (where the parameter is gone)", lambda: NEWEST_VERSION),
    ("01", "Finance forecast **\\${}** for a long", lambda: f"{_flat():.2f}"),
    ("01", "The invoice is {} times as high", lambda: {True: "several"}[_billed() / _flat() > 3]),
    ("01", "there {} % more tokens a character", lambda: f"{_denser() * 100:.0f}"),
    ("01", "About {} times: the resent history", lambda: f"{_factor_from_25_to_50():.1f}"),
    ("01", "costs **\\${}**. At 10K", lambda: f"{_quoted():.2f}"),
    ("01", "that is **\\${}** a day", lambda: f"{_quoted() * 5 * 10_000:,.0f}"),
    ("01", "With eleven hundred new tokens a turn the same day costs {};",
     lambda: {1830: "eighteen hundred and thirty"}[_quoted_with_growth()]),
    ("01", "the flat forecast is wrong by a factor of {}.",
     lambda: {True: "five or six"}[5 < _billed() / _flat() < 6]),
    ("01", "three and fifteen dollars per million, that is {} a turn", lambda: {0.03: "three cents"}[_quoted()]),
    ("01", "count {} % more tokens for the same text", lambda: f"{(same_text_factor(_production()) - 1) * 100:.0f}"),
    ("01", "costs about a {}. What does one token more",
     lambda: {1: "cent"}[round(float(cost(Usage(input=100_000, output=1_000), model_id("default")).usd) * 100)]),
    ("01", "A prompt of {} tokens on the default",
     lambda: f"{find_model(model_id('default')).prices[1].above_prompt_tokens:,}"),
    ("01", "The Batch API {} it", lambda: {"0.5": "halves"}[str(find_model(model_id("default")).batch_discount)]),
]


@pytest.mark.parametrize(("lesson", "sentence", "computed"), CLAIMS, ids=[claim[1][:30].strip() for claim in CLAIMS])
def test_a_number_in_the_prose_is_what_is_computed(lesson, sentence, computed):
    """
    The sentence stands in the lesson with today's value in it.
    """
    (path,) = NOTEBOOKS.glob(f"{lesson}_*.ipynb")
    prose = "\n\n".join(cell["source"] for cell in load(path)["cells"] if cell["cell_type"] == "markdown")

    assert sentence.format(computed()) in prose


def test_thai_and_uuids_hold_fewer_characters_a_token_than_prose():
    """
    Lesson 01's checkpoint: a token of Thai holds fewer than four characters; prose holds most, UUIDs fewest.
    """
    ratio = {name: len(text) / len(split_o200k(text)) for name, text in SNIPPETS.items()}

    assert ratio["Thai"] < 4
    assert ratio["UUIDs"] < ratio["Minified JSON"] < ratio["English prose"]
    assert ratio["UUIDs"] < ratio["Thai"] < ratio["English prose"]


def test_the_newer_sample_is_small_and_of_one_model():
    """
    Lesson 01 says so of the measurements on the newer tokenizer, and that code was hardly measured.
    """
    frame = measured_frame("output_text")
    newer = frame[(frame["generation"] == "claude-4.7") & (frame["chars"] >= 100)]

    assert len(newer) < 20
    assert 1 == newer["family"].nunique()
    assert len(frame[(frame["category"] == "code") & (frame["provider"] == "anthropic")]) < 5


def test_thinking_is_a_part_of_the_output_in_the_recorded_reply():
    """
    Lesson 01 shows a reply whose thinking is billed as output: its cost is that of all its output tokens.
    """
    reply = {"model": model_id("default"), "usage": {"input_tokens": 26, "output_tokens": 253,
                                                     "output_tokens_details": {"thinking_tokens": 148}}}

    assert cost(Usage(input=26, output=253), model_id("default")) == cost_of(reply)


def test_the_comparison_of_models_adds_up_to_the_forecast():
    """
    Lesson 01's last chart, without thinking, is the conversation's cost a thousand times.
    """
    model = _production()
    (row,) = compare_models([model], counted_on=model, turns=50, conversations=1_000, **SIZES).itertuples()

    whole = float((conversation_cost(model, turns=50, **SIZES) * 1_000).usd)
    assert pytest.approx(whole) == row.input_usd + row.output_usd


@pytest.fixture(scope="module")
def bench():
    """Lesson 00's recorded replies, by their limit on the output."""
    tape = Tape.load(RECORDINGS / "00_start_here.json")
    default = [entry for entry in tape.entries if entry.request.body.get("model") == model_id("default")]
    return {entry.request.body.get("max_tokens"): entry.reply.body for entry in default
            if set(entry.request.body) == {"max_tokens", "messages", "model"}}


def test_at_twenty_tokens_thinking_leaves_no_text(bench):
    """
    Lesson 00's bench: (b) at 20 there is no text, (a) at 80 it is cut, at 400 it is whole.
    """
    kinds = {limit: [block["type"] for block in bench[limit]["content"]] for limit in (20, 80, 400)}

    assert {20: ["thinking"], 80: ["thinking", "text"], 400: ["thinking", "text"]} == kinds
    assert ["max_tokens", "max_tokens", "end_turn"] == [bench[limit]["stop_reason"] for limit in (20, 80, 400)]


def test_the_shapes_are_as_lesson_00_answers():
    """
    (a) fails for five of the nine shapes, (b) misses part of the text in one, and one of the rest is not finished.
    """
    from helpers.scenarios.lesson_00 import SHAPES
    from helpers.views.calling import outcome

    verdicts = {name: outcome(shape(script), lambda message: message.content[0].text).verdict
                for name, script in SHAPES.items()}

    assert {"thinking first", "tool call", "cut off before any text", "cut off in mid-sentence", "refusal"} == {
        name for name, verdict in verdicts.items() if verdict == "fails"}
    assert ["two text blocks"] == [name for name, verdict in verdicts.items() if verdict == "part"]
    assert ["context window full"] == [name for name, verdict in verdicts.items() if verdict == "silent"]


def shape(script):
    """The message that *script* gives, from the real SDK."""
    from helpers.clock import VirtualClock
    from helpers.wire.clients import build
    from helpers.wire.scripted import Scripted

    clock = VirtualClock()
    client = build("ANTHROPIC", Scripted(script, clock), clock, asynchronous=False, live=False)
    asked = [{"role": "user", "content": "?"}]
    return client.messages.create(model=model_id("default"), max_tokens=400, messages=asked)


def test_each_layer_of_retries_is_as_lesson_02_answers():
    """
    Without the SDK's retries 5 of the 15 requests are left; a 400 is retried by neither layer.
    """
    assert (15, 5) == (worst_case(5, _sdk_retries()), worst_case(5, 0))
    assert 1 == timeline("400").requests
    assert 16 == timeline("429").useless_s


def test_obeying_retry_after_alone_keeps_the_herd_together():
    """
    Lesson 02: (a) with the SDK's jitter more is sent, since both SDKs wait exactly what is asked; (b) with full
    jitter less.
    """
    assert _alone("SDK jitter", retry_after_s=1).sent > 5 * _alone("SDK jitter").sent
    assert _alone("full jitter", retry_after_s=1).sent < _alone("full jitter").sent


def test_eight_attempts_outlive_the_hiccup_and_five_do_not():
    """
    Lesson 02's table of the morning, and what the text says of it.
    """
    five, eight = (morning(bounded(Policy(max_attempts=attempts, base_s=1, cap_s=20, budget_s=60)))
                   for attempts in (5, 8))
    assert eight.failed < 1 < 20 < five.failed
    assert five.last_error_s < _nested().last_error_s


def test_a_decoder_alone_mends_nothing():
    """
    Lesson 03b, (c): without a buffer the decoder breaks at the very same places; by the standard none breaks.
    """
    cuts = {name: list(every_cut(sample_stream(), client, SAMPLE_TEXT)["ok"]) for name, client in CLIENTS.items()}

    assert cuts["no buffer"] == cuts["decoder, no buffer"]
    assert all(cuts["by the standard"])
