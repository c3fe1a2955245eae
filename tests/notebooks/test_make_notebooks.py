"""`make notebooks` saves what a run gives, always the same bytes, and nothing when the run did not succeed."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook, new_output

from helpers.cli.notebooks import offline_environment, rerun, strip_widgets
from helpers.cli.tidy import KERNELSPEC, WIDGET_VIEW, merge_streams, tidy, with_ids


def write(folder: Path, name: str, *sources: str) -> Path:
    """Write a notebook that was never run, with one code cell for each source."""
    path = folder / name
    nbformat.write(new_notebook(cells=[new_code_cell(source, id=f"c{n}") for n, source in enumerate(sources)]), path)
    return path


def stream(name: str, text: str) -> dict:
    """Return a stream output."""
    return {"output_type": "stream", "name": name, "text": text}


def test_second_run_gives_the_same_bytes(sample_path, capsys):
    """
    Pictures, ids and widgets included: a saved lesson that is saved again does not change, and the report says so.
    """
    before = sample_path.read_bytes()

    assert rerun(sample_path.parent, "1") == 0

    assert before == sample_path.read_bytes()
    report = capsys.readouterr().out
    assert report.startswith("01_sample.ipynb  9 cells, 7 of them code  ")
    assert report.endswith(" s  saved already, unchanged\n")
    assert [sample_path] == list(sample_path.parent.iterdir())


def test_saved_sample_passes_nbval(sample_path, tmp_path):
    """
    What make notebooks saves, strict nbval accepts: streams in pieces, stderr, an error, a picture, a widget.
    """
    copied = tmp_path / sample_path.name
    copied.write_bytes(sample_path.read_bytes())
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-p", "nbval.plugin", "-p", "no:cacheprovider", "--nbval",
               "--nbval-current-env", "-q", str(copied)]

    ran = subprocess.run(command, env=os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}, cwd=tmp_path,
                         capture_output=True, text=True, timeout=120, check=False)

    assert ran.returncode == 0, ran.stdout
    assert "7 passed" in ran.stdout


def test_failing_cell_leaves_the_old_file_and_is_named(tmp_path, capsys):
    """
    One block says which cell, shows the error and what to do; the other lessons are still saved.
    """
    bad = write(tmp_path, "01_bad.ipynb", "x = 1", "print('so far')\nx / 0", "x = 2")
    good = write(tmp_path, "02_good.ipynb", "1 + 1")
    before = bad.read_bytes()

    assert rerun(tmp_path) == 1

    assert before == bad.read_bytes()
    report, error = capsys.readouterr()
    assert "02_good.ipynb  1 cells, 1 of them code" in report
    assert json.loads(good.read_text())["cells"][0]["execution_count"] == 1
    assert error.startswith("01_bad.ipynb  NOT saved, the file is as it was.\n    Stopped at cell 2 (code [2], id c1,")
    assert "ZeroDivisionError: division by zero" in error
    assert "if it is meant to fail, tag it raises-exception" in error
    assert "\x1b" not in error


def test_miss_fails_the_run_though_no_cell_did(tmp_path, capsys):
    """
    The kernel works beside the notebook, with an empty progress folder; what the wire logs there stops the saving.
    """
    path = write(tmp_path, "01_miss.ipynb", f"""
import os
assert os.path.samefile(os.getcwd(), {str(tmp_path)!r})
assert not os.path.exists(os.environ["COURSE_HOME"])
open(os.environ["COURSE_MISS_LOG"], "a").write("POST /v1/messages differs in max_tokens")
""")
    before = path.read_bytes()

    assert rerun(tmp_path) == 1

    assert before == path.read_bytes()
    error = capsys.readouterr().err
    assert "These requests had no recording" in error
    assert "POST /v1/messages differs in max_tokens" in error


def test_unknown_lesson_names_those_that_are_there(tmp_path, capsys):
    """A number that fits none, like 1 for 10, runs nothing."""
    write(tmp_path, "10_ten.ipynb")

    assert rerun(tmp_path, "01") == 1

    assert f"No lesson 01 in {tmp_path.name}/. There: 10_ten." in capsys.readouterr().err


def test_file_that_is_no_notebook_is_left_alone(tmp_path, capsys):
    """Half a file, or one of an old format, is named and stays as it is."""
    half, old = tmp_path / "01_half.ipynb", tmp_path / "02_old.ipynb"
    half.write_text('{"cells": [')
    old.write_text('{"nbformat": 3, "worksheets": []}')

    assert rerun(tmp_path) == 1

    error = capsys.readouterr().err
    assert "01_half.ipynb  NOT saved" in error
    assert "This file cannot be read as a notebook: JSONDecodeError" in error
    assert "Its nbformat is 3, expected 4" in error
    assert half.read_text() == '{"cells": ['


def test_settings_of_the_shell_do_not_reach_a_lesson(tmp_path, monkeypatch):
    """Keys, addresses and COURSE_ settings stay out; the guard's log of a test run stays in."""
    for name in ("OPENAI_API_KEY", "ANTHROPIC_BASE_URL", "COURSE_VENV", "COURSE_NETWORK_LOG"):
        monkeypatch.setenv(name, "here")
    monkeypatch.setenv("COURSE_MODE", "live")

    environment = offline_environment(tmp_path)

    assert environment["COURSE_MODE"] == "replay"
    assert [name for name, value in environment.items() if value == "here"] == ["COURSE_NETWORK_LOG"]


