"""Keys that stay in a widget: what is pressed in a list, a box or a button is meant for it.

    VBox([heading, controls, keys_stay_here()]).add_class(KEYS)

JupyterLab takes arrows and letters from whatever has the focus in an output: in a list ArrowDown goes to the next cell,
and `m` turns the cell into Markdown. It listens at the document, before any element can; so this listens at the window.
(Lumino's attribute `data-lm-suppress-shortcuts` does not help there.) What these controls do with a key is the
browser's own doing, which needs no listener; sliders have one, and are left alone. Ctrl, Alt and Meta pass.
"""

from __future__ import annotations

from functools import cache
from typing import Any

KEYS = "course-keys"
"""The class of what holds the controls."""
ESM = f"""
const OURS = "select, input[type=checkbox], button";
function keep(event) {{
  const control = event.target instanceof Element && event.target.closest(".{KEYS}") && event.target.matches(OURS);
  if (control && !event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
}}
export default {{
  render({{ el }}) {{
    el.style.display = "none";
    if (window.courseKeys) return;           // one listener serves the whole page
    window.courseKeys = true;
    window.addEventListener("keydown", keep, true);
  }},
}};
"""


def keys_stay_here() -> Any:
    """A widget that shows nothing; while the page is open, keys in controls inside KEYS stay there. (anywidget comes
    with ipyreact.)"""
    return _kind()()


@cache
def _kind() -> type:
    import anywidget

    class KeysStayHere(anywidget.AnyWidget):
        _esm = ESM

    return KeysStayHere
