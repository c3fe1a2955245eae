"""The course's OpenAI clients: the real ones, with our transport and clock. Importing this imports the SDK."""

from __future__ import annotations

import openai

from helpers.wire.retrying import AsyncRetries, PacedHttp, SyncRetries


class HttpClient(PacedHttp, openai.DefaultHttpxClient):
    """The SDK's own default HTTP client, with clock and jitter on board."""


class AsyncHttpClient(PacedHttp, openai.DefaultAsyncHttpxClient):
    """The SDK's own default asynchronous HTTP client, with clock and jitter on board."""


class _UpToTwoMinutes:
    LONGEST_RETRY_AFTER = 120.0   # the SDK raises at once when a server asks for more

    def _waits_for(self, asked: float) -> bool:
        return asked <= self.LONGEST_RETRY_AFTER


class OpenAI(_UpToTwoMinutes, SyncRetries, openai.OpenAI):
    """openai.OpenAI, retrying on the course's clock."""


class AsyncOpenAI(_UpToTwoMinutes, AsyncRetries, openai.AsyncOpenAI):
    """openai.AsyncOpenAI, retrying on the course's clock."""
