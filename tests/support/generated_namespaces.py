"""Parts of one namespace in several projects, each installed in its own way; and start-up files that are damaged."""

from __future__ import annotations

from pathlib import Path

from support.generated_projects import Drawn, Shape, add_finder
from support.installed import distribution
from support.workspaces import write

SPACE = "space"


def part_of_namespace(drawn: Drawn, name: str, project: Path, site: Path) -> None:
    """A package in a namespace: by a path line, by one of setuptools' two forms of finder, as a link, or as a copy."""
    stem = f"{name}_part{len(drawn.told)}"
    how = drawn.random.choice(["path line", "finder", "finder that lists packages", "link", "copy"])
    drawn.tell(f"{SPACE}.{name} by {how}")
    files = {f"{SPACE}/{name}/__init__.py": "", f"{SPACE}/{name}/sub.py": f"from {SPACE} import {name}\n"}
    extra = drawn.random.choice(["", "", f"{SPACE}/loose.py", f"{SPACE}/other/part.py"])
    write(project, {**files, "pyproject.toml": "", **({extra: ""} if extra else {})})
    package = project / SPACE / name
    if how == "path line":
        distribution(site, stem, [f"_{stem}.pth"], project=project)
        write(site, {f"_{stem}.pth": f"{project}\n"})
    elif how.startswith("finder"):
        folders = [] if "lists" in how else [str(project / SPACE)]
        mapping = {f"{SPACE}.{name}": str(package)}
        add_finder(
            drawn, name, mapping if "lists" in how else {SPACE: str(project / SPACE)}, {SPACE: folders}, project, site
        )
    elif how == "link":
        distribution(site, stem, [f"{SPACE}/{name}"], project=project)
        (site / SPACE).mkdir(exist_ok=True)
        if not (site / SPACE / name).is_symlink() and not (site / SPACE / name).exists():
            (site / SPACE / name).symlink_to(package)
    else:
        distribution(site, stem, list(files), project=project)
        if not (site / SPACE / name).is_symlink():
            write(site, files)


def damage_start_up(drawn: Drawn, sites: list[Path]) -> None:
    """Take away a file that an installer has left, or half of it."""
    files = [
        file
        for site in sites
        for kind in ("*.pth", "*_finder.py", "_editable_*.py", "*_loader.py")
        for file in site.glob(kind)
    ]
    files = sorted(file for file in files if not file.name.startswith(("zzz_", "lower_")))
    what = drawn.random.choice(["", "", "", "a file gone", "half a file"])
    if not files or not what:
        return
    file = drawn.random.choice(files)
    drawn.tell(f"{what}: {file}")
    if what == "a file gone":
        file.unlink()
    else:
        text = file.read_text()
        file.write_text(text[: len(text) // 2])


NAMESPACES: list[Shape] = [part_of_namespace, part_of_namespace]
