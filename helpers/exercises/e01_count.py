"""01-3: `send_if_it_fits(prompt, *, count, send, limit)`.

`count` and `send` are ours and write down what is asked of them (`e01_desk`); a check reads what was asked, and in
which order.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from helpers.classroom.attempt import Attempt, shown
from helpers.classroom.exercise import Exercise
from helpers.classroom.guard import Ran
from helpers.classroom.report import Problem
from helpers.exercises.e01_desk import EMPTY, FULL, HUGE, IN_THAI, INDENTED, MOST_CALLS, OVER, SHORT, Case, Desk

SDK_NAMES = ("input_tokens", "content", "text", "messages", "count_tokens", "create", "usage")
"""What an answer asks of `count` or `send` that takes them for the SDK."""


def send_if_it_fits(prompt, *, count, send, limit):
    """One good solution: one count, one comparison, then the request or nothing."""
    if count(prompt) > limit:
        return None
    return send(prompt)


def fits(attempt: Attempt) -> Problem | None:
    """One count, then one request, and its reply is returned."""
    ran, desk = _asked(attempt, SHORT)
    if not ran.error and desk.order == ["send"]:
        return _uncounted(attempt, ran, desk)
    return _judge(attempt, ran, desk)


def far_over(attempt: Attempt) -> Problem | None:
    """What the count has shown to be too long is not sent."""
    return _judge(attempt, *_asked(attempt, HUGE))


def in_thai(attempt: Attempt) -> Problem | None:
    """characters / 4 says that it fits; it does not."""
    return _judge(attempt, *_asked(attempt, IN_THAI))


def indented(attempt: Attempt) -> Problem | None:
    """characters / 4 says that it does not fit; it does."""
    return _judge(attempt, *_asked(attempt, INDENTED))


def at_the_limit(attempt: Attempt) -> Problem | None:
    """At most the limit, and the limit is in it."""
    ran, desk = _asked(attempt, FULL)
    if ran.error is None and ran.value is None and desk.order == ["count"]:
        return Problem(code="limit-refused", sent=FULL.sent, did="refused it", should=FULL.should,
                       because="\"at most\" includes the limit; where a budget is used to the full, each such prompt "
                               "is a customer turned away.", look="`<` or `<=`, and whether you take something off.")
    ran, desk = _asked(attempt, OVER)
    if desk.order == ["count", "send"]:
        return Problem(code="limit-passed", sent=OVER.sent, did="sent it", should=OVER.should,
                       because="a limit that gives way by one token is none that anybody can plan with.",
                       look="`<` or `<=`, and whether you allow some more.")
    return _judge(attempt, *_asked(attempt, FULL)) or _judge(attempt, ran, desk)


def empty(attempt: Attempt) -> Problem | None:
    """Neither a prompt nor a reply is judged by whether it is "true"."""
    ran, desk = _asked(attempt, EMPTY)
    if not ran.error and "send" not in desk.order:
        return Problem(code="empty-refused", sent=EMPTY.sent, did=f"returned {shown(ran.value)} and sent nothing",
                       should=EMPTY.should, because="0 tokens fit, and `None` says that the prompt was too long.",
                       look="whether a 0 or an empty text counts as \"no\" in an `if`, `and` or `or`.")
    return _judge(attempt, ran, desk)


def _asked(attempt: Attempt, case: Case) -> tuple[Ran, Desk]:
    """Run one case. Too many calls end the whole check."""
    desk = Desk(case)
    ran = attempt.run(case.prompt, count=desk.count, send=desk.send, limit=case.limit, sent=case.sent)
    return ran, desk


def _judge(attempt: Attempt, ran: Ran, desk: Desk) -> Problem | None:
    """What is wrong in one case, the gravest thing first; None where nothing is."""
    if len(desk.asked) > MOST_CALLS:
        return _problem(desk, "runaway", f"called `count` and `send` {MOST_CALLS} times together, so we stopped it",
                        "every call is a round trip, and a loop that waits for another answer gets none.",
                        "what ends your loop.")
    if ran.error is not None:
        return _raised(attempt, ran, desk)
    return _idle(attempt, ran, desk) or _requests(ran, desk) or _counts(desk) or _answer(ran, desk)


def _raised(attempt: Attempt, ran: Ran, desk: Desk) -> Problem:
    raised, should = attempt.raised(ran, desk.case.sent), desk.case.should
    if getattr(ran.error, "name", "") in SDK_NAMES or isinstance(ran.error, TypeError) and any(
            word in str(ran.error) for word in ("Desk.", "'await'")):
        return replace(raised, code="not-the-sdk", should=should, because="`count` and `send` stand for the SDK's "
                       "calls, so that this code can be tested without it.",
                       look="the task: `count(prompt)` gives a number, `send(prompt)` the reply as text.")
    slip = isinstance(ran.error, (TypeError, NameError, AttributeError)) or not isinstance(ran.error, Exception)
    if slip or desk.case.fits or desk.order != ["count"]:
        return raised
    return replace(raised, code="refusal-raised", should=should, look="`raise`, `assert`: here it is `return None`.",
                   because="a prompt that is too long is an everyday case, and our callers ask for `None`.")


def _idle(attempt: Attempt, ran: Ran, desk: Desk) -> Problem | None:
    """A None for every prompt is right for those that don't fit, and says nothing."""
    if desk.order or ran.value is not None or _asked(attempt, HUGE if desk.case is SHORT else SHORT)[1].order:
        return None
    return _problem(desk, "nothing-called", "called neither `count` nor `send`",
                    "what is refused unseen may have been a prompt that fits.", "where `count(prompt)` is called.")


