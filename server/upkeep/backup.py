"""Copies of the whole server, taken while it serves, and the way back.

A copy is a folder: the database (still encrypted on SQLite, a `pg_dump` on PostgreSQL) and the folder of blobs. Blobs
are written once, so a later copy into the same folder carries only what is new. With blobs in S3 the bucket keeps
versions itself and is not copied here. Uploads under way are not copied: kiosks offer them again.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlcipher3.dbapi2 as sqlcipher
from sqlalchemy import URL, Engine, inspect, make_url

from registration.errors import StaffMustFix
from server.context import Server
from server.sealing import MasterKey
from server.settings import Settings
from server.store import open_engine
from server.store.blobs import sync_folder

DATABASE_FILE, DUMP, BLOBS = "server.db", "server.dump", "blobs"
_PROGRAMS = "/usr/lib/postgresql"


@dataclass(frozen=True, slots=True)
class Copied:
    blobs: int
    """Blobs that were new in this copy."""


def copy(server: Server, target: Path) -> Copied:
    """Copy an open, serving server into `target`; an older copy there is replaced only when the new one is whole.

    Raises:
        StaffMustFix: ``backup.unwritable``, ``backup.no_program`` (params: program), ``backup.failed``.
    """
    try:
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        source = None if server.settings.blobs else server.settings.data / BLOBS
        new = _copy_blobs(source, target / BLOBS)  # most of them, while others write
        url = make_url(server.settings.database_url)
        if url.get_backend_name() == "sqlite":
            with server.store.write():  # nobody writes, so no blob goes that the copy of the database names
                _copy_sqlite(server, target / DATABASE_FILE)
                new += _copy_blobs(source, target / BLOBS)
        else:
            new += _dump_postgresql(server, url, source, target)
        sync_folder(target)
    except OSError:
        raise StaffMustFix("backup.unwritable") from None
    return Copied(new)


def bring_back(source: Path, settings: Settings, master: MasterKey) -> None:
    """Put a copy into the empty place that `settings` name; the server is opened there as usual afterwards.

    Raises:
        StaffMustFix: ``backup.none_here``, ``backup.not_empty``, ``backup.no_program``, ``backup.failed``, and those
            of `open_engine`.
    """
    url = make_url(settings.database_url)
    sqlite = url.get_backend_name() == "sqlite"
    if not (source / (DATABASE_FILE if sqlite else DUMP)).is_file():
        raise StaffMustFix("backup.none_here")
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if (settings.data / DATABASE_FILE).exists() or any((settings.data / BLOBS).glob("??/*")):
        raise StaffMustFix("backup.not_empty")
    if not settings.blobs:
        _copy_blobs(source / BLOBS, settings.data / BLOBS)
    if sqlite:
        _copy_file(source / DATABASE_FILE, settings.data / DATABASE_FILE)
        return
    engine = open_engine(settings.database_url, master.database())
    empty = _is_empty(engine)
    engine.dispose()
    if not empty:
        raise StaffMustFix("backup.not_empty")
    arguments = ["--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
    _run("pg_restore", [*arguments, "--dbname", url.database or "", str(source / DUMP)], url)


def _is_empty(engine: Engine) -> bool:
    return not inspect(engine).get_table_names()


def _copy_sqlite(server: Server, file: Path) -> None:
    part = file.with_suffix(".part")
    part.unlink(missing_ok=True)
    target = sqlcipher.connect(str(part))
    source = server.store.engine.raw_connection()
    try:
        target.execute(f"PRAGMA key = \"x'{server.master.database().hex()}'\"")
        source.driver_connection.backup(target)  # type: ignore[union-attr]
    finally:
        source.close()
        target.close()
    _settle(part, file)


def _dump_postgresql(server: Server, url: URL, source: Path | None, target: Path) -> int:
    """Dump the state of one moment, at which nobody writes and no blob goes; writers wait only for that moment."""
    engine = server.store.engine.execution_options(isolation_level="REPEATABLE READ")
    with engine.connect() as moment:
        with server.store.write():
            snapshot = moment.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
            new = _copy_blobs(source, target / BLOBS)
        part = (target / DUMP).with_suffix(".part")
        _run("pg_dump", ["--format=custom", f"--snapshot={snapshot}", "--file", str(part)], url)
    _settle(part, target / DUMP)
    return new


def _run(program: str, arguments: list[str], url: URL) -> None:
    found = shutil.which(program) or next(
        (str(path) for path in sorted(Path(_PROGRAMS).glob(f"*/bin/{program}"), reverse=True)), None
    )
    if found is None:
        raise StaffMustFix("backup.no_program", program=program)
    done = subprocess.run([found, *arguments], env={**os.environ, **_place_of(url)}, capture_output=True, check=False)
    if done.returncode:
        raise StaffMustFix("backup.failed", program=program)


def _place_of(url: URL) -> Mapping[str, str]:
    """Return the database's place as libpq reads it from the environment."""
    host = url.host or url.query.get("host") or ""
    places = {
        "PGHOST": host if isinstance(host, str) else host[0],
        "PGPORT": str(url.port or ""),
        "PGUSER": url.username or "",
        "PGDATABASE": url.database or "",
    }
    return {name: value for name, value in places.items() if value}


def _copy_blobs(source: Path | None, target: Path) -> int:
    """Copy what is not there yet; what goes meanwhile is passed over."""
    if source is None:
        return 0
    copied = 0
    for folder in sorted(source.glob("??")):
        into = target / folder.name
        into.mkdir(parents=True, exist_ok=True, mode=0o700)
        for file in folder.iterdir():
            if not (into / file.name).exists():
                try:
                    _copy_file(file, into / file.name)
                except FileNotFoundError:
                    continue
                copied += 1
    return copied


def _copy_file(source: Path, target: Path) -> None:
    part = target.with_name(target.name + ".part")
    shutil.copyfile(source, part)
    _settle(part, target)


def _settle(part: Path, final: Path) -> None:
    """Make a file durable, then give it its name."""
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(final)
    sync_folder(final.parent)
