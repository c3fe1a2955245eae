"""Lesson 02's planted bugs."""

from __future__ import annotations

import asyncio
import random
import time
from datetime import UTC, datetime
from enum import StrEnum
from http import HTTPStatus

from helpers.retries import Policy, asked_wait_s, call_with_retries, classify, retry_after_s
from tests.mutants import mutant, right

# ---- 02-1: retry, never, human

MONEY = ("enforced_spend_limit_reached", "contract_spend_limit_reached", "insufficient_quota")
IN_STREAM = ("overloaded_error", "api_error", "rate_limit_error", "timeout_error")


def _lost(error):
    import anthropic
    import httpx2
    import openai

    return isinstance(error, (anthropic.APIConnectionError, openai.APIConnectionError, httpx2.TransportError))


def _verdict(error, *, again=(408, 409, 429), human=(402,), money=MONEY, from_status=500, lost=_lost, stream="retry",
             fields=("error_code", "code", "type"), unknown="never"):
    status = getattr(error, "status_code", None)
    if status in human or {getattr(error, field, None) for field in fields} & set(money):
        return "human"
    if status is None:
        return "retry" if lost(error) else "never"
    if status == 200:
        return stream if error.type in IN_STREAM else "never"
    if 400 <= status < 500 and status not in (400, 401, 403, 404, 413, 422):
        return "retry" if status in again else unknown
    return "retry" if status in again or status >= from_status else "never"


@right("02-1")
def as_production_does(error):
    return classify(error)


@right("02-1")
def with_a_match(error):
    words = {getattr(error, name, None) for name in ("error_code", "code", "type")}
    match (getattr(error, "status_code", None), words):
        case (402, _):
            return "human"
        case (_, words) if words & set(MONEY):
            return "human"
        case (None, _) if _lost(error):
            return "retry"
        case (200, words) if words & set(IN_STREAM):
            return "retry"
        case (408 | 409 | 429, _):
            return "retry"
        case (int() as status, _) if 500 <= status:
            return "retry"
    return "never"


class Verdict(StrEnum):
    RETRY, NEVER, HUMAN = "retry", "never", "human"


@right("02-1")
def with_an_enum(error):
    body = str(getattr(error, "body", ""))
    if any(repr(word) in body for word in (*MONEY, "billing_error")):
        return Verdict.HUMAN
    try:
        status = HTTPStatus(error.status_code)
    except AttributeError:    # no reply, but a request: then it was on its way
        return Verdict.RETRY if getattr(error, "request", None) else Verdict.NEVER
    except ValueError:        # 529 is in no list
        return Verdict.RETRY if error.status_code > 500 else Verdict.NEVER
    if status == 200:
        return Verdict.RETRY if any(word in body for word in IN_STREAM) else Verdict.NEVER
    return Verdict.RETRY if status >= 500 or status in (408, 409, 429) else Verdict.NEVER


@right("02-1")
def by_both_vendors_classes(error):
    import anthropic
    import httpx2
    import openai

    if isinstance(error, anthropic.EnforcedSpendLimitReachedError | anthropic.ContractSpendLimitReachedError
                  | anthropic.PaymentRequiredError):
        return "human"
    if isinstance(error, openai.RateLimitError) and error.type == "insufficient_quota":
        return "human"
    lost = (anthropic.APIConnectionError, openai.APIConnectionError, httpx2.TransportError)
    server = (anthropic.InternalServerError, openai.InternalServerError, anthropic.RequestTimeoutError)
    busy = (anthropic.RateLimitError, openai.RateLimitError, anthropic.ConflictError, openai.ConflictError)
    if isinstance(error, lost + server + busy):
        return "retry"
    in_stream = isinstance(error, anthropic.APIStatusError) and error.status_code == 200
    return "retry" if in_stream and error.type in IN_STREAM else "never"


@right("02-1")
def with_vars(error):
    known = vars(error)
    if set(MONEY) & {word for word in known.values() if isinstance(word, str)} or known.get("status_code") == 402:
        return "human"
    if known.get("status_code") == 200:
        return "retry" if known["type"] in IN_STREAM else "never"
    if "status_code" not in known:
        return "retry" if "request" in known or "_request" in known else "never"
    return "never" if 400 <= known["status_code"] < 500 and known["status_code"] not in (408, 409, 429) else "retry"


mutant("02-1", "ours", "classify itself")(classify)


@mutant("02-1", "own-bug")
def no_status_is_a_connection(error):
    return _verdict(error, lost=lambda error: True)


@mutant("02-1", "own-bug")
def any_lookup_error(error):
    return _verdict(error, lost=lambda error: not isinstance(error, ValueError))


@mutant("02-1", "not-money")
def a_person_for_a_slip(error):
    return "human" if isinstance(error, KeyError | ValueError) else _verdict(error)


@mutant("02-1", "unknown-4xx")
def never_is_a_list(error):
    return _verdict(error, unknown="retry")


@mutant("02-1", "text-decides")
def reads_the_text(error):
    return "retry" if "overloaded" in str(error).lower() or "529" in str(error) else _verdict(error)


@mutant("02-1", "contract-limit")
def one_limit_of_two(error):
    return _verdict(error, money=(MONEY[0], MONEY[2]))


@mutant("02-1", "quota-type")
def the_code_alone(error):
    return _verdict(error, fields=("error_code", "code"))


@mutant("02-1", "mid-stream")
def overloaded_alone(error):
    return "never" if getattr(error, "type", "") == "api_error" and error.status_code == 200 else _verdict(error)


@mutant("02-1", "mid-stream-wrong")
def every_200(error):
    return _verdict(error) if getattr(error, "status_code", None) != 200 else "retry"


@mutant("02-1", "server-errors")
def misses_502(error):
    return "never" if getattr(error, "status_code", None) in (502, 504) else _verdict(error)


@mutant("02-1", "by-name")
def by_a_list_of_5xx(error):
    return _verdict(error) if getattr(error, "status_code", None) != 529 else "never"


@mutant("02-1", "by-name")
def by_names_that_were(error):
    names = ("RateLimitError", "InternalServerError", "APIConnectionError", "APITimeoutError")
    return "retry" if type(error).__name__ in names else "never"


@mutant("02-1", "same-bytes")
def retries_what_is_no_money(error):
    return "retry" if _verdict(error) == "never" else _verdict(error)


@mutant("02-1", "same-bytes")
def retries_404(error):
    return _verdict(error, again=(404, 408, 409, 429))


@mutant("02-1", "same-bytes")
def retries_401(error):
    return _verdict(error, again=(401, 403, 408, 409, 429))


@mutant("02-1", "transient-4xx")
def every_4xx_but_429(error):
    return _verdict(error, again=(429,))


@mutant("02-1", "transient-4xx")
def misses_409(error):
    return _verdict(error, again=(408, 429))


@mutant("02-1", "rate-limit")
def misses_429(error):
    return _verdict(error, again=(408, 409))


@mutant("02-1", "every-429-human")
def by_a_header(error):
    if getattr(error, "status_code", None) == 429:
        return "retry" if "retry-after" in error.response.headers else "human"
    return _verdict(error)


@mutant("02-1", "every-429-human")
def calls_somebody_for_429(error):
    return _verdict(error, human=(402, 429))


@mutant("02-1", "spend-limit")
def all_429_alike(error):
    return _verdict(error, money=())


@mutant("02-1", "spend-limit")
def as_the_sdks_do(error):
    told = getattr(getattr(error, "response", None), "headers", {}).get("x-should-retry")
    return {"true": "retry", "false": "never"}.get(told, _verdict(error, money=()))


@right("02-1")
def what_the_server_says(error):
    told = getattr(getattr(error, "response", None), "headers", {}).get("x-should-retry")
    verdict = _verdict(error)
    return verdict if verdict == "human" else {"true": "retry", "false": "never"}.get(told, verdict)


