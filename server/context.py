"""What every part of the server works with, opened once: settings, store, blobs, keys, clock."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from fastapi import Request
from sqlalchemy import delete, insert

from registration.errors import StaffMustFix
from registration.ports.clock import Clock
from server import keyring
from server.clock import SystemClock
from server.keyring import KeyRing
from server.limits import Buckets, Entrance
from server.sealing import MasterKey, SealBroken
from server.settings import Settings
from server.store import Store, migrate, open_engine
from server.store.blobs import BlobStore, open_blobs
from server.store.failures import translated
from server.store.schema import write_turns
from server.store.trouble import Trouble
from sync.config import ElectionConfig

CALLS_AT_ONCE, CALLS_PER_MINUTE = 30, 30.0


@dataclass(frozen=True, slots=True)
class Server:
    """The open server. `wake` is set when there may be packets to open."""

    settings: Settings
    store: Store
    blobs: BlobStore
    master: MasterKey = field(repr=False)
    clock: Clock
    hashing: threading.Semaphore
    """Taken around each Argon2id computation: logins may not eat the machine."""
    wake: threading.Event
    calls: Buckets
    """Spent by each kiosk for every call that costs something."""
    sign_ins: Entrance
    """Spent for every sign-in of an official, before its password is hashed."""
    enrolments: Entrance
    """Spent for every kiosk that asks to be enrolled, before its token is looked up."""
    trouble: Trouble
    """Whether this process met a failing disk."""

    @property
    def election(self) -> str:
        return self.settings.election

    @property
    def uploads(self) -> Path:
        """Folder of packets still arriving."""
        return self.settings.data / "uploads"

    def ring(self) -> KeyRing:
        with self.store.read() as connection:
            return keyring.load(connection, self.election, self.master)

    def config(self) -> ElectionConfig:
        """Return the election's configuration in force."""
        with self.store.read() as connection:
            ring = keyring.load(connection, self.election, self.master)
            return keyring.current_config(connection, self.election, ring)

    def close(self) -> None:
        self.store.close()


def open_server(settings: Settings, master: MasterKey, clock: Clock | None = None) -> Server:
    """Open the database (made, migrated and given keys where needed) and the folders beside it.

    Raises:
        StaffMustFix: ``store.no_folder`` (params: folder), ``store.secret_in_address``, ``store.blobs_address``, and
            those of `server.store.failures.translated`.
        WillRetry: ``store.in_use``.
    """
    try:
        with translated():
            settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        raise StaffMustFix("store.no_folder", folder=str(settings.data)) from None
    with translated():
        return _open(settings, master, clock)


def _open(settings: Settings, master: MasterKey, clock: Clock | None) -> Server:
    clock = clock or SystemClock()
    engine = open_engine(settings.database_url, master.database())
    migrate(engine)
    store = Store(engine, settings.election, clock)
    server = Server(
        settings,
        store,
        open_blobs(settings.blobs, settings.data / "blobs"),
        master,
        clock,
        threading.Semaphore(2 * (os.cpu_count() or 1)),
        threading.Event(),
        calls=Buckets(clock, CALLS_AT_ONCE, CALLS_PER_MINUTE),
        sign_ins=Entrance(clock),
        enrolments=Entrance(clock),
        trouble=Trouble(partial(_try_to_keep, store, settings.data)),
    )
    server.uploads.mkdir(exist_ok=True, mode=0o700)
    try:
        with store.write() as unit:
            keyring.ensure(unit, master, settings.escrow)
    except SealBroken:  # where the database itself is not under the key (PostgreSQL) this is the first to notice
        server.close()
        raise StaffMustFix("store.wrong_key") from None
    return server


def _try_to_keep(store: Store, folder: Path) -> None:
    """Write a file and a row durably, and take them away. Raises what the disk or the database raises."""
    probe = folder / f"probe-{os.getpid()}.tmp"
    with probe.open("wb") as file:
        file.write(b"probe")
        file.flush()
        os.fsync(file.fileno())
    probe.unlink()
    with store.write(turn=False) as unit:
        unit.connection.execute(insert(write_turns).values(election=""))
        unit.connection.execute(delete(write_turns).where(write_turns.c.election == ""))


def address_of(request: Request) -> str:
    """Return the caller's address as the proxy before us tells it, "" when nobody does; it is never written down."""
    return request.client.host if request.client else ""


async def server_of(request: Request) -> Server:
    """FastAPI dependency: the open server. Async, because a plain function would be sent to a thread of its own."""
    server: Server = request.app.state.server
    return server
