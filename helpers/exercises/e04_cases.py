"""04-2: the texts and replies that `my_extract` meets, and what is right for each. Mistakes: `e04_mistakes`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from helpers.exercises.e00_misread import thought
from helpers.exercises.e04_mistakes import (
    AGAIN,
    BY_REASON,
    CUT_ACCEPTED,
    CUT_AGAIN,
    CUT_NONE,
    EQUAL_AS_ONE,
    NONE_REPAIRED,
    ONE_OF_TWO,
    REPAIRED_AS_VALID,
    SECOND_CUT,
    SECOND_UNREAD,
    TEXT_ALONE,
    THIRD,
    TWO_REPAIRED,
    UNFINISHED,
    Mistake,
)
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
LIKE_AN_ORDER = ("valid", "repaired")


def _cut(input: dict[str, Any]) -> Said:
    """A call, cut at max_tokens.

    The API buffers each parameter until it is whole, unless the tool asks for `eager_input_streaming`: so the one
    that was cut isn't there, and those before it are (a maintainer, anthropic-sdk-python#794; pydantic-ai#3118).
    """
    return said(call("record_order", input), stop_reason="max_tokens")


CUT = _cut({"none_because": "", "order": ORDER})
"""The order is whole; a second call may have been on its way."""
NO_ORDER_YET = _cut({"none_because": ""})
NOTHING_YET = _cut({})
QUESTION_BACK = said("Which size did you mean?")
DECLINED = said(stop_details=builder.refusal())
TWO_ORDERS = said(recorded(ORDER), recorded(ORDER | {"size": "S", "quantity": 2}))

CASES = (
    Case(sent="an order, in a call, `tool_use`", replies=(RIGHT,), kind="valid", value=ORDER, again=AGAIN,
         wrong={"none": BY_REASON}),
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
    Case(sent="a call whose order is `{}`, and `none_because` is empty; then a right one", replies=(said(recorded({})),
         RIGHT), kind="repaired", value=ORDER, requests=2, again=THIRD, wrong={
             "valid": REPAIRED_AS_VALID, "none": Mistake(
                 code="empty-as-none", because="only null says that there is no order. This one is there, and all is "
                 "missing in it: its reason is empty, and the customer would never hear of it.",
                 look="`not order`: what else than None it takes for nothing.")}),
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
    Case(sent="a whole call, its order right, and behind it the reply is cut at `max_tokens`", replies=(CUT, RIGHT),
         kind="human", again=CUT_AGAIN, wrong=dict.fromkeys(LIKE_AN_ORDER, CUT_ACCEPTED)),
    Case(sent="a call, cut at `max_tokens`, whose input is `{'none_because': ''}`", replies=(NO_ORDER_YET, RIGHT),
         kind="human", again=CUT_AGAIN, wrong={"none": CUT_NONE} | dict.fromkeys(LIKE_AN_ORDER, CUT_ACCEPTED)),
    Case(sent="a call, cut at `max_tokens`, whose input is `{}`", replies=(NOTHING_YET, RIGHT), kind="human",
         again=CUT_AGAIN, wrong={"none": CUT_NONE} | dict.fromkeys(LIKE_AN_ORDER, CUT_ACCEPTED)),
    Case(sent="a wrong call, and behind it the reply is cut at `max_tokens`", replies=(said(
        recorded(WRONG), stop_reason="max_tokens"), RIGHT), kind="human", again=CUT_AGAIN,
        wrong=dict.fromkeys(LIKE_AN_ORDER, CUT_ACCEPTED)),
    Case(sent="a wrong call; then a right one, and behind it the reply is cut at `max_tokens`", replies=(
        BAD, CUT, RIGHT), kind="human", requests=2, again=THIRD, wrong=dict.fromkeys(LIKE_AN_ORDER, SECOND_CUT)),
    Case(sent="a wrong call; then one, cut at `max_tokens`, whose input is `{'none_because': ''}`", replies=(
        BAD, NO_ORDER_YET, RIGHT), kind="human", requests=2, again=THIRD,
        wrong=dict.fromkeys(("none", *LIKE_AN_ORDER), SECOND_CUT)),
    *(Case(sent=f"a call that looks right, `{reason}`" + ", which no SDK of today knows" * (reason == "something_new"),
           replies=(said(recorded(ORDER), stop_reason=reason), RIGHT), kind="human", again=UNFINISHED,
           wrong=dict.fromkeys(LIKE_AN_ORDER, UNFINISHED))
      for reason in ("model_context_window_exceeded", "pause_turn", "something_new")),
    Case(sent="`content` is empty, `refusal`", replies=(DECLINED, RIGHT), kind="human",
         again=Mistake(code="refusal-again", because="the same text goes to the same model, and a refusal is "
                       "billed, too. Why it declined is for a person to see.", look="`stop_reason`: what may be asked "
                       "for again?"),
         wrong={"none": Mistake(code="refusal-as-none", because="the model declined to read it. That is no statement "
                                "about the text, and the customer would never hear from you.",
                                look="`stop_reason`, before the content.")}),
    Case(sent="the text `Which size did you mean?`, no call, `end_turn`", replies=(QUESTION_BACK, RIGHT),
         kind="human", wrong={"none": TEXT_ALONE}, again=Mistake(
             code="text-repaired", because="there is no call that a result could answer, and the model asks for what "
             "only the customer knows.", look="what leads to your second `send`. (`extract` asks once more here, in "
             "other words; the exercise doesn't.)")),
    Case(sent="two calls in one reply: 20 shirts in size M, and 2 in size S", replies=(TWO_ORDERS, RIGHT), kind="human",
         wrong=dict.fromkeys(("none", *LIKE_AN_ORDER), ONE_OF_TWO), again=TWO_REPAIRED),
    Case(sent="two equal calls in one reply, each with its id", replies=(said(recorded(ORDER), recorded(ORDER)), RIGHT),
         kind="human", wrong=dict.fromkeys(("none", *LIKE_AN_ORDER), EQUAL_AS_ONE), again=TWO_REPAIRED),
    *(Case(sent=f"a wrong call; then {what}", replies=(BAD, second, RIGHT), kind="human", requests=2, again=THIRD,
           wrong=dict.fromkeys(("none", *LIKE_AN_ORDER), SECOND_UNREAD))
      for what, second in (("a refusal: `content` is empty, `refusal`", DECLINED),
                           ("the text `Which size did you mean?`, no call, `end_turn`", QUESTION_BACK),
                           ("two calls in one reply", TWO_ORDERS))),
)
