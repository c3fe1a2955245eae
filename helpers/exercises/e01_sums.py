"""What a learner's report (01-4) added up to, and in which order: names for each way to get it wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from helpers.classroom.attempt import shown
from helpers.exercises.numbers import close, number_in


class Spent(NamedTuple):
    """One request in the ledger: `entry.feature`, `entry.usd`, or unpacked: `feature, usd = entry`."""

    feature: str | None
    """None where nobody has labelled the request."""
    usd: Decimal


class Slip(NamedTuple):
    """One wrong way to add up."""

    code: str
    what: str
    because: str
    look: str = ""


LAST_RUN = Slip("only-neighbours", "only entries that stand next to each other",
                "a ledger is in the order of time, and features alternate in it.",
                "`itertools.groupby`: it groups neighbours only.")
SHARE = Slip("share", "its share of the whole", "a share does not say how much; whoever wants one can divide.")
ROUNDED = Slip("rounded", "rounded", "small amounts make up most ledgers. Round when you show them.")
SUMS: tuple[tuple[Slip, Callable[[list[float]], float]], ...] = (
    (Slip("counted", "the number of calls, not their dollars", "many cheap calls would hide the few dear ones."), len),
    (Slip("overwritten", "the last entry alone", "all entries of a feature are paid for.",
          "whether a new entry replaces what was there or is added to it."), lambda usd: usd[-1]),
    (Slip("first-only", "the first entry alone", "all entries of a feature are paid for."), lambda usd: usd[0]),
    (Slip("largest", "its dearest entry alone", "many small requests can be dearer than one large one."), max),
    (Slip("mean", "the mean of its entries", "what is cheap by the call can be the largest part of the bill."),
     lambda usd: sum(usd) / len(usd)),
    (Slip("equals-once", "equal amounts counted once", "two requests that cost the same were both paid for.",
          "sets, and keys made of amounts."), lambda usd: sum(set(usd))),
    (Slip("cents", "cents", "the caller expects dollars, and would read a hundred times as much."),
     lambda usd: sum(usd) * 100),
    (ROUNDED, lambda usd: round(sum(usd), 2)),
    (ROUNDED, lambda usd: round(sum(usd))),
)
"""(the slip, what it makes of a feature's dollars)."""


def wrong_sum(got: Mapping[Any, Any], name: str | None, entries: Sequence[Spent]) -> Slip | None:
    """How the amount under *name* may have come about; None where it is none that we know."""
    number, usd = number_in(got[name]), [float(entry.usd) for entry in entries if entry.feature == name]
    if number is None:
        return None
    found = next((slip for slip, makes in SUMS if close(number, makes(usd))), None)
    runs = [float(sum(entry.usd for entry in run)) for feature, run in groupby(entries, key=lambda entry: entry.feature)
            if feature == name]
    if found is None and any(close(number, run) for run in runs):
        return LAST_RUN
    if found is None and close(sum(number_in(share) or 0 for share in got.values()), 1):
        return SHARE
    return found


def order_of(names: list[Any], expected: Mapping[Any, Decimal], entries: Sequence[Spent]) -> str:
    """In which order the *names* are, in words; "" where the dearest is first, as it should."""
    amounts = [expected[name] for name in names]
    if amounts == sorted(amounts, reverse=True):
        return ""
    largest = sorted(entries, key=lambda entry: entry.usd, reverse=True)
    calls = [sum(entry.feature == name for entry in entries) for name in names]
    orders = (
        ("the cheapest is first", amounts == sorted(amounts)),
        ("the features are in the order in which they came", names == _features(entries)),
        ("the feature with the dearest single request is first", names == _features(largest)),
        ("the features are sorted by name", names in (sorted(names, key=str), sorted(names, key=str, reverse=True))),
        ("the feature with most calls is first", calls == sorted(calls, reverse=True)),
    )
    return next((words for words, so in orders if so), f"the order is {', '.join(shown(name) for name in names)}")


def _features(entries: Sequence[Spent]) -> list[str | None]:
    """The features, each where it comes first."""
    return list(dict.fromkeys(entry.feature for entry in entries))
