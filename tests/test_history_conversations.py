"""Conversation: real SDK clients against a server with the documented 400 rules, preserved thinking among them."""

from __future__ import annotations

import asyncio
import copy
import json
import logging
import re
import threading
import time

import anthropic
import pytest
from history_kit import HAIKU, PIXEL, Server, assistant, call, result, run, text, thinking, tokens, user, weigh
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.economics import Usage, find_model
from helpers.history import Conversation, TooLongError, count_with, is_valid, problem, turns, without_thinking
from helpers.history.blocks import THINKING, blocks_of

SMALL = {"model": HAIKU, "share": 0.004, "max_tokens": 1_000}
"""A budget of 4,000 tokens, 3,000 of them for the prompt."""
LONG = "Please tell me all about it. " * 20
"""About 230 tokens."""
TOOL = {"name": "look_up", "description": "Looks up an order.", "input_schema": {"type": "object"}}


def conversation(**more):
    return Conversation(**{**SMALL, **more})


def talk(chat, server, *questions):
    """Ask one after the other; the last answer."""
    client = server.client()
    return [chat.ask(client, question) for question in questions][-1]


def fill(chat, client):
    """Ask until a turn has to go; the answer before which it went."""
    while not (answer := chat.ask(client, LONG)).dropped:
        pass
    return answer


def first_text(body):
    return blocks_of(body["messages"][0])[0]["text"]


def thoughts(messages):
    return [block for message in messages for block in blocks_of(message) if block["type"] in THINKING]


def only_appended(bodies):
    """How often a request did not begin with all of the one before it."""
    return sum(one["messages"] != two["messages"][:len(one["messages"])]
               for one, two in zip(bodies, bodies[1:], strict=False))


# ---- What is kept

def test_a_turn_is_kept_with_all_blocks_of_its_reply():
    """
    Thinking and its signature, too: the text alone would lose the reasoning, and tool turns altogether.
    """
    server = Server(lambda ask: ["On its", " way."])
    chat = conversation(system="Be kind.")
    answer = talk(chat, server, "Where is it?")
    assert (True, "", "On its way.", 0) == (answer.kept, answer.why, answer.text, answer.dropped)
    assert isinstance(answer.reply, anthropic.types.Message)
    asked, said = chat.messages
    assert user("Where is it?") == asked
    assert ["thinking", "text", "text"] == [block["type"] for block in said["content"]]
    assert answer.reply.to_dict()["content"] == said["content"]
    assert {"model": HAIKU, "max_tokens": 1_000, "system": "Be kind.", "messages": [asked]} == server.asked[0]
    assert answer.usage == Usage(input=tokens(server.asked[0]), output=weigh(said["content"]),
                                 thinking=weigh(said["content"][:1]))
    assert answer.usage.total == chat.tokens


def test_the_next_request_begins_with_all_of_the_last_one():
    """
    Byte for byte: what a cache and preserved thinking depend on.
    """
    server = Server()
    chat = conversation(share=0.01)
    talk(chat, server, "One", [text("Two"), PIXEL], "Three")
    assert 0 == only_appended(server.asked)
    assert [1, 3, 5] == [len(body["messages"]) for body in server.asked]
    assert chat.request("Four")["messages"][:-1] == chat.messages


def test_a_failed_call_leaves_no_trace():
    """
    After a failure and a retry the question is there once.
    """
    replies = iter(["Hello.", {"status": 500}, {"status": 500}, "Yes."])
    server = Server(lambda ask: next(replies))
    chat, client = conversation(), server.client()
    chat.ask(client, "Hi")
    before = chat.save()
    for _ in range(2):
        with pytest.raises(anthropic.InternalServerError):
            chat.ask(client, "Well?")
        assert before == chat.save()
    assert chat.ask(client, "Well?").kept
    assert ["Hi", "Well?"] == [turn.question for turn in turns(chat.messages)]
    assert server.asked[1] == server.asked[2] == server.asked[3]


@pytest.mark.parametrize(("reply", "why"), [
    ({"content": [], "stop_reason": "refusal"}, "the model declined"),
    ({"content": ["I was about to"], "stop_reason": "refusal"}, "the model declined"),
    ({"content": []}, "the answer is empty"),
    ({"content": [" \n"]}, "the answer is empty"),
    ({"content": [text("")], "stop_reason": "max_tokens", "max_tokens": 1_000},
     "the answer was cut off before it began"),
    ({"content": [call("a")], "stop_reason": "max_tokens", "max_tokens": 1_000},
     "the answer was cut off before it began"),
    ({"content": [call("a")]}, "the model waits for a tool's result: give ask a run="),
    ({"content": ["Well"], "stop_reason": "tool_use"}, "the model stopped for a tool and called none"),
    ({"content": ["Well"], "stop_reason": "something_new"}, "the model stopped for another reason, something_new"),
])
def test_what_ends_otherwise_is_not_kept_and_says_why(reply, why):
    """
    The conversation goes on as if it had not been asked.
    """
    replies = iter(["Hello.", reply, "Yes."])
    server = Server(lambda ask: next(replies))
    chat = conversation(tools=[TOOL])
    talk(chat, server, "Hi")
    before = chat.save()
    answer = talk(chat, server, "Do it")
    assert (False, why, before) == (answer.kept, answer.why, chat.save())
    assert answer.usage.prompt > 0
    assert talk(chat, server, "And now?").kept
    assert [] == server.refused


