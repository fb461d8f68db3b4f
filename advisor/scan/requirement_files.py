"""What installing needs, from every usual file: packages with their versions, and the version of Python."""

from __future__ import annotations

import ast
import configparser
import re
import tomllib
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from msgspec import Struct
from packaging.requirements import InvalidRequirement, Requirement

from advisor.knowledge.package import normalise
from advisor.scan.facts import FactKind, Standing
from advisor.scan.walk import File

FOR_DEVELOPMENT = re.compile(r"dev|test|doc|lint|style|format|ci\b|build|example|tutorial|optional|extra|constraint")
"""Words in the name of a requirements file or a group that say that the project runs without it."""
CONDA_NAMES = {"pytorch": "torch", "pytorch-gpu": "torch", "pytorch-cpu": "torch", "tensorflow-gpu": "tensorflow"}
WITH_A_VALUE = re.compile(r"-[rcfite]|--(requirement|constraint|find-links|target|editable|(extra-)?index.url)")
"""Options of `pip install` behind which a value follows, which is no requirement."""
DEEPEST_TOML = 2000
QUOTED = re.compile(r"""["]([^"]*)["]|[']([^']*)[']""")
KEY = re.compile(r"""\s*["']?([\w.-]+)["']?\s*=""")


class Line(NamedTuple):
    """What one line of a file says; see `facts.Fact`."""

    kind: FactKind
    value: str
    line: int
    standing: Standing = "plain"


class _Lines(Struct, frozen=True, dict=True):
    """The lines of a file, to be looked up by what they hold, each from 1 and in the first place; 0: in none."""

    lines: Sequence[str]

    @cached_property
    def of_text(self) -> Mapping[str, int]:
        """What stands in quotes, and every line as a whole → its number."""
        numbers: dict[str, int] = {}
        for number, line in enumerate(self.lines, start=1):
            for text in (line.strip(), *(match[1] or match[2] for match in QUOTED.finditer(line))):
                numbers.setdefault(text, number)
        return numbers

    @cached_property
    def of_name(self) -> Mapping[str, int]:
        """What a line sets, `name = …` → its number."""
        named = ((KEY.match(line), number) for number, line in enumerate(self.lines, start=1))
        numbers: dict[str, int] = {}
        for match, number in named:
            if match:
                numbers.setdefault(match[1], number)
        return numbers

    def first_with(self, part: str) -> int:
        """Return the number of the first line that contains a text."""
        return next((number for number, line in enumerate(self.lines, start=1) if part in line), 0) if part else 0


def reader_of(file: File) -> Callable[[str, str], Iterator[Line]] | None:
    """Return the function that reads a file of requirements, by its name; None for other files."""
    name = file.name
    if name.endswith((".txt", ".in")) and ("requirement" in file.path.lower() or name == "constraints.txt"):
        return _read_requirements
    if re.fullmatch(r"(environment|env|conda)[\w.-]*\.ya?ml|meta\.ya?ml", name):
        return _read_conda
    return READERS.get(name)


def pip_requirements(text: str, standing: Standing = "plain", line: int = 0) -> Iterator[Line]:
    """Yield a requirement as pip takes it with its name normalised, then each of its extras, `jax[tpu]`; nothing where it is none."""
    try:
        requirement = Requirement(text.strip())
    except (InvalidRequirement, RecursionError):
        return
    name = normalise(requirement.name)
    yield Line("requires", f"{name}{requirement.specifier}", line, standing)
    yield from (Line("requires", f"{name}[{extra.lower()}]", line, standing) for extra in sorted(requirement.extras))


def pip_install_arguments(words: Sequence[str]) -> Iterator[str]:
    """Yield the requirements among the words behind `pip install`, up to the next command."""
    skip = False
    for word in words:
        if word in ("&&", "||", ";", "|", "&"):
            return
        if skip or word.startswith("-"):
            skip = WITH_A_VALUE.fullmatch(word) is not None and not skip
            continue
        yield word.rstrip(";")


