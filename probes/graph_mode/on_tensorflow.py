"""TensorFlow: a module in a GradientTape loop, and the interfaces of TensorFlow 1 that may be left."""
# mypy: ignore-errors

import tensorflow as tf


def measure(task):
    batches = [tf.constant(batch) for batch in task.batches]

    class Plain(tf.Module):
        def __init__(self):
            self.weight = tf.Variable(1.0)

        def __call__(self, x):
            task.visit(lambda: tf.reduce_sum(x))
            return self.weight * x

    class Branching(Plain):
        def __call__(self, x):
            if tf.reduce_sum(x) > 0:
                return 2 * self.weight * x
            return -self.weight * x

    class Structured(Plain):
        def __call__(self, x):
            return tf.cond(tf.reduce_sum(x) > 0, lambda: 2 * self.weight * x, lambda: -self.weight * x)

    def train(model, compiled=False):
        def step(x):
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(model(x)))
            model.weight.assign_sub(0.0 * tape.gradient(loss, model.weight))
            return loss

        step = tf.function(step) if compiled else step
        return [float(step(x)) for x in batches]

    train(Plain())
    return {
        **task.body(),
        **task.attempt("data_if_in_training", lambda: train(Branching())),
        **task.attempt("data_if_eager", lambda: [float(tf.reduce_mean(Branching()(x) ** 2)) for x in batches]),
        **task.attempt("data_if_compiled", lambda: train(Branching(), compiled=True)),
        **task.attempt("structured_op", lambda: train(Structured(), compiled=True)),
        "session_api": "present" if hasattr(tf, "Session") else "absent",
        "function_with_control_dependencies": (
            "present" if hasattr(tf, "function_with_control_dependencies") else "absent"
        ),
        "explicit_graph_needed": not tf.executing_eagerly(),
    }
