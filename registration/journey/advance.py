"""`advance(service, state, event, facts)`: the only way a journey moves. Pure; tested without a window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from registration.catalog.definitions import Service, Step, StepKind
from registration.journey.answers import (
    ANSWER_OF,
    Answer,
    AttachmentsAnswer,
    ConfirmAnswer,
    FormAnswer,
    SkippedAnswer,
)
from registration.journey.checks import canonical, check_answer, visible_fields
from registration.journey.state import (
    Answered,
    ChangeAsked,
    CodeResent,
    Delivered,
    Event,
    Facts,
    IllegalEvent,
    Kept,
    Origin,
    ProofsChecked,
    State,
    Submitted,
    WentBack,
)
from registration.model.documents import ProofVerdict
from registration.model.ids import AttachmentId, StepId
from registration.model.person import Severity


def begin(service: Service, origin: Origin | None = None, answers: tuple[tuple[StepId, Answer], ...] = ()) -> State:
    """Return the first state; `answers` prefill a new version of an earlier request."""
    return State(service.id, service.steps[0].id, origin=origin, answers=answers)


def advance(service: Service, state: State, event: Event, facts: Facts) -> State:
    """Return the state that follows `event`. Touches nothing outside.

    Raises:
        IllegalEvent: the event does not fit the step.
    """
    step = service.step(state.step)
    match event:
        case Answered(step=name, answer=answer) if name == state.step and _fits(step, answer):
            return _answered(service, state, step, answer, facts)
        case Kept(step=name, answer=answer) if name == state.step and _fits(step, answer):
            kept = _put(service, state, step, answer)
            return replace(kept, attempt=None, problems=(), warned=())
        case WentBack() if state.trail:
            target = state.trail[-1]
            back_at_summary = service.step(target).kind is StepKind.SUMMARY
            return _at(state, target, state.trail[:-1], changing=state.changing and not back_at_summary)
        case ChangeAsked(step=target) if step.kind is StepKind.SUMMARY and may_change(service, state, target):
            return _at(state, target, (*state.trail, state.step), changing=True)
        case ProofsChecked(step=target, verdicts=verdicts):
            return _judged(state, target, dict(verdicts))
        case CodeResent() if step.kind is StepKind.CODE_ENTRY:
            return _resent(state)
        case Submitted(reference=reference, when=when) if step.kind is StepKind.DONE and not state.reference:
            return replace(state, reference=reference, submitted=when)
        case Delivered() if step.kind is StepKind.DONE:
            return replace(state, delivered=True)
    raise IllegalEvent(f"{type(event).__name__} at {state.step}")


def may_change(service: Service, state: State, target: StepId) -> bool:
    """Tell whether the summary may send the voter to a step: answered, and not behind a point of no return."""
    names = [s.id for s in service.steps]
    if target not in names or names.index(target) >= names.index(state.step):
        return False
    locked = max((i for i, s in enumerate(service.steps) if s.no_return and i < names.index(state.step)), default=-1)
    return names.index(target) > locked and any(name == target for name, _ in state.answers)


def submits(service: Service, step: Step) -> bool:
    """Tell whether answering this step sends everything off: it is the last one before `done`."""
    return len(service.steps) > 1 and service.steps[-2].id == step.id


def visible(step: Step, state: State, facts: Facts) -> bool:
    """A form whose fields are all hidden is not shown at all."""
    return step.kind is not StepKind.FORM or bool(visible_fields(step, None, facts))


def _fits(step: Step, answer: Answer) -> bool:
    if isinstance(answer, SkippedAnswer):
        return step.optional
    wanted = ANSWER_OF.get(step.kind)
    return wanted is not None and isinstance(answer, wanted)


def _answered(service: Service, state: State, step: Step, answer: Answer, facts: Facts) -> State:
    findings = check_answer(service, step, answer, state, facts)
    hard = tuple(f for f in findings if f.severity is Severity.HARD)
    soft = tuple(f for f in findings if f.severity is Severity.WARNING)
    unseen = set(soft) - set(state.warned)
    if hard or (unseen and step.kind is StepKind.FORM):
        # Other pages show their warnings before the voter answers; a form can only show them after.
        return replace(state, attempt=answer, problems=hard, warned=soft)
    if isinstance(answer, FormAnswer):
        answer = canonical(step, answer, facts)
    after = _put(service, state, step, answer)
    target = _next(service, after, step, facts)
    trail = () if step.no_return else (*state.trail, step.id)
    if after.changing and service.step(target).kind is StepKind.SUMMARY:
        return _at(after, target, _trail_to(service, after, target, facts), changing=False)
    return _at(after, target, trail, changing=after.changing)


def _next(service: Service, state: State, step: Step, facts: Facts) -> StepId:
    """The next page in order; on the way back to the summary, the next one that still needs an answer."""
    later = service.steps[service.steps.index(step) + 1 :]
    shown = [s for s in later if visible(s, state, facts)]
    if state.changing:
        for candidate in shown:
            if candidate.kind in (StepKind.SUMMARY, StepKind.DONE) or not _complete(service, candidate, state, facts):
                return candidate.id
    return shown[0].id


def _complete(service: Service, step: Step, state: State, facts: Facts) -> bool:
    given = next((a for name, a in state.answers if name == step.id), None)
    return given is not None and not any(
        f.severity is Severity.HARD for f in check_answer(service, step, given, state, facts)
    )


def _trail_to(service: Service, state: State, target: StepId, facts: Facts) -> tuple[StepId, ...]:
    """Back from the summary walks the pages as if the voter had come straight through."""
    trail: list[StepId] = []
    for step in service.steps:
        if step.id == target:
            break
        if visible(step, state, facts):
            trail = [] if step.no_return else [*trail, step.id]
    return tuple(trail)


def _put(service: Service, state: State, step: Step, answer: Answer) -> State:
    """Store an answer; a changed one voids the answers that depend on it."""
    before = next((a for name, a in state.answers if name == step.id), None)
    void = set() if before is None or before == answer else {s.id for s in service.steps if step.id in s.depends_on}
    kept = tuple((name, a) for name, a in state.answers if name != step.id and name not in void)
    return replace(state, answers=(*kept, (step.id, answer)))


def _at(state: State, step: StepId, trail: tuple[StepId, ...], *, changing: bool) -> State:
    return replace(state, step=step, trail=trail, changing=changing, attempt=None, problems=(), warned=())


def _judged(state: State, target: StepId, verdicts: Mapping[AttachmentId, ProofVerdict]) -> State:
    """New verdicts touch the pictures' judgement only, so nothing that depends on the step becomes void."""
    proofs = state.answer(target, AttachmentsAnswer)
    if proofs is None:
        raise IllegalEvent(f"ProofsChecked for {target}, which has no answer")
    items = tuple(replace(item, verdict=verdicts.get(item.id, item.verdict)) for item in proofs.items)
    answers = tuple((name, AttachmentsAnswer(items) if name == target else a) for name, a in state.answers)
    return replace(state, answers=answers)


def _resent(state: State) -> State:
    answers = tuple(
        (name, replace(a, sent=a.sent + 1) if isinstance(a, ConfirmAnswer) else a) for name, a in state.answers
    )
    return replace(state, answers=answers, problems=())
