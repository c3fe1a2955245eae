"""The three interview questions of 01-5, with what they come to and what their usual slips come to.

All prices and sizes are round numbers of our own, so that nothing here depends on a price list.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from typing import NamedTuple

IN, OUT = 2, 10
"""Dollars per million tokens."""
DAYS = 30
TOLERANCE = 0.15
SLIP_TOLERANCE = 0.05
"""How near an amount must be to a slip's for us to name it; tests see to it that no two slips come this near."""


class Slip(NamedTuple):
    """A wrong amount, and what it comes from."""

    code: str
    usd: float
    did: str
    because: str
    look: str


@dataclass(frozen=True, slots=True)
class Question:
    """One estimation."""

    key: str
    text: str
    usd: float
    sizes: dict[str, float]
    """The assumptions that an answer has to name, with the question's own values."""
    own: tuple[Slip, ...]
    """The slips of this question alone."""
    no_output: float
    """What it comes to without the output ..."""
    swapped: float
    """... and with the two prices exchanged."""

    def is_right(self, usd: float) -> bool:
        return abs(usd - self.usd) <= TOLERANCE * self.usd

    def slips(self) -> tuple[Slip, ...]:
        """All slips that we know, this question's own first; these for a day, too, for two slips come in pairs."""
        a_day = (slip._replace(usd=slip.usd / DAYS, did=f"{slip.did}; and for a day, not a month") for slip in self.own)
        return (*self.own, *_common(self), *a_day)


def tokens(words: int) -> int:
    """9 tokens for 5 words: Anthropic's figure since Opus 4.7 is 0.555 words a token (models/haiku-5-5/overview)."""
    return words * 9 // 5


def _usd(requests: float, tokens_in: float, tokens_out: float, price_in: float = IN, price_out: float = OUT) -> float:
    return requests * (tokens_in * price_in + tokens_out * price_out) / 1e6


def _common(question: Question) -> tuple[Slip, ...]:
    usd, unit = question.usd, "prices are per million tokens, and a slip of the unit is the costliest one."
    return (
        Slip("words", usd * 5 / 9, "words taken for tokens", "the price is for tokens, nearly twice as many as words.",
             "what you multiply the words by: 9 tokens for 5 words."),
        Slip("words", usd * 5 / 9 * 4 / 3, "4 tokens for 3 words", "that old rule counts a quarter too few on newer "
             "Claude models.", "what you multiply the words by: 9 tokens for 5 words."),
        Slip("output-left-out", question.no_output, "the input alone", "output is five times as dear here.",
             "what one request pays for what it writes."),
        Slip("input-left-out", usd - question.no_output, "the output alone", "what is sent is paid for, too.",
             "what one request pays for what it reads."),
        Slip("prices-swapped", question.swapped, "input at the output price, and the other way round",
             "the two differ by a factor of five.", f"your two prices: ${IN} is for input, ${OUT} for output."),
        *(Slip("unit", usd * factor, words, unit, "how many thousands and millions you multiplied and divided.")
          for factor, words in ((1e3, "a thousand times too much"), (1e-3, "a thousandth of it"),
                                (1e6, "a million times too much"), (1e-6, "a millionth of it"))),
        Slip("period", usd / DAYS, "a thirtieth, the amount for a day", "whoever signs the budget signs for a month.",
             f"for which time you were asked, and where the {DAYS} is."),
        Slip("period", usd * DAYS, f"{DAYS} times too much", "the sizes were for a month already, or came in twice.",
             f"for which time each size is given, and where you multiplied by {DAYS}."),
        Slip("period", usd * 12, "twelve times too much, the amount for a year", "you were asked for a month.",
             "for which time you were asked."),
    )


