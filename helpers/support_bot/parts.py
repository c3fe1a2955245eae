"""The six parts that a support bot is joined from, and what may be set about them.

    Parts()                                   # all of them as production wants them
    Parts(retry=my_retry, relay=sse_event)    # your own from lessons 02 and 03b, the reference for the rest
    replace(NAIVE, layout=reference.layout)   # everything as everybody writes it first, but for one part

Each part is a plain function with the signature that its lesson's exercise has, so whoever wrote one can plug it in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from helpers.economics import find_model
from helpers.support_bot import naive, reference


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Six functions; each default is the reference. TypeError for what can't be called."""

    retry: Callable[..., Any] = reference.retry
    """retry(send, *, max_attempts, base_s, cap_s, budget_s, sleep, rng): what `send()` returns, or its error (02-2)."""
    stream: Callable[..., tuple[str, str]] = reference.stream
    """stream(events): (text, ending); "complete", "truncated", "failed" or "cut" (03a-2)."""
    relay: Callable[[str, str], bytes] = reference.relay
    """relay(event, data): the bytes of one event for the browser, its data the JSON of {"text": data} (03b-1)."""
    extract: Callable[..., tuple[str, Any]] = reference.extract
    """extract(send, text, problems): ("valid" or "repaired", order), ("none", why) or ("human", reason) (04-2)."""
    layout: Callable[..., dict[str, Any]] = reference.layout
    """layout(tools, system, catalogue, history, question, now): a body without model and max_tokens (05-2)."""
    memory: Callable[..., list[dict[str, Any]]] = reference.memory
    """memory(messages, budget, count): the messages that are still sent, the question last (06-2)."""

    def __post_init__(self) -> None:
        for field in fields(self):
            part = getattr(self, field.name)
            if not callable(part):
                raise TypeError(f"{field.name} must be a function; got {part!r}. Leave it out for the reference.")


NAIVE = Parts(retry=naive.retry, stream=naive.stream, relay=naive.relay, extract=naive.extract, layout=naive.layout,
              memory=naive.memory)
"""The version everyone writes, six times."""
PARTS = tuple(field.name for field in fields(Parts))
LESSONS = {"retry": "02", "stream": "03a", "relay": "03b", "extract": "04", "layout": "05", "memory": "06"}
"""Where each part was built."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is decided outside of the parts."""

    max_attempts: int = 8
    base_s: float = 1.0
    cap_s: float = 20.0
    budget_s: float = 60.0
    """Seconds that one question may spend on waits: the four of them go to `retry`."""
    window: int = 6_000
    """Tokens of conversation that `memory` may keep."""
    answer_tokens: int = 1_000
    order_tokens: int = 80
    """`max_tokens` of an answer, and of an order, which is short."""


def thinking_off(model: str) -> dict[str, Any]:
    """The field that turns thinking off in the way that *model* takes, for a chat wants its first word soon; {} where
    there is no such way. UnknownModelError for a model that data/models.json doesn't have."""
    refused = find_model(model).refuses
    ways = [way for way in ("disabled", "between_tools") if f"thinking_{way}" not in refused]
    return {"thinking": {"type": ways[0]}} if ways else {}
