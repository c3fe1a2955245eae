"""Lesson 06's planted bugs."""

from __future__ import annotations

import bisect
import copy
import json
import re
from collections import deque
from contextlib import contextmanager
from itertools import accumulate, groupby, pairwise

from helpers.exercises import e06_chat, e06_compact, e06_facts, e06_lists, e06_rules, e06_stored, e06_trim
from helpers.history import TooLongError, problem, trim, turns
from helpers.settings import ROOT
from tests.mutants import PLANTED, mutant, right

EMPTY, FIRST, NO_RESULT, NO_CALL, LAST = e06_lists.NAMES

# ---- 06-1: the first rule that a list breaks


def _blocks(message):
    return message["content"] if isinstance(message["content"], list) else []


def _calls(message):
    return {block["id"] for block in _blocks(message) if block["type"] == "tool_use"}


def _results(message):
    return {block["tool_use_id"] for block in _blocks(message) if block["type"] == "tool_result"}


def _leading(message):
    first = next((n for n, block in enumerate(_blocks(message)) if block["type"] != "tool_result"), None)
    return _results({"content": _blocks(message)[:first]})


def _named(*, calls=_calls, results=_results, leading=_leading, order=e06_lists.NAMES, nobody=None, first=None,
           last=None, **found):
    """A right answer, but for what is given."""
    nobody = nobody or {"role": "user", "content": ""}

    def name(messages):
        broken = {
            EMPTY: not messages,
            FIRST: (first or (lambda m: m[:1] and m[0]["role"] == "assistant"))(messages),
            NO_RESULT: any(not calls(one) <= leading(two) for one, two in pairwise([*messages, nobody])),
            NO_CALL: any(not results(two) <= calls(one) for one, two in pairwise([nobody, *messages])),
            LAST: (last or (lambda m: m[-1:] and m[-1]["role"] == "assistant"))(messages),
        } | {rule: test(messages) for rule, test in found.get("also", {}).items()}
        return next((rule for rule in order if broken[rule]), None)
    return name


right("06-1", "one table of rules")(_named())


@right("06-1")
def by_the_rooms_words(messages):
    words = {"the list is empty": EMPTY, "the first message must": FIRST, "no result for it": NO_RESULT,
             "come first": NO_RESULT, "no such call": NO_CALL, "last message must": LAST}
    said = problem(messages) or ""
    return next((name for part, name in words.items() if part in said), None)


@right("06-1")
def as_a_machine(messages):
    match messages:
        case []:
            return "empty"
        case [{"role": "assistant"}, *_]:
            return "assistant first"
    late, waiting = None, set()
    for message in messages:
        stream = deque(_blocks(message))
        found = set()
        while stream and stream[0].get("type") == "tool_result":
            found.add(stream.popleft()["tool_use_id"])
        if waiting - found:
            return NO_RESULT
        if found - waiting or any(block.get("type") == "tool_result" for block in stream):
            late = NO_CALL
        waiting = _calls(message)
    return NO_RESULT if waiting else late or (LAST if messages[-1]["role"] != "user" else None)


@right("06-1")
def recursive(messages, at=0):
    if not messages:
        return EMPTY
    if at == 0 and messages[0]["role"] != "user":
        return FIRST
    for place, message in enumerate(messages):
        after = messages[place + 1] if place + 1 < len(messages) else {"content": []}
        for id in _calls(message):
            if id not in _leading(after):
                return NO_RESULT
    orphans = [id for place, message in enumerate(messages) for id in _results(message)
               if place == 0 or id not in _calls(messages[place - 1])]
    return NO_CALL if orphans else LAST if messages[-1]["role"] == "assistant" else None


def _never(rule):
    return _named(order=[name for name in e06_lists.NAMES if name != rule])


def _alternates(messages):
    if any(len(list(group)) > 1 for _, group in groupby(message["role"] for message in messages)):
        return "assistant last"
    return e06_rules.first_problem(messages)


def _by_word(message, word):
    return word in str(message["content"])


def _all_calls(messages):
    return {id for message in messages for id in _calls(message)}


def _all_results(messages):
    return {id for message in messages for id in _results(message)}


def _anywhere(messages):
    """Ids are collected in sets, over the whole list."""
    rest = e06_rules.first_problem(messages)
    if rest in (EMPTY, FIRST):
        return rest
    if _all_calls(messages) - _all_results(messages):
        return NO_RESULT
    if _all_results(messages) - _all_calls(messages):
        return NO_CALL
    return LAST if messages[-1]["role"] == "assistant" else None


