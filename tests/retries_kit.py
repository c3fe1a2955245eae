"""Small pieces that the tests of helpers/retries share: failures by hand, and time that moves when it is told to."""

from __future__ import annotations

from datetime import timedelta

import httpx2

from helpers.clock import WALL_START


class ServerError(Exception):
    """An API error that imports no SDK: status, words, headers."""

    def __init__(self, status=None, headers=None, **words):
        super().__init__(f"status {status}")
        if status is not None:
            self.status_code = status
        self.response = httpx2.Response(status or 200, headers=headers)
        for name, word in words.items():
            setattr(self, name, word)


class Time:
    """A clock, its sleeps, and requests that take a while."""

    def __init__(self):
        self.at = 0.0
        self.slept = []

    def now(self):
        return self.at

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.at += seconds

    async def asleep(self, seconds):
        self.sleep(seconds)

    def wall(self):
        return WALL_START + timedelta(seconds=self.at)

    def knobs(self, draw=0.5, asynchronous=False):
        """What call_with_retries takes, with every draw the same."""
        return {"now": self.now, "sleep": self.asleep if asynchronous else self.sleep, "random": lambda: draw,
                "wall": self.wall}


class Server:
    """Fails with these errors, one an attempt, then answers "done"; each attempt takes *takes* seconds."""

    def __init__(self, *errors, time=None, takes=0.0):
        self.errors, self.time, self.takes = list(errors), time or Time(), takes
        self.sent = 0

    def __call__(self):
        self.sent += 1
        self.time.at += self.takes
        if self.sent <= len(self.errors):
            raise self.errors[self.sent - 1]
        return "done"

    async def later(self):
        return self()