@mutant("02-1", "quota")
def anthropics_field_alone(error):
    return _verdict(error, money=MONEY[:2])


@mutant("02-1", "billing")
def misses_402(error):
    return _verdict(error, human=())


@mutant("02-1", "server-errors")
def misses_500(error):
    return _verdict(error, again=(408, 409, 429, 529), from_status=600)


@mutant("02-1", "server-errors")
def from_501(error):
    return _verdict(error, from_status=501)


@mutant("02-1", "connection")
def no_status_no_retry(error):
    return _verdict(error, lost=lambda error: False)


@mutant("02-1", "connection")
def one_class_for_all_connections(error):
    import anthropic

    return _verdict(error, lost=lambda error: isinstance(error, anthropic.APIConnectionError))


@mutant("02-1", "one-vendor")
def anthropics_classes(error):
    import anthropic
    import httpx2

    if isinstance(error, anthropic.APIConnectionError | anthropic.InternalServerError | httpx2.TransportError):
        return "retry"
    return _verdict(error, lost=lambda error: False, from_status=600)


@mutant("02-1", "mid-stream")
def misses_200(error):
    return _verdict(error, stream="never")


@mutant("02-1", "mid-stream")
def from_500_or_listed(error):
    status = getattr(error, "status_code", 599)
    return _verdict(error) if status != 200 else "human"


@mutant("02-1", "not-money")
def a_person_for_a_key(error):
    return _verdict(error, human=(401, 402, 403))


@mutant("02-1", "not-money")
def a_person_for_a_400(error):
    return "human" if _verdict(error) == "never" else _verdict(error)


@mutant("02-1", "no-status")
def reads_the_status(error):
    return "retry" if error.status_code >= 500 else "never"


@mutant("02-1", "no-status")
def compares_none(error):
    status = getattr(error, "status_code", None)
    return "retry" if status in (408, 409, 429) or status >= 500 else "never"


@mutant("02-1", "no-status")
def reads_a_header(error):
    return _verdict(error) if error.response.headers else "never"


@mutant("02-1", "no-field")
def reads_error_code(error):
    return "human" if error.error_code in MONEY else _verdict(error)


@mutant("02-1", "no-field")
def reads_the_type(error):
    return "human" if "billing" in error.type else _verdict(error)


@mutant("02-1", "always-same")
def retries_everything(error):
    return "retry"


@mutant("02-1", "always-same")
def retries_nothing(error):
    return "never"


@mutant("02-1", "bools")
def yes_or_no(error):
    return _verdict(error) == "retry"


@mutant("02-1", "unknown-word")
def with_a_capital(error):
    return _verdict(error).title()


@mutant("02-1", "unknown-word")
def a_sentence(error):
    return {"retry": "retry", "never": "do not retry", "human": "human"}[_verdict(error)]


@mutant("02-1", "no-verdict")
def falls_through(error):
    verdict = _verdict(error)
    if verdict != "never":
        return verdict


@mutant("02-1", "raised")
def a_slip(error):
    return _verdict(error) if error.status_cod else "never"


# ---- 02-2: retrying

def _retry(send, *, max_attempts=5, base_s=1.0, cap_s=20.0, budget_s=60.0, sleep, rng, verdicts=("retry",),
           judge=classify, exponent=-1, ceiling=None, jitter=None, floor=None, asked=None, over=None, caught=Exception):
    """A right answer with places at which a bug can be put in."""
    ceiling = ceiling or (lambda retry: min(cap_s, base_s * 2 ** (retry + exponent)))
    jitter = jitter or (lambda top: rng() * top)
    floor = floor or (lambda delay, asked: asked + delay)
    asked = asked or (lambda error: asked_wait_s(error, datetime.now(UTC)))
    over = over or (lambda waited, delay: waited + delay > budget_s)
    waited = 0.0
    for attempt in range(1, max_attempts + 1):
        try:
            return send()
        except caught as error:
            if judge(error) not in verdicts or attempt == max_attempts:
                raise
            delay, wish = jitter(ceiling(attempt)), asked(error)
            delay = delay if wish is None else floor(delay, wish)
            if over(waited, delay):
                raise
            sleep(delay)
            waited += delay


def _with(**bug):
    """`_retry` with a bug whose functions get what `my_retry` was given: name=lambda given: ..."""
    def my_retry(send, *, max_attempts=5, base_s=1.0, cap_s=20.0, budget_s=60.0, sleep, rng):
        given = {"base": base_s, "cap": cap_s, "budget": budget_s, "rng": rng, "sleep": sleep}
        return _retry(send, max_attempts=max_attempts, base_s=base_s, cap_s=cap_s, budget_s=budget_s, sleep=sleep,
                      rng=rng, **{name: make(given) for name, make in bug.items()})

    return my_retry


def _plant(code, name, **bug):
    mutant("02-2", code, name)(_with(**bug))


right("02-2", "as it is planted")(_with())
right("02-2", "equal jitter")(_with(jitter=lambda g: lambda top: top / 2 + g["rng"]() * top / 2))
right("02-2", "half to one and a half, capped")(
    _with(jitter=lambda g: lambda top: min(g["cap"], top) * (0.5 + g["rng"]()) / 1.5))
right("02-2", "starts at two")(_with(exponent=lambda g: 0))
right("02-2", "the larger of both, and jitter")(
    _with(floor=lambda g: lambda delay, asked: max(delay, asked) + g["rng"]()))
right("02-2", "catches everything, judges itself")(_with(caught=lambda g: BaseException))


@right("02-2")
def by_recursion(send, *, max_attempts=5, base_s=1.0, cap_s=20.0, budget_s=60.0, sleep, rng):
    def go(left, ceiling, budget):
        try:
            return send()
        except Exception as error:
            wait = (asked_wait_s(error, datetime.now(UTC)) or 0) + rng() * min(ceiling, cap_s)
            if left <= 1 or classify(error) != "retry" or wait > budget:
                raise
        sleep(wait)
        return go(left - 1, ceiling * 2, budget - wait)

    return go(max_attempts, base_s, budget_s)


@right("02-2")
def decorrelated(send, *, max_attempts=5, base_s=1.0, cap_s=20.0, budget_s=60.0, sleep, rng):
    waits = []
    while True:
        try:
            return send()
        except Exception as error:
            last = waits[-1] if waits else base_s
            wait = min(cap_s, base_s + rng() * (3 * last - base_s))
            response = getattr(error, "response", None)
            asked = retry_after_s(response.headers, datetime.now(UTC)) if response is not None else None
            total = wait + (asked or 0)
            if classify(error) != "retry" or len(waits) + 1 == max_attempts or total > budget_s:
                raise error
            waits.append(wait)
            budget_s -= total
            sleep(total)


@right("02-2")
def with_the_last_error_kept(send, *, max_attempts=5, base_s=1.0, cap_s=20.0, budget_s=60.0, sleep, rng):
    last, spent = None, 0
    for number in range(max_attempts):
        if last is not None:
            floor = asked_wait_s(last, datetime.now(UTC)) or 0
            delay = floor + rng() * min(cap_s, base_s * 2 ** (number - 1))
            spent += delay
            if spent > budget_s:
                break
            for _ in range(4):      # in pieces
                sleep(delay / 4)
        try:
            return send()
        except Exception as error:
            last = error
            if classify(error) != "retry":
                break
    raise last


@right("02-2")
def production(send, *, max_attempts=5, base_s=1.0, cap_s=20.0, budget_s=60.0, sleep, rng):
    slept = []

    def note(seconds):
        slept.append(seconds)
        sleep(seconds)

    policy = Policy(max_attempts=max_attempts, base_s=base_s, cap_s=cap_s, budget_s=budget_s)
    return call_with_retries(send, policy, sleep=note, random=rng, now=lambda: sum(slept))


