"""Where things are. Kept apart from `helpers.settings`, which may need the environment that these commands build."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"
"""The lessons as the course ships them."""
WORK = ROOT / "work"
"""The learner's own copies, ignored by git."""
