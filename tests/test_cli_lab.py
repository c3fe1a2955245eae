"""`make lab`: which port, which settings, which lesson, and what is saved."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest

from helpers.cli import lab, lessons, process, saving
from helpers.cli.environment import Environment
from helpers.cli.stop import Stop


def test_without_a_wish_the_first_free_port_from_8888_on_is_taken():
    """JupyterLab itself looks further when a port is taken."""
    assert lab.asked_port("") is None

    flags = lab.settings(None)

    assert "--ServerApp.port=8888" in flags
    assert "--ServerApp.port_retries=50" in flags


def test_a_wished_port_is_that_port_and_no_other():
    """A learner who names a port has a reason: no other one is taken instead."""
    with socket.socket() as probe:
        probe.bind((lab.HOST, 0))
        free = probe.getsockname()[1]

    assert lab.asked_port(str(free)) == free
    assert f"--ServerApp.port={free}" in lab.settings(free)
    assert "--ServerApp.port_retries=0" in lab.settings(free)


def test_a_wished_port_that_is_taken_is_one_line():
    """It says which, and the three ways on."""
    with socket.socket() as other:
        other.bind((lab.HOST, 0))
        other.listen()
        taken = other.getsockname()[1]

        with pytest.raises(Stop) as stop:
            lab.asked_port(str(taken))

    assert str(stop.value).startswith(f"Port {taken} is taken")
    assert "choose another PORT, or leave PORT out" in str(stop.value)
    assert "\n" not in str(stop.value)


@pytest.mark.parametrize("text", ["abc", "0", "65536", "-1", "88.5", "٨٨٨٨", "8888 "])
def test_what_is_no_port_is_said_so(text):
    """A typing error is not passed on to JupyterLab."""
    with pytest.raises(Stop, match="is no port: expected a whole number from 1 to 65535"):
        lab.asked_port(text)


def test_jupyterlab_stays_on_this_machine_and_fetches_nothing():
    """Loopback only, no news, no look for updates, no extension registry; the learner's settings stay."""
    flags = dict(flag.removeprefix("--").split("=", 1) for flag in lab.settings(None) if "=" in flag)

    assert "127.0.0.1" == flags["ServerApp.ip"]
    assert "readonly" == flags["LabApp.extension_manager"]
    assert flags["LabApp.check_for_updates_class"].endswith("NeverCheckForUpdate")
    overrides = json.loads((Path(flags["LabApp.app_settings_dir"]) / "overrides.json").read_text(encoding="utf-8"))
    assert {"fetchNews": "false", "checkForUpdates": False} == overrides["@jupyterlab/apputils-extension:notification"]
    assert Path(flags["LabApp.workspaces_dir"]).is_relative_to(lab.WORK)


def test_jupyterlab_knows_every_flag():
    """Each flag is a setting that this version of JupyterLab or its server has: a misspelt one would be ignored."""
    from jupyter_server.serverapp import ServerApp
    from jupyter_server.services.contents.manager import ContentsManager
    from jupyterlab.labapp import LabApp
    from traitlets.config import Application
    from traitlets.utils.importstring import import_item

    known = {kind.__name__: kind.class_traits(config=True)
             for kind in (Application, ServerApp, ContentsManager, LabApp)}
    for flag in [*lab.settings(None), *lab.opening(Path("01_x.ipynb"))]:
        if "=" in flag:
            kind, setting = flag.removeprefix("--").split("=", 1)[0].split(".")
            assert setting in known[kind], flag
    flags = dict(flag.removeprefix("--").split("=", 1) for flag in lab.settings(None) if "=" in flag)
    assert callable(import_item(flags["ContentsManager.pre_save_hook"]))
    assert callable(import_item(flags["LabApp.check_for_updates_class"]))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no root")
@pytest.mark.parametrize(("user", "allowed"), [(0, True), (1000, False)])
def test_root_is_allowed_where_the_learner_is_root(user, allowed, monkeypatch):
    """In a container the learner often is root, and JupyterLab would refuse to start; anybody else stays unflagged."""
    monkeypatch.setattr(os, "geteuid", lambda: user)

    assert ("--allow-root" in lab.settings(None)) is allowed


def test_the_first_lesson_is_opened_or_the_one_asked_for():
    """What is opened is the learner's copy; without any lesson, JupyterLab's start page."""
    every = [Path("notebooks/00_start_here.ipynb"), Path("notebooks/01_token_economics.ipynb")]

    assert ["--LabApp.default_url=/lab/tree/work/00_start_here.ipynb"] == lab.opening(every=every)
    assert ["--LabApp.default_url=/lab/tree/work/01_token_economics.ipynb"] == lab.opening(every[1], every)
    assert [] == lab.opening(every=[])


def test_lab_becomes_jupyterlab_with_what_it_does_not_know_itself(tmp_path, monkeypatch, capsys):
    """The learner hears of newer lessons first; unknown flags go on to JupyterLab."""
    started = []
    monkeypatch.setattr(lab, "ready", lambda kind: Environment(tmp_path))
    monkeypatch.setattr(lessons, "copy_new", lambda: ["A newer lesson is here."])
    monkeypatch.setattr(process, "replace", lambda command, environment: started.append(command) or 0)
    monkeypatch.chdir(tmp_path)

    assert 0 == lab.main(["--no-browser"])

    assert ["-m", "jupyterlab"] == started[0][1:3]
    assert "--no-browser" == started[0][-1]
    assert capsys.readouterr().out.startswith("A newer lesson is here.\n")


def test_a_taken_port_is_said_before_anything_is_set_up(monkeypatch):
    """Half a minute of set-up and then a refusal would be unkind."""
    monkeypatch.setattr(lab, "ready", lambda kind: pytest.fail("set up before the port was looked at"))

    with pytest.raises(Stop, match="is no port"):
        lab.main(["--port", "x"])


def test_a_saved_copy_keeps_picture_and_text_and_loses_the_widget():
    """A widget's entry is dead once its kernel is: a reopened copy shows the picture that stands beside it."""
    bundle = {"application/vnd.jupyter.widget-view+json": {"model_id": "a"}, "image/png": "iVBOR", "text/plain": "7"}
    cell = {"cell_type": "code", "metadata": {}, "source": "", "execution_count": 1,
            "outputs": [{"output_type": "display_data", "data": bundle, "metadata": {}}]}
    model = {"type": "notebook", "content": {"metadata": {"widgets": {}}, "cells": [cell]}}

    saving.strip_on_save(model, path="work/01.ipynb", contents_manager=None)

    assert {"image/png": "iVBOR", "text/plain": "7"} == model["content"]["cells"][0]["outputs"][0]["data"]
    assert "widgets" not in model["content"]["metadata"]


@pytest.mark.parametrize("model", [{"type": "file", "content": "text"}, {"type": "directory"}, {"type": "notebook"}])
def test_other_files_are_saved_as_they_are(model):
    """The hook sees every file that JupyterLab saves."""
    before = dict(model)

    saving.strip_on_save(model, path="notes.txt")

    assert model == before
