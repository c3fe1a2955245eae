"""One notebook open in JupyterLab: run it, move its widgets, look at it, measure it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lab import Lab
    from playwright.sync_api import Browser, Locator

SHOTS = Path(__file__).with_name("shots")
WIDE, PROJECTOR = (1300, 900), (1024, 768)
PATIENCE_MS = 90_000

_IDLE = "() => document.querySelector('#jp-main-statusbar')?.textContent.includes('| Idle')"
_EXPECT_RUN = """() => {          // a run shows first as a star in a prompt, which may be gone again very soon
    window.courseStarted = false;
    const look = () => [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].some(
        prompt => prompt.textContent.includes('*')) && (window.courseStarted = true);
    new MutationObserver(look).observe(document.querySelector('.jp-NotebookPanel'),
                                       {subtree: true, childList: true, characterData: true});
}"""
_ALL_RAN = """() => window.courseStarted && [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].every(
    prompt => prompt.textContent.trim() === '' || /^\\[\\d+\\]:$/.test(prompt.textContent.trim()))"""
_WATCH = """(cell) => {   // notes when the next key goes down and when all that it changes is on the screen
    const pictures = [...cell.querySelectorAll('img.widget-image')];
    const words = [...cell.querySelectorAll('.widget-html-content')];
    const faces = () => words.map(w => w.innerHTML).join('|');      // the kernel sends words after pictures
    const before = faces();
    window.courseKey = window.courseSeen = null;
    cell.addEventListener('keydown', () => { window.courseKey = performance.now(); }, {once: true, capture: true});
    const look = () => {
        if (window.courseKey !== null && faces() !== before && pictures.every(p => p.complete)) {
            window.courseSeen = performance.now();
        } else { requestAnimationFrame(look); }
    };
    requestAnimationFrame(look);
}"""


class Notebook:
    """A copy of *path*, open in a page of its own; collects console errors and requests that leave this machine."""

    def __init__(self, browser: Browser, lab: Lab, path: Path, size: tuple[int, int] = WIDE) -> None:
        self.console_errors: list[str] = []
        self.outside_requests: list[str] = []
        self._stem, self._size, self._lab, self._name = path.stem, size, lab, lab.copy(path)
        self.page = browser.new_page(viewport={"width": size[0], "height": size[1]})
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.console_errors.append(str(error)))
        self.page.on("request", self._asked)
        self.page.goto(lab.url(self._name), wait_until="domcontentloaded")
        self.page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=PATIENCE_MS)
        self.page.wait_for_function(_IDLE, timeout=PATIENCE_MS)   # a run before the kernel is connected is lost

    def close(self) -> None:
        """Close the page and end the kernel."""
        self.page.close()
        self._lab.end_kernel(self._name)

    def _heard(self, message: Any) -> None:
        if message.type == "error":
            self.console_errors.append(message.text)

    def _asked(self, request: Any) -> None:
        if not request.url.startswith(("data:", "blob:", "http://127.0.0.1:", "ws://127.0.0.1:")):
            self.outside_requests.append(request.url)

    def run_all(self) -> None:
        """Run > Run All Cells, and wait until each has its number and the kernel rests."""
        self.page.evaluate(_EXPECT_RUN)
        self.page.click('.lm-MenuBar-itemLabel:text-is("Run")')
        self.page.click('.lm-Menu-itemLabel:text-is("Run All Cells")')
        self.page.mouse.move(self._size[0] / 2, 2)
        self.page.wait_for_function(_ALL_RAN, timeout=PATIENCE_MS)
        self.page.wait_for_function(_IDLE, timeout=PATIENCE_MS)
        self.page.wait_for_timeout(300)

    def cell(self, text: str) -> Locator:
        """The code cell that has *text* in its source."""
        return self.page.locator(".jp-CodeCell", has=self.page.locator(".jp-InputArea", has_text=text)).first

    def slider(self, label: str) -> Locator:
        """The handle of the slider with this label."""
        return self._slider_box(label).locator(".noUi-handle")

    def readout(self, label: str) -> str:
        """The number that a slider shows."""
        return self._slider_box(label).locator(".widget-readout").inner_text()

    def _slider_box(self, label: str) -> Locator:
        name = self.page.locator(f'.widget-label:text-is("{label}")')
        return self.page.locator(".widget-hslider", has=name).first

    def drag(self, handle: Locator, pixels: int) -> None:
        """Take a slider's handle with the mouse and let go *pixels* to the right."""
        handle.scroll_into_view_if_needed()
        box = handle.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(x + pixels, y, steps=8)
        self.page.mouse.up()
        self.page.wait_for_timeout(500)

    def key_to_picture_ms(self, cell: Locator, handle: Locator, key: str) -> float | None:
        """Press *key* on a slider: milliseconds until the cell shows another picture; None if it never does."""
        handle.focus()
        self.page.evaluate(_WATCH, cell.element_handle())
        self.page.keyboard.press(key)
        try:
            self.page.wait_for_function("() => window.courseSeen !== null", timeout=3_000)
        except Exception as error:       # playwright's own class, which importing here would make a must
            if "Timeout" not in type(error).__name__:
                raise
            return None
        return self.page.evaluate("() => window.courseSeen - window.courseKey")

    def move_every_slider(self) -> dict[str, bool]:
        """Press a key on each slider and press it back: label -> whether its cell showed something else."""
        moved = {}
        for box in self.page.locator(".widget-hslider").all():
            # From the slider up: in `has=` its number would count within each cell, not in the page.
            cell = box.locator("xpath=ancestor::*[contains(concat(' ', @class, ' '), ' jp-CodeCell ')][1]")
            handle = box.locator(".noUi-handle")
            now, end = (float(handle.get_attribute(name)) for name in ("aria-valuenow", "aria-valuemax"))
            there, back = ("ArrowRight", "ArrowLeft") if now < end else ("ArrowLeft", "ArrowRight")
            label = box.locator(".widget-label").inner_text()
            moved[label] = self.key_to_picture_ms(cell, handle, there) is not None
            self.key_to_picture_ms(cell, handle, back)
        return moved

    def pictures(self) -> list[dict[str, Any]]:
        """Every picture in an output: its `width`, `height` and whether it `shows`."""
        return self.page.evaluate("""() => [...document.querySelectorAll('.jp-OutputArea img')].map(
            p => ({width: p.naturalWidth, height: p.naturalHeight, shows: p.complete && p.naturalWidth > 0}))""")

    def errors(self) -> dict[int, str]:
        """What stands in the error outputs and on stderr, by the place of the code cell (from 0)."""
        found = self.page.evaluate("""() => [...document.querySelectorAll('.jp-CodeCell')].map(
            cell => [...cell.querySelectorAll('[data-mime-type="application/vnd.jupyter.stderr"],'
                + '[data-mime-type="application/vnd.jupyter.error"]')].map(e => e.textContent).join(''))""")
        return {place: text for place, text in enumerate(found) if text}

    def broken_widgets(self) -> int:
        """Outputs that ask for a widget whose kernel is gone."""
        return self.page.get_by_text("Error displaying widget").count()

    def too_wide(self) -> list[str]:
        """Outputs that would need a horizontal scroll bar."""
        return self.page.evaluate("""() => [...document.querySelectorAll('.jp-OutputArea-output')]
            .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent.slice(0, 80))""")

    def shoot(self, name: str, size: tuple[int, int] | None = None) -> Path:
        """A picture of the whole notebook at this width, into tests/browser/shots (git ignores it)."""
        width, height = size or self._size
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.wait_for_timeout(400)
        full = self.page.evaluate("() => document.querySelector('.jp-WindowedPanel-outer')?.scrollHeight ?? 0")
        self.page.set_viewport_size({"width": width, "height": min(max(height, full + 140), 16_000)})
        self.page.evaluate("() => { document.querySelector('.jp-WindowedPanel-outer').scrollTop = 0; }")
        self.page.wait_for_timeout(600)
        SHOTS.mkdir(exist_ok=True)
        path = SHOTS / f"{self._stem}-{name}-{width}.png"
        self.page.screenshot(path=path)
        self.page.set_viewport_size({"width": self._size[0], "height": self._size[1]})
        return path
