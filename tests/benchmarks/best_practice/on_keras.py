"""Training steps in Keras 3 on the CPU; KERAS_BACKEND names the backend (tensorflow, jax, torch).

Options, and the advice each rests on (in my words):
default      compile(optimizer, loss) and fit() on arrays in memory. jit_compile="auto" takes XLA on
             tensorflow and jax where the model allows it, eager execution on torch:
             https://keras.io/api/models/model_training_apis/ ("compile")
jit_flip     jit_compile set to what "auto" would not choose (same page): False on tensorflow - XLA is
             not always faster, try both - and True on torch (torch.compile). On jax False means
             operation by operation, which nobody trains with: not offered.
spe          fit() with steps_per_execution=8: several batches in one compiled call help small models
             with a large Python overhead; not on torch (same page).
custom       the loop written out with the backend's own means, without fit's callbacks and metrics:
             tf.function; jax.jit over stateless_call and stateless_apply; eager torch.
             https://keras.io/guides/writing_a_custom_training_loop_in_tensorflow/ (_in_jax/, _in_torch/)
custom_jit   custom with the backend's compiler on the whole step: tf.function(jit_compile=True),
             torch.compile; on jax the state is donated as well
             (https://docs.jax.dev/en/latest/buffer_donation.html).
unroll       custom_jit with GRU(unroll=True): an unrolled network can be faster, for more memory, and
             suits short sequences: https://keras.io/api/layers/recurrent_layers/gru/
Threads: as in the other scripts.
"""

import os

import numpy as np
from common import Unsupported, cycle, data, main, set_threads

OPTIONS = ("default", "jit_flip", "spe", "custom", "custom_jit", "unroll")
BACKEND = os.environ.get("KERAS_BACKEND", "tensorflow")
EPOCH = 128  # steps of an epoch of fit(): the 8 batches 16 times


def network(job, unroll=False):
    import keras
    from keras import layers

    class Places(layers.Layer):
        def build(self, shape):
            self.table = self.add_weight(shape=shape[1:], initializer="random_normal")

        def call(self, x):
            return x + self.table

    if job == "mlp":
        return keras.Sequential(
            [layers.Input((128,)), layers.Dense(256, "relu"), layers.Dense(256, "relu"), layers.Dense(10)]
        )
    if job == "cnn":
        parts = [layers.Input((32, 32, 3))]
        for channels in (16, 32):
            parts += [
                layers.Conv2D(channels, 3, padding="same", use_bias=False),
                layers.BatchNormalization(momentum=0.9),
                layers.ReLU(),
                layers.MaxPool2D(2),
            ]
        return keras.Sequential([*parts, layers.GlobalAveragePooling2D(), layers.Dense(10)])
    if job == "recurrent":
        return keras.Sequential(
            [
                layers.Input((24,), dtype="int32"),
                layers.Embedding(1000, 32),
                layers.GRU(64, unroll=unroll),
                layers.Dense(4),
            ]
        )
    ids = layers.Input((32,), dtype="int32")
    x = Places()(layers.Embedding(512, 64)(ids))
    for _ in range(2):
        y = layers.LayerNormalization()(x)
        x = x + layers.MultiHeadAttention(4, 16)(y, y, use_causal_mask=True)
        y = layers.Dense(256, "relu")(layers.LayerNormalization()(x))
        x = x + layers.Dense(64)(y)
    return keras.Model(ids, layers.Dense(512)(layers.LayerNormalization()(x)))


def custom_tensorflow(model, loss_fn, adam, batches, jit):
    import tensorflow as tf

    weights = model.trainable_variables

    @tf.function(jit_compile=jit)
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = loss_fn(y, model(x, training=True))
        adam.apply(tape.gradient(loss, weights), weights)
        return loss

    steps = cycle([(tf.constant(x), tf.constant(y)) for x, y in batches], step)
    return lambda n: float(steps(n))


def custom_jax(model, loss_fn, adam, batches, donate):
    import jax

    def value(variables):
        return [v.value for v in variables]

    held = [(value(model.trainable_variables), value(model.non_trainable_variables), value(adam.variables))]

    def loss_of(weights, others, x, y):
        scores, others = model.stateless_call(weights, others, x, training=True)
        return loss_fn(y, scores), others

    def step(state, x, y):
        weights, others, slots = state
        (loss, others), grads = jax.value_and_grad(loss_of, has_aux=True)(weights, others, x, y)
        weights, slots = adam.stateless_apply(slots, grads, weights)
        return (weights, others, slots), loss

    jitted = jax.jit(step, donate_argnums=0 if donate else ())

    def call(x, y):
        held[0], loss = jitted(held[0], x, y)
        return loss

    steps = cycle([(jax.numpy.asarray(x), jax.numpy.asarray(y)) for x, y in batches], call)
    return lambda n: float(jax.block_until_ready((steps(n), held[0]))[0])


def custom_torch(model, loss_fn, adam, batches, jit):
    import torch

    weights = model.trainable_weights

    def step(x, y):
        loss = loss_fn(y, model(x, training=True))
        model.zero_grad()
        loss.backward()
        with torch.no_grad():
            adam.apply([w.value.grad for w in weights], weights)
        return loss.detach()

    if jit:
        step = torch.compile(step)
    steps = cycle([(torch.from_numpy(x), torch.from_numpy(y)) for x, y in batches], step)
    return lambda n: steps(n).item()


def build(job, option, threads):
    if option == "unroll" and job != "recurrent":
        raise Unsupported("there is no loop to unroll")
    if option == "jit_flip" and BACKEND == "jax":
        raise Unsupported("without jit the jax backend runs operation by operation")
    if option == "spe" and BACKEND == "torch":
        raise Unsupported("the torch backend has no steps_per_execution")
    set_threads(BACKEND, threads)
    import keras

    keras.utils.set_random_seed(0)
    model, batches = network(job, option == "unroll"), data(job)
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    adam = keras.optimizers.Adam(1e-3, beta_1=0.9, beta_2=0.999, epsilon=1e-7)
    if option.startswith("custom") or option == "unroll":
        adam.build(model.trainable_variables)
        write = {"tensorflow": custom_tensorflow, "jax": custom_jax, "torch": custom_torch}[BACKEND]
        return (write(model, loss_fn, adam, batches, option != "custom"),)
    chunk = 8 if option == "spe" else 1
    jit = "auto" if option != "jit_flip" else BACKEND == "torch"
    model.compile(adam, loss_fn, steps_per_execution=chunk, jit_compile=jit)
    xs, ys = (np.concatenate(part * (EPOCH // 8)) for part in map(list, zip(*batches, strict=False)))
    size = len(batches[0][0])

    def run(n):  # one call of fit: n steps, in epochs of EPOCH
        short = min(n, EPOCH) * size
        kept = model.fit(xs[:short], ys[:short], batch_size=size, epochs=-(-n // EPOCH), shuffle=False, verbose=0)
        return float(kept.history["loss"][-1])

    return run, chunk, EPOCH, 0.25


if __name__ == "__main__":
    main(OPTIONS, build)
