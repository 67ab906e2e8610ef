"""Who this kiosk is to the server, and what it believes: made once at enrolment, kept in the vault.

The signing key is made here and its private half never leaves the vault. The root key's line comes with the
enrolment; from then on key set and configuration are believed only with the root's signature and never backwards.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from registration.errors import StaffMustFix, WillRetry
from registration.model.ids import KioskId
from registration.ports.server import KioskIdentity
from registration.ports.vault import SyncStore
from sync import canonical, certificate, config, keyset, sshsig
from sync.certificate import Certificate
from sync.config import ElectionConfig
from sync.http import Http
from sync.keyset import Keyset

_KEY, _IDENTITY, _CERTIFICATE = "kiosk.signing_key", "kiosk.identity", "kiosk.certificate"
_KEYSET, _CONFIG = "keyset", "config"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What enrolment brought. `token` and `key` are secrets."""

    identity: KioskIdentity
    server: str
    root: sshsig.PublicKey
    token: str = field(repr=False)
    key: sshsig.PrivateKey = field(repr=False)
    certified: Certificate | None = field(default=None, repr=False)
    """The election authority's certificate of `key`, renewed on sync."""


def enrol(http: Http, store: SyncStore, *, server: str, name: str, token: str, root: str = "") -> Enrolment:
    """Make this machine a kiosk of the server's election.

    The key is kept before the server hears of it, so that a lost answer can be asked for again with the same key.

    Args:
        http: the server, without a token yet.
        store: the vault.
        server: the server's address, kept for later starts.
        name: what officials call this kiosk.
        token: the single-use enrolment token.
        root: fingerprint (``SHA256:...``) of the election's root key where it is known beforehand, else "".

    Raises:
        StaffMustFix: ``server.enrolment_refused`` or the server's code, ``server.root_differs``,
            ``server.keyset_refused``, ``server.config_refused``, ``server.certificate_refused``.
        WillRetry: ``server.unreachable``, ``server.busy``, ``server.strange_answer``.
    """
    kept = store.recall(_KEY)
    key = sshsig.load_private(kept) if kept is not None else sshsig.generate()
    if kept is None:
        store.remember({_KEY: sshsig.private_text(key)})
    answer = http.json(
        "POST",
        "/v1/kiosks/enrol",
        {"enrolment_token": token, "public_key": sshsig.public_of(key).line, "name": name},
    )
    try:
        enrolment = Enrolment(
            KioskIdentity(KioskId(str(answer["kiosk_id"])), str(answer["election"])),
            server,
            sshsig.parse_public_line(answer["root_public_key"]),
            str(answer["kiosk_token"]),
            key,
        )
        documents: tuple[object, object] = (answer["keyset"], answer["config"])
    except (KeyError, TypeError, AttributeError, sshsig.BadKey):
        raise WillRetry("server.strange_answer") from None
    if root and enrolment.root.fingerprint != root:
        raise StaffMustFix("server.root_differs")
    election = enrolment.identity.election
    keys = keyset.verify(documents[0], enrolment.root, election=election)
    settings = config.verify(documents[1], enrolment.root, election=election)
    enrolment = replace(enrolment, certified=_certificate(enrolment, keys, answer.get("certificate")))
    _keep(store, _KEYSET, keys.version, documents[0])
    _keep(store, _CONFIG, settings.version, documents[1])
    # last: only now the kiosk counts as enrolled
    store.remember({_CERTIFICATE: _line(enrolment), _IDENTITY: _identity_text(enrolment)})
    return enrolment


def recall(store: SyncStore) -> Enrolment | None:
    """Return what an earlier `enrol` kept; None: this machine is no kiosk yet."""
    text, key = store.recall(_IDENTITY), store.recall(_KEY)
    if text is None or key is None:
        return None
    body = json.loads(text)
    return Enrolment(
        KioskIdentity(KioskId(body["kiosk_id"]), body["election"]),
        body["server"],
        sshsig.parse_public_line(body["root"]),
        body["token"],
        sshsig.load_private(key),
        certificate.parse_line(line.decode()) if (line := store.recall(_CERTIFICATE)) else None,
    )


