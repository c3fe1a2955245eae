"""Proof of the proofs: each notebook broken in one place is found out, with a message that names the cell."""

from __future__ import annotations

import base64
import copy
import io
from collections.abc import Callable

import pytest
from PIL import Image, ImageChops

from helpers.cli.tidy import WIDGET_VIEW

from .conftest import Case
from .proofs import PNG, problems

Break = Callable[[Case], None]
BROKEN: list[tuple[str, str, str, Break]] = []
"""(what is broken, id of the cell that the message must name or "", phrase of the message, how)"""


def broken(cell: str, phrase: str) -> Callable[[Break], Break]:
    """Note a function that breaks a case in one place, and what the message must hold."""

    def note(change: Break) -> Break:
        BROKEN.append((change.__name__, cell, phrase, change))
        return change

    return note


def png(cell: dict) -> dict:
    """Return the output data of *cell* that holds its picture."""
    return next(output.data for output in cell.outputs if PNG in output.get("data", {}))


def redraw(cell: dict, change: Callable[[Image.Image], Image.Image]) -> None:
    """Put a changed copy of its picture into *cell*."""
    data, buffer = png(cell), io.BytesIO()
    change(Image.open(io.BytesIO(base64.b64decode(data[PNG]))).convert("RGB")).save(buffer, format="PNG")
    data[PNG] = base64.b64encode(buffer.getvalue()).decode()


# Pictures, which nbval does not look at.

@broken("chart", "is blank")
def blank_chart(case):
    for cell in case.everywhere("chart"):
        redraw(cell, lambda picture: Image.new("RGB", picture.size, "white"))


@broken("chart", "shows something else")
def chart_saved_blank(case):
    redraw(case.cell("chart"), lambda picture: picture.point(lambda value: 255 if value > 100 else 200))


@broken("chart", "shows something else")
def curve_moved_by_three_pixels(case):
    redraw(case.cell("chart"), lambda picture: ImageChops.offset(picture, 0, 3))


@broken("widget", "shows something else")
def widget_picture_with_a_dot_too_many(case):
    redraw(case.cell("widget"), lambda picture: picture.paste("black", (200, 150, 208, 158)) or picture)


@broken("chart", "pixels, in the run")
def picture_of_another_size(case):
    redraw(case.cell("chart"), lambda picture: picture.resize((picture.width, picture.height + 8)))


