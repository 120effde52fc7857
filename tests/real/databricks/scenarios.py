"""The situations that the suite tries, and the probes that it runs in each."""

from __future__ import annotations

from dataclasses import dataclass, field

from real.databricks.worlds import GIT_FOLDER, MOUNT, NOTEBOOKS, PROJECTS

PACKAGES = tuple(PROJECTS)
HOOK = "dbruntime.wsfs_import_hook"
LINE, FINDER, GIT = (PROJECTS[name] for name in ("acme_line", "acme_finder", "acme_git"))
# column of the table -> the code of a cell that sets ``result``, and what that has to be; {0} is an editable package
EDITABLE = {
    "user code": ("import {0}; result = {0}.VALUE", "editable"),
    "user code: submodules": ("from {0}.deep import leaf; result = leaf.NAME", "{0}.deep.leaf"),
    "user code: lazily": ("import {0}.lazy; result = {0}.lazy.load()", "{0}.deep.leaf"),
    "library": ("import library; result = library.by_statement('{0}').VALUE", "editable"),
    "library: submodules": ("import library; result = library.load('{0}.deep.leaf').NAME", "{0}.deep.leaf"),
    "library: lazily": ("import library; result = library.call(library.load('{0}.lazy').load)", "{0}.deep.leaf"),
}
BESIDE = {
    "beside: user code": "import beside; result = beside.VALUE",
    "beside: library": "import library; result = library.load('beside').VALUE",
    "beside: library's statement": "import library; result = library.by_statement('beside').VALUE",
}
MISSING = ("no_such_module", "no_such_package.part", "msvcrt", "beside_not")
SPARED = {
    "a library misses": f"import library; result = library.miss(*{MISSING})",
    "a library imports a library": "import library; result = library.load('neighbour').VALUE",
    "a library imports of Python": "import library; result = library.load('colorsys').__name__",
    "user code imports a library": "import neighbour; result = neighbour.VALUE",
}


def probes() -> dict[str, str]:
    """Return all of a scenario's: name -> code. Those of an editable package have it in their name."""
    editable = {f"{name}: {p}": code.format(p) for name, (code, _) in EDITABLE.items() for p in PACKAGES}
    return {**editable, **BESIDE, **SPARED}


def expected() -> dict[str, str]:
    """Return what probes of editable packages have to find."""
    return {f"{name}: {p}": value.format(p) for name, (_, value) in EDITABLE.items() for p in PACKAGES}


@dataclass(frozen=True)
class Scenario:
    """One row of the table. Paths are relative to the workspace.

    - ``process``: what is run: a ``driver``, a ``worker``, or an ``isolated`` worker with its own copy of pyspark;
    - ``notebook``: its folder, or "" for a job without one; ``repo``: the Git folder that it lies in;
    - ``tasks``: one for each task on the worker, true where a driver sends its path entries;
    - ``fails``: probes that must fail without dbx-patch: what the scenario is for.
    """

    name: str
    process: str
    notebook: str = NOTEBOOKS
    repo: str = ""
    tasks: tuple[bool, ...] = (False,)
    by_arguments: bool = False
    keeps_paths: bool = False
    mounted: bool = False
    spelled: str = "Workspace"
    watched: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    since: tuple[int, ...] = ()
    fails: tuple[str, ...] = field(default=())
    refused: bool = True

    def is_for(self, numbers: tuple[int, ...]) -> bool:
        return numbers >= self.since


IMPORTED = ("import acme_line; result = acme_line.VALUE",)
LOST = ("user code: acme_line", "library: acme_src")
GUARDED = ("library: acme_line",)


def workers(process: str, prefix: str, since: tuple[int, ...] = ()) -> list[Scenario]:
    """Return what holds for both kinds of workers."""

    def scenario(name: str, **settings: object) -> Scenario:
        return Scenario(f"{prefix}{name}", process, since=since, **settings)  # type: ignore[arg-type]

    return [
        scenario("no paths sent", fails=LOST),
        scenario("paths sent", tasks=(True,)),
        scenario("second task, its paths not sent", tasks=(True, False), before=IMPORTED, fails=LOST[1:]),
        scenario("second task, the first one's paths not sent", tasks=(False, True), before=IMPORTED),
        scenario("notebook in the project", notebook=FINDER, fails=LOST),
        scenario("notebook in the source folder", notebook=f"{LINE}/src", fails=GUARDED),
        scenario("Git folder", notebook=f"{GIT}/notebooks", repo=GIT_FOLDER, fails=LOST, refused=False),
        scenario("Git folder, paths sent", notebook=f"{GIT}/notebooks", repo=GIT, tasks=(True,), refused=False),
        scenario("Git folder, notebook at its root", notebook=GIT, repo=GIT, fails=LOST, refused=False),
        scenario("Git folder, notebook in the source folder", notebook=f"{GIT}/src", repo=GIT, fails=LOST, refused=False),
        scenario("no notebook", notebook="", refused=False),
    ]


DRIVERS = [
    Scenario("driver: paths lost", "driver", fails=LOST),
    Scenario("driver: paths kept", "driver", keeps_paths=True),
    Scenario("driver: notebook in the project", "driver", FINDER, fails=LOST),
    Scenario("driver: notebook in the source folder", "driver", f"{LINE}/src", fails=GUARDED),
    Scenario("driver: Git folder", "driver", f"{GIT}/notebooks", GIT, fails=LOST, refused=False),
    Scenario("driver: Git folder, notebook in the source folder", "driver", f"{GIT}/src", GIT, fails=LOST, refused=False),
    Scenario("driver: wrapt's hooks on packages and on the hook", "driver", watched=(*PACKAGES, HOOK), fails=LOST),
    Scenario(
        "driver: wrapt's hooks, notebook in the source folder",
        "driver",
        f"{LINE}/src",
        watched=(*PACKAGES, "acme_line.deep.leaf", HOOK),
        fails=GUARDED,
    ),
]
MOUNTED = [
    Scenario("mount: driver, paths lost", "driver", mounted=True, fails=LOST),
    Scenario("mount: driver, paths kept", "driver", mounted=True, keeps_paths=True),
    Scenario("mount: driver, notebook in the source folder", "driver", f"{LINE}/src", mounted=True, fails=GUARDED),
    Scenario(
        "mount: driver, notebook's folder in the mount's spelling",
        "driver",
        f"{LINE}/src",
        mounted=True,
        spelled=MOUNT,
        since=(17, 3),
        fails=GUARDED,
    ),
    Scenario("mount: worker, no paths sent", "worker", mounted=True, fails=LOST[:1]),
    Scenario("mount: worker, paths sent", "worker", mounted=True, tasks=(True,)),
    Scenario("mount: worker, notebook in the source folder", "worker", f"{LINE}/src", mounted=True, fails=GUARDED),
    Scenario(
        "mount: worker, Git folder", "worker", f"{GIT}/notebooks", GIT, mounted=True, fails=LOST[:1], refused=False
    ),
]
SCENARIOS = [
    *DRIVERS,
    *workers("worker", "worker: "),
    Scenario("worker: set up by arguments", "worker", by_arguments=True, since=(18,), fails=LOST),
    *workers("isolated", "isolated worker: ", since=(17, 3)),
    *MOUNTED,
]
