"""Simulated streams: the two lanes, and a stream cut at every place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.simulate.cuts import (
    CLIENTS,
    SAMPLE,
    SAMPLE_TEXT,
    BufferOnly,
    DecoderOnly,
    NoBuffer,
    Standard,
    every_cut,
    line_frames,
    naive_frames,
    sample_stream,
    shown,
)
from helpers.simulate.streaming import Lane, lanes

# ---- Lanes

def test_both_lanes_end_together_and_one_begins_earlier():
    """
    600 tokens at 25 ms after 0.6 s: the last of them 599 steps after the first.
    """
    both = lanes(0.6, 0.025, 600)
    assert Lane(0.6, pytest.approx(15.575)) == both.streamed
    assert Lane(pytest.approx(15.575), pytest.approx(15.575)) == both.unstreamed


def test_tokens_become_visible_one_by_one_or_all_at_once():
    """
    (with a stream, without one), before, at and after each moment that matters.
    """
    both = lanes(0.6, 0.1, 5)
    seen = {at: both.visible(at) for at in (0.0, 0.59, 0.6, 0.69, 0.7, 0.8, 0.9, 0.99, 1.0, 99)}
    assert {0.0: (0, 0), 0.59: (0, 0), 0.6: (1, 0), 0.69: (1, 0), 0.7: (2, 0), 0.8: (3, 0), 0.9: (4, 0), 0.99: (4, 0),
            1.0: (5, 5), 99: (5, 5)} == seen


def test_one_token_and_no_time_between_tokens():
    """
    The smallest answers: both lanes are the same.
    """
    assert lanes(0.6, 0.1, 1).streamed == lanes(0.6, 0.1, 1).unstreamed
    assert [(0, 0), (9, 9)] == [lanes(0.6, 0, 9).visible(at) for at in (0.5, 0.6)]


@given(st.floats(0, 10), st.floats(0, 1), st.integers(1, 2_000), st.floats(-1, 2_100))
def test_a_stream_is_never_behind(first_s, per_token_s, tokens, at_s):
    """
    At no moment does the lane without a stream show more.
    """
    streamed, unstreamed = lanes(first_s, per_token_s, tokens).visible(at_s)
    assert 0 <= unstreamed <= streamed <= tokens


@pytest.mark.parametrize(("arguments", "words"), [
    ((-1, 0.1, 5), "first_s must be a number of seconds, 0 or more; got -1."),
    ((0.6, float("nan"), 5), "per_token_s must be a number of seconds, 0 or more; got nan."),
    ((float("inf"), 0.1, 5), "first_s must be a number of seconds, 0 or more; got inf."),
    (("1", 0.1, 5), "first_s must be a number of seconds, 0 or more; got '1'."),
    ((0.6, 0.1, 0), "tokens must be a whole number, 1 or more; got 0."),
    ((0.6, 0.1, 2.5), "tokens must be a whole number, 1 or more; got 2.5.")])
def test_lanes_refuse_nonsense(arguments, words):
    """
    With the name, what was expected and what came.
    """
    with pytest.raises(ValueError) as error:
        lanes(*arguments)
    assert words == str(error.value)


# ---- Cuts

BROKEN = {"no buffer": 108, "buffer, no decoder": 3, "decoder, no buffer": 108, "by the standard": 0}
"""The lesson's numbers: cuts that break each client, of 175 places."""


@pytest.mark.parametrize("name", CLIENTS)
def test_each_client_breaks_at_as_many_cuts_as_the_lesson_says(name):
    """
    The sample has 176 bytes, so 175 places between two of them.
    """
    cuts = every_cut(sample_stream(), CLIENTS[name], SAMPLE_TEXT)
    assert (175, list(range(1, 176))) == (len(cuts), list(cuts.cut))
    assert BROKEN[name] == (~cuts.ok).sum()
    assert (cuts.got[cuts.ok] == SAMPLE_TEXT).all()


