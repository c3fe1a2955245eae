"""Progress: whatever is in the file, whatever the disk does, recording an event never stops a lesson."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from helpers.classroom import progress
from helpers.classroom.event import LONGEST_REPR
from helpers.settings import ROOT

NINE = datetime(2026, 11, 23, 9, 0, 0, 999_999, tzinfo=UTC)
PASSED = '{"at": "2026-11-23T09:00:00Z", "kind": "check", "item": "01-1", "outcome": "passed"}'


@pytest.fixture
def log(tmp_path):
    """An empty log whose clock stands at nine."""
    return progress.Log(tmp_path / "home", now=lambda: NINE)


@pytest.fixture(autouse=True)
def _untold(monkeypatch):
    """A kernel that has not said anything yet."""
    monkeypatch.setattr(progress, "_told", False)


def write(log, content):
    """Put bytes into the log's file."""
    log.folder.mkdir(exist_ok=True)
    log.file.write_bytes(content if isinstance(content, bytes) else content.encode())


def fail_with(monkeypatch, error):
    """Every opening of a file by the module fails from now on."""
    def refuse(*_, **__):
        raise error

    monkeypatch.setattr(progress, "open", refuse, raising=False)


# ---- one event, one line

def test_an_event_is_one_line_of_json(log):
    """The file can be read by eye: time first, then kind and item, then the rest."""
    log.record("check", "01-1", outcome="passed", problems=[])

    assert (b'{"at": "2026-11-23T09:00:00Z", "kind": "check", "item": "01-1", "outcome": "passed", "problems": []}\n'
            == log.file.read_bytes())


def test_what_was_recorded_comes_back(log):
    """Kind, item, time in UTC without its fraction, and the data."""
    log.record("quiz", "01-q2", right=True, choice="ü\n\u2028")

    assert [progress.Event("quiz", "01-q2", datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
                           {"right": True, "choice": "ü\n\u2028"})] == log.events()


