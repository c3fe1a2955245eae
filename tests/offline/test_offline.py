"""The guard is proved from outside: small pytest sessions, one deliberate attempt each, and what they end with."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
ATTEMPT = """
import socket
try:
    socket.getaddrinfo("example.com", 443)
except OSError:
    pass
"""
LOCAL = """
import socket
with socket.create_server(("127.0.0.1", 0)) as server:
    with socket.create_connection(("localhost", server.getsockname()[1]), timeout=5):
        pass
"""
SEEN = """
import os
assert (os.environ["COURSE_MODE"], os.environ["COURSE_CLOCK"]) == ("replay", "virtual")
assert "leaked" not in os.environ.values()
assert not os.path.exists(os.environ["COURSE_HOME"])
"""
MISS = """
import os
with open(os.environ["COURSE_MISS_LOG"], "a") as log:
    log.write("POST /x")
"""


def session(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run pytest over *folder* in a process of its own, with the plugin, nbval and xdist and no other one."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    plugins = [part for name in ("tests.offline.plugin", "nbval.plugin", "xdist.plugin") for part in ("-p", name)]
    options = ("-q", "-p", "no:cacheprovider", "--nbval", "--nbval-current-env", *options)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([os.environ["PYTHONPATH"], str(ROOT)]),
                                "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run([sys.executable, "-m", "pytest", *plugins, *options, str(folder)], env=environment,
                          cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def write_test(folder: Path, code: str) -> None:
    """Write a test module whose one test runs *code*."""
    body = "\n".join(f"    {line}" for line in code.strip().splitlines())
    (folder / "test_inner.py").write_text(f"def test_inner():\n{body}\n")


def write_notebook(folder: Path, code: str) -> None:
    """Write a notebook whose one cell was run, without output, and holds *code*."""
    cell = nbformat.v4.new_code_cell(code.strip(), execution_count=1)
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), folder / "inner.ipynb")


def test_run_on_loopback_is_green_whatever_the_shell_says(tmp_path, monkeypatch):
    """
    A test and a kernel that talk to this machine are not blamed; they replay on virtual time, with no key in sight
    and an empty progress folder, though the developer's shell says otherwise.
    """
    for name in ("ANTHROPIC_API_KEY", "OPENAI_BASE_URL", "COURSE_VENV", "COURSE_MODE", "COURSE_CLOCK", "COURSE_HOME"):
        monkeypatch.setenv(name, "leaked")
    monkeypatch.setenv("COURSE_REQUIRE_BROWSER", "1")   # what CI says to the tests stays
    write_test(tmp_path, LOCAL + SEEN + "assert os.environ['COURSE_REQUIRE_BROWSER']")
    write_notebook(tmp_path, LOCAL + SEEN)

    ran = session(tmp_path)

    assert ran.returncode == 0, ran.stdout
    assert "2 passed" in ran.stdout


def test_attempt_that_a_test_swallows_turns_the_run_red(tmp_path):
    """
    The inner test passes, since it caught the exception; the run fails all the same, though it was an xdist worker
    that tried, and names test and address.
    """
    write_test(tmp_path, ATTEMPT)

    ran = session(tmp_path, "-n", "1")

    assert ran.returncode == 1, ran.stdout
    assert "1 passed, 1 error" in ran.stdout
    assert "1 time(s) this run left loopback, or tried to" in ran.stdout
    assert "socket.getaddrinfo 'example.com'" in ran.stdout
    assert "test_inner.py::test_inner" in ran.stdout


def test_attempt_that_a_notebook_cell_swallows_turns_the_run_red(tmp_path):
    """
    A kernel is a process of its own, and its exception never reaches pytest: only the log tells.
    """
    write_notebook(tmp_path, ATTEMPT)

    ran = session(tmp_path)

    assert ran.returncode == 1, ran.stdout
    assert "1 passed, 1 error" in ran.stdout
    assert "ipykernel_launcher" in ran.stdout
    assert "socket.getaddrinfo 'example.com'" in ran.stdout


def test_miss_in_a_notebook_turns_the_run_red(tmp_path):
    """
    A cell may show the 404 of a missing recording as if it were meant; the run must still fail.
    """
    write_notebook(tmp_path, MISS)

    ran = session(tmp_path)

    assert ran.returncode == 1, ran.stdout
    assert "1 time(s) this run asked for something that no recording answers.\nPOST /x" in ran.stdout


def test_sitecustomize_of_the_environment_still_runs(tmp_path):
    """
    The guard comes first and then gives way, so that a coverage tool or a distribution keeps its own start-up code.
    """
    (tmp_path / "sitecustomize.py").write_text("print('the next one ran')")
    path = os.pathsep.join([os.environ["PYTHONPATH"], str(tmp_path)])
    show = "import sys, sitecustomize; print(sitecustomize.__file__, 'course_network_guard' in sys.modules)"

    ran = subprocess.run([sys.executable, "-c", show], env=os.environ | {"PYTHONPATH": path}, capture_output=True,
                         text=True, check=True)

    assert ran.stdout.splitlines() == ["the next one ran", f"{tmp_path / 'sitecustomize.py'} True"]
    assert ran.stderr == ""


@pytest.mark.parametrize("host", [None, "", b"", "localhost", "LOCALHOST", "127.0.0.1", "127.8.9.1", b"127.0.0.1",
                                  "::1", "::ffff:127.0.0.1"])
def test_loopback_is_allowed(host):
    """Each way to write this machine passes."""
    import course_network_guard

    assert course_network_guard.is_local((host, 80))


@pytest.mark.parametrize("host", ["example.com", "10.0.0.1", "0.0.0.0", "127.evil.example", "localhost.example", "::2",
                                  b"example.com", "127.0.0.1.example"])
def test_everything_else_is_refused(host):
    """A name that merely begins like loopback is a name for somewhere else."""
    import course_network_guard

    assert not course_network_guard.is_local((host, 80))


def test_unix_socket_is_local():
    """The address of a Unix socket is a path, as text or bytes."""
    import course_network_guard

    assert course_network_guard.is_local("/run/some.sock")
    assert course_network_guard.is_local(b"\0abstract")
