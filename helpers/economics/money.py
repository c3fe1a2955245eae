"""US dollars as Decimal, read without loss and shown with as many digits as mean something.

    usd_text(Decimal("0.023145"))     # "$0.0231"
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

CENT = Decimal("0.01")
DIGITS_UNDER_A_DOLLAR = 3


def to_decimal(value: Decimal | int | float | str, what: str) -> Decimal:
    """*value* as a finite Decimal of 0 or more; ValueError naming *what* otherwise.

    A float is read as it prints: 0.1 becomes exactly 0.1, not 0.1000000000000000055.
    """
    if type(value) is Decimal and value.is_finite() and value >= 0:   # almost always, and asked five times a cost
        return value
    if isinstance(value, bool) or not isinstance(value, Decimal | int | float | str):
        raise ValueError(f"{what} must be a number of 0 or more; got {value!r}.")
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if not (number.is_finite() and number >= 0):
        raise ValueError(f"{what} must be a number of 0 or more; got {value!r}.")
    return number


def usd_text(amount: Decimal) -> str:
    """Cents from a dollar on ("$1,830.00"), else three digits that count ("$0.0231", "$0.000031")."""
    if amount >= 1 or amount == 0:
        return f"${amount.quantize(CENT, ROUND_HALF_UP):,}"
    step = Decimal(1).scaleb(amount.adjusted() - DIGITS_UNDER_A_DOLLAR + 1)
    rounded = amount.quantize(step, ROUND_HALF_UP).normalize()
    return f"${max(rounded, rounded.quantize(CENT), key=lambda shown: -shown.as_tuple().exponent):f}"


def usd_markdown(amount: Decimal) -> str:
    r"""As `usd_text`, with the dollar sign escaped: Jupyter takes a pair of them for LaTeX."""
    return usd_text(amount).replace("$", r"\$")
