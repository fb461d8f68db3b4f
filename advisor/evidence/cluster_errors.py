"""What is wrong where a cluster cannot be used, and what to do about it."""

from __future__ import annotations

from advisor.errors import InputError, ProbeError, Problem
from advisor.text import clean

TELLS = {
    "no-address": ("`{why}` is no address of a cluster", "good: ray:auto, ray://HOST:10001, slurm, slurm:PARTITION, local:2"),
    "page-of-ray": ("{why} is the address of Ray's web page", "good: ray:auto on a node of the cluster, ray://HOST:10001 from elsewhere"),
    "unknown-host": ("the name {why} does not resolve here", "give the address of the head node, or add the name to /etc/hosts"),
    "nobody-answers": ("nobody answers at {why}", "check host and port: 6379 on a node of the cluster, ray://HOST:10001 from elsewhere"),
    "no-ray-here": ("no Ray cluster runs on this machine", "on another machine: ray://HOST:10001"),
    "not-joined": (
        "Ray does not let this program in: {why}",
        "from a machine outside the cluster: ray://HOST:10001; where the cluster uses tokens: set RAY_AUTH_MODE=token and RAY_AUTH_TOKEN_PATH",
    ),
    "refused": ("the cluster asks for its token, which is missing here or another one", "set RAY_AUTH_MODE=token, and RAY_AUTH_TOKEN_PATH to a file with the cluster's token"),
    "other-version": ("the cluster has another Ray or Python: {why}", "name its own Python: --worker-python /path/to/python"),
    "no-client": ("this Python has no `ray[client]`, which ray:// needs", "install it in the cluster's version: pip install 'ray[client]==VERSION'"),
    "no-ray": (
        "this Python has no `{why}`",
        "name the cluster's Python (--worker-python /path/to/python), or install Ray here in the cluster's version (pip install ray==VERSION)",
    ),
    "no-slurm": ("there is no `{why}` on this machine", "run this on a login node of the SLURM cluster"),
    "slurm-failed": ("SLURM says: {why}", "check it with sinfo"),
    "no-partition": ("SLURM has no partition `{why}`", "see which there are: sinfo -s"),
    "all-busy": ("every node is busy", "wait longer for a free one: --patience 30m"),
    "no-nodes": ("the cluster has no node that can be measured on", "start its workers, with processors to give"),
    "no-such-kind": ("nodes of kind {why} are gone", "see what is there: advise doctor --cluster"),
    "no-answer": ("the cluster did not answer: {why}", "see what it says: ray status, or sinfo"),
}  # fmt: skip
"""Word of `probes.cluster` → what is wrong, and what to do; in English, as every error is written."""


def cluster_error(word: str, why: str) -> InputError | ProbeError:
    """Return the error of a word of `probes.cluster`."""
    problem, fix = TELLS[word]
    problems = [Problem("--cluster", problem.format(why=clean(" ".join(why.split()))[:200]), fix)]
    return InputError(problems) if word in ("no-address", "page-of-ray") else ProbeError(problems)
