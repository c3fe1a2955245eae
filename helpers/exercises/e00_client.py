"""00-3: `shared_client(make)`: one client for the whole process.

A reader checks again and again, so that what was cached the first time comes back with a `make` that built nothing:
that is right, too.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from helpers.classroom.attempt import Attempt, Spoiled, a, shown
from helpers.classroom.exercise import Exercise
from helpers.classroom.guard import Ran, guarded
from helpers.classroom.report import Problem

CALLS = 20


@functools.cache
def shared_client(make):
    """One good solution, behind an `import functools`; the cache lives as long as the process."""
    return make()


class Client:
    """Stands for an SDK's client: what matters here is how many there are."""

    def __init__(self, number: int) -> None:
        self.number, self.closed = number, False

    def is_closed(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def with_options(self, **options: Any) -> Client:
        return Client(self.number)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<client {self.number}>"


class Workshop:
    """A `make` that counts what it builds."""

    def __init__(self) -> None:
        self.built = 0

    def make(self) -> Client:
        self.built += 1
        return Client(self.built)


def one_for_all(attempt: Attempt) -> Problem | None:
    """One client at most is built, and everyone gets it."""
    workshop = Workshop()
    make = workshop.make     # one object: each `workshop.make` would be another
    got = [_called(attempt, make) for _ in range(CALLS)]
    distinct = len({id(one) for one in got})
    if workshop.built <= 1 and distinct == 1:
        return None
    return _too_many(attempt, make, workshop.built, distinct)


def _called(attempt: Attempt, make: Callable[[], Client]) -> Client:
    """What one call returns, if a `make` of ours built it."""
    sent = f"`make`, {CALLS} times, as {CALLS} requests would"
    ran = attempt.run(make, sent=sent)
    if isinstance(ran.error, NameError) and not attempt.put_off:     # an UnboundLocalError is one, too
        raise Spoiled(_no_name(attempt, ran, sent))
    if ran.error is not None:
        raise Spoiled(attempt.raised(ran, sent))
    got = ran.value
    if isinstance(got, Client) and not got.closed:
        return got
    raise Spoiled(_no_client(got, make, sent))


def _no_name(attempt: Attempt, ran: Ran, sent: str) -> Problem:
    return Problem(code="no-global", sent=sent, did=attempt.raised(ran, sent).did, should="return the client",
                   because="the first request would fail already. A name that a function assigns to is its own, unless "
                           "the function says `global`; and the name has to exist before the first call.",
                   look="`global` in the function, and `... = None` above it.")


def _no_client(got: Any, make: Any, sent: str) -> Problem:
    common = {"sent": sent, "should": "return the client that `make()` built"}
    if isinstance(got, Client):
        return Problem(code="closed", did="returned a client that is closed", because="each request through it fails.",
                       look="`with`, which closes what it opened, and `close`.", **common)
    if got is make:
        return Problem(code="the-factory", did="returned `make` itself", look="the brackets behind `make`.",
                       because="whoever wants to ask a model needs a client, not a way to one.", **common)
    if callable(got):
        return Problem(code="not-called", did=f"returned something that can be called: {shown(got)}",
                       because="whoever wants to ask a model needs a client, not a way to one.",
                       look="whether your `return` stands in the inner or the outer function.", **common)
    if got is None:
        return Problem(code="nothing-back", did="returned `None` from one of the calls",
                       because="that request would fail, and none of the others: a puzzle at night.",
                       look="whether every way through your function ends in a `return`.", **common)
    return Problem(code="not-ours", did=f"returned {a(type(got).__name__)}: {shown(got)}", **common,
                   because="`make` knows the key and the timeout; a client from elsewhere has others.",
                   look="where it comes from. Did you try your function with another `make` before? Then empty your "
                        "cache, and check again.")


CONNECTIONS = "each client opens connections of its own, and a new one costs a handshake before the first word."


def _too_many(attempt: Attempt, make: Callable[[], Client], built: int, distinct: int) -> Problem:
    common = {"sent": f"`make`, {CALLS} times, as {CALLS} requests would", "should": "build one at most, and return it"}
    if built <= 1 < distinct:
        return Problem(code="copies", did=f"returned {distinct} different clients, though `make` built {built}",
                       because=CONNECTIONS, look="what you do to the client before you return it.", **common)
    if distinct == 1:
        return Problem(code="built-and-dropped", did=f"returned the same client each time, and built {built}",
                       because=CONNECTIONS, look="when `make()` runs, and how often: as an argument (of "
                       "`setdefault`, say) it runs in every call.", **common)
    if distinct < CALLS:
        return Problem(code="several", did=f"returned {distinct} clients in turn, and built {built}",
                       because=CONNECTIONS, look="what decides whether there is one already.", **common)
    if _same_in_a_thread(attempt, make):
        return Problem(code="per-thread", did=f"built {built}: one for each thread, and each of our calls comes from "
                       "another, as a web server's do", look="`threading.local`.", **common,
                       because=f"{CONNECTIONS} Threads may share an SDK's client.")
    return Problem(code="new-each-time", did=f"built {built} clients in {CALLS} calls", because=CONNECTIONS,
                   look="whether anything asks, before `make()`, if there is one already; and whether what you keep "
                        "outlives the call.", **common)


def _same_in_a_thread(attempt: Attempt, make: Any) -> bool:
    pair = guarded(lambda: (attempt.answer(make), attempt.answer(make))).value
    return pair is not None and pair[0] is pair[1]


SHARE_A_CLIENT = Exercise(
    id="00-3", name="shared_client", call="shared_client(make)", solution=shared_client, checks=(one_for_all,),
    praise="One client, one set of connections, however many requests there are. In production `make` is a function "
           "that calls `anthropic.Anthropic(...)` with your timeout.",
    hints=("Where can a function keep something, so that its next call finds it again?",
           "A name outside the function lives as long as the process: `None` at first. Build only while it is `None`. "
           "(Or let `functools` remember.)",
           "By hand: `_client = None` above the function; in it `global _client`, then `if _client is None: "
           "_client = make()`, and return it, each time. In one line: `@functools.cache` above a function that returns "
           "`make()`."),
)
