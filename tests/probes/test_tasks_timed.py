"""What is measured around the steps of a task: device, memory, rates, one task for all modes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from probes.candidates import FRAMEWORKS
from probes.catalogue import PROBES
from probes.child import matmul, timed, timing
from probes.child.stack import bare_framework
from probes.frameworks import top_level_modules
from probes.job import Unsupported
from probes.training_step import on_numpy, task

PART = {"mode": "default", "seconds": 0.05, "gate": True, "peers": "", "memory": True, "compiler": "", "sizes": {}}
TIMED = sorted(name for name, probe in PROBES.items() if probe.timed)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """No framework is imported; what a stub is asked for is noted."""
    for name in top_level_modules():
        monkeypatch.setitem(sys.modules, name, None)
    return []


@pytest.fixture
def torch(monkeypatch: pytest.MonkeyPatch, calls: list[str]) -> SimpleNamespace:
    cuda = SimpleNamespace(
        is_available=lambda: True,
        synchronize=lambda: calls.append("wait"),
        max_memory_allocated=lambda: 3 * 2**20,
    )
    backends = SimpleNamespace(
        cuda=SimpleNamespace(matmul=SimpleNamespace(allow_tf32=True)), cudnn=SimpleNamespace(allow_tf32=True)
    )
    stub = SimpleNamespace(cuda=cuda, backends=backends)
    monkeypatch.setitem(sys.modules, "torch", stub)
    return stub


@pytest.fixture
def tensorflow(monkeypatch: pytest.MonkeyPatch, calls: list[str]) -> SimpleNamespace:
    experimental = SimpleNamespace(
        get_memory_info=lambda name: {"peak": 5 * 2**20, "current": 0},
        enable_tensor_float_32_execution=lambda wanted: calls.append(f"tf32 {wanted}"),
    )
    stub = SimpleNamespace(
        config=SimpleNamespace(get_visible_devices=lambda kind: ["GPU:0"], experimental=experimental),
        test=SimpleNamespace(experimental=SimpleNamespace(sync_devices=lambda: calls.append("wait"))),
    )
    monkeypatch.setitem(sys.modules, "tensorflow", stub)
    return stub


@pytest.fixture
def jax(monkeypatch: pytest.MonkeyPatch, calls: list[str]) -> SimpleNamespace:
    stub = SimpleNamespace(
        default_backend=lambda: "gpu",
        block_until_ready=lambda value: calls.append("wait"),
        live_arrays=list,
        config=SimpleNamespace(update=lambda name, value: calls.append(f"{name} {value}")),
        local_devices=lambda: [SimpleNamespace(memory_stats=lambda: {"peak_bytes_in_use": 7 * 2**20})],
    )
    monkeypatch.setitem(sys.modules, "jax", stub)
    return stub


@pytest.mark.parametrize(("module", "mib"), [("torch", 3.0), ("tensorflow", 5.0), ("jax", 7.0)])
def test_a_framework_that_sees_a_gpu_is_waited_for_and_its_memory_read(
    request: pytest.FixtureRequest, calls: list[str], module: str, mib: float
) -> None:
    request.getfixturevalue(module)
    (engine,) = (framework for framework in FRAMEWORKS.values() if framework.backend == module)
    assert engine.device() == "cuda"
    wait = engine.synchronise()
    assert wait is not None
    wait()
    assert calls == ["wait"]
    assert engine.peak_mb() == mib
    assert timed.peak_memory(engine)["device_peak_mb"] == mib


def test_a_framework_that_says_nothing_of_devices_is_on_the_cpu() -> None:
    engine = bare_framework("new")
    assert (engine.device(), engine.synchronise(), engine.peak_mb()) == ("cpu", None, None)
    assert set(timed.peak_memory(engine)) == {"peak_mb"}


def test_on_the_cpu_only_jax_is_waited_for(
    calls: list[str], torch: SimpleNamespace, tensorflow: SimpleNamespace, jax: SimpleNamespace
) -> None:
    torch.cuda.is_available = lambda: False
    tensorflow.config.get_visible_devices = lambda kind: []
    jax.default_backend = lambda: "cpu"
    for engine in (framework for framework in FRAMEWORKS.values() if framework.backend):
        assert (engine.device(), engine.peak_mb()) == ("cpu", None)
        if wait := engine.synchronise():
            wait()
            calls.append(engine.id)
        engine.full_float32()
    assert calls == ["wait", "jax"]  # the others return when they are done


def test_every_framework_computes_in_plain_float32(
    calls: list[str], torch: SimpleNamespace, tensorflow: SimpleNamespace, jax: SimpleNamespace
) -> None:
    for name in ("pytorch", "tensorflow", "jax"):
        FRAMEWORKS[name].full_float32()
    assert not torch.backends.cuda.matmul.allow_tf32
    assert not torch.backends.cudnn.allow_tf32
    assert calls == ["tf32 False", "jax_default_matmul_precision highest"]


def test_every_window_begins_and_ends_with_an_idle_device(calls: list[str], torch: SimpleNamespace) -> None:
    job = on_numpy.build(task.make(inputs=4, hidden=4, classes=2, batch_size=4), "reference")
    job = timed.wait_for_device(replace(job, step=lambda: calls.append("step")), FRAMEWORKS["pytorch"])
    timing.time_window(job, 3)
    assert calls == ["wait", "step", "step", "step", "wait"]


def test_a_job_that_knows_how_to_wait_is_left_alone(torch: SimpleNamespace) -> None:
    job = replace(on_numpy.build(task.make(batch_size=4), "reference"), sync=lambda: None)
    assert timed.wait_for_device(job, FRAMEWORKS["pytorch"]) is job


def test_the_rate_of_a_step_is_its_operations_over_its_time() -> None:
    assert timed.measure_speed(SimpleNamespace(flops=3_000_000), 1e-3, "default") == {"gflops": pytest.approx(3.0)}
    assert timed.measure_speed(SimpleNamespace(), 1e-3, "default") == {}
    assert set(timed.measure_speed(SimpleNamespace(flops=1), 1e-3, "reference")) == {"gflops", "machine_gflops"}
    assert matmul.measure_gflops(seconds=0.0) > 0


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch, calls: list[str]) -> Iterator[dict[str, Any]]:
    """A probe without a reference whose job notes what is asked of it."""
    small = task.make(inputs=4, hidden=4, classes=2, batch_size=4)
    package = ModuleType("stub_probe")
    package.__path__ = []  # type: ignore[attr-defined]
    tasks = ModuleType("stub_probe.task")
    tasks.make = lambda: calls.append("make") or small  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "stub_probe", package)
    monkeypatch.setitem(sys.modules, "stub_probe.task", tasks)
    job = on_numpy.build(small, "reference")
    module = SimpleNamespace(
        build=lambda _task, mode: replace(
            job, further_measures=lambda own: calls.append("judge") or {"accuracy": own.parameters}
        )
    )
    yield {"package": "stub_probe", "module": module}
    timed._make_task.cache_clear()
    timed._expected_by_reference.cache_clear()


def test_a_timed_run_says_everything_it_has_seen(stub: dict[str, Any], calls: list[str]) -> None:
    phases: list[str] = []
    for _ in range(2):
        fields = timed.measure_job(
            **stub, part=PART, frameworks=[bare_framework("stub")], common={"device": "cpu"}, enter=phases.append
        )
    assert phases[:4] == ["build", "first_step", "gate", "steps"]
    assert calls == ["make", "judge", "judge"]  # one task for all modes of a process
    measures = fields["measures"]
    assert (measures["gate"], measures["accuracy"], measures["device"]) == ("absent", 50, "cpu")
    assert measures["gflops"] > 0 and measures["peak_mb"] > 10
    assert set(measures) - {"accuracy"} <= set(PROBES["training-step"].measures)


def test_a_production_mode_that_compiles_nothing_is_no_production_mode(
    monkeypatch: pytest.MonkeyPatch, stub: dict[str, Any], torch: SimpleNamespace
) -> None:
    counted = {"stats": {"unique_graphs": 4}}
    monkeypatch.setitem(sys.modules, "torch._dynamo", SimpleNamespace(utils=SimpleNamespace(counters=counted)))
    part, engine = PART | {"mode": "production", "compiler": "torch.compile"}, FRAMEWORKS["pytorch"]
    with pytest.raises(Unsupported, match=r"torch\.compile was asked for and compiled nothing"):
        timed.measure_job(**stub, part=part, frameworks=[engine], common={}, enter=lambda phase: None)
    build = stub["module"].build

    def compiling(of_task: Any, mode: str) -> Any:
        counted["stats"]["unique_graphs"] += 1
        return build(of_task, mode)

    stub["module"].build = compiling
    assert (
        timed.measure_job(**stub, part=part, frameworks=[engine], common={}, enter=lambda phase: None)["measures"][
            "step_ms"
        ]
        > 0
    )


@pytest.mark.parametrize("name", TIMED)
def test_a_timed_probe_is_written_for_all_and_says_what_it_speaks_for(name: str) -> None:
    probe = PROBES[name]
    files = {file.name for file in probe.folder.glob("on_*.py")}
    assert files == {"on_numpy.py", "on_pytorch.py", "on_tensorflow.py", "on_keras.py", "on_jax.py"}
    assert probe.production is True
    assert probe.depth == ("quick" if name == "training-step" else "full")
    assert probe.domains or probe.depth == "quick"


def test_the_domains_are_those_of_the_questionnaire() -> None:
    from advisor.knowledge.loading import load_pack

    questions = load_pack().questions
    known = {choice.id for choice in questions["domain"].choices}
    assert {domain for probe in PROBES.values() for domain in probe.domains} <= known
