"""04-2: the texts and replies that `my_extract` meets, what is right for each, and what each wrong word costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers.exercises.e00_misread import thought
from helpers.exercises.e04_talk import Said, call, said
from helpers.wire import builder

ORDER = {"product": "shirt", "colour": "sky blue", "size": "M", "quantity": 20}
WRONG = ORDER | {"colour": "navy", "quantity": 120}
STILL_WRONG = ORDER | {"colour": "white"}
TEXT = "Hello, we need 20 shirts in sky blue, size M."
QUESTION, WHY = "How do I return my shoes?", "asks how to return shoes"
TOOL = {"name": "record_order", "description": "Record the order in the message.", "strict": True, "input_schema": {
    "type": "object", "required": ["none_because", "order"], "additionalProperties": False, "properties": {
        "none_because": {"type": "string"},
        "order": {"anyOf": [{"type": "null"}, {
            "type": "object", "required": [*ORDER], "additionalProperties": False, "properties": {
                "product": {"type": "string"}, "colour": {"type": "string", "enum": ["navy", "sky blue", "white"]},
                "size": {"type": "string", "enum": ["S", "M", "L"]}, "quantity": {"type": "integer"}}}]}}}}


def problems(order: Any) -> list[str]:
    """What the learner is given: what is wrong with an order, in words."""
    if not isinstance(order, dict):
        return ["order: there is none"]
    found = [f"{name}: it is missing" for name in ORDER if name not in order]
    if not 1 <= order.get("quantity", 1) <= 99:
        found.append(f"quantity: {order['quantity']} is not at most 99")
    if order.get("colour", "sky blue") != "sky blue":
        found.append(f"colour: {order['colour']} is not in the message")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """What to say to one wrong way."""

    code: str
    because: str
    look: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A text, the replies to it, and what is to come of it."""

    sent: str
    replies: tuple[Said, ...]
    kind: str
    value: Any = None
    text: str = TEXT
    requests: int = 1
    wrong: Mapping[str, Mistake] = field(default_factory=dict)
    """By the first word of what came back."""
    again: Mistake
    """For one request too many."""

    @property
    def should(self) -> str:
        told = {"human": "reason", "none": repr(self.value)}.get(self.kind, "order")
        return f"return `({self.kind!r}, {told})` after {('one request', 'two requests')[self.requests - 1]}"


def recorded(order: Any, why: str = "") -> dict[str, Any]:
    """The call of the one tool."""
    return call("record_order", {"none_because": why, "order": order})


RIGHT, BAD, BAD_AGAIN = (said(recorded(order)) for order in (ORDER, WRONG, STILL_WRONG))
NONE = said(recorded(None, WHY))
CUT = said(recorded(ORDER | {"quantity": 2}), stop_reason="max_tokens")
"""Of 20, only the 2 had come."""

CUT_ACCEPTED = Mistake(
    code="cut-accepted", because="the reply stopped at `max_tokens`: of the 20 only the 2 had come. What was cut may "
    "look like a smaller order; no check of the order can see it.", look="`stop_reason`: before the content, and for "
    "each reply.")
