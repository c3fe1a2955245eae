"""helpers.wire.rules: each rule lets the right request pass and answers the wrong one in the API's words."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.wire import rules_anthropic, rules_openai
from helpers.wire.rules import violation
from helpers.wire.rules_request import Request

NEW, OLD = "2026-10-21", "2023-06-01"
MESSAGES, COUNT, CHAT, RESPONSES = "/v1/messages", "/v1/messages/count_tokens", "/v1/chat/completions", "/v1/responses"


@dataclass(frozen=True)
class Row:
    """A row of models.json with what the rules read."""

    id: str
    vendor: str = "anthropic"
    refuses: frozenset[str] = frozenset()
    thinking: str = "on"
    max_output: int | None = 128_000
    status: str = "active"
    default_effort: str | None = "medium"


def row(id: str, *refuses: str, **more) -> Row:
    """A row whose model refuses these."""
    return Row(id, refuses=frozenset(refuses), **more)


ROWS = {
    one.id: one
    for one in (
        row("haiku", "sampling", "prefill", "thinking_enabled", "thinking_between_tools"),
        row("sonnet", "forced_tool_choice", "sampling", "prefill", "thinking_enabled", "thinking_disabled"),
        row("opus", "forced_tool_choice", "sampling", "prefill", "thinking_enabled", "thinking_disabled",
            "thinking_between_tools", thinking="always_on"),
        row("sonnet-old", "prefill", "thinking_between_tools", thinking="off"),
        row("haiku-old", "effort", "thinking_adaptive", "thinking_between_tools", thinking="off", max_output=64_000),
        row("gone", status="retired"),
        row("no-limit", max_output=None),
        row("luna", "sampling_unless_effort_none", "chat_tools_unless_effort_none", vendor="openai"),
        row("sol", "sampling", "chat_tools", "effort_none", vendor="openai"),
        row("four", vendor="openai", thinking="none", default_effort=None),
    )
}  # fmt: skip


def find_model(id: str) -> Row:
    """Like helpers.economics.find_model, over ROWS."""
    return ROWS[id]


def ask(body, path: str = MESSAGES, version: str = NEW):
    """What the API answers; None if it accepts."""
    return violation(path, {"anthropic-version": version}, body, find_model)


def user(*content) -> dict:
    """A user message of a text or of blocks."""
    return {"role": "user", "content": content[0] if isinstance(content[0], str) else list(content)}


def assistant(*content) -> dict:
    """An assistant message of a text or of blocks."""
    return {**user(*content), "role": "assistant"}


def text(words: str = "Hi", **more) -> dict:
    """A text block."""
    return {"type": "text", "text": words, **more}


def call(id: str) -> dict:
    """A tool call."""
    return {"type": "tool_use", "id": id, "name": "f", "input": {}}


def result(id: str) -> dict:
    """A tool result."""
    return {"type": "tool_result", "tool_use_id": id, "content": "42"}


MARK = {"cache_control": {"type": "ephemeral"}}
HELLO = [user("Hello")]
TOOL = {"name": "f", "strict": True, "input_schema": {"type": "object", "additionalProperties": False}}


def strict(schema: dict) -> dict:
    """A request with one strict tool of this parameter schema."""
    return {"tools": [{"name": "f", "strict": True, "input_schema": schema}]}


def closed(**properties) -> dict:
    """A schema that strict mode takes, if its properties are right."""
    return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}


NOT_SUPPORTED = 'is not supported for this model. Use "thinking.type.adaptive" and "output_config.effort" to control '
EFFORT_OFF = ("output_config.effort 'max' is not supported when thinking is disabled on this model. "
              "Use effort 'high' or below, or enable thinking.")  # fmt: skip
ORPHAN_USE = ("messages.{}: `tool_use` ids were found without `tool_result` blocks immediately after: {}. Each "
              "`tool_use` block must have a corresponding `tool_result` block in the next message.")  # fmt: skip
ORPHAN_RESULT = ("messages.{}.content.{}: unexpected `tool_use_id` found in `tool_result` blocks: {}. Each "
                 "`tool_result` block must have a corresponding `tool_use` block in the previous message.")  # fmt: skip
EMPTY = "messages.{}: all messages must have non-empty content except for the optional final assistant message"
NO_FORCE = 'tool_choice: type "tool" and "any" are not supported for this model.'
FORCED = {"tools": [TOOL], "tool_choice": {"type": "tool", "name": "f"}}
ANY = {"tools": [TOOL], "tool_choice": {"type": "any"}}
BUDGET = {"thinking": {"type": "enabled", "budget_tokens": 1024}}
OFF = {"thinking": {"type": "disabled"}}
BETWEEN = {"thinking": {"type": "between_tools"}}
MAX = {"output_config": {"effort": "max"}}
FORMAT = {"output_config": {"format": {"type": "json_schema", "schema": closed()}}}
OPEN = "For 'object' type, 'additionalProperties' must be explicitly set to false"

# (rule, model, API version, what is added to a good request, the message that it gets)
BROKEN = [
    ("required_max_tokens", "haiku", NEW, {"max_tokens": ...}, "max_tokens: Field required"),
    ("required_fields", "haiku", NEW, {"messages": ...}, "messages: Field required"),
    ("max_tokens_within_limit", "haiku", NEW, {"max_tokens": 128_001},
     "max_tokens: 128001 > 128000, which is the maximum allowed number of output tokens for haiku"),
    ("max_tokens_zero", "haiku", NEW, {"max_tokens": 0, "stream": True},
     "max_tokens: 0 cannot be combined with stream."),
    ("max_tokens_zero", "sonnet-old", NEW, {"max_tokens": 0, **BUDGET},
     'max_tokens: 0 cannot be combined with thinking type "enabled".'),
    ("max_tokens_zero", "haiku", NEW, {"max_tokens": 0, **FORMAT},
     "max_tokens: 0 cannot be combined with output_config.format."),
    ("max_tokens_zero", "haiku", NEW, {"max_tokens": 0, **FORCED},
     "max_tokens: 0 cannot be combined with a forced tool_choice."),
    ("sampling", "sonnet-old", NEW, {"temperature": 1.0}, "temperature: Extra inputs are not permitted"),
    ("sampling", "haiku", NEW, {"top_k": 5}, "top_k: Extra inputs are not permitted"),
    ("sampling", "haiku", OLD, {"temperature": 0}, "`temperature` is deprecated for this model."),
    ("sampling", "sonnet", OLD, {"top_p": 0.5}, "`top_p` is deprecated for this model."),
    ("sampling", "opus", OLD, {"top_k": 40}, "`top_k` is deprecated for this model."),
    ("stop_sequences", "haiku", NEW, {"stop_sequences": ["END", " \n"]},
     "stop_sequences: each stop sequence must contain non-whitespace"),
    ("forced_tool_choice", "sonnet", NEW, FORCED, NO_FORCE),
    ("forced_tool_choice", "opus", NEW, ANY, NO_FORCE),
    ("forced_tool_while_thinking", "sonnet-old", NEW, {**FORCED, **BUDGET},
     "Thinking may not be enabled when tool_choice forces tool use."),
    ("thinking_enabled", "haiku", NEW, BUDGET, f'"thinking.type.enabled" {NOT_SUPPORTED}thinking behavior.'),
    ("thinking_disabled", "opus", NEW, OFF, f'"thinking.type.disabled" {NOT_SUPPORTED}thinking behavior.'),
    ("thinking_disabled", "sonnet", NEW, OFF,
     'To turn thinking off on this model, send "thinking": {"type": "between_tools"} instead of {"type": "disabled"}. '
     "The model does not think before responding. The short updates it writes between tool calls come back as "
     "thinking blocks."),
    ("thinking_between_tools", "haiku", NEW, BETWEEN, '"thinking.type.between_tools" is not supported for this model.'),
    ("thinking_adaptive", "haiku-old", NEW, {"thinking": {"type": "adaptive"}},
     "adaptive thinking is not supported on this model"),
    ("effort_at_all", "haiku-old", NEW, {"output_config": {"effort": "low"}},
     "This model does not support the effort parameter."),
    ("effort_without_thinking", "haiku", NEW, {**OFF, **MAX}, EFFORT_OFF),
    ("effort_without_thinking", "sonnet", NEW, {**BETWEEN, **MAX}, EFFORT_OFF),
    ("some_message", "haiku", NEW, {"messages": []}, "messages: at least one message is required"),
    ("first_message", "haiku", NEW, {"messages": [assistant("Hi"), *HELLO]},
     'messages: first message must use the "user" role'),
    ("non_empty_content", "haiku", NEW, {"messages": [user("")]}, EMPTY.format(0)),
    ("non_empty_content", "haiku", NEW, {"messages": [*HELLO, {"role": "assistant", "content": []}, *HELLO]},
     EMPTY.format(1)),
    ("non_empty_text", "haiku", NEW, {"system": [text("")]}, "system: text content blocks must be non-empty"),
    ("non_empty_text", "haiku", NEW, {"messages": [user(text(), text(""))]},
     "messages: text content blocks must be non-empty"),
    ("tool_use_without_result", "haiku", NEW,
     {"messages": [*HELLO, assistant(text(), call("toolu_1"), call("toolu_2")), user(result("toolu_1"))]},
     ORPHAN_USE.format(1, "toolu_2")),
    ("tool_use_without_result", "haiku", NEW,
     {"messages": [*HELLO, assistant(call("toolu_1"), call("toolu_2")), user("Go on")]},
     ORPHAN_USE.format(1, "toolu_1, toolu_2")),
    ("tool_use_without_result", "haiku", NEW,
     {"messages": [*HELLO, assistant(call("toolu_1")), user(text("Here:"), result("toolu_1"))]},
     ORPHAN_USE.format(1, "toolu_1")),
    ("tool_use_without_result", "haiku", NEW, {"messages": [*HELLO, assistant(call("toolu_1"))]},
     ORPHAN_USE.format(1, "toolu_1")),
    ("tool_result_without_use", "haiku", NEW, {"messages": [user(result("toolu_1"), text())]},
     ORPHAN_RESULT.format(0, 0, "toolu_1")),
    ("tool_result_without_use", "haiku", NEW,
     {"messages": [*HELLO, assistant(call("toolu_1")), user(result("toolu_1"), result("toolu_9"))]},
     ORPHAN_RESULT.format(2, 1, "toolu_9")),
    ("prefill", "haiku", NEW, {"messages": [*HELLO, assistant("{")]},
     "This model does not support assistant message prefill. The conversation must end with a user message."),
    ("cache_breakpoints", "haiku", NEW,
     {**MARK, "tools": [{**TOOL, **MARK}], "system": [text(**MARK)], "messages": [user(text(**MARK), text(**MARK))]},
     "A maximum of 4 blocks with cache_control may be provided. Found 5."),
    ("strict_schemas", "haiku", NEW, strict(closed(n={"type": "integer", "minimum": 1})),
     "tools.0.custom: For 'integer' type, property 'minimum' is not supported"),
    ("strict_schemas", "haiku", NEW, strict(closed(n={"type": ["number", "null"], "minimum": 1, "maximum": 5})),
     "tools.0.custom: For 'number' type, properties maximum, minimum are not supported"),
    ("strict_schemas", "haiku", NEW, strict({"type": "object", "properties": {}}), f"tools.0.custom: {OPEN}"),
    ("strict_schemas", "haiku", NEW, strict(closed(a={"anyOf": [{"type": "object"}]})), f"tools.0.custom: {OPEN}"),
    ("strict_schemas", "haiku", NEW, strict(closed(a={"type": "array", "minItems": 2})),
     "tools.0.custom: For 'array' type, 'minItems' values other than 0 or 1 are not supported"),
    ("strict_schemas", "haiku", NEW, {"output_config": {"format": {"schema": {"type": "object"}}}},
     f"output_config.format.schema: {OPEN}"),
]  # fmt: skip

GOOD = [
    ("required_max_tokens", "haiku", NEW, {"max_tokens": 1}),
    ("required_fields", "haiku", NEW, {}),
    ("max_tokens_within_limit", "haiku", NEW, {"max_tokens": 128_000}),
    ("max_tokens_within_limit", "no-limit", NEW, {"max_tokens": 10**9}),
    ("max_tokens_zero", "haiku", NEW, {"max_tokens": 0, "stream": False}),
    ("sampling", "sonnet-old", OLD, {"temperature": 0, "top_k": 5}),
    ("sampling", "haiku", OLD, {"temperature": 1, "top_p": 0.99}),
    ("stop_sequences", "haiku", NEW, {"stop_sequences": ["END"]}),
    ("forced_tool_choice", "haiku", NEW, FORCED),
    ("forced_tool_choice", "sonnet", NEW, {"tools": [TOOL], "tool_choice": {"type": "auto"}}),
    ("forced_tool_while_thinking", "haiku", NEW, {**ANY, "thinking": {"type": "adaptive"}}),
    ("thinking_enabled", "sonnet-old", NEW, BUDGET),
    ("thinking_disabled", "haiku", NEW, OFF),
    ("thinking_between_tools", "sonnet", NEW, BETWEEN),
    ("thinking_adaptive", "haiku", NEW, {"thinking": {"type": "adaptive"}}),
    ("effort_at_all", "haiku", NEW, MAX),
    ("effort_without_thinking", "haiku", NEW, {**OFF, "output_config": {"effort": "high"}}),
    ("effort_without_thinking", "sonnet-old", NEW, {**OFF, **MAX}),
    ("some_message", "haiku", NEW, {}),
    ("first_message", "haiku", NEW, {"messages": [*HELLO, *HELLO, assistant("Hi"), assistant("Hi"), *HELLO]}),
    ("non_empty_content", "haiku-old", NEW, {"messages": [*HELLO, {"role": "assistant", "content": ""}]}),
    ("non_empty_text", "haiku", NEW, {"system": "", "messages": [user(text())]}),
    ("tool_use_without_result", "haiku", NEW,
     {"messages": [*HELLO, assistant(call("a"), call("b")), user(result("b"), result("a"), text())]}),
    ("tool_use_without_result", "haiku", NEW,
     {"messages": [*HELLO, assistant(call("a")), assistant(call("b")), user(result("a")), user(result("b"))]}),
    ("tool_result_without_use", "haiku", NEW, {"messages": [*HELLO, assistant(call("a")), user(result("a"))]}),
    ("prefill", "haiku-old", NEW, {"messages": [*HELLO, assistant("{")]}),
    ("cache_breakpoints", "haiku", NEW,
     {**MARK, "system": [text(**MARK)], "messages": [user(text(**MARK), text(**MARK), text())]}),
    ("strict_schemas", "haiku", NEW, strict(closed(n={"type": "integer"}, minimum={"type": "array", "minItems": 1}))),
    ("strict_schemas", "haiku", NEW,
     {"tools": [{"name": "f", "input_schema": {"type": "object", "properties": {"n": {"minimum": 1}}}}]}),
]  # fmt: skip

OPENAI_TOOLS = {"tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}]}
NO_EFFORT = {CHAT: {"reasoning_effort": "none"}, RESPONSES: {"reasoning": {"effort": "none"}}}
TOOLS_IN_CHAT = ("Function tools with reasoning_effort are not supported for {} in /v1/chat/completions. "
                 "To use function tools, use /v1/responses or set reasoning_effort to 'none'.")  # fmt: skip
ONLY_ONE = ("Unsupported value: 'temperature' does not support {} with this model. "
            "Only the default (1) value is supported.")  # fmt: skip
NO_NONE = ("Unsupported value: 'none' is not supported with the 'sol' model. "
           "Supported values are: 'low', 'medium', 'high', 'xhigh', and 'max'.")  # fmt: skip

# (rule, path, model, what is added, (message, code, param))
OPENAI_BROKEN = [
    ("messages_required", CHAT, "luna", {"messages": ...},
     ("Missing required parameter: 'messages'.", "missing_required_parameter", "messages")),
    ("input_required", RESPONSES, "luna", {"input": ...},
     ("Missing required parameter: 'input'.", "missing_required_parameter", "input")),
    ("max_tokens", CHAT, "luna", {"max_tokens": 9},
     ("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
      "unsupported_parameter", "max_tokens")),
    ("effort_none", CHAT, "sol", NO_EFFORT[CHAT], (NO_NONE, "unsupported_value", "reasoning_effort")),
    ("effort_none", RESPONSES, "sol", NO_EFFORT[RESPONSES], (NO_NONE, "unsupported_value", "reasoning.effort")),
    ("temperature", CHAT, "luna", {"temperature": 0}, (ONLY_ONE.format(0), "unsupported_value", "temperature")),
    ("temperature", RESPONSES, "sol", {"temperature": 0.2},
     (ONLY_ONE.format(0.2), "unsupported_value", "temperature")),
    ("other_sampling", CHAT, "luna", {"top_p": 0.5},
     ("Unsupported parameter: 'top_p' is not supported with this model.", "unsupported_parameter", "top_p")),
    ("function_tools", CHAT, "luna", OPENAI_TOOLS, (TOOLS_IN_CHAT.format("luna"), None, "reasoning_effort")),
    ("function_tools", CHAT, "sol", OPENAI_TOOLS, (TOOLS_IN_CHAT.format("sol"), None, "reasoning_effort")),
]  # fmt: skip

OPENAI_GOOD = [
    ("messages_required", CHAT, "luna", {}),
    ("input_required", RESPONSES, "luna", {}),
    ("input_required", RESPONSES, "luna", {"input": ..., "prompt": {"id": "pmpt_1"}}),
    ("max_tokens", CHAT, "luna", {"max_completion_tokens": 9}),
    ("max_tokens", CHAT, "four", {"max_tokens": 9}),
    ("effort_none", CHAT, "luna", NO_EFFORT[CHAT]),
    ("temperature", CHAT, "luna", {"temperature": 1}),
    ("temperature", CHAT, "luna", {"temperature": 0, **NO_EFFORT[CHAT]}),
    ("temperature", RESPONSES, "luna", {"temperature": 0, **NO_EFFORT[RESPONSES]}),
    ("temperature", CHAT, "four", {"temperature": 0}),
    ("other_sampling", CHAT, "luna", {"top_p": 1, "logprobs": False}),
    ("function_tools", CHAT, "luna", {**OPENAI_TOOLS, **NO_EFFORT[CHAT]}),
    ("function_tools", RESPONSES, "luna", OPENAI_TOOLS),
    ("function_tools", CHAT, "four", OPENAI_TOOLS),
]  # fmt: skip


BY_NAME = {rule.__name__: rule for rule in rules_anthropic.GENERATING + rules_anthropic.ALWAYS}
OPENAI_BY_NAME = {rule.__name__: rule for rule in rules_openai.CHAT + rules_openai.RESPONSES}


def without_gaps(body: dict) -> dict:
    """The body with the fields left out that a case marks with `...`."""
    return {key: value for key, value in body.items() if value is not ...}


def anthropic_body(model: str, added: dict) -> dict:
    """A good request for *model*, changed."""
    return without_gaps({"model": model, "max_tokens": 100, "messages": HELLO, **added})


def openai_body(path: str, model: str, added: dict) -> dict:
    """A good request for *model*, changed."""
    start = {"messages": HELLO} if path == CHAT else {"input": "Hello"}
    return without_gaps({"model": model, **start, **added})


@pytest.mark.parametrize(("rule", "model", "version", "added", "expected"), BROKEN)
def test_a_request_that_breaks_a_rule_gets_the_apis_words(rule, model, version, added, expected) -> None:
    """Status 400, invalid_request_error, x-should-retry: false, and the exact message."""
    reply = ask(anthropic_body(model, added), version=version)
    assert (reply.status, reply.body["error"]["type"]) == (400, "invalid_request_error")
    assert reply.body["error"]["message"] == expected
    asked = Request(anthropic_body(model, added), version, ROWS[model])
    assert BY_NAME[rule](asked) == expected, "another rule than the one named here answered"
    assert reply.headers["x-should-retry"] == "false"
    assert reply.body["request_id"].startswith("req_011CONSTRUCTED")


@pytest.mark.parametrize(("rule", "model", "version", "added"), GOOD)
def test_a_request_just_inside_a_rule_passes(rule, model, version, added) -> None:
    """What the real API accepts is not refused here."""
    assert ask(anthropic_body(model, added), version=version) is None


@pytest.mark.parametrize(("rule", "path", "model", "added", "expected"), OPENAI_BROKEN)
def test_openais_rules_answer_in_openais_shape(rule, path, model, added, expected) -> None:
    """Status 400, always type invalid_request_error; code and param tell what is wrong."""
    reply = ask(openai_body(path, model, added), path)
    error = reply.body["error"]
    assert (reply.status, error["type"]) == (400, "invalid_request_error")
    assert (error["message"], error["code"], error["param"]) == expected
    assert OPENAI_BY_NAME[rule](Request(openai_body(path, model, added), NEW, ROWS[model])) == expected


@pytest.mark.parametrize(("rule", "path", "model", "added"), OPENAI_GOOD)
def test_openai_requests_just_inside_a_rule_pass(rule, path, model, added) -> None:
    """What the real API accepts is not refused here."""
    assert ask(openai_body(path, model, added), path) is None


def test_every_rule_has_a_case_that_it_refuses_and_one_that_it_lets_pass() -> None:
    """The tables above name every rule, and no other."""
    assert {case[0] for case in BROKEN} == {case[0] for case in GOOD} == set(BY_NAME)
    assert {case[0] for case in OPENAI_BROKEN} == {case[0] for case in OPENAI_GOOD} == set(OPENAI_BY_NAME)


def test_every_rule_names_its_class() -> None:
    """Each docstring says how sure we are: DOCUMENTED, THIRD-PARTY or UNCERTAIN."""
    for rule in [*BY_NAME.values(), *OPENAI_BY_NAME.values()]:
        assert any(word in rule.__doc__ for word in ("DOCUMENTED", "THIRD-PARTY", "UNCERTAIN")), rule.__name__


@pytest.mark.parametrize(
    ("path", "status", "message", "code"),
    [
        (MESSAGES, 404, "model: nobody", None),
        (COUNT, 404, "model: nobody", None),
        (CHAT, 404, "The model `nobody` does not exist or you do not have access to it.", "model_not_found"),
        (RESPONSES, 400, "The requested model 'nobody' does not exist.", "model_not_found"),
    ],
)
def test_an_unknown_model_is_refused_in_each_apis_own_way(path, status, message, code) -> None:
    """404 at Anthropic and in chat completions, 400 in the Responses API."""
    reply = ask({"model": "nobody"}, path)
    assert (reply.status, reply.body["error"]["message"]) == (status, message)
    assert reply.body["error"].get("code") == code


@pytest.mark.parametrize(("path", "model"), [(MESSAGES, "gone"), (MESSAGES, "luna"), (CHAT, "haiku")])
def test_a_retired_model_and_the_other_vendors_are_unknown(path, model) -> None:
    """A model that is not served here any more, or never was, does not exist."""
    assert ask({"model": model}, path).status == 404


def test_counting_needs_no_max_tokens_but_keeps_the_other_rules() -> None:
    """count_tokens runs the model's validation: the forced tool fails there, too."""
    assert ask({"model": "sonnet", "messages": HELLO}, COUNT) is None
    assert "tool_choice" in ask({"model": "sonnet", "messages": HELLO, **FORCED}, COUNT).body["error"]["message"]


