"""The dimension of the batch as torch.export wants it, for Keras on PyTorch."""

from typing import Any

import torch


def dynamic_rows() -> dict[int, Any]:
    """Return the constraint that the first dimension may have any size from 1 to 64."""
    return {0: torch.export.Dim("rows", min=1, max=64)}
