"""00-4's cases: replies of both vendors, and what each of them says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from helpers.exercises import replies
from helpers.exercises.e00_misread import LEFT, Said, call, thought
from helpers.wire import builder

CUT = "Your order left on Monday and should"
NO = "I can't help with that."
CLAUDE = {"input_tokens": 210, "output_tokens": 48, "output_tokens_details": {"thinking_tokens": 30}}
GPT = {"prompt_tokens": 190, "completion_tokens": 45, "completion_tokens_details": {"reasoning_tokens": 20}}
CLAUDE_LIMIT, GPT_LIMIT = CLAUDE | {"output_tokens": replies.LIMIT}, GPT | {"completion_tokens": replies.LIMIT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Either:
    """A reply of one vendor, and what it says."""

    said: Said
    openai: bool
    complete: bool
    output: int
    code: str
    """The problem of who gets `complete` wrong ..."""
    because: str

    @property
    def should(self) -> str:
        return (f"return `{{'text': {self.said.text!r}, 'complete': {self.complete}, "
                f"'output_tokens': {self.output}}}`")

    def reply(self) -> Any:
        """The SDK's object."""
        if not self.openai:
            return replies.message(self.said.blocks, **self.said.options)
        return replies.completion(self.said.text or None, **self.said.options)


def _claude(sent: str, *blocks: Any, usage: Any = None, **options: Any) -> Said:
    return Said(sent=f"Anthropic's Message: {sent}", blocks=blocks, options={"usage": usage or CLAUDE, **options})


def _gpt(sent: str, *texts: str, usage: Any = None, **options: Any) -> Said:
    return Said(sent=f"OpenAI's ChatCompletion: {sent}", blocks=texts, options={"usage": usage or GPT, **options})


CASES = (
    Either(openai=False, complete=True, output=48, code="end-turn",
           because="`end_turn` is Anthropic's ordinary ending.",
           said=_claude(f"thinking, then `{LEFT}`; `end_turn`; 48 tokens out", thought(), LEFT)),
    Either(openai=True, complete=True, output=45, code="openai-stop",
           because="OpenAI calls the ordinary ending `stop`.",
           said=_gpt(f"`{LEFT}`, finish_reason `stop`, 45 tokens out", LEFT)),
    Either(openai=True, complete=False, output=replies.LIMIT, code="length",
           because="OpenAI calls it `length`: users would see a sentence without its end.",
           said=_gpt(f"`{CUT}`, finish_reason `length`", CUT, usage=GPT_LIMIT, finish_reason="length")),
    Either(openai=False, complete=False, output=replies.LIMIT, code="max-tokens",
           because="Anthropic calls it `max_tokens`: users would see a sentence without its end.",
           said=_claude(f"`{CUT}`, stop_reason `max_tokens`", CUT, usage=CLAUDE_LIMIT, stop_reason="max_tokens")),
    Either(openai=True, complete=False, output=45, code="tool-calls",
           because="the model waits for your tool's result: the answer is still to come.",
           said=_gpt("a tool call, `content` is None, finish_reason `tool_calls`",
                     tool_calls=[builder.tool_call("find_order", {"order": "1042"})])),
    Either(openai=True, complete=False, output=45, code="content-filter",
           because="OpenAI's filter stopped the answer where it stood.",
           said=_gpt(f"`{CUT}`, finish_reason `content_filter`", CUT, finish_reason="content_filter")),
    Either(openai=True, complete=False, output=45, code="refusal-field",
           because="OpenAI's refusal is a field of the message, and finish_reason says `stop` all the same.",
           said=_gpt(f"`content` is None, `refusal` is `{NO}`, finish_reason `stop`", refusal=NO)),
    Either(openai=False, complete=False, output=48, code="refusal",
           because="Anthropic's refusal is a stop_reason, and `content` may be empty.",
           said=_claude("no block, stop_reason `refusal`", stop_details=builder.refusal())),
    Either(openai=False, complete=False, output=48, code="tool-use",
           because="the model waits for your tool's result: the answer is still to come.",
           said=_claude("a tool call alone, stop_reason `tool_use`", call())),
    Either(openai=False, complete=True, output=48, code="stop-sequence",
           because="the text ends where you told it to. (OpenAI says `stop` to that, too.)",
           said=_claude(f"`{LEFT}`, stop_reason `stop_sequence`", LEFT, stop_sequence="Best regards")),
)
