"""python on_tensorflow.py mlp|cnn|recurrent|transformer default|production SECONDS THREADS"""

import sys

import tensorflow as tf
from clock import time_loop
from layers import MODELS, data

name, mode, seconds, threads = sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
tf.config.threading.set_intra_op_parallelism_threads(threads)
tf.config.threading.set_inter_op_parallelism_threads(threads)

model = MODELS[name]()
optimizer = tf.keras.optimizers.Adam(1e-3)
loss_function = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
batches = [tuple(map(tf.constant, data(name))) for _ in range(8)]


def step(x, y):
    with tf.GradientTape() as tape:
        loss = loss_function(y, model(x, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
    return loss


if mode == "production":
    step = tf.function(step)
time_loop(step, batches, seconds)