def test_a_stream_that_broke_off_is_not_kept():
    """
    It raises nothing: the final message has no stop reason.
    """
    chat = conversation()
    answer = chat.ask(lambda **body: {"role": "assistant", "content": [text("Hal")], "stop_reason": None}, "Hi")
    assert (False, "the reply has no end", None, []) == (answer.kept, answer.why, answer.usage, chat.messages)


@pytest.mark.parametrize("reason", ["max_tokens", "model_context_window_exceeded"])
def test_a_cut_answer_is_kept_and_marked_without_its_unfinished_call(reason):
    """
    "Go on" needs the half that is there; half a call would be an orphan.
    """
    replies = iter([{"content": ["The first of three", call("a")], "stop_reason": reason, "max_tokens": 1_000}, "and"])
    server = Server(lambda ask: next(replies))
    chat = conversation(tools=[TOOL])
    answer = talk(chat, server, "List them")
    assert (True, "The first of three", reason) == (answer.kept, answer.text, chat.turns[0].stop_reason)
    assert ["thinking", "text"] == [block["type"] for block in chat.messages[1]["content"]]
    assert talk(chat, server, "Go on").kept
    assert [] == server.refused


# ---- Tools

def test_tools_run_until_the_answer_comes_and_the_turn_is_kept_whole():
    """
    Two parallel calls, then one more: results in one message each time, nothing else in it.
    """
    replies = iter([["Let me see.", call("a", q=1), call("b", q=2)], [call("c", q=3)], "Three orders."])
    server = Server(lambda ask: next(replies))
    chat, seen = conversation(tools=[TOOL]), []

    def look_up(asked):
        seen.append((asked["name"], asked["input"]["q"]))
        return {1: "one", 2: [text("two")], 3: {"content": "no such order", "is_error": True}}[asked["input"]["q"]]

    answer = chat.ask(server.client(), "How many?", run=look_up)
    assert (True, "Three orders.", [("look_up", 1), ("look_up", 2), ("look_up", 3)]) == (answer.kept, answer.text, seen)
    (turn,) = turns(chat.messages)
    assert (3, 6) == (turn.calls, len(turn.messages))
    assert [result("a", "one"), result("b", [text("two")])] == turn.messages[2]["content"]
    assert [{**result("c", "no such order"), "is_error": True}] == turn.messages[4]["content"]
    said = [message["content"] for message in chat.messages if message["role"] == "assistant"]
    assert answer.usage == sum((Usage(input=tokens(body), output=weigh(content), thinking=weigh(content[:1]))
                                for body, content in zip(server.asked, said, strict=True)), Usage())
    assert 0 == only_appended(server.asked)
    assert chat.turns[0].thinking == answer.usage.thinking
    assert chat.tokens == tokens(server.asked[-1]) + weigh(said[-1])
    assert talk(chat, server_like(server, "Bye."), "Thanks").kept


def server_like(server, *said):
    """The same server, with other answers."""
    replies = iter(said)
    server.plan = lambda ask: next(replies)
    return server


def test_a_tool_that_raises_takes_the_turn_back():
    """
    The error is the caller's; a result that says is_error is for the model.
    """
    server = Server(lambda ask: [call("a")])
    chat = conversation(tools=[TOOL])
    with pytest.raises(ZeroDivisionError):
        chat.ask(server.client(), "Hi", run=lambda call: 1 / 0)
    assert [] == chat.messages
    with pytest.raises(TypeError, match="^run must return a tool's result: a text, a list of blocks, or a dict"):
        chat.ask(server.client(), "Hi", run=lambda call: 42)


def test_a_model_that_never_stops_calling_is_stopped():
    """
    After max_rounds requests; all of them are paid for.
    """
    server = Server(lambda ask: [call(f"id{len(server.asked)}")])
    chat = conversation(tools=[TOOL])
    answer = chat.ask(server.client(), "Hi", run=lambda call: "again", max_rounds=3)
    assert (False, "the model still wants tools after 3 rounds", 3) == (answer.kept, answer.why, len(server.asked))
    assert [] == chat.messages


def test_a_paused_turn_is_sent_back_as_it_came():
    """
    A server's tool reached its limit; documented in handling-stop-reasons.
    """
    said = iter([([text("Searching")], "pause_turn"), ([text("Found it.")], "end_turn")])
    bodies = []

    def send(**body):
        bodies.append(body)
        content, reason = next(said)
        return {"role": "assistant", "content": content, "stop_reason": reason}

    chat = conversation()
    assert chat.ask(send, "Search").kept
    assert [user("Search"), assistant([text("Searching")])] == bodies[1]["messages"]
    answer = conversation().ask(lambda **body: {"content": [text("Hm")], "stop_reason": "pause_turn"}, "Search")
    assert "the model still paused when all rounds were used" == answer.why


