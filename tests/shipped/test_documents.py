"""The documents and the program say the same: outputs, recipes, names, links."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import re
import runpy
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

import dbx_patch
from dbx_patch.commands import cli, notebook
from dbx_patch.hooks import RUNTIME_MODULES

ROOT = Path(__file__).resolve().parent.parent.parent
MAKER = Path(__file__).resolve().parent / "document_outputs.py"
MADE = runpy.run_path(str(MAKER))
DOCUMENTS = {str(path.relative_to(ROOT)): path.read_text() for path in MADE["documents"]()}
GUIDES = {name: text for name, text in DOCUMENTS.items() if name != "CHANGELOG.md"}
README, DIAGNOSIS = DOCUMENTS["README.md"], DOCUMENTS["docs/diagnosis.md"]
FIRST = "pip install . && dbx-patch demo"
SECOND = "pip install -e '.[test]' && python -m pytest -n 2"


def code_blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def spans(text: str) -> list[str]:
    """The code that stands in sentences and tables."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE))


def section(text: str, title: str) -> str:
    return text.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def first_cells(text: str) -> list[str]:
    """The code in the first column of a section's tables."""
    return [span for line in text.splitlines() if line.startswith("| `") for span in spans(line.split(" | ")[0])]


def written(function: object, name: str) -> str:
    """A function's call as the documents write it: ``name(option=default)``."""
    parameters = inspect.signature(function).parameters.values()  # type: ignore[arg-type]
    return f"{name}({', '.join(p.name if p.default is p.empty else f'{p.name}={p.default}' for p in parameters)})"


def anchors(text: str) -> set[str]:
    """The anchors that a document's headings get where repositories show them."""
    titles = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_outputs_recipes_and_lists_are_what_a_run_makes() -> None:
    """To make them anew: ``python tests/shipped/document_outputs.py --write``."""
    done = subprocess.run([sys.executable, str(MAKER)], capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_block_is_made_and_every_output_and_recipe_is_shown() -> None:
    whats = [match[2] for text in DOCUMENTS.values() for match in MADE["BLOCK"].finditer(text)]
    tables = sum(text.count("<!-- made by tests/compat/table.py -->") for text in DOCUMENTS.values())
    assert sum(text.count("<!-- made by") for text in DOCUMENTS.values()) == len(whats) + tables and tables == 1
    assert sum(text.count("<!-- end -->") for text in DOCUMENTS.values()) == len(whats) + tables
    recipes = [path for path in (ROOT / "tests/real/recipes").rglob("*") if path.is_file()]
    files = {f"file {path.relative_to(ROOT)}" for path in recipes}
    tables_of_tests = {"markdown tests/real/databricks/table.md"}
    assert set(whats) == {"modules", *MADE["OUTPUTS"], *files, *tables_of_tests} and len(set(whats)) == len(whats)


def test_a_change_of_a_block_is_noticed() -> None:
    text = DOCUMENTS["docs/deploy.md"]
    assert MADE["remade"](text, str) == text
    changed = text.replace("set -euo pipefail", "set -e")
    assert changed != text and MADE["remade"](changed, str) == text


def test_the_readme_is_short_and_lines_are_not_wide() -> None:
    assert 90 <= len(README.splitlines()) <= 120
    for name, text in GUIDES.items():
        prose = MADE["BLOCK"].sub("", text)
        wide = [line for line in prose.splitlines() if len(line) > 120 and not line.startswith(("|", "**yes**"))]
        assert wide == [], name


def test_the_two_commands_and_what_ci_calls() -> None:
    assert code_blocks(README, "bash")[:2] == [FIRST + "\n", SECOND + "\n"]
    script = (ROOT / ".ci/run").read_text().replace("pip install -q ", "pip install ")
    assert FIRST in script and SECOND in script


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name: str) -> None:
    prose = re.sub(r"^```.*?^```$", "", DOCUMENTS[name], flags=re.DOTALL | re.MULTILINE)
    for link in re.findall(r"\]\(([^)]+)\)", prose):
        path, _, anchor = link.partition("#")
        target = (ROOT / name).parent / path if path else ROOT / name
        assert target.is_file(), link  # so they are all relative, as CONTRIBUTING.md says
        assert not anchor or anchor in anchors(target.read_text()), link


