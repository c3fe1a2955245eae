"""Who writes what and when: 200 messages of some forty customers between six and nine, the same in each run.

Most are `ordinary`: customers who ask ten questions or so in a sitting, and order now and then. The others belong to an
incident, and come from customers who write for its sake alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any, Literal

from helpers.simulate.night.questions import (
    ALLERGY,
    ARTICLE,
    BARS,
    BIG_ORDER,
    BIG_ORDER_TEXT,
    LIST,
    LONG,
    ORDINARY,
    PLAIN_ORDERS,
    RECALL,
    REFUND,
    TIME,
    Topic,
)

MESSAGES = 200
SEED = 11
MINUTE = 60.0
SITTINGS_APART_S = 9.4 * MINUTE
Box = Literal["chat", "order"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One message of a customer."""

    at_s: float
    """Seconds after six o'clock."""
    customer: str
    text: str
    box: Box = "chat"
    answer: str = ""
    """What a page that serves the customer well shows; "" for an order."""
    order: dict[str, Any] | None = None
    """What is to be booked, and nothing else; None for a question."""
    incident: str = ""
    """The name of the incident that it belongs to."""
    plain: bool = False
    """Beside the incident: a message like any other, which has to go well, too."""


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when something holds, in seconds after six o'clock."""

    from_s: float
    to_s: float

    def __contains__(self, at_s: float) -> bool:
        return self.from_s <= at_s < self.to_s


WAVE = Window(40 * MINUTE, 40 * MINUTE + 28)
"""Every request is refused with a 429 that says how long to wait."""
BURST = Window(65 * MINUTE, 65 * MINUTE + 7)
"""Every request is refused with a 529."""
SPENT = Window(170 * MINUTE, 172 * MINUTE)
"""The organisation has reached its spend limit; then somebody raises it."""
CRLF = Window(105 * MINUTE, 107 * MINUTE)
"""A new proxy stands between the bot and the browsers; then somebody takes it out."""
BREAKS = {RECALL.question: "error after 9 deltas", LONG.question: "cut after 9 deltas"}
"""Streams that go wrong in their middle, by the question: once each."""


def _chat(at_s: float, customer: str, topic: Topic, incident: str = "", plain: bool = False) -> Turn:
    return Turn(at_s=at_s, customer=customer, text=topic.question, answer=topic.answer, incident=incident, plain=plain)


def _ordered(at_s: float, customer: str, text: str, order: dict[str, Any], incident: str = "",
             plain: bool = False) -> Turn:
    return Turn(at_s=at_s, customer=customer, text=text, box="order", order=order, incident=incident, plain=plain)


def _incidents() -> Iterator[Turn]:
    """The messages of the ten incidents."""
    for k, customer in enumerate(("Ada", "Bao", "Cem")):
        yield _chat(WAVE.from_s + 2.0 * k, customer, ORDINARY[k], "wave")
    for k, customer in enumerate(("Eli", "Fay")):
        yield _chat(BURST.from_s + 1.0 * k, customer, ORDINARY[k + 4], "burst")
    for k, customer in enumerate(("Hal", "Ivy", "Jon")):
        yield _chat(SPENT.from_s + 15.0 * k, customer, ORDINARY[k + 7], "spent")
    yield _chat(SPENT.to_s + 20, "Kay", ORDINARY[1], "spent", plain=True)
    yield _chat(82 * MINUTE, "Lea", RECALL, "error")
    yield _chat(83 * MINUTE, "Lea", ORDINARY[5], "error", plain=True)
    yield _chat(94 * MINUTE, "Max", LONG, "cut")
    yield _chat(95 * MINUTE, "Max", ORDINARY[6], "cut", plain=True)
    yield _chat(CRLF.from_s + 20, "Nia", LIST, "crlf")
    yield _chat(CRLF.from_s + 80, "Nia", ORDINARY[9], "crlf", plain=True)
    yield _ordered(115 * MINUTE, "Ole", *list(PLAIN_ORDERS.items())[6], "refund", plain=True)
    yield Turn(at_s=116 * MINUTE, customer="Pat", text=REFUND.question, box="order", answer=REFUND.answer,
               incident="refund")
    yield _ordered(124 * MINUTE, "Quin", *list(PLAIN_ORDERS.items())[11], "big order", plain=True)
    yield _ordered(125 * MINUTE, "Rae", BIG_ORDER_TEXT, BIG_ORDER, "big order")
    for k, (customer, topic) in enumerate((("Sam", ORDINARY[0]), ("Tom", TIME), ("Uma", ARTICLE), ("Vic", TIME),
                                           ("Wim", ORDINARY[8]), ("Xia", ARTICLE))):
        yield _chat(134 * MINUTE + 75.0 * k, customer, topic, "time")
    for k, topic in enumerate((ORDINARY[10], ORDINARY[13], BARS)):
        yield _chat(150 * MINUTE + 70.0 * k, "Nora", topic, "nuts", plain=topic is not BARS)


