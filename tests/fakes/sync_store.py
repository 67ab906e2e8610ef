"""What sync keeps in the vault, in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from registration.model.ids import PacketId
from registration.ports.vault import OutboxEntry, SealedPacket


class FakeSyncStore:
    """Implements `registration.ports.vault.SyncStore`."""

    def __init__(self) -> None:
        self.next_seq = 1
        self._entries: dict[PacketId, OutboxEntry] = {}
        self._contents: dict[PacketId, bytes] = {}
        self._receipts: dict[PacketId, bytes] = {}
        self._memory: dict[str, bytes] = {}
        self._highest: dict[str, int] = {}

    def add(self, sealed: SealedPacket) -> OutboxEntry:
        """Put a sealed packet in, as finishing a submission does."""
        entry = OutboxEntry(
            packet_id=sealed.packet_id,
            kind=sealed.kind,
            reference=sealed.reference,
            seq=self.next_seq,
            size=len(sealed.content),
            created=sealed.created,
            state="waiting",
            sha256=sealed.sha256,
        )
        self.next_seq += 1
        self._entries[entry.packet_id] = entry
        self._contents[entry.packet_id] = sealed.content
        return entry

    def entry(self, packet_id: PacketId) -> OutboxEntry:
        return self._entries[packet_id]

    def entries(self) -> tuple[OutboxEntry, ...]:
        return tuple(sorted(self._entries.values(), key=lambda entry: entry.seq))

    def due(self, now: datetime) -> tuple[OutboxEntry, ...]:
        return tuple(
            entry
            for entry in self.entries()
            if entry.state in ("waiting", "exported") and (entry.next_try is None or entry.next_try <= now)
        )

    def read(self, packet_id: PacketId) -> bytes:
        return self._contents[packet_id]

    def note_attempt(self, packet_id: PacketId, next_try: datetime | None, problem: str = "") -> None:
        entry = self._entries[packet_id]
        if entry.state == "received":
            return
        state = "attention" if next_try is None else entry.state
        self._entries[packet_id] = replace(
            entry, state=state, problem=problem, next_try=next_try, attempts=entry.attempts + 1
        )

    def retry(self, packet_id: PacketId) -> None:
        entry = self._entries[packet_id]
        state = "waiting" if entry.state == "attention" else entry.state
        self._entries[packet_id] = replace(entry, state=state, problem="", next_try=None)

    def mark_exported(self, packet_id: PacketId) -> None:
        entry = self._entries[packet_id]
        if entry.state == "waiting":
            self._entries[packet_id] = replace(entry, state="exported")

    def mark_received(self, packet_id: PacketId, receipt: bytes) -> None:
        entry = self._entries[packet_id]
        if entry.state != "received":
            self._entries[packet_id] = replace(entry, state="received", problem="", next_try=None)
            self._receipts[packet_id] = receipt
        self._contents.pop(packet_id, None)

    def receipt(self, packet_id: PacketId) -> bytes | None:
        return self._receipts.get(packet_id)

    def raise_seq(self, highest: int) -> None:
        self.next_seq = max(self.next_seq, highest + 1)

    def recall(self, name: str) -> bytes | None:
        return self._memory.get(name)

    def remember(self, values: Mapping[str, bytes]) -> None:
        self._memory.update(values)

    def forget(self, name: str) -> None:
        self._memory.pop(name, None)

    def highest(self, name: str) -> int:
        return self._highest.get(name, 0)

    def raise_highest(self, name: str, version: int, values: Mapping[str, bytes] | None = None) -> bool:
        if version < self.highest(name):
            return False
        self._highest[name] = version
        self._memory.update(values or {})
        return True
