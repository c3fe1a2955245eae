"""What the tests of helpers.history share: generated conversations of both vendors, and an API that binds thinking."""

from __future__ import annotations

import asyncio
import copy
import hashlib
import itertools
import json
import math

from hypothesis import strategies as st
from wire_kit import client

from helpers import economics
from helpers.clock import VirtualClock
from helpers.wire import builder, rules
from helpers.wire.scripted import Scripted

HAIKU = economics.model_id("default")
HUGE = "all of the catalogue " * 400
PIXEL = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo" * 50}}
WORDS = st.text("abc é漢 ", min_size=1, max_size=12).map(lambda text: f"x{text}") | st.just(HUGE)


# ---- Messages by hand

def user(*content):
    return {"role": "user", "content": content[0] if len(content) == 1 else list(content)}


def assistant(*content):
    return {"role": "assistant", "content": content[0] if len(content) == 1 else list(content)}


def text(words):
    return {"type": "text", "text": words}


def call(id, name="look_up", **input):
    return {"type": "tool_use", "id": id, "name": name, "input": input}


def result(id, content="42"):
    return {"type": "tool_result", "tool_use_id": id, "content": content}


def thinking(words="", signature="sig"):
    return {"type": "thinking", "thinking": words, "signature": signature}


def calling(*ids):
    """A message that calls tools, and the one that answers."""
    return [{"role": "assistant", "content": [call(id) for id in ids]},
            {"role": "user", "content": [result(id) for id in ids]}]


def length(message):
    """A counter that is exact, additive and quick: characters of the JSON."""
    return len(json.dumps(message))


# ---- Messages at random

TEXTS = WORDS.map(text)
QUESTIONS = WORDS | st.lists(TEXTS, min_size=1, max_size=2) | st.lists(TEXTS, min_size=1, max_size=1).map(
    lambda blocks: [PIXEL, *blocks])
RESULTS = WORDS | st.lists(TEXTS, min_size=1, max_size=2) | st.just([PIXEL])
THOUGHTS = st.builds(thinking, st.just("") | WORDS) | st.just({"type": "redacted_thinking", "data": "xyz"})


@st.composite
def thoughts(draw):
    return draw(st.lists(THOUGHTS, max_size=1))


@st.composite
def tool_rounds(draw, ids):
    """A message with one to three calls, and the message with their results."""
    mine = [f"toolu_{next(ids)}" for _ in range(draw(st.integers(1, 3)))]
    said = draw(st.lists(TEXTS, max_size=1))
    results = [result(id, draw(RESULTS)) for id in draw(st.permutations(mine))]
    if draw(st.booleans()):
        results[0]["is_error"] = True
    found = [{"role": "assistant", "content": [*draw(thoughts()), *said, *(call(id, q=draw(WORDS)) for id in mine)]},
             {"role": "user", "content": results}]
    if draw(st.integers(0, 4)) == 0:
        found.append({"role": "system", "content": "The user is in a hurry."})
    return found


@st.composite
def answers(draw):
    if draw(st.booleans()):
        return draw(WORDS)
    return [*draw(thoughts()), *draw(st.lists(TEXTS, min_size=1, max_size=2))]


@st.composite
def exchanges(draw, ids, ends=("answer",)):
    """One turn; it ends with its answer, with tool results, or with the question itself."""
    end = draw(st.sampled_from(ends))
    messages = [user(draw(QUESTIONS)) for _ in range(draw(st.sampled_from([1, 1, 1, 2])))]
    if end == "question":
        return messages
    for _ in range(draw(st.integers(1 if end == "results" else 0, 2))):
        messages += draw(tool_rounds(ids))
    return [*messages, assistant(draw(answers()))] if end == "answer" else messages


@st.composite
def conversations(draw, max_turns=6, ends=("question", "results")):
    """A list that could be sent: whole turns, then one that waits for the model."""
    ids = itertools.count(1)
    whole = [draw(exchanges(ids)) for _ in range(draw(st.integers(0, max_turns)))]
    return copy.deepcopy([message for turn in [*whole, draw(exchanges(ids, ends))] for message in turn])


@st.composite
def chats(draw, max_turns=5):
    """The same for OpenAI's chat completions."""
    ids = itertools.count(1)
    messages = draw(st.sampled_from([[], [{"role": "system", "content": "Be kind."}],
                                     [{"role": "developer", "content": "Be kind."}]]))
    for _ in range(draw(st.integers(0, max_turns))):
        messages = [*messages, {"role": "user", "content": draw(WORDS)}]
        for _ in range(draw(st.integers(0, 2))):
            mine = [f"call_{next(ids)}" for _ in range(draw(st.integers(1, 3)))]
            calls = [{"id": id, "type": "function", "function": {"name": "f", "arguments": "{}"}} for id in mine]
            messages = [*messages, {"role": "assistant", "content": None, "tool_calls": calls},
                        *({"role": "tool", "tool_call_id": id, "content": draw(WORDS)} for id in mine)]
        messages = [*messages, {"role": "assistant", "content": draw(WORDS)}]
    return copy.deepcopy([*messages, {"role": "user", "content": draw(WORDS)}])


