"""TensorFlow: a module in a GradientTape loop, and the interfaces of TensorFlow 1 that may be left."""

from typing import Any

import tensorflow as tf

from probes.graph_mode.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in TensorFlow."""
    batches = [tf.constant(batch) for batch in task.batches]

    class Plain(tf.Module):
        def __init__(self) -> None:
            self.weight = tf.Variable(1.0)

        def __call__(self, x: Any) -> Any:
            task.visit(lambda: tf.reduce_sum(x))
            return self.weight * x

    class Branching(Plain):
        def __call__(self, x: Any) -> Any:
            if tf.reduce_sum(x) > 0:
                return 2 * self.weight * x
            return -self.weight * x

    class Looping(Plain):
        def __call__(self, x: Any) -> Any:
            output, tested = -self.weight * x, x
            while tf.reduce_sum(tested) > 0:
                output, tested = 2 * self.weight * x, -tested
            return output

    class Structured(Plain):
        def __call__(self, x: Any) -> Any:
            return tf.cond(tf.reduce_sum(x) > 0, lambda: 2 * self.weight * x, lambda: -self.weight * x)

    def train(model: Any, compiled: bool = False, **options: Any) -> Any:
        def step(x: Any) -> Any:
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(model(x)))
            model.weight.assign_sub(0.0 * tape.gradient(loss, model.weight))
            return loss

        step = tf.function(step, **options) if compiled else step
        return [float(step(x)) for x in batches]

    train(Plain())
    body = task.judge_body()
    task.runs = 0
    train(Plain(), compiled=True)
    return {
        **body,
        "compiled_body_runs": task.runs,
        **task.attempt("data_if_in_training", lambda: train(Branching())),
        **task.attempt("data_if_eager", lambda: [float(tf.reduce_mean(Branching()(x) ** 2)) for x in batches]),
        **task.attempt("data_if_compiled", lambda: train(Branching(), compiled=True)),
        **task.attempt("data_if_whole_graph", lambda: train(Branching(), compiled=True, autograph=False)),
        **task.attempt("data_while_in_training", lambda: train(Looping())),
        **task.attempt("structured_op", lambda: train(Structured())),
        **task.attempt("structured_op_compiled", lambda: train(Structured(), compiled=True, autograph=False)),
        "session_api": "present" if hasattr(tf, "Session") else "absent",
        "function_with_control_dependencies": (
            "present" if hasattr(tf, "function_with_control_dependencies") else "absent"
        ),
        "explicit_graph_needed": not tf.executing_eagerly(),
    }
