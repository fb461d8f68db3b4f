"""PyTorch: torch.autograd, its gradcheck, and torch.func for the second derivative."""

from typing import Any

import torch

from probes.gradient_check.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in PyTorch."""
    x, y = torch.from_numpy(task.x), torch.from_numpy(task.y)
    linear_weights, network_weights = (
        [torch.tensor(weight, requires_grad=True) for weight in weights]
        for weights in (task.linear_weights, task.network_weights)
    )

    def network_loss(*weights: Any) -> Any:
        hidden = torch.tanh(x @ weights[0] + weights[1])
        hidden = torch.tanh(hidden @ weights[2] + weights[3])
        return (hidden @ weights[4] + weights[5] - y).square().mean()

    linear_loss = (x @ linear_weights[0] + linear_weights[1] - y).square().mean()
    passed = torch.autograd.gradcheck(network_loss, network_weights, raise_exception=False)
    second_derivative = torch.func.grad(torch.func.grad(lambda t: t**3))(torch.tensor(2.0))
    return task.judge(
        torch.autograd.grad(linear_loss, linear_weights),
        torch.autograd.grad(network_loss(*network_weights), network_weights),
        gradient_api="torch.autograd",
        library_check="passes" if passed else "fails",
        second_order="works" if second_derivative == 12 else "fails",
    )
