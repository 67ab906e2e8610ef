"""The packet ``vrp/1``: one voter's submission, signed by the kiosk, readable only by the election authority.

    <packet_id>.vrp   ustar, members in this order, at most 16 MiB
      header.json       canonical JSON, no personal data
      header.json.sig   SSHSIG by the kiosk's key, namespace voter-packet@per-kiosk/v1, its certificate inside
      payload.age       age v1 to the server's epoch key and the offline escrow key
        ustar: manifest.json, then the submission's files

Three steps, three trusts: `build` needs the kiosk's key, `check` needs no secret at all (the intake), `open_packet`
needs the epoch or escrow key. docs/packet.md shows the last two with Debian's own tools. A packet is made once;
age is randomised, so sealing again would make another packet.
"""

from __future__ import annotations

import hashlib
import io
import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pyrage

from registration.errors import StaffMustFix
from registration.model.ids import KioskId, PacketId, uuid7
from sync import canonical, certificate, sshsig, ustar
from sync.certificate import Certificate

VERSION = 1
ALGORITHMS = "sshsig+age-v1"
NAMESPACE = "voter-packet@per-kiosk/v1"
MAX_PACKET = 16 * 1024 * 1024
MAX_HEADER = 4096
MAX_MANIFEST = 64 * 1024
MAX_AGE_HEADER = 4096
"""Bytes: room for twenty recipients. Each costs whoever opens it a key agreement."""
MAX_FILES = 64
TYPES = ("account", "request")

HEADER_FILE, SIGNATURE_FILE, PAYLOAD_FILE, MANIFEST_FILE = (
    "header.json",
    "header.json.sig",
    "payload.age",
    "manifest.json",
)

_AGE, _AGE_END = b"age-encryption.org/v1\n", b"\n--- "
_HEX = re.compile(r"[0-9a-f]{64}")
_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_FILE = re.compile(r"request\.json|img/[a-z0-9][a-z0-9-]{0,63}\.jpg")


class PacketRefused(StaffMustFix):
    """The packet is not what a kiosk of this election sealed. Codes ``packet.*``."""


class UnsupportedPacket(StaffMustFix):
    """``packet.unsupported``: a version or algorithm this build does not know. Kept aside, never guessed at."""


@dataclass(frozen=True, slots=True)
class Header:
    """What stands in the clear. `created` is the kiosk's own word and informative only."""

    type: str
    election: str
    kiosk: KioskId
    packet_id: PacketId
    request_id: str
    """The request's id; for an account packet the account's id."""
    revision: int
    seq: int
    """Counts this kiosk's packets from 1, without gaps."""
    created: str
    """UTC, ``YYYY-MM-DDTHH:MM:SSZ``."""
    payload_sha256: str
    payload_size: int
    rcpt_epoch: str
    inner_manifest_sha256: str


@dataclass(frozen=True, slots=True)
class PacketIds:
    """What a new packet is about; the rest of its header follows from its content."""

    type: str
    election: str
    kiosk: KioskId
    request_id: str
    revision: int
    seq: int


@dataclass(frozen=True, slots=True)
class CheckedPacket:
    """A whole packet, signed by the kiosk it names. Nothing inside it has been read yet."""

    header: Header
    sha256: str
    """Digest of the whole packet, its name in uploads and receipts."""
    size: int
    payload: memoryview = field(repr=False)
    certificate: Certificate | None = None
    """The certificate in the signature; None: signed with the bare key the kiosk was enrolled with."""


KeyOf = Callable[[KioskId], sshsig.PublicKey | None]
"""Returns the bare key whose signatures are taken for a kiosk; None: there is none."""
Judge = Callable[[KioskId, Certificate], None]
"""Raises PacketRefused unless the certificate is good for that kiosk now; its own signature has been checked."""


@dataclass(frozen=True, slots=True)
class OpenedPacket:
    """The decrypted files, each equal to its digest in the manifest; names as `submission.decode` takes them."""

    header: Header
    files: Mapping[str, bytes] = field(repr=False)


def digest(content: bytes | memoryview) -> str:
    """SHA-256 in lower-case hex."""
    return hashlib.sha256(content).hexdigest()


