"""Hands checkpoints of the audit log to kiosks and sticks, which keep them as witnesses against the log's past."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy.exc import NoResultFound

from server import audit
from server.context import Server
from server.kiosks.devices import CallingKiosk, OpenServer
from sync import checkpoint

router = APIRouter()


@router.get("/v1/checkpoint")
def newest_checkpoint(
    server: OpenServer, kiosk: CallingKiosk, since: Annotated[int, Query(alias="from", ge=0, le=2**63 - 1)] = 0
) -> dict[str, object]:
    """Return the newest checkpoint, its key, and the proof that it continues the log of `from` events."""
    return handed_out(server, since)


def handed_out(server: Server, since: int) -> dict[str, object]:
    """Return what a kiosk is to believe (`sync.witness`): checkpoint, key, `since` as ``from``, proof as hex strings.

    The proof (RFC 6962 section 2.1.2) is empty where there is nothing to prove, or where the log cannot prove it.
    """
    with server.store.read() as connection:
        note = audit.newest_checkpoint(connection, server.election)
    if not note:
        with server.store.write() as unit:
            note = audit.sign_checkpoint(unit, audit.ensure_signer(unit, server.master))
    size = checkpoint.parse(note).size
    with server.store.read() as connection:
        key = audit.log_key(connection, server.election)
        try:
            proof = audit.consistency(connection, server.election, since, size) if 0 < since < size else []
        except NoResultFound:  # parts of the log are gone: nothing is claimed of it
            proof = []
    return {"checkpoint": note, "verifier": key.line, "from": since, "proof": [step.hex() for step in proof]}