@right("02-2")
def with_tenacity(send, *, max_attempts=5, base_s=1.0, cap_s=20.0, budget_s=60.0, sleep, rng):
    import tenacity

    def wait(state):
        asked = asked_wait_s(state.outcome.exception(), datetime.now(UTC)) or 0
        return asked + rng() * min(cap_s, base_s * 2 ** (state.attempt_number - 1))

    def over(state):
        return state.idle_for + state.upcoming_sleep > budget_s

    return tenacity.Retrying(stop=tenacity.stop_any(tenacity.stop_after_attempt(max_attempts), over), wait=wait,
                             retry=tenacity.retry_if_exception(lambda error: classify(error) == "retry"),
                             sleep=sleep, reraise=True)(send)


@mutant("02-2", "waits-for-nothing")
def waits_first(send, *, sleep, rng, **options):
    sleep(rng())
    return _retry(send, sleep=sleep, rng=rng, **options)


@mutant("02-2", "waits-for-nothing")
def waits_in_finally(send, *, sleep, rng, max_attempts=5, **options):
    for _ in range(max_attempts):
        try:
            return send()
        except Exception:
            pass
        finally:
            sleep(rng())


@mutant("02-2", "asks-again")
def keeps_the_last_value(send, *, sleep, rng, max_attempts=5, **options):
    value = None
    for _ in range(max_attempts):
        value = send()
    return value


@mutant("02-2", "value-lost")
def returns_a_pair(send, **options):
    return _retry(send, **options), 1


@mutant("02-2", "value-lost")
def forgets_to_return(send, *, sleep, rng, max_attempts=5, **options):
    for _ in range(max_attempts):
        try:
            send()
            return
        except Exception:
            sleep(rng())


@mutant("02-2", "empty-answer")
def until_there_is_text(send, *, sleep, rng, max_attempts=5, **options):
    for attempt in range(max_attempts):
        try:
            value = send()
            if value:
                return value
        except Exception as error:
            if classify(error) != "retry" or attempt == max_attempts - 1:
                raise
            sleep(rng() * 2 ** attempt)


_plant("retries-400", "retries everything", verdicts=lambda g: ("retry", "never", "human"))
_plant("retries-400", "judges the wrong way round", verdicts=lambda g: ("never", "human"))
_plant("retries-spend-limit", "all but never", verdicts=lambda g: ("retry", "human"))
_plant("gives-up-529", "by a list", judge=lambda g: lambda error: "never" if getattr(
    error, "status_code", 0) == 529 else classify(error))
_plant("gives-up-529", "retries nothing", verdicts=lambda g: ())
_plant("gives-up-529", "the budget's sign", over=lambda g: lambda waited, delay: waited + delay < g["budget"])
_plant("gives-up-429", "5xx alone", judge=lambda g: lambda error: "retry" if getattr(
    error, "status_code", 500) >= 500 else "never")
_plant("gives-up-5xx", "what is known by name", judge=lambda g: lambda error: "never" if getattr(
    error, "status_code", 0) in (500, 503) else classify(error))
_plant("gives-up-connection", "no status, no retry", judge=lambda g: lambda error: classify(error) if hasattr(
    error, "status_code") else "never")
_plant("gives-up-4xx", "a 4xx is a 4xx", judge=lambda g: lambda error: "never" if getattr(
    error, "status_code", 0) in (408, 409) else classify(error))


@mutant("02-2", "retries-400")
def the_seed(send, *, max_attempts=5, base_s=1.0, cap_s=20.0, budget_s=60.0, sleep, rng):
    for attempt in range(max_attempts):
        try:
            return send()
        except Exception:
            sleep(base_s * 2 ** attempt)
    raise RuntimeError("Max retries exceeded")


@mutant("02-2", "swallowed")
def swallows_400(send, **options):
    try:
        return _retry(send, **options)
    except Exception:
        return None


@mutant("02-2", "swallowed")
def leaves_the_loop(send, *, max_attempts=5, base_s=1.0, sleep, rng, **options):
    for attempt in range(max_attempts):
        try:
            return send()
        except Exception as error:
            if classify(error) != "retry":
                raise
            if attempt < max_attempts - 1:
                sleep(rng() * base_s * 2 ** attempt)


@mutant("02-2", "swallowed")
def returns_the_error(send, **options):
    try:
        return _retry(send, **options)
    except Exception as error:
        return error


@mutant("02-2", "waits-before-giving-up")
def sleeps_then_judges(send, *, max_attempts=5, base_s=1.0, cap_s=20.0, sleep, rng, **options):
    for attempt in range(max_attempts):
        try:
            return send()
        except Exception as error:
            sleep(rng() * min(cap_s, base_s * 2 ** attempt))
            if classify(error) != "retry":
                raise
    return None


@mutant("02-2", "no-wait")
def at_once(send, *, max_attempts=5, sleep, rng, **options):
    for attempt in range(max_attempts):
        try:
            return send()
        except Exception as error:
            if classify(error) != "retry" or attempt + 1 == max_attempts:
                raise


def _attempts(change):
    def my_retry(send, *, max_attempts=5, **options):
        return _retry(send, max_attempts=change(max_attempts), **options)

    return my_retry


mutant("02-2", "attempts", "one more")(_attempts(lambda most: most + 1))
mutant("02-2", "attempts", "one less")(_attempts(lambda most: max(most - 1, 1)))
mutant("02-2", "attempts-fixed", "always five")(_attempts(lambda most: 5))
mutant("02-2", "attempts-fixed", "two at least")(_attempts(lambda most: max(most, 2)))


@mutant("02-2", "waits-after-last")
def waits_and_raises(send, *, max_attempts=5, base_s=1.0, cap_s=20.0, budget_s=60.0, sleep, rng):
    for attempt in range(max_attempts):
        try:
            return send()
        except Exception as error:
            if classify(error) != "retry":
                raise
            last = error
            sleep(rng() * min(cap_s, base_s * 2 ** attempt))
    raise last


@mutant("02-2", "other-error")
def max_retries_exceeded(send, *, max_attempts=5, base_s=1.0, cap_s=20.0, budget_s=60.0, sleep, rng):
    for attempt in range(max_attempts):
        try:
            return send()
        except Exception as error:
            if classify(error) != "retry":
                raise
            if attempt == max_attempts - 1:
                break
            sleep(rng() * min(cap_s, base_s * 2 ** attempt))
    raise Exception("Max retries exceeded")


@mutant("02-2", "other-error")
def wraps_it(send, **options):
    try:
        return _retry(send, **options)
    except Exception as error:
        raise RuntimeError(f"failed: {error}") from error


@mutant("02-2", "older-error")
def keeps_the_first(send, *, max_attempts=5, base_s=1.0, cap_s=20.0, budget_s=60.0, sleep, rng):
    first = None
    for attempt in range(max_attempts):
        try:
            return send()
        except Exception as error:
            first = first or error
            if classify(error) != "retry" or attempt == max_attempts - 1:
                raise first from None
            sleep(rng() * min(cap_s, base_s * 2 ** attempt))


@mutant("02-2", "error-gone")
def raises_below(send, *, max_attempts=5, base_s=1.0, sleep, rng, **options):
    for attempt in range(max_attempts):
        try:
            return send()
        except Exception as error:
            if classify(error) != "retry" or attempt == max_attempts - 1:
                break
            sleep(rng() * base_s * 2 ** attempt)
    raise error  # noqa: F821


@mutant("02-2", "no-response")
def reads_headers_always(send, *, max_attempts=5, base_s=1.0, sleep, rng, **options):
    for attempt in range(1, max_attempts + 1):
        try:
            return send()
        except Exception as error:
            asked = retry_after_s(error.response.headers, datetime.now(UTC)) or 0
            if classify(error) != "retry" or attempt == max_attempts:
                raise
            sleep(asked + rng() * base_s * 2 ** attempt)


