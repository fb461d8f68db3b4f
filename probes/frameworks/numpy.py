"""NumPy: the reference that every candidate of a timed probe is held against, and the yardstick of a block."""

from __future__ import annotations

from probes.frameworks import Distribution, Framework


class NumPy(Framework):
    """NumPy. It picks up nothing by itself, and scikit-learn, the baseline for tables, stumbles over what is kept out."""

    id = "numpy"
    distributions = {"numpy": (Distribution("numpy"),)}
    reference = True


FRAMEWORK = NumPy()
