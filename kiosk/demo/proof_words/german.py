"""Words, streets and towns of German specimen proofs; all invented or common."""

from __future__ import annotations

from kiosk.demo.proof_words.language import Language, streets, towns

GERMAN = Language(
    number_first=False,
    streets=streets("""
Hauptstraße = Hauptstr.|Hauptstraße|Hauptstrasse
Goethestraße = Goethestr.|Goethestraße|GOETHESTRASSE
Berliner Allee = Berliner Allee
Karl-Marx-Platz = Karl-Marx-Pl.|Karl-Marx-Platz
Am Alten Markt = Am Alten Markt
Bahnhofstraße = Bahnhofstr.|Bahnhofstraße|BAHNHOFSTR.
Lange Gasse = Lange Gasse
Kaiserdamm = Kaiserdamm
Wilhelm-Busch-Straße = Wilhelm-Busch-Str.|Wilhelm-Busch-Straße
Rosenheimer Platz = Rosenheimer Platz|Rosenheimer Pl.
An der Mühle = An der Mühle
Lindenweg = Lindenweg
Müllerstraße = Müllerstr.|Müllerstraße
Schönhauser Straße = Schönhauser Str.|Schönhauser Straße
Frankfurter Ring = Frankfurter Ring"""),
    towns=towns("""
Berlin;;10###
München;Mynih|Munich|Muenchen;80###
Köln;Këln|Koeln;50###
Stuttgart;Shtutgart;70###
Hamburg;;20###
Frankfurt am Main;Frankfurt;60###
Düsseldorf;Dyseldorf;40###
Graz;Grac;80##
Basel;Bazel;40##
Nürnberg;Nuremberg;90###
Wien;Vjenë|Vienna;1##0
Zürich;Zyrih|Zurich;80##"""),
    honorifics=("", "Herrn ", "Frau ", "Herr "),
    companies={
        "energy": ("Stadtwerke Lindental GmbH", "Nordlicht Energie AG"),
        "water": ("Wasserverband Talquelle", "Stadtentwässerung Aue"),
        "internet": ("Netzbrücke Telekom GmbH", "Glasfaser Mitte"),
        "bank": ("Sparbank Lindental", "Volkskasse Nord eG"),
        "residence": ("Stadt Lindental - Bürgeramt", "Einwohnermeldeamt"),
        "rent": ("Hausverwaltung Krone", "Wohnbau Süd GmbH"),
    },
    titles={
        "energy": ("Stromrechnung", "Jahresabrechnung Gas und Strom"),
        "water": ("Gebührenbescheid Wasser", "Wasserrechnung"),
        "internet": ("Ihre Internetrechnung", "Rechnung Festnetz und Internet"),
        "bank": ("Kontoauszug", "Mitteilung zu Ihrem Konto"),
        "residence": ("Meldebescheinigung", "Amtliche Meldebestätigung"),
        "rent": ("Mietvertrag",),
    },
    labels={
        "name": "Name, Vorname",
        "surname": "Familienname",
        "given": "Vornamen",
        "address": "Anschrift",
        "holder": "Vertragspartner",
        "supply": "Lieferstelle",
        "customer": "Kundennummer",
        "date": "Datum",
        "total": "Gesamtbetrag",
        "due": "Fällig am",
    },
    sentences=(
        "Vielen Dank, dass Sie unser Kunde sind.",
        "Bitte überweisen Sie den Betrag bis zum genannten Termin.",
        "Bei Fragen zu dieser Rechnung hilft Ihnen unser Kundendienst gern weiter.",
        "Der Zählerstand wurde durch den Netzbetreiber übermittelt.",
        "Dieses Schreiben wurde maschinell erstellt und ist ohne Unterschrift gültig.",
    ),
    contract="Zwischen {other}, nachfolgend Vermieter genannt, und {name}, wohnhaft {address}, nachfolgend Mieter "
    "genannt, wird folgender Mietvertrag geschlossen. Vermietet wird zu Wohnzwecken die Wohnung im Haus {address}.",
    certificate="Hiermit wird bescheinigt, dass {name} in unserer Gemeinde mit folgender Anschrift gemeldet ist: "
    "{address}.",
    rows=("Grundpreis", "Arbeitspreis", "Netzentgelt", "Stromsteuer", "Umsatzsteuer 19%"),
)
