"""Real errors for the checks: what the SDKs raise for what comes over the wire, made as in production.

    failure("529")                       # an anthropic OverloadedError, with its response, headers and request id
    failure("429 retry-after 7")
    failure("spend limit", "OPENAI")     # an openai RateLimitError whose code is insufficient_quota
    failure("error after 3 deltas")      # an error event in the middle of a stream, after status 200

The specs are those of `helpers.wire.faults`. Each call returns an error of its own, so that no answer sees what
another one did to it. The first call loads an SDK, which takes seconds: so before a learner's code is timed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from helpers.clock import VirtualClock
from helpers.economics import model_id
from helpers.exercises.replies import HELLO, LIMIT
from helpers.wire import builder
from helpers.wire.clients import build
from helpers.wire.faults import Faults
from helpers.wire.scripted import Ask, Scripted

ANTHROPIC, OPENAI = "ANTHROPIC", "OPENAI"
ANSWER = "Your order left on Monday and should arrive at your door on Wednesday, before noon."


def failure(spec: str, vendor: str = ANTHROPIC) -> Exception:
    """The error that a request of *vendor*'s SDK ends with, which does not retry here."""
    made = _made(spec, vendor)
    twin = type(made).__new__(type(made), *made.args)
    vars(twin).update(vars(made))
    return twin


@lru_cache(maxsize=64)
def _made(spec: str, vendor: str) -> Exception:
    clock = VirtualClock()
    source = Faults(Scripted(_answer if vendor == ANTHROPIC else _completion, clock), [spec], clock)
    client = build(vendor, source, clock, asynchronous=False, live=False, max_retries=0)
    try:
        for _ in _asked(client, vendor, stream="deltas" in spec):
            pass
    except Exception as error:
        return error.with_traceback(None)
    raise ValueError(f"{spec!r} lets the request pass; an exercise needs a fault that fails it.")


def _asked(client: Any, vendor: str, *, stream: bool) -> Any:
    if vendor == ANTHROPIC:
        return client.messages.create(model=model_id("default"), max_tokens=LIMIT, messages=HELLO, stream=stream)
    return client.chat.completions.create(model=model_id("openai"), max_completion_tokens=LIMIT, messages=HELLO,
                                          stream=stream)


def _answer(ask: Ask) -> Any:
    return builder.message(ANSWER, model=ask.model)


def _completion(ask: Ask) -> Any:
    return builder.chat_completion(ANSWER, model=ask.model)
