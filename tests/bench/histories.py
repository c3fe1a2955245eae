"""Trimming a long history, and asking whether it is valid: linear in the number of messages.

One of 10,000 messages against ten times one of 1,000: both sides work about as long, so a busy machine slows both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.measure import Effort, in_turns, timed
from bench.row import Row
from helpers.history import problem, trim

FEW, MANY = 1_000, 10_000
LINEAR = 2.0
"""1, and room for what a longer list costs the processor's cache and the collector; what is quadratic would be at 10.
"""
TURN = 6
"""Messages: a question, two rounds of tools, an answer."""


def linear(effort: Effort) -> list[Row]:
    """The time for MANY messages at once over that for FEW as often as makes as many."""
    jobs: dict[str, Callable[[list[dict[str, Any]]], object]] = {
        "trim to half": lambda messages: trim(messages, len(messages) - 1, _one, down_to=len(messages) // 2),
        "trim, nothing to do": lambda messages: trim(messages, len(messages), _one),
        "problem": problem,
    }
    return [_row(title, job, effort) for title, job in jobs.items()]


def _row(title: str, job: Callable[[list[dict[str, Any]]], object], effort: Effort) -> Row:
    many, few = (_history(size) for size in (MANY, FEW))

    def again() -> None:
        for _ in range(MANY // FEW):
            job(few)

    pairs = in_turns(timed(lambda: job(many)), timed(again), effort.calls, each=3)
    return Row(title=title, samples=pairs.ratios, goal=LINEAR, beside=pairs.beside())


def _history(size: int) -> list[dict[str, Any]]:
    """*size* messages that a request could hold: questions, thinking, parallel tools, their results."""
    turns = ([{"role": "user", "content": f"Question {turn}"}, *_tools(turn, 0), *_tools(turn, 1),
              {"role": "assistant", "content": [{"type": "text", "text": "An answer."}]}]
             for turn in range(size // TURN))
    asked = [{"role": "user", "content": "And now?"}] * (size % TURN)
    return [*(message for turn in turns for message in turn), *asked]


def _tools(turn: int, round: int) -> list[dict[str, Any]]:
    ids = [f"toolu_{turn}_{round}_{number}" for number in range(2)]
    calls = [{"type": "tool_use", "id": id, "name": "look_up", "input": {"order": turn}} for id in ids]
    return [{"role": "assistant", "content": [{"type": "thinking", "thinking": "", "signature": "x" * 40}, *calls]},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": id, "content": "42"} for id in ids]}]


def _one(message: dict[str, Any]) -> int:
    return 1
