"""One kind of device for all candidates of a session: the GPU only if every one of them sees it (MEASURING §1.12)."""

from __future__ import annotations

import os
from collections.abc import Mapping

CPU, CUDA = "cpu", "cuda"
INSTALL = "pip install 'framework-advisor[gpu]'"
HIDDEN = {"CUDA_VISIBLE_DEVICES": "-1", "HIP_VISIBLE_DEVICES": "-1"}


def device_environment(device: str) -> dict[str, str]:
    """Return the variables that show a child one GPU, or none: the first of those this process may use."""
    if device == CPU:
        return dict(HIDDEN)
    first = os.environ.get("CUDA_VISIBLE_DEVICES", "0").split(",")[0] or "0"
    return {"CUDA_VISIBLE_DEVICES": first}


def choose_device(seen: Mapping[str, str]) -> tuple[str, str]:
    """Return the device for all candidates, and why it is the CPU although the machine has a GPU.

    Args:
        seen: candidate → the device its build computes on where it may.
    """
    blind = sorted(name for name, device in seen.items() if device != CUDA)
    if not blind:
        return CUDA, ""
    return CPU, f"{', '.join(blind)} cannot use the GPU: {INSTALL}"
