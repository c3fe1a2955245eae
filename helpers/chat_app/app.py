"""The chat service: a browser posts a prompt, and the answer comes back as server-sent events, as it is written.

    app = create_app(client, model=MODEL)      # client: an anthropic.AsyncAnthropic

Three events. `delta` {"text"}: a piece of the answer. `done` {"stop_reason", "complete", "usage", "id"}: its end.
`error` {"type", "message", "retryable"}: it has no end. The status line says 200 before the model has written a
word, so whatever goes wrong later can only be an event. A stream that ends without `done` or `error` was cut.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Annotated, Any

from fastapi import Depends, FastAPI
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, ConfigDict, StringConstraints

from helpers.chat_app.events import Answer
from helpers.chat_app.guards import Seats, guarded
from helpers.chat_app.pages import add_pages

MAX_PROMPT = 4_000
"""Characters. A limit of your own: without one, a stranger decides what a request costs."""


class Question(BaseModel):
    """What a browser may send. The model, its limits and the system prompt are the server's."""

    model_config = ConfigDict(extra="forbid", strict=True)
    prompt: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_PROMPT)]

    def messages(self) -> list[dict[str, Any]]:
        """The question as the Messages API takes it."""
        return [{"role": "user", "content": self.prompt}]


# In lines of at most 86 characters: lesson 03b shows this function, and a longer line would break in mid-word.
def create_app(client: Any, *, model: str, max_tokens: int = 1_000,
               system: str | None = None, max_streams: int = 4, hosts: Sequence[str] = (),
               clock: Callable[[], float] = time.perf_counter) -> FastAPI:
    """A chat over *model*: POST chat streams, DELETE chat stops, GET / is a page.

    *client*: an `anthropic.AsyncAnthropic`. *max_streams*: answers under way at once;
    one more is a 429. *hosts*: names under which browsers may reach it, besides
    localhost and addresses. *clock*: gives seconds, for the log.
    """
    _refuse_unless_async(client)
    app, seats = guarded(hosts), Seats(max_streams)
    call = {"model": model, "max_tokens": max_tokens}
    call |= {"system": system} if system else {}

    @app.post("/chat", response_class=EventSourceResponse,
              dependencies=[Depends(seats.take)])
    async def chat(question: Question) -> AsyncIterator[ServerSentEvent]:
        """Stream the answer to one question."""
        with Answer(clock) as answer:      # leaves one line in the log, however this ends
            try:
                messages = question.messages()
                # Leaving this block closes the connection to the model. When the browser
                # goes, the framework cancels this generator, and that leaves it, too.
                async with client.messages.stream(messages=messages, **call) as stream:
                    answer.request_id = stream.request_id
                    async for event in stream:
                        if event.type == "text" and event.text:
                            yield answer.delta(event.text)
                        elif event.type == "message_stop":
                            yield answer.done(event.message)
                            return
                yield answer.failed("cut")     # no message_stop, and no error either
            except Exception as error:         # a 429, an error event, a lost connection
                yield answer.failed(error)

    add_pages(app)
    return app


def _refuse_unless_async(client: Any) -> None:
    if not hasattr(client, "__aenter__"):
        raise TypeError(f"create_app() needs an anthropic.AsyncAnthropic; got {type(client).__name__}. A synchronous "
                        "client holds a thread for each answer, and does not hear that the browser left.")
