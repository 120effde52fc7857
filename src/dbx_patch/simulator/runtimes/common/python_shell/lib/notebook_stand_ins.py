"""What every notebook finds in its namespace. Part of the simulator, not of the runtime: each says what it is."""

from __future__ import annotations

from typing import Any, Dict, List


class NotSimulated(AttributeError):
    """Something that only Databricks has. An AttributeError, so that code which asks `hasattr` goes on."""


class Restart(BaseException):
    """`dbutils.library.restartPython()`: the next cell runs in another process."""


class Exit(BaseException):
    """`dbutils.notebook.exit()`: no other cell runs."""


class StandIn:
    """Stands for *name*, which the simulation does not have."""

    def __init__(self, name: str, hint: str = "") -> None:
        self._name, self._hint = name, hint

    def __repr__(self) -> str:
        return f"<stand-in for {self._name}: only the import layers of Databricks are simulated>"

    def __getattr__(self, attribute: str) -> Any:
        raise NotSimulated(f"{self._name} is a stand-in of the simulation and has no {attribute!r}.{self._hint}")


class _Library(StandIn):
    def restartPython(self) -> None:
        raise Restart

    def installPyPI(self, *args: Any, **kwargs: Any) -> None:
        print("dbutils.library.installPyPI() does nothing in the simulation")


class _Notebook(StandIn):
    def exit(self, value: Any = "") -> None:
        raise Exit(str(value))


class _Widgets(StandIn):
    """Values come from the command line (``name=value``), else they are the defaults."""

    def __init__(self, name: str, given: Dict[str, str]) -> None:
        super().__init__(name)
        self._given = given
        self._defaults: Dict[str, str] = {}

    def text(self, name: str, defaultValue: str = "", label: str = "") -> None:
        self._defaults[name] = defaultValue

    def dropdown(self, name: str, defaultValue: str, choices: List[str], label: str = "") -> None:
        self._defaults[name] = defaultValue

    combobox = multiselect = dropdown

    def get(self, name: str) -> str:
        known = self.getAll()
        if name not in known:
            raise ValueError(f"no widget {name!r}: make one, or give its value as {name}=VALUE")
        return known[name]

    getArgument = get

    def getAll(self) -> Dict[str, str]:
        return {**self._defaults, **self._given}

    def remove(self, name: str) -> None:
        self._defaults.pop(name, None)

    def removeAll(self) -> None:
        self._defaults.clear()


def namespace(args: List[str]) -> Dict[str, Any]:
    """The names that a notebook has without importing them; *args* has the values of its widgets."""
    dbutils = StandIn("dbutils")
    given = dict(arg.split("=", 1) for arg in args if "=" in arg)
    parts = {"library": _Library("dbutils.library"), "notebook": _Notebook("dbutils.notebook")}
    parts.update(widgets=_Widgets("dbutils.widgets", given))
    parts.update({name: StandIn(f"dbutils.{name}") for name in ("fs", "secrets", "jobs", "data", "credentials")})
    vars(dbutils).update(parts)
    own = " There is no Spark here; a session of your own can take its place."
    return {"dbutils": dbutils, "spark": StandIn("spark", own), "sc": StandIn("sc", own), "display": _display}


def _display(*values: Any, **options: Any) -> None:
    for value in values:
        print(value)
