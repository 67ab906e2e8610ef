"""Uploads with peers that are not ours, over good and bad lines: tuspy and tus-js-client to our server, our client to
@tus/server; and what only real connections show: an earlier one that hangs or still writes."""

from __future__ import annotations

import contextlib
import hashlib
import io
import random
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from requests.exceptions import RequestException
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError

from registration.errors import WillRetry
from registration.model.ids import PacketId
from registration.ports.vault import SealedPacket
from server.clock import SystemClock
from server.context import open_server
from server.kiosks.devices import new_enrolment_token
from server.sealing import MasterKey
from server.settings import Settings
from sync import enrol, packet, receipt
from sync.http import Http
from sync.upload import Uploader
from tests.fakes.flaky_proxy import FlakyProxy
from tests.fakes.sync_store import FakeSyncStore
from tests.fakes.vault import a_request
from tests.unit.server.test_program import KEY, ROOT, TUS, Machine, Program, create, enrolled, patch, running

NODE = ROOT / "tests" / "node"
SIZE = 1_500_000
CHUNK = 128 * 1024


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("peers") / "s"


@pytest.fixture(scope="module")
def program(data: Path) -> Iterator[Program]:
    with running(data) as started:
        yield started


@pytest.fixture(scope="module")
def machine(program: Program) -> Machine:
    return enrolled(program)


_seqs = iter(range(1, 100))


def a_packet(machine: Machine) -> SealedPacket:
    """A real packet of about `SIZE` bytes, of a request whose account never comes: it stays stored."""
    seq = next(_seqs)
    picture = random.Random(seq).randbytes(SIZE)
    return machine.seal(a_request(request_id=f"019b0000-0000-7000-8000-{seq:012}", picture=picture), seq)


def state_of(program: Program, machine: Machine, sealed: SealedPacket) -> str:
    answer = requests.get(f"{program.url}/v1/packets/{sealed.sha256}", headers=machine.headers, timeout=10)
    return str(answer.json()["state"])


@contextlib.contextmanager
def line_to(port: int, *, bad: bool, seed: int = 3) -> Iterator[FlakyProxy]:
    with FlakyProxy(port, seed=seed, mean_cut=400_000 if bad else 0, lost_answers=0.15 if bad else 0.0) as proxy:
        yield proxy


@pytest.mark.parametrize("bad", [False, True], ids=["good line", "bad line"])
def test_tuspy_uploads_to_our_server(program: Program, machine: Machine, bad: bool) -> None:
    sealed = a_packet(machine)
    with line_to(int(program.ready["port"]), bad=bad) as proxy:
        client = TusClient(
            f"http://127.0.0.1:{proxy.port}/v1/packets", headers={**machine.headers, "Connection": "close"}
        )
        metadata = {"sha256": sealed.sha256, "packet_id": sealed.packet_id}
        url = ""
        for _ in range(100):
            stream = io.BytesIO(sealed.content)
            with contextlib.suppress(TusCommunicationError, RequestException):
                # It begins again at 0 when it is not told the address: an application keeps that, so do we.
                url = url or client.uploader(file_stream=stream, metadata=metadata).create_url()
                client.uploader(file_stream=stream, url=url, chunk_size=CHUNK).upload()
                break
        assert not bad or proxy.cuts + proxy.lost > 2, "the line was not bad enough to show anything"
    assert state_of(program, machine, sealed) == "stored"


