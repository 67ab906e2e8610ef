"""Whether what the server keeps can be kept: noted by whoever met a failing disk, over when writing works again."""

from __future__ import annotations

import threading
from collections.abc import Callable

from sqlalchemy.exc import SQLAlchemyError

from server.store.failures import is_storage


class Trouble:
    """Of one process.

    Args:
        probe: writes something durable and takes it away again; raises what the disk or the database raises.
    """

    def __init__(self, probe: Callable[[], None]) -> None:
        self._probe = probe
        self._noted = threading.Event()
        self._one_probe = threading.Lock()

    def note(self, error: BaseException) -> bool:
        """Tell whether the error is the storage's, and remember that it was."""
        ours = is_storage(error)
        if ours:
            self._noted.set()
        return ours

    def ongoing(self) -> bool:
        """Tell whether storage failed and writing still does not work; without a failure nothing is written."""
        with self._one_probe:
            if self._noted.is_set():
                try:
                    self._probe()
                except (SQLAlchemyError, OSError):
                    return True
                self._noted.clear()
            return False
