"""The table, read from scikit-learn's files without importing it, and the classifier every framework trains on it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from probes.gate import Tolerances, tolerances
from probes.job import Job, Unsupported
from probes.jobs.draws import SEED, draw_normal

Floats = NDArray[np.float32]
Whole = NDArray[np.int64]
TABLE = "sklearn/datasets/data/breast_cancer.csv"
TRAIN_ROWS = 426
EPOCHS = 20


@dataclass(frozen=True)
class Task:
    """Dense layers columns → hidden → hidden → 2 with ReLU, softmax cross-entropy, Adam, all float32.

    `weights` are kernel (inputs, outputs) and bias (outputs,) of each layer; `batches` pairs of features (batch, columns)
    float32, each column of mean 0 and deviation 1 over the rows to train on, and labels (batch,) int64; `test` such a pair
    of the other rows. `flops` are those of the matrix products of one step, as in training-step.
    """

    columns: int
    hidden: int
    weights: list[Floats]
    batches: list[tuple[Floats, Whole]]
    test: tuple[Floats, Whole]
    tolerances: Tolerances
    flops: int
    names: tuple[str, ...] = tuple(f"dense {layer} {part}" for layer in (1, 2, 3) for part in ("kernel", "bias"))
    rate: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-7

    def measure(self, job: Job, output: Callable[[Floats], Any]) -> dict[str, Any]:
        """Train `job` from the initial weights; return the seconds it took and the accuracy on the test rows.

        Args:
            output: of the model for features (rows, columns): (rows, 2) as an array.
        """
        job.load(self.weights)
        begin = time.perf_counter()
        for _ in range(EPOCHS * len(self.batches)):
            job.step()
        job.sync()
        seconds = time.perf_counter() - begin
        return {"accuracy": self.accuracy(np.argmax(output(self.test[0]), axis=1)), "train_seconds": seconds}

    def accuracy(self, predicted: NDArray[Any]) -> float:
        """Return the share of test rows whose class was predicted."""
        return float(np.mean(predicted == self.test[1]))


def make(seed: int = SEED, hidden: int = 64, batch_size: int = 71) -> Task:
    """Return the task; the same numbers in every process.

    Raises:
        Unsupported: scikit-learn, whose table it is, is not installed.
    """
    random = np.random.default_rng(seed)
    table = read_table()
    rows = random.permutation(len(table))
    features, labels = table[rows, :-1], table[rows, -1].astype(np.int64)
    train = features[:TRAIN_ROWS]
    features = ((features - train.mean(axis=0)) / train.std(axis=0)).astype(np.float32)
    widths = (features.shape[1], hidden, hidden, 2)
    weights: list[Floats] = []
    for fan_in, fan_out in pairwise(widths):
        weights += [draw_normal(random, (fan_in, fan_out), np.sqrt(2 / fan_in)), draw_normal(random, (fan_out,), 0.1)]
    starts = range(0, TRAIN_ROWS - batch_size + 1, batch_size)
    batches = [(features[start : start + batch_size], labels[start : start + batch_size]) for start in starts]
    products = sum(fan_in * fan_out for fan_in, fan_out in pairwise(widths))
    flops = batch_size * (6 * products - 2 * widths[0] * hidden)
    test = features[TRAIN_ROWS:], labels[TRAIN_ROWS:]
    return Task(widths[0], hidden, weights, batches, test, tolerances(widths[:-1], (*widths[1:], batch_size)), flops)


def read_table() -> NDArray[np.float64]:
    """Return the table (569, 31); the last column is the class, 0 malignant, 1 benign."""
    try:
        file = distribution("scikit-learn").locate_file(TABLE)
    except PackageNotFoundError:
        raise Unsupported(
            "scikit-learn, whose table this is, is not installed: pip install 'framework-advisor[tabular]'"
        ) from None
    return np.loadtxt(str(file), delimiter=",", skiprows=1)
