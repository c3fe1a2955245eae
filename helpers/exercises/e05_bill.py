"""05-1: `my_bill(usages, price)`: several calls, priced from the fields of the SDK's own `usage`.

Most cases hold one kind of token alone, so that a wrong amount says which product was wrong (`e05_bill_slips`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from helpers.classroom.attempt import Attempt, Spoiled
from helpers.classroom.exercise import Exercise
from helpers.classroom.report import Problem
from helpers.economics import Price
from helpers.exercises.e05_bill_slips import ROUNDED, SLIPS, Counts, Slip, is_rounded, priced
from helpers.exercises.numbers import as_number, close, dollars, mixed_with_float, number_in

PRICE = Price(input=Decimal(2), cache_write_5m=Decimal("2.5"), cache_write_1h=Decimal(4), cache_read=Decimal("0.2"),
              output=Decimal(10))
OTHER = Price(input=Decimal(4), cache_write_5m=Decimal(6), cache_write_1h=Decimal(9), cache_read=Decimal("0.1"),
              output=Decimal(12))
"""Round prices of our own: a check shall not depend on a price list."""
NAMES = ("the names: a usage has `input_tokens`, `cache_read_input_tokens`, `output_tokens` and `cache_creation`, "
         "which has `ephemeral_5m_input_tokens` and `ephemeral_1h_input_tokens`; all are read with a dot.")
MILLION = 1_000_000


def my_bill(usages, price):
    """One good solution."""
    millionths = 0
    for usage in usages:
        millionths += (usage.input_tokens * price.input
                       + usage.cache_creation.ephemeral_5m_input_tokens * price.cache_write_5m
                       + usage.cache_creation.ephemeral_1h_input_tokens * price.cache_write_1h
                       + usage.cache_read_input_tokens * price.cache_read
                       + usage.output_tokens * price.output)
    return millionths / 1_000_000


def usage(counts: Counts) -> Any:
    """The SDK's Usage, as `reply.usage` holds it."""
    from anthropic.types import CacheCreation, OutputTokensDetails, Usage

    split = CacheCreation(ephemeral_5m_input_tokens=counts.write_5m, ephemeral_1h_input_tokens=counts.write_1h)
    return Usage(input_tokens=counts.input, cache_creation=split, output_tokens=counts.output,
                 cache_creation_input_tokens=counts.write_5m + counts.write_1h, cache_read_input_tokens=counts.read,
                 output_tokens_details=OutputTokensDetails(thinking_tokens=counts.thinking))


@dataclass(frozen=True, slots=True)
class Bills:
    """A check: some calls, and what they cost together."""

    sent: str
    calls: tuple[Counts, ...]
    because: str = "each count meets its own price once; the calls are added up, and the sum is divided once."
    price: Price = PRICE

    @property
    def usd(self) -> float:
        return float(priced(self.calls, self.price))

    @property
    def should(self) -> str:
        return f"return {dollars(self.usd)}"

    def __call__(self, attempt: Attempt) -> Problem | None:
        got = self._usd(attempt)
        if close(got, self.usd):
            return None
        again = self._usd(attempt)
        if not close(got, again):
            return Problem(code="keeps-state", sent=f"{self.sent}; twice", did=f"returned {dollars(got)}, then "
                           f"{dollars(again)}", should=f"{self.should} both times", because="this morning's bill would "
                           "be in the afternoon's, too.", look="a total that is not made anew in each call.")
        slip = self._slip(attempt, got)
        if slip is None:
            return Problem(code="amount", sent=self.sent, did=f"returned {dollars(got)}", should=self.should,
                           because=self.because, look="the product for the tokens that we sent.")
        return Problem(code=slip.code, sent=self.sent, did=f"returned {dollars(got)}: {slip.did}", should=self.should,
                       because=slip.because, look=slip.look)

    def _usd(self, attempt: Attempt) -> float:
        should = f"return a number of dollars: {dollars(self.usd)}"
        ran = attempt.run(list(map(usage, self.calls)), self.price, sent=self.sent)
        if ran.error is not None:
            raised = attempt.raised(ran, self.sent, should)
            if isinstance(ran.error, (AttributeError, KeyError)) or "subscriptable" in str(ran.error):
                raised = replace(raised, look=NAMES)
            raise Spoiled(mixed_with_float(ran.error, raised, should) or raised)
        return as_number(ran.value, self.sent, should)

    def _slip(self, attempt: Attempt, got: float) -> Slip | None:
        """The slip that gives this amount; of several, the one that also gives what the answer says elsewhere."""
        fit = [slip for slip in SLIPS if close(got, float(slip.reckon(self.calls, self.price)))]
        if is_rounded(got, self.calls, self.price):
            fit.append(ROUNDED)
        return max(fit, key=lambda slip: sum(_says(attempt, case, slip) for case in CASES), default=None)


