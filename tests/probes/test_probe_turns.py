"""Children that import their frameworks at the same time and are then run one after the other."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from probe_stubs import Stubs, is_alive

from probes.candidates import Candidate
from probes.catalogue import load_probes
from probes.child.stack import bare_framework
from probes.machine.accelerator import CPU, CUDA
from probes.parent.budget import Budget
from probes.parent.children import run_children, run_children_in_turn
from probes.parent.process import Ending, Order
from probes.parent.results import seconds_by_part
from probes.parent.schedule import BYTES_TO_IMPORT, Schedule
from probes.parent.tasks import Cost, Task
from probes.run import Outcome
from probes.suite import Plan, never_decided

NOTE = """
import os, time
def note(what):
    with open(NOTES, "a") as file:
        file.write(f'{time.monotonic()} {os.environ["WHO"]} {what}\\n')
"""
FRAMEWORK = """
from notes import note
import os, signal, time
note("imports")
if os.environ["WHO"] == os.environ["DIES"]:
    os.kill(os.getpid(), signal.SIGSEGV)
until = time.process_time() + 0.3
while time.process_time() < until: pass
note("imported")
"""
JOB = """
from notes import note
import time
from probes.job import Job
def build(task, mode):
    note("begins")
    def leave(loss):
        note("goes on")
        return 1.0
    return Job(step=lambda: time.sleep(0.005), loss_value=leave, load=lambda weights: None,
               weights=list, forward=list, gradient=list, parameters=1)
