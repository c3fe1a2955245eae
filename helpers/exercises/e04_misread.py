"""04-2: what goes wrong in reading a reply that should hold one call, told apart by the error that it raises."""

from __future__ import annotations

import re
from dataclasses import replace

from helpers.classroom.attempt import Attempt
from helpers.classroom.guard import Ran
from helpers.classroom.report import Problem
from helpers.exercises.e04_cases import Case
from helpers.exercises.e04_talk import Talk


def misread(attempt: Attempt, ran: Ran, talk: Talk, case: Case) -> Problem:
    """The problem of an answer that raised."""
    plain, text = replace(attempt.raised(ran, case.sent), should=case.should), str(ran.error)
    kind, name = (re.findall(r"'(\w+)' object has no attribute '(\w+)'", text) or [("", "")])[0]
    types = [block["type"] for block in talk.sent[-1]] if talk.sent else []
    if kind in ("ThinkingBlock", "TextBlock"):
        return replace(plain, code="by-position", because=f"a {kind} has no `{name}`. A model may think, and say a "
                       "word, before it calls, or not call at all: choose blocks by `type`.", look="the index in "
                       "square brackets.")
    if "tool_use" not in types and isinstance(ran.error, IndexError | StopIteration | TypeError | AttributeError
                                              | UnboundLocalError | ValueError):
        return replace(plain, code="no-call", because="a refusal is status 200 without any block, and a model may "
                       "answer with a text: there is no call then. An error here would reach the customer.",
                       look="what you do where no block is a `tool_use`.")
    if kind == "Message" or "not subscriptable" in text and "'NoneType'" not in text or name in ("get", "items"):
        return replace(plain, code="not-a-dict", because="the SDK gives objects, read with dots: `reply.content`, "
                       "`block.input`. Only the input itself is a dict.", look="that line, and what it reads from.")
    if "NoneType" in text and case.kind == "none":
        return replace(plain, code="null-order", because="null is the way out: there is no order, and `none_because` "
                       "says why.", look="what you do with the order before you know that there is one.")
    return plain
