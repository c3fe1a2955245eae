"""Lesson 02's exercises, one module each."""

from __future__ import annotations

from helpers.exercises.e02_batch import BATCH
from helpers.exercises.e02_bucket import BUCKET
from helpers.exercises.e02_retry import RETRY
from helpers.exercises.e02_stack import WORST_CASE
from helpers.exercises.e02_verdict import TELL_THEM_APART

EXERCISES = (TELL_THEM_APART, RETRY, WORST_CASE, BUCKET, BATCH)
