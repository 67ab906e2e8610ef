"""A PostgreSQL of the tests' own: made in a temporary folder, on a Unix socket, never the machine's cluster.

PostgreSQL refuses to run as root; then it runs as Debian's user ``postgres``.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg

OWNER = "postgres"
START_WITHIN = 60.0
_PATHS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")


def binaries() -> Path | None:
    """Return the folder of PostgreSQL's programs, None where it is not installed."""
    found = [path for pattern in _PATHS for path in Path("/").glob(pattern[1:]) if (path / "initdb").exists()]
    if found:
        return max(found, key=lambda path: float(path.parts[-2].rsplit("-", 1)[-1]))
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def why_not() -> str:
    """Return why no cluster can run here, "" when one can."""
    if binaries() is None:
        return "PostgreSQL is not installed (tools/setup.sh test installs it)"
    if os.geteuid() == 0 and OWNER not in {entry.pw_name for entry in pwd.getpwall()}:
        return f"there is no user {OWNER}, and PostgreSQL does not run as root"
    return ""


class Cluster:
    """One running PostgreSQL; fsync is on, as it is in use.

    Args:
        settings: of postgresql.conf, beyond the defaults.
    """

    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        found = binaries()
        assert found is not None, why_not()
        self._bin = found
        self.folder = Path(tempfile.mkdtemp(prefix="per-pg-"))
        self._data = self.folder / "data"
        self._log = self.folder / "log"
        self._user: dict[str, Any] = {}
        if os.geteuid() == 0:
            owner = pwd.getpwnam(OWNER)
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            self._user = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}
        self.superuser = OWNER
        initdb = ["-D", str(self._data), "-U", OWNER, "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        self._run("initdb", *initdb)
        wanted = {"max_connections": "200", "shared_buffers": "128MB", "autovacuum_naptime": "10s", **(settings or {})}
        self._options = [f"-c{name}={value}" for name, value in wanted.items()]
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def url(self, database: str) -> str:
        """Return the SQLAlchemy address of a database."""
        return f"postgresql+psycopg://{self.superuser}@/{database}?host={self.folder}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(host=str(self.folder), dbname=database, user=self.superuser, autocommit=True)

    def create(self, database: str, template: str = "template1") -> str:
        """Make a database and return its address."""
        with self.connect() as connection:
            connection.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"'.encode())
        return self.url(database)

    def start(self) -> None:
        """Start, and wait until it answers."""
        command = [str(self._bin / "postgres"), "-D", str(self._data), "-k", str(self.folder)]
        command += ["-c", "listen_addresses=", *self._options]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, cwd=self.folder, start_new_session=True, **self._user
            )
        deadline, pause = time.monotonic() + START_WITHIN, threading.Event()
        while True:
            try:
                self.connect().close()
                return
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(self._log.read_text(errors="replace")[-2000:]) from None
                pause.wait(0.02)

    @property
    def pid(self) -> int:
        """Of the process whose children are all its others."""
        assert self._process is not None
        return self._process.pid

    def crash(self) -> None:
        """Kill every process of it at once, as a power cut of its machine would, and start it again."""
        assert self._process is not None
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for each in (pid, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        self._process.wait()
        self.start()

    def halt_log_writer(self) -> None:
        """Bring everything to the disk, and nothing after it: what writes the log behind early acknowledgements halts
        until the next start."""
        pause = threading.Event()
        while (writer := self._log_writer()) is None:
            pause.wait(0.02)
        while True:
            os.kill(writer, signal.SIGSTOP)
            checkpoint = threading.Thread(target=self._checkpoint)
            checkpoint.start()
            checkpoint.join(10.0)
            if not checkpoint.is_alive():
                return
            os.kill(writer, signal.SIGCONT)  # it was halted with the log's lock in its hands
            checkpoint.join()

    def _log_writer(self) -> int | None:
        for child in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split():
            with contextlib.suppress(FileNotFoundError):
                if b"walwriter" in Path(f"/proc/{child}/cmdline").read_bytes():
                    return int(child)
        return None

    def _checkpoint(self) -> None:
        with self.connect() as connection:
            connection.execute("CHECKPOINT")

    def drop(self, database: str) -> None:
        """Drop a database whoever is still connected."""
        with self.connect() as connection:
            connection.execute(f'DROP DATABASE "{database}" WITH (FORCE)'.encode())

    def run(self, program: str, arguments: Sequence[str]) -> bytes:
        """Run one of its programs (pg_dump, pg_restore, psql) against it; returns its output."""
        where = {**os.environ, "PGHOST": str(self.folder), "PGUSER": self.superuser}
        done = subprocess.run([str(self._bin / program), *arguments], env=where, capture_output=True, check=True)
        return done.stdout

    def stop(self) -> None:
        """Stop at once and remove the folder."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self._bin / program), *arguments], check=True, capture_output=True, cwd=self.folder, **self._user
        )
