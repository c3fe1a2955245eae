"""What a client made of a stream, event by event, beside what was sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, zip_longest

from helpers.views import style
from helpers.views._html import code, safe
from helpers.views.streaming._words import count

KINDS = {
    "whole": ("✓ whole", style.GREEN, "solid"),
    "damaged": ("✗ damaged", style.VERMILLION, "dashed"),
    "missing": ("✗ missing", style.VERMILLION, "dotted"),
    "invented": ("✗ never sent", style.VERMILLION, "dashed"),
}
"""What happened to an event -> its heading, its colour, and its border."""
SHOWN = 36
"""Characters of a text that a card shows."""
NEAR = 2
"""Whole events that stay in sight at each end of a longer run of them."""


@dataclass(frozen=True, slots=True)
class Card:
    """One event: what came of it, and what should have."""

    kind: str
    """One of KINDS."""
    came: str = ""
    sent: str = ""

    def __str__(self) -> str:
        came, sent = (repr(text) for text in _around(self.came, self.sent))
        return {"damaged": f"{came} instead of {sent}", "missing": f"{sent} is missing",
                "invented": f"{came} was never sent"}.get(self.kind, came)


def compare(expected: Sequence[str], got: Sequence[str]) -> list[Card]:
    """Each event that was sent or that came, in order, with what happened to it.

    Where the texts joined are what was sent, all is well, however a client divides them.
    """
    if "".join(expected) == "".join(got):
        return [Card("whole", text, text) for text in got]
    cards: list[Card] = []
    matcher = SequenceMatcher(a=expected, b=got, autojunk=False)
    for same, i, j, k, m in matcher.get_opcodes():
        if same == "equal":
            cards += [Card("whole", text, text) for text in expected[i:j]]
        else:
            cards += [_card(sent, came) for sent, came in zip_longest(expected[i:j], got[k:m])]
    return cards


def tally(cards: Sequence[Card]) -> str:
    """How many events are whole, damaged, missing, invented."""
    sent = sum(card.kind != "invented" for card in cards)
    kinds = [card.kind for card in cards]
    wrong = [f"{kinds.count(kind):,} {KINDS[kind][0].lstrip('✗ ')}" for kind in KINDS
             if kind != "whole" and kind in kinds]
    if not wrong:
        return f"all {count(sent, 'event')} whole" if sent > 1 else f"{count(sent, 'event')}, whole"
    return f"{kinds.count('whole'):,} of {count(sent, 'event')} whole, {', '.join(wrong)}"


def cards_html(cards: Sequence[Card]) -> str:
    """The events side by side, in order; long runs of whole ones shortened."""
    parts = "".join(_html(part) if isinstance(part, Card) else _left_out(part) for part in _shortened(cards))
    return f'<div style="display:flex;flex-wrap:wrap;gap:8px;align-items:stretch;margin:6px 0 12px">{parts}</div>'


def _card(sent: str | None, came: str | None) -> Card:
    if sent is None:
        return Card("invented", came=came or "")
    return Card("missing", sent=sent) if came is None else Card("damaged", came=came, sent=sent)


def _shortened(cards: Sequence[Card]) -> Iterator[Card | int]:
    """The cards, and in a long run of whole ones the number of those left out."""
    for whole, group in groupby(cards, key=lambda card: card.kind == "whole"):
        run = list(group)
        if whole and len(run) > 2 * NEAR + 2:
            yield from run[:NEAR]
            yield len(run) - 2 * NEAR
            yield from run[-NEAR:]
        else:
            yield from run


def _html(card: Card) -> str:
    heading, colour, line = KINDS[card.kind]
    came, sent = _around(card.came, card.sent)
    body = ""
    if card.kind != "missing":
        body = f"<div>{'came: ' * (card.kind == 'damaged')}{code(repr(came))}</div>"
    if card.kind in ("damaged", "missing"):
        body += f"<div>sent: {code(repr(sent))}</div>"
    width = 1 if card.kind == "whole" else 3
    look = (f"border:{width}px {line} {colour};border-left:8px solid {colour};border-radius:4px;padding:5px 10px;"
            "min-width:0;max-width:22em")
    return f'<div style="{look}"><div><b>{safe(heading)}</b></div>{body}</div>'


def _left_out(number: int) -> str:
    return f'<div style="align-self:center;padding:0 4px">… {number:,} more, whole …</div>'


def _around(came: str, sent: str) -> tuple[str, str]:
    """Both texts, shortened to where they begin to differ."""
    same = next((place for place, (a, b) in enumerate(zip(came, sent, strict=False)) if a != b),
                min(len(came), len(sent)))
    start = max(same - SHOWN // 2, 0) if came != sent and max(len(came), len(sent)) > SHOWN else 0
    return tuple(("…" if start else "") + text[start:start + SHOWN] + ("…" if len(text) > start + SHOWN else "")
                 for text in (came, sent))
