"""Lesson 04's planted bugs."""

from __future__ import annotations

import copy
import json
import re
import string
from collections import deque
from functools import partial
from typing import Literal

from tests.mutants import mutant, right

# ---- 04-1: what is wrong with an order

COLOURS, SIZES = ("navy", "sky blue", "white"), ("S", "M", "L")
NAMES = ("product", "colour", "size", "quantity")


def _is_name(product):
    return isinstance(product, str) and product.strip() != ""


def _counts(quantity):
    return type(quantity) is int and 1 <= quantity <= 99


def _is_colour(value):
    return isinstance(value, str) and value in COLOURS


def _is_size(value):
    return isinstance(value, str) and value in SIZES


def _fields(data, *, product=_is_name, colour=_is_colour, size=_is_size, quantity=_counts, missing=True,
            unknown=True, whole=("order",)):
    """A right answer with places at which a bug can be put in."""
    if not isinstance(data, dict):
        return list(whole)
    tests = dict(zip(NAMES, (product, colour, size, quantity), strict=True))
    wrong = [name for name, test in tests.items() if (not test(data[name]) if name in data else missing)]
    return wrong + [name for name in data if name not in tests and unknown]


def _field(code, name, **bug):
    mutant("04-1", code, name)(lambda data: _fields(data, **bug))


right("04-1", "as it is planted")(lambda data: _fields(data))


@right("04-1")
def with_a_match(data):
    match data:
        case dict():
            wrong = set(data) - set(NAMES)
        case _:
            return {"order"}
    match data.get("quantity"):
        case bool():
            wrong.add("quantity")
        case int(number) if 0 < number < 100:
            pass
        case _:
            wrong.add("quantity")
    for name, choices in (("colour", COLOURS), ("size", SIZES)):
        if data.get(name) not in choices:
            wrong |= {name}
    match data.get("product"):
        case str(text) if not text.isspace() and text:
            return wrong
    return wrong | {"product"}


@right("04-1")
def with_pydantic(data):
    from pydantic import BaseModel, ConfigDict, Field, ValidationError

    class Order(BaseModel):
        model_config = ConfigDict(extra="forbid", strict=True)
        product: str = Field(pattern=r"\S")
        colour: Literal["navy", "sky blue", "white"]
        size: Literal["S", "M", "L"]
        quantity: int = Field(ge=1, le=99)

    try:
        Order.model_validate(data)
    except ValidationError as error:
        return [one["loc"][0] if one["loc"] else "order" for one in error.errors()]
    return []


@right("04-1")
def by_what_json_calls_them(data):
    try:
        names = data.keys()
    except AttributeError:
        return ("order",)
    text = {name: json.dumps(data.get(name), ensure_ascii=False).replace(r"\t", " ") for name in NAMES}
    good = {"product": r'"(?=.*\S.*").*\S.*"', "colour": '"(navy|sky blue|white)"', "size": '"[SML]"',
            "quantity": "[1-9][0-9]?"}
    return sorted(names - text.keys()) + [name for name in NAMES if not re.fullmatch(good[name], text[name])]


@right("04-1")
def a_set_behind_a_type(data):
    wrong = []
    if type(data) is not dict:
        return ["order"]
    for name, value in [*data.items(), *((name, None) for name in NAMES if name not in data)]:
        kinds = {"product": str, "colour": str, "size": str, "quantity": int}
        if type(value) is not kinds.get(name) or {
                "product": lambda v: not v.strip(), "colour": lambda v: v not in set(COLOURS),
                "size": lambda v: v not in set(SIZES), "quantity": lambda v: v not in range(1, 100)}[name](value):
            wrong += [name]
    return wrong


right("04-1", "a dict's keys")(lambda data: dict.fromkeys(_fields(data)).keys())
right("04-1", "why, by name")(lambda data: dict.fromkeys(_fields(data), "wrong"))
right("04-1", "a deque")(lambda data: deque(_fields(data)))


@mutant("04-1", "accepts-all")
def finds_nothing(data):
    return [] if isinstance(data, dict) else ["order"]


_field("word-as-number", "any text for a number", quantity=lambda q: isinstance(q, str) or _counts(q))
_field("word-as-number", "no type", quantity=lambda q: not isinstance(q, int) or 0 < q < 100)
_field("text-as-number", "what int makes of it", quantity=lambda q: _counts(int(q)) if str(q).isdigit() else _counts(q))
_field("bool-as-number", "an int", quantity=lambda q: isinstance(q, int) and 1 <= q <= 99)
_field("fraction", "a float, too", quantity=lambda q: type(q) in (int, float) and 1 <= q <= 99)
_field("below", "no lower bound", quantity=lambda q: type(q) is int and q <= 99)
_field("above", "no upper bound", quantity=lambda q: type(q) is int and q >= 1)
_field("null", "None as a default", quantity=lambda q: q is None or _counts(q))
_field("other-word", "the first letter", size=lambda s: str(s)[:1] in SIZES)
_field("longer", "how it begins", colour=lambda c: isinstance(c, str) and c.startswith(COLOURS))
_field("part", "in a text", colour=lambda c: isinstance(c, str) and c in "navy, sky blue, white")
_field("capitals", "lower", colour=lambda c: isinstance(c, str) and c.lower() in COLOURS)
_field("list-for-text", "the first of a list", colour=lambda c: (c[0] if isinstance(c, list) else c) in COLOURS)
_field("empty", "any text", product=lambda p: isinstance(p, str))
_field("blank", "as minLength", product=lambda p: isinstance(p, str) and len(p) >= 1)
_field("number-for-text", "anything true", product=lambda p: bool(str(p or "").strip()))
_field("missing", "who is not there is not wrong", missing=False)
_field("unknown", "more is no harm", unknown=False)
_field("below", "the amount alone", quantity=lambda q: type(q) is int and 1 <= abs(q) <= 99)
_field("below", "up to 99 either way", quantity=lambda q: type(q) is int and q and abs(q) <= 99)
_field("part", "in a text of sizes", size=lambda s: isinstance(s, str) and s in "SML")
_field("part", "each letter a size", size=lambda s: isinstance(s, str) and set(s) <= set(SIZES))
_field("empty-choice", "in a text with commas", size=lambda s: isinstance(s, str) and s in "S, M, L")
_field("empty-choice", "nothing is fine", size=lambda s: s == "" or _is_size(s))
_field("capitals", "upper", size=lambda s: isinstance(s, str) and s.upper() in SIZES)
_field("padded", "stripped", colour=lambda c: isinstance(c, str) and c.strip() in COLOURS)
_field("padded", "stripped sizes", size=lambda s: isinstance(s, str) and s.strip() in SIZES)
_field("padded", "a pattern with a dollar", size=lambda s: isinstance(s, str) and bool(re.match("[SML]$", s)))
_field("blank", "spaces alone", product=lambda p: isinstance(p, str) and p.strip(" ") != "")
_field("blank", "ASCII's white space", product=lambda p: isinstance(p, str) and p.strip(string.whitespace) != "")
_field("edge", "less than 99", quantity=lambda q: _counts(q) and q < 99)
_field("edge", "more than 1", quantity=lambda q: _counts(q) and q > 1)
_field("flags-good", "no spaces", colour=lambda c: c in COLOURS and " " not in c)
_field("flags-good", "one word", product=lambda p: _is_name(p) and p.isalpha())
_field("whole-name", "all four", whole=NAMES)
_field("not-a-dict-passes", "nothing to see", whole=())


@mutant("04-1", "first-only")
def with_elif(data):
    return _fields(data)[:1]


@mutant("04-1", "first-only")
def the_first_that_is_missing(data):
    found = _fields(data)
    gone = [name for name in NAMES if isinstance(data, dict) and name not in data]
    return [name for name in found if name not in gone[1:]]


