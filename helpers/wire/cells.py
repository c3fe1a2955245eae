"""Which notebook cell is running: sequences of replies and fault scripts start over with each cell.

Without that, a cell run a second time would get the second reply of a sequence whose first it shows.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Hashable
from random import Random

_cell = 0


def start_cell(*_: object) -> None:
    """A cell starts: everything that counts replies starts over (IPython's `pre_run_cell` calls this)."""
    global _cell
    _cell += 1


class CellCounter:
    """Counts from 0 per key within one cell. Safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: Counter[Hashable] = Counter()
        self._cell = _cell

    def next(self, key: Hashable = None) -> int:
        """How often *key* has been asked for before, in this cell."""
        with self._lock:
            if self._cell != _cell:
                self._cell = _cell
                self._seen.clear()
            count = self._seen[key]
            self._seen[key] += 1
            return count


class CellRandom:
    """Draws that start over with each cell, so that a retry's jitter is the same whenever the cell is run."""

    def __init__(self, seed: int) -> None:
        self._seed, self._cell = seed, -1
        self._drawn = Random(seed)

    def random(self) -> float:
        """A number from 0 up to 1."""
        if self._cell != _cell:
            self._cell, self._drawn = _cell, Random(self._seed)
        return self._drawn.random()
