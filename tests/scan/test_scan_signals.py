"""The signals and the names of frameworks as data: the built-in ones are sound, and what is wrong with others is named."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from advisor.errors import InputError
from advisor.knowledge.loading import open_packs
from advisor.knowledge.moving import load_moving
from advisor.knowledge.pack import BUILT_IN, Pack
from advisor.knowledge.signals import load_signals, read_signals
from advisor.scan.model_files import MODEL_FILES
from advisor.verification.signal_checks import find_signal_defects

HEADER = "name: acme\nversion: '1'\nreviewed: 2026-11-25\nprecedence: 10\nextends: built-in\n"
SOUND = """signal: {en: our own loader, zh: 自有的数据加载器}
imports: [acme_loader]
answers: {domain: cv}
certainty: high
examples:
  fires: [{src/train.py: import acme_loader}]
  silent: [{tests/test_train.py: import acme_loader}]
"""


def overlay(folder: Path, signal: str, id: str = "acme-loader") -> Pack:
    (folder / "acme" / "signals").mkdir(parents=True, exist_ok=True)
    (folder / "acme" / "pack.yaml").write_text(HEADER)
    (folder / "acme" / "signals" / f"{id}.yaml").write_text(signal, "utf-8")
    return open_packs((folder / "acme",)).pack


def defects(folder: Path, signal: str) -> list[str]:
    pack = overlay(folder, signal)
    return [str(defect) for defect in find_signal_defects(pack, [folder / "acme"])]


def test_every_example_of_the_built_in_signals_holds(pack: Pack) -> None:
    assert find_signal_defects(pack, [BUILT_IN]) == []
    signals = load_signals(pack)
    assert len(signals) >= 50 and all(signal.examples for signal in signals.values())


def test_an_overlay_adds_a_signal_and_replaces_another(tmp_path: Path) -> None:
    pack = overlay(tmp_path, SOUND)
    overlay(tmp_path, SOUND.replace("acme_loader", "acme_other"), "pytorch-code")
    signals = load_signals(pack)
    assert "acme-loader" in signals and signals["pytorch-code"].imports == ("acme_other",)
    assert find_signal_defects(pack, [tmp_path / "acme"]) == []


@pytest.mark.parametrize(
    ("old", "new", "place", "words"),
    [
        ("domain: cv", "domains: cv", "acme/signals/acme-loader.yaml:3:11", "unknown question `domains`"),
        ("domain: cv", "domain: sight", "acme/signals/acme-loader.yaml:3:19", "`sight` is no choice of domain"),
        ("imports: [acme_loader]\n", "", "acme/signals/acme-loader.yaml:1:1", "nothing would be seen"),
        ("certainty: high", "certainty: sure", "acme/signals/acme-loader.yaml:4:12", "`certainty`"),
        ("certainty: high", "certainty: high\nunless: [nobody]", "acme/signals/acme-loader.yaml:5:", "unknown signal `nobody`"),
        ("src/train.py", "../train.py", "acme/signals/acme-loader.yaml:6:", "examples"),
        ("src/train.py", "tests/train.py", "acme/signals/acme-loader.yaml:6:11", "the signal is silent in this repository"),
        ("tests/test_train.py", "src/test.py: a, core.py", "acme/signals/acme-loader.yaml:7:12", "the signal fires in this repository"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_signal_is_named_with_its_place(
    tmp_path: Path, old: str, new: str, place: str, words: str
) -> None:
    (problem,) = defects(tmp_path, SOUND.replace(old, new))
    assert problem.startswith(place) and words in problem


def test_the_example_of_the_page_is_sound(tmp_path: Path) -> None:
    section = (BUILT_IN / "README.md").read_text("utf-8").partition("## A signal: ")[2]
    example = section.partition("```yaml\n")[2].partition("```")[0]
    assert "existing-assets" in example and defects(tmp_path, example) == []


def test_a_signal_without_examples_is_warned_of(tmp_path: Path) -> None:
    (problem,) = defects(tmp_path, SOUND.partition("examples:")[0])
    assert "warning missing-example" in problem


def test_a_signal_that_is_wrong_stops_a_scan(tmp_path: Path) -> None:
    pack = overlay(tmp_path, SOUND.replace("domain: cv", "domain: sight"))
    with pytest.raises(InputError, match="is no choice of domain"):
        load_signals(pack)


def test_kinds_of_model_files_are_known(pack: Pack) -> None:
    named = {kind for signal in read_signals(pack.folders, pack).signals.values() for kind in signal.model_files}
    assert named <= set(MODEL_FILES)


def test_names_of_frameworks_name_each_other_soundly(pack: Pack) -> None:
    for id, framework in load_moving(pack).items():
        counterparts = [name for others in framework.counterparts.values() for name in others.values()]
        assert counterparts and all("." in name for name in (*framework.counterparts, *counterparts)), id
        gone = {name for part in framework.gone for name in part.names}
        assert not gone & set(framework.counterparts), id


CALLED_WITH = """
import keras
for name in ("fit_generator", "evaluate_generator", "predict_generator", "predict_classes"):
    assert not hasattr(keras.Sequential(), name), name
