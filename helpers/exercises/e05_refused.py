"""05-2: bodies that the API refuses, although they look well: unknown fields, blank texts, breakpoints out of place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from helpers.caching import BreakpointError, parts_of
from helpers.caching.prefixes import check_breakpoints
from helpers.classroom.attempt import Spoiled
from helpers.classroom.report import Problem
from helpers.economics import find_model
from helpers.wire.rules import violation

MESSAGE = {"role", "content"}
TEXT = {"type", "text", "cache_control", "citations"}
CONTROL = {"type", "ttl"}
"""The fields that there are: those of the SDK's own parameter types (`anthropic` 1.x)."""
BLANK = "messages: text content blocks must contain non-whitespace text"
"""THIRD-PARTY, many reports, the newest of July 2026: github.com/home-assistant/core/issues/175637."""


def legal(body: dict[str, Any], sent: str, should: str) -> dict[str, Any]:
    """*body*, if it is one that the API takes; else Spoiled."""
    unknown = next(unknown_fields(body), None)
    if unknown:
        raise Spoiled(_unknown(unknown, sent, should))
    refused, marks = violation("/v1/messages", {}, body, find_model), 0
    said = refused.body["error"]["message"] if refused else BLANK if _has_blank(body) else ""
    try:
        marks = sum(part.ttl is not None for part in parts_of(body))
        check_breakpoints(parts_of(body))
    except BreakpointError as error:
        said = said or str(error)
    if not said:
        return body
    if "A maximum of" in said:
        raise Spoiled(_too_many(marks, said, sent))
    raise Spoiled(Problem(code="refused", sent=sent, did=f"returned a body that the API answers with a 400: `{said}`",
                          should=should, because="what is refused is not cached either.", look="the part that the "
                          "message names."))


def unknown_fields(body: Mapping[str, Any]) -> Iterator[str]:
    """The paths of fields that a Messages body, its messages and its texts don't have."""
    from anthropic.types.message_create_params import MessageCreateParamsBase

    yield from _besides(body, {"stream", *MessageCreateParamsBase.__annotations__}, "")
    system, messages = body.get("system"), body["messages"]
    for number, message in enumerate(messages):
        yield from _besides(message, MESSAGE, f"messages.{number}.")
    contents = [("system", system), *((f"messages.{number}.content", message["content"])
                                      for number, message in enumerate(messages))]
    for path, content in contents:
        for place, block in enumerate(content if isinstance(content, list) else ()):
            if block["type"] == "text":
                yield from _besides(block, TEXT, f"{path}.{place}.")
            yield from _besides(block.get("cache_control") or {}, CONTROL, f"{path}.{place}.cache_control.")


def _besides(value: Mapping[str, Any], known: set[str], path: str) -> Iterator[str]:
    return (f"{path}{name}" for name in value if name not in known)


def _unknown(path: str, sent: str, should: str) -> Problem:
    of_message = path.startswith("messages.") and path.endswith(".cache_control")
    look = ("where `cache_control` may stand: on a block (a tool, a text in `system`, a block in a message's "
            "`content`), or at the top of the body, where it marks the last block." if of_message else
            "the spelling, and which object the field belongs to. A note of your own has no place in a body.")
    return Problem(code="unknown-field", sent=sent, did=f"returned a body with a field that the API does not know: a "
                   f"400, `{path}: Extra inputs are not permitted`", should=should, because="an unknown field is not "
                   "passed over but refused: no customer gets an answer until it is gone.", look=look)


def _too_many(marks: int, said: str, sent: str) -> Problem:
    return Problem(code="too-many-breakpoints", sent=sent, did=f"set {marks} breakpoints, and 4 are allowed: a 400, "
                   f"`{said}`", should="set 4 at most, however long the conversation is", because="who marks each tool "
                   "or each message finds out when there is one more of them. A breakpoint caches all that stands "
                   "before it: one at the end of what stays is enough.", look="where `cache_control` is set in a loop, "
                   "or comes along with what you were given.")


def _has_blank(body: Mapping[str, Any]) -> bool:
    contents = [message["content"] for message in body["messages"]]
    texts = [content for content in contents if isinstance(content, str)]
    texts += [block.get("text") for content in contents if isinstance(content, list) for block in content
              if block["type"] == "text"]
    return any(isinstance(text, str) and text and not text.strip() for text in texts)
