"""Lesson 01's planted bugs."""

from __future__ import annotations

import asyncio
import re
from collections import Counter, defaultdict
from copy import deepcopy
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import groupby, pairwise, permutations

import pandas as pd  # here, because its first import takes longer than a check waits

from helpers.economics import Cost, Usage, conversation_cost, cost
from helpers.exercises import e01_billed, e01_desk, e01_driver, e01_questions, e01_sums
from helpers.exercises.e01_estimate import ESTIMATE_THREE, my_estimates
from helpers.exercises.e01_price import PRICE
from helpers.tokens import count_o200k
from tests.mutants import PLANTED, mutant, right

KINDS = ("input", "cache_write_5m", "cache_write_1h", "cache_read", "output")


def _cost(usage, price, *, at=None, counts=None, divide=1_000_000):
    """The right sum, with some prices (*at*: kind -> kind whose price is taken) or counts bent."""
    at, counts = at or {}, counts or {}
    return sum(counts.get(kind, getattr(usage, kind)) * getattr(price, at.get(kind, kind)) for kind in KINDS) / divide


@right("01-1")
def with_floats(usage, price):
    return sum(getattr(usage, kind) * float(getattr(price, kind)) for kind in KINDS) / 1e6


@right("01-1")
def as_a_cost(usage, price):
    return Cost(input=_cost(usage, price))


@right("01-1")
def as_a_fraction(usage, price):
    return sum(Fraction(getattr(usage, kind)) * Fraction(getattr(price, kind)) for kind in KINDS) / 1_000_000


@right("01-1")
def price_per_token_first(usage, price):
    per_token = {kind: getattr(price, kind) / Decimal(10) ** 6 for kind in KINDS}
    return round(float(sum(per_token[kind] * getattr(usage, kind) for kind in KINDS)), 10)


@mutant("01-1", "unit")
def forgets_to_divide(usage, price):
    return _cost(usage, price, divide=1)


@mutant("01-1", "unit")
def per_thousand(usage, price):
    return _cost(usage, price, divide=1_000)


@mutant("01-1", "swapped")
def swaps_the_prices(usage, price):
    return _cost(usage, price, at={"input": "output", "output": "input"})


@mutant("01-1", "output-at-input-price")
def one_price_for_all(usage, price):
    return _cost(usage, price, at=dict.fromkeys(KINDS, "input"))


@mutant("01-1", "no-output")
def leaves_the_answer_out(usage, price):
    return _cost(usage, price, counts={"output": 0})


@mutant("01-1", "cache-read-price")
def pays_full_for_cached(usage, price):
    return _cost(usage, price, at={"cache_read": "input"})


@mutant("01-1", "cache-read-price")
def adds_cached_to_input(usage, price):
    return _cost(usage, price, counts={"input": usage.input + usage.cache_read})


@mutant("01-1", "subtracted")
def takes_cached_off_input(usage, price):
    return _cost(usage, price, counts={"input": usage.input - usage.cache_read, "cache_read": 0})


@mutant("01-1", "no-cache-read")
def leaves_reads_out(usage, price):
    return _cost(usage, price, counts={"cache_read": 0})


@mutant("01-1", "no-cache-writes")
def leaves_writes_out(usage, price):
    return _cost(usage, price, counts={"cache_write_5m": 0, "cache_write_1h": 0})


@mutant("01-1", "one-write-only")
def knows_five_minutes_only(usage, price):
    return _cost(usage, price, counts={"cache_write_1h": 0})


@mutant("01-1", "write-price")
def writes_all_at_five_minutes(usage, price):
    return _cost(usage, price, at={"cache_write_1h": "cache_write_5m"})


@mutant("01-1", "write-price")
def writes_all_as_input(usage, price):
    return _cost(usage, price, at={"cache_write_5m": "input", "cache_write_1h": "input"})


@mutant("01-1", "thinking-twice")
def adds_thinking(usage, price):
    return _cost(usage, price, counts={"output": usage.output + usage.thinking})


@mutant("01-1", "rounded")
def rounds_to_cents(usage, price):
    return round(_cost(usage, price), 2)


@mutant("01-1", "zero")
def has_a_minimum(usage, price):
    return max(_cost(usage, price), Decimal("0.000001"))


@mutant("01-1", "float-and-decimal")
def divides_by_a_float(usage, price):
    return _cost(usage, price, divide=1e6)


@mutant("01-1", "no-number")
def returns_text(usage, price):
    return f"${_cost(usage, price)}"


@mutant("01-1", "amount")
def squares(usage, price):
    return _cost(usage, price, counts={"input": usage.input * 3})


# 01-2: my_forecast

