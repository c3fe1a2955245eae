"""Lesson 06's exercises, one module each."""

from __future__ import annotations

from helpers.exercises.e06_chat import KEEP_WHAT_WAS_ANSWERED
from helpers.exercises.e06_compact import COMPACT
from helpers.exercises.e06_facts import REMEMBER
from helpers.exercises.e06_rules import NAME_THE_PROBLEM
from helpers.exercises.e06_trim import TRIM

EXERCISES = (NAME_THE_PROBLEM, TRIM, KEEP_WHAT_WAS_ANSWERED, COMPACT, REMEMBER)
