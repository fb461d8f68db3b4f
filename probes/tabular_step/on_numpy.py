"""The reference: the net of training-step in this task's sizes; and gradient boosting beside it."""
# mypy: ignore-errors

from probes.jobs import reference
from probes.tabular_step.boosting import boosting
from probes.training_step.on_numpy import forward, gradient_of


def build(task, mode):
    def output(weights, features):
        return forward(weights, features)[-1]

    def judge(job):
        return task.judge(job, lambda features: output(job.weights(), features)) | boosting(task)

    return reference.job(task, mode, gradient_of, output, judge=judge)