@mutant("04-1", "first-only")
def the_first_that_is_unknown(data):
    found = _fields(data, unknown=False)
    return found + [name for name in data if name not in NAMES][:1] if isinstance(data, dict) else found


@mutant("04-1", "unknown")
def knows_a_note(data):
    return [name for name in _fields(data) if name != "gift_note"]


@mutant("04-1", "nothing-there")
def nothing_is_wrong_with_nothing(data):
    return [] if data == {} else _fields(data)


@mutant("04-1", "nothing-there")
def nothing_is_no_order(data):
    return _fields(data) if data else ["order"]


@mutant("04-1", "named-twice")
def two_tests_two_names(data):
    found = _fields(data)
    return found + ["product"] * (isinstance(data, dict) and "product" in found and not data.get("product"))


@mutant("04-1", "flags-good")
def blames_the_neighbour(data):
    found = _fields(data)
    return [*found, "product"] if found == ["quantity"] else found


@mutant("04-1", "missing-raises")
def by_brackets(data):
    if isinstance(data, dict):
        data["size"]
    return _fields(data)


@mutant("04-1", "unhashable")
def a_set_of_choices(data):
    return _fields(data, colour=lambda c: c in {*COLOURS})


@mutant("04-1", "type-raises")
def compares_at_once(data):
    return _fields(data, quantity=lambda q: 1 <= q <= 99)


@mutant("04-1", "type-raises")
def converts_at_once(data):
    return _fields(data, quantity=lambda q: 1 <= int(q) <= 99)


@mutant("04-1", "not-a-dict")
def begins_with_get(data):
    return _fields({**data, "colour": data.get("colour")})


@mutant("04-1", "not-a-dict")
def leaves_it_out(data):
    if isinstance(data, list | str):
        return ["order"]
    return [*(set(data) - set(NAMES)), *_fields(data, unknown=False)]


@mutant("04-1", "not-a-dict-passes")
def falls_out_of_the_if(data):
    return _fields(data) if isinstance(data, dict) or data is None else []


@mutant("04-1", "changed-input")
def pops(data):
    found = _fields(data)
    if isinstance(data, dict):
        for name in NAMES:
            data.pop(name, None)
    return found


@mutant("04-1", "changed-input")
def mends(data):
    found = _fields(data)
    if found and isinstance(data, dict):
        data |= dict.fromkeys(found)
    return found


@mutant("04-1", "no-list")
def yes_or_no(data):
    return not _fields(data)


@mutant("04-1", "no-list")
def one_text(data):
    return ", ".join(_fields(data))


@mutant("04-1", "no-list")
def none_if_well(data):
    return _fields(data) or None


@mutant("04-1", "no-list")
def not_yet(data):
    return filter(None, _fields(data))


@mutant("04-1", "not-a-name")
def sentences(data):
    return [f"{name} is wrong" for name in _fields(data)]


@mutant("04-1", "not-a-name")
def pairs(data):
    return [(name, data[name] if isinstance(data, dict) else data) for name in _fields(data)]


# ---- 04-2: from a text to an order

def _turn(reply):
    return {"role": "assistant", "content": reply.content}


def _result(call, words, **more):
    return {"type": "tool_result", "tool_use_id": call.id, "is_error": True, "content": "\n".join(words), **more}


def _back(messages, reply, call, words):
    return [*messages, _turn(reply), {"role": "user", "content": [_result(call, words)]}]


def _calls(reply):
    return [block for block in reply.content if block.type == "tool_use"]


def _extract(send, text, problems, *, whole=lambda reply, number: reply.stop_reason == "tool_use",
             one=lambda calls: len(calls) == 1, none=lambda found: found["order"] is None, back=_back, rounds=2,
             judge=lambda problems, found, number: problems(found["order"]), kinds=("valid", "repaired", "repaired"),
             order=lambda found: found["order"], why=lambda found: found["none_because"], pick=_calls,
             human=lambda words: ("human", words), first=lambda text: [{"role": "user", "content": text}]):
    """A right answer with places at which a bug can be put in."""
    messages, words = first(text), []
    for number in range(rounds):
        reply = send(messages)
        calls = pick(reply)
        if not whole(reply, number) or not one(calls):
            return human(f"it ended with {reply.stop_reason}, {len(calls)} calls")
        found = calls[0].input
        if none(found):
            return "none", why(found)
        words = judge(problems, found, number)
        if not words:
            return kinds[number], order(found)
        messages = back(messages, reply, calls[0], words)
    return human("; ".join(words))


def _bug(code, name, **bug):
    mutant("04-2", code, name)(lambda send, text, problems: _extract(send, text, problems, **bug))


def _sends(code, name, back):
    _bug(code, name, back=back)


right("04-2", "as it is planted")(lambda send, text, problems: _extract(send, text, problems))
right("04-2", "a list of reasons")(lambda send, text, problems: _extract(
    send, text, problems, human=lambda words: ("human", [words])))


@right("04-2")
def by_two_copies(send, text, problems):
    user = {"role": "user", "content": [{"type": "text", "text": text}]}
    first = send([user])
    if first.stop_reason != "tool_use":
        return ["human", f"stopped: {first.stop_reason}"]
    call, *more = (block for block in first.content if getattr(block, "input", None) is not None)
    if more:
        return ["human", "several"]
    if call.input["order"] is None:
        return ["none", call.input["none_because"]]
    if not (words := problems(call.input["order"])):
        return ["valid", call.input["order"]]
    said = [block.model_dump(exclude_none=True) for block in first.content]
    told = {"type": "tool_result", "tool_use_id": call.id, "is_error": True,
            "content": [{"type": "text", "text": f"Wrong: {words}"}]}
    second = send([user, {"role": "assistant", "content": said},
                   {"role": "user", "content": [told, {"type": "text", "text": "Please correct it."}]}])
    if second.stop_reason == "tool_use":
        match [block for block in second.content if block.type == "tool_use"]:
            case [block] if block.input["order"] is None:
                return ["none", f"on second thoughts: {block.input['none_because']}"]
            case [block] if not problems(block.input["order"]):
                return ["repaired", block.input["order"]]
    return ["human", "the repair did not help"]


@right("04-2")
def by_recursion(send, text, problems):
    from anthropic.types import ToolUseBlock

    def go(messages, kind):
        reply = send(messages)
        blocks = [block for block in reply.content if isinstance(block, ToolUseBlock)]
        if (reply.stop_reason, len(blocks)) != ("tool_use", 1):
            return "human", repr(reply.stop_reason)
        order = blocks[0].input.get("order")
        words = [] if order is None else problems(order)
        if words and kind == "valid":
            return go([*messages, reply.to_dict() | {} and {"role": reply.role, "content": reply.to_dict()["content"]},
                       {"role": "user", "content": [_result(blocks[0], words)]},
                       {"role": "user", "content": "Once more, please."}], "repaired")
        if words:
            return "human", str(words)
        return (kind, order) if order is not None else ("none", blocks[0].input["none_because"])

    return go([{"role": "user", "content": text}], "valid")


@right("04-2")
def with_exceptions(send, text, problems):
    class Doubtful(Exception):
        pass

    def ask(messages):
        reply = send(messages)
        calls = _calls(reply)
        if reply.stop_reason not in ("tool_use", "end_turn"):
            raise Doubtful(reply.stop_reason)
        if len(calls) != 1:
            raise Doubtful(f"{len(calls)} calls")
        return reply, calls[0]

    messages = [{"role": "user", "content": text}]
    try:
        reply, call = ask(messages)
        words = problems(call.input["order"]) if call.input["order"] is not None else None
        if words:
            messages.append({"role": "assistant", "content": reply.content})
            messages.append({"role": "user", "content": [_result(call, words)]})
            reply, call = ask(messages)
            if call.input["order"] is not None and problems(call.input["order"]):
                raise Doubtful("wrong twice")
    except Doubtful as doubt:
        return "human", str(doubt)
    if call.input["order"] is None:
        return "none", call.input["none_because"]
    return "repaired" if words else "valid", dict(call.input["order"])


