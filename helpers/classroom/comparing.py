"""Numbers that a learner guesses: read from what was typed, shown with their unit, and compared in words.

    read_number("$1,100", "$")                             # Decimal("1100")
    shown(Decimal("1100"), "tokens")                       # "1,100 tokens"
    difference(Decimal("0.35"), Decimal("1.19"), "$")      # "3.4 times as much"
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from helpers.economics.money import usd_text

CENT = Decimal("0.01")
HUGE = Decimal(10) ** 15
"""From here on a number is shown as a power of ten."""
CLOSE, FAR = Decimal("1.5"), 1_000_000
"""Below the first a difference is told in percent; from the second on, "more than a million times"."""
COUNTED = ("", "twice", "three times", "four times", "five times", "six times", "seven times", "eight times",
           "nine times", "ten times")
EXAMPLES = {"$": "2.50", "%": "30", "s": "1.5"}


def read_number(value: Any, unit: str = "") -> Decimal:
    """*value* as a Decimal: a number of any kind, something with `.usd`, or text as people type it.

    ValueError says what was expected where it is none.
    """
    value = getattr(value, "usd", value)                        # a Cost
    if type(value).__module__ == "numpy" and value.shape == ():
        value = value.item()
    text = _as_typed(value, unit) if isinstance(value, str) else str(value)
    number = isinstance(value, str | int | float | Decimal) and not isinstance(value, bool)
    if number and re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", text):
        return Decimal(text)
    raise ValueError(f"{value!r} is no number that can be compared. Expected {expected(unit)}, "
                     f"such as {example(unit)}{_comma(value)}.")


def expected(unit: str) -> str:
    """What is asked for, in words: "a number in $"."""
    return f"a number in {unit}" if unit else "a number"


def example(unit: str) -> str:
    """A number to show the form."""
    return EXAMPLES.get(unit, "12")


def shown(value: Decimal, unit: str = "") -> str:
    """The number with its unit, rounded to what can be read: "$1.19", "-$0.35", "1,100 tokens", "30 %"."""
    sign, size = ("-" if value < 0 else ""), abs(value)
    if unit == "$":
        return f"{sign}${size:.3g}" if size >= HUGE else sign + usd_text(size)
    number = sign + _plain(size)
    return f"{number} {unit[:-1] if size == 1 and unit.endswith('s') and len(unit) > 2 else unit}".strip()


def difference(guess: Decimal, result: Decimal, unit: str = "") -> str:
    """How *result* differs from *guess*, in words that stand after both."""
    if shown(guess, unit) == shown(result, unit):
        return "as you said"
    if unit == "%":
        return f"{_plain(abs(result - guess))} points {_more(guess, result)}"
    if guess <= 0 or result <= 0:
        return f"{shown(abs(result - guess), unit)} {_more(guess, result)}"
    ratio = max(guess, result) / min(guess, result)
    if ratio < CLOSE:
        percent = f"{abs(result - guess) / guess * 100:.0f}"
        return f"{percent} % {_more(guess, result)}" if percent != "0" else f"a little {_more(guess, result)}"
    much = {"$": "much", "s": "long"}.get(unit, "many")
    if result > guess:
        return f"{_times(ratio)} as {much}"
    return f"your guess is {_times(ratio)} as {much}"


def _as_typed(text: str, unit: str) -> str:
    """The digits in what somebody typed: without the unit, spaces, and the commas between thousands."""
    text = text.strip().replace("−", "-")
    if unit:
        text = re.sub(rf"^([+-]?)\s*{re.escape(unit)}|\s*{re.escape(unit)}$", r"\1", text, flags=re.IGNORECASE)
    text = re.sub(r"\s|_", "", text)
    return text.replace(",", "") if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", text) else text


def _comma(value: object) -> str:
    """A word about decimal commas to who typed one."""
    return " (a point before the decimals, please)" if isinstance(value, str) and re.search(r"\d,\d", value) else ""


def _plain(size: Decimal) -> str:
    """1,100 or 1.25 or 0.00412: two decimals from 1 on, three digits that count below."""
    if size >= HUGE:
        return f"{size:.3g}"
    if size == 0 or size >= 1:
        text = f"{size.quantize(CENT, ROUND_HALF_UP):,f}"
    else:
        text = f"{size.quantize(Decimal(1).scaleb(size.adjusted() - 2), ROUND_HALF_UP):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _more(guess: Decimal, result: Decimal) -> str:
    return "more" if result > guess else "less"


def _times(ratio: Decimal) -> str:
    if ratio >= FAR:
        return "more than a million times"
    if ratio == ratio.to_integral_value() and ratio <= len(COUNTED):
        return COUNTED[int(ratio) - 1]
    digits = Decimal(1) if ratio >= Decimal("9.95") else Decimal("0.1")
    return f"{ratio.quantize(digits, ROUND_HALF_UP):,f} times".replace(".0 times", " times")
