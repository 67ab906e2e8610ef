"""Definitions: the shipped ones load, and a wrong one is refused with its file, line and field."""

from __future__ import annotations

import pytest

import resources
from registration.catalog.definitions import Finish
from registration.catalog.loader import load_catalog, load_service, read_service
from registration.catalog.reader import DefinitionProblem
from registration.errors import StaffMustFix

SMALL = """\
id: ks.small
title: {sq: "Shërbim", en: "Service"}
actor: legal
steps:
  - id: data
    kind: form
    title: {sq: "Të dhënat", en: "Data"}
    fields:
      - {id: name, label: {sq: "Emri", en: "Name"}}
  - id: done
    kind: done
    title: {sq: "Fund", en: "End"}
    buttons: [{id: leave, label: {sq: "Dil", en: "Exit"}}]
"""


def test_the_shipped_services_load() -> None:
    services = {s.id: s.finish for s in load_catalog(resources.path("services"))}

    assert services["per.account"] is Finish.ACCOUNT
    assert services["per.request"] is Finish.REQUEST
    assert services["per.contact"] is Finish.CONFIRM_CONTACT
    assert read_service(SMALL, "small.yaml").finish is Finish.CASE


def test_a_small_service_needs_no_python() -> None:
    assert [s.kind for s in read_service(SMALL, "small.yaml").steps] == ["form", "done"]


@pytest.mark.parametrize(
    ("old", "new", "code", "line", "field"),
    [
        ("actor: legal", "actor: nobody", "service.not_one_of", 3, "actor"),
        ("actor: legal\n", "", "service.missing", 1, "actor"),
        ("kind: form", "kind: quiz", "service.not_one_of", 6, "steps[1].kind"),
        ("    fields:\n      - {id: name, label: {sq: \"Emri\", en: \"Name\"}}\n", "", "service.missing", 5, "steps[1].fields"),  # noqa: E501
        ("id: name, label", "id: name, colour: red, label", "service.unknown_key", 9, "steps[1].fields[1].colour"),
        ("id: done\n    kind: done", "id: data\n    kind: done", "service.duplicate", 10, "steps[2]"),
        ("{sq: \"Emri\", en: \"Name\"}", "{en: \"Name\"}", "service.missing", 9, "steps[1].fields[1].label.sq"),
        ("    fields:", "    reads: nowhere\n    fields:", "service.no_such", 5, "steps[1]"),
        ("kind: form", "kind: form\n    minimum: many", "service.wrong_type", 7, "steps[1].minimum"),
        ("id: ks.small", "id: KS Small", "service.not_one_of", 1, "id"),
        ("    buttons: [{", "    buttons: [", "service.syntax", 13, "-"),
        ("kind: done", "kind: message", "service.not_one_of", 10, "steps[2]"),
    ],
)  # fmt: skip
def test_every_mistake_names_file_line_and_field(old: str, new: str, code: str, line: int, field: str) -> None:
    assert old in SMALL
    with pytest.raises(DefinitionProblem) as caught:
        read_service(SMALL.replace(old, new, 1), "small.yaml")

    assert (caught.value.code, caught.value.params["file"], caught.value.params["field"]) == (code, "small.yaml", field)
    assert caught.value.params["line"] == line


@pytest.mark.parametrize("content", ["", "- a\n", "just text", "\x00", "id: [", "a: &x [*x]"])
def test_anything_else_is_refused_too(content: str) -> None:
    with pytest.raises(DefinitionProblem):
        read_service(content, "x.yaml")


def test_a_file_that_is_not_there_is_a_sentence(tmp_path) -> None:
    with pytest.raises(StaffMustFix) as caught:
        load_service(tmp_path / "gone.yaml")
    assert caught.value.code == "service.unreadable"


def test_two_files_may_not_define_one_service(tmp_path) -> None:
    (tmp_path / "a.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(SMALL, encoding="utf-8")
    with pytest.raises(DefinitionProblem) as caught:
        load_catalog(tmp_path)
    assert caught.value.params["file"] == "b.yaml"
