"""The server's own keys: root, receipt, kiosks' authority, epochs and escrow; and what is signed with the root key.

All private halves are wrapped by the master key. For a country the root and escrow keys are kept offline: then their
private column is NULL here, and documents signed elsewhere are put in by `publish_signed`.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pyrage
from sqlalchemy import Connection, insert, select, update

import resources
from registration.catalog.loader import load_service
from registration.errors import StaffMustFix
from server import audit
from server.sealing import MasterKey
from server.store import Unit
from server.store.schema import server_keys, signed_documents
from sync import config, keyset, signed, sshsig
from sync.config import ElectionConfig
from sync.keyset import Keyset

KEYSET_LIFE = timedelta(days=90)
KEYSET_RENEWAL = timedelta(days=30)
FIRST_WINDOW = timedelta(days=120)
FIRST_ELECTION_DAY = timedelta(days=180)
KEYSET, CONFIG = "keyset", "config"
AUTHORITY = "kiosk-authority"


@dataclass(frozen=True, slots=True)
class Epoch:
    """One age key that packets are sealed to. `identity` is "" when it was taken offline."""

    id: str
    recipient: str
    identity: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys at hand. `epochs` begins with the live one."""

    root: sshsig.PrivateKey = field(repr=False)
    receipt: sshsig.PrivateKey = field(repr=False)
    authority: sshsig.PrivateKey = field(repr=False)
    """Signs kiosks' certificates."""
    former_receipts: tuple[sshsig.PublicKey, ...]
    """Public halves of retired receipt keys, newest first: what they signed stays believed."""
    epochs: tuple[Epoch, ...]
    escrow: str

    @property
    def identities(self) -> tuple[str, ...]:
        return tuple(epoch.identity for epoch in self.epochs if epoch.identity)


def load(connection: Connection, election: str, master: MasterKey) -> KeyRing:
    """Return the keys. Raises StaffMustFix ``store.no_keys`` when the database was never started as a server."""
    rows = connection.execute(
        select(server_keys).where(server_keys.c.election == election).order_by(server_keys.c.created.desc())
    ).all()
    rows = sorted(rows, key=lambda row: row.retired is not None)  # the live ones first, also of one and the same moment
    private = {row.key_id: _private(row, master) for row in rows}
    by_kind: dict[str, list[str]] = {}
    for row in rows:
        if row.retired is None or row.kind == "epoch":
            by_kind.setdefault(row.kind, []).append(row.key_id)
    public = {row.key_id: row.public for row in rows}
    try:
        return KeyRing(
            root=sshsig.load_private(private[by_kind["root"][0]]),
            receipt=sshsig.load_private(private[by_kind["receipt"][0]]),
            authority=sshsig.load_private(private[by_kind[AUTHORITY][0]]),
            former_receipts=tuple(
                sshsig.parse_public_line(row.public)
                for row in rows
                if row.kind == "receipt" and row.retired is not None
            ),
            epochs=tuple(Epoch(key, public[key], private[key].decode()) for key in by_kind["epoch"]),
            escrow=public[by_kind["escrow"][0]],
        )
    except KeyError:
        raise StaffMustFix("store.no_keys") from None


def ensure(unit: Unit, master: MasterKey, escrow: str) -> None:
    """Make what is missing at the first start, and renew the key set in time.

    Args:
        escrow: age recipient of the offline key; "" makes one whose private half waits for `take_escrow`.
    """
    have = unit.connection.execute(
        select(server_keys.c.kind).where(server_keys.c.election == unit.election).distinct()
    ).scalars()
    kinds = set(have)
    for kind in ("root", "receipt", AUTHORITY):
        if kind not in kinds:
            _add_signing_key(unit, master, kind)
    if "escrow" not in kinds:
        if escrow:
            _insert(unit, f"escrow-{secrets.token_hex(4)}", "escrow", escrow, None)
        else:
            _add_age_key(unit, master, "escrow")
    if "epoch" not in kinds:
        _add_age_key(unit, master, "epoch")
    audit.ensure_signer(unit, master)
    ring = load(unit.connection, unit.election, master)
    current = newest(unit.connection, unit.election, KEYSET)
    if current is None or _is_stale(_verified(current, ring, unit.election), ring, unit):
        publish_keyset(unit, ring)
    if newest(unit.connection, unit.election, CONFIG) is None:
        publish_config(unit, ring, first_config(unit.election, unit.now.date()))


def rotate(unit: Unit, master: MasterKey) -> Keyset:
    """Start a new epoch and a new receipt key and publish them; old epoch keys still open what is on its way."""
    retire = update(server_keys).where(
        server_keys.c.election == unit.election,
        server_keys.c.kind.in_(("epoch", "receipt")),
        server_keys.c.retired.is_(None),
    )
    unit.connection.execute(retire.values(retired=unit.now))
    _add_age_key(unit, master, "epoch")
    _add_signing_key(unit, master, "receipt")
    return publish_keyset(unit, load(unit.connection, unit.election, master))


def take_escrow(unit: Unit, master: MasterKey) -> str:
    """Hand out the escrow key's private half and forget it here.

    Raises:
        StaffMustFix: ``store.escrow_taken``: it never was here or was taken before.
    """
    mine = (server_keys.c.election == unit.election) & (server_keys.c.kind == "escrow")
    row = unit.connection.execute(select(server_keys).where(mine)).one()
    identity = _private(row, master).decode()
    if not identity:
        raise StaffMustFix("store.escrow_taken")
    unit.connection.execute(update(server_keys).where(mine).values(sealed_private=None))
    return identity


