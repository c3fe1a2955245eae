"""`python -m helpers COMMAND` is `make COMMAND` for a machine without make.

An old Python must be able to read this file: no `from __future__` and nothing newer than Python 2.7, here and in
`cli/versions.py`, so that it gets as far as being told, in one line, what it should have been.
"""

import sys

from helpers.cli.versions import too_old

if __name__ == "__main__":
    refusal = too_old(sys.version_info, sys.argv[1:])
    if refusal:
        sys.exit(refusal)
    from helpers.cli.main import main

    sys.exit(main(sys.argv[1:]))