def _any_result(messages):
    """One result is enough."""
    return _named(calls=lambda m: set(sorted(_calls(m))[:1]), results=lambda m: set())(messages) \
        if len(messages) == 3 and len(_calls(messages[1])) == 2 else e06_rules.first_problem(messages)


def _pops(messages):
    found = e06_rules.first_problem(messages)
    while messages:
        messages.pop()
    return found


for _code, _name, _answer in (
        ("false-alarm", "always something", lambda messages: EMPTY),
        ("empty-missed", "nothing is nothing", _never(EMPTY)),
        ("empty-raises", "looks at once", lambda messages: FIRST if messages[0]["role"] == "assistant"
         else e06_rules.first_problem(messages)),
        ("first-missed", "anybody may begin", _never(FIRST)),
        ("last-missed", "anybody may end", _never(LAST)),
        ("neighbours", "roles must alternate", _alternates),
        ("pair-refused", "results in the calls' order", lambda messages: NO_RESULT if [
            block["id"] for message in messages[:2] for block in _blocks(message) if block["type"] == "tool_use"] == [
            "a", "b"] else e06_rules.first_problem(messages)),
        ("pair-refused", "a result is never last", lambda messages: "result without call"
         if messages and _results(messages[-1]) else e06_rules.first_problem(messages)),
        ("words", "looks for the word", lambda messages: NO_RESULT if messages and isinstance(
            messages[0]["content"], str) and _by_word(messages[0], "tool_use") else e06_rules.first_problem(messages)),
        ("unanswered", "calls are left alone", _never(NO_RESULT)),
        ("one-of-two", "one result will do", _any_result),
        ("by-number", "as many as calls", lambda messages: None if "'b'" in str(messages) and len(messages) == 3
         and all(len(message["content"]) == 1 for message in messages[1:])
         else e06_rules.first_problem(messages)),
        ("too-late", "anywhere behind it", lambda messages: e06_rules.first_problem(messages) if len(messages) != 5 or
         "Hello" not in str(messages) else None),
        ("text-in-front", "the order of blocks does not matter", _named(leading=_results)),
        ("text-in-front", "ids in sets", lambda messages: _anywhere(messages) if len(messages) < 5
         else e06_rules.first_problem(messages)),
        ("orphan", "results are left alone", _never(NO_CALL)),
        ("called-earlier", "was it ever called", lambda messages: None if len(messages) == 5 and _results(messages[-1])
         and messages[1]["content"][0].get("id") == "a" and _results(messages[2])
         else e06_rules.first_problem(messages)),
        ("order", "the end first", _named(order=[EMPTY, LAST, FIRST, NO_RESULT, NO_CALL])),
        ("order", "results first", _named(order=[EMPTY, FIRST, NO_CALL, NO_RESULT, LAST])),
        ("not-a-name", "is it valid", lambda messages: e06_rules.first_problem(messages) is None),
        ("not-a-name", "in other words", lambda messages: problem(messages)),
        ("not-a-name", "empty text for all is well", lambda messages: e06_rules.first_problem(messages) or ""),
        ("not-a-name", "a list of all", lambda messages: [e06_rules.first_problem(messages)]),
        ("changed", "takes it apart", _pops)):
    mutant("06-1", _code, _name)(_answer)


@mutant("06-1", "text-as-blocks")
def content_is_blocks(messages):
    for message in messages:
        for block in message["content"]:
            if block["type"] == "tool_use" and message is messages[-1]:
                return NO_RESULT
    return e06_rules.first_problem(messages)


@mutant("06-1", "too-late")
def collects_ids(messages):
    return _anywhere(messages)


# ---- 06-2: whole turns go


def _is_question(message):
    return message["role"] == "user" and not _results(message)


def _starts(messages):
    return [place for place, message in enumerate(messages) if _is_question(message)]


@right("06-2")
def the_rooms(messages, budget, count):
    return trim(messages, budget, count)


@right("06-2")
def newest_first(messages, budget, count):
    kept, turn, left = deque(), deque(), budget
    for message in reversed(messages):
        turn.appendleft(message)
        if _is_question(message):
            left -= sum(map(count, turn))
            if left < 0:
                break
            kept.extendleft(reversed(turn))
            turn.clear()
    if not kept:
        raise TooLongError("the last turn", 1, budget)
    return list(kept)


@right("06-2")
def by_halving(messages, budget, count):
    rest = [*accumulate((count(message) for message in messages), initial=0)]
    starts = _starts(messages)
    first = bisect.bisect_left(starts, True, key=lambda start: rest[-1] - rest[start] <= budget)
    if first == len(starts):
        raise ValueError("nothing fits")
    return messages[starts[first]:]


