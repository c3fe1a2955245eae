"""05-2: tools in an order that holds only within one process: by hash, by a set, or as they came at first.

A new process has other hashes and an empty memory, and the checks have one process alone. So: the same tools with other
hashes in each call; and tools that no call has brought before, in an order that nothing in them explains.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from helpers.classroom.attempt import Attempt, Spoiled
from helpers.classroom.report import Problem
from helpers.exercises.e05_body import Given, body_of, tool

SHELVES = ("tents", "axes", "stoves", "maps", "ropes", "boots", "lamps", "gloves", "packs", "socks", "skis", "mats",
           "flasks", "hats", "poles", "knives", "tarps", "radios")
"""18, by no rule: a set of them has collisions, so its order shows in which order they were put in."""
MANY = [tool(f"find_{shelf}", f"{12 + 7 * place % 18} shelves: look up {shelf} there.")
        for place, shelf in enumerate(SHELVES)]
SHUFFLED = [MANY[place * 7 % len(MANY)] for place in range(len(MANY))]


class Rehashed(str):
    """A text with a hash of its own, as the same text has in another process."""

    process: int

    def __hash__(self) -> int:
        return hash((self.process, "".join(self)))


PROCESSES = count(1)


def rehashed(tools: list[dict[str, Any]], process: int) -> list[dict[str, Any]]:
    """The same tools, as another process has them."""
    made = []
    for one in tools:
        fields = {name: Rehashed(value) if isinstance(value, str) else value for name, value in one.items()}
        for value in fields.values():
            if isinstance(value, Rehashed):
                value.process = process
        made.append(fields)
    return made


def the_same_in_each_process(attempt: Attempt) -> Problem | None:
    """Other hashes, the same order."""
    sent = f"the same {len(MANY)} tools several times, each time with other hashes, as another process would have them"
    orders = []
    for _ in range(4):
        with _new_process(attempt) as process:
            orders.append(_order(attempt, rehashed(MANY, process), sent))
    orders = list(filter(None, orders))
    if len(set(orders)) < 2:
        return None
    other = next(order for order in orders if order != orders[0])
    one, two = next(pair for pair in zip(orders[0], other, strict=False) if pair[0] != pair[1])
    return Problem(code="order-by-hash", sent=sent, did=f"sent them in another order: `{one}` once, `{two}` the next "
                   "time, in the same place", should="send them in one order, in every process", because="Python "
                   "salts the hashes of texts anew in each process. A set is ordered by them, and so is what `hash` "
                   "sorts: each worker, and each restart, would write a cache of its own.", look="`set`, `{...}` and "
                   "`hash`.")


@contextmanager
def _new_process(attempt: Attempt) -> Iterator[int]:
    """Another `hash` for the module that the answer is in, as long as the block runs; gives the process's number."""
    process, home = next(PROCESSES), getattr(attempt.answer, "__globals__", {})
    if "hash" in home:
        yield process
        return
    home["hash"] = lambda value: hash((process, value))
    try:
        yield process
    finally:
        home.pop("hash", None)


def _order(attempt: Attempt, tools: list[dict[str, Any]], sent: str) -> tuple[str, ...]:
    """The names as they were sent; none where something else is wrong: other checks, with plain texts, tell of that."""
    try:
        body = body_of(attempt, Given(tools=tools), sent)
    except Spoiled as spoiled:
        if spoiled.final:
            raise
        return ()
    names = tuple(str(one.get("name")) for one in body.get("tools", []))
    return names if sorted(names) == sorted(one["name"] for one in tools) else ()


def as_they_came(attempt: Attempt) -> Problem | None:
    """Tools that no call has brought before, listed by no rule: an order of one's own is another one."""
    sent = f"{len(MANY)} tools, listed in an order that nothing in them explains"
    order, given = _order(attempt, MANY, sent), tuple(one["name"] for one in MANY)
    if order not in (given, given[::-1]):
        return None
    return Problem(code="order-of-the-first", sent=sent, did="sent them in the order in which they were listed when "
                   "they first came", should="bring them into an order that follows from the tools alone",
                   because="what a function remembers ends with its process: the next worker sees them in another "
                   "order first, keeps to that one, and writes a cache of its own.", look="what your function keeps "
                   "from call to call, and something that the tools can be sorted by.")
