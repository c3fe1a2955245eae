"""What customers ask tonight, and what the model answers if it was given what it needs.

All constructed: the answers restate the handbook and the catalogue (`data/acme_policy.md`, `data/catalogue.md`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Topic:
    """One question with its answer."""

    question: str
    answer: str
    needs: str = ""
    """A pattern that has to stand somewhere in the prompt; "time": the time of day, no older than two minutes."""
    otherwise: str = "I can't tell from what I was given."
    """The answer of a model that was not given it."""


ORDINARY = (
    Topic("How long does delivery take?", "Standard delivery takes three to five working days and costs 4.90. It is "
          "free above 60.00."),
    Topic("What does express cost?", "Express costs 12.50 and takes one working day."),
    Topic("Tracking shows nothing. Is my parcel lost?", "No. On the first day an empty page is normal: tracking "
          "starts with the carrier's first scan."),
    Topic("How long can I return things?", "60 days, unworn and with their labels. What is bought in these weeks can "
          "be returned until the end of February."),
    Topic("Who pays for a return?", "We do, within our delivery area. Print the label from the order page."),
    Topic("When do I get my refund?", "Within ten working days after the parcel has arrived, to the means of payment "
          "that you used."),
    Topic("Can I still cancel my order?", "Yes, until it is handed to the packers, normally two hours after payment."),
    Topic("Is the zip of my jacket covered?", "Yes, for five years against faults in material and making. A zip is "
          "mended in our workshop within three weeks."),
    Topic("How do I wash merino?", "At 30 degrees with wool detergent, and dry it flat. Never use softener."),
    Topic("How do I wash down?", "Alone, with down soap. Then tumble-dry it on low heat with two tennis balls until no "
          "lumps are left."),
    Topic("My membrane gets wet. What now?", "Wash it, proof it again, and iron it on the lowest setting through a "
          "cloth."),
    Topic("Which size if I am between two?", "Our jackets are cut to be worn over a fleece. Without one below, take "
          "the smaller size."),
    Topic("Do you take gift cards?", "Yes, and cards and bank transfer. A gift card is valid for three years and can "
          "be used in parts."),
    Topic("Do my club points expire?", "200 points become a voucher of 10.00, which is valid for a year."),
    Topic("Do I have to sign for the parcel?", "Only above a value of 250.00."),
    Topic("Will it all come in one parcel?", "In these weeks perhaps not: each parcel then has its own tracking "
          "number, and nothing extra is charged."),
)

TIME = Topic("If I pay for express now, does it leave today?", "No. Express orders close at 11:00 in these weeks, and "
             "that hour has passed: your parcel leaves tomorrow morning.", needs="time",
             otherwise="That depends on the time, which I don't know.")
ARTICLE = Topic("Which colours does AO-1003 come in?", "The Alderrigg jacket comes in moss, clay and charcoal.",
                needs=r"AO-1003 Alderrigg jacket")
BARS = Topic("Can I eat the almond bar from the gift box?", "No. You told us that you are allergic to nuts, and it "
             "holds almonds. The date bar holds none.", needs=r"allergic to nuts",
             otherwise="Yes, of course. The almond bar is our favourite.")
ALLERGY = Topic("Hello. Before you recommend food to me: I am allergic to nuts.", "Thank you. I keep that in mind.")
LIST = Topic("What do I pack for two days in the rain?", 'Three things:\r\n\r\n- a jacket, "20,000" or more\r\n- two '
             "pairs of merino socks\r\n- the dry bag: roll it\\fold it three times\r\n\r\nMore is only weight.")
LONG = Topic("Why do you sell down at all?", "Down is warm for its weight, lasts for decades when it is cared for, and "
             "packs smaller than any fibre. Ours is certified, and we buy nothing that was plucked alive. If you would "
             "rather not wear it, take a synthetic fill: it is heavier, and warms better when it is wet.")
RECALL = Topic("Is my harness from spring safe to use?", "Harnesses of that batch are under recall. Do not use yours "
               "until our safety team has looked at its number. They call you back tonight, at the number in your "
               "account. Other harnesses of ours are not affected, and slings and karabiners are not either.")
REFUND = Topic("I want my money back for the two navy shirts, they shrank.", "I am sorry that they shrank. Send them "
               "back with the free label from the order page, and the refund comes within ten working days.")
TOPICS = (*ORDINARY, TIME, ARTICLE, BARS, ALLERGY, LIST, LONG, RECALL, REFUND)

_NOUNS = ("linen shirt", "work shirt", "flannel shirt", "hiking shirt")
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}


def _plain_orders() -> dict[str, dict[str, Any]]:
    colours, sizes = ("navy", "sky blue", "white"), ("S", "M", "L")
    return {f"Please send me {word} {noun}, {colours[(k + n) % 3]}, size {sizes[k % 3]}.":
            {"product": noun, "colour": colours[(k + n) % 3], "size": sizes[k % 3], "quantity": number}
            for n, noun in enumerate(_NOUNS) for k, (word, number) in enumerate(_NUMBERS.items())}


PLAIN_ORDERS = _plain_orders()
_TEAM = "team shirt with the words All eleven summits, in one day, in the rain, and nobody carried on its back"
BIG_ORDER_TEXT = f"Twelve of the {_TEAM}, white, in L."
BIG_ORDER = {"product": _TEAM, "colour": "white", "size": "L", "quantity": 12}
ORDERS = {**PLAIN_ORDERS, BIG_ORDER_TEXT: BIG_ORDER}
"""What is in each text that holds an order. Whatever else is typed into the order box holds none."""
NO_ORDER = "a question, and no order"
