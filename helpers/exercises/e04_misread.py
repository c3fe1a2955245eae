"""04-2: what goes wrong in reading a reply, told apart by the error that it raises; and a `send` that raises."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from helpers.classroom.attempt import Attempt, error_text, shown
from helpers.classroom.guard import Ran
from helpers.classroom.report import Problem
from helpers.exercises.e04_cases import BAD, TEXT, TOOL, Case, problems
from helpers.exercises.e04_talk import Said, Talk
from helpers.exercises.failures import failure


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
    if isinstance(ran.error, KeyError | TypeError | AttributeError) and _lacks_order(talk):
        return replace(plain, code="cut-raises", because="it was cut before that parameter was whole, and then it "
                       "isn't there at all: `required` binds a model that comes to its end. A customer would see your "
                       "error.", look="`stop_reason`, before you read the input.")
    if "NoneType" in text and case.kind == "none":
        return replace(plain, code="null-order", because="null is the way out: there is no order, and `none_because` "
                       "says why.", look="what you do with the order before you know that there is one.")
    return plain


def _lacks_order(talk: Talk) -> bool:
    return any(block["type"] == "tool_use" and "order" not in block["input"] for block in talk.sent[-1])


@dataclass(frozen=True, slots=True)
class Unsent:
    """A check: `send` raises, at once or in the repair, and the caller hears of it."""

    before: tuple[Said, ...] = ()

    def __call__(self, attempt: Attempt) -> Problem | None:
        error = failure("dropped connection")
        sent = f"{'a wrong call; then ' * bool(self.before)}a `send` that raises an {type(error).__name__}"
        talk = Talk([*self.before, error], (TOOL,))
        ran = attempt.run(talk.send, TEXT, problems, sent=sent)
        if ran.error is error:
            return None
        did = f"returned {shown(ran.value)}" if ran.error is None else f"raised {error_text(ran.error)}"
        return Problem(code="send-held", sent=sent, did=did, should="let the error of `send` pass", because="the line "
                       "is down, and nothing is known of the text: the caller's retry, or its queue, would send it "
                       "again, but only if it hears of the error. A person can't mend a connection.",
                       look="how much your `try` holds, and what its `except` names.")


SENDS_FAIL = (Unsent(), Unsent((BAD,)))
