"""Lesson 00's views and the constructed replies behind them: each says what its messages say, and nothing is cut."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import combinations
from xml.etree import ElementTree

import pytest
from html_kit import shown_text
from wire_kit import client

from helpers import economics
from helpers.calling import Reply, ask, read, text_of
from helpers.clock import VirtualClock
from helpers.scenarios import lesson_00, scenario
from helpers.scenarios.lesson_00 import BRIEF, SHAPES, SIGNED
from helpers.scenarios.lesson_01 import ANSWER
from helpers.views import calling as views
from helpers.views import style
from helpers.views._explore import WIDGET
from helpers.views._html import quoted, safe, shortened
from helpers.wire import builder
from helpers.wire.scripted import Scripted

ROLES = ("default", "lesson_quote", "production")
HAIKU, LUNA = economics.model_id("default"), economics.model_id("openai")
QUESTION = [{"role": "user", "content": "Where is order 1042? It should have come on Friday."}]
SHORT = "Answer in one short sentence."
EXTRACTORS = {"content[0].text": lambda message: message.content[0].text, "text_of": text_of, "read": read}


def over(script, vendor="ANTHROPIC"):
    """A real client whose server is *script*."""
    clock = VirtualClock()
    return client(Scripted(script, clock), vendor=vendor, clock=clock)


def request(**changed):
    """What the lesson's server answers to the question, with one thing changed."""
    body = {"model": HAIKU, "max_tokens": 400, "messages": QUESTION, **changed}
    return over(lesson_00.answer).messages.create(**body)


def message(*content, **more):
    """One constructed Message."""
    return over(lambda _: builder.message(content, model=HAIKU, **more)).messages.create(
        model=HAIKU, max_tokens=400, messages=QUESTION)


@pytest.fixture(scope="module")
def shapes():
    """Name -> Message, as the lesson makes them."""
    return {name: over(script).messages.create(model=HAIKU, max_tokens=400, messages=QUESTION)
            for name, script in SHAPES.items()}


@pytest.fixture(scope="module")
def replies():
    """Parameter -> setting -> Message, as the lesson makes them."""
    return {
        "max_tokens": {limit: request(max_tokens=limit) for limit in (20, 80, 400)},
        "stop_sequences": {"none": request(), "Best regards": request(stop_sequences=["Best regards"])},
        "effort": {effort: request(output_config={"effort": effort}) for effort in ("low", "high")},
        "system": {"none": request(), SHORT: request(system=SHORT)},
    }


# ---- the constructed replies

def test_the_lesson_finds_its_scenario():
    """
    `make construct LESSON=00` will.
    """
    assert lesson_00.answer is scenario("00_start_here")


@pytest.mark.parametrize(("role", "kinds"), [
    ("default", ["thinking", "text"]), ("lesson_quote", ["text"]), ("production", ["thinking", "text"])])
def test_models_think_first_where_the_real_ones_do(role, kinds):
    """
    On by default since the 5.5 generation, off before it.
    """
    reply = request(model=economics.model_id(role))
    assert kinds == [block.type for block in reply.content]
    assert (SIGNED, "end_turn") == (text_of(reply), reply.stop_reason)
    assert "CONSTRUCTED" in reply.id


def test_openai_answers_the_same_question():
    """
    Both of its APIs, whole and cut off.
    """
    gpt = over(lesson_00.answer, "OPENAI")
    assert SIGNED == ask(gpt, QUESTION, model=LUNA).text
    assert BRIEF == ask(gpt, QUESTION, model=LUNA, system=SHORT).text
    assert "length" == ask(gpt, QUESTION, model=LUNA, max_tokens=80).stop_reason
    assert SIGNED == read(gpt.responses.create(model=LUNA, input="Where?")).text
    cut = read(gpt.responses.create(model=LUNA, input="Where?", max_output_tokens=20))
    assert ("", "max_output_tokens", 20) == (cut.text, cut.stop_reason, cut.usage.output)


def test_max_tokens_cuts_and_does_not_shorten(replies):
    """
    20: all of it thinking. 80: a sentence cut within. 400: the same text as ever.
    """
    none, half, whole = (read(reply) for reply in replies["max_tokens"].values())
    assert ("", 20, 20, False) == (none.text, none.usage.output, none.usage.thinking, none.complete)
    assert SIGNED.startswith(half.text)
    assert re.search(r"\w$", half.text)
    assert (80, False) == (half.usage.output, half.complete)
    assert (SIGNED, True) == (whole.text, whole.complete)


