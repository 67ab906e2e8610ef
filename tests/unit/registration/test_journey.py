"""The journey moves only by its rules, loses nothing, and can be put down and taken up again."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registration.catalog.definitions import StepKind
from registration.journey.advance import advance, begin, may_change, submits
from registration.journey.answers import (
    AttachmentsAnswer,
    CodeAnswer,
    DocumentAnswer,
    FormAnswer,
    PickAnswer,
    ReviewAnswer,
    SeenAnswer,
    SkippedAnswer,
)
from registration.journey.draft import DraftUnreadable, decode_draft, decode_profile, encode_draft, encode_profile
from registration.journey.state import (
    Answered,
    ChangeAsked,
    CodeResent,
    Delivered,
    IllegalEvent,
    Kept,
    ProofsChecked,
    State,
    Submitted,
    WentBack,
)
from registration.model.documents import Found, ProofVerdict
from registration.model.ids import StepId
from tests.unit.registration.people import (
    ACCOUNT,
    ACCOUNT_ANSWERS,
    ADDRESS,
    FACTS,
    NOW,
    PROFILE,
    PROOF,
    REQUEST,
    REQUEST_ANSWERS,
    form,
    walk,
)

SERVICES = ((ACCOUNT, ACCOUNT_ANSWERS), (REQUEST, REQUEST_ANSWERS))


def test_the_account_keeps_the_guides_order() -> None:
    assert [s.id for s in ACCOUNT.steps] == [
        "contact", "contact_confirm", "code", "password", "face", "face_saved", "person", "done",
    ]  # fmt: skip
    assert walk(ACCOUNT, ACCOUNT_ANSWERS, "done").trail


def test_the_request_keeps_the_guides_order() -> None:
    state = walk(REQUEST, REQUEST_ANSWERS, "done")

    assert [name for name, _ in state.answers] == [
        "document_kind", "document", "read_back", "document_saved", "proof", "address", "address_saved",
        "second_contact", "summary",
    ]  # fmt: skip


@pytest.mark.parametrize(("definition", "answers"), SERVICES, ids=["account", "request"])
def test_every_event_at_a_step_it_does_not_fit_is_a_bug(definition, answers) -> None:
    every = [
        *(Answered(StepId(name), a) for name, a in answers.items()),
        *(Kept(StepId(name), a) for name, a in answers.items()),
        *(ChangeAsked(StepId(name)) for name in answers),
        CodeResent(),
        Submitted("PER-0000-0000", NOW),
        Delivered(),
    ]
    for step in definition.steps:
        state = walk(definition, answers, step.id)
        for event in every:
            fits = (
                (isinstance(event, Answered | Kept) and event.step == step.id)
                or (isinstance(event, ChangeAsked) and step.kind is StepKind.SUMMARY and event.step != step.id)
                or (isinstance(event, CodeResent) and step.kind is StepKind.CODE_ENTRY)
                or (isinstance(event, Submitted | Delivered) and step.kind is StepKind.DONE)
            )
            if fits:
                advance(definition, state, event, FACTS)
            else:
                with pytest.raises(IllegalEvent):
                    advance(definition, state, event, FACTS)


def test_an_answer_of_the_wrong_kind_is_a_bug() -> None:
    with pytest.raises(IllegalEvent):
        advance(REQUEST, begin(REQUEST), Answered(StepId("document_kind"), SeenAnswer()), FACTS)
    with pytest.raises(IllegalEvent):
        advance(ACCOUNT, begin(ACCOUNT), Answered(StepId("contact"), SkippedAnswer()), FACTS)


def test_back_keeps_the_data() -> None:
    state = walk(REQUEST, REQUEST_ANSWERS, "address_saved")

    back = advance(REQUEST, state, WentBack(), FACTS)

    assert back.step == "address"
    assert back.answer(StepId("address"), FormAnswer) == ADDRESS


def test_back_on_the_first_page_is_a_bug() -> None:
    with pytest.raises(IllegalEvent):
        advance(ACCOUNT, begin(ACCOUNT), WentBack(), FACTS)


def test_back_never_passes_the_code_or_the_password() -> None:
    assert walk(ACCOUNT, ACCOUNT_ANSWERS, "password").trail == ()
    assert walk(ACCOUNT, ACCOUNT_ANSWERS, "face").trail == ()
    assert walk(ACCOUNT, ACCOUNT_ANSWERS, "person").trail == ("face", "face_saved")


def test_change_returns_straight_to_the_summary() -> None:
    summary = walk(REQUEST, REQUEST_ANSWERS, "summary")

    changing = advance(REQUEST, summary, ChangeAsked(StepId("address")), FACTS)
    there_again = advance(REQUEST, changing, Answered(StepId("address"), form(**_address(city="Lecce"))), FACTS)

    assert changing.step == "address"
    assert changing.changing
    assert there_again.step == "summary"
    assert not there_again.changing
    assert there_again.trail == summary.trail
    assert there_again.answer(StepId("address"), FormAnswer).get("city") == "Lecce"


def test_back_from_a_change_returns_to_the_summary_unchanged() -> None:
    summary = walk(REQUEST, REQUEST_ANSWERS, "summary")
    changing = advance(REQUEST, summary, ChangeAsked(StepId("proof")), FACTS)

    assert advance(REQUEST, changing, WentBack(), FACTS) == summary


def test_another_document_kind_asks_for_its_photos_again_and_nothing_else() -> None:
    summary = walk(REQUEST, REQUEST_ANSWERS, "summary")
    changing = advance(REQUEST, summary, ChangeAsked(StepId("document_kind")), FACTS)

    after = advance(REQUEST, changing, Answered(StepId("document_kind"), PickAnswer("id-card")), FACTS)

    assert after.step == "document"
    assert after.answer(StepId("document"), DocumentAnswer) is None
    assert after.answer(StepId("read_back"), ReviewAnswer) is None
    assert after.answer(StepId("address"), FormAnswer) == ADDRESS


def test_the_same_document_kind_again_voids_nothing() -> None:
    summary = walk(REQUEST, REQUEST_ANSWERS, "summary")
    changing = advance(REQUEST, summary, ChangeAsked(StepId("document_kind")), FACTS)

    assert (
        advance(REQUEST, changing, Answered(StepId("document_kind"), PickAnswer("passport")), FACTS).step == "summary"
    )


def test_the_summary_leads_to_what_was_answered_only() -> None:
    summary = walk(REQUEST, REQUEST_ANSWERS, "summary")

    assert may_change(REQUEST, summary, StepId("address"))
    assert not may_change(REQUEST, summary, StepId("done"))
    assert not may_change(REQUEST, summary, StepId("nowhere"))


def test_what_was_typed_wrongly_is_kept_with_its_findings() -> None:
    state = begin(ACCOUNT)

    tried = advance(ACCOUNT, state, Answered(StepId("contact"), form(phone="069 12", email="")), FACTS)

    assert tried.step == "contact"
    assert [f.code for f in tried.problems] == ["contact.phone_invalid"]
    assert tried.attempt == form(phone="069 12", email="")


def test_values_are_kept_in_their_canonical_form() -> None:
    state = walk(ACCOUNT, ACCOUNT_ANSWERS, "contact_confirm")

    assert state.answer(StepId("contact"), FormAnswer).get("phone") == "+355691234567"


def test_a_warning_on_a_form_is_shown_once_and_then_let_by() -> None:
    person = walk(ACCOUNT, ACCOUNT_ANSWERS, "person")
    doubtful = Answered(
        StepId("person"), form(birth_date="1990-01-01", birth_place="Vlorë", personal_number="J00101999A")
    )

    warned = advance(ACCOUNT, person, doubtful, FACTS)
    again = advance(ACCOUNT, warned, doubtful, FACTS)

    assert warned.step == "person"
    assert [f.code for f in warned.warned] == ["person.number_check_letter"]
    assert again.step == "done"


def test_a_part_of_an_answer_stays_on_its_page() -> None:
    proof = walk(REQUEST, REQUEST_ANSWERS, "proof")

    kept = advance(REQUEST, proof, Kept(StepId("proof"), AttachmentsAnswer((PROOF,))), FACTS)

    assert kept.step == "proof"
    assert kept.answer(StepId("proof"), AttachmentsAnswer).items == (PROOF,)


def test_new_verdicts_void_nothing_and_warn_at_the_address() -> None:
    bad = ProofVerdict(True, Found.YES, Found.NO, True, ("proof.address_differs",))
    state = walk(REQUEST, REQUEST_ANSWERS, "address")
    state = advance(REQUEST, state, ProofsChecked(StepId("proof"), ((PROOF.id, bad),)), FACTS)

    warned = advance(REQUEST, state, Answered(StepId("address"), ADDRESS), FACTS)

    assert state.answer(StepId("proof"), AttachmentsAnswer).items[0].verdict == bad
    assert warned.step == "address"
    assert [f.code for f in warned.warned] == ["proof.address_differs"]
    assert advance(REQUEST, warned, Answered(StepId("address"), ADDRESS), FACTS).step == "address_saved"


def test_verdicts_for_a_step_without_proofs_are_a_bug() -> None:
    with pytest.raises(IllegalEvent):
        advance(REQUEST, begin(REQUEST), ProofsChecked(StepId("proof"), ()), FACTS)


def test_another_code_is_counted() -> None:
    state = walk(ACCOUNT, ACCOUNT_ANSWERS, "code")

    resent = advance(ACCOUNT, state, CodeResent(), FACTS)

    assert [a.sent for _, a in resent.answers if hasattr(a, "sent")] == [2]


def test_without_a_connection_nothing_pretends_to_be_verified() -> None:
    state = walk(ACCOUNT, ACCOUNT_ANSWERS | {"code": CodeAnswer("")}, "done")

    assert not state.answer(StepId("code"), CodeAnswer).verified


def test_the_last_page_takes_its_reference_once() -> None:
    done = walk(REQUEST, REQUEST_ANSWERS, "done")
    sent = advance(REQUEST, done, Submitted("PER-0000-0000", NOW), FACTS)

    assert sent.reference == "PER-0000-0000"
    assert advance(REQUEST, sent, Delivered(), FACTS).delivered
    with pytest.raises(IllegalEvent):
        advance(REQUEST, sent, Submitted("PER-0000-0000", NOW), FACTS)


def test_the_step_before_the_last_sends() -> None:
    assert [s.id for s in ACCOUNT.steps if submits(ACCOUNT, s)] == ["person"]
    assert [s.id for s in REQUEST.steps if submits(REQUEST, s)] == ["summary"]


@pytest.mark.parametrize(("definition", "answers"), SERVICES, ids=["account", "request"])
def test_a_draft_put_down_at_any_step_is_taken_up_the_same(definition, answers) -> None:
    for step in definition.steps:
        state = walk(definition, answers, step.id)
        assert decode_draft(encode_draft(state)) == state


def test_a_draft_of_another_format_is_not_guessed_at() -> None:
    content = encode_draft(begin(ACCOUNT)).replace(b'"format": 1', b'"format": 9')

    with pytest.raises(DraftUnreadable, match="format 9"):
        decode_draft(content)
    with pytest.raises(DraftUnreadable):
        decode_draft(b"{}")


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_damaged_draft_never_crashes_otherwise(data) -> None:
    content = bytearray(encode_draft(walk(REQUEST, REQUEST_ANSWERS, "summary")))
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(DraftUnreadable):
        assert isinstance(decode_draft(bytes(content)), State)


def test_a_profile_survives_its_sealing() -> None:
    assert decode_profile(encode_profile(PROFILE)) == PROFILE


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_walk_of_legal_events_ends_with_every_answer_kept(data) -> None:
    """Random Back, Change and answers: the journey always reaches its end and nothing given is lost."""
    state = begin(REQUEST)
    for _ in range(40):
        moves = ["answer"] * 3
        if state.trail:
            moves.append("back")
        changeable = [s.id for s in REQUEST.steps if may_change(REQUEST, state, s.id)]
        if REQUEST.step(state.step).kind is StepKind.SUMMARY and changeable:
            moves.append("change")
        move = data.draw(st.sampled_from(moves))
        if state.step == "done":
            break
        before = {name for name, _ in state.answers}
        if move == "back":
            state = advance(REQUEST, state, WentBack(), FACTS)
        elif move == "change":
            state = advance(REQUEST, state, ChangeAsked(data.draw(st.sampled_from(changeable))), FACTS)
        else:
            state = advance(REQUEST, state, Answered(state.step, REQUEST_ANSWERS[state.step]), FACTS)
        assert before <= {name for name, _ in state.answers}
    while state.step != "done":
        state = advance(REQUEST, state, Answered(state.step, REQUEST_ANSWERS[state.step]), FACTS)
    assert {name for name, _ in state.answers} == set(REQUEST_ANSWERS)


def _address(**changed: str) -> dict[str, str]:
    return {str(v.id): v.value for v in ADDRESS.values} | changed


def test_states_are_frozen() -> None:
    with pytest.raises(AttributeError):
        begin(ACCOUNT).step = StepId("done")  # type: ignore[misc]
    assert replace(begin(ACCOUNT), delivered=True) != begin(ACCOUNT)
