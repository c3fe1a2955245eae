"""Checks: their four outcomes, and that nothing a learner's code does harms the notebook."""

from __future__ import annotations

import builtins
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import replace
from time import sleep as waits_for_real

import pytest

from helpers.classroom import check, hint, solution
from helpers.classroom import exercise as exercises
from helpers.classroom.exercise import Exercise
from helpers.classroom.guard import PRINTED_CHARACTERS, guarded
from helpers.classroom.report import Problem, Report
from helpers.settings import ROOT

HEADINGS = {"passed": "passed", "not yet": "not yet", "not attempted": "not started yet", "raised": "your code raised"}


def double(number):
    """The reference solution."""
    return number * 2


def doubles(number, code):
    """A check: *number* is doubled."""
    def check_one(attempt):
        got = attempt.call(number, sent=f"{number}")
        if got == number * 2:
            return None
        return Problem(code=code, sent=f"{number}", did=f"returned {got}", should=f"return {number * 2}",
                       because="half of it is missing.")
    return check_one


DOUBLE = Exercise(id="99-1", name="double", call="double(number)", checks=(doubles(3, "three"), doubles(5, "five")),
                  praise="It doubles.", hints=("Twice what?", "Look at `*`.", "`number * 2`"), solution=double)
VALUE = Exercise(id="99-2", name="sizes", call="sizes", praise="Filled.", is_value=True, solution=lambda: {"a": 1},
                 hints=("What?", "Where?", "`1`"), checks=(lambda attempt: None,))


@pytest.fixture(autouse=True)
def lesson_99(monkeypatch, tmp_path):
    """A lesson with two small exercises, and a progress folder of its own."""
    monkeypatch.setenv("COURSE_HOME", str(tmp_path))
    real = exercises._of_lesson
    monkeypatch.setattr(exercises, "_of_lesson",
                        lambda lesson: {"99-1": DOUBLE, "99-2": VALUE} if lesson == "99" else real(lesson))


def nothing(number):
    """A starter."""
    return None   # your code here


def gap(number):
    return number * ___   # noqa: F821


def later(number):
    raise NotImplementedError


@pytest.mark.parametrize("starter", [nothing, gap, later, lambda number: ..., None, ...])
def test_an_untouched_starter_is_not_attempted(starter):
    """
    None, `...`, NotImplementedError and a gap are no failure; the report says how to start.
    """
    report = check("99-1", starter)

    assert ("not attempted", (), False) == (report.outcome, report.problems, report.passed)
    assert "Write your version, then run this cell again." in str(report)


@pytest.mark.parametrize("starter", [{"a": ..., "b": {"c": None}}, [...], {}])
def test_a_value_of_nothing_but_gaps_is_not_attempted(starter):
    """
    A dict that still holds its dots has not been begun; one number in it, and it is checked.
    """
    assert "not attempted" == check("99-2", starter).outcome
    assert check("99-2", {"a": ..., "b": 0}).passed


def test_right_is_passed():
    """
    The report says on how many checks, and what passing proved.
    """
    report = check("99-1", lambda number: number + number)

    assert (True, "passed", ()) == (report.passed, report.outcome, report.problems)
    assert "Right, on all 2 checks. It doubles." in str(report)


def test_the_first_failure_is_shown_and_the_others_are_counted():
    """
    One thing at a time, in the order of the checks.
    """
    report = check("99-1", lambda number: number)

    assert ("not yet", ("three", "five")) == (report.outcome, report.problems)
    assert "returned 3" in str(report)
    assert "returned 5" not in str(report)
    assert "One thing at a time: 1 more to come after this." in str(report)


def test_a_check_that_passes_is_counted_where_another_fails():
    """
    A learner sees that a part is right.
    """
    report = check("99-1", lambda number: 6)

    assert (("five",), 1, 2) == (report.problems, report.good, report.checks)
    assert "not yet, 1 of 2 checks pass" in str(report)


def crash(number):
    total = number * 2
    return total.value


def test_an_error_is_shown_with_the_learners_line_only():
    """
    No frame of ours, no path: the line, its text, the error.
    """
    report = check("99-1", crash)

    line = crash.__code__.co_firstlineno + 2
    assert ("raised", ("raised",)) == (report.outcome, report.problems)
    assert f"line {line}: return total.value" in str(report).replace("\n             ", " ")
    assert "'int' object has no attribute 'value'" in str(report)
    assert str(ROOT) not in str(report)


def test_an_error_deep_in_a_library_names_the_learners_line():
    """
    json's own frames are not the learner's.
    """
    import json

    def reads(number):
        return json.loads("{")

    problem = check("99-1", reads).found[0]

    assert 'json.loads("{")' in problem.did
    assert "decoder.py" not in problem.did


