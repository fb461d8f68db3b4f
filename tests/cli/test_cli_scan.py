"""`advise scan`, and `--scan` of the commands that take a project: as a user meets them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml
from as_user import Advise
from rich.cells import cell_len

JAX = {
    "src/model.py": "import jax\nimport jax.numpy as jnp\nfrom flax import nnx\n\nstep = jax.value_and_grad(loss)\n",
    "requirements.txt": "jax[tpu]>=0.7\nflax\n",
}
YOLO = {
    "detect.py": "from ultralytics import YOLO\n\nYOLO('a.pt').train()\n",
    "requirements.txt": "# models\nultralytics\n",
}
KERAS_2 = {
    "train.py": "from keras.layers import CuDNNLSTM, Dense\nfrom keras.utils import multi_gpu_model\n\nmodel.fit_generator(g)\n",
    "requirements.txt": "keras==2.2.4\n",
}


@pytest.fixture
def repository(home: Path) -> Path:
    return write(home / "repository", JAX)


def write(root: Path, files: dict[str, str]) -> Path:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    return root


def test_from_a_repository_to_a_folder_in_three_commands(advise: Advise, repository: Path, home: Path) -> None:
    for lang, heading, read in (
        ("en", "What moving costs here", "read from the repository"),
        ("zh", "本项目的迁移代价", "从仓库读出"),
    ):
        file, folder = home / f"{lang}.yaml", home / lang
        assert advise("scan", repository, "--output", file, "--lang", lang).code == 0
        answer = advise("--answers", file, "--probe", "none", "--lang", lang)
        assert answer.code == 0 and re.match("(【.+】)?JAX", answer.out)
        options = ("--answers", file, "--scan", repository, "--probe", "none", "--lang", lang)
        assert advise("onboard", folder, *options).code == 0
        record = (folder / "DECISION.md").read_text("utf-8")
        assert heading in record and read in record and "src/model.py:1" in record
        lock = json.loads((folder / "decision.lock").read_text("utf-8"))
        assert lock["profile"]["existing-assets"] == {
            "choices": ["jax"],
            "origin": "scanned",
            "places": ["src/model.py:1"],
        }


def test_an_answers_file_says_where_and_how_sure(inside: Advise, repository: Path) -> None:
    out = re.sub(r"\n +#", "  #", inside("scan", repository).out)  # with the remarks that had to be moved below
    assert "existing-assets: jax  # high, from src/model.py:1" in out
    assert "team-knows: jax  # medium, from src/model.py:1" in out
    assert "hardware: tpu  # medium, from requirements.txt:1" in out


def test_no_remark_is_wider_than_eighty_columns(inside: Advise, home: Path) -> None:
    deep = f"{'a_folder_of_ours/' * 3}train.py"
    files = {deep: "import torch\n\nloss.backward()\n", "requirements.txt": "torch==2.1\ntorchvision\n"}
    root = write(home / "deep", files | {f"{name}.py": "import torch\nimport torchvision\n" for name in "abc"})
    for lang in ("en", "zh"):
        out = inside("scan", root, "--lang", lang).out
        remarks = [line for line in out.splitlines() if "#" in line]
        assert len(remarks) > 15 and max(map(cell_len, remarks)) <= 80
        assert {id: answer["answer"] for id, answer in yaml.safe_load(out)["scanned"].items()} == {
            id: [chosen] if isinstance(chosen, str) else chosen
            for id, chosen in yaml.safe_load(out).items()
            if id != "scanned"
        }


def test_an_answer_that_was_changed_counts_as_given(inside: Advise, repository: Path, home: Path) -> None:
    file = home / "answers.yaml"
    inside("scan", repository, "--output", file)
    file.write_text(file.read_text().replace("team-knows: jax", "team-knows: pytorch", 1))
    profile = {
        part["question"]: part
        for part in inside("--answers", file, "--probe", "none", "--format", "json").json["profile"]
    }
    assert profile["team-knows"]["origin"] == "file" and "from" not in profile["team-knows"]
    assert profile["existing-assets"] == {
        "question": "existing-assets", "choices": ["jax"], "origin": "scanned", "from": ["src/model.py:1"]
    }  # fmt: skip


def test_what_is_given_goes_before_what_was_scanned(inside: Advise, repository: Path) -> None:
    answer = inside("--scan", repository, "--existing-assets", "pytorch", "--probe", "none", "--format", "json").json
    profile = {part["question"]: (part["choices"], part["origin"]) for part in answer["profile"]}
    assert profile["existing-assets"] == (["pytorch"], "flag") and profile["team-knows"] == (["jax"], "scanned")


def test_a_repository_of_jax_gets_jax(inside: Advise, repository: Path) -> None:
    answer = inside("--scan", repository, "--probe", "none", "--format", "json").json
    assert answer["recommendation"]["framework"] == "jax" or answer["recommendation"]["label"] == "depends"


def test_one_with_ultralytics_never_gets_a_stack_of_tensorflow(inside: Advise, home: Path) -> None:
    root = write(home / "yolo", YOLO)
    for more in ((), ("--team-knows", "tensorflow-keras"), ("--deploy", "browser", "--dev-efficiency", "simplest")):
        answer = inside("--scan", root, *more, "--probe", "none", "--format", "json").json
        assert answer["recommendation"]["candidate"] == "pytorch", more
    assert "requirements.txt:2" in inside("scan", root).out


def test_one_in_keras_2_is_told_what_breaks(inside: Advise, home: Path) -> None:
    out = inside("scan", write(home / "keras", KERAS_2)).out
    assert "keras.layers.CuDNNLSTM (train.py:1) is gone in Keras 3" in out
    assert "keras.utils.multi_gpu_model (train.py:2) is gone in Keras 3" in out
    assert "Dense (" not in out


def test_check_says_that_the_estate_has_changed(inside: Advise, advise: Advise, repository: Path, home: Path) -> None:
    folder = home / "team"
    inside("onboard", folder, "--scan", repository, "--probe", "none")
    lock = folder / "decision.lock"
    assert inside("check", lock, "--scan", repository).out.startswith("UNCHANGED")
    write(
        repository,
        {"src/model.py": "import torch\n\nnet = torch.nn.Linear(1, 1)\n", "requirements.txt": "torch\nultralytics\n"},
    )
    changed = advise("check", lock, "--scan", repository)
    assert changed.code == 3 and "what the repository says" in changed.out
    assert "existing-assets: jax -> pytorch" in changed.out and "depends-on: flax -> ultralytics" in changed.out


def test_why_explains_an_answer_from_a_repository(inside: Advise, repository: Path) -> None:
    inside("--scan", repository, "--probe", "none")
    assert "--existing-assets jax" in inside("why").out


def test_json_of_a_scan_holds_what_the_file_holds(inside: Advise, repository: Path) -> None:
    document = inside("scan", repository, "--format", "json").json
    assert {answer["question"]: answer["choices"] for answer in document["answers"]}["existing-assets"] == ["jax"]
    assert document["moving"]["jax"]["names"] >= 1 and document["not_read"] == []


def test_what_cannot_be_scanned_is_said_without_a_traceback(inside: Advise, home: Path) -> None:
    for folder in (home / "nothing", __file__):
        result = inside("scan", folder)
        assert result.code == 5 and "this folder cannot be read" in result.err
    (home / "empty").mkdir()
    assert "scale: unknown" in inside("scan", home / "empty").out
    file = home / "there.yaml"
    file.write_text("mine")
    assert inside("scan", home / "empty", "--output", file).code == 5 and file.read_text() == "mine"


def test_a_damaged_note_of_a_scan_is_ignored(inside: Advise, home: Path) -> None:
    for note in ("scanned: 3", "scanned: {scale: {answer: large}}", "scanned: {scale: [small]}"):
        (home / "answers.yaml").write_text(f"scale: large\n{note}\n")
        profile = inside("--answers", home / "answers.yaml", "--probe", "none", "--format", "json").json["profile"]
        assert {part["question"]: part["origin"] for part in profile}["scale"] == "file"
