"""Keras: the training of the probe cluster-scaling."""

from probes.cluster_scaling.on_keras import WAYS as WAYS
from probes.cluster_scaling.on_keras import build as build
from probes.cluster_scaling.on_keras import meet as meet
