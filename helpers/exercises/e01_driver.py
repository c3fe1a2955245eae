"""01-4: `my_report(entries)`.

The amounts are chosen so that each wrong way to add up, and each wrong order, shows another result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from helpers.classroom.attempt import Attempt, Spoiled, a, shown
from helpers.classroom.exercise import Exercise
from helpers.classroom.report import Problem
from helpers.exercises.e01_sums import Spent, order_of, wrong_sum
from helpers.exercises.numbers import close, dollars, mixed_with_float, number_in


def my_report(entries):
    """One good solution: add up, then sort by what was added up."""
    total = {}
    for entry in entries:
        total[entry.feature] = total.get(entry.feature, 0) + entry.usd
    return dict(sorted(total.items(), key=lambda item: item[1], reverse=True))


def _entries(*rows: tuple[str | None, str]) -> tuple[Spent, ...]:
    return tuple(Spent(feature, Decimal(usd)) for feature, usd in rows)


CHAT, SEARCH, DIGEST, ALT = "chat", "search", "digest", "alt texts"
SUMMED = _entries((CHAT, "0.25"), (CHAT, "2.1"), (CHAT, "0.376"))
ORDERED = _entries((DIGEST, "1"), (SEARCH, "0.2"), (CHAT, "0.5"), (CHAT, "0.4"), (ALT, "0.25"), (SEARCH, "0.1"),
                   (CHAT, "0.85"), (CHAT, "0.95"), (ALT, "0.35"), (SEARCH, "0.24"))
UNLABELLED = _entries((CHAT, "0.4"), (None, "0.25"), (None, "0.25"), (None, "0.2"))
TIED = _entries((CHAT, "0.3"), (None, "0.3"), (SEARCH, "0.3"))


def one_feature(attempt: Attempt) -> Problem | None:
    """Dollars are added up: not counted, not overwritten."""
    return _compare(attempt, SUMMED)


def dearest_first(attempt: Attempt) -> Problem | None:
    """The order is that of the sums."""
    return _compare(attempt, ORDERED)


def without_a_feature(attempt: Attempt) -> Problem | None:
    """What nobody labelled was paid for, too."""
    return _compare(attempt, UNLABELLED)


def same_amount(attempt: Attempt) -> Problem | None:
    """Features that cost the same are all there, in any order."""
    return _compare(attempt, TIED)


def entries_kept(attempt: Attempt) -> Problem | None:
    """The ledger is the caller's."""
    given = list(ORDERED)
    _as_dict(ORDERED, _called(attempt, given))
    if given == list(ORDERED):
        return None
    how = "in another order" if sorted(given) == sorted(ORDERED) else f"with {len(given)} entries, not {len(ORDERED)}"
    return Problem(code="changed-entries", sent=_sent(ORDERED), did=f"left our list {how}",
                   should="leave the list as it was", because="it is the ledger itself: the next report reads it, too.",
                   look="`.sort()`, `.pop()` and their like; `sorted(...)` makes a list of its own.")


def no_entries(attempt: Attempt) -> Problem | None:
    """A day without requests has a report."""
    got = _as_dict((), _called(attempt, []))
    if not got:
        return None
    return Problem(code="not-empty", sent=_sent(()), did=f"returned {shown(got)}", should="return `{}`",
                   because="a day without requests is a day without costs, and no reason to invent a row.")


def _compare(attempt: Attempt, entries: tuple[Spent, ...]) -> Problem | None:
    got = _as_dict(entries, _called(attempt, list(entries)))
    expected = my_report(entries)
    problem = _keys(got, expected, entries) or _amounts(got, expected, entries) or _order(got, expected, entries)
    return problem and (_kept_state(attempt, got, entries) or problem)


def _kept_state(attempt: Attempt, got: dict[Any, Any], entries: tuple[Spent, ...]) -> Problem | None:
    """Sums that live outside the function grow from call to call."""
    again = _as_dict(entries, _called(attempt, list(entries)))
    if got == again:
        return None
    name = next((name for name in got if got[name] != again.get(name)), None)
    return Problem(code="keeps-state", sent=f"{_sent(entries)}; twice",
                   did=f"have {shown(got.get(name))} under {shown(name)} in the first report, "
                       f"{shown(again.get(name))} in the second",
                   should="return the same for the same entries",
                   because="each report would hold all reports before it.",
                   look="a dict that is not made anew in each call: a global name, or a default such as `total={}`.")


def _called(attempt: Attempt, given: list[Spent]) -> Any:
    """What comes back; three errors that are likely here get a message of their own."""
    entries = tuple(given)
    ran = attempt.run(given, sent=_sent(entries))
    if ran.error is None:
        return ran.value
    said, should, raised = str(ran.error), _should(entries), attempt.raised(ran, _sent(entries))
    if isinstance(ran.error, TypeError) and "not supported between" in said and "NoneType" in said:
        raise Spoiled(replace(
            raised, code="sorted-by-name", should=should, because="a name and `None` have no order. Such a sort goes "
            "well until a request has no feature, or until two features cost the same.",
            look="`key=` of your sort: the amount alone has an order."))
    if "tuple indices" in said or "'Spent' object" in said or isinstance(getattr(ran.error, "obj", None), Spent):
        raise Spoiled(replace(
            raised, code="entry-fields", should=should, because="an entry has two fields, `entry.feature` and "
            "`entry.usd`; or take it apart: `feature, usd = entry`."))
    raise Spoiled(mixed_with_float(ran.error, raised, should) or raised)


