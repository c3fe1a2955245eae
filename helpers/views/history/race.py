"""Four strategies over one conversation: what they cost turn by turn, and which facts the last request still has."""

from __future__ import annotations

from functools import lru_cache
from textwrap import fill
from typing import TYPE_CHECKING, Any

from helpers.economics import model_id
from helpers.simulate.contest import Contest, Lane, contest
from helpers.simulate.conversation import Talk
from helpers.views import style
from helpers.views.controls import Choice, Slider, Toggle

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from helpers.views._explore import Explorer

SIZE = (8.9, 3.7)
LOOKS = {"append": (style.BLACK, "-", "o"), "slide": (style.VERMILLION, "--", "^"),
         "chunk": (style.BLUE, "-.", "s"), "summarise": (style.GREEN, ":", "D")}
"""Strategy -> colour, dash, marker."""
PLACES = {"turn": (style.GREEN, "o", "in a turn"), "summary": (style.BLUE, "s", "summary"),
          "state": (style.PURPLE, "D", "state block"), "gone": (style.VERMILLION, "x", "gone")}
"""Where a fact is -> colour, marker, words."""
CARRIED, CUT = "#E3E3E3", "#767676"
STATE = 120
"""Tokens of the state block, where there is one: room for eight short facts."""
QUESTION_SHARE = 4
"""A question is a quarter of its turn, the answer the rest."""


def race_controls() -> tuple[Slider | Choice | Toggle, ...]:
    """What can be moved; the start values are the talk that the lesson's text speaks of."""
    models = tuple(dict.fromkeys(model_id(role) for role in ("default", "production")))
    return (Slider("turns", "turns", low=10, high=120, step=5, value=60),
            Slider("budget", "budget", values=(2_000, 4_000, 8_000, 16_000, 32_000), value=8_000, unit="tokens"),
            Slider("system", "system prompt", values=(200, 500, 1_000, 2_000, 5_000, 10_000), value=500,
                   unit="tokens"),
            Slider("exchange", "one turn", values=(100, 200, 400, 800, 1_600), value=400, unit="tokens"),
            Slider("gap", "from turn to turn", values=(30, 60, 120, 240, 300, 360, 900), value=60, unit="s"),
            Choice("model", "model", tuple((name, name) for name in models), models[0]),
            Toggle("cached", "prompt cache, with entries that live five minutes", True),
            Toggle("pinned", f"facts pinned in a state block of {STATE} tokens", False))


def play(*, turns: int, budget: int, system: int, exchange: int, gap: float, model: str, cached: bool,
         pinned: bool) -> Contest:
    """Ask `helpers.simulate.contest` for these settings of the widget."""
    question = exchange // QUESTION_SHARE
    talk = Talk(turns=turns, system=system, user=question, reply=exchange - question, budget=budget, gap_s=gap,
                state=STATE * pinned)
    return contest(talk, model, cached=cached)