def _says(attempt: Attempt, case: Bills, slip: Slip) -> bool:
    ran = attempt.run(list(map(usage, case.calls)), case.price, sent=case.sent)
    number = None if ran.error else number_in(ran.value)
    if number is None:
        return False
    if slip is ROUNDED:
        return close(number, case.usd) or is_rounded(number, case.calls, case.price)
    return close(number, float(slip.reckon(case.calls, case.price)))


SHOP = (Counts(input=20, write_5m=50_000, output=400), *(Counts(input=20, read=50_000, output=400),) * 9)
LATER = (*SHOP[:5], Counts(input=20, write_1h=10_000, read=50_000, output=400), *SHOP[6:])
PRICES = "$2 in, $2.50 written for 5 minutes, $4 for an hour, $0.20 read, $10 out per million"
CASES = (
    Bills("one call with 1,000,000 `input_tokens` at $2 per million, nothing cached", (Counts(input=MILLION),)),
    Bills("a first call that writes 1,000,000 tokens for five minutes, at $2.50 per million, nothing else",
          (Counts(write_5m=MILLION),)),
    Bills("one call that writes 1,000,000 tokens for an hour, at $4 per million, nothing else",
          (Counts(write_1h=MILLION),)),
    Bills("one call that writes 2,000,000 tokens for five minutes, at $2.50, and 1,000,000 for an hour, at $4: "
          "`cache_creation_input_tokens` is 3,000,000", (Counts(write_5m=2 * MILLION, write_1h=MILLION),)),
    Bills("one call that reads 10,000,000 tokens at $0.20 per million, nothing else (`input_tokens` is 0)",
          (Counts(read=10 * MILLION),)),
    Bills("one call with 3,000,000 `input_tokens` at $2 that also reads 1,000,000 at $0.20",
          (Counts(input=3 * MILLION, read=MILLION),)),
    Bills("one call that reads 10,000,000 tokens at $0.20 and answers with 1,000,000 at $10",
          (Counts(read=10 * MILLION, output=MILLION),)),
    Bills("one call that reads 1 token at $0.20 per million", (Counts(read=1),)),
    Bills(f"ten calls: the first writes 50,000 tokens for five minutes, nine read them; each has 20 `input_tokens` and "
          f"400 `output_tokens` ({PRICES})", SHOP),
    Bills("two calls, each with 1,000 `input_tokens` and 500 `output_tokens`, 200 of them thinking, at $2 and $10",
          (Counts(input=1_000, output=500, thinking=200),) * 2),
    Bills("the ten calls again, but the sixth also writes 10,000 tokens for an hour", LATER),
    Bills("the same, at another model's prices: $4 in, $6 and $9 written, $0.10 read, $12 out", LATER, price=OTHER),
    Bills("no call at all", (), because="a morning without calls is free, and comes up in every report."),
)

BILL = Exercise(
    id="05-1", name="my_bill", call="my_bill(usages, price)", solution=my_bill, checks=CASES,
    praise="The first call costs more than without a cache, the nine after it far less, and output costs what it "
           "always does: the discount is on what was read, not on the bill.",
    hints=("Of one reply's tokens, which counts lie inside another one, and which stand beside each other?",
           "`input_tokens` is only what stands behind the last breakpoint. What was written is in `cache_creation`, by "
           "lifetime, and each lifetime has its price; `cache_creation_input_tokens` is the sum of the two. Five "
           "products for each call.",
           "In a loop over `usages`: add `usage.input_tokens * price.input`, "
           "`usage.cache_creation.ephemeral_5m_input_tokens * price.cache_write_5m`, the same for `1h`, "
           "`usage.cache_read_input_tokens * price.cache_read` and `usage.output_tokens * price.output`. Divide at the "
           "end by `1_000_000`."),
)
