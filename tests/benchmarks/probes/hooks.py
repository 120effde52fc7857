"""Probe: the workspace hook's decision and answers. ``hooks.py ERA ROOT DEPTH times|WHICH [CALLS]``.

The outermost frame is a library's, so that both walk the whole stack of DEPTH frames of nobody's code, as far as
they look. In an armed interpreter with a simulated runtime's folder on PYTHONPATH.
"""

import json
import os
import sys

from paired import loop, paired

_CLASSES = {
    "legacy": ("dbruntime.wsfs_import_hook", "WsfsImportHook", "_WsfsImportHook__is_user_import"),
    "modern": ("dbruntime.workspace_import_machinery", "_WorkspacePathEntryFinder", "_is_user_import"),
}


def functions(era, root):
    """Return name -> function: the runtime's decision, the patched one, and a hit's finding with and without a hook."""
    module, name, method = _CLASSES[era]
    hook = getattr(__import__(module, fromlist=[name]), name)
    patched = getattr(hook, method)
    finder = hook(root, test_prefix=os.environ["WSFS_TEST_DIR"])
    inner = next(value for value in vars(finder).values() if hasattr(value, "path_hook"))
    assert finder.find_spec("acme_000") is not None
    return {
        "own": lambda: patched.__wrapped__(finder),
        "patched": lambda: patched(finder),
        "hit": lambda: finder.find_spec("acme_000"),
        "FileFinder": lambda: inner.find_spec("acme_000"),
    }


def at_depth(depth, function):
    return function() if depth <= 0 else at_depth(depth - 1, function)


def main():
    era, root, depth, what = sys.argv[1:5]
    found = functions(era, root)

    def work():
        if what == "times":
            result = {"decision": paired(found["patched"], found["own"], 100, 25)}
            result["hit"] = paired(found["hit"], found["FileFinder"], 100, 25)
            print(json.dumps(result))
        else:
            loop(found[what], int(sys.argv[5]))

    sys.setrecursionlimit(5000)
    library = next(entry for entry in sys.path if entry.endswith("site-packages")) + "/library.py"
    namespace = {"at_depth": at_depth, "work": work, "depth": int(depth)}
    exec(compile("at_depth(depth, work)", library, "exec"), namespace)


main()
