"""PyTorch: SummaryWriter."""

from typing import Any

from probes.training_log.task import STEPS, TAG, Task, report_losses


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in PyTorch."""
    return task.measure(__name__)


def write(folder: str) -> Any:
    """Train with a log and return the losses written to it."""
    from torch.utils.tensorboard import SummaryWriter

    losses = [1.0 / (step + 1) for step in range(STEPS)]
    with SummaryWriter(folder) as writer:
        for step, loss in enumerate(losses):
            writer.add_scalar(TAG, loss, step)
    return report_losses(losses)
