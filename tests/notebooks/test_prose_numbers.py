"""Every number that a lesson's prose states is what the course computes today."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from helpers.caching import Rates, needed_hit_rate, rates
from helpers.caching.prefixes import BREAKPOINTS, estimated
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
from helpers.scenarios.lesson_04 import TOOL_PROMPT
from helpers.settings import NOTEBOOKS, RECORDINGS, ROOT
from helpers.simulate.attempts import timeline, worst_case
from helpers.simulate.cache import LOOKBACK
from helpers.simulate.cache_costs import break_even, lifetime
from helpers.simulate.cache_pairs import compare as two_requests
from helpers.simulate.cache_pairs import document
from helpers.simulate.cache_patterns import PATTERNS
from helpers.simulate.cache_patterns import timeline as timeline_of_calls
from helpers.simulate.conversation import Talk, race, totals
from helpers.simulate.cuts import CLIENTS, SAMPLE_TEXT, every_cut, sample_stream
from helpers.simulate.herd import Herd, Run, compare, run
from helpers.simulate.incident import Morning, bounded, morning, nested
from helpers.simulate.layers import LAYERS
from helpers.simulate.lens import CHAT, look
from helpers.simulate.recall import whereabouts
from helpers.simulate.slips import SLIPS
from helpers.tokens import split_o200k
from helpers.views.economics import SNIPPETS
from helpers.views.history import race as race_view
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


def _ten_calls(pattern: str, ttl: str = "5m") -> float:
    """What the calls of one of lesson 05's patterns cost, in uncached prefixes."""
    return timeline_of_calls(pattern, ttl=ttl, model=model_id("default")).paid


def _needed(ttl: str, role: str = "default") -> str:
    return f"{needed_hit_rate(model_id(role), ttl) * 100:.1f}"


def _rates() -> Rates:
    return rates(model_id("default"))


def _lesson_05_usd() -> float:
    """What the recorded calls of lesson 05 that go to the default model cost."""
    replies = [entry.reply.body for entry in Tape.load(RECORDINGS / "05_prompt_caching.json").entries]
    return sum(float(cost_of(reply).usd) for reply in replies if reply["model"] == model_id("default"))


def _breaks(client: str) -> int:
    return int((~every_cut(sample_stream(), CLIENTS[client], SAMPLE_TEXT)["ok"]).sum())


def _rooms() -> list[int]:
    """`max_tokens` of the requests that lesson 04's present took, in order."""
    tape = Tape.load(RECORDINGS / "04_structured_output.json")
    bodies = [entry.request.body for entry in tape.entries]
    return [body["max_tokens"] for body in bodies if body.get("tools") and body["tools"][0].get("strict")
            and "On the card" in body["messages"][0]["content"]]


@cache
def _talk(cached: bool = True, role: str = "default", **sizes: Any) -> dict[str, Any]:
    """Lesson 06's sixty turns, by strategy: rows of `simulate.conversation.totals`."""
    frame = totals(race(Talk(**sizes), model_id(role)))
    return {row.strategy: row for row in frame[frame.cached == cached].itertuples()}


def _dearer(one: str, other: str, **talk: Any) -> str:
    return f"{_talk(**talk)[one].usd / _talk(**talk)[other].usd:.1f}"


def _input_over_read(role: str) -> int:
    price = find_model(model_id(role)).price_for(0)
    return round(price.input / price.cache_read)


def _production_run() -> list[tuple[int, int]]:
    """(turns dropped, tokens read) of each turn of lesson 06's Conversation, as its saved table has them."""
    (path,) = NOTEBOOKS.glob("06_*.ipynb")
    (cell,) = [cell for cell in load(path)["cells"] if "conversation.ask(client" in cell["source"]]
    text = next(output["data"]["text/plain"] for output in cell["outputs"] if "data" in output)
    rows = [line.split() for line in text.splitlines() if line[:1].isdigit()]
    return [(int(row[1]), int(row[4])) for row in rows]


def _cut_turn() -> int:
    """The turn before which that conversation was trimmed, which read nothing."""
    (turn,) = [turn for turn, (dropped, read) in enumerate(_production_run(), 1) if dropped and not read]
    return turn