def _sittings(rng: Random) -> Iterator[Turn]:
    """Ordinary customers, one after the other, without an end. Most ask; every eighth message is an order."""
    orders = list(PLAIN_ORDERS.items())
    count = 0
    while True:
        customer = f"guest {count + 1}" if count else "Otto"
        at_s = 20.0 + SITTINGS_APART_S * count + rng.uniform(0, 60)
        for _ in range(10):
            if rng.random() < 1 / 8:
                yield _ordered(at_s, customer, *rng.choice(orders))
            else:
                yield _chat(at_s, customer, rng.choice(ORDINARY))
            at_s += rng.uniform(40, 130)
        count += 1


@lru_cache(maxsize=1)
def traffic() -> tuple[Turn, ...]:
    """All messages in the order in which they come."""
    special = list(_incidents())
    sittings, ordinary = _sittings(Random(SEED)), []
    while len(special) + len(ordinary) < MESSAGES:
        turn = next(sittings)
        if not any(turn.at_s in window for window in (WAVE, BURST, SPENT)):
            ordinary.append(turn)
    return tuple(sorted([*special, *ordinary], key=lambda turn: turn.at_s))


def stored() -> dict[str, Sequence[dict[str, Any]]]:
    """Conversations of the afternoon, as the shop's database has them.

    Nora's has 28 turns; in the first of them she says what she is allergic to. Otto's is long, and a colleague's bot
    looked up his orders in it: calls of a tool, with their results.
    """
    nora = [ALLERGY, *(ORDINARY[k % len(ORDINARY)] for k in range(27))]
    return {"Nora": [message for topic in nora for message in _said(topic)], "Otto": list(_ottos())}


def _said(topic: Topic) -> list[dict[str, Any]]:
    return [{"role": "user", "content": topic.question}, {"role": "assistant", "content": topic.answer}]


def _ottos() -> Iterator[dict[str, Any]]:
    for k in range(40):
        yield {"role": "user", "content": f"And what about order {20_000 + 17 * k}? It should have been here by now."}
        id = f"toolu_01CONSTRUCTED{k:05}"
        yield {"role": "assistant", "content": [{"type": "tool_use", "id": id, "name": "find_order",
                                                 "input": {"number": 20_000 + 17 * k}}]}
        yield {"role": "user", "content": [{"type": "tool_result", "tool_use_id": id, "content":
                                            '{"state": "with the carrier", "parcels": 1, "last_scan": "this morning, '
                                            'in the sorting centre", "value": 84.50, "signature": false}'}]}
        yield {"role": "assistant", "content": f"Order {20_000 + 17 * k} is with the carrier and was scanned this "
                                               "morning. Please give it until the day after tomorrow."}


TOOLS = (
    {"name": "find_order", "description": "Look up the state of an order by its number.",
     "input_schema": {"type": "object", "properties": {"number": {"type": "integer"}}, "required": ["number"]}},
    {"name": "open_return", "description": "Print a return label for an order.",
     "input_schema": {"type": "object", "properties": {"number": {"type": "integer"}}, "required": ["number"]}},
)
