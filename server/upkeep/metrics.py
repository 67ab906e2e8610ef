"""Figures for Prometheus: how much waits and how much is done, never who. Shown only to who has the token.

They are read from the database, so every process of a server answers the same.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterator

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector
from sqlalchemy import Connection, func, select

from server import audit
from server.casework import case_counts
from server.context import Server
from server.kiosks.devices import OpenServer, bearer
from server.notify.outbox import count_by_state, count_lost
from server.problems import Problem
from server.store.schema import WAITING, alarms, packets, uploads
from server.store.schema import case_counts as case_counts_table

TOKEN = "PER_METRICS_TOKEN"  # noqa: S105
"""Environment variable with the token of whoever may read; without it there is no such address."""

router = APIRouter()


@router.get("/metrics")
def metrics(request: Request, server: OpenServer) -> Response:
    wanted = os.environ.get(TOKEN, "")
    if not wanted:
        raise Problem(404, "call.not_found")
    if not hmac.compare_digest(bearer(request).encode(), wanted.encode()):
        raise Problem(401, "server.not_admitted")
    registry = CollectorRegistry()
    registry.register(_Figures(server))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class _Figures(Collector):
    def __init__(self, server: Server) -> None:
        self._server = server

    def collect(self) -> Iterator[GaugeMetricFamily]:
        election, today = self._server.election, self._server.clock.now().date()
        with self._server.store.read() as connection:
            yield _by("per_cases", "Cases by state", "state", case_counts.by_state(connection, election))
            late = (case_counts_table.c.state.in_(WAITING), case_counts_table.c.due < today)
            yield _one(
                "per_cases_overdue", "Undecided after their limit", case_counts.total(connection, election, *late)
            )
            waiting = connection.execute(
                select(packets.c.code, func.count().label("number"))
                .where(packets.c.election == election, packets.c.state == "stored")
                .group_by(packets.c.code)
            )
            codes = {row.code or "new": int(row.number) for row in waiting}
            yield _by("per_packets_waiting", "Packets not opened yet, by why", "why", codes)
            yield _by("per_notifications", "Notifications by state", "state", count_by_state(connection, election))
            lost = count_lost(connection, election)
            yield _one("per_notifications_lost", "Notifications of a month that reached nobody: alarm on a rise", lost)
            mine = (uploads.c.election == election) & uploads.c.done.is_(None)
            yield _one("per_uploads_open", "Uploads under way", _count(connection, uploads, mine))
            open_alarms = (alarms.c.election == election) & alarms.c.settled.is_(None)
            yield _one("per_alarms_open", "Alarms nobody settled", _count(connection, alarms, open_alarms))
            size, signed = audit.unsigned(connection, election)
            yield _one("per_audit_events", "Events in the audit log", size)
            yield _one(
                "per_audit_events_unsigned", "Events after the last checkpoint", size - (signed.size if signed else 0)
            )


def _one(name: str, words: str, value: int) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=value)


def _by(name: str, words: str, label: str, values: dict[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, words, labels=[label])
    for value, number in sorted(values.items()):
        family.add_metric([value], number)
    return family


def _count(connection: Connection, table: object, condition: object) -> int:
    counted = select(func.count()).select_from(table).where(condition)  # type: ignore[arg-type]
    return int(connection.execute(counted).scalar_one())
