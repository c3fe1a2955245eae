"""04-4: jobs that crash and start over: with the same `done`, and a `send` that gives its saved replies again.

What a tool returned is never run again. What it raised may be: whether an error is saved is left open, but who saves
one has to save that it was one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from helpers.classroom.attempt import Attempt, Spoiled, error_text, shown
from helpers.classroom.guard import Ran
from helpers.classroom.report import Problem
from helpers.exercises.e00_misread import thought
from helpers.exercises.e04_desk import CHARGE, END, FIND, TEXT, TOOLS, UNKNOWN, Desk
from helpers.exercises.e04_results import Round, answers, ended
from helpers.exercises.e04_talk import Talk, said
from helpers.exercises.failures import failure


@dataclass(slots=True)
class Job:
    """One job that crashes, and starts over with the same `done`."""

    script: tuple[Any, ...]
    done: dict[Any, Any] = field(default_factory=dict)

    def once(self, attempt: Attempt, desk: Desk, sent: str, *, crash: BaseException | None = None) -> tuple[Ran, Talk]:
        """Run it; *crash*: what the second request raises."""
        talk = Talk([self.script[0], crash] if crash else self.script, TOOLS)
        return attempt.run(talk.send, desk.run, TEXT, self.done, sent=sent), talk


def survives_a_crash(attempt: Attempt) -> Problem | None:
    """The card was charged, then the connection broke: it is not charged again."""
    sent = "a `charge_card` call; the request with its result fails, and the job starts over with the same `done`"
    job, desk, error = Job((said(thought(), CHARGE), END)), Desk(), failure("dropped connection")
    ran, _ = job.once(attempt, desk, sent, crash=error)
    if ran.error is not error:
        did = f"returned {shown(ran.value)}" if ran.error is None else f"raised {error_text(ran.error)}"
        return Problem(code="send-caught", sent=sent, did=did, should="let the error of `send` pass", because="the "
                       "queue starts a job again only if it hears that it failed.", look="how much your `try` holds: "
                       "it is for `run` alone.")
    ran, talk = job.once(attempt, desk, sent)
    if len(desk.ran) > 1:
        raise Spoiled(_twice(talk, sent))
    return answers(Round(talk, desk, ran, sent)) or ended(attempt, ran, talk, 2, sent)


def survives_silence(attempt: Attempt) -> Problem | None:
    """A tool did its work and returned "": it has run all the same."""
    sent = "a `charge_card` call, and `run` returns `''`; the next request fails, and the job starts over"
    job, desk = Job((said(CHARGE), END)), Desk(silent=True)
    job.once(attempt, desk, sent, crash=failure("dropped connection"))
    job.once(attempt, desk, sent)
    if len(desk.ran) <= 1:
        return None
    return Problem(code="silence", sent=sent, did="ran `charge_card` twice", should="run it once", because="a tool "
                   "that has nothing to say has done its work. The customer pays twice.", look="what you ask `done`: "
                   "whether the id is there, or what stands beside it?")


def survives_an_error(attempt: Attempt) -> Problem | None:
    """A tool raised, then the connection broke: run again, or saved as the error that it was."""
    sent = "a `find_order` call, and `run` raises; the request with that result fails, and the job starts over"
    job, desk = Job((said(UNKNOWN), END)), Desk()
    job.once(attempt, desk, sent, crash=failure("dropped connection"))
    ran, talk = job.once(attempt, desk, sent)
    problem = answers(Round(talk, desk, ran, sent)) or ended(attempt, ran, talk, 2, sent)
    if problem is None or problem.code != "no-is-error":
        return problem
    return replace(problem, code="error-saved", should="try it again, or send it as the error that it was",
                   because="`done` has it as what the tool found: after a restart the model takes an error for an "
                   "order's state.", look="what your `except` writes into `done`, and what is lost on that way.")


def survives_half_a_round(attempt: Attempt) -> Problem | None:
    """The second of two calls is interrupted: the first one is in `done` already."""
    sent = "`charge_card` and `find_order` in one reply; Ctrl-C during the second; the job starts over"
    job, desk = Job((said(CHARGE, FIND), END)), Desk(interrupted=True)
    ran, _ = job.once(attempt, desk, sent)
    if not isinstance(ran.error, KeyboardInterrupt):
        return Problem(code="held-an-interrupt", sent=sent, did="held the KeyboardInterrupt, and went on",
                       should="let it pass", because="nobody could stop your program; a cancelled worker looks the "
                       "same.", look="what your `except` names: `except Exception` holds errors alone.")
    _, talk = job.once(attempt, desk, sent)
    if sum(name == "charge_card" for name, _ in desk.ran) == 1:
        return None
    return Problem(code="saved-late", sent=sent, did=f"ran `charge_card` twice for {shown(talk.sent[0][0]['id'])}",
                   should="run each call once", because="a crash chooses no moment: what has run has to stand in "
                   "`done` before the next call begins.", look="when you write into `done`.")


def _twice(talk: Talk, sent: str) -> Problem:
    return Problem(code="ran-twice", sent=sent, did=f"ran `charge_card` twice for {shown(talk.sent[0][-1]['id'])}",
                   should="run it once, and send the saved result", because="the customer pays twice. Queues deliver "
                   "at least once: sooner or later every job starts over.", look="whether you ask `done` before you "
                   "run, and write into the very dict that you are given.")
