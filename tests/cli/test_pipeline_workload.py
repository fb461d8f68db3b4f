"""What an answer measures of a workload: its sizes first, in three blocks, in a budget of their own; nothing twice, nothing too far."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "evidence"))  # made_runs
from made_runs import make_run

from advisor.evidence import collect
from advisor.evidence.stacks import load_probed_pack
from advisor.pipeline import Request, advise, probes_to_measure, profile_of_request
from probes.run import Run

PROJECT = {"scale": ("medium",), "hardware": ("cpu",), "domain": ("tabular",)}


class Sessions:
    """Stands for measuring: keeps what was asked for, and has runs of four ways of whatever that is."""

    def __init__(self) -> None:
        self.asked: list[tuple[list[str], float, int | None]] = []

    def measure(self, pack: Any, probes: Any, depth: str, budget: float, *_: Any, **more: Any) -> Iterator[Run]:
        names = [probe if isinstance(probe, str) else probe.name for probe in probes]
        self.asked.append((names, budget, more.get("blocks")))
        for name in names:
            base = name.partition("[")[0]
            for number, candidate in enumerate(("pytorch", "tensorflow", "keras[jax]"), 1):
                for block in (1, 2, 3):
                    times = {"step_ms": float(number), "first_step_s": 1.0, "build_s": 0.1, "import_s": 1.0}
                    run = make_run(
                        base,
                        candidate,
                        mode="default",
                        block=block,
                        measures=times,
                        machine=collect.system.machine_facts(),
                    )
                    yield run.with_changes(probe=name)


@pytest.fixture
def sessions(monkeypatch: pytest.MonkeyPatch) -> Sessions:
    made = Sessions()
    monkeypatch.setattr(collect, "measure_now", made.measure)
    return made


def request_for(workload: str, tmp_path: Path, **more: Any) -> Request:
    return Request(flags={**PROJECT, "workload": (workload,)}, store=tmp_path / "runs.db", **more)


def test_the_sizes_come_first_and_the_probes_after_them(sessions: Sessions, tmp_path: Path) -> None:
    request = request_for("tabular-net", tmp_path)
    advice, _ = advise(request)
    (rungs, seconds, blocks), (probes, left, _) = sessions.asked
    assert rungs == ["training-step[30x256x2x2048]"] and blocks == 3 and seconds == collect.WORKLOAD_BUDGET
    assert "training-step" in probes and 0 < left <= request.most_seconds_with(workload=True)
    assert advice.evidence.workload is not None and advice.evidence.workload.status == "measured"
    assert advice.evidence.workload.ways[0].candidate == "pytorch"


def test_a_budget_that_is_given_is_shared(sessions: Sessions, tmp_path: Path) -> None:
    advise(request_for("tabular-net", tmp_path, budget=100.0))
    (_, for_sizes, _), (_, for_probes, _) = sessions.asked
    assert for_sizes == pytest.approx(60.0) and for_probes <= 100.0


def test_a_job_too_far_is_told_and_not_measured(sessions: Sessions, tmp_path: Path) -> None:
    advice, _ = advise(request_for("bert-base-like", tmp_path))
    assert all("[" not in name for names, *_ in sessions.asked for name in names)
    assert advice.evidence.workload is not None and advice.evidence.workload.status == "too-far"


def test_without_measuring_nothing_is_asked_of_the_machine(sessions: Sessions, tmp_path: Path) -> None:
    request = Request(flags={**PROJECT, "workload": ("tabular-net",)}, probing="none")
    advice, _ = advise(request)
    assert sessions.asked == [] and advice.evidence.workload is not None
    assert advice.evidence.workload.status == "not-measured"


def test_a_questionnaire_knows_that_sizes_would_be_measured(tmp_path: Path) -> None:
    pack, request = load_probed_pack(), request_for("tabular-net", tmp_path)
    assert "training-step[30x256x2x2048]" in probes_to_measure(request, pack, profile_of_request(request, pack))


def test_the_largest_size_comes_first_as_a_budget_that_is_short_leaves_out_the_last(
    sessions: Sessions, tmp_path: Path
) -> None:
    advise(request_for("dense: {inputs: 2048, hidden: 2048, batch: 1024, classes: 10}", tmp_path))
    (rungs, _, _), *_ = sessions.asked
    batches = [int(name.rstrip("]").rpartition("x")[2]) for name in rungs]
    assert len(rungs) > 1 and batches == sorted(batches, reverse=True)
