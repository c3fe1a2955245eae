"""A JupyterLab server of its own, and a notebook open in it, driven like a learner would.

    with Lab(folder) as lab:
        notebook = Notebook(browser, lab, path_of_an_ipynb)
        notebook.run_all()
        notebook.slider("turns").press("ArrowRight")
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = {
    "@jupyterlab/apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},   # every cell in the page, to be looked at
}


class Lab:
    """One JupyterLab on a free loopback port; settings, data and workspaces lie in *folder* and nowhere else."""

    def __init__(self, folder: Path, theme: str = "JupyterLab Light") -> None:
        self.notebooks = folder / "notebooks"
        self.notebooks.mkdir(parents=True)
        self._folder, self._theme, self._token = folder, theme, secrets.token_hex(16)
        self._copies = 0

    def __enter__(self) -> Lab:
        self._write_settings()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._base = f"http://127.0.0.1:{probe.getsockname()[1]}"
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", "--allow-root",
                   f"--port={self._base.rsplit(':', 1)[1]}", "--ServerApp.port_retries=0",
                   f"--IdentityProvider.token={self._token}", f"--ServerApp.root_dir={self.notebooks}",
                   "--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
        supervisor = [sys.executable, str(Path(__file__).with_name("supervisor.py")), str(self._log), *command]
        # In a session of its own, so that what kills the tests' whole group leaves the one who cleans up.
        self._process = subprocess.Popen(supervisor, stdin=subprocess.PIPE, env=self._environment(),
                                         start_new_session=True)
        self._wait_until_up()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()      # the supervisor takes it from here
        self._process.wait(20)

    def url(self, name: str) -> str:
        """The address of one notebook, in a fresh workspace."""
        return f"{self._base}/lab/tree/{name}?token={self._token}&reset"

    @property
    def _log(self) -> Path:
        return self._folder / "jupyterlab.log"

    def _environment(self) -> dict[str, str]:
        homes = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime",
                 "JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
                 "IPYTHONDIR": "ipython", "COURSE_HOME": "progress"}
        path = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(ROOT)]))
        return {**os.environ, **{name: str(self._folder / home) for name, home in homes.items()}, "PYTHONPATH": path}

    def _write_settings(self) -> None:
        settings = {**SETTINGS, "@jupyterlab/apputils-extension/themes": {"theme": self._theme}}
        for plugin, values in settings.items():
            path = self._folder / "settings" / f"{plugin}.jupyterlab-settings"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(values))

    def _wait_until_up(self, limit_s: float = 60) -> None:
        until = time.monotonic() + limit_s
        while time.monotonic() < until:
            try:
                self._ask("GET", "/api")
                return
            except OSError:
                if self._process.poll() is not None:
                    break
                time.sleep(0.1)
        self.__exit__()
        raise RuntimeError(f"JupyterLab did not start. Its last words:\n{self._log.read_text()[-2000:]}")

    def end_kernel(self, name: str) -> None:
        """Shut the kernel of one notebook down."""
        for session in json.loads(self._ask("GET", "/api/sessions")):
            if session["path"] == name:
                self._ask("DELETE", f"/api/sessions/{session['id']}")

    def _ask(self, method: str, path: str) -> bytes:
        request = urllib.request.Request(self._base + path, method=method,
                                         headers={"Authorization": f"token {self._token}"})
        with urllib.request.urlopen(request, timeout=30) as reply:
            return reply.read()

    def copy(self, notebook: Path) -> str:
        """Copy a notebook into a new folder on the server, so that it gets a kernel of its own; returns its path."""
        self._copies += 1
        folder = self.notebooks / str(self._copies)
        folder.mkdir()
        shutil.copy(notebook, folder)
        return f"{folder.name}/{notebook.name}"
