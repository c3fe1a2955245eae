"""Lesson 03a's planted bugs."""

from __future__ import annotations

import itertools
import json
import time
from collections import defaultdict
from types import SimpleNamespace

from tests.mutants import mutant, right

# ---- 03a-1: the three times of a stream

def _times(first, gap, total):
    return {"first": first, "longest_gap": gap, "total": total}


@right("03a-1")
def with_a_list_of_moments(pieces, now):
    start = now()
    seen = [now() - start for piece in pieces if piece]
    gaps = [b - a for a, b in itertools.pairwise(seen)]
    return _times(seen[0] if seen else None, max(gaps, default=0), now() - start)


@right("03a-1")
def with_next(pieces, now):
    start, seen = now(), []
    while (piece := next(pieces, None)) is not None:
        if piece != "":
            seen.append(now())
    first = next((at - start for at in seen), None)
    return {"total": now() - start, "first": first,
            "longest_gap": max((b - a for a, b in zip(seen, seen[1:], strict=False)), default=0.0)}


@right("03a-1")
def in_whole_milliseconds(pieces, now):
    start, seen = now(), []
    for piece in pieces:
        if len(piece) > 0:
            seen.append(now())
    gaps = [round(b - a, 3) for a, b in itertools.pairwise(seen)] or [0]
    return _times(round(seen[0] - start, 3) if seen else None, max(gaps), round(now() - start, 3))


@right("03a-1")
def with_pairs(pieces, now):
    from decimal import Decimal

    def clock():
        return Decimal(str(now()))

    began = clock()
    stamped = ((clock(), piece) for piece in pieces)
    moments = [at for at, piece in stamped if piece]
    ended = clock()
    waits = map(Decimal.__sub__, moments[1:], moments)
    return _times(moments[0] - began if moments else None, max(waits, default=Decimal(0)), ended - began)


@right("03a-1")
def with_a_state(pieces, now):
    state = SimpleNamespace(start=now(), first=None, last=None, gap=0)

    def saw():
        at = now()
        if state.last is None:
            state.first = at - state.start
        elif at - state.last > state.gap:
            state.gap = at - state.last
        state.last = at

    for piece in iter(pieces):
        if piece:
            saw()
    return _times(state.first, state.gap, now() - state.start)


def _measures(pieces, now, *, empties=False, start=None):
    """(start, moments of the texts, end)"""
    start, seen = now() if start is None else start, []
    for piece in pieces:
        if piece or empties:
            seen.append(now())
    return start, seen, now()


def _gap(seen, pick=max):
    return pick([b - a for a, b in itertools.pairwise(seen)] or [0])


@mutant("03a-1", "collected")
def takes_the_list_first(pieces, now):
    start = now()
    pieces = list(pieces)
    return with_a_list_of_moments(iter(pieces), now) | {"first": now() - start, "total": now() - start}


@mutant("03a-1", "collected")
def joins_first(pieces, now):
    start = now()
    text = "".join(pieces)
    return _times(now() - start if text else None, 0, now() - start)


@mutant("03a-1", "from-first")
def starts_at_the_first_text(pieces, now):
    _, seen, end = _measures(pieces, now)
    return _times(0 if seen else None, _gap(seen), end - seen[0] if seen else 0)


@mutant("03a-1", "from-first")
def starts_in_the_loop(pieces, now):
    start = first = last = None
    gap = 0
    for piece in pieces:
        start = now() if start is None else start
        if piece:
            first = now() - start if first is None else first
            gap = max(gap, now() - last) if last is not None else 0
            last = now()
    return _times(first, gap, now() - (start or now()))


@mutant("03a-1", "empty-first")
def counts_every_piece(pieces, now):
    start, seen, end = _measures(pieces, now, empties=True)
    return _times(seen[0] - start if seen else None, _gap(seen), end - start)


@mutant("03a-1", "blank-as-empty")
def strips_each_piece(pieces, now):
    start, seen = now(), []
    for piece in pieces:
        if not piece.strip():
            continue
        seen.append(now())
    return _times(seen[0] - start if seen else None, _gap(seen), now() - start)


@mutant("03a-1", "blank-as-empty")
def first_is_no_blank(pieces, now):
    start, seen, first = now(), [], None
    for piece in pieces:
        if piece and (first is not None or not piece.isspace()):
            first = now() - start if first is None else first
            seen.append(now())
    return _times(first, _gap(seen), now() - start)


@mutant("03a-1", "gap")
def a_gap_is_a_second_at_most(pieces, now):
    start, seen, end = _measures(pieces, now)
    return _times(seen[0] - start if seen else None, min(_gap(seen), 1), end - start)


@mutant("03a-1", "empty-gap")
def gaps_between_pieces(pieces, now):
    start, first, last, gap = now(), None, None, 0
    for piece in pieces:
        if piece and first is None:
            first = now() - start
        elif last is not None and first is not None:
            gap = max(gap, now() - last)
        last = now()
    return _times(first, gap, now() - start)


