"""PyTorch: nn.TransformerEncoder with a causal mask; its ways are those of `training_step`."""
# mypy: allow-untyped-defs, allow-untyped-calls

import torch
from torch import nn

from probes.job import Job
from probes.jobs.pytorch import DEVICE, Weights, compiled, compiled_step, fuse, job, tensors
from probes.transformer_step.layout import pack, unpack
from probes.transformer_step.task import Task


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in PyTorch."""
    batches = [tensors(text, targets) for text, targets in task.batches]
    norm_eps = task.norm_epsilon
    # effort: begin
    # define

    class LanguageModel(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(task.vocabulary_size, task.width)
            self.position_embedding = nn.Parameter(torch.zeros(task.length, task.width))
            block = nn.TransformerEncoderLayer(
                task.width, task.heads, 4 * task.width, 0.0, layer_norm_eps=norm_eps, batch_first=True, norm_first=True
            )
            norm = nn.LayerNorm(task.width, eps=norm_eps)
            self.blocks = nn.TransformerEncoder(block, task.blocks, norm, enable_nested_tensor=False)
            self.head = nn.Linear(task.width, task.vocabulary_size)
            self.mask = nn.Transformer.generate_square_subsequent_mask(task.length, device=DEVICE)

        def forward(self, text):
            return self.head(self.blocks(self.embedding(text) + self.position_embedding, self.mask, is_causal=True))

    model = LanguageModel()
    cross_entropy = nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=task.rate, betas=task.betas, eps=task.epsilon)

    def loss_function(text, targets):
        return cross_entropy(model(text).flatten(0, 1), targets.flatten())

    def train_step(text, targets):
        optimizer.zero_grad()
        # forward
        loss = loss_function(text, targets)
        # gradient
        loss.backward()
        # update
        optimizer.step()
        return loss

    # effort: end
    weights = Weights(model, lambda arrays: pack(arrays, task), lambda arrays: unpack(arrays, task))
    if mode == "fused":
        fuse(optimizer)
    if mode == "production":
        model = compiled(model)
    if mode == "compiled-step":
        train_step = compiled_step(train_step)
    return job(task, weights, train_step, loss_function, batches)
