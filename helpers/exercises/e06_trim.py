"""06-2: `my_trim(messages, budget, count)`: whole oldest turns go until the rest fits.

What is trimmed stands in `e06_cases`; what a wrong list did is told apart in `e06_cuts`. Every chat has one right
answer, because none has neighbouring user messages: whether those are one question is not asked.
"""

from __future__ import annotations

import copy

from helpers.classroom.attempt import Attempt, error_text
from helpers.classroom.exercise import Check, Exercise
from helpers.classroom.guard import Ran
from helpers.classroom.report import Problem
from helpers.exercises.e06_cases import HAND_MADE, LONG, TOO_LONG, Case, Counter, generated
from helpers.exercises.e06_cuts import Cut, instead_of_an_error, problem_of
from helpers.simulate.chats import KINDS

MOST_COUNTS = 12
"""Calls of `count` for each message: enough for any search that halves, far below one sum a turn."""


def my_trim(messages, budget, count):
    """One good solution."""
    sizes = [count(message) for message in messages]

    def is_question(message):
        blocks = message["content"]
        return message["role"] == "user" and (
            isinstance(blocks, str) or all(block["type"] != "tool_result" for block in blocks))

    starts = [place for place, message in enumerate(messages) if is_question(message)]
    for start in starts:
        if sum(sizes[start:]) <= budget:
            return messages[start:]
    raise ValueError(f"the last turn alone has {sum(sizes[starts[-1]:])} tokens, and the budget is {budget}")


def _trims(case: Case) -> Check:
    return lambda attempt: _trimmed(attempt, case)


def _trims_all(kind: str) -> Check:
    """A check: all generated chats of a kind, the smallest first, until one goes wrong."""
    def check(attempt: Attempt) -> Problem | None:
        return next(filter(None, (_trimmed(attempt, case) for case in generated(kind))), None)
    return check


def _trimmed(attempt: Attempt, case: Case) -> Problem | None:
    counter, given = Counter(), copy.deepcopy(case.messages)
    ran = attempt.run(given, case.budget, counter, sent=case.sent)
    if ran.error is None and ran.value is None and given != case.messages:
        return Problem(code="in-place", sent=case.sent, did=f"returned `None`, and took {len(case.messages)} messages "
                       f"down to {len(given)} in the caller's own list", should=case.should, because="the whole "
                       "conversation is still needed: to be shown, to be saved, to be tried again.",
                       look="the last line, and what `pop` and `del` work on.")
    if counter.misused:
        return Problem(code="count-misused", sent=case.sent, did=f"called `count({counter.misused})`", should="give it "
                       "one message, and add up", because="it is the caller's: made for messages, as a dict with role "
                       "and content.", look="the brackets behind `count`.")
    if case.expected is None:
        return _raises(ran, case)
    if ran.error is not None:
        return _raised(attempt, ran, case, counter.calls)
    return problem_of(Cut(case, ran.value, counter.calls))


def _raised(attempt: Attempt, ran: Ran, case: Case, calls: int) -> Problem:
    """An error, where something fits."""
    if not isinstance(ran.error, ValueError):
        return attempt.raised(ran, case.sent, case.should)
    if not calls:
        return Problem(code="own-count", sent=case.sent, did=f"raised {error_text(ran.error)}, and never called "
                       "`count`", should=case.should, because="how texts become tokens depends on the model: the "
                       "caller's `count` knows it, and nothing else does.", look="what your function adds up.")
    return Problem(code="raised-too-soon", sent=case.sent, did=f"raised {error_text(ran.error)}", should=case.should,
                   because="an error where something fits is a customer without an answer. It is for the last turn "
                   "alone.", look="the condition in front of your `raise`, and whether you find every place where a "
                   "turn begins.")


def _raises(ran: Ran, case: Case) -> Problem | None:
    """The last turn alone doesn't fit."""
    if isinstance(ran.error, ValueError):
        return None
    if ran.error is None:
        return instead_of_an_error(Cut(case, ran.value, 1))
    return Problem(code="other-error", sent=case.sent, did=f"raised {error_text(ran.error)}", should=case.should,
                   because="a caller can catch `ValueError` and ask the customer for less; any other error looks like "
                   "a bug, and is one.", look="what your loop does when there is nothing left to drop.")


def leaves_its_input(attempt: Attempt) -> Problem | None:
    """The list that came in is the caller's."""
    for case in HAND_MADE:
        given = copy.deepcopy(case.messages)
        attempt.run(given, case.budget, Counter(), sent=case.sent)
        if given != case.messages:
            return Problem(code="mutated", sent=case.sent, did=f"changed the caller's list: {len(case.messages)} "
                           f"messages became {len(given)}" if len(given) != len(case.messages) else
                           "changed messages in the caller's list", should="leave it as it is, and return another one",
                           because="the same list is shown to the customer, saved, and tried again after an error: "
                           "what you take out of it is gone for all of them.", look="`pop`, `del`, `remove`, and names "
                           "for one and the same list.")
    return None


def counts_once(attempt: Attempt) -> Problem | None:
    """The number of calls of `count` grows with the messages, not with their square."""
    counter, messages = Counter(), len(LONG.messages)
    attempt.call(copy.deepcopy(LONG.messages), LONG.budget, counter, sent=LONG.sent, should=LONG.should)
    if counter.calls <= MOST_COUNTS * messages:
        return None
    return Problem(code="counts-again", sent=LONG.sent, did=f"called `count` {counter.calls:,} times, "
                   f"{counter.calls // messages} times for each message", should="ask for each message's tokens once, "
                   "and keep them", because="the work grows with the square of the conversation, and where `count` "
                   "asks the API each call is a round trip.", look="what is counted again each time round your loop: "
                   "what did the last round change?")


TRIM = Exercise(
    id="06-2", name="my_trim", call="my_trim(messages, budget, count)", solution=my_trim,
    checks=(*map(_trims, HAND_MADE), *map(_trims_all, KINDS), *map(_trims, TOO_LONG), leaves_its_input, counts_once),
    praise="Whole turns: so each result keeps its call, and a question is always in front. Where replies hold "
           "thinking, what stays after a cut must lose it, too, on models that bind it to what stood before: see "
           "`helpers.history.trim`.",
    hints=("Which messages may be the first one of what you return, and how do you tell them from the others?",
           "Count each message once, and note where each turn begins: at a user's message without a `tool_result` "
           "block. What is left is always everything from one of these places on.",
           "`sizes = [count(message) for message in messages]` and `starts = [n for n, message in "
           "enumerate(messages) if is_question(message)]`; then the first `start` with `sum(sizes[start:]) <= budget` "
           "gives `messages[start:]`, and where there is none, `raise ValueError(...)`."),
)