@mutant("03a-1", "gap-first")
def first_wait_is_a_gap(pieces, now):
    start, seen, end = _measures(pieces, now)
    return _times(seen[0] - start if seen else None, _gap([start, *seen]), end - start)


@mutant("03a-1", "gap-end")
def end_is_a_gap(pieces, now):
    start, seen, end = _measures(pieces, now)
    return _times(seen[0] - start if seen else None, _gap([*seen, end]), end - start)


@mutant("03a-1", "gap-which")
def mean_gap(pieces, now):
    start, seen, end = _measures(pieces, now)
    return _times(seen[0] - start if seen else None, _gap(seen, lambda gaps: sum(gaps) / len(gaps)), end - start)


@mutant("03a-1", "gap-which")
def last_gap(pieces, now):
    start, seen, end = _measures(pieces, now)
    return _times(seen[0] - start if seen else None, _gap(seen, lambda gaps: gaps[-1]), end - start)


@mutant("03a-1", "gap-which")
def shortest_gap(pieces, now):
    start, seen, end = _measures(pieces, now)
    return _times(seen[0] - start if seen else None, _gap(seen, min), end - start)


@mutant("03a-1", "gap")
def gap_in_milliseconds(pieces, now):
    start, seen, end = _measures(pieces, now)
    return _times(seen[0] - start if seen else None, _gap(seen) * 1000, end - start)


@mutant("03a-1", "gap-of-one")
def no_gap_is_none(pieces, now):
    start, seen, end = _measures(pieces, now)
    return _times(seen[0] - start if seen else None, _gap(seen) or None, end - start)


@mutant("03a-1", "one-text")
def largest_of_nothing(pieces, now):
    start, seen, end = _measures(pieces, now)
    return _times(seen[0] - start if seen else None, max(b - a for a, b in itertools.pairwise(seen)), end - start)


@mutant("03a-1", "total-last")
def total_in_the_loop(pieces, now):
    start, seen = now(), []
    total = 0
    for piece in pieces:
        if piece:
            seen.append(now())
        total = now() - start
    return _times(seen[0] - start if seen else None, _gap(seen), total)


@mutant("03a-1", "total-last")
def total_to_the_last_text(pieces, now):
    start, seen, end = _measures(pieces, now)
    return _times(seen[0] - start if seen else None, _gap(seen), (seen[-1] if seen else end) - start)


@mutant("03a-1", "total-from-first")
def total_after_the_first(pieces, now):
    start, seen, end = _measures(pieces, now)
    return _times(seen[0] - start if seen else None, _gap(seen), end - (seen[0] if seen else start))


@mutant("03a-1", "total-of-nothing")
def no_total_without_text(pieces, now):
    start, seen, end = _measures(pieces, now)
    return _times(seen[0] - start if seen else None, _gap(seen), end - start if seen else 0)


@mutant("03a-1", "total")
def double_total(pieces, now):
    start, seen, end = _measures(pieces, now)
    return _times(seen[0] - start if seen else None, _gap(seen), (end - start) + _gap(seen))


@mutant("03a-1", "absolute")
def forgets_the_start(pieces, now):
    start, seen, end = _measures(pieces, now)
    return _times(seen[0] if seen else None, _gap(seen), end)


@mutant("03a-1", "negative")
def the_other_way_round(pieces, now):
    start, seen, end = _measures(pieces, now)
    return _times(start - seen[0] if seen else None, _gap(seen), start - end)


@mutant("03a-1", "unit")
def in_milliseconds(pieces, now):
    start, seen, end = _measures(pieces, now)
    return _times((seen[0] - start) * 1000 if seen else None, _gap(seen) * 1000, (end - start) * 1000)


@mutant("03a-1", "own-clock")
def on_the_real_clock(pieces, now):
    return with_a_list_of_moments(pieces, time.perf_counter)


@mutant("03a-1", "own-clock")
def looks_once(pieces, now):
    moment = now()
    return with_a_list_of_moments(pieces, lambda: moment)


@mutant("03a-1", "zero-as-none")
def asks_for_truth(pieces, now):
    start, first, seen = now(), 0, []
    for piece in pieces:
        if piece:
            first = first or now() - start
            seen.append(now())
    return _times(first or None, _gap(seen), now() - start)


@mutant("03a-1", "zero-as-none")
def zero_becomes_none(pieces, now):
    times = with_a_list_of_moments(pieces, now)
    return times | {"first": times["first"] or None}


@mutant("03a-1", "first-of-nothing")
def zero_for_none(pieces, now):
    times = with_a_list_of_moments(pieces, now)
    return times | {"first": times["first"] or 0}


@mutant("03a-1", "nothing-came")
def relies_on_a_text(pieces, now):
    start, seen, end = _measures(pieces, now)
    return _times(seen[0] - start, _gap(seen), end - start)


@mutant("03a-1", "nothing-came")
def never_sets_first(pieces, now):
    start, last, gap = now(), None, 0
    for piece in pieces:
        if piece and last is None:
            first = now() - start
        if piece:
            gap = max(gap, now() - (now() if last is None else last))
            last = now()
    return _times(first, gap, now() - start)