@mutant("02-2", "date-crash")
def reads_it_as_a_number(send, *, max_attempts=5, base_s=1.0, cap_s=20.0, budget_s=60.0, sleep, rng):
    for attempt in range(1, max_attempts + 1):
        try:
            return send()
        except Exception as error:
            if classify(error) != "retry" or attempt == max_attempts:
                raise
            response = getattr(error, "response", None)
            asked = float(response.headers.get("retry-after", 0)) if response is not None else 0.0
            sleep(asked + rng() * min(cap_s, base_s * 2 ** (attempt - 1)))


_plant("rng-is-a-function", "a Random", jitter=lambda g: lambda top: g["rng"].uniform(0, top))
_plant("rng-is-a-function", "with arguments", jitter=lambda g: lambda top: g["rng"](0, top))
_plant("rng-is-a-function", "rng without brackets", jitter=lambda g: lambda top: g["rng"] * top)
_plant("raised", "a text to wait", asked=lambda g: lambda error: None, jitter=lambda g: lambda top: f"{top}")
_plant("raised", "a negative wait", jitter=lambda g: lambda top: -g["rng"]() * top)
_plant("own-random", "its own chance", jitter=lambda g: lambda top: random.random() * top)
_plant("no-jitter", "the ceiling itself", jitter=lambda g: lambda top: top)
_plant("not-growing", "fixed", ceiling=lambda g: lambda retry: g["base"])
_plant("not-growing", "a power of base_s", ceiling=lambda g: lambda retry: min(g["cap"], g["base"] ** retry))
_plant("grows-slowly", "linear", ceiling=lambda g: lambda retry: min(g["cap"], g["base"] * retry))
_plant("grows-slowly", "squares", ceiling=lambda g: lambda retry: min(g["cap"], g["base"] * retry**2))
_plant("grows-slowly", "triangles", ceiling=lambda g: lambda retry: min(g["cap"], g["base"] * retry * (retry + 1) / 2))
_plant("grows-slowly", "by 1.6", ceiling=lambda g: lambda retry: min(g["cap"], g["base"] * 1.6 ** (retry - 1)))
_plant("grows-slowly", "added", ceiling=lambda g: lambda retry: min(g["cap"], g["base"] + 2 ** (retry - 1)))
_plant("base-ignored", "its square", ceiling=lambda g: lambda retry: min(g["cap"], g["base"] ** 2 * 2 ** (retry - 1)))
_plant("grows-fast", "by 4", ceiling=lambda g: lambda retry: min(g["cap"], g["base"] * 4 ** (retry - 1)))
_plant("grows-fast", "by 10", ceiling=lambda g: lambda retry: min(g["cap"], g["base"] * 10 ** (retry - 1)))
_plant("first-ceiling", "a tenth", ceiling=lambda g: lambda retry: min(g["cap"], g["base"] / 10 * 2 ** (retry - 1)))
_plant("first-ceiling", "times a hundred", ceiling=lambda g: lambda retry: min(g["cap"], g["base"] * 100 * 2 ** retry))
_plant("under-cap", "half of it", ceiling=lambda g: lambda retry: min(g["cap"] / 2, g["base"] * 2 ** (retry - 1)))
_plant("budget-room", "half of it", over=lambda g: lambda waited, delay: waited + delay > g["budget"] / 2)
_plant("budget-room", "jitter of 0 to 300 %", floor=lambda g: lambda delay, asked: max(delay, asked * (
    1 + 3 * g["rng"]())))
_plant("base-ignored", "a one in its place", ceiling=lambda g: lambda retry: min(g["cap"], 2.0 ** (retry - 1)))
_plant("narrow-jitter", "the SDK's", jitter=lambda g: lambda top: top * (1 - 0.25 * g["rng"]()))
_plant("narrow-jitter", "a quarter up and down", jitter=lambda g: lambda top: top * (0.75 + 0.5 * g["rng"]()))
_plant("narrow-jitter", "a second on top", jitter=lambda g: lambda top: top + g["rng"]())
_plant("over-cap", "none", ceiling=lambda g: lambda retry: g["base"] * 2 ** (retry - 1))
_plant("over-cap", "a fixed one", ceiling=lambda g: lambda retry: min(20, g["base"] * 2 ** (retry - 1)))
_plant("over-cap", "jitter on top", jitter=lambda g: lambda top: top * (0.5 + g["rng"]()))
_plant("cap-after-jitter", "cut off", ceiling=lambda g: lambda retry: g["base"] * 2 ** (retry - 1),
       jitter=lambda g: lambda top: min(g["cap"], g["rng"]() * top))
_plant("retry-after-ignored", "not read", asked=lambda g: lambda error: None)
_plant("retry-after-ignored", "the smaller one", floor=lambda g: min)
_plant("retry-after-shortened", "jitter over all", floor=lambda g: lambda delay, asked: g["rng"]() * (asked + delay))
_plant("retry-after-capped", "the cap over all", floor=lambda g: lambda delay, asked: min(g["cap"], asked + delay))
_plant("retry-after-capped", "more than the cap is too long",
       over=lambda g: lambda waited, delay: delay > g["cap"] * 1.1 or waited + delay > g["budget"])
_plant("zero-wait", "the number instead of its own", floor=lambda g: lambda delay, asked: asked)
_plant("retry-after-herd", "the larger one", floor=lambda g: max)
_plant("budget-ignored", "none", over=lambda g: lambda waited, delay: False)
_plant("budget-ignored", "compares what was", over=lambda g: lambda waited, delay: waited > g["budget"])
_plant("budget-per-wait", "each for itself", over=lambda g: lambda waited, delay: delay > g["budget"])
_plant("gives-up-early", "sixty", over=lambda g: lambda waited, delay: waited + delay > 60)


@mutant("02-2", "one-draw")
def draws_once(send, *, sleep, rng, **options):
    draw = rng()
    return _retry(send, sleep=sleep, rng=lambda: draw, **options)


@mutant("02-2", "retry-after-once")
def reads_the_first_header(send, *, sleep, rng, **options):
    read = []

    def asked(error):
        read.append(error)
        return asked_wait_s(error, datetime.now(UTC)) if len(read) == 1 else None

    return _retry(send, sleep=sleep, rng=rng, asked=asked, **options)


@mutant("02-2", "budget-miscounted")
def counts_what_was_asked(send, *, max_attempts=5, base_s=1.0, cap_s=20.0, budget_s=60.0, sleep, rng):
    waited = 0.0
    for attempt in range(1, max_attempts + 1):
        try:
            return send()
        except Exception as error:
            if classify(error) != "retry" or attempt == max_attempts:
                raise
            asked = asked_wait_s(error, datetime.now(UTC))
            delay = (asked or 0.0) + rng() * min(cap_s, base_s * 2 ** (attempt - 1))
            if waited + delay > budget_s:
                raise
        sleep(delay)
        waited += asked or delay


@mutant("02-2", "attempts-fixed")
def five_in_the_code(send, *, max_attempts=5, base_s=1.0, cap_s=20.0, budget_s=60.0, sleep, rng):
    waited = 0.0
    for attempt in range(1, max_attempts + 1):
        try:
            return send()
        except Exception as error:
            if classify(error) != "retry" or attempt == 5:
                raise
            asked = asked_wait_s(error, datetime.now(UTC))
            delay = (asked or 0.0) + rng() * min(cap_s, base_s * 2 ** (attempt - 1))
            if waited + delay > budget_s:
                raise
        sleep(delay)
        waited += delay


@mutant("02-2", "gives-up-early")
def by_hand(send, *, sleep, rng, max_attempts=5, **options):
    return _retry(send, sleep=sleep, rng=rng, max_attempts=min(max_attempts, 6), **options)


