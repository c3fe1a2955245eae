"""Retries that help: which failures to retry, how long to wait, when to stop, and how not to need them.

    client = anthropic.Anthropic(max_retries=0, timeout=30)
    reply = call_with_retries(lambda: client.messages.create(...), Policy(max_attempts=5, budget_s=60))

Most applications need less: `Anthropic(max_retries=4, timeout=30)` retries the right failures by itself. This is for
those that need a budget, full jitter, a hook for their metrics, or the spend limit told from the rate limit. One layer,
either way: three attempts around a client that makes three of its own are nine requests.

What a retry can't know:

* **It may run, and be billed, twice.** Neither SDK sends an idempotency key. After a timeout or a dropped connection
  the first request may still be running. What it *does* (a card charged, a mail sent) needs a key of your own.
* **A stream that failed in the middle starts over.** Its verdict may be "retry", but the second answer is another one:
  put it in place of the first piece, never behind it, and know that you pay for both; or keep the piece, and say that
  it is one. So let `send` read the whole stream, and show no piece of it that you could not take back.

One module for each idea: `refusals` reads errors, `verdicts` judges them, `delays` says how long to wait, `calls` has
the loops, `limiting` stays below a limit, `batches` works through many items.
"""

from __future__ import annotations

from helpers.retries.batches import BrokenSource, Outcome, run_batch
from helpers.retries.calls import Failure, GaveUp, call_with_retries, call_with_retries_async, decide
from helpers.retries.delays import Policy, asked_wait_s, retry_after_s
from helpers.retries.limiting import TokenBucket
from helpers.retries.verdicts import Verdict, classify

__all__ = [
    "BrokenSource",
    "Failure",
    "GaveUp",
    "Outcome",
    "Policy",
    "TokenBucket",
    "Verdict",
    "asked_wait_s",
    "call_with_retries",
    "call_with_retries_async",
    "classify",
    "decide",
    "retry_after_s",
    "run_batch",
]
