"""A module for kernels, with which what is on the disk can be away there for a while, and come back."""

# For cells, and for a start: what is away, and what is there again. Whatever asks the disk fails: importlib as well.
MODULE = """
import errno, importlib, os, posix, resource, sys, time
from types import SimpleNamespace

kept = []

def lose_mount(folder, error):
    for module in (os, posix):
        for name in ("open", "stat", "lstat", "scandir", "listdir", "readlink"):
            kept.append((module, name, getattr(module, name)))
            setattr(module, name, failing(folder, error, getattr(module, name)))

def failing(folder, error, function):
    def look(path=".", *args, **options):
        if isinstance(path, (str, os.PathLike)) and (os.fspath(path) + "/").startswith(folder + "/"):
            raise OSError(getattr(errno, error), error, path)
        return function(path, *args, **options)
    return look

def mount_again():
    while kept:
        setattr(*kept.pop())

def with_no_more_files(function):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        return function()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

def switch_branch(moves):
    for old, new in moves:
        os.rename(old, new)

def something_is_installed(site):
    os.utime(site)

def a_second_passes():
    from dbx_patch.index import site_folder
    real, seconds = site_folder.time.monotonic, site_folder.RETRY_SECONDS
    site_folder.time = SimpleNamespace(monotonic=lambda: real() + seconds, time_ns=time.time_ns)

def load(names):
    "What a library gets, and what a cell does."
    import library
    found = []
    for name in names:
        for load in (library.load, importlib.import_module):
            try:
                found.append(load(name) and "ok")
            except Exception as error:
                found.append(type(error).__name__)
        for module in [m for m in sys.modules if m.partition(".")[0] == name.partition(".")[0]]:
            del sys.modules[module]
    return found

def codes():
    import dbx_patch
    found = {finding.code for finding in dbx_patch.verify_editable_installs(verbose=False).findings}
    return sorted(found - {"patch-not-applicable"})

if "LOST_AT_START" in os.environ:
    lose_mount(os.environ["LOST_AT_START"], "ENOTCONN")
"""
