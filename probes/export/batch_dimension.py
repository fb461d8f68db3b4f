"""The dimension of the batch as torch.export wants it, for Keras on PyTorch."""
# mypy: ignore-errors

import torch


def free() -> dict:
    """The first dimension may have any size from 1 to 64."""
    return {0: torch.export.Dim("rows", min=1, max=64)}
