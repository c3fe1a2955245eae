"""05-5: a month of calls with a cache, and the wrong ways to say what the cache saved in it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from helpers.economics import Price

MILLION = 1e6


class Month(NamedTuple):
    """The arguments of one call, and what comes of them, in dollars."""

    days: int
    calls_per_day: int
    hit_share: Decimal
    prefix: int
    question: int
    answer: int
    price: Price

    @property
    def sizes(self) -> dict[str, Any]:
        """It as keyword arguments, without the price."""
        return {name: value for name, value in self._asdict().items() if name != "price"}

    @property
    def calls(self) -> int:
        return self.days * self.calls_per_day

    @property
    def hits(self) -> float:
        return float(self.hit_share)

    @property
    def tokens(self) -> float:
        """Of the prefix in all calls, in millions."""
        return self.calls * self.prefix / MILLION

    @property
    def rest(self) -> float:
        """What questions and answers cost, with a cache or without."""
        return self.calls * float(self.question * self.price.input + self.answer * self.price.output) / MILLION

    @property
    def plain(self) -> float:
        """The bill without a cache."""
        return self.tokens * self.rate("input") + self.rest

    @property
    def paid(self) -> float:
        return self.tokens * (self.hits * self.rate("cache_read") + (1 - self.hits) * self.rate("cache_write_5m")) \
            + self.rest

    @property
    def saved(self) -> float:
        return self.plain - self.paid

    @property
    def share(self) -> float:
        return self.saved / self.plain if self.plain else 0.0

    def rate(self, name: str) -> float:
        return float(getattr(self.price, name))


@dataclass(frozen=True, slots=True)
class Slip:
    """A wrong way to compare, and the number it comes to."""

    code: str
    reckon: Callable[[Month], float]
    did: str
    because: str
    look: str = ""


def _hits_save(month: Month, a_token: float) -> float:
    """So much saved on each token that is read; nothing else."""
    return month.tokens * month.hits * a_token


def _with_hits(month: Month, hits: float) -> float:
    """What is saved if *hits*, a share, had read."""
    return month.tokens * (month.rate("input") - hits * month.rate("cache_read")
                           - (1 - hits) * month.rate("cache_write_5m"))


def _answers(month: Month) -> float:
    return month.calls * month.answer * month.rate("output") / MILLION


def _questions(month: Month) -> float:
    return month.calls * month.question * month.rate("input") / MILLION


def _read_off(month: Month) -> float:
    """The discount of a read, as a share of the input price."""
    return 1 - month.rate("cache_read") / month.rate("input")


WHOLE = ("the discount is on what was read. Question and answer cost what they always do: on a bill with long answers, "
         "most of it.")
WRITES = ("a call that finds nothing does not pay the input price but the write price, which is more: with few reads, "
          "that is all there is.")
UNIT = "prices are per million tokens, and a slip of the unit is the costliest one."
BASELINE = "without a cache no call would write: what is compared with is the prefix as plain input."

USD = (
    Slip("unit", lambda m: m.saved * MILLION, "a million times too much", UNIT, "what you divide by."),
    Slip("unit", lambda m: m.saved / MILLION, "a millionth of it", UNIT, "what you divide by."),
    Slip("unit", lambda m: m.saved * 100, "a hundred times too much, as if in cents", UNIT, "what you divide by."),
    Slip("never-loses", lambda m: max(m.saved, 0.0), "never less than nothing", "a cache that is hardly ever read "
         "costs more than none, and this number is the only place where one would see it.", "`max(0, ...)`, or `abs`."),
    Slip("never-loses", lambda m: abs(m.saved), "a loss as a saving", "a cache that is hardly ever read costs more "
         "than none, and this number is the only place where one would see it.", "`max(0, ...)`, or `abs`."),
    Slip("sign", lambda m: m.paid - m.plain, "the other way round", "whoever reads it would switch a good cache off.",
         "your minus."),
    Slip("a-bill", lambda m: m.paid, "the bill itself, with a cache", "what was saved is the difference of two bills."),
    Slip("a-bill", lambda m: m.plain, "the other bill, without a cache", "what was saved is the difference of both."),
    *(Slip("rest-saved", reckon, "as if questions and answers cost nothing with a cache", "they are on both bills, and "
           "cost the same on both.", "what is on the bill with a cache.") for reckon in (
        lambda m: m.plain - m.paid + m.rest, lambda m: m.plain - m.tokens * m.hits * m.rate("cache_read"))),
    *(Slip("whole-bill", reckon, "the discount of a read, taken off the whole bill", WHOLE, "what your discount is "
           "taken off.") for reckon in (lambda m: 0.9 * m.plain, lambda m: 0.9 * m.plain * m.hits,
                                  lambda m: _read_off(m) * m.plain, lambda m: _read_off(m) * m.plain * m.hits)),
    *(Slip("output-discounted", lambda m, off=off: m.saved + m.hits * off(m) * _answers(m), "the answers have a "
           "discount, too", "a cache saves work on the prompt; an answer is written anew, token by token.", "what your "
           "discount is taken off.") for off in (_read_off, lambda m: 0.9)),
    Slip("question-cached", lambda m: m.saved * (m.prefix + m.question) / max(m.prefix, 1), "the question as if it "
         "were cached, too", "the question stands behind the last breakpoint: it is new each time, and plain input.",
         "what you multiply with `hit_share`."),
    Slip("baseline", lambda m: _hits_save(m, m.rate("cache_write_5m") - m.rate("cache_read")), "compared with calls "
         "that all write", BASELINE, "the bill that you begin with: it knows no cache at all."),
    Slip("misses-at-input", lambda m: _hits_save(m, m.rate("input") - m.rate("cache_read")), "calls that find nothing "
         "as if they paid plain input", WRITES, "what a call costs that does not read."),
    Slip("misses-free", lambda m: m.tokens * (m.rate("input") - m.hits * m.rate("cache_read")), "calls that find "
         "nothing as if they were free", WRITES, "what a call costs that does not read."),
    Slip("all-read", lambda m: m.tokens * (m.rate("input") - m.rate("cache_read")), "as if every call read", "a call "
         "that comes too late writes, and pays more than without a cache.", "where `hit_share` is used."),
    Slip("one-write", lambda m: m.tokens * (m.rate("input") - m.rate("cache_read")) - (m.rate("cache_write_5m")
         - m.rate("cache_read")) * m.prefix / MILLION, "as if the first call wrote and all others read", "an entry "
         "lives five minutes: each call that comes too late writes again, and `hit_share` says how many.",
         "where `hit_share` is used."),
    Slip("one-write", lambda m: m.tokens * (m.rate("input") - m.rate("cache_read")) - m.days * m.prefix
         * (m.rate("cache_write_5m") - m.rate("cache_read")) / MILLION, "as if one call a day wrote, all others read",
         "an entry lives five minutes: each call that comes too late writes again, and `hit_share` says how many.",
         "where `hit_share` is used."),
    Slip("shares-swapped", lambda m: _with_hits(m, 1 - m.hits), "hits and misses the other way round", "`hit_share` of "
         "the calls read, the rest writes.", "which share meets which price."),
    *(Slip("whole-hits", lambda m, whole=whole: _with_hits(m, whole(m)), "with the hits made a whole number", "a share "
           "is a mean over many days: half a call a day is fifteen a month. Round when you show an amount.", "`int`, "
           "`round` and `//` on calls.") for whole in (
        lambda m: int(m.calls_per_day * m.hits) / max(m.calls_per_day, 1),
        lambda m: math.ceil(m.calls_per_day * m.hits) / max(m.calls_per_day, 1),
        lambda m: int(m.calls * m.hits) / max(m.calls, 1), lambda m: math.ceil(m.calls * m.hits) / max(m.calls, 1))),
    Slip("hour-price", lambda m: m.tokens * (m.rate("input") - m.hits * m.rate("cache_read") - (1 - m.hits)
         * m.rate("cache_write_1h")), "writes at the price of an hour", "Acme writes for five minutes, at less.",
         "which of the two write prices you took."),
    *(Slip("by-heart", reckon, words, "that is not so everywhere: some of today's models read at a twentieth, or less. "
           "`price` says what each costs.", "the factors in your code.") for words, reckon in (
        ("reads at a tenth of the input price, writes at 1.25 times", lambda m: m.tokens * m.rate("input")
         * (1 - 0.1 * m.hits - 1.25 * (1 - m.hits))),
        ("reads at a tenth of the input price", lambda m: m.tokens * (m.rate("input") * (1 - 0.1 * m.hits)
         - m.rate("cache_write_5m") * (1 - m.hits))),
        ("writes at 1.25 times the input price", lambda m: m.tokens * (m.rate("input") * (1 - 1.25 * (1 - m.hits))
         - m.rate("cache_read") * m.hits)))),
    Slip("thirty-days", lambda m: m.saved / m.days * 30 if m.days else 0.0, "for 30 days", "months differ, and the "
         "caller says how many days it asks about.", "where `days` is used."),
    Slip("one-day", lambda m: m.saved / m.days if m.days else 0.0, "for a day", "the caller asks about all `days`.",
         "where `days` is used."),
    Slip("one-day", lambda m: m.saved / m.calls_per_day if m.calls_per_day else 0.0, "for one call a day",
         "the caller asks about all calls of all days.", "where `calls_per_day` is used."),
    Slip("one-call", lambda m: m.saved / m.calls if m.calls else 0.0, "for a call", "the caller asks about all calls "
         "of all days.", "where `days` and `calls_per_day` are used."),
)
LINE = ("a discount on one line is not a discount on the bill: whoever promises the share of the prefix will be asked "
        "why the invoice did not shrink by as much.")
SHARES = (
    Slip("percent", lambda m: m.share * 100, "as per cent", "the caller compares it with shares from 0 to 1.",
         "a factor of 100."),
    Slip("share-of-prefix", lambda m: m.saved / (m.plain - m.rest) if m.plain - m.rest else 0.0, "of what the prefix "
         "alone costs", LINE, "what you divide by: questions and answers are on the bill, too."),
    Slip("share-of-prefix", lambda m: m.saved / (m.plain - _answers(m)) if m.plain - _answers(m) else 0.0, "of what "
         "the prompts cost, without the answers", LINE, "what you divide by: answers are on the bill, too."),
    Slip("share-of-prefix", lambda m: m.saved / (m.plain - _questions(m)) if m.plain - _questions(m) else 0.0, "of a "
         "bill without the questions", LINE, "what you divide by: questions are on the bill, too."),
    Slip("share-of-paid", lambda m: m.saved / m.paid if m.paid else 0.0, "of the bill with a cache",
         "\"saved a third\" means a third of what it would have been.", "which of the two bills you divide by."),
    Slip("share-left", lambda m: m.paid / m.plain if m.plain else 0.0, "what is left to pay", "what is left is 1 minus "
         "it.", "what you divide."),
    Slip("share-left", lambda m: m.plain / m.paid if m.paid else 0.0, "how many times as much it would have been",
         "a share is a part of the bill without a cache.", "what you divide by what."),
    Slip("share-never-loses", lambda m: max(m.share, 0.0), "never less than nothing", "a loss has a share, too: it "
         "says how much dearer the cache has made the bill.", "`max(0, ...)`, or `abs`."),
    Slip("share-never-loses", lambda m: abs(m.share), "a loss as a saving", "a loss has a share, too: it says how much "
         "dearer the cache has made the bill.", "`max(0, ...)`, or `abs`."),
    *(Slip("share-rounded", lambda m, digits=digits: round(m.share, digits), "rounded", "round when you show it.")
      for digits in range(5)),
)