def test_stripping_widgets_keeps_picture_and_text_and_its_argument():
    """A copy without the live view; an output that held nothing else goes; the notebook passed in is untouched."""
    view = {WIDGET_VIEW: {"model_id": "0"}}
    both = new_output("display_data", data={**view, "text/plain": "at 5"}, metadata={WIDGET_VIEW: {}})
    notebook = new_notebook(cells=[new_code_cell("w", outputs=[both, new_output("display_data", data=view)])],
                            metadata={"widgets": {}})
    before = copy.deepcopy(notebook)

    stripped = strip_widgets(notebook)

    assert before == notebook
    kept = {"output_type": "display_data", "data": {"text/plain": "at 5"}, "metadata": {}}
    assert stripped["cells"][0]["outputs"] == [kept]
    assert "widgets" not in stripped["metadata"]


def test_widgets_are_stripped_from_a_plain_dict_without_metadata():
    """JupyterLab's hook passes the model's content as it is: dicts, and cells without outputs."""
    content = {"cells": [{"cell_type": "code", "source": ""}, {"cell_type": "markdown", "source": "x"}]}

    assert strip_widgets(content)["cells"][1] == {"cell_type": "markdown", "source": "x"}


def test_tidy_drops_what_a_session_leaves_and_keeps_the_rest():
    """Times and kernel names go; tags, minutes and the author's own entries stay; tidying again changes nothing."""
    cell = new_code_cell("1", id="a", metadata={"tags": ["x"], "min": 3, "execution": {"t": "1"}, "scrolled": True})
    notebook = new_notebook(cells=[cell], metadata={
        "kernelspec": {"name": "mine", "display_name": "Mine"}, "title": "T",
        "language_info": {"name": "python", "version": "3.11.7"}})

    clean = tidy(notebook)

    assert clean["cells"][0]["metadata"] == {"tags": ["x"], "min": 3}
    assert clean["metadata"]["kernelspec"] == KERNELSPEC
    assert clean["metadata"]["title"] == "T"
    assert "version" not in clean["metadata"]["language_info"]
    assert clean == tidy(clean)


def test_traceback_does_not_name_this_machine():
    """Folders of the project, of Python and of the user are cut off or shortened."""
    lines = [f"File {folder}{os.sep}x.py:3" for folder in (Path(__file__).parents[2], sys.prefix, Path.home())]
    output = new_output("error", ename="E", evalue="", traceback=lines)

    clean = tidy(new_notebook(cells=[new_code_cell("1", outputs=[output])]))

    assert clean["cells"][0]["outputs"][0]["traceback"] == ["File x.py:3", "File x.py:3", f"File ~{os.sep}x.py:3"]


def test_neighbouring_streams_become_one_of_each_name():
    """However timing cut and mixed them: stdout, then stderr, up to the next output of another kind."""
    shown = {"output_type": "display_data", "data": {}, "metadata": {}}

    pieces = [stream("stderr", "w"), stream("stdout", "a"), stream("stdout", "b"), shown, stream("stdout", "c")]

    assert merge_streams(pieces) == [stream("stdout", "ab"), stream("stderr", "w"), shown, stream("stdout", "c")]


def test_ids_stay_and_new_ones_follow_from_the_cell():
    """A good id is kept; a missing, malformed or repeated one is made anew, the same way each time."""
    cells = [{"cell_type": "markdown", "metadata": {}, "source": ["a\n", "b"], **known}
             for known in ({"id": "keep"}, {}, {"id": "keep"}, {"id": "not valid!"}, {})]
    notebook = {"cells": cells, "nbformat": 4, "nbformat_minor": 2, "metadata": {}}

    ids = [cell["id"] for cell in with_ids(notebook)["cells"]]

    assert ids == [cell["id"] for cell in with_ids(notebook)["cells"]]
    assert ids[0] == "keep"
    assert len(set(ids)) == 5
    assert with_ids(notebook)["nbformat_minor"] == 5
    assert "id" not in cells[1]
