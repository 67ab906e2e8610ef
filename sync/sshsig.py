"""Signatures in OpenSSH's SSHSIG format (PROTOCOL.sshsig), so that anybody can check ours with `ssh-keygen -Y verify`.

Keys are Ed25519 (software) or ECDSA P-256 (what a TPM can make). The namespace separates uses: a signature made for
a packet is worth nothing on a key set. Reading is strict: sizes, trailing bytes, armour layout; every accepted
signature has exactly one text for its bytes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

PrivateKey = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey

ED25519 = b"ssh-ed25519"
P256 = b"ecdsa-sha2-nistp256"
MAX_ARMOURED = 4096
"""Longest armoured signature read, in characters."""
MAX_NAMESPACE = 255

_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_MAGIC = b"SSHSIG"
_VERSION = 1
_BEGIN = "-----BEGIN SSH SIGNATURE-----"
_END = "-----END SSH SIGNATURE-----"
_WIDTH = 70  # ssh-keygen's own line length
_HASHES = {b"sha256": hashlib.sha256, b"sha512": hashlib.sha512}


class BadKey(ValueError):
    """Not an OpenSSH public key of a kind we take."""


class BadSignature(ValueError):
    """Not a signature by this key over this message for this purpose."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An OpenSSH public key: `kind` is ``ssh-ed25519`` or ``ecdsa-sha2-nistp256``, `blob` its wire form (RFC 4253)."""

    kind: str
    blob: bytes

    @property
    def line(self) -> str:
        """The key as one line of an ``authorized_keys`` or ``allowed_signers`` file, without a comment."""
        return f"{self.kind} {base64.b64encode(self.blob).decode()}"

    @property
    def fingerprint(self) -> str:
        """``SHA256:...`` as ssh-keygen prints it."""
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.blob).digest()).decode().rstrip("=")


class _Reader:
    """Takes SSH strings off a buffer (RFC 4251 section 5)."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        if count > len(self._data) - self._at:
            raise ValueError("cut short")
        piece = self._data[self._at : self._at + count]
        self._at += count
        return piece

    def uint32(self) -> int:
        return int(struct.unpack(">I", self.take(4))[0])

    def string(self) -> bytes:
        return self.take(self.uint32())

    def mpint(self) -> int:
        raw = self.string()
        value = int.from_bytes(raw, "big", signed=True)
        if value <= 0 or raw != _mpint(value)[4:]:
            raise ValueError("not a positive mpint in shortest form")
        return value

    def end(self) -> None:
        if self._at != len(self._data):
            raise ValueError("bytes left over")


def _string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def _mpint(value: int) -> bytes:
    return _string(value.to_bytes((value.bit_length() + 8) // 8, "big"))


def generate() -> ed25519.Ed25519PrivateKey:
    """Make a new Ed25519 key."""
    return ed25519.Ed25519PrivateKey.generate()


def private_text(key: PrivateKey) -> bytes:
    """Return the key in OpenSSH's private key format, unencrypted: only for storage that is itself sealed."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )


def load_private(text: bytes) -> PrivateKey:
    """Read what `private_text` wrote.

    Raises:
        BadKey: no unencrypted OpenSSH private key, or neither Ed25519 nor P-256.
    """
    try:
        key = serialization.load_ssh_private_key(text, password=None)
    except (ValueError, TypeError):
        raise BadKey("not an OpenSSH private key") from None
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(key.curve, ec.SECP256R1):
        return key
    raise BadKey("neither Ed25519 nor P-256")


def public_of(key: PrivateKey) -> PublicKey:
    """Return the public half."""
    line = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return parse_public_line(line.decode())


def parse_public_line(line: str) -> PublicKey:
    """Read an OpenSSH public key line, with or without a comment.

    Raises:
        BadKey: wrong shape, an unknown kind, or no point of the curve.
    """
    parts = line.split(None, 2) if len(line) <= 1024 else []
    if len(parts) < 2:
        raise BadKey("not a public key line")
    try:
        blob = base64.b64decode(parts[1], validate=True)
        if base64.b64encode(blob).decode() != parts[1]:
            raise ValueError("loose base64")
        key = parse_public_blob(blob)
    except ValueError as error:
        raise BadKey(str(error)) from None
    if key.kind != parts[0]:
        raise BadKey("the line names another kind")
    return key


def parse_public_blob(blob: bytes) -> PublicKey:
    """Read a public key in wire form. Raises BadKey."""
    try:
        return _parse_blob(blob)
    except ValueError as error:
        raise BadKey(str(error)) from None


def _parse_blob(blob: bytes) -> PublicKey:
    reader = _Reader(blob)
    kind = reader.string()
    if kind == ED25519:
        raw = reader.string()
        reader.end()
        ed25519.Ed25519PublicKey.from_public_bytes(raw)
    elif kind == P256:
        if reader.string() != b"nistp256":
            raise ValueError("another curve")
        point = reader.string()
        reader.end()
        if len(point) != 65 or point[0] != 4:
            raise ValueError("not an uncompressed point")
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    else:
        raise ValueError("unknown kind of key")
    return PublicKey(kind.decode(), blob)


