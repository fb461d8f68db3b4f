"""What Python code uses, from its syntax tree; where it cannot be parsed, its imports from its lines."""

from __future__ import annotations

import ast
import re
import warnings
from typing import Any

from msgspec import Struct, field

from advisor.knowledge.signal import Kind
from advisor.scan.facts import Standing
from advisor.scan.patterns import Patterns, matches_any

GUARDING_TESTS = re.compile(
    r"version|hasattr|backend|TYPE_CHECKING|find_spec|is_available|_available|framework", re.IGNORECASE
)
"""A test with one of these words decides between frameworks or versions: what stands behind it need not be there."""
CHOSEN = frozenset(["jax", "keras", "mxnet", "numpy", "paddle", "pytorch", "tensorflow", "tf", "torch"])
"""Names that a test compares with where the framework is chosen when the code runs."""
MISSING = frozenset(["ImportError", "ModuleNotFoundError", "AttributeError"])
"""What is raised where a module or a name is not there."""
IMPORT_LINE = re.compile(
    r"^([ \t]*)(?:import[ \t]+([\w.]+)(?:[ \t]+as[ \t]+(\w+))?|from[ \t]+([\w.]+)[ \t]+import[ \t]+(.*))"
)
CHAIN = re.compile(r"""(?<![\w.'"])([A-Za-z_]\w*)((?:\.\w+)+)""")
"""A name with attributes, in a line."""
MOST_NODES = 2_000_000


class Use(Struct, frozen=True):
    """One thing that code uses, and how often; see `facts.Fact`."""

    kind: Kind
    value: str
    standing: Standing


class Uses(Struct):
    """Everything of interest in one piece of code: what, in which line first, and how often.

    Attributes:
        parsed: whether there was a syntax tree; else only imports were read, line by line.
    """

    lines: dict[Use, int] = field(default_factory=dict)
    counts: dict[Use, int] = field(default_factory=dict)
    parsed: bool = True

    def add(self, kind: Kind, value: str, standing: Standing, line: int, count: int = 1) -> None:
        """Count some uses; only of imports it matters that they stand in a function."""
        use = Use(kind, value, "plain" if standing == "inside-functions" and kind != "imports" else standing)
        self.counts[use] = self.counts.get(use, 0) + count
        self.lines[use] = min(line, self.lines.get(use, line))


def uses_in(source: bytes | str, patterns: Patterns, module_of_name: dict[str, str] | None = None) -> Uses:
    """Return what a piece of Python code uses.

    Args:
        source: the code; bytes are decoded as Python would.
        patterns: what is of interest.
        module_of_name: what the names stand for that were imported before, `{"np": "numpy"}`, as by the cells above this one; those
            imported here are added.
    """
    if module_of_name is None:
        module_of_name = {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the code that is read: invalid escapes and the like
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError, LookupError):
        text = source if isinstance(source, str) else source.decode("utf-8", "replace")
        return _uses_in_lines(text, patterns, module_of_name)
    return _Reader(patterns, module_of_name).read(tree)