@mutant("02-2", "budget-per-wait")
def by_the_clock(send, *, sleep, rng, budget_s=60.0, **options):
    started = time.monotonic()
    return _retry(send, sleep=sleep, rng=rng, **options,
                  over=lambda waited, delay: time.monotonic() - started + delay > budget_s)


@mutant("02-2", "date-ignored")
def digits_alone(send, *, sleep, rng, **options):
    def asked(error):
        said = getattr(getattr(error, "response", None), "headers", {}).get("retry-after", "")
        return float(said) if said.isdigit() else None

    return _retry(send, sleep=sleep, rng=rng, asked=asked, **options)


@mutant("02-2", "budget-filled")
def what_is_left(send, *, max_attempts=5, base_s=1.0, cap_s=20.0, budget_s=60.0, sleep, rng):
    for attempt in range(1, max_attempts + 1):
        try:
            return send()
        except Exception as error:
            if classify(error) != "retry" or attempt == max_attempts:
                raise
            delay = (asked_wait_s(error, datetime.now(UTC)) or 0) + rng() * min(cap_s, base_s * 2 ** (attempt - 1))
        delay = min(delay, budget_s)
        sleep(delay)
        budget_s -= delay


@mutant("02-2", "budget-swallowed")
def breaks_off(send, *, max_attempts=5, base_s=1.0, cap_s=20.0, budget_s=60.0, sleep, rng):
    for attempt in range(1, max_attempts + 1):
        try:
            return send()
        except Exception as error:
            if classify(error) != "retry" or attempt == max_attempts:
                raise
            delay = (asked_wait_s(error, datetime.now(UTC)) or 0) + rng() * min(cap_s, base_s * 2 ** (attempt - 1))
        if delay > budget_s:
            break
        sleep(delay)
        budget_s -= delay


@mutant("02-2", "holds-an-interrupt")
def a_bare_except(send, *, max_attempts=5, base_s=1.0, cap_s=20.0, budget_s=60.0, sleep, rng):
    return _retry(send, max_attempts=max_attempts, base_s=base_s, cap_s=cap_s, budget_s=budget_s, sleep=sleep, rng=rng,
                  caught=BaseException,
                  judge=lambda error: classify(error) if hasattr(error, "status_code") else "retry")


_plant("retries-bugs", "no status, so again", judge=lambda g: lambda error: classify(error) if hasattr(
    error, "status_code") else "retry")


_plant("asked-none", "adds None", asked=lambda g: lambda error: [asked_wait_s(error, datetime.now(UTC))],
       floor=lambda g: lambda delay, asked: delay + asked[0])


@mutant("02-2", "runaway")
def without_an_end(send, *, base_s=1.0, sleep, rng, **options):
    ceiling = base_s
    while True:
        try:
            return send()
        except Exception as error:
            if classify(error) != "retry":
                raise
            sleep(rng() * ceiling)
            ceiling *= 2


@mutant("02-2", "slept")
def really_waits(send, *, max_attempts=5, base_s=1.0, sleep, rng, **options):
    for attempt in range(1, max_attempts + 1):
        try:
            return send()
        except Exception as error:
            if classify(error) != "retry" or attempt == max_attempts:
                raise
            time.sleep(rng() * base_s)


@mutant("02-2", "coroutine")
async def with_async(send, *, sleep, rng, **options):
    return _retry(send, sleep=sleep, rng=rng, **options)


@mutant("02-2", "generator")
def with_yield(send, *, sleep, rng, **options):
    yield _retry(send, sleep=sleep, rng=rng, **options)


@mutant("02-2", "signature")
def without_a_clock(send, max_attempts=5):
    return send()


# ---- 02-3: the worst case of two layers

def _sdk_s(retries, first=0.5, cap=8):
    return sum(min(first * 2**retry, cap) for retry in range(retries))


def _own_s(attempts):
    return 2 ** (attempts - 1) - 1


@right("02-3")
def played_through(app_attempts, sdk_retries):
    requests, seconds, own = 0, 0, 1
    for attempt in range(app_attempts):
        delay = 0.5
        for retry in range(sdk_retries + 1):
            requests += 1
            if retry < sdk_retries:
                seconds += delay
                delay = min(delay * 2, 8.0)
        if attempt < app_attempts - 1:
            seconds += own
            own *= 2
    return requests, seconds


@right("02-3")
def as_a_formula(app_attempts, sdk_retries):
    fast = min(sdk_retries, 4)
    return [app_attempts + app_attempts * sdk_retries,
            app_attempts * ((2**fast - 1) / 2 + 8 * (sdk_retries - fast)) + _own_s(app_attempts)]


@right("02-3")
def in_decimals(app_attempts, sdk_retries):
    from decimal import Decimal

    return (app_attempts * (1 + sdk_retries),
            Decimal(_own_s(app_attempts)) + app_attempts * sum(
                min(Decimal("0.5") * 2**retry, 8) for retry in range(sdk_retries)))


@right("02-3")
def by_recursion_2(app_attempts, sdk_retries):
    if app_attempts == 1:
        return sdk_retries + 1, float(_sdk_s(sdk_retries))
    requests, seconds = by_recursion_2(app_attempts - 1, sdk_retries)
    return requests + sdk_retries + 1, seconds + 2 ** (app_attempts - 2) + _sdk_s(sdk_retries)


def _worst(code, name, requests=None, seconds=None, answer=None):
    def worst_case(app_attempts, sdk_retries):
        number = (requests or (lambda app, sdk: app * (sdk + 1)))(app_attempts, sdk_retries)
        waited = (seconds or (lambda app, sdk: app * _sdk_s(sdk) + _own_s(app)))(app_attempts, sdk_retries)
        return (answer or (lambda number, waited: (number, waited)))(number, waited)

    mutant("02-3", code, name)(worst_case)


_worst("retries-as-attempts", "times retries", requests=lambda app, sdk: app * sdk)
_worst("retries-as-attempts", "times retries, one at least", requests=lambda app, sdk: app * max(sdk, 1))
_worst("added", "a sum", requests=lambda app, sdk: app + sdk)
_worst("added", "a sum and one", requests=lambda app, sdk: app + sdk + 1)
_worst("attempts-as-retries", "one more in both", requests=lambda app, sdk: (app + 1) * (sdk + 1))
_worst("sdk-forgotten", "one layer", requests=lambda app, sdk: app)
_worst("requests", "to the power", requests=lambda app, sdk: (sdk + 1) ** app)
_worst("own-after-last", "waits at the end", seconds=lambda app, sdk: app * _sdk_s(sdk) + 2**app - 1)
_worst("own-starts-later", "from two", seconds=lambda app, sdk: app * _sdk_s(sdk) + 2 * _own_s(app))
_worst("own-capped", "the SDK's cap",
       seconds=lambda app, sdk: app * _sdk_s(sdk) + sum(min(2**k, 8) for k in range(app - 1)))
_worst("own-linear", "linear", seconds=lambda app, sdk: app * _sdk_s(sdk) + sum(range(app)))
_worst("own-one-wait", "the last one", seconds=lambda app, sdk: app * _sdk_s(sdk) + (2 ** (app - 2) if app > 1 else 0))
_worst("no-own-waits", "the SDK's alone", seconds=lambda app, sdk: app * _sdk_s(sdk))
_worst("no-sdk-waits", "its own alone", seconds=lambda app, sdk: _own_s(app))
_worst("sdk-after-last", "as many as requests", seconds=lambda app, sdk: app * _sdk_s(sdk + 1) + _own_s(app))
_worst("sdk-starts-at-one", "from one", seconds=lambda app, sdk: app * _sdk_s(sdk, first=1) + _own_s(app))
_worst("sdk-no-cap", "no cap", seconds=lambda app, sdk: app * _sdk_s(sdk, cap=1e9) + _own_s(app))
_worst("jitter-taken-off", "the least", seconds=lambda app, sdk: app * 0.75 * _sdk_s(sdk) + _own_s(app))
_worst("sdk-one-short", "one less", seconds=lambda app, sdk: app * _sdk_s(sdk - 1) + _own_s(app))
_worst("sdk-once", "side by side", seconds=lambda app, sdk: _sdk_s(sdk) + _own_s(app))
_worst("last-call-free", "between attempts alone", seconds=lambda app, sdk: (app - 1) * _sdk_s(sdk) + _own_s(app)
       if app > 1 else _sdk_s(sdk))
