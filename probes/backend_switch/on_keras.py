"""Keras: the script that moves."""

from pathlib import Path
from typing import Any

import keras

from probes.backend_switch.task import STEPS, WIDTHS, Task, make


def measure(task: Task) -> dict[str, Any]:
    """Return the measures of the task in Keras."""
    return task.measure(__name__, keras.backend.backend())


def train(folder: str) -> Any:
    """Train on the backend of this process, save the model and return what the task compares."""
    task = make()
    layers = keras.layers.Dense(WIDTHS[1], activation="relu"), keras.layers.Dense(WIDTHS[2])
    model = keras.Sequential([keras.Input(WIDTHS[:1]), *layers])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.01), loss)
    model.set_weights(task.weights)
    history = model.fit(task.x, task.y, batch_size=len(task.x), epochs=STEPS, shuffle=False, verbose=0)
    model.save(Path(folder, "model.keras"))
    return {"losses": history.history["loss"], "output": model.predict(task.x, verbose=0).tolist()}


def load(folder: str) -> Any:
    """Load the saved model on the backend of this process and return what the task compares."""
    file = Path(folder, "model.keras")
    model = keras.models.load_model(file, compile=False)
    answer = {"output": model.predict(make().x, verbose=0).tolist()}
    try:
        keras.models.load_model(file)
    except Exception as error:  # what is written there depends on the backend
        answer["resume_error"] = f"{type(error).__name__}: {error}"
    return answer
