"""The course's rules of writing (DESIGN.md section 5), as far as a machine can hold a notebook to them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from helpers.cli.tidy import cell_name

MAX_CODE_LINES = 15
MAX_WORDS = 900
MAX_MINUTES = 35
BEYOND_CORE = "optional"   # cells with this tag count neither as words nor as minutes

BANNED_WORDS = ("just",)
"""Words that tell a reader who is stuck that it should have been easy."""
BANNED_TAGS = ("nbval-skip", "skip-execution")
"""Tags by which a cell would escape every check."""
BANNED_IN_CODE = {
    r"\b(?:claude|gpt|o[1-9])-\w[\w.-]*": "a model's id; write course.model(role)",
    r"\$\s?\d[\d.,]*": "a price; it belongs into data/models.json",
    r"#\s*(?:NBVAL|PYTEST_VALIDATE)_\w+": "a marker by which a cell escapes nbval; use a tag, where it is seen",
}
BANNED_IN_OUTPUTS = {
    r"(?<![\w.~-])/(?:root|home|Users|tmp|work|private|opt|usr|var)/[^\s'\"<>]*": "a folder of the machine that ran it",
    r"\b[A-Z]:\\[^\s'\"<>]*": "a folder of the machine that ran it",
    r"\b(?:sk|rk|pk)-[\w-]{12,}|\bAKIA\w{12,}|\bBearer\s+[\w.-]{12,}": "what looks like a key",
}


def writing_problems(notebook: dict) -> Iterator[str]:
    """Yield a sentence for each rule that a cell, or the notebook as a whole, breaks."""
    for index, cell in enumerate(notebook["cells"]):
        found = _code_problems(cell) if cell["cell_type"] == "code" else _prose_problems(cell)
        yield from (f"{cell_name(notebook, index)} {problem}" for problem in found)
    yield from _budget_problems(notebook)


def _code_problems(cell: dict) -> Iterator[str]:
    n_lines = sum(1 for line in cell["source"].splitlines() if line.strip())
    if n_lines > MAX_CODE_LINES:
        yield f"has {n_lines} lines of code, at most {MAX_CODE_LINES}: split it, or move code to helpers/"
    for tag in set(BANNED_TAGS) & set(cell["metadata"].get("tags", [])):
        yield f"is tagged {tag}, so nothing checks it"
    yield from _matches(BANNED_IN_CODE, cell["source"], "its code")
    for output in cell["outputs"]:
        yield from _matches(BANNED_IN_OUTPUTS, _words_of(output), "its output")
        yield from formula_dollars(str(output.get("data", {}).get("text/markdown", "")))


def _matches(rules: dict[str, str], text: str, place: str) -> Iterator[str]:
    """Yield a sentence for the first match of each rule (pattern -> what it finds) in *text*."""
    for pattern, what in rules.items():
        found = re.search(pattern, text)
        if found:
            yield f"holds {found[0][:60]!r} in {place}: {what}"


def _words_of(output: dict) -> str:
    """Return all the text of an output, tracebacks included, pictures left out."""
    data = [str(value) for mime, value in output.get("data", {}).items() if not mime.startswith("image/")]
    return "\n".join([output.get("text", ""), output.get("evalue", ""), *output.get("traceback", []), *data])


def _prose_problems(cell: dict) -> Iterator[str]:
    for word in BANNED_WORDS:
        if word in [found.lower() for found in words(cell["source"])]:
            yield f"says {word!r}, a word that the course does without"
    yield from formula_dollars(cell["source"])


def formula_dollars(markdown: str) -> Iterator[str]:
    r"""Yield a sentence for each run of text that MathJax would set as a formula instead of an amount.

    JupyterLab drops the backslash of \$ before MathJax looks, so two amounts in one run of text become a formula; in
    an element of its own (bold, italic, a table's cell) an amount is safe.
    """
    for run in re.split(r"[*|`<>]|\n\s*\n", re.sub(r"\$\$.*?\$\$", " ", markdown, flags=re.DOTALL)):
        if re.search(r"(?<!\\)\$\s?\d", run) or run.count(r"\$") > 1:
            yield f"has amounts that MathJax sets as a formula: {run.strip()[:60]!r}; write each as **\\$1.19**"


def words(markdown: str) -> list[str]:
    """Return the words that a reader reads: no code, no addresses of links, no HTML."""
    shown = re.sub(r"```.*?```|`[^`]*`|<!--.*?-->|<[^>]+>|(?<=\])\([^)]*\)", " ", markdown, flags=re.DOTALL)
    return re.findall(r"[^\W_][\w'’-]*", shown)


def unfolded(markdown: str) -> str:
    """Return *markdown* without folded answers: they are opened to compare with one's own, not read on the way."""
    return re.sub(r"<details>.*?</details>", " ", markdown, flags=re.DOTALL)


def _budget_problems(notebook: dict) -> Iterator[str]:
    """The core path of a lesson stays within its words and minutes."""
    core = [cell for cell in notebook["cells"] if BEYOND_CORE not in cell["metadata"].get("tags", [])]
    n_words = sum(len(words(unfolded(cell["source"]))) for cell in core if cell["cell_type"] == "markdown")
    if n_words > MAX_WORDS:
        yield f"the notebook's prose has {n_words} words, at most {MAX_WORDS}: cut, or tag a part {BEYOND_CORE}"
    minutes = [cell["metadata"]["min"] for cell in core if "min" in cell["metadata"]]
    if not minutes:
        yield "no cell says how many minutes it takes: put \"min\" into the metadata of the first cell of each part"
    elif sum(minutes) > MAX_MINUTES:
        yield f"the notebook's cells ask for {sum(minutes)} minutes, at most {MAX_MINUTES}"
