"""06-3: `my_chat(send, messages, question)`: a turn is in the history when it was answered, and not before.

Requests go over the real SDK and the wire's rules (`e04_talk`). A scene is one or two calls with the same list; what is
in it at the end is read in `e06_stored`. Not judged: an answer that was cut in the middle, which some keep and some
don't.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from helpers.classroom.attempt import Attempt, error_text, shown
from helpers.classroom.exercise import Exercise
from helpers.classroom.guard import Ran
from helpers.classroom.report import Problem
from helpers.exercises.e00_misread import thought
from helpers.exercises.e04_desk import TOOLS
from helpers.exercises.e04_talk import Runaway, Said, Talk, call, said
from helpers.exercises.e06_messages import Message, answer, ask, result, shape
from helpers.exercises.e06_stored import Stored, as_sent, stored_wrong
from helpers.exercises.failures import failure
from helpers.wire import builder


def my_chat(send, messages, question):
    """One good solution."""
    asked = {"role": "user", "content": question}
    reply = send([*messages, asked])
    if reply.content and reply.stop_reason != "refusal":
        messages += [asked, {"role": "assistant", "content": reply.content}]
    return reply


@dataclass(frozen=True, slots=True)
class Step:
    """One call of the answer: the question, and what `send` does."""

    question: Any
    does: Said | Callable[[], BaseException]
    kept: bool = True
    fails: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A check: a history, some calls with it, and what it holds at the end."""

    sent: str
    steps: tuple[Step, ...]
    leftover: str
    """The code of a question that stays where it should not."""
    history: list[Message] = field(default_factory=list)

    def __call__(self, attempt: Attempt) -> Problem | None:
        messages, expected = copy.deepcopy(self.history), copy.deepcopy(self.history)
        for step in self.steps:
            error = step.does() if step.fails else None
            talk = Talk([error or step.does], TOOLS)
            before = as_sent(messages)
            question = copy.deepcopy(step.question)
            ran = attempt.run(talk.send, messages, question, sent=self.sent)
            problem = self._asked(attempt, talk, ran, [*before, *as_sent([ask(step.question)])]) \
                or self._ended(attempt, talk, ran, error)
            if problem:
                return problem
            if step.kept:
                expected += [ask(step.question), answer(talk.sent[-1])]
        return stored_wrong(Stored(messages, self.history, expected, self.steps[-1].question, self.sent, self.leftover))

    def _asked(self, attempt: Attempt, talk: Talk, ran: Ran, expected: list[Any]) -> Problem | None:
        """One request, with the history and the question."""
        common = {"sent": self.sent, "should": "call `send` once, with a list: the history, and behind it "
                  '`{"role": "user", "content": question}`'}
        if not talk.asked:
            if ran.error is not None:
                return attempt.raised(ran, self.sent, common["should"])
            return Problem(code="not-sent", did=f"never called `send`, and returned {shown(ran.value)}",
                           because="nobody has answered.", **common)
        if len(talk.asked) > 1 or isinstance(ran.error, Runaway):
            return Problem(code="sent-again", did=f"called `send` {len(talk.asked)} times", because="whether and how "
                           "often to try again is decided in one place, and `send` may do it already: two layers that "
                           "try three times send nine requests.", look="what your `except` or your loop does.",
                           **common)
        request = as_sent(talk.first) if isinstance(talk.first, list) else None
        if request == expected:
            return None
        if request is None or request[-1:] != expected[-1:]:
            did = f"sent a list that ends with {shown(request[-1])}" if request else f"sent {shown(talk.first)}"
            return Problem(code="question-not-sent", did=did, because="the model answers what stands last.",
                           look="what you hand to `send`.", **common)
        return Problem(code="history-not-sent", did=f"sent {shape(request)}; the history before the question was "
                       f"{shape(expected[:-1])}", because="the model remembers nothing: what is not sent again was "
                       "never said.", look="what you hand to `send`.", **common)

    def _ended(self, attempt: Attempt, talk: Talk, ran: Ran, error: BaseException | None) -> Problem | None:
        """The reply came back, or the error passed."""
        if error is None:
            if ran.error is not None:
                return attempt.raised(ran, self.sent, "return the reply")
            if getattr(ran.value, "id", None) == talk.given[-1].id:
                return None
            return Problem(code="no-reply", sent=self.sent, did=f"returned {shown(ran.value)}", should="return the "
                           "reply itself", because="whether the answer is whole stands in its `stop_reason`, and what "
                           "it cost in its `usage`: a text has neither.", look="your `return`.")
        if ran.error is error:
            return None
        common = {"sent": self.sent, "should": f"let the `{type(error).__name__}` pass, as it is"}
        if ran.error is None:
            return Problem(code="swallowed", did=f"held the `{type(error).__name__}`, and returned {shown(ran.value)}",
                           because="the caller takes what comes back for an answer. To try again, to say sorry or to "
                           "stop is the caller's decision.", look="the end of your `except`: a bare `raise` goes on "
                           "with the same error.", **common)
        return Problem(code="other-error", did=f"raised {error_text(ran.error)}", because="who retries looks at the "
                       "class, the status and `retry-after` of the error: another error has none of them.",
                       look="the `raise` in your `except`.", **common)