def build(
    ids: PacketIds,
    files: Mapping[str, bytes],
    *,
    key: sshsig.PrivateKey,
    epoch: str,
    recipients: Sequence[str],
    now: datetime,
    random: Callable[[int], bytes] = secrets.token_bytes,
    certified: Certificate | None = None,
) -> tuple[Header, bytes]:
    """Seal a submission's files.

    Args:
        ids: what the packet is about.
        files: as `registration.model.submission.encode` returns them.
        key: the kiosk's signing key.
        epoch: id of the first recipient's key.
        recipients: age public keys, the epoch's first, the escrow's second.
        now: aware time for the packet id and `created`.
        random: returns that many random bytes.
        certified: the certificate of `key`, to be carried in the signature.

    Raises:
        PacketRefused: ``packet.too_large``.
    """
    packet_id = PacketId(uuid7(int(now.timestamp() * 1000), random(10)))
    created = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    named = {**asdict(ids), "packet_id": packet_id, "created": created, "v": VERSION}
    manifest = {
        **named,
        "salt": random(32).hex(),  # without it the manifest's hash in the clear would let anyone test a guess
        "files": {name: {"sha256": digest(content), "size": len(content)} for name, content in files.items()},
    }
    text = canonical.dump(manifest).encode()
    size = sum(map(len, files.values()))
    if size > MAX_PACKET or len(text) > MAX_MANIFEST or not _files_fit(files):
        raise PacketRefused("packet.too_large", megabytes=MAX_PACKET >> 20)
    keys = [pyrage.x25519.Recipient.from_str(recipient) for recipient in recipients]
    sealed = io.BytesIO()
    pyrage.encrypt_io(_Source(ustar.pieces(((MANIFEST_FILE, text), *files.items()))), sealed, keys)
    payload = sealed.getvalue()
    header = Header(
        packet_id=packet_id,
        created=created,
        payload_sha256=digest(payload),
        payload_size=len(payload),
        rcpt_epoch=epoch,
        inner_manifest_sha256=digest(text),
        **asdict(ids),
    )
    front = canonical.dump({**asdict(header), "v": VERSION, "alg": ALGORITHMS}).encode()
    _parse_header(front)
    signer = b"" if certified is None else certified.blob
    signature = sshsig.sign(key, front, NAMESPACE, named=signer).encode()
    content = ustar.write(((HEADER_FILE, front), (SIGNATURE_FILE, signature), (PAYLOAD_FILE, payload)))
    if len(content) > MAX_PACKET:
        raise PacketRefused("packet.too_large", megabytes=MAX_PACKET >> 20)
    return header, content


def check(
    content: bytes | memoryview, key_of: KeyOf, *, election: str | None = None, judge: Judge | None = None
) -> CheckedPacket:
    """Check a packet without any decryption key: whole, of a known version, signed by the kiosk it names.

    Nothing is copied: the payload stays a view of `content`.

    Args:
        content: the packet's bytes.
        key_of: see `KeyOf`; asked when the signature names a bare key.
        election: the only election to accept; None accepts any.
        judge: see `Judge`; asked when the signature carries a certificate. None: certificates are not taken.

    Raises:
        UnsupportedPacket: ``packet.unsupported``: quarantine it.
        PacketRefused: ``packet.too_large``, ``packet.damaged``, ``packet.other_election``,
            ``packet.unknown_kiosk``, ``packet.certificate``, ``packet.signature``, and what `judge` raises.
    """
    front, signature, payload = _members(content)
    header = _parse_header(bytes(front))
    if election is not None and header.election != election:
        raise PacketRefused("packet.other_election")
    named, certified = _signer(signature)
    if certified is None:
        key = key_of(header.kiosk)
    else:
        key = certified.key if judge is not None else None
        if certified.kiosk != header.kiosk:
            raise PacketRefused("packet.certificate")
        if judge is not None:
            judge(header.kiosk, certified)
    if key is None:
        raise PacketRefused("packet.unknown_kiosk", kiosk=header.kiosk)
    try:
        expected = b"" if certified is None else named
        sshsig.verify(key, bytes(front), NAMESPACE, _ascii(signature), named=expected, one_form=True)
    except sshsig.BadSignature:
        raise PacketRefused("packet.signature") from None
    if len(payload) != header.payload_size or digest(payload) != header.payload_sha256:
        raise PacketRefused("packet.damaged")
    if payload[: len(_AGE)] != _AGE or _AGE_END not in bytes(payload[:MAX_AGE_HEADER]):
        raise UnsupportedPacket("packet.unsupported")
    return CheckedPacket(header, digest(content), len(content), payload, certified)


def signer_of(content: bytes | memoryview) -> sshsig.PublicKey | Certificate:
    """Return the key or the certificate a packet says it was signed with; it proves nothing without `check`.

    Raises:
        PacketRefused: ``packet.damaged``, ``packet.signature``, ``packet.certificate``.
    """
    named, certified = _signer(_members(content)[1])
    try:
        return certified or sshsig.parse_public_blob(named)
    except sshsig.BadKey:
        raise PacketRefused("packet.signature") from None


def _members(content: bytes | memoryview) -> tuple[memoryview, memoryview, memoryview]:
    """Return header, signature and payload."""
    if len(content) > MAX_PACKET:
        raise PacketRefused("packet.too_large", megabytes=MAX_PACKET >> 20)
    try:
        outer = ustar.views(content, max_files=3)
    except ustar.BadArchive:
        raise PacketRefused("packet.damaged") from None
    if tuple(outer) != (HEADER_FILE, SIGNATURE_FILE, PAYLOAD_FILE):
        raise PacketRefused("packet.damaged")
    front, signature, payload = outer.values()
    return front, signature, payload


