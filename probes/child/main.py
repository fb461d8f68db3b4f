"""Runs in the fresh process: imports one framework, does the parts of its order, reports over its own pipe."""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import importlib.util
import json
import os
import resource
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from probes.frameworks import Framework

NAMED = {"Unsupported": "unsupported", "Mismatch": "quality_mismatch", "TooNoisy": "too_noisy"}


def load_package(name: str, folder: Path) -> ModuleType:
    """Make the package in `folder` importable as `name` without putting its parent on `sys.path`."""
    start = folder / "__init__.py"
    spec = importlib.util.spec_from_file_location(name, start, submodule_search_locations=[str(folder)])
    if spec is None or spec.loader is None:
        raise ImportError(f"no package in {folder.name}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


class Reporter:
    """Writes JSON lines to the result pipe, which frameworks cannot reach by printing."""

    def __init__(self, pipe: int) -> None:
        os.set_inheritable(pipe, False)
        self._pipe = pipe
        self._own_pid = os.getpid()
        self.phase = "start"

    def send(self, **message: object) -> None:
        """Send one message to the parent, which refuses infinities and NaN."""
        line = json.dumps(message).encode() + b"\n"
        while line and os.getpid() == self._own_pid:
            line = line[os.write(self._pipe, line) :]

    def enter(self, phase: str, **more: object) -> None:
        """Tell the parent which phase begins, and `more`: each phase has a deadline of its own."""
        self.phase = phase
        self.send(event="phase", phase=phase, **more)


def main(spec: dict[str, Any]) -> None:
    """Run the parts of `spec` in order; each reports its own result or failure."""
    load_package("probes", Path(__file__).parents[1])
    from probes.machine.lifeline import die_with_parent

    die_with_parent(spec["lifeline"], spec["result"], spec["parent"])
    reporter = Reporter(spec["result"])
    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from probes.child import stack

    stack.pin_to_cpus(spec["cpus"])
    frameworks = stack.load_frameworks(spec["frameworks"])
    for name in spec["blocks"]:
        sys.modules[name] = None  # type: ignore[assignment]  # an import of it now raises ImportError
    if not _report_missing(spec, reporter):
        common = _import_framework(spec, frameworks, reporter)
        if spec["turn"] is not None:
            _wait_for_turn(spec["turn"], reporter)
        for part in spec["parts"] if common is not None else ():
            _run_part(part, spec, frameworks, common or {}, reporter)
    _report_versions(frameworks, reporter)
    reporter.send(event="end")
    # Leave without the frameworks' own teardown, which may hang or crash after the work is done.
    os._exit(0)


def _wait_for_turn(turn: int, reporter: Reporter) -> None:
    """Tell the parent that the framework is imported, with the processor time so far, and wait until it writes to the pipe `turn`.

    Where the parent ended, no turn will come, and this process ends too.
    """
    os.set_inheritable(turn, False)
    reporter.enter("waiting", cpu_seconds=time.process_time())
    if not os.read(turn, 1):
        os._exit(1)


def _report_versions(frameworks: list[Framework], reporter: Reporter, **more: str) -> None:
    """Report the versions that are imported, the number of threads, and `more`."""
    from probes.child import stack

    reporter.send(
        event="versions",
        versions=stack.imported_versions(frameworks),
        threads=stack.thread_count(frameworks[-1]),
        **more,
    )


def _report_missing(spec: dict[str, Any], reporter: Reporter) -> bool:
    """Report the parts as not installed if a package is missing, and return whether one is."""
    from probes.frameworks import packages_of

    missing = [name for name in packages_of(spec["imports"]) if importlib.util.find_spec(name) is None]
    for part in spec["parts"] if missing else ():
        reporter.send(event="result", part=part["key"], outcome="not_installed", why=", ".join(missing))
    return bool(missing)


def _import_framework(spec: dict[str, Any], frameworks: list[Framework], reporter: Reporter) -> dict[str, Any] | None:
    """Import and configure the framework, and return the measures all parts share; None after a failure."""
    engine, on_cpu = frameworks[-1], spec["device"] == "cpu"
    reporter.enter("import")
    with _reporting_failures(spec["parts"], reporter):
        if spec["imports"]:
            importlib.import_module("numpy")  # every candidate needs it: not part of a framework's import time
        begin = time.perf_counter()
        for name in spec["imports"]:
            importlib.import_module(name)
        import_seconds = time.perf_counter() - begin
        engine.set_threads(spec["threads"])
        if on_cpu:
            engine.use_cpu()
        device = "cpu" if on_cpu else engine.device()  # asking starts a framework's device
        _report_versions(frameworks, reporter, device=device)
        alone = spec["turn"] is None  # else others import at the same time, and the time is not the framework's own
        return {"device": device} | ({"import_s": import_seconds} if spec["imports"] and alone else {})
    return None


def _run_part(
    part: dict[str, Any], spec: dict[str, Any], frameworks: list[Framework], common: dict[str, Any], reporter: Reporter
) -> None:
    """Run one part: a timed probe in one mode, or an exact probe."""
    with _reporting_failures([part], reporter):
        reporter.enter("import")
        reporter.send(event="part", part=part["key"])
        package = part["package"]
        if package not in sys.modules:
            load_package(package, Path(part["folder"]))
        file = f"on_{spec['file']}"
        if not (Path(part["folder"]) / f"{file}.py").is_file():
            reporter.send(event="result", part=part["key"], outcome="not_written", why=f"no {file}.py")
            return
        module = importlib.import_module(f"{package}.{file}")
        from probes.child import timed

        if part["timed"]:
            result = timed.measure_job(package, module, part, frameworks, common, reporter.enter)
        else:
            reporter.enter("measure")
            result = {"measures": module.measure(_make_task(package))}
        reporter.send(event="result", part=part["key"], **({"outcome": "ok"} | result))


def _make_task(package: str) -> Any:
    """Make the task that every framework receives, by `make()` of the probe's task file."""
    return importlib.import_module(f"{package}.task").make()


@contextlib.contextmanager
def _reporting_failures(parts: list[dict[str, Any]], reporter: Reporter) -> Iterator[None]:
    """Report an exception in the block as the outcome of these parts."""
    try:
        yield
    except MemoryError as error:
        _report_failure(parts, reporter, "oom", error)
    except (SystemExit, Exception) as error:
        _report_failure(parts, reporter, _outcome_of(error, reporter.phase), error)


def _outcome_of(error: BaseException, phase: str) -> str:
    """Return the outcome that an exception stands for."""
    if named := NAMED.get(type(error).__name__):
        return named
    return "import_error" if phase == "import" or isinstance(error, ImportError) else "bad_output"


def _report_failure(parts: list[dict[str, Any]], reporter: Reporter, outcome: str, error: BaseException) -> None:
    """Report a failure as the outcome of some parts."""
    speaks_for_itself = outcome in NAMED.values()
    for part in parts:
        place = "" if speaks_for_itself else place_of(error, Path(part["folder"]))
        text = str(error) if speaks_for_itself else f"{place}{type(error).__name__} in phase {reporter.phase}: {error}"
        reporter.send(event="result", part=part["key"], outcome=outcome, why=text[:2000])


def place_of(error: BaseException, folder: Path) -> str:
    """Return the last line of a probe's own files that led to an error, as "on_pytorch.py:12: "; empty without one."""
    if isinstance(error, SyntaxError) and error.filename and Path(error.filename).parent == folder:
        return f"{Path(error.filename).name}:{error.lineno}: "
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename).parent == folder]
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}: " if frames else ""


Enter = Callable[[str], None]

if __name__ == "__main__":
    sys.modules["probes.child.main"] = sys.modules["__main__"]
    main(json.loads(sys.argv[1]))
