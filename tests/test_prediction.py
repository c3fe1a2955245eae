"""Predictions: what can be locked, what the comparison says, and what survives a second run and a restart."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from decimal import Decimal

import numpy as np
import pytest

from helpers.classroom import prediction, progress
from helpers.classroom.comparing import difference, read_number, shown
from helpers.classroom.prediction import predict
from helpers.economics import Cost
from helpers.settings import ROOT

CHOICES = ("It returns text.", "`AttributeError`", "a 400")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """An empty progress folder and a fresh kernel."""
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    monkeypatch.setattr(prediction, "_states", {})
    return tmp_path


def money():
    """A prediction of dollars."""
    return predict("01-p1", "What will fifty turns cost?", unit="$")


def kinds():
    """A prediction with choices."""
    return predict("00-p1", "What happens?", choices=CHOICES)


def restart(monkeypatch):
    """Forget what a kernel forgets."""
    monkeypatch.setattr(prediction, "_states", {})


# ---- numbers

@pytest.mark.parametrize(("value", "unit", "expected"), [
    (5, "", "5"), (0.35, "$", "0.35"), (Decimal("1.19"), "$", "1.19"), (Cost(output=Decimal("1.19")), "$", "1.19"),
    (np.int64(7), "", "7"), (np.float64(0.5), "s", "0.5"), (np.float32(0.5), "s", "0.5"), (-3, "", "-3"), (0, "", "0"),
    ("$1,100", "$", "1100"), (" 1,234,567.5 tokens", "tokens", "1234567.5"), ("30 %", "%", "30"), ("1_000", "", "1000"),
    ("-$5", "$", "-5"), (".5", "", "0.5"), ("1e3", "", "1000"), ("1.5S", "s", "1.5"), ("\u22122", "", "-2"),
])
def test_a_number_is_read_from_whatever_holds_one(value, unit, expected):
    """
    Every kind of number, a Cost, and text as people type it.
    """
    assert Decimal(expected) == read_number(value, unit)


@pytest.mark.parametrize(("value", "unit", "message"), [
    (None, "$", "None is no number that can be compared. Expected a number in $, such as 2.50."),
    ("many", "tokens", "'many' is no number that can be compared. Expected a number in tokens, such as 12."),
    ("0,35", "$", "such as 2.50 (a point before the decimals, please)."),
    (True, "", "True is no number that can be compared. Expected a number, such as 12."),
    (float("nan"), "", "nan is no number"), (float("inf"), "", "inf is no number"), ("", "", "'' is no number"),
    ([1], "", "[1] is no number"), (1 + 2j, "", "(1+2j) is no number"), ("1e999999", "", "'1e999999' is no number"),
    (np.array([1.0, 2.0]), "", "is no number"),
])
def test_what_is_no_number_is_refused_with_what_is_expected(value, unit, message):
    """
    What was wrong, what is expected, an example.
    """
    with pytest.raises(ValueError) as caught:
        read_number(value, unit)
    assert message in str(caught.value)


@pytest.mark.parametrize(("value", "unit", "expected"), [
    ("1.19", "$", "$1.19"), ("-0.35", "$", "-$0.35"), ("0", "$", "$0.00"), ("1830", "$", "$1,830.00"),
    ("1100", "tokens", "1,100 tokens"), ("1", "tokens", "1 token"), ("1", "s", "1 s"), ("30", "%", "30 %"),
    ("0.0041234", "s", "0.00412 s"), ("15", "", "15"), ("2.50", "", "2.5"), ("1e30", "", "1e+30"), ("-7", "", "-7"),
    ("1e30", "$", "$1e+30"), ("200", "", "200"),
])
def test_a_number_is_shown_so_that_it_can_be_read(value, unit, expected):
    """
    With its unit, separators, and no more digits than mean something.
    """
    assert expected == shown(Decimal(value), unit)


@pytest.mark.parametrize(("guess", "result", "unit", "expected"), [
    ("0.35", "1.19", "$", "3.4 times as much"), ("5", "15", "", "three times as many"),
    ("2", "4", "s", "twice as long"),
    ("1.19", "0.35", "$", "your guess is 3.4 times as much"), ("15", "5", "", "your guess is three times as many"),
    ("5", "5", "", "as you said"), ("1.190", "1.1901", "$", "as you said"), ("100", "120", "tokens", "20 % more"),
    ("100", "96", "tokens", "4 % less"), ("1000", "1001", "", "a little more"), ("30", "42", "%", "12 points more"),
    ("0", "15", "", "15 more"), ("5", "0", "tokens", "5 tokens less"), ("-5", "5", "", "10 more"),
    ("0", "1.19", "$", "$1.19 more"), ("-2", "-3", "", "1 less"), ("1", "12000", "", "12,000 times as many"),
    ("0.0001", "1e9", "$", "more than a million times as much"), ("1", "39.98", "", "40 times as many"),
    ("1", "9.94", "", "9.9 times as many"), ("1", "3.02", "", "3 times as many"),
])
def test_a_difference_is_told_in_words(guess, result, unit, expected):
    """
    Times for what is far, percent for what is near, the difference where one of them is not above zero.
    """
    assert expected == difference(Decimal(guess), Decimal(result), unit)


# ---- locking and revealing

def test_without_a_lock_the_result_is_told_and_the_way_back():
    """
    The same on every run.
    """
    expected = "It is $1.19. You have not locked a guess: do it above, then look here again."
    assert [expected] * 2 == [str(money().reveal(1.19)) for _ in range(2)]
    assert str(kinds().reveal(1)).startswith("It is: `AttributeError`. You have not locked a guess")


def test_a_locked_number_is_compared_with_the_result():
    """
    Guess, how sure, result, difference.
    """
    asked = money()
    assert "Locked: $0.35 (fairly sure)." == str(asked.lock(0.35, sure="fairly sure"))
    assert ("Your guess $0.35 (fairly sure); it is $1.19, 3.4 times as much."
            == str(asked.reveal(Cost(output=Decimal("1.19")))))
    counted = predict("x", "How many?")
    counted.lock(5)
    assert "Your guess: 5; it is 15: three times as many." == str(counted.reveal(np.int64(15)))


@pytest.mark.parametrize("value", ["b", "B", "`AttributeError`", 1, np.int64(1)])
def test_a_locked_choice_is_compared_with_the_result(value):
    """
    By letter, text or place.
    """
    asked = kinds()
    asked.lock(value, "certain")
    assert "You said: `AttributeError` (certain). It is: a 400, not what you said." == str(asked.reveal("a 400"))
    assert "You said: `AttributeError` (certain). It is: `AttributeError`, as you said." == str(asked.reveal(1))


def test_a_full_stop_of_a_choice_does_not_stand_before_a_comma():
    """
    The sentence goes on after it.
    """
    asked = kinds()
    asked.lock("a")
    assert "You said: It returns text. It is: It returns text, as you said." == str(asked.reveal(0))


@pytest.mark.parametrize(("use", "message"), [
    (lambda: money().lock("lots"), "'lots' is no number that can be compared. Expected a number in $"),
    (lambda: money().lock(1, sure="very"), "sure is 'very'; it must be one of 'guess', 'fairly sure', 'certain'."),
    (lambda: kinds().lock("d"), "'d' is none of the choices. Expected a letter (a, b, c), or the text of a choice: It"),
    (lambda: kinds().lock(3), "3 is none of the choices."), (lambda: kinds().lock(-1), "-1 is none of the choices."),
    (lambda: kinds().lock(True), "True is none of the choices."), (lambda: kinds().lock(""), "'' is none of the"),
    (lambda: kinds().reveal("b"), "'b' is none of the choices."),
    (lambda: money().reveal(None), "None is no number that can be compared."),
    (lambda: predict("x", "?", choices=["a"]), "predict('x') needs 2 to 8 different choices; got ['a']."),
    (lambda: predict("x", "?", choices=["a", "a"]), "predict('x') needs 2 to 8 different choices"),
])
def test_a_bad_value_says_what_is_expected_and_locks_nothing(use, message):
    """
    ValueError, with the value and what would do.
    """
    with pytest.raises(ValueError) as caught:
        use()
    assert message in str(caught.value)
    assert [] == progress.of("predict")


def test_a_lock_is_an_event():
    """
    Guess, how sure, and whether the result had been shown.
    """
    asked = money()
    asked.lock(Decimal("0.35"))
    asked.reveal(1.19)
    asked.lock("$2", "certain")
    kinds().lock("b")
    assert [{"guess": 0.35, "sure": "guess", "after_result": False}, {"guess": 2.0, "sure": "certain",
                                                                      "after_result": True},
            {"guess": "`AttributeError`", "sure": "guess", "after_result": False}] == [
        event.data for event in progress.of("predict")]


def test_a_guess_locked_after_the_result_says_so():
    """
    Honest, and no reproach.
    """
    asked = money()
    comparison = asked.reveal(1.19)
    asked.lock(1.19)
    assert "Your guess $1.19; it is $1.19, as you said. You locked it after the result was shown." == str(comparison)


# ---- again

def test_running_the_cell_again_keeps_the_lock():
    """
    By id, in this kernel; asking anew forgets it.
    """
    money().lock(0.35)
    assert "Your guess $0.35; it is $1.19, 3.4 times as much." == str(money().reveal(1.19))
    money().ask_anew()
    assert money().guess is None


def test_after_a_restart_the_lock_of_that_day_is_shown(home, monkeypatch):
    """
    The newest one, with its day.
    """
    (home / "events.jsonl").write_text("".join(json.dumps(
        {"at": f"2026-11-{day}T12:00:00Z", "kind": "predict", "item": "01-p1", "guess": guess, "sure": "certain",
         "after_result": False}) + "\n" for day, guess in ((20, 9), (21, 0.35))))
    restart(monkeypatch)
    asked = money()
    assert "Locked on 21 Nov: $0.35 (certain)." == asked.locked_in_words()
    assert "Your guess on 21 Nov $0.35 (certain); it is $1.19, 3.4 times as much." == str(asked.reveal(1.19))
    asked.ask_anew()
    assert money().guess is None
    asked.lock(1)
    assert "Locked, after the result was shown: $1.00." == money().locked_in_words()


@pytest.mark.parametrize("guess", ["nonsense", None, [], True, {"a": 1}])
def test_a_saved_guess_that_no_longer_fits_is_left_alone(home, guess):
    """
    The question was edited, or the file was: as if nothing had been locked.
    """
    (home / "events.jsonl").write_text("".join(json.dumps(
        {"at": "2026-11-21T09:00:00Z", "kind": "predict", "item": item, "guess": guess, "sure": 7}) + "\n"
        for item in ("01-p1", "00-p1")))
    assert (None, None) == (money().guess, kinds().guess)


def test_an_edited_question_forgets_a_lock_that_no_longer_fits():
    """
    Other choices under the same id.
    """
    kinds().lock("b")
    assert predict("00-p1", "What?", choices=["x", "y"]).guess is None


def test_a_new_kernel_of_the_same_folder_really_finds_the_lock(home):
    """
    Two processes, one folder.
    """
    code = ("from helpers.classroom.prediction import predict\n"
            "p = predict('x', 'How many?')\nprint(p.guess and p.guess.value)\np.lock(12)")
    said = [subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True,
                           env={**os.environ, "COURSE_HOME": str(home)}).stdout.strip() for _ in range(2)]
    assert ["None", "12.0"] == said


# ---- the static faces

def test_the_text_says_question_answers_and_how_to_lock():
    """
    What a terminal shows.
    """
    assert ("Predict. What will fifty turns cost?\n  A number in $.\n"
            'Without widgets: call .lock(2.50), or .lock(2.50, sure="certain") on it.') == str(money())
    assert "  b) `AttributeError`" in str(kinds()).splitlines()
    assert '.lock("b")' in str(kinds())


def test_two_amounts_are_no_formula():
    """
    MathJax takes two dollar signs in one run of text for a formula: each stands in an element of its own.
    """
    asked = money()
    asked.lock(0.35)
    html = asked.reveal(1.19)._repr_mimebundle_()["text/html"]
    assert 2 == html.count("<span>$</span>") == html.count("$")
    assert "<code" in kinds()._repr_mimebundle_()["text/html"]
