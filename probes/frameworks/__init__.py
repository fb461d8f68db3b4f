"""What the harness knows of each framework: one file per framework, found by being in this folder.

The parent loads these files too, and it never imports a framework: so a file needs the standard library alone, and what
asks a framework imports it inside the method, in the child.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from probes.python_source import parse_source

BUILT_IN = Path(__file__).parent
FOLDER = "frameworks"
"""The name of the folder that holds such files in a folder of a user's own probes."""
CPU, CUDA = "cpu", "cuda"
MIB = 2**20

When = Literal["together", "in full", "apart", "same"]
DEFAULT, PRODUCTION = "default", "production"
"""The mode of what a user gets without asking, and that of each framework's usual compiled form."""
Version = Callable[[str], str]
"""Returns the version of a distribution; raises PackageNotFoundError where it is not installed."""


@dataclass(frozen=True)
class Way:
    """A documented faster way to run a training step, measured as a mode of its own beside what a user gets without asking.

    Attributes:
        when: "together": in the same process as the default mode; "in full": so in full depth only; "apart": it compiles
            for long, and has a process of its own in full depth; "same": the default is that form already.
        name: what its users call it, `torch.compile`.
        beside: what the default mode is where that is compiled as well, `nnx.jit`; empty where it is eager.
        id: the mode of its runs. The usual compiled form is "production", which users' own files may know as well; the others
            are measured by the probes that name them in WAYS.
        source: the page of the performance guide that describes it.
        code: what a user adds or changes, line by line: what the way costs to write.
        many_steps: whether one call takes several steps: such a way is not measured in a user's own sizes, where a step may take
            half a second and one call most of the time.
    """

    when: When
    name: str
    beside: str = ""
    id: str = PRODUCTION
    source: str = ""
    code: tuple[str, ...] = ()
    many_steps: bool = False


@dataclass(frozen=True)
class Distribution:
    """A distribution that brings a package.

    Attributes:
        name: on the index, `tensorflow-cpu`.
        marker: the environment marker, as pip reads it, of the machines it is for; empty for all machines.
    """

    name: str
    marker: str = ""


class Framework:
    """A framework as the harness sees it; a file of this folder ends with `FRAMEWORK = ` an object of a subclass.

    Attributes:
        id: its id in the pack's `frameworks.yaml`, and the name of its file here, of its probe files (`on_<id>.py`), and of its
            file in `jobs/`, if it has one.
        backend: what it is called where another framework runs on it (`KERAS_BACKEND`), and in the pack's rows.
        backends: the backends it runs on, for a framework that computes nothing itself.
        backend_variable: the environment variable that names its backend.
        modules: the modules it cannot do without, in the order they are imported; `import_s` is the time that takes.
        libraries: further ones where it is used itself, not as a backend: JAX's libraries of layers and optimisers.
        libraries_extra: the extra that installs it with these.
        brings: top-level modules it imports by itself and may have.
        companions: packages built on it. Nobody gets to import them by accident: some are imported merely because they are
            installed, which costs seconds and hundreds of megabytes.
        distributions: name of a version in the runs → what may bring it, the most wanted first.
        extra: the extra of this program that installs it.
        variables: set in the environment of its processes.
        on_cpu: set where it is to see no other device, beside what hides NVIDIA's and AMD's from everybody.
        on_gpu: set where it may use a GPU.
        thread_variables: environment variables that hold its number of threads.
        folders: environment variables that name a folder → its place below the folder of the process.
        production: backend ("" for none) → its usual compiled form; the probes whose PRODUCTION is True measure it.
        ways: backend ("" for none) → further ways its best users run it; the probes that name their ids in WAYS measure them.
        optimisers: whose definition its usual optimisers follow: "pytorch", "keras" or "optax", whose Adam places epsilon
            differently; empty where it is none of these.
        slow_start: whether its import takes seconds; such processes are started first.
        reference: it is no candidate but what the candidates are held against.
        place: the file it was loaded from.
    """

    id: str
    backend: str = ""
    backends: tuple[str, ...] = ()
    backend_variable: str = ""
    modules: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    libraries_extra: str = ""
    brings: tuple[str, ...] = ()
    companions: tuple[str, ...] = ()
    distributions: Mapping[str, tuple[Distribution, ...]] = {}
    extra: str = ""
    variables: Mapping[str, str] = {}
    on_cpu: Mapping[str, str] = {}
    on_gpu: Mapping[str, str] = {}
    thread_variables: tuple[str, ...] = ()
    folders: Mapping[str, str] = {}
    production: Mapping[str, Way] = {}
    ways: Mapping[str, tuple[Way, ...]] = {}
    optimisers: str = ""
    slow_start: bool = False
    reference: bool = False
    place: Path | None = None

    # --- asked by the parent, without importing it

    def why_no_gpu(self, version_of: Version = version) -> str:
        """Return why the installed build cannot use an NVIDIA GPU; empty where nothing prevents it.

        Args:
            version_of: returns the version of a distribution; raises PackageNotFoundError where it is not installed.
        """
        return ""

    # --- asked in the child, once it is imported

    def use_cpu(self) -> None:
        """Select the CPU, where that takes more than the environment; called before the first operation."""

    def set_threads(self, threads: int) -> None:
        """Set the sizes of the thread pools, where that takes more than the environment; called before the first operation."""

    def threads(self) -> int | None:
        """Return how many threads an operation may use; None where only the process's CPU affinity limits it."""
        return None

    def device(self) -> str:
        """Return the kind of device it computes on: "cpu", "cuda", or a name of the framework's own, such as "metal"."""
        return CPU

    def synchronise(self) -> Callable[[], None] | None:
        """Return a function that waits until the device is idle; None where every call returns when it is done."""
        return None

    def full_float32(self) -> None:
        """Switch off products of reduced precision for float32 (TF32), which only some frameworks use by default."""

    def peak_mb(self) -> float | None:
        """Return the largest memory held on the device so far, in MiB; None on a CPU, or where it is unknown."""
        return None

    def graphs(self) -> int | None:
        """Return how many graphs its compiler has made in this process; None where that is unknown.

        Where it does, mode "production" is `unsupported` unless the first step made one.
        """
        return None


