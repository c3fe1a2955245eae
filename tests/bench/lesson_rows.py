"""A lesson's kernel against a bare one with the same imports: first output, first reply, nbval's wall, memory."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

from bench import kernels
from bench.measure import Effort, Measurement, Pairs, in_turns
from bench.row import CannotMeasure, Row
from helpers.settings import RECORDINGS, ROOT
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


def nbval_wall(effort: Effort) -> list[Row]:
    """pytest --nbval over all lessons, one after the other, against the same number of kernels and their imports.

    Judged without pytest's own start and collection, which a run pays once, however many lessons it has.
    """
    paths = kernels.lessons()
    imports = [kernels.as_imports(kernels.imports_of(path)) for path in paths]
    arguments = [str(path.relative_to(ROOT)) for path in paths]
    rounds = [(_nbval(arguments), _nbval([*arguments, "--collect-only"]), _kernels_with(imports))
              for _ in range(effort.notebooks)]
    whole = Pairs([wall for wall, _, _ in rounds], [floor for _, _, floor in rounds])
    running = Pairs([wall - start for wall, start, _ in rounds], whole.other)
    lessons = f"{len(paths)} lesson{'s' * (len(paths) > 1)}"
    return [Row(title=f"{lessons}, pytest's start left out", samples=tuple(running.ratios), goal=1.5,
                beside=running.beside("s", 1), details={"imports": imports}),
            Row(title=f"{lessons}, pytest's start and all", samples=tuple(whole.ratios), beside=whole.beside("s", 1))]


def _nbval(arguments: list[str]) -> float:
    """Seconds that nbval takes; RuntimeError with the last lines when it is not green."""
    start = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "--nbval", "--nbval-current-env", "-p",
                           "no:cacheprovider", *arguments], cwd=ROOT, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode:
        raise RuntimeError("nbval is not green: " + " / ".join((done.stdout + done.stderr).strip().splitlines()[-3:]))
    return seconds


def _kernels_with(imports: list[str]) -> float:
    """Seconds for one kernel after the other, each started, given its imports, and ended."""
    start = time.perf_counter()
    for code in imports:
        with kernels.kernel() as running:
            running.run(code)
    return time.perf_counter() - start


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

