"""04-5: the fields that are sent, each with its evidence and a text, one difficulty in each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from helpers.classroom.attempt import shown

TEXT = ("Budget review, Monday.\nJanet Moore owns the Q3 budget;  Tom Reed\nsends the numbers by 14 March.\n"
        "24 mugs (large) at $4.50 each.")


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
    text: str = TEXT

    @property
    def record(self) -> dict[str, dict[str, Any]]:
        return {self.name: {"value": self.value, "evidence": self.evidence}}

    @property
    def sent(self) -> str:
        return f"the text {shown(self.text)}, and `{self.record}`"


SPACES = "the line was broken by a mail program, or the model wrote the words on one line: it is the same sentence."
WORDS = "`in` looks for letters; a person, a number and a date are whole words."
SAYS_ELSE = ("the sentence stands in the text, and names somebody else. A true quotation proves only what it says.",
             "the value in the evidence: do you ask for it?")
HONEST = ("None says that the text doesn't name it: the honest answer would be flagged each time.",
          "None, before anything else.")
WHOLE_NUMBERS = ("4.50 is one number: a point or a comma between two digits ends none. At 4 a piece, or at 50, "
                 "somebody pays the difference.", "what may stand right before and behind a number.")
ONE_WORD = ("what comes behind an apostrophe goes on with the word: nobody has said a size here, and one would be "
            "sent.", "what may stand right before a word.")


def _proves(proven: bool, value: Any, evidence: Any, code: str, because: str, look: str, **more: Any) -> Case:
    return Case(value=value, evidence=evidence, proven=proven, code=code, because=because, look=look, **more)


CASES = (
    Case(value="Janet Moore", evidence="Janet Moore owns", proven=True, code="proven-refused",
         because="it stands there word for word. Who flags everything is soon read by nobody.",
         look="what you look for, and in what."),
    Case(value="Priya Shah", evidence="Priya Shah owns the Q3 budget", proven=False, code="evidence-unchecked",
         because="the sentence is not in the text: the model made up the evidence, too. The shape is right, strict and "
         "pydantic are content.", look="the evidence in the text: do you ask for it?"),
    _proves(False, "Tom Reed", "Janet Moore owns the Q3 budget", "value-unchecked", *SAYS_ELSE),
    _proves(False, "Priya Shah", "Tom Reed", "value-unchecked", *SAYS_ELSE),
    Case(value="14 March", evidence="14 March, by Tom Reed", proven=False, name="due", code="evidence-pieced",
         because="each word stands somewhere, the sentence doesn't: the model put it together.",
         look="what you compare: word by word, or the whole?"),
    Case(value="Janet Moore", evidence="Janet Moore owns the Q3 budget", proven=True, code="next-sign", because="the "
         "text goes on with a semicolon, and no space before it: the words are there all the same.",
         look="where a word ends for you: at a space, or where its letters end?"),
    Case(value="the numbers", evidence="Tom sends the numbers by 14 March.", text="Tom sends the numbers by 14 March. "
         "Janet owns the budget.", proven=True, code="full-stop", because="a "
         "model takes a sentence with its full stop. A word's edge is what `\\b` looks for, and behind a full stop "
         "there is none.", look="what you put around the evidence."),
    Case(value="janet moore", evidence="JANET MOORE OWNS", proven=True, code="capitals", because="capitals "
         "change no fact, and models correct them.", look="what you make of both sides before you compare."),
    Case(value="Tom Reed", evidence="Tom Reed sends the numbers", proven=True, code="white-space",
         because=SPACES, look="line ends and double spaces, in the text as in the evidence."),
    Case(value="Tom\nReed", evidence="the Q3 budget; Tom Reed sends", proven=True, code="white-space", because=SPACES,
         look="line ends and double spaces, in the value, too."),
    Case(value="Tom Reed", evidence="Tom Reed sends it", text="Owner:\tTom\tReed\N{NO-BREAK SPACE}sends it to us.",
         proven=True, code="white-space", because="a table puts tabs there, and a page spaces that don't break "
         "(`\\xa0`): white space, all of it.", look="which signs are white space for you."),
    Case(value="Jane", evidence="Janet Moore owns the Q3 budget", proven=False, code="part-of-a-word",
         because=f"Jane is not in the text, Janet is. {WORDS}", look="what may stand before and behind a find."),
    Case(value="Jane", evidence="Jane", proven=False, code="evidence-part-of-a-word", because="the evidence was cut in "
         f"the middle of Janet: it proves whatever one likes. {WORDS}", look="what may stand before and behind the "
         "evidence in the text."),
    Case(value="J", evidence="Jürgen calls", text="Jürgen calls Zoë.", proven=False, code="umlaut", because="ü is a "
         "letter, and Jürgen one word. Lists of letters from a to z know few of the world's names.",
         look="which signs are letters for you."),
    Case(value="Tom", evidence="Tommy met Tom", text="Tommy met Tom twice.", proven=True, code="first-find",
         because="the first place is in the middle of Tommy, the second is Tom himself.",
         look="what your code does where the first place that it finds is none."),
    Case(value=24, evidence="24 mugs", proven=True, name="count", code="number", because="the text writes numbers with "
         "digits, too; a number's text is what can be found in it.", look="what you do with a value that is no text."),
    Case(value=7.5, evidence="weighs 7.5 kg", text="The box weighs 7.5 kg in all.", proven=True, name="weight",
         code="number", because="the text writes it with the same digits and the same point.",
         look="what you do with a value that is no text."),
    Case(value=5.25, evidence="at $4.50 each", proven=False, name="price", code="number", because="a number with a "
         "point is a value like any other, and nobody wrote this one.", look="which kinds of value you look for, and "
         "which you let pass."),
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
    Case(value=450, evidence="at $4.50 each", proven=False, name="price", code="punctuation", because="without its "
         "point 4.50 reads 450, a hundred times as much. Only white space and capitals don't count.",
         look="what you take away before you compare."),
    Case(value="4.50", evidence="$4.50 each", proven=True, name="price", code="edges", because="a sign before the "
         "number ends no word: `$4.50` holds `4.50`.", look="which signs belong to a word for you."),
    _proves(True, None, None, "null-named", *HONEST, name="note"),
    _proves(True, None, "", "null-named", *HONEST, name="note"),
    Case(value="Tom Reed", evidence=None, proven=False, code="no-evidence", because="a value without evidence is what "
         "you wanted to catch.", look="what you do where the evidence is None."),
    Case(value="Tom Reed", evidence="", proven=False, code="no-evidence", because="the empty text stands in every "
         "text: it proves nothing.", look="what you do with an empty evidence."),
    Case(value="", evidence="Tom Reed", proven=False, code="blank-value", because="the empty text stands in every "
         "text, and on a parcel it is no name. A model that doesn't know is to say null.",
         look="what you do with a value of no letters."),
    Case(value=" ", evidence="Tom Reed", proven=False, code="blank-value", because="white space doesn't count, so this "
         "is the empty text, which stands in every text.", look="what is left of the value once white space is gone."),
    *(_proves(False, value, evidence, "part-of-a-number", *WHOLE_NUMBERS, name="price")
      for value, evidence in ((4, "at $4.50 each"), (50, "at $4.50 each"), (4, "(large) at $4"))),
    _proves(False, 200, "for 1,200 mugs", "part-of-a-number", *WHOLE_NUMBERS, name="count",
            text="A quote for 1,200 mugs."),
    Case(value=24, evidence="We need 24, or 30.", text="We need 24, or 30.", proven=True, name="count",
         code="number-refused", because="behind a comma or a full stop a number goes on only where a digit follows.",
         look="what you refuse right behind a number."),
    _proves(True, 30, "or 30.", "number-refused", "behind a comma or a full stop a number goes on only where a digit "
            "follows.", "what you refuse right behind a number.", name="count", text="We need 24, or 30."),
    _proves(False, "M", "I'm not sure of the size", "apostrophe", *ONE_WORD, name="size",
            text="A shirt, please. I'm not sure of the size."),
    _proves(False, "S", "it’s for my sister", "apostrophe", *ONE_WORD, name="size",
            text="A shirt; it’s for my sister."),
)
