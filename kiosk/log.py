"""The program's log: names of events and ids, never a value of a field.

Exceptions are written as their types and places only: their texts may quote what a person typed.
"""

from __future__ import annotations

import logging
import sys
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

LOGGER = "kiosk"
_BYTES, _FILES = 1_000_000, 3


def describe(error: BaseException) -> str:
    """Return type and places of an exception and its causes, without any text of theirs."""
    places = [f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)]
    code = getattr(error, "code", "")
    name = type(error).__name__ + (f"({code})" if isinstance(code, str) and code else "")
    line = f"{name} at {' < '.join(reversed(places))}"
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return line if cause is None else f"{line}; after {describe(cause)}"


def start_log(folder: Path) -> logging.Logger:
    """Write the log to ``kiosk.log`` in `folder`, at most a few megabytes; an unwritable folder means no log."""
    logger = logging.getLogger(LOGGER)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handler: logging.Handler = RotatingFileHandler(
            folder / "kiosk.log", maxBytes=_BYTES, backupCount=_FILES, encoding="utf-8"
        )
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger.handlers = [handler]
    # A full disk must not print tracebacks over the voter's screen.
    logging.raiseExceptions = False
    return logger


def log_crashes(logger: logging.Logger) -> None:
    """Write what nobody caught to the log, by type and place."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        logger.error("crash %s", describe(error))

    sys.excepthook = hook
