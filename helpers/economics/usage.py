"""What a request used, in tokens: the one value that prices are applied to.

    Usage(input=50, cache_read=50_000, output=400) + Usage(input=80, output=300)

The counts never overlap, whichever vendor reported them: every prompt token is in exactly one of `input`,
`cache_write_5m`, `cache_write_1h` and `cache_read`. Only `thinking` lies inside another count, `output`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

COUNTS = ("input", "cache_write_5m", "cache_write_1h", "cache_read", "output", "thinking", "web_searches")
LABELS = {
    "input": "input",
    "cache_write_5m": "cache write",
    "cache_write_1h": "long cache write",
    "cache_read": "cache read",
    "output": "output",
}

OtherModels = tuple[tuple[str, "Usage"], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens billed for one request, or for several added together."""

    input: int = 0
    """Prompt tokens at the full input rate: neither written to a cache nor read from one."""
    cache_write_5m: int = 0
    """Written for the short time: 5 minutes at Anthropic, 30 minutes at OpenAI."""
    cache_write_1h: int = 0
    """Written for the long time: 1 hour at Anthropic, 12 hours at OpenAI (Responses API only)."""
    cache_read: int = 0
    output: int = 0
    """Thinking included: it is billed as output."""
    thinking: int = 0
    """How much of `output` was thinking; 0 where the vendor doesn't say."""
    web_searches: int = 0
    """Searches, not tokens: each has a fee."""
    other_models: OtherModels = ()
    """(model id, Usage) of models that worked inside the same reply and are billed at their own price."""
    prompt_range: tuple[int, int] | None = field(default=None, init=False, repr=False, compare=False)
    """Smallest and largest prompt among the requests added up here: a tier is a matter of one request's prompt."""

    def __post_init__(self) -> None:
        for name in COUNTS:
            count = getattr(self, name)
            if type(count) is not int or count < 0:
                raise ValueError(f"{name} must be a whole number of 0 or more; got {count!r}.")
        if self.thinking > self.output:
            raise ValueError(f"thinking ({self.thinking:,}) is a part of output ({self.output:,}): it can't be larger.")
        object.__setattr__(self, "other_models", _merged(self.other_models))
        if self:
            object.__setattr__(self, "prompt_range", (self.prompt, self.prompt))

    @property
    def prompt(self) -> int:
        """All tokens sent to the model, cached or not."""
        return self.input + self.cache_write_5m + self.cache_write_1h + self.cache_read

    @property
    def total(self) -> int:
        """Prompt and output of this model; what other models used is not in it."""
        return self.prompt + self.output

    def __bool__(self) -> bool:
        return bool(any(getattr(self, name) for name in COUNTS) or self.other_models)

    def __add__(self, other: Usage) -> Usage:
        if not isinstance(other, Usage):
            return NotImplemented
        counts: dict[str, Any] = {name: getattr(self, name) + getattr(other, name) for name in COUNTS}
        both = Usage(**counts, other_models=self.other_models + other.other_models)
        object.__setattr__(both, "prompt_range", _joined(self.prompt_range, other.prompt_range))
        return both

    def __radd__(self, other: object) -> Usage:
        return self if other == 0 else NotImplemented   # sum() starts from 0

    def __mul__(self, times: int) -> Usage:
        if type(times) is not int:
            return NotImplemented
        if times < 0:
            raise ValueError(f"a usage can't be repeated {times} times: use 0 or more.")
        counts: dict[str, Any] = {name: getattr(self, name) * times for name in COUNTS}
        several = Usage(**counts, other_models=tuple((model, usage * times) for model, usage in self.other_models))
        object.__setattr__(several, "prompt_range", self.prompt_range if times else None)
        return several

    __rmul__ = __mul__

    def __str__(self) -> str:
        parts = [f"{getattr(self, name):,} {label}" for name, label in LABELS.items() if getattr(self, name)]
        if self.thinking:
            parts[-1] += f" ({self.thinking:,} of it thinking)"   # the last part is output: it holds the thinking
        text = " + ".join(parts) + " tokens" if parts else "no tokens"
        if self.web_searches:
            text += f", {self.web_searches:,} web search" + ("es" if self.web_searches > 1 else "")
        return text + "".join(f"; {model}: {usage}" for model, usage in self.other_models)

    _repr_markdown_ = __str__


def _merged(others: Iterable[tuple[str, Usage]]) -> OtherModels:
    """One entry a model, none of nothing, sorted by id: so that a + b equals b + a."""
    by_model: dict[str, Usage] = {}
    for model, usage in others:
        by_model[model] = by_model[model] + usage if model in by_model else usage
    return tuple(sorted((entry for entry in by_model.items() if entry[1]), key=lambda entry: entry[0]))


def _joined(one: tuple[int, int] | None, two: tuple[int, int] | None) -> tuple[int, int] | None:
    if one is None or two is None:
        return one or two
    return min(one[0], two[0]), max(one[1], two[1])
