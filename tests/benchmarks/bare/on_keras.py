"""python on_keras.py mlp|cnn|recurrent|transformer default|production SECONDS THREADS, with KERAS_BACKEND set"""

import sys

import keras
from clock import time_loop
from layers import MODELS, data

name, mode, seconds, threads = sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
if keras.backend.backend() == "torch":
    sys.modules["torch"].set_num_threads(threads)
if keras.backend.backend() == "tensorflow":
    threading = sys.modules["tensorflow"].config.threading
    threading.set_intra_op_parallelism_threads(threads)
    threading.set_inter_op_parallelism_threads(threads)

model = MODELS[name]()
jit = {"jit_compile": True} if mode == "production" else {}
loss_function = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(optimizer=keras.optimizers.Adam(1e-3), loss=loss_function, **jit)
batches = [tuple(map(keras.ops.convert_to_tensor, data(name))) for _ in range(8)]
time_loop(model.train_on_batch, batches, seconds)