_worst("waits-per-request", "its own each time", seconds=lambda app, sdk: app * (_sdk_s(sdk) + _own_s(app)))
_worst("rounded", "to whole seconds", seconds=lambda app, sdk: round(app * _sdk_s(sdk) + _own_s(app)))
_worst("rounded", "whole seconds", seconds=lambda app, sdk: int(app * _sdk_s(sdk) + _own_s(app)))
_worst("last-call-free", "times one less", seconds=lambda app, sdk: (app - 1) * _sdk_s(sdk) + _own_s(app))
_worst("seconds", "in milliseconds", seconds=lambda app, sdk: 1000 * (app * _sdk_s(sdk) + _own_s(app)))
_worst("swapped", "seconds first", answer=lambda number, waited: (waited, number))
_worst("no-pair", "a dict", answer=lambda number, waited: {"requests": number, "seconds": waited})
_worst("no-pair", "the requests alone", answer=lambda number, waited: number)
_worst("no-number", "with a unit", answer=lambda number, waited: (number, f"{waited} s"))
_worst("raised", "a slip", answer=lambda number, waited: number / None)


# ---- 02-4: a token bucket

class Bucket:
    """A right one, in parts that a bug can replace."""

    def __init__(self, rate_per_s, capacity, now):
        self.rate, self.capacity, self.now = rate_per_s, capacity, now
        self.level, self.seen = float(capacity), now()

    def flowed(self):
        return (self.now() - self.seen) * self.rate

    def refill(self):
        self.level = min(self.capacity, self.level + self.flowed())
        self.seen = self.now()

    def try_take(self, tokens):
        self.refill()
        if tokens > self.level:
            return False
        self.level -= tokens
        return True

    def settle(self, reserved, used):
        self.refill()
        self.level = min(self.capacity, self.level + reserved - used)


right("02-4", "in parts")(Bucket)


@right("02-4")
class ByADeadline:
    """Remembers when the bucket will be full again, and nothing else."""

    def __init__(self, rate_per_s, capacity, now):
        self.rate, self.capacity, self.now, self.full_at = rate_per_s, capacity, now, now()

    def _book(self, tokens):
        self.full_at = max(self.full_at, self.now()) + tokens / self.rate

    def try_take(self, tokens):
        missing = max(self.full_at - self.now(), 0) * self.rate
        fits = tokens <= self.capacity - missing
        if fits:
            self._book(tokens)
        return fits

    def settle(self, reserved, used):
        self.full_at = max(self.full_at, self.now()) + (used - reserved) / self.rate


@right("02-4")
class Locked(Bucket):
    """With a lock, in fractions, and an error for what never fits."""

    def __init__(self, rate_per_s, capacity, now):
        import threading
        from fractions import Fraction

        super().__init__(Fraction(rate_per_s), capacity, now)
        self.level, self.lock = Fraction(capacity), threading.Lock()

    def try_take(self, tokens):
        if tokens > self.capacity:
            raise ValueError("never")
        with self.lock:
            return super().try_take(tokens)

    def settle(self, reserved, used):
        with self.lock:
            super().settle(reserved, used)


@right("02-4")
def in_a_closure(rate_per_s, capacity, now):
    from types import SimpleNamespace

    level, seen = capacity, now()

    def add(tokens):
        nonlocal level, seen
        level, seen = min(capacity, min(capacity, level + (now() - seen) * rate_per_s) + tokens), now()

    def try_take(tokens):
        add(0)
        if tokens <= level:
            add(-tokens)
            return True

    return SimpleNamespace(try_take=try_take, settle=lambda reserved, used: add(reserved - used))


@right("02-4")
class OnProductions:
    """On top of the production bucket."""

    def __init__(self, rate_per_s, capacity, now):
        from helpers.retries import TokenBucket

        self.bucket = TokenBucket(rate_per_s, capacity, now)
        self.settle = self.bucket.settle

    def try_take(self, tokens):
        if tokens > self.bucket.capacity or self.bucket.wait_s(tokens):
            return False
        return self.bucket.reserve(tokens) == 0


def _bucket(code, name, **methods):
    mutant("02-4", code, name)(type("TokenBucket", (Bucket,), methods))


def _given(change):
    def __init__(self, rate_per_s, capacity, now):
        Bucket.__init__(self, rate_per_s, capacity, now)
        change(self)

    return __init__


def _refilling(change):
    def refill(self):
        self.level, self.seen = change(self), self.now()

    return refill


def _settling(change):
    def settle(self, reserved, used):
        self.refill()
        self.level = min(self.capacity, change(self.level, reserved, used))

    return settle


def _subtracts_first(self, tokens):
    self.refill()
    self.level -= tokens
    return self.level >= 0


def _takes_what_there_is(self, tokens):
    self.refill()
    self.level = max(0, self.level - tokens)
    return True


def _never_subtracts(self, tokens):
    self.refill()
    return tokens <= self.level


def _only_where_it_takes(self, tokens):
    self.level = min(self.capacity, self.level + self.flowed())
    if tokens > self.level:
        return False
    self.level, self.seen = self.level - tokens, self.now()
    return True


def _forgets_where_it_refuses(self, tokens):
    level, self.seen = min(self.capacity, self.level + self.flowed()), self.now()
    if tokens > level:
        return False
    self.level = level - tokens
    return True


def _seconds_to_wait(self, tokens):
    self.refill()
    missing = max(tokens - self.level, 0) / self.rate
    self.level -= tokens * (not missing)
    return missing


def _in_whole_seconds(self):
    return min(self.capacity, self.level + int(self.now() - self.seen) * self.rate)


def _second_by_second(self):
    whole = int(self.now() - self.seen)
    self.level = min(self.capacity, self.level + whole * self.rate)
    self.seen += whole


def _a_fixed_window(self):
    if self.now() - self.seen >= 60:
        self.level, self.seen = self.capacity, self.now()


def _settles_late(self, reserved, used):
    self.level = min(self.capacity, self.level + reserved - used)


def _settles_without_brim(self, reserved, used):
    self.refill()
    self.level += reserved - used


_bucket("starts-empty", "begins with nothing", __init__=_given(lambda self: setattr(self, "level", 0)))
_bucket("no-limit", "takes what there is", try_take=_takes_what_there_is)
_bucket("no-limit", "subtracts nothing", try_take=_never_subtracts)
_bucket("last-token", "keeps a rest", try_take=lambda self, tokens: self.refill() or (
    self.level > tokens and (setattr(self, "level", self.level - tokens) or True)))
_bucket("refusal-takes", "subtracts first", try_take=_subtracts_first)
_bucket("no-refill", "no refill", refill=lambda self: self.now())
_bucket("no-refill", "forgets before it reckons", refill=_refilling(
    lambda self: setattr(self, "seen", self.now()) or self.level + self.flowed()))
_bucket("refill-too-much", "full at once", refill=_refilling(
    lambda self: self.capacity if self.now() > self.seen else self.level))
_bucket("refill-twice", "remembers only what it gave", try_take=_only_where_it_takes)
_bucket("refill-lost", "forgets what it refused", try_take=_forgets_where_it_refuses)
_bucket("refill-lost", "whole tokens of a whole bucket", refill=_refilling(
    lambda self: min(self.capacity, self.level + self.flowed()) if self.now() - self.seen >= 3 else self.level))
