"""What the builders of both vendors share: ids that say "constructed", cuts, times.

Everything here is deterministic: ids are hashes of what they name, and each random choice comes from a
generator seeded with the reply, so that two builds of one reply are byte-equal.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Iterable, Mapping
from typing import Any

from helpers.wire.reply import Reply

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

TOKEN_LIKE = re.compile(r"\s?\w{1,7}|[^\w\s]|\s")
"""Roughly where tokenizers cut; every character is in exactly one match."""
HALF_A_TOKEN = 2.0
"""By how much a piece, on average, stays below the room that it has."""

Timed = tuple[str, float]
"""A piece of a stream: (text, milliseconds since the piece before it)."""


def constructed_id(prefix: str, *content: Any, length: int = 11) -> str:
    """*prefix* and *length* characters of a hash of *content*: the same content, the same id."""
    text = json.dumps(content, sort_keys=True, default=str)
    number = int.from_bytes(hashlib.sha512(text.encode()).digest(), "big")
    characters = []
    for _ in range(length):
        number, position = divmod(number, len(ALPHABET))
        characters.append(ALPHABET[position])
    return prefix + "".join(characters)


def generator(seed: int, reply_id: str) -> random.Random:
    """Random numbers for one reply; another *seed* cuts and times the same reply differently."""
    return random.Random(f"{seed} {reply_id}")


def pieces(text: str, rng: random.Random, *, median: float, longest: int) -> list[str]:
    """*text* cut as a model's deltas are: whole words where they fit, never empty.

    Sizes lie around *median* characters (English or JSON, some 50 pieces or more) and never above *longest*.
    """
    cut: list[str] = []
    room = 0.0
    for token in TOKEN_LIKE.findall(text):
        if cut and len(cut[-1]) + len(token) <= room:
            cut[-1] += token
        else:
            cut.append(token)
            room = min(longest, (median + HALF_A_TOKEN) * rng.lognormvariate(0, 0.4))
    return cut


def network_chunks(stream: Iterable[Timed], rng: random.Random, *, first_ms: float) -> tuple[tuple[float, str], ...]:
    """Events as a network delivers them: often several in one chunk, now and then one over two chunks."""
    chunks: list[tuple[float, str]] = []
    at, last_cut = first_ms, True
    for text, wait in stream:
        at = round(at + wait * rng.uniform(0.6, 1.4), 1)
        if not last_cut and rng.random() < (0.15 if wait else 0.7):
            chunks[-1] = (at, chunks[-1][1] + text)
        elif chunks and rng.random() < 0.05:
            place = rng.randrange(1, len(text))
            chunks += [(at, text[:place]), (at := round(at + rng.uniform(0.1, 0.5), 1), text[place:])]
            last_cut = True
            continue
        else:
            chunks.append((at, text))
        last_cut = False
    return tuple(chunks)


def json_reply(body: Any, *, headers: Mapping[str, str], status: int = 200, delay_ms: float = 0.0) -> Reply:
    """A plain JSON reply."""
    return Reply(
        status=status, headers={"content-type": "application/json", **headers}, body=body, delay_ms=float(delay_ms)
    )


def stream_reply(reply: Reply, chunks: tuple[tuple[float, str], ...]) -> Reply:
    """*reply* as a stream; its headers come with the first chunk."""
    headers = {**reply.headers, "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache"}
    return Reply(status=reply.status, headers=headers, chunks=chunks, delay_ms=chunks[0][0])


def wire_body(reply: Reply, kind: str, key: str, maker: str) -> dict[str, Any]:
    """The body of *reply* if its *key* says *kind*; else an error that names the function that makes one."""
    if not (isinstance(reply.body, dict) and reply.body.get(key) == kind):
        raise ValueError(f"only a reply that {maker}() built can be streamed; this one's body is {reply.body!r:.80}.")
    return reply.body
