"""Build the four clients over a transport: the one place that reads a key, and only in live mode."""

from __future__ import annotations

from typing import Any

from helpers import settings
from helpers.clock import Clock
from helpers.wire.cells import CellRandom
from helpers.wire.transport import Transport

OFFLINE_KEY = "offline-no-key-needed"
HOSTS = {"ANTHROPIC": "https://api.anthropic.com", "OPENAI": "https://api.openai.com/v1"}
SEED = 7


def build(vendor: str, transport: Transport, clock: Clock, *, asynchronous: bool, live: bool, **options: Any) -> Any:
    """A client of *vendor* ("ANTHROPIC" or "OPENAI") whose requests go to *transport*.

    *options* are the SDK's own (max_retries, timeout, default_headers ...). Offline, neither key nor base URL is
    read from the environment; live, both are, and a missing key raises SettingsError.
    """
    if vendor == "ANTHROPIC":
        from helpers.wire import anthropic_clients as sdk

        client_class = sdk.AsyncAnthropic if asynchronous else sdk.Anthropic
    else:
        from helpers.wire import openai_clients as sdk

        client_class = sdk.AsyncOpenAI if asynchronous else sdk.OpenAI
    http = (sdk.AsyncHttpClient if asynchronous else sdk.HttpClient)(transport=transport)
    http.clock, http.jitter, http.offline = clock, CellRandom(SEED), not live
    if options.get("api_key") is None:   # an explicit None would make the SDK read the environment
        options["api_key"] = live_key(vendor) if live else OFFLINE_KEY
    if options.get("base_url") is None:
        options["base_url"] = base_url(vendor) if live else HOSTS[vendor]
    return client_class(http_client=http, **options)


def base_url(vendor: str) -> str:
    """Where live calls of *vendor* go: its own host, or ANTHROPIC_BASE_URL / OPENAI_BASE_URL."""
    return settings.setting(f"{vendor}_BASE_URL") or HOSTS[vendor]


def live_key(vendor: str) -> str:
    """The key for live calls, from the environment or `.env`."""
    key = settings.setting(f"{vendor}_API_KEY")
    if not key:
        raise settings.SettingsError(
            f"COURSE_MODE is {settings.mode()!r} and {vendor}_API_KEY is not set. Put the key into .env beside the "
            "README (git ignores that file), or remove COURSE_MODE to work from recordings.")
    return key
