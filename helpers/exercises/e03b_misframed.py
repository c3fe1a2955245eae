"""03b-1: what is wrong with the bytes of an event that does not arrive as it should."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from helpers.classroom.attempt import shown
from helpers.classroom.report import Problem
from helpers.sse import Event, SSEParser

LIST = "Here is a list:\n\n- tea\n- milk"


@dataclass(frozen=True, slots=True)
class Case:
    """One call."""

    event: str
    data: str
    what: str = ""
    """What is in the text."""

    @property
    def sent(self) -> str:
        what = f" ({self.what})" if self.what else ""
        return f"`sse_event({self.event!r}, {self.data!r})`{what}"

    @property
    def should(self) -> str:
        return f"return the bytes of one event, `{self.event}`, whose data is the JSON of `{{'text': {self.data!r}}}`"


Again = Callable[[Case], bytes]
"""The learner's bytes for another case."""


def read(event: Event) -> Any:
    """The data as JSON; None where it is none."""
    try:
        return json.loads(event.data)
    except ValueError:
        return None


def misframed(raw: bytes, events: list[Event], case: Case, again: Again) -> Problem:
    """The problem of *raw*, of which a parser made *events*."""
    return (_encoding(raw, case) or _count(raw, events, case) or _name(events[0], case)
            or _payload(raw, events[0], case, again))


def _encoding(raw: bytes, case: Case) -> Problem | None:
    try:
        raw.decode()
        wrong = b"\0" in raw
    except UnicodeDecodeError:
        wrong = True
    if not wrong:
        return None
    return Problem(code="encoding", sent=case.sent, did=f"returned bytes that are no UTF-8: {shown(raw)}",
                   should=case.should, because="the format is UTF-8 and nothing else: a browser shows `\ufffd` "
                   "for each byte that it can't read.", look="the name that you hand to `encode`.")


def _count(raw: bytes, events: list[Event], case: Case) -> Problem | None:
    common = {"sent": case.sent, "should": case.should}
    if len(events) > 1:
        return Problem(code="several", did=f"sent {len(events)} events: {shown([event.data for event in events])}",
                       because="a blank line ends an event: the page would show one text as two, or take words of the "
                       "model for a command of yours.", look="line ends in the text, and how they reach the bytes.",
                       **common)
    if events:
        return None
    if SSEParser().feed(raw + b"\n\n"):
        return Problem(code="no-blank-line", did=f"returned {shown(raw)}: no event yet", because="a blank line sends "
                       "an event off. Until it comes the browser waits, and what is unfinished at the end of the "
                       "stream is thrown away.", look="the end of your bytes: how many line ends make a blank line?",
                       **common)
    if not raw:
        return Problem(code="nothing", did="returned no bytes", because="an empty piece is a piece: the page counts "
                       "them, and a caller who wants none sends none.", look="a condition that an empty text does not "
                       "meet.", **common)
    return Problem(code="no-data", did=f"returned {shown(raw)}: no event", because="each line says which field it "
                   "brings; without a `data:` there is nothing to hand on.", look="how your lines begin, and whether "
                   "they end: in a raw text, `\\n` is two characters.", **common)


def _name(event: Event, case: Case) -> Problem | None:
    if event.event == case.event:
        return None
    named = f"sent an event named `{event.event}`"
    if event.event == "message":
        return Problem(code="no-name", sent=case.sent, did=f"{named}: it is what an event without a name is called",
                       should=case.should, because="the page listens for `delta`, `done` and `error`: it would never "
                       "hear this one.", look="the line that begins with `event:`.")
    return Problem(code="other-name", sent=case.sent, did=named, should=case.should, because="the page decides by the "
                   "name what to do with it.", look="where the name in your bytes comes from.")


def _payload(raw: bytes, event: Event, case: Case, again: Again) -> Problem:
    got, common = read(event), {"sent": case.sent, "should": case.should}
    if got is None and event.data != "null":
        return _no_json(raw, event.data, case, again, common)
    if isinstance(got, str):
        return _a_string(got, case, common)
    if not isinstance(got, Mapping) or set(got) != {"text"}:
        return Problem(code="other-object", did=f"sent {shown(event.data)} as the data", because="the page reads "
                       "`JSON.parse(data).text`, and nothing else.", look="what you hand to `json.dumps`.", **common)
    return _changed(got["text"], case, common)


