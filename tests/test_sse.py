"""helpers.sse: the same events for every cut of every stream, and no broken parser gets past these tests.

The functions in CHECKS take the parser class as an argument. They run once on the real parser; and each
of MUTANTS, a copy of the module with one bug planted in it, must fail at least one of them.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
import time
from types import ModuleType

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from helpers import sse
from helpers.sse import Event, SSEParser, encode

ANTHROPIC_LIKE = (
    'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_01CONSTRUCTED"}      }\n\n'
    'event: ping\ndata: {"type": "ping"}\n\n'
    'event: content_block_delta\n'
    'data: {"type":"content_block_delta","delta":{"text":"Gr\u00fc\u00dfe \U0001f44b\\n"}}\n\n'
    'event: message_stop\ndata: {"type":"message_stop"   }\n\n'
)
OPENAI_LIKE = (
    'data: {"choices":[{"delta":{"content":"na\u00efve \u2028 \u65e5\u672c"}}],"obfuscation":"x1"}\n\ndata: [DONE]\n\n'
)
OWN_SERVER = (
    ": keep-alive\r\n\r\nid: 7\r\nevent: delta\r\ndata: one\r\ndata: two\r\nretry: 3000\r\n\r\ndata: tail\r\n\r\n"
)
MIXED_ENDS = "\ufeffdata: a\r\rdata\n\nevent: x\r\n\r\n:c\rdata:b\r\ndata\r\n\ndata: never sent"
STREAMS = [text.encode() for text in (ANTHROPIC_LIKE, OPENAI_LIKE, OWN_SERVER, MIXED_ENDS)]


def parse(parser_class: type, *chunks: bytes) -> list[tuple[str, str, str | None]]:
    """Every event of the chunks, as (event, data, id)."""
    parser = parser_class()
    events = [event for chunk in chunks for event in parser.feed(chunk)] + parser.close()
    return [(event.event, event.data, event.id) for event in events]


def by_the_standard(stream: bytes) -> list[tuple[str, str, str | None]]:
    """What the standard says a whole stream means; written for clarity, not for cuts or speed."""
    lines = re.split("\r\n|\r|\n", stream.decode("utf-8", "replace").removeprefix("\ufeff"))[:-1]
    events, kind, data, last_id = [], "", "", None
    for line in lines:
        name, _, value = line.partition(":")
        value = value[1:] if value[:1] == " " else value
        if line == "":
            if data:
                events.append((kind or "message", data[:-1], last_id))
            kind, data = "", ""
        elif name == "event":
            kind = value
        elif name == "data":
            data += value + "\n"
        elif name == "id" and "\0" not in value:
            last_id = value
    return events


def cut(stream: bytes, positions: list[int]) -> list[bytes]:
    """The stream in pieces, cut at the given positions (taken modulo its length)."""
    places = sorted(position % (len(stream) + 1) for position in positions)  # twice the same: an empty piece
    return [stream[start:end] for start, end in zip([0, *places], [*places, len(stream)], strict=True)]


# --- checks that also run on the mutants -------------------------------------------------------------------------


def check_line_ends(parser: type) -> None:
    """CR, LF and CRLF end a line alike, mixed as well, and a blank line dispatches."""
    expected = [("message", "a\nb", None), ("x", "c", None)]
    for end in ("\n", "\r", "\r\n"):
        stream = end.join(["data: a", "data: b", "", "event: x", "data: c", "", ""])
        assert expected == parse(parser, stream.encode())
    assert expected == parse(parser, b"data: a\rdata: b\r\n\revent: x\ndata: c\r\r")


def check_every_single_cut(parser: type) -> None:
    """Each stream gives the same events wherever it is cut in two, between CR and LF too."""
    for stream in STREAMS:
        expected = by_the_standard(stream)
        for place in range(len(stream) + 1):
            assert expected == parse(parser, stream[:place], stream[place:]), place


def check_one_byte_at_a_time(parser: type) -> None:
    """A stream that drips in byte by byte gives the same events."""
    for stream in STREAMS:
        assert by_the_standard(stream) == parse(parser, *(stream[i : i + 1] for i in range(len(stream))))


def check_dispatch_at_once(parser: type) -> None:
    """An event is there as soon as its blank line is, even when that is a lone CR; a late LF adds nothing."""
    live = parser()
    assert live.feed(b"data: a\r") == []
    assert [event.data for event in live.feed(b"\r")] == ["a"]
    assert live.feed(b"") == []
    assert live.feed(b"\n") == []
    assert [event.data for event in live.feed(b"data: b\n\n")] == ["b"]
    assert parse(parser, b"data: a\r", b"", b"\ndata: b\n\n") == [("message", "a\nb", None)]


def check_data_lines(parser: type) -> None:
    """Data lines join with LF, lose one leading space each, and may be empty; without any, nothing is dispatched."""
    assert parse(parser, b"data:a\ndata:  b\ndata\ndata: c\n\n") == [("message", "a\n b\n\nc", None)]
    assert parse(parser, b"data\n\ndata\ndata\n\ndata:") == [("message", "", None), ("message", "\n", None)]
    assert parse(parser, b"data:a:b\n\n") == [("message", "a:b", None)]


def check_event_type_resets(parser: type) -> None:
    """The type counts for one block only, also when that block had no data."""
    assert parse(parser, b"event: x\n\ndata: b\n\n") == [("message", "b", None)]
    assert parse(parser, b"event: x\ndata: a\n\ndata: b\n\n") == [("x", "a", None), ("message", "b", None)]
    assert parse(parser, b"event: x\nevent\ndata: a\n\n") == [("message", "a", None)]


def check_ids(parser: type) -> None:
    """The last id stays until another comes, an empty one included; one with NUL is ignored."""
    stream = b"data: a\n\nid: 1\ndata: b\n\ndata: c\n\nid: 2\0\ndata: d\n\nid: 3\n\ndata: e\n\nid\ndata: f\n\n"
    assert [last_id for _, _, last_id in parse(parser, stream)] == [None, "1", "1", "1", "3", ""]


def check_comments_and_unknown_fields(parser: type) -> None:
    """Comments, unknown fields, `retry`, and names that only look like fields are skipped."""
    stream = b": data: no\nfoo: bar\nretry: 10\nData: no\ndata : no\n data: no\ndata: yes\n\n:\n\n"
    assert parse(parser, stream) == [("message", "yes", None)]


def check_bom(parser: type) -> None:
    """A byte order mark is dropped at the very start only; anywhere else it is an ordinary character."""
    bom = b"\xef\xbb\xbf"
    assert parse(parser, bom[:1], bom[1:] + b"data: a\n\n") == [("message", "a", None)]
    assert parse(parser, b"data: " + bom + b"a\n\n" + bom + b"data: b\n\n") == [("message", "\ufeffa", None)]
    assert parse(parser, bom + bom + b"data: a\n\n") == []


def check_invalid_utf8(parser: type) -> None:
    """Bytes that are no UTF-8 become U+FFFD, and the stream goes on."""
    assert parse(parser, b"data: a\xffb\n\n") == [("message", "a\ufffdb", None)]
    assert parse(parser, b"data: \xf0\x9f\x98\n\ndata: c\n\n") == [("message", "\ufffd", None), ("message", "c", None)]


def check_only_cr_and_lf_end_lines(parser: type) -> None:
    """U+2028, U+0085, form feed and their like are ordinary characters."""
    text = "a\u2028b\u2029c\x85d\x0be\x0cf\x1cg"
    assert [("message", text, None)] == parse(parser, f"data: {text}\n\n".encode())


def check_unfinished_event(parser: type) -> None:
    """An event that the stream's end cut off is discarded, whichever part of it is missing."""
    for stream in (b"data: a", b"data: a\n", b"data: a\r\n", b"data: a\n\ndata: b"):
        assert by_the_standard(stream) == parse(parser, stream)


