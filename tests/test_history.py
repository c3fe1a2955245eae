"""turns, problem, is_valid and trim: held to their promises by generated conversations of both vendors."""

from __future__ import annotations

import copy
import json
import pickle
import re

import anthropic
import pytest
from history_kit import (
    HAIKU,
    HUGE,
    PIXEL,
    assistant,
    call,
    calling,
    chats,
    conversations,
    damaged,
    length,
    refusal,
    result,
    text,
    thinking,
    user,
)
from hypothesis import example, given
from hypothesis import strategies as st

from helpers.history import TooLongError, estimate, is_valid, problem, trim, turns, without_thinking
from helpers.history.blocks import THINKING, blocks_of, is_chat

HI, YES = user("Hi"), assistant("Yes.")
BUDGETS = st.integers(0, 30_000)


def size(messages):
    return sum(map(length, messages))


def last_turn(messages):
    return without_thinking(turns(messages)[-1].messages)


def trimmed(messages, budget, **options):
    """trim's result, or None where it said that the last turn is too long."""
    try:
        return trim(messages, budget, length, **options)
    except TooLongError:
        return None


# ---- Turns

@given(conversations() | conversations(ends=("answer",)))
def test_turns_together_are_the_list(messages):
    """
    Nothing is lost or moved, each begins with a question, and no pair of call and result is torn apart.
    """
    found = turns(messages)
    assert messages == [message for turn in found for message in turn.messages]
    assert [messages[turn.start] for turn in found] == [turn.messages[0] for turn in found]
    assert all(is_valid(turn.messages, to_send=False) and not turn.headless for turn in found)


@given(chats())
def test_turns_of_a_chat_are_all_but_what_leads_it(messages):
    """
    OpenAI's system or developer message belongs to no turn.
    """
    found = [message for turn in turns(messages) for message in turn.messages]
    assert found == [message for message in messages if message["role"] not in ("system", "developer")]


def test_a_turn_holds_its_tools():
    """
    Question, calls, results, answer: one turn, whose question can be read.
    """
    messages = [user("Where is my order?"), *calling("a", "b"), assistant("On its way."),
                user([PIXEL, text("And this?")])]
    first, second = turns(messages)
    assert (0, 2, "Where is my order?", 4) == (first.start, first.calls, first.question, len(first.messages))
    assert (4, 0, "And this?") == (second.start, second.calls, second.question)


@pytest.mark.parametrize(("messages", "starts"), [
    ([], []),
    ([HI, HI, YES], [0]),                                                       # neighbours are one question
    ([HI, YES, HI], [0, 2]),
    ([HI, *calling("a"), HI, YES], [0]),                                        # typed while the tool ran
    ([HI, assistant([call("a")]), user([result("a"), text("And?")]), YES, HI], [0, 4]),   # a result and a text
    ([HI, *calling("a"), {"role": "system", "content": "Be short."}, YES], [0]),
    ([HI, {"role": "system", "content": "Be short."}, HI, YES], [0]),
    ([YES, HI], [0, 1]),                                                        # headless
    (calling("a")[1:] + [HI], [0]),
    ([{"role": "system", "content": "x"}, HI, YES], [1]),
])
def test_where_turns_start(messages, starts):
    """
    At a user's message that answers no call and follows no other user's.
    """
    assert starts == [turn.start for turn in turns(messages)]


# ---- Validity

@given(conversations() | chats())
def test_what_the_generators_make_is_valid(messages):
    """
    And to ask changes nothing.
    """
    before = copy.deepcopy(messages)
    assert None is problem(messages)
    assert before == messages


@given(damaged())
def test_what_the_server_refuses_is_never_called_valid(messages):
    """
    The scripted server's documented 400 rules, read in another way, on conversations that something was done to. (What
    begins with a system message, and is text alone, passes for one of OpenAI's.)
    """
    said = refusal(messages)
    assert said is None or problem(messages) is not None or is_chat(messages), said


