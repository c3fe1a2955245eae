"""02-1 and the lesson's own classifier say the same, so that an answer to 02-1 can take its place in 02-2."""

from __future__ import annotations

import pytest

from helpers.classroom import check
from helpers.exercises.e02_errors import made
from helpers.exercises.e02_retry import my_retry
from helpers.exercises.e02_verdict import CASES, described, is_retryable
from helpers.exercises.failures import OPENAI
from helpers.retries import classify


@pytest.fixture(autouse=True)
def _empty_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.vendor} {case.spec}")
def test_the_reference_solution_and_classify_agree(case):
    """What we call right in the exercise is what production does."""
    assert case.want == is_retryable(case.error) == classify(case.error)


@pytest.mark.parametrize(("spec", "vendor", "verdict"), [
    ("error after 3 deltas", OPENAI, "retry"), ("501", OPENAI, "retry"), ("409", OPENAI, "retry"),
    ("402", OPENAI, "human"), ("499", "ANTHROPIC", "never"), ("stream timeout_error", "ANTHROPIC", "retry")])
def test_they_agree_on_errors_that_are_not_asked_for(spec, vendor, verdict):
    """The reference is a good answer, and not only a passing one."""
    assert verdict == is_retryable(made(spec, vendor)) == classify(made(spec, vendor))


def test_an_answer_to_the_first_exercise_serves_in_the_second(monkeypatch):
    """A learner may put `is_retryable` in the place of `classify`."""
    monkeypatch.setattr("helpers.exercises.e02_retry.classify", is_retryable)

    report = check("02-2", my_retry)

    assert report.passed, report


def test_each_case_is_told_by_what_it_carries():
    """A message names the status, the words, a text that misleads, and says so where it is the learner's own slip."""
    told = [described(case.error) for case in CASES]

    assert any("status 418" in line for line in told)
    assert any("error_code `contract_spend_limit_reached`" in line for line in told)
    assert any("429, type `insufficient_quota`" in line and "code" not in line for line in told)
    assert any("quotes a customer" in line and "529" in line for line in told)
    assert any("`KeyError('prompt')`: a slip in your own code" in line for line in told)
    assert all("connection failed" in line for line, case in zip(told, CASES, strict=True)
               if case.spec in ("timeout", "dropped connection"))