def test_other_paths_and_missing_bodies_have_no_rules() -> None:
    """GET /v1/models and its like are somebody else's business; a query string does not hide a path."""
    assert ask({}, "/v1/models") is None
    assert ask(None) is None
    assert ask({}, "/v1/messages?beta=true").status == 400


def test_without_a_version_header_the_newest_rules_hold() -> None:
    """The SDK always sends one; header names are compared without case."""
    body = anthropic_body("sonnet-old", {"temperature": 0})
    assert violation(MESSAGES, {}, body, find_model).status == 400
    assert violation(MESSAGES, {"Anthropic-Version": OLD}, body, find_model) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)
FIELDS = ["max_tokens", "messages", "input", "system", "tools", "tool_choice", "thinking", "output_config", "stream",
          "temperature", "top_p", "stop_sequences", "cache_control", "reasoning_effort", "reasoning"]  # fmt: skip
BLOCKS = st.dictionaries(
    st.sampled_from(["type", "text", "id", "tool_use_id", "content", "cache_control"]),
    JSON | st.sampled_from(["text", "tool_use", "tool_result", "a"]),
)
MESSAGE = st.fixed_dictionaries(
    {"role": st.sampled_from(["user", "assistant", "system"]) | JSON, "content": JSON | st.lists(JSON | BLOCKS)}
)
BODY = st.fixed_dictionaries(
    {"model": st.sampled_from([*ROWS]) | JSON},
    optional={
        **dict.fromkeys(FIELDS, JSON),
        "messages": st.lists(MESSAGE | JSON, max_size=4) | JSON,
        "tools": st.lists(
            st.fixed_dictionaries({"strict": st.just(True), "type": st.just("function"), "input_schema": JSON}) | JSON
        ),
        "thinking": st.fixed_dictionaries({"type": st.sampled_from(["enabled", "disabled", "adaptive"]) | JSON}),
        "tool_choice": st.fixed_dictionaries({"type": st.sampled_from(["any", "auto"]) | JSON}),
    },
)


@settings(max_examples=400, deadline=None)
@given(path=st.sampled_from([MESSAGES, COUNT, CHAT, RESPONSES]), version=st.sampled_from([NEW, OLD]), body=BODY | JSON)
def test_no_json_body_makes_the_rules_raise(path, version, body) -> None:
    """Whatever a learner sends, the answer is a reply that can be written as JSON, or None."""
    reply = ask(body, path, version)
    if reply is not None:
        assert reply.status in (400, 404)
        json.dumps(reply.body)


def test_messages_without_a_turn_break_no_rule_of_turns():
    """
    A message whose role is none of ours is no turn; hypothesis found that the rules raised on a body of nothing else.
    """
    body = {"model": "claude-haiku-5-5", "max_tokens": 9, "messages": [{"role": None, "content": [None]}]}

    assert violation(MESSAGES, {}, {**body, "model": "haiku"}, find_model) is None
