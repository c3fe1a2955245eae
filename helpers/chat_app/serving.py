"""Run an ASGI app beside a notebook: in a thread, on a free port of this machine's loopback.

    server = serve(app)
    server.url            # "http://127.0.0.1:49152/": for Python on this machine
    server.browser_url    # the same for the browser that shows JupyterLab, which may be on another machine
    server.stop()

Running the same cell again stops its earlier server: one server a name.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from helpers.chat_app.leaving import Leaving

PATIENCE_S = 10.0
_RUNNING: dict[str, Server] = {}


def serve(app: Any, name: str = "chat") -> Server:
    """Start *app* and return when it answers. An earlier server of the same *name* is stopped first.

    Raises TypeError when *app* is no ASGI app, RuntimeError when it does not come up.
    """
    if not callable(app):
        raise TypeError(f"serve() needs an ASGI app, such as create_app(...) returns; got {type(app).__name__}.")
    if name in _RUNNING:
        _RUNNING[name].stop()
    _RUNNING[name] = server = Server(app)
    return server


class Server:
    """A running app. Use it in a `with` block, or call `stop()`."""

    def __init__(self, app: Any) -> None:
        import uvicorn

        self._socket = socket.socket()
        self._socket.bind(("127.0.0.1", 0))     # never on all interfaces: the chat has no log-in
        self.port: int = self._socket.getsockname()[1]
        self._leaving = Leaving(app)
        self._uvicorn = uvicorn.Server(uvicorn.Config(
            self._leaving, lifespan="off", loop="asyncio", http="h11", ws="none", log_config=None,
            log_level="warning", access_log=False, server_header=False, proxy_headers=False,
            timeout_graceful_shutdown=1))
        self._thread = threading.Thread(target=self._run, name=f"chat-server-{self.port}", daemon=True)
        self._failure: BaseException | None = None
        self._thread.start()
        self._wait_until_up()

    @property
    def url(self) -> str:
        """Where this machine reaches it."""
        return f"http://127.0.0.1:{self.port}/"

    @property
    def browser_url(self) -> str:
        """Where the browser that shows the notebook reaches it: below JupyterLab's own address where a Jupyter
        server with jupyter-server-proxy started this kernel, else `url`."""
        base = jupyter_base()
        return self.url if base is None else f"{base}proxy/{self.port}/"

    def stop(self) -> None:
        """End open answers, free the port, and end the thread. A second call does nothing."""
        self._uvicorn.should_exit = True
        self._thread.join(PATIENCE_S)
        if self._thread.is_alive():
            raise RuntimeError(f"The server on port {self.port} did not stop within {PATIENCE_S:.0f} s: something in "
                               "its app blocks the event loop. Restart the kernel.")

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<chat server, {'running' if self._thread.is_alive() else 'stopped'}>"   # no port: it changes

    def _run(self) -> None:
        import asyncio

        try:
            asyncio.run(self._serve())
        except BaseException as error:     # uvicorn leaves by SystemExit when an app does not load
            self._failure = error
        finally:
            self._socket.close()

    async def _serve(self) -> None:
        """Run until `stop`. Open answers then hear that their client has left: uvicorn alone would wait for them."""
        import asyncio

        serving = asyncio.ensure_future(self._uvicorn.serve(sockets=[self._socket]))
        while not (self._uvicorn.should_exit or serving.done()):
            await asyncio.sleep(0.05)
        while not serving.done():
            self._leaving.leave()
            await asyncio.wait({serving}, timeout=0.05)
        serving.result()

    def _wait_until_up(self) -> None:
        until = time.monotonic() + PATIENCE_S
        while not self._uvicorn.started:
            if not self._thread.is_alive() or time.monotonic() > until:
                why = self._failure or "it gave no reason"
                raise RuntimeError(f"The server did not start: {why}.") from self._failure
            time.sleep(0.005)


def jupyter_base(environment: Mapping[str, str] = os.environ) -> str | None:
    """The path of the Jupyter server that started this kernel ("/", "/user/ada/"); None where there is none, or where
    it can't pass requests on to a port."""
    if find_spec("jupyter_server_proxy") is None:
        return None
    if prefix := environment.get("JUPYTERHUB_SERVICE_PREFIX"):
        return prefix
    if "JPY_SESSION_NAME" not in environment:     # set by Jupyter servers alone: not by nbclient, nor by an editor
        return None
    return _base_url(environment.get("JPY_PARENT_PID", "")) or "/"


def _base_url(pid: str) -> str | None:
    """What the server with this process id has written down of itself; None on Windows, where the id is none."""
    from jupyter_core.paths import jupyter_runtime_dir

    try:
        return json.loads(Path(jupyter_runtime_dir(), f"jpserver-{pid}.json").read_text("utf-8"))["base_url"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