@mutant("03a-1", "overwritten")
def each_is_the_first(pieces, now):
    start, seen, end = _measures(pieces, now)
    return _times(seen[-1] - start if seen else None, _gap(seen), end - start)


@mutant("03a-1", "first")
def half_the_way(pieces, now):
    start, seen, end = _measures(pieces, now)
    return _times((seen[0] - start) / 2 if seen else None, _gap(seen), end - start)


@mutant("03a-1", "rounded")
def two_digits(pieces, now):
    return {key: value and round(value, 2) for key, value in with_a_list_of_moments(pieces, now).items()}


@mutant("03a-1", "stops-early")
def leaves_at_the_first(pieces, now):
    start = now()
    for piece in pieces:
        if piece:
            break
    return _times(now() - start, 0, now() - start)


@mutant("03a-1", "not-a-list")
def counts_the_pieces(pieces, now):
    start = now()
    for place in range(len(pieces)):
        print(pieces[place])
    return _times(0, 0, now() - start)


@mutant("03a-1", "not-a-list")
def takes_the_first_by_index(pieces, now):
    start = now()
    return _times(now() - start if pieces[0] else None, 0, now() - start)


@mutant("03a-1", "keeps-state")
def default_list(pieces, now, seen=[]):  # noqa: B006
    start = now()
    seen += [now() for piece in pieces if piece]
    gaps = [b - a for a, b in itertools.pairwise(seen)] or [0]
    return _times(seen[0] - start if seen else None, max(gaps), now() - start)


@mutant("03a-1", "no-dict")
def three_in_a_row(pieces, now):
    return tuple(with_a_list_of_moments(pieces, now).values())


@mutant("03a-1", "keys")
def another_name(pieces, now):
    times = with_a_list_of_moments(pieces, now)
    return {"first": times["first"], "gap": times["longest_gap"], "total": times["total"]}


# ---- 03a-2: the four endings of a stream

WHOLE = ("end_turn", "stop_sequence", "tool_use")


def _text_of(event):
    return event.delta.text if event.type == "content_block_delta" and event.delta.type == "text_delta" else ""


def _failures():
    import anthropic
    import httpx2

    return anthropic.APIError, httpx2.HTTPError


@right("03a-2")
def the_ending_in_a_match(stream):
    parts, ending = [], "cut"
    try:
        for event in stream:
            match event.type:
                case "content_block_delta" if event.delta.type == "text_delta":
                    parts.append(event.delta.text)
                case "message_delta":
                    reason = event.delta.stop_reason
                case "message_stop":
                    ending = "complete" if reason in WHOLE else "truncated"
    except Exception:
        ending = "failed"
    return "".join(parts), ending


@right("03a-2")
def by_classes(stream):
    from anthropic.types import RawMessageDeltaEvent, RawMessageStopEvent, TextDelta

    text, reason, whole = "", None, False
    try:
        with stream as events:
            for event in events:
                delta = getattr(event, "delta", None)
                if isinstance(delta, TextDelta):
                    text += delta.text
                elif isinstance(event, RawMessageDeltaEvent):
                    reason = delta.stop_reason
                whole |= isinstance(event, RawMessageStopEvent)
    except _failures():
        return [text, "failed"]
    return [text, "cut" if not whole else "complete" if reason in WHOLE else "truncated"]


@right("03a-2")
def as_dicts(stream):
    seen, failed = [], False
    try:
        for event in stream:
            seen.append(event.model_dump())
    except _failures():
        failed = True
    text = "".join(one["delta"].get("text", "") for one in seen if one["type"] == "content_block_delta")
    if failed:
        return text, "failed"
    if not seen or seen[-1]["type"] != "message_stop":
        return text, "cut"
    return text, "complete" if seen[-2]["delta"]["stop_reason"] in WHOLE else "truncated"


@right("03a-2")
def with_next_and_a_named_pair(stream):
    from typing import NamedTuple

    class Result(NamedTuple):
        text: str
        ending: str

    text, ending, stopped = "", "cut", False
    while True:
        try:
            event = next(stream)
        except StopIteration:
            return Result(text, ending if stopped else "cut")
        except _failures():
            return Result(text, "failed")
        text += getattr(getattr(event, "delta", None), "text", None) or ""
        stopped = event.type == "message_stop"
        if event.type == "message_delta":
            ending = {"end_turn": "complete", "stop_sequence": "complete",
                      "tool_use": "complete"}.get(event.delta.stop_reason, "truncated")


def _consume(stream, *, caught=None, whole=WHOLE, failed="failed", cut="cut", otherwise="truncated", take=_text_of):
    caught, text, reason, stopped = caught or _failures(), "", None, False
    try:
        for event in stream:
            text += take(event)
            if event.type == "message_delta":
                reason = event.delta.stop_reason
            stopped = event.type == "message_stop"
    except caught:
        return text, failed
    return text, cut if not stopped else "complete" if reason in whole else otherwise


