"""One replayed call, meter and all, against httpx2's own mock and against vcrpy."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx2

from bench.measure import Effort, Pairs, in_turns, timed
from bench.row import CannotMeasure, Row
from bench.vendors import VENDORS, Vendor
from helpers.clock import RealClock
from helpers.course import Lesson
from helpers.wire.recording import Tape
from helpers.wire.transport import Transport

SMALL, LARGE = "Hello there", "word " * 40_000
"""A few bytes, and 200 kB."""
SIZES = (("small", SMALL, SMALL, 1.2), ("200 kB request", LARGE, SMALL, 1.6), ("200 kB reply", SMALL, LARGE, 1.6))
"""(title, text of the request, text of the reply, goal)"""


def against_mock(effort: Effort) -> list[Row]:
    """A call by the course's client over that by the stock client with httpx2.MockTransport and the same reply."""
    return [_against_mock(vendor, *size, effort) for vendor in VENDORS for size in SIZES]


def _against_mock(vendor: Vendor, title: str, asked: str, answered: str, goal: float, effort: Effort) -> Row:
    question = vendor.question(asked)
    ours = partial(vendor.create(vendor.ours(vendor.tape(question, answered))), **question)
    other = partial(vendor.create(vendor.mocked(json.dumps(vendor.reply(answered)).encode())), **question)
    pairs = in_turns(timed(ours), timed(other), effort.calls, each=effort.each)
    return Row(title=f"{vendor.name}, {title}", samples=pairs.ratios, goal=goal, beside=pairs.beside())


def against_vcr(effort: Effort) -> list[Row]:
    """How many times faster than vcrpy: from the file on disk (judged), and with the file read already (shown)."""
    try:
        import vcr  # noqa: F401
    except ImportError:
        raise CannotMeasure("vcrpy is not installed; it comes with requirements-dev.txt.") from None
    return [row for vendor in VENDORS for row in _against_vcr(vendor, effort)]


def _against_vcr(vendor: Vendor, effort: Effort) -> Iterator[Row]:
    import vcr

    question = vendor.question(SMALL)
    with TemporaryDirectory() as folder, _provider(json.dumps(vendor.reply(SMALL)).encode()) as address:
        cassette, tape = Path(folder, "cassette.yaml"), Path(folder, "99_bench.json")
        client = vendor.stock(base_url=address)
        with vcr.use_cassette(str(cassette)):
            vendor.create(client)(**question)
        vendor.tape(question, SMALL).save(tape)
        use = partial(vcr.use_cassette, str(cassette), record_mode="none", allow_playback_repeats=True,
                      match_on=["method", "path", "body"])
        yield _from_file(vendor, question, client, use, tape, effort)
        yield _already_open(vendor, question, client, use, tape, effort)


def _from_file(vendor: Vendor, question: dict, client: Any, use: Any, tape: Path, effort: Effort) -> Row:
    """What one test pays: open the recording, make one call. Both clients are there already."""
    ours = partial(vendor.create(_reading_each_time(vendor, tape)), **question)

    def other() -> None:
        with use():
            vendor.create(client)(**question)

    pairs = in_turns(timed(ours), timed(other), effort.calls, each=effort.each)
    return _vcr_row(f"{vendor.name}, open the file and call", pairs, goal=3.0)


def _already_open(vendor: Vendor, question: dict, client: Any, use: Any, tape: Path, effort: Effort) -> Row:
    """The call alone. The SDK's own share is most of both."""
    ours = partial(vendor.create(vendor.ours(Tape.load(tape))), **question)
    call = timed(partial(vendor.create(client), **question))

    def other() -> float:
        with use():
            return call()

    return _vcr_row(f"{vendor.name}, a call with the file open",
                    in_turns(timed(ours), other, effort.calls, each=effort.each), goal=None)


def _vcr_row(title: str, pairs: Pairs, goal: float | None) -> Row:
    return Row(title=title, samples=pairs.inverse, goal=goal, at_least=True, beside=pairs.beside())


class _FromFile(Transport):
    """Reads the recordings anew for each request, and answers as the course's clients do."""

    def __init__(self, vendor: Vendor, path: Path) -> None:
        self._vendor, self._path = vendor, path

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        from helpers.wire.meter import Meter
        from helpers.wire.replay import Replay

        lesson = Lesson("99_bench", "replay", Tape.load(self._path))
        return Meter(Replay(lesson.tape, RealClock()), [lesson.ledger]).handle_request(request)


def _reading_each_time(vendor: Vendor, path: Path) -> Any:
    from helpers.wire.clients import build

    return build(vendor.sdk.upper(), _FromFile(vendor, path), RealClock(), asynchronous=False, live=False)


@contextmanager
def _provider(reply: bytes) -> Iterator[str]:
    """A server on loopback that answers every POST with *reply*; yields its base URL."""
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:   # the name is http.server's
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
