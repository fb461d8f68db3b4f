"""The laws of the house: what is documented, what ships, and what must never be written down.

What may import what stands in pyproject.toml: `python tests/checks.py import-linter`.
"""

from __future__ import annotations

import ast
import os
import re
import shlex
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from packaging.requirements import Requirement

from advisor.knowledge.pack import Pack

ROOT = Path(__file__).resolve().parents[2]
ADVISOR = sorted((ROOT / "advisor").rglob("*.py"))
PROBES = sorted((ROOT / "probes").rglob("*.py"))
MODULES = [*ADVISOR, *PROBES]
FRAMEWORKS = {"tensorflow", "torch", "keras", "jax"}


def named(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"), named(file))


def test_the_front_door_opens_only_when_a_program_asks() -> None:
    code = "import sys, advisor; print([name for name in sys.modules if name.startswith('advisor.')])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert loaded.stdout.strip() == "[]"


# --- documented and small -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", MODULES, ids=named)
def test_every_module_says_what_it_is_for(file: Path) -> None:
    if re.match(r"probes/[a-z_]+/on_", named(file)):
        return
    words = ast.get_docstring(tree(file))
    assert words and len(words.splitlines()[0]) <= 120 and words.splitlines()[0].endswith((".", "?"))


def public(body: list[ast.stmt], inside: str = "") -> Iterator[tuple[str, ast.AST]]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield inside + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body, f"{inside}{node.name}.")


@pytest.mark.parametrize("file", [file for file in MODULES if not file.stem.startswith("on_")], ids=named)
def test_everything_public_is_documented(file: Path) -> None:
    assert [name for name, node in public(tree(file).body) if not ast.get_docstring(node)] == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "file",
    [pytest.param(file, id=named(file)) for file in MODULES],
)
def test_no_file_is_longer_than_one_can_hold(file: Path) -> None:
    assert len(file.read_text("utf-8").splitlines()) <= 320


def test_no_module_is_named_after_nothing() -> None:
    names = {"utils", "util", "helpers", "helper", "core", "common", "misc", "models", "base"}
    assert [named(file) for file in MODULES if {file.stem, file.parent.name} & names] == []


# --- what ships -----------------------------------------------------------------------------------------------------


def project() -> dict[str, object]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def test_rules_and_probes_are_packages_of_the_wheel() -> None:
    wheel = project()["tool"]["hatch"]["build"]["targets"]["wheel"]  # type: ignore[index]
    assert set(wheel["packages"]) == {"advisor", "probes", "rules"}
    assert not {"exclude", "only-include"} & set(wheel)


def test_the_command_is_declared_and_the_version_is_one() -> None:
    from advisor import __version__
    from advisor.cli.main import main

    metadata = project()["project"]
    assert metadata["scripts"] == {"advise": "advisor.cli.main:main"} and callable(main)  # type: ignore[index]
    assert metadata["version"] == __version__  # type: ignore[index]


def requirements(*extras: str) -> dict[str, list[Requirement]]:
    """What the extras ask for, those that name this project itself left out: distribution → requirements."""
    listed = project()["project"]["optional-dependencies"]  # type: ignore[index]
    asked: dict[str, list[Requirement]] = {}
    for requirement in (Requirement(line) for extra in extras for line in listed[extra]):
        if requirement.name != "framework-advisor":
            asked.setdefault(requirement.name, []).append(requirement)
    return asked


def test_frameworks_are_extras_and_never_needed() -> None:
    needed = {Requirement(line).name for line in project()["project"]["dependencies"]}  # type: ignore[index]
    assert not needed & (FRAMEWORKS | {"tensorflow-cpu", "pytest"})
    assert set(requirements(*FRAMEWORKS)) == FRAMEWORKS | {"tensorflow-cpu"}


def test_every_framework_has_a_newest_version() -> None:
    """A bound that was run: the next version may change what is measured, and how it is installed."""
    for asked in requirements(*FRAMEWORKS, "gpu").values():
        assert all(any(part.operator == "<" for part in requirement.specifier) for requirement in asked)


def test_the_tested_versions_lie_in_what_the_extras_allow() -> None:
    allowed = requirements(*FRAMEWORKS)
    for name, (tested,) in requirements("all").items():
        (exact,) = tested.specifier
        assert exact.operator == "==" and all(
            exact.version in requirement.specifier for requirement in allowed[name]
        ), name
        assert tested.marker == allowed[name][0].marker, name
    assert set(requirements("all")) == set(allowed)


