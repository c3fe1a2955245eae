"""Lesson 00's constructed replies: one support question, answered by several models, under one setting after another.

    client = lesson.anthropic(script=SHAPES["thinking first"])

`answer` is behind the lesson's recordings. SHAPES are scripts: each answers any request with a reply of one shape, for
the message explorer, because no prompt brings most of these about at will. All token counts are invented to be
plausible (`helpers.tokens.estimate_tokens`, and THINKING below); they illustrate and measure nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from helpers.economics import Usage, find_model
from helpers.scenarios.lesson_01 import ANSWER
from helpers.tokens import estimate_tokens
from helpers.wire import builder
from helpers.wire.reply import Reply
from helpers.wire.scripted import Ask, Script, text_in

SIGNED = f"{ANSWER}\n\nBest regards,\nYour Acme Outfitters team"
BRIEF = "Order 1042 is on its way and should reach you by next Tuesday."
"""What the model says when the system prompt asks for one short sentence."""
THINKING = {"none": 0, "low": 0, "medium": 54, "high": 186, "xhigh": 420, "max": 900}
"""Tokens of thinking by effort. On an easy prompt, low can skip it (Haiku 5.5's migration guide)."""
TOOL_PROMPT = 286 + 60
"""What tools add to the prompt: 286 on Haiku 5.5 (Anthropic's pricing page), and the definition of one of them."""
LIMITS = ("max_tokens", "max_completion_tokens", "max_output_tokens")


@dataclass(frozen=True, slots=True)
class Written:
    """What a model wrote before it stopped."""

    text: str
    thinking: int
    output: int
    cut_off: bool
    """By the limit on its output."""
    stop_sequence: str | None


def answer(ask: Ask) -> Reply:
    """The reply to any request that the lesson makes: thinking first where the model thinks, within the limit."""
    limit = next((ask.body[name] for name in LIMITS if ask.body.get(name)), 100_000)
    written = _write(ask, limit)
    usage = Usage(input=_prompt_tokens(ask), output=written.output, thinking=written.thinking)
    if ask.path.startswith("/v1/chat/completions"):
        return builder.chat_completion(written.text or None, model=ask.model, usage=usage,
                                       finish_reason="length" if written.cut_off else "stop")
    if ask.path.startswith("/v1/responses"):
        text = [written.text] if written.text else []
        return builder.response([builder.reasoning(), *text], model=ask.model, usage=usage, request=ask.body,
                                incomplete="max_output_tokens" if written.cut_off else None)
    return _message(ask, [written.text], usage, stop_sequence=written.stop_sequence,
                    stop_reason="max_tokens" if written.cut_off else None)


def _write(ask: Ask, limit: int) -> Written:
    """Think, then write, until the text, a stop sequence or the limit ends it. The limit counts both."""
    text = BRIEF if "one short sentence" in _system(ask) else SIGNED
    met = [stop for stop in ask.body.get("stop_sequences") or [] if stop in text]
    first = min(met, key=text.index, default=None)
    text = text if first is None else text[:text.index(first)]   # the matched text itself is left out
    thinking, whole = _thinking(ask), estimate_tokens(text, ask.model).tokens
    room = limit - thinking
    if whole <= room:
        return Written(text, thinking, thinking + whole, False, first)
    return Written(_cut(text, room / whole), min(thinking, limit), limit, True, None)


def _thinking(ask: Ask) -> int:
    """By the effort in force: the request's, else the model's own. 0 where the model doesn't think unasked."""
    model = find_model(ask.model)
    off = (ask.body.get("thinking") or {}).get("type") in ("disabled", "between_tools")
    asked = ((ask.body.get("output_config") or ask.body.get("reasoning") or {}).get("effort")
             or ask.body.get("reasoning_effort"))
    return 0 if off or model.thinking in ("off", "none") else THINKING[asked or model.default_effort or "medium"]


def _cut(text: str, share: float) -> str:
    """The first *share* of *text*, up to the end of a word."""
    return text[:max(0, round(len(text) * share))].rpartition(" ")[0]


def _message(ask: Ask, texts: list[str], usage: Usage, **ending: object) -> Reply:
    """A thinking block where *usage* has thinking, and a text block for each text."""
    blocks = [builder.thinking()] if usage.thinking else []
    return builder.message([*blocks, *(builder.text(text) for text in texts if text)], model=ask.model, usage=usage,
                           **ending)


def _system(ask: Ask) -> str:
    """The system prompt of either vendor."""
    first = [text_in(message.get("content", "")) for message in ask.messages if message.get("role") == "system"]
    return text_in(ask.body.get("system", "")) + str(ask.body.get("instructions") or "") + "".join(first)


def _prompt_tokens(ask: Ask) -> int:
    texts = [text_in(ask.body.get("system", "")), *(text_in(message.get("content", "")) for message in ask.messages)]
    return sum(estimate_tokens(text, ask.model).tokens for text in texts if text)


# ---- shapes: each a script that answers whatever is asked

def _shape(ask: Ask, *, texts: tuple[str, ...], thinking: int = 0, **ending: object) -> Reply:
    """These texts, after so much thinking."""
    visible = estimate_tokens("".join(texts), ask.model).tokens
    usage = Usage(input=_prompt_tokens(ask), output=visible + thinking, thinking=thinking)
    return _message(ask, list(texts), usage, **ending)


def _cut_off(ask: Ask, *, text: str) -> Reply:
    """All of the limit used: by thinking, but for what *text* took."""
    limit = ask.body["max_tokens"]
    visible = estimate_tokens(text, ask.model).tokens if text else 0
    usage = Usage(input=_prompt_tokens(ask), output=limit, thinking=limit - visible)
    return _message(ask, [text], usage, stop_reason="max_tokens")


def _context_full(ask: Ask) -> Reply:
    """A prompt so long that the window ends before the answer does."""
    text = _cut(ANSWER, 0.3)
    output = estimate_tokens(text, ask.model).tokens
    usage = Usage(input=find_model(ask.model).context - output, output=output)
    return _message(ask, [text], usage, stop_reason="model_context_window_exceeded")


def _tool_call(ask: Ask) -> Reply:
    """A call and nothing else: a tool has to run before there is an answer. Tools bring a system prompt with them."""
    usage = Usage(input=_prompt_tokens(ask) + TOOL_PROMPT, output=58)
    return builder.message(builder.tool_use("find_order", {"order": "1042"}), model=ask.model, usage=usage)


def _refusal(ask: Ask) -> Reply:
    """Declined before a word was written; status 200 all the same."""
    return builder.message([], model=ask.model, stop_details=builder.refusal(None),
                           usage=Usage(input=_prompt_tokens(ask)))


HALF = _cut(ANSWER, 0.45)
COMMA = ANSWER.index(",")

SHAPES: dict[str, Script] = {
    "text only": partial(_shape, texts=(ANSWER,)),
    "thinking first": partial(_shape, texts=(ANSWER,), thinking=THINKING["medium"]),
    "two text blocks": partial(_shape, texts=(ANSWER[:COMMA], ANSWER[COMMA:])),
    "tool call": _tool_call,
    "cut off before any text": partial(_cut_off, text=""),
    "cut off in mid-sentence": partial(_cut_off, text=HALF),
    "refusal": _refusal,
    "stop sequence": partial(_shape, texts=(f"{ANSWER}\n\n",), stop_sequence="Best regards"),
    "context window full": _context_full,
}
"""Name -> script. Each answers any request, so its usage fits the shape, not always the request."""
