"""Whether torch.compile finds the C++ compiler it needs on a CPU."""

from __future__ import annotations

import os
import shutil

from probes.job import Unsupported


def require_compiler() -> None:
    """Do nothing if there is a C++ compiler.

    Raises:
        Unsupported: there is none.
    """
    names = (os.environ.get("CXX") or "g++", "g++", "clang++")
    if not any(shutil.which(name) for name in names):
        raise Unsupported("torch.compile needs a C++ compiler on a CPU: install g++ or clang++")
