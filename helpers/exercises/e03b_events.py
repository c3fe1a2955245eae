"""03b-3: `async def my_events(upstream)`: what a server sends of a model's stream, whoever leaves first.

How a server drives it stands in `e03b_driving`; what the events should look like in `e03b_relayed`.
"""

from __future__ import annotations

from dataclasses import dataclass

from helpers.classroom.attempt import Attempt, shown
from helpers.classroom.exercise import Exercise
from helpers.classroom.report import Problem
from helpers.exercises.e03b_driving import Seen, Upstream, cancel_after, leave_after, to_its_end
from helpers.exercises.e03b_relayed import closed, deltas, driven, ends_with_done, let_through, no_error, streams
from helpers.exercises.failures import failure

MANY, READ = 50, 3
AT_ONCE_S = 0.25
"""Virtual seconds: a close that takes longer is none at once."""


async def my_events(upstream):
    """One good solution: however the `async with` is left, it closes the upstream."""
    try:
        async with upstream as texts:
            async for text in texts:
                yield "delta", {"text": text}
    except Exception:
        yield "error", {"message": "The answer broke off. Try again."}
    else:
        yield "done", {}


def all_of_it(attempt: Attempt) -> Problem | None:
    """Every piece, one by one, then `done`."""
    upstream, sent = Upstream(5), "a model that writes five pieces"
    should = "yield a `delta` for each piece while it comes, then `done`"
    seen = driven(attempt, to_its_end, upstream, sent=sent, should=should)
    return (no_error(seen, sent, should) or streams(seen, sent, should) or deltas(seen, upstream, sent, should)
            or ends_with_done(seen, sent, should))


def nothing_written(attempt: Attempt) -> Problem | None:
    """An answer without a text has an end, too."""
    upstream, sent, should = Upstream(0), "a model that writes nothing", "yield `done` and nothing else"
    seen = driven(attempt, to_its_end, upstream, sent=sent, should=should)
    return no_error(seen, sent, should) or deltas(seen, upstream, sent, should) or ends_with_done(seen, sent, should)


def reader_leaves(attempt: Attempt) -> Problem | None:
    """The server closes the generator: the model stops."""
    upstream, should = Upstream(MANY), "close the upstream at once"
    sent = (f"a model that writes {MANY} pieces; after {READ} events the reader closes the tab, and the server your "
            "generator")
    seen = driven(attempt, leave_after, upstream, READ, sent=sent, should=should)
    common = {"sent": sent, "should": should}
    if seen.error is not None:
        return Problem(code="yields-when-closed", did="yielded another event while it was being closed: `RuntimeError: "
                       "async generator ignored GeneratorExit`", because="nobody is there any more to read it; the "
                       "error lands in the server's log.", look="`yield` in a `finally`, and what `except "
                       "BaseException` and a bare `except` catch.", **common)
    if seen.later > 1:
        return Problem(code="keeps-reading", did=f"went on reading: the model kept producing {seen.later} pieces that "
                       "nobody reads (and you pay for)", because="an answer is written, and billed, as long as "
                       "somebody takes it.", look="a task that outlives the generator, or a loop in a `finally`.",
                       **common)
    if not upstream.closed:
        unread = MANY - upstream.taken
        return Problem(code="left-open", did=f"left the upstream open: the model kept producing {unread} pieces that "
                       "nobody reads (and you pay for)", because="closing your generator ends your code, "
                       "not the model's: its connection stays open until somebody closes it.", look="who closes the "
                       "upstream when your loop is left in the middle, and whether that is awaited.", **common)
    return _late(seen, upstream, common)


def _late(seen: Seen, upstream: Upstream, common: dict[str, str]) -> Problem | None:
    """Closed, but long after the reader has left."""
    after = (upstream.closed_at or 0.0) - seen.left_at
    if after <= AT_ONCE_S:
        return None
    return Problem(code="closes-late", did=f"closed the upstream {after:.3g} s after the reader had left", because="the"
                   " model goes on until then, and you pay for what it writes.", look="what your code waits for before "
                   "it closes the upstream.", **common)


def reader_leaves_a_silent_model(attempt: Attempt) -> Problem | None:
    """The server cancels the task that waits: the cancellation passes."""
    upstream, should = Upstream(READ, hangs=True), "close the upstream, and let the `CancelledError` pass"
    sent = (f"a model that falls silent after {READ} pieces; then the reader leaves, and the server cancels the task "
            "that waits for your next event")
    seen = driven(attempt, cancel_after, upstream, READ, sent=sent, should=should)
    if type(seen.error).__name__ == "CancelledError":
        return closed(upstream, sent, should) or _late(seen, upstream, {"sent": sent, "should": should})
    did = f"yielded {shown(seen.events[-1])} instead" if seen.later > 0 else "ended as if all were well"
    return Problem(code="holds-a-cancel", sent=sent, did=f"{did}: the cancellation got lost in your code",
                   should=should, because="whoever cancels a task relies on it: a server that shuts down would wait "
                   "for yours.", look="`except asyncio.CancelledError`, `except BaseException`, a bare `except`, and "
                   "`return` in a `finally`.")


