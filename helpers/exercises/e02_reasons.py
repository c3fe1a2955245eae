"""02-1: why the errors of one kind get their verdict."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the errors of one kind get their verdict: the problem of an answer that gives another."""

    code: str
    because: str
    look: str = ""


SAME_BYTES = Reason("same-bytes", "the same bytes get the same answer: each further request is time lost, and load on "
                    "somebody's server.")
UNKNOWN = Reason("unknown-4xx", "a 4xx says that the request is the cause, also one that nobody has listed: only a "
                 "few of them pass by themselves.", "what your rule says of a status that is not in your list.")
WORDY = Reason("text-decides", "the text of an error is for people: here it quotes what a customer wrote. Status, type "
               "and code are the server's own word.", "`str(error)`, or its message: what in your code reads it?")
TRANSIENT = Reason("transient-4xx", "408 (the request took too long to arrive) and 409 (it collided with another "
                   "request) begin with a 4 and pass all the same.", "what you take \"4xx\" to mean.")
RATE = Reason("rate-limit", "a rate limit fills up again all the time (Anthropic's is a token bucket): the same "
              "request passes a little later.")
SPENT = Reason("spend-limit", "this 429 lasts until the limit is raised or the month is over. The status is that of a "
               "rate limit; `error_code` tells them apart.",
               "what else the error carries beside its status.")
CONTRACT = Reason("contract-limit", "this is the other of the two spend limits that the SDK lists as a 429: the one of "
                  "the contract. No wait raises it.", "which `error_code` your rule knows.")
QUOTA = Reason("quota", "the credit is used up: until somebody pays, each request ends like this. OpenAI says so in "
               "`code` and `type`; its errors have no `error_code`.", "`vars(error)`: which field differs between the "
               "two 429?")
QUOTA_TYPE = Reason("quota-type", "the credit is used up, and this time only `type` says so: `code` may be empty, or "
                    "another one.", "which of the two fields you read: one of them is enough to know.")
BILLING = Reason("billing", "402 is *payment required*: the request is right, and waiting pays no bill.")
SERVER = Reason("server-errors", "every status from 500 on is the server's fault: the same bytes may succeed a moment "
                "later.")
OVERLOADED = Reason("by-name", "529 is Anthropic's *overloaded*, beyond the usual list. Classes moved between versions "
                    "of the SDK, and each vendor has its own; the number stays.", "what your rule says of a status "
                    "that is not in your list.")
CONNECTION = Reason("connection", "no reply came. That speaks of the way (a cable, a proxy, a server that restarts), "
                    "and seldom of the request.")
STREAM = Reason("mid-stream", "`status_code` is 200 because the headers were sent before the failure; look at `.type`.")
STREAM_WRONG = Reason("mid-stream-wrong", "`status_code` is 200 because the headers were sent before the failure; but "
                      "here `.type` says that the request itself is wrong, and it will be so again.",
                      "what your rule says of a 200: `.type` has to decide.")
SLIP = Reason("own-bug", "this is a slip in your own code, which no retry heals. It has no status either, but no "
              "connection has failed.", "what you take for a lost connection: an error without a status, or the "
              "SDKs' `APIConnectionError` and httpx2's `TransportError`?")
