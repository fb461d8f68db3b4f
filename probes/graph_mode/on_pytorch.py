"""PyTorch: a module in a training loop."""
# mypy: ignore-errors

import torch
from torch import nn


def measure(task):
    batches = [torch.from_numpy(batch) for batch in task.batches]

    class Plain(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.ones(()))

        def forward(self, x):
            task.visit(lambda: x.sum().item())
            return self.weight * x

    class Branching(Plain):
        def forward(self, x):
            if x.sum() > 0:
                return 2 * self.weight * x
            return -self.weight * x

    class Structured(Plain):
        def forward(self, x):
            return torch.cond(x.sum() > 0, lambda x, w: 2 * w * x, lambda x, w: -w * x, (x, self.weight))

    def train(model):
        optimizer = torch.optim.SGD(model.parameters(), lr=0.0)
        losses = []
        for x in batches:
            optimizer.zero_grad()
            loss = model(x).square().mean()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses

    train(Plain())
    return {
        **task.body(),
        **task.attempt("data_if_in_training", lambda: train(Branching())),
        **task.attempt("data_if_eager", lambda: [Branching()(x).square().mean().item() for x in batches]),
        **task.attempt("data_if_compiled", lambda: train(torch.compile(Branching(), backend="eager"))),
        **task.attempt("structured_op", lambda: train(Structured())),
    }