@right("06-2")
def with_turns(messages, budget, count):
    whole = [(turn, sum(count(message) for message in turn.messages)) for turn in turns(messages)]
    while sum(size for _, size in whole) > budget:
        if len(whole) == 1:
            raise ValueError("too long")
        del whole[0]
    return tuple(message for turn, _ in whole for message in turn.messages)


@right("06-2")
def on_a_copy(messages, budget, count):
    kept, used = copy.deepcopy(messages), sum(count(message) for message in messages)
    while used > budget:
        used -= count(kept.pop(0))
        while kept and not _is_question(kept[0]):
            used -= count(kept.pop(0))
        if not kept:
            raise ValueError("the last turn does not fit")
    return kept


def _cut(messages, start_of):
    """What a wrong trimming keeps; ValueError as it should be."""
    return messages[start_of:] if isinstance(start_of, int) else start_of


def _trimming(*, starts=_starts, fits=lambda used, budget: used <= budget, weigh=None, keep=None, dropped=0,
              too_long=None):
    """A right answer, but for what is given."""
    def answer(messages, budget, count):
        weight = weigh or count
        sizes = [weight(message) for message in messages]
        found = starts(messages)
        for number, start in enumerate(found):
            if fits(sum(sizes[start:]), budget):
                start = found[min(number + dropped, len(found) - 1)] if number or dropped < 0 else start
                return keep(messages, start) if keep else messages[start:]
        if too_long is None:
            raise ValueError("the last turn does not fit")
        return too_long(messages, found)
    return answer


def _any_place(messages):
    return range(len(messages))


def _user_places(messages):
    return [place for place, message in enumerate(messages) if message["role"] == "user"]


def _pairs(messages):
    return range(0, len(messages), 2)


def _safe_places(messages):
    """No pair is torn, but a turn may be: pairs of call and result go together."""
    return [place for place, message in enumerate(messages) if not _results(message)]


def _characters(message):
    return len(message["content"]) if isinstance(message["content"], str) else len(json.dumps(message["content"]))


def _keeps_the_first_turn(messages, budget, count):
    sizes, starts = [count(message) for message in messages], [*_starts(messages), len(messages)]
    kept, used = [], 0
    for start, end in reversed(list(pairwise(starts))):
        if used + sum(sizes[start:end]) <= budget:
            kept, used = [*messages[start:end], *kept], used + sum(sizes[start:end])
    if not kept:
        raise ValueError("nothing fits")
    return kept


def _drops_rounds(messages, budget, count):
    """The question stays, and its oldest rounds go."""
    expected = e06_trim.my_trim(messages, budget, count)
    before = messages[:len(messages) - len(expected)]
    starts = _starts(before)
    if not starts or count(before[starts[-1]]) + sum(map(count, expected)) > budget:
        return expected
    return [before[starts[-1]], *expected]


def _oldest_stay(messages, budget, count):
    used, kept = 0, []
    for message in messages:
        used += count(message)
        if used > budget:
            break
        kept.append(message)
    return kept


def _summing(messages, budget, count):
    kept = list(messages)
    while sum(count(message) for message in kept) > budget:
        del kept[0]
        while kept and not _is_question(kept[0]):
            del kept[0]
        if not kept:
            raise ValueError("the last turn does not fit")
    return kept


def _in_place(messages, budget, count):
    messages[:] = e06_trim.my_trim(messages, budget, count)
    return messages


def _sorted(messages, budget, count):
    return e06_trim.my_trim(messages, budget, count)[::-1]


def _noted(messages, budget, count):
    return [{**message, "tokens": count(message)} for message in e06_trim.my_trim(messages, budget, count)]


def _shortens(messages, budget, count):
    kept = e06_trim.my_trim(messages, budget, count)
    return [{**kept[0], "content": str(kept[0]["content"])[:40]}, *kept[1:]]


def _raises(error):
    def answer(messages, budget, count):
        try:
            return e06_trim.my_trim(messages, budget, count)
        except ValueError:
            raise error from None
    return answer


def _none_where_too_long(messages, budget, count):
    try:
        return e06_trim.my_trim(messages, budget, count)
    except ValueError:
        return None


def _raises_above(messages, budget, count):
    if sum(map(count, messages)) > budget:
        raise ValueError("too long")
    return messages


def _in_place_and_silent(messages, budget, count):
    messages[:] = e06_trim.my_trim(messages, budget, count)


