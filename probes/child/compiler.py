"""Whether torch.compile finds the C++ compiler it needs on a CPU, and whether a compiler has compiled anything."""

from __future__ import annotations

import os
import shutil

from probes.frameworks import Framework
from probes.job import Unsupported


def require_compiler() -> None:
    """Check that there is a C++ compiler.

    Raises:
        Unsupported: there is no compiler.
    """
    names = (os.environ.get("CXX") or "g++", "g++", "clang++")
    if not any(shutil.which(name) for name in names):
        raise Unsupported("torch.compile needs a C++ compiler on a CPU: install g++ or clang++")


def require_effect(engine: Framework, before: int | None, name: str) -> None:
    """Check that the framework's compiler has made a graph since there were `before`; `name` is what its users call it.

    Raises:
        Unsupported: it made none, so that the model was left as it is.
    """
    graphs = engine.graphs()
    if graphs is not None and before is not None and graphs <= before:
        raise Unsupported(f"{name} was asked for and compiled nothing")
