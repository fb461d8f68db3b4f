"""Gradient boosting on the same rows: what a net for tables has to beat."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from probes.tabular_step.task import Task


def measure_boosting(task: Task) -> dict[str, Any]:
    """Return the accuracy on the test rows and the seconds of the fit, with scikit-learn's default settings.

    Returns:
        Nothing where scikit-learn cannot be imported.
    """
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier
    except ImportError:
        return {}
    features, labels = (np.concatenate(parts) for parts in zip(*task.batches, strict=True))
    model = HistGradientBoostingClassifier(random_state=0)
    begin = time.perf_counter()
    model.fit(features, labels)
    seconds = time.perf_counter() - begin
    return {"boosting_accuracy": task.accuracy(model.predict(task.test[0])), "boosting_seconds": seconds}
