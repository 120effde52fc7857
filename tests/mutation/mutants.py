"""The mutants of a module: one change each, of which the source still compiles."""

from __future__ import annotations

import ast
import random
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Iterator

FLIPPED = {
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Lt: ">=",
    ast.GtE: "<",
    ast.Gt: "<=",
    ast.LtE: ">",
    ast.Is: "is not",
    ast.IsNot: "is",
    ast.In: "not in",
    ast.NotIn: "in",
}
# What cannot be told from outside, or is not run: types, docstrings, names that a class may have.
_NOT_RUN = ("TYPE_CHECKING",)
_NOT_DROPPED = ("__all__", "__slots__")


@dataclass(frozen=True)
class Mutant:
    """``new`` in place of ``old``, which begins at ``start`` in the source of ``module`` (a path below ``src``)."""

    module: str
    kind: str
    line: int
    start: int
    old: str
    new: str
    function: str = ""  # the one that it is in, as `Class.method`; and where that has the same change twice, "#2"

    @property
    def key(self) -> str:
        """What stays the same where lines are added above it."""
        old, new = (" ".join(text.split()) for text in (self.old, self.new))
        return f"{self.module} | {self.function} | {self.kind} | {old} | {new}"

    def applied(self, source: str) -> str:
        return source[: self.start] + self.new + source[self.start + len(self.old) :]

    def __str__(self) -> str:
        old, new = (" ".join(text.split()) for text in (self.old, self.new))
        return f"{self.module}:{self.line}: {self.kind}: {old[:70]} -> {new[:70]}"


class _Finder(ast.NodeVisitor):
    """Collects ``(kind, node, new text)``."""

    def __init__(self, source: str) -> None:
        self.lines = source.encode().splitlines(keepends=True)
        self.found: list[tuple[str, ast.AST, str]] = []

    def text(self, node: ast.AST) -> str:
        """As `ast.get_source_segment` has it, which splits the whole source each time."""
        first, last = node.lineno - 1, (node.end_lineno or 0) - 1  # type: ignore[attr-defined]
        parts = self.lines[first : last + 1]
        parts[-1] = parts[-1][: node.end_col_offset]  # type: ignore[attr-defined]
        parts[0] = parts[0][node.col_offset :]  # type: ignore[attr-defined]
        return b"".join(parts).decode()

    def visit_If(self, node: ast.If) -> None:
        if self.text(node.test) not in _NOT_RUN:
            self._negate(node)

    def _negate(self, node: ast.If | ast.While | ast.IfExp) -> None:
        self.found.append(("negated", node.test, f"(not ({self.text(node.test)}))"))
        self.generic_visit(node)

    visit_While = visit_IfExp = _negate  # type: ignore[assignment]

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self.found += [("negated", test, f"(not ({self.text(test)}))") for test in node.ifs]
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        if len(node.ops) == 1:
            sides = self.text(node.left), self.text(node.comparators[0])
            self.found.append(("flipped", node, f"({sides[0]} {FLIPPED[type(node.ops[0])]} {sides[1]})"))
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        for value in node.values:  # each part by itself decides
            self.found.append(("part alone", node, f"({self.text(value)})"))
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            self.found.append(("constant", node, str(not node.value)))
        elif isinstance(node.value, int):
            self.found.append(("constant", node, str(node.value + 1)))

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None and self.text(node.value) != "None":
            self.found.append(("returns None", node, "return None"))
        self.generic_visit(node)

    def _drop(self, node: ast.stmt) -> None:
        if self.text(node).startswith(_NOT_RUN):
            return  # a type checker's: it is False at run time
        is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not is_text and not self.text(node).startswith(_NOT_DROPPED):
            self.found.append(("dropped", node, "pass"))
        self.generic_visit(node)

    visit_Expr = visit_Assign = visit_AugAssign = visit_Delete = visit_Raise = _drop  # type: ignore[assignment]
    visit_Break = visit_Continue = _drop  # type: ignore[assignment]

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_arg(self, node: ast.arg) -> None:
        """Annotations are not run."""


def mutants_of(source: str, module: str) -> Iterator[Mutant]:
    return (mutant for mutant in changes_of(source, module) if _compiles(mutant.applied(source)))


def changes_of(source: str, module: str) -> Iterator[Mutant]:
    """Yield the mutants, and changes that do not compile."""
    finder, tree = _Finder(source), ast.parse(source)
    finder.visit(tree)
    functions = [*_functions(tree)]
    seen: Counter[str] = Counter()
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    lines = source.splitlines()
    for kind, node, new in finder.found:
        number, column = node.lineno, node.col_offset  # type: ignore[attr-defined]
        before = lines[number - 1].encode()[:column].decode()  # the tree counts bytes
        mutant = Mutant(module, kind, number, starts[number - 1] + len(before), finder.text(node), new)
        if mutant.old and mutant.old != new:
            within = replace(mutant, function=next((f for f, first, last in functions if first <= number <= last), ""))
            seen[within.key] += 1
            times = seen[within.key]
            yield within if times == 1 else replace(within, function=f"{within.function}#{times}")


def _functions(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, int, int]]:
    """Yield each function and class with its first line and its last, those within before those around them."""
    for node in ast.iter_child_nodes(tree):
        is_named = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        name = f"{prefix}{node.name}" if is_named else ""  # type: ignore[attr-defined]
        yield from _functions(node, f"{name}." if is_named else prefix)
        if is_named:
            yield name, node.lineno, node.end_lineno or 0  # type: ignore[attr-defined]


def _compiles(source: str) -> bool:
    try:
        compile(source, "<mutant>", "exec")
    except SyntaxError:
        return False
    return True


def sample(root: Path, modules: list[str], each: int, seed: int) -> list[Mutant]:
    """Return up to ``each`` mutants of each module: the same ones for the same seed, however many others are asked."""
    chosen = []
    for module in modules:
        every = list(mutants_of((root / "src" / module).read_text("utf-8"), module))
        picked = random.Random(f"{seed} {module}").sample(every, min(each, len(every)))
        chosen += sorted(picked, key=lambda mutant: mutant.start)
    return chosen