_bucket("fraction-lost", "int", refill=_refilling(lambda self: min(self.capacity, int(self.level + self.flowed()))))
_bucket("fraction-lost", "whole seconds", refill=_refilling(_in_whole_seconds))
_bucket("whole-seconds", "and remembers the rest", refill=_second_by_second)
_bucket("no-refill", "a rate a minute", flowed=lambda self: (self.now() - self.seen) * self.rate / 60)
_bucket("no-refill", "a fixed window of a minute", refill=_a_fixed_window)
_bucket("debt-floored", "not below an empty bucket", settle=_settling(lambda level, reserved, used: max(
    -10, level + reserved - used)))
_bucket("fraction-rounded-up", "ceil", refill=_refilling(
    lambda self: min(self.capacity, -(-(self.level + self.flowed()) // 1))))
_bucket("over-capacity", "no brim", refill=_refilling(lambda self: self.level + self.flowed()))
_bucket("settle-nothing", "does nothing", settle=lambda self, reserved, used: None)
_bucket("settle-nothing", "only charges", settle=_settling(lambda level, reserved, used: level - max(
    used - reserved, 0)))
_bucket("settle-sign", "the other way round", settle=_settling(lambda level, reserved, used: level + used - reserved))
_bucket("settle-all", "all that was reserved", settle=_settling(lambda level, reserved, used: level + reserved))
_bucket("settle-amount", "what was used", settle=_settling(lambda level, reserved, used: level + used))
_bucket("settle-no-charge", "only gives back", settle=_settling(lambda level, reserved, used: level + max(
    reserved - used, 0)))
_bucket("debt-forgotten", "never below zero", settle=_settling(lambda level, reserved, used: max(
    0, level + reserved - used)))
_bucket("debt-for-ever", "below zero nothing flows", refill=_refilling(
    lambda self: min(self.capacity, self.level + self.flowed()) if self.level >= 0 else self.level))
_bucket("settle-over-capacity", "no brim in settle", settle=_settles_without_brim, refill=_refilling(
    lambda self: min(self.capacity, self.level + self.flowed()) if self.flowed() else self.level))
_bucket("settle-before-refill", "settles what was", settle=_settles_late)
_bucket("no-bool", "how long to wait", try_take=_seconds_to_wait)
_bucket("returns-nothing", "forgets to return", try_take=lambda self, tokens: (Bucket.try_take(self, tokens), None)[1])


@mutant("02-4", "own-clock")
class NeverAsks(Bucket):
    def __init__(self, rate_per_s, capacity, now):
        super().__init__(rate_per_s, capacity, time.monotonic)


@mutant("02-4", "now-is-a-function")
class NowAsANumber(Bucket):
    def __init__(self, rate_per_s, capacity, now):
        self.rate, self.capacity, self.now, self.level, self.seen = rate_per_s, capacity, now, capacity, now

    def flowed(self):
        return (self.now - self.seen) * self.rate


@mutant("02-4", "no-method")
class WithoutSettle:
    __init__, flowed, refill, try_take = Bucket.__init__, Bucket.flowed, Bucket.refill, Bucket.try_take


@mutant("02-4", "shared-level")
class OfTheClass(Bucket):
    shared: dict = {}

    @property
    def level(self):
        return self.shared["level"]

    @level.setter
    def level(self, level):
        self.shared["level"] = level


@mutant("02-4", "raised")
class ForgetsToKeep(Bucket):
    def __init__(self, rate_per_s, capacity, now):
        self.level, self.seen, self.now = capacity, now(), now


@mutant("02-4", "signature")
class WithoutAClock(Bucket):
    def __init__(self, rate_per_s, capacity):
        super().__init__(rate_per_s, capacity, time.monotonic)


@mutant("02-4", "too-long")
class WaitsUntil(Bucket):
    def try_take(self, tokens):
        while not super().try_take(tokens):
            pass
        return True


@mutant("02-4", "slept")
class Sleeps(Bucket):
    def try_take(self, tokens):
        while not super().try_take(tokens):
            time.sleep((tokens - self.level) / self.rate)
        return True


mutant("02-4", "not-a-function", "an instance")(Bucket(1, 1, time.monotonic))


# ---- 02-5: a batch

async def _row_of(item, work):
    try:
        return item, await work(item), None
    except Exception as error:
        return item, None, error


async def _limited(items, limit, one):
    free = asyncio.Semaphore(limit)

    async def held(item):
        async with free:
            return await one(item)

    return await asyncio.gather(*(held(item) for item in items))


@right("02-5")
async def by_production(items, work, *, limit=8):
    from helpers import retries

    return await retries.run_batch(items, work, limit=limit)


@right("02-5")
async def by_workers(items, work, *, limit=8):
    rows, todo = [None] * len(items), iter(enumerate(items))

    async def worker():
        for place, item in todo:
            rows[place] = await _row_of(item, work)

    async with asyncio.TaskGroup() as group:
        for _ in range(limit):
            group.create_task(worker())
    return rows


@right("02-5")
async def by_a_queue(items, work, *, limit=8):
    rows, queue = {}, asyncio.Queue()
    for pair in enumerate(items):
        queue.put_nowait(pair)

    async def worker():
        while not queue.empty():
            place, item = queue.get_nowait()
            rows[place] = await _row_of(item, work)

    await asyncio.gather(*(worker() for _ in range(limit)))
    return [rows[place] for place in range(len(items))]


@right("02-5")
async def with_return_exceptions(items, work, *, limit=8):
    got = []
    for result in await asyncio.gather(_limited(items, limit, lambda item: asyncio.gather(
            work(item), return_exceptions=True))):
        got = result
    return [(item, None, value) if isinstance(value, Exception) else (item, value, None)
            for item, [value] in zip(items, got, strict=True)]


@right("02-5")
async def by_waiting_for_the_first(items, work, *, limit=8):
    todo, busy, rows = list(enumerate(items)), {}, [None] * len(items)
    try:
        while todo or busy:
            while todo and len(busy) < limit:
                place, item = todo.pop(0)
                busy[asyncio.create_task(_row_of(item, work))] = place
            done, _ = await asyncio.wait(busy, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                rows[busy.pop(task)] = task.result()
    finally:
        for task in busy:
            task.cancel()
    return rows


@right("02-5")
def returns_what_can_be_awaited(items, work, *, limit=8):
    return _limited(items, limit, lambda item: _row_of(item, work))


@mutant("02-5", "over-limit")
async def all_at_once(items, work, *, limit=8):
    return await asyncio.gather(*(_row_of(item, work) for item in items))


@mutant("02-5", "over-limit")
async def limits_the_starting(items, work, *, limit=8):
    free, tasks = asyncio.Semaphore(limit), []
    for item in items:
        async with free:
            tasks.append(asyncio.create_task(_row_of(item, work)))
    return await asyncio.gather(*tasks)


@mutant("02-5", "over-limit")
async def a_semaphore_each(items, work, *, limit=8):
    async def one(item):
        async with asyncio.Semaphore(limit):
            return await _row_of(item, work)

    return await asyncio.gather(*map(one, items))


@mutant("02-5", "sequential")
async def one_after_the_other(items, work, *, limit=8):
    return [await _row_of(item, work) for item in items]


@mutant("02-5", "sequential")
async def awaits_each_task(items, work, *, limit=8):
    rows, free = [], asyncio.Semaphore(limit)
    for item in items:
        async with free:
            rows.append(await asyncio.create_task(_row_of(item, work)))
    return rows


@mutant("02-5", "limit-fixed")
async def always_eight(items, work, *, limit=8):
    return await _limited(items, 8, lambda item: _row_of(item, work))


@mutant("02-5", "limit-unused")
async def one_less(items, work, *, limit=8):
    return await _limited(items, max(limit - 1, 1), lambda item: _row_of(item, work))


@mutant("02-5", "idle-slots")
async def in_groups(items, work, *, limit=8):
    rows = []
    for start in range(0, len(items), limit):
        rows += await asyncio.gather(*(_row_of(item, work) for item in items[start:start + limit]))
    return rows


@mutant("02-5", "batch-lost")
async def without_except(items, work, *, limit=8):
    async def one(item):
        return item, await work(item), None

    return await _limited(items, limit, one)


@mutant("02-5", "batch-lost")
async def in_a_task_group(items, work, *, limit=8):
    free = asyncio.Semaphore(limit)

    async def one(item):
        async with free:
            return item, await work(item), None

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(item)) for item in items]
    return [task.result() for task in tasks]


@mutant("02-5", "rows-missing")
async def leaves_the_failed_out(items, work, *, limit=8):
    return [row for row in await _limited(items, limit, lambda item: _row_of(item, work)) if row[2] is None]


@mutant("02-5", "rows-missing")
async def in_a_dict(items, work, *, limit=8):
    rows = {}

    async def one(item):
        rows[item] = await _row_of(item, work)

    await _limited(items, limit, one)
    return [rows[item] for item in dict.fromkeys(items)]


def _batch(code, name, change):
    async def run_batch(items, work, *, limit=8):
        return change(await _limited(items, limit, lambda item: _row_of(item, work)))

    mutant("02-5", code, name)(run_batch)


def _each(change):
    return lambda rows: [change(*row) for row in rows]


_batch("error-as-value", "the error among the values", _each(lambda item, value, error: (item, value or error, None)))
_batch("error-lost", "no error", _each(lambda item, value, error: (item, value, None)))
_batch("error-as-text", "the error's text", _each(lambda item, value, error: (item, value, error and str(error))))
_batch("another-error", "one of its own", _each(
    lambda item, value, error: (item, value, error and RuntimeError("failed"))))
_batch("wrong-item", "the place behind it", _each(lambda item, value, error: (item if not error else item + 1, value,
                                                                             error)))
_batch("stale-value", "the last value", _each(lambda item, value, error: (item, value or "answer to 9", error)))
_batch("results-lost", "all fail together", lambda rows: [
    (item, None, bad) for item, *_ in rows] if (bad := next((row[2] for row in rows if row[2]), None)) else rows)
_batch("row", "two parts the other way round", _each(lambda item, value, error: (value, item, error)))
_batch("no-triple", "values alone", _each(lambda item, value, error: value or error))
_batch("no-triple", "two of three", _each(lambda item, value, error: (item, value or error)))
_batch("no-list", "a dict", lambda rows: {row[0]: row for row in rows})
_batch("no-list", "no return", lambda rows: None)


@mutant("02-5", "order")
async def as_they_are_done(items, work, *, limit=8):
    rows, free = [], asyncio.Semaphore(limit)

    async def one(item):
        async with free:
            rows.append(await _row_of(item, work))

    await asyncio.gather(*map(one, items))
    return rows


@mutant("02-5", "order")
async def as_completed(items, work, *, limit=8):
    return [await done for done in asyncio.as_completed([_row_of(item, work) for item in items])]


@mutant("02-5", "not-awaited")
async def forgets_await(items, work, *, limit=8):
    async def one(item):
        return item, work(item), None

    return await _limited(items, limit, one)


@mutant("02-5", "worked-twice")
async def once_more(items, work, *, limit=8):
    async def one(item):
        row = await _row_of(item, work)
        return row if row[2] is None else await _row_of(item, work)

    return await _limited(items, limit, one)


@mutant("02-5", "not-async")
async def with_yield_5(items, work, *, limit=8):
    for row in await _limited(items, limit, lambda item: _row_of(item, work)):
        yield row


@mutant("02-5", "not-async")
def without_await(items, work, *, limit=8):
    return [(item, work(item).close(), None) for item in items]


@mutant("02-5", "own-loop")
def runs_a_loop(items, work, *, limit=8):
    pending = _limited(items, limit, lambda item: _row_of(item, work))
    try:
        return asyncio.run(pending)
    finally:
        pending.close()


@mutant("02-5", "equal-items")
async def by_the_first_place(items, work, *, limit=8):
    rows = await _limited(items, limit, lambda item: _row_of(item, work))
    return sorted(rows, key=lambda row: items.index(row[0]))


@mutant("02-5", "own-error")
async def with_a_timeout(items, work, *, limit=8):
    async def one(item):
        async def in_time(item):
            return await asyncio.wait_for(work(item), 2)

        return await _row_of(item, in_time)

    return await _limited(items, limit, one)


@mutant("02-5", "stuck")
async def keeps_the_slot(items, work, *, limit=8):
    free = asyncio.Semaphore(limit)

    async def one(item):
        await free.acquire()
        row = await _row_of(item, work)
        if row[2] is None:
            free.release()
        return row

    return await asyncio.gather(*map(one, items))


@mutant("02-5", "stuck")
async def never_says_done(items, work, *, limit=8):
    queue, rows = asyncio.Queue(), {}
    for pair in enumerate(items):
        queue.put_nowait(pair)

    async def worker():
        while True:
            place, item = await queue.get()
            rows[place] = await _row_of(item, work)

    tasks = [asyncio.create_task(worker()) for _ in range(limit)]
    await queue.join()
    for task in tasks:
        task.cancel()
    return [rows[place] for place in range(len(items))]


@mutant("02-5", "blocks-the-loop")
async def sleeps_in_between(items, work, *, limit=8):
    async def one(item):
        time.sleep(0.01)
        return await _row_of(item, work)

    return await _limited(items, limit, one)


@mutant("02-5", "holds-cancellation")
async def holds_everything(items, work, *, limit=8):
    try:
        return await _limited(items, limit, lambda item: _row_of(item, work))
    except BaseException:
        return []


@mutant("02-5", "own-error")
async def with_a_long_timeout(items, work, *, limit=8):
    return await _limited(items, limit, lambda item: _row_of(item, lambda item: asyncio.wait_for(work(item), 30)))


@mutant("02-5", "one-kind-of-error")
async def value_errors_alone(items, work, *, limit=8):
    async def one(item):
        try:
            return item, await work(item), None
        except ValueError as error:
            return item, None, error

    return await _limited(items, limit, one)


@mutant("02-5", "runs-on")
async def shielded(items, work, *, limit=8):
    return await _limited(items, limit, lambda item: _row_of(item, lambda item: asyncio.shield(work(item))))


@mutant("02-5", "interrupt-as-row")
async def catches_all_in_a_gather(items, work, *, limit=8):
    async def one(item):
        try:
            return item, await work(item), None
        except BaseException as error:
            return item, None, error

    return await _limited(items, limit, one)


@mutant("02-5", "goes-on")
async def catches_cancellation(items, work, *, limit=8):
    async def one(item):
        try:
            return item, await work(item), None
        except BaseException as error:
            return item, None, error

    todo, rows = iter(enumerate(items)), {}

    async def worker():
        for place, item in todo:
            rows[place] = await one(item)

    await asyncio.gather(*(worker() for _ in range(limit)))
    return [rows[place] for place in range(len(items))]


@mutant("02-5", "goes-on")
async def leaves_its_tasks(items, work, *, limit=8):
    free = asyncio.Semaphore(limit)

    async def one(item):
        async with free:
            return await _row_of(item, work)

    tasks = [asyncio.create_task(one(item)) for item in items]
    if tasks:
        await asyncio.wait(tasks)
    return [task.result() for task in tasks]


@mutant("02-5", "raised")
async def a_slip_5(items, work, *, limit=8):
    return items.results


@mutant("02-5", "signature")
async def without_a_limit(items, work):
    return [await _row_of(item, work) for item in items]