LINES = st.lists(
    st.tuples(
        st.sampled_from(["data", "data", "event", "id", "retry", "", "other"]),
        st.sampled_from([":", ": ", ":  "]),
        st.text(st.characters(exclude_characters="\r\n", codec="utf-8"), max_size=8),
        st.sampled_from(["\n", "\r", "\r\n"]),
        st.booleans(),
    ),
    max_size=12,
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(lines=LINES, cuts=st.lists(st.integers(0, 10**6), max_size=8))
def check_any_events_cuts_and_ends(parser: type, lines: list, cuts: list[int]) -> None:
    """Any lines with any ends, cut anywhere, mean what the standard says of the whole."""
    text = "".join(name + colon + value + end + (end if blank else "") for name, colon, value, end, blank in lines)
    assert by_the_standard(text.encode()) == parse(parser, *cut(text.encode(), cuts))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(pieces=st.lists(st.sampled_from([b"data", b":", b" ", b"\r", b"\n", b"\r\n", b"id", b"event", b"\xef\xbb\xbf",
                                        b"\xf0\x9f", b"\x98\x80", b"\xff", b"\0", b"x"]), max_size=40))
def check_any_bytes(parser: type, pieces: list[bytes]) -> None:
    """Any bytes, valid or not, in any pieces, mean what the standard says of the whole."""
    assert by_the_standard(b"".join(pieces)) == parse(parser, *pieces)


CHECKS = [check for name, check in list(globals().items()) if name.startswith("check_")]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_parser(check) -> None:
    """The parser passes every check; what each one says is in its own docstring."""
    check(SSEParser)


# --- planted bugs ------------------------------------------------------------------------------------------------

RESET = '        self._type = ""\n        self._data = []'
DISPATCH = " if self._data else None"
FIELD = 'if name == "data":'
ID = ' and "\\0" not in value'
ENDS = r'rb"\r\n|\r|\n"'
CLOSE = "        self._closed = True\n"

MUTANTS = {
    "a lone CR ends no line": (ENDS, r'rb"\r\n|\n"'),
    "U+2028 ends a line": (ENDS, r'rb"\r\n|\r|\n|\xe2\x80\xa8"'),
    "a CRLF cut in two counts twice": (r'self._after_cr = chunk.endswith(b"\r")', "self._after_cr = False"),
    "every LF after any chunk is swallowed": ("if chunk and self._after_cr:", "if chunk:"),
    "an empty chunk forgets the CR": ("        if chunk:\n", "        if True:\n"),
    "each chunk is decoded by itself": ("self._split(bytes(chunk))",
                                        "self._split(bytes(chunk).decode('utf-8', 'replace').encode())"),
    "invalid UTF-8 raises": ('raw.decode("utf-8", "replace")', 'raw.decode("utf-8")'),
    "a BOM is dropped from every line": ("            self._at_start = False\n", ""),
    "a BOM is not dropped": ("raw = raw.removeprefix(BOM)", "pass"),
    "all leading spaces are stripped": ('value.removeprefix(" ")', "value.lstrip()"),
    "no leading space is stripped": ('value.removeprefix(" ")', "value"),
    "the last data line wins": ("self._data.append(value)", "self._data = [value]"),
    "data lines are joined with nothing": (r'"\n".join(self._data)', '"".join(self._data)'),
    "blocks without data are dispatched": (DISPATCH, " if self._data or self._type else None"),
    "empty data is not dispatched": (DISPATCH, " if any(self._data) else None"),
    "the type outlives its block": (RESET, "        self._data = []"),
    "the type outlives a block without data": (RESET, RESET.replace('self._type = ""', 'self._type *= not event')),
    "the id is forgotten": ("        return event\n", "        self._last_id = None\n        return event\n"),
    "an id with NUL counts": (ID, ""),
    "an empty id is ignored": (ID, ID + " and value"),
    "the end of the stream dispatches": (CLOSE, CLOSE + "        return [self._dispatch()] if self._data else []\n"),
    "field names ignore case": (FIELD, 'if name.lower() == "data":'),
    "field names are stripped": (FIELD, 'if name.strip() == "data":'),
}  # fmt: skip
"""What is wrong: (the text in helpers/sse.py, what stands there in the broken copy)."""


def mutated(old: str, new: str) -> type:
    """The parser class of a copy of helpers.sse with *old* replaced."""
    source = inspect.getsource(sse)
    assert source.count(old) == 1, f"the mutant's text is in the module {source.count(old)} times; it must be once"
    module = ModuleType("sse_mutant")
    sys.modules["sse_mutant"] = module  # dataclasses look their module up
    exec(compile(source.replace(old, new), "sse_mutant", "exec"), module.__dict__)  # noqa: S102 - our own source
    return module.SSEParser


@pytest.mark.parametrize("bug", MUTANTS)
def test_every_mutant_is_caught(bug) -> None:
    """A parser with one planted bug fails at least one check."""
    broken = mutated(*MUTANTS[bug])

    def catches(check) -> bool:
        try:
            check(broken)
        except Exception:  # noqa: BLE001 - a mutant may break in any way
            return True
        return False

    # The examples first: hypothesis would find most of these bugs, too, but takes longer to shrink them.
    assert any(catches(check) for check in CHECKS), f"no check notices that {bug}"


# --- the real parser only ----------------------------------------------------------------------------------------


@settings(max_examples=300, deadline=None)
@given(
    data=st.text(st.characters(codec="utf-8"), max_size=60),
    event=st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), min_size=1, max_size=10),
    id=st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=10),
    comment=st.none() | st.text(st.characters(codec="utf-8"), max_size=20),
    cuts=st.lists(st.integers(0, 10**6), max_size=6),
)
def test_any_text_survives_the_round_trip(data, event, id, comment, cuts) -> None:
    """What encode() writes, the parser reads back, whatever the text; CR and CRLF come back as LF."""
    frame = encode(data, event=event, id=id, comment=comment)
    arrived = data.replace("\r\n", "\n").replace("\r", "\n")
    assert [(event or "message", arrived, id)] == parse(SSEParser, *cut(frame, cuts))


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.text(max_size=5), st.text(max_size=10) | st.integers() | st.none(), max_size=4))
def test_any_json_survives_the_round_trip(data) -> None:
    """A dict travels as compact JSON on one line, so that CR survives in it."""
    frame = encode(data)
    assert frame.count(b"data: ") == 1 or b"data: " in json.dumps(data).encode()
    [(_, text, _)] = parse(SSEParser, frame)
    assert data == json.loads(text)


