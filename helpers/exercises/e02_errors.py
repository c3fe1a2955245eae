"""The errors that lesson 02's verdicts are asked about: what a fault script can say, and a few that it can't.

    made("529", ANTHROPIC)                       # as `failures.failure`
    made("stream api_error", ANTHROPIC)          # status 200, and an error event of that type
    made("KeyError('prompt')", OWN)              # a slip in one's own code: no SDK has seen it

Each call returns an error of its own.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from helpers.clock import VirtualClock
from helpers.economics import model_id
from helpers.exercises.failures import ANTHROPIC, OPENAI, failure
from helpers.exercises.replies import HELLO, LIMIT
from helpers.wire import builder
from helpers.wire.clients import build
from helpers.wire.reply import Reply
from helpers.wire.scripted import Scripted

OWN = "OWN"
"""In the place of a vendor: an error of the learner's own code."""
TALKATIVE = "messages.0: unexpected value in 'Our logs say: timeout, 529, overloaded. Please help.'"
"""The text of a 400 that quotes a customer."""
STREAM = "stream "


def made(spec: str, vendor: str) -> Exception:
    """The error that *spec* stands for. Both SDKs are loaded then, so that no learner's import takes its time."""
    _both_sdks()
    if vendor == OWN:
        return {"KeyError('prompt')": KeyError("prompt"), "ValueError('no order number')":
                ValueError("no order number")}[spec]
    if spec.startswith(STREAM) or spec in _REPLIES:
        return _twin(_replied(spec, vendor))
    return failure(spec, vendor)


@lru_cache(maxsize=1)
def _both_sdks() -> None:
    for vendor in (ANTHROPIC, OPENAI):
        failure("429", vendor)


def _twin(error: Exception) -> Exception:
    twin = type(error).__new__(type(error), *error.args)
    vars(twin).update(vars(error))
    return twin


_REPLIES = {
    "400 that quotes": lambda: builder.error(400, "invalid_request_error", TALKATIVE),
    "contract limit": lambda: builder.error(429, "rate_limit_error", "Your contract's spend limit is reached.",
                                            error_code="contract_spend_limit_reached"),
    "quota by type": lambda: builder.openai_error(429, "You exceeded your current quota.", type="insufficient_quota"),
}


@lru_cache(maxsize=16)
def _replied(spec: str, vendor: str) -> Exception:
    """The error that an SDK makes of a reply of ours."""
    clock = VirtualClock()
    client = build(vendor, Scripted(lambda ask: _reply(spec), clock), clock, asynchronous=False, live=False,
                   max_retries=0)
    try:
        for _ in _asked(client, vendor, stream=spec.startswith(STREAM)):
            pass
    except Exception as error:
        return error.with_traceback(None)
    raise ValueError(f"{spec!r} lets the request pass; an exercise needs a reply that fails it.")


def _reply(spec: str) -> Reply:
    if spec.startswith(STREAM):
        event = builder.error_event(spec.removeprefix(STREAM), "It failed on the way.")
        return Reply(headers={"content-type": "text/event-stream"}, chunks=((1.0, event),))
    return _REPLIES[spec]()


def _asked(client: Any, vendor: str, *, stream: bool) -> Any:
    if vendor == ANTHROPIC:
        return client.messages.create(model=model_id("default"), max_tokens=LIMIT, messages=HELLO, stream=stream)
    return client.chat.completions.create(model=model_id("openai"), max_completion_tokens=LIMIT, messages=HELLO)
