"""03a-2: how one ending of a stream is taken for another: each pair (right ending, given ending) is its own mistake."""

from __future__ import annotations

from typing import NamedTuple

from helpers.exercises.e03a_streams import ERROR_BEFORE_STOP, NEXT_BLOCK, STOPLESS, Sent

ENDINGS = ("complete", "truncated", "failed", "cut")


class Mistake(NamedTuple):
    """One ending taken for another."""

    code: str
    because: str
    look: str


def _taken(*, code: str, because: str, look: str) -> Mistake:
    return Mistake(code, because, look)


MISTAKEN = {
    ("complete", "truncated"): _taken(code="whole-as-truncated", because="every good answer of this kind would carry a "
                                      "warning that it is not whole.", look="the reasons that you list as finished."),
    ("complete", "failed"): _taken(code="whole-as-failed", because="no error came: whoever tries again pays for the "
                                   "same answer twice.", look="what leads to `failed`, and whether your `except` "
                                    "catches a slip of your own."),
    ("complete", "cut"): _taken(code="whole-as-cut", because="`message_stop` came: the answer is there to its end.",
                                look="how you notice the last event."),
    ("truncated", "complete"): _taken(code="truncated-as-complete", because="`message_stop` says that the stream is "
                                      "whole, not the answer: users would take half a sentence for all of it.",
                                      look="the stop reason, in the `message_delta` event."),
    ("truncated", "failed"): _taken(code="truncated-as-failed", because="nothing broke: the same request, sent again, "
                                    "would end in the same way, and be paid for again.", look="what leads to "
                                    "`failed`."),
    ("truncated", "cut"): _taken(code="truncated-as-cut", because="the server told why it stopped, and `message_stop` "
                                 "came: a longer limit helps here, after a cut another try.",
                                 look="how you notice the last event."),
    ("failed", "complete"): _taken(code="failed-as-complete", because="half an answer would be shown, stored and "
                                   "billed as a whole one. The status 200 is older than the failure.",
                                   look="what follows your `except`, and a `return` in a `finally`."),
    ("failed", "truncated"): _taken(code="failed-as-truncated", because="the model did not stop by itself: after a "
                                    "failure one tries again, after `truncated` one asks for more room.",
                                    look="what follows your `except`."),
    ("failed", "cut"): _taken(code="failed-as-cut", because="an error tells what went wrong, and whether another try "
                              "makes sense; a cut is the ending that nobody tells you of.", look="what follows your "
                              "`except`, and a `return` in a `finally`."),
    ("cut", "complete"): _taken(code="cut-as-complete", because="a stream that breaks off quietly raises nothing: the "
                                "loop ends as after a whole answer. Only the missing last event shows it.",
                                look="what tells you that `message_stop` came."),
    ("cut", "truncated"): _taken(code="cut-as-truncated", because="nobody gave a reason for the end, no limit was "
                                 "reached: another try may bring the whole answer.", look="what you do without a stop "
                                 "reason."),
    ("cut", "failed"): _taken(code="cut-as-failed", because="there was no error that one could log or look up: "
                              "whoever counts failures would look for one.", look="what leads to `failed`."),
}
"""By (right ending, given ending)."""
TOOL_CALL = _taken(code="tool-call", because="the ending is about the stream: the call came to its end, and your code "
                   "can run it. That the answer is still to come is what the stop reason says.",
                   look="the reasons that you list as finished.")
BLOCK_END = _taken(code="block-end", because="`content_block_stop` ends one block: here the thinking, and the text "
                   "behind it broke off in its middle.", look="which event says that all of it is there: only "
                   "`message_stop` does.")
UNSTOPPED = _taken(code="unstopped", because="`message_delta` came, with stop reason and usage, but the last event did "
                   "not: only `message_stop` says that nothing is missing, and that nothing failed behind it.",
                   look="whether your code waits for `message_stop`, or takes the stop reason for it.")
OTHER_REASON = _taken(code="list-of-bad-reasons", because="the API has more reasons than those you list, and gets new "
                      "ones: what you don't know is not finished. List those that are.",
                      look="which of the two lists your code keeps.")


def mistaken(ending: str, sent: Sent) -> Mistake:
    """What it means to give *ending* for this stream, which has another one."""
    if (ending, sent.reason) == ("truncated", "tool_use"):
        return TOOL_CALL
    if ending in ("complete", "truncated") and sent.fault == NEXT_BLOCK:
        return BLOCK_END
    if ending in ("complete", "truncated") and sent.fault in (STOPLESS, ERROR_BEFORE_STOP):
        return UNSTOPPED
    if ending == "complete" and sent.is_rare:
        return OTHER_REASON
    return MISTAKEN[sent.ending, ending]
