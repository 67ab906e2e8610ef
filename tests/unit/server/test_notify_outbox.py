"""The outbox: with the deed or not at all, once for a deed, leased, retried, given up, forgotten."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from registration.errors import VoterCanFix
from registration.model.case import REFUSAL_REASONS
from registration.model.contact import Contact, ContactKind
from resources import texts
from server.audit import events as audit_events
from server.notify.dispatcher import BREAKS_AFTER, BROKEN_FOR, UNKNOWN_TRIES, Dispatcher, Route
from server.notify.file import FileTransport
from server.notify.messages import SMS_COMMENT, Channel, Message, Template, render
from server.notify.outbox import LEASE, Caps, DeliveryState, Outbox, count_by_state, notifications
from server.notify.transport import Accepted, Outcome, Permanent, Report, Temporary, Unknown
from tests.databases import Database
from tests.fakes.server_store import ServerStore, open_store

PHONE = Contact(ContactKind.PHONE, "+355691234567")
EMAIL = Contact(ContactKind.EMAIL, "arta.specimen@example.org")
CODE = {"code": "493817", "minutes": 3}


@dataclass
class ScriptedTransport:
    """Answers with its script, one outcome a call, the last one for ever."""

    script: list[Outcome]
    name: str = "scripted"
    sent: list[Message] = field(default_factory=list)
    reports: list[Report] = field(default_factory=list)

    def send(self, message: Message) -> Outcome:
        self.sent.append(message)
        return self.script[min(len(self.sent), len(self.script)) - 1]

    def collect(self) -> list[Report]:
        found, self.reports = self.reports, []
        return found

    def close(self) -> None:
        pass


@dataclass
class Post:
    room: ServerStore
    outbox: Outbox

    def put(self, template: Template = Template.APPROVED, contact: Contact = PHONE, **options: object) -> str:
        places = CODE if template is Template.CODE else {"reference": "PER-0000-0000", "days": 5}
        with self.room.store.write() as unit:
            return self.outbox.enqueue(unit, template, contact, "sq", places, **options)  # type: ignore[arg-type]

    def dispatch(self, *transports: ScriptedTransport) -> int:
        return self.dispatcher(*map(Route, transports)).run_once()

    def dispatcher(self, *routes: Route) -> Dispatcher:
        return Dispatcher(self.room.store, self.outbox, {Channel.SMS: routes, Channel.EMAIL: routes}, lambda: 1.0)

    def row(self, message_id: str):  # type: ignore[no-untyped-def]
        with self.room.store.read() as connection:
            wanted = select(notifications).where(notifications.c.message_id == message_id)
            return connection.execute(wanted).one()

    def due(self) -> bool:
        with self.room.store.read() as connection:
            return self.outbox.due(connection, self.room.store.election, self.room.clock.now())


@pytest.fixture
def post(database: Database, tmp_path: Path) -> Iterator[Post]:
    with open_store(database, tmp_path) as room:
        yield Post(room, Outbox(room.master))


def test_a_message_exists_only_with_its_deed(post: Post) -> None:
    class Broken(Exception):
        pass

    with pytest.raises(Broken), post.room.store.write() as unit:  # noqa: PT012
        post.outbox.enqueue(unit, Template.APPROVED, PHONE, "sq", {"reference": "PER-0000-0000"})
        raise Broken
    assert not post.due()


def test_what_waits_is_sealed_and_what_is_done_is_forgotten(post: Post) -> None:
    message_id = post.put(Template.CODE)
    sealed = post.row(message_id).sealed
    assert sealed
    for secret in (PHONE.value, "493817", PHONE.masked):
        assert secret.encode() not in sealed
    transport = ScriptedTransport([Accepted("p-1")])
    assert post.dispatch(transport) == 1
    row = post.row(message_id)
    assert (row.state, row.sealed, row.provider_id, row.attempts) == (DeliveryState.ACCEPTED, None, "p-1", 1)
    assert transport.sent[0].to == PHONE.value
    assert "493817" in transport.sent[0].words.text
    assert PHONE.value not in repr(transport.sent[0])
    assert post.dispatch(transport) == 0


def test_a_deed_is_told_once(post: Post) -> None:
    first = post.put(dedupe="decision:c:3")
    assert post.put(dedupe="decision:c:3") == first
    assert post.put(dedupe="decision:c:5") != first
    assert post.dispatch(ScriptedTransport([Accepted()])) == 2


def test_a_temporary_failure_is_tried_again_later_and_later(post: Post) -> None:
    message_id = post.put()
    transport = ScriptedTransport([Temporary("busy"), Temporary("busy"), Accepted()])
    waits = []
    for _ in range(2):
        assert post.dispatch(transport) == 1
        row = post.row(message_id)
        assert row.state == DeliveryState.WAITING
        waits.append(row.next_try - post.room.clock.now())
        assert not post.due()
        assert post.dispatch(transport) == 0
        post.room.clock.advance(seconds=waits[-1].total_seconds())
        assert post.due()
    assert waits == [timedelta(seconds=2), timedelta(seconds=4)]
    assert post.dispatch(transport) == 1
    assert len({message.id for message in transport.sent}) == 1


def test_a_provider_that_says_when_is_believed(post: Post) -> None:
    message_id = post.put()
    post.dispatch(ScriptedTransport([Temporary("busy", timedelta(minutes=7))]))
    assert post.row(message_id).next_try - post.room.clock.now() == timedelta(minutes=7)


def test_another_provider_stands_in_for_a_busy_one(post: Post) -> None:
    message_id = post.put()
    busy, other = ScriptedTransport([Temporary("busy")], "first"), ScriptedTransport([Accepted()], "second")
    post.dispatch(busy, other)
    assert (post.row(message_id).state, post.row(message_id).transport) == (DeliveryState.ACCEPTED, "second")


def test_a_refused_message_is_not_sent_again_anywhere(post: Post) -> None:
    message_id = post.put()
    other = ScriptedTransport([Accepted()], "second")
    post.dispatch(ScriptedTransport([Permanent("smtp: 550")], "first"), other)
    row = post.row(message_id)
    assert (row.state, row.problem, row.sealed) == (DeliveryState.REFUSED, "smtp: 550", None)
    assert other.sent == []


def test_a_lost_reply_sends_the_same_message_again_by_the_same_way_and_not_for_ever(post: Post) -> None:
    message_id = post.put(Template.CODE)
    lost, other = ScriptedTransport([Unknown("lost")], "first"), ScriptedTransport([Accepted()], "second")
    for _ in range(UNKNOWN_TRIES + 2):
        post.dispatch(lost, other)
        post.room.clock.advance(seconds=30)
    assert len(lost.sent) == UNKNOWN_TRIES
    assert len({(message.id, message.words.text) for message in lost.sent}) == 1
    assert other.sent == []
    assert post.row(message_id).state == DeliveryState.UNKNOWN


@pytest.mark.parametrize(
    ("template", "age"), [(Template.CODE, timedelta(minutes=10)), (Template.APPROVED, timedelta(days=7))]
)
def test_a_message_too_old_is_given_up(post: Post, template: Template, age: timedelta) -> None:
    message_id = post.put(template)
    transport = ScriptedTransport([Temporary("busy")])
    post.dispatch(transport)
    post.room.clock.advance(seconds=age.total_seconds() - 1)
    post.dispatch(transport)
    assert len(transport.sent) == 2
    post.room.clock.advance(seconds=1)
    assert post.due()
    assert post.dispatch(transport) == 0
    row = post.row(message_id)
    assert (row.state, row.sealed) == (DeliveryState.EXPIRED, None)
    assert not post.due()


def test_a_code_lives_no_longer_than_its_validity(post: Post) -> None:
    message_id = post.put(Template.CODE, max_age=timedelta(seconds=180))
    assert post.row(message_id).expires - post.room.clock.now() == timedelta(seconds=180)


def test_a_leased_message_is_nobody_elses_until_the_lease_ends(post: Post) -> None:
    post.put()
    assert len(post.outbox.lease(post.room.store)) == 1
    assert post.outbox.lease(post.room.store) == []
    post.room.clock.advance(seconds=LEASE.total_seconds())
    assert len(post.outbox.lease(post.room.store)) == 1


def test_a_destination_gets_its_share_of_codes_and_no_more(post: Post) -> None:
    for _ in range(5):
        post.put(Template.CODE)
        post.room.clock.advance(minutes=1)
    with pytest.raises(VoterCanFix) as caught:
        post.put(Template.CODE)
    assert (caught.value.code, caught.value.params) == ("code.too_many", {"minutes": 55})
    post.put(Template.CODE, EMAIL)
    post.put(Template.APPROVED)
    post.room.clock.advance(minutes=55)
    post.put(Template.CODE)


def test_ten_codes_a_day_are_the_most(post: Post) -> None:
    for _ in range(10):
        post.put(Template.CODE)
        post.room.clock.advance(hours=1)
    with pytest.raises(VoterCanFix):
        post.put(Template.CODE)


def test_other_messages_over_the_cap_wait_and_are_not_lost(post: Post) -> None:
    post.outbox = Outbox(post.room.master, Caps(others_per_day=2))
    ids = [post.put() for _ in range(3)]
    transport = ScriptedTransport([Accepted()])
    assert post.dispatch(transport) == 2
    assert post.row(ids[2]).state == DeliveryState.WAITING
    post.room.clock.advance(days=1)
    assert post.dispatch(transport) == 1


def test_a_channel_without_a_transport_waits(post: Post) -> None:
    message_id = post.put()
    post.dispatch()
    assert post.row(message_id).state == DeliveryState.WAITING
    with post.room.store.read() as connection:
        assert count_by_state(connection, post.room.store.election) == {"waiting": 1}


def test_old_settled_messages_are_swept_and_waiting_ones_are_not(post: Post) -> None:
    post.put()
    post.dispatch(ScriptedTransport([Accepted()]))
    post.room.clock.advance(days=29)
    post.put()
    swept = []
    for _ in range(2):
        with post.room.store.write() as unit:
            swept.append(post.outbox.sweep(unit))
        post.room.clock.advance(days=1)
    assert swept == [0, 1]
    assert post.due()


# ---------------------------------------------------------------- several providers


def test_a_provider_that_fails_again_and_again_rests_and_is_tried_by_one_message(post: Post) -> None:
    bad, good = ScriptedTransport([Temporary("down")], "bad"), ScriptedTransport([Accepted("1")], "good")
    dispatcher = post.dispatcher(Route(bad), Route(good))
    for number in range(BREAKS_AFTER + 3):
        post.put(contact=Contact(ContactKind.PHONE, f"+3556912345{number:02d}"))
        dispatcher.run_once()
    assert len(bad.sent) == BREAKS_AFTER
    assert len(good.sent) == BREAKS_AFTER + 3

    post.room.clock.advance(seconds=BROKEN_FOR.total_seconds())
    for number in range(3):
        post.put(contact=Contact(ContactKind.PHONE, f"+3556912346{number:02d}"))
        dispatcher.run_once()
    assert len(bad.sent) == BREAKS_AFTER + 1, "one message tried it again"

    bad.script = [Accepted("2")]
    post.room.clock.advance(seconds=BROKEN_FOR.total_seconds())
    for number in range(3):
        post.put(contact=Contact(ContactKind.PHONE, f"+3556912347{number:02d}"))
        dispatcher.run_once()
    assert len(bad.sent) == BREAKS_AFTER + 4, "it is the preferred one again"


def test_a_refused_message_is_no_fault_of_the_provider(post: Post) -> None:
    picky = ScriptedTransport([Permanent("bad number")], "picky")
    dispatcher = post.dispatcher(Route(picky))
    for number in range(BREAKS_AFTER + 2):
        post.put(contact=Contact(ContactKind.PHONE, f"+3556912345{number:02d}"))
        dispatcher.run_once()
    assert len(picky.sent) == BREAKS_AFTER + 2


def test_a_provider_gets_the_countries_it_serves(post: Post) -> None:
    italian, other = ScriptedTransport([Accepted("1")], "italian"), ScriptedTransport([Accepted("2")], "other")
    routes = (Route(italian, frozenset({"IT"})), Route(other))
    post.put(contact=Contact(ContactKind.PHONE, "+393471234567"))
    post.put(contact=PHONE)
    post.dispatcher(*routes).run_once()
    assert [message.to for message in italian.sent] == ["+393471234567"]
    assert [message.to for message in other.sent] == [PHONE.value]


def test_a_country_gets_its_share_of_a_day_and_the_rest_tomorrow(post: Post) -> None:
    capped = Post(post.room, Outbox(post.outbox._master, Caps(countries={"IT": 2})))
    provider = ScriptedTransport([Accepted("1")])
    for number in range(4):
        capped.put(contact=Contact(ContactKind.PHONE, f"+3934712345{number:02d}"))
    capped.put(contact=PHONE)
    dispatcher = capped.dispatcher(Route(provider))
    dispatcher.run_once()
    assert len(provider.sent) == 3, "two to Italy, one to Albania"
    with post.room.store.read() as connection:
        told = connection.execute(select(audit_events).where(audit_events.c.kind == "outbox.country_cap")).all()
    assert len(told) == 1
    post.room.clock.advance(days=1)
    dispatcher.run_once()
    assert len(provider.sent) == 5


# ---------------------------------------------------------------- delivery reports


def test_a_report_is_noted_with_its_message_and_the_last_word_counts(post: Post) -> None:
    provider = ScriptedTransport([Accepted("id-7")])
    message = post.put()
    dispatcher = post.dispatcher(Route(provider))
    dispatcher.run_once()
    provider.reports = [Report("id-7", delivered=False), Report("nobody's", delivered=True)]
    assert dispatcher.collect() == 1
    assert post.row(message).report == "failed"
    provider.reports = [Report("id-7", delivered=True)]
    dispatcher.collect()
    assert (post.row(message).report, post.row(message).state) == ("delivered", DeliveryState.ACCEPTED)


# ---------------------------------------------------------------- the file outbox


def test_the_file_outbox_shows_what_a_phone_would_but_never_whom(post: Post, tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    for template, contact in ((Template.CODE, PHONE), (Template.APPROVED, EMAIL)):
        post.put(template, contact)
        file = FileTransport(folder)
        post.dispatcher(Route(file)).run_once()
    assert sorted(file.name for file in folder.iterdir()) == ["000001-code.json", "000002-decision.json"]
    first = json.loads((folder / "000001-code.json").read_text(encoding="utf-8"))
    assert set(first) == {"id", "kind", "channel", "to", "language", "text", "created"}
    assert (first["kind"], first["channel"], first["to"]) == ("code", "sms", PHONE.masked)
    assert first["created"] == "2029-02-01T09:00:00.000Z"
    everything = "".join(file.read_text(encoding="utf-8") for file in folder.iterdir())
    assert PHONE.value not in everything
    assert EMAIL.value not in everything


def test_the_file_outbox_writes_a_copy_once_even_after_a_restart(post: Post, tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    post.put()
    (leased,) = post.outbox.lease(post.room.store)
    for _ in range(2):
        transport = FileTransport(folder)
        transport.send(leased.message)
        transport.send(leased.message)
    assert len(list(folder.iterdir())) == 1


def test_a_folder_that_cannot_be_written_is_a_temporary_failure(post: Post, tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    transport = FileTransport(folder)
    folder.rmdir()
    post.put()
    (leased,) = post.outbox.lease(post.room.store)
    assert isinstance(transport.send(leased.message), Temporary)
    folder.mkdir()
    assert isinstance(transport.send(leased.message), Accepted)


# ---------------------------------------------------------------- the words

PLACES = {"code": "493817", "minutes": 3, "reference": "PER-1234-5678", "days": 5, "comment": "Faqja mungon."}


@pytest.mark.parametrize("lang", texts.LANGUAGES)
@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("template", Template)
def test_every_message_has_words_in_every_language(template: Template, channel: Channel, lang: str) -> None:
    places = PLACES | {"reasons": ",".join(REFUSAL_REASONS)}
    words = render(template, channel, lang, places)
    assert words.text
    assert "{" not in words.text + words.subject
    assert bool(words.subject) == (channel is Channel.EMAIL)
    if template not in (Template.CONFIRM_CONTACT, Template.PASSWORD_CHANGED):
        assert ("493817" if template is Template.CODE else "PER-1234-5678") in words.text


def test_a_refusal_names_its_reasons_and_the_comment_only_when_there_is_one() -> None:
    reasons = {"reference": "PER-1", "reasons": "unreadable,under_age"}
    with_comment = render(Template.REFUSED, Channel.SMS, "sq", reasons | {"comment": "Faqja e dytë."}).text
    without = render(Template.REFUSED, Channel.SMS, "sq", reasons | {"comment": " "}).text
    for text in (with_comment, without):
        assert "dokumenti nuk lexohet; nuk keni mbushur 18 vjeç" in text
    assert "Faqja e dytë." in with_comment
    assert "Komenti" not in without


def test_a_long_comment_is_cut_in_an_sms_and_whole_in_an_email() -> None:
    places = {"reference": "PER-1", "comment": "fjalë " * 150}
    assert len(render(Template.RETURNED, Channel.SMS, "sq", places).text) < SMS_COMMENT + 120
    assert ("fjalë " * 150).strip() in render(Template.RETURNED, Channel.EMAIL, "sq", places).text


def test_braces_in_a_comment_are_only_text() -> None:
    words = render(Template.RETURNED, Channel.EMAIL, "sq", {"reference": "PER-1", "comment": "{code} {0}"})
    assert "{code} {0}" in words.text


def test_a_language_that_is_not_complete_gets_albanian() -> None:
    assert render(Template.APPROVED, Channel.SMS, "xx", PLACES) == render(Template.APPROVED, Channel.SMS, "sq", PLACES)
