"""Lesson 00: what goes wrong in reading a reply, told apart by the error that it raises or the text that comes out.

Several exercises read replies, so they share these.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from helpers.classroom.attempt import Attempt, a, shown
from helpers.classroom.guard import Ran
from helpers.classroom.report import Problem
from helpers.wire import builder

THOUGHT = "The customer wants to know about order 1042."
CALL = ("find_order", "1042")
"""A tool's name and its input: no text of ours has either."""
LEFT = "Your order left on Monday."
MACHINERY = re.compile(r"(TextBlock|ThinkingBlock|ToolUseBlock|Message|ParsedMessage)\(|[\"']type[\"']:")
"""What stands in a block that was turned into text as a whole."""
FOREIGN = ("choices", "completion", "text", "output_text", "output", "message", "finish_reason")
"""What a Message has not, and the replies of other APIs have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An Anthropic reply that we send: its blocks, and the words that tell of it."""

    sent: str
    blocks: tuple[Any, ...]
    """As for `builder.message`; a str is a text block."""
    options: dict[str, Any] = field(default_factory=dict)
    """stop_reason and its like."""

    @property
    def texts(self) -> list[str]:
        return [block for block in self.blocks if isinstance(block, str)]

    @property
    def text(self) -> str:
        """What the reader of an answer is to see."""
        return "".join(self.texts)


def thought() -> dict[str, Any]:
    """A thinking block whose thinking is shown."""
    return builder.thinking(THOUGHT)


def call() -> dict[str, Any]:
    """A call of a tool."""
    return builder.tool_use(CALL[0], {"order": CALL[1]})


def misread(attempt: Attempt, ran: Ran, said: Said, should: str) -> Problem:
    """The problem of an answer that raised: what its error shows of how the reply was read."""
    found = _by_attribute(str(ran.error)) or _by_emptiness(ran.error, said)
    plain = attempt.raised(ran, said.sent)
    if found is None:
        return plain
    code, because, look = found
    return Problem(code=code, sent=said.sent, did=plain.did, should=should, because=because, look=look)


def _by_attribute(text: str) -> tuple[str, str, str] | None:
    kind, name = (re.findall(r"'(\w+)' object has no attribute '(\w+)'", text) or [("", "")])[0]
    if "sequence item" in text:
        return _named(code="joined-blocks", because="`join` puts texts together: a block is an object that holds a "
                      "text, or none.", look="what you hand to `join`.")
    if kind in ("Stream", "MessageStream") or "Stream' object is not" in text:
        return _named(code="a-stream", because="a stream gives events, one after the other; whole is only "
                      "`get_final_message()` of `client.messages.stream(...)`.", look="`stream` in your call.")
    if name == "text" and kind in ("ThinkingBlock", "RedactedThinkingBlock"):
        return _named(code="thinking-block", because="content[0] was a ThinkingBlock, and has no `text`. A model that "
                      "thinks puts one first: choose blocks by `type`, do not count on position.",
                      look="what `[block.type for block in message.content]` gives.")
    if name == "text" and kind == "ToolUseBlock":
        return _named(code="tool-block", because="a tool call is a block, too, and has no `text`: choose the blocks "
                      "that you want by `type`, instead of leaving out one kind.", look="the condition on `type`.")
    if name == "text" and kind == "list":
        return _named(code="content-list", because="`content` is a list of blocks, because one answer may hold "
                      "thinking, text and tool calls.", look="how you go through `message.content`.")
    if name in ("get", "keys", "items") or "not subscriptable" in text:
        return _named(code="not-a-dict", because="the SDK gives objects, read with dots: `.content`, `.type`, "
                      "`.text`. (`.to_dict()` makes a dict of one.)", look="square brackets and `.get`.")
    if kind == "Message" and name in FOREIGN:
        return _named(code="other-api", because=f"`.{name}` is another vendor's, or an older, API. Here there are "
                      "`message.content`, a list of blocks, and `message.stop_reason`.",
                      look="`message.to_dict()`, to see what there is.")
    return None


def _named(*, code: str, because: str, look: str) -> tuple[str, str, str]:
    return code, because, look


def _by_emptiness(error: BaseException | None, said: Said) -> tuple[str, str, str] | None:
    if not said.texts:
        return _named(code="no-text-block", because="a refusal, a bare tool call, or a limit that thinking used up: "
                      "each is status 200 without any text, and `\"\"` is then the honest answer.",
                      look="what takes the first of something that may be empty, or your `raise`.")
    if isinstance(error, IndexError) or "unpack" in str(error):
        return _named(code="by-position", because="how many blocks there are, and in which order, is up to the model: "
                      "choose them by `type`, do not count on position.",
                      look="the index in square brackets, or what you unpack.")
    return None


