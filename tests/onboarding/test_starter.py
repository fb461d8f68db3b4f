"""What a newcomer gets is real code: the probe's own lines, parsed, linted and formatted, with nothing from outside in it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest
from decided import Decided
from msgspec.structs import replace
from packaging.requirements import Requirement
from starters import DOMAINS, STACKS, in_domain, kit_of

from advisor.errors import StoreError
from advisor.evidence.timed_code import read_timed_code
from advisor.onboarding import pins
from advisor.onboarding.kit import Kit
from advisor.onboarding.starter import exercises, starter
from advisor.onboarding.team_folder import write_folder
from advisor.text import Text

CHINESE = re.compile("[\u4e00-\u9fff]")
EXERCISES = ("1_first_gradient", "2_shape_trap", "3_control_flow", "4_export_parity", "5_two_workers")
DOCUMENTED = (ast.Module, ast.FunctionDef, ast.ClassDef)
HOSTILE = '1.0"; import os; os.system("x") #\n[tool]\n<script>{{ 7 * 7 }}{% raw %}$(x)`x`'
RUFF = (sys.executable, "-m", "ruff")  # of this environment, which need not be on the PATH
RUFF_CHECK = (*RUFF, "check", "--isolated", "--select=E,F,I,UP,B,C4,SIM,RUF,PTH")
RUFF_FORMAT = (*RUFF, "format", "--isolated", "--line-length=120")
both = pytest.mark.parametrize("lang", ["en", "zh"])
every_stack = pytest.mark.parametrize("stack", STACKS)
every_domain = pytest.mark.parametrize("domain", DOMAINS)


def files_of(kit: Kit) -> dict[str, str]:
    folders = {"starter": starter(kit), "exercises": exercises(kit)}
    return {f"{folder}/{name}": text for folder, files in folders.items() for name, text in files.items()}


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins, "installed_versions", lambda modules: {})


@both
@every_stack
def test_every_file_is_what_its_name_says(decided: Decided, stack: str, lang: str) -> None:
    for name, text in files_of(kit_of(decided, stack, lang)).items():
        assert text.endswith("\n") and not re.search(r"\{%|%\}|\{\{", text), name
        if name.endswith(".py"):
            assert ast.get_docstring(ast.parse(text, name)), name
        if name.endswith(".toml"):
            assert tomllib.loads(text)["project"]["name"] == "digits"


@both
@every_stack
@pytest.mark.skipif(find_spec("ruff") is None, reason="needs ruff")
def test_the_code_is_as_tidy_as_the_house_wants_it(decided: Decided, stack: str, lang: str, tmp_path: Path) -> None:
    write_folder(tmp_path / "team", kit_of(decided, stack, lang))
    ignored = "E501,E402,RUF001,RUF002,RUF003"  # long words of the checks; imports after environment variables
    lint = [*RUFF_CHECK, f"--ignore={ignored}", "."]
    lint.append("--per-file-ignores=[1-5]_*.py:F401,[1-5]_*.py:F841")  # what only the solution uses
    # What the checks say is longer in one language than in the other, and with it the layout.
    layout = [*RUFF_FORMAT, "--exclude=checks", "--check", "."]
    for folder in ("starter", "exercises"):
        for command in (lint, layout):
            done = subprocess.run(command, cwd=tmp_path / "team" / folder, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout


@every_stack
def test_the_model_is_the_code_that_is_timed(decided: Decided, stack: str) -> None:
    model = starter(kit_of(decided, stack))["digits/model.py"]
    lines = [line.strip() for line in read_timed_code(stack).splitlines()]
    assert "\n".join(lines) in "\n".join(line.strip() for line in model.splitlines())
    assert any(line.startswith("def train_step") for line in lines) and "effort:" not in model


@both
@every_stack
def test_an_exercise_has_something_to_do_three_hints_and_a_solution(decided: Decided, stack: str, lang: str) -> None:
    files = exercises(kit_of(decided, stack, lang))
    assert sorted(name for name in files if re.match(r"\d", name)) == [f"{name}.py" for name in EXERCISES]
    for name in EXERCISES:
        assert files[f"{name}.py"].count("TODO") == 1 and "TODO" not in files[f"solutions/{name}.py"]
        assert re.findall(r"^## (\d)$", files[f"hints/{name}.md"], flags=re.MULTILINE) == ["1", "2", "3"]


@every_stack
def test_what_an_exercise_asks_for_is_in_the_language_of_the_folder(decided: Decided, stack: str) -> None:
    files = exercises(kit_of(decided, stack, "zh"))
    for name in EXERCISES:
        texts = [
            ast.get_docstring(node) for node in ast.walk(ast.parse(files[f"{name}.py"])) if isinstance(node, DOCUMENTED)
        ]
        asked = re.findall("# TODO: (.*)", files[f"{name}.py"])
        assert all(CHINESE.search(text) for text in (*asked, *filter(None, texts))), name


def test_hints_are_given_one_level_at_a_time(decided: Decided, tmp_path: Path) -> None:
    write_folder(tmp_path / "team", kit_of(decided, "pytorch"))
    command = [sys.executable, str(tmp_path / "team" / "exercises" / "check.py"), "1", "--hint"]
    first, third = (subprocess.run([*command, n], capture_output=True, text=True, check=True).stdout for n in "13")
    assert "requires_grad" in first and "weight.grad" not in first
    assert third.startswith(first.rstrip()) and "return weight.grad" in third


@every_stack
def test_prose_is_in_the_language_of_the_folder(decided: Decided, stack: str) -> None:
    english, chinese = (files_of(kit_of(decided, stack, lang)) for lang in ("en", "zh"))
    assert set(english) == set(chinese)
    assert not any(CHINESE.search(text) for text in english.values())
    prose = [name for name in chinese if name.endswith(".md") or re.search(r"exercises/\d", name)]
    assert len(prose) == 1 + 1 + 5 + 5 and all(CHINESE.search(chinese[name]) for name in prose)


@both
def test_no_hint_of_jax_speaks_of_keras(decided: Decided, lang: str) -> None:
    files = exercises(kit_of(decided, "jax", lang))
    assert not [name for name, text in files.items() if re.search("keras|torch|tensorflow", text, re.IGNORECASE)]
    assert {"jax", "flax", "optax"} <= set(asked_for(kit_of(decided, "jax", lang)))


# --- by domain -------------------------------------------------------------------------------------------------------


@every_domain
@every_stack
def test_a_project_gets_the_task_of_its_domain(decided: Decided, stack: str, domain: str, tmp_path: Path) -> None:
    package, packages = DOMAINS[domain], "|".join(DOMAINS.values())
    files = starter(in_domain(kit_of(decided, stack), domain, ("deploy", "cloud-server")))
    assert tomllib.loads(files["pyproject.toml"])["project"]["name"] == package
    code = {name: text for name, text in files.items() if name.endswith(".py")}
    assert {f"{package}/{module}.py" for module in ("data", "model", "train", "evaluate", "export", "reload")} <= set(
        code
    )
    assert ("the very lines that were timed" in files["README.md"]) == (package in ("digits", "tables"))
    for name, text in code.items():
        assert ast.get_docstring(ast.parse(text, name)), name
        imported = set(re.findall(rf"^from ({packages})\b", text, re.MULTILINE))
        assert imported <= {package}, name
    commands = re.findall(r"python -m (\w+)\.(\w+)", files["README.md"].split("```bash")[1].split("```")[0])
    modules = ["baseline", "train", "evaluate", "export"][package == "digits" :]
    assert commands == [(package, module) for module in modules], "what has to be beaten comes first"
    assert all(f"{package}/{module}.py" in files for module in modules)


@every_domain
@pytest.mark.skipif(find_spec("ruff") is None, reason="needs ruff")
def test_the_code_of_every_domain_is_tidy(decided: Decided, domain: str, tmp_path: Path) -> None:
    for stack in STACKS:
        for name, text in starter(in_domain(kit_of(decided, stack), domain)).items():
            file = tmp_path / stack / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        for command in (
            [*RUFF_CHECK, "--ignore=E501,E402", "."],
            [*RUFF_FORMAT, "--check", "."],
        ):
            done = subprocess.run(command, cwd=tmp_path / stack, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("stack", STACKS)
def test_several_gpus_have_a_command_or_a_word_that_there_is_none(decided: Decided, stack: str) -> None:
    several = (("hardware", "nvidia-gpu"), ("scale", "medium"))
    with_gpus = starter(in_domain(kit_of(decided, stack), "cv", *several))["README.md"]
    without = starter(in_domain(kit_of(decided, stack), "cv", ("hardware", "cpu"), ("scale", "small")))["README.md"]
    assert "several GPUs" in with_gpus and "several GPUs" not in without
    assert ("torchrun --nproc-per-node 8 -m vision.train" in with_gpus) == (stack == "pytorch")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("stack", STACKS)
def test_several_machines_have_a_way_or_a_word_that_there_is_none(decided: Decided, stack: str, lang: str) -> None:
    of_scale = {
        scale: starter(in_domain(kit_of(decided, stack, lang), "cv", ("hardware", "tpu"), ("scale", scale)))[
            "README.md"
        ]
        for scale in ("medium", "large")
    }
    machines = {"en": "everal machines", "zh": "多台机器"}[lang]
    assert machines in of_scale["large"] and (machines in of_scale["medium"]) == (stack in ("pytorch", "keras[torch]"))


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("stack", STACKS)
def test_what_a_second_process_loads_it_loads_on_the_cpu(decided: Decided, stack: str, lang: str) -> None:
    """An accelerator serves one process at a time, or its memory is taken by the first."""
    variable = {
        "pytorch": "",
        "keras[torch]": "KERAS_TORCH_DEVICE",
        "keras[jax]": "JAX_PLATFORMS",
        "jax": "JAX_PLATFORMS",
    }
    wanted = variable.get(stack, "CUDA_VISIBLE_DEVICES")
    kit = kit_of(decided, stack, lang)
    readme, without = (
        starter(in_domain(kit, "cv", ("hardware", hardware)))["README.md"].split("```")[1]
        for hardware in ("nvidia-gpu", "cpu")
    )
    assert "vision.export" in without and not re.search("export [A-Z]", without)
    assert re.findall(r"export ([A-Z_]+)=", readme) == [wanted] * bool(wanted)
    assert not wanted or readme.index("vision.train") < readme.index(wanted) < readme.index("vision.export")
    assert not wanted or wanted in exercises(kit)["stack.py"], "as in the exercises"


@pytest.mark.parametrize(
    ("stack", "deploy", "package"),
    [
        ("keras[tensorflow]", "microcontroller", "ai-edge-litert"),
        ("tensorflow", "mobile", "ai-edge-litert"),
        ("pytorch", "edge-box", "onnxruntime"),
        ("keras[torch]", "browser", "onnxruntime"),
        ("pytorch", "cloud-server", ""),
        ("jax", "mobile", ""),
    ],
)
def test_a_starter_writes_the_file_for_its_target(decided: Decided, stack: str, deploy: str, package: str) -> None:
    team = in_domain(kit_of(decided, stack), "timeseries-audio", ("deploy", deploy))
    files = starter(team)
    assert ("series/device.py" in files) == bool(package) == ("tests/test_device.py" in files)
    assert ("python -m series.device" in files["README.md"]) == bool(package)
    assert not package or package in asked_for(team)
    if package:
        ast.parse(files["series/device.py"])
        assert ("tf.int8" in files["series/device.py"]) == (deploy == "microcontroller")


def test_what_jax_needs_to_write_a_file_is_asked_for(decided: Decided) -> None:
    """`jax` does not bring it, and an environment with other frameworks has it by chance."""
    for stack in STACKS:
        assert ("flatbuffers" in asked_for(kit_of(decided, stack))) == (stack == "jax")


def test_no_build_for_cpus_alone_is_asked_for_where_there_is_an_accelerator(decided: Decided) -> None:
    team = in_domain(kit_of(decided, "keras[tensorflow]"), "cv", ("hardware", "nvidia-gpu"))
    assert "tensorflow-cpu" not in asked_for(team) and "tensorflow" in asked_for(team)


@pytest.mark.parametrize(
    "package",
    [
        pytest.param(name, marks=pytest.mark.long if name == "tables" else ())
        for name in DOMAINS.values()
        if name != "digits"
    ],
)
def test_the_data_of_a_domain_are_split_and_the_baseline_learns_from_them(
    decided: Decided, package: str, tmp_path: Path
) -> None:
    pytest.importorskip("sklearn")
    domain = next(id for id, name in DOMAINS.items() if name == package)
    files = starter(in_domain(kit_of(decided, "pytorch"), domain))
    (tmp_path / package).mkdir()
    for module in ("__init__", "data", "settings", "measure", "baseline"):
        (tmp_path / package / f"{module}.py").write_text(files[f"{package}/{module}.py"], encoding="utf-8")
    sizes = {"text": "windows=400", "vision": "pictures=400", "series": "windows=300", "recommend": "visitors=200"}
    shrunk = f", {sizes[package]}" if package in sizes else ""
    code = f"""
