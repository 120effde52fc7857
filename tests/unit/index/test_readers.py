"""Properties of what reads installers' files: any bytes give a result, nothing is executed, literals mean the same."""

from __future__ import annotations

import ast
import json
import os
import pprint
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dbx_patch import pth_processor
from dbx_patch.diagnosis.installs import describe
from dbx_patch.index import dist_info
from dbx_patch.index.literals import NotLiteral, assigned, literal
from dbx_patch.index.snapshot import EDITABLE, LIBRARY, NOBODY, Index
from support.workspaces import write

bounded = settings(
    max_examples=120, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
INFO = "fuzzed-1.0.dist-info"
RECORD = (
    f"_fuzzed.py,,\nfuzzed.pth,,\nlink.py,,\nstand_in.py,,\nns/__init__.py,,\n{INFO}/editable.json,,\n{INFO}/RECORD,,\n"
)
URL = '{"url": "file://%s", "dir_info": {"editable": true}}'
FINDER = "MesonpyMetaFinder\ndef init():\n    finder = MesonpyMetaFinder('fuzzed', {'fuzzed'}, %r, ['ninja'], False)\n"
# Pieces of the real thing, so that what is drawn gets past the first look; CANARY would leave a file and a flag.
PIECES = (
    *"""CANARY|import _fuzzed; CANARY|import _fuzzed|import _fuzzed, os;CANARY|import os; import sys|PROJECT
|MAPPING|MAPPING: dict[str, str] = |NAMESPACES|NAMESPACES = {}|{'fuzzed': 'PROJECT/fuzzed'}|MAPPING = |F.map_module(
|'fuzzed', 'PROJECT/fuzzed/__init__.py')|install(|install_inplace(|['fuzzed'], ['PROJECT'])|MesonpyMetaFinder(
|import_from_path(__name__, |__path__ = [|'PROJECT'|from editables import CANARY|*('fuzzed',)|fuzzed.pth,,|../../x,,
|import sys, types, os;p = os.path.join(|{"url": "file://PROJECT"|"dir_info": {"editable": true}}|_fuzzed:init
|{"scheme": {"purelib": {|"PROJECT/fuzzed": "fuzzed"}}}|{"python": {"PROJECT/fuzzed/__init__.py": {"destination": |
"{py_purelib}/fuzzed/__init__.py"}}}|_fuzzed:CANARY|"a""b,c",,|/x.pth,,|true|null|None|1e999|__import__('CANARY')
|'|"|\'\'\'|\\|#|;|,|:|=|%|{|}|[|]|(|)| |é|日本|-""".replace("\n", "").split("|"),
    *("\n", "\r\n", "\r", "\0", "\t", "\u2028", "\ud800", "9" * 60, "[" * 60, "{'a':" * 60),
)
contents = st.lists(st.sampled_from(PIECES) | st.binary(max_size=12), max_size=14)
FILES = {
    "fuzzed.pth": "_fuzzed.py",
    "fuzzed.egg-link": "easy-install.pth",
    f"{INFO}/direct_url.json": "fuzzed.pth",
    f"{INFO}/RECORD": "fuzzed.pth",
    f"{INFO}/editable.json": f"{INFO}/RECORD",
    "_fuzzed.py": "fuzzed.pth",
    "fuzzed.start": "_fuzzed.py",
    "stand_in.py": f"{INFO}/RECORD",
    "ns/__init__.py": f"{INFO}/RECORD",
    "meson-info/intro-install_plan.json": "_fuzzed.py",
}


class Laboratory:
    """A site folder with an install whose files lead to each other, so that the one that is drawn gets read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.site = folder / "env/lib/python3/site-packages"
        self.project = write(folder / "ws/project", {"fuzzed/__init__.py": "raise SystemExit\n"})
        self.canary = folder / "executed"

    def bytes_of(self, drawn: list[str | bytes]) -> bytes:
        code = f"__import__('builtins').fuzzed_canary = open({str(self.canary)!r}, 'w')"
        texts = [part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass") for part in drawn]
        return b"".join(texts).replace(b"CANARY", code.encode()).replace(b"PROJECT", os.fsencode(self.project))

    def index(self, name: str, content: bytes) -> Index:
        """Read a fresh site folder in which file ``name`` has ``content``."""
        shutil.rmtree(self.site, ignore_errors=True)
        files = {
            "fuzzed.pth": f"{self.project}\nimport _fuzzed; _fuzzed.init()\n",
            "easy-install.pth": f"{self.project}\n",
            "_fuzzed.py": FINDER % str(self.folder),
            f"{INFO}/direct_url.json": URL % self.project,
            f"{INFO}/RECORD": RECORD,
            f"{INFO}/METADATA": "",
        }
        write(self.site, files)
        file = self.folder / name if name.startswith("meson-info") else self.site / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        return Index([str(self.site)])


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Laboratory:
    return Laboratory(tmp_path_factory.mktemp("laboratory"))


@pytest.mark.parametrize("name", FILES)
@bounded
@given(drawn=contents)
def test_any_bytes_give_a_result_and_run_nothing(laboratory: Laboratory, name: str, drawn: list[str | bytes]) -> None:
    before, path, meta_path = set(sys.modules), list(sys.path), list(sys.meta_path)
    index = laboratory.index(name, laboratory.bytes_of(drawn))
    assert set(sys.modules) == before and sys.path == path and sys.meta_path == meta_path
    assert not laboratory.canary.exists() and "fuzzed_canary" not in vars(__import__("builtins"))
    for install in index.installs:
        described = describe(install, index).to_dict()
        json.dumps(described)
        assert all(isinstance(key, str) and isinstance(value, str) for key, value in described["modules"].items())
        assert all(os.path.isabs(folder) for folder in install.source_folders())
    assert all(os.path.isdir(root) for root in index.path_entries)
    for probe in ("", "/", str(laboratory.site / "x.py"), str(laboratory.project / "fuzzed/__init__.py")):
        assert index.whose(probe) in (EDITABLE, LIBRARY, NOBODY)


@pytest.mark.parametrize("suffix", [".pth", ".egg-link"])
@bounded
@given(drawn=contents)
def test_public_readers_return_existing_folders(laboratory: Laboratory, suffix: str, drawn: list[str | bytes]) -> None:
    file = laboratory.folder / f"alone{suffix}"
    file.write_bytes(laboratory.bytes_of(drawn))
    if suffix == ".pth":
        found = pth_processor.process_pth_file(file)
        assert len(found) == len(set(found))
    else:
        link = pth_processor.process_egg_link_file(file)
        found = [link] if link is not None else []
    assert all(os.path.isabs(folder) and os.path.isdir(folder) for folder in found)
    assert not laboratory.canary.exists()


@bounded
@given(lines=st.lists(st.text(max_size=20) | st.sampled_from(["ws/project", "ws", "# ws", "import os", " ws", "ws "])))
def test_path_lines_as_site_reads_them(laboratory: Laboratory, lines: list[str]) -> None:
    """``site.addpackage`` itself is the oracle, over a file that has no import lines."""
    import site

    lines = [line for line in lines if not line.startswith(("import ", "import\t")) and "\0" not in line]
    file = laboratory.folder / "oracle.pth"
    try:
        text = "\n".join(lines).encode()
    except UnicodeEncodeError:
        return
    file.write_bytes(text)
    kept, sys.path[:] = list(sys.path), []
    try:
        site.addpackage(str(laboratory.folder), file.name, set())
        expected = list(dict.fromkeys(os.path.normpath(entry) for entry in sys.path if os.path.isdir(entry)))
    finally:
        sys.path[:] = kept
    if all(ord(character) < 128 for character in text.decode()):  # what site decodes is its interpreter's affair
        assert pth_processor.process_pth_file(file) == expected


# What installers write: no surrogates, no numbers of hundreds of digits, nothing that has no literal.
texts = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["it's", 'a"b', "\\", "\\'\"", "\n"]
)
numbers = st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
python_values = st.recursive(
    st.none() | st.booleans() | numbers | texts | st.sets(texts | st.integers(), min_size=1, max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(texts | st.integers(), inner, max_size=3)
    ),
    max_leaves=12,
)


@bounded
@given(value=json_values, ascii_only=st.booleans(), indent=st.sampled_from([None, 0, 2, "\t"]))
def test_json_means_what_it_means_to_json(value: Any, ascii_only: bool, indent: Any) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)
    assert repr(literal(text)) == repr(json.loads(text))


@bounded
@given(value=python_values, width=st.sampled_from([1, 40, 10**6]))
def test_python_literals_mean_what_they_mean_to_python(value: Any, width: int) -> None:
    for text in (repr(value), ascii(value), pprint.pformat(value, width=width), f" {value!r}\n"):
        assert literal(text) == ast.literal_eval(text.strip()) and type(literal(text)) is type(value)


@bounded
@given(
    mapping=st.dictionaries(texts, texts, max_size=4),
    before=texts,
    after=texts,
    kind=st.sampled_from(["", ": dict[str, str]"]),
)
def test_an_assignment_is_read_from_its_line(mapping: dict[str, str], before: str, after: str, kind: str) -> None:
    around = before.replace("MAPPING", "")
    assert (
        assigned(f"# {around}\nMAPPINGS = 1\nOTHER = 1\nMAPPING{kind} = {mapping!r}\n{after}\n", "MAPPING") == mapping
        or "\nMAPPING" in around
    )


@bounded
@given(text=st.text() | st.lists(st.sampled_from(PIECES)).map("".join))
def test_any_text_is_a_literal_or_is_refused(text: str) -> None:
    try:
        value = literal(text)
    except NotLiteral:
        return
    assert isinstance(value, (str, int, float, dict, list, tuple, set, type(None)))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "[" * 500_000,
            "{1:" * 300_000,
            "(" * 500_000 + ")" * 500_000,
            "[" + "[]," * 300_000,
            "9" * 3_000_000,
            "[" + "1," * 300_000,
        ),
        *(
            '"' + "\\" * 1_000_000,
            '"' + "\\u" * 300_000,
            "'a'" * 300_000,
            "1e" + "9" * 30,
            "-" * 10**6,
            " " * 3_000_000,
            "''" * 500_000 + "x",
        ),
        *(
            '"' + "\\ud83d" * 100_000 + '"',
            '{"a": ' * 100_000 + "1",
            "{" + "[]:1," * 10,
            "{[1]}",
            "{{}}",
            "0" * 41,
            "1_0_" * 8,
            "\\",
            "",
        ),
    ],
    ids=lambda text: f"{text[:8]}*{len(text)}",
)
def test_hostile_text_ends_soon(text: str) -> None:
    started = time.process_time()
    try:
        literal(text)
    except NotLiteral:
        pass
    assert time.process_time() - started < 3  # a few tenths; what is quadratic takes minutes


@bounded
@given(path=texts.filter(lambda text: "\0" not in text), mark=st.booleans())
def test_a_url_is_unquoted_once(path: str, mark: bool) -> None:
    """What pip writes (all quoted) and what uv does (less quoted) name the same folder."""
    from urllib.parse import quote

    folder = os.path.normpath(f"/ws/{path}")
    for safe in ("/", "/@+';,=&[]()"):
        url = "file://" + ("localhost" if mark else "") + quote(folder, safe=safe)
        assert dist_info.path_of_url(url) == folder


NAMES = ("a", "ab", "a b", "a.b", "src", "site-packages", ".venv")
places = st.lists(st.sampled_from(NAMES), min_size=1, max_size=4).map("/".join)


@bounded
@given(sources=st.lists(places, min_size=1, max_size=3), probes=st.lists(places, max_size=8), link=st.booleans())
def test_containment_agrees_with_commonpath_on_real_paths(sources: list[str], probes: list[str], link: bool) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        base = os.path.realpath(temporary)
        workspace = os.path.join(base, "link" if link else "ws")
        os.mkdir(os.path.join(base, "ws"))
        if link:
            os.symlink("ws", workspace)
        site = os.path.join(base, "ws", "a", ".venv", "site-packages")  # inside what may be a project
        for place in [*sources, *probes]:
            os.makedirs(os.path.join(base, "ws", place), exist_ok=True)
        os.makedirs(site, exist_ok=True)
        Path(site, "x.pth").write_text("".join(os.path.join(workspace, source) + "\n" for source in sources))
        index = Index([site])
        for probe in [*probes, *sources, *(f"{source}/{probe}" for source in sources for probe in probes)]:
            for given_as in (os.path.join(workspace, probe, "module.py"), os.path.join(base, "ws", probe, "module.py")):
                real = os.path.realpath(given_as)
                assert (index.whose(given_as) == EDITABLE) == _is_users(real, base, sources, site), (
                    given_as,
                    sources,
                )


def _is_users(real: str, base: str, sources: list[str], site: str) -> bool:
    """The most specific folder decides; what lies in a folder called site-packages is a library's."""
    real_sources = [os.path.realpath(os.path.join(base, "ws", source)) for source in sources]
    owners = [s for s in real_sources if "site-packages" not in s[len(base) :].split("/") and _contains(s, real)]
    libraries = [os.path.dirname(real)] if os.path.dirname(real) == site else []
    folder = os.path.dirname(real)
    while _contains(base, folder) and folder != base:
        if os.path.basename(folder) == "site-packages":
            libraries.append(folder)
        folder = os.path.dirname(folder)
    return bool(owners) and len(max(owners, key=len)) > max(map(len, libraries), default=0)


def _contains(folder: str, path: str) -> bool:
    return os.path.commonpath([folder, path]) == folder
