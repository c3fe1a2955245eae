"""data/models.json against what others say: genai-prices row by row, both SDKs' lists, and the calendar."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from helpers.economics import Model, Usage, cost, find_model, load_models, model_id, prices_as_of
from helpers.economics.models import MODELS_FILE, UnknownModelError

LIST = load_models()
PRICED = [model for model in LIST.models if model.prices]
AS_OF = datetime(*prices_as_of().timetuple()[:3], tzinfo=UTC)
"""genai-prices knows when prices changed: both are compared on the day of the file."""
ROLES = ("default", "production", "openai")
NOTICE = timedelta(days=60)

NOT_IN_GENAI_PRICES = {
    "claude-mythos-5": "limited availability: its importer skips such rows",
    "claude-mythos-5-1": "limited availability: its importer skips such rows",
    "gpt-6.2-sol": "released 2026-11-17, after the data of 0.2.3",
    "gpt-6.2-astra": "released 2026-11-17, after the data of 0.2.3",
}
BATCH_DIFFERS = {
    "gpt-5.4": "takes the rounded 0.13 from the page for cached input; half of 0.25 is 0.125",
    "gpt-5.5-pro": "has no batch price above 272,000 tokens; ours halves the long price",
}
NO_BATCH_THERE = {
    "claude-opus-4-1", "claude-opus-4-0", "claude-sonnet-4-0", "claude-3-7-sonnet-20250219",
    "claude-3-5-sonnet-20241022", "claude-3-5-haiku-20241022", "claude-3-opus-20240229", "claude-3-haiku-20240307",
}
"""Retired: Anthropic's own page had half price for them as long as they ran."""


def in_genai_prices(usage: Usage, name: str, **context: str) -> Decimal:
    """What genai-prices charges for *usage*; LookupError where it doesn't know the model."""
    from genai_prices import Usage as TheirUsage
    from genai_prices import calc_price

    writes = usage.cache_write_5m + usage.cache_write_1h
    theirs = TheirUsage(
        input_tokens=usage.prompt, output_tokens=usage.output, cache_read_tokens=usage.cache_read,
        cache_write_tokens=writes, cache_write_5m_tokens=usage.cache_write_5m,
        cache_write_1h_tokens=usage.cache_write_1h, web_searches=usage.web_searches)
    return calc_price(theirs, name, provider_id=find_model(name).vendor, genai_request_timestamp=AS_OF,
                      price_context=context or None).total_price


def sample_usages(model: Model) -> list[Usage]:
    """Small, cached, searched, and each of them above every threshold that the model has."""
    small = [Usage(input=1_234, output=567), Usage(input=11, cache_read=2_345, output=6)]
    if model.price.cache_write_5m is not None:
        small.append(Usage(input=7, cache_write_5m=4_321, cache_read=99, output=8))
    if model.vendor == "anthropic" and model.price.cache_write_1h is not None:   # it has no 12-hour writes of OpenAI
        small.append(Usage(input=7, cache_write_1h=4_321, cache_write_5m=3, output=8))
    thresholds = [tier.above_prompt_tokens for tier in model.prices]
    edges = [Usage(input=n + 1, output=77) for n in thresholds] + [Usage(input=n, output=77) for n in thresholds]
    return small + edges + [usage + Usage(input=n) for usage in small for n in thresholds]


def one_request(usage: Usage) -> Usage:
    """The same counts, as of a single request."""
    return replace(usage)


def variants(name: str) -> set[tuple[str, str]]:
    """The (key, value) contexts for which genai-prices has a price of its own."""
    from genai_prices import Usage as TheirUsage
    from genai_prices import calc_price

    found = calc_price(TheirUsage(input_tokens=1, output_tokens=1), name, provider_id=find_model(name).vendor)
    return {item for variant in found.model.price_variants or () for item in variant.when.items()}


# The file


def test_the_file_says_what_it_is_and_each_row_where_it_comes_from():
    """
    No row without a source and a day; no day in the future of the file.
    """
    for row in json.loads(MODELS_FILE.read_text(encoding="utf-8"))["models"]:
        assert row["source"], row["id"]
        assert date.fromisoformat(row["checked"]) <= prices_as_of(), row["id"]
        assert all(isinstance(rate, str | None) for tier in row["prices"] or () for name, rate in tier.items()
                   if name != "above_prompt_tokens"), f"{row['id']}: prices are text, so that no digit is lost"
        assert row["prices"] or row["note"], f"{row['id']}: no price, and no word why"


def test_tiers_begin_at_zero_and_rise():
    """
    A price for every prompt, and none that can't be reached.
    """
    for model in PRICED:
        thresholds = [tier.above_prompt_tokens for tier in model.prices]
        assert thresholds == sorted(set(thresholds)), model.id
        assert thresholds[0] == 0, model.id


