"""Lesson 00's planted bugs."""

from __future__ import annotations

import functools
import json
import threading
from collections import namedtuple
from copy import copy
from dataclasses import dataclass
from itertools import chain, cycle
from types import SimpleNamespace

from tests.mutants import mutant, right

FINISHED = ("end_turn", "stop_sequence")


# ---- 00-1: the text of a message

def _text(message):
    return "".join(block.text for block in message.content if block.type == "text")


@right("00-1")
def by_class(message):
    from anthropic.types import TextBlock

    text = ""
    for block in message.content:
        if isinstance(block, TextBlock):
            text += block.text
    return text


@right("00-1")
def as_a_dict(message):
    return "".join(part["text"] for part in message.model_dump()["content"] if part["type"] == "text")


@right("00-1")
def through_json(message):
    return "".join(part.get("text", "") for part in json.loads(message.to_json())["content"])


@right("00-1")
def with_a_match(message):
    parts = []
    for block in message.content:
        match block.type:
            case "text":
                parts.append(block.text)
            case _:
                pass
    return "".join(parts)


@right("00-1")
def with_a_default(message):
    return "".join(getattr(block, "text", "") for block in message.content)


@right("00-1")
def uses_it_up(message):
    text = ""
    while message.content:
        block = message.content.pop(0)
        text += block.text if block.type == "text" else ""
    return text


@mutant("00-1", "thinking-block")
def first_block(message):
    return message.content[0].text


@mutant("00-1", "thinking-block")
def every_block(message):
    return "".join(block.text for block in message.content)


@mutant("00-1", "tool-block")
def all_but_thinking(message):
    return "".join(block.text for block in message.content if block.type != "thinking")


@mutant("00-1", "last-only")
def last_block(message):
    return message.content[-1].text


@mutant("00-1", "last-only")
def overwrites(message):
    text = ""
    for block in message.content:
        if block.type == "text":
            text = block.text
    return text


@mutant("00-1", "first-only")
def first_text(message):
    return next(block.text for block in message.content if block.type == "text")


@mutant("00-1", "first-only")
def returns_in_the_loop(message):
    for block in message.content:
        if block.type == "text":
            return block.text
    return ""


@mutant("00-1", "no-text-block")
def reduces_without_a_start(message):
    return functools.reduce(str.__add__, [block.text for block in message.content if block.type == "text"])


@mutant("00-1", "by-position")
def second_block(message):
    return message.content[1].text


@mutant("00-1", "separator")
def with_spaces(message):
    return " ".join(block.text for block in message.content if block.type == "text")


@mutant("00-1", "separator")
def with_lines(message):
    return "\n".join(block.text for block in message.content if block.type == "text")


@mutant("00-1", "stripped")
def strips_at_the_end(message):
    return _text(message).strip()


@mutant("00-1", "stripped")
def strips_each(message):
    return "".join(block.text.strip() for block in message.content if block.type == "text")


@mutant("00-1", "a-list")
def a_list_of_texts(message):
    return [block.text for block in message.content if block.type == "text"]


@mutant("00-1", "a-list")
def the_blocks(message):
    return message.content


@mutant("00-1", "not-text")
def the_message(message):
    return message


@mutant("00-1", "thinking-leaked")
def thinking_as_text(message):
    return "".join(getattr(block, "thinking", "") + getattr(block, "text", "") for block in message.content)


@mutant("00-1", "tool-leaked")
def input_as_text(message):
    return "".join(json.dumps(block.input) if block.type == "tool_use" else getattr(block, "text", "")
                   for block in message.content)


@mutant("00-1", "none")
def none_for_nothing(message):
    return _text(message) or None


@mutant("00-1", "repr")
def as_a_string(message):
    return str(message)


@mutant("00-1", "repr")
def as_json(message):
    return message.to_json()


@mutant("00-1", "lost")
def first_or_nothing(message):
    return message.content[0].text if message.content and message.content[0].type == "text" else ""


@mutant("00-1", "text")
def tidies(message):
    return _text(message).replace("Monday", "Tuesday")


@mutant("00-1", "lost")
def wrong_word_for_the_type(message):
    return "".join(block.text for block in message.content if block.type == "TextBlock")


@mutant("00-1", "placeholder")
def a_word_for_nothing(message):
    return _text(message) or "(no answer)"


