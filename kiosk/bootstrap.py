"""The one place where ports meet adapters. Nothing here is imported before it is needed, so that the first page is
on the screen before the face graphs are loaded.
"""

from __future__ import annotations

import secrets
import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import ClassVar

import resources
from kiosk.clock import SystemClock
from kiosk.connection import Connection
from kiosk.embedded_server import EmbeddedServer, Ready
from kiosk.passwords import Argon2Hasher
from kiosk.settings import Settings
from kiosk.vault.slots import KeySlot
from kiosk.vault.tpm_slot import KERNEL_TPM, TpmSlot
from kiosk.vault.vault import Vault
from registration.catalog.definitions import Service
from registration.catalog.loader import load_catalog
from registration.errors import Expected, StaffMustFix, WillRetry
from registration.journey.state import Facts
from registration.model.civil_day import civil_day
from registration.model.documents import DocumentImage, DocumentKind, DocumentReading, ProofVerdict, Side
from registration.model.evidence import Photo
from registration.model.ids import ServiceId, uuid7
from registration.model.submission import Submission
from registration.ports.capture import CameraSource, CaptureSession, Frame, ProofChecker
from registration.ports.clock import Clock
from registration.ports.speech import Silence, Speech
from registration.ports.vault import FinishedSubmission, OutboxEntry, SealedPacket, VoterKey
from sync.phone import HttpPhone
from ui.flows.voter_services import VoterServices

CAMERA_SECONDS = 3.0
"""How long to wait for this program's own other use of a camera to end."""
LEAST_LINES = 720
"""Height of a camera's picture, in pixels, below which neither a face nor a document can be photographed."""
EMBEDDED_KEY = "embedded.key"
"""Name in the vault under which the embedded server's database key is kept."""


@dataclass(slots=True)
class Kiosk:
    """Everything that is alive while the program runs. `close` ends it in the right order."""

    settings: Settings
    clock: Clock
    vault: Vault
    connection: Connection
    catalog: dict[ServiceId, Service]
    server: EmbeddedServer | None = None

    def close(self) -> None:
        self.connection.close()
        if self.server is not None:
            self.server.stop()
        self.vault.lock()


def open_vault(settings: Settings, passphrase: str | KeySlot, clock: Clock | None = None) -> Vault:
    """Open the profile's vault, or make it when there is none yet. Raises as `Vault.create` and `Vault.open` do."""
    clock = clock or SystemClock()
    if settings.vault_stands or not isinstance(passphrase, str):
        return Vault.open(settings.vault, passphrase, clock)
    return Vault.create(settings.vault, passphrase, clock, recovery_recipient=settings.recovery_recipient)


def tpm_slot(settings: Settings, pin: str) -> TpmSlot:
    """Return the way of opening by this machine's chip."""
    return TpmSlot(pin, settings.tpm or KERNEL_TPM)


def open_kiosk(settings: Settings, vault: Vault, clock: Clock | None = None) -> Kiosk:
    """Join catalogue, vault and connection. The server is not asked for anything yet.

    Raises:
        StaffMustFix: a service definition is wrong.
    """
    clock = clock or SystemClock()
    catalog = {service.id: service for service in load_catalog(resources.path("services"))}
    cap = settings.upload_kilobytes_per_second * 1000 or None
    connection = Connection(vault.sync, clock, kiosk_name=settings.kiosk_name, bytes_per_second=cap)
    if settings.server:
        connection.at(settings.server, settings.enrolment_token)
    return Kiosk(settings, clock, vault, connection, catalog)


def start_server(kiosk: Kiosk, *, demo: bool = False) -> Ready:
    """Start the embedded server; from then on the connection follows it, also after a crash.

    Raises:
        StaffMustFix: ``server.embedded_failed``.
    """
    key = kiosk.vault.sync.recall(EMBEDDED_KEY)
    if key is None:
        key = secrets.token_bytes(32)
        kiosk.vault.sync.remember({EMBEDDED_KEY: key})
    settings = kiosk.settings
    kiosk.server = EmbeddedServer(
        settings.server_data,
        settings.phone_outbox,
        key,
        settings.logs / "server.log",
        lambda ready: kiosk.connection.at(ready.address, ready.enrolment_token),
        demo=demo,
    )
    return kiosk.server.start()


