"""prefix_diff: the first planted difference, whatever else differs behind it, and what it costs."""

from __future__ import annotations

import copy
import random as randoms
import time

import pytest
from caching_kit import HAIKU, places, request, requests, shuffled, text, tool
from hypothesis import given
from hypothesis import strategies as st

from helpers.caching import BreakpointError, parts_of, prefix_diff

HANDBOOK = "Be brief. " * 50


def block_paths(body):
    """The path of each block, in the order of the prefix."""
    return [part.path for part in parts_of(body) if part.block]


# ---- finding it

@given(requests(), st.data())
def test_the_first_of_several_planted_differences_is_named(body, data):
    """Blocks are changed at random places: the lowest is the one; it is seen at its very character."""
    other = copy.deepcopy(body)
    blocks = places(other)
    planted = data.draw(st.sets(st.integers(0, len(blocks) - 1), min_size=1, max_size=3))
    for place in planted:
        block = blocks[place]
        field = {"text": "text", "tool_use": "name", "tool_result": "content"}.get(block.get("type"), "description")
        block[field] += "!"
    found = prefix_diff(body, other)
    path = block_paths(body)[min(planted)]
    assert found.path.startswith(path + ".")
    assert found.after.endswith("!")
    assert path.split(".")[0] == found.level
    assert f"{found.level}_changed" == found.miss_reason


@given(requests(), requests())
def test_kept_and_lost_breakpoints_are_those_before_and_behind(one, two):
    """Together they are all of the first request's; a difference in tools loses every one."""
    found = prefix_diff(one, two)
    marks = [part for part in parts_of(one) if part.ttl]
    if found is None:
        return
    assert len(marks) == found.kept + found.lost
    assert found.spoils == (found.lost > 0)
    if found.level == "tools":
        assert 0 == found.kept


@given(requests())
def test_a_request_does_not_differ_from_itself_or_from_what_it_grew_into(body):
    """Neither a copy, nor keys in another order, nor a moved breakpoint, nor a message more is a difference."""
    grown = shuffled(copy.deepcopy(body), randoms.Random(0))
    grown["messages"].append({"role": "user", "content": "one more"})
    grown["cache_control"] = {"type": "ephemeral"}
    assert prefix_diff(body, copy.deepcopy(body)) is None
    same_schemas = {**grown, "tools": body["tools"], "messages": [*body["messages"], grown["messages"][-1]]}
    assert prefix_diff(body, same_schemas) is None


def test_a_message_that_is_gone_is_a_difference():
    """Trimming a history, for one."""
    talk = [{"role": "user", "content": "one"}, {"role": "assistant", "content": "two"},
            {"role": "user", "content": "three"}]
    found = prefix_diff({"model": HAIKU, "messages": talk}, {"model": HAIKU, "messages": talk[1:]})
    assert ("messages.0.role", "user", "assistant") == (found.path, found.before, found.after)
    gone = prefix_diff({"model": HAIKU, "messages": talk}, {"model": HAIKU, "messages": talk[:2]})
    assert ("messages.2.content", "(nothing)") == (gone.path, gone.after)


def test_a_string_is_one_text_block_and_neighbours_of_one_role_are_one_turn():
    """The API reads them so."""
    one = {"model": HAIKU, "system": "hi", "messages": [{"role": "user", "content": "a"},
                                                        {"role": "user", "content": [text("b")]}]}
    two = {"model": HAIKU, "system": [text("hi")], "messages": [{"role": "user", "content": [text("a"), text("b")]}]}
    assert prefix_diff(one, two) is None


# ---- what it says

def test_a_time_in_the_system_prompt_is_shown_in_its_window():
    """Both values, cut to the place; how much was equal; what it costs; what it probably is."""
    one, two = (request(text("Hi?"), system=[text(f"{HANDBOOK}It is 09:00:0{n}. {HANDBOOK}", "5m")]) for n in (1, 7))
    found = prefix_diff(one, two)
    assert "system.0.text" == found.path
    assert ("system", "messages") == found.invalidates
    assert len(HANDBOOK) + len("It is 09:00:0") == found.equal_characters == found.character
    assert (0, 1) == (found.kept, found.lost)
    assert """\
system.0.text differs, after 513 equal characters (about 205 tokens):
    …e brief. Be brief. It is 09:00:01. Be brief. Be brief. Be brief.…
    …e brief. Be brief. It is 09:00:07. Be brief. Be brief. Be brief.…
Processed anew: system, then messages. 1 of 1 breakpoints can no longer
be read.
That looks like a time or an id: it belongs behind the last breakpoint.""" == str(found)


