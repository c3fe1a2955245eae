"""Lesson 01's exercises, one module each."""

from __future__ import annotations

from helpers.exercises.e01_count import SEND_IF_IT_FITS
from helpers.exercises.e01_driver import FIND_THE_DRIVER
from helpers.exercises.e01_estimate import ESTIMATE_THREE
from helpers.exercises.e01_forecast import FORECAST_A_CHAT
from helpers.exercises.e01_price import PRICE_A_REQUEST

EXERCISES = (PRICE_A_REQUEST, FORECAST_A_CHAT, SEND_IF_IT_FITS, FIND_THE_DRIVER, ESTIMATE_THREE)
