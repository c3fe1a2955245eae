"""A request as a prompt cache reads it: its parts in the order of the prefix, and where the breakpoints are.

    for part in parts_of(request): print(part.path, part.ttl)

The order is tools, system, messages, whatever the order of the body's fields. Some parts are no blocks but settings
that the server writes into the prompt (the model, tool_choice, thinking, effort ...): they stand where the level begins
that they spoil. All rules are of Anthropic's page on prompt caching (October 2026), unless something else is said.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from helpers.economics import UnknownModelError, find_model

LEVELS = ("model", "tools", "system", "messages")
"""What is spoilt at one of these is spoilt at all later ones."""
BREAKPOINTS = 4
TTLS = ("1h", "5m")
"""Lifetimes, in the order in which breakpoints may have them: the longer first."""
NO_BREAKPOINT = ("thinking", "redacted_thinking")
"""Blocks that can be cached, but can't carry a breakpoint; nor can an empty text."""
CHARS_PER_TOKEN = 2.5
"""On Claude since Opus 4.7, all text together: Anthropic's models page, October 2026."""


class BreakpointError(ValueError):
    """Breakpoints that the API refuses with a 400. The texts are those of the API as users quote them, where known."""


class BodyError(TypeError):
    """A body that the API could not read: something in it is of another type than it must be."""


@dataclass(frozen=True, slots=True)
class Part:
    """One block of a request, or one setting that is a part of its prefix."""

    level: str
    path: str
    """Where it stands in the body: "tools.0", "system.1", "messages.3.content.0", "tool_choice"."""
    value: Any
    """Without its cache_control, which is no part of the prefix: a breakpoint may move without spoiling anything."""
    role: str = ""
    block: bool = True
    ttl: str | None = None
    """The lifetime that its breakpoint asks for; None where it has none."""

    @property
    def kind(self) -> str:
        """The block's type: "text", "tool_use", "tool_result" ...; "" where it has none."""
        return str(self.value.get("type", "")) if isinstance(self.value, Mapping) else ""

    @property
    def key(self) -> str:
        """What has to be equal for a hit. The order of keys counts inside a tool's schema and a call's arguments
        (the page's advice on "stable ordering"), not among a block's own fields, which the API knows by name."""
        value = dict(sorted(self.value.items())) if isinstance(self.value, Mapping) else self.value
        return f"{self.level} {self.role} {json.dumps(value, ensure_ascii=False, separators=(',', ':'))}"

    @property
    def text(self) -> str:
        """What is counted: a text block's text, the JSON of every other block, nothing of a setting."""
        if not self.block:
            return ""
        if self.kind == "text":
            return str(self.value.get("text", ""))
        return json.dumps(self.value, ensure_ascii=False)


def estimated(text: str) -> int:
    """Tokens of *text*, roughly: 2.5 characters each. The truth is in a reply's usage."""
    return max(1, round(len(text) / CHARS_PER_TOKEN)) if text else 0


def parts_of(request: Mapping[str, Any]) -> list[Part]:
    """The parts of *request*, a Messages body, in the order of the prefix, automatic caching's breakpoint included.

    BodyError (a TypeError) for what is no such body, BreakpointError for a cache_control that says nothing.
    """
    _must(request, "a request", "the body of a Messages call, a dict", Mapping)
    messages = list(_messages(request.get("messages")))
    output = request.get("output_config") or {}
    _must(output, "output_config", "a dict", Mapping)
    parts = [
        Part("model", "model", request.get("model"), block=False),
        *_blocks("tools", "tools", request.get("tools")),
        *_settings("system", {"speed": request.get("speed") or "standard",
                              "output_config.format": output.get("format")}),
        *_blocks("system", "system", request.get("system")),
        *_settings("messages", {"tool_choice": request.get("tool_choice") or {"type": "auto"},
                                "thinking": request.get("thinking"),
                                "output_config.effort": output.get("effort") or _default_effort(request.get("model")),
                                "images": any(part.kind == "image" for part in messages)}),
        *messages,
    ]
    return _with_automatic(parts, request.get("cache_control"))


