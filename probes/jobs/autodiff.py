"""Reverse-mode differentiation of NumPy expressions: what the references of the training tasks are written in.

A tensor remembers what it was made from and how a gradient flows back there (Griewank and Walther 2008, "Evaluating
Derivatives", ch. 3). It has only what the references need, and keeps the precision of its inputs. No framework is
involved, so none can agree with itself here; central differences are the check (tests/probes).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Parent = tuple[Any, Callable[[Array], Array]]


class Tensor:
    """An array, the tensors it was computed from, and for each of them the function that takes a gradient back to it."""

    def __init__(self, value: Array, *parents: Parent) -> None:
        self.value = np.asarray(value)
        self.parents = [(source, back) for source, back in parents if isinstance(source, Tensor)]

    def __add__(self, other: Any) -> Tensor:
        return Tensor(self.value + as_array(other), (self, lambda g: g), (other, lambda g: g))

    def __mul__(self, other: Any) -> Tensor:
        a, b = self.value, as_array(other)
        return Tensor(a * b, (self, lambda g: g * b), (other, lambda g: g * a))

    def __matmul__(self, other: Tensor) -> Tensor:
        a, b = self.value, other.value
        if b.ndim == 2 and a.ndim > 2:  # one large product instead of many small ones
            return (self.reshape(-1, a.shape[-1]) @ other).reshape(*a.shape[:-1], b.shape[-1])
        return Tensor(a @ b, (self, lambda g: g @ b.swapaxes(-1, -2)), (other, lambda g: a.swapaxes(-1, -2) @ g))

    def __sub__(self, other: Any) -> Tensor:
        return self.__add__(-1.0 * other)

    def __rsub__(self, other: Any) -> Tensor:
        return (self * -1.0).__add__(other)

    def __truediv__(self, other: Tensor) -> Tensor:
        return self * other.__pow__(-1.0)

    def __pow__(self, exponent: float) -> Tensor:
        a = self.value
        return Tensor(a**exponent, (self, lambda g: g * exponent * a ** (exponent - 1)))

    def __getitem__(self, part: Any) -> Tensor:
        """A part by basic indexing: slices, integers, `...`."""
        return Tensor(self.value[part], (self, lambda g: _place_gradient(g, self.value, part)))

    def reshape(self, *shape: int) -> Tensor:
        """Return the same numbers in another shape."""
        return Tensor(self.value.reshape(shape), (self, lambda g: g.reshape(self.value.shape)))

    def transpose(self, *axes: int) -> Tensor:
        """Return the tensor with its axes in another order."""
        return Tensor(self.value.transpose(axes), (self, lambda g: g.transpose(tuple(np.argsort(axes)))))

    def sum(self, axis: int | tuple[int, ...] | None = None) -> Tensor:
        """Return the sum over some axes or all; they stay, with length 1."""
        return Tensor(self.value.sum(axis, keepdims=True), (self, lambda g: np.broadcast_to(g, self.value.shape)))

    def mean(self, axis: int | tuple[int, ...] | None = None) -> Tensor:
        """Return the mean over some axes or all; they stay, with length 1."""
        total = self.sum(axis)
        return total * (total.value.size / self.value.size)

    def max(self, axis: int | tuple[int, ...]) -> Tensor:
        """Return the largest along some axes, which stay; equal ones share the gradient."""
        largest = self.value.max(axis, keepdims=True)
        chosen = self.value == largest
        return Tensor(largest, (self, lambda g: g * (chosen / chosen.sum(axis, keepdims=True)).astype(g.dtype)))

    __radd__, __rmul__ = __add__, __mul__


def as_array(value: Any) -> Any:
    """Return the array of a tensor; anything else as it is."""
    return value.value if isinstance(value, Tensor) else value


def exp(x: Tensor) -> Tensor:
    """Return the exponential."""
    value = np.exp(x.value)
    return Tensor(value, (x, lambda g: g * value))


def log(x: Tensor) -> Tensor:
    """Return the natural logarithm."""
    return Tensor(np.log(x.value), (x, lambda g: g / x.value))


def tanh(x: Tensor) -> Tensor:
    """Return the hyperbolic tangent."""
    value = np.tanh(x.value)
    return Tensor(value, (x, lambda g: g * (1 - value * value)))


def sigmoid(x: Tensor) -> Tensor:
    """Return the logistic function, computed by tanh to avoid overflow."""
    return tanh(x * 0.5) * 0.5 + 0.5


def relu(x: Tensor, slope: float = 0.0) -> Tensor:
    """Return the positive part; what is not positive is multiplied by `slope`."""
    factor = np.where(x.value > 0, 1, slope).astype(x.value.dtype)
    return Tensor(x.value * factor, (x, lambda g: g * factor))


def take_rows(table: Tensor, rows: Array) -> Tensor:
    """Return rows of a table by number, as an embedding does."""
    return Tensor(table.value[rows], (table, lambda g: _add_rows(g, table.value, rows)))


def softmax(x: Tensor) -> Tensor:
    """Return the softmax along the last axis."""
    powers = exp(x - x.value.max(-1, keepdims=True))
    return powers / powers.sum(-1)


def cross_entropy(logits: Tensor, labels: Array) -> Tensor:
    """Return the mean of -log softmax(logits) at the labels, which are whole numbers along all axes but the last."""
    shifted = logits - logits.value.max(-1, keepdims=True)
    log_share = shifted - log(exp(shifted).sum(-1))
    chosen = np.eye(logits.value.shape[-1], dtype=logits.value.dtype)[labels]
    picked: Tensor = log_share * chosen
    return picked.sum() * (-1.0 / labels.size)


def binary_cross_entropy(logits: Tensor, target: float) -> Tensor:
    """Return the mean cross-entropy of sigmoid(logits) against one target: max(x, 0) - x t + log(1 + exp(-|x|))."""
    size = relu(logits) + relu(logits * -1.0)
    return (relu(logits) - logits * target + log(exp(size * -1.0) + 1.0)).mean()


def gradients(loss: Tensor, weights: Sequence[Tensor]) -> list[Array]:
    """Return the gradient of a loss, of size 1, for each of the weights."""
    flows = {id(loss): np.ones_like(loss.value)}
    for tensor in reversed(_sort_tensors(loss)):
        for source, back in tensor.parents:
            flow = _sum_to_shape(back(flows[id(tensor)]), source.value.shape)
            flows[id(source)] = flows[id(source)] + flow if id(source) in flows else flow
    return [flows.get(id(weight), np.zeros_like(weight.value)) for weight in weights]


def _sort_tensors(last: Tensor) -> list[Tensor]:
    """Return all tensors that `last` was computed from, each after its sources."""
    order, seen, stack = list[Tensor](), set[int](), [(last, False)]
    while stack:
        tensor, done = stack.pop()
        if done:
            order.append(tensor)
        elif id(tensor) not in seen:
            seen.add(id(tensor))
            stack += [(tensor, True), *((source, False) for source, _ in tensor.parents)]
    return order


def _sum_to_shape(gradient: Array, shape: tuple[int, ...]) -> Array:
    """Return the gradient of what was broadcast from `shape`."""
    if gradient.shape == shape:
        return gradient
    gradient = gradient.sum(tuple(range(gradient.ndim - len(shape))))
    return np.asarray(gradient.sum(tuple(axis for axis, size in enumerate(shape) if size == 1), keepdims=True))


def _place_gradient(gradient: Array, whole: Array, part: Any) -> Array:
    """Return zeros in the shape of `whole` with the gradient in one part."""
    full = np.zeros_like(whole)
    full[part] = gradient
    return full


def _add_rows(gradient: Array, table: Array, rows: Array) -> Array:
    """Return zeros in the shape of the table with the gradient added to its rows."""
    full = np.zeros_like(table)
    np.add.at(full, rows, gradient)
    return full
