"""Black Friday: 200 messages, ten incidents, and one bot.

    night = play(Parts(retry=my_retry))
    print(night)                     # ten verdicts, each with the line of the log that proves it
    night.usd, night.first_text_p95_s, night.invalid_requests, night.requests_per_answer

The SDK is the real one. The provider is played: `model` answers from the request alone and bills through the simulated
cache, `wire` has the weather and enforces the documented 400 rules, `page` is the customer's browser. All replies are
constructed: the night shows what a part does in an incident, and measures no model.

`traffic` says who writes what and when, `questions` what there is to know; `answering` has a message answered,
`serving` is what could be seen of that, `incidents` judges by it alone, `playing` joins them; `targets` has the limits,
`tables` the frames, and `watching` stops a bot that doesn't come back.
"""

from __future__ import annotations

from helpers.simulate.night.incidents import INCIDENTS, Incident, Verdict
from helpers.simulate.night.playing import Night, play
from helpers.simulate.night.serving import Line, Served
from helpers.simulate.night.targets import TARGETS, Target
from helpers.simulate.night.traffic import Turn, traffic

__all__ = ["INCIDENTS", "TARGETS", "Incident", "Line", "Night", "Served", "Target", "Turn", "Verdict", "play",
           "traffic"]
