"""The life of a case under any sequence of deeds, held against a model that is nothing but the table."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registration.model.case import TRANSITIONS, WAITS_FREE, Action, Actor, CaseState
from registration.model.contact import Contact, ContactKind
from registration.model.submission import RequestSubmission
from registration.review_desk import Role
from server.casework import cases
from server.context import Server
from server.desk import decisions, leases
from server.desk.officials import Official
from server.intake import case_intake
from server.problems import Problem
from server.upkeep import keeper
from server.voters import accounts
from tests.fakes import invented_voter
from tests.unit.server.conftest import SettableClock

S, A = CaseState, Action
WHO = {
    "arta": Official("arta", Role.REVIEWER),
    "besa": Official("besa", Role.REVIEWER),
    "drita": Official("drita", Role.SUPERVISOR),
}
NUMBERS = itertools.count(1)

people = st.sampled_from(sorted(WHO))
deeds = st.one_of(
    st.tuples(st.sampled_from(["claim", "take_over", "release", "reopen"]), people),
    st.tuples(st.sampled_from([A.APPROVE, A.REFUSE, A.RETURN]), people),
    st.tuples(st.sampled_from(["apply", "withdraw", "lapse"]), st.just("")),
)


@dataclass
class Model:
    """What the case must be like."""

    state: CaseState = S.SUBMITTED
    waited: CaseState = S.SUBMITTED
    holder: str = ""
    revision: int = 1

    def wait(self, state: CaseState) -> None:
        self.state, self.waited, self.holder = state, state, ""

    def do(self, deed: str, who: str) -> bool:
        """Move; False when it must be refused and nothing may change."""
        chief = who == "drita"
        if deed in ("claim", "take_over"):
            if self.state not in (*WAITS_FREE, S.IN_REVIEW) or (deed == "take_over" and not chief):
                return False
            if self.state is S.IN_REVIEW and self.holder not in ("", who) and deed == "claim":
                return False
            self.state, self.holder = S.IN_REVIEW, who
        elif deed == "release":
            if self.state is S.IN_REVIEW and self.holder == who:
                self.wait(self.waited)
        elif deed in (A.APPROVE, A.REFUSE, A.RETURN):
            if self.state is not S.IN_REVIEW or self.holder != who:
                return False
            self.state = {A.APPROVE: S.APPROVED, A.REFUSE: S.REFUSED, A.RETURN: S.RETURNED}[A(deed)]
            self.holder = ""
        elif deed == "reopen":
            if not chief or self.state not in (S.APPROVED, S.REFUSED):
                return False
            self.state, self.holder = S.IN_REVIEW, who
        elif deed == "apply":
            self.revision += 1
            if self.state is S.RETURNED:
                self.wait(S.COMPLETED)
            elif self.state not in (*WAITS_FREE, S.IN_REVIEW):
                self.wait(S.SUBMITTED)
        elif deed == "withdraw":
            if self.state in (S.REFUSED, S.WITHDRAWN):
                return False
            self.state, self.holder = S.WITHDRAWN, ""
        elif deed == "lapse" and self.state is S.IN_REVIEW:
            self.wait(self.waited)
        return True


class Life:
    """One case at a real server."""

    def __init__(self, server: Server, clock: SettableClock) -> None:
        self.server, self.clock = server, clock
        number = next(NUMBERS)
        self.submission = replace(
            invented_voter.request(f"01990000-0000-7000-a000-{number:012x}"),
            account_id=f"01990000-0000-7000-b000-{number:012x}",
        )
        self.case_id = self.submission.request_id
        self.receive(self.submission)

    def receive(self, submission: RequestSubmission) -> None:
        server, config = self.server, self.server.config()
        arrived = {"kiosk_id": "k-1", "received": server.clock.now()}
        contact = Contact(ContactKind.EMAIL, f"{submission.account_id[-6:]}@example.org")
        with server.store.write() as unit:
            account = invented_voter.account(submission.account_id, contact=contact)
            accounts.adopt(unit, server, config, account, packet_id=f"a-{account.account_id}", **arrived)  # type: ignore[arg-type]
            packet_id = f"r-{submission.request_id}-{submission.revision}"
            case_intake.receive(unit, server, config, submission, packet_id=packet_id, **arrived)  # type: ignore[arg-type]

    @property
    def case(self) -> cases.Case:
        with self.server.store.read() as connection:
            found = cases.get(connection, self.server.election, self.case_id)
        assert found is not None
        return found

    def do(self, deed: str, who: str) -> bool:
        try:
            self._do(deed, who)
        except Problem:
            return False
        return True

    def _do(self, deed: str, who: str) -> None:
        server, master = self.server, self.server.master
        if deed == "apply":
            self.submission = replace(self.submission, revision=self.submission.revision + 1)
            self.receive(self.submission)
            return
        if deed == "lapse":
            self.clock.advance(minutes=16)
            keeper.keep(server)
            return
        version = self.case.version
        with server.store.write() as unit:
            if deed in ("claim", "take_over"):
                leases.claim(unit, master, WHO[who], self.case_id, take_over=deed == "take_over")
            elif deed == "release":
                leases.release(unit, master, WHO[who], self.case_id)
            elif deed == "reopen":
                leases.reopen(unit, master, WHO[who], self.case_id, "Gabim.")
            elif deed == "withdraw":
                cases.apply_transition(
                    unit, master, self.case_id, A.WITHDRAW, Actor.APPLICANT, actor_id="v", expected_version=None
                )
            else:
                reasons = ("unreadable",) if deed == A.REFUSE else ()
                decisions.decide(
                    unit,
                    master,
                    WHO[who],
                    self.case_id,
                    action=A(deed),
                    version=version,
                    reasons=reasons,
                    comment="Shtoni faqen.",
                )


@given(story=st.lists(deeds, max_size=14))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_sequence_of_deeds_goes_by_the_table(
    server: Server, clock: SettableClock, story: list[tuple[str, str]]
) -> None:
    life, model = Life(server, clock), Model()
    before = life.case
    for deed, who in story:
        allowed = model.do(deed, who)
        assert life.do(deed, who) is allowed, (deed, who)
        now = life.case
        assert (now.state, now.claimed_by, now.revision) == (model.state, model.holder, model.revision), (deed, who)
        # A version is never used twice: who acts on an old look is told so.
        moved = (now.state, now.claimed_by, now.revision) != (before.state, before.claimed_by, before.revision)
        assert now.version > before.version if moved else now.version >= before.version
        assert (now.lease_until is None) is (now.state is not S.IN_REVIEW)
        before = now

    with server.store.read() as connection:
        history = cases.history(connection, server, before)
    assert [event.version for event in history] == list(range(1, before.version + 1))
    legal = {(row.source, row.action.value, row.target) for row in TRANSITIONS}
    for earlier, event in itertools.pairwise(history):
        assert event.source == earlier.target
        in_place = event.action == "replace" and event.source == event.target
        assert in_place or (event.source, event.action, event.target) in legal
