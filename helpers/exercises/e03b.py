"""Lesson 03b's exercises, one module each."""

from __future__ import annotations

from helpers.exercises.e03b_events import RELAY_A_STREAM
from helpers.exercises.e03b_frame import FRAME_AN_EVENT
from helpers.exercises.e03b_parser import PARSE_A_STREAM

EXERCISES = (FRAME_AN_EVENT, PARSE_A_STREAM, RELAY_A_STREAM)
