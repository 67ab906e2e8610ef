"""The HTTP application: all routers, the shield around them, and what runs beside them while it serves."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from server import problems
from server.again import Again
from server.context import Server
from server.desk import routes, sign_in, statistics
from server.intake import handoff, tus, worker
from server.kiosks import devices, witness
from server.notify import delivery, reports
from server.register import lookup
from server.shield import Shield
from server.upkeep import health, keeper, metrics
from server.voters import code_routes, home, sessions

VERSION = "0.1.0"
PARTS = (
    health,
    metrics,
    devices,
    code_routes,
    sessions,
    home,
    tus,
    sign_in,
    routes,
    statistics,
    handoff,
    reports,
    witness,
)
"""Modules with a `router`; each part of the server is one."""
BESIDE = (worker, delivery, lookup, keeper)
"""Modules with ``run(server, stop)``: each has its own thread while the application serves, until `stop` is set."""


def create_app(server: Server, *, beside: bool = True) -> FastAPI:
    """Return the application over an open server. Closing the server is the caller's.

    Args:
        server: the open server.
        beside: also run the worker and the delivery of notifications in this process.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        stop = threading.Event()
        threads = [
            threading.Thread(target=module.run, args=(server, stop), name=module.__name__)
            for module in (BESIDE if beside else ())
        ]
        for thread in threads:
            thread.start()
        yield
        stop.set()
        server.wake.set()
        for thread in threads:
            thread.join()

    app = FastAPI(title="Registration server", version=VERSION, lifespan=lifespan, docs_url=None, redoc_url=None)
    app.state.server = server
    problems.install(app)
    for module in PARTS:
        app.include_router(module.router)
    app.add_middleware(Again)
    app.add_middleware(Shield, trouble=server.trouble)
    return app
