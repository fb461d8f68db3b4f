"""Is a second worker worth it? One worker on one core against two on two cores, each with a batch of the same size.

Efficiency is the time of a step with one worker over the time with two: 1 means twice the rows in the same time. The
model is large enough for the arithmetic to weigh more than the exchange (256 → 1024 → 1024 → 10, 256 rows each).
Timed in fresh processes, three times each in turn: rough. Two workers on one machine prove nothing about a cluster,
whose network is not this memory.
Void: other processes used more than a tenth of the machine meanwhile: "too noisy". Fewer than two cores, or a backend whose distribution splits nothing (see data-parallel): "unsupported".
"""

QUESTION = "How much of a second local worker's time becomes training?"
TIMED = False
DEPTH = "full"
ALONE = True
QUIET = True
MEASURES = {
    "efficiency": {"better": "higher", "exact": False},
    "efficiency_lowest": {"better": "higher", "exact": False},
    "efficiency_highest": {"better": "higher", "exact": False},
    "step_one_ms": {"unit": "ms", "better": "lower", "exact": False},
    "step_two_ms": {"unit": "ms", "better": "lower", "exact": False},
    "pairs": {},
    "workers_are": {},
}
