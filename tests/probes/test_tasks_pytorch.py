"""The mutants again, in the real files of a real framework: each is one change that a good programmer makes unawares."""

from __future__ import annotations

import functools
import importlib
import importlib.util
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from resized import SMALL

from probes import gate
from probes.candidates import FRAMEWORKS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="needs PyTorch"),
]
PYTORCH = FRAMEWORKS["pytorch"]
Change = Callable[[pytest.MonkeyPatch, Any], None]


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def check(name: str, seed: int = 3) -> dict[str, float]:
    """The gate between a probe's PyTorch file and its reference."""
    task = importlib.import_module(f"probes.{name}.task").make(seed=seed, **SMALL[name])
    on_numpy, on_pytorch = (importlib.import_module(f"probes.{name}.on_{file}") for file in ("numpy", "pytorch"))
    job = on_pytorch.build(task, "default")
    curve = gate.loss_curve(job, gate.CURVE_STEPS)
    expected = gate.expected_of(on_numpy.build(task, "exact"), task.weights)
    return gate.check_job(job, expected, curve, task.weights, task.tolerances, True, task.names)


@pytest.mark.parametrize("seeds", [10, pytest.param(50, marks=pytest.mark.long)])
@pytest.mark.parametrize("name", [name for name in SMALL if name != "tabular_step"])
def test_the_files_as_they_are_pass_with_every_seed(name: str, seeds: int) -> None:
    for seed in range(seeds):
        check(name, seed)


def with_setting(kind: str, **settings: Any) -> Change:
    """A layer, loss or optimiser of PyTorch with a setting over what the file says."""

    def change(patch: pytest.MonkeyPatch, torch: Any) -> None:
        place = torch.optim if hasattr(torch.optim, kind) else torch.nn
        original = getattr(place, kind)
        patch.setattr(place, kind, lambda *arguments, **named: original(*arguments, **(named | settings)))

    return change


def dropout_after_relu(patch: pytest.MonkeyPatch, torch: Any) -> None:
    original = torch.nn.ReLU
    patch.setattr(torch.nn, "ReLU", lambda: torch.nn.Sequential(original(), torch.nn.Dropout(0.1)))


def sum_of_rows(patch: pytest.MonkeyPatch, torch: Any) -> None:
    with_setting("CrossEntropyLoss", reduction="sum")(patch, torch)


def images_read_wrongly(patch: pytest.MonkeyPatch, torch: Any) -> None:
    from probes.cnn_step import on_pytorch

    def tensors(images: np.ndarray, labels: np.ndarray) -> tuple[Any, Any]:
        batch, channels, side, _ = images.shape
        right = images.transpose(0, 2, 3, 1)
        return torch.from_numpy(right.reshape(batch, channels, side, side).copy()), torch.from_numpy(labels)

    patch.setattr(on_pytorch, "tensors", tensors)


def kernels_turned(patch: pytest.MonkeyPatch, torch: Any) -> None:
    from probes.cnn_step import on_pytorch

    turned = [lambda arrays: [a.transpose(3, 2, 1, 0) if a.ndim == 4 else a.T for a in arrays]] * 2
    patch.setattr(on_pytorch, "pack", turned[0])
    patch.setattr(on_pytorch, "unpack", turned[1])


def own_initialiser(patch: pytest.MonkeyPatch, torch: Any) -> None:
    """The weights are put in only for the gate; training has begun from PyTorch's own."""
    from probes.jobs import pytorch

    original = pytorch.Weights.load
    loads = iter([lambda self, weights: None])
    patch.setattr(pytorch.Weights, "load", lambda self, weights: next(loads, original)(self, weights))


def gates_in_keras_order(patch: pytest.MonkeyPatch, torch: Any) -> None:
    from probes.recurrent_step import on_pytorch

    patch.setattr(on_pytorch, "swap_gates", lambda array: array)


def seeing_ahead(patch: pytest.MonkeyPatch, torch: Any) -> None:
    patch.setattr(
        torch.nn.Transformer,
        "generate_square_subsequent_mask",
        staticmethod(lambda length, device: torch.zeros(length, length)),
    )
    original = torch.nn.TransformerEncoder.forward

    def forward(self: Any, x: Any, mask: Any, is_causal: bool) -> Any:
        return original(self, x, mask, is_causal=False)

    patch.setattr(torch.nn.TransformerEncoder, "forward", forward)