def test_a_stop_sequence_is_left_out_and_named(replies):
    """
    What it ended at stands in a field, not in the text.
    """
    reply = replies["stop_sequences"]["Best regards"]
    assert ("stop_sequence", "Best regards") == (reply.stop_reason, reply.stop_sequence)
    assert f"{ANSWER}\n\n" == text_of(reply)


def test_the_first_stop_sequence_that_comes_up_ends_the_text():
    """
    By its place in the text, not in the list; one that never comes up changes nothing.
    """
    reply = request(stop_sequences=["Best regards", "Wednesday", "never said"])
    assert ("Order 1042 left our warehouse on ", "Wednesday") == (text_of(reply), reply.stop_sequence)
    assert "end_turn" == request(stop_sequences=["never said"]).stop_reason


def test_more_effort_is_more_thinking_and_thinking_can_be_off(replies):
    """
    Low skips it on this easy question.
    """
    low, high = (read(reply).usage for reply in replies["effort"].values())
    default = read(request()).usage
    assert 0 == low.thinking < default.thinking < high.thinking
    assert ["text"] == [block.type for block in request(thinking={"type": "disabled"}).content]


def test_every_shape_is_what_its_name_says(shapes):
    """
    Blocks and stop reason of each.
    """
    seen = {name: ([block.type for block in reply.content], reply.stop_reason) for name, reply in shapes.items()}
    assert {"text only": (["text"], "end_turn"), "thinking first": (["thinking", "text"], "end_turn"),
            "two text blocks": (["text", "text"], "end_turn"), "tool call": (["tool_use"], "tool_use"),
            "cut off before any text": (["thinking"], "max_tokens"),
            "cut off in mid-sentence": (["thinking", "text"], "max_tokens"), "refusal": ([], "refusal"),
            "stop sequence": (["text"], "stop_sequence"),
            "context window full": (["text"], "model_context_window_exceeded")} == seen
    assert all("CONSTRUCTED" in reply.id for reply in shapes.values())


def test_the_shapes_bill_what_they_would(shapes):
    """
    All of the limit where it cut; the whole window where that is full; a price for each.
    """
    used = {name: read(reply).usage for name, reply in shapes.items()}
    assert 400 == used["cut off before any text"].output == used["cut off in mid-sentence"].output
    assert economics.find_model(HAIKU).context == used["context window full"].total
    assert used["text only"].output == used["two text blocks"].output
    assert all(read(reply).cost is not None for reply in shapes.values())


# ---- what a function makes of a message

@pytest.mark.parametrize(("shape", "verdicts"), [
    ("text only", ("whole", "whole", "whole")), ("thinking first", ("fails", "whole", "whole")),
    ("two text blocks", ("part", "whole", "whole")), ("tool call", ("fails", "silent", "flagged")),
    ("cut off before any text", ("fails", "silent", "flagged")),
    ("cut off in mid-sentence", ("fails", "silent", "flagged")), ("refusal", ("fails", "silent", "flagged")),
    ("stop sequence", ("whole", "whole", "whole")), ("context window full", ("silent", "silent", "flagged"))])
def test_each_shape_is_judged_for_each_way_of_reading(shapes, shape, verdicts):
    """
    content[0].text, text_of and read: an error, silence, or the truth.
    """
    assert verdicts == tuple(views.outcome(shapes[shape], extract).verdict for extract in EXTRACTORS.values())


def test_an_error_is_shown_in_its_own_words(shapes):
    """
    What the learner would see in a traceback's last line.
    """
    first = EXTRACTORS["content[0].text"]
    assert ("Fails (AttributeError: 'ThinkingBlock' object has no attribute 'text')"
            == str(views.outcome(shapes["thinking first"], first)))
    assert "Fails (IndexError: list index out of range)" == str(views.outcome(shapes["refusal"], first))


@pytest.mark.parametrize(("extract", "expected"), [
    (lambda _: "It l", "Not the whole text (4 of 8 characters)"),
    (lambda _: None, "Something else than text (NoneType)"),
    (lambda _: Reply(text="It left.", stop_reason="end_turn", complete=False, usage=None, model="", request_id=None),
     "Finished, and called incomplete (8 characters, complete is False)"),
    (text_of, "The whole text (8 characters)")])
