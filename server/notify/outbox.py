"""The transactional outbox: a message is written in the transaction of the deed it tells of, and sent afterwards.

At least once: a row is leased, sent, settled. What became of it is a state; the recipient and the words are sealed
while it waits and forgotten as soon as nothing more can be done with them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import phonenumbers
from sqlalchemy import (
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)

from registration.errors import VoterCanFix
from registration.model.contact import Contact, ContactKind
from server import audit
from server.notify.messages import CHANNELS, Channel, Message, Template, Words, render
from server.notify.transport import Report
from server.sealing import MasterKey
from server.store import Store, Unit, shard_of
from server.store.metadata import Moment, metadata
from server.store.schema import key_columns

LEASE = timedelta(minutes=2)
"""Longer than any transport's own time limit."""
KEPT = timedelta(days=30)
"""How long it is known that a message was sent; recipient and words are forgotten at once."""


class DeliveryState(StrEnum):
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    """The provider will never take it."""
    UNKNOWN = "unknown"
    """Sent several times, and every reply was lost."""
    EXPIRED = "expired"
    """Too old to be worth delivering."""


LOST = frozenset({DeliveryState.REFUSED, DeliveryState.EXPIRED})
"""States of a message that nobody received."""
DELIVERED, FAILED = "delivered", "failed"
"""What a provider reported in the end."""


