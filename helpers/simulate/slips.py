"""What goes wrong in the gallery of `helpers.simulate.layers`: eight messages of customers, and a reply to each.

The replies are ours, built to show one failure each; no model wrote them, and none is counted. `documented` is what
Anthropic's page on structured outputs says of strict decoding (October 2026), in our words.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """One failure."""

    name: str
    """In two words, for the head of a column."""
    what: str
    """In a sentence."""
    text: str
    """What the customer wrote."""
    calls: tuple[Mapping[str, Any], ...] = ()
    """The input of each tool call in the reply."""
    said: str = ""
    """The text in the reply."""
    stop_reason: str | None = None
    """None: what follows from the content."""
    as_text: str = ""
    """The same failure where JSON was asked for in the prompt; "" for the inputs, one a line."""
    prevented: bool
    """Whether strict decoding makes it impossible."""
    documented: str
    """Why, or why not."""

    @property
    def written(self) -> str:
        """What a model writes that was asked for JSON in the prompt."""
        return self.as_text or "\n".join(json.dumps(dict(call)) for call in self.calls) or self.said


def _order(**changed: Any) -> dict[str, Any]:
    return {"product": "shirt", "colour": "navy", "size": "M", "quantity": 2, **changed}


_CUT = _order(gift_note="Happy birthday, dear Ada")
_NOT_ITS_JOB = "the shape is promised, and nothing of whether a value is true"

SLIPS = (
    Slip(name="wrong type", what="The quantity is a word.", text="Two navy shirts in M, please.",
         calls=(_order(quantity="two"),), prevented=True,
         documented="types are held to; without strict an integer may come as a text"),
    Slip(name="bad choice", what="The size is none of the choices.", text="Two navy shirts, large.",
         calls=(_order(size="large"),), prevented=True,
         documented="a value of the enum comes, though perhaps in other capitals"),
    Slip(name="missing field", what="The quantity isn't there.", text="Two navy shirts in M, please.",
         calls=({key: value for key, value in _order().items() if key != "quantity"},), prevented=True,
         documented="required fields are there, so one is written, said or not; without strict it may be left out"),
    Slip(name="invented value", what="The message is no order.", text="How do I return my shoes?",
         calls=(_order(),), prevented=False, documented=_NOT_ITS_JOB),
    Slip(name="cut off", what="The limit came in the middle of the gift note.",
         text="Two navy shirts in M. On the card, please: Happy birthday, dear Ada.", calls=(_order(),),
         stop_reason="max_tokens", as_text=json.dumps(_CUT)[:-14], prevented=False,
         documented="a reply that max_tokens cuts may be incomplete, strict or not"),
    Slip(name="two calls", what="The message holds two orders.", text="Two navy shirts in M, and one white shirt in L.",
         calls=(_order(), _order(colour="white", size="L", quantity=1)), prevented=False,
         documented="the input of each call is held; how many come is another setting"),
    Slip(name="no call", what="The model asks back, as text.", text="I would like some shirts.",
         said="Gladly. Which colour and size, and how many?", prevented=False,
         documented="the input of a call is held; under tool_choice auto none need come"),
    Slip(name="wrong fact", what="It is the shirt that the customer has.",
         text="Two white shirts in M, please. I love the navy one that I have.", calls=(_order(),), prevented=False,
         documented=_NOT_ITS_JOB),
)
