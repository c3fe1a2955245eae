"""00-1: `my_text(message)`. What goes wrong in reading is told apart in `e00_misread`."""

from __future__ import annotations

from dataclasses import dataclass

from helpers.classroom.attempt import Attempt, shown
from helpers.classroom.exercise import Exercise
from helpers.classroom.report import Problem
from helpers.exercises import replies
from helpers.exercises.e00_misread import LEFT, THOUGHT, Said, call, misread, mistold, thought
from helpers.wire import builder


def my_text(message):
    """One good solution."""
    return "".join(block.text for block in message.content if block.type == "text")


CASES = (
    Said(sent=f"a message with one text block, `{LEFT}`", blocks=(LEFT,)),
    Said(sent=f"a message of two blocks: thinking (`{THOUGHT}`), then the text `{LEFT}`", blocks=(thought(), LEFT)),
    Said(sent="a message of two text blocks, `'Your order left '` and `'on Monday.'`",
         blocks=("Your order left ", "on Monday.")),
    Said(sent="a message that a stop sequence ended: its text ends in an empty line",
         blocks=("Dear customer,\n\n",), options={"stop_sequence": "Best regards"}),
    Said(sent="a message of one block, a tool call", blocks=(call(),)),
    Said(sent="a message of two blocks: the text `Let me look.`, then a tool call", blocks=("Let me look.", call())),
    Said(sent="a refusal: `content` is an empty list", blocks=(), options={"stop_details": builder.refusal()}),
)


@dataclass(frozen=True, slots=True)
class Reads:
    """A check: the text of one message."""

    said: Said

    def __call__(self, attempt: Attempt) -> Problem | None:
        message = replies.message(self.said.blocks, **self.said.options)
        ran = attempt.run(message, sent=self.said.sent)
        should = f"return {shown(self.said.text)}"
        if ran.error is not None:
            return misread(attempt, ran, self.said, should)
        return mistold(ran.value, self.said, should=should)


READ_THE_TEXT = Exercise(
    id="00-1", name="my_text", call="my_text(message)", solution=my_text, checks=tuple(Reads(said) for said in CASES),
    praise="It reads the text of any reply: thinking first, text in pieces, a tool call, a refusal without a word. "
           "Whether the answer is whole it can't say; the next exercise does.",
    hints=("What is in `message.content`, and which of it is meant for users?",
           "`content` is a list of blocks in any number and order, also none. Each has a `type`; those whose type is "
           "`\"text\"` have a `text`. `\"\".join(...)` puts texts together, and makes `\"\"` of none.",
           "`\"\".join(block.text for block in ... if ...)`: go through `message.content`, keep a block if its "
           "`type` is `\"text\"`."),
)
