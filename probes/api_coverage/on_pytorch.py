"""PyTorch: torch, torch.nn.functional, torch.linalg, torch.func."""

from typing import Any

import torch
from torch import func
from torch.nn import functional as nn

from probes.api_coverage.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in PyTorch."""
    return task.judge(
        TABLE, lambda x: torch.tensor(x), lambda x: x.detach().float().numpy() if torch.is_tensor(x) else x
    )


def channels_first(x: Any) -> Any:
    """Return an image with its channels first, as PyTorch wants it."""
    return x.permute(0, 3, 1, 2)


def channels_last(x: Any) -> Any:
    """Return an image with its channels last, as the checklist has it."""
    return x.permute(0, 2, 3, 1)


def sum_of_cubes(x: Any) -> Any:
    """Return the sum of the cubes of all entries."""
    return (x**3).sum()


TABLE = {
    "reshape": lambda a: torch.reshape(a, (6, 4)),
    "transpose": lambda a: a.T,
    "concatenate": lambda a: torch.cat([a, a], 1),
    "stack": lambda a: torch.stack([a, a]),
    "split": lambda a: torch.split(a, 3, 1)[1],
    "take_rows": lambda a, ids: torch.index_select(a, 0, ids),
    "where": lambda a: torch.where(a > 0, a, 0.0),
    "pad": lambda a: nn.pad(a, (0, 2, 1, 1)),
    "tile": lambda a: torch.tile(a, (2, 1)),
    "flip": lambda a: torch.flip(a, [1]),
    "one_hot": lambda ids: nn.one_hot(ids, 4),
    "sort": lambda a: torch.sort(a, 1).values,
    "top_k": lambda a: torch.topk(a, 2).values,
    "exp": torch.exp,
    "log": torch.log,
    "clip": lambda a: torch.clip(a, -0.5, 0.5),
    "erf": torch.erf,
    "mean": lambda a: torch.mean(a, 1),
    "variance": lambda a: torch.var(a, 1, correction=0),
    "argmax": lambda a: torch.argmax(a, 1),
    "logsumexp": lambda a: torch.logsumexp(a, 1),
    "cumulative_sum": lambda a: torch.cumsum(a, 1),
    "einsum": lambda a, b: torch.einsum("ij,jk->ki", a, b),
    "fft_magnitude": lambda a: torch.fft.rfft(a).abs(),
    "matmul": torch.matmul,
    "inverse": torch.linalg.inv,
    "determinant": torch.linalg.det,
    "solve": torch.linalg.solve,
    "cholesky": torch.linalg.cholesky,
    "singular_values": torch.linalg.svdvals,
    "eigenvalues": torch.linalg.eigvalsh,
    "relu": nn.relu,
    "gelu": nn.gelu,
    "softmax": lambda a: nn.softmax(a, -1),
    "cross_entropy": lambda a: nn.cross_entropy(a, torch.arange(4)),
    "convolution": lambda x, f: channels_last(nn.conv2d(channels_first(x), f.permute(3, 2, 0, 1))),
    "max_pooling": lambda x: channels_last(nn.max_pool2d(channels_first(x), 2)),
    "average_pooling": lambda x: channels_last(nn.avg_pool2d(channels_first(x), 2)),
    "layer_norm": lambda a: nn.layer_norm(a, a.shape[1:], eps=1e-3),
    "batch_norm": lambda x: channels_last(nn.batch_norm(channels_first(x), None, None, training=True, eps=1e-3)),
    "attention": nn.scaled_dot_product_attention,
    "resize_nearest": lambda x: channels_last(nn.interpolate(channels_first(x), scale_factor=2, mode="nearest")),
    "gradient": lambda r: func.grad(sum_of_cubes)(r),
    "forward_mode": lambda r: func.jvp(lambda x: x**3, (r,), (torch.ones_like(r),))[1],
    "hessian": lambda r: func.hessian(sum_of_cubes)(r),
    "vectorise": lambda a, r: torch.vmap(lambda row: row @ r)(a),
    "conditional": lambda r: torch.cond(r.sum() > 0, lambda r: 2 * r, lambda r: -r, (r,)),
    "loop": lambda r: torch.while_loop(lambda i, r: i < 5, lambda i, r: (i + 1, 2 * r), (torch.tensor(0), r))[1],
    "complex_product": lambda a: (torch.complex(a, torch.ones_like(a)) ** 2).abs(),
    "bfloat16_sum": lambda ids: ids.to(torch.bfloat16).sum(),
    "sparse_product": lambda a, b: torch.relu(a).to_sparse() @ b,
    "ragged_sums": lambda r: torch.nested.nested_tensor([r[:2], r[2:]], layout=torch.jagged).sum(1),
}
