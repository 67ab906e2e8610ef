"""The databases a server runs on, for tests: each is made once, started a first time, and copied for every test."""

from __future__ import annotations

import shutil
import tempfile
import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from pathlib import Path

import pytest

from server.context import open_server
from server.sealing import MasterKey
from server.settings import DEFAULT_ELECTION, Settings
from tests.fakes.hand_clock import START, HandClock
from tests.postgres import Cluster, why_not

MASTER = MasterKey(bytes(range(32)))


class Database(ABC):
    """One kind of database; its servers are opened with `MASTER`."""

    name: str

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="per-db-"))

    @abstractmethod
    def empty(self, data: Path, election: str = DEFAULT_ELECTION) -> AbstractContextManager[Settings]:
        """Give the settings of a server that was never started, its folder being `data`."""

    @abstractmethod
    def after_first_start(self, data: Path) -> AbstractContextManager[Settings]:
        """Give the settings of a server that was started once: it has its tables and its keys."""

    def close(self) -> None:
        shutil.rmtree(self._folder)


class SQLite(Database):
    name = "sqlite"

    @contextmanager
    def empty(self, data: Path, election: str = DEFAULT_ELECTION) -> Iterator[Settings]:
        yield Settings(data=data, election=election)

    @contextmanager
    def after_first_start(self, data: Path) -> Iterator[Settings]:
        shutil.copytree(self._first, data)
        yield Settings(data=data)

    @cached_property
    def _first(self) -> Path:
        open_server(Settings(data=self._folder / "first"), MASTER, HandClock(START)).close()
        return self._folder / "first"


class PostgreSQL(Database):
    name = "postgresql"

    @contextmanager
    def empty(self, data: Path, election: str = DEFAULT_ELECTION, template: str = "template1") -> Iterator[Settings]:
        database = f"t{uuid.uuid4().hex}"
        try:
            yield Settings(data=data, election=election, database=self.cluster.create(database, template))
        finally:
            self.cluster.drop(database)

    @contextmanager
    def after_first_start(self, data: Path) -> Iterator[Settings]:
        with self.empty(data, template=self._first) as settings:
            yield settings

    def close(self) -> None:
        if "cluster" in vars(self):
            self.cluster.stop()
        super().close()

    @cached_property
    def cluster(self) -> Cluster:
        return Cluster()

    @cached_property
    def _first(self) -> str:
        settings = Settings(data=self._folder / "first", database=self.cluster.create("first"))
        open_server(settings, MASTER, HandClock(START)).close()
        return "first"


KINDS = (SQLite.name, PostgreSQL.name)


@pytest.fixture(scope="session")
def sqlite() -> Iterator[Database]:
    made = SQLite()
    yield made
    made.close()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """PostgreSQL, one cluster for a test process, started by the first test that asks for it."""
    if reason := why_not():
        pytest.skip(reason)
    made = PostgreSQL()
    yield made
    made.close()


@pytest.fixture(scope="session", params=KINDS)
def database(request: pytest.FixtureRequest) -> Database:
    """Each database in turn."""
    found: Database = request.getfixturevalue(request.param)
    return found
