"""Training steps in PyTorch on the CPU.

Options, and the advice each rests on (in my words):
default        nn.Module, cross_entropy, Adam, zero_grad(), backward(), step(). Gradients are set to
               None, not zeroed: fewer memory operations; no bias before a batch norm (both in
               https://docs.pytorch.org/tutorials/recipes/recipes/tuning_guide.html). Attention by
               scaled_dot_product_attention, which picks a fused kernel where there is one:
               https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html
fused          Adam(fused=True). Of for-loop, foreach and fused the last is usually fastest; none but
               the for-loop is a default on the CPU: https://docs.pytorch.org/docs/stable/optim.html
channels_last  fused, and images and kernels in channels_last: the layout CPU convolutions and pooling
               are tuned for. (tuning guide above;
               https://docs.pytorch.org/tutorials/intermediate/memory_format_tutorial.html)
compile        fused, and the forward pass with its loss through torch.compile: pointwise operations
               fuse into one kernel, which saves memory traffic and calls (tuning guide, "Fuse
               operations"). nn.GRU is traced too (torch._dynamo.config.allow_rnn).
compile_joint  loss and backward() in one compiled graph (torch._dynamo.config.trace_autograd_ops), so
               that the compiler need not cut the graph between them; fused Adam after it; images in
               channels_last. More in a graph, fewer breaks: https://docs.pytorch.org/docs/stable/
               user_guide/torch_compiler/compile/programming_model.fullgraph_true.html
compile_cpp    compile_joint, with the C++ wrapper in place of the Python one around the kernels: less
               interpreter time in small models.
               https://docs.pytorch.org/tutorials/unstable/inductor_cpp_wrapper_tutorial.html
Threads: torch.set_num_threads (OMP threads), one inter-op thread.
"""

import torch
import torch.nn.functional as F
from common import Unsupported, cycle, data, main, set_threads
from torch import nn

OPTIONS = ("default", "fused", "channels_last", "compile", "compile_joint", "compile_cpp")


class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(1000, 32)
        self.gru = nn.GRU(32, 64, batch_first=True)
        self.head = nn.Linear(64, 4)

    def forward(self, ids):
        states, _ = self.gru(self.embed(ids))
        return self.head(states[:, -1])


class Block(nn.Module):
    def __init__(self, width=64, heads=4, inner=256):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.feed = nn.Sequential(nn.Linear(width, inner), nn.ReLU(), nn.Linear(inner, width))

    def forward(self, x):
        b, t, width = x.shape
        parts = self.qkv(self.norm1(x)).view(b, t, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(*parts.unbind(), is_causal=True)
        x = x + self.out(mixed.transpose(1, 2).reshape(b, t, width))
        return x + self.feed(self.norm2(x))


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(512, 64)
        self.places = nn.Parameter(torch.randn(32, 64) * 0.02)
        self.body = nn.Sequential(Block(), Block(), nn.LayerNorm(64), nn.Linear(64, 512))
        nn.init.normal_(self.tokens.weight, std=0.02)

    def forward(self, ids):
        return self.body(self.tokens(ids) + self.places)


def network(job):
    if job == "mlp":
        return nn.Sequential(nn.Linear(128, 256), nn.ReLU(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10))
    if job == "cnn":

        def stage(before, after):  # PyTorch's momentum is one minus Keras'
            return (
                nn.Conv2d(before, after, 3, padding=1, bias=False),
                nn.BatchNorm2d(after, momentum=0.1),
                nn.ReLU(),
                nn.MaxPool2d(2),
            )

        return nn.Sequential(*stage(3, 16), *stage(16, 32), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, 10))
    return Recurrent() if job == "recurrent" else Transformer()


def compiled(function, options=None):
    torch._dynamo.config.allow_rnn = True
    return torch.compile(function, fullgraph=True, dynamic=False, options=options)


def build(job, option, threads):
    set_threads("torch", threads)
    torch.manual_seed(0)
    model = network(job).train()
    batches = [(torch.from_numpy(x), torch.from_numpy(y).long()) for x, y in data(job)]
    if job == "cnn":
        batches = [(x.permute(0, 3, 1, 2).contiguous(), y) for x, y in batches]
    if option == "channels_last" and job != "cnn":
        raise Unsupported("there are no images")
    joint = option in ("compile_joint", "compile_cpp")
    if job == "cnn" and (joint or option == "channels_last"):
        model = model.to(memory_format=torch.channels_last)
        batches = [(x.contiguous(memory_format=torch.channels_last), y) for x, y in batches]
    adam = torch.optim.Adam(
        model.parameters(), lr=1e-3, betas=(0.9, 0.999), eps=1e-7, fused=None if option == "default" else True
    )

    def loss_of(x, y):
        return F.cross_entropy(model(x).flatten(0, -2), y.flatten())

    if option == "compile":
        loss_of = compiled(loss_of)

    def gradients(x, y):
        loss = loss_of(x, y)
        loss.backward()
        return loss.detach()

    if joint:
        torch._dynamo.config.trace_autograd_ops = True
        gradients = compiled(gradients, {"cpp_wrapper": True} if option == "compile_cpp" else None)

    def step(x, y):
        loss = gradients(x, y)
        adam.step()
        adam.zero_grad()
        return loss

    steps = cycle(batches, step)
    return ((lambda n: steps(n).item()),)


if __name__ == "__main__":
    main(OPTIONS, build)
