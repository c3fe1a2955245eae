"""Build a lesson's constructed recordings: `make construct LESSON=01`.

The lesson runs against its scenario (`helpers.scenarios`) on virtual time; what comes back is kept as recordings
that say they were constructed. No key, no network.
"""

from __future__ import annotations

from helpers.cli.record import capture, parse


def main(argv: list[str]) -> int:
    """Build the recordings of the lesson that *argv* names; return 0, or 1 when the old ones stay."""
    return capture(parse("construct", argv), {"COURSE_MODE": "construct", "COURSE_CLOCK": "virtual"})
