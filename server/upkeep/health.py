"""Whether the server is well, and its time, by which kiosks measure their clock."""

from __future__ import annotations

from datetime import UTC

from fastapi import APIRouter
from sqlalchemy import select

from server.kiosks.devices import OpenServer
from server.problems import Problem
from server.shield import RETRY_AFTER
from server.store.schema import signed_documents
from sync import protocol

router = APIRouter()


@router.get("/v1/health")
def health(server: OpenServer) -> dict[str, str | int]:
    """Answers only when the database answers, and, once storing failed, when it works again.

    Raises:
        Problem: 503 ``server.storage``.
    """
    if server.trouble.ongoing():
        raise Problem(503, "server.storage", retry_after=RETRY_AFTER)
    with server.store.read() as connection:
        connection.execute(select(signed_documents.c.version).limit(1))
    return {"status": "ok", "version": "1", "time": server.clock.now().astimezone(UTC).isoformat()} | (protocol.taken())