notifications = Table(
    "notifications",
    metadata,
    *key_columns("message_id"),
    Column("dedupe", String(120), nullable=False),  # names the deed; the same one is told once only
    Column("kind", String(16), nullable=False),
    Column("template", String(32), nullable=False),
    Column("channel", String(8), nullable=False),
    Column("destination_hash", LargeBinary(32), nullable=False),
    Column("sealed", LargeBinary),  # recipient and words; NULL once settled
    Column("language", String(8), nullable=False),
    Column("created", Moment, nullable=False),
    Column("expires", Moment, nullable=False),
    Column("next_try", Moment, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("unknowns", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("leased_until", Moment),
    Column("transport", String(32), nullable=False),  # the last one tried
    Column("provider_id", String(100), nullable=False),
    Column("problem", String(120), nullable=False),
    Column("settled", Moment),
    Column("country", String(8), nullable=False, server_default=""),  # of a telephone number
    Column("report", String(16), nullable=False, server_default=""),  # delivered or failed, once the provider told
    Column("reported", Moment),
    Index(None, "election", "transport", "provider_id"),
    Index(None, "election", "state", "next_try"),
    Index(None, "election", "shard", "destination_hash", "created"),
    Index(None, "election", "shard", "dedupe", unique=True),
)
_NAMED = [notifications.c[name] for name in ("message_id", "template", "channel", "country", "transport")]
"""What may be told of a message: never to whom, never its words."""


notification_spend = Table(
    "notification_spend",
    metadata,
    *key_columns("day", "country"),  # shard_of(destination): striped, so that no two voters wait for each other
    Column("number", Integer, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Caps:
    """The most messages one destination, and one country, gets, so that nobody is flooded and no toll fraud pays."""

    codes_per_hour: int = 5
    codes_per_day: int = 10
    others_per_day: int = 20
    per_country_and_day: int = 20_000
    """SMS to one country; far above the busiest day of an honest one."""
    countries: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    """ISO 3166 code -> its own most, e.g. 0 to send nothing there."""

    def of_country(self, country: str) -> int:
        return self.countries.get(country, self.per_country_and_day)


DEFAULT_CAPS = Caps()


@dataclass(frozen=True, slots=True)
class Leased:
    """A message taken for sending."""

    message: Message
    shard: int
    attempts: int
    """Tries before this one."""
    unknowns: int
    country: str
    now: datetime
    """When it was taken."""


class Outbox:
    """Puts messages in and takes them out. Holds no connection of its own.

    Args:
        master: seals recipients and words, hashes destinations.
        caps: per destination.
    """

    def __init__(self, master: MasterKey, caps: Caps = DEFAULT_CAPS) -> None:
        self._master = master
        self._caps = caps

    def enqueue(
        self,
        unit: Unit,
        template: Template,
        contact: Contact,
        language: str,
        places: Mapping[str, str | int] | None = None,
        *,
        message_id: str = "",
        dedupe: str = "",
        max_age: timedelta | None = None,
    ) -> str:
        """Put a message in, in the caller's unit of work; it is sent after the commit.

        Args:
            unit: the transaction of the deed.
            template, language, places: what to say (see `Template` for the places).
            contact: whom.
            dedupe: names the deed, e.g. ``decision:<case>:<version>``; a second message of the same name is not made.
            message_id: the stable id, if the caller has one; else a new one is made.
            max_age: shorter than the template's own, e.g. the code's validity.

        Returns:
            The message's stable id.

        Raises:
            VoterCanFix: ``code.too_many`` (params: minutes), this destination had its share of codes.
        """
        destination = self._master.hash("destination", contact.value)
        shard = shard_of(destination)
        if dedupe:
            known = select(notifications.c.message_id).where(
                notifications.c.election == unit.election,
                notifications.c.shard == shard,
                notifications.c.dedupe == dedupe,
            )
            found = unit.connection.execute(known).scalar_one_or_none()
            if found is not None:
                return str(found)
        next_try = self._allowed_from(unit, template, shard, destination)
        message_id = message_id or unit.new_id()
        channel = CHANNELS[contact.kind]
        words = render(template, channel, language, places or {})
        secret = {"to": contact.value, "masked": contact.masked, **asdict(words)}
        unit.connection.execute(
            insert(notifications).values(
                election=unit.election,
                shard=shard,
                message_id=message_id,
                dedupe=dedupe or message_id,
                kind=template.kind,
                template=template,
                channel=channel,
                destination_hash=destination,
                sealed=self._master.wrap(json.dumps(secret).encode(), _place(message_id)),
                language=language,
                country=country_of(contact),
                created=unit.now,
                expires=unit.now + min(max_age or template.max_age, template.max_age),
                next_try=next_try,
                attempts=0,
                unknowns=0,
                state=DeliveryState.WAITING,
                transport="",
                provider_id="",
                problem="",
            )
        )
        return message_id

    def due(self, connection: Connection, election: str, now: datetime) -> bool:
        """Tell, without writing, whether anything waits to be sent or to be given up now."""
        waiting = select(notifications.c.message_id).where(
            notifications.c.election == election,
            notifications.c.state == DeliveryState.WAITING,
            (notifications.c.next_try <= now) | (notifications.c.expires <= now),
            notifications.c.leased_until.is_(None) | (notifications.c.leased_until <= now),
        )
        return connection.execute(waiting.limit(1)).first() is not None

    def lease(self, store: Store, limit: int = 20) -> list[Leased]:
        """Take messages that are due, oldest first; settle those that are too old."""
        with store.write() as unit:
            mine = notifications.c.election == unit.election
            waiting = mine & (notifications.c.state == DeliveryState.WAITING)
            expired = (
                update(notifications)
                .where(waiting, notifications.c.expires <= unit.now)
                .values(state=DeliveryState.EXPIRED, sealed=None, settled=unit.now, leased_until=None)
                .returning(*_NAMED)
            )
            _audit_lost(unit, unit.connection.execute(expired).all(), DeliveryState.EXPIRED)
            due = (
                select(notifications)
                .where(
                    waiting,
                    notifications.c.next_try <= unit.now,
                    notifications.c.leased_until.is_(None) | (notifications.c.leased_until <= unit.now),
                )
                .order_by(notifications.c.next_try)
                .limit(limit)
                .with_for_update(skip_locked=True)
            )
            rows = unit.connection.execute(due).all()
            for row in rows:
                unit.connection.execute(
                    update(notifications)
                    .where(mine, notifications.c.shard == row.shard, notifications.c.message_id == row.message_id)
                    .values(leased_until=unit.now + LEASE)
                )
        return [
            Leased(self._message(row), row.shard, row.attempts, row.unknowns, row.country, unit.now) for row in rows
        ]

    def note_report(self, store: Store, transport: str, report: Report) -> bool:
        """Write down a delivery report; False when no message of ours fits it. The last word counts."""
        if not report.provider_id:
            return False
        with store.write() as unit:
            theirs = update(notifications).where(
                notifications.c.election == unit.election,
                notifications.c.transport == transport,
                notifications.c.provider_id == report.provider_id,
                notifications.c.state == DeliveryState.ACCEPTED,
            )
            told = {"report": DELIVERED if report.delivered else FAILED, "reported": unit.now}
            found = unit.connection.execute(theirs.values(**told).returning(*_NAMED)).all()
            if not report.delivered:
                _audit_lost(unit, found, FAILED)
            return bool(found)

    def sweep(self, unit: Unit) -> int:
        """Delete what was settled long ago; return how many."""
        old = notifications.c.settled <= unit.now - KEPT
        return unit.connection.execute(
            delete(notifications).where(notifications.c.election == unit.election, old)
        ).rowcount

    def settle(
        self,
        store: Store,
        leased: Leased,
        *,
        state: DeliveryState,
        transport: str,
        problem: str = "",
        provider_id: str = "",
        wait: timedelta = timedelta(0),
        unknown: bool = False,
    ) -> None:
        """Write down what became of a try; a state other than WAITING forgets the recipient and the words."""
        with store.write() as unit:
            values: dict[str, Any] = {
                "state": state,
                "attempts": leased.attempts + 1,
                "unknowns": leased.unknowns + unknown,
                "leased_until": None,
                "transport": transport,
                "problem": problem[:120],
                "provider_id": provider_id[:100],
                "next_try": unit.now + wait,
            }
            if state is not DeliveryState.WAITING:
                values |= {"sealed": None, "settled": unit.now}
            settled = (
                update(notifications)
                .where(
                    notifications.c.election == unit.election,
                    notifications.c.shard == leased.shard,
                    notifications.c.message_id == leased.message.id,
                    notifications.c.state == DeliveryState.WAITING,
                )
                .values(**values)
                .returning(*_NAMED)
            )
            rows = unit.connection.execute(settled).all()
            if state in LOST:
                _audit_lost(unit, rows, state)

    def _message(self, row: Any) -> Message:
        secret = json.loads(self._master.unwrap(row.sealed, _place(row.message_id)))
        return Message(
            id=row.message_id,
            kind=row.kind,
            channel=Channel(row.channel),
            to=secret["to"],
            masked=secret["masked"],
            language=row.language,
            words=Words(secret["text"], secret["subject"]),
            created=row.created,
        )

    def spend(self, store: Store, leased: Leased) -> timedelta:
        """Count one SMS to a country; returns how long it has to wait because the country had its share today, else 0.

        Every try is counted, for every try may be paid for. The first one over the share is audited.
        """
        with store.write() as unit:
            day = unit.now.date().isoformat()
            here = (
                notification_spend.c.election == unit.election,
                notification_spend.c.day == day,
                notification_spend.c.country == leased.country,
            )
            total = select(func.coalesce(func.sum(notification_spend.c.number), 0)).where(*here)
            spent, most = unit.connection.execute(total).scalar_one(), self._caps.of_country(leased.country)
            if spent == most:
                details = {"country": leased.country, "most": most}
                audit.record(unit, kind="outbox.country_cap", actor="system", details=details)
            more = update(notification_spend).where(*here, notification_spend.c.shard == leased.shard)
            if unit.connection.execute(more.values(number=notification_spend.c.number + 1)).rowcount == 0:
                first = {"shard": leased.shard, "day": day, "country": leased.country, "number": 1}
                unit.connection.execute(insert(notification_spend).values(election=unit.election, **first))
            midnight = datetime.combine(unit.now.date() + timedelta(days=1), datetime.min.time(), UTC)
            return midnight - unit.now if spent >= most else timedelta(0)

    def _allowed_from(self, unit: Unit, template: Template, shard: int, destination: bytes) -> datetime:
        """Return when this destination may get one more message of the kind."""
        code = template is Template.CODE
        day, hour = timedelta(days=1), timedelta(hours=1)
        limits = (
            ((hour, self._caps.codes_per_hour), (day, self._caps.codes_per_day))
            if code
            else ((day, self._caps.others_per_day),)
        )
        allowed = unit.now
        for span, most in limits:
            same = (notifications.c.kind == "code") if code else (notifications.c.kind != "code")
            sent = (
                select(notifications.c.created)
                .where(
                    notifications.c.election == unit.election,
                    notifications.c.shard == shard,
                    notifications.c.destination_hash == destination,
                    notifications.c.created > unit.now - span,
                    same,
                )
                .order_by(notifications.c.created.desc())
                .limit(most)
            )
            times = unit.connection.execute(sent).scalars().all()
            if len(times) == most:
                allowed = max(allowed, times[-1] + span)
        if code and allowed > unit.now:
            raise VoterCanFix("code.too_many", minutes=-(-int((allowed - unit.now).total_seconds()) // 60))
        return allowed


def count_by_state(connection: Connection, election: str) -> dict[str, int]:
    """Return how many messages are in each state, for health and statistics."""
    counted = (
        select(notifications.c.state, func.count().label("number"))
        .where(notifications.c.election == election)
        .group_by(notifications.c.state)
    )
    return {row.state: row.number for row in connection.execute(counted)}


def count_lost(connection: Connection, election: str) -> int:
    """Return how many messages of the last `KEPT` did not reach anybody: refused, too old, or reported as failed."""
    lost = notifications.c.state.in_([*LOST]) | (notifications.c.report == FAILED)
    wanted = select(func.count()).select_from(notifications).where(notifications.c.election == election, lost)
    return int(connection.execute(wanted).scalar_one())


def _audit_lost(unit: Unit, rows: Sequence[Row[Any]], why: str) -> None:
    """Write down that messages did not arrive, for whoever must find out why."""
    for row in rows:
        details = {
            "why": str(why),
            **{name: getattr(row, name) for name in ("template", "channel", "country", "transport")},
        }
        audit.record(unit, kind="delivery.lost", actor="system", subject=row.message_id, details=details)


def country_of(contact: Contact) -> str:
    """Return the ISO 3166 code of a telephone number's country, "" for an e-mail address."""
    if contact.kind is not ContactKind.PHONE:
        return ""
    try:
        region = phonenumbers.region_code_for_number(phonenumbers.parse(contact.value))
    except phonenumbers.NumberParseException:
        region = None
    return region or "ZZ"


def _place(message_id: str) -> str:
    return f"notification:{message_id}"
