"""What Dockerfiles, CI and the files of other languages say, read line by line."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from advisor.scan.facts import Standing
from advisor.scan.patterns import Patterns
from advisor.scan.requirement_files import FOR_DEVELOPMENT, Line, pip_install_arguments, pip_requirements
from advisor.scan.walk import File

OTHER_LANGUAGES = frozenset(
    [".c", ".cc", ".cpp", ".cxx", ".h", ".hpp", ".cu", ".java", ".kt", ".kts", ".gradle", ".scala", ".js", ".mjs", ".ts", ".tsx", ".jsx", ".swift",
     ".m", ".mm", ".r", ".rmd", ".go", ".rs", ".cs", ".pbtxt", ".sh", ".slurm", ".sbatch", ".ino"]
)  # fmt: skip
OTHER_NAMES = frozenset(
    [
        "package.json",
        "podfile",
        "cmakelists.txt",
        "cargo.toml",
        "go.mod",
        "pyproject.toml",
        "setup.py",
        "description",
        "pom.xml",
        "package.swift",
    ]
)
LONGEST_LINE = 2000
PYTHON_VERSION = re.compile(r"(?<![\d.])3\.(\d{1,2})(?!\.?\d*[a-z])")
MATRIX = re.compile(r"python[-_]?version[s]?[\"']?\s*:|^\s*envlist\s*=|^\s*python:\s*", re.IGNORECASE)
SYSTEMS = {"ubuntu": "linux", "windows": "windows-native", "macos": "macos"}


def is_dockerfile(file: File) -> bool:
    """Return whether a file builds an image."""
    return file.name.startswith(("dockerfile", "containerfile")) or file.name.endswith(".dockerfile")


def is_ci_file(file: File) -> bool:
    """Return whether a file configures continuous integration."""
    if file.path.startswith((".github/workflows/", ".circleci/")):
        return file.suffix in (".yml", ".yaml")
    return file.name in (".gitlab-ci.yml", ".travis.yml", "azure-pipelines.yml", "tox.ini", "noxfile.py")


def has_lines(file: File) -> bool:
    """Return whether the lines of a file are looked at for parts that signals name."""
    return file.suffix in OTHER_LANGUAGES or file.name in OTHER_NAMES


def read_dockerfile(text: str, patterns: Patterns) -> Iterator[Line]:
    """Yield the images, Python versions, installed packages and settings of a Dockerfile."""
    for number, line in _logical_lines(text):
        instruction, _, arguments = line.strip().partition(" ")
        if instruction.upper() == "FROM":
            image = next((word for word in arguments.split() if not word.startswith("-")), "")
            yield Line("base-images", image, number)
            if match := re.match(r"(?:[\w./-]*/)?python:3\.(\d+)", image):
                yield Line("python", f"image:3.{match[1]}", number)
        elif instruction.upper() == "ENV":
            yield from _settings_in(arguments, number, patterns)
        yield from pip_installs(line, number)


def read_ci(text: str, patterns: Patterns) -> Iterator[Line]:
    """Yield the Python versions, systems, installed packages and settings of a CI file."""
    in_matrix = False
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) > LONGEST_LINE:
            continue
        begins_matrix = bool(MATRIX.search(line))
        in_matrix = begins_matrix or (in_matrix and re.match(r"\s*-\s*[\"']?3\.\d", line) is not None)
        if in_matrix:
            code = re.sub(r"py3(\d+)", r"3.\1", line.partition("#")[0])
            yield from (Line("python", f"ci:3.{match[1]}", number) for match in PYTHON_VERSION.finditer(code))
        if "runs-on" in line or re.match(r"\s*(os|vmImage)\s*:", line):
            yield from (Line("system", system, number) for word, system in SYSTEMS.items() if word in line.lower())
        yield from _settings_in(line, number, patterns)
        yield from pip_installs(line, number, "optional")  # what the tests need


def read_lines(text: str, patterns: Patterns) -> Iterator[Line]:
    """Yield the parts of lines that signals name."""
    parts = [part for part in patterns.line_parts if part in text]
    for number, line in enumerate(text.splitlines(), start=1) if parts else ():
        if len(line) <= LONGEST_LINE:
            yield from (Line("lines", part, number) for part in parts if part in line)


def pip_installs(line: str, number: int, standing: Standing = "plain") -> Iterator[Line]:
    """Yield the requirements that a line of a shell installs with pip."""
    for match in re.finditer(r"\bpip3? +install +(.*)", line):
        try:
            words = shlex.split(match[1].replace("&&", " && "), comments=True)
        except ValueError:
            words = match[1].split()
        for word in pip_install_arguments(words):
            yield from pip_requirements(word, standing, number)


def read_script(text: str, path: str) -> Iterator[Line]:
    """Yield what a shell script installs; what it installs for tests, docs and the like, by its path, need not be there."""
    standing: Standing = "optional" if FOR_DEVELOPMENT.search(path.lower()) else "plain"
    for number, line in enumerate(text.splitlines(), start=1):
        if len(line) <= LONGEST_LINE:
            yield from pip_installs(line, number, standing)


def _settings_in(text: str, number: int, patterns: Patterns) -> Iterator[Line]:
    for name in sorted(patterns.setting_names):
        if name in text and (match := re.search(rf"\b{re.escape(name)}[\"']?\s*[=: ]\s*[\"']?([\w.-]+)", text)):
            yield Line("settings", f"{name}={match[1]}", number)


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a text, those that end in a backslash joined, each with the number of its first."""
    begun, at = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        at = at or number
        if line.rstrip().endswith("\\") and len(begun) < 100_000:
            begun += line.rstrip()[:-1] + " "
            continue
        yield at, begun + line
        begun, at = "", 0
    if begun:
        yield at, begun
