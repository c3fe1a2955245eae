"""Lesson 05's constructed replies: questions about the catalogue, billed as the simulated prompt cache bills them.

Sizes are estimates (2.5 characters a token, 4.5 at OpenAI), answers are invented, thinking is a fixed number: they
illustrate how the documented rules show in `usage`, and measure nothing. There is one cache for all requests of a run,
as in one workspace; `tests/test_cached_shop.py` holds the recordings against a fresh one.
"""

from __future__ import annotations

import json
from typing import Any

from helpers.economics import Usage, find_model
from helpers.simulate.cached_shop import CachedShop
from helpers.wire import builder
from helpers.wire.build_usage import OPENAI_CHARACTERS_PER_TOKEN
from helpers.wire.reply import Reply
from helpers.wire.scripted import Ask, text_in

ANSWERS = {
    "petrol": "AO-1322, the Hazelrigg stove, burns gas, petrol and paraffin, and it simmers. It costs 169.90 and "
              "weighs 570 g. The needle that cleans its jet comes with it.",
    "smallest": "AO-1323, the Heathergate stove, folds to the size of a fist. It weighs 230 g, costs 89.90, and comes "
                "with a bag that keeps its soot from the rest.",
    "": "Yes. I can look that up in our catalogue, if you tell me the article's number: AO and four digits.",
}
"""By a word of the question."""
THINKING_TOKENS = 60


def answer(ask: Ask) -> Reply:
    """The reply to any request that the lesson makes."""
    return OPENAI(ask) if ask.path.startswith("/v1/chat/completions") else ANTHROPIC(ask)


def write(ask: Ask) -> str:
    """What the model says."""
    return next(text for word, text in ANSWERS.items() if word in ask.last_user_text)


class MarkedPrefixes:
    """OpenAI's cache, as far as this lesson needs it: what stands before an explicit breakpoint is written once, then
    read by requests with the same `prompt_cache_key` (openai 3.54.0, types/chat: `prompt_cache_breakpoint`). Without a
    breakpoint nothing is cached here: where the implicit one falls is the server's affair."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def __call__(self, ask: Ask) -> Reply:
        """A chat completion; how many tokens of its prompt were written or read depends on the calls before."""
        text, marked = write(ask), _marked(ask.messages)
        whole = _openai_tokens("".join(text_in(message["content"]) for message in ask.messages))
        size, least = _openai_tokens(marked), find_model(ask.model).min_cacheable
        counts = {"input": whole}
        if least is not None and size >= least:
            key = json.dumps([ask.model, ask.body.get("prompt_cache_key"), ask.body.get("tools"), marked])
            counts = {"input": whole - size, "cache_read" if key in self._known else "cache_write_5m": size}
            self._known.add(key)
        return builder.chat_completion(text, model=ask.model, usage=Usage(**counts, output=_openai_tokens(text)))


def _marked(messages: list[dict[str, Any]]) -> str:
    """All text up to the last explicit breakpoint, "" where there is none."""
    found, so_far = "", ""
    for message in messages:
        content = message["content"]
        for block in [{"text": content}] if isinstance(content, str) else content:
            so_far += block.get("text", "")
            if block.get("prompt_cache_breakpoint"):
                found = so_far
    return found


def _openai_tokens(text: str) -> int:
    return round(len(text) / OPENAI_CHARACTERS_PER_TOKEN)


ANTHROPIC, OPENAI = CachedShop(write, thinking=THINKING_TOKENS), MarkedPrefixes()