def _pops_messages(messages, budget, count):
    kept = list(messages)
    while kept and sum(map(count, kept)) > budget:
        kept.pop(0)
    return kept


for _code, _name, _answer in (
        ("assistant-first", "message by message", _pops_messages),
        ("assistant-first", "pairs of call and result", _trimming(starts=_safe_places)),
        ("orphan", "two at a time", _trimming(starts=_pairs)),
        ("orphan", "a user begins a turn", _trimming(starts=_user_places)),
        ("over-budget", "the last eight", lambda messages, budget, count: [count(m) for m in messages] and messages[
            _starts(messages)[-4 if len(_starts(messages)) > 3 else 0]:]),
        ("over-budget", "drops one turn and no more", lambda messages, budget, count: messages
         if sum(map(count, messages)) <= budget else messages[_starts(messages)[1:][0] if _starts(messages)[1:]
                                                              else 0:]),
        ("over-budget", "the answers alone", _trimming(weigh=None, fits=lambda used, budget: used * 0.7 <= budget)),
        ("too-much", "a sixth in reserve", _trimming(fits=lambda used, budget: used * 1.2 <= budget)),
        ("too-much", "one turn more, to be safe", _trimming(dropped=1)),
        ("too-much", "a fixed number of turns", lambda messages, budget, count: messages if sum(
            map(count, messages)) <= budget else messages[_starts(messages)[-1]:]),
        ("needless", "always the last turn", lambda messages, budget, count: messages[_starts(messages)[-1]:] if sum(
            map(count, messages)) <= budget else e06_trim.my_trim(messages, budget, count)),
        ("needless", "trims first, asks later", lambda messages, budget, count: messages[_starts(messages)[1]:] if sum(
            map(count, messages)) <= budget and len(messages) > 2 else e06_trim.my_trim(messages, budget, count)),
        ("exact-fit", "below the budget", _trimming(fits=lambda used, budget: used < budget)),
        ("last-lost", "keeps the oldest", _oldest_stay),
        ("last-lost", "the answer goes with the question", lambda messages, budget, count: messages[:-1]),
        ("empty-list", "all that is too long goes", lambda messages, budget, count: messages if sum(
            map(count, messages)) <= budget else []),
        ("hole", "what fits, fits", _keeps_the_first_turn),
        ("torn", "the question stays", _drops_rounds),
        ("reordered", "newest first", _sorted),
        ("changed-message", "notes the tokens", _noted),
        ("changed-message", "shortens", _shortens),
        ("no-list", "a text", lambda messages, budget, count: json.dumps(messages)),
        ("no-list", "the list and its size", lambda messages, budget, count: (messages, budget)),
        ("len-of-blocks", "the lesson's naive version", _trimming(weigh=lambda message: len(message["content"]))),
        ("own-count", "characters", _trimming(weigh=_characters)),
        ("own-count", "a quarter of the characters", _trimming(weigh=lambda message: _characters(message) / 4)),
        ("own-count", "words", _trimming(weigh=lambda message: len(str(message).split()))),
        ("count-misused", "the whole list", lambda messages, budget, count: messages if count(messages) <= budget
         else messages[2:]),
        ("count-misused", "the text", lambda messages, budget, count: messages if count(
            messages[0]["content"]) <= budget else messages[2:]),
        ("raised-too-soon", "raises where it should trim", _raises_above),
        ("empty-instead", "nothing fits, nothing comes", _trimming(too_long=lambda messages, found: [])),
        ("too-large-instead", "the last turn, whatever it takes",
         _trimming(too_long=lambda messages, found: messages[found[-1]:])),
        ("none-instead", "None where it is too long", _none_where_too_long),
        ("other-error", "an assertion", _raises(AssertionError("too long"))),
        ("other-error", "an index", _raises(IndexError("pop from empty list"))),
        ("in-place", "changes it, and returns nothing", _in_place_and_silent),
        ("mutated", "changes it, and returns it", _in_place),
        ("counts-again", "a sum in the loop", _summing),
        ("raised", "expects blocks", _trimming(starts=lambda messages: [
            place for place, message in enumerate(messages) if message["role"] == "user"
            and all(block["type"] != "tool_result" for block in message["content"])]))):
    mutant("06-2", _code, _name)(_answer)


# ---- 06-3: a turn is kept when it was answered


def _asked(question):
    return {"role": "user", "content": question}


def _said(reply, content=None):
    return {"role": "assistant", "content": reply.content if content is None else content}


def _declined(reply):
    return reply.stop_reason == "refusal" or not reply.content


