"""Tokens: exact o200k, the measurements against their published tables, and estimates that say what they rest on."""

from __future__ import annotations

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.economics import UnknownModelError, load_models, measured_frame
from helpers.economics.measured import KINDS, MEASURED_FILE, measurements, overhead, percentile, ratio
from helpers.tokens import content_kind, count_o200k, estimate_tokens, split_o200k

PROSE = "The committee met on Tuesday to discuss the budget, and agreed that the old bridge should be repaired. " * 4
SAMPLES = {
    "english prose": PROSE,
    "markdown": "# Plan\n\n- buy **bread**\n- call the bank\n\n1. first\n2. second\n",
    "json": '{"name": "Ada", "tags": ["a", "b"], "age": 36}',
    "code": "def area(r):\n    return 3.14159 * r ** 2\n\nfor r in range(10):\n    print(area(r))\n",
    "cjk": "東京は日本の首都であり、世界最大級の都市のひとつです。",
    "other": "Москва является столицей России и крупнейшим её городом.",
}

# o200k


@pytest.mark.parametrize(("text", "ids"), [
    ("Hello, world!", [13225, 11, 2375, 0]),
    ("", []),
    ("<|endoftext|>", [27, 91, 419, 1440, 919, 91, 29]),
])
def test_o200k_gives_the_known_ids(text, ids):
    """
    Ids as tiktoken has them; a special token that a user types is ordinary text, not token 199999.
    """
    assert [piece.id for piece in split_o200k(text)] == ids
    assert count_o200k(text) == len(ids)


@given(st.text(max_size=200))
def test_the_pieces_are_the_text(text):
    """
    Their bytes put together are the text's UTF-8, whatever the text, and as many as are counted.
    """
    pieces = split_o200k(text)
    assert b"".join(piece.bytes for piece in pieces) == text.encode()
    assert len(pieces) == count_o200k(text)


@given(st.lists(st.sampled_from(["<|endoftext|>", "<|endofprompt|>", " ", "\n", "\r\n", "the", " don't", "12345",
                                 "漢字", "é", "🏳️‍🌈", "\x00", "ﬁ"]), max_size=20).map("".join))
def test_special_spellings_and_odd_characters_survive(text):
    """
    Text made of the pieces that tokenizers get wrong.
    """
    assert b"".join(piece.bytes for piece in split_o200k(text)) == text.encode()


def test_a_piece_of_a_character_shows_its_bytes():
    """
    Two tokens share one emoji: neither is text on its own, so the tiles show what they hold.
    """
    pieces = split_o200k("🦜")
    assert len(pieces) > 1
    assert all("\\x" in piece.text for piece in pieces)
    assert b"".join(piece.bytes for piece in pieces).decode() == "🦜"


def test_bpe_openai_agrees_where_it_is_installed():
    """
    The other tokenizer that works offline, on the samples (8,000 random texts were compared once).
    """
    other = pytest.importorskip("bpe_openai", reason="bpe-openai was only compared with, it is no dependency")
    encode = other.get_encoding("o200k_base").encode
    for text in (*SAMPLES.values(), "<|endoftext|>", "🦜🏳️‍🌈 naïve"):
        assert [piece.id for piece in split_o200k(text)] == encode(text, disallowed_special=())


# The measurements


def test_the_measurements_are_complete_and_sane():
    """
    2,840 rows of known shape, every family with a row in models.json.
    """
    with MEASURED_FILE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == len(measurements()) == 2_840
    assert set(rows[0]) == {"provider", "family", "kind", "category", "chars", "tokens", "date", "repo"}
    assert {row["provider"] for row in rows} == {"anthropic", "openai"}
    assert {row["kind"] for row in rows} == set(KINDS)
    assert all(int(row["tokens"]) > 0 for row in rows)
    assert [row["kind"] for row in rows if not row["chars"]] == ["count_tokens"]
    assert all(int(row["chars"]) > 0 for row in rows if row["chars"])
    assert len({row["repo"] for row in rows}) == 14
    assert {row["family"] for row in rows} <= {model.family for model in load_models().models}
    vendors = {model.family: model.vendor for model in load_models().models}
    assert all(vendors[row["family"]] == row["provider"] for row in rows)


