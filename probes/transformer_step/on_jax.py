"""JAX: Flax NNX's attention layer in blocks, Optax, nnx.jit; `production` is Flax's functional training loop."""
# mypy: allow-untyped-defs, allow-untyped-calls

import jax.numpy as jnp
import optax
from flax import nnx

from probes.job import Job
from probes.jobs.jax import Training, job, tensors
from probes.transformer_step.task import Task


def build(task: Task, mode: str) -> Job:
    """Return the job of the task in JAX."""
    batches = [tensors(text, targets) for text, targets in task.batches]
    norm_epsilon = task.norm_epsilon
    # effort: begin
    # define

    class Block(nnx.Module):
        def __init__(self, rngs):
            self.before = nnx.LayerNorm(task.width, epsilon=norm_epsilon, rngs=rngs)
            self.attention = nnx.MultiHeadAttention(task.heads, task.width, decode=False, rngs=rngs)
            self.between = nnx.LayerNorm(task.width, epsilon=norm_epsilon, rngs=rngs)
            self.wide = nnx.Linear(task.width, 4 * task.width, rngs=rngs)
            self.narrow = nnx.Linear(4 * task.width, task.width, rngs=rngs)

        def __call__(self, x, mask):
            x = x + self.attention(self.before(x), mask=mask)
            return x + self.narrow(nnx.relu(self.wide(self.between(x))))

    class LanguageModel(nnx.Module):
        def __init__(self, rngs):
            self.embedding = nnx.Embed(task.vocabulary_size, task.width, rngs=rngs)
            self.position_embedding = nnx.Param(jnp.zeros((task.length, task.width)))
            self.blocks = nnx.List([Block(rngs) for _ in range(task.blocks)])
            self.norm = nnx.LayerNorm(task.width, epsilon=norm_epsilon, rngs=rngs)
            self.head = nnx.Linear(task.width, task.vocabulary_size, rngs=rngs)

        def __call__(self, text):
            x, mask = self.embedding(text) + self.position_embedding, nnx.make_causal_mask(text)
            for block in self.blocks:
                x = block(x, mask)
            return self.head(self.norm(x))

    model = LanguageModel(nnx.Rngs(0))
    optimizer = nnx.Optimizer(model, optax.adam(task.rate, *task.betas, eps=task.epsilon), wrt=nnx.Param)

    def loss_function(model, text, targets):
        return optax.softmax_cross_entropy_with_integer_labels(model(text), targets).mean()

    @nnx.jit
    def train_step(model, optimizer, text, targets):
        # forward, gradient
        loss, gradients = nnx.value_and_grad(loss_function)(model, text, targets)
        # update
        optimizer.update(model, gradients)
        return loss

    # effort: end
    return job(task, model, Training(train_step, mode, model, optimizer), loss_function, batches)
