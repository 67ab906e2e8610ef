"""Whole pages through Tesseract: good ones pass in any direction, bad ones say what is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from biometrics.document.address_proof import AddressProofChecker
from kiosk.demo import proof_shots, proofs
from registration.errors import VoterCanFix
from registration.model.documents import Found, ProofVerdict
from registration.model.evidence import Photo
from resources import texts

LIGHT = proof_shots.Trouble(blur=(0.2, 0.4), tilt=0.01, noise=2.0, shadow=0.2)


def photo(proof: proofs.Proof, style: str = "scan", trouble: proof_shots.Trouble = LIGHT) -> Photo:
    """A picture of the page; of a scan only the part with name and address, which is read in a third of the time."""
    page = proof.page
    if style == "scan" and page.height > 1.3 * page.width and proof.kind in proofs.KINDS:
        page = page.crop((0, 0, page.width, round(0.42 * page.height)))
    return Photo(proof_shots.shoot(page, style, np.random.default_rng(5), trouble), 0, 0)


def judge(proof: proofs.Proof, style: str = "scan", trouble: proof_shots.Trouble = LIGHT) -> ProofVerdict:
    return AddressProofChecker().check([photo(proof, style, trouble)], [proof.holder.full], proof.address)


@pytest.mark.parametrize(
    ("language", "kind", "style"),
    [
        ("it", "energy", "scan"),
        ("el", "residence", "scan"),
        ("de", "bank", "webcam_sideways"),
        ("sq", "water", "webcam_top"),
    ],
)
def test_a_good_page_passes_and_is_marked(language: str, kind: str, style: str) -> None:
    verdict = judge(proofs.draw(31, language, kind), style)
    assert verdict.good, verdict.reasons
    assert {mark.what for mark in verdict.marks} == {"name", "address"}
    for mark in verdict.marks:
        assert 0 <= mark.left < mark.right <= 1
        assert 0 <= mark.top < mark.bottom <= 1


@pytest.mark.parametrize(
    ("fault", "codes"),
    [
        ("relative", {"proof.name_other"}),
        ("number_other", {"proof.address_differs"}),
        ("name_other", {"proof.name_missing", "proof.name_other"}),
        ("address_other", {"proof.address_differs"}),
        ("no_address", {"proof.address_missing", "proof.address_differs"}),
        ("id_card", {"proof.identity_document"}),
        ("map", {"proof.map"}),
        ("ticket", {"proof.ticket"}),
        ("bank_card", {"proof.bank_card", "proof.unreadable"}),
    ],
)
def test_a_bad_page_says_why(fault: str, codes: set[str]) -> None:
    verdict = judge(proofs.draw(47, "it", "energy", fault))
    assert not verdict.good
    assert set(verdict.reasons) & codes
    for code in verdict.reasons:
        assert texts.has("sq", f"errors.{code}")
        assert texts.has("en", f"errors.{code}")


def test_a_blurred_page_is_unreadable() -> None:
    verdict = judge(proofs.draw(31, "it", "energy"), "webcam_top", proof_shots.UNREADABLE)
    assert not verdict.readable
    assert verdict.reasons == ("proof.unreadable",)


def test_before_the_address_is_asked_nothing_is_said_of_it() -> None:
    proof = proofs.draw(31, "it", "energy")
    verdict = AddressProofChecker().check([photo(proof)], [proof.holder.given, proof.holder.surname], None)
    assert verdict.reasons == ()
    assert verdict.address_found is Found.NO
    assert verdict.name_found is Found.YES


def test_name_and_address_may_stand_on_two_pages() -> None:
    proof = proofs.draw(31, "it", "energy")
    stranger = proofs.draw(31, "it", "energy", "name_other")
    bare = proofs.draw(31, "it", "energy", "no_address")
    verdict = AddressProofChecker().check([photo(bare), photo(stranger)], [proof.holder.full], proof.address)
    assert verdict.good
    assert {mark.page for mark in verdict.marks if mark.what == "address"} == {1}


def test_a_page_is_read_once_and_forgotten_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    from biometrics.document import page_read

    reads = []
    original = page_read.upright
    monkeypatch.setattr(page_read, "upright", lambda picture, likely: (reads.append(1), original(picture, likely))[1])
    proof, checker = proofs.draw(31, "it", "energy"), AddressProofChecker()
    page = photo(proof)
    checker.check([page], [proof.holder.full], None)
    checker.check([page], [proof.holder.full], proof.address)
    assert len(reads) == 1
    checker.forget()
    checker.check([page], [proof.holder.full], proof.address)
    assert len(reads) == 2


def test_no_pages_are_unreadable() -> None:
    assert AddressProofChecker().check([], ["Arben Hoxha"], "Via Roma 1").reasons == ("proof.unreadable",)


def test_the_words_of_every_refusal_exist() -> None:
    for code in ("file.too_large", "file.not_a_picture", "file.damaged", "file.empty", "file.locked", "file.heic"):
        assert VoterCanFix(code).code == code
        assert "{" not in texts.text("sq", f"errors.{code}")
        assert texts.has("en", f"errors.{code}")
    assert "10" in texts.text("sq", "errors.file.too_many_pages", pages=10)
