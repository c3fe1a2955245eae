"""Ask, judge, and at most once ask again: one account of it, and two loops (sync and async) around it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from helpers.economics import UnknownModelError, find_model
from helpers.structured.bounds import shown
from helpers.structured.envelopes import envelope_for
from helpers.structured.judging import Judgement, Rule, judged
from helpers.structured.recipes import OURS, RECIPES, Recipe, Task, recipe_for, repair_turns, request
from helpers.structured.replies import Offer, Read, read_completion, read_message
from helpers.structured.results import Attempt, NeedsHuman, Repaired, Valid

if TYPE_CHECKING:
    from pydantic import BaseModel

LOG = logging.getLogger("llm.structured")
LOG.addHandler(logging.NullHandler())   # a library stays silent until the application says where its records go

MAX_TOKENS = 2_000
"""A ceiling, not a length: thinking counts against it, and nothing is paid for what isn't used."""
UNSTREAMED = 21_333
"""anthropic 2.12 refuses more without a stream or a timeout of your own: 128,000 tokens an hour, 10 minutes at most."""
Outcome = Valid | Repaired | NeedsHuman


def extract(client: Any, text: str, into: type[BaseModel], *, model: str, system: Any = None,
            max_tokens: int = MAX_TOKENS, rules: Sequence[Rule] = (), recipe: Recipe | None = None,
            max_repairs: int = 1, **options: Any) -> Outcome:
    """What *text* holds, as an instance of the pydantic model *into*: checked, or handed to a person.

    *client*: an `anthropic.Anthropic` or `openai.OpenAI`. *rules*: what you know of the world, each a function from a
    value to a complaint in words, or None. *recipe*: "forced", "auto" or "format"; None takes the one for the model.
    *max_repairs*: 1 or 0. *options*: the SDK's own (thinking, output_config, reasoning_effort, timeout ...).

    The stop reason is looked at first, then the number of calls, the shape, the rules. A reply that was cut is asked
    for again with twice the room; a wrong one is sent back with what is wrong. Never more than two requests (the SDK's
    own retries aside). One log record an attempt, without a word of text or reply.

    The SDK's errors pass through at the first request; at the second they become a NeedsHuman, with the first's usage.
    Arguments that can't work are a TypeError, a ValueError or a SchemaError before anything is sent.
    """
    send, job = _begin(client, text, into, model, system, max_tokens, rules, recipe, max_repairs, options, False)
    while job.outcome is None:
        try:
            reply = send(**job.body)
        except Exception as error:
            job.failed(error)
        else:
            job.take(reply)
    return job.outcome


async def extract_async(client: Any, text: str, into: type[BaseModel], *, model: str, system: Any = None,
                        max_tokens: int = MAX_TOKENS, rules: Sequence[Rule] = (), recipe: Recipe | None = None,
                        max_repairs: int = 1, **options: Any) -> Outcome:
    """As `extract`, with an `anthropic.AsyncAnthropic` or `openai.AsyncOpenAI`. Cancellation passes at once."""
    send, job = _begin(client, text, into, model, system, max_tokens, rules, recipe, max_repairs, options, True)
    while job.outcome is None:
        try:
            reply = await send(**job.body)
        except Exception as error:
            job.failed(error)
        else:
            job.take(reply)
    return job.outcome


