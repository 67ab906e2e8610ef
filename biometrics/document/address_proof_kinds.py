"""Recognises papers that prove no address: identity documents, maps, tickets, bank cards."""

from __future__ import annotations

import re

from biometrics.document.names import fold, same_word
from biometrics.document.page_read import Page

_TITLES = ("leternjoftim", "pasaporte", "leternjoftimi")
_IDENTITY_LABELS = (
    "mbiemri surname", "emri given", "datelindja date of birth", "vendlindja place of birth", "shtetesia nationality",
    "nr personal", "personal no", "data e skadimit", "autoriteti authority", "gjinia sex",
)  # fmt: skip
_MAP = (
    "google maps", "map data", "openstreetmap", "street view", "apple maps", "dati mappa", "kartendaten", "waze",
    "δεδομενα χαρτη", "donnees cartographiques", "satellite", "indicazioni", "directions", "itineraire", "οδηγιεσ",
    "share", "condividi", "teilen", "partager", "κοινοποιηση", "save", "salva", "speichern", "enregistrer",
    "αποθηκευση",
    "nearby", "nelle vicinanze", "in der nahe", "a proximite", "start", "avvia", "starten", "demarrer", "εναρξη",
    "route", "udhezime", "ruaj", "ndaj", "send to phone", "invia al telefono", "here maps", "terrain", "layers",
)  # fmt: skip
_MAP_SURE = (
    "google maps", "map data", "openstreetmap", "street view", "apple maps", "dati mappa", "kartendaten",
    "δεδομενα χαρτη", "donnees cartographiques", "plus code", "here maps", "bing maps",
)  # fmt: skip
_TICKET = (
    "boarding", "flight", "gate", "seat", "passenger", "departure", "arrival", "ticket", "biglietto", "imbarco",
    "volo", "posto", "passeggero", "carrozza", "treno", "partenza", "arrivo", "binario", "bordkarte", "fahrkarte",
    "flug", "gleis", "sitzplatz", "wagen", "abfahrt", "ankunft", "zug", "fahrgast", "billet",
    "voyageur", "embarquement", "depart", "arrivee",
    "voiture", "place assise", "quai", "train", "vol", "εισιτηριο", "πτηση", "θεση", "επιβατησ", "αναχωρηση",
    "αφιξη", "πυλη",
    "bilete", "udhetim", "udhetari", "fluturimi", "nisja", "mberritja", "ferry", "traghetto", "cabin", "bus", "autobus",
    "platform", "coach", "valid from", "valido dal", "class", "classe", "klasse", "from", "boarding pass",
)  # fmt: skip
_TICKET_SURE = (
    "boarding pass", "carta d imbarco", "bordkarte", "fahrkarte", "biglietto", "train ticket", "e ticket", "eticket",
    "carte d embarquement", "καρτα επιβιβασησ", "εισιτηριο", "bilete", "biglietto ferroviario", "billet de train",
    "flugticket", "bus ticket", "biglietto aereo", "ticket",
)  # fmt: skip
_CARD = (
    "valid thru", "valid", "thru", "debit", "credit", "visa", "mastercard", "maestro", "good thru", "expires", "cvv",
    "carta di debito", "girocard", "prepaid", "expires end", "month year", "contactless", "business", "electron",
    "bancomat", "member since", "authorized signature", "cardholder", "scadenza", "gultig bis", "expire a fin",
)  # fmt: skip
_CARD_NUMBER = re.compile(r"(?<!\d)(?:\d{4} ){3}\d{4}(?!\d)|(?<!\d)\d{16}(?!\d)|(?<!\d)3\d{3} \d{6} \d{5}(?!\d)")
_EXPIRY = re.compile(r"(?<!\d)(0[1-9]|1[0-2]) ?/ ?(2\d|3\d)(?!\d)")
_CARD_SHAPE = (1.44, 1.74)
"""Width by height of an ID-1 card (ISO/IEC 7810: 85.60 by 53.98 mm), give or take a slant."""
_MRZ = re.compile(r"(P<ALB|PALB|I[D<]?ALB|IDALB)[A-Z<]{3,}|[A-Z0-9<]{5,}<{4,}|[A-Z]{3,}<<[A-Z]{2,}")
_BILL = 60
"""A page with more words than this is a letter, whatever single words it holds."""


def wrong_kind(page: Page) -> str:
    """Return ``proof.identity_document``, ``proof.map``, ``proof.ticket``, ``proof.bank_card`` or ""."""
    seen = [fold(re.sub(r"[^\w<]+", " ", w.text)).strip() for w in page.words if w.confidence >= 30]
    text = f" {' '.join(' '.join(seen).split())} "
    words = set(text.split())
    many = sum(1 for w in seen if len(w) >= 3)
    if _identity(page, text, words, many):
        return "proof.identity_document"
    if (_count(_MAP_SURE, text) and many < 2 * _BILL) or (_count(_MAP, text) >= 3 and many < _BILL):
        return "proof.map"
    if many < 2 * _BILL and _count(_TICKET_SURE, text) and _count(_TICKET, text) >= 3:
        return "proof.ticket"
    if many < _BILL and _count(_TICKET, text) >= 4:
        return "proof.ticket"
    return "proof.bank_card" if many < _BILL and _bank_card(page, text, many) else ""


def _bank_card(page: Page, text: str, many: int) -> bool:
    """Sixteen digits in fours, a sum that holds (ISO/IEC 7812 annex B), an expiry, a card's words and shape."""
    number = _CARD_NUMBER.search(text)
    height, width = page.picture.shape
    shape = _CARD_SHAPE[0] <= max(width, height) / min(width, height) <= _CARD_SHAPE[1]
    raw = " ".join(w.text for w in page.words)
    signs = (
        (2 if number else 0)
        + (1 if number and _luhn(number.group()) else 0)
        + (1 if len(re.findall(r"(?<!\d)\d{4}(?!\d)", text)) >= 3 else 0)
        + (1 if _EXPIRY.search(raw) else 0)
        + min(2, _count(_CARD, text))
        + (1 if shape and many < 25 else 0)
    )
    return signs >= 3 and (bool(number) or _count(_CARD, text) > 0) and many < 40


def _luhn(number: str) -> bool:
    digits = [int(c) for c in number if c.isdigit()]
    total = sum(d if place % 2 == 0 else (2 * d - 9 if d > 4 else 2 * d) for place, d in enumerate(reversed(digits)))
    return total % 10 == 0


def _count(phrases: tuple[str, ...], text: str) -> int:
    return sum(1 for phrase in phrases if f" {phrase} " in text)


def _identity(page: Page, text: str, words: set[str], many: int) -> bool:
    if many > 2 * _BILL:
        return False
    raw = [w.text.upper().replace(" ", "").replace("«", "<<") for w in page.words]
    zone = sum(1 for w in raw if _MRZ.search(w))
    albanian = any("ALB" in w and "<" in w for w in raw)
    titled = any(same_word(w, title, confidence=70) for w in words for title in _TITLES if len(w) > 7)
    republic = "republika e shqiperise" in text or "republic of albania" in text or "shqiptare" in words
    labels = _count(_IDENTITY_LABELS, text)
    return (
        (titled and (republic or labels > 0 or zone > 0))
        or (zone >= 1 and (albanian or republic))
        or (republic and labels >= 1)
        or labels >= 3
    )
