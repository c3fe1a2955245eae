"""Lesson 05's planted bugs."""

from __future__ import annotations

import copy
import itertools
import json
import statistics
import uuid
from collections import Counter
from decimal import Decimal
from fractions import Fraction

from helpers.caching import alarm, build_request, doubts, fingerprint, parts_of, prefix_diff
from helpers.economics import Cost, Price, Usage, model_id, usage_from
from helpers.exercises import (
    e05_bill,
    e05_bill_slips,
    e05_body,
    e05_diagnosis,
    e05_lifetime,
    e05_lifetime_slips,
    e05_request,
    e05_saving,
    e05_saving_slips,
    e05_tools,
)
from helpers.simulate.cache_costs import best_ttl
from tests.mutants import PLANTED, mutant, right

# ---- 05-1: the bill of several calls

MILLION = 1_000_000


def _split(usage):
    """(input, written for 5 minutes, for an hour, read, output)"""
    made = usage.cache_creation
    return (usage.input_tokens, made.ephemeral_5m_input_tokens, made.ephemeral_1h_input_tokens,
            usage.cache_read_input_tokens, usage.output_tokens)


def _prices(price):
    return price.input, price.cache_write_5m, price.cache_write_1h, price.cache_read, price.output


def _call(usage, price):
    return sum(count * usd for count, usd in zip(_split(usage), _prices(price), strict=True)) / MILLION


@right("05-1")
def column_by_column(usages, price):
    columns = zip(*map(_split, usages), strict=True)
    return sum(sum(column) * usd for column, usd in zip(columns, _prices(price), strict=False)) / MILLION


@right("05-1")
def with_usage_from(usages, price):
    total = sum((usage_from(usage) for usage in usages), Usage())
    names = ("input", "cache_write_5m", "cache_write_1h", "cache_read", "output")
    return Cost(input=sum(getattr(total, name) * getattr(price, name) for name in names) / MILLION)


@right("05-1")
def with_pandas(usages, price):
    import pandas as pd

    frame = pd.DataFrame([_split(usage) for usage in usages], columns=list("iwhro")).astype(float)
    return (frame.sum() * pd.Series([float(usd) for usd in _prices(price)], index=list("iwhro"))).sum() / 1e6


@right("05-1")
def as_dicts_and_fractions(usages, price):
    total = Counter()
    for usage in usages:
        counts = usage.model_dump()
        total.update({"input": counts["input_tokens"], "cache_read": counts["cache_read_input_tokens"],
                      "cache_write_5m": counts["cache_creation"]["ephemeral_5m_input_tokens"],
                      "cache_write_1h": counts["cache_creation"]["ephemeral_1h_input_tokens"],
                      "output": counts["output_tokens"]})
    return sum(Fraction(getattr(price, name)) * count for name, count in total.items()) / MILLION


@right("05-1")
def the_hour_as_what_is_left(usages, price):
    usd = Decimal(0)
    for usage in usages:
        short = usage.cache_creation.ephemeral_5m_input_tokens
        usd += usage.input_tokens * price.input + usage.output_tokens * price.output
        usd += usage.cache_read_input_tokens * price.cache_read
        usd += short * price.cache_write_5m + (usage.cache_creation_input_tokens - short) * price.cache_write_1h
    return usd.scaleb(-6)


@mutant("05-1", "unit")
def per_token(usages, price):
    return sum(_call(usage, price) for usage in usages) * MILLION


@mutant("05-1", "unit")
def divides_twice(usages, price):
    return sum(_call(usage, price) for usage in usages) / MILLION


@mutant("05-1", "unit")
def in_cents(usages, price):
    return sum(_call(usage, price) for usage in usages) * 100


@mutant("05-1", "cached-forgotten")
def input_and_output(usages, price):
    return sum(usage.input_tokens * price.input + usage.output_tokens * price.output for usage in usages) / MILLION


def _written(each):
    """A bill in which each(usage, price) stands for what was written."""
    def bill(usages, price):
        return sum(usage.input_tokens * price.input + usage.cache_read_input_tokens * price.cache_read
                   + usage.output_tokens * price.output + each(usage, price) for usage in usages) / MILLION

    return bill


for _code, _name, _each in (
        ("write-at-input", "full price first", lambda u, p: u.cache_creation_input_tokens * p.input),
        ("hour-at-5m", "all at 1.25", lambda u, p: u.cache_creation_input_tokens * p.cache_write_5m),
        ("5m-at-1h", "all at 2", lambda u, p: u.cache_creation_input_tokens * p.cache_write_1h),
        ("writes-twice", "the sum and its parts", lambda u, p: _call(u, p) * MILLION - _written(lambda u, p: 0)([u], p)
         * MILLION + u.cache_creation_input_tokens * p.cache_write_5m),
        ("writes-twice", "as input, too", lambda u, p: u.cache_creation_input_tokens * p.input
         + u.cache_creation.ephemeral_5m_input_tokens * p.cache_write_5m
         + u.cache_creation.ephemeral_1h_input_tokens * p.cache_write_1h),
        ("writes-forgotten", "writes are free", lambda u, p: 0),
        ("hour-forgotten", "five minutes alone",
         lambda u, p: u.cache_creation.ephemeral_5m_input_tokens * p.cache_write_5m),
        ("5m-forgotten", "the hour alone", lambda u, p: u.cache_creation.ephemeral_1h_input_tokens * p.cache_write_1h),
        ("write-as-read", "cached is cached", lambda u, p: u.cache_creation_input_tokens * p.cache_read)):
    mutant("05-1", _code, _name)(_written(_each))


def _with(change):
    """The right bill of each call, and change(usage, price) more."""
    return lambda usages, price: sum(_call(usage, price) + Decimal(change(usage, price)) / MILLION for usage in usages)


