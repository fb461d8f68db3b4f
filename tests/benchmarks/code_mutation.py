"""How many small faults in the code its own tests notice: in the reasoning, the evidence, the gate and the intervals.

    python tests/benchmarks/code_mutation.py [--only intervals] [--sample 20] [--seed 1] [--at-least 0.9]

A mutant is one operator changed in one place: a comparison moved by a hair or turned, `and` for `or`, a sign, a factor, a truth value, a
whole number by one. Mutants are drawn at random from all of a part (`--sample 0`: every one), each in a copy of the repository,
and the tests of its module are run against it, then, where they notice nothing, those of its folder. Every mutant is printed as it
stands, those that survive in capitals; what changes nothing that anybody can see has to be explained by hand.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("advisor", "probes", "rules", "tests", "pyproject.toml", "README.md", ".github", "CHANGELOG.md", "LICENSE")
PARTS = {
    "intervals": ("advisor/evidence/intervals.py", "advisor/evidence/paired_comparison.py"),
    "gate": ("probes/gate.py",),
    "evidence": ("advisor/evidence/*.py",),
    "reasoning": ("advisor/reasoning/*.py",),
}
SECONDS = 900
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn,
    ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
}  # fmt: skip


class Mutant(NamedTuple):
    """One change: where, and how the line reads before and after."""

    file: str
    line: int
    before: str
    after: str
    source: str


def change(node: ast.AST) -> bool:
    """Change a node's operator or constant, and return whether it has one."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in COMPARISONS:
        node.ops[0] = COMPARISONS[type(node.ops[0])]()
    elif isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        node.op = OPERATORS[type(node.op)]()
    elif isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node.op = ast.UAdd()
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        node.value = not node.value
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        node.value += 1
    else:
        return False
    return True


def make_mutants(file: Path) -> Iterator[Mutant]:
    """Yield every mutant of a file; annotations are left alone."""
    tree = ast.parse(file.read_text("utf-8"))
    name = file.relative_to(ROOT).as_posix()
    ignored = {id(inner) for node in ast.walk(tree) for part in annotations(node) for inner in ast.walk(part)}
    nodes = list(ast.walk(tree))
    for at, node in enumerate(nodes):
        if id(node) in ignored or not isinstance(node, ast.expr):
            continue
        mutated = copy.deepcopy(tree)
        twin = list(ast.walk(mutated))[at]
        if change(twin):
            yield Mutant(name, node.lineno, ast.unparse(node), ast.unparse(twin), ast.unparse(mutated))


def annotations(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the annotations of a node: what is written there is not run."""
    for field in ("annotation", "returns"):
        if isinstance(part := getattr(node, field, None), ast.AST):
            yield part


def tests_of(file: str) -> list[list[str]]:
    """Return the tests to run against a mutant of a file: those of its module, then those of its folder."""
    folder = "tests/probes" if file.startswith("probes/") else f"tests/{Path(file).parent.name}"
    own = [f"{folder}/test_{prefix}_{Path(file).stem}.py" for prefix in (Path(folder).name, "probe")]
    own = [path for path in own if (ROOT / path).exists()]
    return [*([own] if own else []), *([[folder]] if folder != "tests/probes" else [])]


def is_noticed(mutant: Mutant, place: Path) -> bool:
    """Return whether a test fails, or never ends, with a mutant in the place of its file."""
    target = place / mutant.file
    sound = target.read_text("utf-8")
    target.write_text(mutant.source, "utf-8")
    try:
        for paths in tests_of(mutant.file):
            command = [
                sys.executable,
                "-m",
                "pytest",
                "-x",
                "-q",
                "-p",
                "no:cacheprovider",
                "-m",
                "not slow and not long",
                *paths,
            ]
            environment = {**os.environ, "PYTHONPATH": str(place), "PYTHONDONTWRITEBYTECODE": "1"}
            try:
                done = subprocess.run(
                    command, cwd=place, env=environment, capture_output=True, timeout=SECONDS, check=False
                )
            except subprocess.TimeoutExpired:
                return True
            if done.returncode:
                return True
        return False
    finally:
        target.write_text(sound, "utf-8")


def main() -> int:
    """Draw mutants, run the tests against each, print the score by part and the survivors."""
    parser = argparse.ArgumentParser(description="Mutation score of the code.")
    parser.add_argument("--only", choices=tuple(PARTS), action="append", help="these parts alone; repeatable")
    parser.add_argument("--sample", type=int, default=20, help="mutants of each part (0: every one)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at-least", type=float, default=0.0, help="exit 1 where the score of a part is lower")
    options = parser.parse_args()
    place, failed = Path(tempfile.mkdtemp(prefix="advise-mutants-")), False
    try:
        for name in COPIED:
            copy_to = place / name
            shutil.copytree(ROOT / name, copy_to) if (ROOT / name).is_dir() else shutil.copy(ROOT / name, copy_to)
        for part in options.only or PARTS:
            files = sorted(file for pattern in PARTS[part] for file in ROOT.glob(pattern))
            every = [mutant for file in files for mutant in make_mutants(file)]
            drawn = random.Random(options.seed).sample(every, min(options.sample or len(every), len(every)))
            print(f"{part:10} {len(drawn)} of {len(every)} mutants", flush=True)
            survived = 0
            for tried, mutant in enumerate(
                drawn, 1
            ):  # each is printed at once: a run that is stopped has told what it saw
                noticed = is_noticed(mutant, place)
                survived += not noticed
                word = "noticed " if noticed else "SURVIVED"
                print(
                    f"  {tried:4} {word} {mutant.file}:{mutant.line}: {mutant.before}  ->  {mutant.after}", flush=True
                )
            score = 1 - survived / len(drawn)
            failed |= score < options.at_least
            print(f"{part:10} {len(drawn) - survived} of {len(drawn)} noticed: {score:.0%}", flush=True)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    print(f"seed {options.seed}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