_bug("cut-accepted", "no stop reason", whole=lambda reply, number: True)
_bug("cut-accepted", "no stop reason, without calls a person", whole=lambda reply, number: bool(_calls(reply)))
_bug("second-cut", "the first one's alone", whole=lambda reply, number: number or reply.stop_reason == "tool_use")
_bug("unfinished", "not max_tokens", whole=lambda reply, number: reply.stop_reason != "max_tokens")
_bug("unfinished", "the bad ones", whole=lambda reply, number: reply.stop_reason not in ("max_tokens", "refusal"))
_bug("unfinished", "all bad ones of today", whole=lambda reply, number: reply.stop_reason not in (
    "max_tokens", "refusal", "model_context_window_exceeded", "pause_turn", "end_turn", "stop_sequence"))
_bug("unfinished", "all but the paused", whole=lambda reply, number: reply.stop_reason in (
    "tool_use", "end_turn", "stop_sequence", "pause_turn"))
_bug("cut-none", "what get finds", none=lambda found: found.get("order") is None, whole=lambda reply, number: (
    reply.stop_reason == "tool_use" or reply.stop_reason == "max_tokens" and "order" not in _calls(reply)[0].input),
    why=lambda found: found.get("none_because") or "no reason")
_bug("empty-as-none", "not order", none=lambda found: not found["order"])
_bug("equal-as-one", "by what stands in it", pick=lambda reply: list(
    {json.dumps(call.input): call for call in _calls(reply)}.values()))
_bug("one-of-two", "the first of all", one=lambda calls: bool(calls))
_bug("one-of-two", "the last of all", one=bool, pick=lambda reply: _calls(reply)[-1:])
_bug("third-request", "three rounds", rounds=3)
_bug("third-request", "six rounds", rounds=6, kinds=("valid",) + 5 * ("repaired",))
_bug("repair-lost", "two rounds, the second unread", kinds=("valid", "human", "human"))
_bug("repaired-as-valid", "valid in the end", kinds=("valid", "valid", "valid"))
_bug("second-unchecked", "trusts the second", judge=lambda problems, found, number: [] if number else problems(
    found["order"]))
_bug("unchecked", "asks nobody", judge=lambda problems, found, number: [])
_bug("no-repair", "one round", rounds=1)
_bug("problems-of-all", "the whole input", judge=lambda problems, found, number: problems(found))
_bug("refund-as-order", "no way out", none=lambda found: False, judge=lambda problems, found, number: problems(
    found["order"]) if found["order"] else [])
_bug("none-repaired", "null is a problem", none=lambda found: False)
_bug("none-by-reason", "a reason that is there", none=lambda found: found["none_because"] is not None)
_bug("envelope", "the input", order=lambda found: found)
_bug("envelope", "as text", order=lambda found: json.dumps(found["order"]))
_bug("why-lost", "a fixed text", why=lambda found: "no order")
_bug("why-lost", "null", why=lambda found: found["order"])
_bug("no-reason", "nothing", human=lambda words: ("human", None))
_bug("no-reason", "an empty text", human=lambda words: ("human", ""))
_bug("no-pair", "the word alone", human=lambda words: "human")
_bug("no-kind", "another word", human=lambda words: ("needs_human", words))
_bug("no-kind", "the other way round", human=lambda words: (words, "human"))
_bug("first-request", "instructions in front", first=lambda text: [{"role": "user", "content": f"Extract: {text}"}])
_bug("first-request", "a text", first=lambda text: text)
_bug("by-position", "the first block", one=bool, whole=lambda reply, number: reply.stop_reason == "tool_use",
     pick=lambda reply: reply.content[:1])
_bug("call-not-first", "the first block, if it is one", pick=lambda reply: [
    block for block in reply.content[:1] if block.type == "tool_use"])

_sends("same-again", "once more", lambda messages, reply, call, words: messages)
_sends("first-lost", "the last turns alone", lambda messages, reply, call, words: _back([], reply, call, words))
_sends("first-lost", "a text of its own", lambda messages, reply, call, words: [
    {"role": "user", "content": messages[0]["content"] + "\n".join(words)}])
_sends("no-assistant-turn", "the words", lambda messages, reply, call, words: [
    *messages, {"role": "user", "content": "\n".join(words)}])
_sends("no-assistant-turn", "the result alone", lambda messages, reply, call, words: [
    *messages, {"role": "user", "content": [_result(call, words)]}])
_sends("thinking-dropped", "the call alone", lambda messages, reply, call, words: [
    *messages, {"role": "assistant", "content": [call]}, {"role": "user", "content": [_result(call, words)]}])
_sends("turn-changed", "the input as text", lambda messages, reply, call, words: [
    *messages, {"role": "assistant", "content": json.dumps(call.input)}, {"role": "user", "content": "\n".join(words)}])
_sends("turn-changed", "the words in front", lambda messages, reply, call, words: [
    *messages, {"role": "assistant", "content": [*reply.content, {"type": "text", "text": "I was wrong."}]},
    {"role": "user", "content": [_result(call, words)]}])
_sends("no-tool-result", "a text", lambda messages, reply, call, words: [
    *messages, _turn(reply), {"role": "user", "content": "\n".join(words)}])
_sends("no-tool-result", "no turn of ours", lambda messages, reply, call, words: [*messages, _turn(reply)])
_sends("other-role", "tool", lambda messages, reply, call, words: [
    *messages, _turn(reply), {"role": "tool", "tool_call_id": call.id, "content": "\n".join(words)}])
_sends("other-role", "tool_result", lambda messages, reply, call, words: [
    *messages, _turn(reply), {**_result(call, words), "role": "tool_result"}])
_sends("other-role", "none", lambda messages, reply, call, words: [*messages, _turn(reply), _result(call, words)])
_sends("result-first", "a text, then the result", lambda messages, reply, call, words: [
    *messages, _turn(reply), {"role": "user", "content": [{"type": "text", "text": "No."}, _result(call, words)]}])
_sends("wrong-id", "the message's", lambda messages, reply, call, words: [
    *messages, _turn(reply), {"role": "user", "content": [_result(call, words, tool_use_id=reply.id)]}])
_sends("result-shape", "the list itself", lambda messages, reply, call, words: [
    *messages, _turn(reply), {"role": "user", "content": [_result(call, words, content=words)]}])
_sends("words-missing", "try again", lambda messages, reply, call, words: _back(messages, reply, call, ["Try again."]))
_sends("words-partly", "the first", lambda messages, reply, call, words: _back(messages, reply, call, words[:1]))
_sends("no-is-error", "an ordinary result", lambda messages, reply, call, words: [
    *messages, _turn(reply), {"role": "user", "content": [_result(call, words, is_error=False)]}])


class Early(BaseException):
    """Brings a value out from under `_extract`."""


@mutant("04-2", "none-to-human")
def no_order_is_no_answer(send, text, problems):
    kind, value = _extract(send, text, problems)
    return ("human", value) if kind == "none" else (kind, value)


@mutant("04-2", "none-second")
def none_is_for_the_first(send, text, problems):
    asked = []

    def counted(messages):
        asked.append(messages)
        return send(messages)

    kind, value = _extract(counted, text, problems)
    return ("human", "none now") if kind == "none" and len(asked) > 1 else (kind, value)