TABLES = [   # provider, kind, category, n, p10, median, p90, pooled: the survey of the recordings, >= 100 characters
    ("anthropic", "output_text", "markdown", 150, 3.10, 4.09, 4.71, 4.27),
    ("anthropic", "output_text", "english prose", 68, 3.45, 4.08, 4.82, 4.12),
    ("anthropic", "output_text", "json", 17, 2.22, 2.82, 3.95, 3.18),
    ("anthropic", "output_text", "mixed", 17, 2.81, 3.49, 3.97, 3.28),
    ("openai", "output_text", "english prose", 390, 4.00, 4.81, 5.86, 5.02),
    ("openai", "output_text", "markdown", 288, 3.69, 4.85, 5.93, 5.25),
    ("openai", "output_text", "json", 171, 3.19, 4.21, 5.61, 4.49),
    ("openai", "output_text", "code", 28, 3.60, 4.58, 5.73, 4.80),
]


@pytest.mark.parametrize(("provider", "kind", "category", "n", "p10", "median", "p90", "pooled"), TABLES)
def test_characters_per_token_are_those_of_the_survey(provider, kind, category, n, p10, median, p90, pooled):
    """
    Recomputed from the file, each table of the survey comes out, to the second decimal.
    """
    frame = measured_frame(kind)
    part = frame[(frame.provider == provider) & (frame.category == category) & (frame.chars >= 100)]
    assert len(part) == n
    found = [percentile(part.chars_per_token, share) for share in (0.1, 0.5, 0.9)]
    assert [round(value, 2) for value in [*found, part.chars.sum() / part.tokens.sum()]] == pytest.approx(
        [p10, median, p90, pooled], abs=0.011)


@pytest.mark.parametrize(("family", "n", "median"), [
    ("claude-haiku-4-5", 74, 3.98), ("claude-sonnet-4-5", 53, 4.14), ("claude-opus-4-8", 14, 2.84),
    ("gpt-4o-mini", 405, 4.67), ("gpt-4-0613", 14, 4.93),
])
def test_families_are_those_of_the_survey(family, n, median):
    """
    The new Claude tokenizer stands out: 2.84 characters a token where its predecessors have about 4.
    """
    frame = measured_frame("output_text")
    part = frame[(frame.family == family) & (frame.chars >= 100)]
    assert (len(part), round(part.chars_per_token.median(), 2)) == (n, median)


@pytest.mark.parametrize(("provider", "kind", "within_10", "within_25", "under", "median"), [
    ("anthropic", "output_text", 27, 56, 70, -16), ("openai", "output_text", 25, 58, 41, 6),
    ("anthropic", "input_text", 17, 38, 88, -33), ("openai", "input_text", 26, 56, 50, 1),
])
def test_the_rule_of_four_misses_as_the_survey_says(provider, kind, within_10, within_25, under, median):
    """
    Shares in percent over all lengths: within 10 %, within 25 %, too low, and the median error.
    """
    frame = measured_frame(kind)
    error = frame[frame.provider == provider].rule_error
    shares = [(error.abs() <= 0.10).mean(), (error.abs() <= 0.25).mean(), (error < 0).mean(), error.median()]
    assert [100 * share for share in shares] == pytest.approx([within_10, within_25, under, median], abs=1)


def test_the_fixed_overhead_is_that_of_the_survey():
    """
    About 8.5 tokens a request at Anthropic, 9.4 at OpenAI, 5.2 a reply at Anthropic: other subsets, near enough.
    """
    assert overhead("anthropic") == pytest.approx(8.5, abs=0.5)
    assert overhead("openai") == pytest.approx(9.4, abs=0.5)
    assert overhead("anthropic", "output_text") == pytest.approx(5.2, abs=1)


def test_the_frame_takes_a_kind_and_refuses_others():
    """
    The three kinds are the whole, but for one row without characters.
    """
    assert len(measured_frame()) == sum(len(measured_frame(kind)) for kind in KINDS) == 2_839
    with pytest.raises(ValueError, match="kind must be one of input_text, output_text, count_tokens; got 'text'"):
        measured_frame("text")


# Estimates


@pytest.mark.parametrize(("kind", "text"), SAMPLES.items())
def test_the_kind_of_a_text_is_seen(kind, text):
    """
    By simple signs: scripts, JSON that parses, list marks, keywords and braces.
    """
    assert content_kind(text) == kind


