"""One round with the server: fetch what it publishes, send what is due, let go of what it has receipted.

`sync_once` is run by a timer, a button or `kiosk sync`. What the server says is the truth; what the kiosk shows of
it carries the time of the last look. A packet leaves the vault only on a receipt signed with the election's key.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from registration.errors import Expected, StaffMustFix, WillRetry
from registration.model.ids import PacketId
from registration.ports.clock import Clock
from registration.ports.vault import OutboxEntry, SyncStore
from sync import backoff, enrol, receipt
from sync.enrol import Enrolment
from sync.http import Http, NotAdmitted, spoken
from sync.keyset import Keyset
from sync.receipt import ReceiptRefused
from sync.upload import PATH, Uploader

CLOCK_TOLERANCE = 120.0
"""Seconds the kiosk's clock may be off before staff are told; nothing depends on it, receipts carry server time."""

_NOT_TAKEN = ("refused", "quarantined")


@dataclass(frozen=True, slots=True)
class RoundBegan:
    packets: int
    size: int
    """Bytes of all packets due."""


@dataclass(frozen=True, slots=True)
class PacketMoved:
    """Packet `number` of `packets` has `held` of its `size` bytes at the server."""

    packet_id: PacketId
    number: int
    packets: int
    held: int
    size: int


@dataclass(frozen=True, slots=True)
class PacketReceived:
    packet_id: PacketId
    reference: str
    received: datetime
    """The server's time."""


@dataclass(frozen=True, slots=True)
class PacketPutOff:
    """It did not go through: tried again at `next_try`, or left for staff when that is None."""

    packet_id: PacketId
    code: str
    next_try: datetime | None


Event = RoundBegan | PacketMoved | PacketReceived | PacketPutOff


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What one round did and how things stand after it."""

    at: datetime
    problem: str = ""
    """Code of what ended the round early or kept the server's documents from being believed, else ""."""
    received: tuple[PacketId, ...] = ()
    put_off: tuple[PacketPutOff, ...] = ()
    waiting: int = 0
    """Packets not received yet, without those that need attention."""
    attention: int = 0
    sent: int = 0
    """Bytes of packets sent, repeats included."""
    clock_skew: float | None = None
    """Server's clock minus ours, seconds; None if it was not reached."""
    keyset_version: int = 0
    config_version: int = 0
    next_try: datetime | None = None
    """When the first of the waiting packets is due; None: none waits."""

    @property
    def reached(self) -> bool:
        return self.clock_skew is not None

    @property
    def clock_is_off(self) -> bool:
        return self.clock_skew is not None and abs(self.clock_skew) > CLOCK_TOLERANCE


@dataclass(slots=True)
class _Round:
    problem: str = ""
    received: list[PacketId] = field(default_factory=list)
    put_off: list[PacketPutOff] = field(default_factory=list)
    sent: int = 0
    clock_skew: float | None = None


