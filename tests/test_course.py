"""The door: a banner that says where replies come from, clients wired to one ledger, and lessons that are missing."""

from __future__ import annotations

import asyncio
from decimal import Decimal

import anthropic
import openai
import pytest

from helpers import course, settings
from helpers.clock import VirtualClock
from helpers.economics import Ledger, Usage
from helpers.wire import builder
from helpers.wire.budget import Budget, kernel_budget
from helpers.wire.recording import Tape

LESSONS = sorted(path.stem for path in settings.NOTEBOOKS.glob("*.ipynb"))
ASKED = {"model": "claude-haiku-5-5", "max_tokens": 50, "messages": [{"role": "user", "content": "Hi"}]}


def echo(ask):
    """A script that says back what it was asked."""
    if ask.path.startswith("/v1/messages"):
        return builder.message(f"You said {ask.last_user_text}", model=ask.model, usage=Usage(input=9, output=4))
    if ask.path.startswith("/v1/responses"):
        return builder.response([builder.message_item(f"You said {ask.last_user_text}")], model=ask.model)
    return builder.chat_completion(f"You said {ask.last_user_text}", model=ask.model)


@pytest.fixture
def lesson(capsys):
    return course.start(LESSONS[0])


def test_the_banner_says_where_replies_come_from(lesson, capsys):
    """Mode, recordings by provenance, SDK versions, the date of the prices."""
    course.start(LESSONS[0])
    said = capsys.readouterr().out

    assert "Mode replay: no key, no network, no bill." in said
    assert f"Recordings: {lesson.tape.provenance()['constructed']} constructed" in said
    assert "no server ever sent them" in said
    assert "prices as of 2026-" in said


def test_a_lesson_that_is_not_there_is_named_with_those_that_are():
    """No KeyError, no empty banner."""
    with pytest.raises(FileNotFoundError, match=f"no lesson '77_nothing'.*Known: .*{LESSONS[0]}"):
        course.start("77_nothing")


def test_all_four_clients_answer_from_a_script_and_share_the_ledger(lesson):
    """Both vendors, both worlds."""
    chat = {"model": "gpt-6-luna", "messages": ASKED["messages"]}

    async def both():
        one = await lesson.async_anthropic(script=echo).messages.create(**ASKED)
        other = await lesson.async_openai(script=echo).chat.completions.create(**chat)
        return one, other

    one = lesson.anthropic(script=echo, label="a").messages.create(**ASKED)
    other = lesson.openai(script=echo).chat.completions.create(**chat)
    third, fourth = asyncio.run(both())
    answer = lesson.openai(script=echo).responses.create(model="gpt-6-luna", input="Hi")

    assert {"You said Hi"} == {one.content[0].text, other.choices[0].message.content, third.content[0].text,
                               fourth.choices[0].message.content, answer.output_text}
    assert isinstance(lesson.anthropic(script=echo), anthropic.Anthropic)
    assert isinstance(lesson.async_openai(script=echo), openai.AsyncOpenAI)
    assert 5 == len(lesson.ledger)
    assert {"a", ""} == {entry.label for entry in lesson.ledger.entries}
    assert {"constructed"} == {entry.provenance for entry in lesson.ledger.entries}


def test_a_ledger_of_ones_own_is_kept_beside_the_lessons(lesson):
    """An empty ledger is falsy, and still used."""
    own = Ledger()
    lesson.anthropic(script=echo, ledger=own).messages.create(**ASKED)
    assert (1, 1) == (len(own), len(lesson.ledger))


def test_a_script_streams_when_asked(lesson):
    """The same reply, as events, for every client."""
    with lesson.anthropic(script=echo).messages.stream(**ASKED) as stream:
        assert "You said Hi" == stream.get_final_text()
    asked = {"model": "gpt-6-luna", "messages": ASKED["messages"], "stream": True}
    chunks = lesson.openai(script=echo).chat.completions.create(**asked)
    assert "You said Hi" == "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    with lesson.openai(script=echo).responses.stream(model="gpt-6-luna", input="Hi") as events:
        assert "You said Hi" == "".join(event.delta for event in events if event.type == "response.output_text.delta")


def test_a_script_enforces_the_documented_rules(lesson):
    """Forced tool choice on the production model is the 400 that the API answers."""
    tool = {"name": "order", "description": "x", "input_schema": {"type": "object", "properties": {}}}
    with pytest.raises(anthropic.BadRequestError, match='type "tool" and "any" are not supported for this model'):
        lesson.anthropic(script=echo).messages.create(**{**ASKED, "model": course.model("production")}, tools=[tool],
                                                      tool_choice={"type": "tool", "name": "order"})