def _a_string(got: str, case: Case, common: dict[str, str]) -> Problem:
    try:
        twice = json.loads(got) == {"text": case.data}
    except ValueError:
        twice = False
    if twice:
        return Problem(code="twice", did=f"sent JSON inside JSON: {shown(json.dumps(got))}", because="the page would "
                       "get a text full of backslashes where it expects an object.",
                       look="how often `json.dumps` is applied.", **common)
    return Problem(code="bare-text", did=f"sent the text alone as JSON: {shown(json.dumps(got))}", because="the page "
                   "reads `JSON.parse(data).text`; an object also has room for what comes later (an id, a usage).",
                   look="what you hand to `json.dumps`.", **common)


def _no_json(raw: bytes, data: str, case: Case, again: Again, common: dict[str, str]) -> Problem:
    gave = f"sent {shown(data)} as the data"
    if data.startswith("{'"):
        return Problem(code="python", did=f"{gave}: Python's way to write a dict", because="the page reads JSON, with "
                       "double quotes: `JSON.parse` raises here.", look="what turns your dict into text.", **common)
    if "}\n{" in data:
        return Problem(code="json-by-line", did=f"{gave}: an object for each line", because="an event brings one text: "
                       "the page reads its data as a whole, and two objects in a row are no JSON.",
                       look="what you split before `json.dumps`.", **common)
    if data.startswith("{"):
        if len([line for line in raw.splitlines() if line.strip()]) > 2 and "\n" not in data:
            return Problem(code="lines-lost", did=f"{gave}; the other lines do not begin with `data:`", because="a "
                           "line whose field nobody knows is left out, without a word.", look="line ends in your JSON "
                           "(`indent=` makes some), or split texts.", **common)
        return Problem(code="not-escaped", did=f"{gave}: no JSON any more", because="quotes, backslashes and line ends "
                       "in a text need a backslash in JSON. `json.dumps` knows all of them.",
                       look="how the text gets between the quotes.", **common)
    return _raw_text(data, case, again, common)


def _raw_text(data: str, case: Case, again: Again, common: dict[str, str]) -> Problem:
    """The text as it is: what another text, sent in the same way, would arrive as."""
    for other in (LIST, "one\r\ntwo"):
        arrived = [event.data for event in SSEParser().feed(again(Case(case.event, other)))]
        if arrived != [other]:
            break
    because = ("a blank line ends an event, also one inside a text: what follows it is lost." if LIST.startswith(
        "".join(arrived[:1])) else "in the format a line end is no part of the text: which kind it was is lost."
        if arrived == ["one\ntwo"] else "whoever reads it has to undo exactly what you did; JSON is a way that "
        "every browser can undo.")
    return Problem(code="raw-text", did=f"sent {shown(data)} as the data, not as JSON. {shown(other)}, sent in the "
                   f"same way, arrives as {shown(arrived[0] if len(arrived) == 1 else arrived)}", because=because,
                   look="what keeps a line end inside one line.", **common)


def _changed(got: Any, case: Case, common: dict[str, str]) -> Problem:
    gave = f"made {shown(got)} of the text"
    if isinstance(got, str) and "".join(got.split()) == "".join(case.data.split()):
        return Problem(code="spaces", did=f"{gave}: its spaces or line ends are others", because="pieces of an answer "
                       "are put together as they are: a space at the edge, or the kind of a line end, belongs to them.",
                       look="`strip`, `replace`, `split` and `splitlines`.", **common)
    if isinstance(got, str) and not case.data.isascii():
        return Problem(code="encoding", did=gave, because="users write in every language, and models like emoji; the "
                       "format is UTF-8, which has them all.", look="what you hand to `encode`.", **common)
    return Problem(code="changed", did=gave, because="what the model wrote arrives as it wrote it, whatever it looks "
                   "like; the names of the events are yours, the text is the model's.", look="what treats one text "
                   "differently from another.", **common)