def test_a_result_that_is_too_long_stops_the_turn():
    """
    No turn is trimmed in the middle. The tool's result has to be shorter.
    """
    server = Server(lambda ask: [call("a")])
    chat = conversation(tools=[TOOL])
    with pytest.raises(TooLongError, match="^the request with this turn's tool results is .* and the budget is 3,000"):
        chat.ask(server.client(), "Hi", run=lambda call: LONG * 20)
    assert ([], 1) == (chat.messages, len(server.asked))


# ---- Trimming

def test_sixty_turns_with_trims_and_no_400():
    """
    Whole turns go, in chunks; between two trims requests only append; none is above the budget.
    """
    server = Server(lambda ask: [call(f"id{len(server.asked)}", q=LONG[:50])] if len(server.asked) % 3 == 1 else LONG)
    chat, client = conversation(tools=[TOOL], system="Be kind."), server.client()
    answers = [chat.ask(client, f"{number}: {LONG}", run=lambda call: LONG) for number in range(60)]
    assert all(answer.kept for answer in answers)
    assert [] == server.refused
    assert max(tokens(body) for body in server.asked) <= chat.budget.prompt
    assert all(is_valid(body["messages"]) for body in server.asked)
    trims = [answer.dropped for answer in answers if answer.dropped]
    assert 60 - len(chat.turns) == sum(trims)
    assert len(trims) == only_appended(server.asked)
    assert len(trims) <= 60 // 2
    assert min(trims) >= 2


def test_a_trim_takes_half_and_strips_thinking():
    """
    Chunks: the low-water mark is a share of the history's part. New thinking is kept again.
    """
    server = Server(lambda ask: LONG)
    chat, client = conversation(), server.client()
    while not (answer := chat.ask(client, LONG)).dropped:
        before = chat.tokens
    assert before > 0.8 * chat.budget.history
    assert tokens(server.asked[-1]) <= 0.55 * chat.budget.history
    assert [] == thoughts(server.asked[-1]["messages"])
    assert 1 == len(thoughts(chat.messages))
    assert answer.dropped >= 2
    assert talk(chat, server, "And?").kept
    assert [] == server.refused


def test_without_thinking_taken_out_it_would_be_a_400():
    """
    The test's server does refuse it: dropping the oldest turn alone invalidates the thinking behind it.
    """
    server = Server()
    chat, client = conversation(), server.client()
    for question in ("One", "Two", "Three"):
        chat.ask(client, question)
    with pytest.raises(anthropic.BadRequestError, match="bound to a different conversation"):
        client.messages.create(**{**chat.request("Four"), "messages": chat.request("Four")["messages"][2:]})
    assert 1 == len(server.refused)


def test_usage_counts_where_there_is_one():
    """
    The last reply's prompt and output are what the next request repeats; an estimate is for the question alone.
    """
    server = Server(lambda ask: {"content": "Yes.", "usage": {"input_tokens": 2_900, "output_tokens": 50}})
    chat = conversation()
    assert 0 == chat.tokens
    talk(chat, server, "One")
    assert 2_950 == chat.tokens
    answer = talk(chat, server, LONG)
    assert 1 == answer.dropped
    assert 1 == len(chat.turns)


def test_what_the_api_cached_is_a_part_of_the_prompt():
    """
    input_tokens alone is what stands behind the last breakpoint.
    """
    usage = {"input_tokens": 10, "cache_read_input_tokens": 2_000, "cache_creation_input_tokens": 500,
             "output_tokens": 40}
    chat = conversation()
    talk(chat, Server(lambda ask: {"content": "Yes.", "usage": usage}), "One")
    assert 2_550 == chat.tokens


def test_without_usage_it_estimates():
    """
    A reply without a bill is kept all the same, and trims come all the same.
    """
    chat = conversation()

    def send(**body):
        return {"role": "assistant", "content": [text(LONG)], "stop_reason": "end_turn"}

    answers = [chat.ask(send, LONG) for _ in range(20)]
    assert any(answer.dropped for answer in answers)
    assert chat.tokens <= chat.budget.limit
    assert {None} == {answer.usage for answer in answers}


def test_a_counter_is_asked_before_each_request():
    """
    count_tokens sees the body that will be sent, and what it says goes.
    """
    server = Server(lambda ask: LONG)
    client = server.client()
    chat = conversation(count=count_with(client), system="Be kind.", cache_control={"type": "ephemeral"})
    answers = [chat.ask(client, LONG) for _ in range(12)]
    assert any(answer.dropped for answer in answers)
    assert max(tokens(body) for body in server.asked) <= chat.budget.prompt
    assert {"model", "messages", "system", "cache_control"} == set(server.counted[0])
    counted = [{**body, "max_tokens": 1_000} for body in server.counted]
    assert all(body in counted for body in server.asked)
    assert [] == server.refused


