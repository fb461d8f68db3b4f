"""One kind of device for all: stubs and a simulated machine stand in for a GPU, which these tests do without."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from simulated_machine import SimulatedMachine, runs_in

from probes.child import device
from probes.machine import accelerator
from probes.machine.accelerator import choose
from probes.suite import Progress

STEPS = {"a": 1.0, "b": 1.2}
GPU = ("NVIDIA H100",)


@pytest.mark.parametrize(
    ("seen", "chosen", "why"),
    [
        ({"pytorch": "cuda", "keras[jax]": "cuda"}, "cuda", ""),
        (
            {"pytorch": "cuda", "tensorflow": "cpu"},
            "cpu",
            "tensorflow cannot use the GPU: pip install 'framework-advisor[gpu]'",
        ),
        ({"tensorflow": "cpu", "keras[jax]": "cpu"}, "cpu", "keras[jax], tensorflow cannot use the GPU"),
    ],
)
def test_the_gpu_is_for_all_or_for_nobody(seen: dict[str, str], chosen: str, why: str) -> None:
    found, because = choose(seen)
    assert found == chosen and because.startswith(why)


def test_a_child_on_the_cpu_is_shown_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    assert accelerator.environment("cpu") == {
        "CUDA_VISIBLE_DEVICES": "-1", "HIP_VISIBLE_DEVICES": "-1", "JAX_PLATFORMS": "cpu",
    }  # fmt: skip
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,3")
    on_gpu = accelerator.environment("cuda")
    assert on_gpu["CUDA_VISIBLE_DEVICES"] == "2" and "JAX_PLATFORMS" not in on_gpu
    assert on_gpu["XLA_PYTHON_CLIENT_PREALLOCATE"] == "false"  # the peak is to say something
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    assert accelerator.environment("cuda")["CUDA_VISIBLE_DEVICES"] == "0"


def test_where_every_build_sees_the_gpu_all_are_timed_on_it(tmp_path: Path) -> None:
    machine = SimulatedMachine(STEPS, gpus=GPU, device=dict.fromkeys(STEPS, "cuda"))
    runs = runs_in(machine.measure(tmp_path))
    assert {run.measures["device"] for run in runs} == {"cuda"}  # type: ignore[attr-defined]
    assert all("cpu_because" not in run.noise for run in runs)  # type: ignore[attr-defined]
    assert [order.spec["parts"] for order in machine.orders[:2]] == [[], []]  # asked first, once each
    assert all(order.spec["parts"] and order.spec["device"] == "cuda" for order in machine.orders[2:])


def test_where_one_does_not_all_are_timed_on_the_cpu_and_the_install_is_named(tmp_path: Path) -> None:
    machine = SimulatedMachine(STEPS, gpus=GPU, device={"a": "cuda"})
    events = machine.measure(tmp_path)
    runs = runs_in(events)
    assert {run.measures["device"] for run in runs} == {"cpu"}  # type: ignore[attr-defined]
    why = "b cannot use the GPU: pip install 'framework-advisor[gpu]'"
    assert {run.noise["cpu_because"] for run in runs} == {why}  # type: ignore[attr-defined]
    assert why in [event.note for event in events if isinstance(event, Progress)]
    assert {order.environment["CUDA_VISIBLE_DEVICES"] for order in machine.orders[2:]} == {"-1"}


def test_a_machine_without_a_gpu_asks_nobody(tmp_path: Path) -> None:
    machine = SimulatedMachine(STEPS, device=dict.fromkeys(STEPS, "cuda"))
    assert {run.measures["device"] for run in runs_in(machine.measure(tmp_path))} == {"cpu"}  # type: ignore[attr-defined]
    assert all(order.spec["parts"] for order in machine.orders)


# --- what is asked inside the child, of frameworks that are not there ------------------------------------------------------


class Said(list[str]):
    """Notes what was called."""

    def __call__(self, name: str, value: Any = None) -> Any:
        return lambda *args, **options: (self.append(name), value)[1]


def torch_stub(said: Said, available: bool) -> Any:
    cuda = SimpleNamespace(
        is_available=lambda: available, synchronize=said("synchronize"), max_memory_allocated=lambda: 3 * 2**20
    )
    return SimpleNamespace(cuda=cuda)


def tensorflow_stub(said: Said, gpus: list[str]) -> Any:
    experimental = SimpleNamespace(get_memory_info=lambda name: {"peak": 5 * 2**20})
    config = SimpleNamespace(list_physical_devices=lambda kind: gpus, experimental=experimental)
    return SimpleNamespace(config=config, test=SimpleNamespace(experimental=SimpleNamespace(sync_devices=said("sync"))))


def jax_stub(said: Said, backend: str) -> Any:
    memory = SimpleNamespace(memory_stats=lambda: {"peak_bytes_in_use": 7 * 2**20})
    return SimpleNamespace(
        default_backend=lambda: backend,
        block_until_ready=said("block"),
        numpy=SimpleNamespace(zeros=lambda shape: 0),
        local_devices=lambda: [memory],
    )


@pytest.mark.parametrize(
    ("module", "stub", "waits", "peak"),
    [
        ("torch", lambda said: torch_stub(said, True), "synchronize", 3.0),
        ("tensorflow", lambda said: tensorflow_stub(said, ["GPU:0"]), "sync", 5.0),
        ("jax", lambda said: jax_stub(said, "gpu"), "block", 7.0),
    ],
)
def test_a_framework_on_a_gpu_is_waited_for_and_its_memory_read(
    monkeypatch: pytest.MonkeyPatch, module: str, stub: Any, waits: str, peak: float
) -> None:
    said = Said()
    for name in ("torch", "tensorflow", "jax"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, module, stub(said))
    assert device.name() == "cuda"
    assert device.peak_mb() == peak
    device.waiting()()
    assert said == [waits]


@pytest.mark.parametrize(
    ("module", "stub"),
    [
        ("torch", lambda said: torch_stub(said, False)),
        ("tensorflow", lambda said: tensorflow_stub(said, [])),
        ("jax", lambda said: jax_stub(said, "cpu")),
    ],
)
def test_on_a_cpu_there_is_nothing_to_wait_for(monkeypatch: pytest.MonkeyPatch, module: str, stub: Any) -> None:
    said = Said()
    for name in ("torch", "tensorflow", "jax"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, module, stub(said))
    assert (device.name(), device.peak_mb()) == ("cpu", None)
    device.waiting()()
    assert said == []
