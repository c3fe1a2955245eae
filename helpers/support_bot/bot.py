"""One question in, one answer on the customer's page: six parts in the order in which a request needs them.

    bot = SupportBot(client, Parts(), model=MODEL, system=HANDBOOK, catalogue=CATALOGUE, shop=shop)
    bot.answer("Ben", "How long does delivery take?", write=connection.send)

    memory -> layout -> retry -> stream -> relay          a question
             extract (through retry) -> relay             an order, in the page's other box

The client has `max_retries=0`: the retry part is the only layer. What a part does wrong (it raises, it returns
something else than it should) is one customer's bad answer, and the next customer's is made as if nothing had happened.
What is kept between two answers no part gets its hands on: each works on copies.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

from helpers import sse
from helpers.history import estimate
from helpers.streaming import FINISHED, text_of
from helpers.support_bot.orders import in_words, order_tool, problems
from helpers.support_bot.outcomes import ENDINGS, Misfit, Outcome, Refused, looks_like
from helpers.support_bot.parts import Parts, Settings, thinking_off

Write = Callable[[bytes], Any]
Message = dict[str, Any]

SORRY = "We can't answer at the moment. Please try again in a few minutes."
BROKEN = "Something went wrong on our side. A colleague has been told."
HANDED_OVER = "Thank you. A colleague will read your order and confirm it by e-mail."
BOOKED = "Booked: {}. Thank you."


class Shop(Protocol):
    """Where orders go."""

    def book(self, customer: str, order: Mapping[str, Any]) -> Any:
        """Take the order: it will be packed and charged."""

    def hand_over(self, customer: str, text: str, reason: str) -> Any:
        """Give it to a person."""


def _date() -> str:
    return f"{datetime.now(UTC):%A %d %B %Y, %H:%M}"


class SupportBot:
    """Answers customers, and remembers each one's conversation. One at a time: it is not made for several threads."""

    def __init__(self, client: Any, parts: Parts, *, model: str, system: str, catalogue: str, shop: Shop,
                 tools: Sequence[Message] = (), settings: Settings | None = None, date: Callable[[], str] = _date,
                 sleep: Callable[[float], Any] = time.sleep, rng: Callable[[], float] = random.random) -> None:
        """*client*: an `anthropic.Anthropic` with max_retries=0. *date*: the time as the model should read it."""
        self._client, self._parts, self._model, self._shop = client, parts, model, shop
        self._system, self._catalogue, self._tools = system, catalogue, tuple(tools)
        self.settings = settings or Settings()
        self._date, self._sleep, self._rng = date, sleep, rng
        self._thinking = thinking_off(model)
        self._chats: dict[str, list[Message]] = {}

    def load(self, customer: str, messages: Sequence[Message]) -> None:
        """Take up a conversation that was stored elsewhere."""
        self._chats[customer] = list(messages)

    def answer(self, customer: str, text: str, write: Write, *, stream: bool = True,
               box: Literal["chat", "order"] = "chat") -> Outcome:
        """Answer *text* on the page behind *write*, which takes bytes of server-sent events: delta ..., then done with
        the ending, or error with words for the customer. *box*: where on the page the text was typed."""
        try:
            if box == "order" and (taken := self._order(customer, text, write)):
                return taken
            return self._chat(customer, text, write, stream)
        except Refused as refused:
            return self._failed(Outcome(ending="refused", text=SORRY, error=refused.error), write)
        except Misfit as misfit:
            return self._failed(Outcome(ending="broken", text=BROKEN, error=misfit.error, part=misfit.part), write)

    def _chat(self, customer: str, text: str, write: Write, stream: bool) -> Outcome:
        history = self._chats.setdefault(customer, [])
        asked = {"role": "user", "content": text}
        kept = self._use("memory", (list, tuple), deepcopy([*history, asked]), self.settings.window, self._count)
        if not kept or kept[-1] != asked:
            raise Misfit("memory", ValueError("the question is no longer the last message"))
        laid_out = self._use("layout", dict, deepcopy(list(self._tools)), self._system, self._catalogue, kept[:-1],
                             text, self._date())
        body = {"model": self._model, "max_tokens": self.settings.answer_tokens, **self._thinking, **laid_out}
        reply = self._send(body, stream, made_by="layout")
        said, ending = self._read(reply, write) if stream else self._whole(reply, write)
        self._say(write, "done", ending)
        if ending == "complete" and said:   # half an answer in the history is one that the model goes on from
            history += [asked, {"role": "assistant", "content": said}]
        return Outcome(ending=ending, text=said)

    def _count(self, message: Message) -> int:
        return estimate(message, self._model)

    def _send(self, body: Message, stream: bool, made_by: str) -> Any:
        """What the API returned for *body*, by way of `retry`. Refused where the last word was an error of the API; a
        body that the SDK can't even send is the Misfit of the part that it was *made_by*."""
        seen: list[Any] = []

        def send() -> Any:
            try:
                seen.append(self._client.messages.create(**body, **({"stream": True} if stream else {})))
            except Exception as error:
                seen.append(error)
                raise
            return seen[-1]

        limits = {name: getattr(self.settings, name) for name in ("max_attempts", "base_s", "cap_s", "budget_s")}
        try:
            got = self._parts.retry(send, **limits, sleep=self._sleep, rng=self._rng)
        except Exception as error:
            if not any(error is one for one in seen):
                raise Misfit("retry", error) from error
            raise (Misfit(made_by, error) if isinstance(error, TypeError) else Refused(error)) from error
        if isinstance(got, Exception) or not any(got is one for one in seen):
            raise Misfit("retry", TypeError(f"it returned {looks_like(got)}, which is not what send() returned"))
        return got

    def _read(self, reply: Any, write: Write) -> tuple[str, str]:
        """(text, ending) of a stream, each piece on the page as it comes."""
        broken: list[Misfit] = []
        try:
            result = tuple(self._use("stream", (tuple, list), self._shown(reply, write, broken)))
        finally:
            with suppress(Exception):
                reply.close()
        if broken:   # also where the stream part took it for a failure of the stream
            raise broken[0]
        if len(result) != 2 or not isinstance(result[0], str) or result[1] not in ENDINGS:
            raise Misfit("stream", ValueError(f"it returned {looks_like(result)}, which is no (text, ending)"))
        return result

    def _shown(self, reply: Any, write: Write, broken: list[Misfit]) -> Iterator[Any]:
        """The events of *reply*; the text in each is on the page before the stream part sees it."""
        for event in reply:
            if piece := text_of(event):
                try:
                    self._say(write, "delta", piece)
                except Misfit as misfit:
                    broken.append(misfit)
                    raise
            yield event

    def _whole(self, reply: Any, write: Write) -> tuple[str, str]:
        said = "".join(block.text for block in reply.content if block.type == "text")
        self._say(write, "delta", said)
        return said, "complete" if reply.stop_reason in FINISHED else "truncated"

    def _order(self, customer: str, text: str, write: Write) -> Outcome | None:
        """Booked or handed over; None where *text* is no order, but a question."""

        def send(messages: Sequence[Message], **changes: Any) -> Any:
            body = {"model": self._model, "max_tokens": self.settings.order_tokens, **order_tool(self._model),
                    "messages": list(messages)}
            return self._send(body | changes, stream=False, made_by="extract")

        result = tuple(self._use("extract", (tuple, list), send, text, problems))
        match result:
            case ("valid" | "repaired", order) if not problems(order):
                self._shop.book(customer, order)
                said, ending = BOOKED.format(in_words(order)), "booked"
            case ("none", _):
                return None
            case ("human", reason):
                self._shop.hand_over(customer, text, str(reason))
                said, ending = HANDED_OVER, "handed over"
            case _:
                raise Misfit("extract", ValueError(f"it returned {looks_like(result)}"))
        self._say(write, "delta", said)
        self._say(write, "done", "complete")
        return Outcome(ending=ending, text=said)

    def _say(self, write: Write, event: str, data: str) -> None:
        write(bytes(self._use("relay", (bytes, bytearray), event, data)))

    def _use(self, part: str, kind: type | tuple[type, ...], *given: Any) -> Any:
        """What a part returns; Misfit where it raises, or returns something of another kind."""
        try:
            got = getattr(self._parts, part)(*given)
        except (Refused, Misfit):   # from a part further in: `extract` sends by way of `retry`
            raise
        except Exception as error:
            raise Misfit(part, error) from error
        if not isinstance(got, kind):
            raise Misfit(part, TypeError(f"it returned {looks_like(got)}"))
        return got

    def _failed(self, outcome: Outcome, write: Write) -> Outcome:
        """Tell the customer, by our own framing where the relay is what broke."""
        try:
            self._say(write, "error", outcome.text)
        except Misfit:
            write(sse.encode({"text": outcome.text}, event="error"))
        return outcome
