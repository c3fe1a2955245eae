"""04-5: `unproven(record, text)`: right shape, wrong fact; the evidence beside each value tells.

The cases stand in `e04_evidence`; here is how an answer to one of them is judged.
"""

from __future__ import annotations

from collections.abc import Collection
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from helpers.classroom.attempt import Attempt, Spoiled, a, shown
from helpers.classroom.exercise import Exercise
from helpers.classroom.guard import Ran
from helpers.classroom.report import Problem
from helpers.exercises.e04_evidence import CASES, TEXT, Case


def unproven(record, text):
    """One good solution, behind an `import re`."""
    import re

    def stands(part, whole):
        part, whole = (" ".join(str(one or "").casefold().split()) for one in (part, whole))
        before, behind = r"(?<!\w)(?<!\w['’])(?<!\d[.,])", r"(?!\w)(?![.,]\d)"
        return part != "" and re.search(before + re.escape(part) + behind, whole) is not None

    return [name for name, field in record.items() if field["value"] is not None
            and not (stands(field["evidence"], text) and stands(str(field["value"]), field["evidence"]))]


@dataclass(frozen=True, slots=True)
class Proves:
    """A check: one field."""

    case: Case

    def __call__(self, attempt: Attempt) -> Problem | None:
        case, record = self.case, self.case.record
        wanted = set() if case.proven else {case.name}
        should = f"return `{sorted(wanted)}`"
        ran = attempt.run(record, case.text, sent=case.sent)
        if ran.error is not None:
            return _raised(attempt, ran, case, should)
        named = _names(ran.value, case.sent, should)
        if named == wanted:
            return _untouched(record, case, should)
        return Problem(code=case.code, sent=case.sent, did=f"returned `{sorted(named)}`", should=should,
                       because=case.because, look=case.look)


def _raised(attempt: Attempt, ran: Ran, case: Case, should: str) -> Problem:
    plain = attempt.raised(ran, case.sent, should)
    common = {"sent": case.sent, "did": plain.did, "should": should}
    if isinstance(case.value, int | float) and not isinstance(ran.error, KeyError):
        return Problem(code="number-raises", because="a value may be a number, and only a text can be looked for in a "
                       "text.", look="`str(...)` around the value.", **common)
    if None in (case.value, case.evidence) and isinstance(ran.error, TypeError | AttributeError):
        return Problem(code="null-raises", because="null is how a model says that the text doesn't name it, and it "
                       "then leaves the evidence empty, too.", look="None, before you look for anything.", **common)
    if type(ran.error).__name__ in ("error", "PatternError"):
        return Problem(code="pattern-raises", because="brackets and dots of the value have a meaning in a pattern, and "
                       "users write both.", look="`re.escape`.", **common)
    return plain


def _names(value: Any, sent: str, should: str) -> set[str]:
    if isinstance(value, Collection) and not isinstance(value, str | bytes) and all(
            isinstance(one, str) for one in value):
        return set(value)
    gave = "`None`" if value is None else f"{a(type(value).__name__)}: {shown(value)}"
    raise Spoiled(Problem(code="no-list", sent=sent, did=f"returned {gave}", should=should, because="the caller marks "
                          "each field by its name, for a person to look at.", look="your `return`."))


def _untouched(record: dict[str, Any], case: Case, should: str) -> Problem | None:
    if record == case.record:
        return None
    return Problem(code="changed-input", sent=case.sent, did=f"changed the record to {shown(record)}",
                   should=f"{should} and leave the record as it is", because="it is booked next: normalised texts "
                   "would be printed on a parcel.", look="where you put a lower-case copy.")


def all_at_once(attempt: Attempt) -> Problem | None:
    """Several fields: each is judged by itself."""
    record = {"owner": {"value": "Jane", "evidence": "Janet Moore owns the Q3 budget"},
              "sender": {"value": "Tom Reed", "evidence": "Tom Reed sends the numbers"},
              "due": {"value": "15 March", "evidence": "by 14 March"}, "note": {"value": None, "evidence": None}}
    for part, wanted in ((record, {"owner", "due"}), ({}, set())):
        sent, should = f"the text, and `{part}`", f"return `{sorted(wanted)}`"
        got = attempt.call(deepcopy(part), TEXT, sent=sent, should=should)
        named = _names(got, sent, should)
        if named != wanted:
            return Problem(code="not-each", sent=sent, did=f"returned `{sorted(named)}`", should=should, because="a "
                           "person looks at what you name, and at nothing else.", look="a `return` inside the loop, or "
                           "a name that keeps its value from field to field.")
    return None


PROVE_EACH_VALUE = Exercise(
    id="04-5", name="unproven", call="unproven(record, text)", solution=unproven,
    checks=(*map(Proves, CASES), all_at_once),
    praise="An invented value has nothing to point to. What this can't see: \"Tom Reed sends the numbers\" would prove "
           "Tom as the owner, too. It shows that a word was said, not what was meant: sample, and let a person look.",
    hints=("Two questions for each field: where must the evidence stand, and where the value?",
           "One inner function, `stands(part, whole)`, asked twice. It brings both to one form (`casefold`, and "
           "`\" \".join(text.split())`), refuses the empty text, and looks at what stands right before and behind: no "
           "letter or digit, no number that goes on behind a point or comma, no apostrophe in front that ends a word.",
           'After both are in one form: `part != "" and re.search(rf"(?<!\\w){re.escape(part)}(?!\\w)", whole)`, with '
           "`(?![.,]\\d)` behind it, and two of the kind before it. None as value: skip. `str(value)`, because a value "
           "may be a number."),
)
