"""The parameter bench: what a parameter's settings make of the same request, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from helpers.economics import usage_from
from helpers.views import style
from helpers.views._html import card, code, columns, safe
from helpers.views.calling.bars import bars_svg
from helpers.views.calling.explorer import FINISHED, whole_text
from helpers.views.controls import Choice, options

if TYPE_CHECKING:
    from helpers.views._explore import Explorer

Replies = Mapping[object, Any]
"""Setting -> the `anthropic` Message that came back; a setting that is no text is shown as Python writes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One setting and what it brought."""

    setting: str
    text: str
    stop_reason: str
    stop_sequence: str | None
    output: int
    """Tokens, thinking included."""
    thinking: int
    limit: int | None
    """Where the parameter is the limit on the output itself."""

    @property
    def tokens(self) -> str:
        """The output tokens in words."""
        return f"{self.output:,} output tokens" + (f", {self.thinking:,} of them thinking" if self.thinking else "")

    @property
    def end(self) -> str:
        """How the text ends, where the model did not end it."""
        if self.stop_sequence is not None:
            return f"stopped at {self.stop_sequence!r}"
        if self.stop_reason in FINISHED:
            return ""
        return "cut off here" if self.text else "no text at all"

    def __str__(self) -> str:
        ending = f", {self.end}" if self.end else ""
        return f"{self.tokens}, {len(self.text):,} characters of text{ending}; stop_reason {self.stop_reason}"


def bench_rows(parameter: str, replies: Replies) -> list[Row]:
    """The replies to *parameter*'s settings, in order."""
    return [_row(setting, message, setting if parameter == "max_tokens" and isinstance(setting, int) else None)
            for setting, message in replies.items()]


def _row(setting: object, message: Any, limit: int | None) -> Row:
    usage = usage_from(message)
    return Row(setting=setting if isinstance(setting, str) else repr(setting), text=whole_text(message), limit=limit,
               stop_reason=str(message.stop_reason), stop_sequence=message.stop_sequence, output=usage.output,
               thinking=usage.thinking)


def bench_finding(rows: Sequence[Row]) -> str:
    """What the settings changed, in numbers: the title of the chart."""
    cut = [row for row in rows if row.stop_reason == "max_tokens"]
    if cut:
        silent = sum(not row.text for row in cut)
        without = f", {silent} of them before any text" if silent else ""
        return f"{len(cut)} of {len(rows)} answers {'is' if len(cut) == 1 else 'are'} cut off{without}"
    first, last = rows[0], rows[-1]
    changes = [f"{name} {before:,} → {after:,}" for name, before, after in (
        ("output tokens", first.output, last.output), ("of them thinking", first.thinking, last.thinking),
        ("characters of text", len(first.text), len(last.text))) if before != after]
    return ", ".join(changes) or "nothing changed"


def parameter_bench(replies: Mapping[str, Replies]) -> Explorer:
    """A widget: choose a parameter, see its settings' answers and tokens side by side.

    replies: name of the parameter -> setting -> the `anthropic` Message that came back. A whole number as a setting
    of "max_tokens" is drawn as the limit that it is.
    """
    from helpers.views._explore import explore_html

    rows = {parameter: bench_rows(parameter, settings) for parameter, settings in replies.items()}
    titles = {parameter: _illustration(settings) + bench_finding(rows[parameter])
              for parameter, settings in replies.items()}

    def render(parameter: str) -> str:
        cards = [_card(parameter, row) for row in rows[parameter]]
        return columns(cards, "15em") + bars_svg(rows[parameter], parameter, titles[parameter])

    def describe(parameter: str) -> str:
        lines = [f"{parameter} {row.setting}: {row}." for row in rows[parameter]]
        return "\n".join([f"{titles[parameter]}.", *lines])

    return explore_html(render, [Choice("parameter", "parameter", options(*replies), next(iter(replies)))],
                        describe=describe, title="One request, one parameter changed")


def _illustration(settings: Replies) -> str:
    """A chart over replies that no server sent says so; their ids do."""
    return "Illustration: " * any("CONSTRUCTED" in message.id for message in settings.values())


def _card(parameter: str, row: Row) -> str:
    frame = "border:1px solid;border-radius:3px;padding:0 4px;white-space:nowrap"
    mark = f'{" " if row.text else ""}<b style="{frame}">✂ {safe(row.end)}</b>' if row.end else ""
    text = f'<div style="white-space:pre-wrap;margin:4px 0">{safe(row.text.rstrip())}{mark}</div>'
    facts = f"<div>{code('stop_reason')} {safe(row.stop_reason)}</div><div>{safe(row.tokens)}</div>"
    colour = style.GREEN if row.stop_reason in FINISHED else style.VERMILLION
    return card(f"{code(parameter)} <b>{safe(row.setting)}</b>", text + facts, colour)
