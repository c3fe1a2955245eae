"""03b-3: the events that came out of a learner's generator: their shape, their texts, when they came, how they end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpers.classroom.attempt import Attempt, Spoiled, error_text, shown
from helpers.classroom.guard import Ran, learners_line
from helpers.classroom.report import Problem
from helpers.exercises.driving import drive
from helpers.exercises.e03b_driving import MOST_EVENTS, Seen, Upstream

NAMES = ("delta", "done", "error")


def driven(attempt: Attempt, steer: Any, upstream: Upstream, *more: Any, sent: str, should: str,
           passing: Exception | None = None) -> Seen:
    """What a server saw. An error that is neither *passing* nor one of closing becomes the problem "raised"."""
    ran = drive(attempt, lambda answer, given: steer(answer, given, *more), upstream, sent=sent)
    if ran.error is not None:
        raise Spoiled(attempt.raised(ran, sent, should))
    seen: Seen = ran.value
    if seen.odd:
        raise Spoiled(Problem(code="no-async-generator", sent=sent, did=f"returned {seen.odd}", should="be an async "
                              "generator: `async def`, with a `yield` for each event", because="the server sends each "
                              "event while the model still writes; what returns has one answer, at the end.",
                              look="`async`, `yield` and `return` in your function."), final=True)
    if seen.error not in (None, passing) and not is_closing(seen.error):
        raise Spoiled(attempt.raised(Ran(error=seen.error, line=learners_line(seen.error)), sent, should))
    _pairs(seen, sent, should)
    return seen


def is_closing(error: BaseException | None) -> bool:
    """Whether an error is about closing a generator, or cancelling its task."""
    return type(error).__name__ == "CancelledError" or (
        isinstance(error, RuntimeError) and "GeneratorExit" in str(error))


def _pairs(seen: Seen, sent: str, should: str) -> None:
    """Each event is a name and a dict; anything else: Spoiled."""
    common = {"sent": sent, "should": should}
    for event in seen.events:
        gave = f"yielded {shown(event)}"
        if not isinstance(event, tuple | list) or len(event) != 2 or not isinstance(event[0], str):
            raise Spoiled(Problem(code="no-pair", did=f"{gave}: no pair of a name and a dict", because="the server "
                                  "takes each event apart, `name, data = event`, and frames it.",
                                  look="your `yield`.", **common))
        if not isinstance(event[1], Mapping):
            raise Spoiled(Problem(code="no-dict", did=f"{gave}: its data is no dict", because="the data goes out as a "
                                  "JSON object, for each of the events.", look="the second part of what you yield.",
                                  **common))
        if event[0] not in NAMES:
            raise Spoiled(Problem(code="other-name", did=gave, because="the page knows three events: `delta`, `done` "
                                  "and `error`.", look="the names that you yield.", **common))
    if len(seen.events) >= MOST_EVENTS:
        raise Spoiled(Problem(code="endless", did=f"yielded {MOST_EVENTS} events and did not end", because="the "
                              "browser would wait forever.", look="what ends your loop.", **common))


def no_error(seen: Seen, sent: str, should: str) -> Problem | None:
    """Where nothing failed, nothing says so."""
    if all(name != "error" for name, _ in seen.events):
        return None
    return Problem(code="error-for-nothing", sent=sent, did="yielded an `error`, though the upstream did not fail",
                   should=should, because="the user would ask again, and pay again; and where an `except` holds a slip "
                   "of your own, nobody learns of it.", look="what leads to your `error`: run the body of your `try` "
                   "once without it.")


def deltas(seen: Seen, upstream: Upstream, sent: str, should: str) -> Problem | None:
    """Every piece is in a delta of its own, in order, as it was, and as soon as it was taken."""
    common = {"sent": sent, "should": should}
    data = [data for name, data in seen.events if name == "delta"]
    if data == [{"text": text} for text in upstream.texts]:
        return _one_by_one(seen, common)
    odd = next((one for one in data if set(one) != {"text"} or not isinstance(one["text"], str)), None)
    if odd is not None:
        return Problem(code="delta-data", did=f"yielded a `delta` with {shown(dict(odd))}", because="the page adds "
                       "`data.text` to what stands there.", look="the dict of your `delta`.", **common)
    got, whole = [one["text"] for one in data], "".join(upstream.texts)
    if "".join(got) == whole:
        return Problem(code="put-together", did=f"yielded {len(got)} `delta` for {len(upstream.texts)} pieces",
                       because="a reader would wait for words that are there already.",
                       look="what is collected before your `yield`.", **common)
    if whole.startswith("".join(got)):
        return Problem(code="lost-pieces", did=f"yielded {len(got)} of {len(upstream.texts)} pieces", because="what "
                       "came was paid for, and can be read while nobody knows yet how the answer ends.",
                       look="what happens to the pieces that are there when the end comes, or a failure.", **common)
    return Problem(code="texts", did=f"yielded {shown(got)}", because="each piece goes on as it came, in its place.",
                   look="what you do with each text.", **common)


def _one_by_one(seen: Seen, common: dict[str, str]) -> Problem | None:
    """Where the deltas are right: each came when its piece had been taken, and no other."""
    taken = [taken for (name, _), taken in zip(seen.events, seen.taken, strict=True) if name == "delta"]
    behind = [count - place for place, count in enumerate(taken, 1)]
    place = next((place for place, late in enumerate(behind) if late), None)
    if place is None:
        return None
    if max(behind) > 1:
        return Problem(code="collects", did=f"took {taken[place]} pieces before `delta` number {place + 1} came",
                       because="a first word that comes early helps little, when the others come all at once.",
                       look="a list that is filled between two of your `yield`s.", **common)
    return Problem(code="held-back", did=f"took {taken[place]} pieces before `delta` number {place + 1} came",
                   because="a piece that waits for the next one is late by as long as the model thinks, which may be "
                   "seconds.", look="what you keep before your `yield`.", **common)


def streams(seen: Seen, sent: str, should: str) -> Problem | None:
    """The first event comes while the model still writes."""
    if max(seen.taken[:1], default=0) <= 2:
        return None
    return Problem(code="collects", sent=sent, did=f"took {seen.taken[0]} pieces before the first event came",
                   should=should, because="readers would look at an empty page until the model has written all of it: "
                   "that is no stream any more.", look="a list that is filled before your first `yield`.")


def ends_with_done(seen: Seen, sent: str, should: str) -> Problem | None:
    """The last event is done, and the only one that isn't a delta."""
    names, common = [name for name, _ in seen.events], {"sent": sent, "should": should}
    if names[-1:] == ["done"] and names.count("delta") == len(names) - 1:
        return None
    if "done" not in names:
        return Problem(code="no-done", did="yielded no `done` at the end", because="a connection may end at any "
                       "moment: without a last event the page can't tell a whole answer from one that was cut.",
                       look="what comes after your loop.", **common)
    return Problem(code="done-early", did=f"yielded {', '.join(f'`{name}`' for name in names[-3:])} at last",
                   because="the page stops reading at `done`, the first one.", look="where `done` stands: after the "
                   "loop, once.", **common)


def closed(upstream: Upstream, sent: str, should: str) -> Problem | None:
    """However it ends, the upstream is closed."""
    if upstream.closed:
        return None
    return Problem(code="never-closed", sent=sent, did="left the upstream open when all was over", should=f"{should}; "
                   "and close the upstream", because="each open connection stays in the client's pool: after so many "
                   "answers there is none left.", look="who closes the upstream, if not your code: `async with`, or a "
                   "`finally`.")


def let_through(seen: Seen) -> str:
    """What was raised, in words."""
    return f"let {error_text(seen.error)} through"
