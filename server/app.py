"""The HTTP application: all routers, the shield around them, and what runs beside them while it serves."""

from __future__ import annotations

import importlib
import importlib.util
import threading
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from types import ModuleType

from fastapi import FastAPI

from server import problems
from server.context import Server
from server.shield import Shield

VERSION = "0.1.0"
ROUTERS = (
    "server.health",
    "server.devices",
    "server.codes",
    "server.sessions",
    "server.voter",
    "server.tus",
    "server.official_routes",
    "server.review",
    "server.statistics",
    "server.keeper",
)
"""Modules with a `router`; each part of the server is one."""
BESIDE = ("server.worker", "server.notify.delivery", "server.keeper")
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
            for module in (_present(BESIDE) if beside else ())
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
    for module in _present(ROUTERS):
        app.include_router(module.router)
    app.add_middleware(Shield)
    return app


def _present(names: Iterable[str]) -> list[ModuleType]:
    return [importlib.import_module(name) for name in names if importlib.util.find_spec(name) is not None]
