"""PyTorch: a map-style Dataset and a DataLoader."""

from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset

from probes.input_pipeline.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in PyTorch."""

    class Rows(Dataset):
        def __len__(self) -> int:
            return len(task.x)

        def __getitem__(self, index: int) -> Any:
            return torch.from_numpy(task.normalise(task.x[index]))

    in_process = DataLoader(Rows(), batch_size=task.batch, shuffle=True)
    workers = DataLoader(Rows(), batch_size=task.batch, shuffle=True, num_workers=2)
    return task.judge(lambda: in_process, lambda batch: batch.numpy(), lambda: workers)
