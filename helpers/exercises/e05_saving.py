"""05-5: `my_saving(price, *, days, calls_per_day, hit_share, prefix, question, answer)`.

Two numbers from one comparison: what a month costs with a cache, beside the same month without one. The wrong ways to
compare them are in `e05_saving_slips`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from helpers.classroom.attempt import Attempt, Spoiled, a, shown
from helpers.classroom.exercise import Exercise
from helpers.classroom.report import Problem
from helpers.economics import Price
from helpers.exercises.e05_saving_slips import SHARES, USD, Month, Slip
from helpers.exercises.numbers import as_number, close, dollars, mixed_with_float

PRICE = Price(input=Decimal(2), cache_write_5m=Decimal("2.5"), cache_write_1h=Decimal(4), cache_read=Decimal("0.2"),
              output=Decimal(10))
OTHER = Price(input=Decimal(4), cache_write_5m=Decimal(6), cache_write_1h=Decimal(9), cache_read=Decimal("0.1"),
              output=Decimal(12))
"""Round prices of our own."""


def my_saving(price, *, days, calls_per_day, hit_share, prefix, question, answer):
    """One good solution."""
    calls = days * calls_per_day
    plain = calls * ((prefix + question) * price.input + answer * price.output)
    a_prefix = hit_share * price.cache_read + (1 - hit_share) * price.cache_write_5m    # a token, on average
    paid = calls * (prefix * a_prefix + question * price.input + answer * price.output)
    return {"usd": (plain - paid) / 1_000_000, "share": (plain - paid) / plain if plain else 0}


@dataclass(frozen=True, slots=True)
class Saves:
    """A check: one month."""

    month: Month
    why: str = ""

    @property
    def sent(self) -> str:
        m = self.month
        prices = ", ".join(f"{dollars(m.rate(name))} {word}" for name, word in (
            ("input", "in"), ("cache_write_5m", "written"), ("cache_read", "read"), ("output", "out")))
        return (f"{m.days} day{'s' * (m.days != 1)} of {m.calls_per_day:,} calls, of which {m.hit_share:.0%} read; "
                f"{m.prefix:,} tokens of prefix, {m.question:,} of question, {m.answer:,} of answer; {prices} per "
                "million").replace("%", " %")

    @property
    def should(self) -> str:
        return f"return `{{\"usd\": {self.month.saved:.8g}, \"share\": {self.month.share:.4g}}}`, unrounded"

    def __call__(self, attempt: Attempt) -> Problem | None:
        ran = attempt.run(self.month.price, sent=self.sent, **self.month.sizes)
        if ran.error is not None:
            raised = attempt.raised(ran, self.sent, self.should)
            if isinstance(ran.error, ArithmeticError) and not self.month.plain:
                return Problem(code="no-bill", sent=self.sent, did=raised.did, should=self.should, because="a new shop "
                               "has such a month, and its report should not fail.", look="what you divide by.")
            raise Spoiled(mixed_with_float(ran.error, raised, self.should) or raised)
        got = self._dict(ran.value)
        usd, share = (as_number(got[key], f"{self.sent}; under \"{key}\"", self.should) for key in ("usd", "share"))
        if not close(usd, self.month.saved):
            return self._wrong(usd, USD, f"returned {dollars(usd)} under \"usd\"", "usd")
        if not close(share, self.month.share):
            return self._wrong(share, SHARES, f"returned {share:.6g} under \"share\"", "share")
        return None

    def _dict(self, value: Any) -> Mapping[str, Any]:
        value = value.to_dict() if hasattr(value, "to_dict") else value
        if isinstance(value, Mapping) and {"usd", "share"} <= set(value):
            return value
        raise Spoiled(Problem(code="no-dict", sent=self.sent, did=f"returned {a(type(value).__name__)}: {shown(value)}",
                              should=self.should, because="the report reads both numbers by their names."))

    def _wrong(self, got: float, slips: tuple[Slip, ...], said: str, key: str) -> Problem:
        for slip in slips:
            if close(got, slip.reckon(self.month)):
                return Problem(code=slip.code, sent=self.sent, did=f"{said}: {slip.did}", should=self.should,
                               because=slip.because, look=slip.look)
        if key == "usd":
            right = self.month.saved
            if any(close(got, round(right, digits)) for digits in range(4)):
                return Problem(code="rounded", sent=self.sent, did=f"{said}: rounded", should=self.should,
                               because="small shops save cents a day. Round when you show an amount.")
            return Problem(code="usd", sent=self.sent, did=said, should=self.should, because="only the prefix has "
                           "another price: the read price where a call reads, the write price where it does not; "
                           "question and answer cost the same on both sides.", look="both bills, one beside the other.")
        return Problem(code="share", sent=self.sent, did=said, should=self.should, because="it is what was saved, of "
                       "all that the same calls cost without a cache.", look="what you divide by.")


CASES = (
    Saves(Month(31, 2_000, Decimal("0.9"), 50_000, 200, 500, PRICE)),
    Saves(Month(31, 40, Decimal("0.1"), 50_000, 200, 500, PRICE)),
    Saves(Month(7, 300, Decimal("0.75"), 20_000, 1_000, 2_000, OTHER)),
    Saves(Month(31, 45, Decimal("0.7"), 50_000, 200, 500, PRICE)),
    Saves(Month(28, 500, Decimal(1), 8_000, 0, 0, PRICE)),
    Saves(Month(30, 500, Decimal(0), 8_000, 100, 300, OTHER)),
    Saves(Month(1, 10, Decimal("0.5"), 1_000, 10, 10, PRICE)),
    Saves(Month(30, 0, Decimal("0.9"), 50_000, 200, 500, PRICE)),
)

SAVE_A_MONTH = Exercise(
    id="05-5", name="my_saving",
    call="my_saving(price, days=..., calls_per_day=..., hit_share=..., prefix=..., question=..., answer=...)",
    solution=my_saving, checks=CASES,
    praise="The saving is on the prefix alone, less what the writes cost; below the share of reads that pays for them "
           "it is a loss. Say the share of the whole bill when you report it: \"90 %\" is off one line of it.",
    hints=("Which of the three texts of a call has another price with a cache than without one?",
           "Two bills for the same calls. Without a cache: prefix and question as input, the answer as output. With "
           "one: the prefix at the read price for `hit_share` of the calls and at the price of a 5-minute write for "
           "the others, all else as before. The difference is `usd`, and of the first bill it is `share`.",
           "`a_prefix = hit_share * price.cache_read + (1 - hit_share) * price.cache_write_5m`; then `usd` is `days * "
           "calls_per_day * prefix * (price.input - a_prefix) / 1_000_000`, and `share` is `usd` over the bill without "
           "a cache, or 0 where that is 0."),
)
