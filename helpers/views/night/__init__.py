"""Lesson 07 in pictures: a night's requests and dollars, its incidents, its targets, and a room to change the parts in.

    night = play(Parts(retry=my_retry))
    incident_report(night)                 # ten rows, each with the line that proves it
    requests_chart(night); dollars_chart(night); targets_chart(night)
    control_room(Parts(retry=my_retry))    # a widget: each move plays the night, in about a second

Nothing here judges or adds up: that is `helpers.simulate.night`.
"""

from __future__ import annotations

from helpers.views.night.bars import plot_targets, share_of, targets_chart, targets_in_words
from helpers.views.night.over_time import (
    dollars_chart,
    dollars_in_words,
    plot_dollars,
    plot_requests,
    requests_chart,
    requests_in_words,
)
from helpers.views.night.room import control_room, controls, night_in_words, parts_of
from helpers.views.night.table import Report, incident_report

__all__ = ["Report", "control_room", "controls", "dollars_chart", "dollars_in_words", "incident_report",
           "night_in_words", "parts_of", "plot_dollars", "plot_requests", "plot_targets", "requests_chart",
           "requests_in_words", "share_of", "targets_chart", "targets_in_words"]