class _Job:
    """One extraction: the next request, what came of those before, and in the end the outcome."""

    def __init__(self, task: Task, max_tokens: int, rules: Sequence[Rule], repairs: int) -> None:
        self._task, self._rules, self._repairs = task, rules, repairs
        self._max_tokens = max_tokens
        self._turns: list[dict[str, Any]] = []
        self._attempts: list[Attempt] = []
        self.outcome: Outcome | None = None

    @property
    def body(self) -> dict[str, Any]:
        """What to send next."""
        return request(self._task, self._turns, self._max_tokens)

    def failed(self, error: Exception) -> None:
        """The request failed. The first one's error goes to the caller: nothing is paid for yet."""
        if not self._attempts:
            raise error
        status = getattr(error, "status_code", None)
        self._hand_over(f"the second request failed: {type(error).__name__}{f' {status}' if status else ''}", error)

    def take(self, reply: Any) -> None:
        """A reply came: judge it, and decide."""
        read = (read_message if self._task.vendor == "anthropic" else read_completion)(reply, self._task.by_tool)
        verdict = self._judgement(read)
        self._attempts.append(_attempt(read, verdict))
        LOG.info("attempt %d: %s", len(self._attempts), self._attempts[-1])
        if not verdict.caught_by:
            kind = Valid if len(self._attempts) == 1 else Repaired
            self.outcome = kind(value=verdict.value, none_because=verdict.none_because, attempts=tuple(self._attempts))
        elif not (self._repairs and self._try_again(read, verdict)):
            self._hand_over("; ".join(verdict.problems))

    def _judgement(self, read: Read) -> Judgement:
        """Whether it came whole, then whether it is one answer, and only then what it says."""
        if read.ending == "cut":
            return _caught(f"the reply was cut off at {self._max_tokens:,} tokens", "stop reason")
        if read.ending == "stopped":
            return _caught(read.why, "stop reason")
        if len(read.offers) > 1:
            return _caught(f"{len(read.offers)} calls came where one was asked for: for texts that may hold several, "
                           "ask for a model with a list of them", "calls")
        if not read.offers:
            missing = f"{self._task.envelope.tool} was not called" if self._task.by_tool else "the reply is empty"
            return _caught(missing, "calls")
        return self._of_one(read.offers[0])

    def _of_one(self, offer: Offer) -> Judgement:
        if offer.name not in (None, self._task.envelope.tool):
            return _caught(f"{offer.name!r} was called, and there is no such tool", "calls")
        if offer.problem:
            return _caught(offer.problem, "shape")
        return judged(offer.data, self._task.envelope, self._rules)

    def _try_again(self, read: Read, verdict: Judgement) -> bool:
        """Prepare the second request, where one can help."""
        self._repairs -= 1
        if read.ending == "cut":   # nothing of it is sent back: closing its brackets would make it look finished
            room = min(2 * self._max_tokens, _most_room(self._task))
            grew, self._max_tokens = room > self._max_tokens, room
            return grew
        if read.ending == "stopped" or len(read.offers) > 1:
            return False
        self._turns = repair_turns(self._task, read, verdict.problems)
        return True

    def _hand_over(self, reason: str, error: Exception | None = None) -> None:
        again = "after a second request, " if len(self._attempts) > 1 else ""
        self.outcome = NeedsHuman(reason=f"{again}{reason}", error=error, attempts=tuple(self._attempts))


def _begin(client: Any, text: str, into: type[BaseModel], model: str, system: Any, max_tokens: int,
           rules: Sequence[Rule], recipe: Recipe | None, max_repairs: int, options: dict[str, Any],
           asynchronous: bool) -> tuple[Any, _Job]:
    """(the SDK's function, the job); refuses what can't work before anything is sent."""
    send, vendor = _vendor(client, asynchronous)
    if not (isinstance(text, str) and text.strip()):
        raise ValueError(f"text must be some text to read; got {shown(text)}. An empty message is a 400.")
    if type(max_tokens) is not int or max_tokens < 1:
        raise ValueError(f"max_tokens must be a whole number of 1 or more; got {max_tokens!r}.")
    if type(max_repairs) is not int or max_repairs not in (0, 1):
        raise ValueError(f"max_repairs must be 0 or 1; got {max_repairs!r}. What one doesn't mend is for a person.")
    if recipe is not None and recipe not in RECIPES:
        raise ValueError(f"recipe must be one of {', '.join(RECIPES)}, or None for the model's own; got {recipe!r}.")
    taken = [name for name in OURS if name in options]
    if "format" in (options.get("output_config") or {}):
        taken.append("output_config.format")
    if taken:
        raise TypeError(f"extract() sets {', '.join(taken)} itself, from the model and the recipe: leave it out.")
    task = Task(vendor=vendor, model=model, text=text, system=system, recipe=recipe or recipe_for(vendor, model),
                envelope=envelope_for(into, vendor), options=options)
    return send, _Job(task, max_tokens, tuple(rules), max_repairs)


def _vendor(client: Any, asynchronous: bool) -> tuple[Any, Any]:
    if hasattr(client, "__enter__" if asynchronous else "__aenter__"):
        other = "extract(...)" if asynchronous else "await extract_async(...)"
        raise TypeError(f"{type(client).__name__} is {'not ' * asynchronous}asynchronous: use {other} with it.")
    if hasattr(client, "messages"):
        return client.messages.create, "anthropic"
    if hasattr(client, "chat"):
        return client.chat.completions.create, "openai"
    raise TypeError(f"extract() needs an Anthropic or an OpenAI client; got {type(client).__name__}.")


def _caught(problem: str, by: Any) -> Judgement:
    return Judgement(problems=(problem,), caught_by=by)


def _attempt(read: Read, verdict: Judgement) -> Attempt:
    return Attempt(stop_reason=read.stop_reason, problems=verdict.problems, caught_by=verdict.caught_by,
                   raw=tuple(offer.raw for offer in read.offers), usage=read.usage, cost=read.cost,
                   request_id=read.request_id)


def _most_room(task: Task) -> float:
    """The model's own limit, in tokens, or what the SDK sends without a stream; no limit where neither is known."""
    unstreamed = UNSTREAMED if task.vendor == "anthropic" and "timeout" not in task.options else float("inf")
    try:
        return min(find_model(task.model).max_output or float("inf"), unstreamed)
    except UnknownModelError:
        return unstreamed
