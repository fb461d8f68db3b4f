"""How long does one training step of a tiny causal language model take, after how long a start?

Token and position embeddings, two blocks of causal attention and a two-layer net, normalised before each (pre-norm), and a
linear head over the vocabulary; no dropout; the same Adam everywhere. Timed as in training-step. Each framework's own
attention layer is used, with whatever it has beneath. Keras and Flax have no block of their own: it is
written out there.
Void: another result than the NumPy reference, no steady state, a busy machine. It speaks for small widths and short
texts on this machine's processor; it says little about large models or an accelerator.
"""

QUESTION = "How long does one training step of a tiny transformer language model take?"
TIMED = True
DEPTH = "full"
DOMAINS = ("nlp-llm",)
MEASURES: dict[str, dict[str, object]] = {}

PRODUCTION = True
WAYS = ("fused", "compiled-step", "xla", "fit", "fit-xla")
