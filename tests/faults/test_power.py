"""Power cuts, failing writes, a disk that turns read-only: nothing acknowledged is lost. See `power.py`.

Short here, at full length in `make faults`; the controls lose something in both.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.faults import full_power, fuse_disk
from tests.faults.disk_log import SECTOR, Event, after_cut
from tools.faults import scratch

WHY = fuse_disk.missing()
needs_fuse = pytest.mark.skipif(bool(WHY), reason=WHY or "there is FUSE")


@pytest.fixture
def folder() -> Iterator[Path]:
    with TemporaryDirectory(dir=scratch()) as name:
        yield Path(name)


@needs_fuse
@pytest.mark.parametrize("name", list(full_power.WORK))
def test_a_power_cut_loses_nothing_acknowledged_and_the_control_does(folder: Path, name: str) -> None:
    row = full_power.power_cut(folder, name, 0.1, seed=3)
    assert row.holds, row
    assert row.acknowledged > 0


@needs_fuse
@pytest.mark.parametrize("how", ["eio", "readonly"])
def test_a_failing_disk_is_told_and_loses_nothing(folder: Path, how: str) -> None:
    row = full_power.failing(folder, how, ("finish", "create"), 23)
    assert row.holds, row
    assert "unforeseen" not in row.note
    for code in ("vault.damaged", "vault.locked", "vault.wrong_passphrase"):
        assert code not in row.note  # the sentence must be about the disk


@needs_fuse
def test_the_disk_keeps_what_is_written_and_logs_it(folder: Path) -> None:
    with fuse_disk.Disk(folder / "disk") as disk:
        disk.control("begin")
        file = disk.mount / "file"
        file.write_bytes(b"a" * 1000)
        disk.acknowledge(b"said")
        (disk.mount / "folder").mkdir()
        file.rename(disk.mount / "folder" / "moved")
        (disk.mount / "folder").rename(disk.mount / "last")
        assert (disk.mount / "last" / "moved").read_bytes() == b"a" * 1000
        disk.control("eio 1")
        with pytest.raises(OSError, match="Input/output"):
            file.write_bytes(b"b")
        disk.control("readonly 1")
        with pytest.raises(OSError, match="Read-only"):
            (disk.mount / "more").mkdir()
        kinds = [event.kind for event in disk.events(folder / "log")]
    assert kinds == ["begin", "file", "write", "ack", "folder", "rename", "rename", "refused", "refused"]


# ------------------------------------------------------------ the model itself


def log(*events: Event) -> list[Event]:
    return [Event("file", "/a", node=2), Event("names", "/"), *events]


def outcomes(events: list[Event]) -> set[bytes | None]:
    return {after_cut(events, random.Random(seed)).get("/a", b"gone") for seed in range(300)}


def test_only_what_was_synced_is_safe() -> None:
    write = Event("write", node=2, data=b"x" * SECTOR * 2)
    assert outcomes(log(write, Event("sync", node=2))) == {b"x" * SECTOR * 2}
    left = outcomes(log(write))
    # Dropped, torn either way, or written after all.
    assert left == {b"", b"x" * SECTOR, bytes(SECTOR) + b"x" * SECTOR, b"x" * SECTOR * 2}


def test_a_failed_sync_loses_it_though_the_next_one_succeeds() -> None:
    write = Event("write", node=2, data=b"x" * 10)
    assert outcomes(log(write, Event("lost", node=2), Event("sync", node=2))) == {b""}


def test_a_name_is_safe_once_its_folder_was_synced() -> None:
    renamed = log(Event("rename", "/a", "/b"))
    assert {"/b" in after_cut(renamed, random.Random(seed)) for seed in range(50)} == {True, False}
    synced = [*renamed, Event("names", "/")]
    assert all("/b" in after_cut(synced, random.Random(seed)) for seed in range(50))


def test_a_folder_takes_its_files_along() -> None:
    events = [
        Event("folder", "/f"),
        Event("file", "/f/a", node=2),
        Event("names", "/"),
        Event("names", "/f"),
        Event("rename", "/f", "/g"),
        Event("names", "/"),
    ]
    assert set(after_cut(events, random.Random(1))) == {"/", "/g", "/g/a"}
