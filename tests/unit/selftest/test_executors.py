"""The promise about executors holds, fails or is not tried by what a function there has found."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from dbx_patch.selftest import projects
from dbx_patch.selftest.executors import active_session, executors
from dbx_patch.selftest.trial import Broken, NotTried
from support.workspaces import write

pytestmark = pytest.mark.usefixtures("import_state")


class Session:
    """What the self-test uses of Spark: the function runs here, and its answer can be changed."""

    def __init__(self, **changed: Any) -> None:
        self.changed = changed

    def range(self, number: int) -> Session:
        return self

    def select(self, answer: Any) -> Session:
        self.answer = answer
        return self

    def collect(self) -> Any:
        if "raises" in self.changed:
            raise ValueError(self.changed["raises"])
        return [[json.dumps({**json.loads(self.answer), **self.changed})]]


@pytest.fixture
def spark() -> Any:
    """Has `pyspark.sql` be there; ``active`` and ``made`` are the session that is active, and a new one."""
    sessions = SimpleNamespace(active=None, made=Session())
    builder = SimpleNamespace(getOrCreate=lambda: sessions.made)
    kind = type("SparkSession", (), {"getActiveSession": lambda: sessions.active, "builder": builder})
    for name in ("pyspark", "pyspark.sql", "pyspark.sql.functions"):
        sys.modules[name] = ModuleType(name)
    sys.modules["pyspark.sql"].SparkSession = kind  # type: ignore[attr-defined]
    sys.modules["pyspark.sql.functions"].udf = lambda function, kind: function  # type: ignore[attr-defined]
    sessions.kind = kind
    return sessions


@pytest.fixture
def trial(tmp_path: Path) -> Any:
    root = tmp_path / "line project/src"
    for file, text in projects.package("some_line").items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_text(text)
    return SimpleNamespace(stage=SimpleNamespace(line="some_line", root=str(root)))


def test_which_session(spark: Any) -> None:
    assert active_session(False) is None and active_session(True) is spark.made
    spark.active = Session()
    assert active_session(False) is spark.active and active_session(True) is spark.active
    del spark.kind.getActiveSession
    assert active_session(False) is None
    del sys.modules["pyspark.sql"]
    assert active_session(False) is None


SAID: "dict[str, tuple[dict[str, Any], Any]]" = {
    "the driver had sent the path entry": ({"value": "some_line.part", "armed": True, "sent": True}, None),
    "the driver had not sent the path entry": ({"value": "some_line.part", "armed": True, "sent": False}, None),
    "the executors do not see the project's folder": ({"there": False}, NotTried),
    "without dbx-patch, which is not active there": ({"value": "some_line.part", "armed": False}, NotTried),
    "E: x; dbx-patch is installed there, but not active": (
        {"value": None, "armed": False, "installed": True, "error": "E: x"},
        Broken,
    ),
    "E: x; dbx-patch is not installed there": (
        {"value": None, "armed": False, "installed": False, "error": "E: x"},
        Broken,
    ),
    "E: x; the driver had sent the path entry": ({"value": None, "armed": True, "sent": True, "error": "E: x"}, Broken),
    "the UDF did not run: ValueError: no worker": ({"raises": "no worker"}, NotTried),
}


@pytest.mark.parametrize("said", SAID)
def test_what_is_judged(spark: Any, trial: Any, said: str) -> None:
    changed, error = SAID[said]
    spark.active = Session(**changed)
    if error is None:
        assert executors(trial, False) == said
    else:
        with pytest.raises(error) as raised:
            executors(trial, False)
        assert str(raised.value).endswith(said)


def test_the_function_itself(spark: Any, trial: Any) -> None:
    """It imports by a `.pth` of its own, which nobody reads here, and leaves nothing."""
    spark.active = Session(armed=False, installed=False)
    before, folders = list(sys.path), os.listdir(os.path.dirname(trial.stage.root))
    with pytest.raises(Broken, match="ModuleNotFoundError: No module named 'some_line'; dbx-patch is not installed"):
        executors(trial, False)
    assert sys.path == before and os.listdir(os.path.dirname(trial.stage.root)) == folders


def test_without_a_session(spark: Any, trial: Any) -> None:
    with pytest.raises(NotTried, match="no Spark session is active; --spark starts one"):
        executors(trial, False)

    def fails() -> None:
        raise RuntimeError("no Java")

    spark.kind.getActiveSession = fails
    with pytest.raises(NotTried, match="there is no Spark session to be had: RuntimeError: no Java"):
        executors(trial, True)


def test_a_session_is_made_only_if_it_is_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "class SparkSession:\n    class builder:\n        getOrCreate = staticmethod(lambda: 'new')\n"
    write(tmp_path, {"pyspark/__init__.py": "", "pyspark/sql.py": source})
    for name in [name for name in sys.modules if name.partition(".")[0] == "pyspark"]:
        del sys.modules[name]
    sys.path.insert(0, str(tmp_path))
    assert active_session(False) is None and "pyspark.sql" not in sys.modules
    assert active_session(True) == "new" and active_session(False) is None
