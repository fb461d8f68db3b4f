"""My model: a small regression net. Timed: one training step. Not timed: loading data."""

QUESTION = "How long does a training step of my model take?"
TIMED = True
