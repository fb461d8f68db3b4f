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

    one_process_loader = DataLoader(Rows(), batch_size=task.batch_size, shuffle=True)
    workers_loader = DataLoader(Rows(), batch_size=task.batch_size, shuffle=True, num_workers=2)
    return task.measure(lambda: one_process_loader, lambda batch: batch.numpy(), lambda: workers_loader)
