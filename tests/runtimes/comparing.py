"""The differences between two fingerprints, each a line that says what to look at."""

from __future__ import annotations

from typing import Any, Iterator

OURS = ("dbx_patch.", "<an installer's finder>")
LISTS = {"meta_path": "sys.meta_path", "path_hooks": "sys.path_hooks"}


def of_runtime(report: dict[str, Any], assumed: dict[str, Any]) -> Iterator[str]:
    """Yield what a report's runtime has otherwise than the simulated one."""
    for name, module in report["modules"].items():
        yield from of_module(name, module, assumed["modules"].get(name, {}))
    for key, title in LISTS.items():
        here, there = ([kind for kind in side[key] if not kind.startswith(OURS)] for side in (report, assumed))
        if plain(here) != plain(there):
            yield f"{title}: {', '.join(here)}; simulated: {', '.join(there)}"
    if report["import"] != assumed["import"]:
        yield f"__import__: {report['import']}; simulated: {assumed['import']}"


def plain(kinds: list[str]) -> list[str]:
    """A simulated hook is a partial of the class, since it is for a workspace below another folder."""
    return [kind[len("partial(") : -1] if kind.startswith("partial(") else kind for kind in kinds]


def of_module(name: str, module: dict[str, Any], assumed: dict[str, Any]) -> Iterator[str]:
    """Yield what a module has otherwise: whether it is there, and the names that dbx-patch relies on."""
    there, expected = (side.get("state", "absent") != "absent" for side in (module, assumed))
    if there != expected:
        if not name.startswith(("pyspark.", "_engine_pyspark.")):  # a driver may be without Spark's folder
            yield f"{name}: {'is there' if there else 'is absent'}; simulated: {'there' if expected else 'absent'}"
        return
    if not there:
        return
    if module.get("problem"):
        yield f"{name}: {module['problem']}"
    yield from of_attributes(name, module, assumed, "simulated")


def of_attributes(name: str, module: dict[str, Any], other: dict[str, Any], whose: str) -> Iterator[str]:
    """Yield the names that one has and the other has not, or with other parameters."""
    if module.get("sha256") is None:  # then it is not known which parameters a function has
        return
    missing = False
    for attribute, what in module["attributes"].items():
        expected = other.get("attributes", {}).get(attribute)
        if what != expected:
            missing = missing or what is None
            yield f"{name}: {attribute} is {what or 'missing'}; {whose}: {expected or 'missing'}"
    if missing:
        yield f"{name}: it has {', '.join(module.get('names', []))}"


def of_published(report: dict[str, Any], version: str, hooks: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Yield how the hooks in a report differ from the newest published one."""
    for name, hook in hooks.items():
        module = report["modules"].get(name, {})
        if module.get("sha256") and module["sha256"] != hook["sha256"]:
            yield f"{name}: its source is not that of {version}: {module['sha256'][:16]}, not {hook['sha256'][:16]}"
            yield from of_attributes(name, module, hook, version)


def of_promises(report: dict[str, Any]) -> Iterator[str]:
    """Yield the promises that did not hold, and what was left behind."""
    for promise in report["promises"]:
        if promise["verdict"] == "fails":
            yield f"promise {promise['name']}: {promise['reason']}"
    for what in report["left"]:
        yield f"left behind: {what}"