def test_every_document_is_linked_from_the_readme() -> None:
    links = re.findall(r"\]\(([^)#]+)", README)
    assert set(DOCUMENTS) - {"README.md"} <= set(links)


@pytest.mark.parametrize("name", GUIDES)
def test_files_that_are_named_exist(name: str) -> None:
    for code in [*spans(GUIDES[name]), *code_blocks(GUIDES[name], "bash")]:
        for path in re.findall(r"(?<![\w/.])((?:tests|docs|src|\.ci)/[\w./-]+)", code):
            assert (ROOT / path).exists(), path


@pytest.mark.parametrize("name", DOCUMENTS)
def test_papers_that_are_not_shipped_are_not_named(name: str) -> None:
    assert re.findall(r"\b(?:DESIGN|HOUSE|RUNTIME|EDITABLES|STYLE)\.md|shared/", DOCUMENTS[name]) == []


def test_commands() -> None:
    documented = [cell.split()[1] for cell in first_cells(section(DIAGNOSIS, "The commands"))]
    assert sorted(documented) == sorted(cli.COMMANDS)
    for text in GUIDES.values():
        used = [code for code in spans(text) if code.startswith("dbx-patch ")]
        used += re.findall(r"^(?:.*&& )?(dbx-patch .+)$", "".join(code_blocks(text, "bash")), re.MULTILINE)
        assert {code.split()[1] for code in used} <= {*cli.COMMANDS, "--version"}


def test_options(capsys: pytest.CaptureFixture[str]) -> None:
    helps = ""
    for arguments in (["--help"], *([command, "--help"] for command in cli.COMMANDS)):
        assert cli.main(arguments) == 0
        helps += capsys.readouterr().out
    documented = set(re.findall(r"(?<![\w-])--[a-z][\w-]+", README + DIAGNOSIS)) - {"--active"}  # uv's
    assert documented == set(re.findall(r"(?<![\w-])--[a-z][\w-]+", helps))


def test_magics() -> None:
    words = {*notebook.ACTIONS, "explain"}
    assert {cell.split()[1] for cell in first_cells(section(DIAGNOSIS, "In a notebook"))} == words
    for text in GUIDES.values():
        assert {*re.findall(r"%dbx_patch (\w+)", text)} <= words


def test_environment_variables() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "src").rglob("*.py"))
    known = set(re.findall(r"\bDBX_PATCH_[A-Z_]+", sources))
    assert set(first_cells(section(README, "Switches"))) == known
    testing = "".join(path.read_text() for path in (ROOT / "tests").rglob("*") if path.suffix in (".py", ".sh"))
    known |= set(re.findall(r"\bDBX_PATCH_[A-Z_]+", testing))
    for text in GUIDES.values():
        assert set(re.findall(r"\bDBX_PATCH_[A-Z_]+", text)) <= known


def test_patches() -> None:
    (row,) = (line for line in README.splitlines() if line.startswith("| `DBX_PATCH_DISABLE`"))
    assert spans(row.split(" | ")[1]) == [*RUNTIME_MODULES, "fallback"]
    table = section(DOCUMENTS["docs/how-it-works.md"], "What the runtime does to imports")
    named = [span for line in table.splitlines() if line.startswith("| ") for span in spans(line.split(" | ")[-1])]
    assert [name for name in named if name != ".pth"] == list(RUNTIME_MODULES)


def test_functions_and_how_they_are_called() -> None:
    code = section(DIAGNOSIS, "In code")
    calls = [cell for cell in first_cells(code) if cell.endswith(")")]
    values = {name: getattr(dbx_patch, name) for name in dbx_patch.__all__}
    assert sorted(calls) == sorted(written(value, name) for name, value in values.items() if inspect.isfunction(value))
    others = [name for name, value in values.items() if not inspect.isfunction(value)]
    assert set(others) <= set(spans(code))


