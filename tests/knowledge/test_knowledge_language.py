"""The page about the language is true: its good examples are sound, its bad ones give the message beside them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.errors import InputError
from advisor.knowledge.loading import load_pack, open_packs
from advisor.knowledge.pack import BUILT_IN, Pack
from advisor.knowledge.pack_files import FOLDERS, TOP_FILES
from probes.catalogue import PROBES

PAGE = (BUILT_IN / "README.md").read_text("utf-8")
MEASURES = {name: probe.measures for name, probe in PROBES.items()}
EXAMPLE = re.compile(r"```yaml (\S+)\n(.*?)```", re.DOTALL)
ROW = re.compile(r"^\| `((?:[^`]|``)+)` \| (.+) \|$", re.MULTILINE)
GOOD = dict(EXAMPLE.findall(PAGE))


def bad() -> list[tuple[str, str, str]]:
    """Return (file, line that replaces one of it, message) of every table of mistakes."""
    rows = []
    file = first = next(iter(GOOD))
    for section in PAGE.split("\n## "):
        file = next(reversed(dict(EXAMPLE.findall(section))), first)
        table = section.partition("| not so | because |")[2]
        rows += [(file, line, message) for line, message in ROW.findall(table)]
    return rows


def with_line(content: str, line: str) -> str:
    """Replace the top-level key a line begins with, or add it."""
    key = line.split(":")[0]
    others = re.sub(rf"^{key}:.*\n(?:[ ].*\n)*", "", content, flags=re.MULTILINE)
    return f"{others}{line}\n"


OVERLAY = "acme/"
Read = Callable[[str, str], Pack]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Return what reads the built-in pack with one more file in it; a file of the overlay, with the overlay on top."""

    def read(file: str, content: str) -> Pack:
        if file.startswith(OVERLAY):
            for name in GOOD:
                if name.startswith(OVERLAY):
                    (tmp_path / name).parent.mkdir(exist_ok=True)
                    (tmp_path / name).write_text(GOOD[name] if name != file else content, "utf-8")
            return open_packs((tmp_path / OVERLAY,), MEASURES).pack
        shutil.copytree(BUILT_IN, tmp_path / "team")
        (tmp_path / "team" / file).write_text(content, "utf-8")
        return load_pack(tmp_path / "team", MEASURES)

    return read


def test_there_is_an_example_of_each_kind() -> None:
    assert {file.split("/")[0] for file in GOOD} == {*FOLDERS, OVERLAY.strip("/")}
    assert len(bad()) >= 15


@pytest.mark.parametrize("file", GOOD)
def test_a_good_example_is_sound(read: Read, file: str) -> None:
    pack = read(file, GOOD[file])
    assert Path(file).stem in pack.files or (pack.overlays[0].name == "acme" and pack.defaults)


@pytest.mark.parametrize(
    ("file", "line", "message"), bad(), ids=lambda parameter: parameter if len(parameter) < 40 else ""
)
def test_a_bad_example_gives_its_message(read: Read, file: str, line: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read(file, with_line(GOOD[file], line))
    problems = [
        str(problem).partition(": ")[2] for problem in caught.value.problems if f"/{Path(file).name}:" in problem.place
    ]
    assert any(message in problem for problem in problems), caught.value.problems


def test_the_page_names_every_file_and_folder() -> None:
    named = set(re.findall(r"^\| `([\w./<>-]+)` \|", PAGE, re.MULTILINE))
    assert set(TOP_FILES) <= named
    assert {file.split("/")[0] for file in named if "/" in file} >= set(FOLDERS)


def test_it_is_one_page() -> None:
    language, _, _ = PAGE.partition("\n## How to read an answer\n")
    assert len(language.splitlines()) <= 181
