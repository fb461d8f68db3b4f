"""TensorFlow: the bugs in a module and in its GradientTape loop."""

from typing import Any

import tensorflow as tf

from probes.error_locality.task import Task


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in TensorFlow."""
    x, labels, integers = tf.constant(task.x), tf.constant(task.labels), tf.constant(task.integers)
    wrong = tf.constant(task.wrong)

    class Net(tf.Module):
        def __init__(self, bug: Any) -> None:
            self.bug = bug
            self.kernel, self.last = tf.Variable(task.kernel), tf.Variable(task.last)

        def __call__(self, x: Any) -> Any:
            hidden = tf.nn.relu(x @ self.kernel)
            if self.bug == "shape":
                hidden = hidden @ wrong  # bug: shape
            if self.bug == "dtype":
                hidden = hidden @ integers  # bug: dtype
            if self.bug == "gradient":
                hidden = tf.stop_gradient(hidden)  # bug: gradient
            return hidden @ self.last

    def step(bug: Any, loss_function: Any = None) -> Any:
        model = Net(bug)
        optimizer = tf.keras.optimizers.SGD(task.rate)
        with tf.GradientTape() as tape:
            loss = (loss_function or tf.keras.losses.MeanSquaredError())(labels, model(x))  # bug: loss
        weights = [model.kernel, model.last]
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        return model, float(loss)

    def regression(loss_function: Any) -> Any:
        points, values = tf.constant(task.points), tf.constant(task.values)
        kernel, bias = tf.Variable(tf.zeros((2, 1))), tf.Variable(tf.zeros(1))
        for _ in range(task.steps):
            with tf.GradientTape() as tape:
                loss = loss_function(values, points @ kernel + bias)  # bug: trap
            for part, gradient in zip((kernel, bias), tape.gradient(loss, [kernel, bias]), strict=True):
                part.assign_sub(task.rate * gradient)
        return task.has_learned([*kernel.numpy().ravel(), *bias.numpy()])

    bugs: dict[str, Any] = {name: lambda name=name: task.is_right_loss(step(name)[1]) for name in ("shape", "dtype")}
    bugs["gradient"] = lambda: task.has_moved(step("gradient")[0].kernel.numpy())
    bugs["loss"] = lambda: task.is_right_entropy(step("loss", tf.keras.losses.BinaryCrossentropy())[1])
    bugs["trap"] = lambda: regression(tf.keras.losses.MeanSquaredError())
    bugs["trap_by_hand"] = lambda: regression(lambda right, predicted: tf.reduce_mean(tf.square(predicted - right)))
    return task.measure(__file__, bugs)