def test_encode_writes_the_bytes_that_the_standard_wants() -> None:
    """Comment, id, event, one data line per text line, blank line."""
    assert encode(
        "a\n\n b", event="delta", id="7", comment="hi"
    ) == b": hi\nid: 7\nevent: delta\ndata: a\ndata: \ndata:  b\n\n"
    assert encode({"a": [1, "é"]}) == b'data: {"a":[1,"\xc3\xa9"]}\n\n'
    assert encode([]) == b"data: []\n\n"
    assert encode("") == b"data: \n\n"
    assert encode(None, comment="keep-alive") == b": keep-alive\n\n"


def test_encode_writes_a_lone_surrogate_as_the_replacement_character() -> None:
    """Half an emoji, which JSON can carry into a Python str, must not stop a running stream."""
    assert parse(SSEParser, encode("a\ud83db")) == [("message", "a\ufffdb", None)]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"data": "a", "event": "x\ny"}, ValueError,
         "event must stay on one line; got 'x\\ny'. A line break would start another field."),
        ({"data": "a", "id": "1\r2"}, ValueError,
         "id must stay on one line; got '1\\r2'. A line break would start another field."),
        ({"data": "a", "id": "1\0"}, ValueError, "id must not contain NUL; got '1\\x00'. Receivers ignore such an id."),
        ({"data": 7}, TypeError, "data must be a str, or a dict or list to send as JSON; got int."),
        ({"data": b"x"}, TypeError, "data must be a str, or a dict or list to send as JSON; got bytes."),
        ({"data": None, "event": "x"}, ValueError,
         "an event without data is never dispatched: give data (an empty string counts), or only a comment or an id."),
    ],
)  # fmt: skip
def test_encode_refuses_what_cannot_travel(arguments, error, message) -> None:
    """Each refusal says what was wrong and why."""
    with pytest.raises(error) as caught:
        encode(**arguments)
    assert message == str(caught.value)