@pytest.mark.parametrize("error", [BaseException("own"), KeyboardInterrupt(), GeneratorExit(), MemoryError(),
                                   RecursionError("deep"), StopIteration()])
def test_whatever_is_raised_is_caught(error):
    """
    BaseException and its kin, too.
    """
    def raises(number):
        raise error

    report = check("99-1", raises)

    assert "raised" == report.outcome
    assert type(error).__name__ in str(report)


def test_an_error_that_cannot_be_shown_is_shown_by_its_name():
    """
    A message that raises is no way out.
    """
    class Mute(Exception):
        def __str__(self):
            raise RuntimeError

    def raises(number):
        raise Mute

    assert "Mute: (an error that can't even be shown)" in str(check("99-1", raises))


def test_an_untouched_starter_that_is_right_here_and_there_is_not_attempted(monkeypatch):
    """
    Where None is a right answer to one of the cases, doing nothing is still no attempt.
    """
    both = replace(DOUBLE, checks=(lambda attempt: attempt.call(1) and None, doubles(3, "three")))
    monkeypatch.setattr(exercises, "_of_lesson", lambda lesson: {"99-1": both})

    assert "not attempted" == check("99-1", nothing).outcome
    assert "not yet" == check("99-1", lambda number: number and None).outcome


def forgets(number):
    number * 2   # noqa: B018


def test_a_forgotten_return_is_named():
    """
    A function that does something and returns None is not "not started".
    """
    assert ("no-return",) == check("99-1", forgets).problems


def prints(number):
    print(number * 2)


def test_printing_instead_of_returning_is_named_and_what_was_printed_is_shown():
    """
    The commonest beginner's slip, with the evidence.
    """
    report = check("99-1", prints)

    assert ("no-return",) == report.problems
    assert "printed something and returned `None` each time" in str(report).replace("\n             ", " ")
    assert "Your code printed:\n    6" in str(report)


@pytest.mark.parametrize(("answer", "code"), [
    (6, "not-a-function"), ("double", "not-a-function"), (lambda: 1, "signature"), (lambda a, b: 1, "signature")])
def test_what_cannot_be_called_as_asked_is_named(answer, code):
    """
    A value in place of the function, or another signature.
    """
    report = check("99-1", answer)

    assert (code,) == report.problems
    assert "double(number)" in str(report)


async def asynchronous(number):
    return number * 2


def generates(number):
    yield number * 2


@pytest.mark.parametrize(("answer", "code"), [(asynchronous, "coroutine"), (generates, "generator")])
@pytest.mark.filterwarnings("error")
def test_a_coroutine_or_generator_is_named(answer, code):
    """
    And closed, so that Python does not warn of it later.
    """
    assert (code,) == check("99-1", answer).problems


def loops(number):
    while True:
        pass


def retries_whatever_happens(number):
    while True:
        with suppress(BaseException):
            raise ConnectionError


@pytest.mark.parametrize("answer", [loops, retries_whatever_happens])
def test_an_endless_loop_is_stopped_and_leaves_no_thread(answer):
    """
    After two seconds, also where the loop catches everything.
    """
    report = check("99-1", answer)

    assert ("too-long",) == report.problems
    assert "had not returned after 2 s, and we stopped it" in str(report)
    assert "learner's code" not in [thread.name for thread in threading.enumerate()]


def test_what_cannot_be_stopped_is_left_and_said():
    """
    A wait inside C comes back when it comes back; the report does not wait for it.
    """
    lock = threading.Lock()
    lock.acquire()

    def waits(number):
        lock.acquire()

    report = check("99-1", waits)
    lock.release()

    assert ("too-long",) == report.problems
    assert "Restart the kernel" in str(report).replace("\n             ", " ")


def test_the_time_of_an_import_is_not_counted(tmp_path, monkeypatch):
    """
    The first import of a large package takes longer than any answer may; nothing is thrown into it.
    """
    (tmp_path / "slow_to_import.py").write_text("import threading\nthreading.Event().wait(0.6)\n")
    monkeypatch.syspath_prepend(tmp_path)

    def imports():
        import slow_to_import

        return slow_to_import.__name__

    ran = guarded(imports, limit_s=0.3)

    assert ("slow_to_import", False) == (ran.value, ran.timed_out)


def sleeps(number):
    time.sleep(60)


def sleeps_and_swallows(number):
    with suppress(BaseException):
        time.sleep(60)
    return number * 2


def sleeps_by_an_imported_name(number):
    waits_for_real(60)


def asks(number):
    return int(input("number? "))


def debugs(number):
    breakpoint()


def leaves_hard(number):
    os._exit(3)


def leaves(number):
    sys.exit("bye")


def kills(number):
    os.kill(os.getpid(), 9)


