"""One word for the office: the fake that the pages' tests use and the real server over HTTP."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import anyio.to_thread
import pyotp
import pytest
import uvicorn

from registration.errors import Expected, StaffMustFix, VoterCanFix
from registration.model.contact import parse_phone
from registration.model.statistics import Dimension
from registration.office import Office
from registration.review_desk import OfficialSession, Role
from server.app import create_app
from server.context import Server, open_server
from server.desk import officials
from server.sealing import MasterKey
from server.settings import Settings
from sync.http import Http
from sync.office_link import HttpOffice
from sync.review_link import HttpReviewDesk
from tests.fakes.office import AT, FakeOffice
from tests.fakes.vault import ManualClock


@dataclass
class Place:
    office: Office
    supervisor: OfficialSession


class OneThread:
    """ASGI layer: one worker thread, there before the tests begin."""

    def __init__(self, app: object) -> None:
        self.app = app

    async def __call__(self, scope: object, receive: object, send: object) -> None:
        anyio.to_thread.current_default_thread_limiter().total_tokens = 1
        await self.app(scope, receive, send)  # type: ignore[operator]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    server = open_server(Settings(data=tmp_path_factory.mktemp("s")), MasterKey(bytes(32)), ManualClock())
    app = OneThread(create_app(server, beside=False))
    program = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    thread = threading.Thread(target=program.run, kwargs={"sockets": [listener]})
    thread.start()
    warm = Http(address)
    warm.json("GET", "/v1/health")
    warm.close()
    yield server, address
    program.should_exit = True
    thread.join()
    server.close()


@pytest.fixture(params=["fake", "http"])
def place(request: pytest.FixtureRequest, running: tuple[Server, str]) -> Iterator[Place]:
    if request.param == "fake":
        session = OfficialSession("t", "drita", Role.SUPERVISOR, AT)
        yield Place(FakeOffice(), session)
        return
    server, address = running
    with server.store.write() as unit:
        officials.enrol(unit, server.master, "arta.hoxha", Role.SUPERVISOR, by="system", replace=True)
        opened = officials._open_session(unit, server.master, "arta.hoxha", Role.SUPERVISOR)
    http = Http(address)
    session = OfficialSession(opened.token, "arta.hoxha", Role.SUPERVISOR, opened.expires)
    yield Place(HttpOffice(http), session)
    http.close()


def refused(call: Callable[[], object]) -> Expected:
    with pytest.raises(Expected) as caught:
        call()
    return caught.value


def test_an_official_is_enrolled_listed_renewed_and_shut_out(place: Place, request: pytest.FixtureRequest) -> None:
    name = f"besa.{request.node.callspec.id}"
    made = place.office.enrol(place.supervisor, name, Role.OBSERVER)
    assert (made.name, made.role) == (name, Role.OBSERVER)
    assert made.password
    assert made.totp_uri.startswith("otpauth://totp/")
    assert made.password not in repr(made)
    assert {row.name: row.role for row in place.office.officials(place.supervisor)}[name] is Role.OBSERVER
    assert refused(lambda: place.office.enrol(place.supervisor, name, Role.OBSERVER)).code == "official.name_taken"
    place.office.enrol(place.supervisor, name, Role.REVIEWER, replace=True)
    place.office.unlock(place.supervisor, name)
    place.office.disable(place.supervisor, name)
    assert {row.name: row.disabled for row in place.office.officials(place.supervisor)}[name]


def test_nobody_shuts_themselves_out(place: Place) -> None:
    own = place.supervisor.name
    assert refused(lambda: place.office.disable(place.supervisor, own)).code == "official.yourself"
    assert place.office.officials(place.supervisor)


def test_a_voters_lock_is_lifted_and_nothing_said_of_the_voter(place: Place) -> None:
    place.office.unlock_voter(place.supervisor, parse_phone("+355691234567"))


def test_counts_have_every_table(place: Place) -> None:
    counts = place.office.statistics(place.supervisor)
    assert set(counts.tables) == set(Dimension)
    assert place.office.statistics_csv(place.supervisor).startswith(b"as_of,by,value,measure,count")


def test_what_is_handed_over_signs_in(running: tuple[Server, str]) -> None:
    """The authenticator that scanned the QR code and the password on the slip open a session, once per code."""
    server, address = running
    with server.store.write() as unit:
        officials.enrol(unit, server.master, "arta.hoxha", Role.SUPERVISOR, by="system", replace=True)
        opened = officials._open_session(unit, server.master, "arta.hoxha", Role.SUPERVISOR)
    http = Http(address)
    session = OfficialSession(opened.token, "arta.hoxha", Role.SUPERVISOR, opened.expires)
    made = HttpOffice(http).enrol(session, "olsi.prifti", Role.OBSERVER)
    code = pyotp.parse_uri(made.totp_uri).at(int(server.clock.now().timestamp()))  # type: ignore[union-attr]
    observer = HttpReviewDesk(http).sign_in("olsi.prifti", made.password, code)
    assert observer.role is Role.OBSERVER
    assert HttpOffice(http).statistics(observer).tables
    denied = refused(lambda: HttpOffice(http).officials(observer))
    assert isinstance(denied, VoterCanFix | StaffMustFix)
    assert denied.code == "official.not_allowed"
    again = refused(lambda: HttpReviewDesk(http).sign_in("olsi.prifti", made.password, code))
    assert again.code == "official.wrong"
    http.close()
