"""The stacks that can be measured, and what the processes of each import, must not import, and find in their environment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from probes.frameworks import CPU, PRODUCTION, Framework, Version, Way, all_frameworks, installed, packages_of

PROBES = Path(__file__).parent

# Imported by some framework merely because they are installed: that costs seconds and hundreds of megabytes.
OPTIONAL = ("pandas", "sklearn", "scipy", "matplotlib", "IPython", "transformers", "onnx", "onnxruntime")


@dataclass(frozen=True)
class Candidate:
    """A stack.

    Attributes:
        id: the id of the candidate's row in the pack.
        frameworks: the one whose probe files it runs, then the backend that computes for it, if that is another.
        imports: the modules it cannot do without, in the order they are imported.
        blocks: the top-level modules it must not pick up.
        env: variables set before it is imported.
    """

    id: str
    frameworks: tuple[Framework, ...]
    imports: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """The middle of the name of its probe files: `pytorch` in `on_pytorch.py`."""
        return self.frameworks[0].id

    @property
    def engine(self) -> Framework:
        """The framework that computes, and that devices, threads and memory are asked of."""
        return self.frameworks[-1]

    @property
    def way(self) -> Way | None:
        """Its usual compiled form, mode "production"; None where there is none."""
        return self.way_of(PRODUCTION)

    @property
    def ways(self) -> tuple[Way, ...]:
        """The documented faster ways to run it, the usual compiled form first."""
        backend = self.engine.backend if len(self.frameworks) > 1 else ""
        usual = self.frameworks[0].production.get(backend)
        return (*((usual,) if usual else ()), *self.frameworks[0].ways.get(backend, ()))

    def way_of(self, mode: str) -> Way | None:
        """Return the way that a mode stands for; None for the default mode and one it does not have."""
        return next((way for way in self.ways if way.id == mode), None)

    @property
    def install(self) -> str:
        """The command that installs it: by an extra of this program, or by the names of its distributions."""
        libraries_extra = self.frameworks[0].libraries_extra if len(self.frameworks) == 1 else ""
        extras = [libraries_extra] if libraries_extra else [framework.extra for framework in self.frameworks]
        if all(extras):
            return f"pip install 'framework-advisor[{','.join(extras)}]'"
        distributions = (
            choices[0].name for framework in self.frameworks for choices in framework.distributions.values()
        )
        return f"pip install {' '.join(dict.fromkeys(distributions))}"

    def why_no_gpu(self, version_of: Version = installed) -> str:
        """Return why the installed builds cannot use an NVIDIA GPU; empty where nothing prevents it."""
        return self.engine.why_no_gpu(version_of)

    def environment(self, device: str, threads: int) -> dict[str, str]:
        """Return the environment variables its frameworks read: those of a device, and the number of threads."""
        variables: dict[str, str] = {}
        for framework in self.frameworks:
            variables |= {**framework.variables, **(framework.on_cpu if device == CPU else framework.on_gpu)}
            variables |= dict.fromkeys(framework.thread_variables, str(threads))
        return variables | dict(self.env)

    @property
    def folders(self) -> dict[str, str]:
        """The environment variables that name a folder, each with its path below the folder of the process."""
        return {name: place for framework in self.frameworks for name, place in framework.folders.items()}


def make_stack(
    id: str,
    framework: str,
    backend: str,
    frameworks: Mapping[str, Framework],
    modules: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
) -> Candidate | None:
    """Return the stack made of a framework and its backend; None where one of them is unknown.

    Args:
        id: the id of the stack.
        framework: the id of the framework its probe files are written for.
        backend: the backend name (`Framework.backend`) of the framework that computes; that of `framework` itself, or empty,
            where it has no backend.
        frameworks: all known frameworks, by id.
        modules: further modules the stack cannot do without.
        env: further environment variables.
    """
    first = frameworks.get(framework)
    if first is None:
        return None
    stack_frameworks: tuple[Framework, ...] = (first,)
    if first.backends:
        engines = [other for other in frameworks.values() if other.backend == backend and backend in first.backends]
        if not engines:
            return None
        stack_frameworks = (first, engines[0])
    needed_modules = [
        *stack_frameworks[-1].modules,
        *first.modules,
        *(first.libraries if len(stack_frameworks) == 1 else ()),
    ]
    imports = tuple(
        dict.fromkeys([*needed_modules, *(name for name in modules if name not in packages_of(needed_modules))])
    )
    backend_choice = {first.backend_variable: backend} if first.backend_variable else {}
    return Candidate(
        id,
        stack_frameworks,
        imports,
        tuple(_blocked_modules(imports, stack_frameworks, frameworks)),
        {**backend_choice, **(env or {})},
    )


def _blocked_modules(
    imports: Sequence[str], parts: Sequence[Framework], frameworks: Mapping[str, Framework]
) -> Iterator[str]:
    """Yield the modules a stack must not import: other frameworks, what is built on them, and optional packages."""
    allowed_packages = packages_of([*imports, *(name for framework in parts for name in framework.brings)])
    foreign_modules = [
        name
        for framework in frameworks.values()
        for name in (*framework.modules, *framework.libraries, *framework.companions)
    ]
    yield from (
        name for name in dict.fromkeys([*packages_of(foreign_modules), *OPTIONAL]) if name not in allowed_packages
    )


def all_stacks(frameworks: Mapping[str, Framework]) -> dict[str, Candidate]:
    """Return the stacks these frameworks make, by id: each by itself, or on each of its backends."""
    stacks: dict[str, Candidate] = {}
    for framework in frameworks.values():
        ids = {f"{framework.id}[{backend}]": backend for backend in framework.backends} or {framework.id: ""}
        for id, backend in ids.items() if not framework.reference else ():
            if stack := make_stack(id, framework.id, backend, frameworks):
                stacks[id] = stack
    return stacks


def has_probe(framework: str, probes: Path = PROBES) -> bool:
    """Return whether some probe of a folder has a file for a framework."""
    return any(probes.glob(f"*/on_{framework}.py")) or (probes / f"on_{framework}.py").is_file()


FRAMEWORKS = all_frameworks()
CANDIDATES = {id: stack for id, stack in all_stacks(FRAMEWORKS).items() if has_probe(stack.file)}
"""The stacks of the built-in frameworks that some built-in probe is written for."""

# NumPy picks up nothing by itself, and scikit-learn, the baseline for tables, stumbles over a module that is kept out.
REFERENCE = Candidate("numpy", (FRAMEWORKS["numpy"],))


def find_candidate(wanted: str | Candidate, candidates: Mapping[str, Candidate] = CANDIDATES) -> Candidate:
    """Return the candidate with an id; a candidate is returned as it is.

    Raises:
        KeyError: there is no such candidate; the message lists the known ids.
    """
    if isinstance(wanted, Candidate):
        return wanted
    if wanted not in candidates:
        raise KeyError(f"no candidate {wanted!r}; known: {', '.join(candidates)}")
    return candidates[wanted]
