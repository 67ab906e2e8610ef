"""Fills and renders the second source's papers: fifteen layouts, six languages, one browser."""

from __future__ import annotations

import io
import random
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Self

import jinja2
import yaml
from PIL import Image
from playwright.sync_api import Browser, Playwright, sync_playwright

from bench.web_proofs import people, places
from bench.web_proofs.people import Person, Printed
from bench.web_proofs.places import Address

LANGUAGES = ("it", "el", "de", "en", "fr", "sq")
LAYOUTS = (
    "window_right",
    "window_left",
    "side_bar",
    "cells",
    "certificate",
    "extract",
    "family",
    "contract",
    "statement",
    "council",
    "slip",
    "letter",
    "payslip",
)
WRONG_KINDS = ("map", "ticket", "card")
FAULTS = (
    "stranger",
    "relative",
    "namesake",
    "address_all",
    "number",
    "street",
    "town",
    "wrong_page",
    "no_address",
    *WRONG_KINDS,
)
"""What is wrong with a paper drawn here; blurred, dark and identity papers are made by `bench_proofs`."""
_FONTS = (
    "DejaVu Sans",
    "DejaVu Serif",
    "DejaVu Sans Condensed",
    "Nimbus Sans",
    "Nimbus Roman",
    "Nimbus Sans Narrow",
    "P052",
    "C059",
    "URW Gothic",
    "URW Bookman",
    "Noto Sans Mono",
    "Liberation Sans",
    "Liberation Serif",
)
_HERE = Path(__file__).parent
_CHROMIUM = shutil.which("chromium") or "chromium"
_MAP_BUTTONS = {
    "it": "Indicazioni · Salva · Nelle vicinanze · Condividi",
    "el": "Οδηγίες · Αποθήκευση · Κοντά · Κοινοποίηση",
    "de": "Routenplaner · Speichern · In der Nähe · Teilen",
    "en": "Directions · Save · Nearby · Share",
    "fr": "Itinéraires · Enregistrer · À proximité · Partager",
    "sq": "Udhëzime · Ruaj · Afër · Ndaj",
}
_TICKETS = {
    "it": ("CARTA D'IMBARCO", "Partenza", "Arrivo", "Posto", "Imbarco"),
    "el": ("ΚΑΡΤΑ ΕΠΙΒΙΒΑΣΗΣ", "Αναχώρηση", "Άφιξη", "Θέση", "Πύλη"),
    "de": ("BORDKARTE", "Abflug", "Ankunft", "Sitzplatz", "Gate"),
    "en": ("BOARDING PASS", "Departure", "Arrival", "Seat", "Gate"),
    "fr": ("CARTE D'EMBARQUEMENT", "Départ", "Arrivée", "Place", "Porte"),
    "sq": ("BILETË UDHËTIMI", "Nisja", "Mbërritja", "Ulësja", "Porta"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Paper:
    """A page as HTML with what the voter says of it."""

    html: str = field(repr=False)
    language: str
    layout: str
    fault: str
    name: str
    address: str


def draw(seed: int, language: str, layout: str, fault: str = "") -> Paper:
    """Invent one paper. A `layout` is asked for good and bad alike; the wrong kinds have their own."""
    rng = random.Random(seed)
    who, home = people.person(rng), places.address(rng, language)
    shown = people.another(rng, who, fault) if fault in ("stranger", "relative", "namesake") else who
    away = {"address_all": "all", "number": "number", "street": "street", "town": "town"}.get(fault)
    shown_home = places.another(rng, home, away) if away else home
    name, address = people.declared(rng, who), places.typed(rng, home)
    template = "terms" if fault == "wrong_page" else fault if fault in WRONG_KINDS else layout
    facts = _facts(rng, language, shown, None if fault == "no_address" else shown_home, home, good=not fault)
    return Paper(_templates().get_template(f"{template}.html").render(facts), language, template, fault, name, address)


def _facts(
    rng: random.Random, language: str, who: Person, home: Address | None, near: Address, *, good: bool
) -> dict[str, Any]:
    words = _words()[language]
    labels = words["labels"]
    shown = people.printed(rng, language, who)
    lines = places.printed(rng, home) if home is not None else ()
    other = places.printed(rng, places.another(rng, near, "all"))
    landlord = people.printed(rng, language, people.another(rng, who, "stranger")).line
    office = rng.choice(words["offices"]).format(town=places.capitals(near.town) if rng.random() < 0.5 else near.town)
    born = _day(rng)
    care = [rng.choice(("c/o ", "presso ", "bei ", "chez ")) + landlord] if rng.random() < 0.06 else []
    # The two addresses of a bill: where it goes and what it is for. Either may be the declared one.
    block, supply = list(lines), list(lines) if rng.random() < 0.6 else []
    if home is not None and rng.random() < 0.12:
        block, supply = (list(lines), list(other)) if rng.random() < 0.5 else (list(other), list(lines))
    return {
        "language": language,
        "w": words,
        "l": labels,
        "points": rng.choice((8.5, 9, 9.5, 10, 10, 10.5, 11)),
        "tiny": rng.choice((5.5, 6, 6.5, 7)),
        "leading": rng.choice((1.2, 1.3, 1.4, 1.5)),
        "spacing": rng.choice((0, 0, 0, 0.01, 0.02)),
        "font": f"'{rng.choice(_FONTS)}','DejaVu Sans',sans-serif",
        "ink": rng.choice(("#000", "#111", "#222", "#333")),
        "tint": rng.choice(("#0a4d8c", "#00695c", "#b71c1c", "#e65100", "#4a148c", "#263238")),
        "pale": rng.choice(("#eef3f8", "#f3f3f3", "#fff6e5")),
        "grid": rng.choice(("", "grid", "grid")),
        "flip": rng.random() < 0.5,
        "apart": rng.random() < 0.4,
        "provider": rng.choice(words["providers"]),
        "bank": rng.choice(words["banks"]),
        "office": office,
        "own": other if rng.random() < 0.5 else places.printed(rng, places.another(rng, near, "street")),
        "block": [shown.window, *care, *block],
        "addressed": [shown.window, *care, *lines],
        "supply": supply,
        "address": list(lines),
        "name_line": shown.line,
        "surname": shown.surname,
        "given": shown.given,
        "landlord": landlord,
        "town_only": near.town,
        "household": _household(rng, language, who, shown, good=good),
        "certifies": words["certifies"].format(name=_either(rng, shown), born=born, address=", ".join(lines) or "-"),
        "clause": words["clause"].format(
            name=_either(rng, shown), landlord=landlord, other=", ".join(other), address=", ".join(lines) or "-"
        ),
        "fill": lambda n: " ".join(rng.choices(words["text"], k=n)),
        "rows": lambda n: rng.sample(words["rows"], n),
        "n": lambda n: "".join(str(rng.randrange(10)) for _ in range(n)),
        "money": lambda: _money(rng),
        "day": lambda: _day(rng),
        "h": lambda: rng.randrange(3, 25),
        "map_names": [rng.choice(places.STREETS[language]) for _ in range(12)],
        "map_buttons": _MAP_BUTTONS[language],
        "map_foot": rng.choice(("200 m", "500 ft", "© OpenStreetMap")),
        "ticket": _TICKETS[language],
    }


def _either(rng: random.Random, shown: Printed) -> str:
    return rng.choice((shown.line, shown.window, shown.line))


def _household(rng: random.Random, language: str, who: Person, shown: Printed, *, good: bool) -> list[tuple[str, str]]:
    """A family: the holder among relatives. On a bad page only those whom `who` names."""
    rows = [(shown.surname, shown.given)]
    for _ in range(rng.randrange(1, 4) if good else 0):
        relative = people.printed(rng, language, people.another(rng, who, "relative"))
        rows.append((relative.surname, relative.given))
    rng.shuffle(rows)
    return rows


def _money(rng: random.Random) -> str:
    return rng.choice(("{:.2f}", "{:.2f} €", "€ {:.2f}")).format(rng.uniform(0.5, 950)).replace(".", ",")


def _day(rng: random.Random) -> str:
    day, month, year = rng.randrange(1, 29), rng.randrange(1, 13), rng.randrange(1950, 2027)
    return rng.choice(("{:02d}/{:02d}/{}", "{:02d}.{:02d}.{}", "{}-{}-{}")).format(day, month, year)


@cache
def _words() -> Mapping[str, Any]:
    loaded: Mapping[str, Any] = yaml.safe_load((_HERE / "words.yaml").read_text("utf-8"))
    return loaded


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(loader=jinja2.FileSystemLoader(_HERE / "templates"), autoescape=False)  # noqa: S701


_WORDS_SCRIPT = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    for (const hit of node.data.matchAll(/\\S+/g)) {
      const range = document.createRange();
      range.setStart(node, hit.index);
      range.setEnd(node, hit.index + hit[0].length);
      const box = range.getClientRects()[0];
      if (box && box.width > 1) {
        const trim = 0.18 * box.height;
        found.push([hit[0], box.left, box.top + trim, box.right, box.bottom - trim]);
      }
    }
  }
  return found;
}"""


class Press:
    """A headless Chromium that turns papers into pictures and PDFs. A context manager."""

    def __init__(self) -> None:
        self._play: Playwright = sync_playwright().start()
        self._browser: Browser = self._play.chromium.launch(
            executable_path=_CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self._browser.close()
        self._play.stop()

    def picture(self, paper: Paper, dpi: int = 200) -> Image.Image:
        """Render at `dpi` (a CSS pixel is a 96th of an inch)."""
        page = self._browser.new_page(device_scale_factor=dpi / 96)
        try:
            page.set_content(paper.html)
            png = page.locator("body").screenshot()
        finally:
            page.close()
        return Image.open(io.BytesIO(png)).convert("RGB")

    def words(self, paper: Paper) -> list[tuple[str, int, int, int, int]]:
        """Every printed word with its box (left, top, right, bottom), as a reader that never errs would give them.

        In pixels at which lower-case letters of ten points stand about 24 high, the size pages are read at.
        """
        page = self._browser.new_page()
        try:
            page.set_content(paper.html)
            found: list[list[Any]] = page.evaluate(_WORDS_SCRIPT)
        finally:
            page.close()
        return [(text, *(round(3.4 * side) for side in box)) for text, *box in found]

    def pdf(self, paper: Paper) -> bytes:
        page = self._browser.new_page()
        try:
            page.set_content(paper.html)
            return page.pdf(prefer_css_page_size=True, print_background=True)
        finally:
            page.close()
