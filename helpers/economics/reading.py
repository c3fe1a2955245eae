"""Read a reply's usage, whichever vendor, API or form it came in: SDK object or plain dict, whole or streamed.

    usage_from(client.messages.create(...))
    usage_from(json.loads(response_body))

The vendors are told apart by the fields of their usage, never by the model's name. They count the prompt
differently: Anthropic's `input_tokens` is only what stands behind the last cache breakpoint, OpenAI's number is
the whole prompt with the cached part inside. `Usage` has them apart, so nothing is charged twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from helpers.economics.usage import Usage

NO_USAGE = (
    "This reply has no usage, so what it cost can't be known. "
    "An OpenAI chat stream sends it only with stream_options={\"include_usage\": True}, in its last chunk. "
    "Of an Anthropic stream, take stream.get_final_message(); of an OpenAI Responses stream, the last event "
    "(response.completed)."
)


def usage_from(reply: Any) -> Usage:
    """What *reply* is billed for.

    Takes a Message, ChatCompletion or Response (SDK object or dict), the last event or chunk of a stream, or a
    bare usage block. Raises ValueError when there is no usage, or when its numbers contradict each other.
    """
    block = usage_block(reply)
    if get(reply, "type") == "message_delta" and get(block, "cache_creation_input_tokens"):
        raise ValueError("message_delta does not say for how long the cache was written (5 minutes or 1 hour), and the "
                         "two cost differently. Take stream.get_final_message().")
    if get(block, "prompt_tokens") is not None:
        return _chat(block)
    # Only OpenAI has these two; output_tokens_details would not tell, both vendors have it.
    if get(block, "total_tokens") is not None or get(block, "input_tokens_details") is not None:
        return _responses(block)
    return _anthropic(block)


def usage_block(reply: Any) -> Any:
    """The usage part of *reply*, or *reply* itself where it is one."""
    message = message_of(reply)
    if get(message, "type") == "message_start":
        raise ValueError("message_start holds the usage of a stream that has only begun: its output count is not "
                         "final. Take stream.get_final_message().")
    block = get(message, "usage")
    if block is None and has_counts(message):
        block = message
    if block is None or not has_counts(block):
        raise ValueError(NO_USAGE)
    return block


def message_of(reply: Any) -> Any:
    """The whole message inside the closing event of a stream (either vendor's); else *reply*."""
    kind = get(reply, "type")
    if kind in ("response.completed", "response.incomplete", "response.failed"):
        return get(reply, "response")
    if kind == "message_stop" and get(reply, "message") is not None:
        return get(reply, "message")   # the SDK's stream helper puts the finished message there
    return reply


def has_counts(block: Any) -> bool:
    """Whether *block* holds a prompt's and an output's count."""
    return any(get(block, prompt) is not None and get(block, output) is not None
               for prompt, output in (("input_tokens", "output_tokens"), ("prompt_tokens", "completion_tokens")))


def get(thing: Any, name: str) -> Any:
    """`thing.name` or `thing["name"]`; None where there is neither."""
    if type(thing) is dict or isinstance(thing, Mapping):   # the first is what the meter asks 50 times a reply
        return thing.get(name)
    return getattr(thing, name, None)


def count(block: Any, *path: str) -> int:
    """The number at *path*; 0 where any part of the path is missing or None."""
    value = block
    for name in path:
        value = get(value, name)
        if value is None:
            return 0
    if type(value) is not int or value < 0:
        raise ValueError(f"usage: {'.'.join(path)} must be a whole number of tokens, 0 or more; got {value!r}.")
    return value


def rest(whole: int, *parts: int, what: str) -> int:
    """What *parts* leave of *whole*; ValueError when they are more than the whole."""
    if sum(parts) > whole:
        raise ValueError(f"usage: {what} ({sum(parts):,} of {whole:,}) can't be more than the whole. "
                         "Was it added up from several replies, or edited?")
    return whole - sum(parts)


def _chat(block: Any) -> Usage:
    """OpenAI Chat Completions: cached and written tokens stand inside `prompt_tokens`."""
    read = count(block, "prompt_tokens_details", "cached_tokens")
    written = count(block, "prompt_tokens_details", "cache_write_tokens")
    return Usage(
        input=rest(count(block, "prompt_tokens"), read, written, what="cached tokens of prompt_tokens"),
        cache_write_5m=written,
        cache_read=read,
        output=count(block, "completion_tokens"),
        thinking=count(block, "completion_tokens_details", "reasoning_tokens"),
    )


def _responses(block: Any) -> Usage:
    """OpenAI Responses: as chat, other names, and writes may be for 30 minutes or for 12 hours."""
    read = count(block, "input_tokens_details", "cached_tokens")
    written = count(block, "input_tokens_details", "cache_write_tokens")
    long = count(block, "input_tokens_details", "cache_write_tokens_details", "ttl_12h_tokens")
    return Usage(
        input=rest(count(block, "input_tokens"), read, written, what="cached tokens of input_tokens"),
        cache_write_5m=rest(written, long, what="12-hour writes of cache_write_tokens"),
        cache_write_1h=long,
        cache_read=read,
        output=count(block, "output_tokens"),
        thinking=count(block, "output_tokens_details", "reasoning_tokens"),
    )


def _anthropic(block: Any) -> Usage:
    """Anthropic Messages: the counts at the top, and the passes that are billed beside them."""
    usage = _anthropic_counts(block)
    if not get(block, "iterations"):
        return usage
    others: list[tuple[str, Usage]] = []
    serving = serving_model(block)
    for entry in get(block, "iterations") or ():
        kind, model = get(entry, "type"), get(entry, "model")
        if kind == "compaction":   # the same model summarised the conversation: in no other count
            usage += _anthropic_counts(entry)
        elif kind == "advisor_message" or (serving and kind == "message" and model not in (None, serving)):
            passed = _anthropic_counts(entry)
            # A hop that declined before it wrote anything is (but for three refusal categories, which the reply
            # doesn't name) not billed: Anthropic docs, refusals-and-fallback, "How refusals are billed".
            if kind == "advisor_message" or passed.output:
                others.append((str(model), passed))
        elif kind not in ("message", "fallback_message"):   # these two make up the counts at the top
            raise ValueError(f"usage.iterations has an entry of type {kind!r}, and whether the counts at the top "
                             "include it is not known here. Look it up, then extend helpers/economics/reading.py.")
    # One request, one prompt: whether a tier looks at each pass alone is not documented; together they are the most.
    counts = {name: getattr(usage, name) for name in ("input", "cache_write_5m", "cache_write_1h", "cache_read",
                                                      "output", "thinking", "web_searches")}
    return Usage(**counts, other_models=tuple(others))


def serving_model(block: Any) -> str | None:
    """The model that answered after another one declined; None where no fallback ran."""
    for entry in get(block, "iterations") or ():
        if get(entry, "type") == "fallback_message":
            return get(entry, "model")
    return None


def _anthropic_counts(block: Any) -> Usage:
    five, hour = (count(block, "cache_creation", f"ephemeral_{ttl}_input_tokens") for ttl in ("5m", "1h"))
    # Older replies, and message_delta events, have the total without the split; web-search replies have a total
    # above the split (14 of 14 recorded ones; 1,182 others agree). A long write has to be asked for and is then
    # reported, so what the split leaves unexplained is a 5-minute write.
    written = count(block, "cache_creation_input_tokens") if get(block, "cache_creation_input_tokens") is not None \
        else five + hour
    return Usage(
        input=count(block, "input_tokens"),
        cache_write_5m=five + rest(written, five, hour, what="cache_creation parts of cache_creation_input_tokens"),
        cache_write_1h=hour,
        cache_read=count(block, "cache_read_input_tokens"),
        output=count(block, "output_tokens"),
        thinking=count(block, "output_tokens_details", "thinking_tokens"),
        web_searches=count(block, "server_tool_use", "web_search_requests"),
    )
