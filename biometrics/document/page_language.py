"""Tells which language a page is written in from its small words, or an address from its country and streets."""

from __future__ import annotations

from collections.abc import Iterable

from biometrics.document.names import fold, is_greek, tokens

_SMALL = {
    "ita": "il di della del per che con la alla sono nel dei gli una si dal via non presso",
    "deu": "der die und das ist den von zu bei nicht mit sie ihr ihre ihnen auf fur ein eine dem zum zur wurde",
    "fra": "le les des du est pour vous votre nous une par au aux dans sur qui et ce avez etre",
    "sqi": "te dhe per ne nga me qe eshte se ju tuaj nje kete si sipas juaj ose mund do",
    "eng": "the of and to your you for this is our with by at if please from on are",
}
_WORDS = {language: frozenset(words.split()) for language, words in _SMALL.items()}
_COUNTRIES = {
    "ita": "italia itali italy italien italie ιταλια",
    "ell": "greqi greqia greece grecia griechenland grece ellada hellas ελλαδα ελλασ",
    "deu": "gjermani gjermania germany deutschland allemagne germania austri austria osterreich",
    "fra": "france franca frankreich francia belgique belgium belgjike luxembourg",
    "sqi": "kosove kosova kosovo shqiperi albania maqedoni",
    "eng": "uk england angli kingdom britain usa shba states america ireland irlande canada kanada australia",
}
_STREETS = {
    "ita": "via viale piazza corso vicolo largo contrada piazzale p.za",
    "ell": "odos leoforos plateia leof οδοσ λεωφ λεωφοροσ πλατεια",
    "fra": "rue avenue boulevard chemin impasse quai allee route",
    "sqi": "rruga rr bulevardi sheshi lagjja",
    "eng": "street road lane drive close crescent",
}


def of_words(words: Iterable[str], likely: str = "") -> str:
    """Return ``ita``, ``deu``, ``fra``, ``sqi`` or ``eng`` for a text in Latin letters.

    `likely` decides when the small words do not; without it English does.
    """
    seen = [fold(word).strip(".,;:()") for word in words]
    counts = {language: sum(1 for word in seen if word in small) for language, small in _WORDS.items()}
    best = max(counts, key=lambda language: (counts[language], language == likely))
    if counts[best] >= 3:
        return best
    return likely if likely and likely != "ell" else "eng"


def of_address(address: str) -> str:
    """Return the language most papers at an address are written in, or "" when nothing tells."""
    words = tokens(address)
    if any(is_greek(word) for word in words):
        return "ell"
    for table in (_COUNTRIES, _STREETS):
        for language, named in table.items():
            if set(named.split()) & set(words):
                return language
    return "deu" if any(word.endswith(("strasse", "str", "platz", "weg", "gasse", "allee")) for word in words) else ""
