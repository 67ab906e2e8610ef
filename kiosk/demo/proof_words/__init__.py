"""Words, invented people and invented addresses of the specimen proofs of address (`proofs`), by language."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.demo.proof_words.albanian import ALBANIAN
from kiosk.demo.proof_words.english import ENGLISH
from kiosk.demo.proof_words.french import FRENCH
from kiosk.demo.proof_words.german import GERMAN
from kiosk.demo.proof_words.greek import GREEK
from kiosk.demo.proof_words.italian import ITALIAN
from kiosk.demo.proof_words.language import Language

LANGUAGES: Mapping[str, Language] = {
    "it": ITALIAN,
    "el": GREEK,
    "de": GERMAN,
    "en": ENGLISH,
    "fr": FRENCH,
    "sq": ALBANIAN,
}
