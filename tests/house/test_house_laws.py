"""The laws of the house: what may import what, what is documented, what ships, and what must never be written down."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]
ADVISOR = sorted((ROOT / "advisor").rglob("*.py"))
PROBES = sorted((ROOT / "probes").rglob("*.py"))
MODULES = [*ADVISOR, *PROBES]
FRAMEWORKS = {"tensorflow", "torch", "keras", "jax"}

# From the roof to the floor. A part may import the parts of lower lines only, never one of its own line.
STOREYS = (
    ("__main__",),
    ("cli",),
    ("onboarding",),
    ("render", "library"),
    ("pipeline",),
    ("verification",),
    ("ask", "evidence"),
    ("reasoning",),
    ("knowledge",),
    ("words", "files"),
    ("text", "errors"),
    ("record",),
    ("__init__",),
)
STOREY = {part: level for level, parts in enumerate(STOREYS) for part in parts}

# The doors between the two towers: who in the evidence part and on the command line looks at the probes, and at what of them.
DOORS = {
    "advisor/cli/evidence.py": {"registration", "run"},
    "advisor/cli/measure.py": {"catalogue", "run"},
    "advisor/cli/progress.py": {"suite"},
    "advisor/cli/rules.py": {"catalogue"},
    "advisor/evidence/collect.py": {
        "candidates",
        "catalogue",
        "fingerprint",
        "machine",
        "registration",
        "run",
        "suite",
    },
    "advisor/evidence/paired_comparison.py": {"run"},
    "advisor/evidence/describe.py": {"catalogue", "run"},
    "advisor/evidence/exhibits.py": {"candidates", "catalogue", "steps"},
    "advisor/evidence/findings.py": {"catalogue"},
    "advisor/evidence/scaled_measurements.py": {"run"},
    "advisor/evidence/own_code.py": {"catalogue"},
    "advisor/evidence/planning.py": {"catalogue"},
    "advisor/evidence/readiness.py": {"accelerator", "builds", "lock", "machine"},
    "advisor/evidence/session_report.py": {"catalogue", "registration", "run"},
    "advisor/evidence/runs.py": {"registration", "run"},
    "advisor/evidence/selftest.py": {"registration", "run", "suite"},
    "advisor/evidence/store.py": {"catalogue", "registration", "run"},
    "advisor/evidence/tiers.py": {"registration"},
    "advisor/evidence/timed_code.py": {"candidates", "catalogue", "dev_effort"},
}


def named(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"), named(file))


def imports(file: Path, *, types: bool = True) -> Iterator[tuple[int, str]]:
    """Yield (line, absolute name) of everything a file imports, wherever it does so; `from a import b` gives a.b.

    Without `types` what is imported only for a type checker is left out.
    """
    nodes = list(ast.walk(tree(file)))
    unreal = {
        id(one)
        for node in nodes
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for one in node.body
    }
    for node in nodes:
        if id(node) in unreal and not types:
            continue
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{named(file)}:{node.lineno}: a relative import"
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def part_of(name: str) -> str:
    """Return the part of the advisor a dotted name lies in; a name of the package itself lies in `__init__`."""
    part = [*name.split("."), "__init__"][1]
    return part if (ROOT / "advisor" / part).is_dir() or (ROOT / "advisor" / f"{part}.py").exists() else "__init__"


def test_every_part_of_the_advisor_has_its_storey() -> None:
    parts = {file.relative_to(ROOT / "advisor").parts[0].removesuffix(".py") for file in ADVISOR}
    assert parts <= set(STOREY), "say in STOREYS where the new part stands"


FRONT_DOOR = ROOT / "advisor" / "__init__.py"
"""Everybody may import it, and it opens on the library alone, when a program asks for that."""


def test_the_front_door_opens_on_the_library_alone_and_only_when_asked() -> None:
    assert {part_of(name) for _, name in imports(FRONT_DOOR) if name.split(".")[0] == "advisor"} == {"library"}
    code = "import sys, advisor; print([name for name in sys.modules if name.startswith('advisor.')])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert loaded.stdout.strip() == "[]"


@pytest.mark.parametrize("file", [file for file in ADVISOR if file != FRONT_DOOR], ids=named)
def test_imports_run_strictly_downward(file: Path) -> None:
    own = file.relative_to(ROOT / "advisor").parts[0].removesuffix(".py")
    upward = [
        f"{named(file)}:{line} imports {name}"
        for line, name in imports(file)
        if name.split(".")[0] == "advisor" and part_of(name) != own and STOREY[part_of(name)] <= STOREY[own]
    ]
    assert upward == []


def modules_of(name: str) -> Iterator[str]:
    """Yield the file a dotted name comes from."""
    at = ROOT.joinpath(*name.split("."))
    for path in (at.with_suffix(".py"), at / "__init__.py", at.parent.with_suffix(".py"), at.parent / "__init__.py"):
        if path.exists():
            yield named(path)
            return


def test_no_file_imports_itself_by_a_detour() -> None:
    graph = {
        named(file): {
            other
            for _, name in imports(file, types=False)
            if name.split(".")[0] in ("advisor", "probes")
            for other in modules_of(name)
        }
        - {named(file)}
        for file in MODULES
        if file.name != "__init__.py"
    }
    done: set[str] = set()

    def walk(file: str, path: tuple[str, ...]) -> None:
        assert file not in path, " -> ".join((*path[path.index(file) :], file))
        if file not in done:
            for other in sorted(graph.get(file, ())):
                walk(other, (*path, file))
            done.add(file)

    for file in graph:
        walk(file, ())


@pytest.mark.parametrize("file", PROBES, ids=named)
def test_the_probes_know_nothing_of_the_advisor(file: Path) -> None:
    assert [name for _, name in imports(file) if name.split(".")[0] == "advisor"] == []


def test_frameworks_are_imported_by_the_probes_own_files_alone() -> None:
    found = {named(file) for file in MODULES for _, name in imports(file) if name.split(".")[0] in FRAMEWORKS}
    assert found and all(re.match(r"probes/[a-z_]+/[a-z_]+\.py", file) for file in found)


@pytest.mark.parametrize("file", sorted((ROOT / "probes").glob("*/on_*.py")), ids=named)
def test_a_probe_file_imports_its_own_framework_alone(file: Path) -> None:
    own = {
        "on_tensorflow": {"tensorflow"},
        "on_pytorch": {"torch"},
        "on_keras": {"keras", "tensorflow", "jax"},
        "on_numpy": set(),
    }
    assert {name.split(".")[0] for _, name in imports(file)} & FRAMEWORKS <= own[file.stem]


def doors() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for file in ADVISOR:
        seen = {name.split(".")[1] for _, name in imports(file) if name.split(".")[0] == "probes"}
        if seen:
            found[named(file)] = seen
    return found


def test_only_the_known_doors_lead_to_the_probes() -> None:
    inside = {file: seen for file, seen in doors().items() if file.startswith(("advisor/evidence/", "advisor/cli/"))}
    assert inside == DOORS


def test_nobody_else_looks_at_the_probes() -> None:
    assert [file for file in doors() if not file.startswith(("advisor/evidence/", "advisor/cli/"))] == []


def test_measuring_is_started_in_one_place() -> None:
    starters = [
        named(file)
        for file in ADVISOR
        for _, name in imports(file)
        if name in ("probes.suite.measure", "probes.suite.Plan")
    ]
    assert set(starters) == {"advisor/evidence/collect.py"}


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


def test_frameworks_are_extras_and_never_needed() -> None:
    metadata = project()["project"]
    needed = {re.split(r"[<>=\[ ;]", one)[0] for one in metadata["dependencies"]}  # type: ignore[index]
    assert not needed & (FRAMEWORKS | {"tensorflow-cpu", "pytest"})
    extras = metadata["optional-dependencies"]  # type: ignore[index]
    assert set(extras) >= FRAMEWORKS and {"all", "test", "gpu", "report", "export"} <= set(extras)
    assert any(re.search(r"torch.*<2\.14", one) for one in extras["torch"])


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


def registry_hosts() -> set[str]:
    """Hosts of package registries this machine is set up to use, other than the public ones."""
    settings = [
        value
        for name, value in os.environ.items()
        if re.search(r"INDEX|REGISTRY|PROXY|FIND_LINKS", name, re.IGNORECASE)
    ]
    for file in (
        Path("/etc/pip.conf"),
        Path("/etc/xdg/pip/pip.conf"),
        Path.home() / ".config/pip/pip.conf",
        Path.home() / ".pip/pip.conf",
        Path.home() / ".npmrc",
    ):
        if file.is_file():
            settings.append(file.read_text("utf-8", "replace"))
    hosts = {urlsplit(url).hostname or "" for text in settings for url in re.findall(r"https?://[^\s\"']+", text)}
    return hosts - {"", "pypi.org", "files.pythonhosted.org", "registry.npmjs.org", "localhost", "127.0.0.1"}


def test_no_host_of_a_registry_is_written_down() -> None:
    assert lines_with(r"index[-_]url\s*=|--(extra-)?index-url|//[\w.-]+\.(internal|local|corp|lan)\b") == []
    for host in registry_hosts():
        assert lines_with(re.escape(host)) == [], "a registry's host"
