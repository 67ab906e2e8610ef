"""`kiosk services [--json]`, `kiosk services check FILE`, `kiosk services preview FILE`: the catalogue."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import resources
from registration.catalog.definitions import Service, Step, StepKind
from registration.catalog.loader import load_catalog, load_service

NO_PAGE_YET = frozenset({StepKind.LOOKUP, StepKind.PERSON_LIST, StepKind.SUBJECT_LIST, StepKind.GENERATED_DOCUMENTS})
"""Kinds that are read and checked but that this version has no window page for."""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", nargs="?", choices=["list", "check", "preview"], default="list")
    parser.add_argument("file", nargs="?", type=Path, help="a service definition, for check and preview")
    parser.add_argument("--json", action="store_true", help="machine-readable")
    parser.add_argument("--folder", type=Path, help="read the definitions of this folder instead of the shipped ones")
    parser.set_defaults(complain=parser.error)


def run(args: argparse.Namespace) -> int:
    if args.action == "list":
        if args.file:
            args.complain("a file is only named with check or preview")
        services = load_catalog(args.folder or resources.path("services"))
        print(
            json.dumps([_facts(s) for s in services], ensure_ascii=False, indent=2) if args.json else _table(services)
        )
        return 0
    if args.file is None:
        args.complain(f"services {args.action} needs a file")
    service = load_service(args.file)
    if args.action == "check":
        missing = sorted({str(s.kind) for s in service.steps if s.kind in NO_PAGE_YET})
        if args.json:
            print(json.dumps({"file": args.file.name, "valid": True, "id": service.id, "no_page_yet": missing}))
        else:
            print(f"{args.file.name}: {service.id}, {len(service.steps)} steps, correct")
            if missing:
                print(f"no window page yet for: {', '.join(missing)}")
        return 0
    print(json.dumps(_facts(service), ensure_ascii=False, indent=2) if args.json else _preview(service))
    return 0


def _facts(service: Service) -> dict[str, object]:
    return {
        "id": service.id,
        "title": dict(service.title.by_language),
        "actor": service.actor,
        "steps": [{"id": step.id, "kind": step.kind, "title": dict(step.title.by_language)} for step in service.steps],
    }


def _table(services: tuple[Service, ...]) -> str:
    blocks = []
    for service in services:
        kinds = " · ".join(str(step.kind) for step in service.steps)
        blocks.append(f"{service.id}\n  sq  {service.title.get('sq')}\n  en  {service.title.get('en')}\n  {kinds}")
    return "\n".join(blocks)


def _preview(service: Service) -> str:
    """Every page as a voter would meet it, in words."""
    pages = [f"{service.title.get('sq')} / {service.title.get('en')}"]
    for number, step in enumerate(service.steps, 1):
        pages.append(f"\n{number}. [{step.kind}] {step.title.get('sq')}\n   {step.title.get('en')}")
        pages += [f"   {line}" for line in _lines(step)]
    return "\n".join(pages)


def _lines(step: Step) -> list[str]:
    lines = [words.get("sq") for words in (step.text, step.warning) if words.get("sq")]
    lines += [
        f"- {field.label.get('sq')} ({field.type}, {_owed(step, field.mandatory.value)})" for field in step.fields
    ]
    lines += [f"( ) {option.label.get('sq')}" for option in step.options]
    lines += [f"+ {kind.label.get('sq')}" for kind in step.kinds]
    for group in step.groups:
        lines.append(f"{group.label.get('sq')}: {', '.join(f.label.get('sq') for f in group.fields)}")
    for name, options in step.lists:
        lines.append(f"{name}: {', '.join(o.label.get('sq') for o in options)}")
    buttons = [b.get("sq") for b in (step.next, step.skip, step.resend) if b.get("sq")]
    buttons += [o.label.get("sq") for o in (*step.buttons, *step.documents)]
    if buttons:
        lines.append("  ".join(f"[{b}]" for b in buttons))
    return lines


def _owed(step: Step, mandatory: str) -> str:
    return "one of these" if step.choose_one else {"yes": "mandatory", "no": "optional"}.get(mandatory, mandatory)
