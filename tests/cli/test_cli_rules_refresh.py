"""`advise rules refresh`: what has moved on the package index since the pack was written."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from as_user import AS_OF, Advise

sys.path.insert(0, str(Path(__file__).parent.parent / "verification"))  # sound_pack
from sound_pack import write_pack

READ = "2026-11-30"
OLDER = """\
units: []
facts:
  - {id: torch-tpu-release, of: torch-tpu, value: none, unit: release, as-of: 2026-06-01, source: pypi}
  - {id: torch-python, of: torch, value: "3.11-3.14", unit: python, as-of: 2026-06-01, source: pypi}
  - {id: torch-release, of: torch, value: "2.14.1", unit: release, as-of: 2026-06-01, source: pypi}
  - {id: keras-release, of: keras, value: "3.15.0", unit: release, as-of: 2026-06-01, source: pypi}
"""
"""Some numbers of the built-in pack as they stood half a year before the snapshot."""


def wheels(
    package: str, version: str, pythons: str, on: str, python: str = ">=3.10", **more: Any
) -> list[dict[str, Any]]:
    """Return the files of a release that has a wheel for each tag of Python."""
    name = package.replace("-", "_")
    return [
        {"filename": f"{name}-{version}-{tag}.whl", "requires-python": python, "upload-time": f"{on}T08:00:00Z"} | more
        for tag in (f"{python}-{python}-manylinux_2_28_x86_64" if python[:2] == "cp" else f"{python}-none-any" for python in pythons.split())
    ]  # fmt: skip


PACKAGES = {
    "tensorflow": {
        "files": [
            *wheels("tensorflow", "2.21.0", "cp310 cp311 cp312 cp313", "2026-03-06"),
            *wheels("tensorflow", "2.22.0rc0", "cp311 cp312 cp313 cp314", "2026-09-22"),
        ]
    },
    "torch-tpu": {"files": wheels("torch-tpu", "0.2.0", "cp312 cp313", "2026-10-08")},
    "torch": {
        "files": [
            *wheels("torch", "2.14.1", "cp311 cp312 cp313 cp314", "2026-08-01"),
            *wheels("torch", "2.15.0", "cp311 cp312 cp313 cp314 cp315", "2026-10-14"),
            *wheels("torch", "2.99.0", "cp315", "2026-10-20", yanked="broken"),
        ]
    },
    "keras": {"files": wheels("keras", "3.15.1", "py3", "2026-07-01", ">=3.11")},
    "jax": {"files": wheels("jax", "0.13.0", "py3", "2026-11-20", ">=3.12")},
    "tensorflow-metal": None,
}


@pytest.fixture
def older(home: Path) -> Path:
    header = 'name: older\nversion: "1"\nreviewed: 2026-06-01\nprecedence: 10\nextends: built-in\n'
    return write_pack(home / "older", {"pack.yaml": header, "facts.yaml": OLDER})


def snapshot(home: Path, packages: Any = PACKAGES) -> Path:
    """Write a snapshot and return where it is."""
    file = home / "index.json"
    file.write_text(json.dumps({"read": READ, "packages": packages}), "utf-8")
    return file


def refreshed(inside: Advise, *words: str) -> dict[tuple[str, str], dict[str, Any]]:
    """Return what has moved, by package and kind."""
    result = inside("rules", "refresh", *words, "--as-of", AS_OF, "--format", "json")
    assert result.code == 0, result.err
    return {(move["package"], move["kind"]): move for move in json.loads(result.out)["moved"]}


def test_it_finds_a_candidate_a_first_release_other_pythons_and_what_leans_on_them(
    inside: Advise, home: Path, older: Path
) -> None:
    moved = refreshed(inside, str(snapshot(home)), "--pack", str(older))
    candidate = moved["tensorflow", "candidate"]
    assert (candidate["was"], candidate["now"], candidate["uploaded"]) == ("2.21.0", "2.22.0rc0 (3.14)", "2026-09-22")
    assert candidate["constraints"] == ["no-tf-on-python-3-14"]
    assert {"tf-no-python-3-14", "tf-maintenance-2026"} <= set(candidate["claims"])
    assert moved["torch-tpu", "first"]["now"] == "0.2.0"
    assert "tpu-torch-replaced" in moved["torch-tpu", "first"]["claims"]
    assert moved["torch", "python"]["now"] == "3.11-3.15"
    assert "torch-jax-new-python" in moved["torch", "python"]["claims"]
    assert moved["torch", "release"]["now"] == "2.15.0", "a withdrawn release does not count"
    assert moved["keras", "patch"]["now"] == "3.15.1"
    assert ("keras", "python") not in moved, "pure Python: 3.11 or newer, as before"


def test_it_finds_what_is_gone_and_releases_outside_of_the_install_lines(inside: Advise, home: Path) -> None:
    moved = refreshed(inside, str(snapshot(home)))
    assert moved["tensorflow-metal", "gone"]["now"] == ""
    assert "apple-tf-metal" in moved["tensorflow-metal", "gone"]["claims"]
    assert moved["jax", "bound"] | {"claims": []} == moved["jax", "bound"]
    assert (moved["jax", "bound"]["was"], moved["jax", "bound"]["now"]) == ("<0.13,>=0.10", "0.13.0")
    assert ("torch", "release") not in moved


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "en",
            (
                "A candidate of the next release",
                "tensorflow: 2.21.0 -> 2.22.0rc0 (3.14), 2026-09-22",
                'exclusion no-tf-on-python-3-14: python is "Python 3.14 or newer"',
                "Not in the snapshot: ",
                "single answers ",
            ),
        ),
        (
            "zh",
            ("下一版已有候选版", "tensorflow：2.21.0 -> 2.22.0rc0 (3.14)，2026-09-22", "快照中没有：", "单个回答："),
        ),
    ],
)
def test_it_says_so_in_words(inside: Advise, home: Path, lang: str, words: tuple[str, ...]) -> None:
    result = inside("rules", "refresh", str(snapshot(home)), "--as-of", AS_OF, "--lang", lang)
    assert result.code == 0
    assert [word for word in words if word not in result.out] == []


def test_the_answers_it_touches_are_named(inside: Advise, home: Path) -> None:
    result = inside("rules", "refresh", str(snapshot(home)), "--as-of", AS_OF, "--format", "json")
    answers = json.loads(result.out)["answers"]
    assert set(answers["compared"]) == {"no answers", "single answers", "cases"}
    assert answers["compared"]["single answers"]["of"] > 50


def test_nothing_moved_is_said(inside: Advise, home: Path) -> None:
    same = {"keras": PACKAGES["keras"]}
    result = inside("rules", "refresh", str(snapshot(home, same)), "--as-of", AS_OF)
    assert (result.code, "Nothing has moved." in result.out) == (0, True)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{\n  'read': 1}", "index.json:2:3: this is no JSON"),
        ("[]", "this is no snapshot of an index"),
        ('{"read": "yesterday", "packages": {}}', "this is no snapshot of an index"),
        (
            '{"read": "2026-11-30", "packages": {"torch": {"files": [{"filename": 3}]}}}',
            "$.packages[...].files[0].filename",
        ),
        ('{"read": "2026-11-30", "more": ' + "[" * 100_000, "this is no JSON"),
    ],
)
def test_what_is_no_snapshot_is_refused_with_its_place(inside: Advise, home: Path, content: str, message: str) -> None:
    (home / "index.json").write_text(content, "utf-8")
    result = inside("rules", "refresh", "index.json")
    assert result.code == 2
    assert message in result.err
    assert "make one: python tests/benchmarks/snapshot_index.py > index.json" in result.err
    assert "Traceback" not in result.err


def test_a_file_with_a_strange_name_or_version_is_passed_over(inside: Advise, home: Path) -> None:
    strange = [
        {"filename": name} for name in ("torch-2.0.egg", "torch-final-py3-none-any.whl", "x.whl", "torch.tar.gz")
    ]
    strange += wheels("torch", "2.15.0", "py3", "2026-10-14", python=">=banana")
    moved = refreshed(inside, str(snapshot(home, {"torch": {"files": strange}})))
    assert ("torch", "gone") not in moved