def test_tools_in_another_order_are_recognised():
    """The cause that takes longest to find by eye."""
    tools = [tool("zoom"), tool("add", "5m")]
    found = prefix_diff(request(text("Hi?"), tools=tools), request(text("Hi?"), tools=tools[::-1]))
    assert ("tools.0.name", "zoom", "add") == (found.path, found.before, found.after)
    assert ("tools", "system", "messages") == found.invalidates
    assert "The same tools in another order: sort them by name." == found.hint


def test_a_tool_behind_a_marked_one_spoils_that_one_too():
    """Any change to tools invalidates the entire cache, says the page."""
    one = request(text("Hi?", "5m"), tools=[tool("add", "5m"), tool("zoom")])
    found = prefix_diff(one, {**one, "tools": [*one["tools"], tool("new")]})
    assert ("tools.2", "(nothing)", 0, 2) == (found.path, found.before, found.kept, found.lost)


def test_keys_in_another_order_are_recognised_where_they_matter():
    """In a schema and in a call's arguments, which are free JSON; not among a block's own fields."""
    schemas = [{"type": "object", "properties": {"a": {}, "b": {}}}, {"properties": {"b": {}, "a": {}},
                                                                        "type": "object"}]
    one, two = (request(text("Hi?"), tools=[tool("add", input_schema=schema)]) for schema in schemas)
    found = prefix_diff(one, two)
    assert "tools.0.input_schema.properties" == found.path
    assert "The same content in another order: serialise it the same way each time." == found.hint


def test_white_space_is_recognised():
    """One more space at token 3 is another prompt."""
    one, two = (request(text("Hi?"), system=[text(words, "5m")]) for words in ("You are kind.", "You are  kind."))
    assert "Only white space differs." == prefix_diff(one, two).hint


def test_a_new_question_spoils_nothing():
    """It differs, behind the last breakpoint: that is how it should be."""
    one, two = (request(text(words), system=[text(HANDBOOK, "5m")]) for words in ("Hi?", "Ho?"))
    found = prefix_diff(one, two)
    assert (False, 1, 0) == (found.spoils, found.kept, found.lost)
    assert "everything cached before it can be read" in " ".join(str(found).split())


@pytest.mark.parametrize(("one", "two"), [
    ("Now: 09:00", "Now: 09:01"), ("Now: 9:59", "Now: 10:00"), ("at 09:00:01", "at 09:00:07"), ("Monday", "Tuesday"),
    ("2026-11-23", "2026-11-24"), ("ts 1795510807", "ts 1795510808"), ("ts 1795510807001", "ts 1795510807002"),
    ("3f2b8c1e-0d4a-4b6e-9c53-a1b2c3d4e5f6", "3f2b8c1e-0d4a-4b6e-9c53-a1b2c3d4e5f7"),
    ("3f2b8c1e0d4a4b6e9c53a1b2c3d4e5f6", "9f2b8c1e0d4a4b6e9c53a1b2c3d4e5f6")])
def test_a_time_or_an_id_is_recognised_where_the_two_part_in_it(one, two):
    """Clocks, dates, days, seconds, and ids with their dashes or without."""
    bodies = [request(text("Hi?"), system=[text(f"Be brief. {words}. {HANDBOOK}", "5m")]) for words in (one, two)]
    assert "That looks like a time or an id: it belongs behind the last breakpoint." == prefix_diff(*bodies).hint


@pytest.mark.parametrize(("one", "two"), [
    ("Open from 09:00, ask Ann", "Open from 09:00, ask Bob"), ("Until 14:00. We", "Until 14:00, we"),
    ("Ann. Open from 09:00", "Bob. Open from 09:00"), ("Since 2026-11-24: tents", "Since 2026-11-24; tents")])
def test_a_time_that_stands_beside_the_place_is_not_the_cause(one, two):
    """Opening hours near another change are no clock."""
    assert "" == prefix_diff(*(request(text("Hi?"), system=[text(words, "5m")]) for words in (one, two))).hint


