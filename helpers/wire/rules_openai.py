"""OpenAI's 400 rules that the course meets; classes as in `rules_anthropic`.

A rule returns a Problem, or None. Most are about reasoning: it is on by default, and while it is on, parameters
from before it are errors.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from helpers.wire.rules_request import Request, as_dict


class Problem(NamedTuple):
    """What OpenAI's error body says: `type` is always invalid_request_error, so `code` is what to look at."""

    message: str
    code: str | None
    param: str


Rule = Callable[[Request], Problem | None]


def effort(request: Request) -> Any:
    """The reasoning effort in force: the request's (either API's field), else the model's own."""
    given = request.body.get("reasoning_effort") or as_dict(request.body.get("reasoning")).get("effort")
    return given or getattr(request.model, "default_effort", None) or "medium"


def refuses(request: Request, what: str) -> bool:
    """Whether models.json says that the model refuses *what*, always or unless the request turns reasoning off."""
    unless = request.refuses(f"{what}_unless_effort_none") and effort(request) != "none"
    return request.refuses(what) or unless


def messages_required(request: Request) -> Problem | None:
    """DOCUMENTED code (a recorded reply), UNCERTAIN wording."""
    return _required(request, "messages")


def input_required(request: Request) -> Problem | None:
    """DOCUMENTED code (a recorded reply), UNCERTAIN wording. (A stored prompt can replace the input.)"""
    return None if "prompt" in request.body else _required(request, "input")


def max_tokens(request: Request) -> Problem | None:
    """THIRD-PARTY text, reported for GPT-5 and later: reasoning models want `max_completion_tokens`."""
    if "max_tokens" not in request.body or not request.thinks_by_default:
        return None
    message = (
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
    )
    return Problem(message, "unsupported_parameter", "max_tokens")


def effort_none(request: Request) -> Problem | None:
    """THIRD-PARTY, same text from several users: some models cannot turn reasoning off."""
    if effort(request) != "none" or not request.refuses("effort_none"):
        return None
    message = (
        f"Unsupported value: 'none' is not supported with the '{request.model.id}' model. "
        "Supported values are: 'low', 'medium', 'high', 'xhigh', and 'max'."
    )
    in_chat = "reasoning_effort" in request.body
    return Problem(message, "unsupported_value", "reasoning_effort" if in_chat else "reasoning.effort")


def temperature(request: Request) -> Problem | None:
    """DOCUMENTED rule (deployment-checklist), THIRD-PARTY text: only 1 while the model reasons."""
    value = request.body.get("temperature")
    if value is None or value == 1 or not refuses(request, "sampling"):
        return None
    message = (
        f"Unsupported value: 'temperature' does not support {value} with this model. "
        "Only the default (1) value is supported."
    )
    return Problem(message, "unsupported_value", "temperature")


def other_sampling(request: Request) -> Problem | None:
    """DOCUMENTED rule (deployment-checklist), THIRD-PARTY text: no `top_p` or log probabilities while it reasons."""
    defaults = {"top_p": (None, 1), "logprobs": (None, False), "top_logprobs": (None, 0)}
    for name, harmless in defaults.items():
        if request.body.get(name) not in harmless and refuses(request, "sampling"):
            message = f"Unsupported parameter: '{name}' is not supported with this model."
            return Problem(message, "unsupported_parameter", name)
    return None


def function_tools(request: Request) -> Problem | None:
    """DOCUMENTED rule (deployment-checklist), THIRD-PARTY text: in chat completions some models call functions only
    without reasoning, others not at all."""
    functions = [tool for tool in request.tools if tool.get("type") == "function"]
    if not functions or not refuses(request, "chat_tools"):
        return None
    message = (
        f"Function tools with reasoning_effort are not supported for {request.model.id} in /v1/chat/completions. "
        "To use function tools, use /v1/responses or set reasoning_effort to 'none'."
    )
    return Problem(message, None, "reasoning_effort")


def _required(request: Request, name: str) -> Problem | None:
    if name in request.body:
        return None
    return Problem(f"Missing required parameter: '{name}'.", "missing_required_parameter", name)


CHAT: tuple[Rule, ...] = (messages_required, max_tokens, effort_none, temperature, other_sampling, function_tools)
RESPONSES: tuple[Rule, ...] = (input_required, effort_none, temperature, other_sampling)