from dataclasses import replace
from {package}.data import load
from {package}.settings import TASK
from {package}.baseline import baseline
task = replace(TASK, seed=1{shrunk})
(seen, answers), (held_out, answers_held_out) = load(task)
assert len(seen) == len(answers) > 3 * len(held_out) > 0 and len(held_out) == len(answers_held_out)
assert (load(task)[1][0] == held_out).all(), "the same split at every run"
rows = {{row.tobytes() for row in seen}}
assert not any(row.tobytes() in rows for row in held_out), "nothing that was learned from is held out"
share = baseline(*((2,) if "{package}" == "text" else ()), task=task)
chance = 10 / task.items if "{package}" == "recommend" else 1 / task.classes
assert 1.2 * chance < share <= 1, share
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


# --- versions -------------------------------------------------------------------------------------------------------


def with_versions(kit: Kit, **versions: str) -> Kit:
    return replace(kit, lock=replace(kit.lock, evidence=replace(kit.lock.evidence, versions=versions)))


def asked_for(kit: Kit) -> dict[str, str]:
    project = tomllib.loads(starter(kit)["pyproject.toml"])["project"]
    return {requirement.name: str(requirement.specifier) for requirement in map(Requirement, project["dependencies"])}


def test_a_version_is_the_measured_one_else_the_installed_one_else_a_range(
    decided: Decided, monkeypatch: pytest.MonkeyPatch
) -> None:
    kit = with_versions(kit_of(decided, "keras[torch]"), torch="2.13.0+cpu")
    monkeypatch.setattr(pins, "installed_versions", lambda modules: {"torch": "2.9.0", "keras": "3.12.0"})
    assert asked_for(kit) | {"numpy": "", "scikit-learn": ""} == {
        "torch": "==2.13.0",  # what an index has: its builds differ in the part after the plus
        "keras": "==3.12.0",
        "numpy": "",
        "scikit-learn": "",
    }
    monkeypatch.setattr(pins, "installed_versions", lambda modules: {})
    assert asked_for(with_versions(kit))["torch"] == "<2.16,>=2.9"
    assert asked_for(kit)["scikit-learn"] == ">=1.5"