TENTH = Decimal("0.1")
for _code, _name, _change in (
        ("output-discounted", "a tenth of the answer",
         lambda u, p: -u.output_tokens * p.output * Decimal("0.9") if u.cache_read_input_tokens else 0),
        ("read-at-input", "reads at full price", lambda u, p: u.cache_read_input_tokens * (p.input - p.cache_read)),
        ("discount-as-price", "reads at 90 %",
         lambda u, p: u.cache_read_input_tokens * (p.input * Decimal("0.9") - p.cache_read)),
        ("discounted-twice", "a tenth of the read price",
         lambda u, p: u.cache_read_input_tokens * p.cache_read * (TENTH - 1)),
        ("reads-forgotten", "reads are free", lambda u, p: -u.cache_read_input_tokens * p.cache_read),
        ("input-as-total", "takes the cached off", lambda u, p: -p.input * (u.cache_read_input_tokens
                                                                        + u.cache_creation_input_tokens)),
        ("input-as-total", "takes the cached off, down to 0", lambda u, p: -p.input * min(
            u.input_tokens, u.cache_read_input_tokens + u.cache_creation_input_tokens)),
        ("rest-forgotten", "a call is one kind", lambda u, p: -u.input_tokens * p.input
         if u.cache_read_input_tokens or u.cache_creation_input_tokens else 0),
        ("output-at-input", "one price", lambda u, p: u.output_tokens * (p.input - p.output)),
        ("output-forgotten", "the prompt alone", lambda u, p: -u.output_tokens * p.output),
        ("thinking-twice", "thinking on top", lambda u, p: u.output_tokens_details.thinking_tokens * p.output),
        ("thinking-off", "without thinking", lambda u, p: -u.output_tokens_details.thinking_tokens * p.output)):
    mutant("05-1", _code, _name)(_with(_change))


@mutant("05-1", "whole-bill")
def ninety_off(usages, price):
    usd = Decimal(0)
    for usage in usages:
        if not usage.cache_read_input_tokens:
            usd += _call(usage, price)
            continue
        prompt = usage.input_tokens + usage.cache_read_input_tokens
        usd += (prompt * price.input + usage.output_tokens * price.output) * TENTH / MILLION
    return usd


@mutant("05-1", "one-call")
def returns_in_the_loop(usages, price):
    for usage in usages:
        return _call(usage, price)
    return 0


@mutant("05-1", "one-call")
def replaces(usages, price):
    usd = 0
    for usage in usages:
        usd = _call(usage, price)
    return usd


@mutant("05-1", "all-as-first")
def the_first_each_time(usages, price):
    return sum(_call(usages[0], price) for _ in usages)


@mutant("05-1", "mean")
def on_average(usages, price):
    return sum(_call(usage, price) for usage in usages) / max(len(usages), 1)


@mutant("05-1", "by-heart")
def with_the_lessons_factors(usages, price):
    factors = (1, Decimal("1.25"), 2, TENTH, price.output / price.input)
    return sum(count * factor for usage in usages for count, factor in zip(_split(usage), factors, strict=True)) \
        * price.input / MILLION


def _remembered(**factors):
    """The bill with these prices as input times a factor."""
    return lambda usages, price: sum(_call(usage, Price(**{
        "input": price.input, "cache_write_5m": price.cache_write_5m, "cache_write_1h": price.cache_write_1h,
        "cache_read": price.cache_read, "output": price.output}
        | {name: price.input * Decimal(factor) for name, factor in factors.items()})) for usage in usages)


for _name, _factors in (
        ("reads", {"cache_read": "0.1"}), ("both writes", {"cache_write_5m": "1.25", "cache_write_1h": "2"}),
        ("the hour", {"cache_write_1h": "2"}), ("five minutes", {"cache_write_5m": "1.25"}),
        ("output", {"output": "5"}), ("reads and output", {"cache_read": "0.1", "output": "5"}),
        ("everything", {"cache_read": "0.1", "cache_write_5m": "1.25", "cache_write_1h": "2", "output": "5"})):
    mutant("05-1", "by-heart", f"{_name} by heart")(_remembered(**_factors))


@mutant("05-1", "first-writes")
def only_the_first_call_writes(usages, price):
    usd = Decimal(0)
    for place, usage in enumerate(usages):
        usd += _call(usage, price)
        if place:
            made = usage.cache_creation
            usd -= (made.ephemeral_5m_input_tokens * price.cache_write_5m
                    + made.ephemeral_1h_input_tokens * price.cache_write_1h) / MILLION
    return usd


@mutant("05-1", "rounded")
def rounds_each(usages, price):
    return sum(round(_call(usage, price), 4) for usage in usages)


@mutant("05-1", "rounded")
def rounds_the_sum(usages, price):
    return round(sum(_call(usage, price) for usage in usages), 2)


SEEN = []


@mutant("05-1", "keeps-state")
def in_a_global_list(usages, price):
    SEEN.extend(usages)
    return sum(_call(usage, price) for usage in SEEN)


@mutant("05-1", "amount")
def adds_tax(usages, price):
    return sum(_call(usage, price) for usage in usages) * Decimal("1.19")


@mutant("05-1", "float-and-decimal")
def begins_with_a_float(usages, price):
    usd = 0.0
    for usage in usages:
        usd += usage.input_tokens * price.input
    return usd


@mutant("05-1", "raised")
def by_lesson_ones_names(usages, price):
    return sum(usage.input * price.input for usage in usages) / MILLION


@mutant("05-1", "raised")
def by_key(usages, price):
    return sum(usage["input_tokens"] * price.input for usage in usages) / MILLION


assert {slip.code for slip in e05_bill_slips.SLIPS} <= {one.code for one in PLANTED if one.exercise == "05-1"}
for _case in e05_bill.CASES:
    assert _case.usd == float(sum(_call(e05_bill.usage(one), _case.price) for one in _case.calls)), _case.sent


# ---- 05-2: a request that can be read again

CACHED = {"cache_control": {"type": "ephemeral"}}


def _text(words, **more):
    return {"type": "text", "text": words, **more}


def _user(*content):
    return {"role": "user", "content": list(content) if isinstance(content[0], dict) else content[0]}


def _sorted(tools):
    return sorted(tools, key=lambda tool: tool["name"])


def _good(tools, system, catalogue, history, question, now):
    return e05_request.my_request(tools, system, catalogue, history, question, now)


@right("05-2")
def with_the_builder(tools, system, catalogue, history, question, now):
    return build_request(model=model_id("default"), tools=tools, system=system, documents=[catalogue], history=history,
                         question=f"{question}\n({now})")


@right("05-2")
def one_system_text(tools, system, catalogue, history, question, now):
    by_name = {tool["name"]: tool for tool in tools}
    return {"tools": [by_name[name] for name in sorted(by_name)],
            "system": [_text(f"{system}\n\n<catalogue>\n{catalogue}\n</catalogue>",
                             cache_control={"type": "ephemeral", "ttl": "1h"})],
            "messages": history + [_user(_text(question), _text(now))]}


