"""The commands behind `make`: what they are called, what they say, and how they give up."""

from __future__ import annotations

import ast
import errno
import importlib
import os
import re
import subprocess
import sys
import tomllib

import pytest

from helpers.cli import diagnosis, main, process, testing, versions
from helpers.cli.environment import Environment
from helpers.cli.places import ROOT
from helpers.cli.stop import Stop, as_typed, line_for

READ_BY_AN_OLD_PYTHON = [f"helpers/{name}.py" for name in ("__init__", "__main__", "cli/__init__", "cli/versions")]


@pytest.fixture
def started(monkeypatch):
    """Collect what would have replaced this process, as (command, environment) pairs."""
    calls = []
    monkeypatch.setattr(process, "replace", lambda command, environment: calls.append((command, environment)) or 0)
    return calls


@pytest.mark.parametrize("name", READ_BY_AN_OLD_PYTHON)
def test_an_old_python_can_read_what_refuses_it(name):
    """The files that run before the version is checked hold no syntax, and no future import, that 3.8 lacks."""
    tree = ast.parse((ROOT / name).read_text(encoding="utf-8"), feature_version=(3, 8))

    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "__future__"]


def test_the_entry_imports_nothing_else_before_the_version_is_checked():
    """`helpers/__main__.py` imports `sys` and `versions` at its top, and the commands only after the check."""
    tree = ast.parse((ROOT / "helpers/__main__.py").read_text(encoding="utf-8"))

    tops = [ast.unparse(node) for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom))]

    assert ["import sys", "from helpers.cli.versions import too_old"] == tops


def test_versions_says_what_pyproject_says():
    """The range in versions.py is `requires-python`."""
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]

    oldest, newest = versions.OLDEST, versions.NEWEST

    assert f">={oldest[0]}.{oldest[1]},<{newest[0]}.{newest[1] + 1}" == declared


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 8, 18), (3, 10, 13)])
def test_an_old_python_is_refused_in_one_line(version, monkeypatch):
    """The line names the Python that came, the ones that would do, and the command with one of them."""
    monkeypatch.setattr(versions, "find_supported", lambda: "python3.13")

    line = versions.too_old(version, ["test", "-k", "x"])

    assert "\n" not in line
    assert line.startswith(f"This is Python {'.'.join(map(str, version))} (")
    assert "needs Python 3.11 to 3.13" in line
    assert line.endswith("Use the one that is here: " + ("py -3.13 -m helpers test" if os.name == "nt"
                                                          else "make test PYTHON=python3.13"))


def test_a_new_python_is_refused_in_one_line_too(monkeypatch):
    """Where no supported Python is found, the line says to install one."""
    monkeypatch.setattr(versions, "find_supported", lambda: None)

    line = versions.too_new((3, 14, 0), [])

    assert "This is Python 3.14.0" in line
    assert "Install one" in line
    assert "\n" not in line


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 9), (3, 13, 1)])
def test_a_supported_python_is_refused_by_neither_side(version):
    """Both ends of the range are inside it."""
    assert versions.too_old(version) is None
    assert versions.too_new(version) is None


def test_a_python_on_the_path_that_does_not_answer_is_not_recommended(monkeypatch):
    """A stand-in with nothing behind it is passed over, and so is a name that turns out to be another version."""
    monkeypatch.setattr(versions.shutil, "which", lambda name: f"/somewhere/{name}")
    monkeypatch.setattr(versions.subprocess, "call", lambda command, **_: command[0] != "python3.12")

    assert "python3.12" == versions.find_supported()


@pytest.mark.parametrize("name", main.COMMANDS)
def test_every_command_has_a_module_with_a_main(name):
    """No entry of the help is dead."""
    module = importlib.import_module(f"helpers.cli.{main.COMMANDS[name].module or name}")

    assert callable(module.main)


