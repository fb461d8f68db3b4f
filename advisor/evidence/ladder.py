"""The ladder of a workload: its own size where that fits this machine, else two or three smaller ones along a fixed path.

The path begins at the size of the job and halves one size after the other, in the order of `HALVED`, and again from the first.
The first size on it that fits is the top rung; the rungs below it have at most a quarter of the work of the rung above. So the way
from rung to rung goes on in the direction of the job, which is what lets their trend be carried on to it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from advisor.knowledge.workload import Convolutional, Dense, Family, Recurrent, Transformer
from probes.catalogue import PROBES, Probe, Size, resize

STEP_SECONDS = 0.5
"""A rung's step is expected to take no longer: beyond that a measurement of all ways takes many minutes."""
FLOPS_PER_CORE = 20e9
"""The operations a second that are expected of one core, matrix products in float32 (two cores of a server did some 40 together)."""
MOST_PARAMETERS = 60_000_000
"""Of a rung: with gradients, Adam's two moments and a copy for each framework to begin with, some two gigabytes."""
RUNGS = 3
APART = 4.0
"""By how much the work of two rungs differs at least."""
FARTHEST = 10.0
"""Beyond this many times the work of the top rung, what the rungs say does not count."""

PROBE_OF: Mapping[str, str] = {
    "transformer": "transformer-step", "cnn": "cnn-step", "recurrent": "recurrent-step", "dense": "training-step",
}  # fmt: skip
"""Family → the built-in probe whose task takes its sizes."""
HALVED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "transformer": (("batch",), ("blocks",), ("length",), ("width", "heads"), ("vocabulary",)),
    "cnn": (("batch",), ("width",), ("image",)),
    "recurrent": (("batch",), ("length",), ("width", "units"), ("vocabulary",)),
    "dense": (("batch",), ("hidden",), ("inputs",)),
}
"""Family → what is halved at one step of the path, in this order and again from the first."""
LEAST: Mapping[str, int] = {
    "batch": 1, "blocks": 1, "length": 8, "width": 8, "heads": 1, "vocabulary": 64, "image": 8, "units": 8, "hidden": 8, "inputs": 4,
}  # fmt: skip
"""Below this no size is halved."""


class Rung(Struct, frozen=True):
    """One size of the ladder.

    Attributes:
        sizes: those of its family.
        work: floating-point operations of the matrix products of one step.
    """

    sizes: Family
    work: float

    @property
    def probe(self) -> Probe:
        """The built-in probe of the family in these sizes."""
        return resize(PROBES[PROBE_OF[self.sizes.name]], arguments_of(self.sizes))


def ladder(job: Family, cores: int, memory_bytes: float = math.inf) -> tuple[Rung, ...]:
    """Return the sizes to measure for a job, the smallest first; the job alone where it fits.

    Args:
        job: the user's size.
        cores: those that would compute.
        memory_bytes: that a process may use.

    Returns:
        One to three rungs; the last is the nearest to the job.
    """
    most_work = STEP_SECONDS * FLOPS_PER_CORE * cores
    rungs: list[Rung] = []
    for sizes in path_of(job):
        work = work_of(sizes)
        if not rungs and (
            work > most_work or memory_of(sizes) > memory_bytes or parameters_of(sizes) > MOST_PARAMETERS
        ):
            continue
        if not rungs or work <= rungs[-1].work / APART:
            rungs.append(Rung(sizes, work))
        if len(rungs) == RUNGS or rungs[0].sizes == job:
            break
    return tuple(reversed(rungs))


def path_of(job: Family) -> Iterator[Family]:
    """Yield a job and smaller ones, each with one size halved, until nothing can be halved any more."""
    sizes = job
    yield sizes
    while True:
        start = sizes
        for names in HALVED[job.name]:
            smaller = _halve(sizes, names)
            if smaller is not None:
                sizes = smaller
                yield sizes
        if sizes == start:
            return


def _halve(sizes: Family, names: tuple[str, ...]) -> Family | None:
    """Return sizes with some of them halved; None where one would be too small or they would not fit together."""
    halves = {}
    for name in names:
        half = getattr(sizes, name) // 2
        if half < LEAST[name]:
            if name == names[0]:
                return None
            half = getattr(sizes, name)
        halves[name] = half
    smaller = replace(sizes, **halves)
    if isinstance(smaller, Transformer) and smaller.width % smaller.heads:
        smaller = replace(smaller, heads=math.gcd(smaller.width, smaller.heads))
    return None if smaller.fault() else smaller