def _read_requirements(text: str, path: str) -> Iterator[Line]:
    """Yield the requirements of a file as pip reads it."""
    standing: Standing = "optional" if FOR_DEVELOPMENT.search(path.lower()) else "plain"
    for number, line in enumerate(text.splitlines(), start=1):
        requirement = re.split(r"\s#|\s--|^#", line, maxsplit=1)[0].strip().rstrip("\\")
        if requirement and not requirement.startswith("-"):
            yield from pip_requirements(requirement, standing, number)


def _read_pyproject(text: str, path: str) -> Iterator[Line]:
    document = _toml(text)
    lines = _Lines(text.splitlines())
    project, tools = _table(document, "project"), _table(document, "tool")
    for named in (project, _table(tools, "poetry")):
        if isinstance(name := named.get("name"), str):
            yield Line("project", normalise(name), lines.first_with(name))
    yield from _requirements_in(_list(project, "dependencies"), lines, "plain")
    for groups in (_table(project, "optional-dependencies"), _table(document, "dependency-groups")):
        for group in groups.values():
            yield from _requirements_in(group if isinstance(group, list) else [], lines, "optional")
    if isinstance(python := project.get("requires-python"), str):
        yield Line("python", f"requires:{python}", lines.first_with("requires-python"))
    poetry = _table(tools, "poetry")
    yield from _read_named_versions(_table(poetry, "dependencies"), lines, "plain")
    yield from _read_named_versions(_table(poetry, "dev-dependencies"), lines, "optional")
    for group in _table(poetry, "group").values():
        yield from _read_named_versions(_table(group, "dependencies"), lines, "optional")


def _read_pipfile(text: str, path: str) -> Iterator[Line]:
    document = _toml(text)
    lines = _Lines(text.splitlines())
    yield from _read_named_versions(_table(document, "packages"), lines, "plain")
    yield from _read_named_versions(_table(document, "dev-packages"), lines, "optional")
    if isinstance(python := _table(document, "requires").get("python_version"), str):
        yield Line("python", f"file:{python}", lines.first_with("python_version"))


def _read_named_versions(table: Mapping[str, Any], lines: _Lines, standing: Standing) -> Iterator[Line]:
    """Yield the requirements of a table `name = "^1.2"` or `name = {version = "^1.2", optional = true}`."""
    for name, value in table.items():
        options = value if isinstance(value, Mapping) else {}
        version = options.get("version", "*") if options else value
        specifier = _poetry_specifier(version if isinstance(version, str) else "*")
        line = lines.of_name.get(name, 0)
        if name == "python":
            yield Line("python", f"requires:{specifier}", line)
        else:
            yield from pip_requirements(f"{name}{specifier}", "optional" if options.get("optional") else standing, line)


def _poetry_specifier(version: str) -> str:
    """Return a version as Poetry writes it as a specifier: `^2.1` means at least 2.1 and below 3."""
    parts = []
    for part in version.replace(" ", ",").split(","):
        if match := re.fullmatch(r"([\^~])(\d+)(?:\.(\d+))?(\S*)", part):
            sign, major, minor, ending = match.groups()
            low = f"{major}.{minor or 0}{ending}"
            upper = (
                f"{int(major) + 1}"
                if (sign == "^" and (major != "0")) or minor is None
                else f"{major}.{int(minor) + 1}"
            )
            parts.append(f">={low},<{upper}")
        elif re.match(r"\d", part):
            parts.append(f"=={part}")
        elif part not in ("*", ""):
            parts.append(part)
    return ",".join(parts)


def _read_lock(text: str, path: str) -> Iterator[Line]:
    """Yield the packages of `poetry.lock`, `uv.lock` or `pdm.lock`: each table begins with a name and its version."""
    name, at = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        if match := re.match(r'(name|version) = "([^"]{1,100})"', line):
            if match[1] == "name":
                name, at = match[2], number
            elif name:
                yield from pip_requirements(f"{name}=={match[2]}", "locked", at)
                name = ""


def _read_pipfile_lock(text: str, path: str) -> Iterator[Line]:
    """Yield the packages of `Pipfile.lock`, line by line."""
    name, at = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        if match := re.match(r'\s{8}"([\w.-]+)": \{', line):
            name, at = match[1], number
        elif name and (match := re.match(r'\s+"version": "(==[^"]{1,100})"', line)):
            yield from pip_requirements(f"{name}{match[1]}", "locked", at)
            name = ""