@pytest.mark.parametrize(("answer", "code", "what"), [
    (sleeps, "slept", "time.sleep(60)"), (sleeps_and_swallows, "slept", "time.sleep(60)"),
    (sleeps_by_an_imported_name, "slept", "time.sleep(60)"), (asks, "asked-for-input", "input"),
    (debugs, "asked-for-input", "breakpointhook"), (leaves_hard, "left", "os._exit(3)"), (leaves, "left", "exit()"),
    (kills, "left", "os.kill")])
def test_what_would_block_or_end_the_notebook_is_refused_and_named(answer, code, what):
    """
    At once, and also where the learner's code swallows the refusal.
    """
    begun = time.monotonic()
    report = check("99-1", answer)

    assert (code,) == report.problems
    assert what in str(report)
    assert time.monotonic() - begun < 1
    assert (time.sleep, waits_for_real) == (waits_for_real, sleeps_by_an_imported_name.__globals__["waits_for_real"])


def test_other_threads_may_wait_while_an_answer_runs():
    """
    The kernel has threads of its own, and they sleep: only the learner's is refused.
    """
    ended = threading.Event()
    slept = []

    def naps():
        while not ended.is_set():
            time.sleep(0.001)
            slept.append(1)

    other = threading.Thread(target=naps)
    other.start()
    report = check("99-1", lambda number: [number * 2 for _ in range(200_000)][0])
    ended.set()
    other.join()

    assert report.passed
    assert slept


def replaces_sleep(number):
    time.sleep = lambda seconds: None
    return number * 2


def replaces_builtins(number):
    builtins.isinstance = lambda *_: True
    builtins.len = None
    return number * 2


def replaces_ours(number):
    Report.passed = True
    return number


def deletes_ours(number):
    del builtins.sorted
    return number * 2


@pytest.mark.parametrize(("answer", "what"), [
    (replaces_sleep, "time.sleep"), (replaces_builtins, "isinstance"), (replaces_ours, "Report.passed"),
    (deletes_ours, "sorted")])
def test_what_an_answer_replaces_is_put_back_and_named(answer, what):
    """
    A right result does not excuse it: everything else would run differently from then on.
    """
    before = (time.sleep, isinstance, len, sorted, vars(Report)["passed"])
    report = check("99-1", answer)

    assert ("replaced",) == report.problems
    assert f"replaced `{what}`" in str(report)
    assert before == (time.sleep, isinstance, len, sorted, vars(Report)["passed"])
    assert not report.passed


def test_a_megabyte_of_output_is_cut():
    """
    The beginning is kept, the rest counted, and the report stays short.
    """
    def shouts(number):
        print("x" * 1_000_000)
        return number

    report = check("99-1", shouts)

    assert report.printed.startswith("x" * PRINTED_CHARACTERS + "…")
    assert "999,001 more characters" in report.printed
    assert len(str(report)) < 3_000


def test_output_goes_to_the_report_and_not_to_the_page(capsys):
    """
    stderr, too.
    """
    def speaks(number):
        print("out")
        print("err", file=sys.stderr)
        return number * 2

    assert "out\nerr\n" == check("99-1", speaks).printed
    assert ("", "") == tuple(capsys.readouterr())


class Hostile:
    """A result that fights back."""

    def __eq__(self, other):
        raise SystemExit

    def __repr__(self):
        raise SystemExit

    __hash__ = None


def test_a_result_that_fights_back_is_unreadable():
    """
    Comparing or showing it may raise anything.
    """
    assert ("unreadable",) == check("99-1", lambda number: Hostile()).problems


@pytest.mark.parametrize("name", ["99-7", "7", "", None, 3, "../x", "99-1 "])
def test_an_unknown_exercise_is_said_with_those_that_are_there(name):
    """
    check, hint and solution never raise.
    """
    for said in (check(name, double), hint(name), solution(name)):
        assert "There is no exercise" in str(said)


def test_known_ids_are_those_of_the_lesson():
    """
    A slip of the number is answered with that lesson's exercises.
    """
    assert "There are: 99-1, 99-2." in str(check("99-7", double))


def test_a_report_has_two_faces_that_say_the_same():
    """
    Text for terminals and tests, HTML for the page, where markup of the learner's is only text.
    """
    def breaks(number):
        raise ValueError("<script>alert(1)</script>")

    bundle = check("99-1", breaks)._repr_mimebundle_()

    assert {"text/plain", "text/html"} == set(bundle)
    assert "<script>" not in bundle["text/html"]
    assert "&lt;script&gt;" in bundle["text/html"]
    for text in ("We sent", "It should", "Because", HEADINGS["raised"]):
        assert text in bundle["text/html"]
        assert text in bundle["text/plain"]


