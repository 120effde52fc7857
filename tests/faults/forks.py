"""One forked child for each trial: it starts where this process stands, and leaves nothing behind."""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import sys
import tempfile
from typing import Any, Callable, Tuple

_LIMIT = 30.0


class Forks:
    """Runs trials in children. What a child writes to stdout or stderr is kept from this process's own."""

    def __init__(self) -> None:
        self._printed = tempfile.TemporaryFile()  # noqa: SIM115  (it lives as long as this process)
        for stream in (1, 2):
            os.dup2(self._printed.fileno(), stream)

    def run(self, trial: Callable[[], Any]) -> Tuple[Any, str]:
        """Return what ``trial`` returned (JSON's types), and what it printed; ``{"died": …}`` if it did not return."""
        sys.stdout.flush()
        sys.stderr.flush()
        self._clear()
        gc.freeze()
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            self._child(trial, writer)
        os.close(writer)
        answer = self._read(reader, child)
        _, status = os.waitpid(child, 0)
        value = json.loads(answer) if answer else {"died": f"status {status}: {self._text()[-2000:]}"}
        return value, self._text()

    def _child(self, trial: Callable[[], Any], writer: int) -> None:
        try:
            value = trial()
            sys.stdout.flush()
            sys.stderr.flush()
            answer = json.dumps(value).encode()  # no import from here on: a trial may leave none that works
            while answer:
                answer = answer[os.write(writer, answer) :]
            os._exit(0)
        except BaseException:
            import traceback

            traceback.print_exc()
            sys.stderr.flush()
            os._exit(70)

    def _read(self, reader: int, child: int) -> bytes:
        parts = []
        while True:
            ready, _, _ = select.select([reader], [], [], _LIMIT)
            if not ready:
                os.kill(child, signal.SIGKILL)  # our own child, by its id: it hangs
                break
            part = os.read(reader, 1 << 16)
            if not part:
                break
            parts.append(part)
        os.close(reader)
        return b"".join(parts)

    def _clear(self) -> None:
        os.ftruncate(self._printed.fileno(), 0)
        os.lseek(self._printed.fileno(), 0, os.SEEK_SET)

    def _text(self) -> str:
        size = os.fstat(self._printed.fileno()).st_size
        return os.pread(self._printed.fileno(), size, 0).decode("utf-8", "replace")