@mutant("03a-2", "truncated-as-complete")
def a_loop_and_no_more(stream):
    text = ""
    for event in stream:
        text += _text_of(event)
    return text, "complete"


@mutant("03a-2", "truncated-as-complete")
def stop_is_complete(stream):
    text, ending = "", "cut"
    try:
        for event in stream:
            text += _text_of(event)
            if event.type == "message_stop":
                ending = "complete"
    except _failures():
        ending = "failed"
    return text, ending


@mutant("03a-2", "truncated-as-complete")
def only_the_limit(stream):
    text, ending = _consume(stream, whole=(*WHOLE, "refusal", "model_context_window_exceeded"))
    return text, ending


@mutant("03a-2", "unstopped")
def the_reason_is_the_end(stream):
    return _by_reason(stream)


def _by_reason(stream, *, bad=None):
    text, reason, stopped = "", None, False
    try:
        for event in stream:
            text += _text_of(event)
            if event.type == "message_delta":
                reason = event.delta.stop_reason
            stopped |= event.type == "message_stop"
    except _failures():
        return text, "failed"
    if bad is not None:
        return text, "cut" if not stopped else "truncated" if reason in bad else "complete"
    return text, "cut" if reason is None else "complete" if reason in WHOLE else "truncated"


@mutant("03a-2", "unstopped")
def returns_with_the_reason(stream):
    text = ""
    try:
        for event in stream:
            text += _text_of(event)
            if event.type == "message_delta":
                return text, "complete" if event.delta.stop_reason in WHOLE else "truncated"
    except _failures():
        return text, "failed"
    return text, "cut"


@mutant("03a-2", "unstopped")
def usage_is_the_end(stream):
    text, reason, usage = "", None, None
    try:
        for event in stream:
            text += _text_of(event)
            if event.type == "message_delta":
                reason, usage = event.delta.stop_reason, event.usage
    except _failures():
        return text, "failed"
    return text, "cut" if usage is None else "complete" if reason in WHOLE else "truncated"


@mutant("03a-2", "block-end")
def a_block_that_stopped_is_all(stream):
    text, reason, stopped = "", "end_turn", False
    try:
        for event in stream:
            text += _text_of(event)
            if event.type == "message_delta":
                reason = event.delta.stop_reason
            stopped |= event.type in ("content_block_stop", "message_stop")
    except _failures():
        return text, "failed"
    return text, "cut" if not stopped else "complete" if reason in WHOLE else "truncated"


@mutant("03a-2", "list-of-bad-reasons")
def the_three_bad_reasons(stream):
    return _by_reason(stream, bad=("max_tokens", "refusal", "model_context_window_exceeded"))


@mutant("03a-2", "list-of-bad-reasons")
def all_bad_reasons_that_there_are(stream):
    return _by_reason(stream, bad=("max_tokens", "refusal", "model_context_window_exceeded", "pause_turn"))


@mutant("03a-2", "always-the-same")
def swallows_all(stream):
    text = ""
    try:
        for event in stream:
            text += _text_of(event)
    except Exception:
        pass
    return text, "complete"


@mutant("03a-2", "cut-as-complete")
def anything_but_a_bad_reason(stream):
    text, ending = _consume(stream, cut="complete")
    return text, ending


@mutant("03a-2", "cut-as-truncated")
def no_reason_is_truncated(stream):
    return _consume(stream, cut="truncated")


@mutant("03a-2", "cut-as-failed")
def no_reason_is_failed(stream):
    return _consume(stream, cut="failed")


@mutant("03a-2", "failed-as-cut")
def breaks_are_cuts(stream):
    return _consume(stream, failed="cut")


@mutant("03a-2", "failed-as-truncated")
def breaks_are_truncated(stream):
    return _consume(stream, failed="truncated")


@mutant("03a-2", "failed-as-complete")
def passes_over_errors(stream):
    return _consume(stream, failed="complete")


@mutant("03a-2", "truncated-as-failed")
def limits_are_failures(stream):
    return _consume(stream, otherwise="failed")


@mutant("03a-2", "truncated-as-cut")
def limits_are_cuts(stream):
    return _consume(stream, otherwise="cut")


@mutant("03a-2", "whole-as-truncated")
def only_end_turn(stream):
    return _consume(stream, whole=("end_turn", "tool_use"))


@mutant("03a-2", "tool-call")
def tool_use_waits(stream):
    return _consume(stream, whole=("end_turn", "stop_sequence"))


@mutant("03a-2", "whole-as-cut")
def the_word_of_another_vendor(stream):
    text, ending = "", "cut"
    try:
        for event in stream:
            text += _text_of(event)
            if event.type == "done":
                ending = "complete"
    except _failures():
        ending = "failed"
    return text, ending


@mutant("03a-2", "whole-as-failed")
def anything_but_end_turn_failed(stream):
    return _consume(stream, whole=("end_turn", "stop_sequence"), otherwise="failed")


