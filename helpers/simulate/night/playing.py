"""Play the night: 200 messages, one after the other, to a bot of the parts that are given."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC
from decimal import Decimal
from functools import lru_cache
from random import Random

from helpers.clock import VirtualClock
from helpers.economics import Ledger, model_id
from helpers.settings import DATA
from helpers.simulate.night.answering import Books, Inside, Serving
from helpers.simulate.night.incidents import Verdict, judged
from helpers.simulate.night.model import DATE
from helpers.simulate.night.serving import OPENS, Served
from helpers.simulate.night.traffic import TOOLS, stored, traffic
from helpers.simulate.night.watching import Leash, watched
from helpers.simulate.night.wire import Provider
from helpers.support_bot import Parts, Settings, SupportBot
from helpers.wire import clients

ARTICLES = 12_000
"""Characters of the catalogue that the bot is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """One night, as far as anybody could see it."""

    served: tuple[Served, ...]
    verdicts: tuple[Verdict, ...]
    ledger: Ledger = field(compare=False)

    @property
    def log(self) -> tuple[str, ...]:
        """All lines, in the order of the messages."""
        return tuple(str(line) for one in self.served for line in one.lines)

    @property
    def handled(self) -> int:
        """How many of the ten incidents."""
        return sum(verdict.handled for verdict in self.verdicts)

    @property
    def usd(self) -> Decimal:
        """What the provider billed for all requests."""
        return self.ledger.total.usd

    @property
    def first_text_p95_s(self) -> float:
        """19 of 20 questions had their first text, or the words of an error, sooner (nearest rank). Orders are not
        streamed, and don't count."""
        waits = sorted(one.ended_s - one.turn.at_s if one.first_s is None else one.first_s
                       for one in self.served if one.turn.box == "chat")
        return waits[math.ceil(0.95 * len(waits)) - 1]

    @property
    def invalid_requests(self) -> int:
        """Requests that the API refused for what was in them."""
        return sum(exchange.status == 400 for one in self.served for exchange in one.exchanges)

    @property
    def requests_per_answer(self) -> float:
        """All requests, by the messages whose customers got what they should."""
        answers = sum(one.right for one in self.served)
        return sum(len(one.exchanges) for one in self.served) / answers if answers else math.inf

    @property
    def half_as_whole(self) -> int:
        """Answers that a page shows as whole, and that are not."""
        return sum(one.half_as_whole for one in self.served)

    def __str__(self) -> str:
        return "\n".join([f"{self.handled} of {len(self.verdicts)} incidents handled", *map(str, self.verdicts)])


def play(parts: Parts, *, settings: Settings | None = None, stream: bool = True, seed: int = 7) -> Night:
    """The night with a bot of *parts*. Same parts, same night: time is virtual, and the retry part's rng is seeded.

    Whatever a part does, the night goes on: the log says what it did. One bot answers one message at a time, so who
    writes while it waits has to wait, too.
    """
    clock = VirtualClock(OPENS.replace(tzinfo=UTC))
    leash, inside = Leash(clock), Inside(parts)
    provider, desks = Provider(clock, leash.request), Books()
    client = clients.build("ANTHROPIC", provider, clock, asynchronous=False, live=False, max_retries=0)
    handbook, catalogue = texts()
    bot = SupportBot(client, inside.parts, model=model_id("default"), system=handbook, catalogue=catalogue, shop=desks,
                     tools=TOOLS, settings=settings, date=lambda: f"{clock.wall():{DATE}}", sleep=leash.sleep,
                     rng=Random(seed).random)
    for customer, messages in stored().items():
        bot.load(customer, messages)
    serve = Serving(clock, bot, provider, desks, leash, inside, stream)
    warm_up()
    with watched() as alive:
        served = []
        for turn in traffic():
            alive()
            served.append(serve(turn))
    return Night(served=tuple(served), verdicts=judged(served), ledger=_ledger(served))


@lru_cache(maxsize=1)
def warm_up() -> None:
    """Import what the SDK and pydantic load at their first use: no watch on real time may throw into an import."""
    from helpers.support_bot.orders import order_class

    clock, body = VirtualClock(), {"model": model_id("default"), "max_tokens": 9, "messages": [{"role": "user",
                                                                                               "content": "Hello"}]}
    client = clients.build("ANTHROPIC", Provider(clock, lambda: None), clock, asynchronous=False, live=False)
    for options in ({}, {"stream": True}):
        list(client.messages.create(**body, **options))
    order_class()


@lru_cache(maxsize=1)
def texts() -> tuple[str, str]:
    """(handbook, catalogue) of Acme Outfitters, the second shortened to whole articles."""
    catalogue = (DATA / "catalogue.md").read_text("utf-8")
    return (DATA / "acme_policy.md").read_text("utf-8"), catalogue[:catalogue.index("\n### ", ARTICLES)]


def _ledger(served: Sequence[Served]) -> Ledger:
    ledger, model = Ledger(), model_id("default")
    for one in served:
        for exchange in one.exchanges:
            if exchange.usage is not None:
                ledger.add(exchange.usage, model, lesson="07", label=one.turn.box)
    return ledger

