"""Training steps in TensorFlow on the CPU, by TensorFlow's own means (Keras layers only in `default`).

Options, and the advice each rests on (in my words):
default      Keras layers and optimiser in a loop of one's own: GradientTape under tf.function. A graph
             beats eager execution most where there are many small operations.
             https://www.tensorflow.org/guide/function (the model: `custom` of on_keras.py)
core         tf.Variables and core operations in place of layers; Adam in core operations, one group of
             assignments a variable (https://www.tensorflow.org/guide/core/optimizers_core). The GRU's
             loop is a Python loop: tracing writes its 24 steps into the graph (guide/function, "Loops").
core_fused   core, with tf.raw_ops.ResourceApplyAdam: one kernel for the whole update of a variable.
             https://www.tensorflow.org/api_docs/python/tf/raw_ops/ResourceApplyAdam
core_xla     core, with tf.function(jit_compile=True): XLA fuses the graph into a few kernels.
             https://openxla.org/xla/tf2xla
core_loop    core_fused, 8 steps in one call: a loop over a tensor inside tf.function becomes a loop of
             the graph, with its body there once (guide/function, "Loops").
xla_loop     core_xla, 8 steps in one call, likewise.
Threads: tf.config.threading, THREADS within operations and one for the graph, so that no more run.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ["KERAS_BACKEND"] = "tensorflow"
import tensorflow as tf
from common import BATCHES, cycle, data, main, set_threads

OPTIONS = ("default", "core", "core_fused", "core_xla", "core_loop", "xla_loop")
B1, B2, RATE, EPSILON = 0.9, 0.999, 1e-3, 1e-7


class Network(tf.Module):
    """The variables of a job, made in the order in which the methods below ask for them."""

    def __init__(self, job):
        super().__init__()
        self.forward, self.made, self.building, self.moving = getattr(self, job), [], True, []

    def __call__(self, x):
        self.turn = iter(list(self.made))
        scores = self.forward(x)
        self.building = False
        return scores

    def get(self, *shape, std=None, value=0.0):
        if self.building:
            first = tf.fill(shape, value) if std is None else tf.random.normal(shape, stddev=std)
            self.made.append(tf.Variable(first))
            return self.made[-1]
        return next(self.turn)

    def dense(self, x, width):
        w = self.get(x.shape[-1], width, std=x.shape[-1] ** -0.5)
        return tf.tensordot(x, w, 1) + self.get(width)

    def mlp(self, x):
        x = tf.nn.relu(self.dense(x, 256))
        return self.dense(tf.nn.relu(self.dense(x, 256)), 10)

    def cnn(self, x):
        for i, width in enumerate((16, 32)):
            x = tf.nn.conv2d(x, self.get(3, 3, x.shape[-1], width, std=0.15), 1, "SAME")
            if self.building:
                self.moving.append([tf.Variable(tf.zeros(width)), tf.Variable(tf.ones(width))])
            x, *found = tf.compat.v1.nn.fused_batch_norm(x, self.get(width, value=1.0), self.get(width), epsilon=1e-3)
            for old, new in zip(self.moving[i], found, strict=False):
                old.assign_sub(0.1 * (old - new))
            x = tf.nn.max_pool2d(tf.nn.relu(x), 2, 2, "VALID")
        return self.dense(tf.reduce_mean(x, (1, 2)), 10)

    def recurrent(self, ids):
        x = tf.gather(self.get(1000, 32, std=0.05), tf.transpose(ids))
        given = tf.unstack(self.dense(x, 192))  # all positions in one product
        w, b, h = self.get(64, 192, std=0.125), self.get(192), tf.zeros((ids.shape[0], 64))
        for g in given:
            r, z, n = tf.split(g, 3, -1)
            hr, hz, hn = tf.split(tf.matmul(h, w) + b, 3, -1)
            z = tf.sigmoid(z + hz)
            n = tf.tanh(n + tf.sigmoid(r + hr) * hn)
            h = n + z * (h - n)
        return self.dense(h, 4)

    def norm(self, x):
        mean, var = tf.nn.moments(x, -1, keepdims=True)
        scale, shift = self.get(x.shape[-1], value=1.0), self.get(x.shape[-1])
        return tf.nn.batch_normalization(x, mean, var, shift, scale, 1e-3)

    def transformer(self, ids):
        b, t = ids.shape
        x = tf.gather(self.get(512, 64, std=0.05), ids) + self.get(t, 64, std=0.05)
        hidden = (1.0 - tf.linalg.band_part(tf.ones((t, t)), -1, 0)) * -1e9
        for _ in range(2):
            parts = tf.reshape(self.dense(self.norm(x), 192), (b, t, 3, 4, 16))
            q, k, v = tf.unstack(tf.transpose(parts, (2, 0, 3, 1, 4)))
            weights = tf.nn.softmax(tf.matmul(q * 0.25, k, transpose_b=True) + hidden)
            mixed = tf.transpose(tf.matmul(weights, v), (0, 2, 1, 3))
            x = x + self.dense(tf.reshape(mixed, (b, t, 64)), 64)
            x = x + self.dense(tf.nn.relu(self.dense(self.norm(x), 256)), 64)
        return self.dense(self.norm(x), 512)


def adam(variables, fused):
    slots = [(tf.Variable(tf.zeros_like(w)), tf.Variable(tf.zeros_like(w))) for w in variables]
    powers = tf.Variable(1.0), tf.Variable(1.0)

    def apply(grads):
        p1, p2 = powers[0].assign(powers[0] * B1), powers[1].assign(powers[1] * B2)
        rate = RATE * tf.sqrt(1.0 - p2) / (1.0 - p1)
        for w, (m, v), g in zip(variables, slots, grads, strict=False):
            g = tf.convert_to_tensor(g)
            if fused:
                tf.raw_ops.ResourceApplyAdam(
                    var=w.handle,
                    m=m.handle,
                    v=v.handle,
                    beta1_power=p1,
                    beta2_power=p2,
                    lr=RATE,
                    beta1=B1,
                    beta2=B2,
                    epsilon=EPSILON,
                    grad=g,
                )
            else:
                m.assign_add((g - m) * (1.0 - B1))
                v.assign_add((tf.square(g) - v) * (1.0 - B2))
                w.assign_sub(rate * m / (tf.sqrt(v) + EPSILON))

    return apply


def build(job, option, threads):
    if option == "default":
        import on_keras

        return on_keras.build(job, "custom", threads)
    set_threads("tensorflow", threads)
    tf.random.set_seed(0)
    batches = [(tf.constant(x), tf.constant(y)) for x, y in data(job)]
    model = Network(job)
    model(batches[0][0])
    apply = adam(model.made, option in ("core_fused", "core_loop"))

    def step(x, y):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, model(x)))
        apply(tape.gradient(loss, model.made))
        return loss

    def many(xs, ys):
        loss = tf.constant(0.0)
        for i in tf.range(BATCHES):
            loss = step(xs[i], ys[i])
        return loss

    chunk = BATCHES if option.endswith("loop") else 1
    if chunk > 1:
        batches = [tuple(tf.stack(part) for part in zip(*batches, strict=False))]
    compiled = tf.function(many if chunk > 1 else step, jit_compile="xla" in option)
    steps = cycle(batches, compiled)
    return (lambda n: float(steps(n // chunk))), chunk


if __name__ == "__main__":
    main(OPTIONS, build)