def _as_dict(entries: tuple[Spent, ...], got: Any) -> dict[Any, Any]:
    """A dict, or what turns into one by itself, a pandas Series; NaN, which pandas makes of None, is None again."""
    if type(got).__name__ == "Series" and callable(getattr(got, "to_dict", None)):
        got = got.to_dict()
    if isinstance(got, Mapping):
        return {None if key != key else key: value for key, value in got.items()}
    pairs = isinstance(got, (list, tuple)) and all(isinstance(row, (list, tuple)) and len(row) == 2 for row in got)
    said = shown(got) if got is None else f"a list of pairs: {shown(got)}" if pairs and got else \
        f"{a(type(got).__name__)}: {shown(got)}"
    raise Spoiled(Problem(
        code="no-dict", sent=_sent(entries), did=f"returned {said}", should=_should(entries),
        because="whoever reads it asks for a feature by its name, `report[\"chat\"]`, or goes through its rows.",
        look="`dict(...)`: it makes one of pairs, and keeps their order." if pairs and got else ""))


def _keys(got: dict[Any, Any], expected: dict[Any, Any], entries: tuple[Spent, ...]) -> Problem | None:
    missing = [name for name in expected if name not in got]
    extra = [name for name in got if name not in expected]
    common = {"sent": _sent(entries), "should": _should(entries)}
    if missing == [None]:
        lost = dollars(float(expected[None]))
        if extra:
            return Problem(code="none-renamed", did=f"booked {lost} without a feature under {shown(extra[0])}",
                           because="a name that we make up may one day be a real feature's; `None` never is.",
                           **common)
        return Problem(code="none-dropped", did=f"left {lost} out: what has no feature", look="what skips a `None`; in "
                       "pandas, `groupby` does, without `dropna=False`.",
                       because="it is on the invoice all the same, and usually the part that nobody watches.", **common)
    if missing:
        return Problem(code="feature-lost", did=f"left out {_named(missing)}",
                       because="the report has to add up to the invoice.",
                       look="what two features with the same amount, or the last entry, do in your code.", **common)
    if extra:
        return Problem(code="extra-row", did=f"has a row that is no feature: {_named(extra)}",
                       because="whoever adds the report up would count those dollars twice.", **common)
    return None


def _amounts(got: dict[Any, Any], expected: dict[Any, Any], entries: tuple[Spent, ...]) -> Problem | None:
    common = {"sent": _sent(entries), "should": _should(entries)}
    for name, right in expected.items():
        number = number_in(got[name])
        if number is None:
            return Problem(code="no-amount", did=f"has {a(type(got[name]).__name__)} under {shown(name)}: "
                           f"{shown(got[name])}", because="whoever reads it adds it up, or compares it.", **common)
        if close(number, float(right)):
            continue
        said, slip = f"has {number:,.10g} under {shown(name)}", wrong_sum(got, name, entries)
        if slip:
            return Problem(code=slip.code, did=f"{said}: {slip.what}", because=slip.because, look=slip.look, **common)
        return Problem(code="amount", did=f"{said}; its entries add up to {dollars(float(right))}",
                       because="each entry counts once, for its own feature.", **common)
    return None


def _order(got: dict[Any, Any], expected: dict[Any, Any], entries: tuple[Spent, ...]) -> Problem | None:
    order = order_of(list(got), expected, entries)
    if not order:
        return None
    return Problem(code="order", sent=_sent(entries), did=f"added up rightly, but {order}", should=_should(entries),
                   because="the first line is where one begins to save.", look="what you sort, by which part and in "
                   "which direction; and that the sorted result is what you return.")


def _sent(entries: tuple[Spent, ...]) -> str:
    rows = ", ".join(f"{shown(entry.feature).strip('`')} {dollars(float(entry.usd))}" for entry in entries)
    return rows or "an empty list"


def _should(entries: tuple[Spent, ...]) -> str:
    rows = ", ".join(f"{name!r}: {usd}" for name, usd in my_report(entries).items())
    return f"return `{{{rows}}}`"


def _named(names: list[Any]) -> str:
    return ", ".join(shown(name) for name in names)


FIND_THE_DRIVER = Exercise(
    id="01-4", name="my_report", call="my_report(entries)", solution=my_report,
    checks=(one_feature, dearest_first, without_a_feature, same_amount, entries_kept, no_entries),
    praise="The report adds up to the invoice, what nobody labelled included, and its first line is where one begins "
           "to save.",
    hints=("Which two steps are there between a list of single requests and a ranking of features?",
           "First add up in a dict, feature -> dollars, also for `None`. Then sort its items by the dollars alone, the "
           "largest first, and make a dict of them again: dicts keep their order.",
           "`total[entry.feature] = total.get(entry.feature, 0) + entry.usd` in a loop; then "
           "`dict(sorted(total.items(), key=lambda item: item[1], reverse=True))`."),
)
