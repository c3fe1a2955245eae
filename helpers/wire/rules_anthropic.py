"""The 400 rules of the Messages API, one small function each: the API's message if a request breaks it, else None.

Here are those about parameters; those about the conversation are in `rules_conversation`.

Each docstring names its class. DOCUMENTED: on an official page, or in a recorded reply. THIRD-PARTY: reported
by several users with the same text. UNCERTAIN: the rule is known, its wording is ours.
"""

from __future__ import annotations

from collections.abc import Callable

from helpers.wire.rules_conversation import CONVERSATION
from helpers.wire.rules_request import Request, as_count, as_list

SAMPLING = {"temperature": 1, "top_p": 0.99, "top_k": None}
"""The old sampling parameters, each with the one value that a model which refuses them still takes."""
SAMPLING_REMOVED = "2026-10-21"

Rule = Callable[[Request], str | None]


def required_fields(request: Request) -> str | None:
    """THIRD-PARTY: `messages` must be there."""
    return None if "messages" in request.body else "messages: Field required"


def required_max_tokens(request: Request) -> str | None:
    """THIRD-PARTY: `max_tokens` must be there (the SDK requires it, too)."""
    return None if "max_tokens" in request.body else "max_tokens: Field required"


def max_tokens_within_limit(request: Request) -> str | None:
    """THIRD-PARTY text, seen for many models: `max_tokens` above the model's output limit."""
    asked, limit = as_count(request.body.get("max_tokens")), request.model.max_output
    if asked is None or limit is None or asked <= limit:
        return None
    return (
        f"max_tokens: {asked} > {limit}, which is the maximum allowed number of output tokens for {request.model.id}"
    )


def max_tokens_zero(request: Request) -> str | None:
    """DOCUMENTED rule (prompt caching, "Pre-warming the cache"), UNCERTAIN wording: what 0 cannot go with."""
    if as_count(request.body.get("max_tokens")) != 0:
        return None
    conflicts = {
        "stream": request.body.get("stream") is True,
        'thinking type "enabled"': request.thinking == "enabled",
        "output_config.format": request.output_schema is not None,
        "a forced tool_choice": request.forces_tool,
    }
    return next((f"max_tokens: 0 cannot be combined with {name}." for name, there in conflicts.items() if there), None)


def sampling(request: Request) -> str | None:
    """DOCUMENTED: gone since version 2026-10-21, even at its default; before it, refused by some models.

    Both texts THIRD-PARTY; `is deprecated` was seen from Opus 4.7 to Opus 5.5.
    """
    for name, accepted in SAMPLING.items():
        if name not in request.body:
            continue
        if request.version >= SAMPLING_REMOVED:
            return f"{name}: Extra inputs are not permitted"
        if request.refuses("sampling") and request.body[name] != accepted:
            return f"`{name}` is deprecated for this model."
    return None


def stop_sequences(request: Request) -> str | None:
    """THIRD-PARTY: a stop sequence of white space only."""
    asked = as_list(request.body.get("stop_sequences"))
    if any(isinstance(stop, str) and not stop.strip() for stop in asked):
        return "stop_sequences: each stop sequence must contain non-whitespace"
    return None


def forced_tool_choice(request: Request) -> str | None:
    """DOCUMENTED (api/errors): refused by Sonnet 5.5, Opus 5.5 and Fable 5.1."""
    if request.forces_tool and request.refuses("forced_tool_choice"):
        return 'tool_choice: type "tool" and "any" are not supported for this model.'
    return None


def forced_tool_while_thinking(request: Request) -> str | None:
    """DOCUMENTED rule, THIRD-PARTY text: manual thinking and a forced tool exclude each other."""
    if request.forces_tool and request.thinking == "enabled":
        return "Thinking may not be enabled when tool_choice forces tool use."
    return None


def thinking_enabled(request: Request) -> str | None:
    """DOCUMENTED (api/errors): manual thinking is gone from 4.7 on."""
    if request.thinking == "enabled" and request.refuses("thinking_enabled"):
        return (
            '"thinking.type.enabled" is not supported for this model. Use "thinking.type.adaptive" and '
            '"output_config.effort" to control thinking behavior.'
        )
    return None


def thinking_disabled(request: Request) -> str | None:
    """DOCUMENTED (api/errors): two texts, one for the model that has `between_tools` instead (Sonnet 5.5)."""
    if request.thinking != "disabled" or not request.refuses("thinking_disabled"):
        return None
    if request.refuses("thinking_between_tools"):
        return (
            '"thinking.type.disabled" is not supported for this model. Use "thinking.type.adaptive" and '
            '"output_config.effort" to control thinking behavior.'
        )
    return (
        'To turn thinking off on this model, send "thinking": {"type": "between_tools"} instead of '
        '{"type": "disabled"}. The model does not think before responding. The short updates it writes between '
        "tool calls come back as thinking blocks."
    )


def thinking_between_tools(request: Request) -> str | None:
    """DOCUMENTED (api/errors): only Sonnet 5.5 takes it."""
    if request.thinking == "between_tools" and request.refuses("thinking_between_tools"):
        return '"thinking.type.between_tools" is not supported for this model.'
    return None


def thinking_adaptive(request: Request) -> str | None:
    """THIRD-PARTY, many reports: models before 4.6 think with a budget only."""
    if request.thinking == "adaptive" and request.refuses("thinking_adaptive"):
        return "adaptive thinking is not supported on this model"
    return None


def effort_at_all(request: Request) -> str | None:
    """THIRD-PARTY, many reports: Haiku 4.5 and Sonnet 4.5 know no effort."""
    if request.effort is not None and request.refuses("effort"):
        return "This model does not support the effort parameter."
    return None


def effort_without_thinking(request: Request) -> str | None:
    """DOCUMENTED (api/errors): with thinking off, effort goes up to high."""
    off = request.thinking in ("disabled", "between_tools") and request.thinks_by_default
    if off and request.effort in ("xhigh", "max"):
        return (
            f"output_config.effort '{request.effort}' is not supported when thinking is disabled on this model. "
            "Use effort 'high' or below, or enable thinking."
        )
    return None


GENERATING: tuple[Rule, ...] = (required_max_tokens, max_tokens_within_limit, max_tokens_zero, stop_sequences)
"""Rules for /v1/messages alone."""

ALWAYS: tuple[Rule, ...] = (
    required_fields,
    sampling,
    forced_tool_choice,
    thinking_enabled,
    thinking_disabled,
    thinking_between_tools,
    thinking_adaptive,
    effort_at_all,
    effort_without_thinking,
    forced_tool_while_thinking,
    *CONVERSATION,
)
"""Rules for /v1/messages/count_tokens, too, which runs the model's validation. The first broken one answers."""
