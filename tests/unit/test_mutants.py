"""The mutants of the mutation command: one change each, that compiles; a seed repeats; what is judged has a reason."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from mutation.mutants import Mutant, changes_of, mutants_of, sample
from mutation.table import equivalents, table
from support.environments import ROOT
from support.workspaces import write

SOURCE = '''"""Text."""
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import List

def é(a, b: "int" = 1):
    """Text."""
    if a == b and (b or not a):
        a.append([x for x in b if x])
        return True
    while a < 3:
        b: int = 2
        continue
    return None
'''


def test_each_is_one_change_that_compiles() -> None:
    found = list(mutants_of(SOURCE, "m.py"))
    assert {(m.kind, m.line, " ".join(m.new.split())) for m in found} == {
        *{("constant", 6, "2"), ("constant", 10, "False"), ("constant", 11, "4")},
        *{("negated", 8, "(not (a == b and (b or not a)))"), ("flipped", 8, "(a != b)"), ("constant", 12, "3")},
        *{("part alone", 8, "(a == b)"), ("part alone", 8, "(b or not a)"), ("part alone", 8, "(b)")},
        *{("part alone", 8, "(not a)"), ("dropped", 9, "pass"), ("negated", 9, "(not (x))"), ("dropped", 13, "pass")},
        *{("returns None", 10, "return None"), ("negated", 11, "(not (a < 3))"), ("flipped", 11, "(a >= 3)")},
    }
    for mutant in found:
        changed = mutant.applied(SOURCE)
        assert changed != SOURCE and SOURCE[mutant.start :].startswith(mutant.old)
        ast.parse(changed)


def test_what_is_judged_is_found_again_where_lines_were_added_and_told_from_its_like() -> None:
    twice = SOURCE + "\nclass C:\n    def m(self):\n        return True, True, [True]\n"
    for source in (twice, twice.replace("import List", "import List, Any\n\nX = []")):
        keys = [m.key for m in mutants_of(source, "m.py") if m.kind == "constant" and m.old == "True"]
        functions = ["é", "C.m", "C.m#2", "C.m#3"]
        assert keys == [f"m.py | {function} | constant | True | False" for function in functions]
    assert len({m.key for m in mutants_of(twice, "m.py")}) == len(list(mutants_of(twice, "m.py")))


def test_a_seed_gives_the_same_sample_whatever_else_is_asked(tmp_path: Path) -> None:
    write(tmp_path, {"src/m.py": SOURCE, "src/n.py": SOURCE})
    alone = sample(tmp_path, ["m.py"], 5, seed=3)
    assert len(alone) == 5 and alone == sample(tmp_path, ["n.py", "m.py"], 5, seed=3)[5:]
    assert sample(tmp_path, ["m.py"], 5, seed=4) != alone
    assert len(sample(tmp_path, ["m.py"], 1000, seed=3)) == len(list(mutants_of(SOURCE, "m.py")))


def test_the_table_counts_and_lists_survivors() -> None:
    mutants = [Mutant("m.py", "constant", line, 0, str(line), "x") for line in (1, 2, 3)]
    results = {mutants[0].key: ["caught", "test"], mutants[1].key: ["survived", ""]}
    text, survived = table(mutants, results, {mutants[2].key: "it is the same"})
    assert survived == [mutants[1]] and text.splitlines()[-1] == "m.py:2: constant: 2 -> x"
    assert text.splitlines()[1].split() == ["m.py", "3", "1", "1", "1", "50%"]


def test_each_equivalent_has_a_reason_and_is_a_mutant_of_the_source(tmp_path: Path) -> None:
    judged = equivalents()
    modules = {key.partition(" | ")[0] for key in judged}
    every = {m.key for module in modules for m in changes_of((ROOT / "src" / module).read_text("utf-8"), module)}
    assert judged.keys() <= every, f"the source has changed: {sorted(judged.keys() - every)}"
    for line in ("m.py | f | constant | 1 | 2", "m.py | f | constant | 1 | 2 || "):
        file = write(tmp_path, {"equivalents.txt": line + "\n"}) / "equivalents.txt"
        with pytest.raises(ValueError, match="no reason"):
            equivalents(file)
