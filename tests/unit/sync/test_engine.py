"""One round with the server: what is let go of, what is put off, what is believed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from registration.errors import StaffMustFix
from registration.model.ids import KioskId
from resources import texts
from sync import enrol, protocol, sshsig
from sync.engine import PacketMoved, PacketPutOff, PacketReceived, RoundBegan, last_look
from tests.fakes.election_server import ElectionServer
from tests.fakes.flaky_proxy import FlakyProxy
from tests.unit.sync.conftest import Kiosk, MakeKiosk


def test_a_round_delivers_what_waits_and_lets_go_of_it(kiosk: Kiosk, server: ElectionServer) -> None:
    entries = [kiosk.finish_request(n) for n in (1, 2, 3)]
    report = kiosk.engine.sync_once()

    assert report.received == tuple(entry.packet_id for entry in entries)
    assert (report.problem, report.waiting, report.attention, report.next_try) == ("", 0, 0, None)
    assert set(server.whole()) == {entry.sha256 for entry in entries}
    for entry in entries:
        assert kiosk.store.entry(entry.packet_id).state == "received"
        assert kiosk.store.receipt(entry.packet_id)
        with pytest.raises(KeyError):
            kiosk.store.read(entry.packet_id)

    assert kiosk.events[0] == RoundBegan(3, sum(entry.size for entry in entries))
    assert [e for e in kiosk.events if isinstance(e, PacketMoved)][-1].number == 3
    received = [e for e in kiosk.events if isinstance(e, PacketReceived)]
    assert [(e.reference, e.received) for e in received] == [(e.reference, kiosk.clock.now()) for e in entries]


def test_a_second_round_sends_nothing(kiosk: Kiosk) -> None:
    kiosk.finish_request()
    assert kiosk.engine.sync_once().sent > 0
    assert kiosk.engine.sync_once().sent == 0


def test_without_a_server_the_report_says_so_and_everything_stays(
    make_kiosk: MakeKiosk, server: ElectionServer
) -> None:
    server.answer_once("GET", "/v1/health", 502)
    kiosk = make_kiosk()
    entry = kiosk.finish_request()
    report = kiosk.engine.sync_once()
    assert (report.problem, report.reached, report.waiting) == ("server.busy", False, 1)
    assert report.next_try == kiosk.clock.now()
    assert kiosk.store.entry(entry.packet_id).attempts == 0


@pytest.mark.parametrize("forged", ["key", "another packet"])
def test_a_receipt_that_is_not_genuine_lets_go_of_nothing(kiosk: Kiosk, server: ElectionServer, forged: str) -> None:
    entry = kiosk.finish_request(1)
    if forged == "key":
        server.signs_with = sshsig.generate()
    else:
        other = kiosk.finish_request(2)
        kiosk.engine.sync_once()
        entry = kiosk.finish_request(3)
        receipt = json.loads(kiosk.store.receipt(other.packet_id) or b"")
        body = json.dumps({"state": "stored", "code": "", "receipt": receipt}).encode()
        server.answer_once("GET", f"/v1/packets/{entry.sha256}", 200, body=body)
    report = kiosk.engine.sync_once()

    assert [(p.packet_id, p.code) for p in report.put_off] == [(entry.packet_id, "server.receipt_refused")]
    assert kiosk.store.entry(entry.packet_id).state == "waiting"
    assert kiosk.store.read(entry.packet_id)


@pytest.mark.parametrize(
    ("state", "code", "shown"),
    [
        ("refused", "packet.conflict", "packet.conflict"),
        ("quarantined", "packet.unsupported", "packet.unsupported"),
        ("refused", "packet.of_the_future", "server.packet_not_taken"),
    ],
)
def test_a_packet_the_server_does_not_take_needs_attention(
    kiosk: Kiosk, server: ElectionServer, state: str, code: str, shown: str
) -> None:
    bad, good = kiosk.finish_request(1), kiosk.finish_request(2)
    server.refuse(bad.sha256, code, state)
    report = kiosk.engine.sync_once()

    assert report.received == (good.packet_id,)
    assert report.put_off == (PacketPutOff(bad.packet_id, shown, None),)
    assert (report.attention, report.waiting) == (1, 0)
    assert kiosk.store.entry(bad.packet_id).problem == shown
    assert kiosk.store.read(bad.packet_id)

    assert kiosk.engine.sync_once().put_off == ()  # never a silent retry
    server.verdicts.clear()
    kiosk.store.retry(bad.packet_id)
    assert kiosk.engine.sync_once().received == (bad.packet_id,)


def test_a_busy_server_is_left_alone_for_as_long_as_it_asked(kiosk: Kiosk, server: ElectionServer) -> None:
    first, second = kiosk.finish_request(1), kiosk.finish_request(2)
    server.answer_once("PATCH", "/v1/packets", 429, {"Retry-After": "300"})
    report = kiosk.engine.sync_once()

    assert report.problem == "server.busy"
    entry = kiosk.store.entry(first.packet_id)
    assert entry.next_try is not None
    assert timedelta(seconds=300) <= entry.next_try - kiosk.clock.now() <= timedelta(seconds=302)
    assert kiosk.store.entry(second.packet_id).attempts == 0

    assert kiosk.engine.sync_once().received == (second.packet_id,)  # the first is not due yet
    kiosk.clock.move(timedelta(seconds=303))
    assert kiosk.engine.sync_once().received == (first.packet_id,)


def test_a_kiosk_that_is_not_admitted_blames_no_packet(kiosk: Kiosk, server: ElectionServer) -> None:
    entry = kiosk.finish_request()
    server.kiosks.clear()
    report = kiosk.engine.sync_once()
    assert (report.problem, report.waiting, report.attention) == ("server.not_admitted", 1, 0)
    assert kiosk.store.entry(entry.packet_id).attempts == 0


def test_something_else_than_the_server_is_not_taken_for_it(kiosk: Kiosk, server: ElectionServer) -> None:
    server.answer_once("GET", "/v1/health", 200, body=b"<html>Wi-Fi log-in</html>")
    assert kiosk.engine.sync_once().problem == "server.strange_answer"
    server.answer_once("GET", "/v1/health", 302, {"Location": "https://wifi.example/"})
    assert kiosk.engine.sync_once().problem == "server.strange_answer"
    assert kiosk.engine.sync_once().problem == ""


@pytest.mark.parametrize("off", [timedelta(0), timedelta(days=-3650), timedelta(days=3650), timedelta(seconds=121)])
def test_the_clocks_error_is_measured_and_hinders_nothing(kiosk: Kiosk, server: ElectionServer, off: timedelta) -> None:
    kiosk.finish_request()
    server.clock_error = off
    report = kiosk.engine.sync_once()
    assert report.clock_skew == off.total_seconds()
    assert report.clock_is_off == bool(off)
    assert len(report.received) == 1


def test_newer_keys_and_settings_are_believed_and_used(kiosk: Kiosk, server: ElectionServer) -> None:
    server.renew_keys()
    server.publish(settings=replace(server.settings, version=4, review_days=7))
    report = kiosk.engine.sync_once()
    assert (report.problem, report.keyset_version, report.config_version) == ("", 2, 4)
    assert enrol.known_keyset(kiosk.store, kiosk.enrolment).epoch_id == "epoch-2"
    assert enrol.known_config(kiosk.store, kiosk.enrolment).review_days == 7


@pytest.mark.parametrize("what", ["keyset", "config"])
@pytest.mark.parametrize("how", ["older", "same version, other content", "another root", "another election"])
def test_what_is_not_to_be_believed_changes_nothing_and_is_reported(
    kiosk: Kiosk, server: ElectionServer, what: str, how: str
) -> None:
    server.publish(keys=replace(server.keys, version=5), settings=replace(server.settings, version=5))
    kiosk.engine.sync_once()
    before = kiosk.store.recall("keyset"), kiosk.store.recall("config")

    version = {"older": 4, "same version, other content": 5}.get(how, 6)
    election = "per-2031" if how == "another election" else "per-2027"
    if what == "keyset":
        server.publish(keys=replace(server.keys, version=version, epoch_id="other", election=election))
    else:
        server.publish(settings=replace(server.settings, version=version, review_days=99, election=election))
    true_root = server.root
    if how == "another root":
        server.root = sshsig.generate()
    entry = kiosk.finish_request()
    report = kiosk.engine.sync_once()
    server.root = true_root

    rolled_back = how in ("older", "same version, other content")
    refused = "server.rolled_back" if rolled_back else f"server.{what}_refused"
    if how == "another root":
        refused = "server.config_refused"  # both are refused; the last one is reported
    assert report.problem == refused
    assert (kiosk.store.recall("keyset"), kiosk.store.recall("config")) == before
    assert report.received == (entry.packet_id,)  # the last good keys stay in force


def test_a_restored_older_disk_goes_on_after_what_the_server_has_seen(kiosk: Kiosk, server: ElectionServer) -> None:
    server.highest_seq = 41
    kiosk.finish_request(1)
    kiosk.engine.sync_once()
    assert kiosk.finish_request(2).seq == 42


def test_a_failing_vault_ends_the_round_loudly(kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object) -> None:
        raise StaffMustFix("vault.disk_full")

    kiosk.finish_request()
    monkeypatch.setattr(kiosk.store, "mark_received", full)
    with pytest.raises(StaffMustFix, match="disk_full"):
        kiosk.engine.sync_once()


def test_everything_arrives_over_a_bad_line_exactly_once(make_kiosk: MakeKiosk, server: ElectionServer) -> None:
    with FlakyProxy(server.port, seed=9, mean_cut=500_000, lost_answers=0.15) as proxy:
        kiosk = make_kiosk(port=proxy.port)
        entries = [kiosk.finish_request(n, size=900_000) for n in range(1, 6)]
        for _round in range(40):
            report = kiosk.engine.sync_once()
            if not report.waiting:
                break
            kiosk.clock.move(timedelta(minutes=15))
        kiosk.http.close()
    assert {entry.state for entry in kiosk.store.entries()} == {"received"}
    assert set(server.whole()) == {entry.sha256 for entry in entries}
    assert proxy.cuts + proxy.lost > 5, "the line was not bad enough to show anything"


def test_several_kiosks_share_one_server(make_kiosk: MakeKiosk, server: ElectionServer) -> None:
    kiosks = [make_kiosk() for _ in range(3)]
    for number, kiosk in enumerate(kiosks, 1):
        kiosk.finish_request(number)
    assert all(len(kiosk.engine.sync_once().received) == 1 for kiosk in kiosks)
    assert len(server.whole()) == 3


def test_a_receipt_key_that_changed_a_moment_ago_is_asked_for_before_a_receipt_is_doubted(
    kiosk: Kiosk, server: ElectionServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = kiosk.finish_request()
    upload = kiosk.uploader.upload

    def upload_then_rotate(*args: Any) -> None:
        upload(*args)
        server.rotate_receipt_key()

    monkeypatch.setattr(kiosk.uploader, "upload", upload_then_rotate)
    report = kiosk.engine.sync_once()
    assert (report.received, report.problem, report.keyset_version) == ((entry.packet_id,), "", 2)


def test_a_receipt_of_the_old_key_is_believed_after_a_rotation_and_a_strangers_never(
    kiosk: Kiosk, server: ElectionServer
) -> None:
    old_key = server.receipt_key
    server.rotate_receipt_key()
    server.signs_with = old_key
    first = kiosk.finish_request(1)
    assert kiosk.engine.sync_once().received == (first.packet_id,)
    server.signs_with = sshsig.generate()
    second = kiosk.finish_request(2)
    report = kiosk.engine.sync_once()
    assert [(each.packet_id, each.code) for each in report.put_off] == [(second.packet_id, "server.receipt_refused")]
    assert kiosk.store.read(second.packet_id)


@pytest.mark.parametrize(
    ("server_speaks", "code"),
    [
        ({}, ""),
        ({"protocol": 1, "protocol_oldest": 1}, ""),
        ({"protocol": 3, "protocol_oldest": 1}, ""),
        ({"protocol": 3, "protocol_oldest": 2}, "server.version_kiosk_old"),
        ({"protocol": "?", "protocol_oldest": None}, ""),
    ],
)
def test_a_server_of_another_version_is_left_alone_with_a_sentence(
    kiosk: Kiosk, server: ElectionServer, server_speaks: dict[str, int], code: str
) -> None:
    entry = kiosk.finish_request()
    server.protocol = server_speaks
    report = kiosk.engine.sync_once()
    assert report.problem == code
    assert kiosk.store.entry(entry.packet_id).state == ("waiting" if code else "received")
    assert kiosk.store.entry(entry.packet_id).attempts == 0


def test_an_older_server_is_left_alone_too(
    kiosk: Kiosk, server: ElectionServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "VERSION", 2)
    kiosk.finish_request()
    assert kiosk.engine.sync_once().problem == "server.version_server_old"


def test_a_version_refused_in_the_middle_blames_no_packet(kiosk: Kiosk, server: ElectionServer) -> None:
    entry = kiosk.finish_request()
    server.answer_once("POST", "/v1/packets", 400, body=b'{"code": "server.version_kiosk_old"}')
    report = kiosk.engine.sync_once()
    assert (report.problem, report.attention) == ("server.version_kiosk_old", 0)
    assert kiosk.store.entry(entry.packet_id).attempts == 0


def test_the_certificate_is_renewed_in_time_by_the_servers_clock(kiosk: Kiosk, server: ElectionServer) -> None:
    def renewed() -> int:
        return server.requests_seen.count(("POST", "/v1/kiosks/certificate"))

    first = kiosk.engine.sync_once()
    assert renewed() == 0
    assert first.certified_until is not None
    server.clock_error = timedelta(days=59)  # our own clock stands still: only the server's says that time has passed
    assert kiosk.engine.sync_once().certified_until == first.certified_until
    server.clock_error = timedelta(days=61)
    second = kiosk.engine.sync_once()
    assert renewed() == 1
    assert second.certified_until is not None
    assert second.certified_until - first.certified_until == timedelta(days=61)
    kept = enrol.recall(kiosk.store)
    assert kept is not None
    assert kept.certified == kiosk.engine.enrolment.certified
    assert kiosk.engine.sync_once().problem == ""
    assert renewed() == 1


@pytest.mark.parametrize("how", ["authority", "kiosk", "key", "noise"])
def test_a_certificate_that_is_not_ours_is_not_kept(kiosk: Kiosk, server: ElectionServer, how: str) -> None:
    before = kiosk.engine.enrolment.certified
    public = sshsig.public_of(kiosk.enrolment.key)
    server.clock_error = timedelta(days=61)
    true_authority = server.authority
    if how == "authority":
        server.authority = sshsig.generate()
    line = {
        "authority": lambda: server.certify(KioskId("kiosk-1"), public),
        "kiosk": lambda: server.certify(KioskId("kiosk-2"), public),
        "key": lambda: server.certify(KioskId("kiosk-1"), sshsig.public_of(sshsig.generate())),
        "noise": lambda: "ssh-ed25519-cert-v01@openssh.com AAAA",
    }[how]()
    server.authority = true_authority
    server.answer_once("POST", "/v1/kiosks/certificate", 200, body=json.dumps({"certificate": line}).encode())
    entry = kiosk.finish_request()
    report = kiosk.engine.sync_once()
    assert report.problem == "server.certificate_refused"
    assert kiosk.engine.enrolment.certified == before
    assert report.received == (entry.packet_id,)  # the old one stays in force
    assert kiosk.engine.sync_once().problem == ""


def test_the_last_look_is_remembered_over_a_restart(kiosk: Kiosk, server: ElectionServer) -> None:
    assert last_look(kiosk.store) is None
    kiosk.engine.sync_once()
    looked = kiosk.clock.now()
    kiosk.clock.move(timedelta(hours=1))
    server.answer_once("GET", "/v1/health", 502)
    kiosk.engine.sync_once()
    assert last_look(kiosk.store) == looked


@pytest.mark.parametrize("code", ["packet.unknown_kiosk", "packet.not_for_us", "server.refused", "packet.too_large"])
def test_a_reason_kept_with_a_packet_can_be_said_from_its_code_alone(
    kiosk: Kiosk, server: ElectionServer, code: str
) -> None:
    entry = kiosk.finish_request()
    server.refuse(entry.sha256, code)
    kiosk.engine.sync_once()
    kept = kiosk.store.entry(entry.packet_id).problem
    assert kept != "server.packet_not_taken"
    for language in texts.LANGUAGES:
        assert texts.text(language, f"errors.{kept}")
