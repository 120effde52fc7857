"""The promises about what cells, libraries and threads import."""

from __future__ import annotations

import sys

from dbx_patch.index import snapshot
from dbx_patch.index.pth_files import entries_in_order
from dbx_patch.index.snapshot import EDITABLE
from dbx_patch.selftest.trial import Broken, NotTried, Trial, guard_of

_BOTH = "import {0}, {1}; result = [{0}.VALUE, {1}.VALUE]"
_THREADS = """
import LIBRARY, threading
result = []
def work(name):
    try:
        result.append(LIBRARY.load(name))
    except ImportError as error:
        result.append("ImportError: " + str(error))
threads = [threading.Thread(target=work, args=(name,), daemon=True) for name in {names}]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join(5)
result = sorted(result)
"""


def cell(trial: Trial) -> str:
    """A cell imports the packages, whose path entries are where a start has left them, and their submodules."""
    line, finder = trial.stage.line, trial.stage.finder
    trial.expect(_BOTH.format(line, finder), ["editable", "editable"])
    trial.expect(f"from {line}.deep import leaf; result = leaf.NAME", line + ".deep.leaf")
    trial.expect(f"from {finder}.deep import leaf; result = leaf.NAME", finder + ".deep.leaf")
    return _where(trial)


def lost_path(trial: Trial) -> str:
    """Whatever has dropped the path entry, the next import puts it back, right behind its site folder."""
    root = trial.stage.root
    sys.path[:] = [entry for entry in sys.path if entry != root]
    trial.expect(f"import {trial.stage.line} as found; result = found.VALUE", "editable")
    order = entries_in_order()
    if root not in order:
        raise Broken("the import works, but the path entry was not put back on sys.path")
    if trial.site_folder in order and order.index(root) < order.index(trial.site_folder):
        raise Broken("the path entry was put back before its site folder")
    return ""


def library(trial: Trial) -> str:
    """Code in a site folder imports a package and a submodule, and neither had been imported."""
    trial.needs_library()
    trial.needs_workspace()
    for name in (trial.stage.line, trial.stage.finder):
        for wanted in (name, name + ".deep.leaf"):
            trial.expect(f"import LIBRARY; result = LIBRARY.load({wanted!r})", wanted)
    return _where(trial)


def lazy(trial: Trial) -> str:
    """Editable code that a library calls imports a part of its own package."""
    trial.needs_library()
    trial.needs_workspace()
    for name in (trial.stage.line, trial.stage.finder):
        trial.expect(f"import LIBRARY, {name}.lazy as lazy; result = LIBRARY.call(lazy.load)", name + ".deep.leaf")
    return _where(trial)


def threads(trial: Trial) -> str:
    """Threads import at once, through a library."""
    trial.needs_library()
    trial.needs_workspace()
    names = [name + part for name in (trial.stage.line, trial.stage.finder) for part in (".part", ".deep.leaf")]
    trial.expect(_THREADS.format(names=names), sorted(names))
    return ""


def new_submodule(trial: Trial) -> str:
    """A file that is added to a package after that was imported can be imported at once."""
    line, finder = trial.stage.line, trial.stage.finder
    trial.cell(_BOTH.format(line, finder))
    trial.cell(f"import {line}.part, {finder}.part")  # each folder has been listed now
    for name in (line, finder):
        trial.stage.add_module(name, "added")
        trial.expect(f"import {name}.added as found; result = found.NAME", name + ".added")
        if trial.library_folder and trial.stage.guarded:
            trial.stage.add_module(name, "added_later")
            code = f"import LIBRARY; result = LIBRARY.load('{name}.added_later')"
            trial.expect(code, name + ".added_later")
    return ""


def beside(trial: Trial) -> str:
    """What lies beside the notebook is refused to a library, as it is without dbx-patch."""
    trial.needs_library()
    folder, name = trial.stage.notebook_folder, trial.stage.beside
    if not folder or not trial.stage.is_beside_notebook():
        raise NotTried(trial.stage.reason or "the projects were not to lie beside the notebook")
    if snapshot.current().whose(folder) is EDITABLE:
        raise NotTried("the notebook lies in a source folder of an editable install")
    trial.stage.write_beside()
    guard = guard_of(folder)
    if guard is None:
        raise NotTried("nothing of the runtime guards the notebook's folder here, so libraries may look there")
    getattr(guard, "invalidate_caches", lambda: None)()
    control = trial.attempt(f"import {name} as found; result = found.VALUE")
    if not control.works:
        raise NotTried(f"a cell cannot import it either: {control.value}")
    trial.state.forget_modules(kept=(trial.asker.library,))
    if not trial.attempt(f"import LIBRARY; result = LIBRARY.load({name!r})").works:
        return f"refused by {type(guard).__name__}"
    if _runtime_allows(trial, guard):
        raise NotTried(f"{type(guard).__name__} lets libraries look beside the notebook here, without dbx-patch too")
    raise Broken("a library can import a module beside the notebook, which the runtime would refuse without dbx-patch")


def _runtime_allows(trial: Trial, guard: object) -> bool:
    """Ask the runtime's own decision, less our part of it, from a library's code."""
    space = dict(vars(type(guard)))
    originals = [getattr(f, "__wrapped__", None) for name, f in space.items() if name.endswith("is_user_import")]
    asked = [original for original in originals if original is not None]
    if not asked:
        return True  # nothing of ours is in it
    load = trial.attempt("import LIBRARY; result = LIBRARY.call")
    answers: list[object] = []
    sys.modules[trial.asker.library].__dict__.update(_asked=asked[0], _guard=guard, _answers=answers)
    trial.attempt("import LIBRARY; LIBRARY._answers.append(LIBRARY.call(LIBRARY._asked, LIBRARY._guard))")
    return bool(load.works and answers and answers[0])


def _where(trial: Trial) -> str:
    """Say what stands guard over the projects: where nothing does, an import is less of a proof."""
    guard = guard_of(trial.stage.package_folder(trial.stage.line))
    if not trial.stage.guarded:
        return f"tried outside the workspace: {trial.stage.reason}"
    return f"the folder is guarded by {type(guard).__name__}" if guard is not None else "nothing guards the folder"