def arguments_of(sizes: Family) -> dict[str, Size]:
    """Return what `make` of the family's task is called with.

    The tasks of texts use no token twice in a batch, so their vocabulary is at least as large as a batch, and their length even.
    """
    if isinstance(sizes, Transformer):
        length = sizes.length + sizes.length % 2
        return {
            "width": sizes.width, "heads": sizes.heads, "blocks": sizes.blocks, "length": length,
            "batch_size": sizes.batch, "vocabulary_size": max(sizes.vocabulary, sizes.batch * length + 1),
        }  # fmt: skip
    if isinstance(sizes, Convolutional):
        return {
            "side": sizes.image, "channels": sizes.channels_of_blocks, "classes": sizes.classes, "batch_size": sizes.batch,
        }  # fmt: skip
    if isinstance(sizes, Recurrent):
        return {
            "width": sizes.width, "units": sizes.units, "classes": sizes.classes, "length": sizes.length,
            "batch_size": sizes.batch, "vocabulary_size": max(sizes.vocabulary, sizes.batch * sizes.length),
        }  # fmt: skip
    assert isinstance(sizes, Dense)
    return {"inputs": sizes.inputs, "hidden": sizes.hidden, "classes": sizes.classes, "batch_size": sizes.batch}


def work_of(sizes: Family) -> float:
    """Return the floating-point operations of the matrix products of one training step, as the tasks count them (`flops`)."""
    if isinstance(sizes, Transformer):
        products = sizes.blocks * (12 * sizes.width**2 + 2 * sizes.length * sizes.width)
        return 6.0 * sizes.batch * sizes.length * (products + sizes.width * sizes.vocabulary)
    if isinstance(sizes, Convolutional):
        convolutions = [
            2.0 * sizes.batch * (sizes.image * sizes.image // (1 << 2 * block)) * 9 * fan_in * fan_out
            for block, (fan_in, fan_out) in enumerate(pairwise(sizes.channels_of_blocks))
        ]
        head = 2.0 * sizes.batch * sizes.channels_of_blocks[-1] * sizes.classes
        return 2 * convolutions[0] + 3 * (sum(convolutions[1:]) + head)
    if isinstance(sizes, Recurrent):
        products = sizes.length * 3 * sizes.units * (sizes.width + sizes.units) + sizes.units * sizes.classes
        return 6.0 * sizes.batch * products
    assert isinstance(sizes, Dense)
    products = sizes.inputs * sizes.hidden + sizes.hidden**2 + sizes.hidden * sizes.classes
    return sizes.batch * (6.0 * products - 2 * sizes.inputs * sizes.hidden)


def parameters_of(sizes: Family) -> int:
    """Return how many weights a model has, biases and scales left out."""
    if isinstance(sizes, Transformer):
        return sizes.width * (12 * sizes.blocks * sizes.width + 2 * sizes.vocabulary + sizes.length)
    if isinstance(sizes, Convolutional):
        kernels = sum(9 * fan_in * fan_out for fan_in, fan_out in pairwise(sizes.channels_of_blocks))
        return kernels + sizes.channels_of_blocks[-1] * sizes.classes
    if isinstance(sizes, Recurrent):
        return sizes.vocabulary * sizes.width + sizes.units * (3 * (sizes.width + sizes.units) + sizes.classes)
    assert isinstance(sizes, Dense)
    return sizes.hidden * (sizes.inputs + sizes.hidden + sizes.classes)


def memory_of(sizes: Family) -> float:
    """Return about how many bytes a training process uses beyond its framework: weights five times over, activations twice."""
    if isinstance(sizes, Transformer):
        positions = sizes.batch * sizes.length
        values = positions * (sizes.blocks * (16 * sizes.width + 2 * sizes.heads * sizes.length) + 2 * sizes.vocabulary)
    elif isinstance(sizes, Convolutional):
        channels = sizes.channels_of_blocks
        values = sum(4 * sizes.batch * (sizes.image**2 // 4**block) * count for block, count in enumerate(channels[1:]))
    elif isinstance(sizes, Recurrent):
        values = sizes.batch * sizes.length * (sizes.width + 8 * sizes.units)
    else:
        assert isinstance(sizes, Dense)
        values = sizes.batch * (8 * sizes.inputs + 4 * sizes.hidden)
    return 4.0 * (5 * parameters_of(sizes) + 2 * values)