def _summaries() -> Question:
    users, share, uses, read, written = 400_000, 1 / 8, 10, 1_500, 150
    sent, got = tokens(read), tokens(written)
    requests = users * share * uses
    usd = _usd(requests, sent, got)
    return Question(
        "a", f"A shop has {users:,} users. One in eight will press the new button, ten times a month each. It sums up "
        f"a product's reviews: {read:,} words in, {written} words out.", usd,
        {"users": users, "adoption": share, "uses_per_month": uses, "input_tokens": sent, "output_tokens": got},
        (Slip("adoption", usd / share, "eight times too much, as if every user pressed the button",
              "most users never touch a new feature; an estimate for all of them stops one that would pay.",
              "where one in eight comes in."),
         Slip("adoption", usd / share * (1 - share), "the cost of those who do not press the button",
              "one in eight presses it, and seven in eight don't.", "which part of the users you took."),
         Slip("uses", usd / uses, "a tenth of it, each user once a month", "a feature that is liked is used again.",
              "how often a user presses the button.")),
        _usd(requests, sent, 0), _usd(requests, sent, got, OUT, IN))


def _chat() -> Question:
    chats, turns, system, question, answer = 2_000, 12, tokens(300), tokens(60), tokens(200)
    month = chats * DAYS
    history = question * turns * (turns - 1) / 2 + answer * turns * (turns - 1) / 2
    flat, written = turns * (system + question), turns * answer
    usd = _usd(month, flat + history, written)
    return Question(
        "b", f"A support chat: {chats:,} conversations a day, {turns} turns each. The system prompt has 300 words, a "
        "question 60, an answer 200.", usd,
        {"conversations_per_day": chats, "turns": turns, "system_tokens": system, "question_tokens": question,
         "answer_tokens": answer},
        (Slip("history", _usd(month, flat, written), f"{turns} equal turns, without the history",
              "the API keeps nothing: each turn sends, and pays for, the turns before it once more.",
              f"what turn {turns} sends that turn 1 did not."),
         Slip("history-doubled", _usd(month, flat + 2 * history, written), "every turn as long as the last",
              "the history is short at first: on average half of what the last turn carries.",
              "how much history turn 1 sends, and turn 2."),
         Slip("one-turn", _usd(month, system + question, answer), "one turn for each conversation",
              "a conversation is not a turn.", f"where the {turns} turns come in.")),
        _usd(month, flat + history, 0), _usd(month, flat + history, written, OUT, IN))


def _nightly() -> Question:
    documents, sent, got = 50_000, tokens(900), tokens(100)
    month = documents * DAYS
    full = _usd(month, sent, got)
    return Question(
        "c", f"Every night {documents:,} product texts are rewritten: 900 words in, 100 words out each. It can wait, "
        "so it goes through the Batch API, at half price.", full / 2,
        {"documents_per_night": documents, "nights_per_month": DAYS, "input_tokens": sent, "output_tokens": got,
         "batch_discount": 0.5},
        (Slip("batch-forgotten", full, "twice too much, the price without the batch",
              "work that can wait is half as dear in a batch.", "where the half price comes in."),
         Slip("batch-twice", full / 4, "half of it, the discount taken twice", "the batch halves the bill once.",
              "whether you halved the prices and then the sum, too."),
         *(Slip("batch-one-side", half, "the discount on one of the two prices only", "a batch halves both.",
                "what you halved: input and output.")
           for half in (_usd(month, sent, got, IN / 2), _usd(month, sent, got, IN, OUT / 2)))),
        _usd(month, sent, 0) / 2, _usd(month, sent, got, OUT, IN) / 2)


ALL = (_summaries(), _chat(), _nightly())
INTRO = (f"For each: dollars a month of {DAYS} days, at ${IN} in and ${OUT} out per million tokens. Reckon 9 tokens "
         "for 5 words (Anthropic's models since Opus 4.7).")
QUESTIONS = "\n".join([textwrap.fill(INTRO, 90), *(
    textwrap.fill(f"({question.key}) {question.text}", 90, subsequent_indent="    ") for question in ALL)])
"""The task as text: `print(QUESTIONS)`."""
