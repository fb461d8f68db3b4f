"""JAX: the training of the probe cluster-scaling."""

from probes.cluster_scaling.on_jax import WAYS as WAYS
from probes.cluster_scaling.on_jax import build as build
from probes.cluster_scaling.on_jax import meet as meet