@mutant("00-1", "not-a-dict")
def subscripts(message):
    return message["content"][0]["text"]


@mutant("00-1", "not-a-dict")
def block_as_a_dict(message):
    return "".join(block["text"] for block in message.content if block["type"] == "text")


@mutant("00-1", "other-api")
def choices_of_another(message):
    return message.choices[0].message.content


@mutant("00-1", "other-api")
def completion_of_old(message):
    return message.completion


@mutant("00-1", "joined-blocks")
def joins_blocks(message):
    return "".join(message.content)


@mutant("00-1", "by-position")
def unpacks(message):
    _, block = message.content
    return block.text


@mutant("00-1", "content-list")
def text_of_the_list(message):
    return message.content.text


# ---- 00-2: one call

def _create(client, prompt, *, model, system=None, max_tokens=1_000, **more):
    given = {} if system is None else {"system": system}
    return client.messages.create(model=model, max_tokens=max_tokens,
                                  messages=[{"role": "user", "content": prompt}], **given, **more)


def _asks(judge, read=_text):
    """A `my_ask` that does everything right but for *judge*, which says from the message whether it is complete."""
    def my_ask(client, prompt, *, model, system=None, max_tokens=1_000):
        message = _create(client, prompt, model=model, system=system, max_tokens=max_tokens)
        return read(message), judge(message)
    return my_ask


def _sends(**change):
    """A `my_ask` that changes its call: each name is a function of (prompt, model, system, max_tokens)."""
    def my_ask(client, prompt, *, model, system=None, max_tokens=1_000):
        body = {"model": model, "max_tokens": max_tokens, "messages": [{"role": "user", "content": prompt}]}
        body |= {} if system is None else {"system": system}
        body |= {name: new(prompt, model, system, max_tokens) for name, new in change.items()}
        message = client.messages.create(**{name: value for name, value in body.items() if value != "leave out"})
        return _text(message), message.stop_reason in FINISHED
    return my_ask


def _user(content):
    return [{"role": "user", "content": content}]


@right("00-2")
def with_a_stream(client, prompt, *, model, system=None, max_tokens=1_000):
    given = {"system": system} if system else {}
    with client.messages.stream(model=model, max_tokens=max_tokens, messages=_user(prompt), **given) as stream:
        text = "".join(stream.text_stream)
        return text, stream.get_final_message().stop_reason in {"end_turn", "stop_sequence"}


@right("00-2")
def with_omit(client, prompt, *, model, system=None, max_tokens=1_000):
    from anthropic import omit

    raw = client.messages.with_raw_response.create(model=model, max_tokens=max_tokens, messages=_user(prompt),
                                                   system=omit if system is None else system)
    message = raw.parse()
    Answer = namedtuple("Answer", "text complete")
    return Answer(_text(message), message.stop_reason in FINISHED)


@right("00-2")
def with_raw_events(client, prompt, *, model, system=None, max_tokens=1_000):
    parts, reason = [], None
    given = {"system": [{"type": "text", "text": system}]} if system else {}
    given["messages"] = _user([{"type": "text", "text": prompt}])
    for event in client.messages.create(model=model, max_tokens=max_tokens, stream=True, **given):
        match event.type:
            case "content_block_delta" if event.delta.type == "text_delta":
                parts.append(event.delta.text)
            case "message_delta":
                reason = event.delta.stop_reason
    return "".join(parts), reason in FINISHED


@right("00-2")
def counts_first(client, prompt, *, model, system=None, max_tokens=1_000):
    assert client.messages.count_tokens(model=model, messages=_user(prompt)).input_tokens < 100_000
    message = _create(client.with_options(timeout=20), prompt, model=model, system=system, max_tokens=max_tokens)
    return [_text(message), int(message.stop_reason in FINISHED)]


@right("00-2", "names the unfinished")
def _unfinished(client, prompt, *, model, system=None, max_tokens=1_000):
    message = _create(client, prompt, model=model, system=system, max_tokens=max_tokens)
    return _text(message), message.stop_reason not in {"max_tokens", "refusal", "model_context_window_exceeded",
                                                       "pause_turn", "tool_use"}


