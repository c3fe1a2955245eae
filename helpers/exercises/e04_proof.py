"""04-5: `unproven(record, text)`: right shape, wrong fact; the evidence beside each value tells."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from helpers.classroom.attempt import Attempt, Spoiled, a, shown
from helpers.classroom.exercise import Exercise
from helpers.classroom.guard import Ran
from helpers.classroom.report import Problem

TEXT = ("Budget review, Monday.\nJanet Moore owns the Q3 budget;  Tom Reed\nsends the numbers by 14 March.\n"
        "24 mugs (large) at $4.50 each.")


def unproven(record, text):
    """One good solution, behind an `import re`."""
    import re

    def stands(part, whole):
        part, whole = (" ".join(str(one or "").casefold().split()) for one in (part, whole))
        return part != "" and re.search(rf"(?<!\w){re.escape(part)}(?!\w)", whole) is not None

    return [name for name, field in record.items() if field["value"] is not None
            and not (stands(field["evidence"], text) and stands(str(field["value"]), field["evidence"]))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One field, whether it is proven, and what to say to who thinks otherwise."""

    value: Any
    evidence: Any
    proven: bool
    code: str
    because: str
    look: str
    name: str = "owner"

    @property
    def record(self) -> dict[str, dict[str, Any]]:
        return {self.name: {"value": self.value, "evidence": self.evidence}}

    @property
    def sent(self) -> str:
        return f"the text {shown(TEXT)}, and `{self.record}`"


@dataclass(frozen=True, slots=True)
class Proves:
    """A check: one field."""

    case: Case

    def __call__(self, attempt: Attempt) -> Problem | None:
        case, record = self.case, self.case.record
        wanted = set() if case.proven else {case.name}
        should = f"return `{sorted(wanted)}`"
        ran = attempt.run(record, TEXT, sent=case.sent)
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
    if isinstance(value, list | tuple | set | frozenset) and all(isinstance(one, str) for one in value):
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


SPACES = "the line was broken by a mail program, or the model wrote the words on one line: it is the same sentence."
WORDS = "`in` looks for letters; a person, a number and a date are whole words."

