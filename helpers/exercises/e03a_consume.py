"""03a-2: `my_consume(stream)`: the text that came, and which of four endings it had.

The streams stand in `e03a_streams`; how their events are misread in `e03a_text`, their endings in `e03a_endings`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from helpers.classroom.attempt import Attempt, Spoiled, a, shown
from helpers.classroom.exercise import Exercise
from helpers.classroom.report import Problem
from helpers.exercises.e03a_endings import ENDINGS, mistaken
from helpers.exercises.e03a_streams import STREAMS, Interrupted, Sent
from helpers.exercises.e03a_text import misread, mistold


def my_consume(stream):
    """One good solution."""
    import anthropic
    import httpx2

    text, reason, stopped = "", None, False
    try:
        for event in stream:
            if event.type == "content_block_delta" and event.delta.type == "text_delta":
                text += event.delta.text
            elif event.type == "message_delta":
                reason = event.delta.stop_reason or reason
            elif event.type == "message_stop":
                stopped = True
    except (anthropic.APIError, httpx2.HTTPError):
        return text, "failed"
    if not stopped:
        return text, "cut"
    return text, "complete" if reason in ("end_turn", "stop_sequence", "tool_use") else "truncated"


@dataclass(frozen=True, slots=True)
class Ends:
    """A check: text and ending of one stream."""

    sent: Sent

    def __call__(self, attempt: Attempt) -> Problem | None:
        stream = self.sent.stream()
        ran = attempt.run(stream, sent=self.sent.sent)
        if ran.error is not None:
            return misread(attempt, ran, self.sent)
        text, ending = _pair(ran.value, self.sent)
        if ending == "failed" != self.sent.ending and next(stream, None) is not None:
            return Problem(code="own-error", sent=self.sent.sent, did="returned `'failed'` as the ending, and left the "
                           "stream in its middle, where nothing had failed", should=self.sent.should(), because="an "
                           "`except` that catches everything also catches your own slips (an attribute that a delta "
                           "has not): each answer of that kind would count as failed, and nobody would see why.",
                           look="what is raised inside your `try`: run it once without.")
        return mistold(text, self.sent) or _misnamed(ending, self.sent) or _misjudged(attempt, ending, self.sent)


def _pair(value: Any, sent: Sent) -> tuple[Any, Any]:
    """(text, ending); anything else than such a pair: Spoiled."""
    common = {"sent": sent.sent, "should": sent.should(), "look": "your `return`."}
    if isinstance(value, str):
        raise Spoiled(Problem(code="one-of-two", did=f"returned {shown(value)} alone", because="the caller writes "
                              "`text, ending = my_consume(stream)`: a text without its ending can't be trusted.",
                              **common))
    if not isinstance(value, tuple | list) or len(value) != 2:
        said = "`None`" if value is None else f"{a(type(value).__name__)}: {shown(value)}"
        raise Spoiled(Problem(code="no-pair", did=f"returned {said}", because="the caller writes `text, ending = "
                              "my_consume(stream)`.", **common))
    if value[0] in ENDINGS:
        raise Spoiled(Problem(code="swapped", did=f"returned {shown(value)}: the other way round", because="the caller "
                              "writes `text, ending = my_consume(stream)`, and would show users the word.", **common))
    return value[0], value[1]


def _misnamed(ending: Any, sent: Sent) -> Problem | None:
    if ending in ENDINGS:
        return None
    common = {"sent": sent.sent, "should": sent.should(), "did": f"returned {shown(ending)} as the ending"}
    if ending in ("end_turn", "stop_sequence", "tool_use", "max_tokens", "refusal", "pause_turn") or ending is None:
        return Problem(code="reason-itself", because="a stop reason is the model's word for why it stopped. A stream "
                       "that failed or was cut has none: four endings cover all that can happen.",
                       look="what you make of `stop_reason`.", **common)
    return Problem(code="no-ending", because='the caller knows four: "complete", "truncated", "failed" and "cut".',
                   look="how they are written.", **common)


def _misjudged(attempt: Attempt, ending: str, sent: Sent) -> Problem | None:
    if ending == sent.ending:
        return None
    gave = f"returned {shown(ending)} as the ending"
    if "without a `message_stop`" in sent.sent and ending == "complete":
        gave += ", for a stream without `message_stop`"
    mistake = mistaken(ending, sent)
    if all(str(_ending(attempt, one)) == ending for one in STREAMS):
        return Problem(code="always-the-same", sent=sent.sent, should=sent.should(), did=f"{gave}, as for each of our "
                       f"{len(STREAMS)} streams", because=mistake.because, look="which events, and which errors, your "
                       "code looks at before it names the ending.")
    return Problem(code=mistake.code, sent=sent.sent, did=gave, should=sent.should(), because=mistake.because,
                   look=mistake.look)


def _ending(attempt: Attempt, sent: Sent) -> Any:
    value = attempt.run(sent.stream(), sent=sent.sent).value
    return value[1] if isinstance(value, tuple | list) and len(value) == 2 else None


def interrupts_pass(attempt: Attempt) -> Problem | None:
    """Whoever stops the program, stops it."""
    sent = "a stream in whose middle the program is interrupted (`KeyboardInterrupt`)"
    ran = attempt.run(Interrupted(STREAMS[0].stream()), sent=sent)
    if isinstance(ran.error, KeyboardInterrupt):
        return None
    did = attempt.raised(ran, sent).did if ran.error else f"held it, and returned {shown(ran.value)}"
    return Problem(code="held-an-interrupt", sent=sent, did=did, should="let it pass", because="Ctrl-C, a "
                   "kernel's stop button, or a server that shuts down would not get through to whom it is for.",
                   look="`except:` without a name, `except BaseException`, and `return` in a `finally`.")


READ_THE_ENDING = Exercise(
    id="03a-2", name="my_consume", call="my_consume(stream)", solution=my_consume,
    checks=(*map(Ends, STREAMS), interrupts_pass),
    praise="Whatever happens to a stream, you keep the text and know its ending: whole, stopped "
           "early, failed, or cut. Only the first of the four passes for a whole answer.",
    hints=("What is different, event by event, between a stream that ended well and one that broke off quietly?",
           "Three kinds of events matter: `content_block_delta` with a `text_delta` brings text, `message_delta` the "
           "stop reason, `message_stop` the end. Around the loop, catch what the SDK raises and what the network "
           "raises; they have no common parent but `Exception`.",
           '`try:` the loop, `except (anthropic.APIError, httpx2.HTTPError): return text, "failed"`. After it: without '
           'a `message_stop` `"cut"`; else `"complete"` if the reason is one of `("end_turn", "stop_sequence", '
           '"tool_use")`; else `"truncated"`.'),
)
