"""`serve`: run the server. `--embedded`: as the kiosk's own child, on loopback, never outliving it."""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Mapping
from types import FrameType

import uvicorn

from registration.errors import StaffMustFix
from server.app import create_app
from server.commands import _shared, make_register
from server.context import Server, open_server
from server.desk import officials
from server.kiosks.devices import new_enrolment_token
from server.processes import Processes

LOOPBACK = "127.0.0.1"
DRAIN = 10
"""Seconds that calls under way get to end; what an upload broken off then had sent is kept."""


def configure(parser: argparse.ArgumentParser) -> None:
    _shared.add_place(parser)
    parser.add_argument("--embedded", action="store_true", help="loopback only; stop when stdin ends")
    parser.add_argument("--host", default=LOOPBACK, help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--workers", type=int, default=1, metavar="N", help="processes that serve and open packets (PostgreSQL only)"
    )
    parser.add_argument("--listener", type=int, help=argparse.SUPPRESS)  # of the process that started this one
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 takes a free one")
    parser.add_argument(
        "--public-url", default="", help="HTTPS address at which voters' phones reach this server, for uploads by phone"
    )
    parser.add_argument("--escrow", default="", help="age recipient of the offline escrow key, at the first start")
    parser.add_argument(
        "--demo", action="store_true", help="make an official for the demo and name it in the ready line"
    )


def run(args: argparse.Namespace) -> int:
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    settings, key = _shared.settings_of(args), _shared.read_key()
    if args.workers > 1 and settings.database_url.startswith("sqlite"):
        raise StaffMustFix("serve.one_process")
    server = open_server(settings, key)
    try:
        if args.listener is not None:
            listener = socket.socket(fileno=args.listener)
            _Program(server, listener, until_stdin_ends=True, ready={}).run(sockets=[listener])
            return 0
        if args.demo:
            make_register.install_demo(server)
        listener = _listen(LOOPBACK if args.embedded else args.host, args.port)
        ready = _ready(server, listener)
        if args.workers == 1:
            _Program(server, listener, until_stdin_ends=args.embedded, ready=ready).run(sockets=[listener])
            return 0
    finally:
        server.close()
    return Processes(args.workers, listener, key.secret.hex()).run(
        lambda: _shared.say(json.dumps(ready)), until_stdin_ends=args.embedded
    )


def _ready(server: Server, listener: socket.socket) -> dict[str, object]:
    """Return the line that says where the server is and how a kiosk and the demo's official come in."""
    with server.store.write() as unit:
        token = new_enrolment_token(unit, server.master)
    line: dict[str, object] = {
        "port": listener.getsockname()[1],
        "pid": os.getpid(),
        "enrolment_token": token,
    }
    if server.settings.demo:
        line["official"] = officials.demo_official(server)
    return line


class _Program(uvicorn.Server):
    """uvicorn with our ready line, and an end when stdin ends."""

    def __init__(
        self, server: Server, listener: socket.socket, *, until_stdin_ends: bool, ready: Mapping[str, object]
    ) -> None:
        super().__init__(
            uvicorn.Config(
                create_app(server),
                log_config=None,
                access_log=False,  # paths hold request ids
                server_header=False,
                timeout_graceful_shutdown=DRAIN,
                lifespan="on",
            )
        )
        self._until_stdin_ends = until_stdin_ends
        self._ready = ready

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        # uvicorn raises the signals it caught again when it is done; by then there is nothing left to stop.
        for caught in (signal.SIGTERM, signal.SIGINT):
            signal.signal(caught, _already_stopping)
        super().run(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.should_exit:
            return
        _shared.say(json.dumps(self._ready))
        if self._until_stdin_ends:
            threading.Thread(target=self._end_with_stdin, daemon=True, name="stdin").start()

    def _end_with_stdin(self) -> None:
        while os.read(sys.stdin.fileno(), 4096):
            pass
        self.should_exit = True


def _already_stopping(_signal: int, _frame: FrameType | None) -> None:
    pass


def _listen(host: str, port: int) -> socket.socket:
    """Raises StaffMustFix ``serve.port_taken``."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    # Every connection takes it over. asyncio would set it only on sockets that name their protocol, and without it the
    # second half of each answer waits 40 ms for the caller's delayed acknowledgement.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if os.name != "nt":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError:
        listener.close()
        raise StaffMustFix("serve.port_taken", port=port) from None
    return listener
