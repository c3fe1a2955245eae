"""Characters against billed tokens: 2,840 replies and prompts that were really sent, from data/measured_tokens.csv.

data/README.md says where they come from and what they can't show: almost all is short English.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import linear_regression
from typing import TYPE_CHECKING

from helpers.economics.models import load_models
from helpers.settings import DATA

if TYPE_CHECKING:
    import pandas as pd

MEASURED_FILE = DATA / "measured_tokens.csv"
KINDS = ("input_text", "output_text", "count_tokens")
PLAIN = ("english prose", "short english", "short/numeric")
LONG_ENOUGH = 100
"""Characters from which a ratio means something: below, the fixed overhead outweighs the text."""
SHORT = 200


@dataclass(frozen=True, slots=True)
class Measurement:
    """One text and what it was billed as."""

    provider: str
    family: str
    generation: str
    """Of the tokenizer: "claude-3" (up to 4.6), "claude-4.7" (from Opus 4.7 on), "o200k", "cl100k", "other"."""
    kind: str
    """"input_text", "output_text" or "count_tokens"."""
    category: str
    chars: int | None
    """None in the one row whose request held more than text."""
    tokens: int


@lru_cache(maxsize=1)
def measurements() -> tuple[Measurement, ...]:
    """All rows, in the order of the file."""
    generations = {model.family: model.tokenizer for model in load_models().models}
    with MEASURED_FILE.open(encoding="utf-8", newline="") as lines:
        return tuple(
            Measurement(row["provider"], row["family"], generations[row["family"]], row["kind"], row["category"],
                        int(row["chars"]) if row["chars"] else None, int(row["tokens"]))
            for row in csv.DictReader(lines)
        )


def measured_frame(kind: str | None = None) -> pd.DataFrame:
    """The measurements as a table; *kind* "input_text", "output_text" or "count_tokens" picks one.

    Columns provider, family, generation, kind, category, chars, tokens, chars_per_token, and rule_error: by what
    share "4 characters = 1 token" misses (-0.25: a quarter too low). The row without characters is left out.
    """
    import pandas as pd

    if kind not in (None, *KINDS):
        raise ValueError(f"kind must be one of {', '.join(KINDS)}; got {kind!r}.")
    rows = [row for row in measurements() if row.chars is not None and kind in (None, row.kind)]
    columns = ("provider", "family", "generation", "kind", "category", "chars", "tokens")
    frame = pd.DataFrame({name: [getattr(row, name) for row in rows] for name in columns})
    return frame.assign(chars_per_token=frame.chars / frame.tokens, rule_error=frame.chars / 4 / frame.tokens - 1)


@dataclass(frozen=True, slots=True)
class Ratio:
    """Characters per token over several texts, after taking off the fixed overhead."""

    low: float
    """Tenth percentile: dense text, many tokens."""
    median: float
    high: float
    texts: int


@lru_cache
def overhead(provider: str, kind: str = "input_text") -> float:
    """Tokens that a request or a reply is billed beside its text: the line through short plain texts, at 0 characters.

    Measured on the tokenizers before Claude Opus 4.7; of later ones there are too few short texts.
    """
    texts = [row for row in measurements() if row.provider == provider and row.kind == kind and row.category in PLAIN
             and row.chars is not None and row.chars < SHORT and row.generation != "claude-4.7"]
    return linear_regression([row.chars for row in texts], [row.tokens for row in texts]).intercept


@lru_cache
def ratio(generation: str, categories: tuple[str, ...]) -> Ratio | None:
    """Characters per token of texts of those *categories* with 100 characters or more; None without a single one."""
    ratios = [row.chars / (row.tokens - overhead(row.provider, row.kind)) for row in measurements()
              if row.generation == generation and row.category in categories and row.kind != "count_tokens"
              and row.chars is not None and row.chars >= LONG_ENOUGH]
    if not ratios:
        return None
    return Ratio(*(percentile(ratios, share) for share in (0.1, 0.5, 0.9)), len(ratios))


def percentile(values: Iterable[float], share: float) -> float:
    """The value below which *share* of them lie, on a straight line between neighbours (as numpy and pandas do)."""
    ordered: Sequence[float] = sorted(values)
    position = share * (len(ordered) - 1)
    below = int(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)
