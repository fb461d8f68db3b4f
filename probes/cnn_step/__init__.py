"""How long does one training step of a small convolutional network take, after how long a start?

Two blocks of convolution, batch normalisation, ReLU and pooling, then one dense layer, on 32 x 32 images; the same Adam
everywhere. Timed as in training-step. Images lie as each framework documents it: channels last in TensorFlow, JAX and
Keras (on every backend), channels first in PyTorch; the conversion is made once and not timed.
Void: another result than the NumPy reference, no steady state, a busy machine. It speaks for small images and few
channels on this machine's processor, not for large networks or an accelerator.
"""

QUESTION = "How long does one training step of a small convolutional network take?"
TIMED = True
DEPTH = "full"
DOMAINS = ("cv", "autonomous-driving")
MEASURES: dict[str, dict[str, object]] = {}

PRODUCTION = True
WAYS = ("channels-last", "compiled-step", "xla", "fit", "fit-xla")
