"""The door to the course: a lesson's banner, its clients, its ledger. Joins the other rooms, holds no logic.

    from helpers import course

    lesson = course.start("01_token_economics")
    client = lesson.anthropic()
    reply = client.messages.create(model=course.model("default"), max_tokens=200,
                                   messages=[{"role": "user", "content": "Hello"}])
    lesson.ledger
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from helpers import settings
from helpers.classroom.source import show
from helpers.clock import Clock, RealClock
from helpers.economics import Ledger, model_id, prices_as_of
from helpers.wire import cells
from helpers.wire.recording import Tape

if TYPE_CHECKING:
    import anthropic
    import openai

    from helpers.wire.budget import Budget
    from helpers.wire.record import RecordingSession
    from helpers.wire.scripted import Script
    from helpers.wire.trace import Trace
    from helpers.wire.transport import Transport

__all__ = ["Lesson", "document", "model", "show", "start"]

model = model_id
"""The model id that plays a role ("default", "production", "openai" ...): lessons name roles, never ids."""


@dataclass(slots=True)
class Lesson:
    """One lesson at work."""

    name: str
    mode: str
    tape: Tape
    budget: Budget | None = None
    """Shared by all live clients of this kernel; None where nothing can cost anything."""
    session: RecordingSession | None = None
    """What is being recorded, in record and construct mode."""
    ledger: Ledger = field(default_factory=Ledger)
    """Every priced reply of this lesson, in the order in which they came."""

    def anthropic(self, *, faults: Sequence[Any] = (), script: Script | None = None, label: str = "",
                  ledger: Ledger | None = None, budget: Budget | None = None, clock: Clock | None = None,
                  trace: Trace | None = None, **options: Any) -> anthropic.Anthropic:
        """A real Anthropic client over this lesson's replies.

        *faults*: what goes wrong, attempt by attempt (`helpers.wire.faults`). *script*: answers from a function
        instead of recordings (`helpers.wire.scripted`). *label* and *ledger*: how and where else to book its
        replies. *budget*: refuse calls that exceed it, also where nothing is live. *clock*: another than the
        course's. *trace*: books every request, the SDK's retries included (`helpers.wire.trace`). *options*: the
        SDK's own.
        """
        return self._client("ANTHROPIC", False, Wiring(faults, script, label, ledger, budget, clock, trace), options)

    def async_anthropic(self, *, faults: Sequence[Any] = (), script: Script | None = None, label: str = "",
                        ledger: Ledger | None = None, budget: Budget | None = None, clock: Clock | None = None,
                        trace: Trace | None = None, **options: Any) -> anthropic.AsyncAnthropic:
        """As `anthropic`, asynchronous."""
        return self._client("ANTHROPIC", True, Wiring(faults, script, label, ledger, budget, clock, trace), options)

    def openai(self, *, faults: Sequence[Any] = (), script: Script | None = None, label: str = "",
               ledger: Ledger | None = None, budget: Budget | None = None, clock: Clock | None = None,
               trace: Trace | None = None, **options: Any) -> openai.OpenAI:
        """As `anthropic`, for OpenAI."""
        return self._client("OPENAI", False, Wiring(faults, script, label, ledger, budget, clock, trace), options)

    def async_openai(self, *, faults: Sequence[Any] = (), script: Script | None = None, label: str = "",
                     ledger: Ledger | None = None, budget: Budget | None = None, clock: Clock | None = None,
                     trace: Trace | None = None, **options: Any) -> openai.AsyncOpenAI:
        """As `openai`, asynchronous."""
        return self._client("OPENAI", True, Wiring(faults, script, label, ledger, budget, clock, trace), options)

    def _client(self, vendor: str, asynchronous: bool, wiring: Wiring, options: dict[str, Any]) -> Any:
        from helpers.wire.clients import build
        from helpers.wire.faults import Faults
        from helpers.wire.meter import Meter
        from helpers.wire.trace import Traced

        clock = wiring.clock or settings.clock
        source, network = self._source(wiring.script, clock)
        inner = Faults(source, wiring.faults, clock) if wiring.faults else source
        inner = inner if wiring.trace is None else Traced(inner, wiring.trace, clock)
        ledgers = [self.ledger, *([wiring.ledger] if wiring.ledger is not None else [])]
        budget = wiring.budget or (self.budget if network else None)
        meter = Meter(inner, ledgers, lesson=self.name, label=wiring.label, budget=budget, counter=network)
        return build(vendor, meter, clock, asynchronous=asynchronous, live=network is not None, **options)

    def _source(self, script: Script | None, clock: Clock) -> tuple[Transport, Transport | None]:
        """Where replies come from; and the network, where that is in it: nothing else is asked to count."""
        from helpers.wire.scripted import Scripted

        if script is not None:
            return Scripted(script, clock), None
        if self.mode == "replay":
            from helpers.wire.replay import Replay

            return Replay(self.tape, clock), None
        from helpers.wire.record import Record

        if self.mode == "construct":
            from helpers.scenarios import scenario

            return Record(Scripted(scenario(self.name), clock), self.session, clock), None
        from helpers.wire.live import Live

        network = Live()
        return (Record(network, self.session, clock) if self.mode == "record" else network), network


@dataclass(frozen=True, slots=True)
class Wiring:
    """What a client's caller asked for beside the SDK's own options."""

    faults: Sequence[Any]
    script: Script | None
    label: str
    ledger: Ledger | None
    budget: Budget | None
    clock: Clock | None
    trace: Trace | None


def document(name: str) -> str:
    """The text of a file in data/, such as "acme_policy.md"."""
    return (settings.DATA / name).read_text("utf-8")


def start(name: str) -> Lesson:
    """Open a lesson: prints its banner and returns what its cells work with."""
    _watch_cells()
    lesson = _open(name)
    print(banner(lesson))
    return lesson


def _open(name: str) -> Lesson:
    mode = settings.mode()
    path = settings.RECORDINGS / f"{name}.json"
    if not path.is_file() and mode in ("replay", "live"):
        known = ", ".join(sorted(p.stem for p in settings.RECORDINGS.glob("*.json"))) or "none yet"
        raise FileNotFoundError(f"There is no lesson {name!r}: data/recordings/{path.name} is missing. Known: {known}.")
    if mode == "replay":
        return Lesson(name, mode, Tape.load(path))
    if isinstance(settings.clock, RealClock) and mode != "construct":
        settings.clock.wall_start = None   # live, the date is today's
    return Lesson(name, mode, Tape(name), budget=_budget(mode), session=_session(mode, path))


def _budget(mode: str) -> Budget | None:
    if mode == "construct":
        return None
    from helpers.wire.budget import kernel_budget

    return kernel_budget()


def _session(mode: str, path: Any) -> RecordingSession | None:
    if mode not in ("record", "construct"):
        return None
    from helpers.wire.record import open_session

    return open_session(path, date=settings.clock.wall().date().isoformat(), constructed=mode == "construct")


def banner(lesson: Lesson) -> str:
    """A few lines: what answers, with which SDKs, and how old the prices are."""
    number, _, title = lesson.name.partition("_")
    return "\n".join([
        f"Lesson {number} · {title.replace('_', ' ').capitalize()}",
        *_answered_by(lesson),
        f"anthropic {version('anthropic')} · openai {version('openai')} · prices as of {prices_as_of()}",
    ])


def _answered_by(lesson: Lesson) -> list[str]:
    if lesson.mode in ("live", "record"):
        kept = ", replies are recorded" if lesson.mode == "record" else ""
        return [f"Mode {lesson.mode}: calls go to the API{kept}; this kernel spends at most ${lesson.budget.limit}."]
    counts = lesson.tape.provenance()
    kinds = ", ".join(f"{counts[kind]} {kind}" for kind in sorted(counts)) or "none"
    lines = [f"Mode {lesson.mode}: no key, no network, no bill. Recordings: {kinds}."]
    if counts["constructed"]:
        lines.append("Constructed replies are built to the wire format; no server ever sent them.")
    return lines


_watched = False


def _watch_cells() -> None:
    """Rewind replies, faults and the clock when a notebook cell starts; outside a notebook there is nothing to do."""
    global _watched
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None or _watched:
        return
    shell.events.register("pre_run_cell", cells.start_cell)
    shell.events.register("pre_run_cell", lambda *_: settings.clock.rewind())
    _watched = True