def require(store: SyncStore) -> Enrolment:
    """Return the enrolment. Raises StaffMustFix ``server.not_enrolled``."""
    enrolment = recall(store)
    if enrolment is None:
        raise StaffMustFix("server.not_enrolled")
    return enrolment


def move(store: SyncStore, enrolment: Enrolment, server: str) -> Enrolment:
    """Keep a new address of the same server (the embedded one takes another port at each start)."""
    moved = replace(enrolment, server=server)
    store.remember({_IDENTITY: _identity_text(moved)})
    return moved


def known_keyset(store: SyncStore, enrolment: Enrolment) -> Keyset:
    """Return the newest key set accepted. Raises StaffMustFix ``server.not_enrolled``, ``server.keyset_refused``."""
    return keyset.verify(_kept(store, _KEYSET), enrolment.root, election=enrolment.identity.election)


def known_config(store: SyncStore, enrolment: Enrolment) -> ElectionConfig:
    """Return the newest configuration. Raises StaffMustFix ``server.not_enrolled``, ``server.config_refused``."""
    return config.verify(_kept(store, _CONFIG), enrolment.root, election=enrolment.identity.election)


def accept_keyset(store: SyncStore, enrolment: Enrolment, document: object) -> Keyset:
    """Verify and keep a fetched key set.

    Raises:
        KeysetRefused: ``server.keyset_refused``, ``server.rolled_back``.
    """
    known = known_keyset(store, enrolment)
    fetched = keyset.verify(document, enrolment.root, election=enrolment.identity.election, known=known)
    if fetched.version > known.version:
        _keep(store, _KEYSET, fetched.version, document)
    return fetched


def accept_config(store: SyncStore, enrolment: Enrolment, document: object) -> ElectionConfig:
    """Verify and keep a fetched configuration.

    Raises:
        ConfigRefused: ``server.config_refused``, ``server.rolled_back``.
    """
    known = known_config(store, enrolment)
    fetched = config.verify(document, enrolment.root, election=enrolment.identity.election, known=known)
    if fetched.version > known.version:
        _keep(store, _CONFIG, fetched.version, document)
    return fetched


def accept_certificate(store: SyncStore, enrolment: Enrolment, line: object) -> Enrolment:
    """Verify and keep a renewed certificate; return the enrolment with it.

    Raises:
        StaffMustFix: ``server.certificate_refused``: not by the key set's authority, or not for this kiosk and key.
    """
    made = _certificate(enrolment, known_keyset(store, enrolment), line)
    renewed = replace(enrolment, certified=made)
    store.remember({_CERTIFICATE: _line(renewed)})
    return renewed


def _certificate(enrolment: Enrolment, keys: Keyset, line: object) -> Certificate | None:
    """Return a certificate the server gave, None if it gives none and its key set names no authority."""
    if line is None and keys.kiosk_authority is None:
        return None
    try:
        made = certificate.parse_line(line if isinstance(line, str) else "")
    except certificate.BadCertificate:
        raise StaffMustFix("server.certificate_refused") from None
    ours = made.kiosk == enrolment.identity.kiosk_id and made.key == sshsig.public_of(enrolment.key)
    if not ours or keys.kiosk_authority is None or not made.issued_by((keys.kiosk_authority,)):
        raise StaffMustFix("server.certificate_refused")
    return made


def _line(enrolment: Enrolment) -> bytes:
    return enrolment.certified.line.encode() if enrolment.certified else b""


def _keep(store: SyncStore, name: str, version: int, document: object) -> None:
    assert isinstance(document, Mapping)
    if not store.raise_highest(name, version, {name: canonical.dump(document).encode()}):
        raise StaffMustFix("server.rolled_back")


def _kept(store: SyncStore, name: str) -> dict[str, Any]:
    text = store.recall(name)
    if text is None:
        raise StaffMustFix("server.not_enrolled")
    document = json.loads(text)
    assert isinstance(document, dict)
    return document


def _identity_text(enrolment: Enrolment) -> bytes:
    return canonical.dump(
        {
            "kiosk_id": enrolment.identity.kiosk_id,
            "election": enrolment.identity.election,
            "server": enrolment.server,
            "root": enrolment.root.line,
            "token": enrolment.token,
        }
    ).encode()