@mutant("00-2", "own-client")
def builds_its_own(client, prompt, *, model, system=None, max_tokens=1_000):
    from anthropic import Anthropic

    message = _create(Anthropic(api_key="x"), prompt, model=model, system=system, max_tokens=max_tokens)
    return _text(message), message.stop_reason in FINISHED


@mutant("00-2", "own-client")
def builds_one_without_a_key(client, prompt, *, model, system=None, max_tokens=1_000):
    from anthropic import Anthropic

    message = _create(Anthropic(api_key=None), prompt, model=model, system=system, max_tokens=max_tokens)
    return _text(message), True


@mutant("00-2", "no-request")
def makes_it_up(client, prompt, *, model, system=None, max_tokens=1_000):
    return "Your order left on Monday.", True


@mutant("00-2", "asked-again")
def asks_until_it_is_whole(client, prompt, *, model, system=None, max_tokens=1_000):
    while True:
        message = _create(client, prompt, model=model, system=system, max_tokens=max_tokens)
        if message.stop_reason in FINISHED:
            return _text(message), True


@mutant("00-2", "asked-again")
def asks_twice(client, prompt, *, model, system=None, max_tokens=1_000):
    text = _text(_create(client, prompt, model=model, system=system, max_tokens=max_tokens))
    reason = _create(client, prompt, model=model, system=system, max_tokens=max_tokens).stop_reason
    return text, reason in FINISHED


mutant("00-2", "model-ignored")(_sends(model=lambda *_: "claude-sonnet-4-6"))
mutant("00-2", "model-ignored", "retired model")(_sends(model=lambda *_: "claude-3-5-sonnet-20241022"))
mutant("00-2", "max-tokens-ignored")(_sends(max_tokens=lambda *_: 1_000))
mutant("00-2", "max-tokens-ignored", "too many for the SDK")(_sends(max_tokens=lambda *_: 64_000))
mutant("00-2", "prompt-lost")(_sends(messages=lambda *_: _user("Hello, Claude")))
mutant("00-2", "prompt-altered")(_sends(messages=lambda prompt, *_: _user(f"Question: {prompt}\n\nAnswer:")))
mutant("00-2", "prompt-altered", "lower case")(_sends(messages=lambda prompt, *_: _user(prompt.lower())))
mutant("00-2", "system-sent", "None")(_sends(system=lambda prompt, model, system, *_: system))
mutant("00-2", "system-sent", "empty")(_sends(system=lambda prompt, model, system, *_: system or ""))
mutant("00-2", "system-sent", "a default")(_sends(system=lambda p, m, system, *_: system or "You are helpful."))
mutant("00-2", "system-lost")(_sends(system=lambda *_: "leave out"))
mutant("00-2", "system-in-prompt")(_sends(system=lambda *_: "leave out", messages=lambda prompt, m, system, *_: _user(
    f"{system}\n\n{prompt}" if system else prompt)))
mutant("00-2", "system-as-message")(_sends(system=lambda *_: "leave out", messages=lambda prompt, m, system, *_: (
    [{"role": "system", "content": system}] if system else []) + _user(prompt)))
mutant("00-2", "system-altered")(_sends(
    system=lambda p, m, system, *_: f"{system} Be brief." if system else "leave out"))
mutant("00-2", "sampling")(_sends(temperature=lambda *_: 0))
mutant("00-2", "refused-request")(_sends(extra_body=lambda *_: {"temperature": 0}))
mutant("00-2", "refused-request", "prefill")(_sends(messages=lambda prompt, *_: [
    *_user(prompt), {"role": "assistant", "content": "Sure:"}]))
mutant("00-2", "sdk-call")(_sends(max_tokens=lambda *_: "leave out"))
mutant("00-2", "sdk-call", "OpenAI's limit")(_sends(max_completion_tokens=lambda *_: 300))


@mutant("00-2", "other-vendor")
def asks_another_vendor(client, prompt, *, model, system=None, max_tokens=1_000):
    completion = client.chat.completions.create(model=model, max_tokens=max_tokens, messages=_user(prompt))
    return completion.choices[0].message.content, True


