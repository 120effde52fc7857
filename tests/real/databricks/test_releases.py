"""Where the wheels come from: the package index or the cache; and what is said where neither has one."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from real.databricks import releases
from real.databricks.helpers import CACHE, ROOT, cache
from real.databricks.releases import CHOICE, LINES, Unavailable, chosen, fetch, interpreter

pytestmark = pytest.mark.databricks


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A cache of the test's own, and a pip that asks no package index."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setenv(CACHE, str(tmp_path / "cache"))
    return tmp_path / "cache/databricks-connect/19"


def add_wheel(folder: Path, version: str) -> None:
    """A wheel by Databricks' name with nothing of theirs in it."""
    info = f"databricks_connect-{version}.dist-info"
    files = {
        "pyspark/__init__.py": f"VERSION = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: databricks-connect\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(folder / f"databricks_connect-{version}-py3-none-any.whl", "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)


def test_what_is_cached_is_taken_where_the_package_index_is_not_to_be_had(offline: Path, tools: Path) -> None:
    for version in ("19.2.0", "19.10.1", "19.9.3"):
        add_wheel(offline, version)
    release = fetch("19", str(tools / "bin/python"))
    assert (release.version, release.numbers) == ("19.10.1", (19, 10, 1))
    assert (release.folder / "pyspark/__init__.py").read_text() == "VERSION = '19.10.1'\n"


def test_a_release_that_is_nowhere_is_unavailable_with_the_reason(offline: Path, tools: Path) -> None:
    with pytest.raises(
        Unavailable, match=r"databricks-connect==19\.\* is neither cached in .*: ERROR: No matching distribution"
    ):
        fetch("19", str(tools / "bin/python"))


def test_a_python_that_is_nowhere_is_unavailable() -> None:
    with pytest.raises(Unavailable, match=r"no CPython 2\.0 here"):
        interpreter("2.0")


def test_the_cache_lies_outside_the_checkout(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(CACHE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache() == tmp_path / "dbx-patch-tests"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert ROOT not in cache().parents


def test_the_oldest_and_the_newest_are_run_unless_others_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CHOICE, raising=False)
    assert chosen() == ["13.3", "19"] == [releases.OLDEST, releases.NEWEST]
    monkeypatch.setenv(CHOICE, "all")
    assert chosen() == list(LINES)
    monkeypatch.setenv(CHOICE, " 17.3,14.3")
    assert chosen() == ["17.3", "14.3"]
    monkeypatch.setenv(CHOICE, "17.3,12.2")
    with pytest.raises(ValueError, match=r"12\.2"):
        chosen()
