"""PyTorch: a module in a training loop."""

from typing import Any

import torch
from torch import nn

from probes.graph_mode.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in PyTorch."""
    batches = [torch.from_numpy(batch) for batch in task.batches]

    class Plain(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.ones(()))

        def forward(self, x: Any) -> Any:
            task.visit(lambda: x.sum().item())
            return self.weight * x

    class Branching(Plain):
        def forward(self, x: Any) -> Any:
            if x.sum() > 0:
                return 2 * self.weight * x
            return -self.weight * x

    class Looping(Plain):
        def forward(self, x: Any) -> Any:
            output, tested = -self.weight * x, x
            while tested.sum() > 0:
                output, tested = 2 * self.weight * x, -tested
            return output

    class Structured(Plain):
        def forward(self, x: Any) -> Any:
            return torch.cond(x.sum() > 0, lambda x, w: 2 * w * x, lambda x, w: -w * x, (x, self.weight))

    def train(model: Any) -> Any:
        optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
        losses = []
        for x in batches:
            optimizer.zero_grad()
            loss = model(x).square().mean()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses

    def compiled(model: Any, backend: Any = "eager", **options: Any) -> Any:
        torch.compiler.reset()  # what was captured before would be reused, and make fullgraph pass
        return torch.compile(model, backend=backend, **options)

    captures = []

    def counting(graph: Any, inputs: Any) -> Any:
        captures.append(graph)
        return graph.forward

    train(Plain())
    body = task.judge_body()
    train(compiled(nn.Linear(3, 3), backend=counting))
    return {
        **body,
        "compiled_body_runs": len(captures),
        **task.attempt("data_if_in_training", lambda: train(Branching())),
        **task.attempt("data_if_eager", lambda: [Branching()(x).square().mean().item() for x in batches]),
        **task.attempt("data_if_compiled", lambda: train(compiled(Branching()))),
        **task.attempt("data_if_whole_graph", lambda: train(compiled(Branching(), fullgraph=True))),
        **task.attempt("data_while_in_training", lambda: train(Looping())),
        **task.attempt("structured_op", lambda: train(Structured())),
        **task.attempt("structured_op_compiled", lambda: train(compiled(Structured(), fullgraph=True))),
    }
