"""The six parts as production wants them: thin adapters from the lessons' signatures to the course's rooms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

from helpers import sse
from helpers.caching import build_request
from helpers.economics import model_id
from helpers.history import trim
from helpers.retries import Policy, call_with_retries
from helpers.streaming import consume
from helpers.structured import NeedsHuman, Repaired
from helpers.structured import extract as extract_checked
from helpers.support_bot.orders import order_class

ROOM = 1_000
"""Tokens: an order that was cut off gets twice this at its second request. The first one's room is the bot's."""
HALF = 0.5
"""Of the window is left after a cut: to cut a little in every turn would move the cached prefix in every turn."""


def retry(send: Callable[[], Any], *, max_attempts: int = 5, base_s: float = 1.0, cap_s: float = 20.0,
          budget_s: float = 60.0, sleep: Callable[[float], Any], rng: Callable[[], float]) -> Any:
    """`retries.call_with_retries`. As in exercise 02-2 there is no clock, so the budget counts the waits alone."""
    waited = [0.0]

    def wait(seconds: float) -> None:
        waited.append(seconds)
        sleep(seconds)

    policy = Policy(max_attempts=max_attempts, base_s=base_s, cap_s=cap_s, budget_s=budget_s)
    return call_with_retries(send, policy, sleep=wait, random=rng, now=lambda: sum(waited))


def stream(events: Any) -> tuple[str, str]:
    """`streaming.consume`: (text, ending)."""
    result = consume(events)
    return result.text, result.ending


def relay(event: str, data: str) -> bytes:
    """`sse.encode`, with the text inside JSON: there its line ends are none of the format's."""
    return sse.encode({"text": data}, event=event)


def extract(send: Callable[..., Any], text: str, problems: Callable[[dict[str, Any]], Sequence[str]],
            ) -> tuple[str, Any]:
    """`structured.extract`, with *problems* as a rule. An order that was cut off is asked for once more, with room."""

    def rule(order: Any) -> str | None:
        return "; ".join(problems(order.model_dump())) or None

    def create(*, messages: list[dict[str, Any]], max_tokens: int, **_: Any) -> Any:
        return send(messages) if max_tokens == ROOM else send(messages, max_tokens=max_tokens)

    client = SimpleNamespace(messages=SimpleNamespace(create=create))   # tool and model are the bot's: `send` has them
    result = extract_checked(client, text, order_class(), model=model_id("default"), max_tokens=ROOM, rules=[rule])
    if isinstance(result, NeedsHuman):
        return "human", result.reason
    if result.value is None:
        return "none", result.none_because
    return "repaired" if isinstance(result, Repaired) else "valid", result.value.model_dump()


def layout(tools: Sequence[dict[str, Any]], system: str, catalogue: str, history: Sequence[dict[str, Any]],
           question: str, now: str, *, ttl: str = "5m") -> dict[str, Any]:
    """`caching.build_request`; the time stands behind the question, in a block of its own."""
    asked = [{"type": "text", "text": question}, {"type": "text", "text": f"(It is {now}.)"}]
    body = build_request(model=model_id("default"), tools=tools, system=system, documents=[catalogue], history=history,
                         question=asked, ttl=ttl)
    return {name: value for name, value in body.items() if name not in ("model", "max_tokens")}


def memory(messages: Sequence[dict[str, Any]], budget: int, count: Callable[[dict[str, Any]], int],
           ) -> list[dict[str, Any]]:
    """`history.trim`: whole turns, the oldest first, and then down to half, so that the next cut is far away."""
    return trim(messages, budget, count, down_to=int(budget * HALF))
