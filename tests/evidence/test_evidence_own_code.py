"""The user's own model as a probe: kept, marked, reported, and counted from nearer than anything built in."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import pytest
from made_runs import STEPS, make_exact_runs, make_run, make_session, make_timed_runs
from msgspec.structs import replace

from advisor.errors import InputError
from advisor.evidence.describe import summarise_evidence
from advisor.evidence.new_model import write_own_model
from advisor.evidence.own_code import (
    CHANGED,
    NOT_ASKED,
    OTHER_FOLDER,
    add_own_code_scales,
    measured_own_probes,
    own_model_notes,
    speaking_own_models,
)
from advisor.evidence.own_code import load_user_probes as read_own
from advisor.evidence.runs import Evidence
from advisor.evidence.scaled_measurements import scale_measurements
from advisor.knowledge.pack import Pack
from advisor.pipeline import Request, compute_advice, make_inputs
from advisor.reasoning.evaluation import draw_worlds
from advisor.reasoning.profile import Answer, Profile
from probes.registration import Registration

OWN = "my-model"
PLAN = Registration(
    session="own", candidates=("pytorch", "keras[jax]"), probes=(OWN,), depth="quick", looks=(5,), budget=120.0, seed=1,
    started="2026-11-20T10:00:00+00:00", own=(OWN,),
)  # fmt: skip
FASTER = {
    "numpy": (1.0, 1.01, 0.99, 1.0, 1.0),
    "keras[jax]": (0.3, 0.31, 0.3, 0.29, 0.3),
    "pytorch": (0.9, 0.91, 0.9, 0.89, 0.9),
}
ON_CPU = Profile({"hardware": Answer("hardware", ("cpu",), "flag")})


def evidence(*, reference: bool = True, stale: bool = False) -> Evidence:
    steps = FASTER if reference else {who: times for who, times in FASTER.items() if who != "numpy"}
    own = make_timed_runs(steps, probe=OWN, session="own")
    gone = {run.id: "torch is now 2.14" for run in own} if stale else {}
    return Evidence((*make_session(), *own), {}, gone, registered={"own": PLAN})


def test_an_own_model_informs_the_criteria_of_the_built_in_timing_from_nearer(pack: Pack) -> None:
    measurements = scale_measurements(add_own_code_scales(pack, evidence()), evidence(), 100_000)
    speed = {
        (measurement.candidate, measurement.probe): measurement
        for measurement in measurements
        if measurement.criterion == "training-speed"
    }
    own, proxy = speed["pytorch", OWN], speed["pytorch", "training-step"]
    assert own.sd < proxy.sd / 4
    assert own.when == proxy.when  # a CPU timing is one, whose code it may be
    assert (speed["keras[jax]", OWN].value > own.value) and ("tensorflow", OWN) not in speed


def test_without_a_numpy_reference_only_its_memory_is_on_a_scale(pack: Pack) -> None:
    measurements = scale_measurements(
        add_own_code_scales(pack, evidence(reference=False)), evidence(reference=False), 100_000
    )
    assert {measurement.measure for measurement in measurements if measurement.probe == OWN} == {"peak_mb"}


def test_it_counts_while_it_may_be_leaned_on_and_was_registered_as_own(pack: Pack) -> None:
    assert measured_own_probes(evidence()) == [OWN]
    assert measured_own_probes(evidence(stale=True)) == []
    assert measured_own_probes(replace(evidence(), registered={"own": dataclasses.replace(PLAN, own=(), id="")})) == []
    assert add_own_code_scales(pack, evidence(stale=True)) is pack


def test_its_column_says_whose_code_it_is(pack: Pack) -> None:
    own = add_own_code_scales(pack, evidence())
    summary = summarise_evidence(
        own, evidence(), scale_measurements(own, evidence(), 100_000), draw_worlds(own, ON_CPU, 64)
    )
    cells = {
        (measurement.candidate, measurement.probe, measurement.measure): measurement
        for measurement in summary.measurements
    }
    cell = cells["pytorch", OWN, "step_ms"]
    assert cell.label.en == "step, own code" and "自有代码" in cell.label.zh
    assert cell.amount == pytest.approx(0.9) and cell.counts == "yes" and cell.blocks == 5
    assert any(run.probe == OWN and run.counts for run in summary.runs)


@pytest.mark.parametrize(
    ("device", "hardware", "counts"),
    [("cpu", "cpu", "yes"), ("cpu", "nvidia-gpu", "no"), ("cuda", "cpu", "no"), ("cuda", "nvidia-gpu", "yes")],
)
def test_a_timing_counts_for_projects_on_the_kind_of_device_it_was_taken_on(
    pack: Pack, device: str, hardware: str, counts: str
) -> None:
    runs = make_timed_runs(FASTER, measures={"device": device})
    runs = [
        run.with_changes(measures=run.measures | {"device": "cpu"}) if run.candidate == "numpy" else run for run in runs
    ]
    project = Profile({"hardware": Answer("hardware", (hardware,), "flag")})
    case = make_inputs(Request(as_of=date(2026, 11, 25)), pack, project, Evidence(tuple(runs)))
    step = next(
        measurement
        for measurement in case.evidence.measurements
        if (measurement.candidate, measurement.measure) == ("pytorch", "step_ms")
    )
    assert (step.amount, step.counts) == (pytest.approx(0.9), counts)
    assert step.note is not None and ("GPU timings" in step.note.en) is (device == "cuda")


def test_it_moves_the_answer_of_a_cpu_project(pack: Pack) -> None:
    """Where nothing but training speed matters, the faster one on the user's own model is ahead."""
    weigh = dict.fromkeys(pack.criteria, "ignore") | {"training-speed": "major"}
    request = Request(weigh=weigh, as_of=date(2026, 11, 25))
    from advisor.pipeline import Gathered

    advice = compute_advice(request, pack, ON_CPU, Gathered(evidence()))
    assert advice.candidate == "keras[jax]"
    case = make_inputs(request, pack, ON_CPU, evidence())
    assert any(reading.probe == OWN for reading in case.pack.criteria["training-speed"].measured)


