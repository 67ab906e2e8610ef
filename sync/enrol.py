"""Who this kiosk is to the server, and what it believes: made once at enrolment, kept in the vault.

The signing key is made here and its private half never leaves the vault. The root key's line comes with the
enrolment; from then on key set and configuration are believed only with the root's signature and never backwards.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from registration.errors import StaffMustFix, WillRetry
from registration.model.ids import KioskId
from registration.ports.server import KioskIdentity
from registration.ports.vault import SyncStore
from sync import canonical, config, keyset, sshsig
from sync.config import ElectionConfig
from sync.http import Http
from sync.keyset import Keyset

_KEY, _IDENTITY, _KEYSET, _CONFIG = "kiosk.signing_key", "kiosk.identity", "keyset", "config"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What enrolment brought. `token` and `key` are secrets."""

    identity: KioskIdentity
    server: str
    root: sshsig.PublicKey
    token: str = field(repr=False)
    key: sshsig.PrivateKey = field(repr=False)


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
            ``server.keyset_refused``, ``server.config_refused``.
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
    _keep(store, _KEYSET, keys.version, documents[0])
    _keep(store, _CONFIG, settings.version, documents[1])
    store.remember({_IDENTITY: _identity_text(enrolment)})  # last: only now the kiosk counts as enrolled
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
    )


def require(store: SyncStore) -> Enrolment:
    """Return the enrolment. Raises StaffMustFix ``server.not_enrolled``."""
    enrolment = recall(store)
    if enrolment is None:
        raise StaffMustFix("server.not_enrolled")
    return enrolment


def move(store: SyncStore, enrolment: Enrolment, server: str) -> Enrolment:
    """Keep a new address of the same server (the embedded one takes another port at each start)."""
    moved = Enrolment(enrolment.identity, server, enrolment.root, enrolment.token, enrolment.key)
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