def test_tensorflow_is_called_differently_on_other_machines(decided: Decided) -> None:
    project = tomllib.loads(starter(kit_of(decided, "tensorflow"))["pyproject.toml"])["project"]
    wanted = {requirement.name: requirement.marker for requirement in map(Requirement, project["dependencies"])}
    for platform, machine, name in (
        ("linux", "x86_64", "tensorflow-cpu"),
        ("win32", "AMD64", "tensorflow-cpu"),
        ("linux", "aarch64", "tensorflow"),
        ("darwin", "arm64", "tensorflow"),
    ):
        here = {"sys_platform": platform, "platform_machine": machine}
        taken = {name for name, marker in wanted.items() if marker is None or marker.evaluate(here)}
        assert taken & {"tensorflow", "tensorflow-cpu"} == {name}


@every_stack
def test_only_tensorflow_keeps_a_starter_from_the_newest_python(decided: Decided, stack: str) -> None:
    files = files_of(kit_of(decided, stack))
    limited = "tensorflow" in stack
    assert tomllib.loads(files["starter/pyproject.toml"])["project"]["requires-python"] == (
        ">=3.11,<3.14" if limited else ">=3.11"
    )
    assert f"with Python 3.11 {'to 3.13' if limited else 'or newer'}:" in files["starter/README.md"]


