"""03b-2: feeding a learner's parser, each time a new one, under guard, and reading what it gives back."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from helpers.classroom.attempt import Attempt, Spoiled, a, does_nothing, is_put_off, shown
from helpers.classroom.guard import Ran
from helpers.classroom.report import Problem
from helpers.exercises.driving import drive

Make = Callable[[], Any]


class NoFeed(Exception):
    """What was made has no method `feed`."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A stream in two pieces: how long the first one is, and what `feed` returned for each."""

    at: int
    outputs: list[Any]
    error: BaseException | None = None


def fed(attempt: Attempt, chunks: Sequence[bytes], sent: str, should: str) -> list[Any]:
    """What a new parser returned for each of the chunks; what it raised is the problem "raised", or a nearer one."""
    return _value(attempt, _drive(attempt, lambda make: _outputs(make, chunks), sent), sent, should)


def alternately(attempt: Attempt, first: bytes, second: bytes, sent: str, should: str) -> tuple[list[Any], list[Any]]:
    """What two parsers returned, fed by turns, byte by byte, each with its own stream of the same length."""
    def steer(make: Make) -> tuple[list[Any], list[Any]]:
        one, other = _made(make), _made(make)
        got: tuple[list[Any], list[Any]] = ([], [])
        for left, right in zip(first, second, strict=True):
            got[0].append(_kept(one.feed(bytes([left]))))
            got[1].append(_kept(other.feed(bytes([right]))))
        return got

    return _value(attempt, _drive(attempt, steer, sent), sent, should)


def cut_everywhere(attempt: Attempt, stream: bytes, sent: str, should: str) -> list[Cut]:
    """The stream in two pieces, cut at each place in turn, to a new parser each time."""
    def steer(make: Make) -> list[Cut]:
        return [_cut(make, stream, at) for at in range(1, len(stream))]

    return _value(attempt, _drive(attempt, steer, sent), sent, should)


def texts(outputs: Sequence[Any], sent: str, should: str) -> list[str]:
    """All data that was returned, in one list; anything else than lists of str: Spoiled."""
    for one in outputs:
        problem = _shape(one, sent, should)
        if problem is not None:
            raise Spoiled(problem)
    return [text for one in outputs for text in one]


def _drive(attempt: Attempt, steer: Callable[[Make], Any], sent: str) -> Ran:
    if not callable(attempt.answer) and hasattr(attempt.answer, "feed"):
        raise Spoiled(Problem(
            code="an-instance", sent=f"nothing yet: we wanted to make a `{attempt.exercise.call}` ourselves",
            did="gave one parser that is made already",
            should=f'give the class itself: `check("{attempt.exercise.id}", {attempt.exercise.name})`',
            because="each connection needs a parser of its own, and each of our streams, too."), final=True)
    return drive(attempt, steer, sent=sent)


def _made(make: Make) -> Any:
    parser = make()
    feed = getattr(parser, "feed", None)
    if not callable(feed):
        raise NoFeed(type(parser).__name__)
    if does_nothing(getattr(feed, "__func__", feed)):
        raise NotImplementedError("feed does nothing yet")
    return parser


def _outputs(make: Make, chunks: Sequence[bytes]) -> list[Any]:
    parser = _made(make)
    return [_kept(parser.feed(chunk)) for chunk in chunks]


def _cut(make: Make, stream: bytes, at: int) -> Cut:
    try:
        return Cut(at, _outputs(make, (stream[:at], stream[at:])))
    except Exception as error:
        if is_put_off(error):
            raise
        return Cut(at, [], error)


def _kept(value: Any) -> Any:
    """A copy of a list, which the parser may go on to change; the coroutine or generator of a `feed` is closed."""
    if inspect.iscoroutine(value) or inspect.isgenerator(value):
        value.close()
        return value
    return list(value) if _is_list(value) else value


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _value(attempt: Attempt, ran: Ran, sent: str, should: str) -> Any:
    if ran.error is None:
        return ran.value
    raised = replace(attempt.raised(ran, sent), should=should)
    if isinstance(ran.error, NoFeed):
        raise Spoiled(Problem(code="no-feed", sent=f"`{attempt.exercise.name}()`, and then a `feed(...)`", did=f"made "
                              f"{a(str(ran.error))}, which has no method `feed`", should=should, because="the loop "
                              "that reads from the network calls it with each chunk.", look="the name and the "
                              "indentation of your `def`."))
    if isinstance(ran.error, UnicodeDecodeError):
        raise Spoiled(replace(raised, code="half-a-character", because="a chunk may end in the middle of a character: "
                              "`☕` is three bytes.", look="what you decode: a line that has ended is whole, a chunk "
                              "need not be."))
    if isinstance(ran.error, TypeError) and "bytes" in str(ran.error):
        raise Spoiled(replace(raised, code="bytes-and-text", because="a network brings bytes; text comes of it "
                              "when somebody decodes it, and the two don't mix.", look="`b\"\"` and `\"\"`, and where "
                              "you decode."))
    raise Spoiled(raised)


def _shape(value: Any, sent: str, should: str) -> Problem | None:
    common = {"sent": sent, "should": should}
    if value is None:
        return Problem(code="none", did="returned `None` from `feed`", because="whoever calls it goes through what "
                       "comes back, also where nothing is complete: `[]`.", look="each way out of `feed`.", **common)
    if inspect.isgenerator(value) or inspect.iscoroutine(value):
        kind = "generator" if inspect.isgenerator(value) else "coroutine"
        return Problem(code="lazy", did=f"returned a {kind} from `feed`", because="it has read nothing yet: who calls "
                       "`feed` and looks away loses the bytes.", look="`yield`, or `async`, in `feed`.", **common)
    if not _is_list(value):
        return Problem(code="no-list", did=f"returned {a(type(value).__name__)}: {shown(value)}", because="a chunk may "
                       "complete no event, one, or several.", look="your `return`.", **common)
    odd = next((one for one in value if not isinstance(one, str)), None)
    if odd is not None:
        return Problem(code="no-text", did=f"returned a list with {shown(odd)} in it, of type {type(odd).__name__}",
                       because="the data is text for whoever knows what it means (JSON here, a marker there); reading "
                       "it is the next step.", look="what you append.", **common)
    return None
