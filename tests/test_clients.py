"""The four clients: the real SDKs, with waits and jitter that a notebook can show twice."""

from __future__ import annotations

import random
from datetime import timedelta
from email.utils import format_datetime

import anthropic
import httpx2
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_kit import HELLO, client, completion, hello, message

from helpers.clock import WALL_START, VirtualClock, run_virtual
from helpers.wire import anthropic_clients, clients, openai_clients, retrying

PAIRS = [
    (anthropic_clients.Anthropic, anthropic.Anthropic), (anthropic_clients.AsyncAnthropic, anthropic.AsyncAnthropic),
    (openai_clients.OpenAI, openai.OpenAI), (openai_clients.AsyncOpenAI, openai.AsyncOpenAI),
]


def failing(*answers):
    """A transport that answers in order; the last answer repeats. An int is a status, a tuple adds headers."""
    left = list(answers)

    def answer(request):
        given = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(given, httpx2.Response):
            return given
        status, headers = given if isinstance(given, tuple) else (given, {})
        return httpx2.Response(status, headers=headers, json={"error": {"type": "x", "message": "no"}})

    return httpx2.MockTransport(answer)


@pytest.mark.parametrize(("ours", "theirs"), PAIRS)
def test_each_client_is_the_real_one(ours, theirs):
    """A subclass: same calls, same errors, and the methods that it overrides exist in the SDK."""
    assert issubclass(ours, theirs)
    for name in ("_calculate_retry_timeout", "_sleep_for_retry", "_parse_retry_after_header"):
        assert callable(getattr(theirs, name)), f"the SDK renamed {name}: see helpers/wire/retrying.py"


@pytest.mark.parametrize("vendor", ["ANTHROPIC", "OPENAI"])
@given(retries=st.integers(0, 12), taken=st.integers(0, 12), draw=st.floats(0, 1),
       header=st.sampled_from([None, "0", "-3", "1.5", "7", "119", "120", "121", "3600", "1e9", "soon", ""]),
       ms=st.sampled_from([None, "250", "0", "x"]))
def test_delays_are_the_sdks_own(vendor, retries, taken, draw, header, ms):
    """For any retry number, header and draw, our delay is the one that the SDK's own code computes."""
    c = client(failing(200), vendor=vendor, max_retries=retries)
    sdk = anthropic if vendor == "ANTHROPIC" else openai
    headers = httpx2.Headers({k: v for k, v in {"retry-after": header, "retry-after-ms": ms}.items() if v is not None})
    options = sdk._models.FinalRequestOptions(method="post", url="/x")
    left = max(retries - taken, 0)
    c._client.jitter = type("Drawn", (), {"random": staticmethod(lambda: draw)})
    original, sdk._base_client.random = sdk._base_client.random, lambda: draw
    try:
        theirs = _sdk_class(sdk)._calculate_retry_timeout(c, left, options, headers)
    finally:
        sdk._base_client.random = original

    assert theirs == pytest.approx(c._calculate_retry_timeout(left, options, headers))


def _sdk_class(sdk):
    return sdk.Anthropic if sdk is anthropic else sdk.OpenAI


def test_first_and_longest_delay_are_the_sdks():
    """The constants are read from both SDKs here, so that an update can't part them from ours."""
    from anthropic import _constants as a
    from openai import _constants as o

    assert {(retrying.FIRST_DELAY, retrying.LONGEST_DELAY)} == {
        (m.INITIAL_RETRY_DELAY, m.MAX_RETRY_DELAY) for m in (a, o)}
    assert openai._base_client.MAX_RETRY_AFTER_DELAY == openai_clients.OpenAI.LONGEST_RETRY_AFTER


def test_retries_wait_on_the_course_clock_and_the_same_each_time():
    """Two failures, then an answer: under two seconds of virtual time, equal in two fresh clients."""
    def waited():
        clock = VirtualClock()
        c = client(failing(529, 529, httpx2.Response(200, json=message())), clock=clock)
        assert "Hi there" == c.messages.create(**hello()).content[0].text
        return clock.now()

    assert waited() == waited()
    assert 0.375 + 0.75 <= waited() <= 0.5 + 1.0


def test_with_options_keeps_clock_and_jitter():
    """A copy of a client waits on the same clock."""
    clock = VirtualClock()
    c = client(failing((429, {"retry-after": "30"}), httpx2.Response(200, json=message())), clock=clock)

    c.with_options(max_retries=1).messages.create(**hello())
    assert 30 == clock.now()


