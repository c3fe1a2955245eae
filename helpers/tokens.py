"""How many tokens a text is: counted with OpenAI's o200k, estimated for every other tokenizer.

    count_o200k("Hello, world!")                          # 4, exact, offline
    str(estimate_tokens(prompt, "claude-haiku-5-5"))      # about 74 tokens (60 to 92)

splintr-rs 0.22 against bpe-openai 0.1.4 (Linux, Python 3.11): the same tokens on 8,000 texts that hypothesis drew;
import and first call 0.05 s and 31 MB against 0.7 s and 144 MB, wheel 19 MB against 42 MB, so: splintr-rs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from helpers.economics.measured import Ratio, overhead, ratio
from helpers.economics.models import find_model

ENOUGH = 10
"""Texts from which a ratio counts as measured."""
MEASURED_KINDS = ("english prose", "markdown", "json")
"""The rows called code are explanations with a few lines of it: data/README.md, "What it cannot show"."""
NATURAL = ("english prose", "markdown", "mixed")
SINCE_OPUS_4_7 = 1.3
"""Anthropic's pricing page (October 2026): since Opus 4.7 the same text is about 30 % more tokens."""
DOCUMENTED = 2.5
"""Anthropic's models page (October 2026): characters per token on Claude since Opus 4.7, all text together."""
MARGIN = 0.35
"""How far off a ratio may be that nobody measured on this kind of text: an assumption."""

CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
MARKDOWN = re.compile(r"^(#{1,6} |[-*+] |\d+\. |> |\|.*\||```)|\*\*\S", re.MULTILINE)
CODE = re.compile(r"[;{}]\s*$|^\s*(def|class|import|from|return|if|for|while|const|let|var|function|#include)\b.*[:;({]"
                  r"|=>|^\s*</?\w+[^>]*>\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Piece:
    """One token of a text."""

    id: int
    text: str
    """What it reads as; where it is only a part of a character, its bytes as \\xe6\\xbc."""
    bytes: bytes


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a text, sent alone as one message, is probably billed as."""

    tokens: int
    low: int
    """Nine in ten measured texts of this kind need more than this ..."""
    high: int
    """... and nine in ten less than this."""
    kind: str
    basis: str
    measured: bool
    """False: nobody measured this kind of text on this tokenizer; `basis` says what stands in."""

    def __str__(self) -> str:
        return f"about {self.tokens:,} tokens ({self.low:,} to {self.high:,}); {self.kind}; {self.basis}"


def count_o200k(text: str) -> int:
    """Tokens of *text* in o200k_base, exact. A special token spelled out, <|endoftext|>, is ordinary text."""
    return len(_o200k().encode_ordinary(text))


def split_o200k(text: str) -> list[Piece]:
    """The tokens themselves, in order; their bytes put together are the text's UTF-8."""
    tokenizer = _o200k()
    parts = ((id, tokenizer.decode_token_bytes(id)) for id in tokenizer.encode_ordinary(text))
    return [Piece(id, part.decode("utf-8", "backslashreplace"), part) for id, part in parts]


@lru_cache(maxsize=1)
def _o200k() -> Any:
    from splintr import Tokenizer

    return Tokenizer.from_pretrained("o200k_base")


def estimate_tokens(text: str, model: str) -> Estimate:
    """Estimate the input tokens of a request whose only content is *text*, without asking anybody.

    The truth is in the reply's usage; before sending, in count_tokens where the vendor has it. Raises
    UnknownModelError for a model that data/models.json doesn't have.
    """
    row = find_model(model)
    kind = content_kind(text)
    rate, basis, measured = _basis(text, kind, row.tokenizer)
    fixed = overhead(row.vendor)
    tokens, low, high = (round(fixed + len(text) / per_token) for per_token in (rate.median, rate.high, rate.low))
    return Estimate(tokens, low, high, kind, basis, measured)


def content_kind(text: str) -> str:
    """"english prose", "markdown", "json", "code", "cjk" or "other", by simple signs.

    Prose in another language in Latin script passes for English.
    """
    dense = "".join(text.split())
    tests: dict[str, Callable[[], bool]] = {
        "cjk": lambda: len(CJK.findall(dense)) > 0.3 * len(dense),
        "json": lambda: _is_json(text),
        "other": lambda: (sum(c.isascii() and c.isalpha() for c in dense) < 0.5 * len(dense)
                           or sum(ord(c) > 0x2fff for c in dense) > 0.1 * len(dense))
        and not CODE.search(text) and not MARKDOWN.search(text),
        "markdown": lambda: "```" in text or (bool(MARKDOWN.search(text)) and not _mostly_code(text)),
        "code": lambda: _mostly_code(text),
    }
    return next((kind for kind, test in tests.items() if dense and test()), "english prose")


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict | list)
    except ValueError:
        return False


def _mostly_code(text: str) -> bool:
    lines = [line for line in text.splitlines() if line.strip()]
    return sum(bool(CODE.search(line)) for line in lines) >= 0.3 * len(lines)


def _measured(generation: str, *kinds: str) -> Ratio | None:
    """The ratio of these kinds of text, where enough texts of them were measured."""
    known = ratio(generation, kinds) if set(kinds) <= {*MEASURED_KINDS, *NATURAL} else None
    return known if known and known.texts >= ENOUGH else None


def _basis(text: str, kind: str, generation: str) -> tuple[Ratio, str, bool]:
    """Characters per token for this kind of text on this tokenizer, what that rests on, and whether it is measured."""
    own = _measured(generation, kind) or (_measured(generation, *NATURAL) if kind in NATURAL else None)
    if own and generation == "claude-4.7":
        # Few, and almost all replies: the five prompts among them are denser than the replies, near the documented
        # ratio. For planning, the dearer side is the safe one.
        careful = Ratio(DOCUMENTED * 0.9, DOCUMENTED, own.high, own.texts)
        return careful, "the documented 2.5 characters a token; prompts were hardly measured on this tokenizer", False
    if own:
        return own, f"measured on {own.texts} texts, {generation} tokenizer", True
    if generation == "o200k":
        counted = _o200k_ratio(text)
        return Ratio(counted, counted, counted, 1), "counted with o200k itself", True
    older = _measured("claude-3", kind)
    if generation == "claude-4.7" and older:
        denser = Ratio(*(edge / SINCE_OPUS_4_7 for edge in (older.low, older.median, older.high)), older.texts)
        return denser, (f"not measured on this tokenizer: {older.texts} texts on older Claude models, and the "
                        "documented 30 % more tokens since Opus 4.7"), False
    return _stand_in(text, kind, generation)


def _o200k_ratio(text: str) -> float:
    return max(len(text), 1) / max(count_o200k(text), 1)


def _stand_in(text: str, kind: str, generation: str) -> tuple[Ratio, str, bool]:
    """Where there is no measurement at all."""
    more = SINCE_OPUS_4_7 if generation == "claude-4.7" else 1.0
    if generation.startswith("claude") and kind == "code":
        per_token = DOCUMENTED * SINCE_OPUS_4_7 / more
        basis = "not measured: the documented 2.5 characters a token (3.25 before Opus 4.7), of all text together"
    else:
        per_token = _o200k_ratio(text) / more
        basis = "not measured: what o200k needs for this text" + (", and 30 % more" if more > 1 else "")
    return Ratio(per_token * (1 - MARGIN), per_token, per_token * (1 + MARGIN), 0), basis, False
