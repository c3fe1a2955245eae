"""Lesson 03's views: each says what its numbers say, every cut can be shown, and nothing is cut off but the stream."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import pairwise
from types import SimpleNamespace
from xml.etree import ElementTree

import pandas as pd
import pytest
from html_kit import shown_text
from hypothesis import given, settings
from hypothesis import strategies as st
from test_views_economics import drawn, faults

from helpers.simulate import cuts
from helpers.simulate.streaming import lanes
from helpers.views import streaming as views
from helpers.views._explore import WIDGET
from helpers.views.streaming import tape
from helpers.views.streaming._words import seconds

SAMPLE = list(cuts.SAMPLE)
STREAM = cuts.sample_stream()
CUP = STREAM.index("☕".encode())
CRLF = STREAM.replace(b"\n", b"\r\n")
SIZES = [9] * 40 + [3] * 20 + [12] * 25 + [40, 58]

PLOTS = {
    "lanes": lambda ax: views.plot_lanes(ax, lanes(0.6, 0.025, 600)),
    "lanes, shortest": lambda ax: views.plot_lanes(ax, lanes(5.0, 0.005, 20)),
    "lanes, longest": lambda ax: views.plot_lanes(ax, lanes(0.2, 0.08, 1_500)),
    "lanes, half": lambda ax: views.plot_lanes(ax, lanes(5.0, 0.005, 1_001)),
    "lanes, quick": lambda ax: views.plot_lanes(ax, lanes(0.2, 0.005, 20)),
    "deltas": lambda ax: views.plot_deltas(ax, SIZES, tokens=240),
    "deltas, one long": lambda ax: views.plot_deltas(ax, [*SIZES, 197]),
    "deltas, all alike": lambda ax: views.plot_deltas(ax, [4, 4]),
    "deltas, median at the right": lambda ax: views.plot_deltas(ax, [1, 120, 121]),
    "deltas, thousands": lambda ax: views.plot_deltas(ax, [7] * 12_000 + [8]),
}


class Raises:
    """Gives what it can of a piece, and stops at a character that was cut."""

    def feed(self, chunk):
        """UnicodeDecodeError inside a character."""
        return [chunk.decode()]


PARSERS = {**cuts.CLIENTS, "raises": Raises}


@pytest.fixture(scope="module")
def knife():
    """The sample under the knife; every client meets every cut once."""
    return views.Knife(STREAM, PARSERS, SAMPLE)


def moved(view, **values):
    """(HTML, words) after the controls took *values*."""
    view._repr_mimebundle_()
    for name, value in values.items():
        view.controls[name].value = value
    return view._shown[0].value, view.words


# ---- charts

@pytest.mark.parametrize("name", PLOTS)
def test_nothing_is_cut_piled_up_or_too_small(name):
    """
    Every word lies inside the picture, on no other word, at 11 points or more.
    """
    size = views.lanes.SIZE if "lanes" in name else (6.6, 4.0)
    ax = drawn(PLOTS[name], size)
    assert {"cut": [], "small": [], "piled": []} == faults(ax)
    assert ax.get_xlabel()


@pytest.mark.parametrize("chart", [
    lambda: views.lanes_chart(lanes(0.6, 0.025, 600)), lambda: views.deltas_chart(SIZES)])
def test_a_chart_carries_picture_words_and_numbers(chart):
    """
    The words are the finding; the table is small enough to print.
    """
    made = chart()
    bundle = made._repr_mimebundle_()
    assert {"image/png", "text/plain"} == set(bundle)
    assert str(made) == bundle["text/plain"]
    assert 1 < len(made.numbers) <= 8


# ---- two lanes

def test_both_lanes_end_at_once():
    """
    What a stream changes, and what it doesn't.
    """
    assert ("The same end, 15.6 s. First word after 0.6 s with a stream, after 15.6 s without."
            == views.lanes_in_words(lanes(0.6, 0.025, 600)))
    table = views.lanes_numbers(SimpleNamespace(first_s=0.6, total_s=15.6))
    assert [[15.6, 15.6], [0.6, 15.6]] == table.to_numpy().tolist()


def test_the_lanes_title_is_their_words():
    """
    Other numbers, another title.
    """
    ax = drawn(PLOTS["lanes, quick"], views.lanes.SIZE)
    assert views.lanes_in_words(lanes(0.2, 0.005, 20)) == " ".join(ax.get_title(loc="left").split("\n"))


def test_waiting_is_hatched_and_reading_is_not():
    """
    Two looks, in grey, too; and a key that names them.
    """
    ax = drawn(PLOTS["lanes"], views.lanes.SIZE)
    assert {"///", None} == {patch.get_hatch() for patch in ax.patches}
    assert ["nothing to read yet", "text to read, growing while it streams"] == [
        text.get_text() for text in ax.get_legend().get_texts()]


def test_the_lanes_follow_their_sliders():
    """
    Milliseconds become seconds on the way to the simulation, and the words say what was assumed.
    """
    view = views.two_lanes()
    assert view.words.startswith("The same end, 15.6 s.")
    _, words = moved(view, first_s=2.0, per_token_ms=80, tokens=1_500)
    assert ("The same end, 121.9 s. First word after 2 s with a stream, after 121.9 s without.\n"
            "Assumed: 1,500 tokens at an even 80 ms each, the first after 2 s; "
            "without a stream nothing shows before the last token.") == words
    _, words = moved(view, first_s=0.2, per_token_ms=5, tokens=20)
    assert words.startswith("The same end, 0.3 s.")
    view.close()


@given(st.floats(0, 1e5))
def test_seconds_read_as_numbers_do(value):
    """
    No exponent, no zeros at the end of a fraction, and right to a twentieth of itself or half a hundredth.
    """
    text = seconds(value)
    assert re.fullmatch(r"[\d,]+(\.\d*[1-9])?", text)
    assert value == pytest.approx(float(text.replace(",", "")), rel=0.05, abs=0.005)


# ---- deltas

def test_the_histogram_says_how_long_deltas_are():
    """
    Counted from the sizes; an illustration, unless a server sent them.
    """
    assert ("Illustration: 240 tokens came in 87 text deltas of 3 to 58 characters, median 9"
            == views.deltas_in_words(SIZES, tokens=240))
    assert "2 text deltas of 4 characters, median 4" == views.deltas_in_words([4, 4], constructed=False)
    assert "1 text delta of 1 character, median 1" == views.deltas_in_words([1], constructed=False)


def test_recorded_traffic_is_cited_beside_the_illustration():
    """
    In the words, under the picture, and as a row of the table.
    """
    made = views.deltas_chart(SIZES)
    fact = "Measured in 401 recorded streams: median 9 characters, at most 197"
    assert f"{fact}, never empty." == str(made).splitlines()[1]
    assert fact in [text.get_text() for text in drawn(PLOTS["deltas"]).figure.texts]
    assert [[9, 58, 0], [9, 197, 0]] == made.numbers.to_numpy().tolist()


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(1, 250), min_size=1, max_size=60))
def test_every_delta_is_in_a_bar(sizes):
    """
    The bars are as high as the deltas are many, and few enough to see.
    """
    ax = drawn(lambda ax: views.plot_deltas(ax, sizes))
    heights = [bar.get_height() for bar in ax.patches]
    assert len(sizes) == sum(heights)
    assert len(heights) <= 60


@pytest.mark.parametrize(("sizes", "words"), [
    ([], "sizes is empty: give the characters of each text delta"),
    ([3, 0], "a whole number of characters, 1 or more; got 0"), ([2.5], "got 2.5"), ([True], "got True")])
def test_sizes_that_are_none_are_refused(sizes, words):
    """
    Real deltas are never empty.
    """
    with pytest.raises(ValueError) as refused:
        views.deltas_chart(sizes)
    assert words in str(refused.value)


# ---- the tape

@given(st.binary(min_size=1, max_size=80))
def test_every_byte_belongs_to_one_letter(stream):
    """
    UTF-8 or not: nothing left out, nothing twice.
    """
    found = views.letters(stream)
    assert (0, len(stream)) == (found[0].start, found[-1].end)
    assert all(one.end == two.start for one, two in pairwise(found))


@pytest.mark.parametrize(("stream", "cut", "words"), [
    ("é".encode(), 1, "inside é, after 1 of its 2 bytes"), ("x☕".encode(), 3, "inside ☕, after 2 of its 3 bytes"),
    (b"a\r\nb", 2, "between the CR and the LF of one line end"), (b"a\n\nb", 3, "between two events"),
    (b"a\r\n\r\nb", 5, "between two events"), (b"a\n\nb", 2, "before the blank line that ends an event"),
    (b"a\nb", 2, "between two lines"), (b"a\nb", 1, "at the end of a line, before its line end"),
    (b"a\r\n\r\nb", 3, "before the blank line that ends an event"), (b"abc", 1, "inside a line")])
def test_words_say_where_a_cut_falls(stream, cut, words):
    """
    The places that break clients have names.
    """
    assert words == views.place(stream, cut)


@pytest.mark.parametrize("stream", [STREAM, CRLF, b"abc", b"\xff\xfe\x80" * 30, "👍🏽\u200d\ufeff\u0301".encode() * 3])
def test_the_tape_shows_the_bytes_around_every_cut(stream):
    """
    In order, in hex, up to 13 on each side; the rows are equally wide.
    """
    for cut in {*range(1, len(stream), 5), 2, len(stream) - 1}:
        html = views.tape_html(stream, cut)
        assert stream[max(cut - 13, 0):cut + 13].hex().upper() in shown_text(html).replace(" ", "")
        rows = html.split("<tr")[1:]
        spans = [re.findall(r'<td(?: colspan="(\d+)")?', row) for row in rows]
        assert [26] * 3 == [sum(int(span or 1) for span in row) for row in spans]
        assert f"first piece: {cut} byte" in html
        assert "✂" in html


def test_line_ends_spaces_and_markup_are_seen_as_what_they_are():
    """
    By name, as a mark, and as text.
    """
    words = shown_text(views.tape_html(b"a \r\n\t<b>\xe2\x80\x8d\xff", 4))
    assert "a␣CRLFTAB<b>ZWJ\ufffd" in words


def test_the_bytes_of_one_character_are_joined():
    """
    One cell above its three bytes; the knife's line goes through it where it is cut.
    """
    whole, cut = (views.tape_html(STREAM, place) for place in (CUP - 1, CUP + 1))
    cell = re.compile(r'<td colspan="3" style="([^"]*)"><span[^>]*border-bottom:3px solid #111[^>]*>☕')
    assert "linear-gradient" not in cell.search(whole)[1]
    assert f"{tape.KNIFE} 33.33%" in cell.search(cut)[1]


# ---- events

@pytest.mark.parametrize(("got", "kinds", "words"), [
    (["a", "b", "c"], ["whole"] * 3, "all 3 events whole"),
    (["a", "c"], ["whole", "missing", "whole"], "2 of 3 events whole, 1 missing"),
    (["a", "�", "c"], ["whole", "damaged", "whole"], "2 of 3 events whole, 1 damaged"),
    (["a", "b", "c", "d"], ["whole"] * 3 + ["invented"], "3 of 3 events whole, 1 never sent"),
    ([], ["missing"] * 3, "0 of 3 events whole, 3 missing"),
    (["abc"], ["whole"], "1 event, whole")])
def test_each_event_is_compared_with_what_was_sent(got, kinds, words):
    """
    Whole, damaged, missing, never sent; a client may divide the same text as it likes.
    """
    cards = views.compare(["a", "b", "c"], got)
    assert kinds == [card.kind for card in cards]
    assert words == views.tally(cards)


def test_a_card_shows_where_two_long_texts_part():
    """
    The difference stays in sight.
    """
    (card,) = views.compare(["x" * 90 + "☕" + "y" * 90], ["x" * 90 + "�" + "y" * 90])
    came, sent = str(card).split(" instead of ")
    assert "�" in came
    assert "☕" in sent
    assert len(sent) < 45


# ---- the stripe

@pytest.mark.parametrize("client", PARSERS)
def test_the_stripe_counts_what_the_frame_counts(knife, client):
    """
    A bar for each cut, a tall one for each that breaks the client, and the number in words.
    """
    frame = cuts.every_cut(STREAM, PARSERS[client], "".join(SAMPLE))
    bars = ElementTree.fromstring(knife.render(5, client).partition("<svg")[2].join(("<svg", "")).partition("</svg>")[0]
                                  + "</svg>").findall("rect")
    assert frame["ok"].tolist() == [bar.get("class") == "ok" for bar in bars]
    heights = {kind: {bar.get("height") for bar in bars if bar.get("class") == kind} for kind in ("ok", "broken")}
    assert heights["ok"].isdisjoint(heights["broken"])
    broken = int((~frame["ok"]).sum())
    count = f"{broken} of" if broken else "None of the"
    assert knife.broken(client).startswith(f"{count} {len(frame)} cut positions break")
    assert [len(frame), broken] == knife.numbers().loc[client].tolist()


def test_a_client_meets_every_cut_once():
    """
    The stripe is kept while the knife moves.
    """
    asked = []

    def every_cut(stream, factory, expected):
        asked.append(factory)
        return pd.DataFrame({"cut": range(1, len(stream)), "ok": True, "got": expected})

    view = views.sse_knife(STREAM, PARSERS, SAMPLE, every_cut=every_cut)
    for client in ("no buffer", "raises", "no buffer"):
        for cut in (1, 50, 90):
            moved(view, parser=client, cut=cut)
    assert [cuts.NoBuffer, Raises] == asked
    view.close()


def test_a_long_stream_has_a_bar_for_each_run():
    """
    Thousands of positions stay light; a lone one stays visible.
    """
    ok = [True] * 3_000 + [False] + [True] * 2_000
    bars = re.findall(r'class="(ok|broken)" x="[\d.]+" y="\d+" width="([\d.]+)"', views.stripe_svg(ok))
    assert ["ok", "broken", "ok"] == [kind for kind, _ in bars]
    assert min(float(width) for _, width in bars) > 1


# ---- the knife

@pytest.mark.parametrize("client", PARSERS)
def test_every_cut_can_be_shown(knife, client):
    """
    The page says what the words say, at each position.
    """
    for cut in range(1, len(STREAM)):
        html, words = knife.render(cut, client), knife.describe(cut, client)
        cards, error = knife.cards(cut, client)
        assert f"after byte {cut} of {len(STREAM)}: <b>{views.place(STREAM, cut)}</b>" in html
        assert f"{client}:</b> {views.tally(cards)}" in html
        assert words.splitlines()[1].startswith(f"{client}: {views.tally(cards)}.")
        assert bool(error) == ("It raised" in html) == ("It raised" in words)
        assert words.endswith(f"{knife.broken(client)}.")


@pytest.mark.parametrize("client", PARSERS)
@pytest.mark.parametrize("cut", [1, 13, CRLF.index("é".encode()) + 1, CRLF.index("☕".encode()) + 2, len(CRLF) - 1])
def test_what_is_shown_is_well_formed(client, cut):
    """
    Every element closes, with CRLF as with LF, at the ends as in the middle.
    """
    knife = views.Knife(CRLF, PARSERS, SAMPLE)
    assert f"{knife.broken(client)}an event is damaged or lost" in shown_text(knife.render(cut, client))


@pytest.mark.parametrize("client", cuts.CLIENTS)
def test_the_cards_agree_with_the_stripe(knife, client):
    """
    A cut is called broken exactly where an event is not whole.
    """
    for cut, ok in enumerate(knife.survives(client), start=1):
        cards, error = knife.cards(cut, client)
        assert ok == (not error and all(card.kind == "whole" for card in cards))


def test_the_knife_says_what_a_cut_inside_a_character_does():
    """
    The saved page shows the first character of several bytes cut in two.
    """
    view = views.sse_knife(STREAM, {"buffer, no decoder": cuts.BufferOnly}, SAMPLE)
    assert ("Cut the stream anywhere\n"
            "Cut after byte 37 of 176, inside é, after 1 of its 2 bytes.\n"
            "buffer, no decoder: 2 of 3 events whole, 1 damaged. "
            r"'Your caf�� order:\n\n' instead of 'Your café order:\n\n'." "\n"
            "3 of 175 cut positions break this client.") == str(view)
    html, words = moved(view, cut=CUP + 1)
    assert "✗ damagedcame: '1 ��� to go'sent: '1 ☕ to go'" in shown_text(html)
    assert "inside ☕, after 1 of its 3 bytes" in words
    view.close()


def test_an_error_keeps_what_came_before_it():
    """
    The first piece's event, and the error of the second with its name.
    """
    class Stops:
        def __init__(self):
            self.pieces = iter([SAMPLE[:1]])

        def feed(self, chunk):
            return next(self.pieces, None) or int("second")

    knife = views.Knife(STREAM, {"stops": Stops}, SAMPLE)
    cards, error = knife.cards(CUP, "stops")
    assert ["whole", "missing", "missing"] == [card.kind for card in cards]
    assert "✗ It raised ValueError: invalid literal" in shown_text(knife.render(CUP, "stops"))
    assert f"It raised {error}." in knife.describe(CUP, "stops")


def test_damage_differs_in_words_and_border(knife):
    """
    Not in colour alone.
    """
    html = knife.render(CUP + 1, "buffer, no decoder")
    assert "✗ damaged" in html
    assert "3px dashed" in html
    assert "3px dotted" in knife.render(CUP + 1, "no buffer")


def test_model_text_can_not_become_markup():
    """
    In cards, on the tape, in the client's name.
    """
    evil = ["<script>alert(1)</script>", "$1 & $2"]
    name = "<img src=x>"
    knife = views.Knife(cuts.sample_stream(evil), {name: cuts.NoBuffer}, evil)
    for cut in (1, 40, 60):
        html = knife.render(cut, name)
        assert "<script" not in html
        assert "<img" not in html
    assert "'<script>alert(1)</script>'" in shown_text(knife.render(1, name))


def test_many_whole_events_are_left_out_and_counted():
    """
    What is wrong stays in sight.
    """
    texts = [f"word {number} ☕" for number in range(60)]
    stream = cuts.sample_stream(texts)
    middle = stream.index(b"word 30") + len(b"word 30 ") + 1
    html = views.Knife(stream, cuts.CLIENTS, texts).render(middle, "buffer, no decoder")
    assert 2 == html.count(" more, whole …")
    assert "… 26 more, whole …" in html
    assert "✗ damaged" in html
    assert len(html) < 40_000


def test_the_knife_reads_without_widgets(monkeypatch):
    """
    Static HTML and words, the same as the live one starts with.
    """
    live = views.sse_knife(STREAM, PARSERS, SAMPLE, start=CUP + 1)._repr_mimebundle_()
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    still = views.sse_knife(STREAM, PARSERS, SAMPLE, start=CUP + 1)._repr_mimebundle_()
    assert {"text/html", "text/plain"} == set(still)
    assert still == {mime: face for mime, face in live.items() if mime != WIDGET}


@pytest.mark.parametrize(("changed", "words"), [
    ({"stream": "text"}, "as it comes off the network; got str"), ({"stream": b"ab"}, "a stream of 2 bytes"),
    ({"parsers": {}}, "parsers is empty"), ({"expected": "one text"}, "a list of texts, one an event"),
    ({"start": 176}, "can't start at 176")])
def test_a_knife_that_can_not_cut_is_refused(changed, words):
    """
    Early, with what was expected.
    """
    given = {"stream": STREAM, "parsers": PARSERS, "expected": SAMPLE, **changed}
    with pytest.raises((TypeError, ValueError)) as refused:
        views.sse_knife(**given)
    assert words in str(refused.value)


def test_the_views_load_nothing_heavy():
    """
    A lesson's first line stays fast.
    """
    code = ("import sys, helpers.views.streaming\nprint([name for name in ('anthropic', 'openai', 'pandas', 'numpy', "
            "'matplotlib', 'ipywidgets', 'IPython') if name in sys.modules])")
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]" == run.stdout.strip()
