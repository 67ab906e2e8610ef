"""Delivery reports of an HTTP gateway: a form or JSON, to an address that only the gateway knows."""

from __future__ import annotations

import hmac
import json
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from server.context import Server
from server.kiosks.devices import OpenServer
from server.notify import delivery
from server.notify.outbox import Outbox
from server.notify.transport import Report
from server.problems import Problem

TRANSPORT = "http-sms"

router = APIRouter()


@router.post("/v1/notify/reports/{secret}", status_code=204)
async def take_report(secret: str, request: Request, server: OpenServer) -> Response:
    """Note what became of a message. One that is not ours, or a state in between, is answered all the same."""
    await run_in_threadpool(_note, server, secret, await request.body(), request.headers.get("content-type", ""))
    return Response(status_code=204)


def _note(server: Server, secret: str, body: bytes, kind: str) -> None:
    """Raises Problem 404 ``call.not_found`` for anybody else, 422 ``call.invalid``."""
    wanted = delivery.read_settings(server.settings).reports
    if wanted is None or not hmac.compare_digest(secret.encode(), wanted.secret.encode()):
        raise Problem(404, "call.not_found")
    values = _values(body, kind)
    state = values.get(wanted.state_field, "")
    if state in wanted.delivered or state in wanted.failed:
        report = Report(values.get(wanted.id_field, "")[:100], state in wanted.delivered)
        Outbox(server.master).note_report(server.store, TRANSPORT, report)


def _values(body: bytes, kind: str) -> dict[str, str]:
    try:
        if "json" in kind:
            read = json.loads(body)
            return {str(name): str(value) for name, value in read.items()}
        return {name: values[-1] for name, values in parse_qs(body.decode(), max_num_fields=100).items()}
    except (ValueError, AttributeError, RecursionError):
        raise Problem(422, "call.invalid") from None