@mutant("04-2", "repaired-none")
def the_second_is_an_order(send, text, problems):
    asked = []

    def counted(messages):
        asked.append(messages)
        return send(messages)

    kind, value = _extract(counted, text, problems)
    return ("repaired", None) if kind == "none" and len(asked) > 1 else (kind, value)


@mutant("04-2", "cut-raises")
def reads_before_it_asks(send, text, problems):
    return _extract(send, text, problems, pick=lambda reply: [
        call for call in _calls(reply) if call.input["order"] is None or call.input["order"] != ()])


@mutant("04-2", "cut-raises")
def reads_into_what_is_not_there(send, text, problems):
    return _extract(send, text, problems, pick=lambda reply: [
        call for call in _calls(reply) if call.input.get("order", 0) is None or len(call.input.get("order")) < 9])


def _second(code, name, **bug):
    """The second reply is read by other rules than the first one."""
    def my_extract(send, text, problems):
        first, second = [], []

        def once(messages):
            if not first:
                first.append(send(messages))
                return first[0]
            second.append(send(messages))
            raise Early(_extract(lambda again: second[0], text, problems, rounds=1,
                                 kinds=("repaired",), **bug))

        try:
            return _extract(once, text, problems)
        except Early as early:
            return early.args[0]

    mutant("04-2", code, name)(my_extract)


_second("second-unread", "two calls are one", one=bool)
_second("second-unread", "whatever is not there is none", one=lambda calls: True,
        none=lambda found: not found.get("order"), why=lambda found: found.get("none_because"),
        whole=lambda reply, number: reply.stop_reason in ("tool_use", "refusal", "end_turn"),
        pick=lambda reply: _calls(reply) or [Nothing()])
_second("no-call", "the first of none", one=lambda calls: len(calls) < 2,
        whole=lambda reply, number: reply.stop_reason != "max_tokens")
_second("second-cut", "get finds no order", whole=lambda reply, number: "order" not in _calls(
    reply)[0].input if _calls(reply) and reply.stop_reason != "tool_use" else reply.stop_reason == "tool_use",
        none=lambda found: found.get("order") is None)


class Nothing:
    """A call of nothing."""

    input = {}


@mutant("04-2", "send-held")
def a_try_around_it_all(send, text, problems):
    try:
        return _extract(send, text, problems)
    except Exception as error:
        return "human", str(error)


@mutant("04-2", "send-held")
def a_try_around_the_repair(send, text, problems):
    asked = []

    def mild(messages):
        asked.append(messages)
        try:
            return send(messages)
        except Exception as error:
            if len(asked) == 1:
                raise
            raise Early(("human", repr(error))) from None

    try:
        return _extract(mild, text, problems)
    except Early as early:
        return early.args[0]


@mutant("04-2", "null-order")
def reads_into_null(send, text, problems):
    return _extract(send, text, problems, none=lambda found: found["order"]["quantity"] == 0)


def _before(send, rule):
    """*send*, whose reply *rule* may answer first: a value, or None."""
    asked = []

    def first(messages):
        asked.append(messages)
        reply = send(messages)
        if len(asked) == 1 and (got := rule(reply)):
            raise Early(got)
        return reply

    return first


def _early(code, name, rule):
    def my_extract(send, text, problems):
        try:
            return _extract(_before(send, rule), text, problems)
        except Early as early:
            got = early.args[0]
            return got() if callable(got) else got

    mutant("04-2", code, name)(my_extract)


_early("cut-none", "null before the stop reason", lambda reply: (
    ("none", _calls(reply)[0].input.get("none_because")) if _calls(reply) and _calls(reply)[0].input.get(
        "order") is None else None))
_early("refusal-as-none", "empty is none", lambda reply: () if reply.content else ("none", "declined"))
_early("text-as-none", "a text is none", lambda reply: () if _calls(reply) or not reply.content else (
    "none", reply.content[0].text))


def _again(code, name, when, back=lambda messages, reply: messages):
    """Asks once more where *when* says so."""
    def my_extract(send, text, problems):
        messages = [{"role": "user", "content": text}]
        reply = send(messages)
        if when(reply):
            send(back(messages, reply))
            return "human", "again"
        return _extract(lambda sent: reply if sent == messages else send(sent), text, problems)

    mutant("04-2", code, name)(my_extract)


def _mend(messages, reply):
    return _back(messages, reply, _calls(reply)[0], ["incomplete"])


_again("cut-repaired", "mends what was cut", lambda reply: reply.stop_reason == "max_tokens", _mend)
_again("cut-repaired", "asks anew", lambda reply: reply.stop_reason == "max_tokens")
_again("refusal-again", "asks whoever declined", lambda reply: not reply.content)
_again("text-repaired", "asks for the tool", lambda reply: reply.content and not _calls(reply),
       lambda messages, reply: [*messages, _turn(reply), {"role": "user", "content": "Call the tool."}])
_again("two-repaired", "wants one of two", lambda reply: len(_calls(reply)) == 2, lambda messages, reply: [
    *messages, _turn(reply), {"role": "user", "content": [_result(call, ["one"]) for call in _calls(reply)]}])
_again("asks-again", "makes sure", lambda reply: True)
_again("unfinished", "asks again when the window is full", lambda reply: "window" in reply.stop_reason)


@mutant("04-2", "no-call")
def takes_the_next_call(send, text, problems):
    return _extract(send, text, problems, whole=lambda reply, number: reply.stop_reason in (
        "tool_use", "end_turn", "refusal"), pick=lambda reply: [next(
                        block for block in reply.content if block.type == "tool_use"), *_calls(reply)[1:]])


@mutant("04-2", "no-call")
def takes_the_first_of_none(send, text, problems):
    return _extract(send, text, problems, whole=lambda reply, number: reply.stop_reason in (
        "tool_use", "end_turn", "refusal"), one=lambda calls: len(calls) < 2)


@mutant("04-2", "not-a-dict")
def replies_as_dicts(send, text, problems):
    return _extract(send, text, problems, pick=lambda reply: [
        block for block in reply["content"] if block["type"] == "tool_use"])


@mutant("04-2", "no-request")
def asks_nobody(send, text, problems):
    return "human", "better safe"


@mutant("04-2", "other-order")
def returns_the_first_one(send, text, problems):
    orders = []

    def judge(problems, found, number):
        orders.append(found["order"])
        return problems(found["order"])

    kind, value = _extract(send, text, problems, judge=judge)
    return (kind, orders[0]) if kind == "repaired" else (kind, value)


@mutant("04-2", "other-word")
def calls_all_repaired(send, text, problems):
    return _extract(send, text, problems, kinds=("repaired", "repaired"))


@mutant("04-2", "raised")
def a_slip_2(send, text, problems):
    return _extract(send, text, problems, judge=lambda problems, found, number: problems(found["ordr"]))


# ---- 04-3: strict schemas

BOUNDS = ("minimum", "maximum", "multipleOf", "minLength", "maxLength", "maxItems")


def _describe(node, limits):
    said = ", ".join(f"{key} {limit}" for _, key, limit in limits)
    return {"description": f"{node['description']} {said}" if "description" in node else said} if said else {}


