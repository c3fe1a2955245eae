"""Lesson 03b's constructed replies: a delivery question, answered in a list; and a model that answers whatever a reader
types into the chat page.

    client = lesson.async_anthropic(script=chatty)

Paces and token counts are invented to be plausible; they illustrate and measure nothing.
"""

from __future__ import annotations

from helpers.economics import Usage
from helpers.tokens import estimate_tokens
from helpers.wire import builder
from helpers.wire.reply import Reply
from helpers.wire.scripted import Ask

ANSWER = (
    "Your order has two parcels:\n\n"
    "- 1042-A: two mugs, on its way ☕\n"
    "- 1042-B: the coffee, packed on Monday\n\n"
    "Both should be with you by Thursday.\nThe café's stamp on the slip means that it left us complete."
)
CHATTY = (
    "You asked: {prompt}\n\n"
    "I am no model. This answer is constructed, so that the page has something to stream:\n\n"
    "- it comes in pieces, each of a few characters,\n"
    "- with line breaks, accents and a cup of coffee: café ☕,\n"
    "- at a pace somebody made up.\n\n"
    "Press Stop while it runs, and the server closes its connection to the model. Then look at what had come: it "
    "stays, and the page says that it is not the whole answer. With a key and one setting the same page talks to a "
    "real model."
)


def answer(ask: Ask) -> Reply:
    """The reply to the lesson's own request."""
    return builder.message(ANSWER, model=ask.model, usage=_usage(ask, ANSWER))


def chatty(ask: Ask) -> Reply:
    """Answer anything, within the request's limit on output, slowly enough to be stopped."""
    reply = _chat(ask)
    return builder.stream(reply, per_delta_ms=90) if ask.body.get("stream") else reply


def _chat(ask: Ask) -> Reply:
    text = CHATTY.format(prompt=ask.last_user_text)
    whole, limit = estimate_tokens(text, ask.model).tokens, ask.body["max_tokens"]
    if whole <= limit:
        return builder.message(text, model=ask.model, usage=_usage(ask, text))
    cut = text[: round(len(text) * limit / whole)]
    usage = Usage(input=estimate_tokens(ask.last_user_text, ask.model).tokens, output=limit)
    return builder.message(cut, model=ask.model, usage=usage, stop_reason="max_tokens", max_tokens=limit)


def _usage(ask: Ask, text: str) -> Usage:
    return Usage(input=estimate_tokens(ask.last_user_text, ask.model).tokens,
                 output=estimate_tokens(text, ask.model).tokens)
