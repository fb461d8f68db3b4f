"""python on_pytorch.py mlp|cnn|recurrent|transformer OPTION SECONDS THREADS

Options, each as the project's own pages advise; "default" takes none of them:

- fused: one kernel updates all weights, the fastest of the three implementations in theory, and not the default because it is young
  (https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html);
- tuned: that, and for convolutions images stored pixel by pixel, which suits the kernels better
  (https://docs.pytorch.org/tutorials/intermediate/memory_format_tutorial.html);
- production: the model's Python is turned into compiled kernels, which fuses element-wise operations
  (https://docs.pytorch.org/tutorials/intermediate/torch_compile_tutorial.html);
- compiled: the same of the whole step, so that the optimiser's many small operations are fused too
  (https://docs.pytorch.org/tutorials/recipes/compiling_optimizer.html).
"""

import sys

import numpy as np
import torch
from clock import time_loop
from torch import nn

name, mode, seconds, threads = sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
torch.set_num_threads(threads)
random = np.random.default_rng(0)


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(1000, 32)
        self.gru = nn.GRU(32, 64, batch_first=True)
        self.out = nn.Linear(64, 4)

    def forward(self, x):
        return self.out(self.gru(self.embedding(x))[0][:, -1])


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(512, 64)
        self.positions = nn.Parameter(torch.randn(32, 64) * 0.1)
        layer = nn.TransformerEncoderLayer(64, 4, 256, dropout=0.0, batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, nn.LayerNorm(64), enable_nested_tensor=False)
        self.out = nn.Linear(64, 512)
        self.mask = nn.Transformer.generate_square_subsequent_mask(32)

    def forward(self, x):
        x = self.encoder(self.tokens(x) + self.positions, mask=self.mask, is_causal=True)
        return self.out(x).flatten(0, 1)


def data():
    if name == "mlp":
        return random.standard_normal((128, 128)).astype("f4"), random.integers(10, size=128)
    if name == "cnn":
        return random.standard_normal((16, 3, 32, 32)).astype("f4"), random.integers(10, size=16)
    if name == "recurrent":
        return random.permutation(1000)[:768].reshape(32, 24), random.integers(4, size=32)
    return random.permutation(512).reshape(16, 32), random.integers(512, size=512)


def cnn():
    return nn.Sequential(
        nn.Conv2d(3, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1, bias=False), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10),
    )  # fmt: skip


def mlp():
    return nn.Sequential(nn.Linear(128, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10))


model = {"mlp": mlp, "cnn": cnn, "recurrent": Recurrent, "transformer": Transformer}[name]()
if name == "cnn" and mode in ("tuned", "compiled"):
    model = model.to(memory_format=torch.channels_last)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7, fused=mode in ("fused", "tuned") or None)
loss_function = nn.CrossEntropyLoss()
batches = [tuple(map(torch.from_numpy, data())) for _ in range(8)]
if name == "cnn" and mode in ("tuned", "compiled"):
    batches = [(x.contiguous(memory_format=torch.channels_last), y) for x, y in batches]
if mode == "production":
    model = torch.compile(model)


def step(x, y):
    optimizer.zero_grad()
    loss = loss_function(model(x), y)
    loss.backward()
    optimizer.step()
    return loss


if mode == "compiled":
    step = torch.compile(step)
time_loop(step, batches, seconds)
