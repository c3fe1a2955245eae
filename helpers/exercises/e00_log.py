"""00-5: `my_log(message, seconds)`. The names of its fields are free: we look for the values, wherever they are."""

from __future__ import annotations

import re

from helpers.classroom.attempt import Attempt, shown
from helpers.classroom.exercise import Exercise
from helpers.classroom.report import Problem
from helpers.exercises.e00_logline import ANSWER, CACHED, CUT, PLAIN, WITH_TOOL, Call, Line, logged
from helpers.exercises.e00_misread import THOUGHT

PIECE = 20
"""So many characters in a row of what was said are a leak; fewer may be chance."""


def my_log(message, seconds):
    """One good solution."""
    usage = message.usage
    return {"request_id": message._request_id, "model": message.model, "stop_reason": message.stop_reason,
            "seconds": round(seconds, 3), "input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens,
            "cache_read_tokens": usage.cache_read_input_tokens,
            "cache_write_tokens": usage.cache_creation_input_tokens}


def goes_through_json(attempt: Attempt) -> Problem | None:
    """A dict that json.dumps takes."""
    logged(attempt, PLAIN)
    return None


def says_nothing(attempt: Attempt) -> Problem | None:
    """No piece of what the model wrote, however deep."""
    return next(filter(None, (_leak(logged(attempt, case)) for case in (PLAIN, CUT, WITH_TOOL))), None)


def traced(attempt: Attempt) -> Problem | None:
    """Whose call it was, and how it ended."""
    return _missing_words(logged(attempt, PLAIN)) or _missing_words(logged(attempt, CUT))


def priced(attempt: Attempt) -> Problem | None:
    """What it cost, and how long it took."""
    return _missing_numbers(logged(attempt, PLAIN)) or _missing_numbers(logged(attempt, CUT))


def cached(attempt: Attempt) -> Problem | None:
    """The part of the prompt that input_tokens does not count."""
    line = logged(attempt, CACHED)
    if CACHED.read in line.numbers or CACHED.input + CACHED.read in line.numbers:
        return None
    return Problem(code="no-cached", sent=CACHED.sent, did=f"returned {_code(line)}: the 48,211 are nowhere in it",
                   should="hold the tokens that came from the cache, too", because="`input_tokens` leaves them out: "
                   "this prompt would look like 61 tokens, and nobody could say what the cache saves.",
                   look="`message.usage`: which counts have `cache` in their names?")


def _leak(line: Line) -> Problem | None:
    pieces = (secret[at:at + PIECE] for secret in (ANSWER, THOUGHT) for at in range(len(secret) - PIECE + 1))
    found = next((piece for piece in pieces if piece in line.words), None)
    if found is None:
        return None
    return Problem(code="text-leaked", sent=line.case.sent, did=f"returned a line with the model's words in it: "
                   f"{shown(found)}", should="keep every word of prompt and answer out", because="a log is read by "
                   "many and kept for long; what users asked and were told is private.",
                   look="what you take over as a whole, such as `message.to_dict()`.")


def _missing_words(line: Line) -> Problem | None:
    message, common = line.message, {"sent": line.case.sent, "did": f"returned {_code(line)}"}
    if message._request_id not in line.words:
        instead = " (`message.id` names the answer, not the request.)" if message.id in line.words else ""
        return Problem(code="no-request-id", should="hold the request id, too", because="it is what the vendor's "
                       f"support asks for first.{instead}", look="`message._request_id`.", **common)
    if message.model not in line.words:
        return Problem(code="no-model", should=f"hold the model, `{message.model}`", because="prices and faults belong "
                       "to a model, and a reply names it more exactly than your configuration.",
                       look="`message.model`.", **common)
    if line.case.stop_reason not in line.words:
        return Problem(code="no-stop-reason", should=f"hold the stop reason, `{line.case.stop_reason}`", because="a "
                       "wave of cut-off answers or refusals shows here and nowhere else: their status is 200.",
                       look="`message.stop_reason`.", **common)
    return None


def _missing_numbers(line: Line) -> Problem | None:
    case, found, common = line.case, line.numbers, {"sent": line.case.sent, "did": f"returned {_code(line)}"}
    names = (line.message._request_id, line.message.id, line.message.model)
    texts = re.findall(r"\d[\d,]*\.?\d*", " ".join(value for value in line.values if isinstance(value, str)
                                                          and value not in names))
    told = [float(text.replace(",", "")) for text in texts]
    if any(number not in found and number in told for number in (case.input, case.output)) or (
            not _has_seconds(case, found) and _has_seconds(case, told)):
        return Problem(code="number-as-text", should="hold each number as a number", because="a bill is a sum over a "
                       "million lines, and a text can't be added up.", look="`str`, and f-strings.", **common)
    if case.output not in found and case.input + case.output in found:
        return Problem(code="one-total", should=f"hold {case.input:,} in and {case.output} out", because="tokens in "
                       "and out have different prices: their sum has none.", look="what you add up.", **common)
    if case.output not in found:
        return Problem(code="no-output", should=f"hold the tokens out, {case.output}", because="they are the dear part "
                       "of the bill, thinking included.", look="`message.usage.output_tokens`.", **common)
    if case.input not in found:
        return Problem(code="no-input", should=f"hold the tokens in, {case.input:,}", because="a bill that surprises "
                       "is mostly a prompt that grew.", look="`message.usage.input_tokens`.", **common)
    return _missing_seconds(case, found, common)


def _missing_seconds(case: Call, found: list[float], common: dict[str, str]) -> Problem | None:
    if _has_seconds(case, found):
        return None
    if round(case.seconds) in found or int(case.seconds) in found:
        return Problem(code="seconds-rounded", should=f"hold {case.seconds} seconds, to a tenth at least",
                       because="users feel the difference between 0.6 and 1.4 seconds.", look="`round` and `int`.",
                       **common)
    return Problem(code="no-seconds", should=f"hold how long it took, {case.seconds} seconds", look="`seconds`.",
                   because="slowness is what users notice first, and an average hides it: you need each call's.",
                   **common)


def _has_seconds(case: Call, numbers: list[float]) -> bool:
    """Seconds or milliseconds, rounded or not."""
    return any(abs(number - case.seconds) <= 0.05 or abs(number - case.seconds * 1000) <= 50 for number in numbers)


def _code(line: Line) -> str:
    """The line in backticks, cut where it is long."""
    text = line.line.replace("`", "'")
    return f"`{text[:240]}{'...' * (len(text) > 240)}`"


LOG_A_CALL = Exercise(
    id="00-5", name="my_log", call="my_log(message, seconds)", solution=my_log,
    checks=(goes_through_json, says_nothing, traced, priced, cached),
    praise="A bill, a complaint or an outage can be traced from such lines, and nobody's words are in them.",
    hints=("Tomorrow a user complains, and next week a bill does: which facts will you wish you had written down?",
           "The message has `model` and `stop_reason`; its `usage` has the counts, two with `cache` in their names. "
           "The request id came with the headers: `message._request_id`. Pick single values, never a whole object.",
           '`{"request_id": message._request_id, "model": message.model, ..., "input_tokens": '
           'message.usage.input_tokens, "cache_read_tokens": message.usage.cache_read_input_tokens, ...}`: with '
           '`stop_reason`, `output_tokens` and `seconds` in place of the dots.'),
)
