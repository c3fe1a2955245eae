"""A ledger: every priced request in the order in which it came, and who spent how much.

    ledger.add(usage, "claude-haiku-5-5", lesson="01", label="support bot")
    ledger.by("label")
"""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.economics.money import usd_markdown
from helpers.economics.pricing import Cost
from helpers.economics.pricing import cost as price_of
from helpers.economics.usage import Usage

if TYPE_CHECKING:
    import pandas as pd

GROUPS = ("model", "lesson", "label")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One request."""

    usage: Usage
    model: str
    cost: Cost | None
    """None where no price is known for the model: a sum with it is a sum without it, and says so."""
    lesson: str = ""
    label: str = ""
    provenance: str = "constructed"
    """"live", "local" or "constructed": whether the usage was ever billed by anybody."""
    worst_case: bool = False
    """The reply ended without its usage, so this is the most that it can have been."""


class Ledger:
    """Entries, added from any thread; it groups, totals and shows itself."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._lock = threading.Lock()

    def add(self, usage: Usage, model: str, *, lesson: str = "", label: str = "", cost: Cost | None = None,
            provenance: str = "constructed", worst_case: bool = False) -> Entry:
        """Note one request; without *cost* it is priced here, at list price.

        A model without a price is noted, and shown as unpriced, rather than refused: the request happened.
        """
        if cost is None:
            try:
                cost = price_of(usage, model)
            except LookupError:
                cost = None
        entry = Entry(usage=usage, model=model, cost=cost, lesson=lesson, label=label, provenance=provenance,
                      worst_case=worst_case)
        with self._lock:
            self._entries.append(entry)
        return entry

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All entries so far, oldest first."""
        with self._lock:
            return tuple(self._entries)

    @property
    def total(self) -> Cost:
        """What all priced entries cost together."""
        return sum((entry.cost for entry in self.entries if entry.cost), Cost())

    @property
    def unpriced(self) -> int:
        """How many entries have no price; `total` is without them."""
        return sum(entry.cost is None for entry in self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def by(self, group: str) -> pd.DataFrame:
        """One row for each model, lesson or label: columns *group*, requests, prompt_tokens, output_tokens, usd.

        Dearest first. `usd` is a float, NaN where a request of the group has no price.
        """
        import pandas as pd

        if group not in GROUPS:
            raise ValueError(f"A ledger groups by {', '.join(GROUPS)}; got {group!r}.")
        columns = [group, "requests", "prompt_tokens", "output_tokens", "usd"]
        rows = [(name, len(entries), sum(e.usage.prompt for e in entries), sum(e.usage.output for e in entries), usd)
                for name, entries, usd in self._groups(group)]
        return pd.DataFrame(rows, columns=columns)

    def _groups(self, group: str) -> list[tuple[str, list[Entry], float]]:
        """(name, entries, usd) of each group, dearest first, unpriced ones last, then by name."""
        members: defaultdict[str, list[Entry]] = defaultdict(list)
        for entry in self.entries:
            members[getattr(entry, group)].append(entry)
        groups = [(name, entries, _usd(entries)) for name, entries in members.items()]
        return sorted(groups, key=lambda g: (-g[2] if g[2] == g[2] else float("inf"), g[0]))

    def __str__(self) -> str:
        count = len(self)
        text = f"{self.total} for {count:,} request{'s' * (count != 1)}"
        return text + (f", {self.unpriced:,} of them without a known price" if self.unpriced else "")

    def _repr_markdown_(self) -> str:
        lines = ["| model | requests | prompt tokens | output tokens | cost |", "|---|--:|--:|--:|--:|"]
        for name, entries, _ in self._groups("model"):
            spent = sum((e.cost for e in entries if e.cost), Cost())
            shown = "unknown" if all(e.cost is None for e in entries) else usd_markdown(spent.usd)
            tokens = f"{sum(e.usage.prompt for e in entries):,} | {sum(e.usage.output for e in entries):,}"
            lines.append(f"| {name} | {len(entries):,} | {tokens} | {shown} |")
        return "\n".join([*lines, "", str(self).replace("$", r"\$")])


def _usd(entries: list[Entry]) -> float:
    if any(entry.cost is None for entry in entries):
        return float("nan")
    return float(sum((entry.cost for entry in entries), Cost()).usd)
