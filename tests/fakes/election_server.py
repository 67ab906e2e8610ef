"""A small server over real HTTP for tests of the kiosk's side: voters' routes, enrolment, signed documents and tus.

It answers from a `FakeServerLink` and a dictionary of packets; it decides nothing a test did not tell it to.
"""

from __future__ import annotations

import base64
import io
import json
import secrets
import tarfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pyrage

from registration import account_profile
from registration.catalog.definitions import AttachmentKind, Labels
from registration.errors import Expected
from registration.model.contact import Contact, ContactKind
from registration.model.ids import AccountId, KioskId, PacketId, RequestId
from registration.model.submission import encode
from registration.ports.server import CodeTicket, ContactProof, RequestStatus, Session
from sync import certificate, config, keyset, packet, receipt, sshsig
from sync.config import ElectionConfig
from sync.keyset import Keyset
from sync.receipt import Receipt
from tests.fakes.server_link import FakeServerLink
from tests.fakes.vault import ManualClock

ELECTION = "per-2027"
STATUS_OF = {"code.too_many": 429, "login.wrong": 401, "login.locked": 423, "server.busy": 503, "server.refused": 409}

NOTHING: Mapping[str, str | int] = {}
Answer = tuple[int, dict[str, str], bytes]


class ElectionServer:
    """Serves on a free loopback port between `start` and `stop`."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.link = FakeServerLink(clock)
        self.root, self.receipt_key = sshsig.generate(), sshsig.generate()
        self.authority = sshsig.generate()
        self.certificate_life = timedelta(days=90)
        self.protocol: dict[str, int] = {}
        self.epoch, self.escrow = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
        self.keys = Keyset(
            version=1,
            election=ELECTION,
            epoch_id="epoch-1",
            epoch_recipient=str(self.epoch.to_public()),
            escrow=str(self.escrow.to_public()),
            receipt_key=sshsig.public_of(self.receipt_key),
            not_after=datetime(2027, 6, 1, tzinfo=UTC),
            kiosk_authority=sshsig.public_of(self.authority),
        )
        self.settings = ElectionConfig(
            version=1,
            election=ELECTION,
            election_day=date(2027, 4, 25),
            opens=date(2026, 11, 1),
            closes=date(2027, 3, 1),
            proof_kinds=(AttachmentKind("bill", Labels({"sq": "Faturë", "en": "Bill"})),),
            linking_kinds=(
                AttachmentKind("marriage", Labels({"sq": "Certifikatë", "en": "Certificate"}), linking=True),
            ),
        )
        self.kiosks: dict[str, tuple[KioskId, sshsig.PublicKey]] = {}
        self.tokens: dict[str, str | None] = {}
        self.parts: dict[str, bytearray] = {}
        self.lengths: dict[str, int] = {}
        self.verdicts: dict[str, tuple[str, str]] = {}
        self.clock_error = timedelta(0)
        self.highest_seq: int | None = None
        self.signs_with = self.receipt_key
        self.next_answers: list[tuple[Callable[[str, str], bool], Answer]] = []
        self.requests_seen: list[tuple[str, str]] = []
        self.bodies_received = 0
        self.errors: list[str] = []
        self._lock = threading.Lock()

    # ------------------------------------------------------------ verbs

    def start(self) -> str:
        """Begin to serve; returns the address."""
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = False
        self._http.handle_error = lambda *_args: None  # type: ignore[method-assign]
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    def enrolment_token(self) -> str:
        token = secrets.token_urlsafe(8)
        self.tokens[token] = None
        return token

    def publish(self, keys: Keyset | None = None, settings: ElectionConfig | None = None) -> None:
        self.keys, self.settings = keys or self.keys, settings or self.settings

    def renew_keys(self) -> None:
        self.keys = replace(self.keys, version=self.keys.version + 1, epoch_id=f"epoch-{self.keys.version + 1}")

    def refuse(self, sha256: str, code: str, state: str = "refused") -> None:
        self.verdicts[sha256] = (state, code)

    def rotate_receipt_key(self) -> None:
        """Sign from now on with a new key; the key set names the old one as retired."""
        former = (self.keys.receipt_key, *self.keys.former_receipt_keys)
        self.receipt_key = self.signs_with = sshsig.generate()
        version, live = self.keys.version + 1, sshsig.public_of(self.receipt_key)
        self.keys = replace(self.keys, version=version, receipt_key=live, former_receipt_keys=former)

    def certify(self, kiosk: KioskId, key: sshsig.PublicKey) -> str:
        now = self.clock.now() + self.clock_error
        made = certificate.issue(
            self.authority,
            key,
            kiosk,
            serial=secrets.randbelow(2**62) + 1,
            valid_after=now - timedelta(hours=1),
            valid_before=now + self.certificate_life,
        )
        return made.line

    def answer_once(
        self, method: str, path: str, status: int, headers: dict[str, str] | None = None, body: bytes = b""
    ) -> None:
        """Give the next call whose path begins like this a made-up answer."""
        self.next_answers.append((lambda m, p: m == method and p.startswith(path), (status, headers or {}, body)))

    def whole(self) -> dict[str, bytes]:
        """Return the packets received in full, by digest."""
        return {sha: bytes(part) for sha, part in self.parts.items() if len(part) == self.lengths[sha]}

    # ------------------------------------------------------------ what it answers

    def answer(self, method: str, path: str, headers: Any, read: Callable[[], bytes]) -> Answer:
        self.requests_seen.append((method, path))
        for at, (fits, made_up) in enumerate(self.next_answers):
            if fits(method, path):
                read()
                del self.next_answers[at]
                return made_up
        if path == "/v1/health":
            time = (self.clock.now() + self.clock_error).isoformat()
            return self._json({"status": "ok", "version": "0.1.0", "time": time} | self.protocol)
        if path == "/v1/kiosks/enrol":
            return self._enrol(json.loads(read()))
        kiosk = self.kiosks.get(headers.get("Authorization", "").removeprefix("Bearer "))
        if kiosk is None:
            read()
            return self._problem(401, "server.not_admitted")
        if path == "/v1/keyset":
            return self._json(keyset.sign(self.keys, self.root))
        if path == "/v1/config":
            return self._json(config.sign(self.settings, self.root))
        if path == "/v1/kiosks/certificate":
            read()
            return self._json({"certificate": self.certify(*kiosk)})
        if path.startswith("/v1/packets"):
            return self._packets(method, path, headers, read, kiosk[1])
        try:
            return self._voter(method, path, headers, json.loads(read() or b"{}"))
        except Expected as error:
            return self._problem(STATUS_OF.get(error.code, 422), error.code, error.params)

    def _enrol(self, body: dict[str, str]) -> Answer:
        token, line = body["enrolment_token"], body["public_key"]
        if token not in self.tokens or self.tokens[token] not in (None, line):
            return self._problem(403, "server.enrolment_refused")
        self.tokens[token] = line
        kiosk_id, kiosk_token = KioskId(f"kiosk-{len(self.kiosks) + 1}"), secrets.token_urlsafe(8)
        key = sshsig.parse_public_line(line)
        self.kiosks[kiosk_token] = (kiosk_id, key)
        return self._json(
            {
                "kiosk_id": kiosk_id,
                "kiosk_token": kiosk_token,
                "certificate": self.certify(kiosk_id, key),
                "election": ELECTION,
                "root_public_key": sshsig.public_of(self.root).line,
                "keyset": keyset.sign(self.keys, self.root),
                "config": config.sign(self.settings, self.root),
            }
        )

    def _voter(self, method: str, path: str, headers: Any, body: dict[str, Any]) -> Answer:
        session = Session(headers.get("Voter-Session", ""), AccountId(""))
        parts = path.split("/")
        if path == "/v1/codes":
            ticket = self.link.request_code(_contact(body["contact"]), body["language"])
            given = {"ticket": ticket.ticket, "expires_in": ticket.expires_in, "resend_after": ticket.resend_after}
            return self._json(given, 202)
        if path == "/v1/codes/confirm":
            proof = self.link.confirm_code(CodeTicket(body["ticket"], 0, 0), body["code"])
            return self._json({"proof": proof.token, "account_exists": proof.account_exists})
        if path == "/v1/accounts/password":
            proof = ContactProof(body["proof"], account_exists=True)
            self.link.reset_password(_contact(body["contact"]), proof, body["password_hash"])
            return self._json({})
        if path == "/v1/sessions":
            made = self.link.sign_in(_contact(body["contact"]), body["password"])
            return self._json({"token": made.token, "account_id": made.account_id})
        if path == "/v1/me/requests":
            return self._json({"requests": [_status(status) for status in self.link.requests(session)]})
        if path == "/v1/me/profile":
            return _tar(account_profile.encode(self.link.profile(session)))
        if path == "/v1/me/contact":
            self.link.confirm_contact(session, ContactProof(body["proof"], account_exists=False))
            return self._json({})
        if parts[-1] == "content":
            return _tar(encode(self.link.content(session, RequestId(parts[-2]))))
        if parts[-1] == "withdraw" and method == "POST":
            return self._json(_status(self.link.withdraw(session, RequestId(parts[-2]))))
        return self._problem(404, "call.not_found")

    def _packets(
        self, method: str, path: str, headers: Any, read: Callable[[], bytes], key: sshsig.PublicKey
    ) -> Answer:
        tus = {"Tus-Resumable": "1.0.0"}
        if method == "POST":
            metadata = dict(item.split(" ") for item in headers["Upload-Metadata"].split(","))
            sha = base64.b64decode(metadata["sha256"]).decode()
            self.parts.setdefault(sha, bytearray())
            self.lengths[sha] = int(headers["Upload-Length"])
            offset = {"Upload-Offset": str(len(self.parts[sha]))}
            return 201, {**tus, **offset, "Location": f"/v1/packets/{sha}"}, b""
        sha = path.rsplit("/", 1)[1]
        if sha not in self.parts:
            read()
            return 404, tus, b""
        if method == "GET":
            return self._state(sha, key)
        if method == "PATCH":
            return self._patch(sha, int(headers["Upload-Offset"]), read, tus)
        return 200, {**tus, "Upload-Offset": str(len(self.parts[sha])), "Upload-Length": str(self.lengths[sha])}, b""

    def _patch(self, sha: str, offset: int, read: Callable[[], bytes], tus: dict[str, str]) -> Answer:
        with self._lock:
            part = self.parts[sha]
            body = read()
            self.bodies_received += len(body)
            if offset != len(part):
                return 409, {**tus, "Upload-Offset": str(len(part))}, b""
            part += body
            if len(part) == self.lengths[sha] and packet.digest(bytes(part)) != sha:
                part.clear()
                return 460, tus, b""
            return 204, {**tus, "Upload-Offset": str(len(part))}, b""

    def _state(self, sha: str, key: sshsig.PublicKey) -> Answer:
        content = self.whole().get(sha)
        if sha in self.verdicts:
            state, code = self.verdicts[sha]
            return self._json({"state": state, "code": code, "receipt": None})
        if content is None:
            return self._json({"state": "receiving", "code": "", "receipt": None})
        checked = packet.check(content, lambda _kiosk: key, election=ELECTION, judge=lambda _kiosk, _certificate: None)
        header = checked.header
        proof = Receipt(PacketId(header.packet_id), sha, header.kiosk, header.seq, self.clock.now(), {"log_index": 1})
        body: dict[str, Any] = {"state": "stored", "code": "", "receipt": receipt.sign(proof, self.signs_with)}
        if self.highest_seq is not None:
            body["highest_seq"] = self.highest_seq
        return self._json(body)

    def _json(self, body: object, status: int = 200) -> Answer:
        return status, {"Content-Type": "application/json"}, json.dumps(body).encode()

    def _problem(self, status: int, code: str, params: Mapping[str, str | int] = NOTHING) -> Answer:
        headers = {"Content-Type": "application/problem+json"}
        if params.get("retry_after"):
            headers["Retry-After"] = str(params["retry_after"])
        body = {"type": "about:blank", "title": code, "status": status, "code": code, "params": dict(params)}
        return status, headers, json.dumps(body).encode()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True
            timeout = 5.0  # a client that never hangs up must not keep a test waiting

            def _serve(self) -> None:
                try:
                    status, headers, body = owner.answer(self.command, self.path, self.headers, self._body)
                except Exception as error:
                    owner.errors.append(repr(error))
                    raise
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(0 if self.command == "HEAD" else len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_GET = do_POST = do_HEAD = do_PATCH = _serve  # noqa: N815

            def _body(self) -> bytes:
                """Return the body, or as much of it as came before the connection broke."""
                left = int(self.headers.get("Content-Length", 0))
                came = bytearray()
                try:
                    while left and (piece := self.rfile.read1(min(left, 16384))):
                        came += piece
                        left -= len(piece)
                except OSError:
                    self.close_connection = True
                if left:
                    self.close_connection = True
                return bytes(came)

            def log_message(self, *args: object) -> None:
                pass

        return Handler


def _contact(body: dict[str, str]) -> Contact:
    return Contact(ContactKind(body["kind"]), body["value"])


def _status(status: RequestStatus) -> dict[str, object]:
    return {
        "request_id": status.request_id,
        "reference": status.reference,
        "revision": status.revision,
        "state": status.state,
        "received": status.received.isoformat(),
        "due": status.due.isoformat(),
        "withdrawable": status.withdrawable,
        "reasons": list(status.reasons),
        "comment": status.comment,
    }


def _tar(files: dict[str, bytes]) -> Answer:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return 200, {"Content-Type": "application/x-tar"}, out.getvalue()
