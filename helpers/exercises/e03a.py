"""Lesson 03a's exercises, one module each."""

from __future__ import annotations

from helpers.exercises.e03a_consume import READ_THE_ENDING
from helpers.exercises.e03a_measure import MEASURE_A_STREAM
from helpers.exercises.e03a_tools import ASSEMBLE_TOOL_CALLS

EXERCISES = (MEASURE_A_STREAM, READ_THE_ENDING, ASSEMBLE_TOOL_CALLS)
