"""The environment variables of a child beside its own folders: threads, devices, and what its frameworks read."""

from __future__ import annotations

from probes.candidates import Candidate
from probes.machine import accelerator

THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")
"""What OpenMP, MKL, OpenBLAS and numexpr read when they are loaded."""


def process_variables(candidate: Candidate, device: str, threads: int) -> dict[str, str]:
    """Return the environment variables of a candidate's process.

    Args:
        device: "cpu", or "cuda" where it is to be shown a GPU.
        threads: how many an operation may use.
    """
    shared = dict.fromkeys(THREADS, str(threads)) | accelerator.device_environment(device)
    return shared | candidate.environment(device, threads)
