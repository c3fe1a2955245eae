"""What a call may cost and what a reply says it did: the questions that the meter asks of single messages."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import httpx2

from helpers.economics import Cost, Usage, cost, cost_of, usage_from
from helpers.wire import builder
from helpers.wire.budget import COUNT_MARGIN
from helpers.wire.reply import Reply

PRICED = ("/messages", "/chat/completions", "/responses")
"""Ends of the paths whose replies tell what they cost. A budget refuses any other POST, which may cost something."""
COUNTED_FIELDS = ("model", "messages", "system", "tools", "tool_choice", "thinking", "output_config", "cache_control")


def is_priced(request: httpx2.Request) -> bool:
    """Whether the reply to a call tells what it cost."""
    return request.method == "POST" and request.url.path.rstrip("/").endswith(PRICED)


def may_cost(request: httpx2.Request) -> bool:
    """Whether a call can cost anything: reading, deleting and counting are free, every other POST may not be."""
    return request.method == "POST" and not request.url.path.rstrip("/").endswith("/count_tokens")


def count_request(request: httpx2.Request) -> httpx2.Request:
    """The free count_tokens request for a Messages request."""
    body = json.loads(request.content)
    headers = {name: value for name, value in request.headers.items() if name not in ("content-length", "host")}
    return httpx2.Request("POST", request.url.copy_with(path=f"{request.url.path.rstrip('/')}/count_tokens"),
                          headers=headers, json={k: body[k] for k in COUNTED_FIELDS if k in body},
                          extensions=request.extensions)


def counted(count: httpx2.Response | None) -> int | None:
    """What the server counted, with the margin; None where it did not answer with a count."""
    if count is None or count.status_code != 200:
        return None
    try:
        tokens = count.json().get("input_tokens")
    except (ValueError, AttributeError):
        return None
    return int(tokens * COUNT_MARGIN) + 1 if type(tokens) is int and tokens > 0 else None


def refusal(message: str) -> Reply:
    """The meter's own 402. Both SDKs raise it at once and print the message."""
    reply = builder.error(402, "billing_error", message)
    return Reply(status=402, headers={**reply.headers, "x-should-retry": "false"}, body=reply.body)


def provenance_of(reply: dict[str, Any], *, local: bool) -> str:
    """Constructed replies say so in their id; the others come from where the request went."""
    return "constructed" if "CONSTRUCTED" in str(reply.get("id")) else "local" if local else "live"


def read_bill(reply: dict[str, Any], asked_model: str) -> tuple[Usage | None, Cost | None]:
    """Usage as the reply says, and its cost at the price of the model that answered, else of the one asked."""
    try:
        usage = usage_from(reply)
    except (ValueError, TypeError, LookupError):
        return None, None
    with suppress(LookupError, ValueError):
        return usage, cost_of(reply, usage)
    with suppress(LookupError, ValueError):
        return usage, cost(usage, asked_model)
    return usage, None