mutant("00-2", "always-complete")(_asks(lambda message: True))
mutant("00-2", "never-complete")(_asks(lambda message: message.stop_reason == "stop"))
mutant("00-2", "by-text")(_asks(lambda message: bool(_text(message))))
mutant("00-2", "inverted")(_asks(lambda message: message.stop_reason not in FINISHED))
mutant("00-2", "reason-itself")(_asks(lambda message: message.stop_reason))
mutant("00-2", "cut-off")(_asks(lambda message: message.stop_reason not in ("refusal", "tool_use")))
mutant("00-2", "refusal")(_asks(lambda message: message.stop_reason != "max_tokens"))
mutant("00-2", "window-full")(_asks(lambda message: message.stop_reason not in ("max_tokens", "refusal")))
mutant("00-2", "paused")(_asks(lambda message: message.stop_reason in (*FINISHED, "pause_turn")))
mutant("00-2", "waits")(_asks(lambda message: message.stop_reason in (*FINISHED, "tool_use")))
mutant("00-2", "stop-sequence")(_asks(lambda message: message.stop_reason == "end_turn"))
mutant("00-2", "end-turn")(_asks(lambda message: message.stop_reason == "stop_sequence"))
mutant("00-2", "thinking-block")(_asks(lambda message: message.stop_reason in FINISHED, first_block))
mutant("00-2", "none")(_asks(lambda message: message.stop_reason in FINISHED, none_for_nothing))
mutant("00-2", "not-text")(_asks(lambda message: True, lambda message: message))


@mutant("00-2", "text-alone")
def text_only(client, prompt, *, model, system=None, max_tokens=1_000):
    return _text(_create(client, prompt, model=model, system=system, max_tokens=max_tokens))


@mutant("00-2", "no-pair")
def a_dict(client, prompt, *, model, system=None, max_tokens=1_000):
    message = _create(client, prompt, model=model, system=system, max_tokens=max_tokens)
    return {"text": _text(message), "complete": message.stop_reason in FINISHED}


@mutant("00-2", "no-pair")
def forgets_to_return(client, prompt, *, model, system=None, max_tokens=1_000):
    message = _create(client, prompt, model=model, system=system, max_tokens=max_tokens)
    (_text(message), message.stop_reason in FINISHED)  # noqa: B018


@mutant("00-2", "swapped")
def the_other_way_round(client, prompt, *, model, system=None, max_tokens=1_000):
    message = _create(client, prompt, model=model, system=system, max_tokens=max_tokens)
    return message.stop_reason in FINISHED, _text(message)


@mutant("00-2", "a-stream")
def never_opens_the_stream(client, prompt, *, model, system=None, max_tokens=1_000):
    message = client.messages.stream(model=model, max_tokens=max_tokens, messages=_user(prompt))
    return _text(message), True


@mutant("00-2", "a-stream")
def reads_a_stream_as_a_message(client, prompt, *, model, system=None, max_tokens=1_000):
    message = _create(client, prompt, model=model, system=system, max_tokens=max_tokens, stream=True)
    return _text(message), message.stop_reason in FINISHED


@mutant("00-2", "other-api")
def asks_for_a_finish_reason(client, prompt, *, model, system=None, max_tokens=1_000):
    message = _create(client, prompt, model=model, system=system, max_tokens=max_tokens)
    return _text(message), message.finish_reason == "stop"


@mutant("00-2", "other-vendor")
def calls_the_client(client, prompt, *, model, system=None, max_tokens=1_000):
    return client(prompt), True


@mutant("00-2", "no-request")
def asks_with_the_client_of_a_cell_above(client, prompt, *, model, system=None, max_tokens=1_000):
    from helpers.exercises.replies import Server
    from helpers.wire import builder

    other = Server(lambda ask: builder.error(404, "not_found_error", "No recording matches this request.")).client
    return _text(_create(other, prompt, model=model, system=system, max_tokens=max_tokens)), True


@mutant("00-2", "no-request")
def swallows_the_sdks_no(client, prompt, *, model, system=None, max_tokens=1_000):
    try:
        return _text(_create(client, prompt, model=model, system=system, max_tokens=max_tokens, temperature=0)), True
    except Exception:
        return "", False


@mutant("00-2", "raised-instead")
def raises_on_half_an_answer(client, prompt, *, model, system=None, max_tokens=1_000):
    message = _create(client, prompt, model=model, system=system, max_tokens=max_tokens)
    if message.stop_reason not in FINISHED:
        raise ValueError(f"incomplete: {message.stop_reason}")
    return _text(message), True


