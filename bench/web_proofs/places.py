"""Streets and towns of the second source of proofs: how a voter types them and how papers print them."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass

STREETS: dict[str, tuple[str, ...]] = {
    "it": (
        "Via Giacomo Leopardi",
        "Via dei Mille",
        "Corso Vittorio Emanuele II",
        "Viale Aldo Moro",
        "Via San Donato",
        "Piazza della Libertà",
        "Via Nazario Sauro",
        "Via 25 Aprile",
        "Via Santa Lucia",
        "Strada Provinciale",
        "Via Cristoforo Colombo",
        "Via A. De Gasperi",
        "Vicolo Stretto",
        "Via Ca' Rossa",
        "Via Guglielmo Marconi",
    ),
    "el": (
        "Πατησίων",
        "Αγίας Παρασκευής",
        "Κωνσταντινουπόλεως",
        "Λεωφόρος Αλεξάνδρας",
        "Παπαναστασίου",
        "Μεσογείων",
        "25ης Μαρτίου",
        "Εθνικής Αντιστάσεως",
        "Καραϊσκάκη",
        "Αχαρνών",
        "Βασιλίσσης Όλγας",
        "Τσιμισκή",
        "Ιπποκράτους",
    ),
    "de": (
        "Goethestraße",
        "Am Alten Markt",
        "Schillerplatz",
        "Bahnhofstraße",
        "Kaiser-Wilhelm-Ring",
        "Mühlenweg",
        "Gartenstraße",
        "Unter den Eichen",
        "Lange Gasse",
        "Konrad-Adenauer-Allee",
        "An der Brücke",
        "Rosenweg",
    ),
    "en": (
        "Church Road",
        "Station Road",
        "Victoria Avenue",
        "The Crescent",
        "Queens Gardens",
        "St John's Street",
        "Mill Lane",
        "Kingsway",
        "Albert Terrace",
        "Park View",
        "Green Lanes",
        "Old Kent Road",
    ),
    "fr": (
        "rue de la République",
        "avenue Jean Jaurès",
        "boulevard Gambetta",
        "impasse des Lilas",
        "rue du Général Leclerc",
        "place de l'Église",
        "chemin des Vignes",
        "rue Saint-Honoré",
        "allée des Tilleuls",
        "cours Lafayette",
    ),
    "sq": (
        "Rruga Fehmi Agani",
        "Rruga Isa Boletini",
        "Bulevardi Bill Klinton",
        "Rruga Gjergj Fishta",
        "Rruga Zenel Bastari",
        "Rruga e Kavajës",
        "Lagjja Dardania",
        "Rruga Mbretëresha Teutë",
        "Rruga UÇK",
    ),
}
_TOWNS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "it": (
        ("Bergamo", "241##", "Bergamo"),
        ("Milano", "201##", "Milan"),
        ("Genova", "161##", "Gjenova"),
        ("Reggio nell'Emilia", "421##", "Reggio Emilia"),
        ("Roma", "001##", "Romë"),
        ("Verona", "371##", "Verona"),
        ("Sesto San Giovanni", "20099", "Sesto S. Giovanni"),
        ("Torino", "101##", "Torino"),
        ("Prato", "591##", "Prato"),
        ("Monfalcone", "34074", "Monfalcone"),
        ("Firenze", "501##", "Firence"),
    ),
    "el": (
        ("Αθήνα", "1## ##", "Athinë"),
        ("Θεσσαλονίκη", "54# ##", "Selanik"),
        ("Πάτρα", "26# ##", "Patra"),
        ("Καλλιθέα", "176 ##", "Kallithea"),
        ("Περιστέρι", "121 ##", "Peristeri"),
        ("Λάρισα", "41# ##", "Larisa"),
        ("Ηράκλειο", "71# ##", "Heraklion"),
        ("Βέροια", "591 ##", "Veria"),
        ("Ιωάννινα", "45# ##", "Janinë"),
    ),
    "de": (
        ("München", "80###", "Mynih"),
        ("Köln", "50###", "Këln"),
        ("Ulm", "89###", "Ulm"),
        ("Bielefeld", "33###", "Bielefeld"),
        ("Frankfurt am Main", "60###", "Frankfurt"),
        ("Mülheim an der Ruhr", "45###", "Mülheim"),
        ("Berlin", "10###", "Berlin"),
        ("Bad Homburg v. d. Höhe", "61###", "Bad Homburg"),
        ("Nürnberg", "90###", "Nyrnberg"),
        ("Graz", "80##", "Grac"),
    ),
    "en": (
        ("London", "N## #LP", "Londër"),
        ("Birmingham", "B## #QT", "Birmingham"),
        ("Luton", "LU# #DF", "Luton"),
        ("Leeds", "LS## #AB", "Leeds"),
        ("Coventry", "CV# #EH", "Coventry"),
        ("Barking", "IG## #XU", "Barking"),
        ("Bristol", "BS# #NN", "Bristol"),
        ("Bronx, NY", "104##", "New York"),
        ("Worcester, MA", "016##", "Worcester"),
    ),
    "fr": (
        ("Lyon", "6900#", "Lion"),
        ("Marseille", "1300#", "Marsejë"),
        ("Villeurbanne", "69100", "Villeurbanne"),
        ("Saint-Étienne", "420##", "Saint Etienne"),
        ("Paris", "750##", "Paris"),
        ("Bruxelles", "10##", "Bruksel"),
        ("Annecy", "74000", "Annecy"),
        ("Genève", "12##", "Gjenevë"),
        ("Vaulx-en-Velin", "69120", "Vaulx en Velin"),
    ),
    "sq": (
        ("Prishtinë", "10000", "Prishtina"),
        ("Pejë", "30000", "Peja"),
        ("Ferizaj", "70000", "Ferizaj"),
        ("Gjakovë", "50000", "Gjakova"),
        ("Mitrovicë", "40000", "Mitrovica"),
        ("Vushtrri", "42000", "Vushtrria"),
        ("Tetovë", "12##", "Tetova"),
        ("Prizren", "20000", "Prizreni"),
    ),
}
_SHORT = {
    "Via ": ("V. ", "Via "),
    "Viale ": ("V.le ", "Viale "),
    "Corso ": ("C.so ", "Corso "),
    "Piazza ": ("P.zza ", "P.za "),
    "straße": ("str.", "strasse", "straße"),
    "platz": ("pl.", "platz"),
    " Road": (" Rd", " Road"),
    " Street": (" St", " Street", " St."),
    " Avenue": (" Ave", " Avenue"),
    " Lane": (" Ln", " Lane"),
    "avenue ": ("av. ", "avenue ", "Av. "),
    "boulevard ": ("bd ", "bld ", "Boulevard "),
    "rue ": ("r. ", "rue ", "Rue "),
    "Rruga ": ("Rr. ", "Rr ", "Rruga "),
    "Bulevardi ": ("Bul. ", "Blv. "),
    "Λεωφόρος ": ("Λεωφ. ", "Λ. ", "Λεωφόρος "),
}
_COUNTRY = {
    "it": ("Itali", "Italia", "Italy"),
    "el": ("Greqi", "Greece", "Ελλάδα"),
    "de": ("Gjermani", "Deutschland"),
    "en": ("UK", "Angli", "United Kingdom"),
    "fr": ("Francë", "France"),
    "sq": ("Kosovë", "Kosovo"),
}
_LATIN = dict(
    zip(
        "αβγδεζηθικλμνξοπρσςτυφχψω",
        (
            "a",
            "v",
            "g",
            "d",
            "e",
            "z",
            "i",
            "th",
            "i",
            "k",
            "l",
            "m",
            "n",
            "x",
            "o",
            "p",
            "r",
            "s",
            "s",
            "t",
            "y",
            "f",
            "ch",
            "ps",
            "o",
        ),
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class Address:
    """One home. `street` and `town` as that country writes them."""

    language: str
    street: str
    number: str
    flat: str
    """A floor or a flat; often ""."""
    code: str
    town: str
    town_abroad: str


def address(rng: random.Random, language: str) -> Address:
    town, code, abroad = rng.choice(_TOWNS[language])
    number = str(rng.randrange(1, 240)) + rng.choice(("",) * 9 + ("A", "B", "C"))
    flats = {
        "it": ("Int. 4", "Scala A int. 12", "Piano 3"),
        "el": ("2ος όροφος", "ΔΙΑΜ. 5"),
        "de": ("3. OG links", "Whg. 12"),
        "en": ("Flat 6", "Apartment 14", "Flat B"),
        "fr": ("Appt 21", "Bât. C", "2e étage"),
        "sq": ("Hyrja 2", "Kati 4", "Ap. 9"),
    }
    flat = rng.choice(flats[language]) if rng.random() < 0.3 else ""
    return Address(language, rng.choice(STREETS[language]), number, flat, _digits(rng, code), town, abroad)


def another(rng: random.Random, home: Address, how: str) -> Address:
    """A home that is not `home`: ``number``, ``street``, ``town`` or ``all`` differ."""
    while True:
        other = address(rng, home.language)
        if how == "number":
            other = Address(home.language, home.street, other.number, home.flat, home.code, home.town, home.town_abroad)
        elif how == "street":
            other = Address(home.language, other.street, other.number, "", home.code, home.town, home.town_abroad)
        elif how == "town":
            other = Address(
                home.language, home.street, home.number, home.flat, other.code, other.town, other.town_abroad
            )
        digits = "".join(c for c in home.number if c.isdigit()), "".join(c for c in other.number if c.isdigit())
        number, street, town = digits[0] != digits[1], other.street != home.street, other.town != home.town
        if {"number": number, "street": street, "town": town, "all": number and street and town}[how]:
            return other


def _digits(rng: random.Random, pattern: str) -> str:
    return "".join(str(rng.randrange(1, 9)) if c == "#" else c for c in pattern)


def printed(rng: random.Random, home: Address) -> tuple[str, ...]:
    """The lines a paper prints: flat, street and number, postcode and town, each country in its order."""
    street, number = _shortened(rng, home.street, 0.3), home.number
    match home.language:
        case "it":
            if number[-1].isalpha() and rng.random() < 0.5:
                number = f"{number[:-1]}/{number[-1]}"
            line = f"{street}{rng.choice((' ', ', ', ' n. ', ' n° ', ', '))}{number}"
            flat, town = f"{line} {home.flat}", f"{home.code} {home.town}{rng.choice(('', ' (BG)', ' BG', ' - BG'))}"
        case "el":
            number = number.translate(str.maketrans("ABC", "ΑΒΓ"))
            line = f"{street} {rng.choice(('', '', 'αρ. '))}{number}"
            town = rng.choice((f"{home.code} {home.town}", f"{home.town} {home.code.replace(' ', '')}"))
            flat, town = f"{line}, {home.flat}", rng.choice((town, f"Τ.Κ. {town}" if town[0].isdigit() else town))
        case "de":
            line, town = f"{street} {number}", f"{home.code} {home.town}"
            flat = f"{line}, {home.flat}" if rng.random() < 0.5 else f"{line}\n{home.flat}"
        case "en":
            line = f"{number} {street}"
            flat, town = f"{home.flat}\n{line}" if rng.random() < 0.4 else f"{home.flat}, {line}", home.town
            return (*(flat if home.flat else line).split("\n"), *_english_town(rng, town, home.code))
        case "fr":
            line = f"{number}{rng.choice((' ', ', ', ' '))}{street}"
            flat = f"{home.flat}\n{line}" if rng.random() < 0.6 else f"{line} - {home.flat}"
            town = f"{home.code} {home.town.upper() if rng.random() < 0.7 else home.town}"
        case _:
            line = f"{street}{rng.choice((' ', ', ', ' nr. ', ', Nr. '))}{number}"
            flat, town = f"{line}, {home.flat}", rng.choice((f"{home.code} {home.town}", f"{home.town}, {home.code}"))
    lines = (*(flat if home.flat else line).split("\n"), town)
    return tuple(capitals(line) for line in lines) if rng.random() < 0.3 else lines


def _english_town(rng: random.Random, town: str, code: str) -> tuple[str, ...]:
    if ", " in town:
        return (f"{town} {code}",)
    return rng.choice(((town, code), (f"{town} {code}",), (town.upper(), code), (f"{town}, {code}",)))


def capitals(text: str) -> str:
    """Upper case as papers print it: Greek capitals carry no accent."""
    if any("α" <= c <= "ω" for c in text.lower()):
        text = unmarked(text)
    return text.upper()


def typed(rng: random.Random, home: Address) -> str:
    """What a voter types at the kiosk: shortened, without marks, in another order, with the town's Albanian name."""
    street = _shortened(rng, home.street, 0.45)
    if home.language == "el" and rng.random() < 0.75:
        street = latin(street)
    number = home.number if rng.random() < 0.6 else home.number.lower()
    town = home.town_abroad if rng.random() < 0.45 else home.town
    if home.language == "el" and any("α" <= c <= "ω" for c in town.lower()) and rng.random() < 0.4:
        town = latin(town)
    if home.language in ("en", "fr"):
        line = f"{number} {street}" if rng.random() < 0.75 else f"{street} {number}"
    else:
        line = f"{street}{rng.choice((' ', ' ', ' ', ', ', ' nr. ', ' nr ', ' Nr.'))}{number}"
    if rng.random() < (0.5 if home.flat else 0.08):
        flat = home.flat if home.flat and rng.random() < 0.4 else rng.choice(("ap. 4", "kati 2", "Flat 4", "shk. B"))
        line = f"{flat}, {line}" if home.language == "en" and rng.random() < 0.6 else f"{line}, {flat}"
    chance, code = rng.random(), home.code if rng.random() < 0.6 else home.code.replace(" ", "")
    end = (f"{code} {town}", f"{town} {code}", f"{town}, {code}", town)[
        0 if chance < 0.5 else 1 if chance < 0.68 else 2 if chance < 0.84 else 3
    ]
    country = f", {rng.choice(_COUNTRY[home.language])}" if rng.random() < 0.3 else ""
    if "NY" in town or "MA" in town:
        country = rng.choice(("", ", USA", ", SHBA"))
    whole = rng.choice((f"{line}, {end}", f"{line}, {end}", f"{line} {end}", f"{line}\n{end}")) + country
    if rng.random() < 0.04:
        whole = f"{end}, {line}"
    if rng.random() < 0.35:
        whole = unmarked(whole)
    return whole.upper() if rng.random() < 0.06 else whole.lower() if rng.random() < 0.06 else whole


def _shortened(rng: random.Random, street: str, chance: float) -> str:
    for whole, shorts in _SHORT.items():
        if whole in street and rng.random() < chance:
            return street.replace(whole, rng.choice(shorts))
    return street


def unmarked(text: str) -> str:
    whole = text.replace("ß", "ss")
    return "".join(c for c in unicodedata.normalize("NFD", whole) if not unicodedata.combining(c))


def latin(text: str) -> str:
    """Greek in Latin letters, as a traveller writes it (ELOT 743 without its finer points)."""
    low = unmarked(text).lower().replace("ου", "ou").replace("αυ", "av").replace("ευ", "ev")
    for pair, letters in (("μπ", "b"), ("ντ", "nt"), ("γκ", "gk"), ("γγ", "ng"), ("ου", "ou")):
        low = low.replace(pair, letters)
    return "".join(_LATIN.get(c, c) for c in low).title()