def _strict(node, path=(), checks=None, *, ways=("properties", "items", "anyOf"), close=lambda node, path: True,
            describe=_describe, bounds=BOUNDS, has=lambda node, key: key in node, item="[]",
            branch=lambda path, k: path, inner=lambda path, name: (*path, name), required=lambda node: {}):
    """A right answer with places at which a bug can be put in."""
    checks = [] if checks is None else checks
    go = partial(_strict, checks=checks, ways=ways, close=close, describe=describe, bounds=bounds, has=has, item=item,
                 branch=branch, inner=inner, required=required)
    limits = [(path, key, node[key]) for key in bounds if has(node, key)]
    checks += limits
    built = {key: value for key, value in node.items() if not (key in bounds and has(node, key))}
    built |= describe(node, limits)
    if "properties" in node:
        built |= required(node)
        if close(node, path):
            built["additionalProperties"] = False
        if "properties" in ways:
            built["properties"] = {name: go(part, inner(path, name))[0] for name, part in node["properties"].items()}
    if "items" in node and "items" in ways:
        built["items"] = go(node["items"], (*path, item))[0]
    if "anyOf" in node and "anyOf" in ways:
        built["anyOf"] = [go(part, branch(path, k))[0] for k, part in enumerate(node["anyOf"])]
    return built, checks


def _schema(code, name, **bug):
    mutant("04-3", code, name)(lambda schema: _strict(schema, **bug))


right("04-3", "as it is planted")(lambda schema: _strict(schema))


@right("04-3")
def by_production(schema):
    from helpers.structured import to_strict

    strict = to_strict(schema)
    return strict.schema, [(check.path, check.keyword, check.limit) for check in strict.checks]


@right("04-3")
def on_a_copy(schema):
    new = copy.deepcopy(schema)
    todo, checks = [((), new)], []
    while todo:
        path, node = todo.pop()
        words = []
        for key in BOUNDS:
            if key in node:
                words.append(f"{key}={node[key]}")
                checks.append([list(path), key, node.pop(key)])
        if words:
            node["description"] = " ".join([*words, node.get("description", "")])
        if node.get("type") == "object":
            node["additionalProperties"] = False
        todo += [((*path, name), part) for name, part in node.get("properties", {}).items()]
        todo += [((*path, "[]"), part) for part in [node.get("items")] if part is not None]
        todo += [(path, part) for part in node.get("anyOf", [])]
    return new, checks


@right("04-3")
def by_a_generator_of_checks(schema):
    def checks(node, path=()):
        yield from ((path, key, node[key]) for key in BOUNDS if key in node)
        for name, part in (node.get("properties") or {}).items():
            yield from checks(part, (*path, name))
        for part in [*node.get("anyOf", ()), *([node["items"]] if "items" in node else ())]:
            yield from checks(part, path if "anyOf" in node else path + ("[]",))

    return _strict(schema)[0], set(checks(schema))


right("04-3", "glued to the full stop")(lambda schema: _strict(schema, describe=lambda node, limits: {
    "description": node.get("description", "") + " ".join(str(limit) for _, _, limit in limits)} if limits else {}))
right("04-3", "a dict's values")(lambda schema: (lambda strict, checks: (
    strict, dict(enumerate(checks)).values()))(*_strict(schema)))

_schema("empty-object", "no fields, no object", close=lambda node, path: bool(node["properties"]))
_schema("open", "not the root", close=lambda node, path: path != ())
_schema("open", "nowhere", close=lambda node, path: False)
_schema("open-below", "the root alone", close=lambda node, path: path == ())
_schema("bound-left", "not below", ways=())
_schema("open-below", "no items", ways=("properties", "anyOf"))
_schema("open-below", "no branches", ways=("properties", "items"))
_schema("bound-left", "minimum and maximum alone", bounds=("minimum", "maximum"))
_schema("zero", "0 is nothing", has=lambda node, key: bool(node.get(key)))
_schema("unsaid", "no words", describe=lambda node, limits: {})
_schema("unsaid", "words behind words alone", describe=lambda node, limits: _describe(node, limits) if node.get(
    "description") else {})
_schema("unsaid", "the last limit alone", describe=lambda node, limits: _describe(node, limits[-1:]))
_schema("description-lost", "words instead", describe=lambda node, limits: _describe({}, limits))
_schema("described", "words everywhere", describe=lambda node, limits: _describe(node, limits) or {"description": "-"})
_schema("made-required", "all of them", required=lambda node: {"required": [*node["properties"]]})
_schema("required-lost", "none of them", required=lambda node: {"required": []})
_schema("path", "no brackets", item="items")
_schema("path", "through properties", inner=lambda path, name: (*path, "properties", name))
_schema("path", "the number of the branch", branch=lambda path, k: (*path, str(k)))
_schema("path", "the name alone", inner=lambda path, name: (name,))


@mutant("04-3", "open-below")
def with_a_type_of_its_own(schema):
    return _strict(schema, close=lambda node, path: "[]" not in path)


@mutant("04-3", "names-as-keywords")
def every_dict_is_a_node(schema):
    checks = []

    def go(node, path=()):
        if isinstance(node, list):
            return [go(part, path) for part in node]
        if not isinstance(node, dict):
            return node
        limits = [(path, key, node[key]) for key in BOUNDS if key in node]
        checks.extend(limits)
        built = {key: go(value, path if key in ("properties", "anyOf") else (*path, "[]" if key == "items" else key))
                 for key, value in node.items() if key not in BOUNDS} | _describe(node, limits)
        return built | ({"additionalProperties": False} if node.get("type") == "object" else {})

    return go(schema), checks


@mutant("04-3", "changed-input")
def pops_in_place(schema):
    strict, checks = on_a_copy(schema)
    schema |= strict
    return schema, checks


@mutant("04-3", "changed-input")
def copies_one_level(schema):
    strict, checks = _strict(schema)
    new = dict(schema)
    for name in new["properties"]:
        new["properties"][name] = strict["properties"][name]
    return new | {"additionalProperties": False}, checks


@mutant("04-3", "check-lost")
def no_checks(schema):
    return _strict(schema)[0], []


@mutant("04-3", "check-lost")
def a_list_for_each_level(schema):
    return _strict(schema)[0], [one for one in _strict(schema)[1] if len(one[0]) < 2]


@mutant("04-3", "check-extra")
def each_twice(schema):
    strict, checks = _strict(schema)
    return strict, [*checks, *checks]


@mutant("04-3", "check-extra")
def every_bound_that_there_is(schema):
    strict, checks = _strict(schema)
    return strict, [*checks, *([((name,), "minLength", 1) for name, part in schema["properties"].items()
                                if part.get("type") == "string"])]


def _levels(node, path=(), left=4):
    """Goes down *left* levels, and takes what is below as it is."""
    if not left:
        return node, []
    limits = [(path, key, node[key]) for key in BOUNDS if key in node]
    built = {key: value for key, value in node.items() if key not in BOUNDS} | _describe(node, limits)
    if "properties" in node:
        parts = {name: _levels(part, (*path, name), left - 1) for name, part in node["properties"].items()}
        built |= {"additionalProperties": False, "properties": {name: part for name, (part, _) in parts.items()}}
        limits += [one for _, below in parts.values() for one in below]
    if "items" in node:
        built["items"], below = _levels(node["items"], (*path, "[]"), left - 1)
        limits += below
    if "anyOf" in node:
        parts = [_levels(part, path, left - 1) for part in node["anyOf"]]
        built["anyOf"] = [part for part, _ in parts]
        limits += [one for _, below in parts for one in below]
    return built, limits


right("04-3", "as deep as ours")(lambda schema: _levels(schema, left=20))
mutant("04-3", "too-shallow", "four levels")(lambda schema: _levels(schema, left=4))
mutant("04-3", "too-shallow", "eight levels")(lambda schema: _levels(schema, left=8))


@mutant("04-3", "other-keyword")
def least_and_most_swapped(schema):
    strict, checks = _strict(schema)
    swap = {"minimum": "maximum", "maximum": "minimum"}
    return strict, [(path, swap.get(key, key), limit) for path, key, limit in checks]


