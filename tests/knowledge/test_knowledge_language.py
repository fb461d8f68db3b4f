"""The page about the language is true: its good examples are sound, its bad ones give the message beside them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from advisor.errors import InputError
from advisor.knowledge.layout import FILES, FOLDERS
from advisor.knowledge.pack import BUILT_IN, load_pack
from probes.catalogue import PROBES

PAGE = (BUILT_IN / "README.md").read_text("utf-8")
MEASURES = {name: probe.measures for name, probe in PROBES.items()}
EXAMPLE = re.compile(r"```yaml (\S+)\n(.*?)```", re.DOTALL)
ROW = re.compile(r"^\| `((?:[^`]|``)+)` \| (.+) \|$", re.MULTILINE)
GOOD = dict(EXAMPLE.findall(PAGE))


def bad() -> list[tuple[str, str, str]]:
    """Return (file, line that replaces one of it, message) of every table of mistakes."""
    found = []
    file = first = next(iter(GOOD))
    for section in PAGE.split("\n## "):
        file = next(iter(dict(EXAMPLE.findall(section))), first)
        table = section.partition("| not so | because |")[2]
        found += [(file, line, message) for line, message in ROW.findall(table)]
    return found


def with_line(content: str, line: str) -> str:
    """Replace the top-level key a line begins with, or add it."""
    key = line.split(":")[0]
    others = re.sub(rf"^{key}:.*\n(?:[ ].*\n)*", "", content, flags=re.MULTILINE)
    return f"{others}{line}\n"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return shutil.copytree(BUILT_IN, tmp_path / "team")


def test_there_is_an_example_of_each_kind() -> None:
    assert {file.split("/")[0] for file in GOOD} == set(FOLDERS)
    assert len(bad()) >= 15


@pytest.mark.parametrize("file", GOOD)
def test_a_good_example_is_sound(pack: Path, file: str) -> None:
    (pack / file).write_text(GOOD[file], "utf-8")
    assert Path(file).stem in load_pack(pack, MEASURES).files


@pytest.mark.parametrize(("file", "line", "message"), bad(), ids=lambda one: one if len(one) < 40 else "")
def test_a_bad_example_gives_its_message(pack: Path, file: str, line: str, message: str) -> None:
    (pack / file).write_text(with_line(GOOD[file], line), "utf-8")
    with pytest.raises(InputError) as caught:
        load_pack(pack, MEASURES)
    said = [
        str(problem).partition(": ")[2]
        for problem in caught.value.problems
        if problem.place.startswith(f"team/{file}:")
    ]
    assert any(message in one for one in said), said


def test_the_page_names_every_file_and_folder() -> None:
    named = set(re.findall(r"^\| `([\w./<>-]+)` \|", PAGE, re.MULTILINE))
    assert set(FILES) <= named
    assert {one.split("/")[0] for one in named if "/" in one} >= set(FOLDERS)


def test_it_is_one_page() -> None:
    assert len(PAGE.splitlines()) <= 160