CLAIMS: list[tuple[str, str, Callable[[], object]]] = [
    ("05", "nine reads: {:.0f} % of the price", lambda: _ten_calls("every 6 min", "1h") / 10 * 100),
    ("05", "Every 4 minutes ({:.3g} prefixes", lambda: _ten_calls("every 4 min")),
    ("05", "prefixes; an hour costs {:.3g})", lambda: _ten_calls("every 4 min", "1h")),
    ("05", "three hours ({:.3g} against", lambda: _ten_calls("2 calls, 3 hours of silence, 3 times")),
    ("05", "against {:.3g}): an hour", lambda: _ten_calls("2 calls, 3 hours of silence, 3 times", "1h")),
    ("05", "The first call wrote, at {} times the plain price", lambda: _rates().write_5m),
    ("05", "five minutes from the {}nd call", lambda: break_even(model_id("production"), "5m")),
    ("05", "an hour from the {}rd. Cheaper", lambda: break_even(model_id("production"), "1h")),
    ("05", "(c) {} %, in place", lambda: _needed("1h", "production")),
    ("05", "in place of {} %. Below", lambda: _needed("1h")),
    ("05", "Writing costs {} times the input price, or twice for an hour", lambda: {2: _rates().write_5m}[
        _rates().write_1h]),
    ("05", "reading a {} or less", lambda: {0.1: "tenth"}[float(_rates().read)]),
    ("05", "each call wrote {} tokens, at 1.25", lambda: f"{round(estimated(document('catalogue.md')), -4):,}"),
    ("05", "the server looks back over at most {} blocks", lambda: LOOKBACK),
    ("05", "and {} breakpoints are all there are", lambda: {4: "four"}[BREAKPOINTS]),
    ("05", "Below some {:.0f} % of calls that read", lambda: needed_hit_rate(model_id("default"), "5m") * 100),
    ("05", "for an hour below some {:.0f} %", lambda: needed_hit_rate(model_id("default"), "1h") * 100),
    ("05", "for {} on the default model at list prices", lambda: {2: "about two cents"}[round(_lesson_05_usd() * 100)]),
    ("05", "Caching is automatic, from {:,} tokens on", lambda: find_model(model_id("openai")).min_cacheable),
    ("05", "Since GPT-5.6 a write costs {} times", lambda: rates(model_id("openai")).write_5m),
    ("05", "Entries live for {:.0f} minutes at least", lambda: lifetime(model_id("openai"), "5m") / 60),
    ("05", "writes for nothing extra, and gives {} off", lambda: {(1, 0.5): "half"}[
        float(rates(model_id("lesson_quote_openai")).write_5m), float(rates(model_id("lesson_quote_openai")).read)]),
    ("06", "Slide sends {:.0f} % fewer tokens", lambda: 100 * (1 - _talk()["slide"].sent / _talk()["append"].sent)),
    ("06", "than append and costs {} times as much", lambda: _dearer("slide", "append")),
    ("06", "Slide cuts before {} turns, chunk", lambda: _talk()["slide"].cuts),
    ("06", "turns, chunk before {}. But", lambda: _talk()["chunk"].cuts),
    ("06", "Append is dearest now, {} chunk", lambda: {"2.0": "twice"}[_dearer("append", "chunk", cached=False)]),
    ("06", "reads cost a {} there", lambda: {20: "twentieth"}[_input_over_read("production")]),
    ("06", "there, not a {}. Chunk", lambda: {10: "tenth"}[_input_over_read("default")]),
    ("06", "(d) All {} facts", lambda: {8: "eight"}[len(whereabouts(Talk(state=120)))]),
    ("06", "facts, for {} tokens a request", lambda: race_view.STATE),
    ("06", "(a) After {} messages: where", lambda: "{}, {} and {}".format(
        *(n for n in range(1, len(CHAT)) if not look(n).said))),
    ("06", "the model's minimum for a cache ({}, lesson 05)", lambda: find_model(model_id("default")).min_cacheable),
    ("06", "Below {} tokens nothing is cached", lambda: find_model(model_id("default")).min_cacheable),
    ("06", "and you cut each time, before {} turns", lambda: _talk(down_to=1.0)["chunk"].cuts),
    ("06", "(c) {} cuts instead of", lambda: _talk(down_to=0.0)["chunk"].cuts),
    ("06", "cuts instead of {};", lambda: _talk()["chunk"].cuts),
    ("06", "{} turns went at once", lambda: {6: "Six"}[_production_run()[_cut_turn() - 1][0]]),
    ("06", "at once, before the {}, which read nothing", lambda: {9: "ninth"}[_cut_turn()]),
    ("06", "sent little more than {} as many tokens", lambda: {True: "half"}[
        0.5 < _talk()["slide"].sent / _talk()["append"].sent < 0.56]),
    ("06", "as many tokens and cost {} times as much as never", lambda: {True: "two and a half"}[
        2.4 < float(_dearer("slide", "append")) < 2.7]),
    ("06", "Cutting to half, {} times in sixty turns, was cheapest", lambda: {5: "five"}[
        _talk()[min(("append", "slide", "chunk"), key=lambda name: _talk()[name].usd)].cuts]),
    ("04", "which of {} failures", lambda: {8: "eight"}[len(SLIPS)]),
    ("04", "{} replies against", lambda: {8: "Eight"}[len(SLIPS)]),
    ("04", "against {} layers, each by itself", lambda: {6: "six"}[len(LAYERS)]),
    ("04", "asked for again with {} the room", lambda: {2: "twice"}[_rooms()[1] / _rooms()[0]]),
    ("04", "{} tokens where the model may choose", lambda: TOOL_PROMPT["auto"]),
    ("04", "may choose, {} where a call is forced", lambda: TOOL_PROMPT["tool"]),
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


def test_the_lifetimes_are_as_lesson_05_answers():
    """
    (b) Five minutes are best for two patterns, no cache for one; (c) a burst's entry lives five minutes after its last
    call has started.
    """
    best = {pattern: timeline_of_calls(pattern, model=model_id("default")).cheapest for pattern in PATTERNS}
    assert ["every 4 min", "2 calls, 3 hours of silence, 3 times"] == [name for name in best if best[name] == "5m"]
    assert ["every 70 min"] == [name for name in best if best[name] == "none"]
    burst = timeline_of_calls("5 calls, 15 min of silence, 4 times", model=model_id("default"))
    assert burst.alive[0].end_min == burst.calls[4].at_s / 60 + 5


def test_the_prefixes_are_as_lesson_05_answers():
    """
    (a) Without the time only the question is new; (b) another order of tools leaves nothing; (c) a page in the question
    spoils nothing, before the catalogue it spoils all that follows; (d) a space leaves tools and handbook.
    """
    def read(**changes):
        return [block.name for block in two_requests(**changes).second.blocks if block.fate == "read"]

    assert ["tools", "handbook", "catalogue"] == read() == read(retrieved="in the question")
    assert [] == read(shuffled=True) == read(clock=True)
    assert ["tools", "handbook"] == read(space=True) == read(retrieved="before the catalogue")


def test_the_quiz_of_lesson_05_adds_up():
    """
    A write and two reads, half writes and half reads, at today's rates.
    """
    from helpers.classroom.items import item

    write, read = float(_rates().write_5m), float(_rates().read)
    assert f"{write} + {read} + {read} prefixes in place of 3" in item("05-q2").after
    assert f"make {(write + read) / 2:.3f} a call" in item("05-q6").after
    assert 0.32 < 1 - (write + read) / 2 < 1 / 3
    assert find_model(model_id("default")).min_cacheable > 300


def test_what_lesson_06_says_of_the_race():
    """
    The prediction's order; without a cache append is dearest; every six minutes a cache makes all dearer; on the
    production model no cut has paid within sixty turns; pinned, chunk knows all for about the same bill.
    """
    assert ["chunk", "append", "slide"] == sorted(("append", "slide", "chunk"), key=lambda name: _talk()[name].usd)
    assert "append" == max(_talk(cached=False), key=lambda name: _talk(cached=False)[name].usd)
    assert all(_talk(gap_s=360.0)[name].usd > _talk(False, gap_s=360.0)[name].usd for name in _talk())
    production = {name: row.usd for name, row in _talk(role="production").items()}
    assert "append" == min(production, key=production.get)
    assert production["chunk"] < 1.02 * production["append"]
    assert set(whereabouts(Talk(state=race_view.STATE))["chunk"]) <= {"turn", "state"}
    assert 0.95 < _talk(state=race_view.STATE)["chunk"].usd / _talk()["chunk"].usd < 1.05
    assert [True, False] == [look(dropped).knows for dropped in (0, 1)]
