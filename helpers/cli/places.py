"""Where things are. Kept apart from `helpers.settings`, which may need the environment that these commands build."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"
"""The lessons as the course ships them."""
WORK = ROOT / "work"
"""The learner's own copies, ignored by git."""


def short(path: Path) -> Path:
    """Return *path* as seen from the project's folder, where it lies in there."""
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
