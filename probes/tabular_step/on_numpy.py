"""The reference: the net of training-step in this task's sizes; and gradient boosting beside it."""

from typing import Any

from probes.job import Job
from probes.jobs import reference
from probes.tabular_step.boosting import measure_boosting
from probes.tabular_step.task import Task
from probes.training_step.on_numpy import forward, gradient_of


def build(task: Task, mode: str) -> Job:
    def output(weights: Any, features: Any) -> Any:
        return forward(weights, features)[-1]

    def judge(job: Job) -> dict[str, Any]:
        return task.judge(job, lambda features: output(job.weights(), features)) | measure_boosting(task)

    return reference.job(task, mode, gradient_of, output, judge=judge)
