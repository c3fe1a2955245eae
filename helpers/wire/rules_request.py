"""A request body as the rules read it: whatever JSON a learner sent, no access to it raises."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any


def as_list(value: Any) -> list[Any]:
    """*value* if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def as_dict(value: Any) -> dict[str, Any]:
    """*value* if it is a dict, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_count(value: Any) -> int | None:
    """*value* if it is a whole number, else None."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def blocks(content: Any) -> list[dict[str, Any]]:
    """Content as blocks; a string counts as one text block."""
    if isinstance(content, str):
        return [{"type": "text", "text": content}] if content else []
    return [as_dict(block) for block in as_list(content)]


@dataclass(frozen=True, slots=True)
class Part:
    """One block and where it stands: `messages.MESSAGE.content.BLOCK`."""

    message: int
    block: int
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """Neighbouring messages of one role: the API combines them."""

    role: str
    parts: list[Part]


@dataclass(frozen=True, slots=True)
class Request:
    """What a rule gets: the body, the API version, and the model's row of models.json."""

    body: dict[str, Any]
    version: str
    model: Any

    def refuses(self, what: str) -> bool:
        """Whether models.json says that the model refuses *what*."""
        return what in self.model.refuses

    @property
    def thinks_by_default(self) -> bool:
        """Whether the model thinks when the request does not say; those that cannot think do not."""
        return self.model.thinking in ("on", "always", "always_on")

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [as_dict(message) for message in as_list(self.body.get("messages"))]

    @property
    def turns(self) -> list[Turn]:
        """User and assistant turns; other roles are no turns of the conversation."""
        numbered = [(n, m) for n, m in enumerate(self.messages) if m.get("role") in ("user", "assistant")]
        return [
            Turn(role, [Part(n, k, block) for n, m in group for k, block in enumerate(blocks(m.get("content")))])
            for role, group in groupby(numbered, key=lambda pair: pair[1]["role"])
        ]

    @property
    def tools(self) -> list[dict[str, Any]]:
        return [as_dict(tool) for tool in as_list(self.body.get("tools"))]

    @property
    def thinking(self) -> Any:
        """`thinking.type`, None where the field is left out."""
        return as_dict(self.body.get("thinking")).get("type")

    @property
    def effort(self) -> Any:
        """`output_config.effort`, None where it is left out."""
        return as_dict(self.body.get("output_config")).get("effort")

    @property
    def output_schema(self) -> Any:
        """The JSON schema of a structured output, None without one."""
        return as_dict(as_dict(self.body.get("output_config")).get("format")).get("schema")

    @property
    def forces_tool(self) -> bool:
        return as_dict(self.body.get("tool_choice")).get("type") in ("tool", "any")
