"""The probes there are, read from their folders without running any of their code."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from probes.python_source import parse_source

Size = int | tuple[int, ...]
"""One of the sizes of a task: a number, or one for each layer."""
BUILT_IN = Path(__file__).parent
OWN_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}\Z")
SHAPE = "a probe is a folder with __init__.py, task.py and on_<framework>.py: see probes/README.md"


@dataclass(frozen=True)
class Measure:
    """A quantity: its unit, whether "lower" or "higher" is better (None: neither), and whether it is exact."""

    unit: str = ""
    better: str | None = None
    exact: bool = True


TIMED_MEASURES = {
    "step_ms": Measure("ms", "lower", False),
    "first_step_s": Measure("s", "lower", False),
    "build_s": Measure("s", "lower", False),
    "import_s": Measure("s", "lower", False),
    "peak_mb": Measure("MiB", "lower", False),
    "step_spread": Measure("", "lower", False),
    "thirds_spread": Measure("", None, False),
    "thirds_allowed": Measure("", None, False),
    "warmup_share": Measure("", None, False),
    "steps": Measure("", None),
    "parameters": Measure("", None),
    "gate": Measure("", None),
    "gate_forward_error": Measure("", None),
    "gate_gradient_error": Measure("", None),
    "gate_loss_error": Measure("", None),
    "gate_move_error": Measure("", None),
    "gate_state_error": Measure("", None),
    "gflops": Measure("GFLOP/s", "higher", False),
    "machine_gflops": Measure("GFLOP/s", None, False),
    "device_peak_mb": Measure("MiB", "lower", False),
    "same_as": Measure("", None),
    "device": Measure("", None),
    "precision": Measure("", None),
    "batch": Measure("", None),
    "feeding": Measure("", None),
}


def _are_texts(value: Any) -> bool:
    """Return whether a value is a list or tuple of texts."""
    return isinstance(value, list | tuple) and all(isinstance(entry, str) for entry in value)


def _are_measures(value: Any) -> bool:
    """Return whether a value maps names to what `Measure` is made of."""
    return isinstance(value, dict) and all(
        isinstance(name, str)
        and isinstance(entry, dict)
        and set(entry) <= {"unit", "better", "exact"}
        and isinstance(entry.get("unit", ""), str)
        and (entry.get("better") is None or entry["better"] in ("lower", "higher"))
        and isinstance(entry.get("exact", True), bool)
        for name, entry in value.items()
    )


def _is_production(value: Any) -> bool:
    """Return whether a value is a truth value, or says of candidates when they are in production mode."""
    words = isinstance(value, dict) and all(isinstance(word, str) for pair in value.items() for word in pair)
    return words or isinstance(value, bool)


def _is_flag(value: Any) -> bool:
    """Return whether a value is a truth value."""
    return isinstance(value, bool)


CONSTANTS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "QUESTION": (lambda value: isinstance(value, str), 'QUESTION = "How fast is my model?"'),
    "MEASURES": (
        _are_measures,
        'MEASURES = {"loss": {"unit": "", "better": "lower", "exact": True}}, all three optional',
    ),
    "DEPTH": (lambda value: value in ("quick", "full", "cluster"), 'DEPTH = "full"'),
    "PRODUCTION": (_is_production, "PRODUCTION = True"),
    "DOMAINS": (_are_texts, 'DOMAINS = ("cv",)'),
    "USES": (_are_texts, 'USES = ("training_step",)'),
    "WAYS": (_are_texts, 'WAYS = ("fused", "xla")'),
    **{name: (_is_flag, f"{name} = True") for name in ("TIMED", "ALONE", "QUIET", "STATIC")},
}
"""What a probe's `__init__.py` may state: whether a value is of its kind, and a good example."""