for made in (lambda: keras.optimizers.Adam(lr=0.1), lambda: keras.layers.Dense(1, batch_input_shape=(1, 2))):
    try:
        made()
    except ValueError as error:
        assert "recognized" in str(error), error
    else:
        raise AssertionError("the argument is still there")
"""


@pytest.mark.long
def test_methods_and_arguments_are_gone_from_keras(pack: Pack) -> None:
    pytest.importorskip("keras")
    gone = load_moving(pack)["keras"].gone
    named = " ".join(name for part in gone for name in (*part.methods, *part.arguments))
    assert sorted(re.findall(r"\w+_(?:generator|classes)|\w+(?==)", named)) == [
        "batch_input_shape", "evaluate_generator", "fit_generator", "lr", "predict_classes", "predict_generator"
    ]  # fmt: skip
    subprocess.run([sys.executable, "-c", CALLED_WITH], check=True)


LOOK_UP = """
import importlib, json, sys
def is_there(name):
    here = importlib.import_module(name.split(".")[0])
    path = here.__name__
    for part in name.split(".")[1:]:
        path += "." + part
        try:
            here = getattr(here, part)
        except AttributeError:
            try:
                here = importlib.import_module(path)
            except ImportError:
                return False
    return True
print(json.dumps([name for name in json.load(sys.stdin) if is_there(name)]))
"""
ROOT_OF_FRAMEWORK = {"pytorch": "torch", "tensorflow": "tensorflow", "keras": "keras", "jax": "jax"}


@pytest.mark.long
@pytest.mark.parametrize("framework", ROOT_OF_FRAMEWORK)
def test_names_are_there_and_gone_ones_are_not(framework: str, pack: Pack) -> None:
    """In the frameworks installed here: a counterpart can be called, and what is said to be gone cannot."""
    pytest.importorskip(ROOT_OF_FRAMEWORK[framework])
    moving = load_moving(pack)
    root = ROOT_OF_FRAMEWORK[framework]
    roots = ("jax", "flax", "optax") if root == "jax" else (root,)
    everything = [
        name
        for part in moving.values()
        for key, others in part.counterparts.items()
        for name in (key, *others.values())
    ]
    names = sorted({name for name in everything if name.split(".")[0] in roots})
    gone = sorted({name.rstrip("*") for part in moving[framework].gone for name in part.names})
    done = subprocess.run(
        [sys.executable, "-c", LOOK_UP], input=json.dumps([*names, *gone]), capture_output=True, text=True, check=True
    )
    there = json.loads(done.stdout.splitlines()[-1])
    assert [name for name in names if name not in there] == [] and [name for name in gone if name in there] == []