def _read_setup_cfg(text: str, path: str) -> Iterator[Line]:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except (configparser.Error, ValueError):
        return
    lines = _Lines(text.splitlines())
    if parser.has_section("options"):
        yield from _requirements_in(parser.get("options", "install_requires", fallback="").splitlines(), lines, "plain")
        if python := parser.get("options", "python_requires", fallback=""):
            yield Line("python", f"requires:{python}", lines.first_with("python_requires"))
    if parser.has_section("options.extras_require"):
        for _, value in parser.items("options.extras_require"):
            yield from _requirements_in(value.splitlines(), lines, "optional")


def _read_setup(text: str, path: str) -> Iterator[Line]:
    """Yield what `setup.py` says in literals, also in lists with a name."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    lists = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        for keyword in node.keywords if isinstance(node, ast.Call) else ():
            value = lists.get(keyword.value.id, keyword.value) if isinstance(keyword.value, ast.Name) else keyword.value
            if keyword.arg == "python_requires" and isinstance(value, ast.Constant):
                yield Line("python", f"requires:{value.value!s}", value.lineno)
            elif keyword.arg == "name" and isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield Line("project", normalise(value.value), value.lineno)
            elif keyword.arg in ("install_requires", "extras_require"):
                standing: Standing = "plain" if keyword.arg == "install_requires" else "optional"
                for constant in ast.walk(value):
                    if isinstance(constant, ast.Constant) and isinstance(constant.value, str):
                        yield from pip_requirements(constant.value, standing, constant.lineno)


def _read_conda(text: str, path: str) -> Iterator[Line]:
    """Yield the packages of a conda environment, and those that pip installs in it."""
    standing: Standing = "optional" if FOR_DEVELOPMENT.search(path.lower()) else "plain"
    for number, line in enumerate(text.splitlines(), start=1):
        match = re.match(r"\s*-\s+[\"']?(?:[\w.-]+::)?([A-Za-z][\w.-]*(?:\[[\w,-]+\])?)\s*([=<>!~][^\"'#]*)?", line)
        if not match or line.rstrip().endswith(":"):
            continue
        name, version = match[1], (match[2] or "").strip().replace(" ", "")
        if re.match(r"=[^=]", version):  # conda: =1.2=build
            version = "==" + version[1:].partition("=")[0].rstrip("*").rstrip(".") + ".*"
        if name == "python":
            yield Line(
                "python",
                f"file:{version.removeprefix('==').removesuffix('.*')}"
                if version.startswith("==")
                else f"requires:{version}",
                number,
            )
        else:
            yield from pip_requirements(f"{CONDA_NAMES.get(name, name)}{version}", standing, number)


def _read_python_version(text: str, path: str) -> Iterator[Line]:
    if match := re.match(r"(?:python-)?(\d+\.\d+)", text.strip()):
        yield Line("python", f"file:{match[1]}", 1)


READERS: Mapping[str, Callable[[str, str], Iterator[Line]]] = {
    "pyproject.toml": _read_pyproject,
    "pipfile": _read_pipfile,
    "pipfile.lock": _read_pipfile_lock,
    "poetry.lock": _read_lock,
    "uv.lock": _read_lock,
    "pdm.lock": _read_lock,
    "setup.cfg": _read_setup_cfg,
    "setup.py": _read_setup,
    ".python-version": _read_python_version,
    "runtime.txt": _read_python_version,
}


def _toml(text: str) -> Mapping[str, Any]:
    """Return a TOML document; empty where it is none, or nested without end."""
    if text.count("[") > DEEPEST_TOML * 10:
        return {}
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return {}


def _table(document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = document.get(key) if isinstance(document, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _list(document: Mapping[str, Any], key: str) -> Sequence[Any]:
    value = document.get(key)
    return value if isinstance(value, list) else []


def _requirements_in(texts: Iterable[Any], lines: _Lines, standing: Standing) -> Iterator[Line]:
    """Yield the requirements among some texts, each at the line of the file that holds it."""
    for text in texts:
        if isinstance(text, str):
            yield from pip_requirements(text, standing, lines.of_text.get(text.strip(), 0))