def mistold(got: Any, said: Said, *, should: str, place: str = "") -> Problem | None:
    """What is wrong with *got* in place of the reply's text; None if it is right. *place*: where in the answer."""
    common = {"sent": said.sent, "should": should}
    gave = f"returned {shown(got)}{place}"
    if not isinstance(got, str):
        return _no_text(got, gave, common)
    return None if got == said.text else _whole_object(got, gave, common) or _other_text(got, said, gave, common)


def _no_text(got: Any, gave: str, common: dict[str, str]) -> Problem:
    if got is None:
        return Problem(code="none", did=gave, because="whoever shows it shows users the "
                       "word None, or fails at `len`.", look="what your code returns where nothing matches.", **common)
    if isinstance(got, (list, tuple)):
        blocks = any(hasattr(part, "type") for part in got)
        return Problem(code="a-list", did=f"{gave}: a list of {'blocks' if blocks else 'texts'}",
                       because="the next line shows it, stores it or searches in it: as one text.",
                       look="`.text` of each block that you want." if blocks else '`"".join(...)`.', **common)
    return Problem(code="not-text", did=f"{gave}: {a(type(got).__name__)}", look="`.text` of a text block.",
                   because="the next line shows it, stores it or searches in it: as a text.", **common)


def _whole_object(got: str, gave: str, common: dict[str, str]) -> Problem | None:
    if MACHINERY.search(got):
        return Problem(code="repr", did=f"{gave}: the object, turned into text", because="users would read our "
                       "plumbing, signatures and tool inputs included.", look="`.text` of a text block.", **common)
    if THOUGHT in got:
        return Problem(code="thinking-leaked", did=f"{gave}: the model's thinking is in it", because="thinking is not "
                       "meant for users: it may weigh what the answer then leaves out.", look="which types you take.",
                       **common)
    if any(word in got for word in CALL):
        return Problem(code="tool-leaked", did=f"{gave}: the tool call is in it", because="a call is for your code to "
                       "run, not for users to read.", look="which types you take.", **common)
    return None


def _other_text(got: str, said: Said, gave: str, common: dict[str, str]) -> Problem:
    texts, squeezed = said.texts, "".join(got.split())
    if squeezed == "".join(said.text.split()) and len(got) < len(said.text):
        return Problem(code="stripped", did=f"{gave}: spaces or line ends at the edge of a block are gone",
                       because="text goes on in the next block, or the next request; without its spaces words run "
                       "together.", look="`strip`.", **common)
    if squeezed == "".join(said.text.split()):
        return Problem(code="separator", did=f"{gave}: something stands between the blocks", because="a block may end "
                       "in the middle of a sentence, and brings its own spaces: add none.", look="what joins them.",
                       **common)
    if len(texts) > 1 and got == texts[0]:
        return Problem(code="first-only", did=f"{gave}: the first text block alone", because="an answer may come in "
                       "several text blocks (around citations, or tool calls): the rest would be lost, silently.",
                       look="what stops after the first one.", **common)
    if len(texts) > 1 and got == texts[-1]:
        return Problem(code="last-only", did=f"{gave}: the last text block alone", because="an answer may come in "
                       "several text blocks: what stands before would be lost, silently.",
                       look="an index of -1, or a variable that each block overwrites.", **common)
    if not got:
        behind = "whether you look at every block." if texts and not isinstance(said.blocks[0], str) else None
        return Problem(code="lost", did=f"{gave}, though there is text", because="a text block may stand anywhere, "
                       "behind thinking or before a tool call: users would see an empty answer.",
                       look=behind or 'what decides that a block is none: its `type` is `"text"`, whatever the '
                       "stop_reason.", **common)
    if not texts:
        return Problem(code="placeholder", did=f"{gave}: words that the model did not write", because="the caller "
                       "can't tell them from an answer. What users read instead is for the page to decide.",
                       look="what your code returns where nothing matches.", **common)
    more = ": something is added" if said.text in got else ""
    return Problem(code="text", did=f"{gave}{more}", because="nothing may be lost of what the model wrote for users, "
                   "and nothing added.", look="what you do with each block whose `type` is `text`.", **common)



def returned(value: Any) -> str:
    """What came back, and of which kind it is: "returned a dict: `{...}`"."""
    return "returned `None`" if value is None else f"returned {a(type(value).__name__)}: {shown(value)}"
