"""00-2: `my_ask(client, prompt, *, model, system=None, max_tokens=1_000)`.

The request is judged in `e00_request`; here is what comes back, ending by ending. Where `complete` is wrong, all
endings together tell by which rule it was decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from helpers.classroom.attempt import Attempt, Spoiled, shown
from helpers.classroom.exercise import Exercise
from helpers.classroom.guard import Ran
from helpers.classroom.report import Problem
from helpers.exercises import replies
from helpers.exercises.e00_misread import LEFT, Said, call, misread, mistold, returned, thought
from helpers.exercises.e00_request import SYSTEM, Asked, asked_once, refused, the_request
from helpers.wire import builder
from helpers.wire.reply import Reply
from helpers.wire.scripted import Ask

CUT = "Your order left on Monday and should"


def my_ask(client, prompt, *, model, system=None, max_tokens=1_000):
    """One good solution."""
    given = {} if system is None else {"system": system}
    message = client.messages.create(model=model, max_tokens=max_tokens,
                                     messages=[{"role": "user", "content": prompt}], **given)
    text = "".join(block.text for block in message.content if block.type == "text")
    return text, message.stop_reason in ("end_turn", "stop_sequence")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A reply, and what it says of itself."""

    said: Said
    complete: bool
    code: str
    """The problem of who takes it for the contrary ..."""
    because: str
    look: str = "how `complete` comes about from `message.stop_reason`."

    @property
    def should(self) -> str:
        return f"return `({self.said.text!r}, {self.complete})`"

    def script(self, ask: Ask) -> Reply:
        """This reply to whatever is asked."""
        return replies.reply_to(ask.model, ask.body.get("max_tokens"), self.said.blocks, self.said.options)


def _said(sent: str, *blocks: Any, **options: Any) -> Said:
    return Said(sent=f"a question; the reply: {sent}", blocks=blocks, options=options)


NAME_THE_FINISHED = "List the endings that are whole, not those that aren't: the vendor adds new ones."

ENDINGS = (
    Ending(said=_said(f"the text `{LEFT}`, `end_turn`", LEFT), complete=True, code="end-turn",
           because="`end_turn` is the ordinary ending: every good answer would look broken."),
    Ending(said=_said(f"thinking, then `{LEFT}`, `end_turn`", thought(), LEFT), complete=True, code="end-turn",
           because="`end_turn` is the ordinary ending: every good answer would look broken."),
    Ending(said=_said(f"`{CUT}`, `max_tokens`", CUT, stop_reason="max_tokens"), complete=False, code="cut-off",
           because="`stop_reason` was `max_tokens`: users would see a sentence without its end."),
    Ending(said=_said("thinking used up the limit: no text, `max_tokens`", thought(), stop_reason="max_tokens"),
           complete=False, code="cut-off", because="`stop_reason` was `max_tokens`: users would see nothing at all."),
    Ending(said=_said("`content` is empty, `refusal`", stop_details=builder.refusal()), complete=False, code="refusal",
           because="a refusal comes with status 200 and may hold no text: users would see an empty answer, given with "
           f"confidence. {NAME_THE_FINISHED}"),
    Ending(said=_said(f"`{CUT}`, `model_context_window_exceeded`", CUT, stop_reason="model_context_window_exceeded"),
           complete=False, code="window-full",
           because=f"the context window was full: the sentence has no end. {NAME_THE_FINISHED}"),
    Ending(said=_said("`Let me look.`, `pause_turn`", "Let me look.", stop_reason="pause_turn"), complete=False,
           code="paused", because="`pause_turn` asks you to send the conversation again, so that the model can go on. "
           f"{NAME_THE_FINISHED}"),
    Ending(said=_said("`Let me look.` and a tool call, `tool_use`", "Let me look.", call()), complete=False,
           code="waits", because=f"the model waits for your tool's result; the answer is still to come. "
           f"{NAME_THE_FINISHED}"),
    Ending(said=_said("`Dear customer,\\n\\n`, `stop_sequence`", "Dear customer,\n\n", stop_sequence="Best regards"),
           complete=True, code="stop-sequence",
           because="the text ends where a caller, with `stop_sequences`, told it to: that is whole."),
)


@dataclass(frozen=True, slots=True)
class Ends:
    """A check: what is returned for one ending."""

    ending: Ending

    def __call__(self, attempt: Attempt) -> Problem | None:
        ending = self.ending
        ran, _ = asked_once(attempt, Asked(), ending.script, sent=ending.said.sent)
        if ran.error is not None:
            return _raises(attempt, ran, ending)
        text, complete = _pair(ran.value, ending)
        wrong_text = mistold(text, ending.said, should=ending.should, place=" as the text")
        if wrong_text is None and not isinstance(complete, str) and bool(complete) == ending.complete:
            return None
        return wrong_text or _wrong_end(attempt, ending, complete)


