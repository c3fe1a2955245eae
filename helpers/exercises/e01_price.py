"""E1 of lesson 01: `my_cost(usage, price)`.

Most checks send one kind of token alone, so that a wrong amount says by itself which product was wrong.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from helpers.classroom.attempt import Attempt, Spoiled
from helpers.classroom.exercise import Exercise
from helpers.classroom.report import Problem
from helpers.economics import Price, Usage
from helpers.exercises.numbers import as_number, close, dollars, mixed_with_float

PRICE = Price(input=Decimal(2), cache_write_5m=Decimal("2.5"), cache_write_1h=Decimal(4), cache_read=Decimal("0.1"),
              output=Decimal(10))
"""Round prices of our own: a check shall not depend on a price list."""


NAMES = ("the names: `usage` and `price` both have `input`, `cache_write_5m`, `cache_write_1h`, `cache_read` and "
         "`output`, read with a dot.")


def my_cost(usage, price):
    """One good solution."""
    millionths = (usage.input * price.input + usage.cache_write_5m * price.cache_write_5m
                  + usage.cache_write_1h * price.cache_write_1h + usage.cache_read * price.cache_read
                  + usage.output * price.output)
    return millionths / 1_000_000


def input_alone(attempt: Attempt) -> Problem | None:
    """The unit, and which price meets which count."""
    sent = "1,000,000 `input` tokens at $2 per million, nothing else"
    got = _price(attempt, Usage(input=1_000_000), sent, 2)
    if close(got, 2):
        return None
    for wrong, words in ((2e6, "a million times too much"), (2_000, "a thousand times too much"),
                         (2e-3, "a thousandth of it"), (2e-6, "a millionth of it")):
        if close(got, wrong):
            return Problem(code="unit", sent=sent, did=f"returned {dollars(got)}: {words}", should="return $2",
                           because="prices are per million tokens, and a slip of the unit is the costliest one.",
                           look="what you divide by.")
    if close(got, 10):
        return Problem(code="swapped", sent=sent, did="returned $10: input at the output price", should="return $2",
                       because="the two differ by a factor of five.", look="which price meets which count.")
    return _off(got, sent, 2)


def output_alone(attempt: Attempt) -> Problem | None:
    """Output has its own price."""
    sent = "1,000,000 `output` tokens at $10 per million, nothing else"
    got = _price(attempt, Usage(output=1_000_000), sent, 10)
    if close(got, 10):
        return None
    if close(got, 2):
        return Problem(code="output-at-input-price", sent=sent, did="returned $2: output at the input price",
                       should="return $10", because="output costs about five times as much; a long answer, and all "
                                                    "thinking, would be booked far too low.")
    if close(got, 0):
        return _left_out("output", sent, "$10", "the answer is often the dearer half of a bill.")
    return _off(got, sent, 10)


def cache_read_alone(attempt: Attempt) -> Problem | None:
    """What comes from the cache is billed at the cache-read price, and is not in `input`."""
    sent = "100,000,000 `cache_read` tokens at $0.10 per million, nothing else (`input` is 0)"
    got = _price(attempt, Usage(cache_read=100_000_000), sent, 10)
    said = f"returned {dollars(got)}"
    if close(got, 10):
        return None
    if close(got, 200) or close(got, 210):
        return Problem(code="cache-read-price", sent=sent, did=f"{said}: cached tokens at the full input price",
                       should="return $10", because="a cached prompt would look twenty times as dear as it is, and "
                                                    "somebody would switch the cache off.")
    if got < 0 or close(got, 0) and _subtracts(attempt):
        return Problem(code="subtracted", sent=sent, did=f"{said}: the cached tokens were taken off `input`",
                       should="return $10", because="`input` does not contain them: the counts never overlap.",
                       look="where you subtract.")
    if close(got, 0):
        return _left_out("cache_read", sent, "$10", "on a long prompt, reads are most of the tokens.")
    return _off(got, sent, 10)


def cache_writes(attempt: Attempt) -> Problem | None:
    """Each lifetime of a cache entry has its price."""
    sent = "2,000,000 `cache_write_5m` tokens at $2.50 and 4,000,000 `cache_write_1h` tokens at $4 per million"
    got = _price(attempt, Usage(cache_write_5m=2_000_000, cache_write_1h=4_000_000), sent, 21)
    said, right = f"returned {dollars(got)}", "return $21"
    if close(got, 21):
        return None
    if close(got, 0):
        return _left_out("cache writes", sent, "$21", "a write costs more than plain input; left out, a cache that "
                                                      "never hits looks free.")
    if close(got, 5) or close(got, 16):
        missing = "cache_write_1h" if close(got, 5) else "cache_write_5m"
        return Problem(code="one-write-only", sent=sent, did=f"{said}: `{missing}` is left out", should=right,
                       because="both lifetimes can be in use in one request.")
    if any(close(got, wrong) for wrong in (15, 24, 12, 20, 13)):
        return Problem(code="write-price", sent=sent, did=f"{said}: not each write at its own price", should=right,
                       because="an entry that lives an hour costs more to write than one of five minutes, and both "
                               "cost more than plain input.")
    return _off(got, sent, 21)


def all_together(attempt: Attempt) -> Problem | None:
    """A real bill: every kind at once, and thinking inside the output."""
    usage = Usage(input=50, cache_write_5m=2_000, cache_write_1h=300, cache_read=40_000, output=500, thinking=200)
    expected = float(my_cost(usage, PRICE))
    sent = "50 `input`, 2,000 `cache_write_5m`, 300 `cache_write_1h`, 40,000 `cache_read` and 500 `output` tokens " \
           "(200 of them `thinking`)"
    got = _price(attempt, usage, sent, expected)
    if close(got, expected):
        return None
    if close(got, expected + 200 * 10 / 1e6) or close(got, expected + 200 * 2 / 1e6):
        return Problem(code="thinking-twice", sent=sent, did=f"returned {dollars(got)}: thinking on top of the output",
                       should=f"return {dollars(expected)}", because="`thinking` says how much of the output was "
                       "thinking; it is inside `output` already.")
    return _off(got, sent, expected)


def one_token(attempt: Attempt) -> Problem | None:
    """Nothing is rounded away."""
    sent = "1 `input` token at $2 per million"
    got = _price(attempt, Usage(input=1), sent, 0.000002)
    if close(got, 0.000002):
        return None
    if close(got, 0) or close(got, 0.01):
        return Problem(code="rounded", sent=sent, did=f"returned {dollars(got)}", should="return $0.000002, unrounded",
                       because="a million such calls are two dollars. Round when you show an amount, never before "
                       "you add it up.")
    return _off(got, sent, 0.000002)


def nothing(attempt: Attempt) -> Problem | None:
    """No tokens, no dollars."""
    sent = "a usage without any tokens"
    got = _price(attempt, Usage(), sent, 0)
    if close(got, 0):
        return None
    return Problem(code="zero", sent=sent, did=f"returned {dollars(got)}", should="return 0",
                   because="a call that was refused before it ran is free.")


def _price(attempt: Attempt, usage: Usage, sent: str, expected: float) -> float:
    should = f"return a number of dollars: {dollars(expected)}"
    ran = attempt.run(usage, PRICE, sent=sent)
    if ran.error is not None:
        raised = attempt.raised(ran, sent, should)
        if isinstance(ran.error, (AttributeError, KeyError)) or "subscriptable" in str(ran.error):
            raised = replace(raised, look=NAMES)
        raise Spoiled(mixed_with_float(ran.error, raised, should) or raised)
    return as_number(ran.value, sent, should)


def _subtracts(attempt: Attempt) -> bool:
    """Whether cached tokens lower the price of the input that was sent with them."""
    got = attempt.run(Usage(input=1_000_000, cache_read=500_000), PRICE).value
    return isinstance(got, (int, float, Decimal)) and float(got) < 2 - 1e-9


def _left_out(what: str, sent: str, right: str, because: str) -> Problem:
    code = "no-" + what.replace("_", "-").replace(" ", "-")
    return Problem(code=code, sent=sent, did=f"returned $0: {what.replace('cache_read', '`cache_read`')} left out",
                   should=f"return {right}", because=because, look="whether your sum has all five products.")


def _off(got: float, sent: str, expected: float) -> Problem:
    return Problem(code="amount", sent=sent, did=f"returned {dollars(got)}", should=f"return {dollars(expected)}",
                   because="each of the five counts meets its own price once, and the sum is divided once.",
                   look="the product for the tokens that we sent.")


PRICE_A_REQUEST = Exercise(
    id="01-1", name="my_cost", call="my_cost(usage, price)", solution=my_cost,
    checks=(input_alone, output_alone, cache_read_alone, cache_writes, one_token, all_together, nothing),
    praise="Each token is billed once, at its own price. The SDK's `usage` has the same counts under other names; "
           "`usage_from` reads them.",
    hints=("How many products are there, and do any two counts share a token?",
           "Five counts, five prices of the same name: `usage.input` meets `price.input`, and so on. `thinking` is "
           "inside `output`. Divide the sum once, by how many tokens a price is for.",
           "`(usage.input * price.input + usage.cache_write_5m * price.cache_write_5m + ...) / 1_000_000`, with "
           "`cache_write_1h`, `cache_read` and `output` in place of the dots."),
)
