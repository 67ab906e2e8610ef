"""Officials and counts in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from registration.errors import Expected, VoterCanFix
from registration.model.contact import Contact
from registration.model.statistics import Dimension, Measure, Statistics, suppressed
from registration.office import Credentials, OfficialRow
from registration.review_desk import OfficialSession, Role

AT = datetime(2029, 2, 1, 9, tzinfo=UTC)


class FakeOffice:
    """Implements `registration.office.Office`."""

    def __init__(self) -> None:
        self.rows = [OfficialRow("arta.hoxha", Role.SUPERVISOR, AT, disabled=False)]
        self.unlocked: list[str] = []
        self.voters: list[Contact] = []
        self.fails: Expected | None = None
        self.tables = {
            Dimension.TOTAL: {"": dict(zip(Measure, (1530, 1254, 310, 41, 820, 150, 22), strict=True))},
            Dimension.DAY: {
                f"2029-01-{day:02}": {Measure.REQUESTS: 40 + 13 * day, Measure.APPROVED: 20 + 7 * day}
                for day in range(10, 21)
            },
            Dimension.COUNTRY: {
                code: {Measure.REQUESTS: number, Measure.APPROVED: number // 2}
                for code, number in (("IT", 583), ("GR", 415), ("DE", 182), ("US", 109), ("GB", 93), ("VA", 2))
            },
            Dimension.COUNTY: {"tirane": {Measure.REQUESTS: 300}, "": {Measure.REQUESTS: 17}},
            Dimension.SEX: {"F": {Measure.REQUESTS: 800}, "M": {Measure.REQUESTS: 730}},
            Dimension.AGE: {"18-24": {Measure.REQUESTS: 100}, "65+": {Measure.REQUESTS: 60}},
            Dimension.KIOSK: {"Bari 1": {Measure.REQUESTS: 1530}},
            Dimension.LANGUAGE: {"sq": {Measure.REQUESTS: 1500}, "it": {Measure.REQUESTS: 30}},
            Dimension.REASON: {"address_differs": {Measure.REFUSED: 120}, "unreadable": {Measure.REFUSED: 30}},
        }

    def officials(self, session: OfficialSession) -> tuple[OfficialRow, ...]:
        self._answer()
        return tuple(self.rows)

    def enrol(self, session: OfficialSession, name: str, role: Role, *, replace: bool = False) -> Credentials:
        self._answer()
        known = any(row.name == name for row in self.rows)
        if known and not replace:
            raise VoterCanFix("official.name_taken")
        if not known:
            self.rows.append(OfficialRow(name, role, AT, disabled=False))
        return Credentials(name, role, "abcd-efgh-jkmn-pqrs-tvwx", "JBSWY3DPEHPK3PXP", f"otpauth://totp/PER:{name}?s=J")

    def unlock(self, session: OfficialSession, name: str) -> None:
        self._answer()
        self.unlocked.append(name)

    def disable(self, session: OfficialSession, name: str) -> None:
        self._answer()
        if name == session.name:
            raise VoterCanFix("official.yourself")
        self.rows = [replace(row, disabled=row.disabled or row.name == name) for row in self.rows]

    def unlock_voter(self, session: OfficialSession, contact: Contact) -> None:
        self._answer()
        self.voters.append(contact)

    def statistics(self, session: OfficialSession) -> Statistics:
        self._answer()
        return Statistics(AT, {dimension: suppressed(table) for dimension, table in self.tables.items()})

    def statistics_csv(self, session: OfficialSession) -> bytes:
        self._answer()
        return b"as_of,by,value,measure,count\r\n"

    def _answer(self) -> None:
        if self.fails is not None:
            raise self.fails