@dataclass(frozen=True)
class Probe:
    """One question to the machine.

    `production` says that its files know the mode "production", measured as the frameworks say (`probes.frameworks.Way`), or
    for each candidate when it is; of a user's own they are asked whether they know it; `ways` are the ids of the further ways that
    they know, of whichever framework; `alone` that the
    probe wants a process without others, `quiet` that it wants a machine without others; `static` that it reads source
    code and starts nothing. `depth` "full": it takes long, and is measured where it is asked for by name or in full, or
    where it is timed and speaks for the project's domain: `domains` are those of the questionnaire. "cluster": it needs several
    nodes, and is measured with `--cluster` alone. `uses` are the folders of built-in probes whose files it reads or imports. `sizes`
    are what `task.make` is called with, other than its defaults.
    """

    name: str
    question: str
    timed: bool
    measures: Mapping[str, Measure]
    folder: Path
    production: Mapping[str, str] | bool = False
    alone: bool = False
    quiet: bool = False
    depth: str = "quick"
    static: bool = False
    domains: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    ways: tuple[str, ...] = ()
    sizes: Mapping[str, Size] = field(default_factory=dict)

    def is_written_for(self, file: str) -> bool:
        """Return whether the probe has a file `on_<file>.py`."""
        return (self.folder / f"on_{file}.py").is_file()

    @property
    def has_reference(self) -> bool:
        """Whether candidates are held against NumPy; in other sizes, where that would take minutes, against each other."""
        return not self.sizes and (self.folder / "on_numpy.py").is_file()

    @property
    def is_own(self) -> bool:
        """Whether it is a user's own, and not built in."""
        return self.folder.parent != BUILT_IN

    def belongs_to(self, depth: str) -> bool:
        """Return whether it is measured in a depth: in full every one that needs no cluster."""
        return self.depth == depth or (depth == "full" and self.depth == "quick")

    def uses_mode(self, file: str) -> bool:
        """Return whether `build(task, mode)` in its file `on_<file>.py` reads its second argument, so that it knows several modes."""
        return _reads_second_argument(self.folder / f"on_{file}.py", "build")

    @property
    def package(self) -> str:
        """The name of its package in the child."""
        return f"own_probes_{self.folder.name}" if self.is_own else f"probes.{self.folder.name}"


def resize(probe: Probe, sizes: Mapping[str, Size]) -> Probe:
    """Return a timed probe whose task has other sizes: the same files, under a name that tells the sizes.

    `transformer-step[64x4x2x32x8x512]`: the numbers in the order of `sizes`, those of a tuple with a dot between them.
    """
    numbers = (".".join(map(str, size)) if isinstance(size, tuple) else str(size) for size in sizes.values())
    return replace(probe, name=f"{probe.name}[{'x'.join(numbers)}]", sizes=dict(sizes))


def name_without_sizes(name: str) -> str:
    """Return the name of the probe whose task another one has in other sizes; any other name as it is."""
    built_in, bracket, _ = name.partition("[")
    return built_in if bracket and built_in in PROBES else name


class BadProbe(ValueError):
    """A folder that is no probe: where, what is wrong, what to do."""

    def __init__(self, place: str, what: str, fix: str = "") -> None:
        self.place, self.what, self.fix = place, what, fix
        super().__init__(f"{place}: {what}")


def load_probes(folder: Path = BUILT_IN) -> dict[str, Probe]:
    """Return all probes of a folder: the folder itself if it holds `on_<framework>.py` files, else its subfolders.

    Only what has an `__init__.py` that states a QUESTION is a probe.

    Raises:
        BadProbe: the folder cannot be read, or a constant is not a plain literal of its kind; the message names file and line.
    """
    try:
        folder = folder.resolve(strict=True)
    except FileNotFoundError:
        raise BadProbe(folder.name, "there is no probe here", SHAPE) from None
    except (
        OSError,
        RuntimeError,
        ValueError,
    ) as error:  # RuntimeError: a link to itself; ValueError: a NUL in the name
        raise BadProbe(str(folder), "this folder cannot be read", "check the name") from error
    is_one_probe = any(folder.glob("on_*.py"))
    init_files = [folder / "__init__.py"] if is_one_probe else sorted(folder.glob("*/__init__.py"))
    probes = [
        _make_probe(init_file.parent, constants)
        for init_file in init_files
        if init_file.is_file() and "QUESTION" in (constants := _read_constants(init_file))
    ]
    return {probe.name: probe for probe in probes}


