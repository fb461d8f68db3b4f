"""How long does one training step of a small classifier take, after how long a start?

Timed: one step on a batch that is already in memory: forward, gradient, Adam update. Apart from it: importing the
framework, building the model, the first step (tracing and compiling), and the peak memory of the process, which for
the second mode in a process is that of both modes.
The build of PyTorch contains what its first optimiser imports (about a second), since its users wait for that too.
Not timed: loading and shuffling data, validation, callbacks.
Every framework gets its batches as tensors of its own (Keras: of its backend), made once and not timed.
Keras is timed through `train_on_batch`, which does at every step some of the bookkeeping that `fit` does once per epoch.
PyTorch runs eagerly, without torch.compile, unless the depth is full.
Void: another result than the NumPy reference, no steady state, a busy machine. It speaks for small dense models of this
kind; it says little about convolutions, attention or an accelerator.
"""

QUESTION = "How long does one training step of a small dense classifier take?"
TIMED = True
MEASURES: dict[str, dict[str, object]] = {}  # those of every timed probe

# The documented faster form next to what a user gets without asking: "together" runs in the same process, "in full"
# does so only in full depth, "same" is the default already, "apart" (full depth) compiles for long in its own process.
PRODUCTION = {
    "tensorflow": "together",  # tf.function
    "keras[tensorflow]": "in full",  # jit_compile=True: the default is a tf.function already, XLA gains little on a CPU
    "keras[jax]": "same",  # jit_compile="auto" means True here
    "pytorch": "apart",  # torch.compile
    "keras[torch]": "apart",  # jit_compile=True, which is torch.compile
}