def check_breakpoints(parts: Sequence[Part]) -> None:
    """BreakpointError where the API would answer 400: too many, in the wrong order, or on what can't carry one."""
    marked = [part for part in parts if part.ttl]
    if len(marked) > BREAKPOINTS:
        raise BreakpointError(f"A maximum of {BREAKPOINTS} blocks with cache_control may be provided. "
                              f"Found {len(marked)}.")
    for part in marked:
        if part.ttl not in TTLS:
            raise BreakpointError(f"{part.path}.cache_control.ttl: must be '5m' or '1h'; got {part.ttl!r}.")
        if not can_carry(part):
            raise BreakpointError(f"{part.path}: cache_control cannot be set for "
                                  f"{'empty text' if part.kind == 'text' else part.kind} blocks")
    for before, part in zip(marked, marked[1:], strict=False):
        if (before.ttl, part.ttl) == ("5m", "1h"):
            raise BreakpointError(f"{part.path}.cache_control.ttl: a ttl='1h' cache_control block must not come after "
                                  "a ttl='5m' cache_control block. Note that blocks are processed in the following "
                                  "order: `tools`, `system`, `messages`.")


def can_carry(part: Part) -> bool:
    """Whether *part* may have a breakpoint."""
    return part.block and part.kind not in NO_BREAKPOINT and not (part.kind == "text" and not part.value.get("text"))


def as_dict(block: Any) -> Mapping[str, Any]:
    """A block as the SDK would send it: the objects of a reply's content, put back into the history, are taken, too."""
    return block.model_dump(mode="json", by_alias=True, exclude_unset=True) if hasattr(block, "model_dump") else block


def _messages(given: Any) -> Iterator[Part]:
    """Only the role is kept of a message: the API joins neighbours of one role."""
    _must(given or (), "messages", "a list", list | tuple)
    for number, message in enumerate(given or ()):
        _must(message, f"messages.{number}", "a message, a dict with role and content", Mapping)
        yield from _blocks("messages", f"messages.{number}.content", message.get("content"), str(message.get("role")))


def _blocks(level: str, path: str, content: Any, role: str = "") -> Iterator[Part]:
    """A string counts as one text block."""
    if isinstance(content, str):
        yield Part(level, path, {"type": "text", "text": content}, role)
        return
    _must(() if content is None else content, path, "a list of blocks" if level == "tools" else "a text or a list of "
          "blocks", list | tuple)
    for number, block in enumerate(map(as_dict, content or ())):
        _must(block, f"{path}.{number}", "a block, a dict", Mapping)
        value = {name: given for name, given in block.items() if name != "cache_control"}
        yield Part(level, f"{path}.{number}", value, role, ttl=_ttl(block.get("cache_control"), f"{path}.{number}."))


def _ttl(asked: Any, where: str = "") -> str | None:
    """The lifetime that a cache_control asks for; None where there is none."""
    if asked is None:
        return None
    if not isinstance(asked, Mapping) or asked.get("type") != "ephemeral":
        raise BreakpointError(f"{where}cache_control: must be {{'type': 'ephemeral'}}, with a 'ttl' where it is not to "
                              f"be 5 minutes; got {asked!r}.")
    return asked.get("ttl") or "5m"


def _must(given: Any, path: str, what: str, kind: Any) -> None:
    if not isinstance(given, kind):
        raise BodyError(f"{path} must be {what}; got {type(given).__name__}.")


def _settings(level: str, values: Mapping[str, Any]) -> Iterator[Part]:
    return (Part(level, path, value, block=False) for path, value in values.items())


def _default_effort(model: Any) -> str | None:
    """Saying the model's own default is the same as saying nothing."""
    try:
        return find_model(str(model)).default_effort
    except UnknownModelError:
        return None


def _with_automatic(parts: list[Part], asked: Any) -> list[Part]:
    """Automatic caching (cache_control at the top of the body): a breakpoint on the last block that can carry one."""
    place, ttl = next((n for n in reversed(range(len(parts))) if can_carry(parts[n])), None), _ttl(asked)
    if ttl is None or place is None:
        return parts
    last = parts[place]
    if last.ttl not in (None, ttl):
        raise BreakpointError(f"{last.path}: cache_control at the top of the request asks for {ttl}, the block itself "
                              f"for {last.ttl}; when both are specified on the same block, they must have matching "
                              "TTLs.")
    return [*parts[:place], replace(last, ttl=ttl), *parts[place + 1:]]
