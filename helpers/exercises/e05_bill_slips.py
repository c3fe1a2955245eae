"""05-1: wrong ways to add up a bill with a cache in it, each with what it would come to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

from helpers.economics import Price
from helpers.exercises.numbers import close


class Counts(NamedTuple):
    """The tokens of one call; none of them lies inside another one, but for thinking."""

    input: int = 0
    write_5m: int = 0
    write_1h: int = 0
    read: int = 0
    output: int = 0
    thinking: int = 0

    @property
    def written(self) -> int:
        return self.write_5m + self.write_1h

    @property
    def prompt(self) -> int:
        return self.input + self.written + self.read


Each = Callable[[Counts, Price], Decimal]
"""Millionths of a dollar for one call."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A wrong way to reckon, and the dollars it comes to."""

    code: str
    reckon: Callable[[Sequence[Counts], Price], Decimal]
    did: str
    because: str
    look: str = ""


def priced(calls: Sequence[Counts], price: Price) -> Decimal:
    """What the calls cost."""
    return _sum(_right)(calls, price)


def is_rounded(got: float, calls: Sequence[Counts], price: Price) -> bool:
    """Whether the amount is the right one, with digits lost on the way: of the whole, or of each call."""
    each = [float(_right(call, price)) / 1e6 for call in calls]
    return any(close(got, made) for digits in range(7)
               for made in (round(sum(each), digits), sum(round(one, digits) for one in each)))


def _sum(each: Each) -> Callable[[Sequence[Counts], Price], Decimal]:
    return lambda calls, price: sum((each(call, price) for call in calls), Decimal(0)) / 1_000_000


def _right(c: Counts, p: Price) -> Decimal:
    return (c.input * p.input + c.write_5m * p.cache_write_5m + c.write_1h * p.cache_write_1h + c.read * p.cache_read
            + c.output * p.output)


def _plus(extra: Each) -> Callable[[Sequence[Counts], Price], Decimal]:
    """The right bill, and so much more (or less) for each call."""
    return _sum(lambda c, p: _right(c, p) + extra(c, p))


REMEMBERED = {"write_5m": ("cache_write_5m", Decimal("1.25"), "writes for five minutes at 1.25"),
              "write_1h": ("cache_write_1h", Decimal(2), "writes for an hour at 2"),
              "read": ("cache_read", Decimal("0.1"), "reads at 0.1"), "output": ("output", Decimal(5), "output at 5")}
"""Kind -> (its price, the factor that somebody remembers, in words)."""


def _by_heart(*kinds: str) -> Callable[[Sequence[Counts], Price], Decimal]:
    """The right bill, but for *kinds*, which cost the input price times a factor."""
    known = [(kind, *REMEMBERED[kind][:2]) for kind in kinds]
    return _plus(lambda c, p: sum((getattr(c, kind) * (factor * p.input - getattr(p, price))
                                   for kind, price, factor in known), Decimal(0)))


def _tenth(c: Counts, p: Price) -> Decimal:
    return (c.prompt * p.input + c.output * p.output) / 10 if c.read else _right(c, p)


def _as_total(c: Counts, p: Price, least: float) -> Decimal:
    return max(c.input - c.read - c.written, Decimal(least)) * p.input - c.input * p.input


UNIT = "prices are per million tokens, and a slip of the unit is the costliest one."
WRITES = "whether each lifetime's count, in `cache_creation`, meets a price of its own."
TOTAL = ("`input_tokens` holds neither what was read nor what was written: it is what stands behind the last "
         "breakpoint. (OpenAI's count does hold them.)")
ALL_CALLS = "each call is billed: the dear first one, and all that follow."
ROUNDED = Slip("rounded", lambda calls, price: Decimal("NaN"), "rounded", "a million calls that each cost a fraction "
               "of a cent are real money. Round when you show an amount.", "`round`, `int`, `//` and `quantize`.")

