"""The benchmark's arithmetic, table and JSON, on rows made by hand: nothing here measures time."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from bench import measure, report, row, suite
from bench.row import BROKEN, INFO, LONGEST_TITLE, MET, MISSED, NOT_RUN, CannotMeasure, Row

from helpers.cli import bench as command

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def ratio(*samples, goal=1.2, **more):
    return Row(title="a call", samples=samples, goal=goal, **more)


def group(*rows, name="call"):
    return report.Group(name, "ours over the other", rows)


def scripted(*values):
    """A measurement that gives *values* in turn."""
    left = list(values)
    return lambda: left.pop(0)


@pytest.mark.parametrize(("one", "verdict"), [
    (ratio(1.1, 1.2, 9.0), MET),
    (ratio(1.1, 1.21, 1.3), MISSED),
    (ratio(2.9, 3.0, 3.1, goal=3.0, at_least=True), MET),
    (ratio(2.9, goal=3.0, at_least=True), MISSED),
    (ratio(99.0, goal=None), INFO),
    (ratio(reason="no recordings yet"), NOT_RUN),
    (ratio(reason="it broke", broken=True), BROKEN),
])
def test_the_median_is_judged(one: Row, verdict: str):
    """At most the goal, or at least it; without a goal nothing is judged; one wild round does not count."""
    assert verdict == one.verdict


def test_the_exit_code_is_that_of_the_measured_goals():
    """What could not be measured is no failure; what was missed or failed is."""
    fine = [ratio(1.0), ratio(5.0, goal=None), ratio(reason="no lesson yet")]

    assert 0 == row.exit_code(fine)
    assert 1 == row.exit_code([*fine, ratio(1.3)])
    assert 1 == row.exit_code([*fine, ratio(reason="it failed", broken=True)])


def test_a_row_has_samples_or_a_reason():
    """Neither, or both, is a mistake in a measurement."""
    with pytest.raises(ValueError, match="needs either samples or the reason why there are none"):
        Row(title="nothing")
    with pytest.raises(ValueError, match="needs either samples or the reason"):
        ratio(1.0, reason="and yet")
    with pytest.raises(ValueError, match=f"the table has {LONGEST_TITLE}"):
        Row(title="x" * (LONGEST_TITLE + 1), samples=(1.0,))


def test_rounds_alternate_and_each_has_its_ratio():
    """Ours, other, ours, other; the first of each warms up; a round of several is the quickest of either."""
    order = []

    def noted(name, value):
        return lambda: order.append(name) or value

    pairs = measure.in_turns(noted("a", 3.0), noted("b", 2.0), 2, each=2)
    assert ["a", "b"] * 5 == order
    assert (1.5, 1.5) == pairs.ratios

    pairs = measure.in_turns(scripted(2.0, 9.0, 3.0), scripted(5.0, 1.0, 4.0), 1, each=3, warm_up=False)
    assert (2.0,) == pairs.ratios
    assert (0.5,) == pairs.inverse


@pytest.mark.parametrize(("ours", "other", "text"), [
    (0.00123, 0.00045, "1.23 : 0.45 ms"), (0.0123, 0.0045, "12.3 : 4.5 ms"), (0.123, 0.045, "123 : 45 ms"),
])
def test_the_numbers_behind_a_ratio_are_shown_in_the_same_precision(ours: float, other: float, text: str):
    """As many decimals as the larger one bears."""
    assert text == measure.Pairs([ours], [other]).beside()


def test_a_percentile_is_one_of_the_values():
    """The smallest value that the share does not exceed."""
    values = list(range(100, 0, -1))

    assert (95, 100, 1) == tuple(measure.percentile(values, share) for share in (0.95, 1.0, 0.0))
    assert 7 == measure.percentile([7], 0.95)


def test_the_table_is_aligned_and_fits():
    """The widest row that a measurement may make stays within the width; numbers end at the same column."""
    wide = Row(title="x" * LONGEST_TITLE, samples=(10_000.0, 99_999.0, 12_345.0), unit="ms", goal=1000.0,
               beside="123456 : 123456 MB and more")
    lines = report.table([group(wide, ratio(1.1, 1.0, 1.3, beside="1.23 : 0.45 ms"))]).splitlines()

    assert max(map(len, lines)) <= report.WIDTH
    assert lines[3].index("≤ 1000 ms") + len("≤ 1000 ms") == lines[4].index("≤ 1.2x") + len("≤ 1.2x")
    assert ["a", "call", "1.10x", "1.00-1.30", "≤", "1.2x", "1.23", ":", "0.45", "ms", "met"] == lines[4].split()


def test_the_table_says_why_a_row_is_missing():
    """Below the table, wrapped, with the row's name."""
    text = report.table([group(ratio(reason="data/recordings/01_token_economics.json is not there yet. " * 3))])

    assert "not run: a call: data/recordings/01_token_economics.json is not there yet." in text
    assert max(map(len, text.splitlines())) <= report.WIDTH


