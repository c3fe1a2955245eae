"""What caching did for a bill, read from the usage of real replies: hit rate, savings, and when to be alarmed.

    usages = [usage_from(reply) for reply in replies]
    print(savings(usages, MODEL))                    # $0.0121 instead of $0.0534: 77.4 % saved
    for warning in alarm(usages, model=MODEL): page(warning)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from textwrap import fill

from helpers.economics import Cost, NoPriceError, Usage, cost, find_model, usd_text

ENOUGH = 3
"""Calls in a row before an alarm: the first call always writes, and two at once both do."""


@dataclass(frozen=True, slots=True)
class Rates:
    """What cached tokens cost, as multiples of plain input."""

    write_5m: Decimal | None
    """The short write: 5 minutes at Anthropic, 30 at OpenAI, whose models before GPT-5.6 take nothing extra for it (1).
    """
    write_1h: Decimal | None
    """The long write: 1 hour at Anthropic, 12 hours at OpenAI; None where there is none, or no price was found."""
    read: Decimal
    """1 where the model gives no discount."""


@dataclass(frozen=True, slots=True)
class Savings:
    """A bill beside the one without any cache."""

    paid: Cost
    uncached: Cost
    """The same tokens, all of the prompt as plain input."""

    @property
    def usd(self) -> Decimal:
        """What was saved; below 0 where the cache cost more than it brought."""
        return self.uncached.usd - self.paid.usd

    @property
    def share(self) -> float:
        """What was saved, of the uncached bill, output included."""
        return float(self.usd / self.uncached.usd) if self.uncached.usd else 0.0

    def __str__(self) -> str:
        outcome = "saved" if self.usd >= 0 else "lost"
        return (f"{usd_text(self.paid.usd)} instead of {usd_text(self.uncached.usd)}: "
                f"{abs(self.share):.1%} {outcome}".replace("%", " %"))


@dataclass(frozen=True, slots=True)
class Alarm:
    """Caching that does not do what it should, although every reply was a 200."""

    code: str
    """"silent", "never read", "reads stopped" or "dearer"."""
    words: str

    def __str__(self) -> str:
        return fill(self.words, 72, break_on_hyphens=False)


def rates(model: str) -> Rates:
    """What *model*'s cache costs, from data/models.json. LookupError where no price is known."""
    price = find_model(model).price
    writes = (None if usd is None else usd / price.input for usd in (price.cache_write_5m, price.cache_write_1h))
    return Rates(*writes, read=Decimal(1) if price.cache_read is None else price.cache_read / price.input)


def needed_hit_rate(model: str, ttl: str = "5m") -> float:
    """The share of calls that must read, each other one writing, for the cache to pay: (w - 1) / (w - r).

    NoPriceError where *model* has no such write; above 1 (never) where it gives no discount.
    """
    write, read = write_rate(model, ttl), rates(model).read
    return 0.0 if write <= 1 else float((write - 1) / (write - read))


def write_rate(model: str, ttl: str) -> Decimal:
    """What writing for *ttl* ("5m": the short time, "1h": the long one) costs, as a multiple of input."""
    if ttl not in ("5m", "1h"):
        raise ValueError(f"ttl must be '5m' or '1h'; got {ttl!r}.")
    known = rates(model)
    write = known.write_5m if ttl == "5m" else known.write_1h
    if write is None:
        raise NoPriceError(f"No price is known for {'short' if ttl == '5m' else 'long'} cache writes on {model}.")
    return write


def hit_rate(usage: Usage) -> float | None:
    """The share of the prompt's tokens that came from a cache, 0 to 1; None where there was no prompt.

    For several calls, of their sum: `hit_rate(sum(usages))`.
    """
    return usage.cache_read / usage.prompt if usage.prompt else None


def uncached(usage: Usage) -> Usage:
    """The same tokens without a cache: all of the prompt is plain input."""
    plain = replace(usage, input=usage.prompt, cache_write_5m=0, cache_write_1h=0, cache_read=0)
    object.__setattr__(plain, "prompt_range", usage.prompt_range)   # a sum stays one: its requests had their own tiers
    return plain


