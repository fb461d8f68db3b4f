"""How long does one step of a small generative adversarial network take, both updates, after how long a start?

A generator and a discriminator of two dense layers each. One step: the discriminator learns to tell real rows from made
ones (binary cross-entropy over both halves), then the generator learns to be taken for real; an Adam for each. Timed as
in training-step. The generator's update leaves the discriminator's weights alone, in every framework.
Keras has no call for two updates: two compiled models share the discriminator, frozen in one of them, which works on
every backend but runs the generator twice.
Void: another result than the NumPy reference, no steady state, a busy machine. It speaks for the cost of an unusual loop
with small models on this machine's processor, not for large image generators.
"""

QUESTION = "How long does one adversarial step, both updates, of a small generator and discriminator take?"
TIMED = True
DEPTH = "full"
DOMAINS = ("generative",)
MEASURES: dict[str, dict[str, object]] = {}

PRODUCTION = True