def load_own_probes(folder: Path) -> dict[str, Probe]:
    """Return the user's own probes in a folder, each checked for what measuring needs.

    Raises:
        BadProbe: there is none, or one lacks a file, or has a name that cannot be used.
    """
    probes = load_probes(folder)
    if not probes and any(folder.glob("on_*.py")):
        what = "QUESTION is missing" if (folder / "__init__.py").is_file() else "this file is missing"
        raise BadProbe(f"{folder.resolve().name}/__init__.py", what, 'good: QUESTION = "How fast is my model?"')
    if not probes:
        raise BadProbe(folder.resolve().name, "there is no probe here", SHAPE)
    for probe in probes.values():
        if not OWN_NAME.match(probe.folder.name):
            what = "the name of a probe's folder consists of small letters, digits and _"
            raise BadProbe(probe.folder.name, what, "good: my_model")
        if probe.name in PROBES:
            raise BadProbe(probe.folder.name, "this is the name of a built-in probe", "rename the folder")
        if probe.static:
            raise BadProbe(
                f"{probe.folder.name}/__init__.py", "STATIC is for the built-in count of statements", "leave it out"
            )
        if not (probe.folder / "task.py").is_file():
            raise BadProbe(f"{probe.folder.name}/task.py", "this file is missing", SHAPE)
        if not any(probe.folder.glob("on_*.py")):
            raise BadProbe(f"{probe.folder.name}/on_pytorch.py", "there is no on_<framework>.py", SHAPE)
    return probes


def _make_probe(folder: Path, constants: dict[str, Any]) -> Probe:
    """Return the probe that a folder's constants describe."""
    timed = constants.get("TIMED", False)
    stated = {name: Measure(**entry) for name, entry in constants.get("MEASURES", {}).items()}
    return Probe(
        name=folder.name.replace("_", "-"),
        question=constants["QUESTION"],
        timed=timed,
        measures=(TIMED_MEASURES if timed else {}) | {"retried": Measure()} | stated,
        folder=folder,
        production=constants.get("PRODUCTION", folder.parent != BUILT_IN),
        alone=constants.get("ALONE", False),
        quiet=constants.get("QUIET", False),
        depth=constants.get("DEPTH", "quick"),
        static=constants.get("STATIC", False),
        domains=tuple(constants.get("DOMAINS", ())),
        uses=tuple(constants.get("USES", ())),
        ways=tuple(constants.get("WAYS", ())),
    )


def _read_constants(file: Path) -> dict[str, Any]:
    """Return the upper-case names to which a file assigns literals; none of a file without QUESTION."""
    assigned: dict[str, tuple[int, ast.expr]] = {}
    place = f"{file.parent.name}/{file.name}"
    try:
        body = parse_source(file)
    except SyntaxError as error:
        at = f"{place}:{error.lineno}:{error.offset}" if error.lineno is not None else place
        raise BadProbe(at, str(error.msg)) from None
    for node in body:
        target: ast.expr | None = node.target if isinstance(node, ast.AnnAssign) else None
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        if isinstance(target, ast.Name) and target.id.isupper() and value is not None:
            assigned[target.id] = node.lineno, value
    return {name: _literal_value(*at, name, place) for name, at in assigned.items()} if "QUESTION" in assigned else {}


def _literal_value(line: int, value: ast.expr, name: str, place: str) -> Any:
    """Return the value of a literal expression."""
    try:
        literal = ast.literal_eval(value)
    except (ValueError, TypeError, MemoryError, RecursionError):  # TypeError: a set of lists
        raise BadProbe(f"{place}:{line}", f"{name} must be a literal") from None
    is_of_kind, example = CONSTANTS.get(name, (None, ""))
    if is_of_kind is not None and not is_of_kind(literal):
        raise BadProbe(f"{place}:{line}", f"{name} is not what it must be", f"good: {example}")
    return literal


@cache
def _reads_second_argument(file: Path, function: str) -> bool:
    """Return whether a function of a file reads its second argument; not where there is no such function."""
    try:
        body = ast.parse(file.read_text(encoding="utf-8")).body
    except (OSError, SyntaxError, UnicodeDecodeError):
        return False
    for node in body:
        if isinstance(node, ast.FunctionDef) and node.name == function and len(node.args.args) > 1:
            name = node.args.args[1].arg
            return any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(node))
    return False


PROBES = load_probes()
