"""A learner's answer while it is checked: every call of it goes through here, under guard.

    def adds_up(attempt):
        got = attempt.call(usage, price, sent="1,000 input tokens at $2 a million")
        if close(got, 0.002):
            return None
        return Problem(code="per-token", sent=..., did=f"returned {shown(got)}", should=..., because=...)
"""

from __future__ import annotations

import dis
import inspect
import reprlib
from collections.abc import Callable
from typing import Any

from helpers.classroom.exercise import Exercise
from helpers.classroom.guard import LIMIT_S, Ran, guarded
from helpers.classroom.report import Problem
from helpers.classroom.tampering import Forbidden


class Spoiled(Exception):
    """This check can't go on: *problem* says why. *final*: no other check would get further."""

    def __init__(self, problem: Problem, *, final: bool = False) -> None:
        super().__init__(problem.code)
        self.problem, self.final = problem, final


class Attempt:
    """One answer to one exercise, being checked."""

    def __init__(self, exercise: Exercise, answer: Any) -> None:
        self.exercise, self.answer = exercise, answer
        self.printed = ""
        """What the answer printed in its first call that printed anything."""
        self.calls = self._blank_calls = 0
        self.put_off = False
        """Whether a call met NotImplementedError, or a `___` to fill in."""

    @property
    def blank(self) -> bool:
        """Whether it was called, and every call came back with nothing: None or `...`."""
        return self.calls == self._blank_calls > 0

    def call(self, *args: Any, sent: str = "", should: str = "", **kwargs: Any) -> Any:
        """Call the answer and return its value. What it raises becomes the problem "raised", and ends this check.

        *sent*: the arguments in words, for the messages; without it they are shown as they are. *should*: what was
        expected of it instead of an error ("return $2").
        """
        ran = self.run(*args, sent=sent, **kwargs)
        if ran.error is not None:
            raise Spoiled(self.raised(ran, sent or _arguments(args, kwargs), should))
        return ran.value

    def run(self, *args: Any, sent: str = "", **kwargs: Any) -> Ran:
        """As `call`, for a check that looks at the error itself: it finds it in `.error`."""
        sent = sent or _arguments(args, kwargs)
        self._can_be_called(args, kwargs, sent)
        ran = guarded(self.answer, args, kwargs)
        self.calls += 1
        self.printed = self.printed or ran.printed
        self._kept_the_rules(ran, sent)
        ran.value = self._own_value(ran.value, sent)
        self.put_off |= is_put_off(ran.error)
        self._blank_calls += ran.error is None and (ran.value is None or ran.value is ...)
        return ran

    def raised(self, ran: Ran, sent: str, should: str = "") -> Problem:
        """The problem of an answer that raised."""
        where = f", in {ran.line.replace('`', chr(39))}" if ran.line else ""
        return Problem(code="raised", sent=sent, did=f"raised {error_text(ran.error)}{where}",
                       should=should or "return its answer", because="an error here would reach whoever called you.")

    def _can_be_called(self, args: tuple, kwargs: dict[str, Any], sent: str) -> None:
        if not callable(self.answer):
            raise Spoiled(Problem(
                code="not-a-function", sent=f"nothing yet: we wanted to call `{self.exercise.call}` ourselves",
                did=f"gave {a(type(self.answer).__name__)}: {shown(self.answer)}",
                should=f'give the function itself, not called: `check("{self.exercise.id}", {self.exercise.name})`',
                because="we call it with several inputs, as production will."), final=True)
        try:
            inspect.signature(self.answer).bind(*args, **kwargs)
        except TypeError as error:
            raise Spoiled(Problem(
                code="signature", sent=f"`{self.exercise.call}`",
                did=f"defined `{self.exercise.name}{inspect.signature(self.answer)}`: {error}",
                should=f"be callable as `{self.exercise.call}`",
                because="whoever calls it relies on the names and the order."), final=True) from None
        except ValueError:      # a builtin without a signature: calling it will tell
            pass

    def _kept_the_rules(self, ran: Ran, sent: str) -> None:
        if ran.timed_out:
            stopped = ("it could not be stopped. Restart the kernel to be rid of it" if ran.still_runs
                       else "we stopped it")
            raise Spoiled(Problem(
                code="too-long", sent=sent, did=f"had not returned after {LIMIT_S:g} s, and {stopped}",
                should="return at once: nothing here waits for a network",
                because="a loop without an end holds its worker until somebody kills it.",
                look="the condition that ends your loop, or what your code waits for."), final=True)
        if isinstance(ran.error, SystemExit):
            ran.broke.append(Forbidden("left", "exit()"))
        if ran.broke:
            first = ran.broke[0]
            did, should, because = RULES[first.code]
            raise Spoiled(Problem(code=first.code, sent=sent, did=did.format(what=first.what), should=should,
                                  because=because), final=True)

    def _own_value(self, value: Any, sent: str) -> Any:
        kind = "coroutine" if inspect.iscoroutine(value) else "generator" if inspect.isgenerator(value) else ""
        if not kind:
            return value
        value.close()
        how = ("be written with `def`, not `async def`" if kind == "coroutine" else
               "put its parts together before it returns them" if value.__name__ == "<genexpr>" else
               "be written with `return`, not `yield`")
        raise Spoiled(Problem(
            code=kind, sent=sent, did=f"returned a {kind}, which has run nothing yet", should=how,
            because="we call it like any other function, and use what comes back at once."), final=True)


