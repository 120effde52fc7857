"""A .dist-info says which project a distribution was installed from, which files are its own, and no more."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dbx_patch.index import dist_info
from dbx_patch.index.dist_info import path_of_url, recorded_files
from dbx_patch.index.snapshot import Index
from support.drawn import bounded, texts
from support.installed import distribution, index_of


@bounded
@given(path=texts.filter(lambda text: "\0" not in text), mark=st.booleans())
def test_a_url_is_unquoted_once(path: str, mark: bool) -> None:
    """What pip writes (all quoted) and what uv does (less quoted) name the same folder."""
    from urllib.parse import quote

    folder = os.path.normpath(f"/ws/{path}")
    for safe in ("/", "/@+';,=&[]()"):
        url = "file://" + ("localhost" if mark else "") + quote(folder, safe=safe)
        assert dist_info.path_of_url(url) == folder


def test_record_as_poetry_writes_it(site: Path, project: Path) -> None:
    """Absolute paths, other line ends, names in quotes: the ``.pth`` is found to be this distribution's."""
    info = str(site / "acme-1.0.dist-info")
    record = f'{site}/acme.pth,sha256=x,3\r\n{info}/METADATA,,\r\n"a,b ""c"".py",,\r\nplain.py,,\r\n'
    distribution(site, "acme", project=project, texts={"RECORD": record})
    assert {"acme.pth", 'a,b "c".py', "plain.py"} <= set(recorded_files(info))
    (site / "acme.pth").write_bytes(f"{project}/src\r\n".encode())
    (install,) = Index([str(site)]).installs
    assert (install.name, install.paths) == ("acme", [f"{project}/src"])
    assert install.distribution and install.distribution.project == str(project)


def test_a_distribution_is_told_by_record_not_by_name(site: Path, project: Path) -> None:
    distribution(site, "other_name", ["acme.pth"], project=project)
    (install,) = index_of(site, {"acme.pth": f"{project}/src"}).installs
    assert (install.name, install.shape) == ("other_name", "A")
    assert install.distribution and install.distribution.project == str(project)


@pytest.mark.parametrize("editable", ["false", "null", '"true"', "{}", "]"])
def test_what_is_not_marked_editable_is_no_distribution_of_ours(site: Path, project: Path, editable: str) -> None:
    distribution(site, "acme", ["acme.py"], project=project, editable=editable)
    assert index_of(site, {}).installs == ()


def test_editable_json(site: Path, project: Path) -> None:
    scheme = {"purelib": {f"{project}/src/acme/__init__.py": "acme/__init__.py", "src/acme": "acme2"}, "scripts": {}}
    text = str({"version": "1.0", "scheme": scheme}).replace("'", '"')
    distribution(site, "acme", project=project, texts={"editable.json": text})
    (install,) = index_of(site, {}).installs
    assert install.modules == {"acme": f"{project}/src/acme/__init__.py", "acme2": f"{project}/src/acme"}
    distribution(site, "acme", project=project, texts={"editable.json": text, "RECORD": "acme.py,,\n"})
    assert index_of(site, {}).installs[0].shape == "J", "a file that RECORD does not list says nothing"


def test_unquoted_once() -> None:
    assert path_of_url("file:///a/first.last%40x.com/my%20p/%2541") == "/a/first.last@x.com/my p/%41"
    assert path_of_url("file://localhost/a%zz") == "/a%zz"
    for odd in ("https://x/y", "file://host/x", None, 3, "file:relative", "file:///a%00b"):
        assert path_of_url(odd) is None


def test_marked_by_editable_json_alone(site: Path, project: Path) -> None:
    """PEP 662's file, listed in RECORD, with no direct_url.json beside it."""
    text = json.dumps({"scheme": {"purelib": {f"{project}/src/acme": "acme"}}})
    distribution(site, "acme", texts={"editable.json": text})
    (install,) = index_of(site, {}).installs
    assert (install.name, install.shape, install.modules) == ("acme", "PEP 662", {"acme": f"{project}/src/acme"})
    assert install.distribution and install.distribution.project is None
    distribution(site, "acme", texts={"editable.json": text, "RECORD": "acme.py,,\n"})
    assert index_of(site, {}).installs == ()
