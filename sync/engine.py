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
from sync import backoff, enrol, protocol, receipt, witness
from sync.certificate import RENEWAL
from sync.enrol import Enrolment
from sync.http import Http, NotAdmitted
from sync.receipt import Receipt, ReceiptRefused
from sync.upload import PATH, Uploader
from sync.words import plain

CLOCK_TOLERANCE = 120.0
"""Seconds the kiosk's clock may be off before staff are told; nothing depends on it, receipts carry server time."""

_LOOKED = "sync.looked"
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
    certified_until: datetime | None = None
    """When the kiosk's certificate runs out; None: it has none."""

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

    @property
    def enrolment(self) -> Enrolment:
        """Who we are, with the certificate as renewed last."""
        return self._enrolment

    def sync_once(self) -> SyncReport:
        """Do one round and report; a server out of reach is a report, not an error.

        Raises:
            StaffMustFix: ``vault.disk_full``, ``vault.damaged``, ``vault.locked``: the vault cannot keep the outcome.
        """
        with self._one_at_a_time:
            done = _Round()
            try:
                done.clock_skew = self._look()
                self._fetch_documents(done)
                self._witness(done)
                self._renew_certificate(done)
                self._send_due(done)
            except Expected as error:
                if error.code.startswith("vault."):
                    raise
                done.problem = done.problem or error.code  # what is not to be believed weighs more than what waits
            return self._report(done)

    def _look(self) -> float:
        """Ask whether the server is well and speaks our version; return how far its clock is from ours, seconds."""
        before = self._clock.now()
        answer = self._http.json("GET", "/v1/health")
        after = self._clock.now()
        try:
            if answer["status"] != "ok":
                raise WillRetry("server.busy")
            time = datetime.fromisoformat(answer["time"])
            skew = (time - (before + (after - before) / 2)).total_seconds()
        except (KeyError, TypeError, ValueError):
            raise WillRetry("server.strange_answer") from None
        mismatch = protocol.mismatch(protocol.VERSION, answer)
        if mismatch:
            raise NotAdmitted(mismatch)
        self._store.remember({_LOOKED: after.isoformat().encode()})
        return skew

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

    def _witness(self, done: _Round) -> None:
        """Hold the audit log's newest checkpoint against those kept. Whatever is wrong with it holds up no packet."""
        if enrol.known_keyset(self._store, self._enrolment).log_key is None:
            return
        since = witness.newest_size(self._store)
        try:
            shown = self._http.json("GET", f"/v1/checkpoint?from={since}")
            witness.accept(self._store, self._enrolment, {**shown, "from": since})
        except NotAdmitted:
            raise
        except Expected as error:
            if error.code.startswith("vault."):
                raise
            done.problem = done.problem or error.code

    def _renew_certificate(self, done: _Round) -> None:
        """Have the kiosk's certificate made anew in time, by the server's clock; the old one stays until then."""
        now = self._clock.now() + timedelta(seconds=done.clock_skew or 0.0)
        held = self._enrolment.certified
        keys = enrol.known_keyset(self._store, self._enrolment)
        if keys.kiosk_authority is None or (held is not None and held.valid_before - now >= RENEWAL):
            return
        answer = self._http.json("POST", "/v1/kiosks/certificate", {})
        try:
            self._enrolment = enrol.accept_certificate(self._store, self._enrolment, answer.get("certificate"))
        except StaffMustFix as error:
            if error.code.startswith("vault."):
                raise
            done.problem = error.code

    def _send_due(self, done: _Round) -> None:
        due = self._store.due(self._clock.now())
        self._notify(RoundBegan(len(due), sum(entry.size for entry in due)))
        for number, entry in enumerate(due, 1):
            try:
                self._send(entry, number, len(due), done)
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

    def _send(self, entry: OutboxEntry, number: int, packets: int, done: _Round) -> None:
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
            raise StaffMustFix(plain(str(code)))
        if document is None:
            raise WillRetry("server.busy")
        proven = self._prove(document, entry, done)
        self._store.mark_received(entry.packet_id, json.dumps(document, sort_keys=True).encode())
        done.received.append(entry.packet_id)
        self._notify(PacketReceived(entry.packet_id, entry.reference, proven.received))

    def _prove(self, document: object, entry: OutboxEntry, done: _Round) -> Receipt:
        """Return the receipt if it is genuine; a key of a moment ago is asked for before one is doubted."""
        for refresh in (False, True):
            if refresh:
                self._fetch_documents(done)
            keys = enrol.known_keyset(self._store, self._enrolment)
            try:
                return receipt.verify(
                    document,
                    *keys.receipt_keys,
                    packet_id=entry.packet_id,
                    sha256=entry.sha256,
                    kiosk=self._enrolment.identity.kiosk_id,
                )
            except ReceiptRefused as error:
                refused = error
        raise refused

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
        code = plain(error.code)
        self._store.note_attempt(entry.packet_id, next_try, code)
        put_off = PacketPutOff(entry.packet_id, code, next_try)
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
            certified_until=self._enrolment.certified.valid_before if self._enrolment.certified else None,
        )


def last_look(store: SyncStore) -> datetime | None:
    """Return when the server was reached last, by this kiosk's clock, also before the program's last start."""
    text = store.recall(_LOOKED)
    return None if text is None else datetime.fromisoformat(text.decode())
