"""The log names types and places, never a value, and gives up quietly where it cannot write."""

from __future__ import annotations

import logging
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk import log as kiosk_log
from registration.errors import VoterCanFix

NEEDLE = "Dritan Përmeti J50205123A"


@pytest.fixture(autouse=True)
def as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    logger = logging.getLogger(kiosk_log.LOGGER)
    handlers, propagate, level = logger.handlers, logger.propagate, logger.level
    monkeypatch.setattr(logging, "raiseExceptions", logging.raiseExceptions)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    yield
    for handler in logger.handlers:
        if handler not in handlers:
            handler.close()
    logger.handlers, logger.propagate = handlers, propagate
    logger.setLevel(level)


def caught() -> Exception:
    try:
        try:
            raise ValueError(NEEDLE)
        except ValueError as inner:
            raise VoterCanFix("person.number_length", number=NEEDLE) from inner
    except VoterCanFix as outer:
        return outer


def test_an_exception_is_described_without_its_text() -> None:
    said = kiosk_log.describe(caught())
    assert NEEDLE not in said
    assert "VoterCanFix(person.number_length)" in said
    assert "after ValueError" in said
    assert "test_log.py" in said


def test_a_crash_goes_to_the_log_without_its_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logger = kiosk_log.start_log(tmp_path / "logs")
    kiosk_log.log_crashes(logger)
    error = caught()
    sys.excepthook(type(error), error, error.__traceback__)
    written = (tmp_path / "logs" / "kiosk.log").read_text(encoding="utf-8")
    assert "crash VoterCanFix(person.number_length)" in written
    assert NEEDLE not in written + "".join(capsys.readouterr())


def test_the_folder_is_its_owners_alone(tmp_path: Path) -> None:
    kiosk_log.start_log(tmp_path / "logs")
    assert stat.S_IMODE((tmp_path / "logs").stat().st_mode) == 0o700


def test_it_stays_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kiosk_log, "_BYTES", 2000)
    logger = kiosk_log.start_log(tmp_path)
    for n in range(500):
        logger.info("event %d", n)
    files = list(tmp_path.glob("kiosk.log*"))
    assert len(files) == 1 + kiosk_log._FILES
    assert sum(file.stat().st_size for file in files) <= 2000 * len(files)


def test_no_place_to_write_is_no_crash(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be", encoding="utf-8")
    logger = kiosk_log.start_log(tmp_path / "logs")
    logger.info("said to nobody")
    assert os.listdir(tmp_path) == ["logs"]  # noqa: PTH208
