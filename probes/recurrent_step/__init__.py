"""How long does one training step of a small recurrent text classifier take, after how long a start?

Embedding, a GRU over all tokens, a dense layer on its last state, on texts of equal length; the same Adam everywhere.
Timed as in training-step. A GRU and not an LSTM, because Keras and PyTorch count the same weights for it: PyTorch's LSTM
has a second bias that Keras's lacks. Each framework's own GRU layer is used, with whatever it has beneath. That of Flax
lacks the bias of the recurrent product; it is given one by a layer of Flax.
No word comes twice in a batch. Where one does, Keras's Adam on TensorFlow (3.15) adds the squares of that row's partial
gradients instead of squaring their sum, which is another optimiser than everybody else's; by itself it moves the loss of
this task by 2e-4 in ten steps.
torch.compile does not take a model with an nn.GRU (2.13): that mode is `unsupported` here.
Void: another result than the NumPy reference, no steady state, a busy machine. It speaks for short sequences and small
states on this machine's processor.
"""

QUESTION = "How long does one training step of a small recurrent text classifier take?"
TIMED = True
DEPTH = "full"
DOMAINS = ("nlp-llm", "timeseries-audio")
MEASURES: dict[str, dict[str, object]] = {}

PRODUCTION = True
WAYS = ("fused", "xla", "fit", "fit-xla")