@mutant("03a-2", "own-error")
def catches_its_own_slip(stream):
    return _consume(stream, caught=Exception,
                    take=lambda event: event.delta.text if event.type == "content_block_delta" else "")


@mutant("03a-2", "whole-as-failed")
def catches_a_slip_at_the_end(stream):
    text, reason = "", None
    try:
        for event in stream:
            text += _text_of(event)
            if event.type == "message_stop":
                reason = event.message.stop_reason
    except Exception:
        return text, "failed"
    return text, "complete" if reason in WHOLE else "truncated"


@mutant("03a-2", "drop-raised")
def only_the_sdk_s_errors(stream):
    import anthropic

    return _consume(stream, caught=anthropic.APIError)


@mutant("03a-2", "drop-raised")
def the_sdk_s_connection_error(stream):
    import anthropic

    return _consume(stream, caught=(anthropic.APIStatusError, anthropic.APIConnectionError))


@mutant("03a-2", "timeout-raised")
def only_the_drop(stream):
    import anthropic
    import httpx2

    return _consume(stream, caught=(anthropic.APIError, httpx2.RemoteProtocolError))


@mutant("03a-2", "error-event-raised")
def only_the_network_s_errors(stream):
    import httpx2

    return _consume(stream, caught=httpx2.HTTPError)


@mutant("03a-2", "error-event-raised")
def the_class_of_a_529(stream):
    import anthropic
    import httpx2

    return _consume(stream, caught=(anthropic.InternalServerError, anthropic.RateLimitError, httpx2.HTTPError))


@mutant("03a-2", "raised-instead")
def raises_its_own(stream):
    text, ending = _consume(stream)
    if ending == "truncated":
        raise RuntimeError("the answer is not whole")
    return text, ending


@mutant("03a-2", "lost-text")
def only_the_word(stream):
    text, ending = _consume(stream)
    return ("" if ending == "failed" else text), ending


@mutant("03a-2", "lost-text")
def collects_inside_the_try(stream):
    try:
        events = list(stream)
    except _failures():
        return "", "failed"
    return _consume(iter(events))


@mutant("03a-2", "lost-tail")
def drops_the_last_piece(stream):
    parts = []
    text, ending = _consume(stream, take=lambda event: parts.append(_text_of(event)) or "")
    parts = [part for part in parts if part]
    return "".join(parts[:-1]) if len(parts) > 1 else "".join(parts), ending


@mutant("03a-2", "one-piece")
def keeps_the_last(stream):
    last = [""]

    def take(event):
        last[0] = _text_of(event) or last[0]
        return ""

    ending = _consume(stream, take=take)[1]
    return last[0], ending


@mutant("03a-2", "spaces")
def strips_each(stream):
    return _consume(stream, take=lambda event: _text_of(event).strip())


@mutant("03a-2", "spaces")
def one_line_each(stream):
    return _consume(stream, take=lambda event: _text_of(event) and _text_of(event) + "\n")


@mutant("03a-2", "text")
def adds_a_mark(stream):
    text, ending = _consume(stream)
    return text if ending == "complete" else text + " […]", ending


@mutant("03a-2", "error-as-text")
def shows_the_error(stream):
    text = ""
    try:
        for event in stream:
            text += _text_of(event)
            if event.type == "message_delta":
                return text, "complete" if event.delta.stop_reason in WHOLE else "truncated"
    except Exception as error:
        return text + f" ({error})", "failed"
    return text, "cut"


@mutant("03a-2", "thinking-leaked")
def takes_thinking_for_text(stream):
    def take(event):
        delta = getattr(event, "delta", None)
        return getattr(delta, "text", None) or getattr(delta, "thinking", None) or ""

    return _consume(stream, take=take)


@mutant("03a-2", "tool-leaked")
def takes_json_for_text(stream):
    def take(event):
        delta = getattr(event, "delta", None)
        return getattr(delta, "text", None) or getattr(delta, "partial_json", None) or ""

    return _consume(stream, take=take)


@mutant("03a-2", "other-delta")
def each_delta_is_text(stream):
    return _consume(stream, take=lambda event: event.delta.text if event.type == "content_block_delta" else "")


@mutant("03a-2", "two-deltas")
def whatever_has_a_delta(stream):
    return _consume(stream, take=lambda event: event.delta.text if hasattr(event, "delta") else "")


@mutant("03a-2", "no-delta")
def every_event_has_a_delta(stream):
    return _consume(stream, take=lambda event: event.delta.text)


@mutant("03a-2", "other-event")
def the_helper_s_event(stream):
    return _consume(stream, take=lambda event: event.text)


@mutant("03a-2", "other-stream")
def the_helper_s_stream(stream):
    return "".join(stream.text_stream), "complete"


@mutant("03a-2", "not-a-dict")
def with_brackets(stream):
    return _consume(stream, take=lambda event: event["delta"]["text"])


@mutant("03a-2", "joined-events")
def joins_the_events(stream):
    return "".join(stream), "complete"