@pytest.mark.parametrize("change", [{"thinking": {"type": "disabled"}}, {"output_config": {"effort": "low"}}])
def test_thinking_and_effort_may_start_the_cache_over(change):
    """No promise that tools and system are still read; other settings behind the last breakpoint keep theirs."""
    body = request(text("Hi?"), system=[text(HANDBOOK, "5m")], thinking={"type": "adaptive"})
    found = prefix_diff(body, body | change)
    assert found.restarts
    said = " ".join(str(found).split())
    assert "count on a cache that starts over" in said
    assert "can be read" not in said
    other = prefix_diff(body, body | {"tool_choice": {"type": "none"}})
    assert not other.restarts
    assert "everything cached before it can be read" in " ".join(str(other).split())


@given(requests(), requests())
def test_no_line_breaks_in_a_narrow_notebook(one, two):
    """72 characters, however long the path; the two values stand alone, indented."""
    lines = str(prefix_diff(one, two) or "").splitlines()
    assert all(len(line) <= 72 for line in lines)
    assert len([line for line in lines if line.startswith("    ")]) in (0, 2)


@pytest.mark.parametrize(("body", "words"), [
    ({"messages": ["hi"]}, "messages.0 must be a message, a dict with role and content; got str"),
    ({"messages": "hi"}, "messages must be a list; got str"),
    ({"messages": [{"role": "user", "content": 7}]}, "messages.0.content must be a text or a list of blocks; got int"),
    ({"messages": [{"role": "user", "content": [7]}]}, "messages.0.content.0 must be a block, a dict; got int"),
    ({"tools": {"add": {}}}, "tools must be a list of blocks; got dict"),
    ({"output_config": "low"}, "output_config must be a dict; got str")])
def test_what_is_no_body_is_named(body, words):
    """In words, in place of an AttributeError."""
    with pytest.raises(TypeError, match=words):
        parts_of(body)


@pytest.mark.parametrize("given", [True, "ephemeral", {}, {"type": "persistent"}])
def test_a_breakpoint_that_says_nothing_is_refused(given):
    """On a block, and at the top of the body."""
    with pytest.raises(BreakpointError, match=r"^system.0.cache_control: must be \{'type': 'ephemeral'\}"):
        parts_of({"system": [{"type": "text", "text": "hi", "cache_control": given}]})
    with pytest.raises(BreakpointError, match=r"^cache_control: must be"):
        parts_of({"system": "hi", "cache_control": given})


def test_without_a_breakpoint_nothing_was_cached():
    """The second mistake hides the first."""
    assert "Nothing was cached: the first request has no breakpoint." in str(prefix_diff(request(text("a")),
                                                                                          request(text("b"))))


def test_settings_spoil_from_their_level_on():
    """Another model spoils all; speed and output format the system prompt; tool_choice, thinking, effort, messages."""
    body = request(text("Hi?", "5m"), tools=[tool("add", "5m")], system=[text("hi", "5m")])
    for change, level, kept in [({"model": "claude-sonnet-5-5"}, "model", 0), ({"speed": "fast"}, "system", 1),
                                ({"output_config": {"format": {"type": "json_schema"}}}, "system", 1),
                                ({"tool_choice": {"type": "any"}}, "messages", 2),
                                ({"thinking": {"type": "disabled"}}, "messages", 2),
                                ({"output_config": {"effort": "low"}}, "messages", 2)]:
        found = prefix_diff(body, {**body, **change})
        assert (level, kept, 3 - kept) == (found.level, found.kept, found.lost), change


def test_saying_a_default_is_saying_nothing():
    """The model's own effort, standard speed, the automatic tool choice."""
    body = request(text("Hi?"))
    assert prefix_diff(body, {**body, "output_config": {"effort": "medium"}, "speed": "standard",
                              "tool_choice": {"type": "auto"}}) is None


def test_a_new_picture_spoils_all_messages_from_the_first_on():
    """Adding or removing images anywhere affects all message blocks."""
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aa"}}
    found = prefix_diff(request(text("a", "5m")), request(text("a"), image))
    assert ("images", "messages", True) == (found.path, found.level, found.spoils)
    words = request(text("'type': 'image'", "5m"))
    assert prefix_diff(words, copy.deepcopy(words)) is None


# ---- time

def test_it_takes_linear_time():
    """Four times as much to compare takes about four times as long."""
    def seconds(size):
        one = request(*(text(f"block {n} " * 20) for n in range(size)), text("end", "5m"))
        two = copy.deepcopy(one)
        two["messages"][0]["content"][-1]["text"] = "END"
        best = []
        for _ in range(3):
            began = time.perf_counter()
            assert prefix_diff(one, two) is not None
            best.append(time.perf_counter() - began)
        return min(best)

    seconds(100)
    assert seconds(4000) < 10 * seconds(1000)
