"""Takes whole packets in, from the link or a stick, without any decryption key: checked, durable, receipted.

The same packet again gives the same receipt. The same number with another content is kept aside with an alarm: the
kiosk's disk was copied or restored. What cannot be trusted is refused; what is only unknown is kept (quarantine).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, select, update

from registration.model.ids import KioskId, PacketId
from server import audit, keyring
from server.context import Server
from server.kiosks import devices
from server.store import Unit, shard_of
from server.store.schema import alarms, kiosks, packets
from sync import packet, receipt
from sync.packet import CheckedPacket, PacketRefused, UnsupportedPacket
from sync.receipt import Receipt


class Route(StrEnum):
    LINK = "link"
    BATCH = "batch"


class PacketState(StrEnum):
    STORED = "stored"
    OPENED = "opened"
    REFUSED = "refused"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a packet. `receipt` is the signed document, None when there is none."""

    state: PacketState
    code: str = ""
    packet_id: str = ""
    receipt: dict[str, str] | None = field(default=None, repr=False)
    new: bool = False
    """It came for the first time."""


def take(server: Server, content: bytes, *, route: Route, sender: KioskId | None = None, by: str = "") -> Taken:
    """Take a packet in; when this returns a receipt the packet is durable.

    Args:
        server: the open server.
        content: the whole packet.
        route: how it came. A stick may be late: a key that ran out a short while ago is still good for it.
        sender: the kiosk that sent it over the link; it must be the one that signed it, and being admitted now it
            stands for what it sealed under a certificate that has run out since.
        by: who brought a stick, for the audit log.
    """
    with server.store.read() as connection:
        trust = devices.Trust(connection, server.election, server.clock.now(), grace_of(route, sender))
        try:
            checked = packet.check(content, trust.key_of, election=server.election, judge=trust.judge)
        except UnsupportedPacket as error:
            state, code = PacketState.QUARANTINED, error.code
        except PacketRefused as error:
            return Taken(PacketState.REFUSED, error.code)
        else:
            if sender is not None and checked.header.kiosk != sender:
                return Taken(PacketState.REFUSED, "packet.other_kiosk")
            state, code = PacketState.STORED, ""
    if state is PacketState.QUARANTINED:
        _keep_aside(server, content, "unsupported", sender or KioskId(""))
        return Taken(state, code)
    return _store(server, checked, content, route, by)


def grace_of(route: Route, sender: KioskId | None) -> timedelta | None:
    """Return how long ago a packet's certificate may have run out (`devices.Trust`)."""
    if route is Route.BATCH:
        return devices.LATE_BATCH
    return devices.NO_GRACE if sender is None else None


def find(connection: Connection, election: str, kiosk_id: str, packet_id: str) -> Row[Any] | None:
    """Return the row of a packet."""
    return connection.execute(select(packets).where(is_packet(election, kiosk_id, packet_id))).one_or_none()


def is_packet(election: str, kiosk_id: str, packet_id: str) -> Any:
    """Return the condition that picks one row of `packets`."""
    return and_(
        packets.c.election == election,
        packets.c.shard == shard_of(kiosk_id),
        packets.c.kiosk_id == kiosk_id,
        packets.c.packet_id == packet_id,
    )


def taken_of(row: Row[Any]) -> Taken:
    """Return what became of the packet of a row."""
    document = {"body": row.receipt_body, "signature": row.receipt_signature}
    return Taken(PacketState(row.state), row.code, row.packet_id, document)


def highest_seq(connection: Connection, election: str, kiosk_id: str) -> int:
    """Return the highest number a kiosk has used, 0 when none was seen."""
    mine = and_(packets.c.election == election, packets.c.shard == shard_of(kiosk_id), packets.c.kiosk_id == kiosk_id)
    return int(connection.execute(select(func.coalesce(func.max(packets.c.seq), 0)).where(mine)).scalar_one())


def missing_seqs(connection: Connection, election: str, kiosk_id: str, most: int = 100) -> tuple[int, ...]:
    """Return the numbers below the highest that never arrived: packets withheld, lost or still on a stick."""
    mine = and_(packets.c.election == election, packets.c.shard == shard_of(kiosk_id), packets.c.kiosk_id == kiosk_id)
    seen = connection.execute(select(packets.c.seq).where(mine).distinct().order_by(packets.c.seq)).scalars()
    missing: list[int] = []
    expected = 1
    for seq in seen:
        missing.extend(range(expected, min(seq, expected + most)))
        expected = seq + 1
        if len(missing) >= most:
            break
    return tuple(missing[:most])


