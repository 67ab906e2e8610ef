"""The administrator's view of this kiosk: counts, sizes and fates of packets, never a voter's data."""

from __future__ import annotations

import json
from pathlib import Path

from kiosk.bootstrap import Kiosk
from kiosk.vault.backup import back_up
from kiosk.vault.sync_store import BEHIND
from kiosk.vault_door import kept_ways, new_way
from registration.admin_desk import (
    EnrolmentOutcome,
    ExportOutcome,
    KioskStatus,
    PacketNotice,
    Progress,
    ReceiptOutcome,
    SyncOutcome,
    WorkProgress,
)
from registration.model.ids import PacketId
from registration.ports.clock import Clock
from sync import enrol
from sync.batch import BatchProgress, export_batch, import_receipts
from sync.engine import Event, PacketMoved, RoundBegan, SyncReport, last_look


class RoundProgress:
    """Turns the steps of one round into how far it has come and how long it still takes."""

    def __init__(self, clock: Clock, progress: Progress) -> None:
        self._clock = clock
        self._progress = progress
        self._packets = self._size = self._before = self._number = self._last_size = 0
        self._begun: tuple[float, int] | None = None
        """When bytes first moved, and how many the server held then already."""

    def __call__(self, event: Event) -> None:
        match event:
            case RoundBegan(packets=packets, size=size):
                self._packets, self._size = packets, size
            case PacketMoved(number=number, held=held, size=size):
                if number != self._number:
                    self._before += self._last_size
                    self._number = number
                self._last_size = size
                done = self._before + held
                self._progress(WorkProgress(number, self._packets, done, self._size, self._left(done)))
            case _:
                pass

    def _left(self, done: int) -> float | None:
        now = self._clock.monotonic()
        if self._begun is None:
            self._begun = now, done
        seconds, moved = now - self._begun[0], done - self._begun[1]
        return (self._size - done) * seconds / moved if seconds > 1.0 and moved > 0 else None


class KioskAdminDesk:
    """Implements `registration.admin_desk.AdminDesk` on the running kiosk."""

    def __init__(self, kiosk: Kiosk) -> None:
        self._kiosk = kiosk
        self._last: SyncReport | None = None

    def status(self) -> KioskStatus:
        kiosk, last = self._kiosk, self._last
        known = enrol.recall(kiosk.vault.sync)
        entries = kiosk.vault.sync.entries()
        count = {
            state: sum(e.state == state for e in entries) for state in ("waiting", "exported", "attention", "received")
        }
        open_entries = [e for e in entries if e.state != "received"]
        return KioskStatus(
            enrolled=known is not None,
            kiosk_id=known.identity.kiosk_id if known else "",
            kiosk_name=kiosk.settings.kiosk_name,
            election=known.identity.election if known else "",
            server=kiosk.connection.address,
            embedded_server=not kiosk.settings.server,
            last_look=last_look(kiosk.vault.sync),
            problem=last.problem if last else "",
            clock_skew=last.clock_skew if last else None,
            clock_is_off=last.clock_is_off if last else False,
            next_try=min((e.next_try for e in open_entries if e.next_try is not None), default=None),
            waiting=count["waiting"],
            exported=count["exported"],
            attention=count["attention"],
            received=count["received"],
            waiting_size=sum(e.size for e in open_entries),
            notices=tuple(
                PacketNotice(
                    packet_id=e.packet_id,
                    seq=e.seq,
                    kind=e.kind,
                    reference=e.reference,
                    size=e.size,
                    created=e.created,
                    attempts=e.attempts,
                    problem=e.problem,
                )
                for e in entries
                if e.state == "attention"
            ),
            ways=kiosk.vault.slots(),
            behind=self._behind(),
        )

    def _behind(self) -> tuple[int, int] | None:
        noted = self._kiosk.vault.sync.recall(BEHIND)
        if noted is None:
            return None
        last, highest = json.loads(noted)
        return last, highest

    def behind_seen(self) -> None:
        self._kiosk.vault.sync.forget(BEHIND)

    def back_up(self, folder: Path) -> None:
        back_up(self._kiosk.vault, folder)

    def rekey(self, passphrase: str, pin: str) -> None:
        vault = self._kiosk.vault
        vault.rekey(passphrase, *kept_ways(self._kiosk.settings, vault.slots(), pin))

    def add_way(self, passphrase: str, way: str, secret: str) -> None:
        self._kiosk.vault.add_slot(passphrase, new_way(self._kiosk.settings, way, secret))

    def remove_way(self, way: str) -> None:
        self._kiosk.vault.remove_slot(way)

    def retry(self, packet_id: PacketId) -> None:
        self._kiosk.vault.sync.retry(packet_id)

    def sync_now(self, progress: Progress) -> SyncOutcome:
        report = self._kiosk.connection.sync_once(RoundProgress(self._kiosk.clock, progress))
        self._last = report
        return SyncOutcome(
            received=len(report.received),
            put_off=len(report.put_off),
            waiting=report.waiting,
            attention=report.attention,
            sent=report.sent,
            problem=report.problem,
        )

    def export_batch(self, folder: Path, progress: Progress) -> ExportOutcome:
        def told(done: BatchProgress) -> None:
            progress(WorkProgress(done.done, done.packets, done.written, done.size))

        store = self._kiosk.vault.sync
        report = export_batch(store, enrol.require(store), folder, self._kiosk.clock, told)
        return ExportOutcome(report.folder, report.packets, report.size, report.skipped)

    def take_receipts(self, folder: Path) -> tuple[ReceiptOutcome, ...]:
        store = self._kiosk.vault.sync
        enrolment = enrol.require(store)
        verdicts = import_receipts(store, enrolment, enrol.known_keyset(store, enrolment), folder)
        return tuple(ReceiptOutcome(v.file, v.taken, v.new, v.code) for v in verdicts)

    def change_passphrase(self, old: str, new: str) -> None:
        self._kiosk.vault.change_passphrase(old, new)

    def enrol(self, address: str, token: str) -> EnrolmentOutcome:
        self._kiosk.connection.at(address, token)
        enrolment = self._kiosk.connection.enrolment()
        return EnrolmentOutcome(enrolment.identity.kiosk_id, enrolment.identity.election, enrolment.root.fingerprint)
