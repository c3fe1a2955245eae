"""Whether the real API would refuse a request, and with which answer.

    violation("/v1/messages", headers, body, find_model)     # a 400 or 404 Reply, or None

Constructed replies would otherwise teach that anything works. Only rules with a source are enforced
(`rules_anthropic`, `rules_openai`); what is not listed there is accepted here, and may still be refused live.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from helpers.wire import rules_anthropic, rules_openai
from helpers.wire.build_anthropic import error
from helpers.wire.build_openai import openai_error
from helpers.wire.reply import Reply
from helpers.wire.rules_request import Request

FindModel = Callable[[str], Any]
NEWEST_VERSION = "2026-10-21"


def violation(path: str, headers: Mapping[str, str], body: Any, find_model: FindModel) -> Reply | None:
    """The reply to a request that breaks a rule; None if it breaks none, or if *path* has no rules.

    *find_model*: id -> a row with id, vendor, refuses, thinking and max_output (status and default_effort where they
    are known), or LookupError. Never raises for any JSON *body*.
    """
    check = CHECKS.get(path.partition("?")[0].rstrip("/"))
    if check is None or body is None:
        return None
    version = next((value for name, value in headers.items() if name.lower() == "anthropic-version"), NEWEST_VERSION)
    return check(body if isinstance(body, dict) else {}, version, find_model)


def _messages(body: dict[str, Any], version: str, find_model: FindModel) -> Reply | None:
    return _anthropic(body, version, find_model, rules_anthropic.GENERATING + rules_anthropic.ALWAYS)


def _count_tokens(body: dict[str, Any], version: str, find_model: FindModel) -> Reply | None:
    return _anthropic(body, version, find_model, rules_anthropic.ALWAYS)


def _anthropic(
    body: dict[str, Any], version: str, find_model: FindModel, rules: tuple[rules_anthropic.Rule, ...]
) -> Reply | None:
    """DOCUMENTED 404 (recorded for messages, streams and counts): an unknown or retired model."""
    if not isinstance(body.get("model"), str):
        return error(400, "invalid_request_error", "model: Field required")
    row = _row(body["model"], "anthropic", find_model)
    if row is None:
        return error(404, "not_found_error", f"model: {body['model']}")
    request = Request(body, version, row)
    message = next(filter(None, (rule(request) for rule in rules)), None)
    return error(400, "invalid_request_error", message) if message else None


def _chat(body: dict[str, Any], version: str, find_model: FindModel) -> Reply | None:
    """DOCUMENTED (recorded): 404 for an unknown model here, 400 for the same mistake in `_responses`."""
    missing = "The model `{}` does not exist or you do not have access to it."
    return _openai(body, version, find_model, rules_openai.CHAT, (404, missing, None))


def _responses(body: dict[str, Any], version: str, find_model: FindModel) -> Reply | None:
    missing = "The requested model '{}' does not exist."
    return _openai(body, version, find_model, rules_openai.RESPONSES, (400, missing, "model"))


def _openai(
    body: dict[str, Any],
    version: str,
    find_model: FindModel,
    rules: tuple[rules_openai.Rule, ...],
    unknown_model: tuple[int, str, str | None],
) -> Reply | None:
    model = body.get("model")
    if not isinstance(model, str):
        return openai_error(
            400, "Missing required parameter: 'model'.", code="missing_required_parameter", param="model"
        )
    row = _row(model, "openai", find_model)
    if row is None:
        status, message, param = unknown_model
        return openai_error(status, message.format(model), code="model_not_found", param=param)
    request = Request(body, version, row)
    problem = next(filter(None, (rule(request) for rule in rules)), None)
    return openai_error(400, problem.message, code=problem.code, param=problem.param) if problem else None


def _row(model: str, vendor: str, find_model: FindModel) -> Any:
    """The model's row, if it is there, still served, and this vendor's."""
    try:
        row = find_model(model)
    except LookupError:
        return None
    return row if row.vendor == vendor and getattr(row, "status", "active") != "retired" else None


CHECKS: dict[str, Callable[[dict[str, Any], str, FindModel], Reply | None]] = {
    "/v1/messages": _messages,
    "/v1/messages/count_tokens": _count_tokens,
    "/v1/chat/completions": _chat,
    "/v1/responses": _responses,
}