def _forecast(code, name, *, system=lambda t: 1, user=lambda t: t, old=lambda t: t - 1, reply=lambda t: 1,
              turns_of=lambda turns: range(1, turns + 1), price_in="input", price_out="output", divide=1_000_000,
              end=lambda usd: usd):
    """Plant a forecast, bent: how many system prompts, user messages, old replies and new ones turn t bills."""
    bills = {"system": system, "user": user, "old": old, "reply": reply}

    @mutant("01-2", code, name)
    def forecast(price, *, turns, system, user, reply):
        usd = 0
        for t in turns_of(turns):
            carried = bills["system"](t) * system + bills["user"](t) * user + bills["old"](t) * reply
            usd += carried * getattr(price, price_in) + bills["reply"](t) * reply * getattr(price, price_out)
        return end(usd / divide)


def _formula(code, name, *, users, olds):
    """Plant a closed form: user messages and old replies of the whole conversation."""
    @mutant("01-2", code, name)
    def forecast(price, *, turns, system, user, reply):
        sent = turns * system + users(turns) * user + olds(turns) * reply
        return (sent * price.input + turns * reply * price.output) / 1_000_000


_formula("", "by formula", users=lambda T: T * (T + 1) // 2, olds=lambda T: T * (T - 1) // 2)
_forecast("", "counts from zero", turns_of=range, user=lambda t: t + 1, old=lambda t: t)
_forecast("", "a number of another kind", end=lambda usd: Fraction(usd))


@right("01-2")
def with_the_course(price, *, turns, system, user, reply):
    return conversation_cost(price, turns=turns, system=system, user=user, reply=reply)


@right("01-2")
def with_a_growing_history(price, *, turns, system, user, reply):
    history, bill = [], Cost()
    for _ in range(turns):
        history.append(user)
        bill += cost(Usage(input=system + sum(history), output=reply), price)
        history.append(reply)
    return bill


@right("01-2")
def in_floats(price, turns, system, user, reply):
    tokens_in = sum(system + user + turn * (user + reply) for turn in range(turns))
    return tokens_in / 1e6 * float(price.input) + turns * reply / 1e6 * float(price.output)


@right("01-2")
def recursive(price, *, turns, system, user, reply):
    if turns == 0:
        return Decimal(0)
    last = (system + turns * user + (turns - 1) * reply) * price.input + reply * price.output
    return last / 10**6 + recursive(price, turns=turns - 1, system=system, user=user, reply=reply)


_forecast("linear", "first turn times turns", user=lambda t: 1, old=lambda t: 0)
_forecast("remembered", "as if it remembered", system=lambda t: t == 1, user=lambda t: 1, old=lambda t: 0)
_forecast("remembered", "history once at the end", system=lambda t: t == 1, user=lambda t: 1, old=lambda t: t > 1)
_forecast("last-turn", "the last turn alone", turns_of=lambda turns: range(turns, turns + 1) if turns else ())
_forecast("from-zero", "turns from zero", turns_of=range)
_forecast("turn-too-few", "stops too early", turns_of=lambda turns: range(1, turns))
_forecast("turn-too-many", "starts too early", turns_of=lambda turns: range(turns + 1))
_forecast("turn-too-many", "ends too late", turns_of=lambda turns: range(1, turns + 2))
_forecast("last-exchange", "a window of one exchange", user=lambda t: min(t, 2), old=lambda t: min(t - 1, 1))
_forecast("no-output", "input alone", reply=lambda t: 0)
_forecast("no-output", "one price for all", price_out="input")
_forecast("output-again", "all replies so far as output", reply=lambda t: t)
_forecast("output-again", "replies as output in place of input", old=lambda t: 0, reply=lambda t: t)
_forecast("output-again", "a history at the output price", old=lambda t: 0, user=lambda t: 1, reply=lambda t: t - 1 + t)
_forecast("output-once", "output after the loop", reply=lambda t: t == 1)
_forecast("no-system", "no system prompt", system=lambda t: 0)
_forecast("system-once", "system prompt once", system=lambda t: t == 1)
_forecast("system-again", "system prompt in the history", system=lambda t: t)
_forecast("user-missing", "history without the new message", user=lambda t: t - 1)
_forecast("user-ahead", "one message ahead", user=lambda t: t + 1)
_forecast("user-not-resent", "replies alone are resent", user=lambda t: 1)
_forecast("reply-not-resent", "messages alone are resent", old=lambda t: 0)
_forecast("reply-ahead", "its own reply as input", old=lambda t: t)
_forecast("reply-behind", "a reply too late", old=lambda t: max(t - 2, 0))
_forecast("unit", "undivided", divide=1)
_forecast("unit", "per thousand", divide=1_000)
_forecast("unit", "divided twice", divide=10**12)
_forecast("swapped", "prices exchanged", price_in="output", price_out="input")
_forecast("rounded", "to cents", end=lambda usd: round(usd, 2))
_forecast("rounded", "to four digits", end=lambda usd: round(usd, 4))
_forecast("rounded", "to whole dollars", end=int)
_forecast("zero", "a minimum charge", end=lambda usd: max(usd, Decimal("0.001")))
_forecast("amount", "three replies a turn", old=lambda t: 3 * t)
_forecast("amount", "ten percent on top", end=lambda usd: usd * Decimal("1.1"))
_forecast("no-number", "as text", end=lambda usd: f"${usd:.2f}")
_forecast("float-and-decimal", "divided by a float", divide=1e6)
_forecast("no-system", "linear and the system prompt forgotten", system=lambda t: 0, user=lambda t: 1, old=lambda t: 0)
_formula("sums", "not halved", users=lambda T: T * (T + 1), olds=lambda T: T * (T - 1))
_formula("sums", "the square", users=lambda T: T * T, olds=lambda T: T * T)
_formula("sums", "half the square", users=lambda T: T * T // 2, olds=lambda T: T * T // 2)
_formula("all-as-last", "the last turn times turns", users=lambda T: T * T, olds=lambda T: T * (T - 1))
_formula("user-missing", "one sum for both", users=lambda T: T * (T - 1) // 2, olds=lambda T: T * (T - 1) // 2)
_formula("reply-ahead", "the other sum for both", users=lambda T: T * (T + 1) // 2, olds=lambda T: T * (T + 1) // 2)


@mutant("01-2", "cache-price")
def writes_the_history_to_a_cache(price, *, turns, system, user, reply):
    usd = 0
    for turn in range(turns):
        usd += (system + user) * price.input + turn * (user + reply) * price.cache_write_5m + reply * price.output
    return usd / 1_000_000


@mutant("01-2", "cache-price")
def reads_the_system_prompt_from_a_cache(price, *, turns, system, user, reply):
    usd = 0
    for turn in range(turns):
        usd += system * price.cache_read + (user + turn * (user + reply)) * price.input + reply * price.output
    return usd / 1_000_000


@mutant("01-2", "cache-price")
def reads_the_history_from_a_cache(price, *, turns, system, user, reply):
    usd = 0
    for turn in range(turns):
        usd += (system + user) * price.input + turn * (user + reply) * price.cache_read + reply * price.output
    return usd / 1_000_000


@mutant("01-2", "price-ignored")
def knows_a_price_by_heart(price, *, turns, system, user, reply):
    return sum((system + t * user + (t - 1) * reply) * 3 + reply * 15 for t in range(1, turns + 1)) / 1e6


SPENT = []


@mutant("01-2", "keeps-state")
def adds_to_a_global(price, *, turns, system, user, reply):
    SPENT.extend(cost(Usage(input=system + t * user + (t - 1) * reply, output=reply), price).usd
                 for t in range(1, turns + 1))
    return sum(SPENT)


@mutant("01-2", "one-turn")
def returns_in_the_loop(price, *, turns, system, user, reply):
    usd = 0
    for t in range(1, turns + 1):
        usd += (system + t * user + (t - 1) * reply) * price.input + reply * price.output
        return usd / 1_000_000   # noqa: B007


@mutant("01-2", "one-turn")
def forgets_the_turns(price, *, turns, system, user, reply):
    return ((system + user) * price.input + reply * price.output) / 1_000_000


_forecast("unit", "in cents", end=lambda usd: usd * 100)


@mutant("01-2", "sums")
def by_an_average_history(price, *, turns, system, user, reply):
    sent = turns * (system + user) + turns * turns // 2 * (user + reply)
    return (sent * price.input + turns * reply * price.output) / 1_000_000


@mutant("01-2", "amount")
def doubles_the_history(price, *, turns, system, user, reply):
    history = usd = 0
    for _ in range(turns):
        usd += (system + history + user) * price.input + reply * price.output
        history += history + user + reply
    return usd / 1_000_000


@mutant("01-2", "raised")
def price_as_a_dict(price, *, turns, system, user, reply):
    return turns * (system + user) * price["input"] / 1_000_000


@mutant("01-2", "average")
def per_turn_on_average(price, *, turns, system, user, reply):
    total = conversation_cost(price, turns=turns, system=system, user=user, reply=reply).usd
    return total / turns if turns else 0


@mutant("01-2", "no-number")
def turn_by_turn(price, *, turns, system, user, reply):
    return [conversation_cost(price, turns=turn, system=system, user=user, reply=reply) for turn in range(1, turns + 1)]


# 01-3: send_if_it_fits


@right("01-3")
def with_an_expression(prompt, *, count, send, limit):
    return send(prompt) if count(prompt) <= limit else None


@right("01-3")
def without_an_else(prompt, count, send, limit):
    tokens = count(prompt=prompt)
    if tokens <= limit:
        print(f"{tokens} tokens: sent")
        return send(prompt=prompt)


@right("01-3")
def with_an_exception_of_its_own(prompt, *, count, send, limit):
    try:
        if limit - count(prompt) < 0:
            raise OverflowError
        return send(prompt)
    except OverflowError:
        return None


@right("01-3")
def by_looking_up(prompt, **rest):
    return {True: rest["send"], False: lambda _: None}[rest["count"](prompt) <= rest["limit"]](prompt)


@mutant("01-3", "guessed")
def characters_by_four(prompt, *, count, send, limit):
    return send(prompt) if len(prompt) / 4 <= limit else None


@mutant("01-3", "guessed")
def characters(prompt, *, count, send, limit):
    return send(prompt) if len(prompt) <= limit else None


@mutant("01-3", "guessed")
def words_by_a_factor(prompt, *, count, send, limit):
    return send(prompt) if len(prompt.split()) * 1.3 <= limit else None


@mutant("01-3", "guessed")
def characters_before_the_count(prompt, *, count, send, limit):
    if len(prompt) / 4 > limit:
        return None
    return send(prompt) if count(prompt) <= limit else None


@mutant("01-3", "guessed")
def bytes_when_they_are_many(prompt, *, count, send, limit):
    return None if len(prompt.encode()) > 2 * limit or count(prompt) > limit else send(prompt)


@mutant("01-3", "counted-at-times")
def no_count_for_short_ones(prompt, *, count, send, limit):
    if len(prompt) / 4 < limit / 2:
        return send(prompt)
    return send(prompt) if count(prompt) <= limit else None


@mutant("01-3", "not-counted")
def sends_everything(prompt, *, count, send, limit):
    return send(prompt)


@mutant("01-3", "sent-anyway")
def counts_and_sends(prompt, *, count, send, limit):
    if count(prompt) > limit:
        print("too long")
    return send(prompt)


@mutant("01-3", "sent-anyway")
def knows_a_limit_by_heart(prompt, *, count, send, limit):
    return send(prompt) if count(prompt) <= 200_000 else None


@mutant("01-3", "sent-anyway")
def counts_but_believes_the_characters(prompt, *, count, send, limit):
    count(prompt)
    return send(prompt) if len(prompt) / 4 <= limit else None


@mutant("01-3", "refused")
def the_other_way_round(prompt, *, count, send, limit):
    return send(prompt) if count(prompt) > limit else None


@mutant("01-3", "refused")
def the_larger_of_two(prompt, *, count, send, limit):
    return send(prompt) if max(count(prompt), len(prompt) // 4) <= limit else None


@mutant("01-3", "nothing-sent")
def without_brackets(prompt, *, count, send, limit):
    return send if count(prompt) <= limit else None


@mutant("01-3", "nothing-sent")
def the_prompt_itself(prompt, *, count, send, limit):
    return prompt


@mutant("01-3", "nothing-called")
def refuses_everything_but_the_empty(prompt, *, count, send, limit):
    return None if prompt else send(prompt)


@mutant("01-3", "counted-something-else")
def word_by_word(prompt, *, count, send, limit):
    return send(prompt) if sum(count(word) for word in prompt.split()[:40]) <= limit else None


@mutant("01-3", "sent-something-else")
def in_pieces(prompt, *, count, send, limit):
    if count(prompt) <= limit:
        return send(prompt)
    middle = len(prompt) // 2
    return send(prompt[:middle]) + send(prompt[middle:])


@mutant("01-3", "not-counted")
def asks_for_forgiveness(prompt, *, count, send, limit):
    try:
        return send(prompt)
    except Exception:
        return None


@mutant("01-3", "reply-changed")
def a_dict(prompt, *, count, send, limit):
    tokens = count(prompt)
    return {"tokens": tokens, "reply": send(prompt)} if tokens <= limit else None


@mutant("01-3", "raised")
def measures_the_number(prompt, *, count, send, limit):
    return send(prompt) if len(count(prompt)) <= limit else None


@mutant("01-3", "sent-before-counting")
def sends_first(prompt, *, count, send, limit):
    reply = send(prompt)
    return reply if count(prompt) <= limit else None


@mutant("01-3", "sent-twice")
def sends_to_test_the_reply(prompt, *, count, send, limit):
    if count(prompt) <= limit and send(prompt) is not None:
        return send(prompt)
    return None


@mutant("01-3", "sent-something-else")
def cuts_it_to_size(prompt, *, count, send, limit):
    if (tokens := count(prompt)) > limit:
        prompt = prompt[:len(prompt) * limit // tokens]
    return send(prompt)


@mutant("01-3", "sent-something-else")
def as_messages(prompt, *, count, send, limit):
    messages = [{"role": "user", "content": prompt}]
    return send(messages) if count(messages) <= limit else None


@mutant("01-3", "runaway")
def cuts_a_character_at_a_time(prompt, *, count, send, limit):
    while count(prompt) > limit:
        prompt = prompt[:-1]
    return send(prompt)


@mutant("01-3", "runaway")
def waits_for_another_count(prompt, *, count, send, limit):
    while True:
        try:
            if count(prompt) <= limit:
                return send(prompt)
        except Exception:
            continue


@mutant("01-3", "counted-something-else")
def counts_the_length(prompt, *, count, send, limit):
    return send(prompt) if count(len(prompt)) <= limit else None


@mutant("01-3", "counted-something-else")
def counts_without_blanks(prompt, *, count, send, limit):
    return send(prompt) if count(prompt.strip()) <= limit else None


@mutant("01-3", "counted-again")
def counts_to_print(prompt, *, count, send, limit):
    print(count(prompt), "tokens")
    return send(prompt) if count(prompt) <= limit else None


@mutant("01-3", "limit-refused")
def less_than(prompt, *, count, send, limit):
    return send(prompt) if count(prompt) < limit else None


@mutant("01-3", "limit-refused")
def with_a_margin(prompt, *, count, send, limit):
    return send(prompt) if count(prompt) <= limit * 0.95 else None


@mutant("01-3", "limit-passed")
def one_more(prompt, *, count, send, limit):
    return send(prompt) if count(prompt) <= limit + 1 else None


@mutant("01-3", "empty-refused")
def by_truth(prompt, *, count, send, limit):
    return send(prompt) if prompt and count(prompt) <= limit else None


@mutant("01-3", "empty-refused")
def by_the_truth_of_a_count(prompt, *, count, send, limit):
    tokens = count(prompt)
    return send(prompt) if tokens and tokens <= limit else None


@mutant("01-3", "reply-lost")
def by_the_truth_of_a_reply(prompt, *, count, send, limit):
    return (send(prompt) if count(prompt) <= limit else None) or None


@mutant("01-3", "reply-lost")
def forgets_the_reply(prompt, *, count, send, limit):
    if count(prompt) <= limit:
        send(prompt)


@mutant("01-3", "reply-lost")
def says_whether(prompt, *, count, send, limit):
    if count(prompt) > limit:
        return None
    send(prompt)
    return True


@mutant("01-3", "reply-changed")
def with_a_word_before_it(prompt, *, count, send, limit):
    return f"Reply: {send(prompt)}" if count(prompt) <= limit else None


@mutant("01-3", "not-the-sdk")
def awaits_it(prompt, *, count, send, limit):
    async def ask():
        return await send(prompt) if await count(prompt) <= limit else None

    return asyncio.run(ask())


@mutant("01-3", "reply-changed")
def a_pair(prompt, *, count, send, limit):
    tokens = count(prompt)
    return (send(prompt), tokens) if tokens <= limit else None


@mutant("01-3", "not-none")
def a_message(prompt, *, count, send, limit):
    return send(prompt) if count(prompt) <= limit else "Too long."


@mutant("01-3", "not-none")
def an_and(prompt, *, count, send, limit):
    return count(prompt) <= limit and send(prompt)


@mutant("01-3", "refusal-raised")
def an_error(prompt, *, count, send, limit):
    if (tokens := count(prompt)) > limit:
        raise ValueError(f"{tokens} tokens, the limit is {limit}")
    return send(prompt)


@mutant("01-3", "refusal-raised")
def an_assertion(prompt, *, count, send, limit):
    assert count(prompt) <= limit
    return send(prompt)


@mutant("01-3", "not-the-sdk")
def as_if_it_were_the_sdk(prompt, *, count, send, limit):
    return send(prompt) if count(prompt).input_tokens <= limit else None


@mutant("01-3", "not-the-sdk")
def with_the_sdks_arguments(prompt, *, count, send, limit):
    messages = [{"role": "user", "content": prompt}]
    return send(prompt) if count(messages=messages) <= limit else None


@mutant("01-3", "not-the-sdk")
def takes_the_reply_apart(prompt, *, count, send, limit):
    return send(prompt).content[0].text if count(prompt) <= limit else None


@mutant("01-3", "raised")
def misspelt(prompt, *, count, send, limit):
    return sent(prompt) if count(prompt) <= limit else None   # noqa: F821


for _case in (e01_desk.SHORT, e01_desk.HUGE, e01_desk.IN_THAI, e01_desk.INDENTED, e01_desk.FULL, e01_desk.OVER):
    assert _case.tokens == count_o200k(_case.prompt), _case.what
assert len(e01_desk.THAI) / 3 < e01_desk.IN_THAI.limit < e01_desk.IN_THAI.tokens
assert len(e01_desk.JSON) / 5 > e01_desk.INDENTED.limit > e01_desk.INDENTED.tokens


# 01-4: my_report


def _sums(entries):
    """What each feature cost, in the order in which they came."""
    total = defaultdict(Decimal)
    for feature, usd in entries:
        total[feature] += usd
    return total


def _dearest_first(total):
    return dict(sorted(total.items(), key=lambda item: item[1], reverse=True))


def _frame(entries):
    """The entries as pandas holds them, with floats."""
    return pd.DataFrame([(feature, float(usd)) for feature, usd in entries], columns=["feature", "usd"])


@right("01-4")
def with_a_counter(entries):
    total = Counter()
    for entry in entries:
        total[entry.feature] += entry.usd
    return dict(total.most_common())


@right("01-4")
def with_pandas(entries):
    return _frame(entries).groupby("feature", dropna=False)["usd"].sum().sort_values(ascending=False)


@right("01-4")
def with_pandas_as_a_dict(entries):
    return with_pandas(entries).to_dict()


@right("01-4")
def feature_by_feature(entries):
    total = {name: sum(usd for feature, usd in entries if feature == name) for name in {entry[0] for entry in entries}}
    return {name: Cost(input=total[name]) for name in sorted(total, key=total.get, reverse=True)}


@right("01-4")
def takes_the_largest_each_time(entries):
    total, ranked = _sums(entries), {}
    while total:
        name = max(total, key=total.get)
        ranked[name] = float(total.pop(name))
    return ranked


@right("01-4")
def with_groupby(entries):
    ranked = sorted(entries, key=lambda entry: str(entry.feature))
    runs = [(name, sum(entry.usd for entry in run)) for name, run in groupby(ranked, key=lambda entry: entry.feature)]
    return dict(sorted(runs, key=lambda run: -run[1]))


TOTAL = {}


@mutant("01-4", "keeps-state")
def in_a_global_dict(entries):
    for feature, usd in entries:
        TOTAL[feature] = TOTAL.get(feature, 0) + usd
    return _dearest_first(TOTAL)


@mutant("01-4", "none-renamed")
def with_names_as_text(entries):
    return _dearest_first(_sums((f"{feature}", usd) for feature, usd in entries))


@mutant("01-4", "no-amount")
def nested(entries):
    return {name: {"usd": usd} for name, usd in _dearest_first(_sums(entries)).items()}


@mutant("01-4", "no-dict")
def items(entries):
    return _dearest_first(_sums(entries)).items()


@mutant("01-4", "sorted-by-name")
def by_amount_then_name(entries):
    return dict(sorted(_sums(entries).items(), key=lambda item: (-item[1], item[0])))


@mutant("01-4", "raised")
def cleans_the_names(entries):
    return _dearest_first(_sums((feature.strip(), usd) for feature, usd in entries))


@mutant("01-4", "counted")
def counts_calls(entries):
    return dict(Counter(entry.feature for entry in entries).most_common())


@mutant("01-4", "overwritten")
def keeps_the_last(entries):
    return _dearest_first({entry.feature: entry.usd for entry in entries})


@mutant("01-4", "first-only")
def keeps_the_first(entries):
    total = {}
    for feature, usd in entries:
        total.setdefault(feature, usd)
    return _dearest_first(total)


@mutant("01-4", "largest")
def keeps_the_largest(entries):
    total = {}
    for feature, usd in entries:
        total[feature] = max(total.get(feature, 0), usd)
    return _dearest_first(total)


@mutant("01-4", "mean")
def takes_the_mean(entries):
    calls = Counter(entry.feature for entry in entries)
    return _dearest_first({name: usd / calls[name] for name, usd in _sums(entries).items()})


@mutant("01-4", "equals-once")
def with_sets(entries):
    amounts = defaultdict(set)
    for feature, usd in entries:
        amounts[feature].add(usd)
    return _dearest_first({name: sum(parts) for name, parts in amounts.items()})


@mutant("01-4", "only-neighbours")
def groups_unsorted(entries):
    runs = groupby(entries, key=lambda entry: entry.feature)
    return _dearest_first({name: sum(entry.usd for entry in run) for name, run in runs})


@mutant("01-4", "cents")
def in_cents(entries):
    return _dearest_first({name: int(usd * 1000) / 10 for name, usd in _sums(entries).items()})


@mutant("01-4", "rounded")
def rounds(entries):
    return _dearest_first({name: round(usd, 2) for name, usd in _sums(entries).items()})


@mutant("01-4", "rounded")
def rounds_commercially(entries):
    cent = Decimal("0.01")
    return _dearest_first({name: usd.quantize(cent, ROUND_HALF_UP) for name, usd in _sums(entries).items()})


@mutant("01-4", "share")
def shares(entries):
    total = _sums(entries)
    return _dearest_first({name: usd / sum(total.values()) for name, usd in total.items()})


@mutant("01-4", "amount")
def adds_tax(entries):
    return _dearest_first({name: usd * Decimal("1.19") for name, usd in _sums(entries).items()})


@mutant("01-4", "no-amount")
def shows_dollars(entries):
    return {name: f"${usd:.2f}" for name, usd in _dearest_first(_sums(entries)).items()}


@mutant("01-4", "no-amount")
def keeps_the_calls_too(entries):
    calls = Counter(entry.feature for entry in entries)
    return {name: (calls[name], usd) for name, usd in _dearest_first(_sums(entries)).items()}


@mutant("01-4", "order")
def ascending(entries):
    return dict(sorted(_sums(entries).items(), key=lambda item: item[1]))


@mutant("01-4", "order")
def as_they_came(entries):
    total = _sums(entries)
    sorted(total.items(), key=lambda item: item[1], reverse=True)
    return total


@mutant("01-4", "order")
def sorts_before_adding(entries):
    return _sums(sorted(entries, key=lambda entry: entry.usd, reverse=True))


@mutant("01-4", "order")
def by_name(entries):
    return dict(sorted(_sums(entries).items(), key=lambda item: str(item[0])))


@mutant("01-4", "order")
def by_calls(entries):
    total = _sums(entries)
    return {name: total[name] for name, _ in Counter(entry.feature for entry in entries).most_common()}


@mutant("01-4", "order")
def the_dearest_at_the_end(entries):
    total = _dearest_first(_sums(entries))
    if total:
        first = next(iter(total))
        total[first] = total.pop(first)
    return total


@mutant("01-4", "none-dropped")
def without_none(entries):
    return _dearest_first(_sums(entry for entry in entries if entry.feature))


@mutant("01-4", "none-dropped")
def as_pandas_groups(entries):
    return _frame(entries).groupby("feature")["usd"].sum().sort_values(ascending=False).to_dict()


@mutant("01-4", "none-renamed")
def under_another_name(entries):
    return _dearest_first(_sums((feature or "unlabelled", usd) for feature, usd in entries))


@mutant("01-4", "feature-lost")
def by_amount(entries):
    names = {usd: name for name, usd in _sums(entries).items()}
    return {names[usd]: usd for usd in sorted(names, reverse=True)}


@mutant("01-4", "feature-lost")
def the_driver_alone(entries):
    return dict(list(_dearest_first(_sums(entries)).items())[:1])


@mutant("01-4", "extra-row")
def with_a_total(entries):
    total = _dearest_first(_sums(entries))
    return total | {"total": sum(total.values())}


@mutant("01-4", "sorted-by-name")
def sorts_pairs(entries):
    pairs = sorted(((usd, name) for name, usd in _sums(entries).items()), reverse=True)
    return {name: usd for usd, name in pairs}


@mutant("01-4", "sorted-by-name")
def sorts_entries(entries):
    return _dearest_first(_sums(sorted(entries)))


@mutant("01-4", "changed-entries")
def sorts_the_ledger(entries):
    entries.sort(key=lambda entry: entry.usd, reverse=True)
    return _dearest_first(_sums(entries))


@mutant("01-4", "changed-entries")
def empties_the_ledger(entries):
    total = defaultdict(Decimal)
    while entries:
        feature, usd = entries.pop()
        total[feature] += usd
    return _dearest_first(total)


@mutant("01-4", "no-dict")
def pairs(entries):
    return sorted(_sums(entries).items(), key=lambda item: item[1], reverse=True)


@mutant("01-4", "no-dict")
def names_alone(entries):
    return list(_dearest_first(_sums(entries)))


@mutant("01-4", "no-dict")
def a_frame(entries):
    return _frame(entries).groupby("feature", dropna=False).sum().sort_values("usd", ascending=False)


@mutant("01-4", "no-dict")
def none_for_an_empty_day(entries):
    return _dearest_first(_sums(entries)) if entries else None


@mutant("01-4", "not-empty")
def a_row_for_an_empty_day(entries):
    return _dearest_first(_sums(entries)) or {None: 0}


@mutant("01-4", "entry-fields")
def by_key(entries):
    return _dearest_first(_sums((entry["feature"], entry["usd"]) for entry in entries))


@mutant("01-4", "entry-fields")
def by_the_ledgers_names(entries):
    return _dearest_first(_sums((entry.label, entry.cost.usd) for entry in entries))


@mutant("01-4", "float-and-decimal")
def begins_with_a_float(entries):
    total = defaultdict(float)
    for feature, usd in entries:
        total[feature] += usd
    return _dearest_first(total)


@mutant("01-4", "raised")
def the_largest_of_none(entries):
    total = _sums(entries)
    return _dearest_first(total | {max(total, key=total.get): max(total.values())})


_report = e01_driver.my_report(e01_driver.ORDERED)
_orders = [e01_sums.order_of(list(names), _report, e01_driver.ORDERED) for names in permutations(_report)]
assert 1 == _orders.count("")
assert {1, 2} == {_orders.count(words) for words in _orders if not words.startswith("the order is")}   # 2: by name


# 01-5: my_estimates


def _estimates(changes=None, *, without=(), named=None):
    """The reference answer with other amounts, without some assumptions, or with some of them different."""
    answer = deepcopy(my_estimates())
    for key, usd in (changes or {}).items():
        answer[key]["usd"] = usd
    for part in answer.values():
        part["assumptions"] = {name: size for name, size in part["assumptions"].items() if name not in without}
        part["assumptions"] |= {name: size for name, size in (named or {}).items() if name in part["assumptions"]}
    return answer


GAPS = {key: {"usd": ..., "assumptions": dict.fromkeys(part["assumptions"], ...)}
        for key, part in my_estimates().items()}

right("01-5", "rounded up and down")(_estimates({"a": 4_400, "b": Decimal("6600"), "c": 4_000.5}))
right("01-5", "costs, and percentages")(_estimates({"a": Cost(output=4_000)}, named={"adoption": 12.5}))
right("01-5", "more assumptions than asked")(
    {key: {**part, "note": "by heart", "assumptions": {**part["assumptions"], "growth": "none"}}
     for key, part in my_estimates().items()} | {"d": ...})
mutant("01-5", "unanswered", "the first one alone")(GAPS | {"a": my_estimates()["a"]})
mutant("01-5", "unanswered", "the last one missing")({key: my_estimates()[key] for key in "ab"})
mutant("01-5", "shape", "amounts alone")({"a": 3_000, "b": 7_373, "c": 4_200})
mutant("01-5", "shape", "a list")([3_000, 7_373, 4_200])
mutant("01-5", "shape", "capital letters")({key.upper(): part for key, part in my_estimates().items()})
mutant("01-5", "shape", "another key")(my_estimates() | {"a": {"cost": 3_000, "assumptions": {}}})
mutant("01-5", "shape", "no assumptions")(my_estimates() | {"b": {"usd": 7_373}})
mutant("01-5", "shape", "assumptions in words")(my_estimates() | {"c": {"usd": 4_200, "assumptions": ["half price"]}})
mutant("01-5", "shape", "the function itself")(my_estimates)
mutant("01-5", "no-dollars", "as text")(_estimates({"a": "$3,000"}))
mutant("01-5", "no-dollars", "a range")(_estimates({"b": (6_000, 8_000)}))
mutant("01-5", "no-dollars", "left empty")(_estimates({"c": ...}))
mutant("01-5", "assumptions-missing", "two of them")(_estimates(without=("adoption", "output_tokens")))
mutant("01-5", "assumptions-missing", "none at all")(_estimates(without=tuple(my_estimates()["b"]["assumptions"])))
mutant("01-5", "assumptions-missing", "one is a gap")(_estimates(named={"batch_discount": ...}))
mutant("01-5", "assumption-no-number", "as text")(_estimates(named={"adoption": "12.5%"}))
mutant("01-5", "assumption-no-number", "zero")(_estimates(named={"batch_discount": 0}))
mutant("01-5", "assumption-off", "another share")(_estimates({"a": 8_100}, named={"adoption": 0.25}))
mutant("01-5", "assumption-off", "3 tokens for 4 words")(
    _estimates({"a": 1_687}, named={"input_tokens": 1_125, "output_tokens": 112}))
mutant("01-5", "size", "somewhere else")(_estimates({"c": 5_600}))
mutant("01-5", "no-cost", "whole-number division")(_estimates({"a": 400_000 // 8 * 10 * ((2_000 * 2) // 10**6)}))
mutant("01-5", "no-cost", "below zero")(_estimates({"b": -7_373}))

mutant("01-5", "adoption", "every user")(_estimates({"a": 32_400}))
mutant("01-5", "history", "flat")(_estimates({"b": 12 * 2_000 * 30 * (648 * 2 + 360 * 10) / 1e6}))
mutant("01-5", "history", "flat, and a day")(_estimates({"b": 117.5}))
mutant("01-5", "batch-forgotten", "full price")(_estimates({"c": 7_560}))
mutant("01-5", "batch-twice", "a quarter")(_estimates({"c": 1_890}))
mutant("01-5", "period", "a day")(_estimates({"b": 241.06}))
mutant("01-5", "unit", "a thousandth")(_estimates({"a": 4.05}))
mutant("01-5", "words", "words as tokens")(_estimates({"b": 4_018}))
for _question in e01_questions.ALL:
    for _slip in _question.slips():
        for _amount in (_slip.usd, _slip.usd * 1.04, _slip.usd * 0.96):
            _wrong = _estimates({_question.key: _amount})
            mutant("01-5", _slip.code, f"{_question.key} as {_slip.code} at {_amount:.6g}")(_wrong)
    for _less, _more in pairwise(sorted(_question.slips(), key=lambda slip: slip.usd)):
        assert _less.code == _more.code or _less.usd * 1.05 < _more.usd * 0.95, (_less, _more)
    assert _question.usd == my_estimates()[_question.key]["usd"]
    assert _question.sizes == my_estimates()[_question.key]["assumptions"]
    assert not any(_question.is_right(slip.usd * near) for slip in _question.slips() for near in (0.95, 1, 1.05))

assert 5 == PRICE.output / PRICE.input == e01_questions.OUT / e01_questions.IN    # "five times as dear"
assert (8, 10) == (1 / e01_questions.ALL[0].sizes["adoption"], e01_questions.ALL[0].sizes["uses_per_month"])
_a, _month, _reads, _writes, _nights, _sent, _written, _half = re.findall(r"`([^`]+)`", ESTIMATE_THREE.hints[2])
assert eval(_a) == e01_questions.ALL[0].usd
assert eval(f"{_month} * (({_reads}) * 2 + {_writes} * 10) / 1e6") == e01_questions.ALL[1].usd
assert eval(f"{_nights} * ({_sent} * 2 + {_written} * 10) / 1e6 {_half}") == e01_questions.ALL[2].usd

_planted = {(one.exercise, one.code) for one in PLANTED}
assert {("01-2", slip.code) for slip in e01_billed.SLIPS} <= _planted
assert {("01-4", slip.code) for slip, _ in e01_sums.SUMS} <= _planted