def _requests(ran: Ran, desk: Desk) -> Problem | None:
    """What was sent that should not have been, and the other way round."""
    case, order = desk.case, desk.order
    changed = desk.other("send")
    if changed is not None:
        return _problem(desk, "sent-something-else", f"sent {_short(changed)} in place of the prompt",
                        "whoever asked gets an answer to another question, and is not told.", "the argument of `send`.")
    if "send" in order and "count" in order and order.index("send") < order.index("count"):
        return _problem(desk, "sent-before-counting", "sent it first and counted afterwards",
                        "by then it is paid for; the count is there to prevent that.", "the order of the two calls.")
    if order.count("send") > 1:
        return _problem(desk, "sent-twice", f"sent it {order.count('send')} times", "each request is billed.",
                        "whether you kept what the first `send` returned.")
    if "send" in order and not case.fits:
        return _sent_anyway(desk) if "count" in order else _guessed(desk)
    if "send" not in order and case.fits:
        return _refused(ran, desk) if "count" in order or ran.value is not None else _guessed(desk)
    return None


def _counts(desk: Desk) -> Problem | None:
    """Once, and of the prompt."""
    changed = desk.other("count")
    if changed is not None:
        return _problem(desk, "counted-something-else", f"counted {_short(changed)} in place of the prompt",
                        "the count holds for exactly what was counted; what is sent must be the same.",
                        "the argument of `count`.")
    if desk.order.count("count") > 1:
        return _problem(desk, "counted-again", f"counted {desk.order.count('count')} times",
                        "counting is free, but each is a round trip that your user waits for, and it has a rate limit.",
                        "whether you keep the first count in a name.")
    return None


