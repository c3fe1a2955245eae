"""Notebook kernels for the benchmark: this very Python, apart from the developer's settings, timed from outside."""

from __future__ import annotations

import json
import os
import queue
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ipykernel.kernelspec
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

from bench.row import CannotMeasure
from helpers.cli.notebooks import offline_environment
from helpers.settings import NOTEBOOKS, RECORDINGS, ROOT

TIMEOUT_S = 300.0
IMPORTED = ("anthropic", "openai", "pandas", "matplotlib.figure", "matplotlib.backends.backend_agg",
            "matplotlib.pyplot", "ipywidgets")
"""What a lesson may import that costs time. A bare kernel imports those that the lesson's kernel ends up with."""


class _ThisPython(KernelManager):
    kernel_spec = KernelSpec(resource_dir=ipykernel.kernelspec.RESOURCES, **ipykernel.kernelspec.get_kernel_dict())


class Kernel:
    """A running kernel."""

    def __init__(self, client: BlockingKernelClient, pid: int, started: float) -> None:
        self.client, self.pid, self.started = client, pid, started

    def run(self, code: str) -> str:
        """Run *code* to its end and return what it printed; RuntimeError when it raises."""
        return "".join(self._printed(code))

    def seconds_to_output(self, code: str) -> float:
        """Seconds from starting the kernel to the first thing that *code* prints."""
        printed = self._printed(code)
        next(printed)
        seconds = time.perf_counter() - self.started
        for _ in printed:   # let the cell end
            pass
        return seconds

    def _printed(self, code: str) -> Iterator[str]:
        asked = self.client.execute(code, store_history=True)
        while True:
            try:
                message = self.client.get_iopub_msg(timeout=TIMEOUT_S)
            except queue.Empty:
                raise RuntimeError(f"a kernel said nothing for {TIMEOUT_S:.0f} s while running:\n{code}") from None
            if message["parent_header"].get("msg_id") != asked:
                continue
            content: Any = message["content"]
            if message["msg_type"] == "stream" and content["name"] == "stdout":
                yield content["text"]
            elif message["msg_type"] == "error":
                raise RuntimeError(f"{content['ename']}: {content['evalue']}, in:\n{code}")
            elif message["msg_type"] == "status" and content["execution_state"] == "idle":
                return


def with_helpers(environment: Mapping[str, str]) -> dict[str, str]:
    """*environment* in which `helpers` is this project's, installed or not."""
    others = environment.get("PYTHONPATH", "")
    return {**environment, "PYTHONPATH": os.pathsep.join([str(ROOT), *([others] if others else [])])}


@contextmanager
def kernel() -> Iterator[Kernel]:
    """Start a kernel in notebooks/ as the tests do: replay, virtual clock, no keys, an empty progress folder."""
    with TemporaryDirectory() as scratch:
        environment = with_helpers(offline_environment(Path(scratch)))
        started = time.perf_counter()
        manager = _ThisPython()
        manager.start_kernel(env=environment, cwd=str(NOTEBOOKS if NOTEBOOKS.is_dir() else ROOT),
                             extra_arguments=["--log-level=ERROR"])
        client = manager.client()
        client.start_channels()
        try:
            client.wait_for_ready(timeout=TIMEOUT_S)
            yield Kernel(client, manager.provisioner.pid, started)
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


def lessons() -> list[Path]:
    """The lessons' notebooks; CannotMeasure where there are none, or one has no recordings."""
    found = sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))
    if not found:
        raise CannotMeasure("notebooks/ holds no lesson yet.")
    for path in found:
        if not (RECORDINGS / f"{path.stem}.json").is_file():
            raise CannotMeasure(f"data/recordings/{path.stem}.json is not there yet.")
    return found


def run_lesson(running: Kernel, path: Path) -> None:
    """Run every cell of a lesson, going on after one that raises on purpose."""
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            try:
                running.run("".join(cell["source"]))
            except RuntimeError:
                if "raises-exception" not in cell["metadata"].get("tags", []):
                    raise


@lru_cache
def imports_of(path: Path) -> tuple[str, ...]:
    """Which of IMPORTED a kernel holds after running the lesson at *path*."""
    with kernel() as running:
        run_lesson(running, path)
        return tuple(running.run(f"import sys; print(*[name for name in {IMPORTED!r} if name in sys.modules])").split())


def as_imports(names: tuple[str, ...]) -> str:
    """The cell that imports *names*, and says when it has."""
    return "\n".join([*(f"import {name}" for name in names), "print(1)"])