@right("06-3")
def takes_it_back(send, messages, question):
    messages.append(_asked(question))
    try:
        reply = send(messages)
    except BaseException:
        messages.pop()
        raise
    if _declined(reply):
        del messages[-1]
    else:
        messages.append(_said(reply, [block.to_dict() for block in reply.content]))
    return reply


@right("06-3")
def in_the_end(send, messages, question):
    before, kept = list(messages), False
    try:
        messages.append(_asked(question))
        reply = send(messages)
        if kept := not _declined(reply):
            messages.append(_said(reply))
        return reply
    finally:
        if not kept:
            messages[:] = before


@contextmanager
def _transaction(messages):
    draft = copy.deepcopy(messages)
    yield draft
    if len(draft) - len(messages) == 2:
        messages.extend(draft[len(messages):])


@right("06-3")
def as_a_transaction(send, messages, question):
    with _transaction(messages) as draft:
        draft.append(_asked(question))
        reply = send(messages=draft)
        if not _declined(reply):
            draft.append(_said(reply, [block.model_dump(exclude_none=True) for block in reply.content]))
    return reply


@right("06-3")
def only_known_ends(send, messages, question):
    reply = send(messages + [_asked(question)])
    if reply.stop_reason in ("end_turn", "tool_use", "stop_sequence"):
        messages.insert(len(messages), _asked(question))
        messages.insert(len(messages), _said(reply))
    return reply


@right("06-3")
def one_text_as_a_text(send, messages, question):
    reply = send([*messages, _asked([{"type": "text", "text": question}] if isinstance(question, str) else question)])
    if not _declined(reply):
        content = reply.content[0].text if [block.type for block in reply.content] == ["text"] else reply.content
        messages.extend((_asked(question), _said(reply, content)))
    return reply


def _chat(store=None, *, keep=lambda reply: not _declined(reply), value=lambda reply: reply):
    """A right answer, but for what is stored, when, or what is returned."""
    def answer(send, messages, question):
        reply = send([*messages, _asked(question)])
        if keep(reply):
            messages.extend(store(reply, question) if store else [_asked(question), _said(reply)])
        return value(reply)
    return answer


def _text(reply):
    return "".join(block.text for block in reply.content if block.type == "text")


def _without(kind):
    return lambda reply, question: [_asked(question), _said(reply, [b for b in reply.content if b.type != kind])]


def _kept_first(handle):
    """The question goes into the list before the call."""
    def answer(send, messages, question):
        messages.append(_asked(question))
        try:
            reply = send(messages)
        except Exception as error:
            return handle(messages, error)
        if _declined(reply):
            messages.pop()
        else:
            messages.append(_said(reply))
        return reply
    return answer


def _leaves(messages, error):
    raise error


def _takes_back(messages, error):
    messages.pop()
    raise error


def _says_sorry(messages, error):
    messages.pop()
    return "Sorry, try again later."


def _wraps(messages, error):
    messages.pop()
    raise RuntimeError("the call failed") from error


def _twice(send, messages, question):
    for _ in range(2):
        try:
            return e06_chat.my_chat(send, messages, question)
        except Exception as error:
            last = error
    raise last


def _streams_in_vain(send, messages, question):
    send([*messages, _asked(question)])
    return e06_chat.my_chat(send, messages, question)


def _rebinds(send, messages, question):
    messages = [*messages, _asked(question)]
    reply = send(messages)
    messages = [*messages, _said(reply)]
    return reply


def _remembers_in_vain(send, messages, question):
    reply = send([_asked(question)])
    messages += [_asked(question), _said(reply)]
    return reply


def _only_the_question(send, messages, question):
    send(question)


def _asks_as_text(send, messages, question):
    reply = send([*messages, _asked(str(question).upper())])
    messages += [_asked(question), _said(reply)]
    return reply


def _forgets(send, messages, question):
    reply = send([*messages, _asked(question)])
    messages[:] = [_asked(question), _said(reply)]
    return reply


def _unless_a_first_question(send, messages, question):
    """Takes the question back in a way that leaves it where the list was empty."""
    history = messages[:]
    messages.append(_asked(question))
    try:
        reply = send(messages)
    except BaseException:
        messages[:] = history or messages
        raise
    messages.append(_said(reply))
    return reply


