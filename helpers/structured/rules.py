"""A rule for every text: what was taken from it has to stand in it.

    extract(client, text, Order, model=MODEL, rules=[said_in(text, "product", "colour")])

It catches the invented value that no schema can: the right type, one of the choices, and nowhere in the message.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from helpers.structured.bounds import shown
from helpers.structured.judging import Rule


def said_in(text: str, *fields: str) -> Rule:
    """A rule that complains of each of *fields* whose text doesn't stand in *text*, from a word's beginning on.

    Capitals and white space don't count, and a word of three letters or more may go on: "shirt" stands in "two Shirts",
    "red" not in "ordered", "M" not in "medium". What is blank stands nowhere.
    A field may be a text, a list of texts, or None; of another kind it is a TypeError when the rule is asked. What is
    said in other words ("two" for 2, "marine" for navy) it can't find: leave such fields out.
    """
    if not fields:
        raise ValueError('said_in() needs the names of the fields to look for: said_in(text, "product", "colour").')
    source = _plain(text)

    def rule(value: Any) -> str | None:
        missing = [f"{name}: {shown(part)} doesn't stand in the message" for name in fields
                   for part in _texts(name, getattr(value, name)) if not _stands(_plain(part), source)]
        return "; ".join(missing) or None

    return rule


def _texts(name: str, part: Any) -> list[str]:
    parts = [] if part is None else part if isinstance(part, list | tuple | set) else [part]
    if not all(isinstance(one, str) for one in parts):
        raise TypeError(f"said_in() compares texts; {name} is {shown(part)}. Leave it out, or write your own rule.")
    return list(parts)


def _stands(part: str, source: str) -> bool:
    end = "" if len(part) > 2 else r"(?!\w)"
    return part != "" and re.search(rf"(?<!\w){re.escape(part)}{end}", source) is not None


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