def _signer(signature: memoryview) -> tuple[bytes, Certificate | None]:
    """Return what stands for the signer in a signature, and the certificate if it is one."""
    try:
        named = sshsig.signer_of(_ascii(signature))
    except sshsig.BadSignature:
        raise PacketRefused("packet.signature") from None
    if sshsig.kind_of(named) not in certificate.KINDS:
        return named, None
    try:
        return named, certificate.parse(named)
    except certificate.BadCertificate:
        raise PacketRefused("packet.certificate") from None


def _ascii(signature: memoryview) -> str:
    """Return the armour as text; bytes beyond ASCII become a character that no armour has."""
    return bytes(signature).decode("ascii", "replace")


def open_packet(packet: CheckedPacket, identities: Sequence[str]) -> OpenedPacket:
    """Decrypt a checked packet and hold it against its header.

    Args:
        packet: what `check` returned.
        identities: age secret keys (``AGE-SECRET-KEY-1...``), tried in turn.

    Raises:
        PacketRefused: ``packet.not_for_us`` (no key fits, or the ciphertext is torn), ``packet.inner_differs``
            (the signed header and the sealed content disagree), ``packet.damaged``.
        UnsupportedPacket: ``packet.unsupported``.
    """
    keys = [pyrage.x25519.Identity.from_str(identity) for identity in identities]
    try:
        plain = io.BytesIO()
        pyrage.decrypt_io(_Source([packet.payload]), plain, keys)
        inner = plain.getvalue()
    except pyrage.DecryptError:
        raise PacketRefused("packet.not_for_us", epoch=packet.header.rcpt_epoch) from None
    try:
        files = dict(ustar.views(inner, max_files=MAX_FILES + 1))
        first = next(iter(files))
        text = files.pop(MANIFEST_FILE)
        manifest = canonical.load(bytes(text), limit=MAX_MANIFEST)
    except (ustar.BadArchive, canonical.NotCanonical, KeyError, StopIteration):
        raise PacketRefused("packet.damaged") from None
    if not _is_ours(manifest.get("v")):
        raise UnsupportedPacket("packet.unsupported")
    header = packet.header
    same = digest(text) == header.inner_manifest_sha256 and first == MANIFEST_FILE
    ids = {name: getattr(header, name) for name in _SHARED}
    if not same or canonical.dump({name: manifest.get(name) for name in _SHARED}) != canonical.dump(ids):
        raise PacketRefused("packet.inner_differs")
    listed = {name: {"sha256": digest(content), "size": len(content)} for name, content in files.items()}
    if manifest.get("files") != listed or not _files_fit(files):
        raise PacketRefused("packet.inner_differs")
    return OpenedPacket(header, MappingProxyType({name: bytes(content) for name, content in files.items()}))


class _Source:
    """A file to read from, over pieces that are in memory already: the plain archive is never put together."""

    def __init__(self, pieces: Iterable[bytes | memoryview]) -> None:
        self._pieces = iter(pieces)
        self._piece = memoryview(b"")

    def read(self, size: int) -> bytes:
        while not self._piece:
            following = next(self._pieces, None)
            if following is None:
                return b""
            self._piece = memoryview(following)
        part, self._piece = bytes(self._piece[:size]), self._piece[size:]
        return part


_SHARED = ("type", "election", "kiosk", "packet_id", "request_id", "revision", "seq", "created")
"""Repeated inside, so that nobody can sign another kiosk's ciphertext as his own."""


def _files_fit(files: Mapping[str, bytes | memoryview]) -> bool:
    return len(files) <= MAX_FILES and all(_FILE.fullmatch(name) for name in files)


def _parse_header(text: bytes) -> Header:
    try:
        body = canonical.load(text, limit=MAX_HEADER)
    except canonical.NotCanonical:
        raise PacketRefused("packet.damaged") from None
    version, algorithms = body.pop("v", None), body.pop("alg", None)
    if not _is_ours(version) or algorithms != ALGORITHMS or body.get("type") not in TYPES:
        raise UnsupportedPacket("packet.unsupported")
    if set(body) != {each.name for each in fields(Header)} or not all(
        _FIELDS[name](value) for name, value in body.items()
    ):
        raise PacketRefused("packet.damaged")
    return Header(**body)


def _is_ours(version: object) -> bool:
    return type(version) is int and version == VERSION  # True and 1.0 equal 1 in Python


def _text(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _count(most: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and 1 <= value <= most


_FIELDS: Mapping[str, Callable[[Any], bool]] = {
    "type": lambda value: value in TYPES,
    "election": _text(_NAME),
    "kiosk": _text(_NAME),
    "packet_id": _text(_UUID7),
    "request_id": _text(_NAME),
    "revision": _count(9999),
    "seq": _count(2**53 - 1),
    "created": _text(_TIME),
    "payload_sha256": _text(_HEX),
    "payload_size": _count(MAX_PACKET),
    "rcpt_epoch": _text(_NAME),
    "inner_manifest_sha256": _text(_HEX),
}