# --- what a folder must hold --------------------------------------------------------------------------------------------

GOOD = 'QUESTION = "Fast?"\nTIMED = True\n'


def folder(place: Path, name: str = "my_model", init: str | None = GOOD, task: bool = True, file: bool = True) -> Path:
    own = place / name
    own.mkdir(parents=True)
    if init is not None:
        (own / "__init__.py").write_text(init)
    if task:
        (own / "task.py").write_text("def make(): ...\n")
    if file:
        (own / "on_pytorch.py").write_text("def build(task, mode): ...\n")
    return own


def test_a_folder_may_be_a_probe_or_hold_some(tmp_path: Path) -> None:
    own = folder(tmp_path)
    assert set(read_own(own)) == set(read_own(tmp_path)) == {OWN}
    assert read_own(own)[OWN].timed and read_own(own)[OWN].folder == own.resolve()


@pytest.mark.parametrize(
    ("made_so", "place", "what"),
    [
        ({"init": None}, "my_model/__init__.py", "missing"),
        ({"init": "TIMED = True"}, "my_model/__init__.py", "QUESTION is missing"),
        ({"init": "QUESTION = input()"}, "my_model/__init__.py:1", "QUESTION must be a literal"),
        ({"init": GOOD + "MEASURES = {'x': {'units': 's'}}"}, "my_model/__init__.py:3", "MEASURES"),
        ({"init": GOOD + "def ("}, "my_model/__init__.py:3:5", "invalid syntax"),
        ({"init": GOOD + "STATIC = True"}, "my_model/__init__.py", "STATIC"),
        ({"task": False}, "my_model/task.py", "missing"),
        ({"init": GOOD, "file": False}, "my_model/on_pytorch.py", "on_<framework>.py"),
        ({"name": "My Model"}, "My Model", "small letters"),
        ({"name": "training_step"}, "training_step", "built-in"),
    ],
)
def test_what_is_wrong_with_a_folder_is_said_with_its_place(
    tmp_path: Path, made_so: dict[str, object], place: str, what: str
) -> None:
    own = folder(tmp_path, **made_so)  # type: ignore[arg-type]
    with pytest.raises(InputError) as caught:
        read_own(tmp_path if made_so.get("file") is False else own)
    [problem] = caught.value.problems
    assert problem.place == place and what in problem.what
    assert problem.fix or "syntax" in problem.what or "literal" in problem.what


def test_a_folder_without_any_probe_says_what_one_is(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "none"):
        with pytest.raises(InputError, match=r"no probe here.*task\.py"):
            read_own(place)


def test_runs_of_own_code_are_no_runs_of_a_built_in_probe() -> None:
    kept = evidence()
    assert all(run.probe != OWN for run in kept.of("training-step"))
    assert len(kept.of(OWN)) == 15 and STEPS and make_exact_runs and make_run


# --- which of them speak ------------------------------------------------------------------------------------------------


def plan(session: str, day: int, code: str = "new", folder: str = "aaaa1111", name: str = OWN) -> Registration:
    folders = {name: folder} if folder else {}
    fields = {"session": session, "started": f"2026-11-{day:02d}T10:00:00+00:00", "own": (name,), "probes": (name,)}
    return dataclasses.replace(PLAN, **fields, code={name: code}, folders=folders, id="")


