"""A job around a PyTorch model and its training step."""

from collections.abc import Callable, Sequence
from itertools import cycle
from typing import Any

import torch
from torch import nn

from probes.child.compiler import require_compiler
from probes.gate import Mismatch, require_same_shapes
from probes.job import Array, Job, Weighted

Layout = Callable[[Sequence[Array]], list[Array]]
"""From one order and layout of weights to another."""
DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def tensors(*arrays: Array) -> tuple[Any, ...]:
    """Return arrays as tensors on the device the model is trained on."""
    return tuple(torch.from_numpy(array).to(DEVICE) for array in arrays)


def numpy(tensor: Any) -> Array:
    """Return a tensor as an array."""
    return tensor.detach().cpu().numpy()


def transposed(arrays: Sequence[Array]) -> list[Array]:
    """Return arrays transposed: linear layers of PyTorch are (outputs, inputs), the task's (inputs, outputs)."""
    return [array.T for array in arrays]


def compiled(model: Any) -> Any:
    """Return the model under torch.compile; `model.compile()` would silently leave an nn.Sequential as it is."""
    require_compiler()
    return torch.compile(model)


def fuse(optimizer: Any) -> None:
    """Make an optimiser update all its weights in one kernel, as `fused=True` does where it is made."""
    for group in optimizer.param_groups:
        group.update(fused=True, foreach=False)


def compiled_step(train_step: Callable[..., Any]) -> Callable[..., Any]:
    """Return a training step under torch.compile, its optimiser's update included."""
    require_compiler()
    compiled_function: Callable[..., Any] = torch.compile(train_step)
    return compiled_function


def freeze_second_biases(model: nn.Module) -> None:
    """Take the second bias of every `nn.LSTM` and `nn.RNN` out of training, as zero.

    PyTorch adds two biases where Keras has one (docs of `torch.nn.LSTM`: b_ih and b_hh). With both trained the sum moves twice as
    far in a step: another computation. To be called before the optimiser is made of the parameters that are left.
    """
    for module in model.modules():
        if isinstance(module, nn.LSTM | nn.RNN):
            for name, parameter in module.named_parameters():
                if name.startswith("bias_hh"):
                    nn.init.zeros_(parameter)
                    parameter.requires_grad_(False)


class Weights:
    """The trained numbers of a model, in the task's order and layout; parameters that are frozen are left as they are.

    The gates of an LSTM stand in one order in PyTorch and Keras (input, forget, candidate, output), so that with
    `freeze_second_biases` the layout of linear layers fits: (inputs, 4 units), (units, 4 units), (4 units).

    Args:
        model: the module; it is moved to the device.
        pack: turns the task's list of weights into that of `model.parameters()`.
        unpack: turns it back: the inverse of `pack`.
    """

    def __init__(self, model: Any, pack: Layout = transposed, unpack: Layout = transposed) -> None:
        self.model, self.pack, self.unpack = model.to(DEVICE), pack, unpack
        self.parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
        self.start = [buffer.clone() for buffer in model.buffers()]

    def read(self, tensors: Sequence[Any] | None = None) -> list[Array]:
        """Return the weights, or other tensors of their shapes, as arrays."""
        return [array.copy() for array in self.unpack([numpy(tensor) for tensor in tensors or self.parameters])]

    def load(self, weights: Sequence[Array]) -> None:
        """Copy the task's weights in, and reset running statistics."""
        try:
            require_same_shapes(self.read(), weights)
        except Mismatch as error:
            raise Mismatch(f"{error}{_second_biases_hint(self.model)}") from None
        with torch.no_grad():
            for parameter, weight in zip(self.parameters, self.pack(weights), strict=True):
                parameter.copy_(torch.from_numpy(weight))
            for buffer, value in zip(self.model.buffers(), self.start, strict=True):
                buffer.copy_(value)

    def state(self) -> list[Array]:
        """Return the running statistics as arrays."""
        return [numpy(buffer).copy() for buffer in self.model.buffers() if buffer.is_floating_point()]

    def gradient(self, loss: Any) -> list[Array]:
        """Return the gradient of a loss, as arrays."""
        return self.read(torch.autograd.grad(loss, self.parameters))

    def count(self) -> int:
        """Return how many numbers are trained."""
        return sum(int(parameter.numel()) for parameter in self.parameters)


def _second_biases_hint(model: nn.Module) -> str:
    """Return what to do about the second biases of a model that trains any; empty where it trains none."""
    trained = [name for name, parameter in model.named_parameters() if "bias_hh_l" in name and parameter.requires_grad]
    if not trained:
        return ""
    return (
        f"; {trained[0]} is a second bias that Keras does not have: freeze_second_biases(model) of probes.jobs.pytorch"
    )


def job(
    task: Weighted,
    model: Any,
    train_step: Callable[..., Any],
    loss_of: Callable[..., Any],
    batches: Sequence[tuple[Any, ...]],
    **more: Any,
) -> Job:
    """Return the job of a model with one loss.

    Args:
        task: its initial weights are copied in.
        model: the module before it is compiled (another compilation for its forward output alone is spared), or its
            `Weights` where the layout is not that of linear layers alone.
        train_step: called with a batch; returns the loss.
        loss_of: the loss of a batch, in training mode.
        batches: tuples of features and labels on the device.
        more: further fields of the job.
    """
    weights = model if isinstance(model, Weights) else Weights(model)
    weights.load(task.weights)
    model, stream = weights.model, cycle(batches)

    def forward() -> Array:
        model.eval()
        with torch.no_grad():
            output = numpy(model(batches[0][0]))
        model.train()
        return output

    return Job(
        step=lambda: train_step(*next(stream)),
        loss_value=lambda loss: loss.item(),
        load=weights.load,
        weights=weights.read,
        forward=forward,
        gradient=lambda: weights.gradient(loss_of(*batches[0])),
        state=weights.state,
        parameters=weights.count(),
        **more,
    )
