"""Which test reaches which line of dbx-patch, in its own process and in those that it starts.

A module for the environments under test, where a ``.pth`` starts it, and a pytest plugin (``-p mutation.lines``). It
imports nothing but what each start has loaded, and writes each line once: test, file or module, number.
"""

import os
import sys

LOG = "MUTATION_LINES"  # names the file
_seen = set()
_ours = {}


def _named(filename):
    """Return a file of ours relative to ``src``, or the module that code without a file is of; "" for others."""
    if filename.startswith("<dbx_patch"):
        return filename[1:-1]
    if filename.endswith("_dbx_patch_bootstrap.py"):
        return "_dbx_patch_bootstrap.py"
    found = filename.rfind("/dbx_patch/")
    return filename[found + 1 :] if found >= 0 and "/simulator/" not in filename else ""


def _trace(frame, event, argument):
    if _ours is None:  # the interpreter ends, and has cleared this module
        return None
    filename = frame.f_code.co_filename
    name = _ours.get(filename)
    if name is None:
        name = _ours[filename] = _named(filename)
    if not name:
        return None
    if event == "line":
        test = os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]
        line = (test, name, frame.f_lineno)
        if line not in _seen:
            _seen.add(line)
            try:
                log = os.open(os.environ[LOG], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
                os.write(log, "{}\t{}\t{}\n".format(*line).encode())
                os.close(log)
            except (OSError, KeyError):
                pass  # a test that leaves no file number free, or no variables
    return _trace


def start():
    if os.environ.get(LOG):
        sys.settrace(_trace)
        if "threading" in sys.modules:
            sys.modules["threading"].settrace(_trace)


def install_into(site_packages):
    """Have the processes of an environment trace themselves."""
    with open(__file__, encoding="utf-8") as stream:
        source = stream.read()
    files = {
        "_mutation_lines.py": source,
        "000_mutation_lines.pth": "import _mutation_lines; _mutation_lines.start()\n",
    }
    for name, text in files.items():
        with open(os.path.join(str(site_packages), name), "w", encoding="utf-8") as stream:
            stream.write(text)


if "pytest" in sys.modules:
    start()