class _Reader:
    """Walks a syntax tree with a stack of its own: the depth of the code cannot exhaust that of this process."""

    def __init__(self, patterns: Patterns, module_of_name: dict[str, str]) -> None:
        self.patterns = patterns
        self.uses = Uses()
        self.module_of_name = module_of_name
        self.chains: dict[tuple[str, str, Standing], list[int]] = {}
        """Name, the attributes behind it, `.nn.Linear`, and standing → the first line and how often."""
        self.settings: list[tuple[ast.AST, ast.AST, ast.AST, Standing]] = []
        """What may be `os.environ`, what is set in it, and to what."""
        self.calls: list[tuple[ast.AST, ast.keyword, Standing]] = []
        """What is called with an argument that is of interest there."""

    def read(self, tree: ast.Module) -> Uses:
        """Return what a module uses; names are told at the end, when all imports are known."""
        stack: list[tuple[ast.AST, Standing]] = [(tree, "plain")]
        nodes = 0
        while stack and nodes < MOST_NODES:
            parent, standing = stack.pop()
            nodes += 1
            if isinstance(parent, _CALLS):
                self._take_call_or_assignment(parent, standing)
            for inside, children in _children_of(parent, standing):
                stack += [(node, inside) for node in children if not self._is_end(node, inside)]
        self._take_chains()
        for holder, name, value, standing in self.settings:
            if self._dotted_name(holder) == "os.environ":
                self._take_setting(name, value, standing)
        for called, keyword, standing in self.calls:
            call = f"{self._dotted_name(called)}({keyword.arg}=)"
            if matches_any(call, self.patterns.calls_with):
                self.uses.add("arguments", call, standing, keyword.lineno)
        return self.uses

    def _is_end(self, node: Any, standing: Standing) -> bool:
        """Take a node below which there is nothing more to see; return whether it is one."""
        kind = node.__class__
        if kind is ast.Name:
            self._count_chain(node.id, "", standing, node.lineno)
        elif kind is ast.Attribute:
            start, attributes = _chain(node)
            if not isinstance(start, ast.Name):
                return False
            self._count_chain(start.id, attributes, standing, node.lineno)
        elif kind is ast.Constant:
            self._take_constant(node, standing)
        elif kind is ast.Import or kind is ast.ImportFrom:
            self._take_import(node, standing)
        else:
            return not isinstance(node, ast.AST)  # names declared global, the key of `**others`
        return True

    def _count_chain(self, name: str, attributes: str, standing: Standing, line: int) -> None:
        line_and_count = self.chains.get((name, attributes, standing))
        if line_and_count is None:
            self.chains[name, attributes, standing] = [line, 1]
        else:
            line_and_count[0] = min(line_and_count[0], line)
            line_and_count[1] += 1

    def _take_chains(self) -> None:
        """Take the names and chains of attributes that begin with something imported."""
        for (name, attributes, standing), (line, count) in self.chains.items():
            module = self.module_of_name.get(name)
            if module is None or module.partition(".")[0] not in self.patterns.roots:
                continue
            if "." in (dotted := module + attributes):
                self.uses.add("names", dotted, standing, line, count)

    def _take_import(self, node: ast.Import | ast.ImportFrom, standing: Standing) -> None:
        if isinstance(node, ast.ImportFrom):
            if node.level or node.module is None:
                return  # of the project itself
            for alias in node.names:
                self.module_of_name.setdefault(alias.asname or alias.name, f"{node.module}.{alias.name}")
                if node.module.partition(".")[0] in self.patterns.roots:
                    self.uses.add(
                        "imports",
                        f"{node.module}.{alias.name}" if alias.name != "*" else node.module,
                        standing,
                        node.lineno,
                    )
            return
        for alias in node.names:
            root = alias.name.partition(".")[0]
            self.module_of_name.setdefault(alias.asname or root, alias.name if alias.asname else root)
            if root in self.patterns.roots:
                self.uses.add("imports", alias.name, standing, node.lineno)

    def _take_constant(self, node: ast.Constant, standing: Standing) -> None:
        value = node.value
        if isinstance(value, str) and len(value) < 200 and matches_any(value, self.patterns.string_patterns):
            self.uses.add("strings", value, standing, node.lineno)

    def _dotted_name(self, node: ast.AST) -> str:
        """Return a chain of attributes as a dotted name, from the module its first part stands for; empty for others."""
        start, attributes = _chain(node)
        module = self.module_of_name.get(start.id) if isinstance(start, ast.Name) else None
        return "" if module is None else module + attributes

    def _take_call_or_assignment(self, node: ast.Call | ast.Assign, standing: Standing) -> None:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Subscript):
                    self.settings.append((target.value, target.slice, node.value, standing))
            return
        if isinstance(node.func, ast.Attribute):
            if node.func.attr in self.patterns.methods:
                self.uses.add("methods", node.func.attr, standing, node.func.end_lineno or node.lineno)
            if node.func.attr == "setdefault" and len(node.args) == 2:
                self.settings.append((node.func.value, node.args[0], node.args[1], standing))
        for keyword in node.keywords:
            if keyword.arg in self.patterns.arguments_of_calls:
                self.calls.append((node.func, keyword, standing))
            if keyword.arg in self.patterns.argument_names and isinstance(keyword.value, ast.Constant):
                self.uses.add("arguments", f"{keyword.arg}={str(keyword.value.value)[:100]}", standing, keyword.lineno)

    def _take_setting(self, name: ast.AST, value: ast.AST, standing: Standing) -> None:
        if (
            isinstance(name, ast.Constant)
            and isinstance(value, ast.Constant)
            and name.value in self.patterns.setting_names
        ):
            self.uses.add("settings", f"{name.value}={str(value.value)[:100]}", standing, name.lineno)


