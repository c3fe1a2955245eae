"""Reads the numbers out of a spoken sentence: "eighteen hundred tokens", "two and a half", "a quarter more"."""

from __future__ import annotations

import re
from itertools import pairwise

_SMALL = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
          "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
UNITS = {word: number for number, word in enumerate(_SMALL)}
TENS = {word: 10 * number for number, word in enumerate(_TENS, start=2)}
SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000}
IDIOMS = {"a quarter": (0.25,), "a tenth": (0.1,), "a twentieth": (0.05,), "a third": (1 / 3,), "a fifth": (0.2,),
          "four fifths": (0.8,), "three quarters": (0.75,), "six tenths": (0.6,), "half a cent": (0.5,),
          "half an hour": (30,), "nearly half": (50,), "a third or more": (0.375,), "a day": (24,), "twice": (2,),
          "double": (2,), "doubles": (2,), "second call": (2,), "second one": (2,), "third call": (3,),
          "the third": (3,), "none": (0,), "a dollar and one cent": (101,), "a dollar sixty-seven": (167,),
          "a million": (1_000_000,), "a thousand": (1_000,), "five-minute": (5,)}
"""Words for a number that no grammar of numerals covers, and what they may mean."""


def spoken(text: str) -> set[float]:
    """The numbers that *text* names, in digits, in words or by an idiom."""
    text = text.lower()
    found = {float(digits.replace(",", "")) for digits in re.findall(r"\d[\d,]*(?:\.\d+)?", text)}
    for idiom, values in IDIOMS.items():
        if re.search(rf"\b{idiom}\b", text):
            found |= set(values)
    for said in re.findall(r"[a-z]+(?:[ -][a-z]+)*", text):
        found |= _numerals(re.split("[ -]", said))
    return found


def _numerals(words: list[str]) -> set[float]:
    """Every run of number words as one number: "a hundred and forty", "eighteen hundred", "two and a half"."""
    found, total, current, open_ = set(), 0.0, 0.0, False
    for word, after in pairwise([*words, "", ""]):
        if word in UNITS or word in TENS:
            number = UNITS.get(word, TENS.get(word, 0))
            if open_ and current % 100 and not (20 <= current % 100 and current % 10 == 0 and number < 10):
                found.add(total + current)            # "two, four": two numbers, not one
                total = current = 0.0
            current, open_ = current + number, True
        elif word in SCALES:
            current, open_ = (current or 1) * SCALES[word], True
            if SCALES[word] >= 1_000:
                found.add(current / SCALES[word])         # "twenty million": its unit may be the million
                total, current = total + current, 0.0
        elif open_ and word == "half":
            current += 0.5
        elif not (open_ and word in ("and", "a") and (after in UNITS or after in TENS or after in ("a", "half"))):
            if open_:
                found.add(total + current)
            total, current, open_ = 0.0, 0.0, False
    return found | ({total + current} if open_ else set())
