"""However people install the wheel with pip or uv, it is armed at the next start, and uninstalling leaves nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Union

import pytest

from support.environments import DATABRICKS, ROOT, TARGET, Environment, build_wheel, clean_environ, make_venv, once, run
from support.installers import Pip, Uv, base_interpreter, listing
from support.kernels import ERAS, LIBRARY, Notebook
from support.workspaces import Workspace, src_project, write

Installer = Union[Pip, Uv]
ARMED = """
import json, sys
import _dbx_patch_bootstrap as b
ours = [type(f).__name__ for f in sys.meta_path if type(f).__module__ == "dbx_patch.hooks"]
print(json.dumps([ours, b.fault is None, b.__file__]))
"""
BOTH = ["ImportTrigger", "EditableFallback"]
NEEDS_US = "import acme, library; [acme.VALUE, library.load('acme.deep.leaf')]"


@pytest.fixture(params=["pip", "uv"])
def installer(request: pytest.FixtureRequest, tools: Path, tmp_path: Path) -> Installer:
    return Pip(tools) if request.param == "pip" else Uv(tmp_path / "uv-cache")


@pytest.fixture(scope="session")
def older(shared: Path, tools: Path) -> Path:
    """A wheel of an earlier version, with a module in it that later ones have not."""

    def make(folder: Path) -> None:
        source = folder / "source"
        shutil.copytree(ROOT / "src", source / "src", ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "hatch_build.py", "README.md", "CHANGELOG.md", "LICENSE"):
            shutil.copy(ROOT / name, source)
        package = source / "src/dbx_patch"
        lines = (package / "_version.py").read_text().splitlines(True)
        lines = ['__version__ = "0.0.1"\n' if line.startswith("__version__") else line for line in lines]
        (package / "_version.py").write_text("".join(lines))
        write(package, {"gone.py": ""})
        build_wheel(folder, tools, source)

    return next(once(shared / "older", make).glob("*.whl"))


def armed(environment: Environment, **options: object) -> str:
    """Assert that a start on Databricks arms this environment, once and in silence; return where from."""
    finders, sound, origin = environment.value(ARMED, env=DATABRICKS, **options)  # type: ignore[misc]
    assert (finders, sound) == (BOTH, True)
    return str(Path(origin).parent)


def works_in_notebooks(environment: Environment, folder: Path) -> None:
    """Assert that what the runtime refuses without dbx-patch works in both eras' kernels."""
    workspace = Workspace(folder).create()
    environment.install_editable(src_project(workspace.home / "proj", "acme"))
    write(environment.site_packages, {"library.py": LIBRARY})
    for era in ERAS:
        values = Notebook(environment, workspace).values(NEEDS_US, runtime=era)
        assert values == [["editable", "acme.deep.leaf"]]


@pytest.mark.parametrize("how", ["plain", "requirements.txt"])
def test_installed_it_works_and_uninstalled_it_leaves_nothing(
    installer: Installer, bare: Environment, wheel: Path, tmp_path: Path, how: str
) -> None:
    before = listing(bare)
    if how == "plain":
        installer(bare.python, "install", wheel)
    else:
        listed = (ROOT / "tests/real/recipes/bundle/requirements.txt").read_text()
        requirements = write(tmp_path, {"requirements.txt": listed}) / "requirements.txt"
        installer(bare.python, "install", "--find-links", wheel.parent, "-r", requirements)
    assert armed(bare) == str(bare.site_packages)
    installer(bare.python, "uninstall", "dbx-patch")
    assert listing(bare) == before
    installer(bare.python, "install", wheel)
    works_in_notebooks(bare, tmp_path)


def test_upgraded_over_an_older_version(
    installer: Installer, bare: Environment, older: Path, wheel: Path, tmp_path: Path
) -> None:
    installer(bare.python, "install", older)
    version = "import dbx_patch; print(dbx_patch.__version__)"
    assert bare.run(version, env=DATABRICKS).stdout == "0.0.1\n"
    installer(bare.python, "install", "--upgrade", wheel)
    assert bare.run(version, env=DATABRICKS).stdout == wheel.name.split("-")[1] + "\n"
    left = [name for name in listing(bare) if "gone" in name or "0.0.1" in name]
    assert left == [] and len(list(bare.site_packages.glob("dbx_patch-*.dist-info"))) == 1
    works_in_notebooks(bare, tmp_path)


def test_into_a_user_site(tools: Path, wheel: Path, tmp_path: Path) -> None:
    """pip alone: uv has no ``--user``."""
    python, user = base_interpreter(), {"PYTHONUSERBASE": str(tmp_path / "user")}
    Pip(tools)(python, "install", "--user", "--no-warn-script-location", "--break-system-packages", wheel, env=user)
    command = [python, "-c", ARMED]
    done = subprocess.run(
        command, env=clean_environ({**DATABRICKS, **user}), capture_output=True, text=True, timeout=300
    )
    finders, sound, origin = json.loads(done.stdout)
    assert (finders, sound, done.stderr) == (BOTH, True, "") and origin.startswith(user["PYTHONUSERBASE"])
    not_read = subprocess.run(
        [python, "-s", "-c", "import dbx_patch"], env=clean_environ(user), capture_output=True, timeout=300
    )
    assert not_read.returncode == 1


