"""PyTorch: SummaryWriter."""
# mypy: ignore-errors

from probes.training_log.task import STEPS, TAG, noted


def measure(task):
    return task.judge(__name__)


def write(place):
    from torch.utils.tensorboard import SummaryWriter

    losses = [1.0 / (step + 1) for step in range(STEPS)]
    with SummaryWriter(place) as writer:
        for step, loss in enumerate(losses):
            writer.add_scalar(TAG, loss, step)
    return noted(losses)
