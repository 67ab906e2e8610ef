"""Counts for observers (D-28), over HTTP: as JSON for the review window, as CSV to keep. Never who, never too few."""

from __future__ import annotations

import csv
import io

from fastapi import APIRouter, Response
from sqlalchemy import Connection, select

from registration.model.statistics import Dimension, Measure, Shown, suppressed
from server import counting
from server.desk.sign_in import Counter
from server.kiosks.devices import OpenServer
from server.store.schema import kiosks

router = APIRouter()


@router.get("/v1/statistics")
def statistics(server: OpenServer, official: Counter) -> dict[str, object]:
    with server.store.read() as connection:
        tables = count(connection, server.election)
    return {"as_of": server.clock.now().isoformat(), "tables": tables}


@router.get("/v1/statistics.csv")
def statistics_csv(server: OpenServer, official: Counter) -> Response:
    """Return one line for each count; a hidden one is empty."""
    with server.store.read() as connection:
        tables = count(connection, server.election)
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\r\n")
    lines.writerow(["as_of", "by", "value", "measure", "count"])
    as_of = server.clock.now().isoformat()
    for dimension, table in tables.items():
        for value, counts in table.items():
            for measure, number in counts.items():
                shown = "" if number is None else number
                lines.writerow([as_of, dimension.value, _cell(value), measure.value, shown])
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8")


def count(connection: Connection, election: str) -> dict[Dimension, Shown]:
    """Return every table as it may be shown; kiosks by their names."""
    tables = counting.read(connection, election)
    tables[Dimension.TOTAL].setdefault("", {})
    named = {
        row.kiosk_id: row.name
        for row in connection.execute(select(kiosks.c.kiosk_id, kiosks.c.name).where(kiosks.c.election == election))
    }
    by_name: dict[str, dict[Measure, int]] = {}
    for kiosk_id, counts in tables[Dimension.KIOSK].items():
        line = by_name.setdefault(named.get(kiosk_id, kiosk_id), {})
        for measure, number in counts.items():
            line[measure] = line.get(measure, 0) + number
    tables[Dimension.KIOSK] = by_name
    return {dimension: dict(sorted(suppressed(table).items())) for dimension, table in tables.items()}


def _cell(value: str) -> str:
    """A kiosk's name is free text: a spreadsheet may not take it for a formula."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