def raise_alarm(unit: Unit, kind: str, *, kiosk_id: str, packet_id: str = "", sha256: str = "", seq: int = 0) -> None:
    """Note something an administrator must look into: ``other_digest``, ``seq_reused``, ``unsupported``."""
    unit.connection.execute(
        insert(alarms).values(
            election=unit.election,
            shard=shard_of(kiosk_id),
            alarm_id=unit.new_id(),
            kind=kind,
            kiosk_id=kiosk_id,
            packet_id=packet_id,
            sha256=sha256,
            seq=seq,
            raised=unit.now,
        )
    )
    audit.record(unit, kind=f"alarm.{kind}", actor=f"kiosk:{kiosk_id}", subject=packet_id, details={"sha256": sha256})


def _store(server: Server, checked: CheckedPacket, content: bytes, route: Route, by: str) -> Taken:
    header = checked.header
    with server.store.read() as connection:
        known = find(connection, server.election, header.kiosk, header.packet_id)
    if known is not None and known.sha256 == checked.sha256:
        return taken_of(known)
    blob = server.blobs.put(content)  # durable before the row that names it
    with server.store.write() as unit:
        known = find(unit.connection, unit.election, header.kiosk, header.packet_id)
        if known is not None and known.sha256 == checked.sha256:
            return taken_of(known)
        alarm = partial(
            raise_alarm,
            unit,
            kiosk_id=header.kiosk,
            packet_id=header.packet_id,
            sha256=checked.sha256,
            seq=header.seq,
        )
        if known is not None:
            alarm("other_digest")  # both are kept
            return Taken(PacketState.QUARANTINED, "packet.conflict", header.packet_id)
        same_seq = and_(
            packets.c.election == unit.election,
            packets.c.shard == shard_of(header.kiosk),
            packets.c.kiosk_id == header.kiosk,
            packets.c.seq == header.seq,
        )
        if unit.connection.execute(select(packets.c.packet_id).where(same_seq).limit(1)).one_or_none() is not None:
            alarm("seq_reused")
        document = _receipt(unit, server, checked, _brought(unit, checked, route, by))
        unit.connection.execute(
            insert(packets).values(
                election=unit.election,
                shard=shard_of(header.kiosk),
                kiosk_id=header.kiosk,
                packet_id=header.packet_id,
                sha256=checked.sha256,
                size=checked.size,
                type=header.type,
                subject=header.request_id,
                revision=header.revision,
                seq=header.seq,
                route=route.value,
                state=PacketState.STORED.value,
                code="",
                received=unit.now,
                receipt_body=document["body"],
                receipt_signature=document["signature"],
                blob=blob,
                attempts=0,
                next_try=unit.now,
            )
        )
        seen = and_(
            kiosks.c.election == unit.election,
            kiosks.c.shard == shard_of(header.kiosk),
            kiosks.c.kiosk_id == header.kiosk,
        )
        unit.connection.execute(update(kiosks).where(seen).values(last_seen=unit.now))
        unit.after_commit(server.wake.set)
    return Taken(PacketState.STORED, "", header.packet_id, document, new=True)


def _brought(unit: Unit, checked: CheckedPacket, route: Route, by: str) -> dict[str, str]:
    """How a packet came, for the audit log: who brought it, and since when its certificate had run out."""
    brought = {"route": route.value}
    if by:
        brought["by"] = by
    if checked.certificate is not None and not checked.certificate.valid_at(unit.now):
        brought["certificate_until"] = checked.certificate.valid_before.isoformat()
    return brought


def _receipt(unit: Unit, server: Server, checked: CheckedPacket, brought: dict[str, str]) -> dict[str, str]:
    header = checked.header
    logged = audit.record(
        unit,
        kind="packet.receive",
        actor=f"kiosk:{header.kiosk}",
        subject=header.packet_id,
        details={"sha256": checked.sha256, "seq": header.seq, **brought},
    )
    key = keyring.load(unit.connection, unit.election, server.master).receipt
    return receipt.sign(
        Receipt(
            packet_id=PacketId(header.packet_id),
            sha256=checked.sha256,
            kiosk=header.kiosk,
            seq=header.seq,
            received=unit.now,
            log=audit.evidence(unit, logged),
        ),
        key,
    )


def _keep_aside(server: Server, content: bytes, kind: str, kiosk_id: KioskId) -> None:
    blob = server.blobs.put(content)
    with server.store.write() as unit:
        known = and_(alarms.c.election == unit.election, alarms.c.kind == kind, alarms.c.sha256 == blob)
        if unit.connection.execute(select(alarms.c.alarm_id).where(known).limit(1)).one_or_none() is None:
            raise_alarm(unit, kind, kiosk_id=kiosk_id, sha256=blob)
