"""check, hint, solution: what a learner asks about an exercise.

    check("01-1", my_cost)     # a report; never raises
    hint("01-1")               # then hint("01-1", 2) and hint("01-1", 3)
    solution("01-1")           # after two checks that did not pass, or with give_up=True
"""

from __future__ import annotations

import inspect
import textwrap
from dataclasses import dataclass
from html import escape
from typing import Any

from helpers.classroom import progress
from helpers.classroom.attempt import Attempt, Spoiled, does_nothing, shown
from helpers.classroom.exercise import Exercise, NoSuchExercise, find
from helpers.classroom.report import NOT_ATTEMPTED, NOT_YET, PASSED, RAISED, Problem, Report, card, inline_html

TRIES_BEFORE_SOLUTION = 2


def check(exercise: str, answer: Any = None) -> Report:
    """Check *answer* (a function, or the value that the exercise asks for) and return a Report. Never raises.

    `.passed` says whether all is well, `.problems` holds the codes of what is not, the first failure first.
    """
    try:
        task = find(exercise)
    except NoSuchExercise as missing:
        return Report(exercise=f"{exercise!s:.20}", title="?", outcome=NOT_ATTEMPTED, message=str(missing))
    try:
        report = _checked(task, answer)
    except Exception as error:      # an answer that can't even be looked at, such as a dict that holds itself
        report = Report(exercise=task.id, title=task.name, outcome=NOT_YET, found=(_unforeseen(error),))
    progress.record("check", task.id, outcome=report.outcome, problems=list(report.problems))
    return report


def _checked(task: Exercise, answer: Any) -> Report:
    attempt = Attempt(task, answer)
    if is_unfilled(answer):
        return _not_begun(task, f"`{task.name}` holds nothing yet")
    found, good = _problems(attempt)
    common = {"exercise": task.id, "title": task.name, "checks": len(task.checks), "good": good,
              "printed": attempt.printed}
    if not found:
        return Report(outcome=PASSED, message=f"{_all(len(task.checks))} {task.praise}", **common)
    if attempt.put_off or (attempt.blank and callable(answer) and does_nothing(answer)):
        return _not_begun(task, f"`{task.name}` does nothing yet" if attempt.blank else f"`{task.name}` has a gap left")
    if not good and attempt.blank and callable(answer):
        found = (_no_return(attempt.printed),)
    outcome = RAISED if found[0].code == "raised" else NOT_YET
    return Report(outcome=outcome, found=found, **common)


def is_unfilled(answer: Any) -> bool:
    """Whether a value is as a starter leaves it: None, `...`, or a dict or list of nothing else."""
    if type(answer) in (dict, list, tuple):
        parts = answer.values() if isinstance(answer, dict) else answer
        return all(is_unfilled(part) for part in parts)
    return answer is None or answer is ...


def _problems(attempt: Attempt) -> tuple[tuple[Problem, ...], int]:
    """Run every check; return what they found, each code once, and how many passed."""
    found: dict[str, Problem] = {}
    good = 0
    for one in attempt.exercise.checks:
        try:
            problem = one(attempt)
        except Spoiled as spoiled:
            if spoiled.final:                   # a guard's word weighs more than what the checks before it saw
                return (spoiled.problem, *found.values()), good
            problem = spoiled.problem
        except KeyboardInterrupt:
            raise
        except BaseException as error:          # something of the learner's that no check foresaw
            problem = _unforeseen(error)
        if problem is None:
            good += 1
        else:
            found.setdefault(problem.code, problem)
    return tuple(found.values()), good


def _unforeseen(error: BaseException) -> Problem:
    return Problem(code="unreadable", sent="one of our cases", did=f"returned something that we could not read: "
                   f"`{type(error).__name__}: {str(error)[:160]}`", should="return what its docstring says",
                   because="whoever calls it has to work with what comes back.")


def _no_return(printed: str) -> Problem:
    return Problem(code="no-return", sent="every case that we have",
                   did=f"{'printed something and ' if printed else ''}returned `None` each time",
                   should="return its result", because="a function without `return` gives its caller `None`.",
                   look="the last line: does it say `return`?")


def _not_begun(task: Exercise, state: str) -> Report:
    return Report(exercise=task.id, title=task.name, outcome=NOT_ATTEMPTED,
                  message=f"{state}. Write your version, then run this cell again.")


def _all(count: int) -> str:
    return f"Right, on all {count} checks." if count > 1 else "Right."


@dataclass(frozen=True, slots=True)
class Page:
    """A few words, or code, that a cell shows."""

    title: str
    text: str
    code: str = ""

    def __str__(self) -> str:
        return "\n".join(part for part in (self.title, textwrap.fill(self.text, 92), self.code) if part)

    __repr__ = __str__

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        if self.code:      # as markdown, because JupyterLab colours code in it
            return {"text/markdown": f"**{self.title}**\n\n{self.text}\n\n```python\n{self.code}\n```",
                    "text/plain": str(self)}
        return {"text/html": card(f"<strong>{escape(self.title)}</strong><div>{inline_html(self.text)}</div>"),
                "text/plain": str(self)}


_hints_given: dict[str, int] = {}
"""By exercise, the last level shown in this kernel."""


def hint(exercise: str, level: int | None = None) -> Page:
    """One of three hints: 1 asks a question, 2 points to the place, 3 is nearly the code. Without a level the next."""
    try:
        task = find(exercise)
    except NoSuchExercise as missing:
        return Page("No hint", str(missing))
    if level is None:
        level = min(_hints_given.get(task.id, 0) + 1, 3)
    if level not in (1, 2, 3):
        return Page(f"{task.id} has three hints", f'Ask for `hint("{task.id}", 1)`, 2 or 3; not {shown(level)}.')
    _hints_given[task.id] = level
    progress.record("hint", task.id, level=level)
    after = (f' Next: `hint("{task.id}", {level + 1})`.' if level < 3
             else f' Still stuck? `solution("{task.id}", give_up=True)`.')
    return Page(f"Hint {level} of 3 · {task.id} · {task.name}", task.hints[level - 1] + after)


def solution(exercise: str, *, give_up: bool = False) -> Page:
    """One good solution, once the exercise is passed or was checked twice, or at once with *give_up*."""
    try:
        task = find(exercise)
    except NoSuchExercise as missing:
        return Page("No solution", str(missing))
    outcomes = [event.data.get("outcome") for event in progress.of("check", task.id)]
    tries = sum(outcome in (NOT_YET, RAISED) for outcome in outcomes)
    if not (give_up or PASSED in outcomes or tries >= TRIES_BEFORE_SOLUTION):
        return Page(f"{task.id} · {task.name}", f"Tries checked so far: {tries}. After two the solution is here. Until "
                    f'then: `hint("{task.id}")`, or, without shame, `solution("{task.id}", give_up=True)`.')
    progress.record("solution", task.id, gave_up=give_up and PASSED not in outcomes)
    return Page(f"One good solution · {task.id} · {task.name}",
                "Others are as good; compare how each case is handled.", source_of(task))


def source_of(task: Exercise) -> str:
    """The source of the reference solution, without what is around it."""
    return textwrap.dedent(inspect.getsource(task.solution)).rstrip()