RULES = {
    "slept": ("called the real `{what}`", "wait with the `sleep` that it is given, or not at all",
              "a wait that no test can skip makes every test slow, and this notebook hang."),
    "asked-for-input": ("asked a person, with `{what}`", "work from its arguments alone",
                        "on a server nobody is there to answer."),
    "left": ("tried to end the whole program, with `{what}`", "return, or raise an error that its caller can handle",
             "a function that ends the process takes every other request with it."),
    "replaced": ("replaced `{what}`, which belongs to the whole program", "change nothing but its own names",
                 "everything else that uses it would behave differently from then on. We have put it back."),
}
"""What no answer may do: code -> (did, should, because)."""


def is_put_off(error: BaseException | None) -> bool:
    """Whether an error says that the exercise is still to be done: NotImplementedError, or a `___` to fill in."""
    if isinstance(error, NameError):
        return bool(error.name) and set(error.name) == {"_"}
    return isinstance(error, NotImplementedError)


def does_nothing(function: Callable[..., Any]) -> bool:
    """Whether a function's body is empty, as a starter's is: then its None means "not begun", not "no return"."""
    code = getattr(function, "__code__", None)
    if code is None:
        return False
    idle = {"RESUME", "NOP", "LOAD_CONST", "RETURN_CONST", "RETURN_VALUE", "POP_TOP"}
    return {step.opname for step in dis.get_instructions(code)} <= idle


def error_text(error: BaseException | None) -> str:
    """An error as the last line of a traceback says it, in backticks, cut where it is long."""
    try:
        said = str(error)
    except Exception:
        said = "(an error that can't even be shown)"
    first = said.strip().splitlines()[0] if said.strip() else ""
    return f"`{type(error).__name__}{': ' * bool(first)}{first[:200].replace('`', chr(39))}`"


_short = reprlib.Repr()
_short.maxstring = _short.maxother = 160
_short.maxlong = 60


def shown(value: Any) -> str:
    """A learner's value in a few words, in backticks, whatever it is."""
    try:
        text = _short.repr(value)
    except KeyboardInterrupt:
        raise
    except BaseException:
        text = f"<{type(value).__name__} that can't be shown>"
    return f"`{text.replace('`', chr(39))}`"


def a(noun: str) -> str:
    """The noun with its article."""
    spoken_with_y = noun.lower().startswith(("us", "uni", "eu"))
    return f"{'an' if noun[:1].lower() in 'aeiou' and not spoken_with_y else 'a'} {noun}"


def _arguments(args: tuple, kwargs: dict[str, Any]) -> str:
    given = [shown(value).strip("`") for value in args]
    given += [f"{name}={shown(value).strip('`')}" for name, value in kwargs.items()]
    return f"`{', '.join(given)}`" if given else "no arguments"
