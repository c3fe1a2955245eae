"""Read a streamed answer of either vendor to its end, and know which of four endings it was.

    stream = client.messages.create(..., stream=True)      # or openai's chat.completions / responses .create(...)
    result = consume(stream, on_text=lambda piece: print(piece, end="", flush=True))
    if not result.complete: ...                            # truncated, failed or cut; result.text is what came

Status 200 says that an answer begins, not that it will be whole: whatever goes wrong later comes in the result.
`texts` is for who only wants the words; it lets the SDK's errors through.
"""

from __future__ import annotations

from helpers.streaming.consuming import consume, consume_async
from helpers.streaming.pieces import text_of, texts, texts_async
from helpers.streaming.readers import StreamFailure
from helpers.streaming.results import FINISHED, Ending, Result
from helpers.streaming.timings import Timing
from helpers.streaming.tools import ToolCall, ToolCalls

__all__ = [
    "FINISHED",
    "Ending",
    "Result",
    "StreamFailure",
    "Timing",
    "ToolCall",
    "ToolCalls",
    "consume",
    "consume_async",
    "text_of",
    "texts",
    "texts_async",
]