@given(damaged())
def test_what_is_called_invalid_is_refused_or_is_stricter_than_the_server(messages):
    """
    Two ids that are the same, a second result, and what stands between call and result: the server has no such rules.
    """
    said = problem(messages)
    own = ("which messages[", "is a second result", "a system message between", "has the role", "of the system")
    assert said is None or refusal(messages) is not None or any(word in said for word in own), said


BROKEN = [
    ([], "the list is empty: at least one message is required"),
    ([{"role": "bot", "content": "Hi"}], "messages[0] has the role 'bot': use 'user' or 'assistant'"),
    ([{"role": "user"}], "messages[0].content must be a text or a list of blocks, each with a type"),
    ([user(["Hi"])], "messages[0].content must be a text or a list of blocks, each with a type"),
    ([user([{"text": "Hi"}])], "messages[0].content must be a text or a list of blocks, each with a type"),
    ([YES, HI], "messages[0] is of the assistant: the first message must be the user's"),
    ([{"role": "system", "content": "x"}, user([text("Hi"), PIXEL])],
     "messages[0] is of the system: the first message must be the user's"),
    ([HI, assistant(""), HI], "messages[1] has no content: leave out what is empty"),
    ([HI, {"role": "system", "content": []}, YES, HI], "messages[1] has no content: leave out what is empty"),
    ([HI, YES, user([])], "messages[2] has no content: leave out what is empty"),
    ([user([text("Hi"), text("")])], "messages[0].content[1] is an empty text: leave the block out"),
    ([user(" \n")], "messages[0].content[0] is an empty text: leave the block out"),
    ([HI, assistant([call("a"), call("a")]), user([result("a")])],
     "messages[1].content[1] has the id a, which messages[1].content[0] has, too: each call needs its own"),
    ([HI, *calling("a"), *calling("a")],
     "messages[3].content[0] has the id a, which messages[1].content[0] has, too: each call needs its own"),
    ([HI, assistant([text("So"), call("a")]), HI],
     "messages[1].content[1] calls a tool (a), and the next message has no result for it"),
    ([HI, assistant([call("a")])],
     "messages[1].content[0] calls a tool (a), and the next message has no result for it"),
    ([HI, assistant([call("a"), call("b")]), user([result("a")])],
     "messages[1].content[1] calls a tool (b), and the next message has no result for it"),
    ([HI, assistant([call("a")]), user([text("Here"), result("a")])],
     "the result of a does not come first in what follows messages[1].content[0]: "
     "results stand before everything else"),
    ([HI, YES, user([result("a")])],
     "messages[2].content[0] is a tool's result (a), and the message before has no such call"),
    ([HI, assistant([result("a")]), HI],
     "messages[1].content[0] is a tool's result (a), and the message before has no such call"),
    ([HI, assistant([call("a")]), user([result("a"), result("a")])],
     "messages[2].content[1] is a second result for a: each call gets one"),
    ([HI, calling("a")[0], {"role": "system", "content": "x"}, calling("a")[1]],
     "messages[2] is a system message between a tool's call and its result: put it behind"),
    ([HI, YES], "messages[1] is the assistant's: the last message must be the user's"),
]


@pytest.mark.parametrize(("messages", "words"), BROKEN, ids=[words[:50] for _, words in BROKEN])
def test_the_first_broken_rule_is_named(messages, words):
    """
    With the place, the block and the id.
    """
    assert (words, False) == (problem(messages), is_valid(messages))


@pytest.mark.parametrize("messages", [
    [HI, HI], [HI, YES, YES, HI], [HI, calling("a")[0], user([result("a")]), HI],
    [HI, assistant([call("a"), call("b")]), user([result("b")]), user([result("a"), text("Well?")])],
    [HI, {"role": "system", "content": [], "output_config": {"effort": "low"}}, YES, HI],
    ({"role": "user", "content": (text("Hi"),)},),
])
def test_what_the_api_takes_is_valid(messages):
    """
    Neighbours of one role are combined, results may come in any order and in two messages, a system message that
    changes the effort is empty, tuples are lists.
    """
    assert problem(messages) is None


def test_a_history_may_end_with_the_assistant():
    """
    With an answer, or with a call that waits for its result; to_send=False says that it is no request yet.
    """
    for messages in ([], [HI, YES], [HI, calling("a")[0]]):
        assert problem(messages, to_send=False) is None
        assert problem(messages) is not None
    assert not is_valid([HI, calling("a")[0], HI], to_send=False)


