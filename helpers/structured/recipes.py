"""How to ask for JSON: three recipes, which model takes which, and the requests that they make.

    recipe_for("anthropic", model)         # "forced", or "auto" where forcing a tool is a 400

| recipe | the request | for |
|---|---|---|
| forced | one strict tool, and `tool_choice` names it | models that accept it; no thinking comes first |
| auto | one strict tool, and the prompt asks for it | models that refuse the force: Sonnet 5.5, Opus 5.5, Fable 5.1 |
| format | `output_config.format`; OpenAI: `response_format` | any current model, for extraction and nothing else |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from helpers.economics import UnknownModelError, find_model
from helpers.structured.envelopes import Envelope
from helpers.structured.replies import Read
from helpers.structured.strict import Vendor

Recipe = Literal["forced", "auto", "format"]
RECIPES = get_args(Recipe)

OURS = ("messages", "model", "max_completion_tokens", "tools", "tool_choice", "parallel_tool_calls", "functions",
        "function_call", "response_format", "stream", "n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Everything that a request is made of."""

    vendor: Vendor
    model: str
    text: str
    system: Any
    recipe: Recipe
    envelope: Envelope
    options: Mapping[str, Any]

    @property
    def by_tool(self) -> bool:
        return self.recipe != "format"


def recipe_for(vendor: Vendor, model: str) -> Recipe:
    """The recipe for *model*, from what data/models.json says that it refuses; for an unknown one what all accept."""
    if vendor == "openai":
        return "format"   # function tools in chat completions cost the newer models their reasoning, or are refused
    return "forced" if _is_known(model) and "forced_tool_choice" not in refusals(model) else "auto"


def refusals(model: str) -> frozenset[str]:
    """What is answered with a 400 (data/README.md, `refuses`); empty for an unknown model."""
    return find_model(model).refuses if _is_known(model) else frozenset()


def request(task: Task, turns: list[dict[str, Any]], max_tokens: int) -> dict[str, Any]:
    """What to call the SDK with. *turns*: what was said after the text."""
    build = _anthropic if task.vendor == "anthropic" else _openai
    return build(task, [{"role": "user", "content": task.text}, *turns], max_tokens)


def repair_turns(task: Task, read: Read, problems: tuple[str, ...]) -> list[dict[str, Any]]:
    """What was said, and what is wrong with it, as the next turns of the conversation.

    To a call the answer is its result, marked as an error: a call without a result is a 400. Everything before stays
    as it was, so that thinking blocks keep their signatures and a cached prefix its hits.
    """
    words = _complaint(task, problems, bool(read.offers))
    if task.by_tool and read.offers:
        if task.vendor == "openai":
            results = [{"role": "tool", "tool_call_id": offer.id, "content": words} for offer in read.offers]
            return [*read.said, *results]
        results = [{"type": "tool_result", "tool_use_id": offer.id, "is_error": True, "content": words}
                   for offer in read.offers]
        return [*read.said, {"role": "user", "content": results}]
    return [*read.said, {"role": "user", "content": words}]


def _complaint(task: Task, problems: tuple[str, ...], called: bool) -> str:
    again = " once more" if called else ""
    how = f"Call {task.envelope.tool}{again}" if task.by_tool else "Answer once more"
    listed = "\n".join(f"- {problem}" for problem in problems)
    return (f"This can't be accepted:\n{listed}\n{how}, with everything in it and these corrected, from the first "
            "message alone. What it doesn't say, don't guess.")


def _anthropic(task: Task, messages: list[dict[str, Any]], max_tokens: int) -> dict[str, Any]:
    body = dict(model=task.model, max_tokens=max_tokens, messages=messages, **task.options)
    schema, description = task.envelope.strict.schema, task.envelope.description
    if not task.by_tool:
        asked = {"type": "json_schema", "schema": {**schema, "description": description}}
        config = {**(task.options.get("output_config") or {}), "format": asked}
        return {**body, **_system(task.system), "output_config": config}
    name = task.envelope.tool
    choice = {"type": "tool", "name": name} if task.recipe == "forced" else {"type": "auto"}
    tool = {"name": name, "description": description, "strict": True, "input_schema": schema}
    return {**body, **_system(task.system, *_plea(task)), "tools": [tool],
            "tool_choice": {**choice, "disable_parallel_tool_use": True}}


def _openai(task: Task, messages: list[dict[str, Any]], max_tokens: int) -> dict[str, Any]:
    first = [{"role": "system", "content": part} for part in _system(task.system, *_plea(task)).values()]
    body = dict(model=task.model, max_completion_tokens=max_tokens, messages=[*first, *messages], **task.options)
    schema, description = task.envelope.strict.schema, task.envelope.description
    if not task.by_tool:
        asked = {"name": task.envelope.name, "description": description, "strict": True, "schema": schema}
        return {**body, "response_format": {"type": "json_schema", "json_schema": asked}}
    name = task.envelope.tool
    function = {"name": name, "description": description, "strict": True, "parameters": schema}
    named = {"type": "function", "function": {"name": name}}
    # Some models call functions only without reasoning; strict schemas hold for one call at a time.
    effort = {"reasoning_effort": "none"} if "chat_tools_unless_effort_none" in refusals(task.model) else {}
    return {**effort, **body, "tools": [{"type": "function", "function": function}], "parallel_tool_calls": False,
            "tool_choice": named if task.recipe == "forced" else "auto"}


def _plea(task: Task) -> tuple[str, ...]:
    """What takes the place of the force, where that isn't accepted."""
    return (f"Answer by calling the tool {task.envelope.tool}, exactly once, also where there is nothing to record.",
            ) if task.recipe == "auto" else ()


def _system(given: Any, *more: str) -> dict[str, Any]:
    """`system` with *more* behind it; {} where both are empty, because an empty block is a 400."""
    if isinstance(given, str | None):
        text = "\n\n".join(part for part in (given or "", *more) if part.strip())
        return {"system": text} if text else {}
    blocks = [*given, *({"type": "text", "text": part} for part in more)]
    return {"system": blocks} if blocks else {}


def _is_known(model: str) -> bool:
    try:
        find_model(model)
    except UnknownModelError:
        return False
    return True
