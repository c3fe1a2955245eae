"""The catalogue: what its maker makes, byte for byte, of the size that the lesson says, and fit for a cache."""

from __future__ import annotations

import importlib.util
import re

from helpers.caching.layouts import VOLATILE
from helpers.economics import find_model, model_id
from helpers.settings import DATA
from helpers.tokens import count_o200k, estimate_tokens

CATALOGUE = (DATA / "catalogue.md").read_text("utf-8")


def test_it_is_what_the_maker_makes():
    """The same on every Python: `python data/make_catalogue.py` changes nothing."""
    spec = importlib.util.spec_from_file_location("make_catalogue", DATA / "make_catalogue.py")
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    assert maker.catalogue() == CATALOGUE
    assert CATALOGUE.isascii()


def test_it_has_about_fifty_thousand_tokens_and_stays_below_the_default_model_s_cliff():
    """Estimated, for nobody has sent it; counted where that is possible offline."""
    model = model_id("default")
    estimate = estimate_tokens(CATALOGUE, model)
    assert 48_000 < estimate.tokens < 52_000
    assert estimate.high < find_model(model).prices[1].above_prompt_tokens
    assert 37_051 == count_o200k(CATALOGUE)
    assert (DATA / "catalogue.md").stat().st_size < 250_000


def test_each_article_is_there_once_and_goes_with_two_others():
    """Numbers without a gap, names that nobody else has, and neighbours that exist."""
    numbers = [int(number) for number in re.findall(r"^### AO-(\d{4})", CATALOGUE, re.M)]
    assert list(range(1001, 1001 + len(numbers))) == numbers
    assert len(numbers) == len(set(re.findall(r"^### AO-\d{4} (\w+)", CATALOGUE, re.M))) == 440
    for article in CATALOGUE.split("### ")[1:]:
        own, *others = re.findall(r"AO-(\d{4})", article)
        assert 3 == len({own, *others})
        assert set(map(int, others)) <= set(numbers)


def test_nothing_in_it_changes_with_time():
    """No date, no clock, no stock: it can stand before a breakpoint."""
    assert VOLATILE.search(CATALOGUE) is None
    assert not re.search(r"\b20\d\d\b|in stock|today|this (week|month|year)", CATALOGUE)
