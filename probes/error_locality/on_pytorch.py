"""PyTorch: the bugs in a module and in its training loop."""

from typing import Any

import torch
from torch import nn

from probes.error_locality.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in PyTorch."""
    x, labels = torch.from_numpy(task.x), torch.from_numpy(task.labels)
    wrong, integers = torch.from_numpy(task.wrong), torch.from_numpy(task.integers)
    devices = ["cuda"] if torch.cuda.is_available() else []
    elsewhere = torch.eye(len(task.last), device=devices[0]) if devices else None

    class Net(nn.Module):
        def __init__(self, bug: Any) -> None:
            super().__init__()
            self.bug = bug
            self.kernel = nn.Parameter(torch.from_numpy(task.kernel.copy()))
            self.last = nn.Parameter(torch.from_numpy(task.last.copy()))

        def forward(self, x: Any) -> Any:
            hidden = torch.relu(x @ self.kernel)
            if self.bug == "shape":
                hidden = hidden @ wrong  # bug: shape
            if self.bug == "dtype":
                hidden = hidden @ integers  # bug: dtype
            if self.bug == "device":
                hidden = hidden @ elsewhere  # bug: device
            if self.bug == "gradient":
                hidden = hidden.detach()  # bug: gradient
            return hidden @ self.last

    def step(bug: Any, loss_function: Any = None) -> Any:
        model = Net(bug)
        optimizer = torch.optim.SGD(model.parameters(), lr=task.rate)
        loss = (loss_function or nn.MSELoss())(model(x), labels)  # bug: loss
        loss.backward()
        optimizer.step()
        return model, loss.item()

    def regression(loss_function: Any) -> Any:
        points, values = torch.from_numpy(task.points), torch.from_numpy(task.values)
        model = nn.Linear(2, 1)
        optimizer = torch.optim.SGD(model.parameters(), lr=task.rate)
        for _ in range(task.steps):
            optimizer.zero_grad()
            loss_function(model(points), values).backward()  # bug: trap
            optimizer.step()
        return task.has_learned(torch.cat([part.detach().ravel() for part in model.parameters()]))

    names = ["shape", "dtype", *(["device"] if devices else [])]
    bugs: dict[str, Any] = {name: lambda name=name: task.is_right_loss(step(name)[1]) for name in names}
    bugs["gradient"] = lambda: task.has_moved(step("gradient")[0].kernel.detach())
    bugs["loss"] = lambda: task.is_right_entropy(step("loss", nn.BCELoss())[1])
    bugs["trap"] = lambda: regression(nn.MSELoss())
    bugs["trap_by_hand"] = lambda: regression(lambda predicted, right: (predicted - right).square().mean())
    return task.measure(__file__, bugs)
