"""Lesson 02's constructed replies: one support question, answered at once by either vendor. What goes wrong before an
answer comes, the lesson's fault scripts say (`helpers.wire.faults`), so that it goes wrong live, too.

Token counts are invented to be plausible (`helpers.tokens.estimate_tokens`); they illustrate and measure nothing.
"""

from __future__ import annotations

from helpers.economics import Usage
from helpers.scenarios.lesson_01 import ANSWER
from helpers.tokens import estimate_tokens
from helpers.wire import builder
from helpers.wire.reply import Reply
from helpers.wire.scripted import Ask


def answer(ask: Ask) -> Reply:
    """The same answer to whatever is asked."""
    usage = Usage(input=estimate_tokens(ask.last_user_text, ask.model).tokens,
                  output=estimate_tokens(ANSWER, ask.model).tokens)
    if ask.path.startswith("/v1/responses"):
        return builder.response([ANSWER], model=ask.model, usage=usage, request=ask.body)
    return builder.message(ANSWER, model=ask.model, usage=usage)