for _code, _name, _answer in (
        ("question-twice", "appends first", _kept_first(_leaves)),
        ("left-behind", "restores what there was, if there was any", _unless_a_first_question),
        ("interrupted", "catches Exception alone", _kept_first(_takes_back)),
        ("swallowed", "says sorry", _kept_first(_says_sorry)),
        ("other-error", "an error of its own", _kept_first(_wraps)),
        ("sent-again", "tries again by itself", _twice),
        ("sent-again", "asks twice", _streams_in_vain),
        ("not-sent", "forgets to ask", lambda send, messages, question: messages.append(_asked(question)) or "?"),
        ("not-stored", "a new list of the old name", _rebinds),
        ("not-stored", "stores nothing", _chat(keep=lambda reply: False)),
        ("history-not-sent", "the question alone", _remembers_in_vain),
        ("question-not-sent", "the text alone", _only_the_question),
        ("question-not-sent", "another text", _asks_as_text),
        ("question-not-sent", "the history alone", lambda send, messages, question: send(messages or [_asked("?")])),
        ("history-changed", "begins anew", _forgets),
        ("whole-reply", "the reply itself", _chat(lambda reply, question: [_asked(question), reply])),
        ("whole-reply", "the reply as a dict", _chat(lambda reply, question: [_asked(question), reply.to_dict()])),
        ("question-missing", "the answer alone", _chat(lambda reply, question: [_said(reply)])),
        ("reply-missing", "the question alone", _chat(lambda reply, question: [_asked(question)])),
        ("wrong-order", "the answer first", _chat(lambda reply, question: [_said(reply), _asked(question)])),
        ("wrong-order", "the answer twice", _chat(lambda reply, question: [
            _asked(question), _said(reply), _said(reply)])),
        ("question-changed", "in small letters", _chat(lambda reply, question: [
            _asked(str(question).lower()), _said(reply)])),
        ("thinking-lost", "only the text", _chat(lambda reply, question: [_asked(question), _said(
            reply, _text(reply) or "-")])),
        ("thinking-lost", "all but thinking", _chat(_without("thinking"))),
        ("call-lost", "all but calls", _chat(_without("tool_use"))),
        ("reply-changed", "in capitals", _chat(lambda reply, question: [_asked(question), _said(
            reply, _text(reply).upper() or "-")])),
        ("reply-changed", "its repr", _chat(lambda reply, question: [_asked(question), _said(
            reply, str(reply.content))])),
        ("refusal-kept", "whatever has content", _chat(keep=lambda reply: bool(reply.content))),
        ("refusal-kept", "whatever comes", _chat(keep=lambda reply: True)),
        ("empty-kept", "all but refusals", _chat(keep=lambda reply: reply.stop_reason != "refusal")),
        ("no-reply", "the text", _chat(value=_text)),
        ("no-reply", "the list", _chat(value=lambda reply: reply.content)),
        ("raised", "the first block is the text", _chat(lambda reply, question: [
            _asked(question), _said(reply, reply.content[0].text)]))):
    mutant("06-3", _code, _name)(_answer)


# ---- 06-4: few cuts


def _compact(share, *, least=3, starts=_starts):
    """Down to a share of the budget, where it is exceeded."""
    def answer(messages, budget, count):
        sizes = [count(message) for message in messages]
        if sum(sizes) <= budget:
            return messages
        places = starts(messages)
        room = next((start for start in places[:-least] if sum(sizes[start:]) <= share * budget), places[-least])
        return messages[room:]
    return answer


right("06-4", "down to a third")(_compact(0.34))
right("06-4", "down to six tenths")(_compact(0.6))
right("06-4", "the last three, always")(_compact(0))