@pytest.mark.parametrize("bad", [False, True], ids=["good line", "bad line"])
def test_tus_js_client_uploads_to_our_server(program: Program, machine: Machine, bad: bool, tmp_path: Path) -> None:
    sealed = a_packet(machine)
    file = tmp_path / "p.vrp"
    file.write_bytes(sealed.content)
    with line_to(int(program.ready["port"]), bad=bad) as proxy:
        endpoint = f"http://127.0.0.1:{proxy.port}/v1/packets"
        command = ["node", "tus_upload.mjs", endpoint, str(file), sealed.sha256, sealed.packet_id, str(CHUNK)]
        token = machine.enrolment.token.encode()
        done = subprocess.run(command, cwd=NODE, input=token, capture_output=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr.decode()
        assert not bad or proxy.cuts + proxy.lost > 2, "the line was not bad enough to show anything"
    assert (int(done.stdout) > 0) == bad
    assert state_of(program, machine, sealed) == "stored"


@contextlib.contextmanager
def node_server(folder: Path) -> Iterator[int]:
    with subprocess.Popen(
        ["node", "tus_server.mjs", str(folder)], cwd=NODE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(10) == 0


@pytest.mark.parametrize("bad", [False, True], ids=["good line", "bad line"])
def test_our_client_uploads_to_another_server(bad: bool, tmp_path: Path) -> None:
    content = random.Random(8).randbytes(SIZE)
    sha256 = packet.digest(content)
    with node_server(tmp_path) as port, line_to(port, bad=bad) as proxy:
        http = Http(f"http://127.0.0.1:{proxy.port}", "token", timeout=(5.0, 5.0))
        uploader = Uploader(http, SystemClock(), lambda _seconds: False, random.Random(2).random)
        for _ in range(20):
            with contextlib.suppress(WillRetry):
                uploader.upload(content, PacketId("p-1"), sha256)
                break
        http.close()
        assert not bad or proxy.cuts + proxy.lost > 2, "the line was not bad enough to show anything"
    whole = [each for each in tmp_path.iterdir() if each.is_file() and each.stat().st_size == SIZE]
    assert [hashlib.sha256(each.read_bytes()).hexdigest() for each in whole] == [sha256]


def begun(program: Program, machine: Machine, sealed: SealedPacket, piece: bytes) -> socket.socket:
    """Open a connection that announces the whole packet, brings `piece` of it and then says nothing more."""
    line = socket.create_connection(("127.0.0.1", int(program.ready["port"])), timeout=10)
    head = (
        f"PATCH /v1/packets/{sealed.sha256} HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\n"
        f"Authorization: Bearer {machine.enrolment.token}\r\nContent-Type: application/offset+octet-stream\r\n"
        f"Upload-Offset: 0\r\nContent-Length: {len(sealed.content)}\r\n\r\n"
    )
    line.sendall(head.encode() + piece)
    return line


def test_a_connection_that_hangs_gives_way_and_what_it_brought_counts(program: Program, machine: Machine) -> None:
    sealed = a_packet(machine)
    assert create(program, machine, sealed) == 0
    with begun(program, machine, sealed, sealed.content[:200_000]):
        asked = time.monotonic()
        deadline = asked + 20
        held = 0
        while not held and time.monotonic() < deadline:  # the first look may come before its bytes do
            url = f"{program.url}/v1/packets/{sealed.sha256}"
            answer = requests.head(url, headers=machine.headers | TUS, timeout=10)
            held = int(answer.headers["Upload-Offset"])
        assert held == 200_000
        assert patch(program, machine, sealed, held, sealed.content[held:]) == len(sealed.content)
    assert state_of(program, machine, sealed) == "stored"


def test_a_cut_connection_is_settled_before_anybody_is_told_what_is_held(program: Program, machine: Machine) -> None:
    sealed = a_packet(machine)
    held = create(program, machine, sealed)
    for _ in range(10):
        line = begun(program, machine, sealed, sealed.content[:100_000]) if not held else None
        if line is not None:
            line.close()
        url = f"{program.url}/v1/packets/{sealed.sha256}"
        answer = requests.head(url, headers=machine.headers | TUS, timeout=10)
        held = int(answer.headers["Upload-Offset"])
        if held:
            break
    again = requests.head(url, headers=machine.headers | TUS, timeout=10)
    assert int(again.headers["Upload-Offset"]) == held, "what was told has changed by itself"
    assert patch(program, machine, sealed, held, sealed.content[held:]) == len(sealed.content)


def test_several_kiosks_send_at_once_and_none_gets_anothers_receipt(
    program: Program, machine: Machine, data: Path
) -> None:
    machines = [machine, *(enrolled_with(program, data) for _ in range(2))]
    packets = {machine.enrolment.token: [a_packet(machine) for _ in range(2)] for machine in machines}

    def send(machine: Machine) -> None:
        http = Http(program.url, machine.enrolment.token)
        uploader = Uploader(http, SystemClock(), lambda _seconds: False, random.Random(1).random)
        for sealed in packets[machine.enrolment.token]:
            uploader.upload(sealed.content, sealed.packet_id, sealed.sha256)
        http.close()

    threads = [threading.Thread(target=send, args=(machine,)) for machine in machines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for machine in machines:
        for sealed in packets[machine.enrolment.token]:
            url = f"{program.url}/v1/packets/{sealed.sha256}"
            document = requests.get(url, headers=machine.headers, timeout=10).json()["receipt"]
            proven = receipt.read(document, *machine.keys.receipt_keys)
            assert (proven.kiosk, proven.sha256) == (machine.enrolment.identity.kiosk_id, sealed.sha256)


def enrolled_with(program: Program, data: Path) -> Machine:
    """Enrol one more kiosk; its token is made beside the running server, as the administrator's command does."""
    server = open_server(Settings(data=data), MasterKey(bytes.fromhex(KEY)))
    with server.store.write() as unit:
        token = new_enrolment_token(unit, server.master)
    server.close()
    store, http = FakeSyncStore(), Http(program.url)
    made = enrol.enrol(http, store, server=program.url, name="Bari 2", token=token)
    http.close()
    return Machine(made, enrol.known_keyset(store, made))
