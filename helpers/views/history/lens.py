"""The validity lens: a chat as a list of messages, its oldest ones dropped, and the first rule that the rest breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from helpers.simulate import lens
from helpers.views._html import CODE, INK, safe
from helpers.views.controls import Slider

if TYPE_CHECKING:
    from helpers.simulate.lens import Look, Row
    from helpers.views._explore import Explorer

KINDS = {"question": ("?", "#CFE7F5"), "call": ("→", "#FCE3B8"), "result": ("←", "#FBF6BF"), "answer": ("✎", "#E3E3E3")}
"""Kind of message -> its sign and its colour."""
BAD, GOOD = "#A84300", "#00654A"
GONE = "repeating-linear-gradient(45deg,#f4f4f4 0 6px,#dcdcdc 6px 8px)"
WIDE = 780
NOTE = ("That a user comes first, and that a result has its call, is reported by users, and on no page that we know. "
        "That a call is followed by its result is documented.")


def validity_lens(start: int = 2) -> Explorer:
    """A widget: drop the oldest messages of a chat, one by one.

    start: how many are gone at first.
    """
    from helpers.views._explore import explore_html

    last = len(lens.CHAT) - 1
    dropped = Slider("dropped", "drop, oldest first", low=0, high=last, value=start)
    rows, looks = lens.rows(), [lens.look(count) for count in range(last + 1)]
    return explore_html(lambda dropped: _page(rows, looks, dropped), [dropped], title=lens_title(looks),
                        describe=lambda dropped: lens_in_words(looks[dropped]))


def lens_title(looks: list[Look]) -> str:
    """How many of the cuts leave a list in order; which, the strip shows."""
    fine = sum(not look.said for look in looks if look.dropped)
    leave = "leaves" if fine < 2 else "leave"
    return f"Of {len(looks) - 1} ways to cut the front, {fine or 'none'} {leave} a list in order"


def lens_in_words(seen: Look) -> str:
    """What is wrong with what is left, whether whole turns went, and whether the allergy is still in it."""
    count = f"{seen.dropped} message{'s' * (seen.dropped != 1)} dropped"
    verdict = f"✗ {seen.said}." if seen.said else "✓ In order."
    what = "" if not seen.dropped else " Whole turns went." if seen.whole_turns else " A turn was torn."
    knows = "still in it" if seen.knows else "gone"
    return f"{count}. {verdict}{what} The allergy is {knows}.\n{NOTE}"


def _page(rows: list[Row], looks: list[Look], dropped: int) -> str:
    seen = looks[dropped]
    key = " &nbsp; ".join(f"<b>{sign}</b> {kind}" for kind, (sign, _) in KINDS.items())
    lines = "".join(_line(row, seen) for row in rows)
    return (f'<div style="{INK}">{_strip(looks, dropped)}<div>{key} &nbsp; <b>✂</b> dropped</div>'
            f'<table style="border-collapse:collapse;margin:6px 0;width:100%;max-width:{WIDE}px;table-layout:fixed">'
            f"{lines}</table>{_verdict(seen)}</div>")


def _strip(looks: list[Look], dropped: int) -> str:
    """One box a cut: in order or not."""
    boxes = "".join(
        f'<td style="border:{"3px solid currentColor" if look.dropped == dropped else "1px solid #bdbdbd"};'
        f'padding:0 6px;text-align:center"><b style="color:{BAD if look.said else GOOD};background:#fff">'
        f'{"✗" if look.said else "✓"}</b><div style="font-size:12.5px">{look.dropped}</div></td>' for look in looks)
    return f'<table style="border-collapse:collapse;margin:0 0 6px"><tr>{boxes}</tr></table>'


def _line(row: Row, seen: Look) -> str:
    """One message: its place in what is left, its sign and its words; dropped ones are struck."""
    gone, bad = row.place < seen.dropped, row.place == seen.at
    sign, colour = KINDS[row.kind]
    place = "✂" if gone else f"{row.place - seen.dropped}"
    words = f"<s>{safe(row.text)}</s>" if gone else safe(row.text)
    frame = f"3px solid {BAD}" if bad else "1px solid #bdbdbd"
    fill = f"background:{GONE};color:#595959" if gone else f"background:{colour};color:#000"
    cell = f"border:{frame};padding:2px 8px;overflow-wrap:anywhere;text-align:left;{fill}"
    return (f'<tr><td style="width:62px;padding:2px 6px;text-align:left">turn {row.turn}</td>'
            f'<td style="width:26px;padding:2px;text-align:center">{place}</td>'
            f'<td style="{cell}"><b>{sign}</b> <b>{row.kind}</b> &nbsp; <span style="{CODE};color:inherit">{words}'
            f'</span>{" <b>✗</b>" if bad else ""}</td></tr>')


def _verdict(seen: Look) -> str:
    colour, words = (BAD, f"✗ {seen.said}") if seen.said else (GOOD, "✓ in order")
    return f'<div style="border-left:6px solid {colour};padding:2px 10px"><b>{safe(words)}</b></div>'