def test_a_question_that_is_too_long_says_so_and_changes_nothing():
    """
    Whatever was dropped for it: the turns are still there.
    """
    server = Server()
    chat = conversation()
    talk(chat, server, "One", "Two")
    before = chat.save()
    with pytest.raises(TooLongError, match="^the question with the system prompt, tools, facts and summary is"):
        talk(chat, server, LONG * 15)
    assert (before, 2) == (chat.save(), len(server.asked))
    with pytest.raises(TooLongError):
        talk(conversation(), server, LONG * 15)


def test_a_failure_after_a_trim_brings_the_turns_back():
    """
    What was planned for a request that failed is forgotten.
    """
    server = Server(lambda ask: LONG)
    chat, client = conversation(summarise=lambda gone, summary: "A summary."), server.client()
    while len(chat.request(LONG)["messages"]) > len(chat.messages):
        chat.ask(client, LONG)
    before = chat.save()
    server.plan = lambda ask: {"status": 500}
    with pytest.raises(anthropic.InternalServerError):
        chat.ask(client, LONG)
    assert before == chat.save()
    server.plan = lambda ask: "Yes."
    assert chat.ask(client, LONG).dropped
    assert "A summary." == chat.summary


# ---- Summary and facts

def test_the_summary_stands_in_front_and_builds_on_the_last_one():
    """
    In the first user message; it gets the messages that go, whole turns, and the summary so far.
    """
    asked = []

    def summarise(gone, summary):
        asked.append((gone, summary))
        return f"{summary}{len(turns(gone))};"

    server = Server(lambda ask: LONG)
    chat, client = conversation(summarise=summarise), server.client()
    dropped = [chat.ask(client, f"{number} {LONG}").dropped for number in range(20)]
    assert len(asked) == sum(map(bool, dropped)) >= 2
    assert "".join(f"{count};" for count in dropped if count) == chat.summary
    assert ["", f"{next(filter(None, dropped))};"] == [summary for _, summary in asked][:2]
    assert all(problem(gone, to_send=False) is None for gone, _ in asked)
    assert f"Summary of this conversation so far:\n{chat.summary}" == first_text(server.asked[-1])
    gone = [turn.question.split()[0] for messages, _ in asked for turn in turns(messages)]
    assert [str(number) for number in range(len(gone))] == gone
    assert [] == server.refused


def test_down_to_nothing_is_the_simple_compaction():
    """
    One user message: the summary of all, then the question. The API combines the two.
    """
    server = Server(lambda ask: LONG)
    chat, client = conversation(down_to=0, summarise=lambda gone, summary: "All of it."), server.client()
    fill(chat, client)
    opening, question = server.asked[-1]["messages"]
    assert ("user", "user", LONG) == (opening["role"], question["role"], question["content"])
    assert [text("Summary of this conversation so far:\nAll of it.")] == opening["content"]
    assert 1 == len(chat.turns)


def test_a_summary_that_is_too_long_takes_more_turns():
    """
    And where even that doesn't help, says so; nothing is lost.
    """
    asked = []

    def summarise(gone, summary):
        asked.append(gone)
        return LONG * 9

    server = Server(lambda ask: LONG)
    chat, client = conversation(summarise=summarise), server.client()
    answer = fill(chat, client)
    assert tokens(server.asked[-1]) <= chat.budget.prompt
    assert answer.dropped >= 3
    assert len(asked) > 1
    gone = [message for messages in asked for message in messages]
    before = without_thinking(server.asked[-2]["messages"])   # all but the last reply
    assert 2 * answer.dropped == len(gone)
    assert before == gone[:len(before)]
    chat = conversation(summarise=lambda gone, summary: LONG * 60)
    with pytest.raises(TooLongError, match="facts and summary is"):
        fill(chat, client)
    assert ("", True) == (chat.summary, len(chat.turns) > 3)


def test_a_summary_must_be_a_text():
    """
    A reply isn't one.
    """
    chat, client = conversation(summarise=lambda gone, summary: None), Server(lambda ask: LONG).client()
    with pytest.raises(TypeError, match=r"^summarise must return a text; got NoneType\.$"):
        fill(chat, client)


def test_facts_stand_in_front_and_news_go_with_the_question():
    """
    At the start in the opening; later appended, for an edit of the opening would cost the cache and be a 400.
    """
    server = Server()
    chat, client = conversation(facts={"name": "Ada"}), server.client()
    chat.ask(client, "Hi")
    assert "Facts to keep in mind:\n- name: Ada" == first_text(server.asked[0])
    chat.pin("allergy", "nuts\nand milk")
    chat.ask(client, "A cake?")
    chat.ask(client, "Which?")
    chat.unpin("name")
    chat.pin("allergy", "nuts")
    chat.ask(client, [text("And now?")])
    first, second, third = (blocks_of(body["messages"][-1]) for body in server.asked[1:])
    assert [text("Facts that are new or have changed:\n- allergy: nuts and milk"), text("A cake?")] == first
    assert [text("Which?")] == second
    assert [text("Facts that are new or have changed:\n- allergy: nuts\n- name: (no longer holds)"),
            text("And now?")] == third
    assert (0, {"allergy": "nuts"}) == (only_appended(server.asked), chat.facts)
    assert [] == server.refused


