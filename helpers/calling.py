"""One call, fully read: ask a model, and get an answer that says whether it is one.

    client = anthropic.Anthropic(timeout=30)         # or openai.OpenAI; one client for the whole process
    reply = ask(client, "Where is order 1042?", model=MODEL, max_tokens=500)
    if not reply.complete: ...                       # cut off, refused, or waiting for a tool

Nothing here retries (the SDK does), prints, or logs a word of the prompt or of the answer.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from html import escape
from typing import Any

from helpers.economics import Cost, Usage, cost_of, usage_from

LOG = logging.getLogger("llm")
LOG.addHandler(logging.NullHandler())   # a library stays silent until the application says where its records go

MAX_TOKENS = 2_000
"""A ceiling, not a length: thinking counts against it, and nothing is paid for what isn't used."""
FINISHED = ("end_turn", "stop_sequence", "stop", "completed")
"""Stop reasons with which the model said all that it wanted (two of Anthropic, one of each API of OpenAI). Every other
is none, known (max_tokens, refusal, tool_use, pause_turn, model_context_window_exceeded; length, content_filter,
tool_calls; max_output_tokens) or new. Source: the types of anthropic 2.12 and openai 3.54."""
YOURS_TO_RUN = ("function_call", "custom_tool_call", "computer_call", "local_shell_call", "apply_patch_call",
                "mcp_approval_request")
"""Items of a Response that wait for you; other calls run on OpenAI's side, but for a shell's on your machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a model answered, and how far to trust it."""

    text: str
    """All text blocks, joined; "" where there are none."""
    stop_reason: str | None
    """In the vendor's own word; None where a reply has none."""
    complete: bool
    """Whether the model said all that it wanted: False where it was cut off, refused, or waits for a tool."""
    usage: Usage | None
    """None where the server sent none that can be read."""
    model: str
    """As the reply names it, which may be more exact than what was asked for."""
    request_id: str | None
    """What the vendor's support asks for."""
    refusal: str | None = None
    """Why the model declined, "" where it didn't say; None where it answered."""
    cost: Cost | None = field(default=None, repr=False)
    """At list prices; None where the price isn't known."""

    @property
    def refused(self) -> bool:
        """Whether the model declined to answer."""
        return self.refusal is not None

    def __str__(self) -> str:
        return f"{self.text or '(no text)'}\n[{self._facts()}]"

    def _repr_html_(self) -> str:
        # As text, never as markdown: an answer is not our code, and an image in it would send data to its address.
        # Each dollar sign in an element of its own: two in one run of text are a formula to MathJax.
        shown = escape(self.text).replace("$", "<span>$</span>") or "<em>(no text)</em>"
        facts = escape(self._facts()).replace("not complete", "<strong>NOT COMPLETE</strong>", 1)
        return f'<div style="white-space:pre-wrap;max-width:60em">{shown}</div><div>{facts}</div>'

    def _facts(self) -> str:
        reason = f"{self.stop_reason}{'' if self.complete else ', not complete'}"
        used = "usage unknown" if self.usage is None else str(self.usage)
        return " · ".join([reason, used, self.request_id or "no request id"])


def ask(client: Any, prompt: str | Sequence[dict], *, model: str, system: Any = None, max_tokens: int = MAX_TOKENS,
        clock: Callable[[], float] = time.perf_counter, **options: Any) -> Reply:
    """One call to *model*, read whole.

    *client*: an `anthropic.Anthropic` or `openai.OpenAI`. *prompt*: text, or a list of messages. *system*: left out
    when None or blank: an empty block is a 400, and an empty string may be one. *max_tokens*: at most so many tokens
    of output, thinking included. *options*: the SDK's own (stop_sequences, output_config ...). *clock*: gives seconds.

    Leaves one record in the log "llm", without prompt and answer. The SDK's errors pass through unchanged.
    """
    send, body = _call(client, prompt, model, system, max_tokens, options, asynchronous=False)
    started = clock()
    try:
        return _logged(read(send(**body)), clock() - started)
    except Exception as error:
        _log_error(error, model, clock() - started)
        raise


async def ask_async(client: Any, prompt: str | Sequence[dict], *, model: str, system: Any = None,
                    max_tokens: int = MAX_TOKENS, clock: Callable[[], float] = time.perf_counter,
                    **options: Any) -> Reply:
    """As `ask`, with an `anthropic.AsyncAnthropic` or `openai.AsyncOpenAI`."""
    send, body = _call(client, prompt, model, system, max_tokens, options, asynchronous=True)
    started = clock()
    try:
        return _logged(read(await send(**body)), clock() - started)
    except Exception as error:
        _log_error(error, model, clock() - started)
        raise


def text_of(message: Any) -> str:
    """The text of an Anthropic Message: all its text blocks, with nothing between them, wherever they stand."""
    return "".join(block.text for block in message.content if block.type == "text")


