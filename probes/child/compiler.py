"""Whether torch.compile finds the C++ compiler it needs on a CPU, and whether it has compiled anything."""

from __future__ import annotations

import os
import shutil
import sys

from probes.job import Unsupported


def require_compiler() -> None:
    """Do nothing if there is a C++ compiler.

    Raises:
        Unsupported: there is none.
    """
    names = (os.environ.get("CXX") or "g++", "g++", "clang++")
    if not any(shutil.which(name) for name in names):
        raise Unsupported("torch.compile needs a C++ compiler on a CPU: install g++ or clang++")


def graphs() -> int:
    """How many graphs torch.compile has made in this process; 0 where PyTorch is not imported."""
    dynamo = sys.modules.get("torch._dynamo")
    return int(dynamo.utils.counters["stats"]["unique_graphs"]) if dynamo else 0


def require_effect(before: int) -> None:
    """Do nothing if torch.compile has made a graph since there were `before`, or PyTorch is not imported.

    Raises:
        Unsupported: it left the model as it is, without a word.
    """
    if sys.modules.get("torch") and graphs() <= before:
        raise Unsupported("torch.compile was asked for and compiled nothing")
