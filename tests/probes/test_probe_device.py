"""One kind of device for all: stubs and a simulated machine stand in for a GPU, which these tests do without."""

from __future__ import annotations

from pathlib import Path

import pytest
from simulated_machine import SimulatedMachine, runs_in

from probes.candidates import CANDIDATES
from probes.machine.accelerator import choose_device
from probes.parent.variables import process_variables
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
    device, because = choose_device(seen)
    assert device == chosen and because.startswith(why)


def test_a_child_on_the_cpu_is_shown_no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    jax = CANDIDATES["keras[jax]"]
    hidden = {"CUDA_VISIBLE_DEVICES": "-1", "HIP_VISIBLE_DEVICES": "-1"}
    assert process_variables(CANDIDATES["pytorch"], "cpu", 2).items() >= hidden.items()
    assert process_variables(jax, "cpu", 2).items() >= {**hidden, "JAX_PLATFORMS": "cpu"}.items()
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2,3")
    on_gpu = process_variables(jax, "cuda", 2)
    assert on_gpu["CUDA_VISIBLE_DEVICES"] == "2" and "JAX_PLATFORMS" not in on_gpu
    assert on_gpu["XLA_PYTHON_CLIENT_PREALLOCATE"] == "false"  # the peak is to say something
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES")
    assert process_variables(jax, "cuda", 2)["CUDA_VISIBLE_DEVICES"] == "0"


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