def own_runs(*plans: Registration) -> Evidence:
    """Runs of own models, one session per plan, beside a measurement of the built-in probes."""
    own = [
        run
        for plan in plans
        for run in make_timed_runs(FASTER, probe=plan.own[0], session=plan.session, started=plan.started)
    ]
    return Evidence((*make_session(), *own), {}, {}, registered={plan.session: plan for plan in plans})


def sessions_used(evidence: Evidence, name: str = OWN) -> set[str]:
    return {run.session for run in evidence.of(name)}


def test_an_own_model_is_silent_until_it_is_asked_for() -> None:
    measured = own_runs(plan("one", 1), plan("two", 2, name="other-model"))
    silent = speaking_own_models(measured, ())
    assert measured_own_probes(silent) == [] and set((silent.stale or {}).values()) == {NOT_ASKED}
    assert silent.of("training-step") == measured.of("training-step")
    asked = speaking_own_models(silent, ["my_model"])
    assert measured_own_probes(asked) == [OWN]
    assert measured_own_probes(speaking_own_models(asked, [OWN, "other-model"])) == [OWN, "other-model"]


def test_only_the_newest_code_of_a_folder_counts_however_few_its_blocks() -> None:
    """The report: five old blocks beat four new ones."""
    old, new = plan("old", 1, code="old"), plan("new", 2)
    measured = own_runs(old, new)
    fewer = replace(measured, runs=tuple(run for run in measured.runs if run.session != "new" or (run.block or 0) < 5))
    speaking = speaking_own_models(fewer, [OWN])
    assert sessions_used(speaking) == {"new"}
    assert {why for id, why in (speaking.stale or {}).items()} == {CHANGED}
    again = speaking_own_models(own_runs(old, new, plan("back", 3, code="old")), [OWN])
    assert sessions_used(again) <= {"old", "back"}


def test_two_folders_of_one_name_are_two_models() -> None:
    measured = own_runs(plan("here", 1), plan("there", 2, folder="bbbb2222"))
    with pytest.raises(InputError, match=r"2 folders: my-model@aaaa1111, my-model@bbbb2222"):
        speaking_own_models(measured, [OWN])
    chosen = speaking_own_models(measured, ["my-model@aaaa"])
    assert sessions_used(chosen) == {"here"} and set((chosen.stale or {}).values()) == {OTHER_FOLDER}


def test_a_model_measured_before_folders_were_recorded_gives_way_to_one_of_its_name() -> None:
    old = plan("old", 1, folder="")
    assert sessions_used(speaking_own_models(own_runs(old), [OWN])) == {"old"}
    assert sessions_used(speaking_own_models(own_runs(old, plan("new", 2)), [OWN])) == {"new"}


def test_a_name_that_was_not_measured_is_refused_with_those_that_were() -> None:
    with pytest.raises(InputError, match=r"no own model `my-modl` was measured.*my-model"):
        speaking_own_models(own_runs(plan("one", 1)), ["my-modl"])
    with pytest.raises(InputError, match="measure it first"):
        speaking_own_models(Evidence(), [OWN])


def test_a_clash_and_a_change_are_said_where_they_are_made() -> None:
    new = plan("new", 3)
    said = [note.en for note in own_model_notes(new, [new, plan("a", 1, code="old"), plan("b", 2, folder="bbbb2222")])]
    assert (
        "my-model@bbbb2222" in said[0] and "advise --own my-model@aaaa1111" in said[1] and "no longer counts" in said[2]
    )
    assert [note.en for note in own_model_notes(new, [plan("a", 1)])] == [
        "to let it speak in an answer: advise --own my-model"
    ]


def test_a_registration_with_folders_is_read_back_and_one_without_is_as_it_was() -> None:
    for written in (plan("one", 1), plan("one", 1, folder=""), PLAN):
        line = written.to_json()
        assert Registration.from_json(line) == written and Registration.from_json(line).to_json() == line
        assert ("folders" in line) is bool(written.folders)


# --- a new one ----------------------------------------------------------------------------------------------------------


def test_a_new_model_is_written_as_a_probe(tmp_path: Path) -> None:
    folder = write_own_model("net_2", tmp_path)
    [probe] = read_own(folder).values()
    assert probe.name == "net-2" and {file.name for file in folder.iterdir()} == {
        "__init__.py", "task.py", "on_pytorch.py", "on_tensorflow.py", "on_keras.py", "on_numpy.py",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "what"),
    [("Net", "small letters"), ("../net", "small letters"), ("cnn_step", "built-in"), ("taken", "there")],
)
def test_a_name_that_cannot_be_used_is_refused(tmp_path: Path, name: str, what: str) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(InputError, match=what):
        write_own_model(name, tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["taken"]
