"""00-2's first half: whether `my_ask` sends one request, and what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from helpers.classroom.attempt import Attempt, Spoiled, error_text, shown
from helpers.classroom.guard import Ran
from helpers.classroom.report import Problem
from helpers.economics import model_id
from helpers.exercises import replies
from helpers.wire.scripted import Script, text_in

PROMPT = "Where is order 1043? It should have come on Friday."
SYSTEM = "You answer for Acme Outfitters, in one sentence."


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How we call `my_ask`."""

    model: str = "default"
    """A role."""
    max_tokens: int = 300
    system: str | None = None

    @property
    def options(self) -> dict[str, Any]:
        """It as keyword arguments; `system` only where it is given."""
        given = {} if self.system is None else {"system": self.system}
        return {"model": model_id(self.model), "max_tokens": self.max_tokens, **given}

    @property
    def sent(self) -> str:
        """It in words."""
        parts = [shown(PROMPT), f"model `{model_id(self.model)}`", f"max_tokens {self.max_tokens}"]
        return ", ".join([*parts, "no system" if self.system is None else f"system {shown(self.system)}"])


def asked_once(attempt: Attempt, asked: Asked, script: Script, *, sent: str = "") -> tuple[Ran, dict[str, Any]]:
    """Call the answer over *script*; return what it did and the body of its one request. Other than one: Spoiled."""
    sent = sent or asked.sent
    server = replies.Server(script)
    with replies.no_network() as reached:
        ran = attempt.run(server.client, PROMPT, **asked.options, sent=sent)
    if len(server.bodies) == 1:
        return ran, server.bodies[0]
    if server.bodies:
        raise Spoiled(_asked_again(len(server.bodies), sent))
    raise Spoiled(_sdk_said_no(ran, asked, sent) or _elsewhere(ran, reached, sent) or _not_asked(attempt, ran, sent))


def _not_asked(attempt: Attempt, ran: Ran, sent: str) -> Problem:
    """No request came to our client, and none was seen elsewhere."""
    if ran.error is not None and not hasattr(ran.error, "status_code"):
        return attempt.raised(ran, sent)
    did = f"returned {shown(ran.value)} without" if ran.error is None else f"raised {error_text(ran.error)}, without"
    return Problem(code="no-request", sent=sent, did=f"{did} a request through `client`",
                   should="ask the model with the `client` that it was given",
                   look="which client your code calls (one of a cell above?), and what an `except` hides.",
                   because="the caller's client has the caller's key and timeout; a test's client has no network.")


def _asked_again(count: int, sent: str) -> Problem:
    return Problem(code="asked-again", sent=sent, did=f"sent {count} requests",
                   should="send one, and say with `complete` what came of it", look="what calls the API again.",
                   because="each request is billed, its whole prompt included. Whether to ask again is the caller's "
                           "decision.")


def _sdk_said_no(ran: Ran, asked: Asked, sent: str) -> Problem | None:
    """The SDK, or Python, refused the call before anything was sent."""
    said, line = error_text(ran.error).strip("`"), f", in {ran.line}" if ran.line else ""
    did = f"raised `{said}`{line.replace('`', chr(39))}, and nothing was sent"
    common = {"sent": sent, "did": did}
    if not isinstance(ran.error, (TypeError, ValueError, AttributeError)):
        return None
    if any(f"'{name}'" in said and "keyword" in said for name in ("temperature", "top_p", "top_k")):
        return Problem(code="sampling", should="leave sampling parameters out", because="they are gone from the SDK "
                       "and from the newest API version: the prompt and `output_config` steer today.",
                       look="what you pass to `create`.", **common)
    if "Streaming is required" in said:
        return Problem(code="max-tokens-ignored", should=f"send max_tokens {asked.max_tokens}, as given",
                       because="the limit is the caller's: it bounds the wait and the bill.",
                       look="the number in your call.", **common)
    if isinstance(ran.error, TypeError) and any(part in said for part in ("create()", "stream()", "Missing required")):
        return Problem(code="sdk-call", look="the names of what you pass.", should="call "
                       "`client.messages.create(model=..., max_tokens=..., messages=[...])`, with a message such as "
                       '`{"role": "user", "content": prompt}`',
                       because="the SDK takes these three by name, and asks for all of them.", **common)
    if "'MessageStreamManager' object" in said:
        return Problem(code="a-stream", should="open the stream: `with client.messages.stream(...) as stream:`",
                       because="the request goes out when the stream is opened, and `with` closes it again.",
                       look="`stream.get_final_message()`, for the whole.", **common)
    if "'Anthropic' object has no attribute" in said or "'Anthropic' object is not callable" in said:
        return Problem(code="other-vendor", should="call `client.messages.create(...)`", look="`client`, in that line.",
                       because="an Anthropic client has `messages`; the rest is another vendor's, or an older, API.",
                       **common)
    return None


