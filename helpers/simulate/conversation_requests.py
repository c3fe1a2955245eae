"""The requests behind the race, as bodies of the right sizes: to look at, to check, to play against a cache.

    bodies = requests(Talk(), "chunk", model=MODEL)
    bodies[21]["messages"][0]                        # what the request of turn 22 begins with
    [cache.bill(body, at_s) for at_s, body in enumerate(bodies)]

Texts have as many tokens as the talk says, by `helpers.caching`'s estimate of 2.5 characters each; behind their words
they are filled with dots. Facts stand in them as `simulate.recall` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from helpers.caching.prefixes import CHARS_PER_TOKEN
from helpers.simulate._plans import Sent, plan
from helpers.simulate.conversation import Talk
from helpers.simulate.recall import FACTS, Fact, in_state, in_summary

Block = dict[str, Any]
SYSTEM = "You help Acme's customers."


def requests(talk: Talk, strategy: str, *, model: str, facts: Sequence[Fact] = FACTS, cached: bool = True,
             ttl: str = "5m") -> list[dict[str, Any]]:
    """The body of each turn's request, ready for `client.messages.create(**body)`.

    *cached*: with breakpoints behind the system prompt and the question. ValueError where a text has no room for the
    words that it must hold: give the talk more tokens, or fewer facts.
    """
    exchanges = [_exchange(talk, turn, facts) for turn in range(1, talk.turns + 1)]
    mark = {"cache_control": {"type": "ephemeral", "ttl": ttl}} if cached else {}
    return [_body(talk, sent, exchanges, facts, model, mark) for sent in plan(talk, strategy)]


def _body(talk: Talk, sent: Sent, exchanges: Sequence[tuple[Block, Block]], facts: Sequence[Fact], model: str,
          mark: Block) -> dict[str, Any]:
    opening = _opening(talk, sent, facts)
    messages = [{"role": "user", "content": opening}] if opening else []
    for question, answer in exchanges[sent.first - 1:sent.turn]:
        messages += [{"role": "user", "content": [question]}, {"role": "assistant", "content": [answer]}]
    messages.pop()                                          # the last answer is what is asked for
    messages[-1]["content"] = [{**exchanges[sent.turn - 1][0], **mark}]
    body = {"model": model, "max_tokens": talk.reply, "messages": messages}
    return {**body, "system": [{**_text(SYSTEM, talk.system, "system"), **mark}]} if talk.system else body


def _opening(talk: Talk, sent: Sent, facts: Sequence[Fact]) -> list[Block]:
    """Summary and state block, where there are any: a message of its own, as `helpers.history.Conversation` has it."""
    gone = f"turns 1 to {sent.first - 1}" if sent.first > 1 else "nothing yet"
    summary = _listed(f"Summary of {gone}", in_summary(talk, sent, facts))
    state = _listed(f"Known from {gone}", in_state(sent, facts))
    return [*([_text(summary, sent.summary, "summary")] if sent.summary else []),
            *([_text(state, sent.state, "state")] if sent.state else [])]


def _exchange(talk: Talk, turn: int, facts: Sequence[Fact]) -> tuple[Block, Block]:
    told = [fact for fact in facts if fact.turn == turn]
    return _text(_listed(f"Q{turn}", told), talk.user, "user"), _text(f"A{turn}.", talk.reply, "reply")


def _listed(title: str, facts: Sequence[Fact]) -> str:
    return f"{title}: {'; '.join(fact.text for fact in facts)}." if facts else f"{title}."


def _text(words: str, tokens: int, name: str) -> Block:
    """A text block of so many tokens that begins with *words*."""
    room = int(tokens * CHARS_PER_TOKEN)
    if len(words) > room:
        raise ValueError(f"{name} has {tokens} tokens, about {room} characters: no room for {words!r}.")
    return {"type": "text", "text": words.ljust(room, ".")}
