"""A cell runs by itself in a thread, ends with a value or an error, and is not waited for without end."""

from __future__ import annotations

import sys
import threading
import time
from types import SimpleNamespace

import pytest

from dbx_patch.selftest import asking
from dbx_patch.selftest.asking import Asker, Hung, Outcome, OutOfTime, library_folder

pytestmark = pytest.mark.usefixtures("import_state")


def asker(seconds: float = 30.0) -> Asker:
    return Asker("some_token", time.monotonic() + seconds)


def test_a_cell_has_a_value_or_an_error() -> None:
    assert asker(0.9).cell("result = 1 + 1") == Outcome(True, 2), "there is less than a second left, and that will do"
    cells = asker()
    assert cells.cell("x = 1") == Outcome(True, None)
    assert cells.cell("import no_such") == Outcome(False, "ModuleNotFoundError: No module named 'no_such'")
    assert cells.cell("raise SystemExit('x')") == Outcome(False, "SystemExit: x")
    assert cells.cell("result = __name__").value == "__main__" and cells.wait() == []


def test_its_stack_has_nothing_but_the_cell() -> None:
    code = (
        "import sys\nframe, result = sys._getframe(), []\nwhile frame:\n    result.append(frame.f_code.co_filename)\n"
    )
    files = asker().cell(code + "    frame = frame.f_back\n").value
    assert files[0] == "<ipython-input-1-selftest>" and len(files) == 2 and __file__ not in files


def test_no_thread_is_left_in_the_list_of_threads() -> None:
    before = set(threading._active)  # type: ignore[attr-defined]
    asker().cell("import threading; result = threading.current_thread().name")
    assert set(threading._active) <= before  # type: ignore[attr-defined]


def test_the_library_is_a_module_of_a_site_folder() -> None:
    cells = asker()
    cells.add_library("/some/site-packages")
    code = "import LIBRARY; result = [LIBRARY.__name__, LIBRARY.load('json.decoder'), LIBRARY.call(len, 'ab')]"
    assert cells.cell(code).value == ["some_token_library", "json.decoder", 2]
    assert sys.modules["some_token_library"].load.__code__.co_filename == "/some/site-packages/some_token_library.py"


def test_a_hang_and_the_end_of_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OutOfTime, match="self-test was over"):
        asker(-1).cell("result = 1")
    slow = asker(0.2)
    with pytest.raises(OutOfTime, match="while a cell still ran"):
        slow.cell("import time; time.sleep(0.6)")
    assert slow.wait() == [] and slow.wait() == [], "it has ended meanwhile"
    monkeypatch.setattr(asking, "_LONGEST_SECONDS", 0.1)
    hung, over, before = asker(), threading.Event(), set(threading._active)  # type: ignore[attr-defined]
    sys.modules["some_token_event"] = SimpleNamespace(wait=over.wait)  # type: ignore[assignment]
    with pytest.raises(Hung, match="no answer within 0 s"):
        hung.cell("import some_token_event, threading; threading.current_thread(); some_token_event.wait(20)")
    assert hung.wait() == ["a cell that has not ended, and may still import"]
    over.set()
    ends = time.monotonic() + 20
    while not set(threading._active) <= before:  # type: ignore[attr-defined]
        assert time.monotonic() < ends, "its thread is still in the list of threads"
        time.sleep(0.01)


def test_which_folder_is_a_librarys() -> None:
    """One that is on the path, and that the hooks know where they know any."""
    sys.path[:] = ["/ws", "/a/site-packages", "/b/dist-packages/", 1]  # type: ignore[list-item]
    assert library_folder([]) == "/a/site-packages"
    guard = SimpleNamespace(_WsfsImportHook__site_packages=["/b"], other_site=["/c"], count_site_packages=2)
    assert library_folder([guard]) == "/b/dist-packages/"
    assert library_folder([guard, SimpleNamespace(_site_packages=("/c",))]) == ""