def test_into_a_target_folder_no_pth_runs_and_verify_says_so(
    installer: Installer, bare: Environment, wheel: Path, tmp_path: Path
) -> None:
    target = tmp_path / "libraries"
    installer(bare.python, "install", "--target", target, wheel)
    env = {**DATABRICKS, "PYTHONPATH": str(target)}
    code = "import dbx_patch, json; print(json.dumps(dbx_patch.verify_editable_installs(verbose=False).to_dict()))"
    found = bare.run(code, env=env)
    verdict = json.loads(found.stdout)
    assert verdict["status"] == "error" and found.stderr == ""
    assert str(target) in json.dumps(verdict) and ".pth" in json.dumps(verdict)
    by_hand = "import dbx_patch; dbx_patch.apply_all_patches(verbose=False)" + ARMED
    finders, sound, origin = bare.value(by_hand, env=env)  # type: ignore[misc]
    assert (finders, sound) == (BOTH, True) and origin.startswith(str(target))


CHAINED = "import site; site.addsitedir({folder!r})\n"


@pytest.mark.parametrize("stacked", ["chained by a .pth", "PYTHONPATH"])
def test_a_notebook_environment_stacked_on_a_clusters(
    installer: Installer, older: Path, wheel: Path, tools: Path, tmp_path: Path, stacked: str
) -> None:
    cluster, notebook = make_venv(tmp_path / "cluster", tools), make_venv(tmp_path / "notebook", tools)
    installer(cluster.python, "install", older)
    installer(notebook.python, "install", wheel)
    workspace = Workspace(tmp_path).create()
    cluster.install_editable(src_project(workspace.home / "below", "below"))
    notebook.install_editable(src_project(workspace.home / "proj", "acme"))
    write(notebook.site_packages, {"library.py": LIBRARY})
    env = {"PYTHONPATH": str(cluster.site_packages)}
    if stacked == "chained by a .pth":
        env = {}
        write(notebook.site_packages, {"_cluster.pth": CHAINED.format(folder=str(cluster.site_packages))})
    first = notebook if not env else cluster  # PYTHONPATH comes before an environment's own folder
    options = {"env": {**DATABRICKS, **env}}
    finders, sound, origin = notebook.value(ARMED, **options)  # type: ignore[misc]
    assert (finders, sound, str(Path(origin).parent)) == (BOTH, True, str(first.site_packages))
    for era in ERAS:
        cells = ("import library; library.load('below.deep.leaf')", NEEDS_US)
        values = Notebook(notebook, workspace).values(*cells, runtime=era, env=env)
        assert values == ["below.deep.leaf", ["editable", "acme.deep.leaf"]]


def test_into_an_environment_that_sees_the_systems_packages(
    installer: Installer, tools: Path, wheel: Path, tmp_path: Path
) -> None:
    run([TARGET, "-m", "venv", "--without-pip", "--system-site-packages", tmp_path / "env"])
    environment = Environment(tmp_path / "env", tools)
    installer(environment.python, "install", wheel)
    assert armed(environment) == str(environment.site_packages)
    works_in_notebooks(environment, tmp_path)


@pytest.fixture
def with_pip(shared: Path, tools: Path, tmp_path: Path) -> Environment:
    """An environment as a cluster's, which has a pip of its own."""
    base = once(shared / "with-pip", lambda at: run([TARGET, "-m", "venv", at / "env"]) and None)
    shutil.copytree(base / "env", tmp_path / "env", symlinks=True)
    return Environment(tmp_path / "env", tools)


SCRIPT = ROOT / "tests/real/recipes/init_script.sh"


def test_the_init_script_in_a_clean_folder(with_pip: Environment, wheel: Path, tmp_path: Path) -> None:
    clean = tmp_path / "clean"
    clean.mkdir()
    environ = {
        "PATH": os.defpath,
        "HOME": str(clean),
        "PYSPARK_PYTHON": with_pip.python,
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(wheel.parent),
        **DATABRICKS,
    }
    for _ in range(2):  # a cluster that restarts runs it again
        done = subprocess.run(
            ["bash", str(SCRIPT)], env=environ, cwd=clean, capture_output=True, text=True, timeout=300
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout == f"dbx-patch {wheel.name.split('-')[1]} is installed\n"
    assert list(clean.iterdir()) == []
    works_in_notebooks(with_pip, tmp_path)


def test_the_init_script_fails_loudly(with_pip: Environment, tmp_path: Path) -> None:
    environ = {"PATH": os.defpath, "HOME": str(tmp_path), "PYSPARK_PYTHON": with_pip.python, "PIP_NO_INDEX": "1"}
    done = subprocess.run(["bash", str(SCRIPT)], env=environ, capture_output=True, text=True, timeout=300)
    assert done.returncode != 0 and "dbx-patch" in done.stderr


def test_the_init_script_passes_shellcheck() -> None:
    found = shutil.which("shellcheck", path=os.pathsep.join([os.path.dirname(TARGET), os.environ["PATH"]]))
    if found is None:
        pytest.skip("needs shellcheck: pip install '.[real]'")
    run([found, "--severity=style", SCRIPT])


def test_the_bundles_job_takes_its_libraries_from_requirements_txt() -> None:
    yaml = pytest.importorskip("yaml", reason="needs PyYAML: pip install '.[real]'")
    bundle = yaml.safe_load((SCRIPT.parent / "bundle/databricks.yml").read_text())
    (job,) = bundle["resources"]["jobs"].values()
    clusters = {cluster["job_cluster_key"] for cluster in job["job_clusters"]}
    for task in job["tasks"]:
        assert task["job_cluster_key"] in clusters
        assert task["libraries"] == [{"requirements": "${workspace.file_path}/requirements.txt"}]
    assert (SCRIPT.parent / "bundle/requirements.txt").read_text().split() == ["dbx-patch>=1"]