@pytest.mark.parametrize(("messages", "words"), [
    ([{"role": "system", "content": "x"}, {"role": "tool", "tool_call_id": "a", "content": "1"}],
     "messages[1] is a tool's result (a), and the message before has no such call"),
    ([HI, {"role": "assistant", "content": None, "tool_calls": [{"id": "a"}]}, HI],
     "messages[1].tool_calls[0] calls a tool (a), and the next message has no result for it"),
    ([HI, {"role": "assistant", "tool_calls": [{"id": "a"}]}, YES, {"role": "tool", "tool_call_id": "a"}],
     "messages[1].tool_calls[0] calls a tool (a), and the next message has no result for it"),
    ([{"role": "system", "content": "x"}, YES], None),
    ([HI, {"role": "assistant", "tool_calls": [{"id": "a"}]}, {"role": "tool", "tool_call_id": "a"}, YES], None),
])
def test_openai_chat_messages_have_their_own_pairs(messages, words):
    """
    Calls beside the content, results in messages of their own; an answer may stand first or last.
    """
    assert words == problem(messages)


@pytest.mark.parametrize(("messages", "words"), [
    ("Hi", "messages must be a list of messages; got str."),
    (HI, "messages must be a list of messages; got dict."),
    ([HI, "Hi"], "messages[1] must be a message, a dict with role and content; got str."),
    ([{"content": "Hi"}], "messages[0] must be a message, a dict with role and content; got dict."),
])
def test_what_is_no_list_of_messages_is_a_type_error(messages, words):
    """
    In all three functions.
    """
    for ask in (problem, turns, lambda messages: trim(messages, 10, length)):
        with pytest.raises(TypeError, match=f"^{re.escape(words)}$"):
            ask(messages)


# ---- Trimming

@given(conversations() | chats(), BUDGETS)
@example([user("a"), *calling("x"), assistant("b"), user("c")], 60)
def test_trimmed_it_is_valid_fits_and_keeps_the_last_turn(messages, budget):
    """
    Or else the last turn alone doesn't fit, and trim says so.
    """
    before = copy.deepcopy(messages)
    short = trimmed(messages, budget)
    lead = [message for message in messages if is_chat(messages) and message["role"] in ("system", "developer")]
    assert (short is None) == (size([*lead, *last_turn(messages)]) > budget)
    assert before == messages
    if short is not None:
        assert problem(short) is None
        assert size(short) <= budget
        assert last_turn(messages) == last_turn(short)


@given(conversations() | chats(), BUDGETS, st.floats(0, 1))
def test_to_trim_again_changes_nothing(messages, budget, share):
    """
    Between two trims one only appends: the low-water mark isn't applied twice.
    """
    short = trimmed(messages, budget, down_to=budget * share)
    if short is not None:
        assert short == trim(short, budget, length, down_to=budget * share)


@given(conversations(), BUDGETS)
def test_what_fits_stays_as_it_is(messages, more):
    """
    Thinking included: nothing before it has changed.
    """
    assert messages == trim(messages, size(messages) + more, length)


@given(conversations(), BUDGETS, st.floats(0, 1))
def test_whole_turns_go_from_the_front_and_no_more_than_must(messages, budget, share):
    """
    What is left are the newest turns, without thinking, and one more would be above the low-water mark.
    """
    low = budget * share
    short = trimmed(messages, budget, down_to=low)
    if short is None or size(messages) <= budget:
        return
    lean = [without_thinking(turn.messages) for turn in turns(messages)]
    left = next(n for n in range(len(lean)) if short == [message for turn in lean[n:] for message in turn])
    assert size(short) <= low or left == len(lean) - 1
    assert left == 0 or size([*lean[left - 1], *short]) > low