def test_time_is_kept_in_utc(tmp_path):
    """A clock of another zone is converted."""
    east = datetime(2026, 11, 23, 14, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    log = progress.Log(tmp_path, now=lambda: east)
    log.record("open", "01")

    assert "2026-11-23T09:00:00+00:00" == log.events()[0].at.isoformat()


def test_events_come_oldest_first_and_by_kind_and_item(log):
    """`of` narrows without changing the order."""
    for kind, item in (("quiz", "01-q1"), ("hint", "01-1"), ("quiz", "01-q2"), ("quiz", "01-q1")):
        log.record(kind, item)

    assert ["quiz", "hint", "quiz", "quiz"] == [event.kind for event in log.events()]
    assert ["01-q1", "01-q2", "01-q1"] == [event.item for event in log.of("quiz")]
    assert 2 == len(log.of("quiz", "01-q1"))
    assert [] == log.of("quiz", "")


class Odd:
    """An object that JSON doesn't know."""

    def __repr__(self):
        return "odd " * 1_000


class Hostile(dict):
    """A dict that can't even be looked at."""

    def items(self):
        raise RuntimeError("no")

    __repr__ = __iter__ = items


DEEP = []
for _ in range(100_000):
    DEEP = [DEEP]


@pytest.mark.parametrize("value", [Odd(), {1, 2}, float("nan"), [float("inf")], 10**5_000, Hostile(a=1), b"bytes", DEEP,
                                   type, {"k": Odd()}, {(1, 2): 3}],
                         ids=lambda value: type(value).__name__)
def test_data_that_is_no_json_is_kept_as_a_short_repr(log, value):
    """The event is there, its line is short, and nothing raises."""
    log.record("predict", "01-p1", guess=value)

    (event,) = log.events()
    assert isinstance(event.data["guess"], str)
    assert len(event.data["guess"]) <= LONGEST_REPR


def test_half_a_surrogate_pair_survives(log):
    """A learner may print broken text; it is written as JSON writes it."""
    log.record("predict", "01-p1", guess="\\ \ud83d")

    assert "\\ \ud83d" == log.events()[0].data["guess"]


def test_the_course_keeps_the_names_at_kind_and_item(log):
    """Data called `at` does not change when an event happened."""
    log.record("open", "01", at="yesterday")

    assert datetime(2026, 11, 23, 9, 0, tzinfo=UTC) == log.events()[0].at


# ---- torn and foreign lines

@pytest.mark.parametrize("torn", ['{"at": "2026-11-23T09:0', "{", PASSED[:-1], "\xff", "garbage"])
def test_a_torn_last_line_is_skipped_and_does_not_swallow_the_next_event(log, torn):
    """A power cut costs the event that was being written, and no other."""
    write(log, f"{PASSED}\n{torn}")
    assert 1 == len(log.events())

    log.record("hint", "01-1", level=1)

    assert ["check", "hint"] == [event.kind for event in log.events()]
    assert f"{PASSED}\n{torn}\n".encode() == log.file.read_bytes()[: len(f"{PASSED}\n{torn}\n".encode())]


def test_a_whole_last_line_without_its_end_counts(log):
    """An editor may have dropped the last line's end: the event stays, and stays one."""
    write(log, PASSED)
    log.record("hint", "01-1")

    assert ["check", "hint"] == [event.kind for event in log.events()]


FOREIGN = [
    b"", b"\r", b"[]", b"null", b'"text"', b"5", b"NaN", b"{}", b"\xff\xfe\x00", b"\x00" * 64, b"[" * 100_000,
    b'{"kind": "check"}', b'{"at": "2026-11-23T09:00:00Z"}', b'{"at": "2026-11-23T09:00:00Z", "kind": ""}',
    b'{"at": "2026-11-23T09:00:00Z", "kind": 5}', b'{"at": "2026-11-23T09:00:00Z", "kind": "check", "item": 5}',
    b'{"at": "yesterday", "kind": "check"}', b'{"at": 5, "kind": "check"}', b'{"at": null, "kind": "check"}',
    b'{"at": "2026-11-23T09:00:00", "kind": "check"}', b'{"at": "0001-01-01T00:00:00+05:00", "kind": "check"}',
    b'{"at": "2026-11-23T09:00:00Z", "kind": "check", "score": NaN}',
    b'{"at": "2026-11-23T09:00:00Z", "kind": "check", "n": ' + b"9" * 5_000 + b"}",
    '{"at": "2026-11-23T09:00:00Z", "kind": "check"}'.encode("utf-16"),
]


@pytest.mark.parametrize("line", FOREIGN, ids=lambda line: repr(line[:60]))
def test_a_line_that_is_no_event_is_skipped(log, line):
    """Its neighbours are read all the same."""
    write(log, PASSED.encode() + b"\n" + line + b"\n" + PASSED.encode() + b"\n")

    assert ["check", "check"] == [event.kind for event in log.events()]


def test_a_file_that_went_through_a_windows_editor_is_read(log):
    """A byte order mark, and carriage returns."""
    write(log, b"\xef\xbb\xbf" + f"{PASSED}\r\n{PASSED}\r\n".encode())

    assert 2 == len(log.events())


def test_a_huge_line_is_read_like_any_other(log):
    """Two megabytes in one value."""
    log.record("predict", "01-p1", guess="x" * 2_000_000)

    assert 2_000_000 == len(log.events()[0].data["guess"])


pieces = st.one_of(
    st.binary(max_size=60), st.sampled_from([PASSED.encode(), PASSED.encode()[:30], b"\n", b"\r\n", *FOREIGN[:10]]),
    st.dictionaries(st.sampled_from(["at", "kind", "item", "x"]),
                    st.one_of(st.text(max_size=9), st.floats(), st.integers(), st.datetimes().map(str), st.none()),
                    ).map(lambda found: json.dumps(found).encode()))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.lists(pieces).flatmap(lambda found: st.sampled_from([b"", b"\n"]).map(lambda end: end.join(found))))