def kind_of(blob: bytes) -> bytes:
    """Return the kind a key or certificate in wire form says it is of, b"" if it says none."""
    try:
        return _Reader(blob).string()
    except ValueError:
        return b""


def sign(key: PrivateKey, message: bytes, namespace: str, *, named: bytes = b"") -> str:
    """Sign `message` for one purpose; returns the armoured SSHSIG with a final newline.

    The ECDSA variant uses SHA-256 over the SSHSIG structure, as RFC 5656 section 6.2.1 says for nistp256.

    Args:
        key: signs.
        message: what is signed.
        namespace: the purpose.
        named: wire form of what names the signer: a certificate of the key; by default the key itself.
    """
    public = public_of(key)
    body = _signed_data(namespace.encode(), b"sha512", message)
    if isinstance(key, ed25519.Ed25519PrivateKey):
        raw = key.sign(body)
    else:
        r, s = decode_dss_signature(key.sign(body, ec.ECDSA(hashes.SHA256())))
        s = min(s, _P256_ORDER - s)
        raw = _mpint(r) + _mpint(s)
    blob = b"".join(
        (
            _MAGIC,
            struct.pack(">I", _VERSION),
            _string(named or public.blob),
            _string(namespace.encode()),
            _string(b""),
            _string(b"sha512"),
            _string(_string(public.kind.encode()) + _string(raw)),
        )
    )
    return _armour(blob)


def verify(
    key: PublicKey, message: bytes, namespace: str, signature: str, *, named: bytes = b"", one_form: bool = False
) -> None:
    """Check an armoured SSHSIG against the key that must have made it.

    Args:
        key: the only key that may have signed.
        message: what was signed.
        namespace: the purpose.
        signature: armoured.
        named: what must stand for the signer in it (see `sign`); by default the key itself.
        one_form: refuse the second form of an ECDSA signature, which anybody can make of the first (s and -s both
            fit). `sign` makes the lower one; ssh-keygen makes either.

    Raises:
        BadSignature: malformed, for another purpose, by another key, or over another message.
    """
    try:
        reader = _Reader(_unarmour(signature))
        if reader.take(len(_MAGIC)) != _MAGIC or reader.uint32() != _VERSION:
            raise ValueError("not SSHSIG version 1")
        blob, purpose, reserved, digest, wrapped = (reader.string() for _ in range(5))
        reader.end()
        if blob != (named or key.blob):
            raise ValueError("another key")
        if purpose != namespace.encode():
            raise ValueError("another purpose")
        if reserved or digest not in _HASHES:
            raise ValueError("unknown hash")
        inner = _Reader(wrapped)
        if inner.string() != key.kind.encode():
            raise ValueError("another algorithm")
        raw = inner.string()
        inner.end()
        _check_raw(key, raw, _signed_data(purpose, digest, message), one_form=one_form)
    except InvalidSignature:
        raise BadSignature("the signature does not fit") from None
    except ValueError as error:
        raise BadSignature(str(error)) from None


def signer_of(signature: str) -> bytes:
    """Return the wire form of what an armoured SSHSIG says it was made by: a key or a certificate.

    It proves nothing until `verify` holds with it.

    Raises:
        BadSignature: malformed.
    """
    try:
        reader = _Reader(_unarmour(signature))
        if reader.take(len(_MAGIC)) != _MAGIC or reader.uint32() != _VERSION:
            raise ValueError("not SSHSIG version 1")
        return reader.string()
    except ValueError as error:
        raise BadSignature(str(error)) from None


def _check_raw(key: PublicKey, raw: bytes, body: bytes, *, one_form: bool) -> None:
    reader = _Reader(key.blob)
    if reader.string() == ED25519:
        ed25519.Ed25519PublicKey.from_public_bytes(reader.string()).verify(raw, body)
        return
    reader.string()
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), reader.string())
    numbers = _Reader(raw)
    r, s = numbers.mpint(), numbers.mpint()
    numbers.end()
    if one_form and s > _P256_ORDER // 2:
        raise ValueError("the second form of a signature")
    public.verify(encode_dss_signature(r, s), body, ec.ECDSA(hashes.SHA256()))


def _signed_data(namespace: bytes, digest: bytes, message: bytes) -> bytes:
    if not 0 < len(namespace) <= MAX_NAMESPACE:
        raise ValueError("a namespace is 1 to 255 bytes")
    hashed = _HASHES[digest](message).digest()
    return _MAGIC + _string(namespace) + _string(b"") + _string(digest) + _string(hashed)


def _armour(blob: bytes) -> str:
    text = base64.b64encode(blob).decode()
    lines = (text[at : at + _WIDTH] for at in range(0, len(text), _WIDTH))
    return "\n".join((_BEGIN, *lines, _END, ""))


def _unarmour(text: str) -> bytes:
    if len(text) > MAX_ARMOURED:
        raise ValueError("too long")
    try:
        blob = base64.b64decode("".join(text.split("\n")[1:-2]), validate=True)
    except binascii.Error:
        raise ValueError("not base64") from None
    if _armour(blob) != text:
        raise ValueError("not armoured the one way")
    return blob
