"""What the figures in the interview cards' answers are computed by: the keys of data/interview/cards.json."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from math import floor, sqrt
from typing import Any

from helpers.caching import rates
from helpers.caching.prefixes import BREAKPOINTS
from helpers.economics import (
    Usage,
    conversation_cost,
    conversation_usage,
    cost,
    find_model,
    model_id,
    per_request,
    same_text_factor,
)
from helpers.economics.models import Price
from helpers.retries import Policy
from helpers.simulate.attempts import timeline, worst_case
from helpers.simulate.cache import LIFETIMES_S, LOOKBACK
from helpers.simulate.cache_costs import LIFETIMES_S as VENDOR_LIFETIMES_S
from helpers.simulate.cache_costs import break_even, every
from helpers.simulate.chats import chats
from helpers.simulate.conversation import Talk, race, totals
from helpers.simulate.cuts import CLIENTS, SAMPLE_TEXT, every_cut, sample_stream
from helpers.simulate.herd import HORIZON_S, Herd, compare
from helpers.simulate.streaming import lanes
from helpers.structured.limits import MOST

PRODUCTION, DEFAULT, OPENAI = (model_id(role) for role in ("production", "default", "openai"))
CENTS = 100


def _price(role: str) -> Price:
    return find_model(model_id(role)).price


def _retries() -> int:
    import anthropic
    import openai

    assert anthropic.DEFAULT_MAX_RETRIES == openai.DEFAULT_MAX_RETRIES
    return anthropic.DEFAULT_MAX_RETRIES


def _silence_minutes() -> float:
    import anthropic

    return anthropic.DEFAULT_TIMEOUT.read / 60


def _threads() -> int:
    import anyio

    async def ask() -> int:
        return anyio.to_thread.current_default_thread_limiter().total_tokens

    return int(anyio.run(ask))


def _ping_s() -> float:
    from fastapi import sse

    return sse._PING_INTERVAL


@cache
def _herd(strategy: str) -> dict[str, float]:
    return compare(Herd(workers=100, rate_per_s=10, base_s=1, cap_s=30), [strategy], seeds=30).iloc[0].to_dict()


@cache
def _broken(client: str) -> tuple[int, int]:
    """(cuts at which the client fails, all cuts)."""
    cuts = every_cut(sample_stream(), CLIENTS[client], SAMPLE_TEXT)
    return int((~cuts.ok).sum()), len(cuts)


@cache
def _race(strategy: str, cached: bool) -> dict[str, Any]:
    (row,) = [row for row in totals(race(Talk(), PRODUCTION)).to_dict("records")
              if (row["strategy"], row["cached"]) == (strategy, cached)]
    return row


def _one(values: Iterable[float | None]) -> float:
    """The value that both of our models have: a sentence about "our models" must hold for each."""
    (value,) = set(values)
    return float(value)


def _rate(name: str) -> float:
    return _one(getattr(rates(model), name) for model in (PRODUCTION, DEFAULT))


SUPPORT = {"turns": 20, "system": 500, "user": 100, "reply": 300}
TWELVE = {"turns": 12, "system": 800, "user": 150, "reply": 250}
LONG = {"system": 1_000, "user": 200, "reply": 400}
HIT, PLAIN = {"input": 200, "cache_read": 50_000}, {"input": 50_200}


def _chat(sizes: dict[str, int], **other: Any) -> float:
    return float(conversation_cost(PRODUCTION, **{**sizes, **other}).usd)


def _sends(sizes: dict[str, int], **other: Any) -> Usage:
    return conversation_usage(**{**sizes, **other})


def _call(output: int = 500, **tokens: int) -> float:
    """Cents, on the default model."""
    return float(per_request(DEFAULT, **{"input": 0, "output": output, **tokens}).usd) * CENTS


def _ten_calls(minutes: float) -> float:
    """What ten calls pay for their prefix, as a share of the uncached price."""
    frame = every(minutes, calls=10, model=DEFAULT)
    return frame["total_usd"].iloc[-1] / frame["total_usd_uncached"].iloc[-1]


def _write_call() -> float:
    return _call(input=200, cache_write_5m=50_000)


def _cliff() -> tuple[int, float]:
    """(tokens, factor) of the default model's step, which is the same for every rate."""
    low, high = find_model(DEFAULT).prices
    factors = {float(getattr(high.price, rate) / getattr(low.price, rate))
               for rate in ("input", "output", "cache_read", "cache_write_5m")}
    assert len(factors) == 1
    return high.above_prompt_tokens, factors.pop()