def _answer(ran: Ran, desk: Desk) -> Problem | None:
    """The reply, or None."""
    got, reply = ran.value, desk.case.reply
    if "send" not in desk.order:
        return None if got is None else _problem(
            desk, "not-none", f"sent nothing and returned {shown(got)}",
            "the caller tells a refusal by `is None`; anything else would pass for a reply.")
    if isinstance(got, str) and got == reply:
        return None
    if reply and reply in shown(got):
        return _problem(desk, "reply-changed", f"returned {shown(got)}",
                        "whoever called expects the reply as it came, to show it, store it or compare it.",
                        f"what `send` returned: {shown(reply)}.")
    return _problem(desk, "reply-lost", f"sent it and returned {shown(got)}; the reply was {shown(reply)}",
                    "the answer is paid for, and nobody will see it." if reply else
                    "an empty reply is a reply; `None` would say that nothing was sent.",
                    "what you do with what `send` returns.")


def _uncounted(attempt: Attempt, ran: Ran, desk: Desk) -> Problem:
    """Sent, and right in the result, but never counted: does it guess from the text, or send everything?"""
    desks = [_asked(attempt, case)[1] for case in (HUGE, IN_THAI, INDENTED, FULL)]
    if any("count" in other.order for other in desks):
        return _problem(desk, "counted-at-times", "sent it without a count, though you count other prompts",
                        "how many tokens a text has, its length does not tell: ask each time.",
                        "the way through your code that reaches `send` without `count`.")
    huge, *others = desks
    if "send" not in huge.order:
        return _guessed(next((other for other in others if ("send" in other.order) != other.case.fits), desk))
    return _problem(huge, "not-counted", "sent it, and never called `count`",
                    "the API refuses it only after it has travelled; where it fits after all, it is billed.",
                    "where `count(prompt)` meets `limit`.")


def _sent_anyway(desk: Desk) -> Problem:
    return _problem(desk, "sent-anyway",
                    f"sent a request that the count had already shown to be {desk.case.tokens:,} tokens",
                    "a guard that measures and lets pass is no guard.",
                    f"what you compare the count with: the limit is {desk.case.limit:,} here.")


def _refused(ran: Ran, desk: Desk) -> Problem:
    if ran.value is not None:
        return _problem(desk, "nothing-sent", f"sent nothing and returned {shown(ran.value)}",
                        "no request goes out unless `send` is called.", "the brackets: `send(prompt)`.")
    return _problem(desk, "refused", f"refused it, though the count had said {desk.case.tokens:,} tokens",
                    "a prompt that fits and is not sent is a customer without an answer.",
                    f"what you compare with the limit: it is {desk.case.limit:,} here.")


def _guessed(desk: Desk) -> Problem:
    case, verb = desk.case, "sent" if "send" in desk.order else "refused"
    return _problem(desk, "guessed", f"{verb} it without a count. {len(case.prompt):,} characters / 4 would be "
                    f"{len(case.prompt) / 4:,.0f}; it is {case.tokens:,} tokens",
                    "how much a token holds depends on the text and the tokenizer: little in Thai, much in indented "
                    "JSON.", "what you compare with the limit: only `count(prompt)` knows.")


def _problem(desk: Desk, code: str, did: str, because: str, look: str = "") -> Problem:
    return Problem(code=code, sent=desk.case.sent, did=did, should=desk.case.should, because=because, look=look)


def _short(given: Any) -> str:
    """What was given in place of the prompt, in a few words."""
    if isinstance(given, str) and len(given) > 100:
        return f"another text ({len(given):,} characters)"
    return shown(given)


SEND_IF_IT_FITS = Exercise(
    id="01-3", name="send_if_it_fits", call="send_if_it_fits(prompt, count=..., send=..., limit=...)",
    solution=send_if_it_fits, checks=(fits, far_over, in_thai, indented, at_the_limit, empty),
    praise="Nothing is sent before its size is known, and the size comes from the counter: a rule of characters would "
           "have let the Thai question through and turned the JSON away.",
    hints=("Which of the two calls costs money, and what must you know before you make it?",
           "Ask `count(prompt)` once and compare the result with `limit`. Only where it is at most that, call "
           "`send(prompt)`, and pass on what it returns.",
           "`if count(prompt) > limit:` then `return None`. After it, one line: `return send(prompt)`."),
)
