"""The strict harness: an unexpected log warning, Qt warning, Python warning or left-over thread fails a test.

Python warnings are errors by `pyproject.toml`, Qt warnings by pytest-qt's `qt_log_level_fail` there. A test that
expects a log record says so with `caplog.at_level(...)` and the mark ``expects_log``.
"""

from __future__ import annotations

import os

# Before anything imports Qt, OpenCV or numpy.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.setdefault("OMP_NUM_THREADS", "1")

import gc
import logging
import threading
import time
from collections.abc import Iterator

import pytest

pytest_plugins = ["tests.databases"]

GUI_FIXTURES = {"qapp", "qtbot", "qtlog"}
MARKS = (
    "gui: uses a QApplication",
    "slow: takes more than a few seconds",
    "expects_log(level): log records of this level and below are part of what the test expects",
)


def pytest_configure(config: pytest.Config) -> None:
    # As in the product (ui/collector.py): a worker's allocation must not free a widget on the worker's thread.
    gc.disable()
    for mark in MARKS:
        config.addinivalue_line("markers", mark)
    # The offscreen platform says this of every top-level window with a minimum size; it has no window manager to tell.
    config.addinivalue_line("qt_log_ignore", r"^This plugin does not support propagateSizeHints\(\)$")


@pytest.fixture(autouse=True)
def _collected_on_this_thread() -> Iterator[None]:
    yield
    _young, middle, old = gc.get_count()
    gc.collect(2 if old > 10 else 1 if middle > 10 else 0)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if GUI_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.gui)


class _Unexpected(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(autouse=True)
def no_unexpected_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail on a log record of WARNING or above that the test did not announce."""
    announced = request.node.get_closest_marker("expects_log")
    allowed = (announced.args[0] if announced.args else logging.ERROR) if announced else logging.INFO
    handler = _Unexpected()
    root = logging.getLogger()
    root.addHandler(handler)
    yield
    root.removeHandler(handler)
    unexpected = [r for r in handler.records if r.levelno > allowed]
    assert not unexpected, "unexpected log: " + "; ".join(f"{r.name}: {r.getMessage()}" for r in unexpected)


@pytest.fixture(autouse=True)
def no_leftover_threads() -> Iterator[None]:
    """Fail when a test leaves a thread of its own behind."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + 2.0
    while left := _left(before):
        if time.monotonic() > deadline:
            pytest.fail(f"left-over threads: {[t.name for t in left]}")
        left[0].join(timeout=0.05)


def _left(before: set[threading.Thread]) -> list[threading.Thread]:
    """Threads begun since; what Python calls a dummy thread belongs to Qt, whose own warnings speak for it."""
    return [
        t
        for t in threading.enumerate()
        if t not in before and t.is_alive() and not isinstance(t, threading._DummyThread)
    ]
