"""PyTorch: a map-style Dataset and a DataLoader."""
# mypy: ignore-errors

import torch
from torch.utils.data import DataLoader, Dataset


def measure(task):
    class Rows(Dataset):
        def __len__(self):
            return len(task.x)

        def __getitem__(self, index):
            return torch.from_numpy(task.normalise(task.x[index]))

    alone = DataLoader(Rows(), batch_size=task.batch, shuffle=True)
    workers = DataLoader(Rows(), batch_size=task.batch, shuffle=True, num_workers=2)
    return task.judge(lambda: alone, lambda batch: batch.numpy(), lambda: workers)
