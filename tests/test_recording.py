"""Recording files: a faithful round trip, and faults that are named."""

from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.wire.matching import RecordedRequest, differences
from helpers.wire.record import scrub
from helpers.wire.recording import Entry, Provenance, RecordingError, Tape, append_journal, read_journal
from helpers.wire.reply import Reply, body_from_bytes

JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
                    max_leaves=8)


def ask(body, *, path="/v1/messages", version="2026-10-21"):
    return RecordedRequest(method="POST", path=path, headers={"anthropic-version": version}, body=body)


def entry(body=None, **reply):
    return Entry(name="first", request=ask(body or {"model": "m", "messages": []}),
                 reply=Reply(**(reply or {"body": {"ok": True}})),
                 provenance=Provenance(kind="constructed", date="2026-11-23"))


@given(st.binary(max_size=200) | JSON.map(lambda v: json.dumps(v).encode()) |
       JSON.map(lambda v: json.dumps(v, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")))
def test_any_body_is_kept_byte_for_byte(raw):
    """Whatever a server sent, JSON in any style or no JSON at all, replays as the same bytes."""
    body, style = body_from_bytes(raw)

    assert raw == Reply(body=body, json_style=style).content()


@given(st.lists(st.tuples(st.integers(0, 9999), st.text(min_size=1)), min_size=1, max_size=5))
def test_save_then_load_gives_the_same_tape(tmp_path_factory, chunks):
    """The file holds everything: chunks with their times, status, headers, provenance."""
    chunks = tuple((at, text) for (at, text) in sorted(chunks))
    if any("\ud800" <= c <= "\udfff" for _, text in chunks for c in text):
        return
    path = tmp_path_factory.mktemp("tape") / "07_x.json"
    tape = Tape("07_x", (entry(), entry(chunks=chunks, status=200, delay_ms=1.5, ending="dropped")))
    tape.save(path)

    assert tape.entries == Tape.load(path).entries
    assert not list(path.parent.glob("*.draft"))


def test_invalid_utf8_survives_the_file(tmp_path):
    """A byte that is no UTF-8 is kept as an escape and comes back as that byte."""
    path = tmp_path / "x.json"
    Tape("x", (entry(chunks=((0.0, b"\xff!".decode("utf-8", "surrogateescape")),)),)).save(path)

    assert b"\xff!" == Tape.load(path).entries[0].reply.content()


BROKEN = {
    "truncated": (lambda d: json.dumps(d)[:-20], r"x\.json: not readable as JSON"),
    "no object": (lambda d: "[]", r'x\.json: expected an object with "format": 1'),
    "other format": (lambda d: json.dumps({**d, "format": 9}), r'"format": 1'),
    "no entries": (lambda d: json.dumps({"format": 1}), r'expected a list under "entries"'),
    "no reply": (lambda d: _changed(d, lambda e: e.pop("reply")), r"x\.json: entry 0 \(first\): 'reply' is missing"),
    "entry is a list": (lambda d: json.dumps({**d, "entries": [[]]}), r"x\.json: entry 0: "),
    "status is text": (lambda d: _changed(d, lambda e: e["reply"].update(status="200")),
                       r"entry 0 \(first\): 'status' must be int, not str"),
    "no body": (lambda d: _changed(d, lambda e: e["reply"].pop("body")), r"'body' is missing"),
    "odd provenance": (lambda d: _changed(d, lambda e: e["provenance"].update(kind="guessed")),
                       r"provenance kind is 'guessed'; it must be one of live, local, constructed"),
    "torn chunk": (lambda d: _changed(d, lambda e: e["reply"].update(chunks=[[1]], body=None)),
                   r"chunk 0 is not \[milliseconds, text\]"),
    "times go back": (lambda d: _changed(d, lambda e: e["reply"].update(chunks=[[5, "a"], [1, "b"]], body=None)),
                      r"chunks' times go backwards"),
    "odd ending": (lambda d: _changed(d, lambda e: e["reply"].update(ending="explodes")), r"ending is 'explodes'"),
    "odd style": (lambda d: _changed(d, lambda e: e["reply"].update(json_style="fancy")), r"json_style 'fancy'"),
}


def _changed(document, change):
    change(document["entries"][0])
    return json.dumps(document)


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_file_is_named_with_entry_and_fault(tmp_path, fault):
    """Never a bare KeyError: the file, the entry, what is wrong, and how to get it back."""
    path = tmp_path / "x.json"
    Tape("x", (entry(),)).save(path)
    breaks, message = BROKEN[fault]
    path.write_text(breaks(json.loads(path.read_text("utf-8"))), "utf-8")

    with pytest.raises(RecordingError, match=message) as caught:
        Tape.load(path)
    assert "git checkout data/recordings" in str(caught.value)


def test_a_missing_file_is_named():
    """No traceback into pathlib."""
    from pathlib import Path

    with pytest.raises(RecordingError, match="nowhere.json: not readable"):
        Tape.load(Path("nowhere.json"))


EQUAL = [
    ({"messages": [], "stream": False}, {"messages": []}),
    ({"messages": [{"role": "user", "content": "Hi"}]},
     {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}]}),
    ({"system": "Be kind"}, {"system": [{"type": "text", "text": "Be kind"}]}),
    ({"input": [{"role": "user", "content": "Hi"}]},
     {"input": [{"role": "user", "content": [{"type": "input_text", "text": "Hi"}]}]}),
    ({"top": 1.0}, {"top": 1}),
    ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
]
DIFFERENT = [
    ({"stream": True}, {}),
    ({"system": "Be kind"}, {"system": [{"type": "text", "text": "Be kind", "cache_control": {"type": "ephemeral"}}]}),
    ({"messages": [{"content": "a"}, {"content": "b"}]}, {"messages": [{"content": "b"}, {"content": "a"}]}),
    ({"system": "Hi"}, {"system": [{"type": "text", "text": "H"}, {"type": "text", "text": "i"}]}),
    ({"max_tokens": 100}, {"max_tokens": 101}),
    ({"flag": True}, {"flag": 1}),
]


@pytest.mark.parametrize(("one", "other"), EQUAL)
def test_requests_that_mean_the_same_have_one_key(one, other):
    """Spelling does not matter: the API reads both alike."""
    assert ask(one).key == ask(other).key


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_requests_that_differ_have_different_keys(one, other):
    """A cache breakpoint, an order, a type: each changes what the API would do."""
    assert ask(one).key != ask(other).key


def test_api_version_and_path_are_part_of_the_key():
    """The same body means something else under another API version or at another endpoint."""
    assert 3 == len({ask({}).key, ask({}, version="2023-06-01").key, ask({}, path="/v1/messages/count_tokens").key})


@given(JSON, JSON)
def test_a_difference_is_found_exactly_where_there_is_one(one, other):
    """None for equal values; else a path and two values that differ."""
    found = next(differences(one, other), None)

    assert (found is None) == (one == other)
    assert found is None or found[1] != found[2]


def test_a_difference_names_its_path():
    """The way to it, as one would write it in Python."""
    one = {"messages": [{"role": "user", "content": "Hi"}]}
    other = {"messages": [{"role": "user", "content": "Hello"}]}

    assert ("messages[0].content", "Hi", "Hello") == next(differences(one, other))


def test_scrubbing_takes_out_what_names_an_account():
    """Error texts quote organisation ids, UUIDs and keys; none of them may reach a file."""
    text = ("rate limit for your organization (0f2b6c1e-8a4d-4c5e-9f00-1234567890ab) org-AbCdEfGhIjKlMnOp "
            "sk-" + "ant-api03-abcdefgh x@example.com")
    assert "rate limit for your organization ([uuid]) [account] [key] [address]" == scrub(text)


def test_a_torn_journal_line_loses_only_itself(tmp_path):
    """A run killed in the middle of a write keeps everything before it."""
    path = tmp_path / "x.partial.jsonl"
    append_journal(path, entry())
    append_journal(path, entry())
    path.write_text(path.read_text("utf-8")[:-30], "utf-8")

    assert (entry(),) == read_journal(path)


def mutations(value):
    """Every way of putting something odd in one place of a JSON value."""
    odd = (None, 7, -1.5, True, "text", "\ud800", [], [[]], {}, {"x": 1})
    if isinstance(value, dict):
        for key in value:
            yield {k: v for k, v in value.items() if k != key}
            yield from ({**value, key: inner} for inner in (*odd, *mutations(value[key])))
    if isinstance(value, list):
        yield value[:-1]
        for i, item in enumerate(value):
            yield from (value[:i] + [inner] + value[i + 1 :] for inner in (*odd, *mutations(item)))


def test_every_mutation_of_a_file_loads_or_is_named(tmp_path):
    """Hundreds of broken files: each either loads, and can be replayed, or is a RecordingError that names the file."""
    path = tmp_path / "x.json"
    Tape("x", (entry(), entry(chunks=((1.0, "event: ping\ndata: {}\n\n"),)))).save(path)
    tried = 0
    for document in mutations(json.loads(path.read_text("utf-8"))):
        path.write_text(json.dumps(document), "utf-8")
        tried += 1
        with contextlib.suppress(RecordingError):
            assert all(e.reply.timed_bytes() is not None for e in Tape.load(path).entries)
    assert tried > 400