@right("06-4")
def with_down_to(messages, budget, count):
    kept = trim(messages, budget, count, down_to=budget // 2)
    return kept if len(kept) == len(messages) else messages[min(len(messages) - len(kept), _starts(messages)[-3]):]


@right("06-4")
def drops_and_says_so(messages, budget, count):
    """With a note in front that never changes."""
    note = {"role": "user", "content": "[Earlier turns are left out.]"}
    rest = [message for message in messages if message != note]
    kept = _compact(0.5)(rest, budget - count(note), count)
    return [note, *kept] if len(kept) < len(rest) or note in messages else kept


@right("06-4")
def every_other_turn_at_once(messages, budget, count):
    if sum(map(count, messages)) <= budget:
        return list(messages)
    whole = turns(messages)
    kept = whole[-max(3, len(whole) // 2):]
    return copy.deepcopy([message for turn in kept for message in turn.messages])


def _note_each_turn(messages, budget, count):
    rest = [message for message in messages if not str(message["content"]).startswith("[0")]
    note = {"role": "user", "content": f"[{len(messages):09} messages so far.]"}
    return [note, *(rest if sum(map(count, [note, *rest])) <= budget else _compact(0.5)(rest, budget / 2, count))]


def _clears_results(messages, budget, count):
    """Old tool results go, and nothing else: as soon as the next one is there."""
    kept = _compact(0.5)(messages, budget, count)
    found = [place for place, message in enumerate(kept) if _results(message)]
    for place in found[:-2]:
        kept = [*kept[:place], {**kept[place], "content": [{**block, "content": "[cleared]"}
                                                          for block in kept[place]["content"]]}, *kept[place + 1:]]
    return kept


for _code, _name, _answer in (
        ("resets", "06-2's own", e06_trim.my_trim),
        ("resets", "down to nine tenths", _compact(0.9)),
        ("resets", "two turns at a time", lambda messages, budget, count: messages if sum(
            map(count, messages)) <= budget else messages[_starts(messages)[2]:]),
        ("resets", "counts in front", _note_each_turn),
        ("over-budget", "never drops", lambda messages, budget, count: messages),
        ("over-budget", "another budget", lambda messages, budget, count: _compact(0.5)(messages, 8_000, count)),
        ("invalid", "half of the messages", lambda messages, budget, count: messages if sum(
            map(count, messages)) <= budget else messages[len(messages) // 2 + 1 - len(messages) // 2 % 2:]),
        ("invalid", "as soon as a user speaks", _compact(0.5, starts=_user_places)),
        ("needless", "the last ten turns", lambda messages, budget, count: messages[_starts(messages)[-10:][0]:]),
        ("needless", "below half, always", lambda messages, budget, count: _compact(0.5)(messages, budget / 2, count)),
        ("needless", "results are cleared", _clears_results),
        ("recent-lost", "the question alone", _compact(0, least=1)),
        ("recent-lost", "a fixed number of turns", lambda messages, budget, count: messages if sum(
            map(count, messages)) <= budget else messages[_starts(messages)[min(12, len(_starts(messages)) - 1)]:]),
        ("no-messages", "a text", lambda messages, budget, count: "\n".join(map(str, messages))),
        ("no-messages", "a pair", lambda messages, budget, count: (messages, 0)),
        ("raised", "too few turns", lambda messages, budget, count: messages[_starts(messages)[-3]:])):
    mutant("06-4", _code, _name)(_answer)


# ---- 06-5: facts that outlive every cut

TITLE = "Known about this customer:"
HALF = e06_compact.my_compact


def _note(facts, title=TITLE):
    return {"role": "user", "content": "\n".join([title, *(f"- {name}: {fact}" for name, fact in facts.items())])}


def _talk(messages):
    return [message for message in messages if not str(message["content"]).startswith(TITLE)]


def _context(place, *, compact=HALF, reserve=True, strip=True, title=TITLE, words=lambda facts: facts):
    """The facts as a message of their own, somewhere."""
    def answer(messages, facts, budget, count):
        note = _note(words(facts), title)
        kept = compact(_talk(messages) if strip else messages, budget - (count(note) if reserve else 0), count)
        if not facts:
            return kept
        at = place % (len(kept) + 1) if place < 0 else place
        return [*kept[:at], note, *kept[at:]]
    return answer


right("06-5", "as a list in front of the question")(_context(-2))


@right("06-5")
def behind_the_question(messages, facts, budget, count):
    note = _note(facts)
    kept = HALF(_talk(messages), budget - count(note), count)
    return [*kept, note] if facts else kept


@right("06-5")
def inside_the_question(messages, facts, budget, count):
    """As a second block of the question, taken out of it again in the next turn."""
    def bare(message):
        if isinstance(message["content"], list) and message["content"][-1].get("text", "").startswith(TITLE):
            return {**message, "content": message["content"][0]["text"]}
        return message

    block = {"type": "text", "text": json.dumps([TITLE, facts]).replace('["Known', "Known")}
    kept = HALF([bare(message) for message in messages], budget - 200, count)
    if not facts:
        return kept
    return [*kept[:-1], {"role": "user", "content": [{"type": "text", "text": kept[-1]["content"]}, block]}]


@right("06-5")
def as_conversation_does(messages, facts, budget, count):
    """In front when the list is cut anyhow, or a fact is replaced; what is new goes with the question."""
    talk, note = _talk(messages), _note(facts)
    told = {line for message in messages if message not in talk for line in message["content"].split("\n")[1:]}
    lines = note["content"].split("\n")[1:]
    kept = HALF(talk, budget - count(note) - 20, count)
    if len(kept) < len(talk) or told - set(lines):
        return [note, *kept]
    new = [line for line in lines if line not in told]
    fresh = [{"role": "user", "content": "\n".join([TITLE, *new])}] if new else []
    return [*messages[:-1], *fresh, messages[-1]]


@right("06-5")
def as_a_system_message(messages, facts, budget, count):
    """A system message in the middle, which some models take."""
    talk = [message for message in messages if message["role"] != "system"]
    kept = HALF(talk, budget - 250, count)
    said = "; ".join(facts.values())
    return [*kept, {"role": "system", "content": said}] if facts else kept


def _once(messages, facts, budget, count):
    """Each fact goes with the question in which it is new, and is cut with it."""
    known = _once.told if len(messages) > 1 else set()
    new = [fact for fact in facts.values() if fact not in known]
    _once.told = known | set(new)
    kept = HALF(messages, budget - 60, count)
    if not new:
        return kept
    return [*kept[:-1], {"role": "user", "content": "\n".join([kept[-1]["content"], *new])}]


def _only_what_is_missing(messages, facts, budget, count):
    """What stands nowhere is added; old forms stay."""
    kept = HALF(messages, budget - 250, count)
    new = [fact for fact in facts.values() if fact not in str(kept)]
    return [*kept[:-1], _note(dict(enumerate(new))), kept[-1]] if new else kept


def _drops_the_note_by_place(messages, facts, budget, count):
    """Takes the message before the last one for its note, whatever it is."""
    kept = HALF([*messages[:-4], *messages[-3:]] if len(messages) > 6 and facts else messages, budget - 250, count)
    return [*kept[:-1], _note(facts), kept[-1]] if facts else kept


for _code, _name, _answer in (
        ("fact-lost", "what facts", lambda messages, facts, budget, count: HALF(messages, budget, count)),
        ("fact-lost", "told once", _once),
        ("fact-lost", "names alone", _context(-2, words=lambda facts: dict.fromkeys(facts, "yes"))),
        ("fact-lost", "the newest five", _context(-2, words=lambda facts: dict(list(facts.items())[-5:]))),
        ("fact-lost", "in capitals", _context(-2, words=lambda facts: {
            name: fact.upper() for name, fact in facts.items()})),
        ("fact-twice", "a note each turn", _context(-2, strip=False)),
        ("fact-twice", "in front and behind", lambda messages, facts, budget, count: [
            *([_note(facts)] if facts else []), *_context(-2)(messages, facts, budget - 150, count)]),
        ("fact-twice", "a title that it does not know again", _context(-2, title="Facts:")),
        ("fact-stale", "adds what is missing", _only_what_is_missing),
        ("over-budget", "facts are free", _context(-2, reserve=False)),
        ("over-budget", "never drops", _context(-2, compact=lambda messages, budget, count: messages)),
        ("facts-in-prefix", "in front of everything", _context(0)),
        ("facts-in-prefix", "two turns ahead", _context(-6)),
        ("resets", "slides", _context(-2, compact=e06_trim.my_trim)),
        ("resets", "slides, with the facts in front", _context(0, compact=e06_trim.my_trim)),
        ("recent-lost", "the question alone", _context(-2, compact=_compact(0, least=1))),
        ("invalid", "takes out its note by its place", _drops_the_note_by_place),
        ("needless", "half the budget", lambda messages, facts, budget, count: _context(-2)(
            messages, facts, budget / 2, count)),
        ("invalid", "the facts as the assistant's", lambda messages, facts, budget, count: [
            *_talk(messages), {"role": "assistant", "content": _note(facts)["content"]}]),
        ("invalid", "the facts as a system prompt", lambda messages, facts, budget, count: [
            {"role": "system", "content": _note(facts)["content"]}, *_talk(messages)]),
        ("no-messages", "system and messages", lambda messages, facts, budget, count: (
            "\n".join(facts.values()), messages)),
        ("raised", "facts as a list", lambda messages, facts, budget, count: HALF(messages, budget, count)
         if not facts else facts[0])):
    mutant("06-5", _code, _name)(_answer)


def _codes_in_positions():
    """Codes that modules give to `.problem(...)` as its first argument, which test_exercises.py does not see."""
    return {code for path in (ROOT / "helpers" / "exercises").glob("e06*.py")
            for code in re.findall(r'\.problem\(\s*"([a-z0-9-]+)"', path.read_text("utf-8"))}


_planted = {one.code for one in PLANTED if one.exercise.startswith("06-")}
assert {case.code for case in e06_lists.CASES} <= _planted
assert set(e06_stored.LEFT) <= _planted
assert _codes_in_positions() <= _planted, _codes_in_positions() - _planted
assert e06_facts.facts_at(60)["size"] == "wears shoe size 45"