def test_the_json_has_the_rows_and_what_they_were_measured_on():
    """Versions, Python, cores and date beside every sample, ready to be written."""
    got = json.loads(json.dumps(report.document(
        [group(ratio(1.0, 1.1, 1.3, details={"p50_ms": 2}), ratio(reason="no lesson"))], now=NOW,
        options={"quick": True})))

    assert ("2026-11-23T09:00:00+00:00", {"quick": True}) == (got["date"], got["options"])
    assert got["cores"] >= 1
    assert got["versions"]["anthropic"].startswith("2.")
    first, second = got["rows"]
    assert ("call", 1.1, 1.0, 1.3, "met", {"p50_ms": 2}) == tuple(
        first[name] for name in ("group", "median", "min", "max", "verdict", "details"))
    assert (None, None, "not run", "no lesson") == tuple(
        second[name] for name in ("median", "min", "verdict", "reason"))


class FakePlan:
    """A group whose measuring is a function."""

    about = "made by hand"

    def __init__(self, measure):
        self.measure = measure


def lacking(effort):
    raise CannotMeasure("vcrpy is not installed.")


def failing(effort):
    raise KeyError("usage")


def test_a_group_that_lacks_or_breaks_leaves_the_others():
    """A lack and a failure each become one row; a line is said for each group."""
    said = []
    plans = {"good": FakePlan(lambda effort: [ratio(1.0)]), "lack": FakePlan(lacking), "bad": FakePlan(failing)}

    groups = suite.run(list(plans), measure.QUICK, plans=plans, say=said.append)

    assert [MET, NOT_RUN, BROKEN] == [one.rows[0].verdict for one in groups]
    assert ["", "vcrpy is not installed.", "KeyError: 'usage'"] == [one.rows[0].reason for one in groups]
    assert ["measured good in 0 s", "measured lack in 0 s", "measured bad in 0 s"] == said


def test_every_plan_names_a_function():
    """A group can't be measured by what does not exist."""
    import importlib

    for plan in suite.PLANS.values():
        assert callable(getattr(importlib.import_module(f"bench.{plan.module}"), plan.function))


def test_the_command_prints_writes_and_judges(tmp_path, monkeypatch, capsys):
    """Only the groups asked for; table on stdout, results beside it as JSON, 1 for a missed goal."""
    monkeypatch.setattr(command, "RESULTS", tmp_path / "results.json")
    monkeypatch.setattr(suite, "PLANS", {"good": FakePlan(lambda effort: [ratio(1.0)]),
                                         "slow": FakePlan(lambda effort: [ratio(float(effort.calls))])})

    assert 0 == command.main(["--only", "good"])
    assert 1 == command.main(["--quick"])

    written = json.loads((tmp_path / "results.json").read_text())
    assert ({"quick": True, "only": None}, ["met", "MISSED"]) == (
        written["options"], [one["verdict"] for one in written["rows"]])
    assert "MISSED" in capsys.readouterr().out


def test_the_command_names_the_groups_that_there_are(capsys):
    """A misspelt group is refused with the names."""
    with pytest.raises(SystemExit):
        command.main(["--only", "mis"])
    assert "choose from" in capsys.readouterr().err
