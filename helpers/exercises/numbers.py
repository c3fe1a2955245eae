"""Reading the number in a learner's answer, whatever kind of number it is, and writing one for a message."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from math import isclose, isfinite
from typing import Any

from helpers.classroom.attempt import Spoiled, a, shown
from helpers.classroom.report import Problem


def as_number(value: Any, sent: str, should: str) -> float:
    """*value* as a float: a number of any kind, or a Cost; anything else ends the check with the problem "no-number".

    *should*: what was expected, for the message ("return $2").
    """
    number = number_in(value)
    if number is not None:
        return number
    raise Spoiled(Problem(code="no-number", sent=sent, did=f"returned {a(type(value).__name__)}: {shown(value)}",
                          should=should, because="the next line adds it up, compares it or books it."))


def number_in(value: Any) -> float | None:
    """*value* as a float: a finite number of any kind, or a Cost; None where it is neither."""
    value = getattr(value, "usd", value)
    if isinstance(value, (str, bytes, bool, complex)):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if isfinite(number) else None


def mixed_with_float(error: BaseException | None, raised: Problem, should: str) -> Problem | None:
    """The problem of an answer that added a float to a Decimal, or divided one by the other.

    *raised*: what would be said of any error.
    """
    if not (isinstance(error, TypeError) and "'float'" in str(error) and "Decimal'" in str(error)):
        return None
    return replace(raised, code="float-and-decimal", should=should,
                   because="dollars are `Decimal` here, so that cents add up exactly, and Python won't mix the two.",
                   look="the float in that line: `1e6` is one (`1_000_000` is not), `0.0` is, and what `/ 2` makes of "
                        "a whole number (`// 2` does not).")


def close(got: float, expected: float) -> bool:
    """Whether an amount is right: to six digits, or to a billionth of a dollar."""
    return isclose(got, expected, rel_tol=1e-6, abs_tol=1e-9)


def dollars(amount: float) -> str:
    """An amount for a message: $1,234.50, $0.000123, -$2."""
    digits = f"{Decimal(repr(abs(amount))):.9f}" if abs(amount) < 1 else f"{abs(amount):,.4f}"
    whole, _, part = digits.partition(".")
    part = part.rstrip("0")
    return f"{'-' * (amount < 0)}${whole}{f'.{part:0<2}' if part else ''}"