@broken("chart", "does not decode")
def picture_cut_off(case):
    data = png(case.cell("chart"))
    data[PNG] = data[PNG][: len(data[PNG]) // 8 * 4]


@broken("chart", "does not decode")
def picture_that_is_no_picture(case):
    png(case.cell("chart"))[PNG] = base64.b64encode(b"nothing to see").decode()


@broken("chart", "the file has display_data (text/plain), then stdout; a fresh run gives display_data (image/png + ")
def picture_vanished_from_its_output(case):
    del png(case.cell("chart"))[PNG]


@broken("chart", "the file has stdout; a fresh run gives")
def picture_vanished_with_its_output(case):
    del case.cell("chart").outputs[0]


@broken("widget", "the file has display_data (text/plain); a fresh run gives")
def widget_without_its_picture(case):
    del png(case.cell("widget"))[PNG]


# Outputs: deleted, reordered, renamed, changed.

@broken("table", "was never run")
def cleared_cell(case):
    case.cell("table").update(outputs=[], execution_count=None)


@broken("table", "the file has no output; a fresh run gives execute_result")
def outputs_deleted(case):
    case.cell("table").outputs = []


@broken("streams", "the file has stdout, then stdout, then display_data (text/plain), then stderr; a fresh run")
def outputs_in_another_order(case):
    outputs = case.cell("streams").outputs
    outputs[1], outputs[2] = outputs[2], outputs[1]


@broken("streams", "the file has stderr, then display_data")
def stdout_turned_stderr(case):
    case.cell("streams").outputs[0].name = "stderr"


@broken("table", "the file has display_data (text/html + text/plain); a fresh run gives execute_result")
def result_turned_display(case):
    output = case.cell("table").outputs[0]
    output.output_type = "display_data"
    del output["execution_count"]


@broken("last", "line 1 is 'total 1541' in the file and 'total 1540' in the run")
def printed_text_changed(case):
    case.cell("last").outputs[0].text = "total 1541\n"


@broken("table", "text/plain of output 1 against a fresh run: line 2 is 'output 341' in the file")
def number_in_table_changed(case):
    data = case.cell("table").outputs[0].data
    data["text/plain"] = data["text/plain"].replace("340", "341")


@broken("table", "text/html of output 1 against a fresh run")
def number_in_html_changed(case):
    data = case.cell("table").outputs[0].data
    data["text/html"] = data["text/html"].replace("340", "341")


@broken("widget", "line 1 is 'at 6 turns: 15' in the file")
def words_of_widget_changed(case):
    png(case.cell("widget"))["text/plain"] = "at 6 turns: 15"


@broken("last", "the file has stdout, then display_data (text/plain); a fresh run gives stdout")
def output_too_many(case):
    case.cell("last").outputs.append(copy.deepcopy(case.cell("streams").outputs[1]))


@broken("last", "stdout of output 1 against a second run of the same cell: line 1 is 'total 1540'")
def second_run_differs(case):
    case.everywhere("last")[2].outputs[0].text = "total 3080\n"


# Errors.

@broken("failure", "raises ZeroDivisionError: division by zero in a fresh run, and has no tag raises-exception")
def error_untagged(case):
    for cell in case.everywhere("failure"):
        cell.metadata.tags = []


@broken("failure", "is tagged raises-exception and does not raise in a fresh run")
def error_gone(case):
    for cell in case.everywhere("failure"):
        cell.outputs = []


@broken("failure", "message of output 1 against a fresh run: line 1 is 'by nought'")
def error_message_changed(case):
    case.cell("failure").outputs[0].evalue = "by nought"


@broken("failure", "the file has error ValueError; a fresh run gives error ZeroDivisionError")
def error_of_another_kind(case):
    case.cell("failure").outputs[0].ename = "ValueError"


@broken("last", "raises NameError: name 'total' is not defined when it is run a second time")
def second_run_raises(case):
    error = {"output_type": "error", "ename": "NameError", "evalue": "name 'total' is not defined", "traceback": []}
    case.everywhere("last")[2].outputs = [type(case.saved)(error)]


# What was run, and what is left behind.

@broken("last", "was never run")
def unrun_cell_with_output(case):
    case.cell("last").execution_count = None


@broken("table", "has the count [7], expected [2]")
def stale_count(case):
    case.cell("table").execution_count = case.cell("table").outputs[0].execution_count = 7


@broken("table", "has the count [1, 2], expected [2]")
def count_of_result_stale(case):
    case.cell("table").outputs[0].execution_count = 1


@broken("widget", "has the count [4], expected [3]")
def cell_in_the_middle_deleted(case):
    for book in (case.saved, case.fresh, case.again):
        book.cells = [cell for cell in book.cells if cell.id != "chart"]


@broken("empty", "the file has 8 cells and was saved with 9")
def last_cell_deleted(case):
    for book in (case.saved, case.fresh, case.again):
        del book.cells[-1]


@broken("", "the file has 8 cells and was saved with 9")
def prose_deleted(case):
    for book in (case.saved, case.fresh, case.again):
        book.cells = [cell for cell in book.cells if cell.id != "prose"]


@broken("", "was saved with None")
def not_saved_by_make_notebooks(case):
    del case.saved.metadata["course"]


@broken("table", "has the id of cell 3 (code [2], id table")
def id_taken(case):
    case.cell("last").id = "table"


@broken("last", "is not valid nbformat: 'id' is a required property")
def id_missing(case):
    # Its message can name the cell by place and first line only.
    del case.cell("last")["id"]


@broken("last", "is not valid nbformat")
def output_of_no_known_kind(case):
    case.cell("last").outputs[0].output_type = "poem"


@broken("", "the notebook is format 4.4, expected 4.5")
def old_format(case):
    case.saved.nbformat_minor = 4


@broken("widget", "saved a live widget")
def widget_left_in(case):
    png(case.cell("widget"))[WIDGET_VIEW] = {"model_id": "0" * 32, "version_major": 2, "version_minor": 0}


@broken("", "metadata.widgets")
def widget_models_left_in(case):
    case.saved.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}


@broken("last", "its metadata would change")
def times_left_in(case):
    case.cell("last").metadata["execution"] = {"iopub.status.busy": "2026-11-23T05:00:00Z"}


@broken("last", "its outputs would change")
def stream_saved_in_pieces(case):
    output = case.cell("last").outputs[0]
    rest = {"output_type": "stream", "name": "stdout", "text": output.text[5:]}
    output.text = output.text[:5]
    case.cell("last").outputs.append(type(case.saved)(rest))


@broken("", "metadata.language_info is not as make notebooks saves it")
def python_version_left_in(case):
    case.saved.metadata.language_info["version"] = "3.11.7"


@broken("", "metadata.kernelspec is not as make notebooks saves it")
def kernel_of_the_author(case):
    case.saved.metadata.kernelspec.name = "my-env"


# Rules of writing.

@broken("last", "has 16 lines of code, at most 15")
def long_cell(case):
    case.cell("last").source = "\n\n".join(["x = 1"] * 16)