@given(conversations(), BUDGETS)
def test_thinking_goes_with_the_first_turn_that_goes(messages, budget):
    """
    It is bound to what stood before it: a 400 on models with preserved thinking. keep_thinking is for drop_block.
    """
    def thoughts(of):
        return [block for message in of for block in blocks_of(message) if block["type"] in THINKING]

    short, full = trimmed(messages, budget), trimmed(messages, budget, keep_thinking=True)
    if size(messages) > budget:
        assert short is None or not thoughts(short)
        assert full is None or full == messages[len(messages) - len(full):]


@given(conversations())
def test_each_message_is_counted_once_and_again_where_it_changed(messages):
    """
    A counter may be a request: a list of n messages takes at most 2 n.
    """
    counted = []

    def count(message):
        counted.append(message)
        return length(message)

    trim(messages, size(messages), count)
    assert messages == counted
    counted.clear()
    low = size(last_turn(messages))
    trim(messages, low, count)
    again = [message for message in messages if without_thinking([message]) != [message]]
    assert len(counted) <= len(messages) + (len(again) if size(messages) > low else 0)


@given(conversations(), st.integers(0, 10), BUDGETS)
@example([HI, YES, HI], 1, 30_000)
@example([HI, *calling("a"), YES, HI], 2, 30_000)
@example([HI, {"role": "system", "content": "Be short."}, YES, user([PIXEL])], 1, 30_000)
def test_what_an_earlier_trim_by_messages_left_over_goes(messages, popped, budget):
    """
    A list that begins with an answer or with a result is a 400 even where it fits.
    """
    rest = messages[popped:]
    if any(not turn.headless for turn in turns(rest)):
        short = trimmed(rest, budget)
        assert short is None or problem(short) is None
    elif rest and rest[0]["role"] != "system":
        with pytest.raises(ValueError, match="^there is no question in these messages, only an answer or a tool's res"):
            trim(rest, budget, length)


def test_one_message_that_is_too_long_says_what_to_do():
    """
    No empty list, and no other question than the last one.
    """
    messages = [HI, YES, user(HUGE)]
    with pytest.raises(TooLongError) as error:
        trim(messages, 800, length)
    words = ("the last turn alone is 8,431 tokens, and the budget is 800. Nothing is left to drop. Shorten it (long "
             "tool results and pasted documents first), have it summarised, or raise the budget.")
    assert (words, 8_431, 800) == (str(error.value), error.value.size, error.value.budget)
    again = pickle.loads(pickle.dumps(error.value))
    assert (words, 8_431) == (str(again), again.size)
    with pytest.raises(TooLongError, match="^the last turn with the system prompt is 74 tokens, and the budget is 70"):
        trim([{"role": "system", "content": "Be kind."}, user("Hi")], 70, length)


def test_down_to_leaves_room_to_append():
    """
    Above the budget it goes down to the low-water mark at once; below, nothing happens.
    """
    messages = [message for number in range(10) for message in (user(f"{number}"), assistant("yes"))] + [HI]
    def one(message):
        return 1

    assert messages[-9:] == trim(messages, 20, one, down_to=10) == trim(messages, 20, one, down_to=9)
    assert messages[-20 + 1:] == trim(messages, 20, one)
    assert messages == trim(messages, 21, one, down_to=10)
    assert messages[-1:] == trim(messages, 20, one, down_to=0)


@pytest.mark.parametrize(("arguments", "error", "words"), [
    ((-1, length), ValueError, "budget must be a number of tokens, 0 or more; got -1."),
    ((True, length), ValueError, "budget must be a number of tokens, 0 or more; got True."),
    (("40", length), ValueError, "budget must be a number of tokens, 0 or more; got '40'."),
    ((float("nan"), length), ValueError, "budget must be a number of tokens, 0 or more; got nan."),
    ((10, lambda message: None), TypeError,
     "count must return the tokens of a message, a number of 0 or more; got None."),
    ((10, lambda message: -5), TypeError, "count must return the tokens of a message, a number of 0 or more; got -5."),
])
def test_a_budget_or_count_that_makes_no_sense_is_refused(arguments, error, words):
    """
    Before anything is cut.
    """
    with pytest.raises(error, match=f"^{re.escape(words)}$"):
        trim([HI], *arguments)