def test_the_cheap_reads_and_dear_writes_keep_their_proportions():
    """
    Anthropic: 1.25 and 2 times the input rate for writes, at most a tenth for reads. A typing error would show here.
    """
    for model in PRICED:
        for tier in model.prices if model.vendor == "anthropic" else ():
            price = tier.price
            if price.cache_read is not None and model.id != "claude-3-haiku-20240307":   # 0.30, rounded by the vendor
                assert price.cache_write_5m == price.input * Decimal("1.25"), model.id
            if price.cache_read is not None:
                assert price.cache_write_1h == price.input * 2, model.id
            if price.cache_read is not None and model.id != "claude-3-haiku-20240307":
                assert price.cache_read / price.input in map(Decimal, ("0.1", "0.05", "0.025")), model.id


def test_roles_name_models_and_an_unknown_role_is_refused():
    """
    Lessons name roles; the message lists them.
    """
    assert [model_id(role) for role in ROLES] == ["claude-haiku-5-5", "claude-sonnet-5-5", "gpt-6-luna"]
    with pytest.raises(UnknownModelError, match="No model plays the role 'cheap'.*default, production, openai"):
        model_id("cheap")


def test_the_source_lessons_quotes_are_kept_with_what_was_right():
    """
    $3/$15 for Sonnet was right; $5/$15 for GPT-4o was an older snapshot's price.
    """
    sonnet, gpt = find_model("claude-sonnet-4-0"), find_model("gpt-4o")
    assert (sonnet.quoted.price.input, sonnet.quoted.price.output) == (3, 15)
    assert sonnet.quoted.price.input == sonnet.price.input
    assert (gpt.quoted.price.input, gpt.quoted.price.output) == (5, 15)
    assert (gpt.price.input, gpt.price.output) == (Decimal("2.5"), 10)
    old = find_model("gpt-4o-2024-05-13")
    assert (old.price.input, old.price.output) == (5, 15)


@pytest.mark.parametrize(("change", "message"), [
    ({"status": "fine"}, "models.json, m: status must be one of active, legacy, deprecated, retired"),
    ({"prices": [{"above_prompt_tokens": 0, "input": "x", "output": "1"}]}, "models.json, m, prices: input"),
    ({"retires_on": "soon"}, "models.json, m, retires_on: Invalid isoformat"),
    ({"aliases": ["n", "n"]}, "'n' belongs to both m and m"),
])
def test_a_wrong_row_is_named_with_its_field(tmp_path: Path, change, message):
    """
    Whoever renews the prices learns where the mistake is.
    """
    row = {"id": "m", "vendor": "openai", "status": "active", "prices": None, "checked": "2026-01-01", **change}
    file = tmp_path / "models.json"
    file.write_text(json.dumps({"as_of": "2026-01-01", "roles": {}, "models": [row]}), encoding="utf-8")
    with pytest.raises(ValueError) as refused:
        load_models(file)
    assert message in str(refused.value)


# Against genai-prices


@pytest.mark.parametrize("model", [m for m in PRICED if m.id not in NOT_IN_GENAI_PRICES], ids=lambda m: m.id)
def test_every_price_agrees_with_genai_prices(model: Model):
    """
    To the last digit: small and cached requests, on each side of each threshold, under the id and every alias.
    """
    for usage in map(one_request, sample_usages(model)):
        for name in (model.id, *model.aliases):
            assert cost(usage, name).usd == in_genai_prices(usage, name), (name, usage)


@pytest.mark.parametrize("name", NOT_IN_GENAI_PRICES)
def test_a_known_gap_is_still_a_gap(name):
    """
    Once genai-prices has the model, this fails: compare the price, then take it off the list.
    """
    with pytest.raises(LookupError):
        in_genai_prices(Usage(input=1), name)


@pytest.mark.parametrize("model", [m for m in PRICED if m.id not in NOT_IN_GENAI_PRICES], ids=lambda m: m.id)
def test_batch_prices_agree_with_genai_prices(model: Model):
    """
    Where it has a batch price so have we, and the same; the exceptions are named, and must still be exceptions.
    """
    has_one = ("processing", "batch") in variants(model.id)
    if model.id in NO_BATCH_THERE:
        assert not has_one, f"{model.id} has a batch price there by now: take it off NO_BATCH_THERE"
        return
    assert has_one == (model.batch_discount is not None), model.id
    usages = [one_request(usage) for usage in sample_usages(model)] if has_one else []
    same = [cost(usage, model.id, batch=True).usd == in_genai_prices(usage, model.id, processing="batch")
            for usage in usages]
    assert all(same) == (model.id not in BATCH_DIFFERS), BATCH_DIFFERS.get(model.id, "an unexpected difference")


@pytest.mark.parametrize("model", [m for m in PRICED if m.service_multipliers and m.id not in NOT_IN_GENAI_PRICES],
                         ids=lambda m: m.id)
def test_service_levels_agree_with_genai_prices(model: Model):
    """
    flex, fast and priority: each multiplier of the row gives the price that genai-prices has for it.
    """
    key = "speed" if model.vendor == "anthropic" else "service_tier"
    tolerance = Decimal("0.0000000000001") if model.id != "gpt-5.4" else Decimal("0.0001")   # 0.13 again
    for level in model.service_multipliers:
        assert (key, level) in variants(model.id), f"{model.id} has no {level} there"
        for usage in (Usage(input=1_234, output=567), Usage(input=11, cache_read=2_345, output=6)):
            difference = cost(usage, model.id, service=level).usd - in_genai_prices(usage, model.id, **{key: level})
            assert abs(difference) <= tolerance, (model.id, level, usage)


