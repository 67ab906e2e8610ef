"""`kiosk check-address --name N --address A FILE... [--pages] [--json]`: what is found on proofs of address."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from biometrics.document.address_proof import AddressProofChecker
from biometrics.document.pictures import Pictures
from kiosk.commands.read_document import content_of
from registration.errors import VoterCanFix
from registration.model.documents import Found, ProofVerdict
from resources import texts


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", required=True, help="the holder's full name")
    parser.add_argument("--address", required=True, help="the declared address in one line")
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="pictures or PDFs, one proof each")
    parser.add_argument("--pages", action="store_true", help="the files are pages of one proof")
    parser.add_argument("--json", action="store_true", help="one JSON object per proof")


def run(args: argparse.Namespace) -> int:
    pictures, checker = Pictures(), AddressProofChecker()
    proofs = [args.files] if args.pages else [[file] for file in args.files]
    for files in proofs:
        try:
            pages = [page for file in files for page in pictures.open(content_of(file))]
        except VoterCanFix as refused:
            # One bad file among many is an answer about that file; a single one is the command's own failure.
            if len(proofs) == 1:
                raise
            verdict = ProofVerdict(False, Found.NO, Found.NO, True, (refused.code,))
        else:
            verdict = checker.check(pages, [args.name], args.address)
        named = " ".join(str(file) for file in files)
        print(
            json.dumps(_facts(named, verdict), ensure_ascii=False) if args.json else _line(named, verdict), flush=True
        )
    return 0


def _facts(file: str, verdict: ProofVerdict) -> dict[str, Any]:
    return {
        "file": file,
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


def _line(file: str, verdict: ProofVerdict) -> str:
    facts = (
        f"name {verdict.name_found.value}, address {verdict.address_found.value}, "
        f"accepted kind {'yes' if verdict.kind_accepted else 'no'}"
    )
    why = " ".join(texts.text("en", f"errors.{code}") for code in verdict.reasons)
    return f"{file}: {'good' if verdict.good else 'needs attention'} ({facts})" + (f"\n    {why}" if why else "")
