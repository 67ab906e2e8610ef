"""Packets and the link: seal, check and open 3 MB; bytes sent over a line that breaks (DESIGN section 6)."""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyrage

from registration.model.ids import KioskId
from sync import packet, sshsig
from tests.fakes.flaky_proxy import FlakyProxy
from tests.faults.server_process import RealServer, enrolled, kiosk_at

TRIES = 25
LINES = (1, 2, 3, 4)
"""Seeds of the bad lines; each carries `PACKETS`."""
PACKETS = 10
SIZE = 3_000_000


def run() -> list[dict[str, object]]:
    """Return one row per figure: name, value, unit, n, and peer and ratio where there is a peer."""
    return [*_formats(), *_link()]


def _formats() -> list[dict[str, object]]:
    key = sshsig.generate()
    public = sshsig.public_of(key)
    epoch, escrow = (pyrage.x25519.Identity.generate() for _ in range(2))
    recipients = [str(epoch.to_public()), str(escrow.to_public())]
    noise = random.Random(1).randbytes
    files = {"request.json": b"{}" * 1000, **{f"img/attachment-1-{n}.jpg": noise(SIZE // 6) for n in range(1, 7)}}
    ids = packet.PacketIds("request", "per-2027", KioskId("kiosk-1"), "019aa000-0000-7000-8000-000000000001", 1, 1)

    def build() -> bytes:
        return packet.build(ids, files, key=key, epoch="e1", recipients=recipients, now=datetime.now(UTC))[1]

    content = build()
    checked = packet.check(content, lambda _kiosk: public)
    both = [epoch.to_public(), escrow.to_public()]
    steps: dict[str, Callable[[], object]] = {
        "packet_seal_3mb": build,
        "packet_check_3mb": lambda: packet.check(content, lambda _kiosk: public),
        "packet_open_3mb": lambda: packet.open_packet(checked, [str(epoch)]),
    }
    age_alone = _median(lambda: pyrage.encrypt(b"".join(files.values()), both), time.process_time)
    rows = []
    for name, step in steps.items():
        cpu = _median(step, time.process_time)
        rows.append(_row(name, _median(step, time.perf_counter), "ms"))
        rows.append(
            _row(f"{name}_cpu", cpu, "ms", peer="age encryption alone (pyrage)", ratio=round(cpu / age_alone, 2))
        )
    return [*rows, _row("packet_overhead_3mb", len(content) - sum(map(len, files.values())), "B", n=1)]


def _link() -> list[dict[str, object]]:
    """Send packets to the real server over a line cut every 500 kB on average that loses 15 % of the answers.

    Waits are not waited; every byte the kiosk sends counts, headers, questions and repeats included.
    """
    sent = needed = breaks = delivered = 0
    for seed in LINES:
        with tempfile.TemporaryDirectory() as folder:
            server = RealServer(Path(folder))
            server.start()
            store, enrolment = enrolled(server.address, server.ready["enrolment_token"])
            with FlakyProxy(server.port, seed=seed, mean_cut=500_000, lost_answers=0.15) as proxy:
                kiosk = kiosk_at(f"http://127.0.0.1:{proxy.port}", store, enrolment, seed)
                for number in range(PACKETS):
                    kiosk.finish(number, SIZE)
                while kiosk.engine.sync_once().waiting:
                    kiosk.clock.move(timedelta(minutes=15))
                kiosk.http.close()
            server.stop()
            sent, needed = sent + proxy.up, needed + sum(kiosk.sizes.values())
            breaks += proxy.cuts + proxy.lost
            delivered += len(set(server.kept()[0]) & set(kiosk.sizes))
    count = PACKETS * len(LINES)
    return [
        _row("link_bytes_sent_ratio", sent / needed, "x", n=count),
        _row("link_delivered", 100 * delivered / count, "%", n=count),
        _row("link_breaks", breaks, "breaks", n=count),
    ]


def _median(step: Callable[[], object], clock: Callable[[], float]) -> float:
    """Return milliseconds of `clock`: of the wall, or of this process where others share the machine."""
    times = []
    for _ in range(TRIES):
        begun = clock()
        step()
        times.append(clock() - begun)
    return statistics.median(times) * 1000


def _row(name: str, value: float, unit: str, n: int = TRIES, **peer: object) -> dict[str, object]:
    return {"name": name, "value": round(value, 3), "unit": unit, "n": n, **peer}


if __name__ == "__main__":
    for row in run():
        print(row)
