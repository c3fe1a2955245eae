"""Say in one line why an installer failed: what is wrong, what was expected, what to do."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from helpers.cli.places import short
from helpers.cli.stop import no_space, not_writable

SIGNS = {
    "space": r"no space left|os error 28|errno 28|not enough space|disk quota|os error 122",
    "rights": r"permission denied|read-only file system|os error 13\b|os error 30|errno 13\b|access is denied",
    "hash": r"hash(es)? mismatch|do not match the hashes|hashes are required",
    "wheel": r"no usable wheels|--no-build",
    "network": r"failed to fetch|error sending request|dns error|name resolution|newconnectionerror|connection refused"
               r"|connection reset|timed out|timeout|network is unreachable|could not connect|max retries"
               r"|could not find a version|no matching distribution|no solution found|certificate",
}
"""What each cause looks like in the output of pip and uv, the surest sign first."""

LINES = {
    "hash": "A downloaded package is not the one that the lock names, so it was not installed. Expected: the exact "
            "files of requirements.txt. Run the same command again; if it repeats, a proxy or mirror alters packages.",
    "wheel": "A package has no ready-made file for this system, and the course builds none. Expected: Windows, macOS "
             "or a Linux with glibc, on x86-64 or ARM64 (tests: not Windows on ARM). Use one of those.",
    "network": "The packages could not be downloaded. The first run needs the network, once (about 150 MB; later runs "
               "need none). Connect, or name your proxy (HTTPS_PROXY) or mirror (PIP_INDEX_URL and UV_DEFAULT_INDEX), "
               "then run the same command again.",
}

ALMOST_FULL_BYTES = 5_000_000


def of(output: str, *, log: Path) -> str:
    """Return the line for an installer's *output*, naming *log* (a file) for the rest of it."""
    cause = next((name for name, sign in SIGNS.items() if re.search(sign, output, re.IGNORECASE)), None)
    if cause == "space" or shutil.disk_usage(log.parent).free < ALMOST_FULL_BYTES:   # not every program says why
        return no_space(log.parent)
    if cause == "rights":
        return not_writable(log.parent)
    return f"{LINES.get(cause or '') or _last_words(output)} (Details: {short(log)})"


def _last_words(output: str) -> str:
    said = [line.strip() for line in output.splitlines() if line.strip()]
    return f"The set-up stopped: {said[-1] if said else 'the program said nothing'}. Run the same command again."
