"""04-4: `tool_loop(send, run, text, done, max_rounds=5)`: tools that do things, each call once.

What goes back to the model is judged in `e04_results`, what a crash leaves in `e04_crash`.
"""

from __future__ import annotations

from dataclasses import dataclass

from helpers.classroom.attempt import Attempt, error_text, shown
from helpers.classroom.exercise import Exercise
from helpers.classroom.report import Problem
from helpers.exercises.e00_misread import thought
from helpers.exercises.e04_crash import survives_a_crash, survives_an_error, survives_half_a_round, survives_silence
from helpers.exercises.e04_desk import BROKEN, CHARGE, END, FIND, MISREAD, ODD, TEXT, TOOLS, UNKNOWN, Desk
from helpers.exercises.e04_results import Round, answers, ended
from helpers.exercises.e04_talk import MOST_REQUESTS, Runaway, Said, Talk, call, said
from helpers.wire import builder


def tool_loop(send, run, text, done, max_rounds=5):
    """One good solution."""
    messages = [{"role": "user", "content": text}]
    for _ in range(max_rounds):
        reply = send(messages)
        if reply.stop_reason != "tool_use":
            return reply
        results = []
        for block in [block for block in reply.content if block.type == "tool_use"]:
            result = {"type": "tool_result", "tool_use_id": block.id}
            try:
                if block.id not in done:
                    done[block.id] = run(block.name, block.input)
                results.append({**result, "content": done[block.id]})
            except Exception as error:
                results.append({**result, "content": f"{type(error).__name__}: {error}", "is_error": True})
        messages += [{"role": "assistant", "content": reply.content}, {"role": "user", "content": results}]
    raise RuntimeError(f"still calling tools after {max_rounds} requests")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """A check: which calls are run, what goes back, and which reply is returned."""

    sent: str
    script: tuple[Said, ...]
    runs: int
    """Calls that are to be run."""

    def __call__(self, attempt: Attempt) -> Problem | None:
        talk, desk = Talk(self.script, TOOLS), Desk()
        ran = attempt.run(talk.send, desk.run, TEXT, {}, sent=self.sent)
        if talk.asked:
            problem = answers(Round(talk, desk, ran, self.sent))
            if problem:
                return problem
        return self._cut(talk, desk) or ended(attempt, ran, talk, len(self.script), self.sent) or self._ran(desk)

    def _cut(self, talk: Talk, desk: Desk) -> Problem | None:
        if len(self.script) > 1 or not desk.ran:
            return None
        common = {"sent": self.sent, "did": f"ran `{desk.ran[0][0]}` with {shown(desk.ran[0][1])}",
                  "should": "run nothing, and return the reply"}
        if talk.given[0].stop_reason == "max_tokens":
            return Problem(code="cut-run", because="a call in a reply that was cut may lack what was still to come "
                           "(the amount, a limit), and a card is charged for good.", look="`stop_reason`, before you "
                           "look for calls.", **common)
        return Problem(code="other-end-run", because="one reason says that the model waits for your results. The "
                       "vendor adds others, and a card is charged for good: name the one that lets you go on, not "
                       "those that don't.", look="which stop reasons your code names.", **common)

    def _ran(self, desk: Desk) -> Problem | None:
        if len(desk.ran) == self.runs:
            return None
        did = f"ran {len(desk.ran)} of {self.runs} calls" if len(desk.ran) < self.runs else f"ran {len(desk.ran)} calls"
        return Problem(code="equal-calls", sent=self.sent, did=did, should="run each call, by its id", because="equal "
                       "calls in one reply are two calls: two parcels to one address, say. Only the id tells a call "
                       "from its own repetition.", look="what you keep `done` by.")