@mutant("04-3", "read-once")
def a_generator_of_checks(schema):
    strict, checks = _strict(schema)
    return strict, (check for check in checks)


@mutant("04-3", "read-once")
def a_map_of_checks(schema):
    strict, checks = _strict(schema)
    return strict, map(tuple, checks)


@mutant("04-3", "no-pair")
def checks_by_path(schema):
    strict, checks = _strict(schema)
    return strict, {path: (key, limit) for path, key, limit in checks}


@mutant("04-3", "every-node")
def each_has_properties(schema):
    for part in schema["properties"].values():
        part["properties"].items()
    return _strict(schema)


@mutant("04-3", "no-pair")
def the_schema_alone(schema):
    return _strict(schema)[0]


@mutant("04-3", "no-pair")
def the_other_way_round(schema):
    return _strict(schema)[::-1]


@mutant("04-3", "no-triple")
def places_as_words(schema):
    strict, checks = _strict(schema)
    return strict, [(".".join(path), key, limit) for path, key, limit in checks]


@mutant("04-3", "no-triple")
def names_alone(schema):
    strict, checks = _strict(schema)
    return strict, [path for path, _, _ in checks]


@mutant("04-3", "no-node")
def forgets_to_return(schema):
    strict, checks = _strict(schema)
    return strict | {"properties": dict.fromkeys(strict["properties"])}, checks


@mutant("04-3", "other-keys")
def keeps_what_it_knows(schema):
    strict, checks = _strict(schema)
    for part in strict["properties"].values():
        part.pop("enum", None)
    return strict, checks


@mutant("04-3", "other-keys")
def closes_everything(schema):
    strict, checks = _strict(schema)
    for part in strict["properties"].values():
        part["additionalProperties"] = False
    return strict, checks


@mutant("04-3", "other-keys")
def adds_a_field(schema):
    strict, checks = _strict(schema)
    strict["properties"]["none_because"] = {"type": "string"}
    return strict, checks


# ---- 04-4: tools that do things

def _loop(send, run, text, done, max_rounds=5, *, go=lambda reply: reply.stop_reason == "tool_use", key=lambda b: b.id,
          result=lambda block, said, bad: {"content": said, **({"is_error": True} if bad else {})}, caught=Exception,
          words=lambda error: f"{type(error).__name__}: {error}", turn=_turn, user=lambda results, blocks: [
              {"role": "user", "content": results}], grow=lambda messages, new: [*messages, *new], rounds=lambda n: n,
          end=lambda reply: reply, first=lambda text: [{"role": "user", "content": text}], over=RuntimeError,
          saves=True):
    """A right answer with places at which a bug can be put in."""
    messages = first(text)
    for _ in range(rounds(max_rounds)):
        reply = send(messages)
        if not go(reply):
            return end(reply)
        results, later = [], {}
        for block in _calls(reply):
            try:
                if key(block) not in done:
                    (done if saves is True else later)[key(block)] = run(block.name, block.input)
                said, bad = {**later, **done}[key(block)], False
            except caught as error:
                said, bad = words(error), True
            results.append({"type": "tool_result", "tool_use_id": block.id, **result(block, said, bad)})
        if saves == "late":
            done.update(later)
        messages = grow(messages, [turn(reply), *user(results, _calls(reply))])
    if over:
        raise over("too many rounds")
    return reply


def _tool(code, name, **bug):
    mutant("04-4", code, name)(lambda send, run, text, done, max_rounds=5: _loop(
        send, run, text, done, max_rounds, **bug))


right("04-4", "as it is planted")(lambda send, run, text, done, max_rounds=5: _loop(send, run, text, done, max_rounds))


@right("04-4")
def by_recursion_4(send, run, text, done, max_rounds=5):
    def answer(block):
        if block.id in done:
            return done[block.id]
        try:
            block_result = {"content": [{"type": "text", "text": run(block.name, block.input)}]}
        except Exception as error:
            block_result = {"content": repr(error), "is_error": True}
        done[block.id] = {"type": "tool_result", "tool_use_id": block.id, **block_result}
        return done[block.id]

    def go(messages, left):
        if left == 0:
            raise RuntimeError
        reply = send(messages)
        calls = _calls(reply) if reply.stop_reason == "tool_use" else []
        if not calls:
            return reply
        return go([*messages, {"role": "assistant", "content": [block.to_dict() for block in reply.content]},
                   {"role": "user", "content": [answer(block) for block in calls]}], left - 1)

    return go([{"role": "user", "content": text}], max_rounds)


@right("04-4")
def with_a_while(send, run, text, done, max_rounds=5):
    messages, asked = [{"role": "user", "content": [{"type": "text", "text": text}]}], 0
    while asked < max_rounds:
        asked += 1
        reply = send(messages)
        match reply.stop_reason:
            case "tool_use":
                messages.append({"role": "assistant", "content": reply.content})
                messages.append({"role": "user", "content": []})
            case _:
                return reply
        for block in filter(lambda one: one.type == "tool_use", reply.content):
            entry = {"type": "tool_result", "tool_use_id": block.id, "is_error": False}
            if block.id not in done:
                try:
                    done[block.id] = (run(block.name, block.input), False)
                except Exception as error:
                    done[block.id] = (str(error), True)
            entry["content"], entry["is_error"] = done[block.id]
            messages[-1]["content"] += [entry]
    raise TimeoutRounds(max_rounds)


class TimeoutRounds(RuntimeError):
    """A RuntimeError of one's own."""


@right("04-4")
def names_silence(send, run, text, done, max_rounds=5):
    return _loop(send, lambda name, given: run(name, given) or "(done)", text, done, max_rounds)


@right("04-4")
def runs_by_name(send, run, text, done, max_rounds=5):
    return _loop(send, lambda name, given: run(input=given, name=name), text, done, max_rounds)


@right("04-4")
def results_in_another_order(send, run, text, done, max_rounds=5):
    return _loop(send, run, text, done, max_rounds, user=lambda results, blocks: [
        {"role": "user", "content": [*results[::-1], {"type": "text", "text": "Go on."}]}])


_tool("cut-run", "calls decide", go=_calls)
_tool("wrong-end", "one round", rounds=lambda most: 1, over=None)
_tool("other-end-run", "not those that are bad", go=lambda reply: reply.stop_reason not in (
    "end_turn", "max_tokens", "refusal", "stop_sequence"))
_tool("other-end-run", "not those of today", go=lambda reply: reply.stop_reason not in (
    "end_turn", "max_tokens", "refusal", "stop_sequence", "pause_turn", "model_context_window_exceeded"))
_tool("one-kind-held", "what is not found", caught=LookupError)
_tool("other-role", "tool", user=lambda results, blocks: [{"role": "tool", "tool_call_id": one["tool_use_id"],
                                                           "content": one["content"]} for one in results])
_tool("other-role", "tool, with its blocks", user=lambda results, blocks: [{"role": "tool", "content": results}])
_tool("other-role", "none", user=lambda results, blocks: results)
_tool("equal-calls", "by what is asked", key=lambda block: (block.name, str(block.input)))
_tool("equal-calls", "by the order", key=lambda block: (block.name, block.input["order"]))
_tool("saved-late", "at the round's end", saves="late")
_tool("tool-error-raised", "no try", caught=ZeroDivisionError)
_tool("held-an-interrupt", "everything", caught=BaseException)
_tool("error-words", "failed", words=lambda error: "failed")
_tool("error-words", "its kind", words=lambda error: type(error).__name__)
_tool("no-is-error", "as if found", result=lambda block, said, bad: {"content": said})
_tool("false-error", "always", result=lambda block, said, bad: {"content": said, "is_error": True})
_tool("result-changed", "done", result=lambda block, said, bad: {"content": said if bad else "done", "is_error": bad})
_tool("two-messages", "one each", user=lambda results, blocks: [{"role": "user", "content": [one]} for one in results])
_tool("result-missing", "the first alone", user=lambda results, blocks: [{"role": "user", "content": results[:1]}])
_tool("result-missing", "the last alone", user=lambda results, blocks: [{"role": "user", "content": results[-1:]}])
_tool("result-missing", "no error", user=lambda results, blocks: [{"role": "user", "content": [
    one for one in results if not one.get("is_error")]}])
