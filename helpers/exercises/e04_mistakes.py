"""04-2: what each wrong way costs; `e04_cases` says where it shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """What to say to one wrong way."""

    code: str
    because: str
    look: str


CUT_ACCEPTED = Mistake(
    code="cut-accepted", because="what came is whole, what was still to come is lost: a second call, say. Nothing "
    "in the order shows it, so no check of the order can see it.", look="`stop_reason`: before the content, and for "
    "each reply.")
CUT_NONE = Mistake(
    code="cut-none", because="it was cut before it came to the order: a parameter comes whole or not at all, and one "
    "that isn't there is no null. An order would be lost without a word.", look="`stop_reason`, also before null; and "
    "`get`, which gives None for what isn't there.")
SECOND_CUT = Mistake(
    code="second-cut", because="the second reply may be cut as the first one may: the order itself, or what "
    "stood behind it, never came.", look="`stop_reason`, for each reply.")
SECOND_UNREAD = Mistake(
    code="second-unread", because="the second reply may be a refusal, a text or two orders, as the first one may: "
    "nobody has decided what to book.", look="whether the second reply goes through all that the first one does.")
CUT_AGAIN = Mistake(
    code="cut-repaired", because="whatever its order says, the reply isn't whole. `send` has one and the same limit, "
    "so it may be cut again; and half a reply in the messages is taken up as a whole one. (With more room one may ask "
    "anew.)", look="`stop_reason`: a repair is for replies that came to their end.")
UNFINISHED = Mistake(
    code="unfinished", because="a call may be there in part when something stopped the model, and the vendor adds new "
    "reasons: name the one that is whole, not those that aren't.", look="which stop reason lets you go on.")
UNCHECKED = Mistake(
    code="unchecked", because="strict decoding can't count, and doesn't know the message: 120 shirts in a colour that "
    "nobody named have the right shape.", look="`problems(...)`: when you ask it, and what you do with the words.")
REPAIRED_AS_VALID = Mistake(
    code="repaired-as-valid", because="it cost two requests. Who counts only what came in the end never sees that a "
    "prompt or a schema got worse.", look="how your code knows which request it was.")
TEXT_ALONE = Mistake(
    code="text-as-none", because="only the tool's null says that there is no order. A text may be a question back, or "
    "an excuse: nobody has decided anything.", look="what you return where no call is there.")
ONE_OF_TWO = Mistake(
    code="one-of-two", because="the customer said two things, and one of them would be lost without a word: you can't "
    "know whether the second corrects the first.", look="how many `tool_use` blocks there are.")
AGAIN = Mistake(
    code="asks-again", because="each request is billed, its whole prompt included, and there was nothing to mend.",
    look="what leads to your second `send`.")
BY_REASON = Mistake(
    code="none-by-reason", because="strict schemas want every name there, so `none_because` always is: empty where "
    "there is an order. Whether there is one says `order`.", look="which of the two fields decides.")
NONE_REPAIRED = Mistake(
    code="none-repaired", because="null with a reason is an answer. Sent back as an error it presses the model for an "
    "order, and you get an invented one.", look="null, before you ask `problems`.")
THIRD = Mistake(
    code="third-request", because="each repair costs the whole conversation again, while the customer waits, and a "
    "loop that asks until it likes the answer has no end. One repair, then a person.", look="what ends your loop.")
TWO_REPAIRED = Mistake(
    code="two-repaired", because="neither call is wrong by itself, and the tool takes one order: the model would have "
    "to drop one of them.", look="what leads to your second `send`.")
EQUAL_AS_ONE = Mistake(
    code="equal-as-one", because="they may be two orders, 40 shirts together, or one that was said twice: only the "
    "customer knows. Equal inputs don't make one call.", look="what you count: blocks, or what stands in them.")
