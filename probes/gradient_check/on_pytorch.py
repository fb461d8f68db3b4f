"""PyTorch: torch.autograd, its gradcheck, and torch.func for the second derivative."""

from typing import Any

import torch

from probes.gradient_check.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in PyTorch."""
    x, y = torch.from_numpy(task.x), torch.from_numpy(task.y)
    linear, weights = (
        [torch.tensor(part, requires_grad=True) for part in parts] for parts in (task.linear, task.weights)
    )

    def network(*weights: Any) -> Any:
        hidden = torch.tanh(x @ weights[0] + weights[1])
        hidden = torch.tanh(hidden @ weights[2] + weights[3])
        return (hidden @ weights[4] + weights[5] - y).square().mean()

    gradients = torch.autograd.grad((x @ linear[0] + linear[1] - y).square().mean(), linear)
    passed = torch.autograd.gradcheck(network, weights, raise_exception=False)
    second = torch.func.grad(torch.func.grad(lambda t: t**3))(torch.tensor(2.0))
    return task.judge(
        gradients,
        torch.autograd.grad(network(*weights), weights),
        gradient_api="torch.autograd",
        library_check="passes" if passed else "fails",
        second_order="works" if second == 12 else "fails",
    )
