"""The chat as a lesson shows it: live, as a picture, and in words that never change."""

from __future__ import annotations

import base64
import struct
import subprocess
import sys

import pytest

from helpers.views import chat
from helpers.views._explore import WIDGET

ipywidgets = pytest.importorskip("ipywidgets")
pytest.importorskip("ipyreact")
SHOWN = {"page": chat.chat_page, "react": chat.react_chat}
both = pytest.mark.parametrize("show", SHOWN.values(), ids=SHOWN)


def alive():
    """How many ipywidgets this process holds."""
    return len(ipywidgets.widgets.widget._instances)


@both
def test_it_is_live_and_carries_a_picture_and_words(show):
    """One output, three faces: what runs, what is printed, what is read."""
    faces = show("/proxy/49152/")._repr_mimebundle_()
    assert {WIDGET, "image/png", "text/plain"} == set(faces)
    assert faces["text/plain"] == str(show("/proxy/1/"))
    width, height = struct.unpack(">II", base64.b64decode(faces["image/png"])[16:24])
    assert 700 <= width <= 800
    assert 200 <= height <= 500
    assert len(base64.b64decode(faces["image/png"])) < 80_000


@both
def test_words_and_picture_name_no_port_and_no_time(show):
    """The saved output is the same in each run, and no measurement."""
    faces = [show(url)._repr_mimebundle_() for url in ("http://127.0.0.1:49152/", "/user/ada/proxy/50000/")]
    assert 1 == len({(face["text/plain"], face["image/png"]) for face in faces})
    assert "constructed" in faces[0]["text/plain"]
    assert not any(letter.isdigit() for letter in faces[0]["text/plain"])


def test_the_frame_shows_the_url_and_the_component_gets_it():
    """The widget's own state, as it goes to the browser."""
    page, react = chat.chat_page("/proxy/7/", height=300), chat.react_chat("http://localhost:7")
    page._repr_mimebundle_()
    react._repr_mimebundle_()
    assert '<iframe src="/proxy/7/" title="Chat page"' in page._widget.value
    assert "height:300px" in page._widget.value
    component = react._widget.children[1]
    assert {"url": "http://localhost:7/chat"} == component.props
    assert f'from "{chat.MODULE}"' in component._esm
    assert "./chat.js" not in component._esm


@both
@pytest.mark.parametrize("missing", ["ipywidgets", "ipyreact"])
def test_without_the_packages_picture_and_words_remain(show, missing, monkeypatch):
    """A kernel without them still says what there is to see."""
    monkeypatch.setitem(sys.modules, missing, None)
    faces = show("/proxy/7/")._repr_mimebundle_()
    if (show, missing) != (chat.chat_page, "ipyreact"):
        assert {"image/png", "text/plain"} == set(faces)


@both
def test_showing_it_again_takes_the_earlier_one_away(show):
    """A cell that runs twice, or closes, leaves no more widgets than a cell that runs once."""
    show("/proxy/1/")._repr_mimebundle_()
    before = alive()
    again = show("/proxy/2/")
    again._repr_mimebundle_()
    again._repr_mimebundle_()
    assert before == alive()
    again.close()
    assert alive() < before


@pytest.mark.parametrize("url", ["https://chat.example/", "javascript:alert(1)", "", None])
def test_an_address_elsewhere_is_refused(url):
    """Only this machine's chat, or one behind this JupyterLab."""
    with pytest.raises(ValueError, match="pass server.browser_url"):
        chat.chat_page(url)


def test_a_url_can_not_break_out_of_its_attribute():
    """Quotes are escaped."""
    page = chat.chat_page('/proxy/7/" onload="alert(1)')
    page._repr_mimebundle_()
    assert 'onload="alert' not in page._widget.value


@pytest.mark.parametrize("module", ["helpers.views.chat", "helpers.chat_app", "helpers.chat_app.serving",
                                    "helpers.chat_app.probing", "helpers.chat_app.leaving"])
def test_importing_it_imports_nothing_heavy(module):
    """FastAPI, SDK and widgets come with the first use."""
    heavy = ("ipywidgets", "ipyreact", "fastapi", "uvicorn", "anthropic", "httpx2", "pydantic", "starlette")
    code = f"import sys, {module}; print([m for m in {heavy} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]" == run.stdout.strip()