def test_a_learners_own_function_is_judged_by_what_it_returns(extract, expected):
    """
    A part, no text, or the wrong flag.
    """
    assert expected == str(views.outcome(message("It left."), extract))


def test_a_reply_that_is_called_complete_when_it_is_not_does_not_pass():
    """
    complete=True over max_tokens is silence, too.
    """
    wrong = Reply(text="It", stop_reason="max_tokens", complete=True, usage=None, model="", request_id=None)
    cut = message("It", stop_reason="max_tokens", max_tokens=400)
    assert "silent" == views.outcome(cut, lambda _: wrong).verdict


# ---- the explorer

def moved(view, control, value):
    """(HTML, words) after a control took *value*."""
    view._repr_mimebundle_()
    view.controls[control].value = value
    return view._shown[0].value, view.words


@pytest.mark.parametrize("shape", SHAPES)
def test_the_explorer_shows_reply_and_readings_of_every_shape(shapes, shape):
    """
    Blocks, stop reason and ids on one side; each function's verdict, in words, on the other.
    """
    view = views.message_explorer(shapes, EXTRACTORS)
    html, words = moved(view, "shape", shape)
    text, reply = shown_text(html), shapes[shape]
    assert words.startswith(f"{shape}: content holds ")
    assert f"stop_reason {reply.stop_reason}" in text
    for part in (reply.id, reply._request_id, str(economics.usage_from(reply)), *(b.type for b in reply.content)):
        assert part in text
    for label, extract in EXTRACTORS.items():
        seen = views.outcome(reply, extract)
        assert seen.note in text
        assert f"{label}: {seen}." in words
    view.close()


def test_the_explorer_starts_where_it_is_told(shapes):
    """
    The saved page shows a shape that fails, say.
    """
    view = views.message_explorer(shapes, EXTRACTORS, start="thinking first")
    assert ("One reply, read in several ways\n"
            "thinking first: content holds thinking, text; stop_reason is end_turn.\n"
            "content[0].text: Fails (AttributeError: 'ThinkingBlock' object has no attribute 'text').\n"
            "text_of: The whole text (283 characters).\n"
            "read: The whole text (283 characters, complete is True).") == str(view)


def test_the_explorer_reads_without_widgets(shapes, monkeypatch):
    """
    Static HTML and words, the same as the live one starts with.
    """
    live = views.message_explorer(shapes, EXTRACTORS)._repr_mimebundle_()
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    still = views.message_explorer(shapes, EXTRACTORS)._repr_mimebundle_()
    assert {"text/html", "text/plain"} == set(still)
    assert still == {mime: face for mime, face in live.items() if mime != WIDGET}


def test_the_explorer_shows_the_fields_that_some_replies_have(shapes):
    """
    The tool's arguments, the matched sequence, a refusal's category, what was thought.
    """
    view = views.message_explorer(
        {**shapes, "odd": message(builder.thinking("Let me look."), "$1 <b>", "$2",
                                  stop_details=builder.refusal("cyber", "Not this."))}, EXTRACTORS)
    shown = {shape: moved(view, "shape", shape)[0] for shape in ("tool call", "stop sequence", "odd")}
    assert 'find_order({"order": "1042"})' in shown_text(shown["tool call"])
    assert "stop_sequence Best regards" in shown_text(shown["stop sequence"])
    assert "\\n\\n&#x27;" in shown["stop sequence"]
    odd = shown_text(shown["odd"])
    assert "stop_details refusal, category cyber: Not this." in odd
    assert "'Let me look.'" in odd
    assert "<span>$</span>1 &lt;b&gt;" in shown["odd"]
    view.close()


# ---- the bench

def test_a_row_says_what_a_setting_brought(replies):
    """
    Tokens, characters, how the text ends, and why.
    """
    rows = [str(row) for row in views.bench_rows("max_tokens", replies["max_tokens"])]
    assert [
        "20 output tokens, 20 of them thinking, 0 characters of text, no text at all; stop_reason max_tokens",
        "80 output tokens, 54 of them thinking, 58 characters of text, cut off here; stop_reason max_tokens",
        "192 output tokens, 54 of them thinking, 324 characters of text; stop_reason end_turn"] == rows
    stopped = views.bench_rows("stop_sequences", replies["stop_sequences"])[1]
    assert "stopped at 'Best regards'" == stopped.end


