"""How long does one training step of a small classifier take, after how long a start?

Timed: one step on a batch that is already in memory: forward, gradient, Adam update. Apart from it: importing the
framework, building the model, the first step (tracing and compiling), and the peak memory of the process, which for
the second mode in a process is that of both modes.
The build of PyTorch contains what its first optimiser imports (about a second), since its users wait for that too.
Not timed: loading and shuffling data, validation, callbacks.
Every framework gets its batches as tensors of its own (Keras: of its backend), made once and not timed.
Keras is timed through `train_on_batch`, which does at every step some of the bookkeeping that `fit` does once per epoch.
PyTorch runs eagerly, without torch.compile, unless the depth is full.
JAX is Flax NNX and Optax, the whole step under nnx.jit, as its users run it; "production" is Flax's functional training
loop, which walks through the objects once instead of at every step. A step returns before it is done; the clock of a
window stops when all arrays have their numbers.
Void: another result than the NumPy reference, no steady state, a busy machine. It speaks for small dense models of this
kind; it says little about convolutions, attention or an accelerator.
"""

QUESTION = "How long does one training step of a small dense classifier take?"
TIMED = True
MEASURES: dict[str, dict[str, object]] = {}  # those of every timed probe

PRODUCTION = True  # the files know the documented faster form; each framework's object says when it is measured
WAYS = ("fused", "compiled-step", "xla", "fit", "fit-xla")
