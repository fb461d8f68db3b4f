"""A two-layer model with room for one bug, and the right numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from probes.error_locality.report import report_bug

ROWS, INPUTS, HIDDEN, WRONG = 6, 3, 11, 7
POINTS, TRUTH, NEAR = 200, (1.0, 2.0, 3.0), 0.1
SEED = 20261123
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Task:
    """Features (6, 3), labels (6, 1) of 0 and 1, kernels (3, 11) and (11, 1); matrices that are wrong in one way.

    `wrong` is (7, 5), `integers` the identity (11, 11) in int32. `points` (200, 2) and `values` (200,) are a linear
    regression with the weights 1, 2 and the bias 3, for the trap of shapes.
    """

    x: Floats
    labels: Floats
    kernel: Floats
    last: Floats
    wrong: Floats
    integers: NDArray[np.int32]
    points: Floats
    values: Floats
    rate: float = 0.1
    steps: int = 30

    def logits(self) -> NDArray[np.float64]:
        """Return what the model computes without a bug."""
        return np.asarray(np.maximum(self.x.astype(np.float64) @ self.kernel, 0) @ self.last)

    def is_right_loss(self, loss: float) -> bool:
        """Return whether this is the mean squared error of the model without a bug."""
        return bool(np.isclose(loss, np.mean(np.square(self.logits() - self.labels)), rtol=1e-4))

    def is_right_entropy(self, loss: float) -> bool:
        """Return whether this is the binary cross-entropy of the logits."""
        logits = self.logits()
        return bool(np.isclose(loss, np.mean(np.logaddexp(0, logits) - self.labels * logits), rtol=1e-4))

    def has_moved(self, kernel: Any) -> bool:
        """Return whether the first layer has learned something."""
        return not np.array_equal(np.asarray(kernel), self.kernel)

    def has_learned(self, weights: Any) -> bool:
        """Return whether the weights of the regression, bias last, are near the truth."""
        return bool(np.allclose(np.ravel(weights), TRUTH, atol=NEAR))

    def measure(self, file: str, bugs: Mapping[str, Callable[[], bool]]) -> dict[str, Any]:
        """Run every bug and return the measures.

        Args:
            file: the file with the user's code, where the faulty line of each bug ends with "# bug: " and the bug's name.
            bugs: by the bug's name, a function that trains with it and returns whether the result is right in spite of it.
        """
        measures: dict[str, Any] = {}
        for bug, run in bugs.items():
            measures |= report_bug(bug, run, file, (HIDDEN, WRONG))
        outcomes = [measures[bug] for bug in bugs]
        counts = {"bugs": len(outcomes), "bugs_named": outcomes.count("named"), "bugs_silent": outcomes.count("silent")}
        return counts | measures


def make() -> Task:
    """Return the task; the same numbers in every process."""
    random = np.random.default_rng(SEED)
    shapes = (ROWS, INPUTS), (INPUTS, HIDDEN), (HIDDEN, 1), (WRONG, 5), (POINTS, 2)
    x, kernel, last, wrong, points = (random.standard_normal(shape).astype(np.float32) for shape in shapes)
    labels = random.integers(0, 2, (ROWS, 1)).astype(np.float32)
    values = (points @ np.array(TRUTH[:2]) + TRUTH[2]).astype(np.float32)
    return Task(x, labels, kernel, last, wrong, np.eye(HIDDEN, dtype=np.int32), points, values)