@example(content=PASSED.encode())
@example(content=b"[" * 100_000)
def test_whatever_is_in_the_file_an_event_more_is_an_event_more(log, content):
    """`events` gives well-formed events only, and `record` then adds exactly one, its own."""
    write(log, content)
    before = log.events()
    for event in before:
        assert event.kind
        assert {str} == {type(event.kind), type(event.item)}
        assert timedelta(0) == event.at.utcoffset()
        assert dict is type(event.data)

    log.record("exit", "01", said="done")

    after = log.events()
    assert before == after[:-1]
    assert progress.Event("exit", "01", NINE.replace(microsecond=0), {"said": "done"}) == after[-1]
    assert log.file.read_bytes().startswith(content)


# ---- where it can't be written

def test_a_file_in_the_folders_place_is_said_once_and_costs_nothing(tmp_path, capsys):
    """Events stay for the kernel's life; one notice says what, what it means and what to do, and no path."""
    (tmp_path / "home").write_text("a file")
    log = progress.Log(tmp_path / "home")

    for item in ("01-1", "01-2"):
        log.record("check", item)

    assert ["01-1", "01-2"] == [event.item for event in log.events()]
    said, error = capsys.readouterr()
    assert ("Your progress can't be saved: where the folder home should be, there is a file. It is kept\n"
            "until this kernel ends. Move that file away, and the next step saves all of it; or name\n"
            "another folder in COURSE_HOME and restart the kernel. Everything else works as before.\n") == said
    assert "" == error


@pytest.mark.parametrize(("error", "words"), [
    (PermissionError(errno.EACCES, "x"), "the folder home can't be written."),
    (OSError(errno.EROFS, "x"), "the folder home can't be written."),
    (OSError(errno.ENOSPC, "x"), "the disk of the folder home is full."),
    (OSError(errno.EIO, "x"), "writing into the folder home failed (OSError)."),
    (ValueError("embedded null byte"), "writing into the folder home failed (ValueError)."),
])
def test_each_cause_is_named(log, monkeypatch, capsys, error, words):
    """Whatever opening the file raises."""
    fail_with(monkeypatch, error)
    log.record("check", "01-1")

    assert words in " ".join(capsys.readouterr().out.split())
    assert 1 == len(log.events())


def test_two_logs_complain_once_together(tmp_path, monkeypatch, capsys):
    """Once in a kernel, however many folders were tried."""
    fail_with(monkeypatch, OSError(errno.EROFS, "x"))
    progress.Log(tmp_path / "a").record("check", "01-1")
    progress.Log(tmp_path / "b").record("check", "01-1")

    assert 1 == capsys.readouterr().out.count("Your progress")


def test_what_waited_is_saved_when_the_disk_has_room_again(log, monkeypatch):
    """In order, and once."""
    with monkeypatch.context() as full:
        fail_with(full, OSError(errno.ENOSPC, "x"))
        log.record("check", "01-1")
        log.record("check", "01-2")

    log.record("check", "01-3")

    assert ["01-1", "01-2", "01-3"] == [event.item for event in log.events()]
    assert ["01-1", "01-2", "01-3"] == [event.item for event in progress.Log(log.folder).events()]


@pytest.mark.parametrize("step", ["seek", "read", "write", "close"])
def test_an_error_at_any_step_loses_no_event(log, monkeypatch, step):
    """Between opening and closing, too; where the line had been written already, it is there once."""
    log.record("open", "01")

    class Failing:
        def __init__(self, *args, **kwargs):
            self.file = open(*args, **kwargs)  # noqa: SIM115

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.file.close()
            if step == "close":
                raise OSError(errno.EIO, "close")

        def __getattr__(self, name):
            def fail(*_):
                raise OSError(errno.EIO, name)

            return fail if name == step else getattr(self.file, name)

    with monkeypatch.context() as broken:
        broken.setattr(progress, "open", Failing, raising=False)
        log.record("check", "01-1")
        assert ["01", "01-1"] == [event.item for event in log.events()]
    log.record("check", "01-2")

    assert ["01", "01-1", "01-2"] == [event.item for event in progress.Log(log.folder).events()]


