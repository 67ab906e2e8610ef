from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from ui.tasks import TaskRunner


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[TaskRunner]:
    made = TaskRunner(threads=2)
    yield made
    assert made.close()


def unwanted(value: object) -> None:
    raise AssertionError(f"not expected: {value!r}")


def test_the_work_is_elsewhere_and_the_answer_is_here(qtbot: QtBot, runner: TaskRunner) -> None:
    where: list[int] = []
    answers: list[tuple[int, int]] = []
    owner = QObject()

    def work() -> int:
        where.append(threading.get_ident())
        return 42

    runner.run(work, owner=owner, on_success=lambda v: answers.append((v, threading.get_ident())), on_error=unwanted)

    qtbot.waitUntil(lambda: bool(answers))
    assert answers == [(42, threading.get_ident())]
    assert where != [threading.get_ident()]


def test_an_error_is_never_lost(qtbot: QtBot, runner: TaskRunner) -> None:
    errors: list[Exception] = []
    owner = QObject()

    def fail() -> None:
        raise OSError("disk")

    runner.run(fail, owner=owner, on_success=unwanted, on_error=errors.append)

    qtbot.waitUntil(lambda: bool(errors))
    assert isinstance(errors[0], OSError)


def test_the_answer_for_an_owner_that_is_gone_is_dropped(qtbot: QtBot, runner: TaskRunner) -> None:
    go_on = threading.Event()
    owner, other = QObject(), QObject()
    answers: list[str] = []

    def work() -> str:
        go_on.wait(5)
        return "late"

    runner.run(work, owner=owner, on_success=unwanted, on_error=unwanted)
    del owner
    go_on.set()
    runner.run(lambda: "after", owner=other, on_success=answers.append, on_error=unwanted)

    qtbot.waitUntil(lambda: bool(answers))
    assert answers == ["after"]
    assert not runner.busy


def test_close_drops_what_waits_and_awaits_what_runs(qtbot: QtBot) -> None:
    runner = TaskRunner(threads=1)
    started, go_on = threading.Event(), threading.Event()
    done: list[str] = []
    owner = QObject()

    def first() -> None:
        started.set()
        go_on.wait(5)
        done.append("first")

    runner.run(first, owner=owner, on_success=unwanted, on_error=unwanted)
    runner.run(lambda: done.append("second"), owner=owner, on_success=unwanted, on_error=unwanted)
    assert started.wait(5)
    threading.Timer(0.05, go_on.set).start()

    assert runner.close()
    assert done == ["first"]
    with pytest.raises(RuntimeError):
        runner.run(first, owner=owner, on_success=unwanted, on_error=unwanted)


def test_one_thread_is_a_queue(qtbot: QtBot) -> None:
    runner = TaskRunner(threads=1)
    order: list[int] = []
    owner = QObject()
    for number in range(20):
        runner.run(lambda n=number: n, owner=owner, on_success=order.append, on_error=unwanted)

    qtbot.waitUntil(lambda: len(order) == 20)
    assert order == list(range(20))
    assert runner.close()


def test_busy_is_told_once(qtbot: QtBot, runner: TaskRunner) -> None:
    told: list[bool] = []
    runner.busy_changed.connect(told.append)
    owner = QObject()
    for _ in range(3):
        runner.run(lambda: None, owner=owner, on_success=lambda _: None, on_error=unwanted)

    qtbot.waitUntil(lambda: told[-1:] == [False])
    assert told == [True, False]