def test_a_script_that_fails_says_so_at_once(lesson):
    """Its own error, not «Connection error» after two retries."""
    def broken(ask):
        raise KeyError("menu")

    clock = VirtualClock()
    with pytest.raises(anthropic.InternalServerError, match="behind this client failed: KeyError: 'menu'"):
        lesson.anthropic(script=broken, clock=clock).messages.create(**ASKED)
    assert 0 == clock.now()
    with pytest.raises(anthropic.InternalServerError, match="it returned str, not a Reply"):
        lesson.anthropic(script=lambda ask: "hello").messages.create(**ASKED)


def test_a_budget_holds_offline_too(lesson):
    """Lesson 01 shows a refusal without a key."""
    with pytest.raises(anthropic.PaymentRequiredError, match="This call was not sent"):
        lesson.anthropic(script=echo, budget=Budget("0.00001")).messages.create(**ASKED)


def test_a_script_that_knows_no_counting_counts_what_it_would_bill(lesson):
    """The guard before a scripted call sees the script's own prompt tokens."""
    counted = lesson.anthropic(script=echo).messages.count_tokens(model=ASKED["model"], messages=ASKED["messages"])
    assert 9 == counted.input_tokens


def test_faults_stand_in_front_of_a_script(lesson):
    """One failure, one answer, on a clock of their own."""
    clock = VirtualClock()
    client = lesson.anthropic(script=echo, faults=["529"], clock=clock)
    assert "You said Hi" == client.messages.create(**ASKED).content[0].text
    assert clock.now() > 0.3


@pytest.mark.parametrize("name", LESSONS)
def test_every_recording_parses_through_the_sdks_own_types(name):
    """Strictly: a field that the SDK does not know of, or of another type, is an error."""
    from anthropic.types import Message, MessageTokensCount
    from openai.types.chat import ChatCompletion
    from openai.types.responses import Response

    types = {"/v1/messages": Message, "/v1/messages/count_tokens": MessageTokensCount,
             "/v1/chat/completions": ChatCompletion, "/v1/responses": Response}
    tape = Tape.load(settings.RECORDINGS / f"{name}.json")
    for entry in tape.entries:
        if not entry.reply.is_stream and entry.reply.status == 200:
            parsed = types[entry.request.path].model_validate(entry.reply.body)
            unknown = set(parsed.model_extra or {}) - {"store"}   # as in the API reference; the SDK's type has it not
            assert set() == unknown, entry.name
    assert tape.entries


@pytest.mark.parametrize("name", LESSONS)
def test_constructed_recordings_are_what_their_scenario_builds(name):
    """The script and the file agree: a recording that was edited by hand is found."""
    from helpers.economics import find_model
    from helpers.scenarios import scenario
    from helpers.wire import rules
    from helpers.wire.scripted import Ask, streamed

    for entry in Tape.load(settings.RECORDINGS / f"{name}.json").entries:
        if entry.provenance.kind == "constructed":
            asked = entry.request
            refused = rules.violation(asked.path, asked.headers, asked.body, find_model)
            built = refused or scenario(name)(Ask(asked, 0.0))
            if asked.body.get("stream"):
                built = streamed(Ask(asked, 0.0), built)
            assert (built.status, built.body) == (entry.reply.status, entry.reply.body), entry.name
            assert built.content() == entry.reply.content(), entry.name


def test_live_needs_more_than_a_key(monkeypatch):
    """A key alone leaves the mode at replay; a typo in COURSE_MODE is named."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "canary")
    assert "replay" == settings.mode()
    monkeypatch.setenv("COURSE_MODE", "lvie")
    with pytest.raises(settings.SettingsError, match="COURSE_MODE is 'lvie'; it must be one of replay, live"):
        settings.mode()


def test_live_says_what_it_may_spend(monkeypatch, capsys):
    """The banner names the ceiling, and the clients share one budget."""
    monkeypatch.setenv("COURSE_MODE", "live")
    monkeypatch.setenv("COURSE_BUDGET_USD", "0.25")
    monkeypatch.setattr(settings, "clock", VirtualClock())
    kernel_budget.cache_clear()
    live = course.start(LESSONS[0])
    said = capsys.readouterr().out
    kernel_budget.cache_clear()

    assert "this kernel spends at most $0.25" in said
    assert Decimal("0.25") == live.budget.left


@pytest.mark.parametrize("wrong", ["nan", "-1", "0,5", "much"])
def test_a_budget_that_is_no_amount_is_refused(monkeypatch, wrong):
    """Never silently unlimited."""
    monkeypatch.setenv("COURSE_BUDGET_USD", wrong)
    with pytest.raises(settings.SettingsError, match="must be an amount in dollars, such as 0.50"):
        settings.budget_usd()


def test_show_gives_source_and_place():
    """Nothing that a lesson uses is hidden."""
    shown = course.show(Budget)
    assert "helpers/wire/budget.py" in shown._repr_markdown_()
    assert "class Budget" in repr(shown)