TEXT, NEXT = "Where is order 1042?", "And order 1043?"
HISTORY = [ask(TEXT), answer([{"type": "text", "text": "In Leeds."}])]
SPOKEN = said("It is in York.")
FOUND = "toolu_06find"
CALLED = said(thought(), call("find_order", {"order": "1042"}, FOUND))

KEEP_WHAT_WAS_ANSWERED = Exercise(
    id="06-3", name="my_chat", call="my_chat(send, messages, question)", solution=my_chat,
    checks=(
        Scene(sent="a first question; a reply of one text", steps=(Step(TEXT, SPOKEN),), leftover="left-behind"),
        Scene(sent="a history of two messages and a question; a reply of one text", steps=(Step(NEXT, SPOKEN),),
              history=HISTORY, leftover="left-behind"),
        Scene(sent="a question; a reply with thinking and a text", steps=(Step(NEXT, said(thought(), "In York.")),),
              history=HISTORY, leftover="left-behind"),
        Scene(sent="a question; a reply that calls a tool", steps=(Step(NEXT, CALLED),), history=HISTORY,
              leftover="left-behind"),
        Scene(sent="a reply that calls a tool, and then, with the same list, the tool's result as the question",
              steps=(Step(TEXT, CALLED), Step([result(FOUND)], SPOKEN)), leftover="left-behind"),
        Scene(sent="a question that fails with a 529, and the same question again, which is answered",
              steps=(Step(NEXT, lambda: failure("529"), kept=False, fails=True), Step(NEXT, SPOKEN)), history=HISTORY,
              leftover="question-twice"),
        Scene(sent="a first question, and the connection is dropped",
              steps=(Step(TEXT, lambda: failure("dropped connection"), kept=False, fails=True),),
              leftover="left-behind"),
        Scene(sent="a question, and Ctrl-C while `send` waits",
              steps=(Step(NEXT, KeyboardInterrupt, kept=False, fails=True),), history=HISTORY, leftover="interrupted"),
        Scene(sent="a question; `content` is empty, `refusal`", history=HISTORY, leftover="refusal-kept",
              steps=(Step(NEXT, said(stop_details=builder.refusal()), kept=False),)),
        Scene(sent="a question; a text that breaks off, `refusal`", history=HISTORY, leftover="refusal-kept",
              steps=(Step(NEXT, said("To open the lock", stop_details=builder.refusal()), kept=False),)),
        Scene(sent="a question; `content` is empty, `max_tokens`", history=HISTORY, leftover="empty-kept",
              steps=(Step(NEXT, said(stop_reason="max_tokens"), kept=False),)),
    ),
    praise="The list changes in one place, behind the last line that can fail: no clean-up to forget. A database calls "
           "that a commit; `Conversation` does the same with a whole turn, tools included.",
    hints=("When do you know that there is an answer, and which of your lines run before that?",
           "Send a list of your own that has the question at its end. Only when the reply is there, and can be sent "
           "back, do both go into the caller's list, with the reply's blocks as they are.",
           "`asked = {\"role\": \"user\", \"content\": question}`, `reply = send([*messages, asked])`; then, if "
           "`reply.content and reply.stop_reason != \"refusal\"`: `messages += [asked, {\"role\": \"assistant\", "
           "\"content\": reply.content}]`; and `return reply`."),
)
