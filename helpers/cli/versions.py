"""Which Pythons the course runs on, and what to tell somebody who came with another.

No `from __future__` and nothing newer than Python 2.7 in this file: see `helpers/__main__.py`.
"""

import os
import shutil
import subprocess
import sys

OLDEST = (3, 11)
NEWEST = (3, 13)
"""Both ends are supported. `requires-python` in pyproject.toml says the same (a test compares them)."""


def too_old(version, argv=()):
    """Return the one line that refuses a Python older than OLDEST, or None where *version* is new enough."""
    return _refusal(version, argv) if tuple(version[:2]) < OLDEST else None


def too_new(version, argv=()):
    """Return the one line that refuses a Python newer than NEWEST, or None where *version* is old enough."""
    return _refusal(version, argv) if tuple(version[:2]) > NEWEST else None


def find_supported():
    """Return the command of a supported Python on the PATH, the newest first, or None."""
    which = getattr(shutil, "which", lambda name: None)   # Python 2 has no such function
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        name = "python3.%d" % minor
        if which(name) and _answers(name, (3, minor)):
            return name
    return None


def _refusal(version, argv):
    number = ".".join(str(part) for part in version[:3])
    wanted = "%d.%d to %d.%d" % (OLDEST + NEWEST)
    found = find_supported()
    advice = "Use the one that is here" if found else "Install one from python.org or your package manager, then"
    return "This is Python {} ({}); the course needs Python {}. {}: {}".format(
        number, sys.executable, wanted, advice, _retry_with(found, argv)
    )


def _retry_with(found, argv):
    command = (list(argv) or ["lab"])[0]
    if os.name == "nt":
        return "py -%d.%d -m helpers %s" % (NEWEST + (command,))
    return "make {} PYTHON={}".format(command, found or "python%d.%d" % NEWEST)


def _answers(name, version):
    # A version manager's stand-in can be on the PATH with nothing behind it, so the name alone proves nothing.
    code = "import sys; sys.exit(sys.version_info[:2] != {!r})".format(version)
    try:
        return subprocess.call([name, "-c", code], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False