# ---- 00-3: one client

def _caching():
    """A right answer whose cache is its own."""
    @functools.cache
    def shared_client(make):
        return make()
    return shared_client


def _first_ever():
    held = []

    def shared_client(make):
        if not held:
            held.append(make())
        return held[0]
    return shared_client


class _Holder:
    client = None

    def __call__(self, make):
        self.client = self.client or make()
        return self.client


right("00-3", "functools.cache")(_caching())
right("00-3", "an attribute")(_Holder())
_kept = _first_ever()
right("00-3", "a closure")(_kept)
right("00-3", "a closure, checked a second time")(_kept)


@right("00-3")
def with_a_lock(make):
    with _lock:
        if "client" not in _registry:
            _registry["client"] = make()
    return _registry["client"]


@right("00-3")
def by_hand(make):
    global _client
    if _client is None:
        _client = make()
    return _client


_client = None


@right("00-3")
def asks_whether_it_is_open(make):
    if not _open or _open[0].is_closed():
        _open[:] = [make()]
    return _open[0]


_open = []
_lock, _registry, _pool, _local, _dropped, _first, _copied, _closed = (
    threading.Lock(), {}, [], threading.local(), {}, [], [], [])


@mutant("00-3", "new-each-time")
def new_each_time(make):
    return make()


@mutant("00-3", "new-each-time")
def forgets_global(make):
    _client = None
    if _client is None:
        _client = make()
    return _client


@mutant("00-3", "built-and-dropped")
def setdefault(make):
    return _dropped.setdefault("client", make())


@mutant("00-3", "several")
def a_pool_of_two(make):
    if len(_pool) < 2:
        _pool.append(make())
        _pool_turns.append(cycle(_pool))
        return _pool[-1]
    return next(_pool_turns[-1])


_pool_turns = []


@mutant("00-3", "per-thread")
def one_per_thread(make):
    if not hasattr(_local, "client"):
        _local.client = make()
    return _local.client


@mutant("00-3", "no-global")
def assigns_without_global(make):
    if _nobody is None:  # noqa: F821
        _nobody = make()  # noqa: F821
    return _nobody


@mutant("00-3", "no-global")
def never_defines_it(make):
    global _never
    if _never is None:
        _never = make()
    return _never


@mutant("00-3", "closed")
def closes_it(make):
    if not _closed:
        with make() as client:
            _closed.append(client)
    return _closed[0]


@mutant("00-3", "copies")
def a_copy_each(make):
    if not _copied:
        _copied.append(make())
    return copy(_copied[0])


@mutant("00-3", "the-factory")
def the_factory(make):
    return make


@mutant("00-3", "not-called")
def a_decorator(make):
    @functools.cache
    def client():
        return make()
    return client


@mutant("00-3", "not-ours")
def one_of_its_own(make):
    return SimpleNamespace(messages=None)


@mutant("00-3", "nothing-back")
def only_the_first_time(make):
    if not _first:
        _first.append(make())
        return _first[0]


# ---- 00-4: either vendor's reply

def _either(**change):
    """Right but for *change*: field -> function of (reply, whether it is OpenAI's, what is right)."""
    def my_reply(reply):
        openai = hasattr(reply, "choices")
        if openai:
            said, output = reply.choices[0].message, reply.usage.completion_tokens
            fields = {"text": said.content or "", "complete": _reason(reply) == "stop" and said.refusal is None}
        else:
            fields = {"text": _text(reply), "complete": reply.stop_reason in FINISHED}
            output = reply.usage.output_tokens
        fields["output_tokens"] = output
        return fields | {name: new(reply, openai, fields[name]) for name, new in change.items()}
    return my_reply


def _reason(reply):
    return reply.choices[0].finish_reason if hasattr(reply, "choices") else reply.stop_reason


@dataclass
class Answer:
    text: str
    complete: bool
    output_tokens: int


@right("00-4")
def as_a_dataclass(reply):
    return Answer(**_either()(reply))


@right("00-4")
def as_a_named_tuple(reply):
    fields = _either()(reply)
    return namedtuple("Reply", fields)(**fields)


