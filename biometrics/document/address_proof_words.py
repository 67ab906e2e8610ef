"""Words of addresses in six languages: kinds of streets, small words, countries, towns with their other names."""

from __future__ import annotations

from biometrics.document.names import fold


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TYPES = _words(
    "via v viale vle corso cso piazza pza pzza p piazzale largo strada vicolo vico localita loc contrada ss statale "
    "strasse str platz pl allee weg gasse ring damm ufer markt "
    "street st road rd avenue ave av lane ln drive dr close court ct square sq place terrace crescent way boulevard "
    "blvd bd rue r chemin ch impasse imp quai cours route rte allees passage "
    "odos leoforos leof lewf plateia pl plat οδοσ οδ λεωφοροσ λεωφ λεωφορου πλατεια πλ "
    "rruga rr rrug bulevardi bul blv bulevard sheshi lagjja lagja lgj rrugica straat laan calle c avda "
    "n nr no num numero number nro nummer numri civico αρ αριθ αριθμ αριθμοσ hausnr hausnummer"
)
"""Words for kinds of streets and for "number": they may be shortened, left out or differ."""
STREET_KINDS = {
    "via": _words("via v"), "viale": _words("viale vle"), "corso": _words("corso cso"), "vicolo": _words("vicolo vico"),
    "piazza": _words("piazza pza pzza piazzale place pl platz sheshi plateia πλατεια πλ square sq"),
    "strasse": _words("strasse str"), "weg": _words("weg"), "allee": _words("allee allees"), "ring": _words("ring"),
    "street": _words("street st"), "road": _words("road rd"), "avenue": _words("avenue ave av"),
    "lane": _words("lane ln"), "drive": _words("drive dr"), "close": _words("close"), "crescent": _words("crescent"),
    "boulevard": _words("boulevard blvd bd bulevardi bul bulevard"), "rue": _words("rue"), "quai": _words("quai"),
    "chemin": _words("chemin ch"), "impasse": _words("impasse imp"), "route": _words("route rte"),
    "leoforos": _words("leoforos leof lewf λεωφοροσ λεωφ λεωφορου"), "rruga": _words("rruga rr rrug"),
}  # fmt: skip
"""Kinds of streets that make another street of the same name, in their spellings."""
KINDS_OF_A_LANGUAGE = tuple(
    frozenset(kinds.split())
    for kinds in (
        "via viale corso vicolo piazza", "strasse weg allee ring piazza", "rruga boulevard piazza",
        "street road avenue lane drive close crescent boulevard piazza",
        "rue avenue boulevard quai chemin impasse route allee piazza", "leoforos piazza",
    )
)  # fmt: skip
"""Two kinds differ only within a language: people write Rruga for Via, Str. for Straße."""
SMALL = _words(
    "de la le du des d l di del della dei degli delle da e i te se of the von der den dem am an zu zum zur und et"
)
COUNTRIES = _words(
    "italia itali italy gjermani germany deutschland greqi greece ellada ελλαδα franca france zvicer schweiz suisse "
    "svizzera switzerland austri austria osterreich angli england uk mbreteria bashkuar united kingdom usa shba "
    "belgjike belgique belgium kosove kosovo kosova shqiperi albania maqedoni macedonia ireland irlande"
)
FLAT = _words(
    "int interno scala sc apt app appt appartamento appartement flat apartment unit room wohnung whg top stiege tur "
    "bat batiment esc escalier porte hyrja shkalla shk ap apartamenti banesa bnj piano kati διαμ διαμερισμα "
    "diamerisma p box palazzina pal lotto edificio edif residence bte boite"
)
"""Words before the number or letter of a door, a staircase or a part of a house."""
FLOORS = _words(
    "og eg dg obergeschoss erdgeschoss stock etage etazh oroposh orofos οροφοσ οροφου floor piano kat kati links "
    "rechts mitte hinterhaus vorderhaus ισογειο"
)
"""Words after the number of a floor, or that say alone which side of the landing."""
NUMBER_WORDS = _words("n nr no num numero number nro nummer numri civico αρ αριθ αριθμ αριθμοσ hausnr hausnummer pn")
AFTER_THE_NAME = _words(
    "street st road rd avenue ave lane ln drive dr close court ct square sq terrace crescent way gardens grove hill "
    "walk row mews str strasse weg gasse platz pl allee ring damm ufer"
)
"""Kinds of streets that stand behind the street's name, so that a town may follow."""
BEFORE_A_CODE = _words(
    "d i a ch f b l gr it de at fr be uk al xk rks ks nl es tk τκ cap plz kodi postal postar zip postcode code"
)
MONTHS = _words(
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre janvier fevrier "
    "mars avril mai juin juillet aout septembre octobre novembre decembre januar februar marz april juni juli august "
    "september oktober november dezember janar shkurt prill maj qershor korrik gusht shtator tetor nentor dhjetor "
    "ιανουαριου φεβρουαριου μαρτιου απριλιου μαιου ιουνιου ιουλιου αυγουστου σεπτεμβριου οκτωβριου νοεμβριου "
    "δεκεμβριου martiou oktovriou noemvriou septemvriou maiou"
)
"""A number before one of these names a street after a day: Via 25 Aprile, Rue du 8 Mai."""
TOWNS: tuple[frozenset[str], ...] = tuple(
    frozenset(fold(name) for name in line.split("|"))
    for line in """\
roma|rome|romë|rom
milano|milan|mailand
firenze|firence|florence|florenz
torino|turin
napoli|naples|neapel
venezia|venecia|venedig|venice
genova|gjenova|genoa
bologna|bolonjë|bolonja
ancona|ankona
brescia|breshia
treviso|trevizo
padova|padua
vicenza|viçenca
athina|athinë|athens|athen|αθήνα|αθηνών|athinai|αθήναι
thessaloniki|selanik|θεσσαλονίκη|θεσσαλονίκης|saloniki|salonica
ioannina|janinë|janina|ιωάννινα|ιωαννίνων|giannena|γιάννενα
patra|πάτρα|πατρών|patras
larisa|larissa|λάρισα|λαρίσης
volos|βόλος|βόλου
irakleio|heraklion|ηράκλειο|ηρακλείου|iraklio|iraklion
peiraias|pireu|piraeus|πειραιάς|πειραιώς
kerkyra|korfuz|corfu|κέρκυρα|κερκύρας
kastoria|kostur|καστοριά
florina|follorinë|φλώρινα
kavala|kavalla|καβάλα
rodos|rodhos|rhodes|ρόδος|ρόδου
chania|hania|χανιά
münchen|mynih|munich|muenchen|mynihu
köln|këln|koeln|cologne
nürnberg|nuremberg|nyrnberg|nuernberg
hamburg|hamburgu
stuttgart|shtutgart
düsseldorf|dyseldorf|duesseldorf
frankfurt|frankfurti|frankfurt am main
hannover|hanover
wien|vjenë|vienna|vjena
zürich|zyrih|zurich|cyrih|zuerich
basel|bazel|bâle
bern|bernë|berne
genève|gjenevë|geneva|genf|gjeneva
lausanne|lozanë
bruxelles|bruksel|brussels|brussel|brüssel
liège|lieg|luttich
anvers|antwerpen|antwerp
paris|parisi
marseille|marsejë|marseilles
lyon|lion
strasbourg|strasburg|strassburg
london|londër|londra|londres
manchester|mançester
new york|nju jork|bronx|brooklyn|queens|manhattan|staten island|ny
chicago|çikago
prishtinë|prishtina|pristina
pejë|peja|pec
tetovë|tetova|tetovo
shkup|shkupi|skopje
ulqin|ulqini|ulcinj
tiranë|tirana
barcelona|barcelonë
madrid|madridi
stockholm|stokholm
copenhagen|kopenhagen|københavn
den haag|hagë|the hague""".splitlines()
)