def facts(kiosk: Kiosk) -> Facts:
    """Return the facts of today: the signed configuration's, or the definitions' own before enrolment."""
    config = kiosk.connection.config()
    today = kiosk.clock.now().date()
    if config is None:
        # Without any configuration no election day is known: nobody is turned away for their age by a guess.
        return Facts(today=today, election_day=date.max, region=kiosk.settings.region)
    return Facts(
        today=today,
        election_day=config.election_day,
        region=kiosk.settings.region,
        proof_kinds=config.proof_kinds,
        code_expires_in=config.code.expires_in,
        code_resend_after=config.code.resend_after,
    )


def registration_open(kiosk: Kiosk) -> bool:
    """Tell whether requests are taken today, by the last signed configuration this kiosk has seen."""
    config = kiosk.connection.config()
    return config is None or config.takes_requests_on(civil_day(kiosk.clock.now()))


def new_id(clock: Clock) -> str:
    """Return a fresh UUIDv7."""
    return uuid7(int(clock.now().timestamp() * 1000), secrets.token_bytes(10))


def camera_problem(kiosk: Kiosk) -> Expected | None:
    """Try the face camera; return its error, or None when it gives pictures."""
    camera = LazyCamera(kiosk.settings.face_camera, "face")
    try:
        camera.open()
        camera.read()
    except Expected as error:
        return error
    finally:
        camera.close()
    return None


def voter_services(
    kiosk: Kiosk,
    *,
    face_camera: CameraSource | None = None,
    document_camera: CameraSource | None = None,
    speech: Speech | None = None,
) -> VoterServices:
    """Join what the voter's window needs; the cameras may be given, e.g. the demo's. Silent without `speech`."""
    settings, proofs = kiosk.settings, LazyProofChecker()
    face = face_camera or LazyCamera(settings.face_camera, "face")
    # One device may serve both (D-34), each at its own size; the pages let go of it when they are done.
    own = document_camera or LazyCamera(settings.document_camera or settings.face_camera, "document")
    return VoterServices(
        catalog=kiosk.catalog,
        clock=kiosk.clock,
        drafts=kiosk.vault.drafts,
        outbox=KioskOutbox(kiosk),
        link=kiosk.connection,
        captures=LazyCaptures(kiosk.clock),
        face_camera=face,
        document_camera=own,
        reader=LazyReader(kiosk.clock),
        proof_checker=proofs,
        forget=proofs.forget,
        pictures=LazyPictures(),
        passwords=Argon2Hasher(),
        facts=lambda: facts(kiosk),
        new_id=lambda: new_id(kiosk.clock),
        sync_now=lambda: sync_now(kiosk),
        account_known=lambda key: account_known(kiosk, key),
        camera_problem=lambda: None if face_camera else camera_problem(kiosk),
        registration_open=lambda: registration_open(kiosk),
        phone=HttpPhone(kiosk.connection.http),
        files_folder=Path(settings.files_folder) if settings.files_folder else None,
        speech=speech or Silence(),
    )


def voice() -> Speech:
    """Return this machine's voice; it makes no process before it first says something."""
    from kiosk.speech import EspeakSpeech

    return EspeakSpeech()


def account_known(kiosk: Kiosk, key: VoterKey) -> bool:
    """Tell whether the server can know the voter's account: it was opened elsewhere, or our packet of it was opened.

    Signing in earlier would count as a wrong password. Raises what `Connection.packet_state` raises.
    """
    opened_here = [done for done in KioskOutbox(kiosk).finished(key) if done.kind == "account"]
    if not opened_here:
        return True
    ours = {done.reference for done in opened_here}
    entries = [entry for entry in kiosk.vault.sync.entries() if entry.reference in ours]
    return any(
        entry.state == "received" and kiosk.connection.packet_state(entry.sha256) == "opened" for entry in entries
    )


class KioskOutbox:
    """The vault's outbox, sealing for whoever this kiosk is now. Implements `registration.ports.vault.Outbox`.

    The key set is looked up before the vault's transaction begins, for it lies in the vault too.
    """

    def __init__(self, kiosk: Kiosk) -> None:
        self._kiosk = kiosk

    def finish(self, submission: Submission, key: VoterKey, service: str) -> OutboxEntry:
        return self._kiosk.vault.outbox(self._kiosk.connection.sealer()).finish(submission, key, service)

    def entries(self) -> tuple[OutboxEntry, ...]:
        return self._kiosk.vault.sync.entries()

    def finished(self, key: VoterKey) -> tuple[FinishedSubmission, ...]:
        return self._kiosk.vault.outbox(_NoSealer()).finished(key)


