"""PyTorch: nn.TransformerEncoder with a causal mask; `production` adds torch.compile."""
# mypy: allow-untyped-defs, allow-untyped-calls

import torch
from torch import nn

from probes.job import Job
from probes.jobs.pytorch import DEVICE, Weights, compiled, job, tensors
from probes.transformer_step.layout import pack, unpack
from probes.transformer_step.task import Task


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in PyTorch."""
    batches = [tensors(text, following) for text, following in task.batches]
    floor = task.variance_floor
    # effort: begin
    # define

    class LanguageModel(nn.Module):
        def __init__(self):
            super().__init__()
            self.table = nn.Embedding(task.words, task.width)
            self.places = nn.Parameter(torch.zeros(task.length, task.width))
            block = nn.TransformerEncoderLayer(
                task.width, task.heads, 4 * task.width, 0.0, layer_norm_eps=floor, batch_first=True, norm_first=True
            )
            norm = nn.LayerNorm(task.width, eps=floor)
            self.blocks = nn.TransformerEncoder(block, task.blocks, norm, enable_nested_tensor=False)
            self.head = nn.Linear(task.width, task.words)
            self.mask = nn.Transformer.generate_square_subsequent_mask(task.length, device=DEVICE)

        def forward(self, text):
            return self.head(self.blocks(self.table(text) + self.places, self.mask, is_causal=True))

    model = LanguageModel()
    cross_entropy = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=task.rate, betas=task.decay, eps=task.epsilon)

    def loss_function(text, following):
        return cross_entropy(model(text).flatten(0, 1), following.flatten())

    def train_step(text, following):
        optimizer.zero_grad()
        # forward
        loss = loss_function(text, following)
        # gradient
        loss.backward()
        # update
        optimizer.step()
        return loss

    # effort: end
    weights = Weights(model, lambda arrays: pack(arrays, task), lambda arrays: unpack(arrays, task))
    if mode == "production":
        model = compiled(model)
    return job(task, weights, train_step, loss_function, batches)