"""


class Block:
    """Orders of a block of stub candidates, and what their processes noted."""

    def __init__(self, folder: Path, stubs: Stubs) -> None:
        self.notes, self.modules, self.stubs = folder / "notes.txt", folder / "modules", stubs
        self.modules.mkdir()
        (self.modules / "notes.py").write_text(NOTE.replace("NOTES", repr(str(self.notes))))
        (self.modules / "slow_framework.py").write_text(FRAMEWORK)

    def orders(self, *names: str, dies: str = "", until: float = float("inf")) -> list[Order]:
        """Return an order for each candidate: to import a framework for 0.3 s of processor time, then to time a step."""
        self.stubs.write_probe(timed=True, **dict.fromkeys(names, JOB))
        (probe,) = load_probes(self.stubs.folder).values()
        orders = []
        for name in names:
            task = Task(Candidate(name, (bare_framework(name),)), ((probe, "default"),), 2, seconds=0.1)
            spec = task.child_spec([0], CPU) | {"imports": ["slow_framework"]}
            environment = {"PYTHONPATH": str(self.modules), "WHO": name, "DIES": dies}
            orders.append(Order(lambda name=name: name, spec, environment, until=until))  # type: ignore[misc]
        return orders

    def noted(self, what: str) -> dict[str, float]:
        """Return when each candidate noted something, by the first time it did."""
        lines = [line.split(" ", 2) for line in self.notes.read_text().splitlines()]
        return {who: float(at) for at, who, said in reversed(lines) if said == what}


@pytest.fixture
def block(tmp_path: Path, stubs: Stubs) -> Block:
    return Block(tmp_path, stubs)


def results(ending: Ending) -> list[dict[str, Any]]:
    return [message for message in ending.messages if message["event"] == "result"]


def test_all_import_before_anybody_goes_on_and_then_one_at_a_time(block: Block) -> None:
    endings = list(run_children_in_turn(block.orders("a", "b", "c"), 2))
    assert [ending.begun for ending in endings] == ["a", "b", "c"]
    assert [results(ending)[0]["outcome"] for ending in endings] == ["ok", "ok", "ok"]
    begins = block.noted("begins")
    assert max(block.noted("imported").values()) < min(begins.values())
    assert block.noted("imports")["c"] > min(block.noted("imported").values()), "two at a time, not three"
    losses = block.noted("goes on")
    assert begins["a"] < losses["a"] < begins["b"] < losses["b"] < begins["c"]


def test_the_import_of_others_and_the_waiting_are_not_counted(block: Block) -> None:
    (alone,) = run_children(iter(block.orders("a")))
    assert alone.cpu_seconds > 0.3 and "import_s" in results(alone)[0]["measures"]
    for ending in run_children_in_turn(block.orders("a", "b"), 2):
        assert ending.cpu_seconds < 0.3 < ending.import_seconds
        assert "import_s" not in results(ending)[0]["measures"], "others imported meanwhile"
        parts = [(load_probes(block.stubs.folder)["stub"], "default")]
        assert 0 <= seconds_by_part(ending, parts)["", ""] < ending.seconds


def test_who_dies_at_the_import_has_no_turn_and_keeps_nobody_waiting(block: Block) -> None:
    endings = {ending.begun: ending for ending in run_children_in_turn(block.orders("a", "b", "c", dies="a"), 2)}
    assert endings["a"].outcome is Outcome.IMPORT_CRASH and "in phase import" in endings["a"].why
    assert [results(endings[name])[0]["outcome"] for name in "bc"] == ["ok", "ok"]


def test_who_waits_when_the_time_is_spent_is_ended_and_says_so(block: Block) -> None:
    orders = block.orders("a", "b")
    orders[1] = replace(orders[1], until=time.monotonic() - 1)
    endings = {ending.begun: ending for ending in run_children_in_turn(orders, 1)}
    assert endings["b"].outcome is Outcome.CANCELLED and "the time budget was spent in phase" in endings["b"].why
    assert results(endings["a"])[0]["outcome"] == "ok"


def test_nobody_is_left_when_the_block_is_given_up(block: Block) -> None:
    block.stubs.pids.touch()
    pid_line = "\nimport os\nopen(PIDS, 'a').write(f'{os.getpid()}\\n')\n".replace("PIDS", repr(str(block.stubs.pids)))
    (block.modules / "slow_framework.py").write_text(FRAMEWORK + pid_line)
    endings = run_children_in_turn(block.orders("a", "b", "c"), 3)
    next(endings)
    pids = block.stubs.wait_for_pids(3)
    assert sum(map(is_alive, pids)) >= 1
    endings.close()  # type: ignore[attr-defined]
    assert block.stubs.surviving_pids() == []


def test_a_child_that_says_nothing_sensible_of_its_processor_time_counts_all_of_it(block: Block) -> None:
    pipe = "\nimport sys, json, os, time\nPIPE = json.loads(sys.argv[1])['result']\n"
    line = json.dumps({"event": "phase", "phase": "waiting", "cpu_seconds": "much"}) + "\n"
    (block.modules / "slow_framework.py").write_text(FRAMEWORK + pipe + f"os.write(PIPE, {line.encode()!r})\n")
    (ending,) = run_children_in_turn(block.orders("a"), 1)
    assert results(ending)[0]["outcome"] == "ok"


def schedule(depth: str = "quick", device: str = CPU, cpus: int = 2) -> Schedule:
    session = Schedule(Plan((), ()), (), (), Budget(99.0), "python", never_decided, {}, None)
    session.plan = replace(session.plan, depth=depth)
    session.device, session.cpus = device, list(range(cpus))
    return session


def tasks(*names: str) -> list[Task]:
    return [Task(Candidate(name, (bare_framework(name),)), ()) for name in names]


@pytest.mark.parametrize(
    ("session", "names", "free_bytes", "together"),
    [
        (schedule(), "ab", 9e9, True),
        (schedule("full"), "ab", 9e9, False),
        (schedule(device=CUDA), "ab", 9e9, False),
        (schedule(cpus=1), "ab", 9e9, False),
        (schedule(), "ab", 2 * BYTES_TO_IMPORT, False),
        (schedule(), "aba", 9e9, False),
        (schedule(), "a", 9e9, False),
    ],
    ids=["two", "at full depth", "on a GPU", "one processor", "little memory", "two processes of one", "one alone"],
)
def test_where_they_import_at_the_same_time(
    session: Schedule, names: str, free_bytes: float, together: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("probes.machine.system.available_memory", lambda: free_bytes)
    assert {task.in_turn for task in session.import_together(tasks(*names))} == {together}


def test_what_a_process_costs_in_turn_is_remembered_apart() -> None:
    session = schedule()
    (task,) = tasks("a")
    in_turn = replace(task, in_turn=True)

    def take_in(begun: Task, seconds: float, import_seconds: float = 0.0) -> None:
        started = session.make_order(begun).on_begin()
        session.take_in(Ending(started, [], "steps", Outcome.OK, "", seconds, 0.0, import_seconds), alone=True)

    take_in(task, 4.0)
    assert session.budget.expected_seconds(Cost("a")) == 4.0
    assert 0 < session.budget.expected_seconds(in_turn.process_cost) < 4.0
    take_in(in_turn, 0.5, import_seconds=3.0)
    take_in(in_turn, 0.5, import_seconds=3.0)
    assert session.budget.expected_seconds(in_turn.process_cost) == 0.5 + 3.0 / 2, "two processors shared the import"
    assert session.fits([in_turn] * 40) and not session.fits([task] * 40)
