"""A conversation that grows, and four ways to keep it within a budget: what each turn costs, with and without a cache.

    frame = race(Talk(), MODEL)                      # 60 turns, four strategies, each with and without a prompt cache
    totals(frame)                                    # one row each
    crossing(Talk(), MODEL)                          # how long a cached history that only grows beats an uncached slide

Strategies: "append" never drops anything; "slide" drops the oldest turn as soon as the budget is exceeded, from then on
with each turn; "chunk" waits as long, then drops many at once; "summarise" is chunk with a summary of what it dropped,
and the call that writes the summary is paid, too. Only whole turns go, as in `helpers.history.trim`.

A request is: system, summary, state block, turns, question. Summary and state block open the messages, and are written
anew only where turns are dropped: in between a request only grows. Breakpoints stand behind the system prompt
and behind the question, where the conversation ends. What is read follows the rules of `simulate.cache.Cache`, by
arithmetic, for the sake of sliders (the tests hold it to that cache).
Left out: tools, tokens that the server adds, retries, the instruction of the summarising call, what a shorter history
does to the answers, and thinking: on models that bind it to its prefix, its blocks must go where turns before them do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, product
from math import isfinite
from typing import TYPE_CHECKING

from helpers.economics import Cost, Model, Usage, cost, find_model
from helpers.simulate._plans import STRATEGIES, Sent, plan, summarised
from helpers.simulate.cache import LIFETIMES_S

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A conversation with turns of one size, and its budget; sizes in tokens. ValueError for what could not be."""

    turns: int = 60
    system: int = 500
    user: int = 100
    """Of each question."""
    reply: int = 300
    """Of each answer."""
    state: int = 0
    """Of the state block, which is sent with each turn and keeps what must not be lost. 0: there is none."""
    budget: int = 8_000
    """The most that a prompt may have. It is kept, but where system, summary, state and question alone are more: then
    each request carries its question, and no earlier turn."""
    down_to: float = 0.5
    """"chunk" and "summarise" drop turns until the rest has at most this share of what the budget leaves beside the
    system prompt. 0: all but the question."""
    summary: int = 300
    summary_facts: int = 4
    """How many facts a summary keeps, the latest told: an assumption, not a measurement. Try others."""
    gap_s: float = 60.0
    """Seconds from the start of one turn's request to the start of the next: the answer, then the user's thinking."""

    def __post_init__(self) -> None:
        least = {"turns": 1, "system": 0, "user": 1, "reply": 1, "state": 0, "budget": 1, "summary": 1,
                 "summary_facts": 0}       # an empty question or answer is a 400
        for name, smallest in least.items():
            value = getattr(self, name)
            if type(value) is not int or value < smallest:
                raise ValueError(f"{name} must be a whole number, {smallest} or more; got {value!r}.")
        if not 0 <= self.down_to <= 1:
            raise ValueError(f"down_to is a share of the budget, 0 to 1; got {self.down_to!r}.")
        if not (isfinite(self.gap_s) and self.gap_s > 0):
            raise ValueError(f"gap_s must be a number of seconds above 0; got {self.gap_s!r}.")

    @property
    def exchange(self) -> int:
        """Tokens of one question with its answer."""
        return self.user + self.reply


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of one strategy, billed."""

    sent: Sent
    usage: Usage
    summarising: Usage | None
    """Of the call that wrote a new summary before this turn; None where there was none."""
    paid: Cost
    """Both together."""
    paid_summarising: Cost


@dataclass(frozen=True, slots=True)
class Crossing:
    """The turns in which a cached history that only grows costs less than an uncached slide."""

    first: int
    last: int
    prompt: int
    """Tokens of the growing history's request in turn `last`."""
    crossed: bool
    """False where the model's context window is full before the growing history gets dearer."""


def race(talk: Talk, model: str, *, strategies: Sequence[str] = STRATEGIES, ttl: str = "5m") -> pd.DataFrame:
    """*talk* by each strategy, without and with a cache: one row a turn.

    Columns: `strategy`, `cached`, `turn`; tokens of `system`, `summary`, `state`, `old_turns`, `last_turn` (the
    question), of `prompt`, their sum, and of it `cache_read` and `cache_write`; `kept` and `dropped` (earlier turns
    that the request carries, and that went before it); `summarising_usd`, `usd` (the turn with its answer and its
    summary), `total_usd`: floats, each converted from an exact sum.

    *model*: one of Anthropic's. *ttl*: "5m" or "1h", of both breakpoints. ValueError for what could not be, and where a
    prompt with its answer does not fit into the model's context window.
    """
    import pandas as pd

    rows = []
    for strategy, cached in product(strategies, (False, True)):
        played = list(turns_of(talk, strategy, model, cached=cached, ttl=ttl))
        totals = accumulate(turn.paid.usd for turn in played)
        rows += [(strategy, cached, *_row(turn), float(total)) for turn, total in zip(played, totals, strict=True)]
    return pd.DataFrame(rows, columns=[
        "strategy", "cached", "turn", "system", "summary", "state", "old_turns", "last_turn", "prompt", "cache_read",
        "cache_write", "kept", "dropped", "summarising_usd", "usd", "total_usd"])


