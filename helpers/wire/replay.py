"""Answer requests from a tape, at the recorded pace, and say helpfully when nothing on it fits."""

from __future__ import annotations

import os
from itertools import islice
from typing import Any

import httpx2

from helpers.clock import Clock
from helpers.wire.cells import CellCounter
from helpers.wire.matching import COMPARED_HEADERS, RecordedRequest, differences, key_of, recorded_request
from helpers.wire.recording import Entry, Tape
from helpers.wire.reply import Reply
from helpers.wire.transport import Source, is_anthropic

LOOKED_AT = 40
"""How many recordings of the same path a miss is compared with: those nearest in size."""


class Replay(Source):
    """Serves the replies of a tape. Several replies to one request play in order; the last one repeats."""

    def __init__(self, tape: Tape, clock: Clock) -> None:
        super().__init__(clock)
        self.tape = tape
        self._played = CellCounter()

    def answer(self, request: httpx2.Request) -> Reply:
        compared = tuple((name, request.headers[name]) for name in COMPARED_HEADERS if name in request.headers)
        # Very large bodies are not kept for the sake of their keys.
        keyed = key_of if len(request.content) < 1_000_000 else key_of.__wrapped__
        key = keyed(request.method, str(request.url), compared, request.content)
        takes = self.tape.takes(key)
        if not takes:
            return self._miss(request)
        return takes[min(self._played.next(key), len(takes) - 1)].reply

    def _miss(self, request: httpx2.Request) -> Reply:
        asked = recorded_request(request.method, str(request.url), request.headers, request.content)
        message = miss_message(asked, self.tape)
        log_miss(f"{self.tape.name}: {message.splitlines()[0]}")
        return miss_reply(message, plain=is_anthropic(request))


def miss_reply(message: str, *, plain: bool) -> Reply:
    """A miss as an answer, because the SDKs retry or swallow what a transport raises.

    *plain*: as plain text, which is what the Anthropic SDK prints legibly; else in OpenAI's JSON shape.
    """
    headers = {"x-should-retry": "false", "content-type": "text/plain; charset=utf-8" if plain else "application/json"}
    body: Any = message
    if not plain:
        body = {"error": {"message": message, "type": "recording_miss", "param": None, "code": "recording_miss"}}
    return Reply(status=404, headers=headers, body=body)


def miss_message(asked: RecordedRequest, tape: Tape) -> str:
    """What was asked, where the nearest recording differs, and the ways on."""
    lines = [f"No recording matches this request: {asked.method} {asked.path}"]
    near = nearest(asked, tape)
    if near is None:
        lines.append(f"'{tape.name}' holds no recording of {asked.path} at all.")
    else:
        entry, (where, here, there) = near
        here, there = _window(here, there)
        lines.append(f"The nearest one, '{entry.name}', differs in {where}: {here} here, {there} in the recording.")
    lines.append("A recording answers only the request that it was made for. To go on, do one of these:")
    lines.append("  - put the recorded value back: it costs nothing")
    lines.append("  - ask a scripted server, which answers anything: pass script=... to the client")
    lines.append("  - ask the real API with your own key: COURSE_MODE=live in .env, then restart the kernel")
    return "\n".join(lines)


def nearest(asked: RecordedRequest, tape: Tape) -> tuple[Entry, tuple[str, Any, Any]] | None:
    """The entry with the fewest differences from *asked*, and the first of them; None without a candidate."""
    best: tuple[int, Entry, tuple[str, Any, Any]] | None = None
    here = asked.comparable()
    for entry in tape.nearest_in_size(asked, LOOKED_AT):
        limit = best[0] if best else None
        found = list(islice(differences(here, entry.request.comparable()), limit))
        if found and (best is None or len(found) < best[0]):
            best = len(found), entry, found[0]
    return best[1:] if best else None


def _window(here: Any, there: Any, width: int = 60) -> tuple[str, str]:
    """Both values, cut to *width* characters; of two long texts the part where they begin to differ."""
    start = 0
    if isinstance(here, str) and isinstance(there, str) and max(len(here), len(there)) > width:
        start = max(len(os.path.commonprefix([here, there])) - width // 3, 0)
        here, there = here[start : start + width], there[start : start + width]
    texts = (("…" if start else "") + repr(value) for value in (here, there))
    first, second = (text if len(text) <= width + 20 else f"{text[: width - 1]}…" for text in texts)
    return first, second


def log_miss(line: str) -> None:
    """Append to the file that COURSE_MISS_LOG names: a test run that missed must not pass, whatever a cell caught."""
    path = os.environ.get("COURSE_MISS_LOG")
    if path:
        with open(path, "a", encoding="utf-8") as log:
            log.write(line + "\n")
