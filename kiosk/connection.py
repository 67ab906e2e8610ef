"""The server as it can be reached right now: another address after a restart, none while there is no network.

`Connection` is the ServerLink the windows use. It enrols the machine the first time it can, moves with the embedded
server's port, and runs the sync rounds. Without an address every call is WillRetry ``server.unreachable``.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable

from registration.errors import WillRetry
from registration.model.contact import Contact
from registration.model.ids import RequestId
from registration.model.submission import RequestSubmission
from registration.ports.clock import Clock
from registration.ports.server import AccountProfile, CodeTicket, ContactProof, RequestStatus, Session
from registration.ports.vault import SyncStore
from sync import enrol
from sync.config import ElectionConfig
from sync.engine import Event, SyncEngine, SyncReport
from sync.enrol import Enrolment
from sync.http import Http
from sync.link import HttpLink
from sync.sealer import PacketSealer
from sync.upload import Uploader


class Connection:
    """Implements `registration.ports.server.ServerLink` over whatever server there is now."""

    def __init__(
        self, store: SyncStore, clock: Clock, *, kiosk_name: str = "Kiosk", bytes_per_second: int | None = None
    ) -> None:
        self._store = store
        self._clock = clock
        self._kiosk_name = kiosk_name
        self._bytes_per_second = bytes_per_second
        self._lock = threading.Lock()
        self._address = ""
        self._token = ""
        self._http: Http | None = None
        self._one_round = threading.Lock()
        self._stop = threading.Event()
        self._random = secrets.SystemRandom().random

    def at(self, address: str, enrolment_token: str = "") -> None:
        """Use the server at `address` from now on; "" means there is none."""
        with self._lock:
            self._address, self._token = address, enrolment_token
            before, self._http = self._http, None
        if before is not None:
            before.close()

    @property
    def address(self) -> str:
        return self._address

    def close(self) -> None:
        """End an upload under way at its next pause, and let go of the server."""
        self._stop.set()
        self.at("")

    # ------------------------------------------------------------ who we are

    def enrolment(self) -> Enrolment:
        """Return who this kiosk is, enrolling it now if it was not yet and a token is at hand.

        Raises:
            StaffMustFix: ``server.not_enrolled`` and what `sync.enrol.enrol` raises.
            WillRetry: the server cannot be reached and it is needed.
        """
        with self._lock:
            known = enrol.recall(self._store)
            if known is None:
                if not self._address or not self._token:
                    return enrol.require(self._store)
                stranger = Http(self._address)
                try:
                    known = enrol.enrol(
                        stranger, self._store, server=self._address, name=self._kiosk_name, token=self._token
                    )
                finally:
                    stranger.close()
            elif self._address and known.server != self._address:
                known = enrol.move(self._store, known, self._address)
            return known

    def config(self) -> ElectionConfig | None:
        """Return the newest signed configuration this kiosk has accepted; None before enrolment."""
        known = enrol.recall(self._store)
        return None if known is None else enrol.known_config(self._store, known)

    def sealer(self) -> PacketSealer:
        """Return who seals for this kiosk now, with the newest key set accepted.

        Raises:
            StaffMustFix: ``server.not_enrolled``, ``server.keyset_refused``.
        """
        enrolment = enrol.require(self._store)
        keyset = enrol.known_keyset(self._store, enrolment)
        return PacketSealer(
            enrolment.identity, enrolment.key, lambda: keyset, self._clock, certified=enrolment.certified
        )

    # ------------------------------------------------------------ sync

    def sync_once(self, notify: Callable[[Event], None] = lambda _event: None) -> SyncReport:
        """Do one round; a second caller waits for the first one's end.

        Raises as `SyncEngine.sync_once`, and WillRetry ``server.unreachable`` without an address.
        """
        with self._one_round:
            http = self.http()
            uploader = Uploader(http, self._clock, self._stop.wait, self._random, self._bytes_per_second)
            engine = SyncEngine(self._store, http, self.enrolment(), uploader, self._clock, self._random, notify)
            return engine.sync_once()

    def packet_state(self, sha256: str) -> str:
        """Return how far the server is with a packet: ``stored``, ``opened``, ``refused`` or ``quarantined``.

        Raises:
            WillRetry: ``server.unreachable``, ``server.busy``.
            StaffMustFix: the server's own word, e.g. that it has no such packet.
        """
        return str(self.http().json("GET", f"/v1/packets/{sha256}").get("state", ""))

    # ------------------------------------------------------------ ServerLink

    def request_code(self, contact: Contact, language: str) -> CodeTicket:
        return self._link().request_code(contact, language)

    def confirm_code(self, ticket: CodeTicket, code: str) -> ContactProof:
        return self._link().confirm_code(ticket, code)

    def sign_in(self, contact: Contact, password: str) -> Session:
        return self._link().sign_in(contact, password)

    def reset_password(self, contact: Contact, proof: ContactProof, password_hash: str) -> None:
        self._link().reset_password(contact, proof, password_hash)

    def requests(self, session: Session) -> tuple[RequestStatus, ...]:
        return self._link().requests(session)

    def content(self, session: Session, request_id: RequestId) -> RequestSubmission:
        return self._link().content(session, request_id)

    def profile(self, session: Session) -> AccountProfile:
        return self._link().profile(session)

    def confirm_contact(self, session: Session, proof: ContactProof) -> None:
        self._link().confirm_contact(session, proof)

    def withdraw(self, session: Session, request_id: RequestId) -> RequestStatus:
        return self._link().withdraw(session, request_id)

    def _link(self) -> HttpLink:
        return HttpLink(self.http(), self._clock)

    def http(self) -> Http:
        """Return the way to the server as it is now. Raises WillRetry ``server.unreachable`` and as `enrolment`."""
        if not self._address:
            raise WillRetry("server.unreachable")
        enrolment = self.enrolment()
        with self._lock:
            if self._http is None:
                self._http = Http(self._address, enrolment.token)
            return self._http