SLIPS = (
    *(Slip("unit", lambda calls, price, by=by: priced(calls, price) * by, words, UNIT, "what you divide by, and how "
           "often.") for by, words in ((10**6, "a million times too much"), (10**3, "a thousand times too much"),
                                       (Decimal("1e-6"), "a millionth of it"), (Decimal("1e-3"), "a thousandth of it"),
                                       (100, "a hundred times too much, as if in cents"))),
    Slip("cached-forgotten", _sum(lambda c, p: c.input * p.input + c.output * p.output), "neither what was written nor "
         "what was read is in it", "a long prompt that is cached is nearly all written or read: `input_tokens` and "
         "`output_tokens` alone look like a bill of almost nothing.", "the two counts whose names begin with "
         "`cache_`."),
    Slip("write-at-input", _sum(lambda c, p: (c.input + c.written) * p.input + c.read * p.cache_read
                                + c.output * p.output), "what was written is priced as plain input", "the first call "
         "does not pay full price but more: 1.25 times for five minutes, 2 times for an hour. Where no second call "
         "comes in time, the cache only costs.", WRITES),
    Slip("hour-at-5m", _plus(lambda c, p: c.write_1h * (p.cache_write_5m - p.cache_write_1h)), "what was written for "
         "an hour has the price of five minutes", "an hour costs twice the input, five minutes 1.25 times: whoever "
         "changes the lifetime would see no difference in the report, and one on the invoice.", WRITES),
    Slip("5m-at-1h", _plus(lambda c, p: c.write_5m * (p.cache_write_1h - p.cache_write_5m)), "what was written for "
         "five minutes has the price of an hour", "the short write would look dearer than it is, and the cache as if "
         "it paid later than it does.", WRITES),
    Slip("writes-twice", _plus(lambda c, p: c.written * p.cache_write_5m), "what was written is in it twice",
         "`cache_creation_input_tokens` is the sum of the two counts in `cache_creation`: the same tokens under "
         "another name.", WRITES),
    Slip("writes-twice", _plus(lambda c, p: c.written * p.input), "what was written is in it twice, once as plain "
         "input", "a write's price is all that a written token costs: it is in no other count.", WRITES),
    Slip("writes-forgotten", _plus(lambda c, p: -c.write_5m * p.cache_write_5m - c.write_1h * p.cache_write_1h),
         "what was written is not in it", "a write is the dearest way to send a token; left out, a cache that is never "
         "read looks free.", WRITES),
    Slip("hour-forgotten", _plus(lambda c, p: -c.write_1h * p.cache_write_1h), "what was written for an hour is not in "
         "it", "both lifetimes can be in use, even in one request.", WRITES),
    Slip("5m-forgotten", _plus(lambda c, p: -c.write_5m * p.cache_write_5m), "what was written for five minutes is not "
         "in it", "both lifetimes can be in use, even in one request.", WRITES),
    Slip("write-as-read", _plus(lambda c, p: c.written * p.cache_read - c.write_5m * p.cache_write_5m
                                - c.write_1h * p.cache_write_1h), "what was written has the price of a read",
         "the discount begins with the second call: the first one puts the prompt into the cache, and pays for it.",
         WRITES),
    Slip("whole-bill", _sum(_tenth), "a call that reads costs a tenth of what it would without a cache, output and all",
         "\"90 % cheaper\" is said of the tokens that were read. The question and the answer cost what they always do, "
         "and the answer is often the larger part of what is left.", "what your discount is taken off."),
    Slip("output-discounted", _plus(lambda c, p: c.output * (p.output / 10 - p.output) if c.read else Decimal(0)),
         "the answer has a discount, too", "a cache saves work on the prompt; the answer is written anew, token by "
         "token, at its full price.", "what your discount is taken off."),
    Slip("output-discounted", _plus(lambda c, p: c.output * p.output * (p.cache_read / p.input - 1) if c.read
                                    else Decimal(0)), "the answer has a discount, too", "a cache saves work on the "
         "prompt; the answer is written anew, token by token, at its full price.", "what your discount is taken off."),
    Slip("read-at-input", _plus(lambda c, p: c.read * (p.input - p.cache_read)), "what was read has the full input "
         "price", "then a cache could only cost, and somebody would switch it off.", "which price meets "
         "`cache_read_input_tokens`."),
    Slip("discount-as-price", _plus(lambda c, p: c.read * (Decimal("0.9") * p.input - p.cache_read)), "what was read "
         "costs 90 % of the input", "90 % is what is taken off; a tenth, or less, is what is left.",
         "`price.cache_read`: the discount is in it already."),
    Slip("discounted-twice", _plus(lambda c, p: -c.read * p.cache_read * Decimal("0.9")), "a tenth of the price of a "
         "read", "`price.cache_read` is the price after the discount.", "what you multiply it with."),
    Slip("reads-forgotten", _plus(lambda c, p: -c.read * p.cache_read), "what was read is not in it", "a read is "
         "cheap, not free; and on a long prompt, reads are most of the tokens.", "`cache_read_input_tokens`."),
    Slip("input-as-total", _plus(lambda c, p: _as_total(c, p, float("-inf"))), "the cached tokens were taken off "
         "`input_tokens`", TOTAL, "where you subtract."),
    Slip("input-as-total", _plus(lambda c, p: _as_total(c, p, 0)), "the cached tokens were taken off `input_tokens`, "
         "down to 0", TOTAL, "where you subtract."),
    Slip("rest-forgotten", _plus(lambda c, p: -c.input * p.input if c.read or c.written else Decimal(0)), "the "
         "`input_tokens` of a call that reads or writes are not in it", "behind the last breakpoint there is still the "
         "question, and it is plain input.", "an `if` that lets a call be one kind only."),
    Slip("output-at-input", _plus(lambda c, p: c.output * (p.input - p.output)), "output has the price of input",
         "output costs about five times as much.", "which price meets `output_tokens`."),
    Slip("output-forgotten", _plus(lambda c, p: -c.output * p.output), "the answers are not in it", "once the prompt "
         "is cached, the answer is often the larger part of what is left.", "whether your sum has all five products."),
    Slip("thinking-twice", _plus(lambda c, p: c.thinking * p.output), "thinking on top of the output", "how much of "
         "the output was thinking is told beside it, not added to it."),
    Slip("thinking-off", _plus(lambda c, p: -c.thinking * p.output), "without the thinking", "thinking is billed as "
         "output, whether you see it or not."),
    Slip("one-call", lambda calls, price: priced(calls[:1], price), "the first call alone", ALL_CALLS,
         "a `return` inside your loop."),
    Slip("one-call", lambda calls, price: priced(calls[-1:], price), "the last call alone", ALL_CALLS,
         "whether each call is added to what was there, or replaces it."),
    Slip("all-as-first", lambda calls, price: priced(calls[:1] * len(calls), price), "every call costs what the first "
         "one does", "the first call writes, those after it read: that is what the cache is for.", "which of the "
         "usages your loop looks at."),
    Slip("mean", lambda calls, price: priced(calls, price) / max(len(calls), 1), "what a call costs on average",
         "whoever pays wants the sum.", "what you divide by."),
    Slip("first-writes", lambda calls, price: priced([call if n == 0 else call._replace(write_5m=0, write_1h=0)
                                                      for n, call in enumerate(calls)], price), "what the first call "
         "wrote is in it, what later calls wrote is not", "the first call is not the only one that writes: an entry "
         "that was not read in time, and a prefix that grew, are written again.", "an `if` that asks which call it "
         "is."),
    *(Slip("by-heart", _by_heart(*kinds), f"{', '.join(REMEMBERED[kind][2] for kind in kinds)} times the input price",
           "that is not so everywhere: some of today's models read at a twentieth, or less, and prices change. `price` "
           "says what each costs.", "the factors in your code.")
      for size in range(1, len(REMEMBERED) + 1) for kinds in combinations(REMEMBERED, size)),
)
