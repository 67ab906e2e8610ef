"""Specimens of what is no proof of address: identity documents, a map, a ticket, a bank card, a house."""

from __future__ import annotations

import random
from collections.abc import Callable

from PIL import Image, ImageDraw

from kiosk.demo.proof_words import LANGUAGES
from kiosk.demo.proof_words.language import Language
from kiosk.demo.proofs_parts import Home, Person, font, plain


def _id_card(rng: random.Random, words: Language, holder: Person, home: Home) -> Image.Image:
    page = Image.new("RGB", (1400, 880), (222, 228, 234))
    pen = ImageDraw.Draw(page)
    label, value = font(rng, 26, family=1), font(rng, 40, family=0)
    pen.text(
        (50, 30), "LETËRNJOFTIM   REPUBLIKA E SHQIPËRISË   SPECIMEN", font=font(rng, 34, bold=True), fill="#901020"
    )
    pen.rectangle((50, 130, 390, 590), fill=(190, 200, 210))
    rows = (
        ("Mbiemri / Surname", holder.surname),
        ("Emri / Given name", holder.given),
        ("Shtetësia / Nationality", "Shqiptare / Albanian"),
        ("Vendlindja / Place of birth", rng.choice(("Tiranë", "Vlorë", "Korçë", "Berat"))),
        (
            "Datëlindja / Date of birth",
            f"{rng.randrange(1, 29):02d}.{rng.randrange(1, 13):02d}.19{rng.randrange(50, 99)}",
        ),
        ("Nr. personal / Personal no.", f"J{rng.randrange(10**7, 10**8)}K"),
    )
    for index, (what, text) in enumerate(rows):
        pen.text((440, 120 + index * 110), what, font=label, fill=(40, 60, 140))
        pen.text((440, 152 + index * 110), text, font=value, fill=(15, 15, 20))
    return page


def _passport(rng: random.Random, words: Language, holder: Person, home: Home) -> Image.Image:
    page = Image.new("RGB", (1500, 1056), (226, 220, 228))
    pen = ImageDraw.Draw(page)
    label, value = font(rng, 24, family=1), font(rng, 38, family=0)
    pen.text(
        (60, 30),
        "REPUBLIKA E SHQIPËRISË   PASAPORTË / PASSPORT   SPECIMEN",
        font=font(rng, 34, bold=True),
        fill="#901020",
    )
    pen.rectangle((60, 150, 430, 640), fill=(190, 200, 210))
    rows = (("Mbiemri / Surname", holder.surname), ("Emri / Given names", holder.given), ("Shtetësia", "Shqiptare"))
    for index, (what, text) in enumerate(rows):
        pen.text((490, 140 + index * 110), what, font=label, fill=(40, 60, 140))
        pen.text((490, 172 + index * 110), text, font=value, fill=(15, 15, 20))
    zone = font(rng, 46, family=7)
    name = f"P<ALB{plain(holder.surname).upper().replace(' ', '<').replace('-', '<')}<<{plain(holder.given).upper()}"
    pen.text((60, 840), name.ljust(44, "<"), font=zone, fill=(20, 20, 25))
    pen.text(
        (60, 920),
        f"BT{rng.randrange(10**6, 10**7)}<0ALB8504305F3001017<<<<<<<<<<<<<<<0".ljust(44, "<"),
        font=zone,
        fill=(20, 20, 25),
    )
    return page


def _map(rng: random.Random, words: Language, holder: Person, home: Home) -> Image.Image:
    page = Image.new("RGB", (1080, 1920), (232, 236, 228))
    pen = ImageDraw.Draw(page)
    for _ in range(26):
        x, y = rng.randrange(-200, 1080), rng.randrange(-200, 1920)
        pen.line(
            (x, y, x + rng.randrange(-900, 900), y + rng.randrange(-900, 900)),
            fill="white",
            width=rng.choice((8, 14, 26)),
        )
    pen.ellipse((640, 500, 1300, 1200), fill=(170, 210, 230))
    small = font(rng, 24)
    for _ in range(14):
        pen.text(
            (rng.randrange(0, 800), rng.randrange(220, 1300)),
            rng.choice(words.streets).declared,
            font=small,
            fill=(90, 90, 90),
        )
    pen.rounded_rectangle((40, 50, 1040, 150), 40, fill="white")
    pen.text((90, 78), home.declared, font=font(rng, 34, family=0), fill=(50, 50, 50))
    pen.ellipse((500, 800, 560, 860), fill=(210, 40, 40))
    pen.rectangle((0, 1480, 1080, 1920), fill="white")
    pen.text((60, 1520), home.printed_street, font=font(rng, 48, bold=True, family=0), fill=(20, 20, 20))
    pen.text((60, 1600), home.printed_town, font=font(rng, 34, family=0), fill=(70, 70, 70))
    actions = {
        "it": "Indicazioni    Avvia    Salva    Condividi",
        "de": "Route    Starten    Speichern    Teilen",
        "fr": "Itinéraire    Démarrer    Enregistrer    Partager",
        "el": "Οδηγίες    Έναρξη    Αποθήκευση    Κοινοποίηση",
    }
    language = next(code for code, each in LANGUAGES.items() if each is words)
    pen.text(
        (60, 1690),
        actions.get(language, "Directions    Start    Save    Share"),
        font=font(rng, 34, family=0),
        fill=(20, 90, 200),
    )
    pen.text(
        (60, 1800), rng.choice(("Map data ©2026", "Google Maps", "© OpenStreetMap")), font=small, fill=(90, 90, 90)
    )
    return page