def test_every_line_of_a_report_fits_the_page():
    """
    JupyterLab breaks lines beyond about 95 characters in the middle of a word.
    """
    def breaks(number):
        raise ValueError("a long story " * 60)

    assert all(len(line) <= 95 for line in str(check("99-1", breaks)).splitlines())


def test_hints_have_three_levels():
    """
    Each says how to get the next; the last one how to give up; another number is answered.
    """
    assert 'Next: `hint("99-1", 2)`' in str(hint("99-1", 1))
    assert 'give_up=True' in str(hint("99-1", 3))
    assert "three hints" in str(hint("99-1", 4))
    assert "three hints" in str(hint("99-1", "two"))


def test_a_hint_without_a_level_is_the_next_one(monkeypatch):
    """
    Whoever runs the same cell again wants more, up to the third.
    """
    from helpers.classroom import checking

    monkeypatch.setattr(checking, "_hints_given", {})

    assert ["Hint 1", "Hint 2", "Hint 3", "Hint 3"] == [str(hint("99-1"))[:6] for _ in range(4)]


def test_the_solution_comes_after_two_tries():
    """
    Not before, unless one gives up; after passing, at once.
    """
    assert "def double" not in str(solution("99-1"))
    assert "def double" in str(solution("99-1", give_up=True))
    check("99-1", nothing)
    check("99-1", lambda number: 0)
    assert "Tries checked so far: 1." in str(solution("99-1"))
    check("99-1", lambda number: 1)
    assert "def double" in str(solution("99-1"))


def test_the_solution_is_there_once_it_is_passed():
    """
    To compare with one's own.
    """
    check("99-1", double)

    assert "def double" in str(solution("99-1"))


def test_a_check_is_remembered():
    """
    Outcome and codes, for the reader's own progress.
    """
    from helpers.classroom import progress

    check("99-1", lambda number: number)

    (event,) = progress.of("check", "99-1")
    assert {"outcome": "not yet", "problems": ["three", "five"]} == event.data


def test_a_guarded_call_keeps_the_callers_context():
    """
    What a context variable holds is seen in the learner's code, as in a plain call.
    """
    from contextvars import ContextVar

    held = ContextVar("held", default="nothing")
    held.set("the caller's")

    assert "the caller's" == guarded(held.get).value


EXITS = '''
from IPython.testing.globalipapp import start_ipython
shell = start_ipython()
from helpers.classroom.guard import guarded
ended = []
shell.exit_now = False
def leave():
    shell.ask_exit()
ran = guarded(leave)
print([one.code for one in ran.broke], shell.exit_now)
'''


def test_exit_in_a_notebook_does_not_end_the_kernel():
    """
    IPython's own exit() asks the kernel to shut down: that is refused, too.
    """
    run = subprocess.run([sys.executable, "-c", EXITS], capture_output=True, text=True, cwd=ROOT, check=False)

    assert "['left'] False" == run.stdout.strip(), run.stderr


def test_checks_at_the_same_time_wait_for_each_other():
    """
    What is swapped for one call is swapped for the whole program: stdout and sleep are themselves again.
    """
    from concurrent.futures import ThreadPoolExecutor

    out = sys.stdout
    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(lambda _: check("99-1", double), range(12)))

    assert all(report.passed for report in reports)
    assert (out, waits_for_real) == (sys.stdout, time.sleep)


def test_a_decimal_precision_and_a_working_folder_stay_as_they_were():
    """
    A learner's precision is its own, and a folder that it changes is named and changed back.
    """
    import decimal

    def narrows(number):
        decimal.getcontext().prec = 4
        return number * 2

    def moves(number):
        os.chdir(os.path.dirname(os.getcwd()))
        return number * 2

    before = decimal.getcontext().prec, os.getcwd()

    assert check("99-1", narrows).passed
    assert ("replaced",) == check("99-1", moves).problems
    assert before == (decimal.getcontext().prec, os.getcwd())


def test_an_answer_that_holds_itself_is_unreadable():
    """
    Not even a look at whether it is filled in may raise.
    """
    endless: dict = {}
    endless["a"] = endless

    assert ("unreadable",) == check("99-2", endless).problems


def test_a_guard_that_cannot_start_leaves_nothing_behind(monkeypatch):
    """
    Whatever fails on the way, sleep is itself again.
    """
    from helpers.classroom import tampering

    monkeypatch.setattr(tampering, "_owners", lambda: [].pop())

    assert "not yet" == check("99-1", double).outcome
    assert time.sleep is waits_for_real


def test_a_builtin_in_place_of_an_answer_was_an_attempt():
    """
    `print` does something, and returns nothing.
    """
    assert ("no-return",) == check("99-1", print).problems
