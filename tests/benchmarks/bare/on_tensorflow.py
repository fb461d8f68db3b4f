"""python on_tensorflow.py mlp|cnn|recurrent|transformer OPTION SECONDS THREADS

Options, each as the project's own pages advise; "default" takes none of them:

- production: the step becomes a graph, which costs no Python per operation (https://www.tensorflow.org/guide/function);
- xla: XLA compiles the graph, which fuses operations and may be much faster, if all of it can be compiled
  (https://www.tensorflow.org/api_docs/python/tf/function);
- core: the same without Keras: variables, tf.nn and an Adam of one's own, as the guide of the core APIs writes them
  (https://www.tensorflow.org/guide/core/mlp_core); of the dense and the convolutional net.
"""

import sys

import tensorflow as tf
import tensorflow_core as core
from arrays import data
from clock import time_loop
from layers import MODELS

name, mode, seconds, threads = sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(threads)

model = (core.MODELS if mode == "core" else MODELS)[name]()
optimizer = core.Adam(model.trainable_variables) if mode == "core" else tf.keras.optimizers.Adam(1e-3)
loss_function = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
batches = [tuple(map(tf.constant, data(name))) for _ in range(8)]


def step(x, y):
    with tf.GradientTape() as tape:
        loss = loss_function(y, model(x, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
    return loss


if mode != "default":
    step = tf.function(step, jit_compile=mode in ("xla", "core") or None)
time_loop(step, batches, seconds)
