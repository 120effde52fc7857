"""A project folder that is a whole machine, workspace, home or environment opens nothing, whatever names it."""

from __future__ import annotations

import json
import os
import sys
import sysconfig
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Callable, Iterator

import pytest

from dbx_patch import hooks
from dbx_patch.hooks import fallback, sys_path
from dbx_patch.index import pth_files
from dbx_patch.index.snapshot import EDITABLE, Index
from hostile.hostile_sites import new_site
from hostile.wide_installs import SHAPES
from support.kernels import ERAS, Notebook, error_of
from support.workspaces import write

LIBRARY_FOLDER = os.path.dirname(os.__file__)
ME = "/Workspace/Users/first.last@company.com"
FOLDERS = (
    *("/", "/Workspace", "/Workspace/Users", "/Workspace/Shared", "/Workspace/Repos", ME, ME.replace("Users", "Repos")),
    *(
        "/databricks",
        "/databricks/spark/python",
        "/databricks/python_shell",
        "/databricks/driver",
        "/databricks/drivers/project",
        "/home/somebody",
        "/root",
        "/home",
        "/tmp",
    ),
    *("/usr", "/usr/lib", "/etc", "/dev", "/proc", "/proc/self/root", "/Volumes", "/Volumes/catalog", "/dbfs"),
    *(os.path.expanduser("~"), os.path.dirname(os.path.expanduser("~")), sys.prefix, sys.base_prefix),
    *(LIBRARY_FOLDER, f"{LIBRARY_FOLDER}/json", f"{LIBRARY_FOLDER}/site-packages", os.path.realpath(LIBRARY_FOLDER)),
    *(sysconfig.get_path("purelib"), "/usr/lib/python3/dist-packages", "SITE", "SITE/inner"),
)
# Files that are nobody's editable source
ELSEWHERE = (
    "/etc/hosts",
    "/Workspace/Users/x@y.z/file.py",
    "/databricks/python_shell/x.py",
    os.__file__,
    json.__file__,
)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return new_site(tmp_path)


def assert_closed(index: Index, folder: str, shape: str) -> None:
    folder = os.path.normpath(folder)
    own = "/x.py" if shape == "namespace_line" else ""  # that one names folder/evil
    probes = [
        folder,
        *(f"{folder.rstrip('/')}/{tail}" for tail in ("probe.py", "deep/probe.py", "__init__.py", "Users")),
    ]
    for probe in {*probes, *map(os.path.realpath, probes), *ELSEWHERE, folder + own}:
        assert index.whose(probe) != EDITABLE, (probe, index.source_folders)
    wide = {folder, os.path.realpath(folder)}
    if not (folder + "/").startswith(index.site_folders[0] + "/"):  # compiled modules lie there, and are no user code
        assert not wide & {os.path.realpath(source) for source in index.source_folders}
    assert not wide & {os.path.realpath(root) for root in [*index.path_entries, *index.names_in]}


@pytest.mark.parametrize("shape", SHAPES)
def test_none_opens_the_allowlist(tmp_path: Path, shape: str, record_property: Callable[[str, object], None]) -> None:
    for number, named in enumerate(FOLDERS):
        site = new_site(tmp_path / str(number))
        folder = named.replace("SITE", str(site))
        SHAPES[shape](site, folder)
        index = Index([str(site)])
        if shape != "link_tree" or os.path.isdir(folder):
            assert_closed(index, folder, shape)
        assert index.whose(str(tmp_path / str(number) / "ws/good/src/acme/sub.py")) == EDITABLE
    record_property("installs that name too wide a folder", len(FOLDERS))


@pytest.fixture
def looked_up(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, import_state: None
) -> Callable[[str], Iterator[ModuleSpec]]:
    """What the fallback answers where an install of a shape names the whole workspace."""
    write(tmp_path / "Workspace", {"Users/x@y.z/secret.py": "", "Users/inner.py": "", "__init__.py": "", "top.py": ""})
    sys.path[:] = [str(site)]
    sys.path_importer_cache.clear()
    monkeypatch.setenv("WSFS_TEST_DIR", str(tmp_path))  # the folder that is called so is the workspace
    monkeypatch.setattr(pth_files, "get_site_packages_dirs", lambda: [str(site)])

    def look(shape: str) -> Iterator[ModuleSpec]:
        SHAPES[shape](site, str(tmp_path / "Workspace"))
        sys_path.restore(sys_path.learn(), "the test")  # so that what follows is our own finders' answer
        for name in ("evil", "Users", "top", "secret", "inner", "link"):
            spec = fallback.resolve(name)
            if spec is None:
                continue
            yield spec
            sys.modules[name] = type(sys)(name)
            for below in ("Users", "top", "inner"):
                found = fallback.resolve(f"{name}.{below}", spec.submodule_search_locations)
                if found is not None:
                    yield found

    return look


# A link inside a source folder is a part of it, wherever it leads: no layer asks the disk where a file really is.
@pytest.mark.parametrize("shape", [shape for shape in SHAPES if shape != "link_tree"])
def test_the_fallback_serves_nothing_of_it(
    looked_up: Callable[[str], Iterator[ModuleSpec]], shape: str, tmp_path: Path
) -> None:
    workspace = str(tmp_path / "Workspace")
    for spec in looked_up(shape):
        places = [spec.origin or "", *(spec.submodule_search_locations or ())]
        assert not [place for place in places if os.path.realpath(place).startswith(workspace)], spec
    assert hooks.faults == []


@pytest.mark.parametrize("era", ERAS)
def test_in_a_kernel_a_library_stays_outside(own_notebook: Notebook, era: str) -> None:
    workspace = own_notebook.workspace.folder
    write(workspace, {"Users/secret.py": "", "top.py": "", "ns/inner.py": ""})
    source = f"import sys\nMAPPING = {{'evil': {str(workspace)!r}}}\nNAMESPACES = {{'ns': [{str(workspace)!r}]}}\n"
    write(own_notebook.environment.site_packages, {"__f.py": source + "def install():\n    pass\n"})
    (own_notebook.environment.site_packages / "link.pth").write_text(f"{workspace}/link\nimport __f; __f.install()\n")
    (workspace / "link").symlink_to(workspace)
    names = ("top", "Users.secret", "ns.top", "ns.Users.secret", "evil.top", "link.top")
    for cell in own_notebook.run(*(f"import library; library.load({n!r})" for n in names), runtime=era).cells:
        assert error_of(cell).startswith("ModuleNotFoundError: No module named")
