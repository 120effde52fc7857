"""Any bytes in any file that is read give a result, run nothing, and name existing folders only."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbx_patch import pth_processor
from dbx_patch.diagnosis.installs import describe
from dbx_patch.index.snapshot import EDITABLE, LIBRARY, NOBODY, Index
from support.drawn import bounded, characters, contents
from support.installed import distribution
from support.state import kept
from support.workspaces import write

INFO = "fuzzed-1.0.dist-info"

RECORD = (
    f"_fuzzed.py,,\nfuzzed.pth,,\nlink.py,,\nstand_in.py,,\nns/__init__.py,,\n{INFO}/editable.json,,\n{INFO}/RECORD,,\n"
)

FINDER = "MesonpyMetaFinder\ndef init():\n    finder = MesonpyMetaFinder('fuzzed', {'fuzzed'}, %r, ['ninja'], False)\n"

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
        self._name = ""

    def bytes_of(self, drawn: list[str | bytes]) -> bytes:
        code = f"__import__('builtins').fuzzed_canary = open({str(self.canary)!r}, 'w')"
        texts = [part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass") for part in drawn]
        return b"".join(texts).replace(b"CANARY", code.encode()).replace(b"PROJECT", os.fsencode(self.project))

    def index(self, name: str, content: bytes) -> Index:
        """Read a site folder in which file ``name`` has ``content``; nothing else in it is of an earlier reading."""
        if name != self._name:
            self._name = name
            self._make()
        file = self.folder / name if name.startswith("meson-info") else self.site / name
        file.write_bytes(content)
        return Index([str(self.site)])

    def _make(self) -> None:
        shutil.rmtree(self.site, ignore_errors=True)
        files = {
            "fuzzed.pth": f"{self.project}\nimport _fuzzed; _fuzzed.init()\n",
            "easy-install.pth": f"{self.project}\n",
            "_fuzzed.py": FINDER % str(self.folder),
        }
        write(self.site, files)
        texts = {"RECORD": RECORD, "METADATA": ""}
        distribution(self.site, "fuzzed", project=str(self.project), texts=texts)
        for folder in (self.site / "ns", self.folder / "meson-info"):
            folder.mkdir(exist_ok=True)


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
@given(
    lines=st.lists(
        st.text(characters, max_size=20) | st.sampled_from(["ws/project", "ws", "# ws", "import os", " ws", "ws "])
    )
)
def test_path_lines_as_site_reads_them(laboratory: Laboratory, lines: list[str]) -> None:
    """``site.addpackage`` itself is the oracle, over a file that has no import lines."""
    import site

    lines = [line for line in lines if not line.startswith(("import ", "import\t")) and "\0" not in line]
    file = laboratory.folder / "oracle.pth"
    try:
        text = "\n".join(lines).encode()
    except UnicodeEncodeError:
        return
    if sys.version_info < (3, 10):  # site took a blank line for its own folder: that was mended, and is no rule of ours
        file.write_bytes(b"\n".join(line for line in re.split(b"\r\n|\r|\n", text) if line.decode().strip()))
    else:
        file.write_bytes(text)
    with kept():
        sys.path[:] = []
        site.addpackage(str(laboratory.folder), file.name, set())
        expected = list(dict.fromkeys(os.path.normpath(entry) for entry in sys.path if os.path.isdir(entry)))
    file.write_bytes(text)
    if all(ord(character) < 128 for character in text.decode()):  # what site decodes is its interpreter's affair
        assert pth_processor.process_pth_file(file) == expected