@right("00-4")
def by_class_and_dicts(reply):
    from anthropic.types import Message

    data = reply.to_dict()
    match reply:
        case Message():
            parts = (part.get("text", "") for part in data["content"])
            return {"text": "".join(parts), "complete": data["stop_reason"] in FINISHED, **data["usage"]}
        case _:
            message = data["choices"][0]["message"]
            whole = data["choices"][0]["finish_reason"] == "stop" and not message.get("refusal")
            return {"text": message.get("content") or "", "complete": whole,
                    "output_tokens": data["usage"]["completion_tokens"], "raw": data}


@right("00-4")
def with_the_courses_own(reply):
    from helpers.calling import read

    whole = read(reply)
    return SimpleNamespace(text=whole.text, complete=whole.complete, output_tokens=whole.usage.output)


mutant("00-4", "length")(_either(complete=lambda reply, openai, ok: _reason(reply) not in (
    "max_tokens", "refusal", "tool_use", "tool_calls", "content_filter")))
mutant("00-4", "openai-stop")(_either(complete=lambda reply, openai, ok: _reason(reply) in FINISHED))
mutant("00-4", "end-turn")(_either(complete=lambda reply, openai, ok: _reason(reply) == "stop"))
mutant("00-4", "max-tokens")(_either(complete=lambda reply, openai, ok: ok or _reason(reply) == "max_tokens"))
mutant("00-4", "tool-calls")(_either(complete=lambda reply, openai, ok: ok or _reason(reply) == "tool_calls"))
mutant("00-4", "content-filter")(_either(complete=lambda reply, openai, ok: ok or _reason(reply) == "content_filter"))
mutant("00-4", "refusal-field")(_either(complete=lambda reply, openai, ok: _reason(reply) in (*FINISHED, "stop")))
mutant("00-4", "refusal")(_either(complete=lambda reply, openai, ok: ok or _reason(reply) == "refusal"))
mutant("00-4", "tool-use")(_either(complete=lambda reply, openai, ok: ok or _reason(reply) == "tool_use"))
mutant("00-4", "stop-sequence")(_either(complete=lambda reply, openai, ok: ok and _reason(reply) != "stop_sequence"))
mutant("00-4", "reason-itself")(_either(complete=lambda reply, openai, ok: _reason(reply)))
mutant("00-4", "openai-none")(_either(
    text=lambda reply, openai, ok: reply.choices[0].message.content if openai else ok))
mutant("00-4", "openai-none", "stripped")(_either(
    text=lambda reply, openai, ok: reply.choices[0].message.content.strip() if openai else ok))
mutant("00-4", "openai-none", "as a word")(_either(
    text=lambda reply, openai, ok: str(reply.choices[0].message.content) if openai else ok))
mutant("00-4", "refusal-as-text")(_either(
    text=lambda reply, openai, ok: ok or reply.choices[0].message.refusal or "" if openai else ok))
mutant("00-4", "thinking-block")(_either(text=lambda reply, openai, ok: ok if openai else reply.content[0].text))
mutant("00-4", "thinking-twice")(_either(output_tokens=lambda reply, openai, ok: ok if openai else (
    ok + reply.usage.output_tokens_details.thinking_tokens)))
mutant("00-4", "thinking-twice", "of OpenAI")(_either(output_tokens=lambda reply, openai, ok: ok if not openai else (
    ok + reply.usage.completion_tokens_details.reasoning_tokens)))
mutant("00-4", "other-count")(_either(
    output_tokens=lambda reply, openai, ok: reply.usage.total_tokens if openai else ok))
mutant("00-4", "count")(_either(output_tokens=lambda reply, openai, ok: reply.usage))
mutant("00-4", "usage-name")(_either(output_tokens=lambda reply, openai, ok: reply.usage.output_tokens))


@mutant("00-4", "one-vendor")
def anthropic_only(reply):
    return {"text": _text(reply), "complete": reply.stop_reason in FINISHED, "output_tokens": reply.usage.output_tokens}


@mutant("00-4", "one-vendor")
def openai_only(reply):
    choice = reply.choices[0]
    return {"text": choice.message.content or "", "complete": choice.finish_reason == "stop",
            "output_tokens": reply.usage.completion_tokens}


@mutant("00-4", "choice")
def without_the_index(reply):
    if hasattr(reply, "choices"):
        return {"text": reply.choices.message.content}
    return _either()(reply)