CUT_AGAIN = Mistake(
    code="cut-repaired", because="nothing is wrong with it, it isn't whole. `send` has one and the same limit, so it "
    "may be cut again; and half an order in the messages is taken up as a whole one. (With more room one may ask "
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
NONE_BY_REASON = Mistake(
    code="none-by-reason", because="strict schemas want every name there, so `none_because` always is: empty where "
    "there is an order. Whether there is one says `order`.", look="which of the two fields decides.")
NONE_REPAIRED = Mistake(
    code="none-repaired", because="null with a reason is an answer. Sent back as an error it presses the model for an "
    "order, and you get an invented one.", look="null, before you ask `problems`.")
THIRD = Mistake(
    code="third-request", because="each repair costs the whole conversation again, while the customer waits, and a "
    "loop that asks until it likes the answer has no end. One repair, then a person.", look="what ends your loop.")

CASES = (
    Case(sent="an order, in a call, `tool_use`", replies=(RIGHT,), kind="valid", value=ORDER, again=AGAIN,
         wrong={"none": NONE_BY_REASON}),
    Case(sent="thinking, the text `I record it.`, then the call, `tool_use`",
         replies=(said(thought(), "I record it.", recorded(ORDER)),), kind="valid", value=ORDER, again=AGAIN, wrong={
             "human": Mistake(code="call-not-first", because="a model may think, and say a word, before it calls: "
                              "every such reply would land on a person's desk.", look="which blocks you look at: "
                              "choose by `type`.")}),
    Case(sent=f"`{QUESTION}`; the reply: a call with order null and `{WHY!r}`, `tool_use`", text=QUESTION,
         replies=(NONE,), kind="none", value=WHY, again=NONE_REPAIRED, wrong={
             "valid": Mistake(code="refund-as-order", because="a question became an order, of nothing. The way out was "
                              "put into the tool so that the model need not invent one: take it.",
                              look="what you do before you hand an order on."),
             "human": Mistake(code="none-to-human", because="the reply is sound: the customer orders nothing. A "
                              "person would have to read every question that comes in, to find no order in it.",
                              look="null, before you ask `problems`.")}),
    Case(sent="a call with 120 pieces and a colour that the text doesn't name; then a right one",
         replies=(said(thought(), recorded(WRONG)), RIGHT), kind="repaired", value=ORDER, requests=2,
         again=THIRD, wrong={
             "valid": REPAIRED_AS_VALID,
             "human": Mistake(code="repair-lost", because="the second reply was right, and is paid for.",
                              look="what you do with the reply to the repair.")}),
    Case(sent="a wrong call; then one with order null and a reason", replies=(BAD, NONE), kind="none", value=WHY,
         requests=2, again=THIRD, wrong={
             "repaired": Mistake(code="repaired-none", because="the model took its order back: there is none, and "
                                 "`None` would be booked.", look="whether the second reply goes through all that the "
                                 "first one does."),
             "human": Mistake(code="none-second", because="asked again, the model found that the text holds no order: "
                              "that is an answer like any other.", look="whether the second reply goes through all "
                              "that the first one does.")}),
    Case(sent="a wrong call; then another wrong one; a third would be right", replies=(BAD, BAD_AGAIN, RIGHT),
         kind="human", requests=2, wrong=dict.fromkeys(("repaired", "valid"), Mistake(
             code="second-unchecked", because="the second reply is as unchecked as the first one was: here it names "
             "white, and the customer wrote sky blue.", look="what comes between the second reply and your `return`.")),
         again=THIRD),
    Case(sent=f"`{TEXT}`; the reply: a call, cut at `max_tokens`, whose input reads `{ORDER | {'quantity': 2}}`",
         replies=(CUT, RIGHT), kind="human", again=CUT_AGAIN, wrong=dict.fromkeys(("valid", "repaired"), CUT_ACCEPTED)),
    Case(sent="a call, cut at `max_tokens`, whose input reads order null", replies=(said(
        recorded(None, "asks"), stop_reason="max_tokens"), RIGHT), kind="human", again=CUT_AGAIN, wrong={
            "none": Mistake(code="cut-none", because="it was cut before it had said why, perhaps before it had "
                            "decided: an order would be lost without a word.", look="`stop_reason`, also before "
                            "null.")}),
    Case(sent="a wrong call, cut at `max_tokens`", replies=(said(recorded(WRONG), stop_reason="max_tokens"), RIGHT),
         kind="human", again=CUT_AGAIN, wrong=dict.fromkeys(("valid", "repaired"), CUT_ACCEPTED)),
    Case(sent="a wrong call; then one that is cut at `max_tokens`, and looks right", replies=(BAD, CUT, RIGHT),
         kind="human", requests=2, again=THIRD, wrong=dict.fromkeys(("valid", "repaired"), Mistake(
             code="second-cut", because="the second reply may be cut as the first one may: of the 20 only the 2 had "
             "come.", look="`stop_reason`, for each reply."))),
    Case(sent="a call that looks right, `model_context_window_exceeded`", replies=(said(
        recorded(ORDER), stop_reason="model_context_window_exceeded"), RIGHT), kind="human", again=UNFINISHED,
        wrong=dict.fromkeys(("valid", "repaired"), UNFINISHED)),
    Case(sent="`content` is empty, `refusal`", replies=(said(stop_details=builder.refusal()), RIGHT), kind="human",
         again=Mistake(code="refusal-again", because="the same text goes to the same model, and a refusal is "
                       "billed, too. Why it declined is for a person to see.", look="`stop_reason`: what may be asked "
                       "for again?"),
         wrong={"none": Mistake(code="refusal-as-none", because="the model declined to read it. That is no statement "
                                "about the text, and the customer would never hear from you.",
                                look="`stop_reason`, before the content.")}),
    Case(sent="the text `Which size did you mean?`, no call, `end_turn`", replies=(said("Which size did you mean?"),
         RIGHT), kind="human", wrong={"none": TEXT_ALONE}, again=Mistake(
             code="text-repaired", because="there is no call that a result could answer, and the model asks for what "
             "only the customer knows.", look="what leads to your second `send`. (`extract` asks once more here, in "
             "other words; the exercise doesn't.)")),
    Case(sent="two calls in one reply: 20 shirts in size M, and 2 in size S", replies=(said(
        recorded(ORDER), recorded(ORDER | {"size": "S", "quantity": 2})), RIGHT), kind="human",
        wrong=dict.fromkeys(("valid", "repaired", "none"), ONE_OF_TWO), again=Mistake(
            code="two-repaired", because="neither call is wrong by itself, and the tool takes one order: the model "
            "would have to drop one of them.", look="what leads to your second `send`.")),
)
