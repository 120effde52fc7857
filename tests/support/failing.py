"""A folder of which nothing can be told, as on a mount that is gone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Callable

import pytest


class Failing:
    """Every look into one folder fails with ``error``, an errno, while that is not 0."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path, error: int = 0) -> None:
        self.error = error
        self.looks = 0
        for name in ("open", "stat", "lstat", "scandir", "listdir", "readlink"):
            monkeypatch.setattr(os, name, self.guarded(getattr(os, name), str(folder)))

    def guarded(self, function: Callable[..., Any], folder: str) -> Callable[..., Any]:
        def look(path: Any = ".", *args: Any, **options: Any) -> Any:
            if self.error and isinstance(path, (str, os.PathLike)) and os.fspath(path).startswith(folder):
                self.looks += 1
                raise OSError(self.error, os.strerror(self.error), path)
            return function(path, *args, **options)

        return look