def packages_of(modules: Iterable[str]) -> list[str]:
    """Return the top-level packages of modules, which can be looked for without importing anything."""
    return list(dict.fromkeys(name.partition(".")[0] for name in modules))


def installed(name: str, version_of: Version = version) -> str:
    """Return the version of an installed distribution; empty where it is not installed."""
    try:
        return version_of(name)
    except PackageNotFoundError:
        return ""


class BadFramework(ValueError):
    """A file that holds no framework: where, what is wrong, what to do."""

    def __init__(self, place: str, what: str, fix: str = "") -> None:
        self.place, self.what, self.fix = place, what, fix
        super().__init__(f"{place}: {what}")


def framework_files(folder: Path = BUILT_IN) -> Iterator[Path]:
    """Yield the files of a folder that define a framework each, in alphabetical order."""
    yield from (file for file in sorted(folder.glob("*.py")) if not file.stem.startswith("_"))


@cache
def load_framework(file: Path) -> Framework:
    """Return the framework that a file defines.

    Raises:
        BadFramework: the file holds none, or one of another name.
    """
    name = f"{__name__}.{file.stem}" if file.parent == BUILT_IN else f"own_framework_{file.stem}"
    module = importlib.import_module(name) if file.parent == BUILT_IN else _run_own_file(name, file)
    framework = getattr(module, "FRAMEWORK", None)
    place = f"{file.parent.name}/{file.name}"
    if not isinstance(framework, Framework):
        raise BadFramework(place, "FRAMEWORK is missing", "end the file with FRAMEWORK = MyFramework()")
    if framework.id != file.stem:
        raise BadFramework(place, f"its id is {framework.id!r}", f"the file is called as the framework: {file.stem!r}")
    framework.place = file
    return framework


def _run_own_file(name: str, file: Path) -> object:
    """Run a user's framework file, after checking that it imports nothing the parent must not import."""
    place = f"{file.parent.name}/{file.name}"
    for line, package in _imported_packages(file, place):
        if package not in sys.stdlib_module_names and package != "probes":
            what = f"it imports {package}, and is loaded by a process that never imports a framework"
            raise BadFramework(f"{place}:{line}", what, "import it inside the methods that need it")
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise BadFramework(place, f"{type(error).__name__}: {error}") from None
    return module


def _imported_packages(file: Path, place: str) -> Iterator[tuple[int, str]]:
    """Yield the top-level packages that a file imports when it is loaded, each with its line."""
    try:
        body = parse_source(file)
    except SyntaxError as error:
        line = f":{error.lineno}" if error.lineno is not None else ""
        raise BadFramework(f"{place}{line}", str(error.msg)) from None
    for node in body:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.split(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, (node.module or ".").split(".")[0]


def top_level_modules() -> tuple[str, ...]:
    """Return the top-level modules of the built-in frameworks and of their libraries."""
    names = (name for framework in all_frameworks().values() for name in (*framework.modules, *framework.libraries))
    return tuple(dict.fromkeys(name.split(".")[0] for name in names))


def frameworks_in(folder: Path) -> dict[str, Framework]:
    """Return the built-in frameworks, and those of the folder `frameworks` in a folder of own probes.

    Raises:
        BadFramework: a file that holds none, or one whose name is taken.
    """
    return all_frameworks(folder.resolve() / FOLDER)


def all_frameworks(*folders: Path) -> dict[str, Framework]:
    """Return all frameworks by id: the built-in ones and those of further folders, which may not replace any.

    Raises:
        BadFramework: a file that holds none, or one whose name is taken.
    """
    frameworks: dict[str, Framework] = {}
    for folder in (BUILT_IN, *folders):
        for file in framework_files(folder):
            if file.stem in frameworks:
                raise BadFramework(f"{folder.name}/{file.name}", "there is such a framework already", "rename it")
            frameworks[file.stem] = load_framework(file)
    return frameworks
