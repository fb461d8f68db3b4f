"""The gradient of a Keras model by its backend's own means: Keras itself has no call for it."""
# mypy: ignore-errors

import keras


def gradient_of(model, loss_function, features, labels):
    """The gradient as NumPy arrays, ordered like `model.trainable_variables`."""
    return {"tensorflow": _tensorflow, "torch": _torch, "jax": _jax}[keras.backend.backend()](
        model, loss_function, features, labels
    )


def _tensorflow(model, loss_function, features, labels):
    import tensorflow as tf

    with tf.GradientTape() as tape:
        loss = loss_function(labels, model(features, training=True))
    return [part.numpy() for part in tape.gradient(loss, [v.value for v in model.trainable_variables])]


def _torch(model, loss_function, features, labels):
    import torch

    loss = loss_function(labels, model(features, training=True))
    parts = torch.autograd.grad(loss, [variable.value for variable in model.trainable_variables])
    return [part.numpy() for part in parts]


def _jax(model, loss_function, features, labels):
    import jax

    def loss(weights):
        output, _ = model.stateless_call(weights, model.non_trainable_variables, features, training=True)
        return loss_function(labels, output)

    weights = [variable.value for variable in model.trainable_variables]
    return list(map(keras.ops.convert_to_numpy, jax.jit(jax.grad(loss))(weights)))