def plot_cost(ax: Axes, seen: Contest) -> None:
    """x = turn, y = dollars so far, one line a strategy."""
    turns = seen.talk.turns
    for lane in seen.lanes:
        colour, dash, mark = LOOKS[lane.strategy]
        ax.plot(range(1, turns + 1), lane.total_usd, color=colour, linestyle=dash, marker=mark,
                markevery=max(1, turns // 5), markersize=6)
    ax.set(xlim=(1, turns), ylim=(0, 1.05 * max(lane.usd for lane in seen.lanes)))
    style.whole_axis(ax.xaxis)
    style.money_axis(ax.yaxis)
    style.compose(ax, finding=cost_in_words(seen), x="turn", y="US dollars so far", source=style.price_source(),
                  left=style.room_for(ax.yaxis), right=92)
    style.name_lines(ax, [(turns, lane.usd, lane.strategy, LOOKS[lane.strategy][0]) for lane in seen.lanes])


def cost_in_words(seen: Contest) -> str:
    """Which strategy is cheapest, and by how much the dearest is dearer."""
    where = "With a cache," if seen.cached else "Without a cache,"
    if not seen.cut:
        return f"{where} all four cost {style.usd(seen.lanes[0].usd)}: the budget is never reached"
    cheap, dear = (pick(seen.lanes, key=lambda lane: lane.usd) for pick in (min, max))
    return (f"{where} {cheap.strategy} is cheapest, {style.usd(cheap.usd)}; "
            f"{dear.strategy} costs {style.times(dear.usd / cheap.usd)} times that")


def plot_recall(ax: Axes, seen: Contest) -> None:
    """x = turn. One row a strategy: the turns that the last request carries (light), cuts (ticks), facts (marks, at the
    turn that told them)."""
    turns, count = seen.talk.turns, len(seen.lanes)
    ax.set(xlim=(0, turns + 1), ylim=(count - 0.45, -0.55), yticks=range(count),
           yticklabels=[f"{lane.strategy}\n{counted(len(lane.cuts), 'cut')}" for lane in seen.lanes])
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    style.bars(ax, [lane.first - 0.5 for lane in seen.lanes], [turns + 0.5] * count, colour=CARRIED, height=0.62)
    ticks = [(cut, row) for row, lane in enumerate(seen.lanes) for cut in lane.cuts]
    if ticks:
        ax.vlines([cut for cut, _ in ticks], [row + 0.2 for _, row in ticks], [row + 0.36 for _, row in ticks],
                  colors=CUT, linewidths=1.4)
    _facts(ax, seen)
    for row, lane in enumerate(seen.lanes):
        ax.annotate(f"{lane.known} of {len(seen.told)}", (turns + 1, row), xytext=(4, 0), textcoords="offset points",
                    va="center")
    ax.legend(ncols=4, frameon=False, borderpad=0, borderaxespad=0, columnspacing=1.0, handletextpad=0.3,
              handlelength=1.2)
    style.whole_axis(ax.xaxis)
    style.compose(ax, finding=recall_in_words(seen), x="turn; grey: carried; ticks: cuts",
                  left=style.room_for(ax.yaxis), right=56)


def recall_in_words(seen: Contest) -> str:
    """Which strategy's last request has fewest of the facts, and which has most."""
    least, most = (pick(seen.lanes, key=lambda lane: lane.known) for pick in (min, max))
    count = counted(len(seen.told), "fact")
    if least.known == most.known:
        return f"Request {seen.talk.turns} has {most.known} of {count}, whoever trims"
    return (f"Request {seen.talk.turns} has {least.known} of {count} with {least.strategy}, "
            f"{most.known} with {most.strategy}")


def race_details(seen: Contest) -> str:
    """All four in words, and what was assumed."""
    lines = [f"{lane.strategy}: {style.usd(lane.usd)}, {counted(len(lane.cuts), 'cut')}, {_gone(lane, seen)}."
             for lane in seen.lanes]
    talk = seen.talk
    lines.append(f"Simulated: {talk.turns} turns of {talk.user:,} + {talk.reply:,} tokens, one every {talk.gap_s:g} s, "
                 f"on {seen.model}; chunk and summarise cut to {style.percent(talk.down_to)} of the room. A summary "
                 f"keeps the last {talk.summary_facts} facts: assumed. Thinking and tools are left out.")
    return "\n".join(fill(line, 80) for line in lines)


def strategy_race() -> Explorer:
    """A widget: dollars on the left, what is still known on the right."""
    from helpers.views._explore import explore

    states = lru_cache(maxsize=256)(play)          # picture and words of one state need it once

    def draw(fig: Figure, **values: Any) -> None:
        left, right = style.panels(fig, 2)
        seen = states(**values)
        plot_cost(left, seen)
        plot_recall(right, seen)

    return explore(draw, race_controls(), describe=lambda **values: race_details(states(**values)), panels=2, size=SIZE,
                   title="Four ways to keep a conversation within its budget")


def counted(number: int, what: str) -> str:
    """"1 cut", "5 cuts"."""
    return f"{number} {what}{'s' * (number != 1)}"


def _facts(ax: Axes, seen: Contest) -> None:
    """One mark a fact and strategy; the key names those places that occur."""
    for place, (colour, mark, words) in PLACES.items():
        found = [(fact.turn, row) for row, lane in enumerate(seen.lanes)
                 for fact, where in zip(seen.told, lane.places, strict=True) if where == place]
        if found:
            ax.plot([turn for turn, _ in found], [row - 0.1 for _, row in found], linestyle="", marker=mark,
                    markersize=8, color=colour, markeredgewidth=2, label=words)


def _gone(lane: Lane, seen: Contest) -> str:
    gone = [fact.text for fact, place in zip(seen.told, lane.places, strict=True) if place == "gone"]
    return f"forgot {len(gone)} of {counted(len(seen.told), 'fact')}, first of all: {gone[0]}" if gone else (
        "forgot nothing")
