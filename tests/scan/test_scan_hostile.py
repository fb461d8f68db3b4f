"""Trees that somebody made to crash, to stall or to mislead a scan: nothing outside is read, and it always ends."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
import zipfile
from pathlib import Path

import pytest
from scanning_fixtures import ScanFolder

from advisor.knowledge.pack import Pack
from advisor.scan import walk
from advisor.scan.answers_file import answers_file
from advisor.scan.model_files import kind_of_model
from advisor.scan.patterns import Patterns
from advisor.scan.proposals import Scan
from advisor.scan.python_code import uses_in
from advisor.scan.reading import read_repository
from advisor.text import UNSAFE, Lang

NET = "import torch\n\nnet = torch.nn.Linear(1, 1)\nloss.backward()\n"
needs_posix = pytest.mark.skipif(sys.platform == "win32", reason="links, pipes and modes of POSIX")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "net.py").write_text(NET)
    return folder


def unread(read: Scan) -> dict[str, int]:
    return {entry.why.rpartition(".")[2]: entry.count for entry in read.unread}


@needs_posix
def test_no_link_is_followed(root: Path, scan: ScanFolder, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.py").write_text("import jax\n")
    (root / "file.py").symlink_to(outside / "secret.py")
    (root / "folder").symlink_to(outside)
    (root / "loop").symlink_to(root)
    (root / "nowhere.py").symlink_to("nothing")
    read = scan(root)
    assert unread(read) == {"unread-link": 4}
    assert read.answers["existing-assets"].choices == ("pytorch",)
    assert not any("secret" in fact.path or fact.value == "jax" for fact in read.repository.facts)


@needs_posix
def test_a_file_that_became_a_link_meanwhile_is_not_read(root: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_text("import jax\n")
    (root / "late.py").symlink_to(tmp_path / "secret.py")
    with pytest.raises(OSError):
        walk.read_start(root, walk.File("late.py", 10), 100)


@needs_posix
def test_pipes_sockets_and_closed_folders_are_named_and_passed_over(
    root: Path, scan: ScanFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(root / "requirements.txt")
    monkeypatch.chdir(root)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("model.py")
        read = scan(root)
    assert unread(read) == {"unread-special": 2}


def test_a_sparse_file_of_two_gigabytes_takes_no_time(root: Path, scan: ScanFolder) -> None:
    for name in ("data.py", "weights.pt", "notes.ipynb"):
        with (root / name).open("wb") as file:
            file.truncate(2 << 30)
    assert unread(scan(root)) == {"unread-large": 2}


@needs_posix
def test_names_with_control_characters_reach_no_terminal(root: Path, scan: ScanFolder, pack: Pack) -> None:
    for name in ("a\x1b[31m.py", "new\nline.py", "right\u202eleft.py", "x # y: [z].py"):
        (root / name).write_text("import jax\n")
    not_utf8 = root / os.fsdecode(b"\xff\xfe")
    not_utf8.mkdir()
    (not_utf8 / "net.py").write_text("import jax\n")
    read = scan(root)
    assert set(read.answers["existing-assets"].choices) == {"pytorch", "jax"}
    for lang in Lang:
        text = answers_file(read, root, pack, pack.header.reviewed, lang)
        assert not UNSAFE.search(text.replace("\n", ""))


def test_deep_folders_end_somewhere(root: Path, scan: ScanFolder) -> None:
    deep = root
    for _ in range(walk.DEEPEST + 5):
        deep /= "d"
    deep.mkdir(parents=True)
    (deep / "deep.py").write_text("import jax\n")
    read = scan(root)
    assert unread(read) == {"unread-deep": 1} and read.answers["existing-assets"].choices == ("pytorch",)


@pytest.mark.parametrize(
    "code",
    [
        b"import torch\n" + b"(" * 5000 + b")" * 5000,
        b"import torch\nx = " + b"-" * 60_000 + b"1",
        b"import torch\nx = " + b"a." * 30_000 + b"b",
        b"import torch\nx = " + b"[" * 190 + b"]" * 190,
        b"import torch\nif True:\n" + b"".join(b" " * depth + b"if True:\n" for depth in range(1, 90)),
        b"import torch\n\0\0\0",
        b"# coding: no-such-encoding\nimport torch\n",
        b"\xff\xfei\0m\0p\0o\0r\0t\0",
        b"import torch\nprint 'two'\n",
        b"import torch as \xe9\n",
        b"{{ cookiecutter.name }}\nimport torch\n",
        b"x = " + b"1+" * 20_000 + b"1\nimport torch\n",
    ],
    ids=lambda code: str(code[:40]),
)
def test_code_that_cannot_be_parsed_costs_no_more_than_its_names(code: bytes, pack: Pack, signals: dict) -> None:  # type: ignore[type-arg]
    uses = uses_in(code, Patterns(tuple(signals.values())))
    expected = set() if code.startswith(b"\xff\xfe") else {"torch"}
    assert {use.value for use in uses.counts if use.kind == "imports"} >= expected


def test_bombs_among_model_files_are_not_unpacked(root: Path, scan: ScanFolder) -> None:
    with zipfile.ZipFile(root / "bomb.keras", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("metadata.json", b'{"keras_version": "3.5.0"}' + b" " * (1 << 28))
    with zipfile.ZipFile(root / "many.npz", "w") as archive:
        for number in range(20_000):
            archive.writestr(f"{number}.npy", b"")
    read = scan(root)
    assert [fact.value for fact in read.repository.facts if fact.kind == "model-files"] == ["keras"]


@pytest.mark.parametrize(
    "start",
    [
        b"PK\x03\x04",
        b"PK\x03\x04" + b"\xff" * 40,
        b"\x89HDF\r\n\x1a\n",
        b"\x08",
        b"\x08\x01\x12",
        b"\xff" * 8,
        b"",
        b"\x80\x02\x8a\nl",
    ],
)
@pytest.mark.parametrize(
    "name",
    ["a.keras", "a.npz", "a.pt", "a.onnx", "a.safetensors", "saved_model.pb", "a.ckpt.meta", "a.tflite", "a.mlmodel"],
)
def test_a_header_that_breaks_off_tells_nothing_and_raises_nothing(name: str, start: bytes) -> None:
    kind_of_model(name, start)


def test_pickles_are_never_loaded(root: Path, scan: ScanFolder, tmp_path: Path) -> None:
    mark = tmp_path / "was-run"
    (root / "evil.pt").write_bytes(b"cos\nsystem\n(S'touch " + str(mark).encode() + b"'\ntR.")
    (root / "setup.py").write_text(f"import torch\nopen({str(mark)!r}, 'w')\n")
    (root / "sitecustomize.py").write_text(f"import torch\nopen({str(mark)!r}, 'w')\n")
    scan(root)
    assert not mark.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("pyproject.toml", b"a = " + b"[" * 30_000),
        ("pyproject.toml", b"\xff\xfe\x00"),
        ("pyproject.toml", b"project = 3\ntool = 'a'\n"),
        ("pyproject.toml", b"[project]\ndependencies = {a = 1}\n[tool.poetry]\ngroup = 4\n"),
        ("requirements.txt", b"torch==1.0.*.*\n-r ../../etc/passwd\n" + b"a" * 100_000),
        ("setup.py", b"setup(install_requires=[x for x in y], python_requires=3)\n"),
        ("setup.cfg", b"no section\n"),
        ("Pipfile", b"[packages]\na = {version = 3}\n"),
        ("environment.yml", b"&a [*a, *a]\n- - - -\n"),
        ("Dockerfile", b"FROM\nFROM $x\n" + b"RUN pip install 'a\\\n" * 1000),
        ("notes.ipynb", b"import torch" + b"[" * 100_000),
        ("notes.ipynb", b'{"cells": {"import torch": 1}}'),
        ("notes.ipynb", b'{"cells": [1, {"cell_type": "code", "source": {"import torch": 2}}]}'),
        ("keras.json", b'"backend"'),
        ("package.json", b"{" * 1000),
        (".github/workflows/a.yml", b"python-version: [3.99999, 3.1, x]\n" * 100),
    ],
)
def test_damaged_files_of_every_kind_are_read_as_far_as_they_go(
    name: str, content: bytes, root: Path, scan: ScanFolder
) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_bytes(content)
    assert scan(root).answers["existing-assets"].choices == ("pytorch",)


def test_a_scan_ends_when_its_time_is_up(root: Path, signals: dict) -> None:  # type: ignore[type-arg]
    for number in range(50):
        (root / f"net{number}.py").write_text(NET)
    read = read_repository(root, Patterns(tuple(signals.values())), seconds=-1)
    assert {entry.why for entry in read.unread} & {"scan.unread-too-many", "scan.unread-too-late"}


def test_a_long_notebook_takes_as_long_as_its_cells(root: Path, scan: ScanFolder) -> None:
    def seconds(cells: int) -> float:
        sources = [f"import torch.nn as n{number}\nx = n{number}.Linear(1, 1)" for number in range(cells)]
        document = {"cells": [{"cell_type": "code", "source": source} for source in sources]}
        (root / "long.ipynb").write_text(json.dumps(document))
        start = time.process_time()
        names = [fact for fact in scan(root).repository.facts if fact.kind == "names" and fact.cell]
        assert len(names) == cells
        return time.process_time() - start

    assert seconds(2000) < 12 * seconds(500)  # were every cell read with all above it, sixteen times


@pytest.mark.parametrize(
    ("name", "first", "repeated", "last"),
    [
        ("pyproject.toml", "[project]\ndependencies = [\n", "'acme{0}>=1',\n", "]\n"),
        ("a.py", "import torch\n", "import torch.a{0} as b{0}\nb{0}.c{0}\n", ""),
        ("b.py", "import torch\n", "import torch.a{0} as b{0}\nb{0}.c{0}\n", "print 'two'\n"),
    ],
)
def test_a_file_of_thousands_of_names_takes_as_long_as_its_lines(
    name: str, first: str, repeated: str, last: str, root: Path, scan: ScanFolder
) -> None:
    def seconds(lines: int) -> float:
        (root / name).write_text(first + "".join(map(repeated.format, range(lines))) + last)
        start = time.process_time()
        assert len(scan(root).repository.facts) > lines
        return time.process_time() - start

    assert seconds(8000) < 9 * seconds(2000)  # were every line looked up among all lines, sixteen times


@pytest.mark.long
def test_a_million_small_files_are_listed(tmp_path: Path, scan: ScanFolder) -> None:
    for folder in range(1000):
        (tmp_path / str(folder)).mkdir()
        for number in range(1000):
            (tmp_path / str(folder) / f"{number}.txt").touch()
    (tmp_path / "net.py").write_text(NET)
    read = scan(tmp_path)
    assert read.repository.files + sum(unread(read).values()) >= 1_000_001 or "unread-too-many" in unread(read)