@right("05-2")
def the_catalogue_as_a_document(tools, system, catalogue, history, question, now):
    document = {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": catalogue}}
    return {"max_tokens": 100, "tools": sorted(tools, key=json.dumps), "system": system,
            "messages": [_user({**document, **CACHED}), *history, _user(f"{now}: {question}")]}


@right("05-2")
def four_breakpoints(tools, system, catalogue, history, question, now):
    ordered = copy.deepcopy(_sorted(tools))
    ordered[-1] |= CACHED
    messages = [{"role": one["role"], "content": [_text(one["content"])]} for one in history]
    if messages:
        messages[-1]["content"][-1] |= CACHED
    return {"tools": ordered, "system": [_text(system, **CACHED), _text(catalogue, **CACHED)],
            "messages": [*messages, _user(_text(now), _text(question))]}


@right("05-2")
def the_time_behind_the_breakpoint_of_system(tools, system, catalogue, history, question, now):
    return {**_good(tools, system, catalogue, history, question, now),
            "system": [_text(system), _text(catalogue, **CACHED), _text(now)]}


@right("05-2")
def automatic_on_top(tools, system, catalogue, history, question, now):
    return {**_good(tools, system, catalogue, history, question, now), **CACHED}


@right("05-2")
def the_time_as_a_system_message(tools, system, catalogue, history, question, now):
    body = _good(tools, system, catalogue, history, question, now)
    return body | {"messages": [*history, {"role": "system", "content": now}, _user(question)]}


@right("05-2")
def the_catalogue_in_two_blocks(tools, system, catalogue, history, question, now):
    return _good(tools, system, catalogue, history, question, now) | {
        "system": [_text(system), _text(catalogue[:100_000]), _text(catalogue[100_000:], **CACHED)]}


@right("05-2")
def the_catalogue_by_paragraphs(tools, system, catalogue, history, question, now):
    shelves = [_text(part) for part in catalogue.split("\n\n")]
    shelves[-1] |= CACHED
    return _good(tools, system, catalogue, history, question, now) | {"system": [_text(system), *shelves]}


@right("05-2")
def tools_by_name_in_a_dict_and_a_set(tools, system, catalogue, history, question, now):
    ranks = {name: rank for rank, name in enumerate(sorted({tool["name"] for tool in tools}))}
    return _good(tools, system, catalogue, history, question, now) | {
        "tools": sorted(tools, key=lambda tool: ranks[tool["name"]])}


PAGES = {}


@right("05-2")
def tools_by_length_from_text_and_kept(tools, system, catalogue, history, question, now):
    key = json.dumps(_sorted(tools))
    if key not in PAGES:
        PAGES[key] = sorted(json.loads(key), key=lambda tool: (len(tool["name"]), tool["name"]), reverse=True)
    return _good(tools, system, catalogue, history, question, now) | {"tools": copy.deepcopy(PAGES[key])}


def _changed(**parts):
    """The good layout with other parts: each a function of the six arguments, by name."""
    def request(tools, system, catalogue, history, question, now):
        given = {"tools": tools, "system": system, "catalogue": catalogue, "history": history, "question": question,
                 "now": now}
        return _good(**given) | {name: make(**given) for name, make in parts.items()}

    return request


for _code, _name, _parts in (
        ("now-in-prefix", "the time first", {"system": lambda system, catalogue, now, **_: [
            _text(f"It is {now}. {system}"), _text(catalogue, **CACHED)]}),
        ("now-in-prefix", "the time between", {"system": lambda system, catalogue, now, **_: [
            _text(system), _text(now), _text(catalogue, **CACHED)]}),
        ("now-in-prefix", "the time in the catalogue's block", {"system": lambda system, catalogue, now, **_: [
            _text(system), _text(f"{catalogue}\nIt is {now}.", **CACHED)]}),
        ("now-in-prefix", "the time marked, in system", {"system": lambda system, catalogue, now, **_: [
            _text(f"{system}\n{catalogue}\n{now}", **CACHED)]}),
        ("now-in-prefix", "the time between two breakpoints", {"system": lambda system, catalogue, now, **_: [
            _text(system, **CACHED), _text(now), _text(catalogue, **CACHED)]}),
        ("breakpoint-too-early", "on the catalogue's first half", {"system": lambda system, catalogue, **_: [
            _text(system), _text(catalogue[:60_000], **CACHED), _text(catalogue[60_000:])]}),
        ("catalogue-missing", "in two blocks, a line lost", {"system": lambda system, catalogue, **_: [
            _text(system), _text(catalogue[:60_000]), _text(catalogue[60_060:], **CACHED)]}),
        ("sent-twice", "the catalogue with the question, too", {"messages": lambda history, question, now, catalogue,
         **_: [*history, _user(f"{catalogue}\n\n{now} {question}")]}),
        ("sent-twice", "the handbook with the question, too", {"messages": lambda history, question, now, system,
         **_: [*history, _user(_text(system), _text(f"{now} {question}"))]}),
        ("sent-twice", "the catalogue twice, both cached", {"system": lambda system, catalogue, **_: [
            _text(f"{system}\n\n{catalogue}", **CACHED), _text(catalogue, **CACHED)]}),
        ("unknown-field", "cache=True", {"cache": lambda **_: True}),
        ("unknown-field", "the catalogue as context", {"context": lambda catalogue, **_: catalogue}),
        ("unknown-field", "a breakpoint on a message", {"system": lambda system, catalogue, **_: [
            _text(system), _text(catalogue)], "messages": lambda history, question, now, **_: [
            *history, {**_user(f"{now} {question}"), **CACHED}]}),
        ("unknown-field", "a time on a message", {"messages": lambda history, question, now, **_: [
            *history, {**_user(question), "now": now}]}),
        ("unknown-field", "a title on a text", {"system": lambda system, catalogue, **_: [
            _text(system), _text(catalogue, title="Catalogue", **CACHED)]}),
        ("unknown-field", "a lifetime in seconds", {"system": lambda system, catalogue, **_: [
            _text(system), _text(catalogue, cache_control={"type": "ephemeral", "max_age": 300})]}),
        ("refused", "a message of one space", {"messages": lambda history, question, now, **_: [
            _user(" "), *history, _user(f"{now} {question}")]}),
        ("refused", "a block of one line's end", {"messages": lambda history, question, now, **_: [
            *history, _user(_text("\n"), _text(f"{now} {question}"))]}),
        ("order-by-hash", "a set of names", {"tools": lambda tools, **_: [
            {tool["name"]: tool for tool in tools}[name] for name in {tool["name"] for tool in tools}]}),
        ("order-by-hash", "by hash", {"tools": lambda tools, **_: sorted(tools, key=lambda tool: hash(tool["name"]))}),
        ("order-by-hash", "by the hash of its JSON", {"tools": lambda tools, **_: sorted(
            tools, key=lambda tool: hash(json.dumps(tool)))}),
        ("order-by-hash", "by the hash of the description", {"tools": lambda tools, **_: sorted(
            tools, key=lambda tool: hash(tool["description"]))}),
        ("tool-order", "a set of JSON texts", {"tools": lambda tools, **_: [
            json.loads(text) for text in {json.dumps(tool) for tool in tools}]}),
        ("question-in-prefix", "the question in system, too", {"system": lambda system, catalogue, question, **_: [
            _text(f"{system} They ask: {question}"), _text(catalogue, **CACHED)]}),
        ("tool-order", "as they came", {"tools": lambda tools, **_: tools}),
        ("tool-order", "reversed", {"tools": lambda tools, **_: tools[::-1]}),
        ("no-breakpoint", "no cache_control", {"system": lambda system, catalogue, **_: [
            _text(system), _text(catalogue)]}),
        ("no-breakpoint", "two texts in one", {"system": lambda system, catalogue, **_: f"{system}\n\n{catalogue}"}),
        ("breakpoint-too-early", "on the instructions", {"system": lambda system, catalogue, **_: [
            _text(system, **CACHED), _text(catalogue)]}),
        ("breakpoint-too-early", "on the last tool", {"tools": lambda tools, **_: [
            *_sorted(tools)[:-1], {**_sorted(tools)[-1], **CACHED}], "system": lambda system, catalogue, **_: [
            _text(system), _text(catalogue)]}),
        ("breakpoint-too-early", "the instructions behind it", {"system": lambda system, catalogue, **_: [
            _text(catalogue, **CACHED), _text(system)]}),
        ("breakpoint-behind-question", "automatic caching alone", {
            "cache_control": lambda **_: {"type": "ephemeral"},
            "system": lambda system, catalogue, **_: f"{system}\n\n{catalogue}"}),
        ("breakpoint-behind-question", "on the question", {
            "system": lambda system, catalogue, **_: [_text(system), _text(catalogue)],
            "messages": lambda history, question, now, **_: [*history, _user(_text(now), _text(question, **CACHED))]}),
        ("breakpoint-behind-history", "on the history's end alone", {
            "system": lambda system, catalogue, **_: [_text(system), _text(catalogue)],
            "messages": lambda history, question, now, **_: [
                *history[:-1], *({"role": one["role"], "content": [_text(one["content"], **CACHED)]}
                                 for one in history[-1:]), _user(_text(now), _text(question))]}),
        ("catalogue-behind-question", "asks first", {
            "system": lambda system, **_: system,
            "messages": lambda history, question, now, catalogue, **_: [*history, _user(
                _text(question), _text(catalogue, **CACHED), _text(now))]}),
        ("catalogue-behind-question", "appends the context", {
            "system": lambda system, **_: system,
            "messages": lambda history, question, now, catalogue, **_: [*history, _user(
                _text(f"{now} {question}\n\nUse this catalogue:\n{catalogue}", **CACHED))]}),
        ("catalogue-behind-history", "with each question", {
            "system": lambda system, **_: system,
            "messages": lambda history, question, now, catalogue, **_: [*history, _user(
                _text(catalogue, **CACHED), _text(f"{now} {question}"))]}),
        ("too-many-breakpoints", "on everything", {"tools": lambda tools, **_: [
            {**tool, **CACHED} for tool in _sorted(tools)]}),
        ("too-many-breakpoints", "on each message", {"messages": lambda history, question, now, **_: [
            *({"role": one["role"], "content": [_text(one["content"], **CACHED)]} for one in history),
            _user(f"{now} {question}")]}),
        ("refused", "an hour behind five minutes", {"system": lambda system, catalogue, **_: [
            _text(system, **CACHED), _text(catalogue, cache_control={"type": "ephemeral", "ttl": "1h"})]}),
        ("refused", "a lifetime of its own", {"system": lambda system, catalogue, **_: [
            _text(system), _text(catalogue, cache_control={"type": "ephemeral", "ttl": "10m"})]}),
        ("refused", "an empty text", {"messages": lambda history, question, now, **_: [
            *history, _user(_text(f"{now} {question}"), _text(""))]}),
        ("refused", "ends with the assistant", {"messages": lambda history, question, now, **_: [
            *history, _user(f"{now} {question}"), {"role": "assistant", "content": "Here is"}]}),
        ("now-missing", "leaves the time out", {"messages": lambda history, question, **_: [
            *history, _user(question)]}),
        ("now-missing", "the day alone", {"messages": lambda history, question, now, **_: [
            *history, _user(f"{now.split(',')[0]} {question}")]}),
        ("now-missing", "in metadata", {"metadata": lambda now, **_: {"user_id": now}, "messages": lambda history,
         question, **_: [*history, _user(question)]}),
        ("question-missing", "no question", {"messages": lambda history, now, **_: [*history, _user(now)]}),
        ("catalogue-missing", "no catalogue", {"system": lambda system, **_: [_text(system, **CACHED)]}),
        ("catalogue-missing", "its first pages", {"system": lambda system, catalogue, **_: [
            _text(system), _text(catalogue[:50_000], **CACHED)]}),
        ("system-missing", "no instructions", {"system": lambda catalogue, **_: [_text(catalogue, **CACHED)]}),
        ("system-moved", "instructions as a message", {
            "system": lambda catalogue, **_: [_text(catalogue, **CACHED)],
            "messages": lambda history, question, now, system, **_: [
                *history, _user(f"{system}\n{now}\n{question}")]}),
        ("history-missing", "no history", {"messages": lambda question, now, **_: [_user(f"{now} {question}")]}),
        ("history-missing", "the last message alone", {"messages": lambda history, question, now, **_: [
            _user("..."), *history[-1:], _user(f"{now} {question}")]}),
        ("history-flattened", "as one text", {"messages": lambda history, question, now, **_: [
            _user(f"{history}\n{now}: {question}")]}),
        ("history-flattened", "newest first", {"messages": lambda history, question, now, **_: [
            _user("..."), *history[::-1], _user(f"{now} {question}")]}),
        ("question-not-last", "the time last", {"messages": lambda history, question, now, **_: [
            *history, _user(question), _user(now)]}),
        ("tools-changed", "no tools", {"tools": lambda **_: []}),
        ("tools-changed", "two of them", {"tools": lambda tools, **_: _sorted(tools)[:2]}),
        ("tools-changed", "their names alone", {"tools": lambda tools, **_: [{"name": tool["name"]} for tool in
                                                                            _sorted(tools)]}),
        ("not-the-same-twice", "an id in front", {"system": lambda system, catalogue, **_: [
            _text(f"Request {uuid.uuid4()}. {system}"), _text(catalogue, **CACHED)]}),
        ("no-json", "a set of tools", {"tools": lambda tools, **_: {tool["name"] for tool in tools}}),
        ("shape", "True as cache_control", {"system": lambda system, catalogue, **_: [
            _text(system), _text(catalogue, cache_control=True)]}),
        ("shape", "messages as a text", {"messages": lambda question, now, **_: f"{now} {question}"}),
        ("shape", "blocks without a type", {"system": lambda system, catalogue, **_: [
            {"text": system}, {"text": catalogue, **CACHED}]}),
        ("shape", "tools by name", {"tools": lambda tools, **_: {tool["name"]: tool for tool in tools}}),
        ("shape", "a role of its own", {"messages": lambda history, question, now, **_: [
            *history, {"role": "customer", "content": f"{now} {question}"}]}),
        ("shape", "a list in a list", {"messages": lambda history, question, now, **_: [
            history, _user(f"{now} {question}")]})):
    mutant("05-2", _code, _name)(_changed(**_parts))


@mutant("05-2", "changed-arguments")
def sorts_in_place(tools, system, catalogue, history, question, now):
    tools.sort(key=lambda tool: tool["name"])
    return _good(tools, system, catalogue, history, question, now)


@mutant("05-2", "changed-arguments")
def appends_to_the_history(tools, system, catalogue, history, question, now):
    history.append(_user(f"{now} {question}"))
    return _good(tools, system, catalogue, history[:-1], question, now) | {"messages": history}


@mutant("05-2", "changed-arguments")
def marks_a_tool_of_the_callers(tools, system, catalogue, history, question, now):
    ordered = _sorted(tools)
    ordered[-1]["cache_control"] = CACHED["cache_control"]
    return _good(ordered, system, catalogue, history, question, now)


@mutant("05-2", "tool-order")
def only_the_first_letter(tools, system, catalogue, history, question, now):
    return _good(tools, system, catalogue, history, question, now) | {
        "tools": sorted(tools, key=lambda tool: len(tool["name"]) // 100)}


FIRST, RANKS, LISTS = [], {}, {}


@mutant("05-2", "tool-order")
def as_the_first_call_had_them(tools, system, catalogue, history, question, now):
    FIRST.extend(tool["name"] for tool in tools if not FIRST[4:])
    rank = {name: place for place, name in enumerate(FIRST[:4])}
    return _good(tools, system, catalogue, history, question, now) | {
        "tools": sorted(tools, key=lambda tool: rank.get(tool["name"], 99))}


@mutant("05-2", "order-of-the-first")
def each_as_it_first_came(tools, system, catalogue, history, question, now):
    for tool in tools:
        RANKS.setdefault(tool["name"], len(RANKS))
    return _good(tools, system, catalogue, history, question, now) | {
        "tools": sorted(tools, key=lambda tool: RANKS[tool["name"]])}


@mutant("05-2", "order-of-the-first")
def a_list_for_each_set(tools, system, catalogue, history, question, now):
    kept = LISTS.setdefault(tuple(sorted(tool["name"] for tool in tools)), copy.deepcopy(tools))
    return _good(tools, system, catalogue, history, question, now) | {"tools": kept}


STALE = {}


@mutant("05-2", "stale-catalogue")
def remembers_the_system(tools, system, catalogue, history, question, now):
    body = _good(tools, system, catalogue, history, question, now)
    return body | {"system": STALE.setdefault(system, body["system"])}


@mutant("05-2", "no-body")
def as_text(tools, system, catalogue, history, question, now):
    return json.dumps(_good(tools, system, catalogue, history, question, now))


@mutant("05-2", "no-body")
def the_messages_alone(tools, system, catalogue, history, question, now):
    return _good(tools, system, catalogue, history, question, now)["messages"]


@mutant("05-2", "raised")
def needs_a_history(tools, system, catalogue, history, question, now):
    body = _good(tools, system, catalogue, history, question, now)
    last = {"role": history[-1]["role"], "content": [_text(history[-1]["content"], **CACHED)]}
    return body | {"messages": [*history[:-1], last, _user(f"{now} {question}")]}


assert {f"{name}-missing" for name in e05_request.LOST} <= {one.code for one in PLANTED if one.exercise == "05-2"}
_given = e05_body.Given()
_names = [tool["name"] for tool in e05_tools.MANY]
for _key in (json.dumps, str, len, lambda tool: tool["name"], lambda tool: tool["description"],
             lambda tool: len(tool["name"]), lambda tool: tool["name"][::-1], lambda tool: len(tool["description"])):
    _by_key = [tool["name"] for tool in sorted(_sorted(e05_tools.MANY), key=_key)]
    assert _names not in (_by_key, _by_key[::-1])       # listed by no rule
assert all(text not in _given.catalogue for text in (_given.system, e05_request.NEW_EDITION))


# ---- 05-3: a lifetime for calls that come as they come


@right("05-3")
def with_the_simulation(gaps):
    starts = [0.0, *itertools.accumulate(60 * gap for gap in gaps)]
    return best_ttl(starts, model=model_id("default"))


@right("05-3")
def counting_hits(gaps):
    calls, choice, least = len(gaps) + 1, None, Decimal(len(gaps) + 1)
    for ttl, lives, write in (("5m", 5, Decimal("1.25")), ("1h", 60, Decimal(2))):
        hits = len([gap for gap in gaps if not gap > lives])
        cost = hits * Decimal("0.1") + (calls - hits) * write
        if cost < least:
            choice, least = ttl, cost
    return choice


@right("05-3")
def with_numpy(gaps):
    import numpy as np

    gap = np.array(gaps, dtype=float)
    costs = [gap.size + 1, 1.25 + np.where(gap <= 5, 0.1, 1.25).sum(), 2 + np.where(gap <= 60, 0.1, 2).sum()]
    return [None, "5m", "1h"][int(np.argmin(costs))]


@right("05-3")
def second_by_second(gaps):
    def play(lives, write):
        alive, total = float("-inf"), 0
        for now in itertools.accumulate(gaps, initial=0):
            total += 10 if now <= alive else write
            alive = now + lives
        return total

    # the longer one first: where two cost the same, either will do
    return min((play(60, 200), "1h"), (play(5, 125), "5m"), (100 * (len(gaps) + 1), ""))[1] or None


for _slip in e05_lifetime_slips.SLIPS:
    mutant("05-3", _slip.code, f"by {_slip.words}")(lambda gaps, slip=_slip: slip.choose(tuple(gaps)))


@mutant("05-3", "mean")
def by_the_mean(gaps):
    mean = statistics.mean(gaps)
    if mean <= 5:
        return "5m"
    return "1h" if mean <= 60 else None


@mutant("05-3", "median")
def by_the_median(gaps):
    middle = sorted(gaps)[len(gaps) // 2] if gaps else 99
    return "5m" if middle < 5 else "1h" if middle < 60 else None


@mutant("05-3", "dearer")
def most_of_the_gaps(gaps):
    short, long = sum(gap <= 5 for gap in gaps), sum(gap > 60 for gap in gaps)
    return "5m" if short > len(gaps) / 3 else None if long else "1h"


@mutant("05-3", "dearer")
def by_two_thresholds(gaps):
    reads_5m, reads_1h, n = sum(gap <= 5 for gap in gaps), sum(gap <= 60 for gap in gaps), len(gaps) + 1
    return "5m" if reads_5m / n > 0.217 and reads_5m >= reads_1h else "1h" if reads_1h / n > 0.526 else \
        "5m" if reads_5m / n > 0.217 else None


@mutant("05-3", "never-misses")
def one_write_then_reads(gaps):
    costs = {None: len(gaps) + 1, "5m": 1.25 + 0.1 * len(gaps), "1h": 2 + 0.1 * len(gaps)}
    return min(costs, key=costs.get)


@mutant("05-3", "misses-as-input")
def full_price_where_it_misses(gaps):
    short = 1.25 + sum(0.1 if gap < 5 else 1 for gap in gaps)
    long = 2 + sum(0.1 if gap < 60 else 1 for gap in gaps)
    return min((len(gaps) + 1, None), (short, "5m"), (long, "1h"), key=lambda pair: pair[0])[1]


@mutant("05-3", "no-lifetime")
def in_minutes(gaps):
    return {None: None, "5m": 5, "1h": 60}[e05_lifetime.my_ttl(gaps)]


@mutant("05-3", "no-lifetime")
def none_as_a_word(gaps):
    return str(e05_lifetime.my_ttl(gaps))


@mutant("05-3", "no-lifetime")
def as_a_breakpoint(gaps):
    return {"type": "ephemeral", "ttl": e05_lifetime.my_ttl(gaps)}


@mutant("05-3", "raised")
def divides_by_the_gaps(gaps):
    return e05_lifetime.my_ttl(gaps) if sum(gaps) / len(gaps) else None


for _pattern in e05_lifetime.PATTERNS:
    _starts = [0.0, *itertools.accumulate(60 * gap for gap in _pattern.gaps)]
    assert e05_lifetime_slips.units(_pattern.gaps, best_ttl(_starts, model=model_id("default"))) == \
        e05_lifetime_slips.best(_pattern.gaps), _pattern.sent
_rows = [tuple(slip.choose(pattern.gaps) for pattern in e05_lifetime.PATTERNS) for slip in e05_lifetime_slips.SLIPS]
assert len(_rows) == len(set(_rows))     # no two shortcuts look alike


# ---- 05-4: the cause of an incident


def _idle(usages):
    return not any(usage.cache_write_5m + usage.cache_write_1h + usage.cache_read for usage in usages)


def _lives(requests):
    return 3600 if '"1h"' in json.dumps(requests) else 300


@right("05-4")
def by_hand(usages, requests, starts):
    if _idle(usages):
        return "below minimum"
    for one, two in itertools.pairwise(requests):
        if one["tools"] != two["tools"]:
            same = sorted(map(json.dumps, one["tools"])) == sorted(map(json.dumps, two["tools"]))
            return "tool order" if same else "timestamp"
        if one["system"] != two["system"]:
            return "timestamp"
        mine, theirs = one["messages"][:-1], two["messages"][:-1]
        texts = [[block["text"] for message in part for block in message["content"]] for part in (mine, theirs)]
        if texts[1][:len(texts[0])] != texts[0]:
            return "history rewritten"
    missed = [place for place, usage in enumerate(usages) if place and not usage.cache_read]
    if not missed:
        return "healthy"
    gap = starts[missed[0]] - starts[missed[0] - 1]
    return "expired" if gap > _lives(requests) else "cold in parallel"


@right("05-4")
def by_parts(usages, requests, starts):
    def marked(request):
        parts = parts_of(request)
        last = max(place for place, part in enumerate(parts) if part.ttl)
        return [(part.level, part.key) for part in parts[:last + 1] if part.block]

    if all(usage.input == usage.prompt for usage in usages):
        return "below minimum"
    prefixes = list(map(marked, requests))
    for one, two in itertools.pairwise(prefixes):
        changed = next((pair[0][0] for pair in zip(one, two, strict=False) if pair[0] != pair[1]), None)
        if changed is None and len(two) < len(one):
            changed = "messages"
        if changed:
            tools = [{key for level, key in prefix if level == "tools"} for prefix in (one, two)]
            return {"system": "timestamp", "messages": "history rewritten"}.get(
                changed, "tool order" if tools[0] == tools[1] else "timestamp")
    for before, after, usage in zip(starts, starts[1:], usages[1:], strict=False):
        if usage.cache_read == 0:
            return "cold in parallel" if after - before < 10 else "expired"
    return "healthy"


@right("05-4")
def by_fingerprints(usages, requests, starts):
    if not any(map(bool, (usage.prompt - usage.input for usage in usages))):
        return "below minimum"
    found = [prefix_diff(one, two) for one, two in itertools.pairwise(requests)]
    spoilt = [one for one in found if one and one.spoils]
    if spoilt:
        first = spoilt[0]
        return {"messages_changed": "history rewritten"}.get(
            first.miss_reason, "tool order" if first.hint.startswith("The same tools") else "timestamp")
    again = [b - a for a, b, usage in zip(starts, starts[1:], usages[1:], strict=False) if not usage.cache_read]
    if not again:
        return "healthy"
    lives = max({"1h": 3600, "5m": 300}[part.ttl] for part in parts_of(requests[0]) if part.ttl)
    return "expired" if max(again) > lives else "cold in parallel"


def _but(**changed):
    """The right diagnosis, but for some causes: {cause: another one, or f(usages, requests, starts)}."""
    changed = {name.replace("_", " "): other for name, other in changed.items()}

    def diagnosis(usages, requests, starts):
        cause = by_hand(usages, requests, starts)
        other = changed.get(cause, cause)
        return other(usages, requests, starts) if callable(other) else other

    return diagnosis


def _by_usage(usages, requests, starts):
    return "cold in parallel" if max(starts) < 5 else "expired"


for _code, _name, _answer in (
        ("timestamp-missed", "a clock is not looked for", _but(timestamp="expired")),
        ("timestamp-missed", "any change is a rewritten history", _but(timestamp="history rewritten")),
        ("tool-order-missed", "tools are not looked at", _but(tool_order=_by_usage)),
        ("below-minimum-missed", "zeros are healthy", _but(below_minimum="healthy")),
        ("expired-missed", "starts are not looked at", _but(expired="cold in parallel")),
        ("behind-the-breakpoint", "every miss is a clock", _but(expired="timestamp")),
        ("rewritten-missed", "messages are not looked at", _but(history_rewritten=_by_usage)),
        ("rewritten-missed", "a changed text is a clock", _but(history_rewritten="timestamp")),
        ("parallel-missed", "no starts", _but(cold_in_parallel="expired")),
        ("parallel-missed", "all writes are healthy", _but(cold_in_parallel="healthy")),
        ("false-alarm", "the first write", _but(healthy=lambda u, r, s: "expired" if s[1] == 60 else "healthy")),
        ("always-the-same", "the usual suspect", lambda usages, requests, starts: "timestamp"),
        ("order-as-change", "any change of tools is a clock", _but(tool_order="timestamp")),
        ("behind-the-breakpoint", "any difference counts", _but(healthy=lambda u, r, s: "timestamp"
                                                                if "It is 14:0" in str(r) else "healthy")),
        ("behind-the-breakpoint", "messages differ", _but(healthy=lambda u, r, s: "history rewritten"
                                                          if r[0]["messages"] != r[1]["messages"] else "healthy")),
        ("nothing-to-expire", "starts first", _but(below_minimum=lambda u, r, s: "expired" if max(s) > 900
                                                   else "below minimum")),
        ("one-miss", "any read is healthy", lambda u, r, s: "healthy" if sum(one.cache_read > 0 for one in u) > 1
         or u[-1].cache_read and s[0] == s[1] else by_hand(u, r, s)),
        ("read-in-part", "the last call reads", lambda u, r, s: "healthy" if len(u) == 2 and u[-1].cache_read
         else by_hand(u, r, s)),
        ("growth-as-rewrite", "messages differ, and are written", _but(healthy=lambda u, r, s: "history rewritten"
                                                                       if u[-1].cache_write_5m else "healthy")),
        ("hour-as-five-minutes", "five minutes for all", _but(healthy=lambda u, r, s: "expired"
                                                              if s[1] - s[0] > 300 else "healthy")),
        ("counted-from-write", "from the first call on", _but(healthy=lambda u, r, s: "expired"
                                                              if s[-1] - s[0] > _lives(r) else "healthy")),
        ("warm-in-parallel", "close together is parallel", _but(healthy=lambda u, r, s: "cold in parallel"
                                                                if s[-1] - s[-2] < 1 else "healthy")),
        ("change-as-order", "any change of tools is their order", _but(timestamp=lambda u, r, s: "tool order"
                                                                       if r[0]["tools"] != r[1]["tools"]
                                                                       else "timestamp")),
        ("no-cause", "None where all is well", _but(healthy=None)),
        ("no-cause", "another word", _but(timestamp="now in prefix")),
        ("no-cause", "what the API says", _but(tool_order="tools_changed")),
        ("no-cause", "a list", lambda usages, requests, starts: [by_hand(usages, requests, starts)])):
    mutant("05-4", _code, _name)(_answer)


@mutant("05-4", "timestamp-missed")
def from_the_usage_alone(usages, requests, starts):
    found = alarm(usages)
    return {"silent": "below minimum", "never read": "expired"}.get(found[0].code, "expired") if found else "healthy"


@mutant("05-4", "tool-order-missed")
def fingerprints_alone(usages, requests, starts):
    if doubts(requests[0]):
        return "below minimum" if _idle(usages) else "timestamp"
    return by_hand(usages, requests, starts) if len(set(map(fingerprint, requests))) == 1 else "history rewritten"


@mutant("05-4", "raised")
def as_dicts(usages, requests, starts):
    return "below minimum" if not usages[0]["cache_read"] else "healthy"


assert set(e05_diagnosis.MISSED) <= {one.code for one in PLANTED if one.exercise == "05-4"}
assert len(e05_diagnosis.incidents()) == len(e05_diagnosis.FIND_THE_CAUSE.checks)
assert {incident.cause for incident in e05_diagnosis.incidents()} == set(e05_diagnosis.CAUSES)


# ---- 05-5: what a month with a cache saves


@right("05-5")
def only_what_differs(price, *, days, calls_per_day, hit_share, prefix, question, answer):
    calls, miss = days * calls_per_day, 1 - hit_share
    saved = calls * prefix * (hit_share * (price.input - price.cache_read)
                              - miss * (price.cache_write_5m - price.input)) / MILLION
    whole = calls * ((prefix + question) * price.input + answer * price.output) / MILLION
    return {"share": saved / whole if whole else Decimal(0), "usd": Cost(input=saved) if saved >= 0 else saved}


@right("05-5")
def in_floats(price, days, calls_per_day, hit_share, prefix, question, answer):
    hits = float(hit_share)
    one = {name: float(getattr(price, name)) / 1e6 for name in ("input", "cache_read", "cache_write_5m", "output")}
    plain = (prefix + question) * one["input"] + answer * one["output"]
    paid = plain - prefix * (one["input"] - hits * one["cache_read"] - (1 - hits) * one["cache_write_5m"])
    return {"usd": (plain - paid) * days * calls_per_day, "share": 1 - paid / plain if days * calls_per_day else 0.0}


@right("05-5")
def as_a_series(price, *, days, calls_per_day, hit_share, prefix, question, answer):
    import pandas as pd

    saved = in_floats(price, days, calls_per_day, hit_share, prefix, question, answer)
    return pd.Series(saved | {"calls": days * calls_per_day})


@right("05-5")
def day_by_day(price, *, days, calls_per_day, hit_share, prefix, question, answer):
    reads = hit_share * calls_per_day
    plain = paid = Decimal(0)
    for _ in range(days):
        rest = calls_per_day * (question * price.input + answer * price.output)
        plain += calls_per_day * prefix * price.input + rest
        paid += prefix * (reads * price.cache_read + (calls_per_day - reads) * price.cache_write_5m) + rest
    return {"usd": (plain - paid) / MILLION, "share": float((plain - paid) / (plain or 1))}


def _month(price, days, calls_per_day, hit_share, prefix, question, answer):
    return e05_saving_slips.Month(days, calls_per_day, hit_share, prefix, question, answer, price)


def _with_usd(reckon):
    def saving(price, *, days, calls_per_day, hit_share, prefix, question, answer):
        month = _month(price, days, calls_per_day, hit_share, prefix, question, answer)
        return {"usd": reckon(month), "share": month.share}

    return saving


def _with_share(reckon):
    def saving(price, *, days, calls_per_day, hit_share, prefix, question, answer):
        month = _month(price, days, calls_per_day, hit_share, prefix, question, answer)
        return {"usd": month.saved, "share": reckon(month)}

    return saving


for _slip in e05_saving_slips.USD:
    mutant("05-5", _slip.code, f"{_slip.code}: {_slip.did}")(_with_usd(_slip.reckon))
for _slip in e05_saving_slips.SHARES:
    mutant("05-5", _slip.code, f"{_slip.code}: {_slip.did}")(_with_share(_slip.reckon))


@mutant("05-5", "whole-bill")
def ninety_percent(price, *, days, calls_per_day, hit_share, prefix, question, answer):
    bill = days * calls_per_day * ((prefix + question) * price.input + answer * price.output) / MILLION
    return {"usd": bill * Decimal("0.9"), "share": 0.9}


@mutant("05-5", "misses-at-input")
def writes_are_plain_input(price, *, days, calls_per_day, hit_share, prefix, question, answer):
    calls = days * calls_per_day
    plain = calls * ((prefix + question) * price.input + answer * price.output)
    saved = calls * hit_share * prefix * (price.input - price.cache_read)
    return {"usd": saved / MILLION, "share": saved / plain}


@mutant("05-5", "rounded")
def in_whole_dollars(price, **sizes):
    saved = e05_saving.my_saving(price, **sizes)
    return saved | {"usd": round(saved["usd"])}


@mutant("05-5", "usd")
def twice_the_prefix(price, **sizes):
    saved = e05_saving.my_saving(price, **sizes)
    return saved | {"usd": saved["usd"] * Decimal("1.7")}


def _whole(hits_of):
    """Both bills from a whole number of hits."""
    def saving(price, *, days, calls_per_day, hit_share, prefix, question, answer):
        calls, hits = days * calls_per_day, hits_of(days, calls_per_day, hit_share)
        plain = calls * ((prefix + question) * price.input + answer * price.output) / Decimal(MILLION)
        saved = prefix * (hits * (price.input - price.cache_read)
                          - (calls - hits) * (price.cache_write_5m - price.input)) / Decimal(MILLION)
        return {"usd": saved, "share": saved / plain if plain else 0}

    return saving


for _name, _hits in (("of a day, cut", lambda days, calls, share: days * int(calls * share)),
                     ("of a day, rounded", lambda days, calls, share: days * round(calls * share)),
                     ("of a day, by //", lambda days, calls, share: days * (calls * share // 1)),
                     ("of a month, cut", lambda days, calls, share: int(days * calls * share)),
                     ("of a month, rounded", lambda days, calls, share: round(days * calls * share)),
                     ("misses of a day, cut", lambda days, calls, share: days * (calls - int(calls * (1 - share))))):
    mutant("05-5", "whole-hits", f"whole hits {_name}")(_whole(_hits))


@mutant("05-5", "share")
def the_hit_share(price, **sizes):
    return e05_saving.my_saving(price, **sizes) | {"share": sizes["hit_share"]}


@mutant("05-5", "no-bill")
def divides_always(price, *, days, calls_per_day, hit_share, prefix, question, answer):
    saved = only_what_differs(price, days=days, calls_per_day=calls_per_day, hit_share=hit_share, prefix=prefix,
                              question=question, answer=answer)
    whole = Decimal(days * calls_per_day) * ((prefix + question) * price.input + answer * price.output)
    return {"usd": saved["usd"], "share": e05_saving.my_saving(
        price, days=days, calls_per_day=calls_per_day, hit_share=hit_share, prefix=prefix, question=question,
        answer=answer)["usd"] * MILLION / whole}


@mutant("05-5", "no-dict")
def a_pair(price, **sizes):
    return tuple(e05_saving.my_saving(price, **sizes).values())


@mutant("05-5", "no-dict")
def other_names(price, **sizes):
    saved = e05_saving.my_saving(price, **sizes)
    return {"saved": saved["usd"], "share": saved["share"]}


@mutant("05-5", "no-number")
def in_words(price, **sizes):
    saved = e05_saving.my_saving(price, **sizes)
    return saved | {"share": f"{saved['share']:.0%}"}


@mutant("05-5", "float-and-decimal")
def with_a_float(price, *, days, calls_per_day, hit_share, prefix, question, answer):
    return {"usd": days * calls_per_day * prefix * (price.input - 0.9 * price.cache_read), "share": 0.9}
