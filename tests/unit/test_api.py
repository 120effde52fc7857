"""The functions of `import dbx_patch`: each acts where it is to act, returns what it did, and shows it on request."""

from __future__ import annotations

import os
import sys
from typing import Any, Callable

import pytest

from dbx_patch import api, apply_patch, hooks
from dbx_patch.diagnosis import verify
from dbx_patch.index import snapshot
from support.solo import Solo


@pytest.fixture(autouse=True)
def lost(solo: Solo, monkeypatch: pytest.MonkeyPatch) -> str:
    """dbx-patch is to act, and an editable path entry is missing."""
    monkeypatch.setenv("DBX_PATCH_ENABLED", "1")
    solo.line("acme", solo.project / "src")
    return sys.path.pop()


def test_patches_are_applied_and_removed(lost: str) -> None:
    """dbx-patch's finder comes first again, whatever came before it."""
    result = api.apply_all_patches(verbose=False)
    assert (result.active, result.fallback, result.restored) == (True, "applied", [lost])
    assert lost in sys.path and api.check_patch_status(verbose=False).active
    sys.meta_path.remove(hooks.TRIGGER)
    sys.meta_path.append(hooks.TRIGGER)
    assert api.apply_all_patches(verbose=False).restored == [] and sys.meta_path[0] is hooks.TRIGGER
    removed = api.remove_all_patches(verbose=False)
    assert removed.removed == [] and not api.check_patch_status(verbose=False).active
    assert hooks.TRIGGER not in sys.meta_path and hooks.FALLBACK not in sys.meta_path and lost in sys.path


def test_path_entries_are_put_back(solo: Solo, lost: str) -> None:
    result = api.process_all_pth_files(verbose=False)
    assert (result.paths, result.added, result.lost) == ([lost], [lost], []) and lost in sys.path
    assert result.pth_files == [f"{solo.site}/acme.pth"] and result.site_folders == [str(solo.site)]
    assert api.process_all_pth_files(verbose=False).added == []
    sys.path.remove(lost)
    assert api.refresh_editable_paths() == 1 and lost in sys.path
    assert api.get_editable_install_paths() == [lost]


def test_where_it_is_not_to_act_it_only_reports(lost: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBX_PATCH_ENABLED", "0")
    before = list(sys.meta_path)
    result = api.apply_all_patches(verbose=False)
    assert (result.active, result.restored) == (False, []) and sys.meta_path == before
    processed = api.process_all_pth_files(verbose=False)
    assert (processed.paths, processed.added, processed.lost) == ([lost], [], [lost])
    assert api.refresh_editable_paths() == 1 and lost not in sys.path


@pytest.mark.parametrize(
    "read, is_anew",
    [
        (lambda: api.apply_all_patches(False), False),
        (lambda: api.apply_all_patches(False, force_refresh=True), True),
        (lambda: api.process_all_pth_files(verbose=False), False),
        (lambda: api.process_all_pth_files(force=True, verbose=False), True),
        (api.refresh_editable_paths, True),
    ],
)
def test_installs_are_read_anew_where_that_is_asked_for(solo: Solo, read: Callable[[], Any], is_anew: bool) -> None:
    os.utime(solo.site, (1, 1))  # it has not changed lately
    api.apply_all_patches(verbose=False)
    before = snapshot.current()
    read()
    assert (snapshot.current() is not before) is is_anew


@pytest.mark.parametrize(
    "function, arguments",
    [
        (api.apply_all_patches, ()),
        (api.remove_all_patches, ()),
        (api.check_patch_status, ()),
        (api.explain, ("acme",)),
        (api.process_all_pth_files, ()),
    ],
)
def test_each_shows_its_result_unless_told_otherwise(
    function: Callable[..., Any], arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    result = function(*arguments)
    assert capsys.readouterr().out == f"{result}\n" and result.headline() in " ".join(str(result).split())
    assert function(*arguments, verbose=False).headline() and capsys.readouterr().out == ""


def test_the_first_documented_names_are_the_same_functions() -> None:
    for name in ("apply_all_patches", "check_patch_status", "remove_all_patches"):
        assert getattr(apply_patch, name) is getattr(api, name)
    assert apply_patch.verify_editable_installs is verify.verify_editable_installs
