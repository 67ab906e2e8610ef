"""Cycles are collected in the UI thread, whoever allocates."""

from __future__ import annotations

import gc
import threading
import weakref

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ui.collector import Collector


class Knot:
    """Held by nothing but itself; tells on which thread it went."""

    def __init__(self, freed: list[int]) -> None:
        self.itself = self
        weakref.finalize(self, lambda: freed.append(threading.get_ident()))


def test_a_busy_worker_frees_nothing_and_the_event_loop_does(qtbot: QtBot, qapp: QApplication) -> None:
    parent = QObject()
    Collector(parent)
    freed: list[int] = []
    Knot(freed)

    kept: list[list[int]] = []
    worker = threading.Thread(target=lambda: kept.extend([n] for n in range(50_000)))
    worker.start()
    worker.join()
    assert not gc.isenabled()
    assert freed == []
    qtbot.waitUntil(lambda: bool(freed))
    assert freed == [threading.get_ident()]


def test_old_cycles_go_too(qapp: QApplication) -> None:
    collector = Collector(qapp)
    freed: list[int] = []
    Knot(freed)
    gc.collect(1)  # it is old now
    keep = []
    for _ in range(4000):
        keep.append([[] for _ in range(701)])
        collector.collect()
        keep.clear()
        if freed:
            break
    collector.setParent(None)
    assert freed
