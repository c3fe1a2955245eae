"""The same text on several models: other prices, and another number of tokens.

    compare_models(["claude-haiku-5-5", "claude-sonnet-4-6"], counted_on="claude-haiku-5-5",
                   turns=50, system=500, user=100, reply=300)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from helpers.economics.forecast import conversation_turns
from helpers.economics.models import find_model
from helpers.economics.pricing import Cost, cost

if TYPE_CHECKING:
    import pandas as pd

SAME_TEXT = {"claude-3": 1.0, "claude-4.7": 1.3}
"""Tokens for the same text, by tokenizer, in units of Claude's older one. Anthropic's pricing page (October 2026):
about 30 % more since Opus 4.7. Between the vendors no official figure is known."""


def same_text_factor(model: str) -> float:
    """How many tokens *model* makes of what is one token on Claude's older tokenizer; ValueError where unknown."""
    tokenizer = find_model(model).tokenizer
    if tokenizer not in SAME_TEXT:
        raise ValueError(f"{model} has the tokenizer {tokenizer!r}, for which no comparison with Claude's is known. "
                         f"Known: {', '.join(SAME_TEXT)}.")
    return SAME_TEXT[tokenizer]


def price_table(models: Sequence[str]) -> pd.DataFrame:
    """List prices in USD per million tokens, one row a model: input, cache write (short), cache read, output.

    The tier of the shortest prompts; an empty field where the vendor has no such rate.
    """
    import pandas as pd

    rows = []
    for model in models:
        price = find_model(model).price_for(0)
        rates = (price.input, price.cache_write_5m, price.cache_read, price.output)
        rows.append(["" if rate is None else f"{rate.normalize():f}" for rate in rates])
    return pd.DataFrame(rows, index=list(models), columns=["input", "cache write", "cache read", "output"])


def compare_models(models: Sequence[str], *, counted_on: str, turns: int, system: int, user: int, reply: int,
                   thinking: int = 0, conversations: int = 1) -> pd.DataFrame:
    """What the same conversations cost on each model, in USD, split by what is paid for.

    *system*, *user*, *reply* and *thinking* (a turn) are tokens as the model *counted_on* counts them; *thinking* is
    left out where the model does not think unless asked. It is billed as output, and again as input in each later
    turn, because the API keeps it with its answer (Anthropic docs, thinking, "Thinking block preservation by model");
    `thinking_usd` is both. Columns model, input_usd, output_usd, thinking_usd, tokenizer_factor.
    """
    import pandas as pd

    rows = []
    for model in models:
        factor = same_text_factor(model) / same_text_factor(counted_on)
        sizes = {"system": round(system * factor), "user": round(user * factor), "reply": round(reply * factor)}
        thought = 0 if find_model(model).thinking == "off" else round(thinking * factor)
        silent, whole = (
            sum((cost(usage, model) for usage in conversation_turns(turns=turns, **{**sizes, "reply": reply_tokens})),
                Cost()) * conversations for reply_tokens in (sizes["reply"], sizes["reply"] + thought))
        rows.append((model, float(silent.input), float(silent.output), float(whole.usd - silent.usd), factor))
    return pd.DataFrame(rows, columns=["model", "input_usd", "output_usd", "thinking_usd", "tokenizer_factor"])