@broken("last", "holds 'claude-haiku-5-5' in its code: a model's id; write course.model(role)")
def model_named_in_code(case):
    case.cell("last").source = 'model = "claude-haiku-5-5"'


@broken("last", "holds '$3.00' in its code: a price")
def price_in_code(case):
    case.cell("last").source = 'print("at $3.00 per million")'


@broken("last", "holds '# NBVAL_SKIP' in its code")
def nbval_told_to_look_away(case):
    case.cell("last").source = "# NBVAL_SKIP\n1"


@broken("last", "is tagged nbval-skip, so nothing checks it")
def skipped_by_tag(case):
    case.cell("last").metadata["tags"] = ["nbval-skip"]


@broken("prose", "says 'just'")
def banned_word(case):
    case.cell("prose").source = "Just multiply."


@broken("prose", "has amounts that MathJax sets as a formula: 'It costs")
def two_amounts_in_one_run_of_text(case):
    case.cell("prose").source = r"It costs \$1 or \$2."


@broken("prose", "MathJax sets as a formula")
def an_amount_without_backslash(case):
    case.cell("prose").source = "It costs **$1**."


@broken("", "prose has 901 words, at most 900")
def too_many_words(case):
    case.cell("title").source = "A sample lesson"
    case.cell("prose").source = "word " * 898


@broken("", "ask for 36 minutes, at most 35")
def too_many_minutes(case):
    case.cell("prose").metadata["min"] = 31


@broken("", "no cell says how many minutes it takes")
def no_minutes(case):
    for cell in case.saved.cells:
        cell.metadata.pop("min", None)


@broken("last", "in its output: a folder of the machine that ran it")
def machine_folder_in_output(case):
    for cell in case.everywhere("last"):
        cell.outputs[0].text = f"wrote {'/'.join(['', 'home', 'ada', 'ledger.json'])}\n"


@broken("failure", "in its output: a folder of the machine that ran it")
def machine_folder_in_traceback(case):
    case.cell("failure").outputs[0].traceback.append(f"File {'/'.join(['', 'usr', 'lib', 'python3.11', 'x.py'])}:3")


@broken("table", "in its output: what looks like a key")
def key_in_output(case):
    for cell in case.everywhere("table"):
        cell.outputs[0].data["text/html"] += "sk-" + "ant" * 6


@pytest.fixture
def case(good: Case) -> Case:
    """A copy of the good sample to break."""
    return copy.deepcopy(good)


def test_good_sample_has_no_problems(good):
    """The proofs say nothing about a notebook as make notebooks saves it."""
    assert problems(good.saved, good.fresh, good.again) == []


@pytest.mark.parametrize(("cell", "phrase", "change"), [one[1:] for one in BROKEN], ids=[one[0] for one in BROKEN])
def test_broken_notebook_is_found_out(case, cell, phrase, change):
    """One change to a good notebook gives at least one problem, which says what and, where there is one, which cell."""
    change(case)

    found = problems(case.saved, case.fresh, case.again)

    matching = [problem for problem in found if phrase in problem]
    assert matching, f"expected {phrase!r} in one of {found}"
    if cell and change is not id_missing:
        assert f"id {cell}," in matching[0]


def tolerated(change: Break) -> Break:
    """Note a change that must stay without consequences."""
    TOLERATED.append(change)
    return change


TOLERATED: list[Break] = []


@tolerated
def text_cut_into_pieces_by_timing(case):
    output = case.everywhere("last")[1].outputs[0]
    pieces = [type(case.saved)(output_type="stream", name="stdout", text=letter) for letter in output.text]
    case.everywhere("last")[1].outputs = pieces


@tolerated
def traceback_of_another_python(case):
    case.everywhere("failure")[1].outputs[0].traceback = ["another"]


@tolerated
def cell_tagged_as_not_compared(case):
    for number, cell in enumerate(case.everywhere("last")):
        cell.metadata["tags"] = ["nbval-ignore-output"]
        cell.outputs[0].text = f"took {number} s\n"


@tolerated
def letters_drawn_a_little_differently(case):
    redraw(case.cell("chart"), lambda picture: Image.blend(picture, Image.new("RGB", picture.size, "white"), 0.03))


@tolerated
def banned_words_in_code_and_links(case):
    case.cell("prose").source = "Write `just` or see [the page](https://example.org/just), adjusted."


@tolerated
def optional_part_is_long(case):
    case.cell("prose").update(source="word " * 2000, metadata={"min": 60, "tags": ["optional"]})


@pytest.mark.parametrize("change", TOLERATED, ids=[change.__name__ for change in TOLERATED])
def test_harmless_difference_is_let_pass(case, change):
    """What differs between machines, or lies outside the core path, is no problem."""
    change(case)

    assert problems(case.saved, case.fresh, case.again) == []