@dataclass(frozen=True, slots=True)
class Fails:
    """A check: the upstream raises."""

    sent: str
    spec: str
    """As `helpers.wire.faults` has them."""
    pieces: int = READ
    """How many come before; 0 with an upstream that can't even be opened."""

    def __call__(self, attempt: Attempt) -> Problem | None:
        error = failure(self.spec)
        upstream = Upstream(self.pieces, fails=error, at_once=not self.pieces)
        seen = driven(attempt, to_its_end, upstream, sent=self.sent, should=self.should, passing=error)
        if seen.error is not None:
            return self._raised(seen)
        return (deltas(seen, upstream, self.sent, self.should) or self._names(seen) or self._words(seen, error)
                or closed(upstream, self.sent, self.should))

    @property
    def should(self) -> str:
        before = f"{self.pieces} times `delta`, then " if self.pieces else ""
        return f"yield {before}`error`, with a message in your own words"

    def _raised(self, seen: Seen) -> Problem:
        common = {"sent": self.sent, "should": self.should, "did": let_through(seen)}
        if seen.events and seen.events[-1][0] == "error":
            return Problem(code="raised-again", because="the browser has its event, and that was the last one; what is "
                           "raised behind it only tears the connection down.", look="a `raise` behind your last "
                           "`yield`.", **common)
        if not self.pieces:
            return Problem(code="opening-raised", because="a 529 comes when the stream is opened: by then your server "
                           "may have told the browser 200 already, and what is left is an event.",
                           look="what stands inside your `try`: opening the upstream can fail, too.", **common)
        return Problem(code="failure-raised", because="the status line said 200 long ago. Without an event the browser "
                       "sees a broken connection, and no reason.", look="which errors you catch: the SDK's, and "
                       "those of the network below it.", **common)

    def _names(self, seen: Seen) -> Problem | None:
        names = [name for name, _ in seen.events if name != "delta"]
        common = {"sent": self.sent, "should": self.should, "look": "what runs after your `except`, and what only "
                  "where nothing was raised."}
        said = f"yielded {', '.join(f'`{name}`' for name in names) or 'nothing'} behind the last `delta`"
        if names == ["error"]:
            return None
        if "done" in names:
            return Problem(code="done-after-failure", did=said, because="the page takes `done` for the end of a whole "
                           "answer: half of one would be shown and stored as that.", **common)
        return Problem(code="no-error", did=said, because="the page can't tell a failure from a slow network, or from "
                       "the end; and one `error` is enough.", **common)

    def _words(self, seen: Seen, error: Exception) -> Problem | None:
        data, common = seen.events[-1][1], {"sent": self.sent, "should": self.should}
        message = data.get("message")
        if not isinstance(message, str) or not message.strip():
            return Problem(code="no-message", did=f"yielded `error` with {shown(dict(data))}", because="the page shows "
                           "`data.message`: a user wants to know what happened, and what to do now.",
                           look="the dict of your `error`.", **common)
        named = any(name in message for name in (type(error).__name__, getattr(error, "type", None)) if name)
        if named or any(part in str(data) for part in (str(error)[:24], repr(error)[:24], "Traceback")):
            return Problem(code="leaks", did=f"yielded the exception's own words: {shown(dict(data))}", because="they "
                           "may name hosts, keys or prompts, and a class's name tells a user nothing; they belong into "
                           "your log.",
                           look="what you make the message of.", **common)
        return None


RELAY_A_STREAM = Exercise(
    id="03b-3", name="my_events", call="my_events(upstream)", solution=my_events,
    checks=(all_of_it, nothing_written, reader_leaves,
            Fails("a model that writes three pieces; then comes an `error` event (`overloaded_error`), which the SDK "
                  "raises", "error after 3 deltas"),
            Fails("a model that writes three pieces; then the connection dies", "dropped after 3 deltas"),
            Fails("a model that is overloaded: opening the upstream raises (529)", "529", 0),
            reader_leaves_a_silent_model),
    praise="Whoever leaves first, the other one learns of it: a failure reaches the reader as an event, and a reader "
           "who has left stops the model, and the bill.",
    hints=("Your generator can be left in four ways. Which of them passes the line after your loop?",
           "`async with` closes the upstream however it is left: at the end, by an error, and when the server closes "
           "your generator at a `yield`. Catch `Exception` around it: being closed or cancelled is none.",
           "`try:` with `async with upstream as texts:` in it, and `async for text in texts: yield \"delta\", "
           "{\"text\": text}` in that; `except Exception:` yields `\"error\"` with a message, `else:` yields "
           "`\"done\", {}`."),
)
