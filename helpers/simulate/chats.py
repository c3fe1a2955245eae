"""Generated chats with all shapes of turns, and what a trimming function breaks in them.

    violations(my_trim, chats(), budget=800)         # rule by rule: how many of 112 chats, and an example

A chat is the list of messages of a Messages request, up to the question that is asked now. A quarter of them each:

    plain       questions and answers as strings
    blocks      the same as lists of blocks, with longer pasted mails
    tools       most turns call a tool: question, call, result, answer
    parallel    most turns call several tools at once, their results in one message

The same seed gives the same chats on every machine. They are invented: a count over them compares functions, and is no
rate of anything in production.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

Message = dict[str, Any]
KINDS = ("plain", "blocks", "tools", "parallel")
QUESTIONS = ("Is the {} in stock?", "How warm is the {}?", "Does the {} come in blue?", "May I return the {}?",
             "Which {} fits a child of ten?", "How do I wash the {}?")
ANSWERS = ("The {} is in stock. ", "It is made of recycled nylon. ", "You can return it within 30 days. ",
           "It comes in navy, sand and moss. ", "Wash it at 30 degrees, without softener. ", "It weighs 480 grams. ")
PASTED = ("> Dear customer, thank you for your order. Your parcel has left our warehouse. ",
          "> The tracking page shows no change since Monday. ", "> Please keep this message for your records. ")
PRODUCTS = ("rain jacket", "tent", "sleeping bag", "down vest", "trail shoe", "fleece", "pair of gaiters", "day pack")


@dataclass(frozen=True, slots=True)
class Chat:
    """One generated chat: valid, and with a last turn of a few hundred tokens at most."""

    number: int
    kind: str
    messages: list[Message]


def chats(count: int = 112, seed: int = 6) -> list[Chat]:
    """So many chats of 4 to 24 turns, the kinds in turn. The last turn waits for its answer."""
    if type(count) is not int or count < 1:
        raise ValueError(f"count must be a whole number, 1 or more; got {count!r}.")
    return [_chat(number, KINDS[number % len(KINDS)], Random(f"{seed}-{number}")) for number in range(count)]


def _chat(number: int, kind: str, random: Random) -> Chat:
    turns, ids = random.randint(4, 24), iter(range(1, 1_000))
    messages = [message for _ in range(turns - 1) for message in _turn(kind, random, ids)]
    last = _turn(kind, random, ids, last=True)[:-1]         # its answer is what is asked for
    return Chat(number, kind, messages + last)


def _turn(kind: str, random: Random, ids: Iterator[int], *, last: bool = False) -> list[Message]:
    """A whole turn: the question, perhaps calls and their results, the answer. A *last* one is short."""
    product = random.choice(PRODUCTS)
    question = {"role": "user", "content": _question(kind, product, random, last)}
    text = _sentences(ANSWERS, random.randint(1, 12), product, random)
    answer = {"role": "assistant", "content": [_text(text)] if kind == "blocks" else text}
    return [question, *_rounds(kind, product, random, ids, last), answer]


def _question(kind: str, product: str, random: Random, last: bool) -> str | list[dict[str, Any]]:
    """Half of them come behind a pasted mail: in the same text, or as a long block of its own."""
    texts = [random.choice(QUESTIONS).format(product)]
    if not last and random.random() < 0.5:
        texts.insert(0, _sentences(PASTED, random.randint(*((5, 25) if kind == "blocks" else (1, 6))), product, random))
    return [_text(words) for words in texts] if kind == "blocks" else "\n".join(texts)


def _rounds(kind: str, product: str, random: Random, ids: Iterator[int], last: bool) -> list[Message]:
    """Calls and their results, for most turns of the chats with tools; now and then two rounds."""
    if kind not in ("tools", "parallel") or random.random() < 0.2:
        return []
    messages = []
    for _ in range(1 if last else random.choice((1, 1, 2))):
        numbers = [next(ids) for _ in range(1 if kind == "tools" else random.randint(2, 4))]
        messages += [
            {"role": "assistant", "content": [
                {"type": "tool_use", "id": f"toolu_{n:03}", "name": "look_up", "input": {"product": product, "page": n}}
                for n in numbers]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": f"toolu_{n:03}",
                 "content": _sentences(ANSWERS, random.randint(1, 2 if last else 8), product, random)}
                for n in numbers]}]
    return messages


def _text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def _sentences(choice: Sequence[str], count: int, product: str, random: Random) -> str:
    return "".join(random.choice(choice).format(product) for _ in range(count)).strip()
