"""Our `count` and `send` for 01-3, which write down what is asked of them, and the prompts that we try."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

MOST_CALLS = 50


class Runaway(BaseException):
    """Raised in the learner's code at call 51; no `except Exception` of theirs holds it."""


@dataclass(frozen=True, slots=True)
class Case:
    """A prompt and what is right for it."""

    what: str
    """The prompt in words."""
    prompt: str
    tokens: int
    """What `count` says of it: o200k's count, wherever there is a text; tests hold it to that."""
    limit: int
    reply: str = "Order 1042 left our warehouse on Friday."

    @property
    def fits(self) -> bool:
        return self.tokens <= self.limit

    @property
    def sent(self) -> str:
        """It in words."""
        return f"{self.what}: {self.tokens:,} tokens by `count`, limit {self.limit:,}"

    @property
    def should(self) -> str:
        return "count once, send once, return the reply" if self.fits else "count once, send nothing, return `None`"


@dataclass(slots=True, eq=False, repr=False)
class Desk:
    """Our `count` and `send` for one case."""

    case: Case
    asked: list[tuple[str, Any]] = field(default_factory=list)
    """What was called, with what."""

    def __repr__(self) -> str:
        return "the API"

    def count(self, prompt: Any) -> int:
        """The tokens of *prompt*; of a part of the case's prompt, that part of them."""
        self._note("count", prompt)
        if isinstance(prompt, str) and 0 < len(prompt) < len(self.case.prompt):
            return -(-self.case.tokens * len(prompt) // len(self.case.prompt))
        return self.case.tokens

    def send(self, prompt: Any) -> str:
        """Send *prompt*; the reply."""
        self._note("send", prompt)
        return self.case.reply

    def _note(self, name: str, prompt: Any) -> None:
        self.asked.append((name, prompt))
        if len(self.asked) > MOST_CALLS:
            raise Runaway

    @property
    def order(self) -> list[str]:
        """The calls' names: ["count", "send"]."""
        return [name for name, _ in self.asked]

    def other(self, name: str) -> Any:
        """The first thing that *name* was called with and that is not the prompt; None where there is none."""
        return next((given for called, given in self.asked
                     if called == name and not (isinstance(given, str) and given == self.case.prompt)), None)


THAI = ("สวัสดีครับ ผมสั่งซื้อรองเท้าวิ่งหมายเลข 1042 ไว้ตั้งแต่วันจันทร์ แต่ยังไม่ได้รับของ รบกวนช่วยตรวจสอบให้หน่อยครับ")
JSON = json.dumps({"orders": [{"order": number, "status": "delivered"} for number in range(1040, 1046)]}, indent=8)

SHORT = Case("a short question", "Where is order 1042? It should have come on Friday.", 14, 200_000)
HUGE = Case("a prompt that is too long", " order" * 210_000, 210_000, 200_000)
IN_THAI = Case(f"a question in Thai, {len(THAI)} characters", THAI, 44, 40)
INDENTED = Case(f"indented JSON, {len(JSON)} characters", JSON, 129, 150)
FULL = Case("a prompt exactly at the limit", " order" * 1_000, 1_000, 1_000)
OVER = Case("a prompt one token over the limit", " order" * 1_001, 1_001, 1_000)
EMPTY = Case("an empty prompt, to which the reply is empty, too", "", 0, 1_000, reply="")