@mutant("00-4", "choice")
def without_the_message(reply):
    if hasattr(reply, "choices"):
        return {"text": reply.choices[0].content}
    return _either()(reply)


@mutant("00-4", "field")
def other_names(reply):
    fields = _either()(reply)
    return {"text": fields["text"], "complete": fields["complete"], "tokens": fields["output_tokens"]}


@mutant("00-4", "no-dict")
def a_tuple(reply):
    return tuple(_either()(reply).values())


# ---- 00-5: a log line

def _fields(message, seconds):
    return {"request_id": message._request_id, "model": message.model, "stop_reason": message.stop_reason,
            "input_tokens": message.usage.input_tokens, "output_tokens": message.usage.output_tokens,
            "cached": message.usage.cache_read_input_tokens, "seconds": seconds}


def _logs(*without, **change):
    """A `my_log` without some fields, and with others: name -> function of (message, seconds)."""
    def my_log(message, seconds):
        fields = {name: value for name, value in _fields(message, seconds).items() if name not in without}
        return fields | {name: new(message, seconds) for name, new in change.items()}
    return my_log


@right("00-5")
def nested(message, seconds):
    return {"call": [message._request_id, {"model": message.model}], "why": message.stop_reason, "ms": seconds * 1000,
            "usage": message.usage.to_dict()}


@right("00-5")
def all_but_the_content(message, seconds):
    fields = message.model_dump(exclude={"content"}, mode="json")
    return {**fields, "rid": message._request_id, "took": round(seconds, 1)}


@right("00-5")
def whole_prompt(message, seconds):
    from helpers.calling import log_fields, read

    fields = log_fields(read(message), seconds)
    return dict(chain(fields.items(), {"length": len(_text(message))}.items()))


mutant("00-5", "no-request-id")(_logs("request_id"))
mutant("00-5", "no-request-id", "the message's id")(_logs(request_id=lambda message, seconds: message.id))
mutant("00-5", "request-id-name")(_logs(request_id=lambda message, seconds: message.request_id))
mutant("00-5", "count-name")(_logs(input_tokens=lambda message, seconds: message.usage.prompt_tokens))
mutant("00-5", "log-not-a-dict")(_logs(model=lambda message, seconds: message["model"]))
mutant("00-5", "no-model")(_logs("model"))
mutant("00-5", "no-model", "a fixed one")(_logs(model=lambda message, seconds: "claude-haiku-5-5"))
mutant("00-5", "no-stop-reason")(_logs("stop_reason"))
mutant("00-5", "no-input")(_logs("input_tokens"))
mutant("00-5", "no-output")(_logs("output_tokens"))
mutant("00-5", "one-total")(_logs("output_tokens", input_tokens=lambda message, seconds: (
    message.usage.input_tokens + message.usage.output_tokens)))
mutant("00-5", "no-cached")(_logs("cached"))
mutant("00-5", "no-seconds")(_logs("seconds"))
mutant("00-5", "seconds-rounded")(_logs(seconds=lambda message, seconds: int(seconds)))
mutant("00-5", "number-as-text")(_logs("input_tokens", "output_tokens",
                                       usage=lambda message, seconds: str(message.usage)))
mutant("00-5", "number-as-text", "with a comma")(_logs(
    input_tokens=lambda message, seconds: f"{message.usage.input_tokens:,}"))
mutant("00-5", "number-as-text", "with a unit")(_logs(seconds=lambda message, seconds: f"{seconds:.2f} s"))
mutant("00-5", "text-leaked")(_logs(text=lambda message, seconds: _text(message)))
mutant("00-5", "text-leaked", "a preview")(_logs(preview=lambda message, seconds: f"{_text(message)[:40]}..."))
mutant("00-5", "text-leaked", "whole")(_logs(raw=lambda message, seconds: [message.to_dict()]))
mutant("00-5", "text-leaked", "thinking")(_logs(thinking=lambda message, seconds: [
    block.thinking for block in message.content if block.type == "thinking"]))
mutant("00-5", "not-json")(_logs(usage=lambda message, seconds: message.usage))
mutant("00-5", "not-json", "the message")(_logs(usage=lambda message, seconds: {"message": [message]}))


@mutant("00-5", "no-fields")
def as_json_already(message, seconds):
    return json.dumps(_fields(message, seconds))
