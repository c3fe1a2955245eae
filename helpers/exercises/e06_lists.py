"""06-1: the lists that `first_problem` is asked about, and what a wrong word about each of them means."""

from __future__ import annotations

from dataclasses import dataclass

from helpers.exercises.e06_messages import Message, answer, ask, call, result, results, text, use

EMPTY, ASSISTANT_FIRST, NO_RESULT, NO_CALL, ASSISTANT_LAST = NAMES = (
    "empty", "assistant first", "call without result", "result without call", "assistant last")


@dataclass(frozen=True, slots=True)
class Case:
    """One list."""

    words: str
    messages: list[Message]
    expected: str | None
    code: str
    """Of the message for whoever says something else."""
    because: str
    look: str = ""
    also: tuple[str, ...] = ()
    """Names that are true as well, but come later."""


NEIGHBOURS = ("the API combines neighbours of one role into one message. Who refuses them refuses a summary, or a "
              "state block, in front of the question.", "what you require of roles: that they alternate is not "
              "among the five.")
PAIRED = ("a trimming that keeps pairs together would be told that it broke one, and drop more.",
          "which ids you compare, and with which message's.")
WORDS = ("a customer may write anything: only a block's `type` makes it a call or a result.", "how you find calls and "
         "results: by their type, or by a word in the content?")
USUAL = ("an alarm about a list that is in order stops a conversation for nothing.", "")
BY_TEXT = ("a chat is plain text most of the time, and its rules hold there, too.", "what happens to a content that is "
           "a text.")
FIRST = ("a list that begins with an answer is what trimming by messages leaves over. Many report a 400 for it; and "
         "even where it passes, the model reads an answer to nothing.", "`messages[0]`.")
LAST = ("newer models don't continue an assistant's message: a 400, \"This model does not support assistant "
        "message prefill\".", "`messages[-1]`.")
UNANSWERED = ("it is a 400: \"`tool_use` ids were found without `tool_result` blocks immediately after\". Trimming "
              "from the end, and crashes between call and result, leave such lists.", "each call's id: is there a "
              "result with it?")
EACH_CALL = ("one missing result is a 400, however many others there are. A model that calls several tools at once "
             "gets there first.", "`any` or `all`? Each call needs its result.")
RIGHT_BEHIND = ("the API looks at the next message alone: a result further on, or an id that was answered earlier, is "
                "the same 400.", "where you look for a call's result: in the whole list, or in the message behind it?")
IN_FRONT = ("results stand before everything else in their message: a text in front of them is a 400, \"without "
            "`tool_result` blocks immediately after\".", "the order of the blocks in the message behind a call.")
BY_ID = ("a result belongs to a call by its id: as many results as calls are not yet their results. Two histories that "
         "were merged look like this.", "what you compare: numbers, or ids?")
ORPHAN = ("it is a 400: \"unexpected `tool_use_id` found in `tool_result` blocks\". `messages.pop(0)` in front of a "
          "call and its result leaves exactly this.", "each result's id: does the message before it call that?")
RIGHT_BEFORE = ("each result needs its call in the message right before; that the id was called once, earlier, does "
                "not help.", "where you look for a result's call: in the whole list, or in the message before it?")
NOTHING = ("a trimming that drops everything leaves an empty list, and the API answers \"at least one message is "
           "required\".", "what your function does before it looks at any message.")

Q, A = ask("Where is order 1042?"), answer("In Leeds.")
BLOCKS = [ask([text("Where is order 1042?")]), answer([text("In Leeds.")]), ask([text("Thank you. And 1043?")])]
TOOLS = [Q, call("a"), results("a")]

CASES = (
    Case("one question", [Q], None, "false-alarm", *USUAL),
    Case("a turn and a question, all of it text", [Q, A, Q], None, "false-alarm", *USUAL),
    Case("the same as lists of blocks", BLOCKS, None, "false-alarm", *USUAL),
    Case("no message at all", [], EMPTY, "empty-missed", *NOTHING),
    Case("an answer in front", [A, Q], ASSISTANT_FIRST, "first-missed", *FIRST),
    Case("an answer in front, as blocks", BLOCKS[1:], ASSISTANT_FIRST, "first-missed", *FIRST),
    Case("an answer at the end", [Q, A], ASSISTANT_LAST, "last-missed", *LAST),
    Case("an answer at the end, as blocks", BLOCKS[:2], ASSISTANT_LAST, "last-missed", *LAST),
    Case("two user messages side by side, twice", [Q, Q, A, Q, ask([text("Please.")])], None, "neighbours",
         *NEIGHBOURS),
    Case("a call and its result", TOOLS, None, "pair-refused", *PAIRED),
    Case("a whole turn with a call, and a question", [*TOOLS, A, Q], None, "pair-refused", *PAIRED),
    Case("two rounds of calls in one turn", [*TOOLS, call("b"), results("b"), A, Q], None, "pair-refused", *PAIRED),
    Case("two calls at once, answered in another order", [Q, call("a", "b"), results("b", "a")], None, "pair-refused",
         *PAIRED),
    Case("thinking, text and a call; a text behind the result",
         [Q, answer([{"type": "thinking", "thinking": "", "signature": "c2lnbmVk"}, text("I look."), use("a")]),
          ask([result("a", [text("In Leeds.")]), text("Quickly, please.")])], None, "pair-refused", *PAIRED),
    Case("words in a text", [ask("What is a tool_use, and what a tool_result?")], None, "words", *WORDS),
    Case("a call, and then a question", [Q, call("a"), Q], NO_RESULT, "unanswered", *UNANSWERED),
    Case("a call at the end", [Q, call("a")], NO_RESULT, "unanswered", *UNANSWERED, also=(ASSISTANT_LAST,)),
    Case("two calls at once, and one result", [Q, call("a", "b"), results("a")], NO_RESULT, "one-of-two", *EACH_CALL),
    Case("a result for another call", [Q, call("a"), results("b")], NO_RESULT, "by-number", *BY_ID, also=(NO_CALL,)),
    Case("the result one message too late", [Q, call("a"), ask("Hello?"), answer("One moment."), results("a")],
         NO_RESULT, "too-late", *RIGHT_BEHIND, also=(NO_CALL,)),
    Case("a text in front of the result", [Q, call("a"), ask([text("Here it is:"), result("a")])], NO_RESULT,
         "text-in-front", *IN_FRONT),
    Case("a result in front, its call is gone", [results("a"), A, Q], NO_CALL, "orphan", *ORPHAN),
    Case("a result behind a text", [Q, A, results("a")], NO_CALL, "orphan", *ORPHAN),
    Case("two results, and one call", [Q, call("a"), results("a", "b")], NO_CALL, "orphan", *ORPHAN),
    Case("a second result, a turn later", [*TOOLS, A, results("a")], NO_CALL, "called-earlier", *RIGHT_BEFORE),
    Case("a call in front, with its result", [call("a"), results("a"), A], ASSISTANT_FIRST, "first-missed", *FIRST,
         also=(ASSISTANT_LAST,)),
)