@mutant("03a-2", "nothing-read")
def the_event_s_type_for_the_delta_s(stream):
    return _consume(stream, take=lambda event: event.delta.text if event.type == "text_delta" else "")


@mutant("03a-2", "nothing-came")
def relies_on_a_piece(stream):
    parts = []
    ending = _consume(stream, take=lambda event: parts.append(_text_of(event)) or "")[1]
    parts = [part for part in parts if part]
    return parts[0] + "".join(parts[1:]), ending


@mutant("03a-2", "a-list")
def a_list_of_pieces(stream):
    parts = []
    ending = _consume(stream, take=lambda event: parts.append(_text_of(event)) or "")[1]
    return [part for part in parts if part], ending


@mutant("03a-2", "not-text")
def none_for_no_text(stream):
    text, ending = _consume(stream)
    return text or None, ending


@mutant("03a-2", "one-of-two")
def text_alone(stream):
    return _consume(stream)[0]


@mutant("03a-2", "no-pair")
def a_dict(stream):
    text, ending = _consume(stream)
    return {"text": text, "ending": ending}


@mutant("03a-2", "swapped")
def the_other_way(stream):
    return _consume(stream)[::-1]


@mutant("03a-2", "reason-itself")
def the_stop_reason(stream):
    text, reason = "", None
    for event in stream:
        text += _text_of(event)
        if event.type == "message_delta":
            reason = event.delta.stop_reason
    return text, reason


@mutant("03a-2", "no-ending")
def other_words(stream):
    text, ending = _consume(stream)
    return text, {"complete": "done"}.get(ending, ending)


@mutant("03a-2", "held-an-interrupt")
def catches_everything(stream):
    return _consume(stream, caught=BaseException)


@mutant("03a-2", "held-an-interrupt")
def returns_in_finally(stream):
    text, reason, ending = "", None, "cut"
    try:
        for event in stream:
            text += _text_of(event)
            if event.type == "message_delta":
                reason = event.delta.stop_reason
            ending = "cut" if event.type != "message_stop" else "complete" if reason in WHOLE else "truncated"
    except _failures():
        ending = "failed"
    finally:
        return text, ending  # noqa: B012


# ---- 03a-3: tool calls out of their pieces

def _call(name, text):
    return {"name": name, "input": json.loads(text) if text else {}}


def _is_call(event):
    return event.type == "content_block_start" and event.content_block.type == "tool_use"


def _piece(event):
    return getattr(getattr(event, "delta", None), "partial_json", None)


@right("03a-3")
def with_a_dict_of_lists(events):
    names, parts, done = {}, defaultdict(list), set()
    for event in events:
        if _is_call(event):
            names[event.index] = event.content_block.name
        elif _piece(event) is not None:
            parts[event.index].append(event.delta.partial_json)
        elif event.type == "content_block_stop":
            done.add(event.index)
    return [_call(names[index], "".join(parts[index])) for index in sorted(names) if index in done]


@right("03a-3")
def with_objects(events):
    class Block:
        def __init__(self, event):
            self.index, self.name, self.id = event.index, event.content_block.name, event.content_block.id
            self.text, self.whole = "", False

    blocks = []
    for event in events:
        if _is_call(event):
            blocks.append(Block(event))
        mine = [block for block in blocks if block.index == getattr(event, "index", None)]
        for block in mine:
            block.text += _piece(event) or ""
            block.whole = event.type == "content_block_stop"
    return [{"id": block.id, **_call(block.name, block.text)} for block in blocks if block.whole]


@right("03a-3")
def with_a_match(events):
    open_blocks, calls = {}, []
    for event in events:
        match event.type:
            case "content_block_start" if event.content_block.type == "tool_use":
                open_blocks[event.index] = (event.content_block.name, [])
            case "content_block_delta" if event.delta.type == "input_json_delta":
                open_blocks[event.index][1].append(event.delta.partial_json)
            case "content_block_stop" if event.index in open_blocks:
                name, parts = open_blocks.pop(event.index)
                calls.append((event.index, {"name": name, "input": json.loads("".join(parts) or "{}")}))
    return [call for _, call in sorted(calls, key=lambda one: one[0])]


@right("03a-3")
def by_classes_after_the_stream(events):
    from anthropic.types import InputJSONDelta, RawContentBlockStopEvent, ToolUseBlock

    seen = list(events)
    blocks = [event for event in seen if isinstance(getattr(event, "content_block", None), ToolUseBlock)]
    stopped = {event.index for event in seen if isinstance(event, RawContentBlockStopEvent)}
    return tuple(_call(start.content_block.name, "".join(
        event.delta.partial_json for event in seen
        if getattr(event, "index", None) == start.index and isinstance(getattr(event, "delta", None), InputJSONDelta)))
        for start in blocks if start.index in stopped)


@mutant("03a-3", "each-piece")
def parses_each_piece(events):
    calls = []
    for event in events:
        if _is_call(event):
            calls.append({"name": event.content_block.name, "input": {}})
        elif _piece(event) is not None:
            calls[-1]["input"] |= json.loads(event.delta.partial_json)
    return calls


