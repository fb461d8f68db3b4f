"""TensorFlow: the training of the probe cluster-scaling."""

from probes.cluster_scaling.on_tensorflow import WAYS as WAYS
from probes.cluster_scaling.on_tensorflow import build as build
from probes.cluster_scaling.on_tensorflow import meet as meet