def test_facts_outlive_every_trim():
    """
    Eight facts told in the first turns, all in the last of sixty requests; each is there once after a trim.
    """
    server = Server(lambda ask: LONG)
    chat, client = conversation(), server.client()
    for number in range(60):
        if number < 8:
            chat.pin(f"fact {number}", f"value {number}")
        assert chat.ask(client, LONG).kept
    sent = json.dumps(server.asked[-1]["messages"])
    assert [1] * 8 == [sent.count(f"value {number}") for number in range(8)]
    assert [] == server.refused


def test_a_trim_tells_a_new_fact_once():
    """
    In the opening, which is written anew; not in front of the question, too. A turn without thinking is shorter by it.
    """
    server = Server(lambda ask: LONG)
    chat, client = conversation(), server.client()
    while len(chat.request(LONG)["messages"]) > len(chat.messages):
        chat.ask(client, LONG)
    turn = chat.turns[-1]
    assert turn.lean().tokens == turn.tokens - turn.thinking < turn.tokens
    chat.pin("allergy", "nuts")
    assert chat.ask(client, LONG).dropped
    assert "Facts to keep in mind:\n- allergy: nuts" == first_text(server.asked[-1])
    assert user(LONG) == server.asked[-1]["messages"][-1]


@pytest.mark.parametrize("last", ["56", None])
def test_old_news_does_not_outlive_a_trim(last):
    """
    A size that changes with each turn, then a trim: the request says the last one, once; or none, if it was unpinned.
    """
    server = Server(lambda ask: LONG)
    chat, client = conversation(facts={"size": "43"}), server.client()
    while len(chat.request(LONG)["messages"]) > len(chat.messages):
        chat.pin("size", str(len(chat.turns)))
        chat.ask(client, LONG)
    chat.unpin("size")
    if last:
        chat.pin("size", last)
    assert chat.ask(client, LONG).dropped
    assert chat.turns
    told = re.findall(r"- size: (.+?)\\n|- size: (.+?)\"", json.dumps(server.asked[-1]["messages"]))
    assert [last] * bool(last) == ["".join(one) for one in told]
    assert [] == [turn for turn in chat.turns[:-1] if turn.noted]


def test_a_fact_is_told_again_when_the_request_that_told_it_failed():
    """
    It is pinned all the same.
    """
    replies = iter(["Hi.", {"status": 500}, "Yes."])
    server = Server(lambda ask: next(replies))
    chat, client = conversation(), server.client()
    chat.ask(client, "Hi")
    chat.pin("allergy", "nuts")
    with pytest.raises(anthropic.InternalServerError):
        chat.ask(client, "A cake?")
    chat.ask(client, "A cake?")
    assert server.asked[1] == server.asked[2]
    assert "- allergy: nuts" in json.dumps(server.asked[2])


def test_a_tool_may_pin_a_fact():
    """
    While the turn runs; the model has seen it in the call, and is told with the next question.
    """
    replies = iter([[call("a", fact="nuts")], "Noted.", "No nuts."])
    server = Server(lambda ask: next(replies))
    chat, client = conversation(tools=[TOOL]), server.client()

    def remember(asked):
        chat.pin("allergy", asked["input"]["fact"])
        return "ok"

    chat.ask(client, "I'm allergic to nuts", run=remember)
    chat.ask(client, "A cake?")
    assert "- allergy: nuts" in blocks_of(server.asked[-1]["messages"][-1])[0]["text"]
    assert [] == server.refused


@pytest.mark.parametrize(("name", "fact"), [("", "nuts"), ("allergy", " \n"), ("allergy", None), (1, "nuts")])
def test_a_fact_is_a_name_and_a_text(name, fact):
    """
    An empty text would be a 400, or nothing.
    """
    words = f"a fact needs a name and a text, neither empty; got {name!r} and {fact!r}."
    with pytest.raises(ValueError, match=f"^{re.escape(words)}$"):
        conversation().pin(name, fact)
    with pytest.raises(KeyError):
        conversation().unpin("allergy")


# ---- Any course of a conversation

EVENTS = st.sampled_from(["answer", "long", "tool", "tools", "empty", "refusal", "cut", "cut call", "fail", "pin",
                          "unpin", "save", "picture", "huge"])


