"""The number of threads every candidate gets, set and read back in the child."""

from __future__ import annotations

import os
import sys

VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def environment(threads: int) -> dict[str, str]:
    """The variables that OpenMP, MKL, OpenBLAS and TensorFlow read when they are loaded."""
    count = str(threads)
    tensorflow = {"TF_NUM_INTRAOP_THREADS": count, "TF_NUM_INTEROP_THREADS": count}
    return dict.fromkeys(VARIABLES, count) | tensorflow


def pin(cpus: list[int]) -> None:
    """Confine the process to these CPUs: the only thing that limits XLA. Does nothing where there is no affinity."""
    if cpus and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, cpus)


def set_threads(threads: int) -> None:
    """Set the thread pools of the frameworks that are imported, before their first operation."""
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(threads)
        torch.set_num_interop_threads(threads)
    if tensorflow := sys.modules.get("tensorflow"):
        tensorflow.config.threading.set_intra_op_parallelism_threads(threads)
        tensorflow.config.threading.set_inter_op_parallelism_threads(threads)


def read_threads() -> int:
    """The number of threads operations really may use: of the imported framework, else by affinity."""
    if torch := sys.modules.get("torch"):
        return int(torch.get_num_threads())
    if tensorflow := sys.modules.get("tensorflow"):
        return int(tensorflow.config.threading.get_intra_op_parallelism_threads())
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return int(os.environ.get("OMP_NUM_THREADS", "0"))
