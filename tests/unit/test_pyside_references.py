"""PySide6 6.12.0 gives back one reference to None too many for every void call: after some thousand calls Python 3.11
aborts ("none_dealloc"). Counting shows it long before that. Python 3.12's None is immortal and cannot be lost.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from importlib.metadata import version

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

CALLS = 2000


@pytest.mark.parametrize("package", ["PySide6-Essentials", "shiboken6"])
def test_the_version_is_one_that_was_tried(package: str) -> None:
    major, minor = (int(part) for part in version(package).split(".")[:2])
    assert (6, 8) <= (major, minor) < (6, 12)


def lost(counted: object, call: Callable[[], object]) -> float:
    """Return how many references to `counted` one call loses."""
    for _ in range(50):
        call()
    gc.collect()
    before = sys.getrefcount(counted)
    for _ in range(CALLS):
        call()
    gc.collect()
    return (before - sys.getrefcount(counted)) / CALLS


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None and True are immortal from Python 3.12 on")
@pytest.mark.parametrize("name", ["setText", "setPixmap", "update", "start", "isVisible"])
def test_no_call_loses_a_reference(name: str, qtbot: QtBot) -> None:
    label, timer, picture = QLabel(), QTimer(), QPixmap(8, 8)
    qtbot.addWidget(label)
    calls: dict[str, Callable[[], object]] = {
        "setText": lambda: label.setText("x"),
        "setPixmap": lambda: label.setPixmap(picture),
        "update": label.update,
        "start": lambda: timer.start(60_000),
        "isVisible": label.isVisible,
    }
    call = calls[name]
    assert abs(lost(None, call)) < 0.05
    assert abs(lost(True, call)) < 0.05
    assert abs(lost(False, call)) < 0.05


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal from Python 3.12 on")
def test_the_count_would_show_a_loss() -> None:
    kept: list[None] = [None] * (3 * CALLS)
    assert lost(None, kept.pop) > 0.95
