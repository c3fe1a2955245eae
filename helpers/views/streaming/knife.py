"""The knife: cut a stream of events in two, anywhere, and see what each client makes of the pieces."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from helpers.views._html import INK, safe
from helpers.views.controls import Choice, Slider, options
from helpers.views.streaming import tape
from helpers.views.streaming.events import Card, cards_html, compare, tally
from helpers.views.streaming.stripe import broken_in_words, key_html, marker, stripe_svg

if TYPE_CHECKING:
    import pandas as pd

    from helpers.views._explore import Explorer

Factory = Callable[[], Any]
"""Makes a fresh client: an object with `feed(bytes) -> list[str]`."""
ROOM_PX = 136
"""Height that a row of damaged events and an error need: kept free, so that nothing below jumps as the knife moves."""


class Knife:
    """A stream, its clients, and what becomes of each cut; a client meets all cuts once, when it is first chosen."""

    def __init__(self, stream: bytes, parsers: Mapping[str, Factory], expected: Sequence[str],
                 every_cut: Callable[..., pd.DataFrame] | None = None) -> None:
        _check(stream, parsers, expected)
        self.stream, self.parsers, self.expected = bytes(stream), dict(parsers), list(expected)
        self.letters = tape.letters(self.stream)
        self._every_cut = every_cut
        self.survives = lru_cache(maxsize=None)(self._survives)
        """Client's name -> for each cut, from 1 on, whether the whole text arrived."""
        self._stripe = lru_cache(maxsize=None)(lambda parser: stripe_svg(self.survives(parser)))

    def cards(self, cut: int, parser: str) -> tuple[list[Card], str]:
        """What became of each event, and the error that the client raised, if any."""
        events, error = _feed(self.parsers[parser], self.stream[:cut], self.stream[cut:])
        return compare(self.expected, events), error

    def render(self, cut: int, parser: str) -> str:
        """The tape, the events, and the stripe of all cuts, in HTML."""
        cards, error = self.cards(cut, parser)
        alarm = f"<div><b>✗ It raised {safe(error)}</b></div>" if error else ""
        return (f'<div style="{INK}"><div>✂ after byte {cut:,} of {len(self.stream):,}: '
                f"<b>{safe(tape.place(self.stream, cut, self.letters))}</b></div>"
                f"{tape.tape_html(self.stream, cut, self.letters)}"
                f'<div style="min-height:{ROOM_PX}px"><div><b>{safe(parser)}:</b> {tally(cards)}</div>{alarm}'
                f"{cards_html(cards)}</div>"
                f"<div><b>{self.broken(parser)}</b></div><div>{key_html()}</div>"
                f"{self._stripe(parser)}{marker(cut, len(self.stream) - 1)}</svg></div>")

    def describe(self, cut: int, parser: str) -> str:
        """The same in words."""
        cards, error = self.cards(cut, parser)
        wrong = [str(card) for card in cards if card.kind != "whole"]
        details = "; ".join(wrong[:3]) + (f"; and {len(wrong) - 3:,} more" if len(wrong) > 3 else "")
        lines = [f"Cut after byte {cut:,} of {len(self.stream):,}, {tape.place(self.stream, cut, self.letters)}.",
                 f"{parser}: {tally(cards)}." + (f" {details}." if wrong else ""),
                 f"It raised {error}." if error else "", f"{self.broken(parser)}."]
        return "\n".join(line for line in lines if line)

    def broken(self, parser: str) -> str:
        """How many of all cuts break the client."""
        return broken_in_words(self.survives(parser))

    def numbers(self) -> pd.DataFrame:
        """Cut positions, and how many of them break each client; one row a client."""
        import pandas as pd

        rows = [(len(fine), fine.count(False)) for fine in map(self.survives, self.parsers)]
        return pd.DataFrame(rows, index=list(self.parsers), columns=["cut positions", "break it"])

    def _survives(self, parser: str) -> list[bool]:
        every_cut = self._every_cut
        if every_cut is None:
            from helpers.simulate.cuts import every_cut
        return [bool(ok) for ok in every_cut(self.stream, self.parsers[parser], "".join(self.expected))["ok"]]


def sse_knife(stream: bytes, parsers: Mapping[str, Factory], expected: Sequence[str], *, start: int | None = None,
              every_cut: Callable[..., pd.DataFrame] | None = None) -> Explorer:
    """A widget: choose where to cut a stream in two and who reads it.

    stream: a whole body of server-sent events. parsers: name -> factory of a client with `feed(bytes) -> list[str]`,
    the first one shown first. expected: what a client that survives every cut returns. start: the cut that shows
    first; None for one inside the first character of several bytes, or in the middle. every_cut: what tries all
    cuts; None for `helpers.simulate.cuts.every_cut`.
    """
    from helpers.views._explore import explore_html

    knife = Knife(stream, parsers, expected, every_cut)
    last = len(knife.stream) - 1
    first = start if start is not None else _interesting(knife.letters, len(knife.stream) // 2)
    controls = [Slider("cut", "cut after byte", low=1, high=last, value=first),
                Choice("parser", "client", options(*knife.parsers), next(iter(knife.parsers)))]
    return explore_html(knife.render, controls, describe=knife.describe, title="Cut the stream anywhere")


def _interesting(letters: Sequence[tape.Letter], middle: int) -> int:
    return next((letter.start + 1 for letter in letters if letter.end - letter.start > 1), middle)


def _feed(factory: Factory, *pieces: bytes) -> tuple[list[str], str]:
    """(the events that a fresh client gave, the error that stopped it)."""
    events: list[str] = []
    try:
        client = factory()
        for piece in pieces:
            events += client.feed(piece)
    except Exception as error:           # whatever a learner's parser does is what we came to see
        return events, f"{type(error).__name__}: {error}"
    return events, ""


def _check(stream: bytes, parsers: Mapping[str, Factory], expected: Sequence[str]) -> None:
    if not isinstance(stream, (bytes, bytearray)):
        raise TypeError(f"stream is the body as bytes, as it comes off the network; got {type(stream).__name__}.")
    if len(stream) < 3:
        raise ValueError(f"a stream of {len(stream)} bytes leaves no choice where to cut; give 3 or more.")
    if not parsers:
        raise ValueError('parsers is empty: give at least one, such as {"mine": MyParser}.')
    if isinstance(expected, str):
        raise TypeError('expected is a list of texts, one an event, such as ["Hel", "lo"]; got one text.')