def _ticket(rng: random.Random, words: Language, holder: Person, home: Home) -> Image.Image:
    page = Image.new("RGB", (1500, 640), (250, 250, 246))
    pen = ImageDraw.Draw(page)
    air = rng.random() < 0.5
    head = (
        rng.choice(("BOARDING PASS", "CARTA D'IMBARCO", "BORDKARTE"))
        if air
        else rng.choice(("BIGLIETTO TRENO", "FAHRKARTE", "TRAIN TICKET"))
    )
    pen.rectangle((0, 0, 1500, 110), fill=(30, 60, 130))
    pen.text((50, 25), f"{head}   SPECIMEN", font=font(rng, 52, bold=True), fill="white")
    label, value = font(rng, 26, family=1), font(rng, 40, bold=True, family=1)
    cells = (
        ("PASSENGER / PASSEGGERO", f"{plain(holder.surname).upper()} / {plain(holder.given).upper()}"),
        ("FROM / DA", "TIRANA"),
        ("TO / A", plain(rng.choice(words.towns).local).upper()),
        ("FLIGHT / VOLO" if air else "TRENO / ZUG", f"XZ {rng.randrange(100, 999)}"),
        ("SEAT / POSTO", f"{rng.randrange(1, 30)}{rng.choice('ABCDEF')}"),
        ("GATE" if air else "CARROZZA / WAGEN", str(rng.randrange(1, 30))),
        ("DEPARTURE / PARTENZA", f"{rng.randrange(5, 23)}:{rng.randrange(10, 59)}"),
    )
    for index, (what, text) in enumerate(cells):
        x, y = 60 + (index % 3) * 480, 160 + (index // 3) * 150
        pen.text((x, y), what, font=label, fill=(90, 90, 90))
        pen.text((x, y + 36), text, font=value, fill=(15, 15, 20))
    for bar in range(80):
        if rng.random() < 0.5:
            pen.rectangle((1000 + bar * 5, 470, 1003 + bar * 5, 600), fill="black")
    return page


def _bank_card(rng: random.Random, words: Language, holder: Person, home: Home) -> Image.Image:
    page = Image.new("RGB", (1400, 880), rng.choice(((40, 60, 110), (20, 90, 80), (60, 60, 66))))
    pen = ImageDraw.Draw(page)
    pen.text((70, 60), rng.choice(words.companies["bank"]), font=font(rng, 54, bold=True), fill="white")
    pen.rounded_rectangle((90, 270, 260, 400), 20, fill=(210, 180, 90))
    digits = " ".join(f"{rng.randrange(10**4):04d}" for _ in range(4))
    pen.text((90, 470), digits, font=font(rng, 84, family=7), fill="white")
    pen.text(
        (90, 610),
        f"VALID THRU  {rng.randrange(1, 13):02d}/{rng.randrange(27, 33)}",
        font=font(rng, 36, family=1),
        fill="white",
    )
    pen.text((90, 720), plain(holder.full).upper(), font=font(rng, 46, family=1), fill="white")
    pen.text(
        (1020, 720), rng.choice(("DEBIT", "SPECIMEN DEBIT", "CREDIT")), font=font(rng, 44, bold=True), fill="white"
    )
    return page


def _house(rng: random.Random, words: Language, holder: Person, home: Home) -> Image.Image:
    """A front with windows and a door; the house number is all there is to read."""
    page = Image.new("RGB", (1600, 1200), (150, 190, 225))
    pen = ImageDraw.Draw(page)
    wall = rng.choice(((205, 180, 150), (190, 120, 90), (225, 215, 190), (170, 170, 165)))
    pen.rectangle((200, 320, 1400, 1120), fill=wall)
    pen.polygon(((140, 330), (800, 60), (1460, 330)), fill=(120, 60, 50))
    pen.rectangle((0, 1110, 1600, 1200), fill=(110, 120, 100))
    for row in range(2):
        for column in range(4):
            x, y = 270 + column * 290, 400 + row * 300
            pen.rectangle((x, y, x + 150, y + 190), fill=(70, 90, 110), outline="white", width=10)
    pen.rectangle((740, 860, 900, 1115), fill=(80, 50, 35))
    pen.text((920, 880), str(rng.randrange(1, 180)), font=font(rng, 60, bold=True), fill=(20, 20, 60))
    return page


WRONG_KINDS: dict[str, Callable[[random.Random, Language, Person, Home], Image.Image]] = {
    "id_card": _id_card,
    "passport": _passport,
    "map": _map,
    "ticket": _ticket,
    "bank_card": _bank_card,
    "house": _house,
}