SIX = Policy(max_attempts=6, base_s=0.5, cap_s=8)

COMPUTED: dict[str, Callable[[], float]] = {
    # prices, from data/models.json by role
    "price-production-input": lambda: float(_price("production").input),
    "price-production-output": lambda: float(_price("production").output),
    "price-default-input-cents": lambda: float(_price("default").input) * CENTS,
    "price-default-output-cents": lambda: float(_price("default").output) * CENTS,
    "output-over-input": lambda: _one(_price(role).output / _price(role).input for role in ("production", "default")),
    "cliff-factor": lambda: _cliff()[1],
    "cliff-tokens": lambda: _cliff()[0],
    "denser-tokenizer": lambda: 100 * same_text_factor(PRODUCTION) - 100,
    "window-default": lambda: find_model(DEFAULT).context,
    # economics
    "eco01-input": lambda: _sends(SUPPORT).input,
    "eco01-output": lambda: _sends(SUPPORT).output,
    "eco01-conversation-cents": lambda: _chat(SUPPORT) * CENTS,
    "eco01-day": lambda: _chat(SUPPORT) * 10_000,
    "eco01-flat-day": lambda: _chat(SUPPORT, resend_history=False) * 10_000,
    "eco01-half-the-turns": lambda: _chat(SUPPORT, turns=10) / _chat(SUPPORT),
    "eco01-input-over-output": lambda: (lambda c: float(c.input / c.output))(conversation_cost(PRODUCTION, **SUPPORT)),
    "eco05-day": lambda: _chat(TWELVE) * 10_000,
    "eco05-flat": lambda: _chat(TWELVE, resend_history=False) * 10_000,
    "eco05-doubled": lambda: _chat(TWELVE, turns=24) / _chat(TWELVE),
    "eco05-cents": lambda: _chat(TWELVE) * CENTS,
    "eco05-input-cents": lambda: float(conversation_cost(PRODUCTION, **TWELVE).input) * CENTS,
    "eco05-input": lambda: _sends(TWELVE).input,
    "eco05-output": lambda: _sends(TWELVE).output,
    "eco05-system": lambda: _sends(TWELVE, user=0, reply=0).input,
    "eco05-questions": lambda: _sends(TWELVE, system=0, user=1, reply=0).input,
    "eco05-answers": lambda: _sends(TWELVE, system=0, user=0, reply=1).input,
    "eco05-question-tokens": lambda: _sends(TWELVE, system=0, reply=0).input,
    "eco05-answer-tokens": lambda: _sends(TWELVE, system=0, user=0).input,
    "eco06-input": lambda: float(cost(Usage(input=800), DEFAULT).usd) * 1e6,
    "eco06-output": lambda: float(cost(Usage(output=120), DEFAULT).usd) * 1e6,
    "eco06-full": lambda: float(per_request(DEFAULT, input=800, output=120).usd) * 1e6,
    "eco06-batch": lambda: float(per_request(DEFAULT, input=800, output=120, batch=True).usd) * 1e6,
    # retries
    "sdk-retries": _retries,
    "nested-3": lambda: worst_case(3, _retries()),
    "nested-4": lambda: worst_case(4, _retries()),
    "ret05-requests": lambda: 500 * timeline("529", own_attempts=4, sdk_retries=_retries()).requests,
    "ret05-one-layer": lambda: 500 * timeline("529", own_attempts=4, sdk_retries=0).requests,
    "ret06-waits": lambda: SIX.max_attempts - 1,
    "ret06-last": lambda: SIX.ceiling_s(5) if SIX.ceiling_s(4) == 4 else 0,
    "ret06-patience": lambda: SIX.patience_s,
    "ret06-average": lambda: SIX.patience_s / 2,
    "ret07-useless": lambda: timeline("429", own_attempts=4, sdk_retries=0).useless_s,
    "ret07-one-layer": lambda: worst_case(1, 3),
    "ret08-attempts": lambda: worst_case(1, 4),
    "ret03-paid": lambda: 800 + 1_000,
    "herd-exponential-waiting": lambda: _herd("exponential")["unfinished"] / 100,
    "herd-full-jitter-last": lambda: _herd("full jitter")["last_done_s"],
    "herd-horizon-minutes": lambda: HORIZON_S / 60,
    "default-timeout-minutes": _silence_minutes,
    "default-timeout-all-attempts": lambda: _silence_minutes() * (_retries() + 1),
    # streaming
    "ping-seconds": _ping_s,
    "worker-threads": _threads,
    "cuts-places": lambda: _broken("no buffer")[1],
    "cuts-no-buffer": lambda: _broken("no buffer")[0],
    "cuts-no-decoder": lambda: _broken("buffer, no decoder")[0],
    "cuts-ours": lambda: _broken("by the standard")[0],
    "str05-total": lambda: lanes(0.6, 0.025, 600).total_s,
    "str05-sooner": lambda: lanes(0.6, 0.025, 600).unstreamed.first_s - lanes(0.6, 0.025, 600).streamed.first_s,
    "str06-rate": lambda: _threads() / 16,
    "str06-gap": lambda: 16 / _threads(),
    # structured output
    "strict-tools": lambda: MOST["anthropic"].schemas,
    "strict-optional": lambda: MOST["anthropic"].optional,
    "strict-unions": lambda: MOST["anthropic"].unions,
    "out02-points": lambda: 100 * 1.96 * sqrt(0.2 * 0.8 / 250),      # half of a 95 % interval
    "tool-prompt-difference": lambda: CITED["cited-tool-prompt-forced"][0] - CITED["cited-tool-prompt-auto"][0],
    "out05-tokens": lambda: CITED["cited-tool-prompt-auto"][0] + 714,
    "out05-millions": lambda: (CITED["cited-tool-prompt-auto"][0] + 714) * 20_000 / 1e6,
    "out05-day": lambda: float(cost(Usage(input=1_000), PRODUCTION).usd) * 20_000,
    "out06-failed": lambda: 40_000 * 0.05,
    "out06-left": lambda: 1 - 3 / 4,
    "out06-people": lambda: 40_000 * 0.05 * (1 - 3 / 4),
    # caching
    "ttl-minutes": lambda: LIFETIMES_S["5m"] / 60,
    "write-factor": lambda: _rate("write_5m"),
    "write-premium": lambda: _rate("write_5m") - 1,
    "write-1h-factor": lambda: _rate("write_1h"),
    "read-factor-highest": lambda: max(float(rates(model).read) for model in (PRODUCTION, DEFAULT)),
    "read-factor-default": lambda: float(rates(DEFAULT).read),
    "break-even-5m": lambda: _one(break_even(model) for model in (PRODUCTION, DEFAULT)),
    "break-even-1h": lambda: _one(break_even(model, "1h") for model in (PRODUCTION, DEFAULT)),
    "minimum-default": lambda: _one(find_model(model).min_cacheable for model in (PRODUCTION, DEFAULT)),
    "lookback": lambda: LOOKBACK,
    "breakpoints": lambda: BREAKPOINTS,
    "openai-minimum": lambda: find_model(OPENAI).min_cacheable,
    "openai-write-factor": lambda: float(rates(OPENAI).write_5m),
    "openai-lifetime-minutes": lambda: VENDOR_LIFETIMES_S["openai"]["5m"] / 60,
    "six-minutes-percent": lambda: 100 * _ten_calls(6),
    "six-minutes-extra-percent": lambda: 100 * _ten_calls(6) - 100,
    "four-minutes-share": lambda: _ten_calls(4),
    "four-minutes-reads": lambda: int((every(4, calls=10, model=DEFAULT)["outcome"] == "read").sum()),
    "hit-percent": lambda: 100 * _call(**HIT) / _call(**PLAIN),
    "hit-saves-percent": lambda: 100 - 100 * _call(**HIT) / _call(**PLAIN),
    "hit-percent-long-answer": lambda: 100 * _call(5_000, **HIT) / _call(5_000, **PLAIN),
    "hit-cents": lambda: _call(**HIT),
    "uncached-cents": lambda: _call(**PLAIN),
    "uncached-input-cents": lambda: _call(0, **PLAIN),
    "read-cents": lambda: _call(0, cache_read=50_000),
    "answer-over-input": lambda: _call() / _call(0, **PLAIN),
    "write-call-extra-percent": lambda: 100 * _write_call() / _call(**PLAIN) - 100,
    # history
    "his01-tokens": lambda: 10 * 400,
    "his03-left": lambda: 20 - 4 - 2 - 2 - 4,
    "his03-left-tokens": lambda: 20_000 - 4_000 - 2_000 - 2_000 - 4_000,
    "his03-turns": lambda: (20_000 - 4_000 - 2_000 - 2_000 - 4_000) / 400,
    "chars-rule-error": lambda: 1 - CITED["cited-chars-per-token"][0] / 4,
    "chats-count": lambda: len(chats()),
    "race-append-cached": lambda: _race("append", True)["usd"] * CENTS,
    "race-append-plain": lambda: _race("append", False)["usd"] * CENTS,
    "race-slide-cached": lambda: _race("slide", True)["usd"] * CENTS,
    "race-slide-plain": lambda: _race("slide", False)["usd"] * CENTS,
    "race-chunk-cached": lambda: _race("chunk", True)["usd"] * CENTS,
    "race-slide-fewer": lambda: 100 - 100 * _race("slide", True)["sent"] / _race("append", True)["sent"],
    "race-slide-cuts": lambda: _race("slide", True)["cuts"],
    "race-chunk-cuts": lambda: _race("chunk", True)["cuts"],
    "race-summarise-cuts": lambda: _race("summarise", True)["cuts"],
    "his05-input": lambda: _sends(LONG, turns=20).input,
    "his05-40": lambda: _sends(LONG, turns=40).input,
    "his05-doubled": lambda: _sends(LONG, turns=40).input / _sends(LONG, turns=20).input,
    "his05-system": lambda: _sends(LONG, turns=20, user=0, reply=0).input,
    "his05-questions": lambda: _sends(LONG, turns=20, system=0, reply=0).input,
    "his05-answers": lambda: _sends(LONG, turns=20, system=0, user=0).input,
    "his05-question-sendings": lambda: _sends(LONG, turns=20, system=0, user=1, reply=0).input,
    "his05-answer-sendings": lambda: _sends(LONG, turns=20, system=0, user=0, reply=1).input,
    "his05-flat": lambda: _sends(LONG, turns=20, resend_history=False).input,
    "his05-resent": lambda: 1 - _sends(LONG, turns=20, resend_history=False).input / _sends(LONG, turns=20).input,
    "his06-left": lambda: 10_000 - 1_200 - 800 - 200 - 1_000,
    "his06-exact": lambda: (10_000 - 1_200 - 800 - 200 - 1_000) / 600,
    "his06-turns": lambda: floor((10_000 - 1_200 - 800 - 200 - 1_000) / 600),
    "his06-without-reserve": lambda: floor((10_000 - 1_200 - 800 - 200) / 600),
    "his06-nothing-off": lambda: floor(10_000 / 600),
}

CITED: dict[str, tuple[float, str]] = {
    "cited-retry-budget": (10, "Site Reliability Engineering (Google, 2016), chapter 21, Handling Overload: a client "
                               "retries only while retries are below 10 % of its requests"),
    "cited-tool-prompt-auto": (286, "Anthropic docs, about-claude/pricing (October 2026), tool use, claude-haiku-5-5 "
                                    "and claude-sonnet-5-5, auto"),
    "cited-tool-prompt-forced": (406, "the same, claude-haiku-5-5, any or tool"),
    "cited-grammar-cache-hours": (24, "Anthropic docs, build-with-claude/structured-outputs: compiled grammars are "
                                      "cached for 24 hours"),
    "cited-chars-per-token": (2.5, "Anthropic docs, models/haiku-5-5/overview (October 2026), note Context: 1M tokens "
                                   "are about 2.5M characters since Opus 4.7"),
    "cited-preserved-thinking-year": (2026, "Anthropic docs, build-with-claude/preserved-thinking (October 2026): "
                                            "accounts created on or after 2026-08-31"),
}
"""Figures that can't be computed here, and who says so."""