def test_only_max_tokens_draws_a_limit(replies):
    """
    The other settings limit nothing that a bar shows.
    """
    limits = {name: [row.limit for row in views.bench_rows(name, settings)] for name, settings in replies.items()}
    assert [20, 80, 400] == limits.pop("max_tokens")
    assert {None} == {limit for several in limits.values() for limit in several}


@pytest.mark.parametrize(("parameter", "finding"), [
    ("max_tokens", "2 of 3 answers are cut off, 1 of them before any text"),
    ("stop_sequences", "output tokens 192 → 177, characters of text 324 → 285"),
    ("effort", "output tokens 138 → 324, of them thinking 0 → 186"),
    ("system", "output tokens 192 → 87, characters of text 324 → 62")])
def test_the_title_is_what_the_numbers_say(replies, parameter, finding):
    """
    Computed, so that other replies have another title.
    """
    assert finding == views.bench_finding(views.bench_rows(parameter, replies[parameter]))


def test_other_numbers_have_another_title():
    """
    One cut answer, and settings that change nothing.
    """
    cut = message("It", stop_reason="max_tokens", max_tokens=400)
    whole = message("It left.")
    assert "1 of 2 answers is cut off" == views.bench_finding(views.bench_rows("max_tokens", {400: cut, 500: whole}))
    assert "nothing changed" == views.bench_finding(views.bench_rows("effort", {"low": whole, "high": whole}))


def test_constructed_replies_are_an_illustration_and_real_ones_are_not(replies):
    """
    The ids decide, so that a live run is not called one.
    """
    assert "\nIllustration: 2 of 3 answers" in str(views.parameter_bench(replies))
    real = message("It left.", id="msg_01Real")
    assert "Illustration" not in str(views.parameter_bench({"effort": {"low": real}}))


@pytest.mark.parametrize("parameter", ["max_tokens", "stop_sequences", "effort", "system"])
def test_the_bench_shows_every_setting_with_its_text_and_its_numbers(replies, parameter):
    """
    Cards and words, whole texts, the end marked where the model did not end it.
    """
    view = views.parameter_bench(replies)
    html, words = moved(view, "parameter", parameter)
    text = shown_text(html)
    for row in views.bench_rows(parameter, replies[parameter]):
        assert f"{parameter} {row.setting}" in text
        assert f"stop_reason {row.stop_reason}" in text
        assert row.tokens in text
        assert " ".join(row.text.split()) in text
        assert row.end in text
        assert f"{parameter} {row.setting}: {row}." in words
    view.close()


def test_the_bench_reads_without_widgets(replies, monkeypatch):
    """
    The first parameter, as HTML and in words.
    """
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    bundle = views.parameter_bench(replies)._repr_mimebundle_()
    assert {"text/html", "text/plain"} == set(bundle)
    assert "<svg" in bundle["text/html"]


# ---- the bars

def rows_of(*values):
    """Rows by (setting, output, thinking, limit, stop_reason)."""
    return [views.Row(setting=setting, text="x", stop_reason=reason, stop_sequence=None, output=output,
                      thinking=thinking, limit=limit) for setting, output, thinking, limit, reason in values]


BARS = {
    "limits": rows_of(("20", 20, 20, 20, "max_tokens"), ("80", 80, 54, 80, "max_tokens"),
                      ("400", 192, 54, 400, "end_turn")),
    "long setting": rows_of(("none", 192, 54, None, "end_turn"),
                            ("Answer in one short sentence, in plain words, please.", 87, 54, None, "stop_sequence")),
    "large": rows_of(("low", 9_000, 0, None, "end_turn"), ("high", 21_333, 20_000, None, "stop_sequence")),
    "nothing": rows_of(("a", 0, 0, None, "refusal"), ("b", 3, 0, None, "end_turn")),
    "full to the top": rows_of(("a", 400, 0, 400, "max_tokens"), ("b", 400, 400, None, "end_turn")),
    "one": rows_of(("medium", 120, 60, None, "end_turn")),
}


def drawing(rows, parameter="max_tokens"):
    """The SVG as a tree."""
    html = views.bars_svg(rows, parameter, "Title")
    return ElementTree.fromstring(html[html.index("<svg"):html.index("</svg>") + 6])