def savings(usages: Usage | Iterable[Usage], model: str) -> Savings:
    """What *usages*, one a call, cost on *model*, and what they would have cost without a cache. What other models did
    inside a reply stays as it is."""
    calls = [usages] if isinstance(usages, Usage) else list(usages)
    return Savings(sum((cost(usage, model) for usage in calls), Cost()),
                   sum((cost(uncached(usage), model) for usage in calls), Cost()))


def alarm(usages: Sequence[Usage], *, model: str | None = None, marked: bool = True) -> tuple[Alarm, ...]:
    """What is wrong with the caching of *usages*, calls of one kind in their order; empty where nothing shows.

    *marked*: whether the requests had a breakpoint. *model*: gives the minimum length and the prices. Asks only for
    `usage`, so it can run on logs. Two calls or fewer raise no alarm but for "silent". LookupError for a model that
    data/models.json doesn't have, or has without a price.
    """
    calls = [usage for usage in usages if usage.prompt]
    if not marked or not calls:
        return ()
    found = [_silent(calls, model), _never_read(calls), _reads_stopped(calls), _dearer(calls, model)]
    return tuple(one for one in found if one)


def _silent(calls: Sequence[Usage], model: str | None) -> Alarm | None:
    """Below the minimum there is no error and no header, only two zeros: where writes are reported, one call tells."""
    silent = [usage for usage in calls if not (_written(usage) or usage.cache_read)]
    if not silent or (model and not _reports_writes(model) and (len(calls) < ENOUGH or len(silent) < len(calls))):
        return None
    least = find_model(model).min_cacheable if model else None
    done = f"{len(silent)} of {len(calls)} calls neither wrote nor read the cache"
    if least and all(usage.prompt >= least for usage in silent):
        cause = ("there is no breakpoint, or it stands too early, behind a part that is too short."
                 if _reports_writes(model) else "no two of them begin alike for that long, or soon enough.")
        return Alarm("silent", f"{done}, although each prompt is longer than the minimum ({least:,} tokens on "
                               f"{model}): {cause}")
    why = f"{model} caches from {least:,} tokens on" if least else "every model has a minimum length"
    return Alarm("silent", f"{done}: {why}, and what is shorter is left out without an error.")


def _reports_writes(model: str) -> bool:
    """OpenAI's models before GPT-5.6 write for nothing extra, and count such tokens as plain input."""
    return rates(model).write_5m != 1


def _never_read(calls: Sequence[Usage]) -> Alarm | None:
    if len(calls) < ENOUGH or any(usage.cache_read or not _written(usage) for usage in calls):
        return None
    return Alarm("never read", f"All {len(calls)} calls wrote the cache and none read it: something before the "
                               "breakpoint changes with each call, they come further apart than the cache lives, or "
                               "all began before the first reply did. Compare two requests with prefix_diff.")


def _reads_stopped(calls: Sequence[Usage]) -> Alarm | None:
    last = max((number for number, usage in enumerate(calls, 1) if usage.cache_read), default=0)
    if not last or len(calls) - last < ENOUGH:
        return None
    return Alarm("reads stopped", f"Call {last} was the last that read the cache, and the {len(calls) - last} after it "
                                  "did not. What was released then? Compare a request from before with one from "
                                  "after: prefix_diff.")


def _dearer(calls: Sequence[Usage], model: str | None) -> Alarm | None:
    if not model or len(calls) < ENOUGH:
        return None
    both = savings(calls, model)
    if both.usd >= 0:
        return None
    return Alarm("dearer", f"{len(calls)} calls cost {usd_text(both.paid.usd)}, and would have cost "
                           f"{usd_text(both.uncached.usd)} without a cache.")


def _written(usage: Usage) -> int:
    return usage.cache_write_5m + usage.cache_write_1h
