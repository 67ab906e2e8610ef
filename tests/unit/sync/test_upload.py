"""The upload over lines that break: everything arrives, little is sent twice, nothing waits for ever."""

from __future__ import annotations

import contextlib
import random

import pytest

from registration.errors import Expected, StaffMustFix, WillRetry
from registration.model.ids import PacketId
from sync import backoff, packet, upload
from tests.fakes.election_server import ElectionServer
from tests.fakes.flaky_proxy import FlakyProxy
from tests.unit.sync.conftest import Kiosk, MakeKiosk

ID = PacketId("01a1fa6a-0000-7000-8000-000000000001")
CONTENT = random.Random(3).randbytes(700_000)
SHA = packet.digest(CONTENT)


def send(kiosk: Kiosk, content: bytes = CONTENT) -> list[tuple[int, int]]:
    seen: list[tuple[int, int]] = []
    kiosk.uploader.upload(content, ID, packet.digest(content), lambda held, size: seen.append((held, size)))
    return seen


def refusal(kiosk: Kiosk) -> Expected:
    with pytest.raises(Expected) as caught:
        send(kiosk)
    return caught.value


def test_a_packet_arrives_in_chunks_with_progress(kiosk: Kiosk, server: ElectionServer) -> None:
    seen = send(kiosk)
    assert server.whole() == {SHA: CONTENT}
    assert seen == [(held, 700_000) for held in (*range(0, 700_000, upload.CHUNK), 700_000)]
    assert kiosk.uploader.sent == 700_000
    assert kiosk.waits == []


def test_what_the_server_holds_is_not_sent_again(kiosk: Kiosk, server: ElectionServer) -> None:
    server.parts[SHA], server.lengths[SHA] = bytearray(CONTENT[:600_000]), len(CONTENT)
    send(kiosk)
    assert (server.whole()[SHA], kiosk.uploader.sent) == (CONTENT, 100_000)
    send(kiosk)
    assert kiosk.uploader.sent == 100_000


@pytest.mark.parametrize("seed", [1, 2])
def test_a_bad_line_costs_little_more_than_the_packets(
    make_kiosk: MakeKiosk, server: ElectionServer, seed: int
) -> None:
    contents = [random.Random(n).randbytes(3_000_000) for n in range(4)]
    with FlakyProxy(server.port, seed=seed, mean_cut=500_000, lost_answers=0.15) as proxy:
        kiosk = make_kiosk(port=proxy.port)
        for content in contents:
            while packet.digest(content) not in server.whole():  # put off and tried again, as the engine does
                with contextlib.suppress(WillRetry):
                    send(kiosk, content)
        kiosk.http.close()
    assert set(server.whole().values()) == set(contents)
    assert (proxy.cuts, proxy.lost) > (10, 5), "the line was not bad enough to show anything"
    # Usually 1.01 to 1.08; how much a cut throws away is up to the kernel's buffers. The aim of 1.10 is held by the
    # measurements over many packets (bench, full fault run), and here a bound that a busy machine keeps too.
    assert proxy.up <= 1.25 * 12_000_000
    assert proxy.up >= 12_000_000, proxy.up


def test_after_two_breaks_smaller_chunks_are_tried(kiosk: Kiosk, server: ElectionServer) -> None:
    server.answer_once("PATCH", "/v1/packets", 423)
    server.answer_once("PATCH", "/v1/packets", 423)
    held = [h for h, _size in send(kiosk)]
    assert held == [0, 0, 0, 65_536, *range(196_608, 700_000, 131_072), 700_000]


def test_another_offset_an_unknown_upload_and_a_lost_creation_are_overcome(
    kiosk: Kiosk, server: ElectionServer
) -> None:
    server.answer_once("POST", "/v1/packets", 201)
    server.answer_once("PATCH", "/v1/packets", 409, {"Upload-Offset": "5"})
    server.answer_once("PATCH", "/v1/packets", 404)
    server.answer_once("HEAD", "/v1/packets", 404)
    send(kiosk)
    assert server.whole() == {SHA: CONTENT}


def test_an_altered_arrival_is_sent_once_more_then_reported(kiosk: Kiosk, server: ElectionServer) -> None:
    server.answer_once("PATCH", "/v1/packets", 460)
    send(kiosk)
    assert server.whole() == {SHA: CONTENT}

    server.parts.clear()
    server.answer_once("PATCH", "/v1/packets", 460)
    server.answer_once("PATCH", "/v1/packets", 460)
    error = refusal(kiosk)
    assert (type(error), error.code) == (StaffMustFix, "server.upload_mismatch")


@pytest.mark.parametrize("status", [404, 409, 423])
def test_a_server_that_never_moves_on_is_left_after_a_few_tries(
    kiosk: Kiosk, server: ElectionServer, status: int
) -> None:
    for _ in range(50):
        server.answer_once("PATCH", "/v1/packets", status)
    assert refusal(kiosk).code == "server.unreachable"
    assert len([1 for method, _path in server.requests_seen if method == "PATCH"]) <= upload.MAX_FAILURES + 1


def test_busy_says_when_to_come_back(kiosk: Kiosk, server: ElectionServer) -> None:
    server.answer_once("PATCH", "/v1/packets", 503, {"Retry-After": "120"})
    error = refusal(kiosk)
    assert (type(error), error.code, error.params) == (WillRetry, "server.busy", {"retry_after": 120})


def test_a_refusal_keeps_the_servers_reason(kiosk: Kiosk, server: ElectionServer) -> None:
    server.answer_once("POST", "/v1/packets", 409, body=b'{"code": "packet.conflict"}')
    error = refusal(kiosk)
    assert (type(error), error.code) == (StaffMustFix, "packet.conflict")


def test_a_cap_on_bandwidth_is_kept(make_kiosk: MakeKiosk) -> None:
    kiosk = make_kiosk(bytes_per_second=50_000)
    send(kiosk)
    assert sum(kiosk.waits) == pytest.approx(700_000 / 50_000, rel=0.01)


def test_stopping_ends_it_at_the_next_pause(make_kiosk: MakeKiosk) -> None:
    kiosk = make_kiosk(bytes_per_second=50_000, stop_after=3)
    assert refusal(kiosk).code == "server.stopped"
    assert kiosk.uploader.sent == 150_000


def test_the_wait_doubles_up_to_a_bound_with_full_jitter() -> None:
    longest = [backoff.delay(n, lambda: 1.0) for n in (1, 2, 3, 9, 10, 1000)]
    assert longest == [2.0, 4.0, 8.0, 512.0, 900.0, 900.0]
    assert backoff.delay(5, lambda: 0.0) == 0.0
    assert backoff.delay(1, lambda: 0.5, retry_after=60) == 61.0


def test_the_upload_never_leaves_the_configured_server(kiosk: Kiosk, server: ElectionServer) -> None:
    location = f"https://elsewhere.example/v1/packets/{SHA}"
    server.answer_once("POST", "/v1/packets", 201, {"Location": location})
    server.parts[SHA], server.lengths[SHA] = bytearray(), len(CONTENT)
    send(kiosk)
    assert server.whole() == {SHA: CONTENT}
