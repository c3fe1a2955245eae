"""Nights for the tests: each is played once."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from helpers.simulate.night import Night, play
from helpers.support_bot import NAIVE, Parts

REFERENCE = Parts()


@cache
def night(base: str = "reference", swapped: str = "") -> Night:
    """The night of all parts of *base*, but for the one that is *swapped* for the other side's."""
    ours, theirs = (REFERENCE, NAIVE) if base == "reference" else (NAIVE, REFERENCE)
    return play(replace(ours, **{swapped: getattr(theirs, swapped)}) if swapped else ours)


def with_part(**parts) -> Night:
    """The night of the reference parts, but for these."""
    return play(replace(REFERENCE, **parts))


def failed(found: Night) -> set[int]:
    """The numbers of the incidents that were not handled."""
    return {verdict.incident.number for verdict in found.verdicts if not verdict.handled}


def verdict(found: Night, name: str):
    """The verdict on one incident, by its name."""
    return next(one for one in found.verdicts if one.incident.name == name)
