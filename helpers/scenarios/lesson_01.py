"""Lesson 01's constructed replies: one support question, asked of both vendors, counted and cached.

Token counts here are invented to be plausible (they follow `helpers.tokens.estimate_tokens`); they illustrate how
usage is read, they measure nothing.
"""

from __future__ import annotations

from helpers.economics import Usage
from helpers.tokens import estimate_tokens
from helpers.wire import builder
from helpers.wire.reply import Reply
from helpers.wire.scripted import Ask, text_in

ANSWER = (
    "Order 1042 left our warehouse on Wednesday and the carrier scanned it this morning, so it is in time: standard "
    "delivery takes three to five working days. You can follow it on the tracking page in your account. If it is not "
    "there by next Tuesday, write again and I will open a search."
)
THINKING_TOKENS = 148


def answer(ask: Ask) -> Reply:
    """The reply to any request that the lesson makes."""
    if ask.path.endswith("/count_tokens"):
        return builder.count_tokens(_prompt_tokens(ask))
    if ask.path.startswith("/v1/chat/completions"):
        return _chat_completion(ask)
    return _message(ask)


def _message(ask: Ask) -> Reply:
    """Thinking first, then text. A prompt with a breakpoint on its system block is found in the cache."""
    system = _system_tokens(ask)
    prompt, visible = _prompt_tokens(ask), estimate_tokens(ANSWER, ask.model).tokens
    cached = system if "cache_control" in str(ask.body.get("system")) else 0
    usage = Usage(input=prompt - cached, cache_read=cached, output=visible + THINKING_TOKENS, thinking=THINKING_TOKENS)
    return builder.message([builder.thinking(), builder.text(ANSWER)], model=ask.model, usage=usage)


def _chat_completion(ask: Ask) -> Reply:
    """OpenAI caches by itself, from 1,024 tokens on. Steps of 128 were documented for older models; for GPT-6 that is
    UNCERTAIN, so the figure illustrates."""
    prompt, visible = _prompt_tokens(ask), estimate_tokens(ANSWER, ask.model).tokens
    cached = prompt // 128 * 128 if prompt >= 1024 else 0
    usage = Usage(input=prompt - cached, cache_read=cached, output=visible)
    return builder.chat_completion(ANSWER, model=ask.model, usage=usage)


def _prompt_tokens(ask: Ask) -> int:
    texts = [text_in(message.get("content", "")) for message in ask.messages]
    return _system_tokens(ask) + sum(estimate_tokens(text, ask.model).tokens for text in texts)


def _system_tokens(ask: Ask) -> int:
    system = text_in(ask.body.get("system", ""))
    return estimate_tokens(system, ask.model).tokens if system else 0