_tool("result-missing", "as texts", user=lambda results, blocks: [{"role": "user", "content": "\n".join(
    one["content"] for one in results)}])
_tool("result-first", "a text in front", user=lambda results, blocks: [
    {"role": "user", "content": [{"type": "text", "text": "Here:"}, *results]}])
_tool("results-swapped", "the wrong way round", user=lambda results, blocks: [{"role": "user", "content": [
    {**one, "content": other["content"]} for one, other in zip(results, results[::-1], strict=True)]}])
_tool("thinking-dropped", "calls alone", turn=lambda reply: {"role": "assistant", "content": [
    block for block in reply.content if block.type != "thinking"]})
_tool("turn-changed", "the first call alone", turn=lambda reply: {"role": "assistant", "content": [
    block for block in reply.content if block.type != "tool_use"] + _calls(reply)[:1]})
_tool("no-assistant-turn", "results alone", grow=lambda messages, new: [*messages, *new[1:]])
_tool("history-lost", "the last turns alone", grow=lambda messages, new: new)
_tool("history-lost", "the first and the last", grow=lambda messages, new: [*messages[:1], *new])
_tool("no-reply", "its text", end=lambda reply: "".join(getattr(block, "text", "") for block in reply.content))
_tool("no-reply", "nothing", end=lambda reply: None)
_tool("rounds", "one more", rounds=lambda most: most + 1)
_tool("rounds", "one less", rounds=lambda most: most - 1 if most == 5 else most)
_tool("rounds", "always five", rounds=lambda most: 5)
_tool("runaway", "without end", rounds=lambda most: 1_000)
_tool("quiet-end", "the last reply", over=None)
_tool("quiet-end", "another error", over=ValueError)
_tool("first-request", "instructions in front", first=lambda text: [{"role": "user", "content": f"Use tools. {text}"}])


@mutant("04-4", "ran-twice")
def a_done_of_its_own(send, run, text, done, max_rounds=5):
    return _loop(send, run, text, dict(done), max_rounds)


@mutant("04-4", "ran-twice")
def by_the_block_itself(send, run, text, done, max_rounds=5):
    return _loop(send, run, text, done, max_rounds, key=lambda block: id(block))


@mutant("04-4", "ran-twice")
def done_starts_empty(send, run, text, done, max_rounds=5):
    done = {}
    return _loop(send, run, text, done, max_rounds)


@mutant("04-4", "silence")
def asks_what_stands_there(send, run, text, done, max_rounds=5):
    class Filled(type(done)):
        def __contains__(self, id):
            return bool(done.get(id))

        def __setitem__(self, id, said):
            super().__setitem__(id, said)
            done[id] = said

    return _loop(send, run, text, Filled(done), max_rounds)


@mutant("04-4", "error-saved")
def saves_what_it_says(send, run, text, done, max_rounds=5):
    def saving(name, given):
        try:
            return run(name, given)
        except Exception as error:
            failed.append(str(error))
            return str(error)

    failed = []
    return _loop(send, saving, text, done, max_rounds, result=lambda block, said, bad: {
        "content": said, "is_error": said in failed})


@mutant("04-4", "run-arguments")
def unpacks_the_input(send, run, text, done, max_rounds=5):
    return _loop(send, lambda name, given: run(name, **given), text, done, max_rounds)


@mutant("04-4", "run-arguments")
def hands_the_block_on(send, run, text, done, max_rounds=5):
    return _loop(send, lambda name, given: run(given), text, done, max_rounds, caught=ZeroDivisionError)


@mutant("04-4", "result-missing")
def runs_once_and_says_nothing(send, run, text, done, max_rounds=5):
    known = set(done)
    return _loop(send, run, text, done, max_rounds, user=lambda results, blocks: [{"role": "user", "content": [
        one for one in results if one["tool_use_id"] not in known] or "done already"}])


@mutant("04-4", "send-caught")
def a_try_around_all(send, run, text, done, max_rounds=5):
    try:
        return _loop(send, run, text, done, max_rounds)
    except RuntimeError:
        raise
    except Exception as error:
        return f"failed: {error}"


@mutant("04-4", "wrong-end")
def answers_without_asking(send, run, text, done, max_rounds=5):
    return "done"


@mutant("04-4", "raised")
def a_slip_4(send, run, text, done, max_rounds=5):
    return _loop(send, run, text, done, max_rounds, end=lambda reply: reply.contents)


# ---- 04-5: evidence

def _plain(text):
    return " ".join(text.casefold().split())


def _in_words(part, whole):
    edges = [(whole[:found.start()], whole[found.end():]) for found in re.finditer(
        rf"(?<!\w)(?={re.escape(part)}(?!\w))()", whole)]
    return bool(part) and any(not re.search(r"\d[.,]$|\w['’]$", before) and not re.match(r"[.,]\d", rest[len(part):])
                              for before, rest in edges)


def _proof(record, text, *, plain=_plain, evidence=_in_words, value=_in_words, spoken=str,
           no_value=lambda value: value is None, each=lambda found: found):
    """A right answer with places at which a bug can be put in."""
    found = []
    for name, field in record.items():
        if no_value(field["value"]):
            continue
        said, what, source = plain(field["evidence"] or ""), plain(spoken(field["value"])), plain(text)
        if not (evidence(said, source) and value(what, said)):
            found.append(name)
    return each(found)


def _prove(code, name, **bug):
    mutant("04-5", code, name)(lambda record, text: _proof(record, text, **bug))


right("04-5", "as it is planted")(lambda record, text: _proof(record, text))


@right("04-5")
def by_padding(record, text):
    """Every sign that is no letter or digit, and joins none, a word of its own."""
    def padded(what):
        what = "" if what is None else str(what).lower()
        return " " + " ".join(re.findall(r"\d+(?:[.,]\d+)+|\w+(?:['’]\w+)*|[^\w\s]", what)) + " "

    def proves(value, evidence):
        return padded(evidence).strip() and padded(value).strip() and padded(evidence) in padded(text) and padded(
            value) in padded(evidence)

    return {name for name, field in record.items() if field["value"] is not None
            and not proves(field["value"], field["evidence"])}


@right("04-5")
def with_find(record, text):
    def goes_on(before, after):
        return (before[-1:].isalnum() or after[:1].isalnum() or before[-1:] in ("'", "’") and before[-2:-1].isalpha()
                or before[-1:] in tuple(".,") and before[-2:-1].isdigit()
                or after[:1] in tuple(".,") and after[1:2].isdigit())

    def stands(part, whole):
        part, whole = part.split(), whole.split()
        part, whole = " ".join(part).upper(), " ".join(whole).upper()
        at = whole.find(part) if part else -1
        while at >= 0:
            if not goes_on(whole[:at], whole[at + len(part):]):
                return True
            at = whole.find(part, at + 1)
        return False

    unproved = []
    for name in record:
        match record[name]:
            case {"value": None}:
                continue
            case {"evidence": None}:
                unproved.append(name)
            case {"value": value, "evidence": evidence} if not (stands(evidence, text) and stands(
                    f"{value}", evidence)):
                unproved.append(name)
    return tuple(unproved)


