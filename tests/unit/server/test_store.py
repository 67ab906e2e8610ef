"""The store: encrypted, migrated, one writer, durable; sealed secrets; blobs."""

from __future__ import annotations

import importlib
import os
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from registration.errors import StaffMustFix
from server.context import Server
from server.sealing import MasterKey, SealBroken, seal, unseal
from server.store import Store, migrate, open_engine, shard_of
from server.store.blobs import FolderBlobs
from server.store.metadata import metadata
from server.store.schema import alarms
from tests.unit.server.conftest import SettableClock


def test_the_migrations_make_exactly_the_declared_schema(server: Server) -> None:
    for name in ("server.audit", "server.desk.officials", "server.notify.outbox", "server.desk.routes"):
        importlib.import_module(name)
    with server.store.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrating_again_changes_nothing(server: Server) -> None:
    migrate(server.store.engine)
    with server.store.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_every_table_can_be_made_on_postgresql_too() -> None:
    dialect = postgresql.dialect()
    for table in metadata.sorted_tables:
        assert str(CreateTable(table).compile(dialect=dialect))
        for index in table.indexes:
            name = str(CreateIndex(index).compile(dialect=dialect))
            assert name
            assert index.name is not None
            assert len(index.name) <= 63, "PostgreSQL would cut the name"


def test_the_database_opens_with_its_key_only(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    engine = open_engine(url, bytes(32))
    migrate(engine)
    engine.dispose()
    assert not (tmp_path / "x.db").read_bytes().startswith(b"SQLite format 3")
    with pytest.raises(StaffMustFix, match=r"store\.wrong_key"):
        open_engine(url, bytes([1]) * 32)
    assert "0000" not in repr(engine)


def test_a_unit_is_all_or_nothing(server: Server) -> None:
    class Stop(Exception):
        pass

    done: list[str] = []
    with pytest.raises(Stop):
        _add_alarm_and_stop(server, Stop, done)
    with server.store.read() as connection:
        assert connection.execute(select(alarms)).all() == []
    assert done == []


def _add_alarm_and_stop(server: Server, stop: type[Exception], done: list[str]) -> None:
    with server.store.write() as unit:
        unit.after_commit(lambda: done.append("told"))
        unit.connection.execute(insert(alarms).values(**_alarm(server, unit.new_id()), raised=unit.now))
        raise stop


def _alarm(server: Server, alarm_id: str) -> dict[str, object]:
    values = {"election": server.election, "shard": 1, "alarm_id": alarm_id, "kind": "seq_gap", "kiosk_id": "k"}
    return values | {"packet_id": "", "sha256": "", "seq": 0}


def test_writers_take_turns_and_lose_nothing(server: Server) -> None:
    with server.store.write() as unit:
        unit.connection.execute(insert(alarms).values(**_alarm(server, "a"), raised=unit.now))

    def count_up() -> None:
        for _ in range(20):
            with server.store.write() as unit:
                seq = unit.connection.execute(select(alarms.c.seq)).scalar_one()
                unit.connection.execute(update(alarms).values(seq=seq + 1))

    threads = [threading.Thread(target=count_up) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with server.store.read() as connection:
        assert connection.execute(select(alarms.c.seq)).scalar_one() == 100


def test_two_processes_writing_wait_for_each_other(server: Server, master: MasterKey, clock: SettableClock) -> None:
    engine = open_engine(server.settings.database_url, master.database())
    other = Store(engine, server.election, clock)
    order: list[str] = []
    started = threading.Event()

    def second() -> None:
        started.set()
        with other.write():
            order.append("second")

    thread = threading.Thread(target=second)
    with server.store.write():
        thread.start()
        started.wait(5)
        order.append("first")
    thread.join()
    other.close()
    assert order == ["first", "second"]


def test_ids_sort_by_time_and_spread_over_the_shards(server: Server, clock: SettableClock) -> None:
    ids = []
    for _ in range(200):
        with server.store.write() as unit:
            ids.append(unit.new_id())
        clock.advance(milliseconds=1)
    assert ids == sorted(ids)
    assert len({shard_of(each) for each in ids}) > 50


def test_what_is_sealed_opens_in_its_place_only() -> None:
    key = bytes(32)
    sealed = seal(key, b"content", "case-file:a/1/x")
    assert unseal(key, sealed, "case-file:a/1/x") == b"content"
    for wrong in (
        lambda: unseal(key, sealed, "case-file:b/1/x"),
        lambda: unseal(bytes([1]) * 32, sealed, "case-file:a/1/x"),
        lambda: unseal(key, sealed[:-1] + bytes([sealed[-1] ^ 1]), "case-file:a/1/x"),
        lambda: unseal(key, sealed[:5], "case-file:a/1/x"),
    ):
        with pytest.raises(SealBroken):
            wrong()


def test_the_master_key_parts_are_apart_and_never_shown() -> None:
    master = MasterKey(bytes(range(32)))
    assert len({master.database(), master.hash("a", "x"), master.hash("b", "x"), master.secret}) == 4
    assert "secret" not in repr(master)
    key, wrapped = master.new_data_key("case-1")
    assert master.data_key(wrapped, "case-1") == key
    with pytest.raises(SealBroken):
        master.data_key(wrapped, "case-2")
    with pytest.raises(ValueError, match="32 bytes"):
        MasterKey(b"short")


def test_a_blob_is_durable_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blobs = FolderBlobs(tmp_path / "blobs")
    steps: list[str] = []
    real_sync, real_replace = os.fsync, Path.replace

    def synced(descriptor: int) -> None:
        steps.append("fsync")
        real_sync(descriptor)

    def replaced(self: Path, target: Path) -> Path:
        steps.append("rename")
        return real_replace(self, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", replaced)
    name = blobs.put(b"ciphertext")
    assert steps == ["fsync", "fsync", "rename", "fsync"]  # content, new subfolder, then the rename itself
    assert blobs.put(b"ciphertext") == name
    assert len(steps) == 4
    assert blobs.get(name) == b"ciphertext"
    blobs.delete(name)
    blobs.delete(name)
    with pytest.raises(FileNotFoundError):
        blobs.get(name)
    with pytest.raises(ValueError, match="not the name"):
        blobs.get("../../etc/passwd")


def test_half_written_blobs_are_gone_at_the_next_start(tmp_path: Path) -> None:
    FolderBlobs(tmp_path / "blobs")
    half = tmp_path / "blobs" / f"{'a' * 64}.1234.tmp"
    half.write_bytes(b"half")
    FolderBlobs(tmp_path / "blobs")
    assert half.exists(), "it may be another process's, just being written"
    os.utime(half, (0, 0))
    FolderBlobs(tmp_path / "blobs")
    assert not half.exists()