def test_the_makefile_has_one_line_for_each_command_and_no_other():
    """make and python -m helpers offer the same commands, and each make rule is one line that calls the module."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")

    rules = re.findall(r"^(\w+): *; @\$\(PYTHON\) -m helpers (\S+)", makefile, re.MULTILINE)

    assert [("help", "--help"), *((name, name) for name in main.COMMANDS)] == rules
    assert "\t" not in makefile


def test_help_lists_each_command_in_a_line(capsys):
    """`--help`, and no command at all, list them."""
    assert 0 == main.main(["--help"])
    said = capsys.readouterr().out
    assert 0 == main.main([])

    assert capsys.readouterr().out == said
    for name, command in main.COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(command.summary)}$", said, re.MULTILINE)


def test_a_misspelt_command_is_answered_with_the_nearest(capsys):
    """The exit code is 2, as for any wrong usage."""
    assert 2 == main.main(["labs"])

    assert capsys.readouterr().err.startswith("There is no command 'labs'. Did you mean lab? Commands: lab, test,")


def test_a_stop_is_one_line_and_no_traceback(monkeypatch, capsys):
    """A command that raises Stop exits with 1 and its line on stderr."""
    def stop(name, argv):
        raise Stop("The reason, what was expected, what to do.")

    monkeypatch.setattr(main, "run", stop)

    assert 1 == main.main(["lab"])
    assert "The reason, what was expected, what to do.\n" == capsys.readouterr().err


@pytest.mark.parametrize(("number", "words"), [
    (errno.ENOSPC, "No space left on the disk of somewhere"), (errno.EACCES, "somewhere cannot be written"),
    (errno.EROFS, "somewhere cannot be written")])
def test_a_full_disk_and_an_unwritable_folder_are_one_line(number, words, monkeypatch, capsys):
    """An error of the file system that a learner can mend is said in words, whichever command met it."""
    def fail(name, argv):
        raise OSError(number, os.strerror(number), "somewhere")

    monkeypatch.setattr(main, "run", fail)

    assert 1 == main.main(["lab"])
    said = capsys.readouterr().err
    assert said.startswith(words)
    assert 1 == said.count("\n")


def test_another_error_of_the_file_system_stays_an_error(monkeypatch):
    """What we do not understand is not dressed up."""
    def fail(name, argv):
        raise FileNotFoundError(errno.ENOENT, "gone", "x")

    monkeypatch.setattr(main, "run", fail)

    assert line_for(FileNotFoundError(errno.ENOENT, "gone", "x")) is None
    with pytest.raises(FileNotFoundError):
        main.main(["lab"])


def test_ctrl_c_ends_quietly(monkeypatch, capsys):
    """No traceback for a learner who changed their mind."""
    def interrupt(name, argv):
        raise KeyboardInterrupt

    monkeypatch.setattr(main, "run", interrupt)

    assert 130 == main.main(["lab"])
    assert "Run the same command again" in capsys.readouterr().err


def test_a_command_that_needs_packages_runs_again_on_the_environments_python(tmp_path, monkeypatch, started):
    """`notebooks` hands over to the environment's Python, with the same arguments."""
    environment = Environment(tmp_path)
    environment.python.parent.mkdir()
    environment.python.touch()
    monkeypatch.setattr(main, "ready", lambda kind: environment)

    assert 0 == main.run("notebooks", ["--lesson", "01"])
    assert [environment.python, "-m", "helpers", "notebooks", "--lesson", "01"] == started[0][0]


def test_doctor_never_builds_the_environment(tmp_path, monkeypatch, started):
    """Without one, it looks at what there is from here; with missing packages it says how to get them."""
    monkeypatch.setattr(main, "chosen", lambda: Environment(tmp_path / "none"))

    def absent(name):
        raise ModuleNotFoundError("No module named 'psutil'", name="psutil")

    monkeypatch.setattr(main.importlib, "import_module", absent)

    with pytest.raises(Stop, match="psutil is missing: the environment is not there yet. Run: "):
        main.run("doctor", [])
    assert [] == started


def test_make_test_runs_everything_strictly_and_never_live(tmp_path, monkeypatch, started):
    """nbval is strict, a notebook stays on one worker, and a shell set to live does not spend money."""
    monkeypatch.setenv("COURSE_MODE", "live")
    monkeypatch.setattr(testing, "ready", lambda kind: Environment(tmp_path))
    monkeypatch.chdir(tmp_path)

    testing.main(["-k", "retry"])

    command, environment = started[0]
    assert command[1:] == ["-m", "pytest", "-n", "2", "--dist", "loadscope", "--nbval", "--nbval-current-env",
                           "-k", "retry"]
    assert "replay" == environment["COURSE_MODE"]
    configured = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]["ini_options"]
    assert ["tests", "notebooks"] == configured["testpaths"]