class SyncEngine:
    """Talks to the enrolled server.

    Args:
        store: the vault's side.
        http: the server, with the kiosk's token.
        enrolment: who we are and whom we believe.
        uploader: sends one packet.
        clock: the only time.
        random: returns a number in [0, 1).
        notify: told of every step, in the calling thread.
    """

    def __init__(
        self,
        store: SyncStore,
        http: Http,
        enrolment: Enrolment,
        uploader: Uploader,
        clock: Clock,
        random: Callable[[], float],
        notify: Callable[[Event], None] = lambda _event: None,
    ) -> None:
        self._store = store
        self._http = http
        self._enrolment = enrolment
        self._uploader = uploader
        self._clock = clock
        self._random = random
        self._notify = notify
        self._one_at_a_time = threading.Lock()

    def sync_once(self) -> SyncReport:
        """Do one round and report; a server out of reach is a report, not an error.

        Raises:
            StaffMustFix: ``vault.disk_full``, ``vault.damaged``, ``vault.locked``: the vault cannot keep the outcome.
        """
        with self._one_at_a_time:
            done = _Round()
            try:
                done.clock_skew = self._measure_clock()
                self._fetch_documents(done)
                self._send_due(done)
            except Expected as error:
                if error.code.startswith("vault."):
                    raise
                done.problem = error.code
            return self._report(done)

    def _measure_clock(self) -> float:
        before = self._clock.now()
        answer = self._http.json("GET", "/v1/health")
        after = self._clock.now()
        try:
            if answer["status"] != "ok":
                raise WillRetry("server.busy")
            time = datetime.fromisoformat(answer["time"])
            return (time - (before + (after - before) / 2)).total_seconds()
        except (KeyError, TypeError, ValueError):
            raise WillRetry("server.strange_answer") from None

    def _fetch_documents(self, done: _Round) -> None:
        """Renew key set and configuration. One not believed is reported; the last good one stays in force."""
        accepted: tuple[tuple[str, Callable[[SyncStore, Enrolment, object], object]], ...] = (
            ("/v1/keyset", enrol.accept_keyset),
            ("/v1/config", enrol.accept_config),
        )
        for path, accept in accepted:
            document = self._http.json("GET", path)
            try:
                accept(self._store, self._enrolment, document)
            except StaffMustFix as error:
                if error.code.startswith("vault."):
                    raise
                done.problem = error.code

    def _send_due(self, done: _Round) -> None:
        due = self._store.due(self._clock.now())
        self._notify(RoundBegan(len(due), sum(entry.size for entry in due)))
        keys = enrol.known_keyset(self._store, self._enrolment)
        for number, entry in enumerate(due, 1):
            try:
                self._send(entry, number, len(due), keys, done)
            except NotAdmitted:
                raise
            except WillRetry as error:
                if error.code != "server.stopped":
                    self._put_off(entry, error, done)
                if error.code != "server.busy" or error.params.get("retry_after"):
                    raise  # the next one would fare no better
            except Expected as error:
                if error.code.startswith("vault."):
                    raise
                self._put_off(entry, error, done)

    def _send(self, entry: OutboxEntry, number: int, packets: int, keys: Keyset, done: _Round) -> None:
        content = self._store.read(entry.packet_id)

        def moved(held: int, size: int) -> None:
            self._notify(PacketMoved(entry.packet_id, number, packets, held, size))

        sent_before = self._uploader.sent
        try:
            self._uploader.upload(content, entry.packet_id, entry.sha256, moved)
        finally:
            done.sent += self._uploader.sent - sent_before
        answer = self._http.json("GET", f"{PATH}/{entry.sha256}")
        self._heed_seq(answer)
        state, code, document = answer.get("state"), answer.get("code"), answer.get("receipt")
        if state in _NOT_TAKEN:
            raise StaffMustFix(spoken(code) or "server.packet_not_taken")
        if document is None:
            raise WillRetry("server.busy")
        proven = receipt.verify(
            document,
            keys.receipt_key,
            packet_id=entry.packet_id,
            sha256=entry.sha256,
            kiosk=self._enrolment.identity.kiosk_id,
        )
        self._store.mark_received(entry.packet_id, json.dumps(document, sort_keys=True).encode())
        done.received.append(entry.packet_id)
        self._notify(PacketReceived(entry.packet_id, entry.reference, proven.received))

    def _heed_seq(self, answer: dict[str, Any]) -> None:
        """After a restored disk our count may be behind what the server has seen from us."""
        highest = answer.get("highest_seq")
        if type(highest) is int and highest > 0:
            self._store.raise_seq(highest)

    def _put_off(self, entry: OutboxEntry, error: Expected, done: _Round) -> None:
        next_try = None
        if isinstance(error, WillRetry | ReceiptRefused):
            asked = error.params.get("retry_after", 0)
            seconds = backoff.delay(entry.attempts + 1, self._random, float(asked))
            next_try = self._clock.now() + timedelta(seconds=seconds)
        self._store.note_attempt(entry.packet_id, next_try, error.code)
        put_off = PacketPutOff(entry.packet_id, error.code, next_try)
        done.put_off.append(put_off)
        self._notify(put_off)

    def _report(self, done: _Round) -> SyncReport:
        now = self._clock.now()
        entries = self._store.entries()
        waiting = [entry for entry in entries if entry.state in ("waiting", "exported")]
        return SyncReport(
            at=now,
            problem=done.problem,
            received=tuple(done.received),
            put_off=tuple(done.put_off),
            waiting=len(waiting),
            attention=sum(entry.state == "attention" for entry in entries),
            sent=done.sent,
            clock_skew=done.clock_skew,
            keyset_version=enrol.known_keyset(self._store, self._enrolment).version,
            config_version=enrol.known_config(self._store, self._enrolment).version,
            next_try=min((entry.next_try or now for entry in waiting), default=None),
        )
