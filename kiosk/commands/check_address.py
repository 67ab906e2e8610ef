"""`kiosk check-address --name N --address A FILE... [--json]`: what the machine finds on proofs of address."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from biometrics.document.address_proof import AddressProofChecker
from biometrics.document.pictures import Pictures
from kiosk.commands.read_document import content_of
from registration.errors import VoterCanFix
from registration.model.documents import ProofVerdict
from resources import texts


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", required=True, help="the holder's full name")
    parser.add_argument("--address", required=True, help="the declared address in one line")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="pictures or PDFs, one proof each")
    parser.add_argument("--json", action="store_true", help="one JSON object per proof")


def run(args: argparse.Namespace) -> int:
    pictures, checker = Pictures(), AddressProofChecker()
    for file in args.files:
        try:
            pages = pictures.open(content_of(file))
        except VoterCanFix as refused:
            # One bad file among many is an answer about that file; a single one is the command's own failure.
            if len(args.files) == 1:
                raise
            answer: dict[str, Any] = {"file": str(file), "good": False, "reasons": [refused.code]}
            print(json.dumps(answer, ensure_ascii=False) if args.json else f"{file}: {refused.code}", flush=True)
            continue
        verdict = checker.check(pages, [args.name], args.address)
        print(json.dumps(_facts(file, verdict), ensure_ascii=False) if args.json else _line(file, verdict), flush=True)
    return 0


def _facts(file: Path, verdict: ProofVerdict) -> dict[str, Any]:
    return {
        "file": str(file),
        "good": verdict.good,
        "readable": verdict.readable,
        "name_found": verdict.name_found.value,
        "address_found": verdict.address_found.value,
        "kind_accepted": verdict.kind_accepted,
        "reasons": list(verdict.reasons),
        "marks": [
            {"what": m.what, "page": m.page, "box": [round(v, 4) for v in (m.left, m.top, m.right, m.bottom)]}
            for m in verdict.marks
        ],
    }


def _line(file: Path, verdict: ProofVerdict) -> str:
    facts = (
        f"name {verdict.name_found.value}, address {verdict.address_found.value}, "
        f"accepted kind {'yes' if verdict.kind_accepted else 'no'}"
    )
    why = " ".join(texts.text("en", f"errors.{code}") for code in verdict.reasons)
    return f"{file}: {'good' if verdict.good else 'needs attention'} ({facts})" + (f"\n    {why}" if why else "")
