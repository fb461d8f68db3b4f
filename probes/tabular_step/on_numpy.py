"""The reference: the net of training-step in this task's sizes; and gradient boosting beside it."""

from typing import Any

from probes.job import Job
from probes.jobs import reference
from probes.tabular_step.boosting import measure_boosting
from probes.tabular_step.task import Task
from probes.training_step.on_numpy import apply_layers, loss_and_gradient


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in NumPy."""

    def output(weights: Any, features: Any) -> Any:
        return apply_layers(weights, features)[-1]

    def further_measures(job: Job) -> dict[str, Any]:
        return task.measure(job, lambda features: output(job.weights(), features)) | measure_boosting(task)

    return reference.job(task, mode, loss_and_gradient, output, further_measures=further_measures)
