"""The situations that the suite tries, each in Databricks' own code: the rows of the table."""

from __future__ import annotations

from dataclasses import dataclass, replace

from real.databricks.cells import PACKAGES
from real.databricks.worlds import GIT_FOLDER, MOUNT, NOTEBOOKS, PROJECTS

HOOK = "dbruntime.wsfs_import_hook"
LINE, FINDER, GIT = (PROJECTS[name] for name in ("acme_line", "acme_finder", "acme_git"))
# Who may import what lies beside the notebook without being installed: user code alone; all; or nothing lies there.
GUARDED, OPEN, NOTHING = "user code", "all", "nothing"


@dataclass(frozen=True)
class Scenario:
    """One row of the table. Paths are relative to the workspace.

    - ``process``: what is run: a ``driver``, a ``worker``, or an ``isolated`` worker with its own copy of pyspark;
    - ``notebook``: its folder, or "" for a job without one; ``repo``: the Git folder that it lies in;
    - ``tasks``: one for each task on the worker, true where a driver sends its path entries;
    - ``fails``: probes that must fail without dbx-patch: what the scenario is for;
    - ``beside``: who may import what lies beside the notebook.
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
    fails: tuple[str, ...] = ()
    beside: str = GUARDED

    def is_for(self, numbers: tuple[int, ...]) -> bool:
        return numbers >= self.since


IMPORTED = ("import acme_line; result = acme_line.VALUE",)
LOST = ("user code: acme_line", "library: acme_src")
REFUSED = ("library: acme_line",)


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
        scenario("notebook in the source folder", notebook=f"{LINE}/src", fails=REFUSED, beside=NOTHING),
        scenario("Git folder", notebook=f"{GIT}/notebooks", repo=GIT_FOLDER, fails=LOST, beside=OPEN),
        scenario("Git folder, paths sent", notebook=f"{GIT}/notebooks", repo=GIT, tasks=(True,), beside=OPEN),
        scenario("Git folder, notebook at its root", notebook=GIT, repo=GIT, fails=LOST, beside=OPEN),
        scenario("Git folder, notebook in the source folder", notebook=f"{GIT}/src", repo=GIT, fails=LOST, beside=OPEN),
        scenario("no notebook", notebook="", beside=NOTHING),
    ]


DRIVERS = [
    Scenario("driver: paths lost", "driver", fails=LOST),
    Scenario("driver: paths kept", "driver", keeps_paths=True),
    Scenario("driver: notebook in the project", "driver", FINDER, fails=LOST),
    Scenario("driver: notebook in the source folder", "driver", f"{LINE}/src", fails=REFUSED, beside=NOTHING),
    Scenario("driver: Git folder", "driver", f"{GIT}/notebooks", GIT, fails=LOST, beside=OPEN),
    Scenario("driver: Git folder, notebook in the source folder", "driver", f"{GIT}/src", GIT, fails=LOST, beside=OPEN),
    Scenario("driver: wrapt's hooks on packages and on the hook", "driver", watched=(*PACKAGES, HOOK), fails=LOST),
    Scenario(
        "driver: wrapt's hooks, notebook in the source folder",
        "driver",
        f"{LINE}/src",
        watched=(*PACKAGES, "acme_line.deep.leaf", HOOK),
        fails=REFUSED,
        beside=NOTHING,
    ),
]
# A worker's clean-up knows no other spelling than /Workspace: of the mount's, which installers write, it takes nothing.
MOUNTED = [
    Scenario("mount: driver, paths lost", "driver", fails=LOST),
    Scenario("mount: driver, paths kept", "driver", keeps_paths=True),
    Scenario("mount: driver, notebook in the source folder", "driver", f"{LINE}/src", fails=REFUSED, beside=NOTHING),
    Scenario(
        "mount: driver, notebook's folder in the mount's spelling",
        "driver",
        f"{LINE}/src",
        spelled=MOUNT,
        since=(17, 3),
        fails=REFUSED,
        beside=NOTHING,
    ),
    Scenario("mount: worker, no paths sent", "worker", fails=("user code: acme_git",)),
    Scenario("mount: worker, paths sent", "worker", tasks=(True,)),
    Scenario("mount: worker, second task, its paths not sent", "worker", tasks=(True, False), before=IMPORTED),
    Scenario("mount: worker, notebook in the source folder", "worker", f"{LINE}/src", beside=NOTHING),
    Scenario("mount: worker, Git folder", "worker", f"{GIT}/notebooks", GIT, beside=OPEN),
    Scenario("mount: isolated worker, no paths sent", "isolated", since=(17, 3), fails=("user code: acme_git",)),
    Scenario("mount: isolated worker, paths sent", "isolated", since=(17, 3), tasks=(True,)),
]
SCENARIOS = [
    *DRIVERS,
    *workers("worker", "worker: "),
    Scenario("worker: set up by arguments", "worker", by_arguments=True, since=(19,), fails=LOST),
    *workers("isolated", "isolated worker: ", since=(17, 3)),
    *(replace(scenario, mounted=True) for scenario in MOUNTED),
]
