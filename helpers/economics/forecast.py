"""What a feature will cost, before it is built: a request, a conversation that grows, a day.

    conversation("claude-sonnet-4-6", turns=50, system=500, user=100, reply=300)
    per_day(conversation_cost("claude-sonnet-4-6", turns=5, system=500, user=100, reply=300), 10_000)

The API keeps no conversation: each turn sends the whole history again. So turn t pays for the system prompt,
t user messages and t - 1 replies, and a conversation's input grows with the square of its turns.
Left out: cache writes and reads, thinking (count it into `reply`), retries, and users who leave early.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import accumulate
from typing import TYPE_CHECKING

from helpers.economics.models import Model, Price
from helpers.economics.pricing import Cost, cost
from helpers.economics.usage import Usage

if TYPE_CHECKING:
    import pandas as pd


def per_request(model: str | Model | Price, *, input: int, output: int, cache_write_5m: int = 0,
                cache_write_1h: int = 0, cache_read: int = 0, batch: bool = False) -> Cost:
    """One request. *input* is what is neither written to a cache nor read from one."""
    usage = Usage(input=input, output=output, cache_write_5m=cache_write_5m, cache_write_1h=cache_write_1h,
                  cache_read=cache_read)
    return cost(usage, model, batch=batch)


def per_day(cost_per_conversation: Cost, conversations: int) -> Cost:
    """*conversations* a day at that cost each. Mind the unit: a conversation is not a turn."""
    return cost_per_conversation * conversations


def conversation_turns(*, turns: int, system: int, user: int, reply: int, resend_history: bool = True) -> list[Usage]:
    """The usage of each turn, in tokens.

    *resend_history* False is the belief that each turn costs what the first did. It is never so.
    """
    for name, tokens in {"turns": turns, "system": system, "user": user, "reply": reply}.items():
        if type(tokens) is not int or tokens < 0:
            raise ValueError(f"{name} must be a whole number of 0 or more; got {tokens!r}.")
    return [Usage(input=system + user + (user + reply) * turn * resend_history, output=reply) for turn in range(turns)]


def conversation_usage(*, turns: int, system: int, user: int, reply: int, resend_history: bool = True) -> Usage:
    """All turns together, by formula: input = T·system + user·T(T+1)/2 + reply·T(T-1)/2, output = T·reply.

    For a price without tiers. With tiers, price turn by turn: `conversation_cost`.
    """
    if not resend_history:
        return Usage(input=turns * (system + user), output=turns * reply)
    resent = user * turns * (turns + 1) // 2 + reply * turns * (turns - 1) // 2
    return Usage(input=turns * system + resent, output=turns * reply)


def conversation_cost(model: str | Model | Price, *, turns: int, system: int, user: int, reply: int,
                      resend_history: bool = True) -> Cost:
    """What the whole conversation costs, exact: each turn at the tier that its own prompt reaches."""
    usages = conversation_turns(turns=turns, system=system, user=user, reply=reply, resend_history=resend_history)
    return sum((cost(usage, model) for usage in usages), Cost())


def conversation(model: str | Model | Price, *, turns: int, system: int, user: int, reply: int,
                 resend_history: bool = True) -> pd.DataFrame:
    """The conversation turn by turn: columns turn (from 1), input_tokens, output_tokens, usd, cumulative_usd.

    *system*, *user* and *reply* are tokens: of the system prompt, of each user message, of each answer. The two
    usd columns are floats, each converted from an exact sum.
    """
    import pandas as pd

    usages = conversation_turns(turns=turns, system=system, user=user, reply=reply, resend_history=resend_history)
    costs = [cost(usage, model) for usage in usages]
    return pd.DataFrame({
        "turn": range(1, turns + 1),
        "input_tokens": [usage.input for usage in usages],
        "output_tokens": [usage.output for usage in usages],
        "usd": [float(spent.usd) for spent in costs],
        "cumulative_usd": [float(spent.usd) for spent in accumulate(costs)],
    })


def sensitivity(forecast: Callable[..., Cost], base: Mapping[str, int], *, spread: float = 0.5) -> pd.DataFrame:
    """How the forecast moves when one factor at a time is *spread* lower or higher, the widest swing first.

    *forecast*: called with the factors as keywords. Columns factor, low_value, high_value, low_usd, high_usd,
    swing_usd; values are rounded to whole tokens, turns or users.
    """
    import pandas as pd

    rows = []
    for factor, value in base.items():
        low, high = (math.floor(value * moved + 0.5) for moved in (1 - spread, 1 + spread))
        usd = [float(forecast(**{**base, factor: moved}).usd) for moved in (low, high)]
        rows.append((factor, low, high, *usd, abs(usd[1] - usd[0])))
    frame = pd.DataFrame(rows, columns=["factor", "low_value", "high_value", "low_usd", "high_usd", "swing_usd"])
    return frame.sort_values(["swing_usd", "factor"], ascending=[False, True], ignore_index=True)