def test_an_http_date_counts_from_the_courses_date():
    """`retry-after` 90 s after the date on the course's wall waits 90 s, whatever the machine's date is."""
    clock = VirtualClock()
    date = format_datetime(WALL_START + timedelta(seconds=90), usegmt=True)
    c = client(failing((429, {"retry-after": date}), httpx2.Response(200, json=message())), clock=clock)

    c.messages.create(**hello())
    assert 90 == clock.now()


def test_openai_does_not_wait_above_two_minutes():
    """121 s: raised at once, after one attempt (api-facts E)."""
    clock = VirtualClock()
    c = client(failing((429, {"retry-after": "121"})), vendor="OPENAI", clock=clock)
    with pytest.raises(openai.RateLimitError):
        c.chat.completions.create(model="gpt-6-luna", messages=HELLO)
    assert 0 == clock.now()


def test_async_clients_wait_on_the_loops_virtual_time():
    """The asynchronous SDKs sleep without holding up the loop, and take no real time."""
    async def run(vendor, answer):
        clock = VirtualClock()
        c = client(failing((429, {"retry-after": "60"}), answer), vendor=vendor, clock=clock, asynchronous=True)
        if vendor == "ANTHROPIC":
            await c.messages.create(**hello())
        else:
            await c.chat.completions.create(model="gpt-6-luna", messages=HELLO)
        return clock.now()

    assert 60 == run_virtual(run("ANTHROPIC", httpx2.Response(200, json=message())))
    assert 60 == run_virtual(run("OPENAI", httpx2.Response(200, json=completion())))


def test_nothing_global_is_patched():
    """`time.sleep` and `random` of the kernel stay themselves."""
    import time

    before = (time.sleep, random.random, anthropic._base_client.random, openai._base_client.random)
    client(failing(200))
    client(failing(200), vendor="OPENAI")
    assert before == (time.sleep, random.random, anthropic._base_client.random, openai._base_client.random)


def test_offline_neither_key_nor_base_url_comes_from_the_environment(monkeypatch):
    """A learner's real key is not even read in replay, so it can't leak."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "canary")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://elsewhere")
    c = client(failing(200))

    assert (clients.OFFLINE_KEY, "https://api.anthropic.com") == (c.api_key, str(c.base_url).rstrip("/"))


def test_live_without_a_key_says_what_to_do(monkeypatch):
    """Which name, which file, and the way back to recordings."""
    from helpers.settings import SettingsError

    monkeypatch.setenv("COURSE_MODE", "live")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "")
    with pytest.raises(SettingsError, match="ANTHROPIC_API_KEY is not set. Put the key into .env"):
        clients.build("ANTHROPIC", failing(200), VirtualClock(), asynchronous=False, live=True)


def test_jitter_starts_over_with_each_cell():
    """A retry's delay is the same whenever its cell is run."""
    from helpers.wire import cells

    clock = VirtualClock()
    c = client(failing(529), clock=clock, max_retries=2)

    def waited():
        cells.start_cell()
        started = clock.now()
        with pytest.raises(anthropic.OverloadedError):
            c.messages.create(**hello())
        return round(clock.now() - started, 9)

    assert waited() == waited() == waited()


def test_nothing_of_the_environment_reaches_an_offline_client(monkeypatch):
    """Extra headers would make every recording miss; organisation, project and secrets have no business here."""
    monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", "anthropic-beta: canary-1")
    for name in ("OPENAI_ORG_ID", "OPENAI_PROJECT_ID", "OPENAI_WEBHOOK_SECRET", "OPENAI_ADMIN_KEY"):
        monkeypatch.setenv(name, "canary")
    sent = []

    def answer(request):
        sent.append(str(request.headers))
        return httpx2.Response(200, json=message() if "anthropic-version" in request.headers else completion())

    client(httpx2.MockTransport(answer)).messages.create(**hello())
    gpt = client(httpx2.MockTransport(answer), vendor="OPENAI")
    gpt.chat.completions.create(model="gpt-6-luna", messages=HELLO)
    gpt.with_options(timeout=5).chat.completions.create(model="gpt-6-luna", messages=HELLO)

    assert 3 == len(sent)
    assert not any("canary" in headers for headers in sent)
    assert "canary" not in str(vars(gpt))


@pytest.mark.parametrize("date", ["23 Nov 2026 09:01:30 -0000", "Mon, 23 Nov 2026 09:01:30", "nan", "inf",
                                  "Mon, 99 Nov 2026 09:01:30 GMT"])
def test_an_odd_retry_after_never_breaks_the_call(date):
    """What the SDK survives, its subclass survives."""
    c = client(failing((429, {"retry-after": date}), httpx2.Response(200, json=message())))
    assert "Hi there" == c.messages.create(**hello()).content[0].text
