"""PyTorch: the training of the probe cluster-scaling."""

from probes.cluster_scaling.on_pytorch import WAYS as WAYS
from probes.cluster_scaling.on_pytorch import build as build
from probes.cluster_scaling.on_pytorch import meet as meet