def first_config(election: str, today: date) -> ElectionConfig:
    """Return the configuration a new server begins with; an administrator replaces it by the election's own."""
    service = load_service(resources.path("services/per-request.yaml"))
    kinds = next(step.kinds for step in service.steps if step.kinds_from == "config.proof_kinds")
    return ElectionConfig(
        version=1,
        election=election,
        election_day=today + FIRST_ELECTION_DAY,
        opens=today,
        closes=today + FIRST_WINDOW,
        proof_kinds=tuple(kind for kind in kinds if not kind.linking),
        linking_kinds=tuple(kind for kind in kinds if kind.linking),
    )


def publish_keyset(unit: Unit, ring: KeyRing) -> Keyset:
    """Sign and publish the live keys as the next version."""
    made = Keyset(
        version=_next_version(unit, KEYSET),
        election=unit.election,
        epoch_id=ring.epochs[0].id,
        epoch_recipient=ring.epochs[0].recipient,
        escrow=ring.escrow,
        receipt_key=sshsig.public_of(ring.receipt),
        not_after=(unit.now + KEYSET_LIFE).replace(microsecond=0),
        former_receipt_keys=ring.former_receipts[: keyset.MOST_FORMER],
        kiosk_authority=sshsig.public_of(ring.authority),
        log_key=audit.log_key(unit.connection, unit.election),
    )
    _keep(unit, KEYSET, made.version, keyset.sign(made, ring.root))
    return made


def publish_config(unit: Unit, ring: KeyRing, wanted: ElectionConfig) -> ElectionConfig:
    """Sign and publish a configuration as the next version, whatever version it names."""
    made = replace(wanted, version=_next_version(unit, CONFIG), election=unit.election)
    _keep(unit, CONFIG, made.version, config.sign(made, ring.root))
    return made


def newest(connection: Connection, election: str, kind: str) -> dict[str, str] | None:
    """Return the newest signed document of a kind, as it travels."""
    row = connection.execute(
        select(signed_documents)
        .where(signed_documents.c.election == election, signed_documents.c.kind == kind)
        .order_by(signed_documents.c.version.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else {"body": row.body, "signature": row.signature}


def current_config(connection: Connection, election: str, ring: KeyRing) -> ElectionConfig:
    """Return the configuration in force, its signature checked."""
    return config.verify(newest(connection, election, CONFIG), sshsig.public_of(ring.root), election=election)


def authorities(connection: Connection, election: str) -> tuple[sshsig.PublicKey, ...]:
    """Return whose certificates are believed; needs no private key, so that the intake can ask."""
    rows = connection.execute(
        select(server_keys.c.public).where(server_keys.c.election == election, server_keys.c.kind == AUTHORITY)
    )
    return tuple(sshsig.parse_public_line(line) for line in rows.scalars())


def _verified(document: Mapping[str, str], ring: KeyRing, election: str) -> Keyset:
    return keyset.verify(document, sshsig.public_of(ring.root), election=election)


def _is_stale(current: Keyset, ring: KeyRing, unit: Unit) -> bool:
    """Tell whether it runs out soon or lacks the kiosks' authority or the log's key (made by an earlier version)."""
    named = current.kiosk_authority, current.log_key
    ours = sshsig.public_of(ring.authority), audit.log_key(unit.connection, unit.election)
    return current.not_after - unit.now < KEYSET_RENEWAL or named != ours


def _next_version(unit: Unit, kind: str) -> int:
    rows = select(signed_documents.c.version).where(
        signed_documents.c.election == unit.election, signed_documents.c.kind == kind
    )
    return max(unit.connection.execute(rows).scalars(), default=0) + 1


def _keep(unit: Unit, kind: str, version: int, document: signed.Document) -> None:
    unit.connection.execute(
        insert(signed_documents).values(
            election=unit.election,
            kind=kind,
            version=version,
            body=document["body"],
            signature=document["signature"],
            created=unit.now,
        )
    )


def _add_signing_key(unit: Unit, master: MasterKey, kind: str) -> None:
    key = sshsig.generate()
    key_id = f"{kind}-{secrets.token_hex(4)}"
    sealed = master.wrap(sshsig.private_text(key), f"server-key:{key_id}")
    _insert(unit, key_id, kind, sshsig.public_of(key).line, sealed)


def _add_age_key(unit: Unit, master: MasterKey, kind: str) -> None:
    identity = pyrage.x25519.Identity.generate()
    key_id = f"{kind}-{unit.now:%Y%m%d}-{secrets.token_hex(4)}"
    sealed = master.wrap(str(identity).encode(), f"server-key:{key_id}")
    _insert(unit, key_id, kind, str(identity.to_public()), sealed)


def _insert(unit: Unit, key_id: str, kind: str, public: str, sealed: bytes | None) -> None:
    values = {"key_id": key_id, "kind": kind, "public": public, "sealed_private": sealed, "created": unit.now}
    unit.connection.execute(insert(server_keys).values(election=unit.election, **values))


def _private(row: object, master: MasterKey) -> bytes:
    sealed: bytes | None = row.sealed_private  # type: ignore[attr-defined]
    key_id: str = row.key_id  # type: ignore[attr-defined]
    if sealed is None or row.kind not in ("root", "receipt", AUTHORITY, "epoch", "escrow"):  # type: ignore[attr-defined]
        return b""
    return master.unwrap(sealed, f"server-key:{key_id}")
