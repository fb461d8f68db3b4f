"""Counts statements, framework names and lines of marked code by reading it, without running it."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

BEGIN, END = "# effort: begin", "# effort: end"
PROBES = Path(__file__).parents[1]


@dataclass(frozen=True)
class Effort:
    """What was counted in one file."""

    statements: int
    names: frozenset[str]
    lines: int


class NotWritten(Exception):
    """A candidate lacks a file that is counted; the message names it."""


def count_effort(file: str, roots: Collection[str], jobs: Sequence[str], probes: Path = PROBES) -> dict[str, int]:
    """Return the measures of a candidate whose probe files are called `on_<file>.py`.

    Args:
        roots: the top-level modules of all frameworks.
        jobs: the folders of the probes whose files are counted.

    Raises:
        NotWritten: one of the jobs has no such file.
    """
    file_by_job = {job: probes / job / f"on_{file}.py" for job in jobs}
    if missing := [f"{job}/{path.name}" for job, path in file_by_job.items() if not path.is_file()]:
        raise NotWritten(f"no {' and no '.join(missing)}")
    counts = {job: count_marked(path.read_text(encoding="utf-8"), roots) for job, path in file_by_job.items()}
    return {
        "statements": sum(counted.statements for counted in counts.values()),
        "api_names": len(frozenset().union(*(counted.names for counted in counts.values()))),
        "lines": sum(counted.lines for counted in counts.values()),
        **{f"{job}_statements": counted.statements for job, counted in counts.items()},
    }


def count_marked(source: str, roots: Collection[str]) -> Effort:
    """Count the marked parts of a file that uses frameworks with these top-level modules.

    A statement is a node of the syntax tree, docstrings left out. A name is a dotted name that begins at an import of
    a framework, or a method called on a value that came out of one (`.backward`). A line has code on it.

    Raises:
        ValueError: marks that do not pair, or none.
    """
    marked = marked_lines(source)
    tree = ast.parse(source)
    nodes = [node for node in ast.walk(tree) if getattr(node, "lineno", None) in marked]
    statements = [node for node in nodes if isinstance(node, ast.stmt) and not _is_docstring(node)]
    text = source.splitlines()
    code = [number for number in marked if text[number - 1].strip() and not text[number - 1].strip().startswith("#")]
    return Effort(len(statements), frozenset(_framework_names(tree, marked, roots)), len(code))


def marked_lines(source: str) -> set[int]:
    """Return the numbers of the lines between the marks.

    Raises:
        ValueError: marks that do not pair, or none.
    """
    marked, begin = set[int](), 0
    for number, line in enumerate(source.splitlines(), 1):
        stripped = line.strip()
        if (stripped == BEGIN and begin) or (stripped == END and not begin):
            raise ValueError(f"line {number}: {stripped} without its partner")
        if stripped == BEGIN:
            begin = number
        elif stripped == END:
            marked |= set(range(begin + 1, number))
            begin = 0
    if begin or not marked:
        raise ValueError(f"marks {BEGIN} … {END} are missing")
    return marked


def _is_docstring(node: ast.stmt) -> bool:
    """Return whether a statement is a docstring."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _framework_names(tree: ast.Module, marked: set[int], roots: Collection[str]) -> Iterator[str]:
    """Yield the framework names used in the marked lines."""
    imported = _imported_names(tree, roots)
    variables = _framework_variables(tree, imported)
    for node in _outermost_names(tree):
        if node.lineno in marked:
            root, _, rest = _dotted_name(node).partition(".")
            if root in imported:
                yield f"{imported[root]}.{rest}" if rest else imported[root]
            elif rest and (root in variables or not root):
                yield "." + rest


def _imported_names(tree: ast.Module, roots: Collection[str]) -> dict[str, str]:
    """Return the local names of what is imported from a framework, with their full names."""
    names = dict[str, str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            pairs = [(alias.asname or alias.name.split(".")[0], alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            pairs = [(alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names]
        else:
            continue
        names |= {local: full for local, full in pairs if full.split(".")[0] in roots}
    return names


def _framework_variables(tree: ast.Module, imported: dict[str, str]) -> set[str]:
    """Return the variables whose value comes from a framework, directly or through another such variable."""
    variables: set[str] = set()
    while True:
        framework_names = variables | set(imported)
        variables_found = {
            target.id
            for value, target in _find_bindings(tree)
            if isinstance(target, ast.Name)
            and any(isinstance(part, ast.Name) and part.id in framework_names for part in ast.walk(value))
        }
        if variables_found <= variables:
            return variables
        variables |= variables_found


def _find_bindings(tree: ast.Module) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield the value and target of every assignment."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            yield from ((node.value, target) for target in node.targets)
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            yield node.context_expr, node.optional_vars


def _outermost_names(tree: ast.AST) -> Iterator[ast.Attribute | ast.Name]:
    """Yield dotted names, each once in its full length."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.Attribute):
            yield child
            inner: ast.expr = child
            while isinstance(inner, ast.Attribute):
                inner = inner.value
            yield from _outermost_names(inner)
        elif isinstance(child, ast.Name):
            yield child
        else:
            yield from _outermost_names(child)


def _dotted_name(node: ast.expr) -> str:
    """Return `a.b.c` as text; the root is empty where it is not a name, as in `f(x).b`."""
    if isinstance(node, ast.Attribute):
        return f"{_dotted_name(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
