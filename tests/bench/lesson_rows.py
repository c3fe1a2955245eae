"""A lesson's kernel against a bare one with the same imports: first output, first reply, memory."""

from __future__ import annotations

from collections.abc import Callable

from bench import kernels
from bench.measure import Effort, Measurement, Pairs, in_turns
from bench.row import CannotMeasure, Row
from helpers.settings import RECORDINGS
from helpers.wire.recording import Entry, Tape

LESSON = "01_token_economics"
START = f'from helpers import course\nlesson = course.start("{LESSON}")'
BARE = "import anthropic; print(1)"


def first_output(effort: Effort) -> list[Row]:
    """From starting the kernel to the lesson's banner, and to its first reply, over bare kernels."""
    tape = _tape()
    banner = in_turns(_until(START), _until(BARE), effort.kernels)
    rows = [Row(title="first output / import anthropic", samples=banner.ratios, goal=1.15,
                beside=banner.beside("s", 1))]
    entry = _first_plain_reply(tape)
    if entry is None:
        return [*rows, Row(title="first reply / over MockTransport",
                           reason="the lesson's recordings hold no plain Messages reply.")]
    reply = in_turns(_until(_ours(entry)), _until(_mocked(entry)), effort.kernels, warm_up=False)
    return [*rows, Row(title="first reply / over MockTransport", samples=reply.ratios, goal=1.15,
                       beside=reply.beside("s", 1))]


def _tape() -> Tape:
    path = RECORDINGS / f"{LESSON}.json"
    if not path.is_file():
        raise CannotMeasure(f"data/recordings/{path.name} is not there yet.")
    return Tape.load(path)


def _until(code: str) -> Measurement:
    """Seconds from starting a kernel to the first output of *code* in it."""
    def measure() -> float:
        with kernels.kernel() as running:
            return running.seconds_to_output(code)
    return measure


def _first_plain_reply(tape: Tape) -> Entry | None:
    """The first recording that a bare `messages.create(**body)` asks for."""
    return next((entry for entry in tape.entries if entry.request.path == "/v1/messages" and entry.reply.status == 200
                 and not entry.reply.is_stream and "anthropic-beta" not in entry.request.headers), None)


def _ours(entry: Entry) -> str:
    """The lesson's start, its banner kept back, and one call."""
    return "\n".join([
        "import contextlib, io", "with contextlib.redirect_stdout(io.StringIO()):",
        *(f"    {line}" for line in START.splitlines()),
        f"print(lesson.anthropic().messages.create(**{entry.request.body!r}).usage.output_tokens)"])


def _mocked(entry: Entry) -> str:
    """The same call by the stock client, answered by httpx2.MockTransport."""
    content = entry.reply.content()
    return "\n".join([
        "import anthropic, httpx2",
        f"reply = httpx2.Response(200, headers={dict(entry.reply.headers)!r}, content={content!r})",
        "http = anthropic.DefaultHttpxClient(transport=httpx2.MockTransport(lambda request: reply))",
        "client = anthropic.Anthropic(api_key='offline', http_client=http)",
        f"print(client.messages.create(**{entry.request.body!r}).usage.output_tokens)"])


def memory(effort: Effort) -> list[Row]:
    """Memory of the kernel after all cells of the lesson, over a bare kernel with the same imports."""
    try:
        import psutil  # noqa: F401
    except ImportError:
        raise CannotMeasure("psutil is not installed; it comes with requirements-dev.txt.") from None
    path = kernels.lessons()[0]
    bare = kernels.as_imports(kernels.imports_of(path))
    ours = [_bytes(lambda running: kernels.run_lesson(running, path)) for _ in range(effort.notebooks)]
    other = [_bytes(lambda running: running.run(bare)) for _ in range(effort.notebooks)]
    return [_memory_row(kind, ours, other) for kind in ("rss", "uss")]


def _bytes(work: Callable[[kernels.Kernel], object]) -> dict[str, float]:
    """Resident and unshared bytes of a kernel after *work*."""
    import psutil

    with kernels.kernel() as running:
        work(running)
        info = psutil.Process(running.pid).memory_full_info()
    return {"rss": info.rss, "uss": info.uss}


def _memory_row(kind: str, ours: list[dict[str, float]], other: list[dict[str, float]]) -> Row:
    pairs = Pairs([one[kind] for one in ours], [one[kind] for one in other])
    title = {"rss": "resident (RSS)", "uss": "its own (USS)"}[kind]
    return Row(title=title, samples=pairs.ratios, goal=1.3, beside=pairs.beside("MB", 1e6))

