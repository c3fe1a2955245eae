"""What all unit tests share. (The top-level conftest.py keeps every run offline.)"""

from __future__ import annotations

import hypothesis

# A deadline measures the machine, not the code: two cores that also run kernels would miss it now and then.
hypothesis.settings.register_profile("course", deadline=None, print_blob=True)
hypothesis.settings.load_profile("course")