def test_the_answer_installs_what_the_extras_install(built_in: Pack) -> None:
    for candidate in built_in.candidates.values():
        allowed = requirements(*FRAMEWORKS) | (requirements("jax-native") if candidate.id == "jax" else {})
        asked = [Requirement(word) for word in shlex.split(candidate.install)[2:]]
        bounds = {requirement.name: requirement.specifier for requirement in asked if requirement.name in allowed}
        assert bounds and bounds == {name: allowed[name][0].specifier for name in bounds}, candidate.id


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13", "3.14"])
@pytest.mark.parametrize(
    ("system", "machine", "tensorflow"),
    [
        ("linux", "x86_64", "tensorflow-cpu"),
        ("win32", "AMD64", "tensorflow-cpu"),
        ("linux", "aarch64", "tensorflow"),
        ("darwin", "arm64", "tensorflow"),
    ],
)
def test_tensorflow_is_left_out_where_it_has_no_release(
    python: str, system: str, machine: str, tensorflow: str
) -> None:
    here = {"python_version": python, "sys_platform": system, "platform_machine": machine}
    for extra in ("tensorflow", "all"):
        taken = {
            name
            for name, asked in requirements(extra).items()
            for requirement in asked
            if requirement.marker is None or requirement.marker.evaluate(here)
        }
        assert taken & {"tensorflow", "tensorflow-cpu"} == ({tensorflow} if python != "3.14" else set())


def test_the_wheel_answers_outside_the_clone(tmp_path: Path) -> None:
    """Built, unpacked into an empty folder, run from elsewhere: rules and probes have come along."""
    pytest.importorskip("hatchling", reason="the build backend is not installed here")
    building = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", building, str(tmp_path)], cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "site")
    for folder, pattern in (("rules", "*.yaml"), ("probes", "*.py"), ("advisor", "*.py"), ("advisor", "*.json")):
        files = {named(file) for file in (ROOT / folder).rglob(pattern)}
        assert files and files <= names
    assert not [name for name in names if name.startswith("tests/")]
    script = f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r}); import advisor.cli.main as m; print(m.__file__, file=sys.stderr); sys.exit(m.run(sys.argv[1:]))"
    environment = {"PATH": os.environ.get("PATH", ""), "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-P", "-c", script, "--scale", "large", "--probe", "none"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0 and done.stdout.startswith("PyTorch"), done.stderr
    assert str(tmp_path / "site") in done.stderr


# --- what must never be written down --------------------------------------------------------------------------------


def tracked() -> list[Path]:
    """The text files of the repository, committed or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=False
    )
    if listed.returncode:
        pytest.skip("this is no clone")
    files = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [
        file for file in files if file.is_file() and not file.is_symlink() and b"\0" not in file.read_bytes()[:4096]
    ]


def lines_with(pattern: str) -> list[str]:
    wanted = re.compile(pattern)
    return [
        f"{named(file)}:{number}: {line.strip()[:80]}"
        for file in tracked()
        if file != Path(__file__).resolve()
        for number, line in enumerate(file.read_text("utf-8", "replace").splitlines(), start=1)
        if wanted.search(line)
    ]


def test_no_path_of_a_machine_is_written_down() -> None:
    assert lines_with(r"(?<![\w.~-])/(work|root|opt/(pypi|wheels)|tmp/v)(/|\b)(?!\.)") == []


def configured_hosts() -> set[str]:
    """Return the hosts that the settings of package clients on this machine name, in variables and in files."""
    variables = [value for name, value in os.environ.items() if re.search(r"INDEX|REGISTRY|FIND_LINKS", name, re.I)]
    files = [
        Path("/etc/pip.conf"),
        *Path("/etc/xdg").glob("pip/*"),
        Path.home() / ".config/pip/pip.conf",
        Path.home() / ".pip/pip.conf",
        Path.home() / ".npmrc",
    ]
    texts = [*variables, *(file.read_text("utf-8", "replace") for file in files if file.is_file())]
    urls = [url for text in texts for url in re.findall(r"https?://[^\s\"']+", text)]
    return {host for url in urls if (host := urlsplit(url).hostname)} - {"localhost", "127.0.0.1"}


def test_no_host_of_a_registry_is_written_down() -> None:
    """An index is named by the sources of the pack alone: a vendor's, which users need. Lines that users see may end with it."""
    vendor = r"https://download\.pytorch\.org/whl/"
    another = rf"index[-_]url\s*=|--(extra-)?index-url(?! ({vendor}|{{index}}))|//[\w.-]+\.(internal|local|corp|lan)\b"
    assert lines_with(another) == []
    assert [line for host in sorted(configured_hosts()) for line in lines_with(re.escape(host))] == []
