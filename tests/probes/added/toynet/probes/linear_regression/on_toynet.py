"""ToyNet: descent along the gradient of the formula."""
# mypy: ignore-errors

import os
from pathlib import Path

import numpy as np

from probes.linear_regression.task import clock


def measure(task):
    assert Path(os.environ["TOYNET_CACHE"]).parent == Path.cwd() and os.environ["TOYNET_THREADS"].isdigit()
    begin = clock()
    # effort: begin
    # step: define
    kernel, bias = (part.copy() for part in task.start)
    first = None
    for _ in range(task.epochs):
        # step: forward
        rest = task.x_train @ kernel + bias - task.y_train
        # step: gradient
        gradient = [2 * task.x_train.T @ rest / len(rest), 2 * rest.mean(axis=0)]
        # step: update
        kernel, bias = kernel - task.rate * gradient[0], bias - task.rate * gradient[1]
        # effort: end
        first = first or [np.array(part) for part in gradient]
    return task.judge(kernel, bias, first, clock() - begin)
