"""What comes of each phase's cells, and of those after it, where no fault is injected; of an error its first words."""

from __future__ import annotations

from typing import Any

NO_MODULE = "ModuleNotFoundError: No module named {!r}".format

OUTCOMES = {
    "start-up": ["1", "2"],
    "runtime": ["None", "1"],
    "cell": ["'acme_src.sub'", "'acme_flat.deep.leaf'", "'acme_src.deep.leaf'"],
    "library": ["'acme_src.deep.leaf'", "'acme_flat.sub'", "'acme_space.half'"],
    "ordinary": [
        "'beside the notebook'",
        NO_MODULE("beside2"),
        NO_MODULE("no_such_module"),
        "'colorsys'",
        NO_MODULE("acme_src.nothing"),
        "LookupError: its own",
        "NotebookImportException: Unable to import module `acme_src.a_notebook`.",
        "ImportError: cannot import name 'nowhere' from 'acme_src'",
    ],
    "after the cell": ["False", "'acme_src.deep'", "1"],
    "lost": ["None", "'acme_src.deep.leaf'", "'acme_src.sub'", "None"],
    # The third imports what was uninstalled: that is gone at once, as a wheel's files are.
    "installed": ["'editable'", "'acme_late.sub'", NO_MODULE("acme_new"), NO_MODULE("acme_late"), "'editable'"],
    "every shape": [
        *("'acme_c.sub'", "'acme_d.sub'", "'acme_g.sub'", "'acme_h.sub'", "'acme_p.sub'"),
        *("'stand-in'", "'acme_e.sub'", "'acme_n.part'"),
    ],
    "reading anew": [NO_MODULE("acme_nothing_at_all"), "False", "['deep', 'lazy', 'sub']"],
    "executor": ["1", "1", "'acme_src.sub'", "'acme_flat.deep'"],
    "reloaded": ["None", "1", "'acme_src.sub'"],
    "removed": ["1", "'beside the notebook'", NO_MODULE("no_such_module")],
}
_OTHERS = [NO_MODULE("no_such_module"), "LookupError: its own", "'beside the notebook'"]
_AFTER = ["'acme_src.sub'", "'acme_src.deep.leaf'", "'acme_flat.deep.leaf'", *_OTHERS]
AFTER = {
    **dict.fromkeys(OUTCOMES, _AFTER),
    "start-up": [*_AFTER[:5], NO_MODULE("beside")],  # the runtime has put nothing on sys.path yet
    "removed": ["'acme_src.sub'", NO_MODULE("acme_src.deep"), NO_MODULE("acme_flat.deep"), *_OTHERS],
}


def unhealthy(plain: dict[str, dict[str, Any]]) -> list[str]:
    """Return what is wrong with the phases of a process in which no fault was injected."""
    wrong = []
    for phase, expected in OUTCOMES.items():
        for what, wanted in (("outcomes", expected), ("after", AFTER[phase])):
            found = plain[phase][what]
            if len(found) != len(wanted) or not all(map(str.startswith, found, wanted)):
                wrong.append(f"{phase}, {what}: {found}")
    return wrong if plain.keys() == OUTCOMES.keys() else [*wrong, f"other phases: {sorted(plain)}"]
