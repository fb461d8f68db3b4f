"""PyTorch: nn.TransformerEncoder with a causal mask; `production` adds torch.compile."""
# mypy: ignore-errors

import numpy as np
import torch
from torch import nn

from probes.jobs.pytorch import DEVICE, Weights, compiled, job, tensors
from probes.transformer_step.task import BLOCK


def build(task, mode):
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
    weights = Weights(model, lambda given: pack(given, task), lambda given: unpack(given, task))
    if mode == "production":
        model = compiled(model)
    return job(task, weights, train_step, loss_function, batches)


def pack(weights, task):
    """Query, key and value in one; outputs first; PyTorch names the places first and the norms of a block last."""
    table, places, *blocks, scale, shift, head, bias = weights
    packed = [places, table]
    for first in range(0, len(blocks), len(BLOCK)):
        norm1, shift1, q, qb, k, kb, v, vb, out, ob, *rest = blocks[first : first + len(BLOCK)]
        norm2, shift2, wide, wb, narrow, nb = rest
        joined = np.concatenate([part.reshape(task.width, task.width) for part in (q, k, v)], axis=1)
        biases = np.concatenate([part.ravel() for part in (qb, kb, vb)])
        out = out.reshape(task.width, task.width)
        packed += [joined.T, biases, out.T, ob, wide.T, wb, narrow.T, nb, norm1, shift1, norm2, shift2]
    return [*packed, scale, shift, head.T, bias]


def unpack(parameters, task):
    """The inverse of `pack`."""
    places, table, *blocks, scale, shift, head, bias = parameters
    own = task.heads, task.width // task.heads
    unpacked = [table, places]
    for first in range(0, len(blocks), 12):
        joined, biases, out, ob, wide, wb, narrow, nb, norm1, shift1, norm2, shift2 = blocks[first : first + 12]
        kernels = [part.reshape(task.width, *own) for part in np.split(joined.T, 3, axis=1)]
        parts = zip(kernels, [part.reshape(own) for part in np.split(biases, 3)], strict=True)
        unpacked += [norm1, shift1, *(one for pair in parts for one in pair), out.T.reshape(*own, task.width), ob]
        unpacked += [norm2, shift2, wide.T, wb, narrow.T, nb]
    return [*unpacked, scale, shift, head.T, bias]
