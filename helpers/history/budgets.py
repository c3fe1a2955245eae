"""How many tokens a conversation may take: a share of the model's window, minus what is not history.

    print(budget_for(MODEL, share=0.1, output=2_000, system=400, tools=700, results=None))
"""

from __future__ import annotations

from dataclasses import dataclass

from helpers.economics import find_model

RESULTS_SHARE = 4
"""Of what is left for history and tool results, a quarter is for the results of the turn at hand. An assumption."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Tokens of one request, by what they are for. All of it is a choice of cost and quality, far below the window."""

    limit: int
    """Prompt and answer together: a share of the window."""
    output: int
    """Reserved for the answer, thinking included: the request's max_tokens."""
    system: int
    tools: int
    results: int = 0
    """Kept free when a question is asked, for the results of its tools: no turn can be trimmed in the middle."""

    def __post_init__(self) -> None:
        if self.history <= 0:
            raise ValueError(f"of a limit of {self.limit:,} tokens nothing is left for the history: {self.output:,} "
                             f"are reserved for the answer, {self.system:,} for the system prompt, {self.tools:,} for "
                             f"tools and {self.results:,} for their results. Raise share, or lower max_tokens.")

    @property
    def prompt(self) -> int:
        """What any request may have as its prompt."""
        return self.limit - self.output

    @property
    def first(self) -> int:
        """What a turn's first request may have as its prompt."""
        return self.prompt - self.results

    @property
    def history(self) -> int:
        """What facts, summary, turns and the question may take together."""
        return self.first - self.system - self.tools

    def __str__(self) -> str:
        return (f"{self.limit:,} tokens: {self.output:,} for the answer, {self.system:,} for the system prompt, "
                f"{self.tools:,} for tools, {self.results:,} for their results, {self.history:,} for the history")


def budget_for(model: str, *, share: float, output: int, system: int, tools: int, results: int | None) -> Budget:
    """The budget of a request to *model*. *share*: of its window, above 0, at most 1. *results*: None is a quarter of
    what is left, where there are tools. ValueError where nothing is left for a history, or where data/models.json
    doesn't say how large the window is."""
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1:
        raise ValueError(f"share must be a number above 0 and at most 1, such as 0.1; got {share!r}.")
    if results is not None and (type(results) is not int or results < 0):
        raise ValueError(f"results must be a whole number of tokens, 0 or more, or None; got {results!r}.")
    window = find_model(model).context
    if window is None:
        raise ValueError(f"data/models.json doesn't say how large the window of {model} is: add it there.")
    limit = int(window * share)
    if results is None:
        results = max(0, limit - output - system - tools) // RESULTS_SHARE if tools else 0
    return Budget(limit=limit, output=output, system=system, tools=tools, results=results)