def boxes(svg):
    """(words, left, top, right, bottom) of every text."""
    found = []
    for text in svg.iter("text"):
        wide = style.width_of(text.text, 15 * 72 / 96)
        x, y = float(text.get("x")), float(text.get("y"))
        left = x - wide * {"middle": 0.5, "end": 1}.get(text.get("text-anchor"), 0)
        found.append((text.text, left, y - 12, left + wide, y + 4))
    return found


@pytest.mark.parametrize("name", BARS)
def test_no_label_is_cut_or_covers_another(name):
    """
    Every word inside the picture, and clear of its neighbours.
    """
    svg = drawing(BARS[name])
    width, height = map(float, svg.get("viewBox").split()[2:])
    found = boxes(svg)
    assert [] == [words for words, left, top, right, bottom in found
                  if left < -1 or top < 0 or right > width + 1 or bottom > height]
    assert [] == [(a[0], b[0]) for a, b in combinations(found, 2)
                  if min(a[3], b[3]) - max(a[1], b[1]) > 2 and min(a[4], b[4]) - max(a[2], b[2]) > 3]


@pytest.mark.parametrize("name", BARS)
def test_bars_are_as_high_as_their_numbers(name):
    """
    Heights in proportion, thinking within its bar, limits where they belong.
    """
    svg, rows = drawing(BARS[name]), BARS[name]
    high = [float(box.get("height")) for box in svg.iter("rect")]
    parts = [part for row in rows for part in (row.thinking, row.output - row.thinking) if part]
    scale = sum(parts) / sum(high)
    assert parts == pytest.approx([height * scale for height in high], abs=scale * 0.3)
    dashed = [line for line in svg.iter("line") if line.get("stroke-dasharray")]
    assert sum(row.limit is not None for row in rows) == len(dashed)
    floor = max(float(line.get("y1")) for line in svg.iter("line"))
    limits = [(floor - float(line.get("y1"))) * scale for line in dashed]
    assert [row.limit for row in rows if row.limit] == pytest.approx(limits, abs=scale * 0.3)


def test_thinking_differs_in_more_than_colour():
    """
    Stripes, and a key that names them; no entry for what isn't there.
    """
    assert 3 == len([path for path in drawing(BARS["limits"]).iter("path") if path.get("stroke")])
    html = views.bars_svg(BARS["limits"], "max_tokens", "Title")
    assert all(f">{name}</span>" in html for name in ("thinking", "answer", "the limit"))
    plain = views.bars_svg(BARS["nothing"], "effort", "Title")
    assert not any(f">{name}</span>" in plain for name in ("thinking", "the limit"))


def test_a_screen_reader_hears_the_numbers():
    """
    The picture's name is its title and its bars in words.
    """
    label = drawing(BARS["one"]).get("aria-label")
    assert "Title. medium: 120 output tokens, 60 of them thinking, end_turn." == label


def test_a_setting_can_not_become_markup():
    """
    In the attribute and in the picture.
    """
    odd = rows_of(('<b>"&', 10, 0, None, "end_turn"))
    assert '<b>"&' in [text.text for text in drawing(odd).iter("text")]


# ---- small pieces

def test_a_long_text_keeps_both_ends_and_whole_words():
    """
    How it begins and how it ends.
    """
    short = shortened(ANSWER)
    assert re.fullmatch(r"Order 1042 .*\w … \w.* a search\.", short)
    assert set(short.split()) - {"…"} <= set(ANSWER.split())
    assert "short" == shortened("short")
    assert 70 + 45 + 3 == len(shortened("x" * 500))


def test_text_is_shown_with_its_line_ends_and_without_formulas():
    """
    As Python writes it; two dollar signs in elements of their own.
    """
    assert r"'a\n '" == quoted("a\n ")
    assert "<span>$</span>1 &amp; <span>$</span>2" == safe("$1 & $2")


def test_the_views_load_nothing_heavy():
    """
    A lesson's first line stays fast.
    """
    code = ("import sys, helpers.views.calling, helpers.scenarios.lesson_00\nprint([name for name in ('anthropic', "
            "'openai', 'pandas', 'matplotlib', 'ipywidgets', 'IPython') if name in sys.modules])")
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]" == run.stdout.strip()
