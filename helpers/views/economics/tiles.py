"""Tokens as coloured tiles: what a tokenizer makes of a text, in HTML, because a browser has every script's letters.

    tiles_html(split_o200k("Hello, world"))
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from html import escape
from typing import TYPE_CHECKING

from helpers.views import style
from helpers.views.controls import Choice, Toggle, options

if TYPE_CHECKING:
    import pandas as pd

    from helpers.tokens import Piece
    from helpers.views._explore import Explorer

FILLS = ("#FBE3B3", "#CDE9F8", "#BFE5D6", "#FAF5BD", "#BBD9EC", "#F5CDB0", "#F0D7E4", "#E6E6E6")
"""Okabe and Ito's colours made pale enough for black text on them; a token's number chooses."""
INK = "#111111"
MARKS = {" ": "·", "\n": "⏎", "\t": "→"}
TILE = ("display:inline-block;white-space:pre;margin:1px;padding:1px 3px;border-radius:3px;"
        f"color:{INK};border:1px solid #767676;font-size:15px;line-height:1.5")

SNIPPETS = {
    "English prose": "Your parcel left our warehouse on Monday morning. It should reach you within three working days, "
                     "and you can still change the delivery address until it is on the van.",
    "Minified JSON": '{"order_id":"A-10293","items":[{"sku":"TSH-BLU-M","qty":2,"unit_price":19.95},'
                     '{"sku":"CAP-GRN","qty":1,"unit_price":12.5}],"ship_to":{"country":"TH"},"gift":false}',
    "Python": "def total(items):\n    \"\"\"Sum of the order, in cents.\"\"\"\n"
              "    return sum(item.qty * item.unit_cents for item in items if not item.cancelled)\n",
    "Thai": "พัสดุของคุณออกจากคลังสินค้าแล้วเมื่อเช้าวันจันทร์ คาดว่าจะถึงภายในสามวันทำการ "
            "คุณยังเปลี่ยนที่อยู่จัดส่งได้จนกว่าจะขึ้นรถ",
    "Chinese": "您的包裹已于星期一早上离开我们的仓库，预计三个工作日内送达。在装车之前，您仍然可以更改收货地址。",
    "Emoji": "Order shipped! 📦🚚 Thanks for waiting 🙏🏽 See you soon 👋🏼 The 👨‍👩‍👧‍👦 family pack is back 🎉🧢🧦",
    "UUIDs": "7f3c9a52-1e0b-4d86-9c7f-2b5a8e41d903 c04b71de-58a2-4f39-b6e8-90d7f1a3524c "
             "e9a6203f-7c1d-45b8-8f02-6d3e5b9c71a4",
}
"""Seven kinds of text that a shop's support chat sends; each of them ours."""


def tiles_html(pieces: Sequence[Piece], *, numbers: bool = False) -> str:
    """The tokens side by side, each in a frame; with *numbers*, their numbers instead of their text."""
    return f'<div style="max-width:60em">{"".join(_tile(piece, numbers) for piece in pieces)}</div>'


def counts(text: str, pieces: Sequence[Piece]) -> dict[str, float]:
    """characters, words (between spaces), tokens, and characters per token."""
    return {"characters": len(text), "words": len(text.split()), "tokens": len(pieces),
            "characters per token": round(len(text) / max(len(pieces), 1), 1)}


def in_words(name: str, text: str, pieces: Sequence[Piece]) -> str:
    """The counts as a sentence, beside what "4 characters = 1 token" would have said."""
    found = counts(text, pieces)
    guess, tokens = round(len(text) / 4), int(found["tokens"])
    verdict = f"{guess:,}, {style.percent(abs(guess - tokens) / tokens)} too {'many' if guess > tokens else 'few'}"
    return (f"{name}: {len(text):,} characters, {found['words']:,} word{'s' * (found['words'] != 1)}, "
            f"{tokens:,} o200k tokens, "
            f"{found['characters per token']} characters a token. "
            f"Characters / 4 says {verdict if guess != tokens else f'{guess:,}, which happens to be right'}.")


def snippet_numbers(split: Callable[[str], Sequence[Piece]], snippets: dict[str, str] = SNIPPETS) -> pd.DataFrame:
    """The counts of every snippet, one row each, and what characters / 4 says."""
    import pandas as pd

    table = pd.DataFrame({name: counts(text, split(text)) for name, text in snippets.items()}).T
    whole = table[["characters", "words", "tokens"]].astype(int)
    return whole.assign(**{"characters / 4": [round(n / 4) for n in whole["characters"]],
                           "characters per token": table["characters per token"]})


def token_tiles(split: Callable[[str], Sequence[Piece]], snippets: dict[str, str] = SNIPPETS) -> Explorer:
    """A widget: choose a snippet, see its tokens. split: text -> its tokens, such as `helpers.tokens.split_o200k`."""
    from helpers.views._explore import explore_html

    def render(name: str, numbers: bool) -> str:
        pieces = split(snippets[name])
        return _counters(counts(snippets[name], pieces)) + tiles_html(pieces, numbers=numbers)

    def describe(name: str, numbers: bool) -> str:
        return in_words(name, snippets[name], split(snippets[name]))

    first = next(iter(snippets))
    controls = [Choice("name", "text", options(*snippets), first), Toggle("numbers", "show token numbers", False)]
    return explore_html(render, controls, describe=describe, title="What the tokenizer makes of a text")


def _tile(piece: Piece, numbers: bool) -> str:
    text, broken = _readable(piece.bytes)
    look = f"{TILE};background-color:{FILLS[piece.id % len(FILLS)]}" + (";border-style:dashed" if broken else "")
    shown = str(piece.id) if numbers else escape(text)
    return f'<code title="token {piece.id}" style="{look}">{shown}</code>' + ("<br>" if "⏎" in text else "")


def _readable(raw: bytes) -> tuple[str, bool]:
    """(what to show, whether it is part of a character): spaces and line ends made visible, parts as hex."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return raw.hex(" ").upper(), True
    return "".join(MARKS.get(letter) or _seen(letter) for letter in text), False


def _seen(letter: str) -> str:
    """The letter, or the code point of one that leaves no mark, such as the joiner inside a family emoji."""
    return f"U+{ord(letter):04X}" if unicodedata.category(letter) in ("Cf", "Cc", "Zs", "Zl", "Zp") else letter


def _counters(found: dict[str, float]) -> str:
    cells = "".join(f'<span style="display:inline-block;margin:0 28px 6px 0"><b style="font-size:20px">{value:,}</b> '
                    f"{name if value != 1 else name.rstrip('s')}</span>" for name, value in found.items())
    return f'<div style="color:var(--jp-content-font-color1);font-size:14px">{cells}</div>'
