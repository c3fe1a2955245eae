"""A night as tables: requests and dollars over time, incidents, targets. Numbers in, frames out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from helpers.simulate.night.playing import Night
from helpers.simulate.night.targets import TARGETS

if TYPE_CHECKING:
    import pandas as pd

KINDS = ("answered", "sent again", "failed")
"""What became of a request: a 200; an error after which the bot sent it again; an error after which it did not."""
BIN_MIN = 5
OPEN_MIN = 180
"""Minutes from the first message to after the last one; later ones count to the last bin."""


def requests_over_time(night: Night, bin_min: int = BIN_MIN) -> pd.DataFrame:
    """One row for *bin_min* minutes each, `minute` (since six o'clock) as the index, one column for each of KINDS."""
    import pandas as pd

    counts: Counter[tuple[int, str]] = Counter()
    for one in night.served:
        for place, exchange in enumerate(one.exchanges):
            last = place == len(one.exchanges) - 1
            kind = KINDS[0] if exchange.status == 200 else KINDS[2] if last else KINDS[1]
            counts[_bin(exchange.at_s, bin_min), kind] += 1
    rows = [[counts[minute, kind] for kind in KINDS] for minute in range(0, OPEN_MIN, bin_min)]
    return pd.DataFrame(rows, columns=list(KINDS), index=pd.RangeIndex(0, OPEN_MIN, bin_min, name="minute"))


def dollars_over_time(night: Night, bin_min: int = BIN_MIN) -> pd.Series:
    """What was billed up to the end of each *bin_min* minutes, in dollars; the index as in `requests_over_time`."""
    import pandas as pd

    spent: Counter[int] = Counter()
    entries = iter(night.ledger.entries)
    for one in night.served:
        for exchange in one.exchanges:
            if exchange.usage is not None:
                cost = next(entries).cost
                spent[_bin(exchange.at_s, bin_min)] += float(cost.usd) if cost else 0.0
    minutes = pd.RangeIndex(0, OPEN_MIN, bin_min, name="minute")
    return pd.Series([spent[minute] for minute in minutes], index=minutes, name="usd").cumsum()


def _bin(at_s: float, bin_min: int) -> int:
    return min(int(at_s // 60 // bin_min) * bin_min, OPEN_MIN - bin_min)


def incident_table(night: Night) -> pd.DataFrame:
    """One row for each incident: `incident`, `handled` ("✓ yes" or "✗ no"), `part`, `lesson`, `proof`."""
    import pandas as pd

    rows = [(verdict.incident.what, "✓ yes" if verdict.handled else "✗ no", verdict.part, verdict.lesson, verdict.proof)
            for verdict in night.verdicts]
    numbers = pd.Index([verdict.incident.number for verdict in night.verdicts], name="no.")
    return pd.DataFrame(rows, columns=["incident", "handled", "part", "lesson", "proof"], index=numbers)


def target_table(night: Night) -> pd.DataFrame:
    """One row for each target: `reached`, `at most` (as texts), `met` ("✓ yes" or "✗ no")."""
    import pandas as pd

    rows = [(target.text(target.of(night)), target.text(target.most), "✓ yes" if target.met(night) else "✗ no")
            for target in TARGETS]
    return pd.DataFrame(rows, columns=["reached", "at most", "met"], index=[target.name for target in TARGETS])
