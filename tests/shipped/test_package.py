"""The wheel is complete and as recorded, and tools that judge packages and start-up lines find nothing in it."""

from __future__ import annotations

import base64
import csv
import hashlib
import importlib.util
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from support.environments import ROOT, Environment, clean_environ, make_venv, once, run
from support.installed import distribution
from support.sessions import as_json, copy_of, findings
from support.workspaces import write

SEVERITIES = ["info", "low", "medium", "high", "critical"]
STARTUP = ("zzz_dbx_patch.pth", "zzz_dbx_patch.start")
# What reviewers of start-up lines look for: anything but a plain import and a plain call (autorun-audit's reasons)
SUSPICIOUS = (
    r"exec|eval|compile|base64|decode|zlib|marshal|pickle|subprocess|popen|system|socket|urllib|http|\\x|__import__"
)


def hash_of(content: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def tool(module: str, *args: str | Path) -> Any:
    """Run a tool of the extra `trust` in the environment of the tests; without it, the test is skipped."""
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed (extra `trust`)")
    command = [sys.executable, "-m", module, *map(str, args)]
    env = clean_environ({"NO_COLOR": "1", "TERM": "dumb"})
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=env, check=False, timeout=120)


@pytest.fixture(scope="module")
def installed(shared: Path, tools: Path, wheel: Path) -> Environment:
    """An environment with nothing but this wheel, which no test here changes."""
    folder = once(shared / "trust", lambda made: make_venv(made / "env", tools, watched=False).install(wheel))
    return Environment(folder / "env", tools)


@pytest.fixture
def sdist(tools: Path, tmp_path: Path) -> Path:
    code = "import sys; from hatchling.build import build_sdist; print(build_sdist(sys.argv[1]))"
    return tmp_path / run([tools / "bin/python", "-c", code, tmp_path], cwd=ROOT).stdout.split()[-1]


def test_record_is_complete_and_right(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        contents = {info.filename: archive.read(info) for info in archive.infolist() if not info.is_dir()}
        modes = {info.filename: (info.external_attr >> 16) & 0o777 for info in archive.infolist()}
    (record,) = (name for name in contents if name.endswith(".dist-info/RECORD"))
    rows = list(csv.reader(contents[record].decode().splitlines()))
    assert sorted(row[0] for row in rows) == sorted(contents)
    for name, digest, size in rows:
        assert [digest, size] == (["", ""] if name == record else [hash_of(contents[name]), str(len(contents[name]))])
    assert set(modes.values()) == {0o644}
    assert not [name for name in contents if name.startswith("/") or ".." in name or "__pycache__" in name]


def test_an_installation_is_as_recorded(installed: Environment) -> None:
    site = installed.site_packages
    (record,) = site.glob("dbx_patch-*.dist-info/RECORD")
    rows = list(csv.reader(record.read_text().splitlines()))
    for name, digest, _ in rows:
        assert (site / name).exists(), name
        assert digest in ("", hash_of((site / name).read_bytes()))
    listed = {(site / row[0]).resolve() for row in rows}
    made = {path.resolve() for path in site.rglob("*") if path.is_file()}
    assert {path for path in made - listed if "__pycache__" not in path.parts} == set()


def test_pip_check(installed: Environment) -> None:
    assert installed.pip("check").strip() == "No broken requirements found."


def test_twine_check(wheel: Path, sdist: Path) -> None:
    done = tool("twine", "check", "--strict", wheel, sdist)
    assert done.returncode == 0 and done.stdout.count("PASSED") == 2, done.stdout


def test_check_wheel_contents(wheel: Path) -> None:
    """The tool knows ``.pth`` files at a wheel's root, and not yet PEP 829's ``.start``: of that one alone it tells."""
    names = "dbx_patch,_dbx_patch_bootstrap.py,zzz_dbx_patch.start"
    done = tool("check_wheel_contents", "--no-config", "--toplevel", names, wheel)
    assert re.findall(r"W\d+", done.stdout) == ["W003"] and done.stdout.split()[-1] == "zzz_dbx_patch.start", (
        done.stdout
    )
    done = tool("check_wheel_contents", "--no-config", "--toplevel", names, "--ignore", "W003", wheel)
    assert done.returncode == 0, done.stdout


def rated(environment: Environment) -> dict[str, dict[str, Any]]:
    """autorun-audit's findings by file name; without that tool, the test is skipped."""
    folder = str(environment.site_packages)
    done = tool("autorun_audit", "env", "--site-dir", folder, "-f", "json", "--min-severity", "info")
    assert done.stdout, done.stderr
    return {Path(found["path"]).name: found for found in json.loads(done.stdout)["findings"]}


def plain_import(site: Path) -> None:
    """A distribution whose ``.pth`` does no more than import a module."""
    line = "import plainest\n"
    write(site, {"plainest.py": "", "plain.pth": line})
    rows = [f"plainest.py,{hash_of(b'')},0", f"plain.pth,{hash_of(line.encode())},{len(line)}"]
    distribution(site, "plain", texts={"RECORD": "\n".join([*rows, "plain-1.0.dist-info/RECORD,,\n"])})


def test_autorun_audit_rates_it_no_higher_than_a_plain_import(installed: Environment, tmp_path: Path) -> None:
    both = copy_of(installed, tmp_path / "both")
    plain_import(both.site_packages)
    found = rated(both)
    pth, start, plain = (found[name] for name in (*STARTUP, "plain.pth"))
    assert plain["rule"] == pth["rule"] == "pth.import-line" and start["rule"] == "start.entry-point"
    for ours in (pth, start):
        assert SEVERITIES.index(ours["severity"]) <= SEVERITIES.index(plain["severity"])
        assert ours["reasons"] == ours["capabilities"] == [] and ours["owner"].startswith("dbx_patch==")
    assert start["severity"] == "low"


def test_start_up_lines_have_nothing_that_reviewers_look_for(installed: Environment) -> None:
    pth, start = ((installed.site_packages / name).read_text() for name in STARTUP)
    assert re.fullmatch(r"import (\w+); \1\.\w+\(\)\n", pth) and re.fullmatch(r"[A-Za-z_]\w*:[A-Za-z_]\w*\n", start)
    bootstrap = (installed.site_packages / "_dbx_patch_bootstrap.py").read_text()
    for text in (pth, start, bootstrap):
        assert not re.search(SUSPICIOUS, text, re.IGNORECASE) and max(map(len, text.splitlines())) < 130


@pytest.mark.parametrize("name", [*STARTUP, "_dbx_patch_bootstrap.py"])
def test_verify_says_if_a_start_up_file_was_changed(installed: Environment, tmp_path: Path, name: str) -> None:
    path = str(installed.site_packages / name)
    untouched = as_json(installed, "verify")
    assert path not in [found["about"] for found in untouched["findings"]]
    changed = copy_of(installed, tmp_path / "changed")
    file = changed.site_packages / name
    file.write_bytes(file.read_bytes().replace(b"\n", b" \n", 1))
    found = [found for found in findings(changed).values() if found["about"] == str(file)]
    assert [f["severity"] for f in found] == ["error"] and "RECORD" in found[0]["cause"], found
    assert "--force-reinstall" in found[0]["remedy"]


def test_without_this_wheel_there_is_nothing_to_rate(installed: Environment, tools: Path, tmp_path: Path) -> None:
    bare = make_venv(tmp_path / "bare", tools, watched=False)
    assert rated(bare) == {} and set(rated(installed)) == set(STARTUP)