def test_feeding_a_closed_parser_says_what_to_do() -> None:
    """A parser belongs to one connection; close() may be called twice."""
    parser = SSEParser()
    assert parser.feed(b"data: a\n") == []
    assert [] == parser.close() == parser.close()
    with pytest.raises(ValueError, match=r"^this parser is closed; make a new SSEParser for a new connection\.$"):
        parser.feed(b"\n")


def test_feeding_text_says_that_bytes_are_wanted() -> None:
    """A str was decoded by somebody else, who may have cut a character in two."""
    with pytest.raises(TypeError, match=r"^feed\(\) takes bytes as they come off the network; got str\.$"):
        SSEParser().feed("data: a\n\n")


def test_event_has_the_standards_defaults_and_is_frozen() -> None:
    """An event is a value: equal to its like, hashable, and read-only."""
    assert Event("message", "", None) == Event()
    assert len({Event(data="a"), Event(data="a")}) == 1
    with pytest.raises(AttributeError):
        Event().data = "b"


def seconds(parser_feeds: list[bytes]) -> float:
    """How long a fresh parser takes for these chunks."""
    started = time.process_time()
    parse(SSEParser, *parser_feeds)
    return time.process_time() - started


def test_time_grows_in_proportion_to_the_stream() -> None:
    """Four times as much, in one-byte pieces and as one enormous line, takes about four times as long, not sixteen."""
    line = b"data: " + b"x" * 250_000
    events = b'event: d\ndata: {"text":"Hello"}\n\n' * 8_000
    for stream in (line, events):
        small = [stream[i : i + 1] for i in range(len(stream))]
        once = min(seconds(small) for _ in range(2))
        assert seconds(small * 4) < 10 * once + 0.2
    assert seconds([line * 4]) < 0.5


