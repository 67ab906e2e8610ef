"""Certificates at the server: issued at enrolment, renewed, judged by its own time, revoked at once; rotated keys."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from server import keyring
from server.__main__ import main
from server.context import Server
from server.intake import packet_intake
from server.intake.packet_intake import Route
from server.kiosks import devices
from server.store.schema import packets
from sync import certificate, keyset, protocol, receipt, sshsig
from tests.fakes import invented_voter
from tests.unit.server.conftest import TUS, EnrolledKiosk, SettableClock


def revoke(server: Server, kiosk: EnrolledKiosk) -> None:
    with server.store.write() as unit:
        devices.revoke(unit, kiosk.kiosk_id, by="administrator:test")


def renew(client: TestClient, kiosk: EnrolledKiosk) -> str:
    answer = client.post("/v1/kiosks/certificate", headers=kiosk.headers)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["certificate"])


def command(server: Server, *args: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "stdin", io.StringIO(bytes(range(32)).hex() + "\n"))
    database = ["--database", server.settings.database] if server.settings.database else []
    return main([*args, "--data", str(server.settings.data), *database])


def test_enrolment_brings_a_certificate_by_the_key_sets_authority(kiosk: EnrolledKiosk) -> None:
    made = kiosk.certified
    assert made is not None
    assert made.kiosk == kiosk.kiosk_id
    assert made.key == sshsig.public_of(kiosk.key)
    assert kiosk.keys.kiosk_authority is not None
    assert made.issued_by([kiosk.keys.kiosk_authority])
    assert made.valid_at(kiosk.clock.now())
    assert made.valid_before - kiosk.clock.now() == devices.CERTIFICATE_LIFE


def test_a_renewed_certificate_is_a_new_one_and_what_the_old_sealed_still_arrives(
    kiosk: EnrolledKiosk, client: TestClient, clock: SettableClock
) -> None:
    before = kiosk.seal(invented_voter.account())
    clock.advance(days=devices.CERTIFICATE_LIFE.days + 200)  # a summer without a connection
    kiosk.certified = certificate.parse_line(renew(client, kiosk))
    assert kiosk.certified.valid_at(clock.now())
    after = kiosk.seal(invented_voter.request())
    assert kiosk.upload(before)["state"] == "stored"
    assert kiosk.upload(after)["state"] == "stored"


def test_a_revoked_kiosk_is_shut_out_at_once_everywhere(
    kiosk: EnrolledKiosk, server: Server, client: TestClient, work: Callable[[], None], count_rows: Callable[..., int]
) -> None:
    waiting, half, on_stick = (
        kiosk.seal(each)
        for each in (
            invented_voter.account(),
            invented_voter.request(),
            invented_voter.request("01990000-0000-7000-8000-0000000000cc"),
        )
    )
    kiosk.upload(waiting)
    kiosk.create(half)
    kiosk.patch(half.sha256, 0, half.content[:1000])
    revoke(server, kiosk)
    assert kiosk.patch(half.sha256, 1000, half.content[1000:]).status_code == 401
    assert client.head(f"/v1/packets/{half.sha256}", headers=kiosk.headers | TUS).status_code == 401
    assert client.post("/v1/kiosks/certificate", headers=kiosk.headers).status_code == 401
    assert packet_intake.take(server, on_stick.content, route=Route.BATCH).code == "packet.revoked"
    work()  # what was received before is not opened either, a person looks at it
    assert count_rows(packets, packets.c.state == "quarantined", packets.c.code == "packet.revoked") == 1


def test_no_other_certificate_stands_for_a_kiosk(
    kiosk: EnrolledKiosk, enrol: Callable[[], EnrolledKiosk], server: Server
) -> None:
    """A certificate for another kiosk's key, an authority of one's own, a bare key after a certificate: refused."""
    other = enrol()
    authority = sshsig.generate()
    own = certificate.issue(
        authority,
        sshsig.public_of(kiosk.key),
        kiosk.kiosk_id,  # type: ignore[arg-type]
        serial=1,
        valid_after=kiosk.clock.now(),
        valid_before=kiosk.clock.now() + devices.CERTIFICATE_LIFE,
    )
    cases = {
        "packet.certificate": (replace(kiosk, certified=own), replace(kiosk, certified=other.certified)),
        "packet.unknown_kiosk": (replace(kiosk, certified=None),),
    }
    for code, kiosks in cases.items():
        for each in kiosks:
            sealed = each.seal(invented_voter.account())
            assert packet_intake.take(server, sealed.content, route=Route.BATCH).code == code
    sealed = kiosk.seal(invented_voter.account())
    assert packet_intake.take(server, sealed.content, route=Route.BATCH).state == "stored"


def test_a_kiosk_enrolled_before_there_were_certificates_delivers_all_it_sealed(
    kiosk: EnrolledKiosk, client: TestClient
) -> None:
    bare = replace(kiosk, certified=None)
    old = bare.seal(invented_voter.account())
    renew(client, kiosk)
    assert bare.upload(old)["state"] == "stored"


def test_keys_rotate_in_the_middle_of_an_upload(
    kiosk: EnrolledKiosk, server: Server, client: TestClient, work: Callable[[], None], clock: SettableClock
) -> None:
    early = kiosk.seal(invented_voter.account())
    first = kiosk.upload(early)
    sealed = kiosk.seal(invented_voter.request())
    kiosk.create(sealed)
    kiosk.patch(sealed.sha256, 0, sealed.content[:1000])
    with server.store.write() as unit:
        keyring.rotate(unit, server.master)
    assert kiosk.patch(sealed.sha256, 1000, sealed.content[1000:]).status_code == 204
    late = kiosk.state(sealed)["receipt"]

    root = sshsig.public_of(server.ring().root)
    fetched = client.get("/v1/keyset", headers=kiosk.headers).json()
    keys = keyset.verify(fetched, root, election=server.election, known=kiosk.keys)
    assert keys.version == kiosk.keys.version + 1
    assert keys.epoch_id != kiosk.keys.epoch_id
    for document, sent in ((first["receipt"], early), (late, sealed)):
        named = {"packet_id": sent.packet_id, "sha256": sent.sha256, "kiosk": kiosk.kiosk_id}
        receipt.verify(document, *keys.receipt_keys, **named)  # type: ignore[arg-type]
    with pytest.raises(receipt.ReceiptRefused):
        receipt.read(late, *kiosk.keys.receipt_keys)  # the control: the old key set does not know the new key
    work()
    assert kiosk.state(sealed)["state"] == "opened"


def test_a_stick_of_thirty_days_ago_is_taken_after_two_rotations(
    kiosk: EnrolledKiosk, server: Server, work: Callable[[], None], clock: SettableClock
) -> None:
    sealed = [kiosk.seal(invented_voter.account()), kiosk.seal(invented_voter.request())]
    for _ in range(2):
        clock.advance(days=15)
        with server.store.write() as unit:
            keyring.rotate(unit, server.master)
    for each in sealed:
        assert packet_intake.take(server, each.content, route=Route.BATCH).state == "stored"
    work()
    assert [kiosk.state(each)["state"] for each in sealed] == ["opened", "opened"]


@pytest.mark.parametrize(
    ("version", "status", "code"),
    [("", 200, ""), ("1", 200, ""), ("x", 200, ""), ("2", 400, "server.version_server_old")],
)
def test_a_kiosk_of_another_version_is_told_so(
    kiosk: EnrolledKiosk, client: TestClient, version: str, status: int, code: str
) -> None:
    answer = client.get("/v1/keyset", headers=kiosk.headers | {protocol.HEADER: version})
    assert answer.status_code == status
    assert answer.json().get("code", "") == code


def test_an_old_kiosk_is_told_to_update(
    kiosk: EnrolledKiosk, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "OLDEST", 2)
    monkeypatch.setattr(protocol, "VERSION", 3)
    assert client.get("/v1/health").json()["protocol_oldest"] == 2
    answer = client.get("/v1/keyset", headers=kiosk.headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "server.version_kiosk_old")


def test_the_commands_revoke_and_write_the_files_for_others(
    kiosk: EnrolledKiosk,
    enrol: Callable[[], EnrolledKiosk],
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    other = enrol()
    mine, theirs = kiosk.seal(invented_voter.account()), other.seal(invented_voter.account())
    assert command(server, "revoke-kiosk", kiosk.kiosk_id, monkeypatch=monkeypatch) == 0
    assert command(server, "revoke-kiosk", kiosk.kiosk_id, monkeypatch=monkeypatch) == 1
    assert "revoked before" in capsys.readouterr().err
    assert command(server, "signers", str(tmp_path / "files"), monkeypatch=monkeypatch) == 0
    assert json.loads(capsys.readouterr().out) == {"kiosks": 0, "authorities": 1, "revoked": 1}

    files = ["--signers", str(tmp_path / "files" / "allowed_signers")]
    revoked = ["--revoked", str(tmp_path / "files" / "revoked_keys"), "--at", kiosk.clock.now().isoformat()]
    file = tmp_path / "p.vrp"
    file.write_bytes(theirs.content)
    assert main(["check-packet", str(file), *files, *revoked]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["signer"] == sshsig.public_of(other.key).fingerprint
    assert told["kiosk_known"] is True
    assert "checked against the file allowed_signers" in told["verdict"]
    assert "not opened" in told["verdict"]
    file.write_bytes(mine.content)
    assert main(["check-packet", str(file), *files, *revoked]) == 1
    assert "was revoked" in capsys.readouterr().err
    assert main(["check-packet", str(file), *files, "--at", "2040-01-01"]) == 1
    assert "ran out" in capsys.readouterr().err
    assert main(["check-packet", str(file), "--data", str(tmp_path / "nowhere")]) == 0
    assert "NOT checked" in json.loads(capsys.readouterr().out)["verdict"]
