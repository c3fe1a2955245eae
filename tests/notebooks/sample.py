"""A notebook with one cell of each kind that lessons have, small enough to be broken in many ways."""

from __future__ import annotations

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

STREAMS = """
import sys
from IPython.display import display
print("before")
display({"text/plain": "shown"}, raw=True)
print("after", end=" ", flush=True)
print("a warning", file=sys.stderr)
print("the end")
"""
TABLE = """
class Table:
    rows = [("input", 1200), ("output", 340)]
    def __repr__(self):
        return "\\n".join(f"{name} {count}" for name, count in self.rows)
    def _repr_html_(self):
        return "".join(f"<p>{name} <b>{count}</b></p>" for name, count in self.rows)
Table()
"""
CHART = """
import matplotlib.pyplot as plt
fig, ax = plt.subplots(figsize=(4, 3))
ax.plot([1, 2, 3], [2, 3, 1])
plt.show()
print("turn 1: 2, turn 2: 3, turn 3: 1")
"""
WIDGET = """
import base64, io, uuid
buffer = io.BytesIO()
fig.savefig(buffer, format="png")
view = {"model_id": uuid.uuid4().hex, "version_major": 2, "version_minor": 0}
picture = base64.b64encode(buffer.getvalue()).decode()
words = "at 5 turns: 15"
display({"application/vnd.jupyter.widget-view+json": view, "image/png": picture, "text/plain": words}, raw=True)
"""
FAILURE = "1 / 0"
LAST = 'print("total", 1540)'
PROSE = "## What it costs\n\nThe history is sent again with each turn."


def new_sample() -> nbformat.NotebookNode:
    """Return the sample as its author leaves it: never run, named by ids that say what each cell is."""
    cells = [
        new_markdown_cell("# A sample lesson", id="title", metadata={"min": 5}),
        new_code_cell(STREAMS.strip(), id="streams"),
        new_code_cell(TABLE.strip(), id="table"),
        new_markdown_cell(PROSE, id="prose", metadata={"min": 10}),
        new_code_cell(CHART.strip(), id="chart"),
        new_code_cell(WIDGET.strip(), id="widget"),
        new_code_cell(FAILURE, id="failure", metadata={"tags": ["raises-exception"]}),
        new_code_cell("", id="empty"),
        new_code_cell(LAST, id="last"),
    ]
    return new_notebook(cells=cells)