def test_a_low_water_mark_above_the_budget_is_refused():
    """
    Each trim would find nothing to do.
    """
    with pytest.raises(ValueError, match=r"^down_to \(2,000\) must not be above budget \(1,000\)\.$"):
        trim([HI], 1_000, length, down_to=2_000)


def test_an_empty_list_stays_empty():
    """
    Nothing to trim, nothing to say.
    """
    assert [] == trim([], 0, length)
    alone = [{"role": "system", "content": "x"}]
    assert alone == trim(alone, 100, length)
    with pytest.raises(TooLongError, match="^the system prompt alone is 34 tokens, and the budget is 33"):
        trim(alone, 33, length)


# ---- What the SDKs hand out

def test_replies_and_their_blocks_are_taken_as_they_come():
    """
    The objects of a reply's content, a whole reply, and OpenAI's messages become what can be sent back.
    """
    from openai.types.chat import ChatCompletionMessage

    reply = anthropic.types.Message.model_validate({
        "id": "msg_1", "type": "message", "role": "assistant", "model": HAIKU, "stop_reason": "tool_use",
        "content": [thinking("Hm."), text("So"), {**call("a"), "caller": {"type": "direct"}}],
        "usage": {"input_tokens": 1, "output_tokens": 1}})
    for answer in ({"role": "assistant", "content": reply.content}, reply):
        messages = [HI, answer, user([result("a")])]
        short = trim(messages, 10_000, length)
        assert json.loads(json.dumps(short)) == short
        assert reply.to_dict()["content"] == short[1]["content"]
        assert {"role", "content"} == set(short[1])
        assert problem(short) is None is problem(messages)
    chat = ChatCompletionMessage.model_validate({"role": "assistant", "content": None, "tool_calls": [
        {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}]})
    messages = [HI, chat, {"role": "tool", "tool_call_id": "a", "content": "1"}]
    assert problem(messages) is None
    assert 1 == len(turns(messages))
    assert json.loads(json.dumps(trim(messages, 10_000, length)))[1]["tool_calls"][0]["id"] == "a"


def test_what_is_parsed_is_not_sent_back():
    """
    messages.parse puts a parsed_output beside the text, which is no field of a request.
    """
    from anthropic.types.parsed_message import ParsedTextBlock

    block = ParsedTextBlock[dict](type="text", text='{"a": 1}', parsed_output={"a": 1})
    assert [text('{"a": 1}')] == trim([HI, assistant([block]), HI], 1_000, length)[1]["content"]


# ---- Thinking, and estimates

def test_without_thinking_leaves_the_rest():
    """
    A message that held nothing else goes; the user's neighbours are then one question.
    """
    messages = [HI, assistant([thinking("a"), text("b")]), HI, assistant([thinking("c")]), HI]
    assert [HI, assistant([text("b")]), HI, HI] == without_thinking(messages)
    assert messages[1]["content"] == [thinking("a"), text("b")]
    assert problem(without_thinking(messages)) is None


def test_an_estimate_looks_into_the_blocks():
    """
    A list's len() is the number of its blocks; a picture's bytes are no tokens.
    """
    words = "What does the service agreement say about refunds? " * 20
    alone = estimate(user(words), HAIKU)
    assert 400 < alone < 600
    assert alone == estimate(user([text(words)]), HAIKU) == estimate(user([result("a", words)]), HAIKU)
    assert alone == estimate(user([result("a", [text(words)])]), HAIKU)
    assert 4_784 == estimate(user([PIXEL]), HAIKU) == estimate(user([result("a", [PIXEL])]), HAIKU)
    assert estimate(user([PIXEL, text(words)]), HAIKU) == 4_784 + estimate(user([text(f"\n{words}")]), HAIKU)
    document = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": words}}
    assert alone == estimate(user([document]), HAIKU)
    pdf = {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": "x" * 100_000}}
    assert 9_000 == estimate(user([pdf]), HAIKU)
    assert 9_000 > estimate(assistant([call("a", text=words)]), HAIKU) > alone
    assert 0 < estimate({"role": "assistant", "content": None, "tool_calls": [
        {"id": "a", "function": {"name": "f", "arguments": words}}]}, HAIKU)