def read(message: Any) -> Reply:
    """What an SDK's reply says: a Message (Anthropic), a ChatCompletion or a Response (OpenAI). TypeError otherwise."""
    readers = {"message": _message, "chat.completion": _chat, "response": _response}
    kind = getattr(message, "object", None) or getattr(message, "type", None)   # OpenAI's name for it, Anthropic's
    if kind not in readers:
        raise TypeError(f"read() takes a Message, a ChatCompletion or a Response; got {type(message).__name__}. "
                        "A stream has to end first: take its final message.")
    text, reason, refusal, waiting = readers[kind](message)
    usage = spent = None
    with suppress(LookupError, ValueError):   # an answer that is paid for is not thrown away with its bill
        usage = usage_from(message)
        spent = cost_of(message, usage)
    complete = reason in FINISHED and refusal is None and not waiting
    return Reply(text=text, stop_reason=reason, complete=complete, usage=usage, model=message.model,
                 request_id=getattr(message, "_request_id", None), refusal=refusal, cost=spent)


def log_fields(reply: Reply, seconds: float) -> dict[str, Any]:
    """What a log keeps of a call, ready for JSON; None where a value isn't known. Never a word of prompt or answer.

    input_tokens is the whole prompt, whichever vendor counted it, and cached_tokens the part of it that was read from
    a cache; thinking_tokens are a part of output_tokens; usd is at list prices.
    """
    usage, spent = reply.usage, reply.cost
    counts = (None,) * 4 if usage is None else (usage.prompt, usage.cache_read, usage.output, usage.thinking)
    names = ("input_tokens", "cached_tokens", "output_tokens", "thinking_tokens")
    return {"request_id": reply.request_id, "model": reply.model, "stop_reason": reply.stop_reason,
            "complete": reply.complete, "seconds": round(seconds, 3), **dict(zip(names, counts, strict=True)),
            "usd": None if spent is None else float(spent.usd)}


def _call(client: Any, prompt: str | Sequence[dict], model: str, system: Any, max_tokens: int,
          options: dict[str, Any], *, asynchronous: bool) -> tuple[Callable[..., Any], dict[str, Any]]:
    """(the SDK's function, what to call it with), told apart by what the client offers; TypeError before any call."""
    if hasattr(client, "__enter__" if asynchronous else "__aenter__"):
        other = "ask(...)" if asynchronous else "await ask_async(...)"
        raise TypeError(f"{type(client).__name__} is {'not ' * asynchronous}asynchronous: use {other} with it.")
    if options.get("stream"):
        raise TypeError("ask() waits for the whole reply, so stream=True has no place here: call the SDK itself.")
    blank = not (system.strip() if isinstance(system, str) else system)
    messages = [{"role": "user", "content": prompt}] if isinstance(prompt, str) else list(prompt)
    if hasattr(client, "messages"):
        given = {} if blank else {"system": system}
        return client.messages.create, dict(model=model, max_tokens=max_tokens, messages=messages, **given, **options)
    if hasattr(client, "chat"):
        first = [] if blank else [{"role": "system", "content": system}]
        return client.chat.completions.create, dict(model=model, max_completion_tokens=max_tokens,
                                                    messages=[*first, *messages], **options)
    raise TypeError(f"ask() needs an Anthropic or an OpenAI client; got {type(client).__name__}.")


def _message(message: Any) -> tuple[str, str | None, str | None, bool]:
    """(text, why it stopped, why it declined, whether it waits for a tool): of Anthropic's Message."""
    details, reason = getattr(message, "stop_details", None), message.stop_reason
    why = (details.explanation or details.category or "") if details else ""
    return text_of(message), reason, why if reason == "refusal" else None, False


def _chat(completion: Any) -> tuple[str, str | None, str | None, bool]:
    """Of OpenAI's chat completions, where a refusal is a field and finish_reason says "stop" all the same."""
    choice = completion.choices[0]
    said = choice.message
    return said.content or "", choice.finish_reason, said.refusal or None, bool(said.tool_calls)


def _response(response: Any) -> tuple[str, str | None, str | None, bool]:
    """Of OpenAI's Responses API, where calls and refusals are items, and the status says "completed" all the same."""
    reason = response.incomplete_details.reason if response.incomplete_details else response.status
    parts = [part for item in response.output if item.type == "message" for part in item.content]
    refusals = [part.refusal for part in parts if part.type == "refusal"]
    waiting = any(item.type in YOURS_TO_RUN or _runs_here(item) for item in response.output)
    return response.output_text, reason, "".join(refusals) if refusals else None, waiting


def _runs_here(item: Any) -> bool:
    """Whether it is a shell command for your own machine, and not for one of OpenAI's containers."""
    return item.type == "shell_call" and getattr(item.environment, "type", "local") == "local"


def _logged(reply: Reply, seconds: float) -> Reply:
    fields = log_fields(reply, seconds)
    LOG.info("reply %s", json.dumps(fields), extra=fields)
    return reply


def _log_error(error: Exception, model: str, seconds: float) -> None:
    """Not the error's text: a 400 may repeat what a user wrote."""
    fields = {"error": type(error).__name__, "status": getattr(error, "status_code", None),
              "request_id": getattr(error, "request_id", None), "model": model, "seconds": round(seconds, 3)}
    LOG.error("no reply %s", json.dumps(fields), extra=fields)
