"""Does the framework's own data-parallel training work with two workers on this machine?

Only the mechanism: two workers, each with half of the batch, must end with the gradient of the whole batch, and the
work must really have been split; an API that accepts everything and splits nothing is "no-effect". Nothing is timed.
That it works for two workers on one machine proves nothing about a cluster, neither that it works there nor how fast;
so only a failure counts. "Sharded" is the same with the weights themselves laid out in parts over the workers, as large
models need it: FSDP2 in PyTorch, ModelParallel in Keras, the layout of the arrays in JAX; TensorFlow's core has no such
strategy of its own. PyTorch and TensorFlow start two processes that talk over the loopback device; Keras and JAX have two
logical CPU devices in one process (`workers_are` says which).
Void: a machine that forbids sockets on its loopback device.
"""

QUESTION = "Do two local workers compute the gradient of the whole batch, each on its half?"
TIMED = False
ALONE = True
MEASURES = {
    "mechanism": {},
    "mechanism_error": {},
    "api": {},
    "workers": {},
    "workers_are": {},
    "work_split": {"better": "higher"},
    "sharded": {},
    "sharded_error": {},
    "sharded_api": {},
    "gradient_error": {"better": "lower"},
    "gradient_equal": {"better": "higher"},
}