@st.composite
def damaged(draw):
    """A conversation to which something was done, once or twice: most of them are refused."""
    messages = draw(conversations(max_turns=3))
    for _ in range(draw(st.integers(1, 2))):
        place = draw(st.integers(0, len(messages) - 1)) if messages else 0
        what = draw(st.sampled_from(["drop", "front", "swap", "empty", "block", "text", "twice", "answer"]))
        messages = copy.deepcopy(messages)
        if what == "front":
            messages = messages[place:]
        elif what == "answer":
            messages.append(assistant("Yes."))
        elif not messages:
            continue
        elif what == "drop":
            del messages[place]
        elif what == "swap":
            messages[place], messages[-1] = messages[-1], messages[place]
        elif what == "twice":
            messages.insert(place, copy.deepcopy(messages[place]))
        elif what == "empty":
            messages[place]["content"] = draw(st.sampled_from(["", []]))
        elif isinstance(messages[place]["content"], list) and messages[place]["content"]:
            blocks = messages[place]["content"]
            number = draw(st.integers(0, len(blocks) - 1))
            if what == "block":
                del blocks[number]
            else:
                blocks.insert(number, text(draw(st.sampled_from(["", "and"]))))
    return messages


def refusal(messages, model=HAIKU):
    """The 400 with which the scripted server answers, in words; None where it answers."""
    said = rules.violation("/v1/messages", {}, {"model": model, "max_tokens": 50, "messages": messages},
                           economics.find_model)
    return None if said is None else said.body["error"]["message"]


# ---- An API that keeps thinking bound to what stands before it

MISMATCH = ("Invalid `signature` in `thinking` block. The block is bound to a different conversation. Remove the "
            "block, or set `thinking.block_binding.prefix_mismatch_behavior` to \"drop_block\".")


class Server:
    """Answers as *plan* says, thinks before each reply, and refuses thinking whose prefix has changed.

    After build-with-claude/preserved-thinking (October 2026): the prefix is system, tools and all messages before a
    block, without thinking and cache_control; each block also records which one came before it, so that they may be
    taken from the front, but not from the middle. What a token is here, says `tokens`.
    """

    def __init__(self, plan=None, thinks=True):
        self.plan = plan or (lambda ask: "Fine.")
        self.thinks = thinks
        self.asked = []
        self.counted = []
        self.refused = []

    def client(self, asynchronous=False, **options):
        clock = VirtualClock()
        return client(Scripted(self.answer, clock), clock=clock, asynchronous=asynchronous, max_retries=0, **options)

    def answer(self, ask):
        body = copy.deepcopy(ask.body)
        path, last = self._bound_elsewhere(body)
        if path:
            self.refused.append(body)
            return builder.error(400, "invalid_request_error", f"{path}: {MISMATCH}")
        if ask.path.endswith("count_tokens"):
            self.counted.append(body)
            return builder.count_tokens(tokens(body))
        self.asked.append(body)
        made = self.plan(ask)
        if not isinstance(made, dict) or "type" in made:
            made = {"content": made}
        if "status" in made:
            return builder.error(made["status"], "api_error", "Internal server error")
        content = [made["content"]] if isinstance(made["content"], str | dict) else list(made["content"])
        content = [text(block) if isinstance(block, str) else block for block in content]
        thought = f"{len(self.asked)}.{last}.{self._prefix(body, body['messages'])}"
        blocks = [builder.thinking("Hm.", signature=thought)] if self.thinks and content else []
        output = body["max_tokens"] if made.get("stop_reason") == "max_tokens" else weigh([*blocks, *content])
        usage = economics.Usage(input=tokens(body), output=output, thinking=weigh(blocks))
        given = {"usage": usage, **{name: value for name, value in made.items() if name != "content"}}
        return builder.message([*blocks, *content], model=ask.model, **given)

    def _bound_elsewhere(self, body):
        """(path of the first thinking block that isn't valid, the number of the last one)."""
        before, last, first = [], "", True
        for place, message in enumerate(body["messages"]):
            content = message["content"] if isinstance(message["content"], list) else [text(message["content"])]
            for number, block in enumerate(content):
                if block["type"] != "thinking":
                    continue
                own, previous, prefix = block["signature"].split(".")
                ahead = [*before, {"role": message["role"], "content": content[:number]}] if number else before
                if prefix != self._prefix(body, ahead) or not (first or previous == last):
                    return f"messages.{place}.content.{number}", last
                first, last = False, own
            before = [*before, message]
        return None, last

    @staticmethod
    def _prefix(body, messages):
        """A fingerprint of what stands before a block: neighbours of one role are one message."""
        spoken = []
        for message in messages:
            content = message["content"] if isinstance(message["content"], list) else [text(message["content"])]
            kept = [{name: value for name, value in block.items() if name != "cache_control"} for block in content
                    if block["type"] not in ("thinking", "redacted_thinking")]
            if spoken and spoken[-1][0] == message["role"]:
                spoken[-1][1].extend(kept)
            elif kept:
                spoken.append((message["role"], kept))
        whole = json.dumps([body.get("system"), body.get("tools"), spoken], sort_keys=True)
        return hashlib.sha256(whole.encode()).hexdigest()[:12]


def tokens(body):
    """What a request's prompt is, for this server."""
    return weigh([body.get("system"), body.get("tools"), body["messages"]])


def weigh(value):
    """2.5 characters of all texts are a token, a picture is 1,500."""
    return math.ceil(_characters(value) / 2.5)


def _characters(value):
    if isinstance(value, dict):
        return 3_750 if value.get("type") == "image" else sum(map(_characters, value.values()))
    return sum(map(_characters, value)) if isinstance(value, list) else len(value) if isinstance(value, str) else 0


def run(coroutine):
    return asyncio.run(coroutine)
