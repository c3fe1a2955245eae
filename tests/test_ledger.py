"""Ledger: who spent how much, added from any thread, grouped, and shown."""

from __future__ import annotations

import math
import threading
from dataclasses import FrozenInstanceError

import pytest

from helpers.economics import Cost, Ledger, Usage

SMALL = Usage(input=1_000, output=100)


@pytest.fixture
def ledger() -> Ledger:
    """Three requests of two models and two labels."""
    ledger = Ledger()
    ledger.add(SMALL, "claude-haiku-5-5", lesson="01", label="bot")
    ledger.add(Usage(input=1_000, cache_read=9_000, output=500), "claude-sonnet-5-5", lesson="01", label="bot")
    ledger.add(SMALL, "claude-haiku-5-5", lesson="02", label="search", provenance="live")
    return ledger


def test_an_entry_is_priced_when_it_is_added(ledger):
    """
    Or takes the cost that it is given: a batch discount is known to whoever sent the batch.
    """
    assert [str(entry.cost) for entry in ledger.entries] == ["$0.00015", "$0.0079", "$0.00015"]
    given = ledger.add(SMALL, "claude-haiku-5-5", cost=Cost(input="0.5"))
    assert given.cost == Cost(input="0.5")
    assert ledger.total == Cost(input="0.5022", cache_read="0.0009", output="0.0051")


def test_entries_are_frozen_and_keep_their_order(ledger):
    """
    What was booked stays booked; the tuple is a copy.
    """
    assert [entry.provenance for entry in ledger.entries] == ["constructed", "constructed", "live"]
    with pytest.raises(FrozenInstanceError):
        ledger.entries[0].model = "another"


@pytest.mark.parametrize(("group", "names"), [
    ("model", ["claude-sonnet-5-5", "claude-haiku-5-5"]), ("lesson", ["01", "02"]), ("label", ["bot", "search"]),
])
def test_a_table_by_group_has_the_dearest_first(ledger, group, names):
    """
    One row a group, tidy: requests, all prompt tokens (cached ones, too), output tokens, usd.
    """
    frame = ledger.by(group)
    assert list(frame.columns) == [group, "requests", "prompt_tokens", "output_tokens", "usd"]
    assert list(frame[group]) == names
    assert frame.requests.sum() == 3
    assert frame.prompt_tokens.sum() == 12_000
    assert frame.output_tokens.sum() == 700
    assert math.isclose(frame.usd.sum(), float(ledger.total.usd))


def test_groups_of_equal_cost_are_in_alphabetical_order():
    """
    A saved table must not depend on who came first.
    """
    ledger = Ledger()
    for label in ("b", "c", "a"):
        ledger.add(SMALL, "claude-haiku-5-5", label=label)
    assert list(ledger.by("label").label) == ["a", "b", "c"]


def test_an_unknown_group_is_refused(ledger):
    """
    The message lists what there is.
    """
    with pytest.raises(ValueError, match="groups by model, lesson, label; got 'tenant'"):
        ledger.by("tenant")


def test_an_empty_ledger_still_has_its_columns():
    """
    A lesson that shows its ledger before the first call must not fail.
    """
    assert list(Ledger().by("model").columns) == ["model", "requests", "prompt_tokens", "output_tokens", "usd"]
    assert (str(Ledger()), Ledger().total, len(Ledger())) == ("$0.00 for 0 requests", Cost(), 0)


def test_a_request_without_a_price_is_shown_as_such_never_as_free(ledger):
    """
    A local model has no row: its request happened, its cost is unknown, and the sum says what it leaves out.
    """
    ledger.add(Usage(input=5), "a-model-on-this-machine", label="bot")
    assert ledger.unpriced == 1
    assert str(ledger).endswith("for 4 requests, 1 of them without a known price")
    by_model = ledger.by("model").set_index("model")
    assert math.isnan(by_model.usd["a-model-on-this-machine"])
    assert list(by_model.index)[-1] == "a-model-on-this-machine"
    assert math.isnan(ledger.by("label").set_index("label").usd["bot"]), "a sum with an unknown part is unknown"
    assert "| a-model-on-this-machine | 1 | 5 | 0 | unknown |" in ledger._repr_markdown_()


def test_it_shows_itself_in_a_notebook(ledger):
    r"""
    A small table by model, and the total; every $ is escaped.
    """
    assert ledger._repr_markdown_() == "\n".join([
        "| model | requests | prompt tokens | output tokens | cost |",
        "|---|--:|--:|--:|--:|",
        r"| claude-sonnet-5-5 | 1 | 10,000 | 500 | \$0.0079 |",
        r"| claude-haiku-5-5 | 2 | 2,000 | 200 | \$0.0003 |",
        "",
        r"\$0.0082 for 3 requests",
    ])


def test_threads_lose_nothing():
    """
    Parallel replies are booked from several threads at once.
    """
    ledger = Ledger()

    def book():
        for _ in range(200):
            ledger.add(SMALL, "claude-haiku-5-5", cost=Cost(input=1))

    threads = [threading.Thread(target=book) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ledger) == ledger.total.usd == 1_600
