"""A conversation's history that the API takes, that fits, and that a cache can read.

    conversation = Conversation(model=MODEL, system=PROMPT, cache_control={"type": "ephemeral"})
    answer = conversation.ask(client, "Where is order 1042?")

    messages = trim(messages, budget=40_000, count=lambda message: estimate(message, MODEL), down_to=20_000)
    if said := problem(messages): LOG.error(said)

The model remembers nothing: all of a conversation is sent each time. So it grows, and what is cut from it is forgotten.
Cut by whole turns, rarely and much: a call and its result stay together, and between two cuts requests only append,
which is what a cache, and the thinking in the history, depend on.

The server can do it instead (betas, October 2026): compaction writes the summary itself, context editing clears old
tool results, and neither counts as an edit for preserved thinking. What is here needs no beta and leaves you in command
of what is forgotten.

One module for each idea: `blocks` knows both vendors' forms, `splitting` finds turns, `rules` finds what is wrong,
`trimming` makes a list fit, `counting` and `budgets` say how long and how much, `states`, `replies` and `planning` are
a conversation's parts, `exchanging` is one turn, `steps` runs it, `locks` orders those who ask, `conversations` is what
you use.
"""

from __future__ import annotations

from helpers.history.blocks import without_thinking
from helpers.history.budgets import Budget
from helpers.history.conversations import Conversation
from helpers.history.counting import count_with, estimate
from helpers.history.exchanging import Answer
from helpers.history.rules import is_valid, problem
from helpers.history.splitting import Turn, turns
from helpers.history.states import Kept
from helpers.history.trimming import TooLongError, trim

__all__ = [
    "Answer",
    "Budget",
    "Conversation",
    "Kept",
    "TooLongError",
    "Turn",
    "count_with",
    "estimate",
    "is_valid",
    "problem",
    "trim",
    "turns",
    "without_thinking",
]