@pytest.mark.parametrize(("text", "kind"), [
    ("", "english prose"), ("   \n", "english prose"), ("42", "other"), ("[1, 2, 3]", "json"),
    ("He paid 42 dollars - too much.", "english prose"), ("Here:\n```python\nprint(1)\n```\nDone.", "markdown"),
    ("function f(a) {\n  return a;\n}\n", "code"), ("1. import the goods from France", "markdown"),
])
def test_edge_cases_of_the_kinds(text, kind):
    """
    No kind is an error, and prose with a dash or a number stays prose.
    """
    assert content_kind(text) == kind


@pytest.mark.parametrize(("model", "kind", "measured", "basis"), [
    ("claude-haiku-4-5", "english prose", True, "claude-3 tokenizer"),
    ("claude-haiku-5-5", "english prose", False, "the documented 2.5 characters a token"),
    ("gpt-4o", "markdown", True, "o200k tokenizer"),
    ("gpt-3.5-turbo", "english prose", True, "cl100k tokenizer"),
    ("claude-haiku-5-5", "json", False, "the documented 30 % more tokens since Opus 4.7"),
    ("claude-haiku-5-5", "code", False, "the documented 2.5 characters a token"),
    ("claude-haiku-4-5", "cjk", False, "what o200k needs for this text"),
    ("gpt-4o", "cjk", True, "counted with o200k itself"),
    ("gpt-4o", "code", True, "counted with o200k itself"),
    ("gpt-6-luna", "english prose", False, "what o200k needs for this text"),
])
def test_an_estimate_says_what_it_rests_on(model, kind, measured, basis):
    """
    Measured where there are texts of that kind for that tokenizer, else it names what stands in.
    """
    estimate = estimate_tokens(SAMPLES[kind], model)
    assert estimate.kind == kind
    assert estimate.measured is measured
    assert basis in estimate.basis
    assert 0 < estimate.low <= estimate.tokens <= estimate.high


def test_the_same_text_is_more_tokens_on_current_claude_models():
    """
    About 30 % more by the documentation; the measurements of both tokenizers say somewhat more.
    """
    old, new = (estimate_tokens(PROSE * 20, model).tokens for model in ("claude-haiku-4-5", "claude-haiku-5-5"))
    assert 1.25 < new / old < 1.8


def test_four_fifths_of_the_measured_prompts_lie_in_the_estimated_range():
    """
    The range is p10 to p90 of such texts, so it must hold about 80 % of them: checked on prose of both vendors.
    """
    for generation in ("claude-3", "o200k"):
        known = ratio(generation, ("english prose",))
        rows = [row for row in measurements() if row.generation == generation and row.category == "english prose"
                and row.kind != "count_tokens" and row.chars and row.chars >= 100]
        inside = [overhead(row.provider, row.kind) + row.chars / known.high <= row.tokens
                  <= overhead(row.provider, row.kind) + row.chars / known.low for row in rows]
        assert 0.75 < sum(inside) / len(inside) < 0.85


def test_recorded_counts_are_near_the_estimates():
    """
    Counted by the API itself: "What is the capital of France?" is 14 on haiku-4-5, "Hello, world!" 11 on Sonnet 4.
    """
    assert abs(estimate_tokens("What is the capital of France?", "claude-haiku-4-5").tokens - 14) <= 3
    assert abs(estimate_tokens("Hello, world!", "claude-sonnet-4-0").tokens - 11) <= 2


@given(st.text(max_size=120), st.sampled_from(["claude-haiku-5-5", "claude-haiku-4-5", "gpt-4o", "gpt-6-luna", "gpt-4",
                                               "claude-2.1", "ada"]))
def test_any_text_can_be_estimated(text, model):
    """
    Empty, odd, or in any script: the range holds the estimate, and an empty prompt still has its overhead.
    """
    estimate = estimate_tokens(text, model)
    assert 7 <= estimate.low <= estimate.tokens <= estimate.high
    assert str(estimate).startswith(f"about {estimate.tokens:,} tokens")


def test_an_unknown_model_is_refused():
    """
    Its tokenizer isn't known either.
    """
    with pytest.raises(UnknownModelError):
        estimate_tokens("text", "gpt-7")