@pytest.mark.parametrize("name", CLIENTS)
def test_every_client_reads_a_stream_that_is_not_cut(name):
    """
    Which is why nobody notices on a developer's machine.
    """
    assert list(SAMPLE) == CLIENTS[name]().feed(sample_stream())


def test_without_a_buffer_a_piece_is_lost_or_an_error_raised():
    """
    A cut inside the JSON raises; a cut before it loses the piece, and nobody hears of it.
    """
    cuts = every_cut(sample_stream(), NoBuffer, SAMPLE_TEXT)
    broken = cuts[~cuts.ok].got
    assert (93, 15) == ((broken == "JSONDecodeError").sum(), (broken != "JSONDecodeError").sum())
    assert set(broken) == {"JSONDecodeError", *("".join(text for text in SAMPLE if text != lost) for lost in SAMPLE)}


def test_decoding_each_chunk_by_itself_damages_letters_in_silence():
    """
    One place inside é, two inside the cup: U+FFFD, and no error.
    """
    cuts = every_cut(sample_stream(), BufferOnly, SAMPLE_TEXT)
    broken = cuts[~cuts.ok]
    stream = sample_stream()
    assert [stream.index("é".encode()) + 1, stream.index("☕".encode()) + 1, stream.index("☕".encode()) + 2] == list(
        broken.cut)
    assert all("\ufffd" in got for got in broken.got)


def test_a_decoder_alone_mends_nothing():
    """
    Each cut inside a character is a cut inside a line, too: the same places break.
    """
    places = [list(every_cut(sample_stream(), make, SAMPLE_TEXT).ok) for make in (NoBuffer, DecoderOnly)]
    assert places[0] == places[1]


def test_a_parser_that_raises_or_returns_nonsense_is_not_ok():
    """
    The error's name is what it got, whatever it is.
    """
    class Broken:
        def feed(self, chunk):
            return None if chunk.startswith(b"event") else 1 / 0

    cuts = every_cut(b"event: x", Broken, "")
    assert ({False}, ["ZeroDivisionError"] * 4 + ["TypeError"] * 3) == (set(cuts.ok), list(cuts.got))
    assert {"NotImplementedError"} == set(every_cut(b"abc", _unwritten, "").got)


def _unwritten():
    raise NotImplementedError


@pytest.mark.parametrize("stream", [b"", b"x"])
def test_what_has_no_inside_has_no_cuts(stream):
    """
    A frame without rows, its columns typed as ever.
    """
    cuts = every_cut(stream, Standard, "")
    assert (0, ["cut", "ok", "got"]) == (len(cuts), list(cuts.columns))
    assert 0 == (~cuts.ok).sum()


@given(st.lists(st.text(max_size=12), max_size=3))
def test_the_production_parser_survives_every_cut_of_any_text(texts):
    """
    Any characters, [DONE] and line breaks included.
    """
    assert every_cut(sample_stream(texts), Standard, "".join(texts)).ok.all()


# ---- Framing raw text

def test_a_line_break_in_raw_text_ends_the_data_line():
    """
    What stands behind it has no field name, so the standard ignores it: the rest of the piece is lost.
    """
    assert "Your café order:1 ☕ to go" == shown(naive_frames(SAMPLE))
    assert "Order 1042:- 2 mugs- 1 ☕" == shown(naive_frames(["Order 1042:\n\n", "- 2 mugs\n", "- 1 ☕\n\nThank you!"]))


def test_a_data_line_for_each_line_of_text_loses_nothing():
    """
    As the standard wants it; carriage returns become line feeds.
    """
    assert SAMPLE_TEXT == shown(line_frames(SAMPLE))


def test_an_end_mark_among_free_text_ends_the_answer_early():
    """
    A model that writes "[DONE]" as a piece of its own ends the stream for a client that waits for that.
    """
    assert "Write " == shown(line_frames(["Write ", "[DONE]", " on it."]), stop_at="[DONE]")
    assert "Write [DONE] on it." == shown(line_frames(["Write ", "[DONE]", " on it."]))