def norm_last(patch: pytest.MonkeyPatch, torch: Any) -> None:
    original = torch.nn.TransformerEncoderLayer.__init__

    def init(self: Any, *arguments: Any, **named: Any) -> None:
        original(self, *arguments, **(named | {"norm_first": False}))

    patch.setattr(torch.nn.TransformerEncoderLayer, "__init__", init)


def half_precision(patch: pytest.MonkeyPatch, torch: Any) -> None:
    original = torch.nn.Linear.forward

    def forward(self: Any, x: Any) -> Any:
        with torch.autocast("cpu", torch.bfloat16):
            return original(self, x).float()

    patch.setattr(torch.nn.Linear, "forward", forward)


def frozen_too_long(patch: pytest.MonkeyPatch, torch: Any) -> None:
    """The discriminator is never thawed: it stops learning after the first step."""
    original = torch.nn.Module.requires_grad_
    patch.setattr(torch.nn.Module, "requires_grad_", lambda self, wanted=True: original(self, True))
    patch.setattr(torch.optim.Adam, "step", functools.partialmethod(_every_other, torch.optim.Adam.step, [0]))


def _every_other(self: Any, original: Callable[[Any], None], count: list[int]) -> None:
    count[0] += 1
    if count[0] % 2 == 0 or count[0] == 1:
        original(self)


@pytest.mark.parametrize(
    ("name", "change", "named"),
    [
        ("training_step", with_setting("Linear", bias=False), "weights: 3 tensors instead of 6"),
        ("cnn_step", with_setting("Linear", bias=False), "weights: 7 tensors instead of 8"),
        ("cnn_step", with_setting("BatchNorm2d", momentum=0.9), "running statistics"),
        ("cnn_step", with_setting("BatchNorm2d", eps=1e-5), "forward output"),
        ("training_step", with_setting("Adam", eps=1e-3), "loss curve"),
        ("cnn_step", with_setting("Adam", eps=1e-2), "loss curve"),
        ("training_step", sum_of_rows, "first gradient"),
        ("recurrent_step", sum_of_rows, "first gradient"),
        ("transformer_step", sum_of_rows, "first gradient"),
        ("cnn_step", images_read_wrongly, "forward output"),
        ("cnn_step", kernels_turned, "forward output"),
        ("training_step", dropout_after_relu, "first gradient"),
        ("cnn_step", dropout_after_relu, "first gradient"),
        ("transformer_step", with_setting("LayerNorm", eps=1e-3), "forward output"),
        ("transformer_step", norm_last, "forward output"),
        ("training_step", with_setting("CrossEntropyLoss", label_smoothing=0.1), "first gradient"),
        ("recurrent_step", with_setting("CrossEntropyLoss", label_smoothing=0.1), "first gradient"),
        ("training_step", own_initialiser, "loss curve"),
        ("transformer_step", own_initialiser, "loss curve"),
        ("recurrent_step", gates_in_keras_order, "forward output"),
        ("transformer_step", seeing_ahead, "forward output"),
        ("training_step", half_precision, "forward output"),
        ("gan_step", frozen_too_long, "loss curve"),
    ],
)
def test_a_mutant_is_stopped(monkeypatch: pytest.MonkeyPatch, name: str, change: Change, named: str) -> None:
    import torch

    torch.manual_seed(1)
    importlib.import_module(f"probes.{name}.on_pytorch")
    change(monkeypatch, torch)
    with pytest.raises(gate.Mismatch, match=named):
        check(name)


def production(patch: pytest.MonkeyPatch, name: str) -> int:
    """One step of a task under torch.compile; returns how many graphs it made, by a backend that runs them as they are."""
    import torch

    from probes.child import compiler

    original = torch.compile
    patch.setattr(torch, "compile", lambda model: original(model, backend="eager"))
    patch.setattr(compiler, "require_compiler", lambda: None)
    torch._dynamo.reset()
    before = PYTORCH.graphs() or 0
    task = importlib.import_module(f"probes.{name}.task").make(**SMALL[name])
    job = importlib.import_module(f"probes.{name}.on_pytorch").build(task, "production")
    assert np.isfinite(job.loss_value(job.step()))
    return (PYTORCH.graphs() or 0) - before


@pytest.mark.parametrize("name", ["training_step", "cnn_step", "transformer_step", "gan_step"])
def test_production_is_compiled_indeed(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert production(monkeypatch, name) >= 1


def test_a_model_with_a_gru_is_not_compiled_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dynamo gives up on it without a word; the harness then says `unsupported` instead of timing eager twice."""
    assert production(monkeypatch, "recurrent_step") == 0