class _NoSealer:
    def seal(self, submission: Submission, seq: int) -> SealedPacket:
        raise AssertionError("only asked for what was finished")


def sync_now(kiosk: Kiosk) -> None:
    """Run one round and raise what ended it early, so that nobody takes silence for success."""
    report = kiosk.connection.sync_once()
    if report.problem:
        raise WillRetry(report.problem)


# ------------------------------------------------------------ adapters loaded when first used


class LazyCamera:
    """A camera that is looked for when it is opened. Implements `registration.ports.capture.CameraSource`.

    No device can be opened twice: the first page's look at the camera waits for the last voter's picture to end.
    """

    _in_use: ClassVar[dict[str, threading.Lock]] = defaultdict(threading.Lock)

    def __init__(self, spec: str, purpose: str) -> None:
        self._spec = spec
        self._purpose = purpose
        self._camera: CameraSource | None = None

    def open(self) -> None:
        from biometrics.camera import FOR_DOCUMENTS, FOR_FACES, open_camera

        camera = open_camera(self._spec, size=FOR_FACES if self._purpose == "face" else FOR_DOCUMENTS)
        if not self._in_use[self._spec].acquire(timeout=CAMERA_SECONDS):
            raise StaffMustFix("camera.busy", camera=self._spec)
        self._camera = camera
        try:
            camera.open()
        except BaseException:
            self.close()
            raise

    def read(self) -> Frame:
        if self._camera is None:
            raise StaffMustFix("camera.lost")
        frame = self._camera.read()
        height, width = frame.pixels.shape[:2]
        if height < LEAST_LINES:
            # A portrait of ISO/IEC 39794-5 could never be right: near enough for its pixels is too near for its frame.
            raise StaffMustFix("camera.small", camera=self._spec, width=width, height=height, least=LEAST_LINES)
        return frame

    def close(self) -> None:
        camera, self._camera = self._camera, None
        if camera is not None:
            try:
                camera.close()
            finally:
                self._in_use[self._spec].release()


class LazyCaptures:
    """Opens capture sessions. Implements `registration.ports.capture.Captures`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def face(self) -> CaptureSession:
        from biometrics.face.session import open_face_session

        return open_face_session()

    def document(self, kind: DocumentKind, side: Side) -> CaptureSession:
        from biometrics.document.capture import open_document

        return open_document(kind, side, self._clock)

    def page(self) -> CaptureSession:
        from biometrics.document.capture import open_page

        return open_page()


class LazyReader:
    """Reads identity documents. Implements `registration.ports.capture.DocumentReader`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def read(self, kind: DocumentKind, images: Sequence[DocumentImage]) -> DocumentReading:
        from biometrics.document.printed_portrait import cut_portrait
        from biometrics.document.visual_zone import VisualZoneReader

        reading = VisualZoneReader(self._clock).read(kind, images)
        portrait = next((cut for image in images if (cut := cut_portrait(image, kind)) is not None), None)
        return replace(reading, portrait=portrait)


class LazyProofChecker:
    """Checks proofs of address. Implements `registration.ports.capture.ProofChecker`.

    One checker lives for a visit: it remembers the text of the pages it read, so that the look with the address known
    costs no second reading. `forget` drops them.
    """

    def __init__(self) -> None:
        self._checker: ProofChecker | None = None

    def check(self, pages: Sequence[Photo], holder_names: Sequence[str], address: str | None) -> ProofVerdict:
        from biometrics.document.address_proof import AddressProofChecker

        checker = self._checker
        if checker is None:
            checker = self._checker = AddressProofChecker()
        return checker.check(pages, holder_names, address)

    def forget(self) -> None:
        self._checker = None


class LazyPictures:
    """Opens files voters bring. Implements `registration.ports.capture.PictureIntake`."""

    def open(self, content: bytes) -> tuple[Photo, ...]:
        from biometrics.document.pictures import Pictures

        return Pictures().open(content)
