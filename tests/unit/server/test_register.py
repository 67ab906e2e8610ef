"""The civil register: in a file, behind HTTP, away, wrong; and that nobody ever waits for it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from registration.errors import StaffMustFix, WillRetry
from registration.model.documents import FieldName
from registration.model.register import Agreement, LookUp, RegisterEntry, as_json, from_json
from registration.model.statistics import Dimension, Measure
from server import counting
from server.casework import cases
from server.commands import make_register
from server.context import Server
from server.register import demo, lookup
from server.register import file as register_file
from server.register.file import FileRegister
from server.register.http import HttpRegister
from sync import sshsig
from tests.fakes import invented_voter
from tests.unit.server.conftest import EnrolledKiosk, SettableClock
from tests.unit.server.test_voters import open_account

Work = Callable[[], None]
NUMBER = invented_voter.PERSON.personal_number
ARTA = RegisterEntry(
    personal_number=NUMBER,
    surname="SPECIMEN",
    given_names="Arta",
    birth_date=invented_voter.PERSON.birth_date,
    father_name="Agim",
    birth_place="Gjirokaster",
    sex="F",
    county="gjirokaster",
    zone="Gjirokastër 7",
)


class FakeRegister:
    """Implements `server.register.CivilRegister`."""

    name = "fake"

    def __init__(self, *entries: RegisterEntry) -> None:
        self.entries = {entry.personal_number: entry for entry in entries}
        self.away = False
        self.asked = 0

    def find(self, personal_number: str) -> RegisterEntry | None:
        self.asked += 1
        if self.away:
            raise WillRetry("register.away")
        return self.entries.get(personal_number)

    def close(self) -> None:
        pass


@pytest.fixture
def case(kiosk: EnrolledKiosk, work: Work, server: Server) -> str:
    (server.settings.data / lookup.SETTINGS_FILE).write_text("http: {url: 'http://127.0.0.1:9/'}\n")
    open_account(kiosk, work)
    assert kiosk.upload(kiosk.seal(invented_voter.request()))["state"] == "stored"
    work()
    return invented_voter.REQUEST_ID


def result(server: Server, case_id: str) -> lookup.RegisterResult:
    with server.store.read() as connection:
        case = cases.get(connection, server.election, case_id)
        assert case is not None
        return lookup.result_of(connection, server, case.key(server.master), case_id)


def counts(server: Server) -> dict[Dimension, dict[str, dict[Measure, int]]]:
    with server.store.read() as connection:
        return counting.read(connection, server.election)


# ---------------------------------------------------------------- a case and its answer


def test_an_answer_is_kept_field_by_field_and_gives_the_county(server: Server, case: str) -> None:
    assert result(server, case).state is LookUp.WAITING
    assert lookup.ask_once(server, FakeRegister(ARTA)) == 1

    found = result(server, case)
    assert found.state is LookUp.FOUND
    assert (found.county, found.zone, found.source) == ("gjirokaster", "Gjirokastër 7", "fake")
    agreements = {name: check.agreement for name, check in found.fields.items()}
    assert agreements[FieldName.SURNAME] is Agreement.MATCH, "case does not count"
    assert agreements[FieldName.BIRTH_PLACE] is Agreement.MATCH, "nor do marks on letters"
    assert agreements[FieldName.FATHER_NAME] is Agreement.UNKNOWN, "nothing was declared"
    assert found.differs == ()
    assert from_json(json.loads(json.dumps(as_json(found)))) == found
    assert counts(server)[Dimension.COUNTY] == {
        "gjirokaster": {Measure.REQUESTS: 1, Measure.PENDING: 1, Measure.VOTERS: 1}
    }


def test_what_differs_stands_out_with_the_registers_word(server: Server, case: str) -> None:
    other = RegisterEntry(NUMBER, "Specimen", "Besa", date(1991, 1, 1))
    lookup.ask_once(server, FakeRegister(other))
    found = result(server, case)
    assert set(found.differs) == {FieldName.GIVEN_NAMES, FieldName.BIRTH_DATE}
    assert found.fields[FieldName.GIVEN_NAMES].value == "Besa"


def test_an_unknown_number_is_not_found(server: Server, case: str) -> None:
    lookup.ask_once(server, FakeRegister())
    assert result(server, case).state is LookUp.NOT_FOUND


def test_while_it_is_away_the_case_goes_on_and_it_is_asked_again_later(
    server: Server, case: str, clock: SettableClock
) -> None:
    asked = FakeRegister(ARTA)
    asked.away = True
    assert lookup.ask_once(server, asked) == 0
    assert result(server, case).state is LookUp.WAITING
    assert lookup.ask_once(server, asked) == 0
    assert asked.asked == 1, "not asked again at once"
    asked.away = False
    clock.advance(seconds=lookup.FIRST_WAIT.total_seconds())
    assert lookup.ask_once(server, asked) == 1
    assert result(server, case).state is LookUp.FOUND


def test_a_question_whose_asker_died_is_asked_by_another(server: Server, case: str, clock: SettableClock) -> None:
    assert len(lookup._lease(server)) == 1
    assert lookup.ask_once(server, FakeRegister(ARTA)) == 0
    clock.advance(seconds=lookup.LEASE.total_seconds())
    assert lookup.ask_once(server, FakeRegister(ARTA)) == 1


def test_a_newer_version_asks_anew(server: Server, case: str, kiosk: EnrolledKiosk, work: Work) -> None:
    asked = FakeRegister(ARTA)
    lookup.ask_once(server, asked)
    kiosk.upload(kiosk.seal(invented_voter.request(revision=2)))
    work()
    assert result(server, case).state is LookUp.WAITING
    lookup.ask_once(server, asked)
    assert result(server, case).state is LookUp.FOUND
    assert asked.asked == 2


def test_erasing_a_case_erases_its_answer(server: Server, case: str, count_rows: Callable[..., int]) -> None:
    lookup.ask_once(server, FakeRegister(ARTA))
    with server.store.write() as unit:
        cases.erase(unit, server, case, by="system")
    assert count_rows(lookup.register_checks) == 0
    assert count_rows(counting.case_facets) == 0


def test_neither_question_nor_answer_stands_in_the_clear(server: Server, case: str) -> None:
    lookup.ask_once(server, FakeRegister(ARTA))
    with server.store.read() as connection:
        row = connection.execute(lookup.register_checks.select()).one()
        facets = connection.execute(counting.case_facets.select()).one()
    for sealed in (row.question, row.answer, facets.sealed):
        for word in (NUMBER, "Arta", "gjirokaster", "25-34", "IT"):
            assert word.encode() not in sealed


def test_without_a_register_a_case_says_so(kiosk: EnrolledKiosk, work: Work, server: Server) -> None:
    open_account(kiosk, work)
    kiosk.upload(kiosk.seal(invented_voter.request()))
    work()
    assert result(server, invented_voter.REQUEST_ID).state is LookUp.NONE
    stop = threading.Event()
    lookup.run(server, stop)  # nothing to ask: it ends by itself


# ---------------------------------------------------------------- the register in a file


@pytest.fixture
def file_register(tmp_path: Path, server: Server) -> tuple[Path, sshsig.PrivateKey]:
    signer = sshsig.generate()
    file = tmp_path / "register.db"
    rows = register_file.write(
        file, demo.invented(50), name="demo", signer=signer, recipient=server.ring().epochs[0].recipient
    )
    assert rows == 50
    return file, signer


def test_a_file_finds_whom_it_holds(file_register: tuple[Path, sshsig.PrivateKey], server: Server) -> None:
    file, signer = file_register
    opened = FileRegister(file, sshsig.public_of(signer).line, server.ring().identities)
    for entry in demo.invented(50):
        assert opened.find(entry.personal_number) == entry
    assert opened.find("A00101999A") is None
    assert opened.name == "demo"
    opened.close()


def test_the_file_tells_nothing_without_the_servers_key(file_register: tuple[Path, sshsig.PrivateKey]) -> None:
    file, _ = file_register
    for content in (file.read_bytes(), file.with_name("register.db.json").read_bytes()):
        assert b"Specimen" not in content
        assert b"SQLite format" not in content


@pytest.mark.parametrize("harm", ["flip", "note", "signer", "server", "gone"])
def test_a_file_that_is_not_as_it_was_issued_is_refused(
    file_register: tuple[Path, sshsig.PrivateKey], server: Server, harm: str
) -> None:
    file, signer = file_register
    line, identities = sshsig.public_of(signer).line, list(server.ring().identities)
    note = file.with_name("register.db.json")
    if harm == "flip":
        content = bytearray(file.read_bytes())
        content[5000] ^= 1
        file.write_bytes(content)
    elif harm == "note":
        note.write_text(note.read_text().replace('rows\\":50', 'rows\\":51'))
    elif harm == "signer":
        line = sshsig.public_of(sshsig.generate()).line
    elif harm == "server":
        import pyrage

        identities = [str(pyrage.x25519.Identity.generate())]
    else:
        file.unlink()
    with pytest.raises(StaffMustFix) as caught:
        FileRegister(file, line, identities)
    assert caught.value.code == "register.file_wrong"


def test_the_server_opens_what_its_command_installed(server: Server, case: str) -> None:
    (server.settings.data / lookup.SETTINGS_FILE).unlink()
    make_register.install(server, [ARTA], "civil-status", sshsig.generate())
    asked = lookup.open_register(server)
    assert asked is not None
    assert lookup.ask_once(server, asked) == 1
    assert result(server, case).source == "civil-status"
    asked.close()


def test_a_table_of_citizens_is_read_or_its_bad_line_named(tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    head = "personal_number,surname,given_names,birth_date,county\n"
    table.write_text(head + f"{NUMBER},Specimen,Arta,1990-01-01,tirane\n", encoding="utf-8")
    assert [entry.county for entry in make_register._read(table)] == ["tirane"]
    table.write_text(head + f"{NUMBER},Specimen,Arta,1990-01-01,tirane\nX,S,A,yesterday,tirane\n", encoding="utf-8")
    with pytest.raises(StaffMustFix) as caught:
        list(make_register._read(table))
    assert caught.value.params == {"file": "t.csv", "line": 3}


def test_wrong_settings_are_named(server: Server) -> None:
    file = server.settings.data / lookup.SETTINGS_FILE
    for text in ("file: {}", "http: {url: 'http://elsewhere.example.org'}", "[]", "http: {url: 'https://x', what: 1}"):
        file.write_text(text)
        with pytest.raises(StaffMustFix) as caught:
            lookup.open_register(server)
        assert caught.value.code == "register.settings_wrong"


# ---------------------------------------------------------------- the register behind HTTP


class Office:
    """A local HTTP register that answers as it is told."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, bytes]] = []
        self.asked: list[tuple[dict[str, str], bytes]] = []
        self.release = threading.Event()
        self.drip = False
        office = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                office.asked.append((dict(self.headers), body))
                status, content = office.answers.pop(0)
                if status == 0:
                    office.release.wait(5)
                    return
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if office.drip:
                    for byte in content:
                        if office.release.wait(0.05):
                            return
                        self.wfile.write(bytes([byte]))
                        self.wfile.flush()
                self.wfile.write(content)

            def log_message(self, *args: object) -> None:
                pass

        self.httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.httpd.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.httpd.server_port}/v1/person"

    def close(self) -> None:
        self.release.set()
        self.httpd.shutdown()
        self.httpd.server_close()
        self.thread.join()