CASES = (
    Case(value="Janet Moore", evidence="Janet Moore owns the Q3 budget", proven=True, code="proven-refused",
         because="it stands there word for word. Who flags everything is soon read by nobody.",
         look="what you look for, and in what."),
    Case(value="Priya Shah", evidence="Priya Shah owns the Q3 budget", proven=False, code="evidence-unchecked",
         because="the sentence is not in the text: the model made up the evidence, too. The shape is right, strict and "
         "pydantic are content.", look="the evidence in the text: do you ask for it?"),
    Case(value="Tom Reed", evidence="Janet Moore owns the Q3 budget", proven=False, code="value-unchecked",
         because="the sentence stands in the text, and names somebody else. A true quotation proves only what it says.",
         look="the value in the evidence: do you ask for it?"),
    Case(value="Priya Shah", evidence="Tom Reed", proven=False, code="value-unchecked", because="the sentence stands "
         "in the text, and names somebody else. A true quotation proves only what it says.",
         look="the value in the evidence: do you ask for it?"),
    Case(value="14 March", evidence="14 March, by Tom Reed", proven=False, name="due", code="evidence-pieced",
         because="each word stands somewhere, the sentence doesn't: the model put it together.",
         look="what you compare: word by word, or the whole?"),
    Case(value="janet moore", evidence="JANET MOORE OWNS", proven=True, code="capitals", because="capitals "
         "change no fact, and models correct them.", look="what you make of both sides before you compare."),
    Case(value="Tom Reed", evidence="Tom Reed sends the numbers by 14 March.", proven=True, code="white-space",
         because=SPACES, look="line ends and double spaces, in the text as in the evidence."),
    Case(value="Tom\nReed", evidence="the Q3 budget; Tom Reed sends", proven=True, code="white-space", because=SPACES,
         look="line ends and double spaces, in the value, too."),
    Case(value="Jane", evidence="Janet Moore owns the Q3 budget", proven=False, code="part-of-a-word",
         because=f"Jane is not in the text, Janet is. {WORDS}", look="what may stand before and behind a find."),
    Case(value="Jane", evidence="Jane", proven=False, code="evidence-part-of-a-word", because="the evidence was cut in "
         f"the middle of Janet: it proves whatever one likes. {WORDS}", look="what may stand before and behind the "
         "evidence in the text."),
    Case(value=24, evidence="24 mugs", proven=True, name="count", code="number", because="the text writes numbers with "
         "digits, too; a number's text is what can be found in it.", look="what you do with a value that is no text."),
    Case(value=2, evidence="24 mugs", proven=False, name="count", code="digit-of-a-number", because=f"24 mugs are not "
         f"2. {WORDS}", look="what may stand before and behind a find."),
    Case(value=0, evidence="24 mugs", proven=False, name="count", code="zero", because="0 is a value, and nobody wrote "
         "it. Only None says that there is none.", look="`if value`, which takes 0 and the empty text for None."),
    Case(value="mugs (large)", evidence="24 mugs (large) at $4.50", proven=True, name="product", code="brackets",
         because="brackets and dollars have a meaning in a pattern, and `\\b` finds no edge behind one.",
         look="`re.escape`, and what you put around it."),
    Case(value="4-50", evidence="at $4.50 each", proven=False, name="price", code="punctuation", because="another sign "
         "may be another thing: 4-50 is no price. Only white space and capitals don't count.",
         look="what you take away before you compare."),
    Case(value="4.50", evidence="$4.50 each", proven=True, name="price", code="edges", because="a sign before the "
         "number ends no word: `$4.50` holds `4.50`.", look="which signs belong to a word for you."),
    Case(value=None, evidence=None, proven=True, name="note", code="null-named", because="None says that the text "
         "doesn't name it: the honest answer would be flagged each time.", look="None, before anything else."),
    Case(value=None, evidence="", proven=True, name="note", code="null-named", because="None says that the text "
         "doesn't name it: the honest answer would be flagged each time.", look="None, before anything else."),
    Case(value="Tom Reed", evidence=None, proven=False, code="no-evidence", because="a value without evidence is what "
         "you wanted to catch.", look="what you do where the evidence is None."),
    Case(value="Tom Reed", evidence="", proven=False, code="no-evidence", because="the empty text stands in every "
         "text: it proves nothing.", look="what you do with an empty evidence."),
    Case(value="", evidence="Tom Reed", proven=False, code="blank-value", because="the empty text stands in every "
         "text, and on a parcel it is no name. A model that doesn't know is to say null.",
         look="what you do with a value of no letters."),
    Case(value=" ", evidence="Tom Reed", proven=False, code="blank-value", because="white space doesn't count, so this "
         "is the empty text, which stands in every text.", look="what is left of the value once white space is gone."),
)

PROVE_EACH_VALUE = Exercise(
    id="04-5", name="unproven", call="unproven(record, text)", solution=unproven,
    checks=(*map(Proves, CASES), all_at_once),
    praise="An invented value has nothing to point to. What this can't see: \"Tom Reed sends the numbers\" would prove "
           "Tom as the owner, too. It shows that a word was said, not what was meant: sample, and let a person look.",
    hints=("Two questions for each field: where must the evidence stand, and where the value?",
           "One inner function, `stands(part, whole)`, asked twice. It brings both to one form (`casefold`, and "
           "`\" \".join(text.split())`), refuses the empty text, and wants no letter or digit right before or behind.",
           'After both are in one form: `part != "" and re.search(rf"(?<!\\w){re.escape(part)}(?!\\w)", whole)`. None '
           "as value: skip. `str(value)`, because a value may be a number."),
)
