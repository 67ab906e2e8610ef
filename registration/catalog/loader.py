"""From a YAML file to a `Service`. The whole vocabulary of domain.md A5.14 is read here, and nothing else is let by."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from registration.catalog.definitions import (
    NO_LABELS,
    Actor,
    AttachmentKind,
    Condition,
    Field,
    FieldType,
    Finish,
    GroupRule,
    Labels,
    Mandatory,
    Option,
    PersonGroup,
    ReviewRule,
    Service,
    ServiceTransition,
    Source,
    StatusLabel,
    Step,
    StepKind,
)
from registration.catalog.reader import DefinitionProblem, Entry, parse
from registration.errors import StaffMustFix
from registration.model.ids import FieldId, ServiceId, StepId

T = TypeVar("T")

_ID = re.compile(r"[a-z][a-z0-9_]*([.\-][a-z0-9_]+)*")
_LANGUAGE = re.compile(r"[a-z]{2}")

_NEEDS = {
    StepKind.FORM: "fields",
    StepKind.PICK_LIST: "options",
    StepKind.LOOKUP: "key",
    StepKind.PERSON_LIST: "groups",
    StepKind.SUBJECT_LIST: "groups",
    StepKind.GENERATED_DOCUMENTS: "documents",
    StepKind.ATTACHMENTS: "kinds",
    StepKind.OCR_REVIEW: "reads",
    StepKind.DONE: "buttons",
}
"""The member without which a kind of step has nothing to show."""


def load_service(file: Path) -> Service:
    """Read and check one definition.

    Raises:
        DefinitionProblem: the file is wrong; names file, line and field.
        StaffMustFix: ``service.unreadable``, the file is not there or not UTF-8 text.
    """
    try:
        content = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise StaffMustFix("service.unreadable", file=file.name) from None
    return read_service(content, file.name)


def load_catalog(folder: Path) -> tuple[Service, ...]:
    """Read every ``*.yaml`` of a folder, ordered by id; two files may not define the same service."""
    services: dict[ServiceId, Service] = {}
    for file in sorted(folder.glob("*.yaml")):
        service = load_service(file)
        if service.id in services:
            raise DefinitionProblem("service.duplicate", file=file.name, line=1, field="id", found=service.id)
        services[service.id] = service
    return tuple(services[key] for key in sorted(services))


def read_service(content: str, file: str) -> Service:
    """Read a definition from its text; `file` is its name for complaints."""
    entry = parse(content, file)
    steps_entry = entry.need("steps")
    service = Service(
        id=ServiceId(_id(entry.need("id"))),
        title=_labels(entry.need("title")),
        actor=entry.need("actor").one_of(Actor),
        steps=_unique(steps_entry, _step),
        finish=_maybe(entry, "finish", partial(_enum, Finish)) or Finish.CASE,
        menu=_list(entry, "menu", _labels),
        prerequisites=_list(entry, "prerequisites", Entry.text),
        outputs=_list(entry, "outputs", _option),
        statuses=_list(entry, "statuses", _status),
        transitions=_list(entry, "transitions", _transition),
        notifications=_list(entry, "notifications", Entry.text),
        group_rule=_maybe(entry, "group_rule", _group_rule),
        payment=_maybe(entry, "payment", Entry.text) or "",
        review=_maybe(entry, "review", _review),
    )
    entry.close()
    _check_references(service, steps_entry)
    return service


def _check_references(service: Service, steps: Entry) -> None:
    """A step may only point to an earlier step of the same service; the last step is the only `done`."""
    if not service.steps:
        steps.fail("missing")
    seen: set[StepId] = set()
    for step, entry in zip(service.steps, steps.list(lambda e: e), strict=True):
        for target in (*step.depends_on, *filter(None, (step.reads, step.must_match))):
            if target not in seen:
                entry.fail("no_such", found=target)
        seen.add(step.id)
        if (step.kind is StepKind.DONE) != (step is service.steps[-1]):
            entry.fail("not_one_of", found=step.kind, allowed="done is the last step, and only that")
        ids = {f.id for f in step.fields}
        for item in step.fields:
            about = item.visible_when.about if item.visible_when else ""
            if about and not about.startswith("fact.") and about not in ids:
                entry.fail("no_such", found=about)


def _step(entry: Entry) -> Step:
    kind = entry.need("kind").one_of(StepKind)
    needed = _NEEDS.get(kind)
    if needed and entry.get(needed) is None and not (kind is StepKind.PICK_LIST and entry.get("lists")):
        entry.need(needed)
    step = Step(
        id=StepId(_id(entry.need("id"))),
        kind=kind,
        title=_labels(entry.need("title")),
        text=_maybe(entry, "text", _labels) or NO_LABELS,
        warning=_maybe(entry, "warning", _labels) or NO_LABELS,
        next=_maybe(entry, "next", _labels) or NO_LABELS,
        skip=_maybe(entry, "skip", _labels) or NO_LABELS,
        depends_on=tuple(StepId(s) for s in _list(entry, "depends_on", Entry.text)),
        no_return=_maybe(entry, "no_return", Entry.flag) or False,
        fields=_unique_in(entry, "fields", _field),
        choose_one=_maybe(entry, "choose_one", Entry.flag) or False,
        optional=_maybe(entry, "optional", Entry.flag) or False,
        options=_unique_in(entry, "options", _option),
        minimum=_number(entry, "minimum", 1),
        maximum=_number(entry, "maximum", 1),
        reads=StepId(_maybe(entry, "reads", Entry.text) or "") or None,
        must_match=StepId(_maybe(entry, "must_match", Entry.text) or "") or None,
        kinds=_unique_in(entry, "kinds", _attachment_kind),
        kinds_from=_maybe(entry, "kinds_from", Entry.text) or "",
        modes=_list(entry, "modes", Entry.text),
        digits=_number(entry, "digits", 6),
        resend=_maybe(entry, "resend", _labels) or NO_LABELS,
        key=FieldId(_maybe(entry, "key", Entry.text) or "") or None,
        fills=tuple(FieldId(f) for f in _list(entry, "fills", Entry.text)),
        not_found=_maybe(entry, "not_found", _labels) or NO_LABELS,
        groups=_unique_in(entry, "groups", _person_group),
        documents=_unique_in(entry, "documents", _option),
        lists=_list(entry, "lists", _named_list),
        buttons=_list(entry, "buttons", _option),
    )
    entry.close()
    return step


def _field(entry: Entry) -> Field:
    mandatory = entry.get("mandatory")
    field = Field(
        id=FieldId(_id(entry.need("id"))),
        label=_labels(entry.need("label")),
        type=_maybe(entry, "type", partial(_enum, FieldType)) or FieldType.TEXT,
        mandatory=_mandatory(mandatory) if mandatory else Mandatory.YES,
        source=_maybe(entry, "source", partial(_enum, Source)) or Source.MANUAL,
        hint=_maybe(entry, "hint", _labels) or NO_LABELS,
        options=_unique_in(entry, "options", _option),
        visible_when=_maybe(entry, "visible_when", _condition),
        max_length=_number(entry, "max_length", 120),
    )
    if field.type is FieldType.CHOICE and not field.options:
        entry.need("options")
    entry.close()
    return field


def _mandatory(entry: Entry) -> Mandatory:
    """YAML reads a bare ``yes`` as a boolean; both forms are meant."""
    words = {"true": Mandatory.YES, "false": Mandatory.NO}
    return words.get(entry.text().lower()) or entry.one_of(Mandatory)


def _condition(entry: Entry) -> Condition:
    values = entry.get("in")
    condition = Condition(
        about=entry.need("about").text(),
        values=values.list(Entry.text) if values else (entry.need("equals").text(),),
    )
    entry.close()
    return condition


def _option(entry: Entry) -> Option:
    option = Option(
        _id(entry.need("id"), colon=True), _labels(entry.need("label")), _maybe(entry, "detail", _labels) or NO_LABELS
    )
    entry.close()
    return option


def _attachment_kind(entry: Entry) -> AttachmentKind:
    kind = AttachmentKind(
        id=_id(entry.need("id")),
        label=_labels(entry.need("label")),
        mandatory=_maybe(entry, "mandatory", Entry.flag) or False,
        linking=_maybe(entry, "linking", Entry.flag) or False,
        signed_copy_of=_maybe(entry, "signed_copy_of", Entry.text) or "",
    )
    entry.close()
    return kind


def _person_group(entry: Entry) -> PersonGroup:
    group = PersonGroup(
        id=_id(entry.need("id")),
        label=_labels(entry.need("label")),
        roles=_unique_in(entry, "roles", _option),
        key=FieldId(_maybe(entry, "key", Entry.text) or "") or None,
        fills=tuple(FieldId(f) for f in _list(entry, "fills", Entry.text)),
        fields=_unique_in(entry, "fields", _field),
        foreign_fields=_unique_in(entry, "foreign_fields", _field),
        minimum=_number(entry, "minimum", 1),
    )
    entry.close()
    return group


def _named_list(entry: Entry) -> tuple[str, tuple[Option, ...]]:
    named = (_id(entry.need("id")), _unique_in(entry, "options", _option))
    entry.close()
    return named


def _status(entry: Entry) -> StatusLabel:
    status = StatusLabel(entry.need("id").text(), _labels(entry.need("label")))
    entry.close()
    return status


def _transition(entry: Entry) -> ServiceTransition:
    transition = ServiceTransition(
        source=entry.need("from").text(),
        target=entry.need("to").text(),
        by=entry.need("by").text(),
        trigger=_maybe(entry, "trigger", Entry.text) or "",
        comment_required=_maybe(entry, "comment_required", Entry.flag) or False,
    )
    entry.close()
    return transition


def _group_rule(entry: Entry) -> GroupRule:
    rule = GroupRule(
        entry.need("per").text(),
        entry.need("minimum").number(),
        _labels(entry.need("status")),
        _labels(entry.need("button")),
    )
    entry.close()
    return rule


def _review(entry: Entry) -> ReviewRule:
    returns = entry.get("returns")
    rule = ReviewRule(
        deadline_days=_number(entry, "deadline_days", 5),
        notify=_list(entry, "notify", Entry.text),
        four_eyes=_maybe(entry, "four_eyes", Entry.flag) or False,
        returns=returns.flag() if returns else True,
    )
    entry.close()
    return rule


def _labels(entry: Entry) -> Labels:
    """A map of language to words. A single text is allowed where a public guide gives only Albanian."""
    if not entry.is_map():
        return Labels(MappingProxyType({"sq": entry.text()}))
    words: dict[str, str] = {}
    for language, value in entry.items():
        if not _LANGUAGE.fullmatch(language):
            value.fail("unknown_key", found=language)
        words[language] = value.text()
    if "sq" not in words:
        entry.need("sq")
    return Labels(MappingProxyType(words))


def _id(entry: Entry, *, colon: bool = False) -> str:
    text = entry.text()
    if not _ID.fullmatch(text.replace(":", ".", 1) if colon else text):
        entry.fail("not_one_of", found=text, allowed="a-z 0-9 _ . -")
    return text


def _enum(kind: type[T], entry: Entry) -> T:
    return entry.one_of(kind)  # type: ignore[type-var]  # partial() loses the StrEnum bound


def _maybe(entry: Entry, key: str, read: Callable[[Entry], T]) -> T | None:
    found = entry.get(key)
    return None if found is None else read(found)


def _number(entry: Entry, key: str, default: int) -> int:
    found = entry.get(key)
    return default if found is None else found.number()


def _list(entry: Entry, key: str, read: Callable[[Entry], T]) -> tuple[T, ...]:
    found = entry.get(key)
    return () if found is None else found.list(read)


def _unique_in(entry: Entry, key: str, read: Callable[[Entry], T]) -> tuple[T, ...]:
    found = entry.get(key)
    return () if found is None else _unique(found, read)


def _unique(entry: Entry, read: Callable[[Entry], T]) -> tuple[T, ...]:
    """Read a list whose elements have ids, all different."""
    seen: set[str] = set()

    def once(item: Entry) -> T:
        value = read(item)
        name: str = value.id  # type: ignore[attr-defined]  # every reader used here returns something with an id
        if name in seen:
            item.fail("duplicate", found=name)
        seen.add(name)
        return value

    return entry.list(once)
