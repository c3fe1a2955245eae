"""Lesson 05's exercises, one module each."""

from __future__ import annotations

from helpers.exercises.e05_bill import BILL
from helpers.exercises.e05_diagnosis import FIND_THE_CAUSE
from helpers.exercises.e05_lifetime import CHOOSE_A_LIFETIME
from helpers.exercises.e05_request import LAY_OUT
from helpers.exercises.e05_saving import SAVE_A_MONTH

EXERCISES = (BILL, LAY_OUT, CHOOSE_A_LIFETIME, FIND_THE_CAUSE, SAVE_A_MONTH)