def test_the_doors_have_what_is_documented() -> None:
    rows = [
        line.split(" | ") for line in section(DIAGNOSIS, "In code").splitlines() if line.startswith("| `dbx_patch.")
    ]
    assert len(rows) == 3
    for modules, functions in rows:
        for module in spans(modules):
            door = importlib.import_module(module if "." in module else "dbx_patch.patches." + module)
            for name in spans(functions):
                name = name.partition("(")[0].replace("sys_path_init", door.__name__.split(".")[-1][: -len("_patch")])
                assert callable(getattr(door, name)), (door, name)
            if "patches" not in door.__name__:
                own = {name for name, value in vars(door).items() if inspect.isfunction(value)}
                assert {name for name in own if getattr(door, name).__module__ == door.__name__} <= {*spans(functions)}


def test_examples_name_what_there_is() -> None:
    examples = [block for text in GUIDES.values() for block in code_blocks(text, "python")]
    names = [name for block in examples for name in re.findall(r"\bdbx_patch\.(\w+)", block)]
    assert len(names) >= 4 and all(hasattr(dbx_patch, name) for name in names)
    for block in examples:
        ast.parse(re.sub(r"^%.*", "", block, flags=re.MULTILINE))


def test_the_compatibility_table_has_no_failure_and_the_shapes_it_explains() -> None:
    """Its marks are compared with a run of the matrix by ``tests/compat/table.py --check``, in CI."""
    text = DOCUMENTS["docs/compatibility.md"]
    explanations, table = text.split("<!-- made by tests/compat/table.py -->")
    rows = [line.split(" | ") for line in re.findall(r"^\| ([A-Z] \| .+) \|$", table, re.MULTILINE)]
    marks = {mark for row in rows for mark in row[2:]}
    explained = set(re.findall(r"^\| ([A-Z]) \| ", explanations, re.MULTILINE))
    assert len(rows) > 30 and {"yes", "**yes**"} <= marks <= {"yes", "**yes**", "n/a"}
    assert {row[0] for row in rows} == explained
    named = "".join(path.read_text() for path in (ROOT / "tests/compat").glob("rows*.py"))
    assert [row[1] for row in rows if f'"{row[1]}"' not in named] == []


@pytest.mark.parametrize("needed", [True, False])
def test_a_run_of_the_matrix_is_compared_with_the_table(tmp_path: Path, needed: bool) -> None:
    """A made-up run of one row, as the document has it or with a mark that differs."""
    (line,) = re.findall(r"^\| A \| uv-pip \| (.+) \|$", DOCUMENTS["docs/compatibility.md"], re.MULTILINE)
    table = runpy.run_path(str(ROOT / "tests/compat/table.py"))
    entries = []
    for situation, mark in zip(table["HEADINGS"], line.split(" | ")):
        differs = situation == "cell" and not needed
        entry = {"shape": "A", "row": "uv-pip", "situation": situation, "outcome": "passed", "works": True}
        entry["needed"] = mark == "**yes**" and not differs
        entries += [{**entry, "era": era} for era in ("legacy", "modern")]
    report = tmp_path / "report.json"
    report.write_text(json.dumps(entries))
    command = [sys.executable, str(ROOT / "tests/compat/table.py"), "--check", str(report)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout.count("not in")) == ((0, 0) if needed else (1, 1)), done


def test_the_sdist_has_the_documents(tmp_path: Path) -> None:
    code = "import sys; from hatchling.build import build_sdist; print(build_sdist(sys.argv[1]))"
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    with tarfile.open(tmp_path / done.stdout.split()[-1]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
        (metadata,) = (member for member in archive.getmembers() if member.name.endswith("/PKG-INFO"))
        stream = archive.extractfile(metadata)
        assert stream is not None
        text = stream.read().decode()
    assert set(DOCUMENTS) <= names
    urls = dict(re.findall(r"^Project-URL: (\w+), (https://\S+)$", text, re.MULTILINE))
    assert set(urls) == {"Homepage", "Documentation", "Changelog", "Issues"}
