"""The live faces: what their buttons do, what they say, and that an earlier run leaves nothing behind."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace

import pytest

from helpers.classroom import prediction, progress, quizzes, ui
from helpers.classroom.prediction import predict
from helpers.classroom.quizzes import quiz
from helpers.settings import ROOT
from helpers.views import _open_widgets

ipywidgets = pytest.importorskip("ipywidgets")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """An empty progress folder, a fresh kernel, no open cards."""
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    monkeypatch.setattr(prediction, "_states", {})
    monkeypatch.setattr(quizzes, "_tried", {})
    yield
    for _, owners in list(_open_widgets.OPEN.values()):
        for owner in owners:
            owner.close()
    _open_widgets.OPEN.clear()


def show(thing):
    """Show it as a cell would; its live face."""
    assert {ui.WIDGET, "text/html", "text/plain"} == set(thing._repr_mimebundle_())
    return thing.live


def alive():
    """How many ipywidgets this process holds."""
    return len(ipywidgets.widgets.widget._instances)


def press(face, letter):
    """Press the choice with this letter."""
    face.choices["abcdefgh".index(letter)].click()


# ---- quiz

def test_a_button_for_each_choice_shows_code_plainly():
    """
    The letter and the text, without backticks.
    """
    face = show(quiz("00-q4"))
    assert "d) No: it was cut off, and only stop_reason says so." == face.buttons["00-q4"][3].description
    assert 4 == len(face.buttons["00-q4"])


def test_a_pressed_choice_gets_its_reply_where_it_is_read_out():
    """
    Words, a mark on the button, and an event; the right one afterwards, too.
    """
    face = show(quiz("00-q1"))
    wrong, right = face.buttons["00-q1"][0], face.buttons["00-q1"][2]
    wrong.click()
    assert "a) Not this one. You took a ceiling" in face.replies["00-q1"].value
    assert 'aria-live="polite"' in face.replies["00-q1"].value
    assert wrong.description.startswith("✗ a) ")
    right.click()
    assert "c) Right. <code" in face.replies["00-q1"].value
    assert right.description.startswith("✓ c) ")
    assert [("a", True), ("c", False)] == [(e.data["choice"], e.data["first"]) for e in progress.of("quiz")]
    assert not any(button.disabled for button in face.buttons["00-q1"])


def test_a_reply_belongs_to_its_question():
    """
    With two items, the other one's line stays empty.
    """
    face = show(quiz("00-q1", "00-q4"))
    before = face.replies["00-q1"].value
    face.buttons["00-q4"][3].click()
    assert before == face.replies["00-q1"].value
    assert "Right." in face.replies["00-q4"].value


def test_a_second_run_of_the_cell_keeps_what_was_tried():
    """
    As long as the kernel lives.
    """
    show(quiz("00-q1")).buttons["00-q1"][0].click()
    assert "Not this one." in show(quiz("00-q1")).replies["00-q1"].value


def test_an_answer_in_code_shows_in_the_card():
    """
    Both ways lead to the same state.
    """
    asked = quiz("00-q1")
    face = show(asked)
    asked.answer("c")
    assert "Right." in face.replies["00-q1"].value


# ---- prediction

def test_a_number_is_typed_and_locked():
    """
    Field, how sure, lock: then field and levels go away, and the same button frees it again.
    """
    asked = predict("p", "How much?", unit="$")
    face = show(asked)
    assert "Your guess, in $" == face.field.description
    face.field.value = "$0.35"
    face.sure[1].click()
    assert ["○ guess", "● fairly sure", "○ certain"] == [button.description for button in face.sure]
    face.action.click()
    assert "Locked: <span>$</span>0.35 (fairly sure)." in face.status.value
    assert ("Guess anew", "none") == (face.action.description, face.field.layout.display)
    face.action.click()
    assert ("Lock my guess", "flex") == (face.action.description, face.field.layout.display)
    assert asked.guess is None


def test_a_choice_is_picked_and_locked():
    """
    The pick is marked and can be changed; once locked it can't.
    """
    asked = predict("p", "What?", choices=["yes", "`no`"])
    face = show(asked)
    press(face, "a")
    press(face, "b")
    assert ["○ a) yes", "● b) no"] == [button.description for button in face.choices]
    assert asked.guess is None
    face.action.click()
    assert "`no`" == asked.guess.value
    assert all(button.disabled for button in face.choices)


@pytest.mark.parametrize(("options", "typed", "said"), [
    ({"unit": "s"}, "", "There is no guess yet: type a number first."),
    ({"unit": "s"}, "soon", "'soon' is no number that can be compared. Expected a number in s, such as 1.5."),
    ({"choices": ["a thing", "another"]}, None, "There is no guess yet: choose one of the answers first."),
])
def test_what_is_missing_is_said_and_nothing_is_locked(options, typed, said):
    """
    In the same line that is read out.
    """
    face = show(predict("p", "What?", **options))
    if typed is not None:
        face.field.value = typed
    face.action.click()
    assert said in face.status.value
    assert [] == progress.of("predict")


def test_the_comparison_follows_the_guess():
    """
    Locked, freed and locked again above, told each time below.
    """
    asked = predict("p", "How much?", unit="$")
    above, below = show(asked), show(asked.reveal(1.19))
    assert "You have not locked a guess" in below.status.value
    above.field.value = "0.35"
    above.action.click()
    assert "3.4 times as much. You locked it after the result was shown." in below.status.value
    above.action.click()
    assert "You have not locked a guess" in below.status.value


def test_a_question_run_again_after_its_result_still_reaches_the_comparison():
    """
    What ties them together is the id.
    """
    below = show(predict("p", "How much?").reveal(3))
    above = show(predict("p", "How much?"))
    above.field.value = "3"
    above.action.click()
    assert "as you said" in below.status.value


# ---- the frame

def in_cell(monkeypatch, cell, run):
    """Let the frame believe that *run* of *cell* is on."""
    shell = SimpleNamespace(get_parent=lambda: {"metadata": {"cellId": cell}}, execution_count=run)
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)


def test_the_same_cell_run_again_leaves_nothing_behind(monkeypatch):
    """
    Ten runs hold as many widgets as one, and as many who follow the guess.
    """
    counts, watchers = [], []
    for run in range(10):
        for cell, make in (("a", lambda: quiz("00-q1")), ("b", lambda: predict("p", "How much?")),
                           ("c", lambda: predict("p", "How much?").reveal(3))):
            in_cell(monkeypatch, cell, run)
            show(make())
        counts.append(alive())
        watchers.append(len(prediction._states["p"].watchers))
    assert [counts[0]] * 10 == counts
    assert [2] * 10 == watchers


def test_a_card_closes_the_chart_that_stood_in_its_cell_before(monkeypatch):
    """
    Cards and charts share one list: whatever a cell showed in its earlier run goes.
    """
    from helpers.views._explore import explore_html
    from helpers.views.controls import Toggle

    in_cell(monkeypatch, "cell", 1)
    chart = explore_html(lambda on: str(on), [Toggle("on", "on", False)], describe=lambda on: str(on), title="T")
    chart._repr_mimebundle_()
    in_cell(monkeypatch, "cell", 2)
    show(quiz("00-q1"))
    assert not chart.controls


def test_a_closed_card_can_be_shown_again():
    """
    Its state is not its widgets.
    """
    asked = quiz("00-q1")
    show(asked)
    asked.close()
    asked.close()
    show(asked)


def test_without_ipywidgets_the_static_faces_remain(monkeypatch):
    """
    HTML and text, for quiz, prediction and comparison.
    """
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    asked = predict("p", "How much?")
    for thing in (quiz("00-q1"), asked, asked.reveal(3)):
        assert {"text/html", "text/plain"} == set(thing._repr_mimebundle_())


def test_using_it_in_a_terminal_loads_nothing_heavy():
    """
    Neither widgets nor IPython, as long as nothing is shown live.
    """
    code = ("import sys; from helpers.classroom import predict, quiz\nstr(quiz('00-q1')); str(predict('p', '?'))\n"
            "print([m for m in ('ipywidgets', 'IPython', 'pandas', 'matplotlib', 'numpy') if m in sys.modules])")
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "[]" == run.stdout.strip()


def test_only_ui_imports_ipywidgets():
    """
    In the classroom it is the one place.
    """
    rooms = (ROOT / "helpers" / "classroom").glob("*.py")
    assert ["ui.py"] == [file.name for file in rooms if "import ipywidgets" in file.read_text("utf-8")]
