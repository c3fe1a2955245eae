"""Lesson 04's exercises, one module each."""

from __future__ import annotations

from helpers.exercises.e04_extract import EXTRACT
from helpers.exercises.e04_fields import NAME_WHAT_IS_WRONG
from helpers.exercises.e04_loop import RUN_THE_TOOLS
from helpers.exercises.e04_proof import PROVE_EACH_VALUE
from helpers.exercises.e04_schema import MAKE_IT_STRICT

EXERCISES = (NAME_WHAT_IS_WRONG, EXTRACT, MAKE_IT_STRICT, RUN_THE_TOOLS, PROVE_EACH_VALUE)
