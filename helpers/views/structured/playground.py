"""The schema playground: a model, a vendor and an input; what strict decoding takes, what moves, what is wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from helpers.views import style
from helpers.views._html import card, code, columns, safe
from helpers.views.controls import Choice, options

if TYPE_CHECKING:
    from pydantic import BaseModel

    from helpers.simulate.playground import Inspection
    from helpers.views._explore import Explorer

VENDORS = (("Anthropic", "anthropic"), ("OpenAI", "openai"))


def schema_playground(models: Sequence[type[BaseModel]], inputs: Mapping[str, Any] | None = None) -> Explorer:
    """A widget: choose a pydantic model, a vendor and an input.

    models: the first one shows first. inputs: name -> JSON value; None for `helpers.simulate.playground.INPUTS`.
    """
    from helpers.simulate import playground
    from helpers.views._explore import explore_html

    known, data = {model.__name__: model for model in models}, inputs or playground.INPUTS
    seen = lru_cache(maxsize=None)(lambda model, vendor, given: playground.inspect(known[model], data[given], vendor))
    controls = [Choice("model", "schema of the class", options(*known), next(iter(known))),
                Choice("vendor", "vendor", VENDORS, "anthropic"),
                Choice("given", "the call's input", options(*data), next(iter(data)))]
    return explore_html(lambda **values: _page(seen(**values)), controls, title="A schema on its way to strict",
                        describe=lambda **values: _in_words(seen(**values), **values))


def badge(found: Inspection) -> tuple[str, str]:
    """(whether the schema is strict-compatible, in words, and the colour of that)."""
    if found.impossible:
        return "✗ Can't be strict", style.VERMILLION
    if found.strict_as_it_is:
        return "✓ Strict-compatible as it is", style.GREEN
    return "✗ Not as it is; ✓ after to_strict", style.ORANGE


def verdict(found: Inspection) -> tuple[str, str]:
    """(what the validator says, in words, and the colour of that)."""
    if found.impossible:
        return "Nothing: without a strict schema there is no call to look at", style.GREY
    if found.problems:
        count = len(found.problems)
        return f"✗ {count} problem{'s' * (count != 1)}", style.VERMILLION
    return "✓ Accepted", style.GREEN


def _page(found: Inspection) -> str:
    words, colour = badge(found)
    about = [f"<div>Sent as it is, with strict: <b>400</b> {code(found.refused)} (as users report it)</div>"
             ] if found.refused else []
    about += [f"<div>{safe(found.impossible)}</div>"] if found.impossible else []
    about += [_list("Changed", found.changes), _list("Into the description, and back as a check", found.moved),
              _list("Kept, because this vendor takes it", found.kept)]
    schema = card(f"<b>{words}</b>", "".join(about), colour)
    said, its_colour = verdict(found)
    body = _list("", found.problems)
    if found.accepted is not None and found.accepted != found.data:
        body += f"<div>taken as {code(json.dumps(found.accepted))}</div>"
    given = f"<div>{code(json.dumps(found.data))}</div>" if found.data is not None else ""
    judged = card(f"<b>{said}</b>", f"{given}{body}", its_colour)
    return columns([f"<p><b>The schema</b></p>{schema}", f"<p><b>What the validator says</b></p>{judged}"],
                   "24em")


def _list(title: str, lines: Sequence[str]) -> str:
    items = "".join(f"<li>{safe(line)}</li>" for line in lines)
    head = f"<div>{safe(title)}:</div>" if title and lines else ""
    return f'{head}<ul style="margin:0;padding-left:20px">{items}</ul>' if lines else ""


def _in_words(found: Inspection, model: str, vendor: str, given: str) -> str:
    count = len(found.moved)
    moved = f" ({count} bound{'s' * (count != 1)} moved)" if count else ""
    name = next(shown for shown, value in VENDORS if value == vendor)
    schema = f"{model} for {name}: {badge(found)[0]}{moved}"
    if found.impossible:
        return f"{schema}: {found.impossible}"
    why = "; ".join(found.problems)
    return f"{schema}. Input “{given}”: {verdict(found)[0]}{': ' * bool(why)}{why}"
