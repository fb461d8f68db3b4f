"""What does a training step cost before there is anything to compute?

The article's linear regression, one dense layer of two inputs and one output on a batch of 64 rows, squared error, Adam:
192 multiplications, so that the step is what the framework does around them. Timed as in training-step.
Void: another result than the NumPy reference, no steady state, a busy machine. It speaks for models so small that calls
decide, as in reinforcement learning on a processor; it says nothing about larger ones.
"""

QUESTION = "What does a training step cost before there is anything to compute?"
TIMED = True
DEPTH = "full"
DOMAINS = ("rl",)
MEASURES: dict[str, dict[str, object]] = {}

PRODUCTION = True
