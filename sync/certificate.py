"""Kiosk certificates: OpenSSH certificates (PROTOCOL.certkeys) by the election's authority, carried in each signature.

With the authority's key alone anybody can tell that a packet was signed by an enrolled kiosk, until when, and which:
``ssh-keygen -Y verify`` does it with one ``cert-authority`` line. Reading is strict: one form, user type, exactly one
principal (the kiosk), no critical options, no extensions, Ed25519 or P-256, signed by the key it names.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import SSHCertificate, SSHCertificateBuilder, SSHCertificateType

from registration.model.ids import KioskId
from sync import sshsig
from sync.sshsig import PublicKey

KINDS = {
    b"ssh-ed25519-cert-v01@openssh.com": sshsig.ED25519,
    b"ecdsa-sha2-nistp256-cert-v01@openssh.com": sshsig.P256,
}
RENEWAL = timedelta(days=30)
"""Renewed when it has less than this to go: a kiosk that syncs once in a month never runs out."""
MAX_BLOB = 2048
"""Longest certificate read, in bytes; ours are below 700."""


class BadCertificate(ValueError):
    """No certificate of the one form we take. Carries none of its content."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """What an authority says of a kiosk's key. Its own signature holds; `issued_by` tells whether that is ours."""

    kind: str
    blob: bytes = field(repr=False)
    """Wire form, as it stands in signatures."""
    key: PublicKey = field(repr=False)
    authority: PublicKey = field(repr=False)
    kiosk: KioskId
    serial: int
    """1 to 2^63-1."""
    valid_after: datetime
    valid_before: datetime
    """Both UTC, whole seconds; the second is the first moment it is not valid."""

    @property
    def line(self) -> str:
        """The certificate as ``ssh-keygen -L`` reads it."""
        return f"{self.kind} {base64.b64encode(self.blob).decode()}"

    def issued_by(self, authorities: Iterable[PublicKey]) -> bool:
        return any(self.authority.blob == each.blob for each in authorities)

    def valid_at(self, moment: datetime, grace: timedelta = timedelta(0)) -> bool:
        """Tell whether it holds at `moment`, or ran out no longer than `grace` before."""
        return self.valid_after <= moment < self.valid_before + grace


def issue(
    authority: sshsig.PrivateKey,
    key: PublicKey,
    kiosk: KioskId,
    *,
    serial: int,
    valid_after: datetime,
    valid_before: datetime,
) -> Certificate:
    """Certify a kiosk's public key. Fractions of seconds are cut off."""
    name = kiosk.encode()
    public = serialization.load_ssh_public_key(key.line.encode())
    made = (
        SSHCertificateBuilder()
        .public_key(public)  # type: ignore[arg-type]
        .serial(serial)
        .type(SSHCertificateType.USER)
        .key_id(name)
        .valid_principals([name])
        .valid_after(int(valid_after.timestamp()))
        .valid_before(int(valid_before.timestamp()))
        .sign(authority)
    )
    return parse_line(made.public_bytes().decode())


def parse_line(line: str) -> Certificate:
    """Read a certificate's line, without a comment. Raises BadCertificate."""
    kind, _, text = line.strip().partition(" ")
    try:
        blob = base64.b64decode(text, validate=True)
    except ValueError:
        raise BadCertificate("not base64") from None
    made = parse(blob)
    if made.line != f"{kind} {text}":
        raise BadCertificate("not written the one way")
    return made


def parse(blob: bytes) -> Certificate:
    """Read a certificate in wire form and check its own signature. Raises BadCertificate."""
    kind = sshsig.kind_of(blob)
    if kind not in KINDS or len(blob) > MAX_BLOB:
        raise BadCertificate("no certificate of a kind we take")
    line = f"{kind.decode()} {base64.b64encode(blob).decode()}"
    try:
        found = serialization.load_ssh_public_identity(line.encode())
        if not isinstance(found, SSHCertificate) or found.public_bytes().decode() != line:
            raise BadCertificate("not written the one way")
        found.verify_cert_signature()
        key, authority = (_public(each) for each in (found.public_key(), found.signature_key()))
        (principal,) = found.valid_principals
        if (
            found.type is not SSHCertificateType.USER
            or found.critical_options
            or found.extensions
            or found.key_id != principal
            or not 0 < found.serial < 2**63
        ):
            raise BadCertificate("says more or less than a kiosk's certificate")
        return Certificate(
            kind.decode(),
            blob,
            key,
            authority,
            KioskId(principal.decode("ascii")),
            found.serial,
            datetime.fromtimestamp(found.valid_after, UTC),
            datetime.fromtimestamp(found.valid_before, UTC),
        )
    except BadCertificate:
        raise
    except (InvalidSignature, UnsupportedAlgorithm, NotImplementedError, ValueError, TypeError, OverflowError, OSError):
        raise BadCertificate("damaged, or not signed by the authority it names") from None


def _public(key: object) -> PublicKey:
    line = key.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)  # type: ignore[attr-defined]
    return sshsig.parse_public_line(line.decode())
