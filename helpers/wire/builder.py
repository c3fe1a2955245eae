"""Every constructed reply of the course comes out of here: built to the wire format, never seen from a server.

    from helpers.wire import builder

    reply = builder.message("Hello!", model=course.model("default"))
    stream = builder.stream(reply)
    late = builder.error(429, "rate_limit_error", "Rate limited", headers={"retry-after": "2"})

Each id says so (`msg_01CONSTRUCTED…`), and is a hash of the content: two builds of one reply are byte-equal.
No reply from here is a measurement; a chart over them has "illustration" in its title.
"""

from helpers.wire.build_anthropic import (
    count_tokens,
    error,
    message,
    model_info,
    models_page,
    refusal,
    text,
    thinking,
    tool_use,
)
from helpers.wire.build_anthropic_stream import error_event, stream
from helpers.wire.build_openai import chat_completion, chat_stream, openai_error, openai_error_event, tool_call
from helpers.wire.build_responses import function_call, message_item, reasoning, response, response_stream

__all__ = [
    "chat_completion",
    "chat_stream",
    "count_tokens",
    "error",
    "error_event",
    "function_call",
    "message",
    "message_item",
    "model_info",
    "models_page",
    "openai_error",
    "openai_error_event",
    "reasoning",
    "refusal",
    "response",
    "response_stream",
    "stream",
    "text",
    "thinking",
    "tool_call",
    "tool_use",
]