def test_a_line_that_a_full_disk_cut_is_written_again(log, monkeypatch):
    """Half of it is on the disk: the next write puts a line end after it, then the whole line."""
    class Short:
        def __init__(self, *args, **kwargs):
            self.file = open(*args, **kwargs)  # noqa: SIM115

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.file.close()

        def seek(self, *args):
            return self.file.seek(*args)

        def write(self, line):
            return self.file.write(line[: len(line) // 2])

    with monkeypatch.context() as full:
        full.setattr(progress, "open", Short, raising=False)
        log.record("check", "01-1")
        assert ["01-1"] == [event.item for event in log.events()]
    log.record("check", "01-2")

    assert ["01-1", "01-2"] == [event.item for event in progress.Log(log.folder).events()]


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root and Windows write into any folder")
def test_a_folder_without_the_right_to_write_is_survived(tmp_path, capsys):
    """The real thing, where the tests don't run as root."""
    tmp_path.chmod(0o500)
    log = progress.Log(tmp_path / "home")
    log.record("check", "01-1")
    tmp_path.chmod(0o700)

    assert 1 == len(log.events())
    assert "can't be written" in capsys.readouterr().out


def test_a_notice_that_can_t_be_printed_is_dropped(log, monkeypatch):
    """Standard output may be closed."""
    fail_with(monkeypatch, OSError(errno.ENOSPC, "x"))
    monkeypatch.setattr("builtins.print", lambda *_: (_ for _ in ()).throw(ValueError("closed")))
    log.record("check", "01-1")

    assert 1 == len(log.events())


# ---- today's log

def test_the_folder_is_looked_up_each_time(tmp_path, monkeypatch):
    """Another COURSE_HOME is another log; coming back finds the first one as it was."""
    for home in ("a", "b", "a"):
        monkeypatch.setenv("COURSE_HOME", str(tmp_path / home))
        progress.record("open", home)

    assert tmp_path / "a" == progress.folder()
    assert ["a", "a"] == [event.item for event in progress.events()]
    assert 2 == len(progress.of("open", "a"))
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "b"))
    assert ["b"] == [event.item for event in progress.events()]


def test_without_a_setting_progress_lies_in_the_project_and_git_ignores_it(monkeypatch):
    """A relative COURSE_HOME counts from the project, too: a kernel's own folder is work/."""
    monkeypatch.setenv("COURSE_HOME", "")
    assert ROOT / "progress" == progress.folder()
    monkeypatch.setenv("COURSE_HOME", "mine")
    assert ROOT / "mine" == progress.folder()
    assert "progress/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()


def test_a_broken_env_file_does_not_stop_progress(monkeypatch):
    """The banner complains about it; this goes on in the usual folder."""
    def broken(*_):
        raise progress.settings.SettingsError(".env is not UTF-8 text.")

    monkeypatch.setattr(progress.settings, "setting", broken)
    assert ROOT / "progress" == progress.folder()


def test_reading_makes_no_folder(tmp_path, monkeypatch):
    """A lesson that is only read leaves nothing behind."""
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "home"))
    assert [] == progress.events()
    assert not (tmp_path / "home").exists()


def test_two_kernels_may_append_at_once(tmp_path):
    """No line of one is lost or mixed with one of the other."""
    code = ("from helpers.classroom import progress\n"
            "import sys\n"
            "for n in range(300):\n"
            "    progress.record('check', f'{sys.argv[1]}-{n}', text='x' * 500)\n")
    environment = os.environ | {"COURSE_HOME": str(tmp_path)}
    kernels = [subprocess.Popen([sys.executable, "-c", code, name], cwd=ROOT, env=environment) for name in "ab"]

    assert [0, 0] == [kernel.wait(60) for kernel in kernels]
    items = [event.item for event in progress.Log(tmp_path).events()]
    assert [f"a-{n}" for n in range(300)] == [item for item in items if item[0] == "a"]
    assert [f"b-{n}" for n in range(300)] == [item for item in items if item[0] == "b"]