def stops(attempt: Attempt) -> Problem | None:
    """A model that never stops calling is stopped."""
    for most in (5, 3):
        sent = "a model that calls a tool in each reply" + f"; `max_rounds={most}`" * (most != 5)
        talk, desk = Talk([said(call("find_order", {"order": str(number)})) for number in range(50)], TOOLS), Desk()
        ran = attempt.run(talk.send, desk.run, TEXT, {}, sent=sent, **({"max_rounds": most} if most != 5 else {}))
        common = {"sent": sent, "should": f"raise a RuntimeError after {most} requests"}
        if isinstance(ran.error, Runaway) or len(talk.asked) >= MOST_REQUESTS:
            return Problem(code="runaway", did=f"sent {MOST_REQUESTS} requests, and went on", because="each round "
                           "sends the whole conversation again: what runs over night is a bill.", look="what counts "
                           "your rounds.", **common)
        if len(talk.asked) != most:
            return Problem(code="rounds", did=f"sent {len(talk.asked)} requests", because="the limit is the caller's: "
                           "it bounds the wait and the bill.", look="the bounds of your loop, and what you count.",
                           **common)
        if not isinstance(ran.error, RuntimeError):
            did = f"returned {shown(ran.value)}" if ran.error is None else f"raised {error_text(ran.error)}"
            return Problem(code="quiet-end", did=did, because="the caller takes whatever comes back for the answer, "
                           "and there is none.", look="what comes after your loop.", **common)
    return None


RUN_THE_TOOLS = Exercise(
    id="04-4", name="tool_loop", call="tool_loop(send, run, text, done, max_rounds=...)", solution=tool_loop,
    checks=(Ends(sent="an answer without a call, `end_turn`", script=(said("Which order?"),), runs=0),
            Ends(sent="thinking and a call of `find_order`; then the answer", script=(said(thought(), FIND), END),
                 runs=1),
            Ends(sent="two calls in one reply, `find_order` and `charge_card`; then the answer",
                 script=(said("I look.", FIND, CHARGE), END), runs=2),
            Ends(sent=f"two calls, and order {BROKEN} is unknown: `run` raises; then the answer",
                 script=(said(UNKNOWN, CHARGE), END), runs=2),
            Ends(sent=f"two calls, and {ODD} is no order's number: `run` raises a ValueError; then the answer",
                 script=(said(MISREAD, CHARGE), END), runs=2),
            Ends(sent="a call, then another one in the next reply; then the answer",
                 script=(said(thought(), FIND), said(CHARGE), END), runs=2),
            Ends(sent="two equal calls in one reply, each with its id; then the answer",
                 script=(said(CHARGE, CHARGE), END), runs=2),
            Ends(sent="a `charge_card` call that is cut at `max_tokens`",
                 script=(said(CHARGE, stop_reason="max_tokens"),), runs=0),
            *(Ends(sent=f"a `charge_card` call, `{reason}`", script=(said(CHARGE, stop_reason=reason),), runs=0)
              for reason in ("model_context_window_exceeded", "pause_turn", "something_new")),
            Ends(sent="`content` is empty, `refusal`", script=(said(stop_details=builder.refusal()),), runs=0),
            stops, survives_a_crash, survives_silence, survives_an_error, survives_half_a_round),
    praise="Every call gets its result, in one turn, and none that returned runs twice, whenever the job dies. What "
           "raised may be tried again after a restart, and what dies inside `run` stays open: there the payment "
           "service needs a key from you.",
    hints=("Which of your lines may be interrupted by a crash, and what would a second run find in `done` then?",
           "One list of results for each reply, in one user turn. Around `run`, and only there, a `try`: what it "
           "raises is a result with `is_error`. Look the id up before you run, and save right behind it.",
           "`if block.id not in done: done[block.id] = run(block.name, block.input)` inside `try`, then the "
           '`tool_result` with `done[block.id]`; `except Exception as error:` one with `"is_error": True`. After all '
           "calls: `messages += [assistant turn, user turn]`. A `for _ in range(max_rounds)`, and `raise` behind it."),
)
