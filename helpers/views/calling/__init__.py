"""Lesson 00 in views: what a reply is made of, and what one parameter does to it.

    message_explorer(messages, {"text_of": text_of})     # choose a shape: the reply, and what each function makes of it
    parameter_bench(replies)                             # choose a parameter: its settings side by side

Both take the SDK's own messages. `outcome` and `bench_rows` are what they show, as plain values.
"""

from __future__ import annotations

from helpers.views.calling.bars import bars_svg
from helpers.views.calling.bench import Row, bench_finding, bench_rows, parameter_bench
from helpers.views.calling.explorer import Outcome, message_explorer, outcome

__all__ = ["Outcome", "Row", "bars_svg", "bench_finding", "bench_rows", "message_explorer", "outcome",
           "parameter_bench"]