def _elsewhere(ran: Ran, reached: list[str], sent: str) -> Problem | None:
    """Its own client was asked, or would have been, had it had a key."""
    if not reached and "authentication" not in str(ran.error):
        return None
    did = f"went around `client`, to {reached[0]}" if reached else "built a client of your own, which has no key"
    return Problem(code="own-client", sent=sent, did=did, should="use the `client` that it was given",
                   look="what opens a connection in your code, such as `Anthropic(...)`.",
                   because="a client for each call opens new connections each time, and can't be replaced by a "
                   "test's.")


def the_request(attempt: Attempt, asked: Asked, script: Script) -> Problem | None:
    """One request with the prompt, the model and the limit as given; `system` as given, or not at all."""
    ran, body = asked_once(attempt, asked, script)
    named = _model(body, asked) or _limit(body, asked) or _prompt(body, asked) or _system(body, asked)
    return named or refused(ran, asked.sent)


def _model(body: dict[str, Any], asked: Asked) -> Problem | None:
    if body.get("model") == model_id(asked.model):
        return None
    return Problem(code="model-ignored", sent=asked.sent, did=f"asked the model {shown(body.get('model'))}",
                   should=f"ask `{model_id(asked.model)}`", look="the model in your call.",
                   because="ids retire, so production takes them from its configuration.")


def _limit(body: dict[str, Any], asked: Asked) -> Problem | None:
    if body.get("max_tokens") == asked.max_tokens:
        return None
    return Problem(code="max-tokens-ignored", sent=asked.sent, did=f"sent max_tokens {shown(body.get('max_tokens'))}",
                   should=f"send max_tokens {asked.max_tokens}, as given", look="the number in your call.",
                   because="the limit is the caller's: it bounds the wait and the bill.")


def _prompt(body: dict[str, Any], asked: Asked) -> Problem | None:
    texts = _texts(body, "user")
    if PROMPT in texts or asked.system and any(asked.system in text for text in texts):   # the second: see _system
        return None
    common = {"sent": asked.sent, "should": 'send `messages=[{"role": "user", "content": prompt}]`, word for word'}
    if any(PROMPT.lower() in text.lower() for text in texts):
        return Problem(code="prompt-altered", did=f"sent {shown(texts[-1])}", look="the `content` of your message.",
                       because="whoever reads the log or writes a test expects what was asked; additions belong to the "
                       "caller.", **common)
    return Problem(code="prompt-lost", did=f"sent `messages`: {shown(body.get('messages'))}",
                   look="the list of messages: its role, and its names.",
                   because="the API remembers nothing: the model sees what this request holds, nothing else.", **common)


def _system(body: dict[str, Any], asked: Asked) -> Problem | None:
    if asked.system is None:
        return None if "system" not in body else Problem(
            code="system-sent", sent=asked.sent, did=f"sent `system`: {shown(body['system'])}",
            should="leave `system` out of the request where none is given", look="how `system` gets into your call.",
            because="an empty system prompt may be refused with a 400, `None` is no text, and one of your own steers "
                    "an answer that its caller did not ask you to steer.")
    there = text_in(body.get("system") or "")
    return None if there == asked.system else _system_lost(body, asked, there)


SYSTEM_BECAUSE = "it carries the rules of your product, and without them the model answers as it likes."


def _system_lost(body: dict[str, Any], asked: Asked, there: str) -> Problem:
    common = {"sent": asked.sent, "should": "send `system=system` beside the messages, word for word"}
    if any(asked.system in text for text in _texts(body, "user")):
        return Problem(code="system-in-prompt", did="put the system prompt into the user's message",
                       because=SYSTEM_BECAUSE, look="the `content` of your message.", **common)
    if any(asked.system in text for text in _texts(body, "system")):
        return Problem(code="system-as-message", did="sent the system prompt as a first message with the role `system`",
                       because="that is OpenAI's form; here it is a parameter of its own.",
                       look="the list of messages.", **common)
    if there:
        return Problem(code="system-altered", did=f"sent `system`: {shown(there)}", because="whoever tests or tunes a "
                       "prompt has to know it whole.", look="what you pass as `system`.", **common)
    return Problem(code="system-lost", did="sent no `system`", because=SYSTEM_BECAUSE,
                   look="whether your call holds it when it is given.", **common)


def refused(ran: Ran, sent: str) -> Problem | None:
    """The API's rules, as our server enforces them."""
    status = getattr(ran.error, "status_code", None)
    if status is None:
        return None
    said = (getattr(ran.error, "body", None) or {}).get("error", {}).get("message", "")
    return Problem(code="refused-request", sent=sent, did=f"sent a request that the API refuses: {status} {said}",
                   should="send the model, max_tokens and one user message", look="what you send beside these.",
                   because="a 400 is not answered, however often it is sent.")


def _texts(body: dict[str, Any], role: str) -> list[str]:
    """The text of each message with this role."""
    given = body.get("messages")
    found = given if isinstance(given, list) else []
    return [text_in(one.get("content") or "") for one in found if isinstance(one, dict) and one.get("role") == role]

