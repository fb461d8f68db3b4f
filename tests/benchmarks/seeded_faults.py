"""Does every check catch what it is for? Seeds one fault after another in a copy of the tree and runs the check over it.

    python tests/benchmarks/seeded_faults.py             # all of them, some minutes; exit code 1 where a fault escapes
    python tests/benchmarks/seeded_faults.py mypy rules  # the faults of these checks

Each check must be silent over the untouched copy, and over the seeded one it must fail and name the fault.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from checks import CHECKS, ROOT, run_check


@dataclass(frozen=True)
class Fault:
    """Something a check must catch.

    Attributes:
        check: its name in `checks.py`.
        file: where the fault is put, relative to the tree; made if it does not exist.
        text: what is added to the end of the file, or what stands in place of `instead_of`.
        named: what the check must say of it.
        instead_of: text of the file that is replaced.
    """

    check: str
    file: str
    text: str
    named: str
    instead_of: str = ""


NEED = """\
need: {{en: "FILL IN: when it matters.", zh: 待填：何时重要。}}
source: none
when: {{scale: {scale}}}
criteria: {{distributed-training: major}}
examples: {{applies: {{scale: large}}, silent: {{scale: small}}}}
"""
FAULTS = (
    Fault("ruff", "advisor/errors.py", "import shlex\n", "F401"),
    Fault("ruff", "probes/suite.py", "from .run import Run as SeededRun\n", "TID252"),
    Fault("format", "advisor/errors.py", "SEEDED = {  'a':1}\n", "advisor/errors.py"),
    Fault("mypy", "advisor/errors.py", "\n\ndef seeded() -> int:\n    return 'text'\n", "advisor/errors.py"),
    Fault("mypy", "probes/run.py", "\n\ndef seeded(text):\n    return text\n", "probes/run.py"),
    Fault("deptry", "advisor/errors.py", "import attrs\n", "'attrs' imported but"),
    Fault(
        "deptry",
        "pyproject.toml",
        '    "attrs>=20",\n    "numpy>=1.26",',
        "'attrs' defined as a dependency",
        '    "numpy>=1.26",',
    ),
    Fault("rules", "rules/needs/scale/seeded.yaml", NEED.format(scale="enormous"), "`enormous` is no choice"),
    Fault("rules", "rules/needs/scale/seeded.yaml", NEED.format(scale="large"), "FILL IN"),
    Fault("import-linter", "probes/run.py", "import advisor.errors\n", "probes know nothing of the advisor"),
    Fault("import-linter", "advisor/errors.py", "import advisor.pipeline\n", "imports the parts below it"),
    Fault("import-linter", "advisor/seeded.py", "", "advisor.seeded"),
    Fault("import-linter", "probes/registration.py", "import probes.suite\n", "by a detour"),
    Fault("import-linter", "advisor/reasoning/advice.py", "import probes.run\n", "look at the probes"),
    Fault("import-linter", "advisor/evidence/session_report.py", "import probes.suite\n", "started in one place"),
    Fault("import-linter", "advisor/evidence/session_report.py", "import probes.parent.plan\n", "own affair"),
    Fault("import-linter", "probes/child/timed.py", "import probes.parent.plan\n", "nothing of its parent"),
    Fault("import-linter", "probes/parent/plan.py", "import torch\n", "never imports a framework"),
    Fault("import-linter", "probes/cnn_step/on_pytorch.py", "import jax\n", "PyTorch alone"),
    Fault("import-linter", "probes/cnn_step/on_tensorflow.py", "import torch\n", "TensorFlow alone"),
    Fault("import-linter", "probes/cnn_step/on_keras.py", "import torch\n", "what it computes by"),
    Fault("import-linter", "probes/cnn_step/on_jax.py", "import torch\n", "JAX and its libraries alone"),
    Fault("import-linter", "probes/cnn_step/on_numpy.py", "import torch\n", "imports no framework"),
)


def copy_tree(place: Path) -> Path:
    """Copy the files of the tree that git does not ignore into a folder."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, check=True
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, place / name)
    return place


@contextmanager
def seeding(fault: Fault, tree: Path) -> Iterator[None]:
    """Put a fault into the tree while the block runs."""
    file = tree / fault.file
    before = file.read_text("utf-8") if file.exists() else None
    if fault.instead_of:
        assert before is not None and fault.instead_of in before, f"{fault.file} no longer has {fault.instead_of!r}"
        file.write_text(before.replace(fault.instead_of, fault.text, 1), "utf-8")
    else:
        file.write_text((before or "") + fault.text, "utf-8")
    try:
        yield
    finally:
        file.unlink() if before is None else file.write_text(before, "utf-8")


def find_escaped(names: Sequence[str], tree: Path) -> Iterator[str]:
    """Yield a line for each check that fails on the untouched tree, and for each fault that is not caught."""
    for name in names:
        if (clean := run_check(name, tree)).returncode:
            yield f"{name} finds something in the untouched tree:\n{clean.stdout}"
            continue
        for fault in [fault for fault in FAULTS if fault.check == name]:
            with seeding(fault, tree):
                outcome = run_check(name, tree)
            caught = outcome.returncode != 0 and fault.named in " ".join(outcome.stdout.split())
            print(f"{name:14} {'caught' if caught else 'ESCAPED':8} {fault.file}: {fault.named}")
            if not caught:
                yield f"{name} does not say {fault.named!r} of {fault.text!r} in {fault.file}:\n{outcome.stdout}"


def main(names: Sequence[str]) -> int:
    """Return the exit code: 1 where a fault was not caught."""
    assert {fault.check for fault in FAULTS} == set(CHECKS), "a fault for every check"
    with tempfile.TemporaryDirectory() as folder:
        lines = list(find_escaped(names or list(CHECKS), copy_tree(Path(folder))))
    print(*lines, sep="\n\n")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
