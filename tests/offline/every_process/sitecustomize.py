"""Python runs this file at the start of every process whose PYTHONPATH names its folder: it puts the guard in.

A `sitecustomize` further down the path (the environment's, a coverage tool's) still gets its turn.
"""

import os
import sys

import course_network_guard

course_network_guard.install()

_HERE = os.path.dirname(os.path.abspath(__file__))
_PATH = sys.path[:]
sys.path[:] = [folder for folder in _PATH if os.path.abspath(folder) != _HERE]
_THIS = sys.modules.pop("sitecustomize")
try:
    import sitecustomize  # noqa: F401  the next one
except ModuleNotFoundError as error:
    if error.name != "sitecustomize":
        raise
    sys.modules["sitecustomize"] = _THIS
finally:
    sys.path[:] = _PATH