def totals(frame: pd.DataFrame) -> pd.DataFrame:
    """*frame*, of `race`, added up: one row a strategy, without and with a cache, in the order of the race.

    Columns: `strategy`, `cached`, `sent` (tokens of all prompts), `largest` (of one), `cuts` (turns before which
    something was dropped), `read_share` (of `sent`, 0 to 1), `summarising_usd` (in the next one), `usd`.
    """
    groups = frame.assign(cut=frame.dropped > 0).groupby(["strategy", "cached"], sort=False)
    found = groups.agg(sent=("prompt", "sum"), largest=("prompt", "max"), cuts=("cut", "sum"),
                       read_share=("cache_read", "sum"), summarising_usd=("summarising_usd", "sum"),
                       usd=("total_usd", "last")).reset_index()
    return found.assign(read_share=found.read_share / found.sent)


def crossing(talk: Talk, model: str, *, ttl: str = "5m") -> Crossing | None:
    """How long "append" with a cache costs less per turn than "slide" without: the first such turns without a gap, as
    far as the model's context window reaches, however many turns *talk* has. None where there are none."""
    row = _model(model)
    if row.context is None:
        raise ValueError(f"data/models.json doesn't say how long {row.id}'s context window is.")
    room = (row.context - talk.system - talk.state - talk.exchange) // talk.exchange + 1
    longest = replace(talk, turns=max(room, 1))
    first = last = None
    for grown, slid in zip(turns_of(longest, "append", model, cached=True, ttl=ttl),
                           turns_of(longest, "slide", model, cached=False), strict=True):
        if grown.paid.usd < slid.paid.usd:
            first, last = first or grown.sent, grown.sent
        elif first:
            return Crossing(first.turn, last.turn, last.prompt, True)
    return Crossing(first.turn, last.turn, last.prompt, False) if first else None


def turns_of(talk: Talk, strategy: str, model: str, *, cached: bool, ttl: str = "5m") -> Iterator[Turn]:
    """*talk* by one strategy, turn by turn, billed. ValueError as `race`."""
    if ttl not in LIFETIMES_S:
        raise ValueError(f"ttl must be '5m' or '1h'; got {ttl!r}.")
    row, before = _model(model), None
    for sent in plan(talk, strategy):
        if row.context is not None and sent.prompt + talk.reply > row.context:
            raise ValueError(f"turn {sent.turn} of {strategy!r} needs {sent.prompt + talk.reply:,} tokens with its "
                             f"answer, and {row.id}'s context window has {row.context:,}: play fewer or shorter turns.")
        usage = _cached(talk, sent, before, row, ttl) if cached else Usage(input=sent.prompt, output=talk.reply)
        yield _billed(talk, sent, usage, row)
        before = sent


def _model(model: str) -> Model:
    row = find_model(model)
    if row.vendor != "anthropic" or row.min_cacheable is None:
        raise ValueError("the cache here is Anthropic's, and needs a model whose minimum length is known; "
                         f"got {row.id}.")
    return row


def _cached(talk: Talk, sent: Sent, before: Sent | None, model: Model, ttl: str) -> Usage:
    """An entry stands behind the last question, if that is far enough from the start, and one behind the system prompt.
    The first is found as long as nothing before it was dropped: two blocks a turn are no matter for the look-back."""
    least, read = model.min_cacheable, 0
    if before and talk.gap_s <= LIFETIMES_S[ttl]:
        if before.first == sent.first and before.prompt >= least:
            read = before.prompt
        elif sent.system >= least:
            read = sent.system
    written = sent.prompt - read if sent.prompt >= least else 0
    return Usage(input=sent.prompt - read - written, cache_read=read, output=talk.reply,
                 **{f"cache_write_{ttl}": written})


def _billed(talk: Talk, sent: Sent, usage: Usage, model: Model) -> Turn:
    read = summarised(talk, sent)
    summarising = Usage(input=read, output=talk.summary) if read else None
    extra = cost(summarising, model) if summarising else Cost()
    return Turn(sent, usage, summarising, cost(usage, model) + extra, extra)


def _row(turn: Turn) -> tuple[int | float, ...]:
    sent, usage = turn.sent, turn.usage
    return (sent.turn, sent.system, sent.summary, sent.state, sent.old, sent.question, sent.prompt, usage.cache_read,
            usage.cache_write_5m + usage.cache_write_1h, sent.turn - sent.first, sent.dropped,
            float(turn.paid_summarising.usd), float(turn.paid.usd))
