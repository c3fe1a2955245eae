"""The calculator of lesson 01: sliders over what one day costs and what moves it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from helpers.views import style
from helpers.views.controls import Choice, Slider, Toggle, options
from helpers.views.economics.growth import plot_conversation
from helpers.views.economics.tornado import plot_tornado, tornado_in_words

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from helpers.views._explore import Explorer


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What one day costs, as the calculator shows it; every amount computed by `helpers.economics`."""

    billed: pd.DataFrame
    """One conversation turn by turn: `turn`, `cumulative_usd`."""
    flat: pd.DataFrame
    """The same if each turn cost what the first does."""
    factors: pd.DataFrame
    """`economics.sensitivity` of the day."""
    usd_per_day: float
    flat_usd_per_day: float


DAY_CONTROLS = (
    Slider("users", "users a day", value=10_000,
           values=(100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000, 1_000_000)),
    Slider("turns", "turns a conversation", low=1, high=30, value=6),
    Slider("system", "system prompt", low=0, high=20_000, step=250, value=1_000, unit="tokens"),
    Slider("user", "user message", low=20, high=2_000, step=20, value=200, unit="tokens"),
    Slider("output", "answer", low=50, high=4_000, step=50, value=400, unit="tokens"),
    Slider("thinking", "thinking", low=0, high=4_000, step=100, value=0, unit="tokens"),
)
"""The factors, each also a bar of the tornado."""
LABELS = {"users": "users", "turns": "turns", "system": "system prompt", "user": "user message", "output": "answer",
          "thinking": "thinking"}


def forecast_day(*, model: str, history: bool, batch: bool, **factors: int) -> Day:
    """Ask `helpers.economics` for one day: *factors* are users, turns, and the tokens of the other sliders.

    Thinking is billed as output, and goes back with the history like the rest of the answer.
    """
    from helpers.economics import Cost, conversation_turns, cost, per_day, sensitivity

    @lru_cache
    def turns(resend: bool, *, turns: int, system: int, user: int, output: int, thinking: int) -> list[Cost]:
        usages = conversation_turns(turns=max(turns, 1), system=system, user=user, reply=output + thinking,
                                    resend_history=resend)
        return [cost(usage, model, batch=batch) for usage in usages]

    def day(users: int, **conversation: int) -> Cost:
        return per_day(sum(turns(history, **conversation), Cost()), users)

    conversation = {name: value for name, value in factors.items() if name != "users"}
    billed, flat = turns(history, **conversation), turns(False, **conversation)
    swings = sensitivity(day, factors)
    swings = swings[swings["swing_usd"] > 0].reset_index(drop=True)
    return Day(billed=_growing(billed), flat=_growing(flat), usd_per_day=float(day(**factors).usd),
               flat_usd_per_day=float(per_day(sum(flat, Cost()), factors["users"]).usd),
               factors=swings.assign(factor=swings["factor"].map(LABELS)))


def _growing(costs: list[Any]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({"turn": range(1, len(costs) + 1),
                         "cumulative_usd": [float(spent.usd) for spent in accumulate(costs)]})


def cost_per_day(models: Sequence[str], day: Callable[..., Day] = forecast_day) -> Explorer:
    """The calculator: a conversation's bill on the left, what moves the day's bill on the right.

    models: ids to choose from, the first one shown. day: what computes a `Day`, called with every control by name.
    """
    from helpers.views._explore import explore

    days = lru_cache(maxsize=256)(day)   # picture and words of one state need it once

    def draw(fig: Figure, **values: Any) -> None:
        left, right = style.panels(fig, 2)
        shown = days(**values)
        plot_conversation(left, shown.billed, shown.flat)
        plot_tornado(right, shown.factors, shown.usd_per_day)

    controls = [*DAY_CONTROLS, Choice("model", "model", options(*models), models[0]),
                Toggle("history", "resend the history each turn", True), Toggle("batch", "batch price", False)]
    return explore(draw, controls, describe=lambda **values: day_in_words(days(**values), **values), panels=2,
                   title="What does a day cost, and what moves it?")


def day_in_words(day: Day, *, model: str, users: int, turns: int, history: bool, batch: bool, thinking: int,
                 **tokens: int) -> str:
    """The calculator's numbers and what they assume."""
    one = style.usd(day.billed["cumulative_usd"].iloc[-1])
    sent_back = ", sent back with the history like the answer" if thinking and history else ""
    forgets = "" if history else "; no history is sent, so the model forgets each turn"
    return (f"{one} for one conversation of {turns} turn{'s' * (turns > 1)} on {model}{' at the batch price' * batch}; "
            f"{style.usd(day.usd_per_day)} a day for {users:,} users "
            f"(flat forecast: {style.usd(day.flat_usd_per_day)}). "
            f"{tornado_in_words(day.factors, day.usd_per_day)}.\n"
            f"Assumed: one conversation a user and day; {tokens['system']:,} tokens of system prompt, "
            f"{tokens['user']:,} a message, {tokens['output']:,} an answer, {thinking:,} of thinking{sent_back}; "
            f"list prices; caches and retries left out; ±50 % of the turns in whole turns{forgets}.")
