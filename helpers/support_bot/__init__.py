"""A support bot joined from six parts, each pluggable: the reference, the version everyone writes, or your own.

    bot = SupportBot(client, Parts(retry=my_retry), model=MODEL, system=HANDBOOK, catalogue=CATALOGUE, shop=shop)
    bot.answer("Ben", "How long does delivery take?", write=connection.send, stream=True)

`parts` says what a part is, `reference` and `naive` have six each, `bot` joins them, `orders` has the shop's own rules.
"""

from __future__ import annotations

from helpers.support_bot.bot import Shop, SupportBot
from helpers.support_bot.outcomes import Misfit, Outcome
from helpers.support_bot.parts import LESSONS, NAIVE, PARTS, Parts, Settings

__all__ = ["LESSONS", "NAIVE", "PARTS", "Misfit", "Outcome", "Parts", "Settings", "Shop", "SupportBot"]
