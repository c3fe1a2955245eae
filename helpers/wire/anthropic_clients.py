"""The course's Anthropic clients: the real ones, with our transport and clock. Importing this imports the SDK."""

from __future__ import annotations

import anthropic

from helpers.wire.retrying import AsyncRetries, PacedHttp, SyncRetries


class HttpClient(PacedHttp, anthropic.DefaultHttpxClient):
    """The SDK's own default HTTP client, with clock and jitter on board."""


class AsyncHttpClient(PacedHttp, anthropic.DefaultAsyncHttpxClient):
    """The SDK's own default asynchronous HTTP client, with clock and jitter on board."""


class Anthropic(SyncRetries, anthropic.Anthropic):
    """anthropic.Anthropic, retrying on the course's clock."""

    LONGEST_RETRY_AFTER = 4_294_967.0   # the SDK obeys any retry-after, up to what time.sleep can bear


class AsyncAnthropic(AsyncRetries, anthropic.AsyncAnthropic):
    """anthropic.AsyncAnthropic, retrying on the course's clock."""

    LONGEST_RETRY_AFTER = 4_294_967.0