def sdk_events(decoder_class: type, chunks: list[bytes]) -> list[tuple[str, str]]:
    """What an SDK's own decoder makes of the chunks, as (event, data)."""
    return [(event.event or "message", event.data) for event in decoder_class().iter_bytes(iter(chunks))]


@pytest.mark.parametrize("vendor", ["anthropic", "openai"])
@settings(max_examples=60, deadline=None)
@given(
    events=st.lists(
        st.tuples(
            st.none() | st.sampled_from(["ping", "delta"]),
            st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=20),
        ),
        min_size=1,
        max_size=5,
    ),
    cuts=st.lists(st.integers(0, 10**6), max_size=5),
)
def test_the_sdks_own_decoders_agree_on_well_formed_streams(vendor, events, cuts) -> None:
    """On streams as servers write them, our parser and both SDKs see the same events.

    Left out: `event` without data, where both SDKs dispatch and the standard does not; and an empty message
    without a type, where it is the other way round for anthropic.
    """
    decoder = __import__(f"{vendor}._streaming", fromlist=["SSEDecoder"]).SSEDecoder
    stream = b"".join(encode(data or "x", event=event) for event, data in events)
    chunks = cut(stream, cuts)
    assert sdk_events(decoder, chunks) == [(event, data) for event, data, _ in parse(SSEParser, *chunks)]


@pytest.mark.parametrize("vendor", ["anthropic", "openai"])
@pytest.mark.parametrize("stream", [ANTHROPIC_LIKE, OPENAI_LIKE], ids=["anthropic-like", "openai-like"])
def test_the_sdks_own_decoders_agree_on_real_shapes(vendor, stream) -> None:
    """Padding, pings, emoji, U+2028 and the [DONE] line included."""
    decoder = __import__(f"{vendor}._streaming", fromlist=["SSEDecoder"]).SSEDecoder
    whole = [stream.encode()]
    assert sdk_events(decoder, whole) == [(event, data) for event, data, _ in parse(SSEParser, *whole)]