def test_search_fees_agree_with_genai_prices():
    """
    $10 per 1,000 searches for every Claude model that has a fee here.
    """
    for model in PRICED:
        if model.vendor == "anthropic" and model.web_search_usd_per_1000 and model.id not in NOT_IN_GENAI_PRICES:
            usage = Usage(input=10, output=10, web_searches=7)
            assert cost(usage, model.id).usd == in_genai_prices(usage, model.id), model.id


# Against the SDKs


def test_every_model_that_the_anthropic_sdk_lists_has_a_row():
    """
    A new SDK with a new model fails here until its row is written.
    """
    from typing import get_args

    from anthropic.types.model import Model as Listed

    names = get_args(get_args(Listed)[0])
    assert len(names) > 20
    assert [name for name in names if name not in LIST.by_id] == []


def test_retirements_agree_with_the_anthropic_sdk():
    """
    The SDK's own deprecation warnings carry dates; ours are the same.
    """
    from anthropic.resources.messages.messages import DEPRECATED_MODELS

    def day(text: str) -> date:
        return datetime.strptime(re.sub(r"(\d)(st|nd|rd|th)", r"\1", text), "%B %d, %Y").date()

    listed = {name: day(text) for name, text in DEPRECATED_MODELS.items() if name in LIST.by_id}
    assert len(listed) > 10
    assert {name: find_model(name).retires_on for name in listed} == listed


def test_shutdowns_agree_with_the_openai_sdk():
    """
    Its list of chat models has the announced shutdown dates in its docstring; ids that we don't have are passed over.
    """
    import openai.types.shared.chat_model as chat_model

    source = " ".join(Path(chat_model.__file__).read_text(encoding="utf-8").split())
    announced = {name: date.fromisoformat(day)
                 for names, day in re.findall(r'- ((?:"[^"]+",? ?)+): Announced shutdown date: (\S+)\.', source)
                 for name in re.findall('"([^"]+)"', names) if name in LIST.by_id}
    assert len(announced) > 40
    assert {name: find_model(name).retires_on for name in announced} == announced


def test_the_status_fits_the_dates():
    """
    Retired means past its day, deprecated means that the day is set and ahead.
    """
    for model in LIST.models:
        if model.retires_on:
            past = model.retires_on <= prices_as_of()
            assert model.status == ("retired" if past else "deprecated"), model.id


# The calendar


def roles_that_end(today: date) -> list[str]:
    """What has to be done about the models that the lessons use, 60 days before they may be gone."""
    messages = []
    for role in ROLES:
        model = find_model(model_id(role))
        if model.retires_on and model.retires_on - today <= NOTICE:
            messages.append(
                f"{model.id} is retired on {model.retires_on}. In data/models.json, give the role {role!r} to one of: "
                f"{', '.join(successors(model, today))}; then `make notebooks`.")
        elif model.retires_not_before and model.retires_not_before - today <= NOTICE:
            messages.append(
                f"{model.id} may be retired from {model.retires_not_before} on. Look at the vendor's list of "
                f"deprecations, then set its retires_on or retires_not_before in data/models.json, or give the role "
                f"{role!r} to one of: {', '.join(successors(model, today))}.")
    return messages


def successors(model: Model, today: date) -> list[str]:
    """Active models of the same vendor, open to all, that don't end soon themselves; nearest in price first."""
    lasting = [m for m in PRICED if m.vendor == model.vendor and m.status == "active" and m.id != model.id
               and "Limited availability" not in m.note
               and (m.retires_on or m.retires_not_before or date.max) - NOTICE > today]
    return [m.id for m in sorted(lasting, key=lambda m: abs(m.price.input - model.price.input))]


def test_no_model_that_the_lessons_use_is_about_to_be_retired():
    """
    Today's date, the real file: this is the test that is meant to fail one day.
    """
    assert roles_that_end(datetime.now(UTC).date()) == []


def test_the_warning_comes_sixty_days_ahead_and_says_what_to_do(monkeypatch):
    """
    Not on day 61; from day 60 on, with the field to change and the candidates.
    """
    floor = find_model("claude-haiku-5-5").retires_not_before
    assert roles_that_end(floor - timedelta(days=70)) == []
    message = next(m for m in roles_that_end(floor - timedelta(days=60)) if m.startswith("claude-haiku-5-5"))
    assert "may be retired from 2027-10-07 on" in message
    assert "retires_on or retires_not_before in data/models.json" in message

    ending = replace(find_model("claude-haiku-5-5"), retires_on=date(2027, 3, 1))
    monkeypatch.setitem(LIST.by_id, "claude-haiku-5-5", ending)
    assert roles_that_end(date(2026, 12, 30)) == []
    assert roles_that_end(date(2026, 12, 31)) == [
        "claude-haiku-5-5 is retired on 2027-03-01. In data/models.json, give the role 'default' to one of: "
        "claude-sonnet-5-5, claude-opus-5-5, claude-fable-5-2; then `make notebooks`."]
