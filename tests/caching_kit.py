"""Small pieces that the tests of prompt caching share: texts that say their own size, and random requests."""

from __future__ import annotations

import copy
import re

from hypothesis import strategies as st

HAIKU = "claude-haiku-5-5"


def says(text):
    """The tokens of a text that begins with their number: "7351 a handbook". Of JSON, its first number; else 0."""
    found = re.search(r"\d+", text)
    return int(found.group()) if found else 0


def text(words, ttl=None):
    """A text block, with a breakpoint where *ttl* says so."""
    block = {"type": "text", "text": words}
    return block if ttl is None else {**block, "cache_control": {"type": "ephemeral", "ttl": ttl}}


def tool(name, ttl=None, **more):
    """A tool's definition."""
    definition = {"name": name, "description": f"What {name} does.", "input_schema": {"type": "object"}, **more}
    return definition if ttl is None else {**definition, "cache_control": {"type": "ephemeral", "ttl": ttl}}


def request(*content, system=(), tools=(), model=HAIKU, **more):
    """A Messages body with one user message."""
    body = {"model": model, "max_tokens": 10, "messages": [{"role": "user", "content": list(content)}], **more}
    if system:
        body["system"] = list(system)
    if tools:
        body["tools"] = list(tools)
    return body


def triple(usage):
    """(input, written, read), as a reply's usage has them."""
    return usage.input, usage.cache_write_5m + usage.cache_write_1h, usage.cache_read


WORDS = st.text("ab \n", min_size=1, max_size=4).filter(str.strip)
"""Never blank: the API refuses that."""
BLOCKS = st.one_of(
    WORDS.map(text),
    st.builds(lambda words: {"type": "tool_use", "id": "t", "name": "f", "input": {"x": words}}, WORDS),
    st.builds(lambda words: {"type": "tool_result", "tool_use_id": "t", "content": words}, WORDS),
)


def places(body):
    """All blocks of *body* in the order of the prefix, each the body's own dict."""
    return [*body.get("tools", ()), *body.get("system", ()),
            *(block for message in body["messages"] for block in message["content"])]


@st.composite
def requests(draw, marks=4):
    """A random body with at most *marks* breakpoints of five minutes."""
    body = {"model": HAIKU, "max_tokens": 10,
            "tools": [tool(f"tool{n}", description=draw(WORDS)) for n in range(draw(st.integers(0, 2)))],
            "system": [text(words) for words in draw(st.lists(WORDS, max_size=2))],
            "messages": [{"role": "user" if n % 2 == 0 else "assistant",
                          "content": draw(st.lists(BLOCKS, min_size=1, max_size=3))}
                         for n in range(draw(st.integers(1, 4)))]}
    body = copy.deepcopy(body)                       # hypothesis may hand out one block twice
    blocks = places(body)
    for place in draw(st.sets(st.integers(0, len(blocks) - 1), max_size=marks)):
        blocks[place]["cache_control"] = {"type": "ephemeral"}
    return body


def shuffled(value, random, verbatim=False):
    """*value* with the keys of its dicts in another order; but for a call's arguments, which belong to the model."""
    if isinstance(value, dict):
        names = list(value)
        if not verbatim:
            random.shuffle(names)
        call = value.get("type") == "tool_use"
        return {name: shuffled(value[name], random, verbatim or (call and name == "input")) for name in names}
    return [shuffled(item, random, verbatim) for item in value] if isinstance(value, list) else value
