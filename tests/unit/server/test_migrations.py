"""The schema from its first version with data in it up to the newest, on both engines, and what follows from it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

import server.store
from registration.model.case import CaseState
from server.app import create_app  # noqa: F401 - every part's tables are known
from server.casework import case_counts
from server.store import Store, migrate, open_engine
from server.store.metadata import WRITES, metadata
from tests.databases import MASTER, Database
from tests.fakes.hand_clock import HandClock

FIRST = ("intake_0001", "review_0001")
STATES = [state.value for state in CaseState]


def upgrade(engine: sa.Engine, *revisions: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(server.store.__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    with engine.connect().execution_options(**{WRITES: ""}) as connection, connection.begin():
        config.attributes["connection"] = connection
        for revision in revisions:
            command.upgrade(config, revision)


@pytest.mark.parametrize("count", [0, 40])
def test_the_first_versions_data_comes_through_every_step(database: Database, tmp_path: Path, count: int) -> None:
    with database.empty(tmp_path, "per") as settings:
        engine = open_engine(settings.database_url, MASTER.database())
        upgrade(engine, *FIRST)
        cases = sa.Table("cases", sa.MetaData(), autoload_with=engine)
        with engine.connect().execution_options(**{WRITES: ""}) as connection, connection.begin():
            for number in range(count):
                connection.execute(sa.insert(cases), _case(cases, number))
        migrate(engine)
        store = Store(engine, "per", HandClock())
        with store.read() as connection:
            assert compare_metadata(MigrationContext.configure(connection), metadata) == []
            assert connection.execute(sa.select(sa.func.count()).select_from(cases)).scalar_one() == count
            counts = case_counts.by_state(connection, "per")
            assert counts == {state: len(range(at, count, len(STATES))) for at, state in enumerate(STATES)}
        with store.write() as unit:
            assert case_counts.recount(unit) == {}
        store.close()


def _case(cases: sa.Table, number: int) -> dict[str, object]:
    """Return a row with a value of its type in every column that needs one."""
    made: dict[str, object] = {}
    for column in cases.columns:
        if column.nullable and not column.primary_key:
            continue
        made[column.name] = {int: 1, str: "x", date: date(2029, 2, 6)}.get(column.type.python_type, [])
    languages = ("sq", "en", "it")
    own = {"election": "per", "case_id": f"c-{number}", "state": STATES[number % len(STATES)]}
    return made | own | {"language": languages[number % len(languages)]}