@right("04-5")
def by_one_pattern(record, text):
    def pattern(what):
        words = map(re.escape, str(what).split())
        return re.compile(r"(?<!\w)(?<!\d[.,])(?<!\w['’])" + r"\s+".join(words) + r"(?!\w)(?![.,]\d)",
                          re.IGNORECASE) if str(what).split() else None

    return [name for name, field in record.items() if field["value"] is not None and not all(
        found and found.search(whole or "") for found, whole in (
            (pattern(field["evidence"] or ""), text), (pattern(field["value"]), field["evidence"])))]


_prove("proven-refused", "the whole text", evidence=lambda part, whole: part == whole)
_prove("proven-refused", "names everything", value=lambda part, whole: False)
_prove("proven-refused", "the value is the evidence", value=lambda part, whole: part == whole)
_prove("evidence-unchecked", "the value alone", evidence=lambda part, whole: bool(part))
_prove("value-unchecked", "the evidence alone", value=lambda part, whole: bool(part))
_prove("evidence-pieced", "word by word", evidence=lambda part, whole: bool(part) and set(part.split()) <= {
    word.strip(".,;") for word in whole.split()} | {*whole.split(), "march,"})
_prove("capitals", "as it is written", plain=lambda text: " ".join(text.split()))
_prove("white-space", "lower alone", plain=str.lower)
_prove("white-space", "no line ends", plain=lambda text: text.lower().replace("\n", ""))
_prove("white-space", "double spaces stay", plain=lambda text: re.sub(r"\n", " ", text.lower()))
_prove("part-of-a-word", "in", evidence=lambda part, whole: bool(part) and part in whole,
       value=lambda part, whole: bool(part) and part in whole)
_prove("part-of-a-word", "from a word's beginning", value=lambda part, whole: bool(part) and bool(
    re.search(rf"(?<!\w){re.escape(part)}", whole)))
_prove("evidence-part-of-a-word", "the value alone is a word",
       evidence=lambda part, whole: bool(part) and part in whole)
_prove("number", "numbers are named", spoken=lambda value: value if isinstance(value, str) else "-")
_prove("digit-of-a-number", "numbers are no words", value=lambda part, whole: bool(part) and (
    part in whole if part.isdigit() else _in_words(part, whole)))
_prove("zero", "nothing is nothing", no_value=lambda value: value is None or value == 0)
_prove("brackets", "with edges", value=lambda part, whole: bool(part) and bool(re.search(
    rf"\b{re.escape(part)}\b", whole)))
_prove("brackets", "as a pattern", value=lambda part, whole: bool(part) and bool(re.search(
    rf"(?<!\w){part}(?!\w)", whole)))
_prove("punctuation", "signs don't count",
       plain=lambda text: " ".join(re.sub(r"[^\w\s]", " ", text.casefold()).split()))
_prove("edges", "between spaces", value=lambda part, whole: bool(part) and f" {part} " in f" {whole} ")
def _by(before, behind):
    return lambda part, whole: bool(part) and bool(re.search(before + re.escape(part) + behind, whole))


def _first_place(part, whole):
    at = whole.find(part)
    return bool(part) and at >= 0 and not whole[at - 1:at].isalnum() and not whole[at + len(part):][:1].isalnum()


_prove("next-sign", "split at spaces", evidence=lambda part, whole: bool(part) and f" {part} " in f" {whole} ")
_prove("next-sign", "a list of words", evidence=lambda part, whole: bool(part) and any(
    whole.split()[at:at + len(part.split())] == part.split() for at in range(len(whole))))
_prove("full-stop", "edges of the evidence", evidence=_by(r"\b", r"\b"))
_prove("full-stop", "edges all over", evidence=_by(r"\b", r"\b"), value=_by(r"\b", r"\b"))
_prove("white-space", "line ends and spaces", plain=lambda text: re.sub("[ \n]+", " ", text.lower()))
_prove("white-space", "ASCII's", plain=lambda text: re.sub(r"[ \t\r\n]+", " ", text.lower()))
_prove("umlaut", "a to z", value=_by("(?<![a-z0-9])", "(?![a-z0-9])"))
_prove("umlaut", "ASCII", value=_by(r"(?a:(?<!\w))", r"(?a:(?!\w))"))
_prove("first-find", "find once", value=_first_place)
_prove("number", "whole numbers alone", no_value=lambda value: not isinstance(value, str | int))
_prove("number", "texts and whole numbers", spoken=lambda value: value if isinstance(value, str) else f"{value:.0f}")
_prove("part-of-a-number", "words alone", value=_by(r"(?<!\w)", r"(?!\w)"))
_prove("part-of-a-number", "the value alone", evidence=_by(r"(?<!\w)", r"(?!\w)"))
_prove("part-of-a-number", "no point behind", value=_by(r"(?<!\w)(?<!\w')(?<!\w’)", r"(?!\w)(?!\.\d)"))
_prove("part-of-a-number", "points alone", value=_by(r"(?<!\w)(?<!\w['’])(?<!\d\.)", r"(?!\w)(?!\.\d)"))
_prove("number-refused", "no comma behind", value=_by(r"(?<!\w)(?<!\w['’])(?<!\d[.,])", r"(?!\w)(?![.,])"))
_prove("number-refused", "no full stop behind", value=_by(r"(?<!\w)(?<!\w['’])(?<!\d[.,])", r"(?!\w)(?!\.|,\d)"))
_prove("apostrophe", "no word joined", value=_by(r"(?<!\w)(?<!\d[.,])", r"(?!\w)(?![.,]\d)"))
_prove("apostrophe", "the straight one", value=_by(r"(?<!\w)(?<!\w')(?<!\d[.,])", r"(?!\w)(?![.,]\d)"))
_prove("punctuation", "as if it weren't there",
       plain=lambda text: " ".join(re.sub(r"[^\w\s-]", "", text.casefold()).split()))
_prove("null-named", "None is unproven", no_value=lambda value: False)
_prove("no-evidence", "where none is there", evidence=lambda part, whole: not part or _in_words(part, whole),
       value=lambda part, whole: not whole or _in_words(part, whole))
_prove("blank-value", "the empty text is in each", value=lambda part, whole: not part or _in_words(part, whole))
_prove("blank-value", "nothing is null", no_value=lambda value: value is None or value == "")
_prove("blank-value", "white space is null", no_value=lambda value: value is None or value == " ")
_prove("no-list", "yes or no", each=bool)
_prove("no-list", "one text", each=", ".join)
_prove("no-list", "places", each=lambda found: [0 for _ in found])
_prove("not-each", "the first alone", each=lambda found: found[:1])


@mutant("04-5", "number-raises")
def any_value_is_a_text(record, text):
    return _proof(record, text, spoken=lambda value: value)


@mutant("04-5", "null-raises")
def none_is_a_text(record, text):
    for field in record.values():
        field["evidence"].strip()
    return _proof(record, text)


@mutant("04-5", "null-raises")
def none_as_value_is_a_text(record, text):
    return _proof(record, text, spoken=lambda value: value if value is None else str(value),
                  no_value=lambda value: False)


@mutant("04-5", "pattern-raises")
def an_open_bracket(record, text):
    return _proof(record, text, value=lambda part, whole: bool(part) and bool(
        re.search(part.replace(")", ""), whole)) and _in_words(part, whole))


@mutant("04-5", "changed-input")
def lowers_in_place(record, text):
    for field in record.values():
        field["evidence"] = _plain(field["evidence"] or "")
    return _proof(record, text)


@mutant("04-5", "not-each")
def returns_in_the_loop(record, text):
    for name in record:
        return [name] if _proof({name: record[name]}, text) else []
    return []
