"""SSHSIG against OpenSSH's own ssh-keygen, in both directions, and its strictness."""

from __future__ import annotations

import base64
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given, settings
from hypothesis import strategies as st

from sync import sshsig

NAMESPACE = "voter-packet@per-kiosk/v1"
MESSAGE = "përmbajtja e nënshkruar\n".encode()

ED25519_KEY = sshsig.generate()
P256_KEY = ec.generate_private_key(ec.SECP256R1())
KEYS = pytest.mark.parametrize("key", [ED25519_KEY, P256_KEY], ids=["ed25519", "p256"])


def keygen(*args: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["ssh-keygen", *args], input=stdin, capture_output=True, check=False)


def allowed_signers(folder: Path, key: sshsig.PrivateKey) -> str:
    file = folder / "allowed"
    file.write_text(f'kiosk-7 namespaces="{NAMESPACE}" {sshsig.public_of(key).line}\n')
    return str(file)


@KEYS
def test_ssh_keygen_accepts_our_signature(key: sshsig.PrivateKey, tmp_path: Path) -> None:
    signature = tmp_path / "message.sig"
    signature.write_text(sshsig.sign(key, MESSAGE, NAMESPACE))
    allowed = allowed_signers(tmp_path, key)
    verify = ("-Y", "verify", "-f", allowed, "-I", "kiosk-7", "-n", NAMESPACE, "-s", str(signature))

    assert keygen(*verify, stdin=MESSAGE).returncode == 0
    assert keygen(*verify, stdin=MESSAGE + b".").returncode != 0


@KEYS
@pytest.mark.parametrize("digest", ["sha512", "sha256"])
def test_we_accept_the_signature_of_ssh_keygen(key: sshsig.PrivateKey, digest: str, tmp_path: Path) -> None:
    private = tmp_path / "key"
    private.touch(mode=0o600)
    private.write_bytes(sshsig.private_text(key))
    made = keygen("-Y", "sign", "-f", str(private), "-n", NAMESPACE, "-O", f"hashalg={digest}", stdin=MESSAGE)
    assert made.returncode == 0, made.stderr

    sshsig.verify(sshsig.public_of(key), MESSAGE, NAMESPACE, made.stdout.decode())
    with pytest.raises(sshsig.BadSignature):
        sshsig.verify(sshsig.public_of(key), MESSAGE + b".", NAMESPACE, made.stdout.decode())


@KEYS
def test_fingerprint_is_the_one_ssh_keygen_prints(key: sshsig.PrivateKey, tmp_path: Path) -> None:
    public = tmp_path / "key.pub"
    public.write_text(sshsig.public_of(key).line + " comment\n")

    assert sshsig.public_of(key).fingerprint in keygen("-l", "-f", str(public)).stdout.decode()


@KEYS
def test_a_signature_is_bound_to_key_purpose_and_message(key: sshsig.PrivateKey) -> None:
    signature = sshsig.sign(key, MESSAGE, NAMESPACE)
    public = sshsig.public_of(key)
    sshsig.verify(public, MESSAGE, NAMESPACE, signature)

    for other in (sshsig.generate(), ec.generate_private_key(ec.SECP256R1())):
        with pytest.raises(sshsig.BadSignature):
            sshsig.verify(sshsig.public_of(other), MESSAGE, NAMESPACE, signature)
    with pytest.raises(sshsig.BadSignature):
        sshsig.verify(public, MESSAGE, "keyset@per-kiosk/v1", signature)
    with pytest.raises(sshsig.BadSignature):
        sshsig.verify(public, MESSAGE[1:], NAMESPACE, signature)


@KEYS
def test_every_changed_character_of_a_signature_is_refused(key: sshsig.PrivateKey) -> None:
    signature = sshsig.sign(key, MESSAGE, NAMESPACE)
    public = sshsig.public_of(key)
    for at, character in enumerate(signature):
        other = "A" if character != "A" else "B"
        for changed in (signature[:at] + other + signature[at + 1 :], signature[:at] + signature[at + 1 :]):
            with pytest.raises(sshsig.BadSignature):
                sshsig.verify(public, MESSAGE, NAMESPACE, changed)


@pytest.mark.parametrize(
    "change", [lambda t: t + "\n", lambda t: t.replace("\n", "\r\n"), lambda t: " " + t, str.strip]
)
def test_only_one_armour_is_accepted(change) -> None:  # type: ignore[no-untyped-def]
    signature = sshsig.sign(ED25519_KEY, MESSAGE, NAMESPACE)
    with pytest.raises(sshsig.BadSignature):
        sshsig.verify(sshsig.public_of(ED25519_KEY), MESSAGE, NAMESPACE, change(signature))


def test_bytes_after_the_signature_are_refused() -> None:
    blob = sshsig._unarmour(sshsig.sign(ED25519_KEY, MESSAGE, NAMESPACE))
    with pytest.raises(sshsig.BadSignature):
        sshsig.verify(sshsig.public_of(ED25519_KEY), MESSAGE, NAMESPACE, sshsig._armour(blob + b"\0"))


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_no_blob_makes_the_parser_fail_otherwise(blob: bytes) -> None:
    with pytest.raises(sshsig.BadSignature):
        sshsig.verify(sshsig.public_of(ED25519_KEY), MESSAGE, NAMESPACE, sshsig._armour(b"SSHSIG" + blob))


@KEYS
def test_a_key_survives_being_written_and_read(key: sshsig.PrivateKey) -> None:
    public = sshsig.public_of(key)
    assert sshsig.public_of(sshsig.load_private(sshsig.private_text(key))) == public
    assert sshsig.parse_public_line(public.line) == public
    assert sshsig.parse_public_line(public.line + " kiosk in Athens\n") == public


def _line(kind: bytes, *fields: bytes) -> str:
    blob = b"".join(len(field).to_bytes(4, "big") + field for field in (kind, *fields))
    return f"{kind.decode()} {base64.b64encode(blob).decode()}"


@pytest.mark.parametrize(
    "line",
    [
        "",
        "ssh-ed25519",
        "ssh-ed25519 ????",
        "ssh-ed25519 " + "A" * 2000,
        _line(b"ssh-rsa", b"\1\0\1", b"\0" * 64),
        _line(b"ssh-ed25519", b"\1" * 31),
        _line(b"ssh-ed25519", b"\1" * 32, b"more"),
        _line(b"ecdsa-sha2-nistp256", b"nistp384", b"\4" + b"\1" * 64),
        _line(b"ecdsa-sha2-nistp256", b"nistp256", b"\4" + b"\1" * 64),
        _line(b"ecdsa-sha2-nistp256", b"nistp256", b"\2" + b"\1" * 32),
        "ecdsa-sha2-nistp256 " + sshsig.public_of(ED25519_KEY).line.split()[1],
    ],
    # The last one holds a fresh key, which must not end up in the test's name.
    ids=range(11),
)
def test_odd_public_keys_are_refused(line: str) -> None:
    with pytest.raises(sshsig.BadKey):
        sshsig.parse_public_line(line)


def test_other_private_keys_are_refused() -> None:
    with pytest.raises(sshsig.BadKey):
        sshsig.load_private(b"not a key")
    with pytest.raises(sshsig.BadKey):
        sshsig.load_private(sshsig.private_text(ec.generate_private_key(ec.SECP384R1())))
