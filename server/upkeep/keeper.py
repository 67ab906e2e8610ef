"""What the server does by the clock: give back cases whose lease ran out, sign checkpoints of the audit log,
forget old notifications."""

from __future__ import annotations

import threading
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from server import audit, problems
from server.context import Server
from server.desk import leases
from server.intake import handoff
from server.notify.outbox import Outbox

EVERY = 15.0
"""Seconds between rounds."""
CHECKPOINT_EVERY = timedelta(minutes=1)
CHECKPOINT_EVENTS = 1000


def run(server: Server, stop: threading.Event) -> None:
    """Do the rounds until `stop` is set."""
    while True:
        try:
            keep(server)
        except SQLAlchemyError as error:
            problems.log_fault(error, "keeper")
        if stop.wait(EVERY):
            return


def keep(server: Server) -> None:
    """One round."""
    with server.store.write() as unit:
        leases.release_expired(unit, server.master)
        Outbox(server.master).sweep(unit)
        handoff.sweep(unit, server)
        size, signed = audit.unsigned(unit.connection, unit.election)
        due = signed is None or unit.now - signed.at >= CHECKPOINT_EVERY or size - signed.size >= CHECKPOINT_EVENTS
        if size and (signed is None or size > signed.size) and due:
            audit.sign_checkpoint(unit, audit.ensure_signer(unit, server.master))
