"""python on_keras.py mlp|cnn|recurrent|transformer OPTION SECONDS THREADS, with KERAS_BACKEND set

Options, each as https://keras.io/api/models/model_training_apis/ describes them; "default" is `train_on_batch`:

- production: the step is compiled by XLA, on PyTorch by torch.compile;
- fit: several batches in one call of the compiled function, which may help small models with much Python around them a lot; PyTorch
  takes one. Timed are whole epochs of 500 steps after the first one, from end to end;
- fit-xla: both.
"""

import json
import statistics
import sys
import time

import keras
from arrays import data
from clock import time_loop
from layers import MODELS

name, mode, seconds, threads = sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
if keras.backend.backend() == "torch":
    sys.modules["torch"].set_num_threads(threads)
if keras.backend.backend() == "tensorflow":
    threading = sys.modules["tensorflow"].config.threading
    threading.set_intra_op_parallelism_threads(threads)
    threading.set_inter_op_parallelism_threads(threads)

model = MODELS[name]()
jit = {"jit_compile": True} if mode in ("production", "fit-xla") else {}
if mode.startswith("fit") and keras.backend.backend() != "torch":
    jit["steps_per_execution"] = 50
loss_function = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(optimizer=keras.optimizers.Adam(1e-3), loss=loss_function, **jit)
batches = [tuple(map(keras.ops.convert_to_tensor, data(name))) for _ in range(8)]


class Clock(keras.callbacks.Callback):
    def __init__(self):
        super().__init__()
        self.seconds = []

    def on_epoch_begin(self, epoch, logs=None):
        self.begin = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append(time.perf_counter() - self.begin)


def tensors_for_fit():
    if keras.backend.backend() != "tensorflow":
        return iter(batches[number % 8] for number in range(10**9))
    tf = sys.modules["tensorflow"]
    stacked = tuple(tf.stack(arrays) for arrays in zip(*batches, strict=True))
    return tf.data.Dataset.from_tensor_slices(stacked).repeat().prefetch(tf.data.AUTOTUNE)


if mode.startswith("fit"):
    clock = Clock()
    model.fit(tensors_for_fit(), steps_per_epoch=500, epochs=6, verbose=0, callbacks=[clock])
    print("\n" + json.dumps({"step_s": statistics.median(clock.seconds[1:]) / 500, "first_s": clock.seconds[0]}))
else:
    time_loop(model.train_on_batch, batches, seconds)