@pytest.fixture
def office() -> Iterator[Office]:
    made = Office()
    yield made
    made.close()


GOOD = {
    "personal_number": NUMBER,
    "surname": "Specimen",
    "given_names": "Arta",
    "birth_date": "1990-01-01",
    "county": "gjirokaster",
}


def body(**changes: object) -> bytes:
    return json.dumps(GOOD | changes).encode()


def test_it_asks_by_post_with_its_token_and_reads_the_answer(office: Office) -> None:
    office.answers.append((200, body()))
    asked = HttpRegister(office.url, token="t0ken")
    entry = asked.find(NUMBER)
    assert entry is not None
    assert (entry.surname, entry.county, entry.zone) == ("Specimen", "gjirokaster", "")
    headers, sent = office.asked[0]
    assert headers["Authorization"] == "Bearer t0ken"
    assert json.loads(sent) == {"personal_number": NUMBER}
    assert NUMBER not in office.url
    office.answers.append((404, b""))
    assert asked.find(NUMBER) is None
    office.answers.append((200, body(county="atlantis")))
    strange = asked.find(NUMBER)
    assert strange is not None
    assert strange.county == ""
    asked.close()


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (500, b""),
        (302, b""),
        (401, b""),
        (200, b"<html>sign in to the network</html>"),
        (200, b"[]"),
        (200, b"null"),
        (200, b'{"personal_number": "J00101999W"}'),
        (200, body(personal_number="J05101999J")),
        (200, body(birth_date="01.01.1990")),
        (200, body(surname=7)),
        (200, b"[" * 30_000),
        (200, b" " * 70_000 + b"{}"),
    ],
)
def test_a_wrong_answer_is_no_answer(office: Office, status: int, content: bytes) -> None:
    office.answers.append((status, content))
    asked = HttpRegister(office.url, timeout=2)
    with pytest.raises(WillRetry) as caught:
        asked.find(NUMBER)
    assert caught.value.code == "register.away"
    asked.close()


def test_it_gives_up_on_silence_on_a_drip_and_on_nobody_there(office: Office) -> None:
    asked = HttpRegister(office.url, timeout=0.3)
    office.answers.append((0, b""))
    with pytest.raises(WillRetry):
        asked.find(NUMBER)
    office.drip = True
    office.answers.append((200, body() + b" " * 400))
    began = time.monotonic()
    with pytest.raises(WillRetry):
        asked.find(NUMBER)
    assert time.monotonic() - began < 10, "a drip of 600 bytes would take 30 s"
    asked.close()
    nobody = HttpRegister("http://127.0.0.1:9/", timeout=0.3)
    with pytest.raises(WillRetry):
        nobody.find(NUMBER)
    nobody.close()


def test_invented_citizens_are_the_same_each_time_and_hold_the_demos_voter() -> None:
    from kiosk.demo.people import demo_voter

    first, again = list(demo.invented(40)), list(demo.invented(40))
    assert first == again
    assert len({entry.personal_number for entry in first}) == 40
    holder = demo_voter().holder
    assert (first[0].personal_number, first[0].surname) == (holder.personal_number, holder.surname)
