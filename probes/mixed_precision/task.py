"""One layer, and what a number of sixteen bits may make of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROWS, INPUTS, UNITS = 64, 256, 256
FLOAT32_EXPLAINS, WRONG_ABOVE = 1e-5, 0.05
SEED = 20261123
TYPES = ("bfloat16", "float16")


@dataclass(frozen=True)
class Task:
    """Features (64, 256) and a kernel (256, 256), float32, scaled so that results are about 1."""

    x: NDArray[np.float32]
    kernel: NDArray[np.float32]

    def judge(self, compute: Callable[[str], tuple[str, Any, str]], scaling: str) -> dict[str, Any]:
        """Return the measures; `compute` takes a type and returns the output's type, the output and the weights' type."""
        measures: dict[str, Any] = {"float16_scaling": scaling}
        for dtype_asked in TYPES:
            try:
                dtype, output, measures["weights_dtype"] = compute(dtype_asked)
            except Exception as error:  # each framework has its own
                measures |= {dtype_asked: "fails", f"{dtype_asked}_dtype": type(error).__name__}
                continue
            relative_error = self.relative_error(output)
            measures |= {
                dtype_asked: judge_output(dtype_asked, dtype, relative_error),
                f"{dtype_asked}_dtype": dtype,
                f"{dtype_asked}_error": relative_error,
            }
        return measures

    def relative_error(self, output: Any) -> float:
        """Return the largest error relative to the largest entry."""
        exact = self.x.astype(np.float64) @ self.kernel
        return float(np.max(np.abs(np.asarray(output, np.float64) - exact)) / np.max(np.abs(exact)))


def judge_output(dtype_asked: str, dtype_of_output: str, error: float) -> str:
    """Return what the type and the error of an output say together."""
    if error > WRONG_ABOVE:
        return "fails"
    return "works" if dtype_of_output == dtype_asked and error > FLOAT32_EXPLAINS else "no-effect"


def make() -> Task:
    """Return the task; the same numbers in every process."""
    random = np.random.default_rng(SEED)
    x, kernel = random.standard_normal((ROWS, INPUTS)), random.standard_normal((INPUTS, UNITS)) / np.sqrt(INPUTS)
    return Task(x.astype(np.float32), kernel.astype(np.float32))
