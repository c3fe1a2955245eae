"""How many tokens a message is: estimated without asking anybody, or counted by the API.

The truth is in the last reply's usage, and `Conversation` goes by that. An estimate is for what no reply has counted
yet, and to share a known sum among turns.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from helpers.history.blocks import Block, Message, as_dict, blocks_of
from helpers.tokens import estimate_tokens

COUNTED = ("model", "messages", "system", "tools", "tool_choice", "thinking", "output_config", "cache_control")
"""The fields that count_tokens takes (anthropic 2.12)."""
IMAGE = 4_784
"""Tokens of a picture, at most (vision page, since Opus 4.7; 1,568 before). How many it really is depends on its size
in pixels, which its bytes don't tell without decoding them."""
PAGE, PAGE_CHARS = 3_000, 40_000
"""Of a PDF: tokens a page at most (the PDF page says 1,500 to 3,000 for its text; its picture comes on top), and the
length of a page in base64. Assumptions, both: let count_tokens count a conversation that holds PDFs."""
TOOL_PROMPT = 600
"""What the API adds where there are tools: 286 to 589 tokens, depending on the model (pricing page, October 2026)."""


def estimate(message: Message, model: str) -> int:
    """The tokens of *message* on *model*, rather too many than too few: nine in ten measured texts need less.

    Thinking counts as its text and its signature, which says little: where the text is left out, what was thought is
    known from usage alone. UnknownModelError for a model that data/models.json doesn't have.
    """
    texts, fixed = [], 0
    for block in blocks_of(message):
        for text, tokens in _weights(block):
            texts.append(text)
            fixed += tokens
    texts += [_json(as_dict(call)) for call in message.get("tool_calls") or ()]
    return fixed + estimate_text("\n".join(texts), model)


def estimate_text(text: str, model: str) -> int:
    """The tokens of a text sent by itself, rather too many than too few; 0 where there is none."""
    return estimate_tokens(text, model).high if text else 0


def estimate_tools(tools: Any, model: str) -> int:
    """The tokens of tools' definitions and of what the API adds to them."""
    return TOOL_PROMPT + estimate_text(_json(tools), model) if tools else 0


def count_with(client: Any) -> Callable[..., Any]:
    """A function that counts a request's body by count_tokens: for `Conversation(count=count_with(client))`.

    Free, but a round trip before each request, and itself an estimate that "may differ by a small amount"
    (token-counting page). It refuses server tools and pictures by URL. With an asynchronous client it is awaited.
    """
    def count(**body: Any) -> Any:
        given = {name: value for name, value in body.items() if name in COUNTED}
        found = client.messages.count_tokens(**given)
        return _later(found) if inspect.isawaitable(found) else found.input_tokens
    return count


async def _later(found: Any) -> int:
    return (await found).input_tokens


def _weights(block: Block) -> Iterator[tuple[str, int]]:
    """(text, tokens beside it) of a block and of the blocks in it."""
    kind, source = block.get("type"), block.get("source")
    if kind == "text":
        yield str(block.get("text", "")), 0
    elif kind in ("image", "image_url"):
        yield "", IMAGE
    elif kind == "document" and isinstance(source, Mapping) and source.get("type") == "text":
        yield str(source.get("data", "")), 0
    elif kind == "document":
        data = source.get("data", "") if isinstance(source, Mapping) else ""
        yield "", PAGE * (1 + len(str(data)) // PAGE_CHARS)
    elif kind == "tool_result":
        for inner in blocks_of({"content": block.get("content")}):
            yield from _weights(inner)
    else:
        yield _json({name: value for name, value in block.items() if name not in ("type", "cache_control")}), 0


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