# --- nothing from outside -------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("nothing_installed")
@every_stack
def test_nothing_of_a_pack_an_answer_or_a_run_becomes_code(decided: Decided, stack: str) -> None:
    kit = kit_of(decided, stack)
    plain = files_of(with_versions(kit))
    candidates = dict(kit.pack.candidates)
    for install in (HOSTILE, f'pip install "torch==={HOSTILE}"', 'pip install torch===x"]\nevil="', "pip 'unclosed"):
        spoilt = replace(candidates[stack], name=Text(en=HOSTILE, zh=HOSTILE), install=install)
        lock = replace(kit.lock, chosen=replace(kit.lock.chosen, because=HOSTILE))
        pack = replace(kit.pack, candidates=candidates | {stack: spoilt})
        evil = with_versions(
            replace(kit, lock=lock, pack=pack, command=HOSTILE),
            **dict.fromkeys(("torch", "tensorflow", "keras", "jax", "numpy", "scikit-learn"), HOSTILE),
        )
        files = files_of(evil)
        assert {name for name in files if files[name] != plain[name]} <= {"starter/pyproject.toml"}
        for requirement in asked_for(evil).values():
            assert requirement in ("", *pins.EVERY_STARTER.values(), *pins.FOR_TARGETS.values())


def test_a_candidate_from_a_pack_gets_no_files_by_its_name(decided: Decided) -> None:
    kit = kit_of(decided, "pytorch")
    pack = replace(kit.pack, candidates={"evil[x]": replace(kit.chosen, id="evil[x]")})
    lock = replace(kit.lock, chosen=replace(kit.lock.chosen, candidate="evil[x]"))
    assert list(files_of(replace(kit, lock=lock, pack=pack))) == ["starter/README.md"]


def test_somebodys_work_is_not_written_over(decided: Decided, tmp_path: Path) -> None:
    own = tmp_path / "starter" / "digits" / "model.py"
    own.parent.mkdir(parents=True)
    own.write_text("mine")
    with pytest.raises(StoreError, match=r"starter/digits/model\.py"):
        write_folder(tmp_path, kit_of(decided, "pytorch"))
    assert own.read_text() == "mine" and [path.name for path in tmp_path.iterdir()] == ["starter"]


def test_nothing_is_written_through_a_link(decided: Decided, tmp_path: Path) -> None:
    elsewhere, folder = tmp_path / "elsewhere", tmp_path / "team"
    elsewhere.mkdir()
    folder.mkdir()
    (folder / "exercises").symlink_to(elsewhere, target_is_directory=True)
    with pytest.raises(StoreError, match="link"):
        write_folder(folder, kit_of(decided, "pytorch"), force=True)
    assert list(elsewhere.iterdir()) == []
