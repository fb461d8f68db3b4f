"""What the four scripts share: the data of the jobs, the command line and the clock.

A script hands over `build(job, option, threads)`, which returns `(run, chunk, unit, window)`:
`run(n)` does n training steps on the batches in turn, starting at batch 0, waits until the
weights are written, and returns the last loss as a number. The first call does `chunk` steps (the
fewest that one compiled call does), later ones a multiple of `unit`; `window` is the shortest time
worth a reading. `unit` and `window` may be left out.
"""

import json
import math
import os
import statistics
import sys
import time
from pathlib import Path

import numpy as np

JOBS = ("mlp", "cnn", "recurrent", "transformer")
BATCHES = 8


class Unsupported(Exception):
    """The option does not apply to this job or backend."""


def data(job):
    """The 8 batches of a job: a list of (inputs, targets), float32 or int32."""
    rng = np.random.default_rng(20)
    batches = []
    for _ in range(BATCHES):
        if job == "mlp":
            x, y = rng.standard_normal((128, 128)), rng.integers(0, 10, 128)
        elif job == "cnn":
            x, y = rng.standard_normal((16, 32, 32, 3)), rng.integers(0, 10, 16)
        elif job == "recurrent":
            x, y = rng.integers(0, 1000, (32, 24)), rng.integers(0, 4, 32)
        else:  # the target of a position is the next id
            ids = rng.integers(0, 512, (16, 33))
            x, y = ids[:, :-1], ids[:, 1:]
        kind = np.float32 if x.dtype == np.float64 else np.int32
        batches.append((np.ascontiguousarray(x, kind), np.ascontiguousarray(y, np.int32)))
    return batches


def set_threads(framework, threads):
    """THREADS threads by the framework's own means, before its first operation."""
    if framework == "tensorflow":
        import tensorflow as tf

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    elif framework == "jax":
        os.environ["NPROC"] = str(threads)  # read when the CPU client starts
        import jax

        if threads == 1:
            os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
            jax.config.update("jax_cpu_enable_async_dispatch", False)
    else:
        import torch

        torch.set_num_threads(threads)
        torch.set_num_interop_threads(1)


def machine():
    """Processor seconds of all processes of the machine so far (Linux)."""
    with Path("/proc/stat").open() as file:
        user, nice, system, _, _, irq, soft, *_ = map(int, file.readline().split()[1:])
    return (user + nice + system + irq + soft) / os.sysconf("SC_CLK_TCK")


def cycle(batches, step):
    """run(n) for a step function that takes one batch; the caller converts what it returns."""

    def run(n):
        for i in range(n):
            loss = step(*batches[i % len(batches)])
        return loss

    return run


def measure(seconds, run, chunk=1, unit=BATCHES, window=0.01):
    clock = time.perf_counter
    start = clock()
    run(chunk)
    first = clock() - start
    n, fastest, begun, rounds = unit, math.inf, clock(), 0
    while rounds < 4 or clock() - begun < min(1.0, seconds):  # warm-up
        start = clock()
        run(n)
        fastest = min(fastest, (clock() - start) / n)
        rounds += 1
    n = unit * math.ceil(1.2 * window / fastest / unit)
    run(n)  # a window of the final length, so that nothing is new in the first one that counts
    readings, begun, cpu, everybody = [], clock(), time.process_time(), machine()
    while clock() - begun < seconds or len(readings) < 3:
        start = clock()
        loss = run(n)
        spent = clock() - start
        if spent < 0.01:
            n *= 2
            continue
        readings.append(spent / n)
    cpu, everybody, length = time.process_time() - cpu, machine() - everybody, clock() - begun
    print(
        f"# {len(readings)} windows of {n} steps, fastest {min(readings):.3e}, "
        f"first call {chunk} step(s), processors busy {cpu / length:.2f} by this process, "
        f"{max(0.0, everybody - cpu) / length:.2f} by others"
    )
    return {"step_s": statistics.median(readings), "first_s": first, "loss": loss}


def main(options, build):
    if "--list" in sys.argv:
        print("\n".join(options))
        return
    if len(sys.argv) != 5 or sys.argv[1] not in JOBS or sys.argv[2] not in options:
        sys.exit(f"usage: {sys.argv[0]} {'|'.join(JOBS)} {'|'.join(options)} SECONDS THREADS")
    job, option, seconds, threads = sys.argv[1:]
    try:
        result = measure(float(seconds), *build(job, option, int(threads)))
    except Unsupported as reason:
        print(f"{option} does not work for {job}: {reason}")
        sys.exit(2)
    if not math.isfinite(result["loss"]):
        sys.exit("the loss is not finite")
    print(json.dumps(result))