_CALLS = (ast.Call, ast.Assign)
_TRIES = (ast.Try, ast.TryStar)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_WITHOUT_NODES = frozenset(
    ["ctx", "op", "ops", "id", "attr", "arg", "name", "type_comment", "kind", "lineno", "is_async", "simple"]
)
"""Fields of a syntax tree that hold no nodes, or only such as tell nothing."""


_FIELDS_WITH_NODES = {
    kind: tuple(name for name in kind._fields if name not in _WITHOUT_NODES)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}


def _children_of(node: ast.AST, standing: Standing) -> list[tuple[Standing, list[Any]]]:
    """Return what is below a node, in groups, each with how binding it is: what may stand behind a condition is less so."""
    if isinstance(node, ast.If):
        decides = GUARDING_TESTS.search(_words_of(node.test)) or _names_a_framework(node.test)
        return [(standing, [node.test]), ("guarded" if decides else standing, [*node.body, *node.orelse])]
    if isinstance(node, _TRIES):
        standing = "guarded" if _catches_missing(node) else standing
    elif standing == "plain" and isinstance(node, _FUNCTIONS):
        standing = "inside-functions"
    children: list[Any] = []
    for name in _FIELDS_WITH_NODES[node.__class__]:
        value = getattr(node, name)
        if value.__class__ is list:
            children += value
        else:
            children.append(value)
    return [(standing, children)]


def _chain(node: ast.AST) -> tuple[ast.AST, str]:
    """Return what a chain of attributes begins with, and the attributes behind it: `.nn.Linear`."""
    attributes: list[str] = []
    while isinstance(node, ast.Attribute):
        attributes.append(node.attr)
        node = node.value
    return node, "".join(f".{name}" for name in reversed(attributes))


def _catches_missing(node: ast.Try | ast.TryStar) -> bool:
    """Return whether a `try` goes on where a module or a name is not there."""
    caught = {name for handler in node.handlers if handler.type for name in _words_of(handler.type).split()}
    return bool(caught & MISSING) or any(isinstance(statement, ast.Import | ast.ImportFrom) for statement in node.body)


def _names_a_framework(test: ast.AST) -> bool:
    """Return whether a test compares with the name of a framework: `if name == "jax"`."""
    literals = (part.value for part in ast.walk(test) if isinstance(part, ast.Constant))
    return any(isinstance(literal, str) and literal.lower() in CHOSEN for literal in literals)


def _words_of(node: ast.AST) -> str:
    """Return the names and literals in an expression."""
    words: list[str] = []
    stack = [node]
    while stack and len(words) < 100:
        part = stack.pop()
        word = getattr(part, "id", None) or getattr(part, "attr", None) or getattr(part, "value", None)
        words += [word] if isinstance(word, str) else []
        stack += ast.iter_child_nodes(part)
    return " ".join(words)


def _uses_in_lines(text: str, patterns: Patterns, module_of_name: dict[str, str]) -> Uses:
    """Return the imports, and the names used with the imported modules, of code that cannot be parsed (of Python 2, with magics)."""
    uses = Uses(parsed=False)
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        if len(line) > 1000 or not (match := IMPORT_LINE.match(line)):
            continue
        indent, module, alias, origin, imported = match.groups()
        standing: Standing = "inside-functions" if indent else "plain"
        if module:
            module_of_name.setdefault(alias or module.partition(".")[0], module if alias else module.partition(".")[0])
            if module.partition(".")[0] in patterns.roots:
                uses.add("imports", module, standing, number)
        elif not origin.startswith(".") and origin.partition(".")[0] in patterns.roots:
            for name in re.findall(r"(\w+)(?:\s+as\s+\w+)?\s*(?:,|$|#|\))", imported):
                uses.add("imports", f"{origin}.{name}", standing, number)
                module_of_name.setdefault(name, f"{origin}.{name}")
    for number, line in enumerate(lines, start=1):
        for name, attributes in CHAIN.findall(line.partition("#")[0]) if len(line) <= 1000 else ():
            module = module_of_name.get(name, "")
            if module.partition(".")[0] in patterns.roots:
                uses.add("names", module + attributes, "plain", number)
    return uses