@mutant("03a-3", "each-piece")
def parses_what_is_there(events):
    calls, text = [], ""
    for event in events:
        if _is_call(event):
            calls.append({"name": event.content_block.name, "input": {}})
            text = ""
        elif _piece(event):
            text += event.delta.partial_json
            calls[-1]["input"] = json.loads(text)
    return calls


@mutant("03a-3", "no-arguments")
def nothing_is_no_json(events):
    names, parts, calls = {}, {}, []
    for event in events:
        if _is_call(event):
            names[event.index], parts[event.index] = event.content_block.name, ""
        elif _piece(event) is not None:
            parts[event.index] += event.delta.partial_json
        elif event.type == "content_block_stop" and event.index in parts:
            calls.append((event.index, {"name": names[event.index], "input": json.loads(parts[event.index])}))
    return [call for _, call in sorted(calls, key=lambda one: one[0])]


@mutant("03a-3", "no-arguments-none")
def none_for_no_arguments(events):
    return [call | {"input": call["input"] or None} for call in with_a_match(events)]


@mutant("03a-3", "other-block")
def every_block_is_a_call(events):
    names, text, calls = "", "", []
    for event in events:
        if event.type == "content_block_start":
            names, text = event.content_block.name, ""
        elif _piece(event) is not None:
            text += event.delta.partial_json
        elif event.type == "content_block_stop":
            calls.append(_call(names, text))
    return calls


@mutant("03a-3", "other-block")
def every_delta_is_json(events):
    calls, text = [], ""
    for event in events:
        if _is_call(event):
            calls.append(event.content_block.name)
        elif event.type == "content_block_delta":
            text += event.delta.partial_json
    return [_call(name, text) for name in calls]


@mutant("03a-3", "other-block")
def parses_at_every_stop(events):
    name, text, calls = None, "", []
    for event in events:
        if event.type == "content_block_start":
            name, text = getattr(event.content_block, "name", None), ""
        text += _piece(event) or ""
        if event.type == "content_block_stop":
            calls.append({"name": name, "input": json.loads(text) if text or name != "list_returns" else {}})
    return calls


@mutant("03a-3", "no-call")
def a_call_for_every_block(events):
    name, text, calls = None, "", []
    for event in events:
        if event.type == "content_block_start":
            name, text = getattr(event.content_block, "name", None), ""
        text += _piece(event) or ""
        if event.type == "content_block_stop":
            calls.append(_call(name, text))
    return calls


@mutant("03a-3", "index-as-place")
def a_list_by_index(events):
    calls, texts = [], []
    for event in events:
        if _is_call(event):
            calls.append(event.content_block.name)
            texts.append("")
        elif _piece(event) is not None:
            texts[event.index] += event.delta.partial_json
    return [_call(name, text) for name, text in zip(calls, texts, strict=True)]


@mutant("03a-3", "one-text")
def one_text_for_all(events):
    names, text, calls = [], "", []
    for event in events:
        if _is_call(event):
            names.append(event.content_block.name)
        text += _piece(event) or ""
        if event.type == "content_block_stop" and names:
            calls.append(_call(names[-1], text))
            names = []
    return calls


@mutant("03a-3", "by-turns")
def a_current_call(events):
    name, text, calls = None, "", []
    for event in events:
        if _is_call(event):
            name, text = event.content_block.name, ""
        text += _piece(event) or ""
        if event.type == "content_block_stop" and name:
            calls.append(_call(name, text))
            name = None
    return calls


@mutant("03a-3", "order")
def in_the_order_of_stops(events):
    names, parts, calls = {}, {}, []
    for event in events:
        if _is_call(event):
            names[event.index], parts[event.index] = event.content_block.name, ""
        elif _piece(event) is not None:
            parts[event.index] += event.delta.partial_json
        elif event.type == "content_block_stop" and event.index in parts:
            calls.append(_call(names[event.index], parts[event.index]))
    return calls


def _at_the_end(events, parse=_call):
    names, parts = {}, {}
    for event in events:
        if _is_call(event):
            names[event.index], parts[event.index] = event.content_block.name, ""
        elif _piece(event) is not None:
            parts[event.index] += event.delta.partial_json
    return [parse(names[index], parts[index]) for index in sorted(names)]


@mutant("03a-3", "unfinished-parsed")
def parses_after_the_stream(events):
    return _at_the_end(events)


@mutant("03a-3", "unfinished-kept")
def broken_json_is_none(events):
    def parse(name, text):
        try:
            return _call(name, text)
        except json.JSONDecodeError:
            return {"name": name, "input": None}

    return _at_the_end(events, parse)


@mutant("03a-3", "unfinished-kept")
def whatever_parses(events):
    def parse(name, text):
        try:
            return _call(name, text)
        except json.JSONDecodeError:
            return None

    return [call for call in _at_the_end(events, parse) if call]


