"""Lesson 00's exercises, one module each."""

from __future__ import annotations

from helpers.exercises.e00_ask import ASK_ONCE
from helpers.exercises.e00_client import SHARE_A_CLIENT
from helpers.exercises.e00_log import LOG_A_CALL
from helpers.exercises.e00_text import READ_THE_TEXT
from helpers.exercises.e00_vendors import READ_EITHER

EXERCISES = (READ_THE_TEXT, ASK_ONCE, SHARE_A_CLIENT, READ_EITHER, LOG_A_CALL)