@given(st.lists(EVENTS, max_size=25), st.booleans(), st.sampled_from([0, 0.3, 0.5, 1]))
@settings(max_examples=60)
def test_whatever_happens_no_request_is_refused(events, summarised, down_to):
    """
    Failures, refusals, cut calls, tools, facts, trims and restarts in any order: valid, below the budget, append-only
    but for trims, and unchanged by what was not kept.
    """
    number = iter(range(10_000))
    script = []
    server = Server(lambda ask: script.pop(0) if script else "Done.")
    options = {"tools": [TOOL], "down_to": down_to, "share": 0.009}
    if summarised:
        options["summarise"] = lambda gone, old: f"{len(gone)} gone"
    chat, client, trims = conversation(**options), server.client(), 0
    for event in events:
        if event == "pin":
            chat.pin(f"fact {next(number) % 3}", f"value {next(number)}")
        elif event == "unpin" and chat.facts:
            chat.unpin(min(chat.facts))
        elif event == "save":
            chat = Conversation.load(json.loads(json.dumps(chat.save())), **{**SMALL, **options})
        script[:] = {
            "long": [LONG], "tool": [[call(f"id{next(number)}")]], "empty": [[]], "fail": [{"status": 500}],
            "tools": [["So", call(f"id{next(number)}"), call(f"id{next(number)}")], [call(f"id{next(number)}")]],
            "refusal": [{"content": [], "stop_reason": "refusal"}],
            "cut": [{"content": [LONG], "stop_reason": "max_tokens", "max_tokens": 1_000}],
            "cut call": [{"content": ["I'll", call("x")], "stop_reason": "max_tokens", "max_tokens": 1_000}],
        }.get(event, [])
        question = {"picture": [PIXEL, text("This?")], "long": LONG * 3, "huge": LONG * 20}.get(event, "Well?")
        before = chat.save()
        try:
            answer = chat.ask(client, question, run=lambda call: LONG)
        except (anthropic.InternalServerError, TooLongError):
            assert before == chat.save()
            continue
        assert answer.kept or before == chat.save()
        assert problem(chat.messages, to_send=False) is None
        trims += bool(answer.dropped)
    assert [] == server.refused
    assert all(tokens(body) <= chat.budget.prompt for body in server.asked)


# ---- One at a time

def wait_for(condition):
    """Until *condition()* is true; AssertionError after ten seconds."""
    late = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < late
        time.sleep(0.001)


def test_threads_take_turns_in_the_order_in_which_they_came():
    """
    Whoever asks while another is answered waits, and finds the other's turn in the history.
    """
    inside, go = threading.Event(), threading.Event()

    def send(**body):
        inside.set()
        assert go.wait(10)
        return {"content": [text(f"re {body['messages'][-1]['content']}")], "stop_reason": "end_turn"}

    chat, threads = conversation(), []
    for number in range(6):
        threads.append(threading.Thread(target=chat.ask, args=(send, str(number))))
        threads[-1].start()
        if number == 0:
            assert inside.wait(10)
        wait_for(lambda number=number: len(chat._lock._queue) > number)   # it has joined the queue
    go.set()
    for thread in threads:
        thread.join(10)
    expected = [message for number in "012345" for message in (user(number), assistant([text(f"re {number}")]))]
    assert expected == chat.messages


def test_two_conversations_do_not_wait_for_each_other():
    """
    The lock is the conversation's own.
    """
    one, two = conversation(), conversation()

    def send(**body):
        return {"content": [text("Yes.")], "stop_reason": "end_turn"}

    def send_and_ask(**body):
        two.ask(send, "Meanwhile")
        return send()

    one.ask(send_and_ask, "Hi")
    assert 1 == len(two.turns) == len(one.turns)


def test_to_ask_from_within_is_refused_and_not_waited_for():
    """
    A tool that asks its own conversation would wait for itself, forever.
    """
    server = Server(lambda ask: [call("a")])
    chat, client = conversation(tools=[TOOL]), server.client()
    words = "^this conversation is already answering, and what asks it again is a part of that"
    with pytest.raises(RuntimeError, match=words):
        chat.ask(client, "Hi", run=lambda call: chat.ask(client, "And?").text)
    server.plan = lambda ask: "Yes."
    assert chat.ask(client, "Hi").kept

    async def both():
        async def inner(asked):
            return (await chat.ask_async(server.client(asynchronous=True), "And?")).text
        server.plan = lambda ask: [call("b")]
        with pytest.raises(RuntimeError, match=words):
            await chat.ask_async(server.client(asynchronous=True), "Hi", run=inner)
        with pytest.raises(RuntimeError, match=words):
            await chat.ask_async(server.client(asynchronous=True), "Hi", run=lambda call: chat.ask(client, "And?").text)

    run(both())


def test_asynchronous_tasks_take_turns_too():
    """
    With everything awaited: client, tools, summary and counter.
    """
    async def main():
        server = Server(lambda ask: [call(f"id{len(server.asked)}")] if len(server.asked) % 2 else LONG)
        client = server.client(asynchronous=True)

        async def look_up(asked):
            await asyncio.sleep(0)
            return "found"

        async def summarise(gone, summary):
            await asyncio.sleep(0)
            return f"{len(gone)} messages are gone."

        chat = conversation(tools=[TOOL], summarise=summarise, count=count_with(client))
        answers = await asyncio.gather(*(chat.ask_async(client, f"{number} {LONG}", run=look_up)
                                         for number in range(12)))
        assert all(answer.kept for answer in answers)
        assert "are gone." in chat.summary
        asked = [body["messages"][-1]["content"] for body in server.asked[::2]]
        assert [f"{number} {LONG}" for number in range(12)] == asked
        assert [] == server.refused

    run(main())


