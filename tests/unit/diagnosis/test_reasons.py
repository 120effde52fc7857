"""Why an import finds nothing is said by what is there: a copy before the install, a new module, another name."""

from __future__ import annotations

import json
import sys
import types
from pathlib import Path

from dbx_patch.diagnosis.askers import CELL, EXECUTOR
from dbx_patch.diagnosis.explain import explain
from dbx_patch.diagnosis.question import Question
from dbx_patch.diagnosis.reasons import modules_of
from dbx_patch.diagnosis.search import Search
from support.here import Here
from support.installed import distribution
from support.workspaces import write


def test_a_submodule_that_there_is_not_is_missed_where_its_package_lies(here: Here) -> None:
    place = Path(json.__file__)
    said = f"json comes from the standard library, {place}, and has no submodule nowhere."
    assert explain("json.nowhere").verdict.endswith(said)


def test_a_copy_shadows_an_install_and_a_bare_folder_does_not(here: Here, tmp_path: Path) -> None:
    here.install("acme", {"acme/__init__.py": ""}, lost=True)
    sys.path.append(str(tmp_path / "first"))
    write(tmp_path / "first", {"acme/data.txt": ""})
    assert "It shadows" not in explain("acme.nowhere").verdict
    write(tmp_path / "first", {"acme/__init__.py": ""})
    assert "It shadows the editable install acme" in explain("acme.nowhere").verdict


def test_a_module_that_is_newer_than_its_installs_map(here: Here, tmp_path: Path) -> None:
    code = write(tmp_path / "code", {"mapped/__init__.py": ""})
    here.map("mapped", {"mapped": code / "mapped"})
    for number, place in enumerate((code, here.home / "mapped", here.home / "mapped/src")):
        write(place, {f"newer{number}.py": ""})
        said = explain(f"newer{number}").verdict
        assert f"{place}/newer{number}.py is in the project of the editable install mapped" in said, place


def test_names_of_what_a_distribution_has(here: Here) -> None:
    here.install("acme_project", {"acme/__init__.py": "", "acme_project/__init__.py": ""})
    distribution(here.site, "PyThing", ["thing/__init__.py", "other.py"])
    search = Search()
    assert modules_of(search, "acme_project") == ["acme"]
    assert modules_of(search, "pything") == ["other", "thing"]
    assert modules_of(search, "nothing_like_it") == []


def test_what_is_loaded_counts_for_what_lies_below_it_and_in_this_process_alone(here: Here) -> None:
    for name in ("was_there", "was_there.part"):
        sys.modules[name] = types.ModuleType(name)
    question = Question()
    assert question.imports(CELL).find("was_there") == []
    assert [hit.how for hit in question.imports(CELL).find("was_there.part")] == ["loaded"]
    assert question.imports(EXECUTOR).find("was_there.part") == []


def test_setuptools_finder_has_dotted_names_too(here: Here, tmp_path: Path) -> None:
    code = write(tmp_path / "code", {"part.py": ""})
    write(here.site, {"spread/other.py": ""})
    here.map("mapped", {"spread.part": code / "part.py"})
    assert explain("spread.part").location == f"{code}/part.py"
