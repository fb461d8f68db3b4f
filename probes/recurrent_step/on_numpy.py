"""The reference: the same network as NumPy expressions, differentiated by `probes.jobs.autodiff`."""

from typing import Any

import numpy as np

from probes.job import Job
from probes.jobs import reference
from probes.jobs.autodiff import Tensor, cross_entropy, sigmoid, take_rows, tanh
from probes.recurrent_step.task import Task


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in NumPy."""

    def output(weights: Any, text: Any) -> Any:
        return apply_model([Tensor(weight) for weight in weights], text).value

    return reference.job(task, mode, reference.with_gradient(apply_model, cross_entropy), output)


def apply_model(weights: Any, text: Any) -> Any:
    """Return the logits for a batch of texts."""
    embedding, input_kernel, recurrent_kernel, gru_biases, head_kernel, head_bias = weights
    units = recurrent_kernel.value.shape[0]
    gate_columns = [slice(number * units, (number + 1) * units) for number in range(3)]
    input_products = take_rows(embedding, text) @ input_kernel + gru_biases[0]
    state = Tensor(np.zeros((len(text), units), input_kernel.value.dtype))
    for position in range(text.shape[1]):
        recurrent_products = state @ recurrent_kernel + gru_biases[1]
        update, reset, candidate = (
            (input_products[:, position, columns], recurrent_products[:, columns]) for columns in gate_columns
        )
        keep = sigmoid(update[0] + update[1])
        new_state = tanh(candidate[0] + sigmoid(reset[0] + reset[1]) * candidate[1])
        state = keep * state + (1.0 - keep) * new_state
    return state @ head_kernel + head_bias