def _raises(attempt: Attempt, ran: Ran, ending: Ending) -> Problem:
    own = not (isinstance(ran.error, (AttributeError, TypeError, NameError, LookupError, StopIteration))
               or hasattr(ran.error, "status_code"))
    if not own or ending.complete:
        return refused(ran, ending.said.sent) or misread(attempt, ran, ending.said, ending.should)
    return Problem(code="raised-instead", sent=ending.said.sent, did=attempt.raised(ran, "").did, should=ending.should,
                   because="half an answer can still be of use, and is paid for: the caller decides what to do with "
                           "it, if you return it.", look="your `raise`.")


def _pair(value: Any, ending: Ending) -> tuple[Any, Any]:
    """(text, complete); anything else than such a pair: Spoiled."""
    common = {"sent": ending.said.sent, "should": ending.should, "look": "your `return`."}
    if isinstance(value, str):
        raise Spoiled(Problem(code="text-alone", did=f"returned {shown(value)}: the text alone", because="nobody "
                              "downstream can tell an answer from half of one.", **common))
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise Spoiled(Problem(code="no-pair", did=returned(value), because="the caller writes "
                              "`text, complete = my_ask(...)`.", **common))
    if isinstance(value[0], bool) and isinstance(value[1], str):
        raise Spoiled(Problem(code="swapped", did=f"returned {shown(value)}: the other way round", because="the caller "
                              "writes `text, complete = my_ask(...)`, and any text but the empty one counts as true.",
                              **common))
    return value[0], value[1]


def _wrong_end(attempt: Attempt, ending: Ending, complete: Any) -> Problem:
    common = {"sent": ending.said.sent, "should": ending.should}
    gave = f"returned {shown(complete)} for `complete`"
    if isinstance(complete, str):
        return Problem(code="reason-itself", did=f"{gave}: the reason itself", because="every text but the empty one "
                       "is true: `if complete` would let \"max_tokens\" and \"refusal\" pass.",
                       look="what you compare `stop_reason` with.", **common)
    verdicts = _verdicts(attempt)
    right = [one.complete for one in ENDINGS]
    if verdicts == [True] * len(ENDINGS):
        return Problem(code="always-complete", did=f"{gave}, as for every ending that we have", because=ending.because +
                       " The HTTP status is 200 for all of them.", look="`message.stop_reason`.", **common)
    if verdicts == [False] * len(ENDINGS):
        return Problem(code="never-complete", did=f"{gave}, as for every ending that we have", look="the word that you "
                       "compare with: `stop` is OpenAI's.", because="every good answer would look broken. Anthropic's "
                       "words are `end_turn` and `stop_sequence`.", **common)
    if verdicts == [bool(one.said.text) for one in ENDINGS]:
        return Problem(code="by-text", did=f"{gave}: True wherever there is text", because=ending.because + " There is "
                       "text, and still it isn't whole.", look="`message.stop_reason`.", **common)
    if verdicts == [not one for one in right]:
        return Problem(code="inverted", did=f"{gave}: the contrary for every ending", because="`complete` says that "
                       "the answer is whole; the caller would show the broken ones.",
                       look="a `not` too much or too few.", **common)
    return Problem(code=ending.code, did=gave, because=ending.because, look=ending.look, **common)


def _verdicts(attempt: Attempt) -> list[bool | None]:
    """`complete` for every ending; None where there is none."""
    found: list[bool | None] = []
    for ending in ENDINGS:
        try:
            ran, _ = asked_once(attempt, Asked(), ending.script, sent=ending.said.sent)
            found.append(bool(_pair(ran.value, ending)[1]))
        except Spoiled:
            found.append(None)
    return found


def plain_request(attempt: Attempt) -> Problem | None:
    """Without a system prompt."""
    return the_request(attempt, Asked(), ENDINGS[0].script)


def full_request(attempt: Attempt) -> Problem | None:
    """With a system prompt; another model and limit, so that fixed ones show."""
    return the_request(attempt, Asked(model="production", max_tokens=450, system=SYSTEM), ENDINGS[0].script)


ASK_ONCE = Exercise(
    id="00-2", name="my_ask", call="my_ask(client, prompt, model=..., system=..., max_tokens=...)", solution=my_ask,
    checks=(plain_request, full_request, *map(Ends, ENDINGS)),
    praise="One request, exactly as asked, and an answer that says whether it is one. Nobody downstream can show half "
           "a sentence by accident.",
    hints=("Which field of the reply says why the model stopped, and which of its values mean that it had finished?",
           "`client.messages.create(...)` takes `model`, `max_tokens` and `messages` by name; `system` only when you "
           "have one: put it into a dict, and hand that on with `**`. Of the seven stop reasons, two are whole.",
           '`given = {} if system is None else {"system": system}`, then `message = client.messages.create(model=..., '
           'max_tokens=..., messages=[{"role": "user", "content": prompt}], **given)`. Return the joined text and '
           '`message.stop_reason in ("end_turn", "stop_sequence")`.'),
)
