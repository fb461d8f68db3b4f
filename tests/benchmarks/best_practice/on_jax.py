"""Training steps in JAX on the CPU: Flax NNX with Optax, or plain functions with Optax.

Options, and the advice each rests on (in my words):
default         NNX modules, nnx.Optimizer(optax.adam), one step under nnx.jit. Jit the outermost
                function: https://docs.jax.dev/en/latest/201/profiling.html
cached_partial  nnx.cached_partial binds model and optimiser to the jitted step once, so that Python
                need not walk the object graph at every call.
                https://flax.readthedocs.io/en/latest/guides/performance.html
functional      nnx.split before the loop, plain jax.jit with nnx.merge inside: no walk at all (same
                page, "Functional training loop"); the state is donated, so that its buffers are used
                again: https://docs.jax.dev/en/latest/buffer_donation.html
plain           parameters in a dictionary, pure functions, jax.jit with donated state; the inputs of
                the GRU are projected for all positions in one product before the scan; the pool is
                a maximum over a reshaped array rather than a reduce_window.
unroll          plain, and the scan over time unrolled wholly: a scan is one loop operation unless
                unroll says how many iterations go into one trip.
                https://docs.jax.dev/en/latest/_autosummary/jax.lax.scan.html
multi_step      plain, with 8 steps in one call through lax.scan: more JAX steps per Python step, where
                the data are at hand (Flax' page above, "Asynchronous dispatch").
Threads: NPROC sizes XLA's pool on the CPU; with one, --xla_cpu_multi_thread_eigen=false and
jax_cpu_enable_async_dispatch=False, so that Python does not run beside the computation.
"""

import jax
import jax.numpy as jnp
import optax
from common import Unsupported, cycle, data, main, set_threads
from flax import nnx

OPTIONS = ("default", "cached_partial", "functional", "plain", "unroll", "multi_step")
ADAM = optax.adam(1e-3, b1=0.9, b2=0.999, eps=1e-7)


class Cnn(nnx.Module):
    def __init__(self, rngs):
        for i, (before, after) in enumerate(((3, 16), (16, 32))):
            setattr(self, f"conv{i}", nnx.Conv(before, after, (3, 3), use_bias=False, rngs=rngs))
            setattr(self, f"norm{i}", nnx.BatchNorm(after, momentum=0.9, rngs=rngs))
        self.head = nnx.Linear(32, 10, rngs=rngs)

    def __call__(self, x):
        for conv, norm in ((self.conv0, self.norm0), (self.conv1, self.norm1)):
            x = nnx.max_pool(nnx.relu(norm(conv(x))), (2, 2), strides=(2, 2))
        return self.head(x.mean((1, 2)))


class Recurrent(nnx.Module):
    def __init__(self, rngs):
        self.embed = nnx.Embed(1000, 32, rngs=rngs)
        self.gru = nnx.RNN(nnx.GRUCell(32, 64, rngs=rngs))
        self.head = nnx.Linear(64, 4, rngs=rngs)

    def __call__(self, ids):
        return self.head(self.gru(self.embed(ids))[:, -1])


class Block(nnx.Module):
    def __init__(self, rngs):
        self.norm1, self.norm2 = nnx.LayerNorm(64, rngs=rngs), nnx.LayerNorm(64, rngs=rngs)
        self.mix = nnx.MultiHeadAttention(4, 64, decode=False, rngs=rngs)
        self.up, self.down = nnx.Linear(64, 256, rngs=rngs), nnx.Linear(256, 64, rngs=rngs)

    def __call__(self, x):
        x = x + self.mix(self.norm1(x), mask=nnx.make_causal_mask(x[..., 0]))
        return x + self.down(nnx.relu(self.up(self.norm2(x))))


class Transformer(nnx.Module):
    def __init__(self, rngs):
        self.tokens, self.places = nnx.Embed(512, 64, rngs=rngs), nnx.Embed(32, 64, rngs=rngs)
        self.block1, self.block2 = Block(rngs), Block(rngs)
        self.norm, self.head = nnx.LayerNorm(64, rngs=rngs), nnx.Linear(64, 512, rngs=rngs)

    def __call__(self, ids):
        x = self.tokens(ids) + self.places(jnp.arange(ids.shape[1]))
        return self.head(self.norm(self.block2(self.block1(x))))


def mlp(rngs):
    return nnx.Sequential(
        nnx.Linear(128, 256, rngs=rngs),
        nnx.relu,
        nnx.Linear(256, 256, rngs=rngs),
        nnx.relu,
        nnx.Linear(256, 10, rngs=rngs),
    )


def loss_of(scores, y):
    return optax.softmax_cross_entropy_with_integer_labels(scores, y).mean()


def nnx_step(model, optimizer, x, y):
    loss, grads = nnx.value_and_grad(lambda m: loss_of(m(x), y))(model)
    optimizer.update(model, grads)
    return loss


def build(job, option, threads):
    set_threads("jax", threads)
    if option == "unroll" and job != "recurrent":
        raise Unsupported("there is no loop to unroll")
    batches = [(jnp.asarray(x), jnp.asarray(y)) for x, y in data(job)]
    if option in ("plain", "unroll", "multi_step"):
        import plain_jax

        return plain_jax.build(job, option, batches, ADAM)
    kinds = {"mlp": mlp, "cnn": Cnn, "recurrent": Recurrent, "transformer": Transformer}
    model = kinds[job](nnx.Rngs(0))
    model.train()
    optimizer = nnx.Optimizer(model, ADAM, wrt=nnx.Param)
    if option == "functional":
        graph, state = nnx.split((model, optimizer))

        def pure(state, x, y):
            model, optimizer = nnx.merge(graph, state)
            loss = nnx_step(model, optimizer, x, y)
            return nnx.state((model, optimizer)), loss

        jitted = jax.jit(pure, donate_argnums=0)
        held = [state]

        def step(x, y):
            held[0], loss = jitted(held[0], x, y)
            return loss

        def weights():
            return held[0]
    else:
        jitted = nnx.jit(nnx_step)

        def weights():
            return nnx.state((model, optimizer))

        if option == "cached_partial":
            step = nnx.cached_partial(jitted, model, optimizer)
        else:

            def step(x, y):
                return jitted(model, optimizer, x, y)

    steps = cycle(batches, step)
    return ((lambda n: float(jax.block_until_ready((steps(n), weights()))[0])),)


if __name__ == "__main__":
    main(OPTIONS, build)