def test_a_cancelled_task_leaves_no_trace():
    """
    Neither the one that is being answered nor one that waits; the next in line is served.
    """
    async def main():
        started, go = asyncio.Event(), asyncio.Event()

        async def send(**body):
            started.set()
            await go.wait()
            return {"content": [text("Yes.")], "stop_reason": "end_turn"}

        chat = conversation()
        first, second, third = (asyncio.create_task(chat.ask_async(send, str(number))) for number in range(3))
        await started.wait()
        second.cancel()
        first.cancel()
        go.set()
        assert (await third).kept
        for task in (first, second):
            with pytest.raises(asyncio.CancelledError):
                await task
        assert [user("2"), assistant([text("Yes.")])] == chat.messages
        assert not chat._lock._queue

    run(main())


def test_threads_and_tasks_may_share_a_conversation_and_loops_may_change():
    """
    asyncio's own lock would belong to the first loop that waited for it.
    """
    chat = conversation()

    def send(**body):
        return {"content": [text("Yes.")], "stop_reason": "end_turn"}

    async def several():
        await asyncio.gather(*(chat.ask_async(send, "Hi") for _ in range(3)))

    threads = [threading.Thread(target=run, args=(several(),)) for _ in range(3)]
    threads += [threading.Thread(target=chat.ask, args=(send, "Hi")) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert 12 == len(chat.turns)


def test_an_asynchronous_function_needs_ask_async():
    """
    Nobody would await it here.
    """
    chat = conversation()
    with pytest.raises(TypeError, match="^a function returned an awaitable, which can't be waited for here: with an"):
        chat.ask(Server().client(asynchronous=True), "Hi")
    assert [] == chat.messages


def test_a_function_that_raises_stop_iteration_is_not_taken_for_the_end():
    """
    It would end the generator that both loops drive, without an answer.
    """
    with pytest.raises(StopIteration):
        conversation().ask(lambda **body: next(iter(())), "Hi")


# ---- Streams, saving, arguments

def test_a_stream_is_read_by_the_function_that_sends():
    """
    Shown as it comes, kept when it ended.
    """
    client, shown = Server(lambda ask: "Hello, Ada.").client(), []

    def show(**body):
        with client.messages.stream(**body) as stream:
            shown.extend(stream.text_stream)
            return stream.get_final_message()

    chat = conversation()
    answer = chat.ask(show, "Hi")
    assert ("Hello, Ada.", True, "Hello, Ada.") == ("".join(shown), answer.kept, answer.text)
    assert chat.ask(client, "And?").kept
    assert 2 == len(thoughts(chat.messages))


def test_what_was_saved_goes_on_with_the_same_bytes():
    """
    Also after a trim, with facts that were not told yet: the thinking in it stays valid.
    """
    server = Server(lambda ask: LONG)
    chat, client = conversation(facts={"name": "Ada"}, summarise=lambda gone, summary: "Gone."), server.client()
    fill(chat, client)
    chat.pin("allergy", "nuts")
    saved = json.loads(json.dumps(chat.save()))
    again = Conversation.load(saved, **SMALL, summarise=lambda gone, summary: "Gone.")
    assert (chat.request("Hi"), chat.save(), chat.tokens) == (again.request("Hi"), again.save(), again.tokens)
    assert again.ask(client, "Hi").kept
    assert [] == server.refused
    saved["turns"][0]["messages"][0]["content"] = "meddled"
    assert "meddled" not in json.dumps(again.messages)


def test_nobody_can_change_the_history_from_outside():
    """
    Bodies, messages and questions are copies.
    """
    server = Server()
    chat, question = conversation(system=[text("Be kind.")]), [text("Hi")]
    talk(chat, server, question)
    before = copy.deepcopy(chat.messages)
    question[0]["text"] = "Bye"
    chat.messages[0]["content"][0]["text"] = "Bye"
    chat.request("And?")["messages"][0]["content"][0]["text"] = "Bye"
    chat.turns[0].messages[0]["content"][0]["text"] = "Bye"
    assert before == chat.messages

    def meddle(**body):
        body["system"][0]["text"] = "Be rude."
        body["messages"].clear()
        return {"content": [text("Yes.")], "stop_reason": "end_turn"}

    chat.ask(meddle, "And?")
    assert "Be kind." == chat.request("So?")["system"][0]["text"]
    assert before == chat.messages[:2]


def test_the_budget_is_a_share_of_the_window_less_what_is_no_history():
    """
    Output reserve, system prompt and tools come off; below nothing it is refused, with numbers.
    """
    chat = Conversation(model=HAIKU, system=LONG, tools=[TOOL], max_tokens=5_000)
    budget = chat.budget
    assert (find_model(HAIKU).context // 10, 5_000) == (budget.limit, budget.output)
    assert budget.prompt == budget.limit - 5_000
    assert budget.first == budget.prompt - budget.results
    assert budget.history == budget.first - budget.system - budget.tools
    assert 200 < budget.system < 400
    assert 600 < budget.tools < 700
    assert budget.results == (budget.prompt - budget.system - budget.tools) // 4
    assert str(budget) == (f"100,000 tokens: 5,000 for the answer, {budget.system} for the system prompt, "
                           f"{budget.tools} for tools, {budget.results:,} for their results, "
                           f"{budget.history:,} for the history")
    assert [0, 500] == [Conversation(model=HAIKU, **more).budget.results for more in ({}, {"results": 500})]
    with pytest.raises(ValueError, match="^of a limit of 1,000 tokens nothing is left for the history: 2,000 are"):
        Conversation(model=HAIKU, share=0.001)


def test_the_default_share_stays_below_the_price_step():
    """
    Haiku's price is five times as high above 100,000 tokens: data/models.json.
    """
    tier = find_model(HAIKU).prices[-1]
    assert Conversation(model=HAIKU).budget.limit <= tier.above_prompt_tokens
    assert 5 * find_model(HAIKU).price.input == tier.price.input


@pytest.mark.parametrize(("options", "error", "words"), [
    ({"share": 0}, ValueError, "share must be a number above 0 and at most 1, such as 0.1; got 0."),
    ({"share": True}, ValueError, "share must be a number above 0 and at most 1, such as 0.1; got True."),
    ({"max_tokens": 0}, ValueError, "max_tokens must be a whole number of 1 or more; got 0."),
    ({"down_to": 2}, ValueError, "down_to must be a share from 0 to 1 of the history's part; got 2."),
    ({"results": -1}, ValueError, "results must be a whole number of tokens, 0 or more, or None; got -1."),
    ({"stream": True}, TypeError, "stream is no option here: the conversation makes its messages itself, and a stream "
                                  "is read by the function that you give ask as send."),
    ({"messages": []}, TypeError, "messages is no option here: the conversation makes its messages itself, and a "
                                  "stream is read by the function that you give ask as send."),
    ({"model": "gpt-3.5-turbo-0301"}, ValueError,
     "data/models.json doesn't say how large the window of gpt-3.5-turbo-0301 is: add it there."),
    ({"model": "claude-9"}, LookupError, None),
])
def test_options_that_make_no_sense_are_refused_at_once(options, error, words):
    """
    Not with the first question.
    """
    with pytest.raises(error, match=words and f"^{re.escape(words)}$"):
        conversation(**options)


@pytest.mark.parametrize(("question", "error", "words"), [
    ("", ValueError, "the question is empty: the API answers that with a 400."),
    (" \n", ValueError, "the question is empty: the API answers that with a 400."),
    ([], ValueError, "a question's blocks must be dicts that say their type, at least one."),
    (["Hi"], ValueError, "a question's blocks must be dicts that say their type, at least one."),
    ([text("Hi"), text("")], ValueError, "a question's text block is empty: the API answers that with a 400."),
    ([result("a")], ValueError, "a tool's result is no question: its call is not in the conversation. Give ask a run= "
                                "that answers calls."),
    (None, TypeError, "a question must be a text or a list of blocks; got NoneType."),
])
def test_a_question_that_would_be_a_400_is_refused(question, error, words):
    """
    Before anything is sent, or anybody waits.
    """
    chat, server = conversation(), Server()
    for ask in (lambda: chat.ask(server.client(), question), lambda: chat.request(question)):
        with pytest.raises(error, match=f"^{re.escape(words)}$"):
            ask()
    assert [] == server.asked


def test_other_arguments_are_checked_too():
    """
    A sender that is none, rounds that are none, a reply that is none.
    """
    chat = conversation()
    with pytest.raises(TypeError, match="^send must be an Anthropic client, or a function that takes a body's fields"):
        chat.ask("client", "Hi")
    with pytest.raises(ValueError, match=r"^max_rounds must be a whole number of 1 or more; got 0\.$"):
        chat.ask(Server().client(), "Hi", max_rounds=0)
    with pytest.raises(TypeError, match=r"^a reply must be a Message; got str\. Of a stream, return stream\.get_final"):
        chat.ask(lambda **body: "Hello", "Hi")
    assert [] == chat.messages


def test_blank_system_prompts_and_no_tools_are_left_out():
    """
    An empty block is a 400; other options go along.
    """
    chat = conversation(system=" ", tools=[], thinking={"type": "disabled"})
    body = chat.request("Hi")
    assert {"model": HAIKU, "max_tokens": 1_000, "thinking": {"type": "disabled"}, "messages": [user("Hi")]} == body


def test_it_says_how_full_it_is(caplog):
    """
    In its repr and in the log, without a word of what was said.
    """
    chat = conversation()
    with caplog.at_level(logging.INFO, logger="llm.history"):
        talk(chat, Server(lambda ask: "A secret."), "Hello there")
        talk(chat, Server(lambda ask: []), "Hello there")
    assert f"Conversation(1 turn, {chat.tokens} of 3,000 tokens, {HAIKU})" == repr(chat)
    assert [f"turn kept: 1 turns, 0 dropped, {chat.tokens} tokens",
            f"turn not kept (the answer is empty): 1 turns, 0 dropped, {chat.tokens} tokens"] == caplog.messages


def test_sdk_blocks_may_be_asked():
    """
    What another reply said can be put into a question.
    """
    block = anthropic.types.TextBlock(type="text", text="Hello")
    assert [user([text("Hello")])] == conversation().request([block])["messages"]
    assert thinking("a") == {"type": "thinking", "thinking": "a", "signature": "sig"}
