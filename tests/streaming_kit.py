"""What the streaming tests share: one answer from each of the four ways to stream, through the real SDKs."""

from __future__ import annotations

from dataclasses import replace

from wire_kit import HELLO, client

from helpers import economics
from helpers.clock import VirtualClock
from helpers.wire import builder
from helpers.wire.faults import Faults
from helpers.wire.scripted import Scripted

HAIKU, LUNA = economics.model_id("default"), economics.model_id("openai")
TEXT = "Your order 1042 left our warehouse on Wednesday and should be with you on Friday.\n\nAnything else? ☕"
WAYS = ("events", "helper", "chat", "responses")
"""create(stream=True) and stream() of Anthropic; chat completions and Responses of OpenAI."""
FINISHED_WORD = {"events": "end_turn", "helper": "end_turn", "chat": "stop", "responses": "completed"}
LIMIT_WORD = {"events": "max_tokens", "helper": "max_tokens", "chat": "length", "responses": "max_output_tokens"}


def built(way, text=TEXT, *, calls=(), cut_off=False, seed=0, **timing):
    """A streamed reply with *text*, then *calls*: (name, arguments) pairs. *cut_off*: the model ran into its limit."""
    timing["seed"] = seed
    if way in ("events", "helper"):
        blocks = ([text] if text else []) + [builder.tool_use(name, arguments) for name, arguments in calls]
        limit = {"stop_reason": "max_tokens", "max_tokens": 50} if cut_off else {}
        return builder.stream(builder.message(blocks, model=HAIKU, **limit), **timing)
    if way == "chat":
        asked = [builder.tool_call(name, arguments) for name, arguments in calls]
        limit = {"finish_reason": "length", "max_completion_tokens": 50} if cut_off else {}
        reply = builder.chat_completion(text, model=LUNA, tool_calls=asked, **limit)
        return builder.chat_stream(reply, include_usage=True, **timing)
    items = ([text] if text else []) + [builder.function_call(name, arguments) for name, arguments in calls]
    limit = {"incomplete": "max_output_tokens", "max_output_tokens": 50} if cut_off else {}
    return builder.response_stream(builder.response(items, model=LUNA, **limit), **timing)


def rechunked(reply, size, every_ms=10.0):
    """*reply* in network chunks of *size* bytes: characters and lines are cut wherever they are."""
    raw = reply.content()
    parts = [raw[at:at + size].decode("utf-8", "surrogateescape") for at in range(0, len(raw), size)]
    chunks = tuple((every_ms * (number + 1), part) for number, part in enumerate(parts))
    return replace(reply, chunks=chunks, delay_ms=every_ms)


def falling_silent(reply, share=0.5):
    """*reply* that says nothing more after a *share* of its chunks, without closing the connection."""
    return replace(reply, chunks=reply.chunks[:int(len(reply.chunks) * share)], ending="silent")


def opened(way, reply, *faults, clock=None, **options):
    """An open stream of the real SDK that brings *reply*, with *faults* on the way."""
    clock = clock or VirtualClock()
    source = Faults(Scripted(lambda ask: reply, clock), faults, clock)
    if way in ("events", "helper"):
        sdk = client(source, clock=clock, max_retries=0, **options)
        if way == "events":
            return sdk.messages.create(model=HAIKU, max_tokens=500, messages=HELLO, stream=True)
        return sdk.messages.stream(model=HAIKU, max_tokens=500, messages=HELLO).__enter__()
    sdk = client(source, vendor="OPENAI", clock=clock, max_retries=0, **options)
    if way == "chat":
        return sdk.chat.completions.create(model=LUNA, messages=HELLO, stream=True,
                                           stream_options={"include_usage": True})
    return sdk.responses.create(model=LUNA, input="Hello", stream=True)


async def opened_async(way, reply, *faults, clock=None, **options):
    """As `opened`, of the asynchronous clients."""
    clock = clock or VirtualClock()
    source = Faults(Scripted(lambda ask: reply, clock), faults, clock)
    if way in ("events", "helper"):
        sdk = client(source, clock=clock, asynchronous=True, max_retries=0, **options)
        if way == "events":
            return await sdk.messages.create(model=HAIKU, max_tokens=500, messages=HELLO, stream=True)
        return await sdk.messages.stream(model=HAIKU, max_tokens=500, messages=HELLO).__aenter__()
    sdk = client(source, vendor="OPENAI", clock=clock, asynchronous=True, max_retries=0, **options)
    if way == "chat":
        return await sdk.chat.completions.create(model=LUNA, messages=HELLO, stream=True,
                                                 stream_options={"include_usage": True})
    return await sdk.responses.create(model=LUNA, input="Hello", stream=True)
