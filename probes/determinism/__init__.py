"""Are two runs with one seed equal to the last bit, and what does the framework's own switch for that cost?

Thirty steps of a network with dropout and a convolution, twice in fresh processes with the seed alone, twice with the
documented switch too; "equal" if every loss and every weight is. PyTorch: torch.use_deterministic_algorithms.
TensorFlow and Keras on it: tf.config.experimental.enable_op_determinism. Keras on PyTorch and on JAX documents the seed
alone, and JAX a switch for GPUs alone, so there it is "absent". The cost is the ratio of the median step times, of two processes each: rough.
One machine, one build, one number of threads, a small model: equality elsewhere is not promised by anybody. A CPU
rarely shows the races that a GPU has.
Void: the cost where other processes used more than a tenth of the machine.
"""

QUESTION = "Are two runs with one seed equal bit for bit, and at what cost?"
TIMED = False
DEPTH = "full"
ALONE = True
QUIET = True
MEASURES = {
    "seed_alone": {},
    "with_switch": {},
    "switch": {},
    "switch_error": {},
    "reproducible": {"better": "higher"},
    "cost": {"better": "lower", "exact": False},
}