def test_a_step_keeps_its_noise_in_the_log_and_shows_only_the_downloads(tmp_path, capsys):
    """What the installer says goes to the log; the learner sees what is being downloaded."""
    log = tmp_path / "log"

    process.run([sys.executable, "-c", "print('Resolved 3'); print(' Downloading x (1 MB)')"], log)

    assert ["Downloading", "x", "(1", "MB)"] == capsys.readouterr().out.split()
    assert "Resolved 3\n Downloading x (1 MB)\n" == log.read_text(encoding="utf-8")


@pytest.mark.parametrize(("said", "line"), [
    ("error: Failed to copy to `x`\n  cause: No space left on device (os error 28)", "No space left on the disk of"),
    ("ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: 'x'", "cannot be written"),
    ("error: Failed to download `six`\n  cause: Hash mismatch for `six==1.17.0`", "is not the one that the lock names"),
    ("  cause: Because x==1 has no usable wheels and you require x==1, ...", "has no ready-made file for this system"),
    ("error: Request failed after 3 retries\n  cause: Failed to fetch: `x`\n  cause: dns error", "needs the network"),
    ("ERROR: Could not find a version that satisfies the requirement uv==1 (from versions: none)", "later runs need"),
    ("first\nTypeError: something new\n", "The set-up stopped: TypeError: something new."),
    ("", "The set-up stopped: the program said nothing."),
])
def test_an_installers_failure_is_one_line(said, line, tmp_path):
    """The real words of pip and uv lead to what is wrong and what to do; the log's name is given for the rest."""
    found = diagnosis.of(said, log=tmp_path / "log")

    assert line in found
    assert "\n" not in found


def test_a_failed_step_stops_with_that_line(tmp_path):
    """The exit code of the program decides, not its words."""
    with pytest.raises(Stop, match="needs the network"):
        process.run([sys.executable, "-c", "import sys; print('dns error'); sys.exit(2)"], tmp_path / "log")


def test_what_would_mislead_another_python_is_left_out(monkeypatch):
    """A PYTHONHOME or a uv setting of the learner's shell does not reach the environment's programs."""
    for name in ("PYTHONHOME", "PIP_USER", "UV_SYSTEM_PYTHON"):
        monkeypatch.setenv(name, "1")

    clean = process.clean_environment(COURSE_MODE="replay")

    assert not {"PYTHONHOME", "PIP_USER", "UV_SYSTEM_PYTHON"} & set(clean)
    assert "replay" == clean["COURSE_MODE"]
    assert clean["PATH"] == os.environ["PATH"]


def test_where_a_program_cannot_be_replaced_its_exit_code_comes_back(monkeypatch):
    """Windows: the program runs under this one, and Ctrl-C is left to it."""
    with monkeypatch.context() as windows:
        windows.setattr(os, "name", "nt")
        code = process.replace([sys.executable, "-c", "raise SystemExit(7)"], os.environ)

    assert 7 == code


def test_advice_is_given_in_what_the_learner_can_type(monkeypatch):
    """Windows has no make."""
    said = []
    for system in ("posix", "nt"):
        with monkeypatch.context() as there:
            there.setattr(os, "name", system)
            said.append((as_typed("fresh", "01"), as_typed("lab")))

    assert [("make fresh LESSON=01", "make lab"), ("py -m helpers fresh --lesson 01", "py -m helpers lab")] == said


@pytest.mark.skipif(os.name == "nt", reason="CI's script is for bash")
def test_the_ci_script_is_executable_and_leaves_the_tests_to_make():
    """`.ci/run` parses, may be run, and calls `make test`."""
    script = ROOT / ".ci/run"

    assert os.access(script, os.X_OK)
    assert 0 == subprocess.run(["bash", "-n", script], check=False).returncode
    assert "make test" in script.read_text(encoding="utf-8")


def test_importing_the_commands_loads_only_the_standard_library():
    """They run before any package is there. (Asked of a fresh Python without site-packages.)"""
    modules = ", ".join(f"helpers.cli.{name}" for name in ("main", "building", "lab", "fresh", "lock", "testing"))
    code = f"import sys; sys.path.insert(0, sys.argv[1]); import {modules}"

    run = subprocess.run([sys.executable, "-I", "-S", "-c", code, ROOT], capture_output=True, text=True, check=False)

    assert 0 == run.returncode, run.stderr
