"""A quadratic, its start, and the paths of the optimisers by their definitions, in NumPy."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

STEPS = 20
SAME_WITHIN = 1e-4
Floats = NDArray[np.float64]
Path = list[Any]


@dataclass(frozen=True)
class Task:
    """Minimise ½ Σ curvature·w²; `start` and `curvature` are (3,), the constants are given to every framework."""

    start: NDArray[np.float32]
    curvature: NDArray[np.float32]
    rate: float = 0.1
    momentum: float = 0.9
    decay: float = 0.8
    betas: tuple[float, float] = (0.9, 0.99)
    epsilon: float = 0.01
    weight_decay: float = 0.1
    steps: int = STEPS

    def judge(self, walks: Mapping[str, Callable[[], Path]], **defaults: float) -> dict[str, Any]:
        """Return the measures, from functions that return the point after each step, (steps, 3)."""
        measures: dict[str, Any] = {}
        for name, walk in walks.items():
            path = np.asarray(walk(), np.float64)
            errors = {
                label: float(np.max(np.abs(path - defined_path)))
                for label, defined_path in self.definitions(name).items()
            }
            label = min(errors, key=errors.__getitem__)
            same = errors[label] <= SAME_WITHIN
            measures |= {name: "same" if same else "differs", f"{name}_error": errors[label]}
            measures |= {f"{name}_definition": label} if same else {}
        return {"optimizers_same": sum(measures[name] == "same" for name in walks)} | measures | defaults

    def definitions(self, name: str) -> dict[str, Floats]:
        """Return the paths (steps, 3) of one optimiser by each definition in use."""
        formulas: dict[str, dict[str, Callable[[], Iterator[Floats]]]] = {
            "sgd": {"momentum": self.sgd},
            "rmsprop": {
                "epsilon outside the root": self.rmsprop,
                "epsilon inside the root": lambda: self.rmsprop(True),
            },
            "adam": {
                "epsilon after the correction": self.adam,
                "epsilon before it": lambda: self.adam(epsilon_before=True),
            },
            "adamw": {
                "epsilon after the correction": lambda: self.adam(self.weight_decay),
                "epsilon before it": lambda: self.adam(self.weight_decay, epsilon_before=True),
            },
        }
        return {label: np.array(list(walk())) for label, walk in formulas[name].items()}

    def sgd(self) -> Iterator[Floats]:
        """Yield the path of SGD with momentum: v ← μv + g, then w ← w - ηv."""
        w, v = self.start.astype(np.float64), np.zeros(3)
        for _ in range(self.steps):
            v = self.momentum * v + self.curvature * w
            yield (w := w - self.rate * v)

    def rmsprop(self, epsilon_inside: bool = False) -> Iterator[Floats]:
        """Yield the path of RMSprop: s ← ρs + (1-ρ)g², then w ← w - ηg / (√s + ε), or / √(s + ε)."""
        w, s = self.start.astype(np.float64), np.zeros(3)
        for _ in range(self.steps):
            g = self.curvature * w
            s = self.decay * s + (1 - self.decay) * g**2
            yield (
                w := w - self.rate * g / (np.sqrt(s + self.epsilon) if epsilon_inside else np.sqrt(s) + self.epsilon)
            )

    def adam(self, weight_decay: float = 0.0, epsilon_before: bool = False) -> Iterator[Floats]:
        """Yield the path of Adam, with ε added after the bias correction or before it; of AdamW if there is a decay."""
        w, m, s = self.start.astype(np.float64), np.zeros(3), np.zeros(3)
        beta1, beta2 = self.betas
        for t in range(1, self.steps + 1):
            g = self.curvature * w
            m, s = beta1 * m + (1 - beta1) * g, beta2 * s + (1 - beta2) * g**2
            rate, root = self.rate / (1 - beta1**t), np.sqrt(1 - beta2**t)
            w = w - self.rate * weight_decay * w
            yield (w := w - rate * root * m / (np.sqrt(s) + self.epsilon * (1 if epsilon_before else root)))


def make() -> Task:
    """Return the task; the same numbers in every process."""
    return Task(np.array([1.0, -2.0, 0.5], np.float32), np.array([1.0, 0.3, 2.0], np.float32))