@mutant("03a-3", "unfinished-kept")
def whatever_parses_and_is_there(events):
    names, parts, calls = {}, {}, {}
    for event in events:
        if _is_call(event):
            names[event.index], parts[event.index] = event.content_block.name, ""
        elif _piece(event) is not None:
            parts[event.index] += event.delta.partial_json
            try:
                calls[event.index] = {"name": names[event.index], "input": json.loads(parts[event.index])}
            except json.JSONDecodeError:
                calls.pop(event.index, None)
        elif event.type == "content_block_stop" and parts.get(event.index) == "":
            calls[event.index] = {"name": names[event.index], "input": {}}
    return [calls[index] for index in sorted(calls)]


@mutant("03a-3", "by-name")
def pieces_by_name(events):
    parts, names, calls = defaultdict(str), {}, {}
    for event in events:
        if _is_call(event):
            names[event.index] = event.content_block.name
        elif _piece(event) is not None:
            parts[names[event.index]] += event.delta.partial_json
        elif event.type == "content_block_stop" and event.index in names:
            calls[event.index] = _call(names[event.index], parts[names[event.index]])
    return [calls[index] for index in sorted(calls)]


@mutant("03a-3", "by-name")
def calls_by_name(events):
    return list({call["name"]: call for call in with_a_match(events)}.values())


@mutant("03a-3", "by-name")
def the_first_of_each_name(events):
    calls = {}
    for call in with_a_match(events):
        calls.setdefault(call["name"], call)
    return list(calls.values())


@mutant("03a-3", "equal-calls")
def each_call_once(events):
    calls = []
    for call in with_a_match(events):
        if call not in calls:
            calls.append(call)
    return calls


@mutant("03a-3", "other-block")
def closes_any_block(events):
    calls = []
    for event in events:
        if _is_call(event):
            name, text = event.content_block.name, ""
        elif _piece(event) is not None:
            text += event.delta.partial_json
        elif event.type == "content_block_stop":
            calls.append(_call(name, text))
    return calls


@mutant("03a-3", "other-block")
def closes_any_block_by_index(events):
    names, parts, calls = {}, {}, {}
    for event in events:
        if _is_call(event):
            names[event.index], parts[event.index] = event.content_block.name, ""
        elif _piece(event) is not None:
            parts[event.index] += event.delta.partial_json
        elif event.type == "content_block_stop":
            calls[event.index] = _call(names[event.index], parts[event.index])
    return [calls[index] for index in sorted(calls)]


@mutant("03a-3", "as-text")
def does_not_parse(events):
    return _at_the_end(events, lambda name, text: {"name": name, "input": text})


@mutant("03a-3", "from-the-start")
def input_of_the_start(events):
    return [{"name": event.content_block.name, "input": event.content_block.input}
            for event in events if _is_call(event)]


@mutant("03a-3", "input")
def changes_a_value(events):
    return json.loads(json.dumps(with_a_match(events)).replace("1042", "1043"))


@mutant("03a-3", "one-of-several")
def returns_the_first(events):
    return with_a_match(events)[:1]


@mutant("03a-3", "one-of-several")
def keeps_the_last_call(events):
    calls = {}
    for event in events:
        if _is_call(event):
            calls = {"name": event.content_block.name, "text": ""}
        elif _piece(event) is not None:
            calls["text"] += event.delta.partial_json
    return [_call(calls["name"], calls["text"])] if calls else []


@mutant("03a-3", "lost-call")
def calls_without_arguments_are_none(events):
    return [call for call in with_a_match(events) if call["input"]]


@mutant("03a-3", "no-list")
def a_dict_by_name(events):
    return {call["name"]: call["input"] for call in with_a_match(events)}


@mutant("03a-3", "no-list")
def a_single_call(events):
    return with_a_match(events)[0]


@mutant("03a-3", "no-dicts")
def pairs(events):
    return [(call["name"], call["input"]) for call in with_a_match(events)]


@mutant("03a-3", "keys")
def arguments_for_input(events):
    return [{"name": call["name"], "arguments": call["input"]} for call in with_a_match(events)]


@mutant("03a-3", "two-passes")
def goes_over_twice(events):
    starts = [event for event in events if _is_call(event)]
    pieces = [event for event in events if _piece(event) is not None]
    return [_call(start.content_block.name, "".join(one.delta.partial_json for one in pieces
                                                    if one.index == start.index)) for start in starts]


@mutant("03a-3", "two-passes")
def counts_the_events(events):
    return [events[place].content_block for place in range(len(events))]


@mutant("03a-3", "other-event")
def every_event_has_an_index(events):
    parts = defaultdict(str)
    for event in events:
        parts[event.index] += _piece(event) or ""
    return list(parts.values())


@mutant("03a-3", "stop-holds-nothing")
def takes_the_block_at_its_stop(events):
    return [{"name": event.content_block.name, "input": event.content_block.input} for event in events
            if event.type == "content_block_stop" and event.content_block.type == "tool_use"]


@mutant("03a-3", "not-a-dict")
def events_as_dicts(events):
    return [event["content_block"] for event in events if event["type"] == "content_block_start"]
