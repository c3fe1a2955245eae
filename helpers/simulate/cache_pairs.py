"""Two requests of the shop, a minute apart: what the second one reads from the cache, block by block, and why no more.

    seen = compare(clock=True)                       # "Now: 09:00" in front of the handbook, then "Now: 09:01"
    seen.second.usage, seen.difference, seen.savings
    [block.fate for block in seen.second.blocks]     # "written", "written", ...

Handbook and catalogue are the course's own; each ends with a breakpoint, and so do the tools. The handbook and the
tools together are long enough to be cached; the tools alone are not. Billed by `simulate.cache`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Any

from helpers.caching import Difference, Savings, build_request, parts_of, prefix_diff, savings
from helpers.caching.prefixes import estimated
from helpers.economics import Usage, model_id
from helpers.settings import DATA
from helpers.simulate.cache import Cache

RETRIEVED = ("none", "before the catalogue", "in the question")
PLACES = {"tools": "tools", "system": "handbook", "documents": "catalogue", "messages": "question"}
TOOLS = [{"name": name, "description": what, "input_schema": {"type": "object", "properties": {
    "number": {"type": "string", "description": number}}, "required": ["number"]}} for name, what, number in (
        ("find_article", "Look up an article's stock in our shops.", "AO and four digits"),
        ("find_order", "Look up where an order is.", "Four to six digits"))]
PAGES = ("Stove AO-1323 was tested in wind: it boils a litre in five minutes, and in four with its shield.",
         "Tents by weight: the lightest for two stands with trekking poles and weighs less than a kilogram.")
"""What a search brought up for the first and for the second question."""
QUESTIONS = ("Which stove folds smallest?", "Do you have a light tent for two?")


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a request, as it was billed."""

    name: str
    """"tools", "handbook", "catalogue", "retrieved" or "question"."""
    tokens: int
    fate: str
    """"read" or "written" (from, or to, the cache), or "input", at the plain price."""
    breakpoint: bool


@dataclass(frozen=True, slots=True)
class Billed:
    """A request, its bill, and which blocks it is made of."""

    body: dict[str, Any]
    usage: Usage
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """Two requests, one after the other, through one cache."""

    first: Billed
    second: Billed
    difference: Difference | None
    """Where the second parts from the first; None where they are equal."""
    parts_at: int | None
    """Which of the second's blocks holds that place; None where they are equal."""

    @property
    def savings(self) -> Savings:
        """The second call's bill, input alone, beside the one without a cache."""
        return savings(self.second.usage, self.second.body["model"])


def compare(*, clock: bool = False, shuffled: bool = False, space: bool = False, retrieved: str = "none",
            other: bool = True, model: str = "") -> Compared:
    """Bill two requests, the second a minute after the first.

    What differs, each on its own: *clock*, a time before the handbook; *shuffled*, the tools' order; *space*, one more
    space in the middle of the catalogue; *retrieved*, a page found for the question, one of RETRIEVED; *other*, the
    question. *model*: None or "" for the course's default.
    """
    if retrieved not in RETRIEVED:
        raise ValueError(f"retrieved must be one of {', '.join(map(repr, RETRIEVED))}; got {retrieved!r}.")
    settings = {"clock": clock, "retrieved": retrieved, "model": model or model_id("default")}
    bodies = [shop_request(0, number=0, **settings),
              shop_request(1, number=int(other), shuffled=shuffled, space=space, **settings)]
    cache = Cache()
    first, second = (_billed(body, cache.bill(body, at_s=60.0 * turn)) for turn, body in enumerate(bodies))
    difference = prefix_diff(first.body, second.body)
    return Compared(first, second, difference, _place(second, difference))


def shop_request(turn: int, *, number: int, model: str, clock: bool = False, shuffled: bool = False,
                 space: bool = False, retrieved: str = "none") -> dict[str, Any]:
    """One request of the shop at 09:00 plus *turn* minutes; see `compare`."""
    handbook, catalogue = (document("acme_policy.md"), document("catalogue.md"))
    if clock:
        handbook = f"Now: 2026-11-23 09:{turn:02}\n\n{handbook}"
    if space:
        middle = catalogue.index(". ", len(catalogue) // 2)
        catalogue = f"{catalogue[:middle + 1]} {catalogue[middle + 1:]}"
    page = [] if retrieved == "none" else [{"type": "text", "text": PAGES[number]}]
    before, asked = (page, []) if retrieved == RETRIEVED[1] else ([], page)
    body = build_request(model=model, tools=TOOLS, system=handbook, documents=[*before, catalogue],
                         question=[*asked, {"type": "text", "text": QUESTIONS[number]}])
    return body | {"tools": _reversed(body["tools"])} if shuffled else body


def _billed(body: dict[str, Any], usage: Usage) -> Billed:
    """Which tokens were read, written or plain input: in this order, from the front."""
    read = usage.cache_read
    written = read + usage.cache_write_5m + usage.cache_write_1h
    found = []
    parts = [part for part in parts_of(body) if part.block]
    sizes = [estimated(part.text) for part in parts]
    for part, size, end in zip(parts, sizes, accumulate(sizes), strict=True):
        fate = "read" if end <= read else "written" if end <= written else "input"
        found.append(Block(_name(part.level, part.text), size, fate, part.ttl is not None))
    return Billed(body, usage, tuple(_joined(found)))


def _joined(blocks: list[Block]) -> list[Block]:
    """The tools as one block: they are short, and spoil each other anyway."""
    tools = [block for block in blocks if block.name == "tools"]
    rest = [block for block in blocks if block.name != "tools"]
    return [Block("tools", sum(tool.tokens for tool in tools), tools[-1].fate, tools[-1].breakpoint), *rest]


def _name(level: str, text: str) -> str:
    if level == "system" and text not in PAGES:
        return "catalogue" if "Outfitters: catalogue" in text[:80] else "handbook"
    return level if level == "tools" else "retrieved" if text in PAGES else "question"


def _place(billed: Billed, difference: Difference | None) -> int | None:
    """The block of *billed* where *difference* lies: "system.1.text" is the second one behind the tools."""
    if difference is None:
        return None
    parts = [part.path for part in parts_of(billed.body) if part.block]
    place = next(n for n, path in enumerate(parts) if difference.path.startswith(path))
    n_tools = len(billed.body["tools"])
    return max(0, place - n_tools + 1)


def _reversed(tools: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """*tools* from the last to the first, the breakpoint at the end as before."""
    bare = [{key: value for key, value in tool.items() if key != "cache_control"} for tool in reversed(tools)]
    return [*bare[:-1], bare[-1] | {"cache_control": tools[-1]["cache_control"]}]


@lru_cache(maxsize=2)
def document(name: str) -> str:
    """The text of a file in data/."""
    return (DATA / name).read_text("utf-8")
