"""Three ways through the course, each as a table: what when, how long, what is kept and what left out.

    schedule()      # starts with the one chosen last

The tables are in data/schedules.json. In their texts {02} stands for a lesson; whether it is there already is read
from the folder of the notebooks.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import partial
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.classroom import progress
from helpers.settings import DATA, NOTEBOOKS

if TYPE_CHECKING:
    from helpers.views._explore import Explorer

FILE = DATA / "schedules.json"
FIRST = "self-study"
REFERENCE = re.compile(r"\{(\d\d[a-z]?)\}")
"""A lesson in a text: {02}, {03a}."""
COLUMNS = ("when", "what", "minutes", "kept", "left out")
INK = "color:var(--jp-content-font-color1);font-size:var(--jp-content-font-size1,14px);line-height:1.5"


@dataclass(frozen=True, slots=True)
class Row:
    """One part of a plan."""

    when: str
    what: str
    minutes: int
    kept: str = ""
    left_out: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """One way through the course."""

    id: str
    label: str
    about: str
    rows: tuple[Row, ...]
    to_come: tuple[str, ...]
    """Numbers of its lessons that are not written yet."""

    @property
    def minutes(self) -> int:
        return sum(row.minutes for row in self.rows)


def schedule() -> Explorer:
    """Choose a way through the course; the choice is remembered."""
    from helpers.views._explore import explore_html
    from helpers.views.controls import Choice

    known = plans()
    chosen = [chosen_before(known)]

    def render(plan: str) -> str:
        if plan != chosen[-1]:          # the first drawing chooses nothing
            chosen.append(plan)
            progress.record("schedule", plan)
        return table_html(known[plan])

    options = tuple((plan.label, plan.id) for plan in known.values())
    return explore_html(render, [Choice("plan", "way through the course", options, chosen[0])],
                        describe=lambda plan: in_words(known[plan]), title="Your schedule")


def chosen_before(known: dict[str, Plan]) -> str:
    """The id of the plan chosen last, else FIRST."""
    choices = [event.item for event in progress.of("schedule") if event.item in known]
    return choices[-1] if choices else FIRST


def plans(notebooks: Path = NOTEBOOKS) -> dict[str, Plan]:
    """Every plan by its id, with the lessons' titles put in; *notebooks* says which lessons are there."""
    data = _data()
    to_come = {_number(name) for name in data["lessons"] if not (notebooks / f"{name}.ipynb").is_file()}
    return {raw["id"]: _plan(raw, to_come) for raw in data["plans"]}


def titles() -> dict[str, str]:
    """The title of every lesson, written or not, by its number: {"07": "07 Black Friday", ...}."""
    return {_number(name): f"{_number(name)} {title}" for name, title in _data()["lessons"].items()}


def _number(name: str) -> str:
    return name.partition("_")[0]


def _data() -> dict:
    return json.loads(FILE.read_text("utf-8"))


def _plan(raw: dict, to_come: set[str]) -> Plan:
    shown = {number: title + (" (to come)" if number in to_come else "") for number, title in titles().items()}
    fill = partial(re.sub, REFERENCE, lambda found: shown[found[1]])
    rows = tuple(Row(**{name: fill(text) if isinstance(text, str) else text for name, text in row.items()})
                 for row in raw["rows"])
    named = set(re.findall(REFERENCE, json.dumps(raw)))
    return Plan(raw["id"], raw["label"], fill(raw["about"]), rows, tuple(sorted(named & to_come)))


def in_words(plan: Plan) -> str:
    """The plan in a few sentences."""
    coming = f"\nTo come: {', '.join(plan.to_come)}." if plan.to_come else ""
    return f"{plan.label}: {plan.minutes} minutes in {len(plan.rows)} parts. {plan.about}{coming}"


def table_html(plan: Plan) -> str:
    """The plan as a table."""
    head = _html_row("th", COLUMNS)
    body, last = "", ""
    for row in plan.rows:
        when, last = ("" if row.when == last else row.when), row.when      # a day is named once
        body += _html_row("td", (when, row.what, str(row.minutes), row.kept, row.left_out), rule=bool(when))
    return (f'<table style="{INK};margin:4px 0;table-layout:auto;border-collapse:collapse;max-width:68em">'
            f"<thead>{head}</thead><tbody>{body}</tbody></table>")


def _html_row(tag: str, texts: tuple[str, ...], *, rule: bool = False) -> str:
    edge = "border-top:1px solid var(--jp-border-color1,#bdbdbd);" if rule else ""
    looks = ("white-space:nowrap", "", "text-align:right", "", "")
    scope = ' scope="col"' if tag == "th" else ""
    cells = "".join(f'<{tag}{scope} style="text-align:left;vertical-align:top;padding:3px 14px 3px 0;{edge}{look}">'
                    f"{_unbroken(text)}</{tag}>" for text, look in zip(texts, looks, strict=True))
    return f"<tr>{cells}</tr>"


def _unbroken(text: str) -> str:
    return escape(text).replace("(to come)", '<span style="white-space:nowrap">(to come)</span>')
