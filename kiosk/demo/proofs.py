"""Specimen proofs of address: pages in six languages and many layouts, good ones and ones with a known fault.

People, companies and addresses are invented and every page is marked SPECIMEN. Tests, the bench and the demo draw
them from a seed; what a page truly says comes back with it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from PIL import Image

from kiosk.demo import proofs_forms, proofs_layouts
from kiosk.demo.proof_words import LANGUAGES
from kiosk.demo.proofs_homes import person, printed_name, somebody_else, two_homes
from kiosk.demo.proofs_layouts import Content
from kiosk.demo.proofs_parts import Home, Person
from kiosk.demo.proofs_sheet import Sheet
from kiosk.demo.proofs_wrong import WRONG_KINDS

__all__ = ["FAULTS", "KINDS", "LAYOUTS", "Home", "Person", "Proof", "draw", "page_for", "person"]

KINDS = ("energy", "water", "internet", "rent", "residence", "bank", "licence")
FAULTS = (
    "name_other", "relative", "namesake", "address_other", "number_other", "street_other", "town_other", "no_address",
    "no_name", *WRONG_KINDS,
)  # fmt: skip
"""What a bad page shows. Another kind of bad, an unreadable page, is made by the camera (`proof_shots`)."""

Layout = Callable[[Sheet, Content], None]
_LETTERS: tuple[Layout, ...] = (
    proofs_layouts.classic,
    proofs_layouts.classic,
    proofs_layouts.window,
    proofs_layouts.sidebar,
    proofs_layouts.statement,
    proofs_layouts.notice,
)
LAYOUTS: Mapping[str, tuple[Layout, ...]] = {
    "energy": _LETTERS,
    "water": _LETTERS,
    "internet": _LETTERS,
    "bank": (proofs_layouts.statement, proofs_layouts.statement, proofs_layouts.window, proofs_layouts.classic),
    "rent": (proofs_forms.contract,),
    "residence": (proofs_forms.certificate, proofs_forms.certificate, proofs_forms.extract),
    "licence": (proofs_forms.licence,),
}


@dataclass(frozen=True, slots=True, eq=False)
class Proof:
    """A drawn page and what is true of it."""

    page: Image.Image = field(repr=False)
    language: str
    kind: str
    fault: str
    """"" for a good page, else one of FAULTS."""
    holder: Person
    """Whom the voter claims to be; the page may say another."""
    address: str
    """What the voter declares; the page may say another."""


def draw(
    seed: int,
    language: str | None = None,
    kind: str | None = None,
    fault: str = "",
    layouts: Mapping[str, tuple[Layout, ...]] = LAYOUTS,
) -> Proof:
    """Draw one proof; what is not asked for is chosen by the seed."""
    rng = random.Random(seed)
    language = language or rng.choice(tuple(LANGUAGES))
    kind = kind or rng.choice(KINDS)
    holder = person(rng)
    home, other_home = two_homes(rng, language, fault)
    if fault in WRONG_KINDS:
        page = WRONG_KINDS[fault](rng, LANGUAGES[language], holder, home)
        return Proof(page, language, fault, fault, holder, home.declared)
    shown = somebody_else(rng, holder, fault) if fault in ("name_other", "relative", "namesake") else holder
    shown_home = other_home if fault in ("address_other", "number_other", "street_other", "town_other") else home
    page = _paper_page(
        rng,
        language,
        kind,
        None if fault == "no_name" else shown,
        None if fault == "no_address" else shown_home,
        layouts,
    )
    return Proof(page, language, kind, fault, holder, home.declared)


def page_for(who: Person, home: Home, *, language: str, kind: str, seed: int) -> Image.Image:
    """Draw a good page for a given person and address; the seed chooses its layout."""
    return _paper_page(random.Random(seed), language, kind, who, home, LAYOUTS)


def _paper_page(
    rng: random.Random,
    language: str,
    kind: str,
    who: Person | None,
    home: Home | None,
    layouts: Mapping[str, tuple[Layout, ...]],
) -> Image.Image:
    given, surname = printed_name(rng, language, who) if who is not None else ("", "")
    if kind == "licence" and len(given) == 2 and who is not None:
        given = who.given
    sheet = Sheet(rng, dpi=rng.choice((150, 200, 200, 300)))
    content = Content(language, LANGUAGES[language], kind, given, surname, home, rng.random() < 0.4)
    rng.choice(layouts[kind])(sheet, content)
    sheet.specimen()
    return sheet.image
