"""Words, invented people and invented addresses of the specimen proofs of address (`proofs`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Street:
    """A street as people say it, as bills print it, and its town."""

    declared: str
    printed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Town:
    """A town with its names: as printed there, and as an Albanian may write it."""

    local: str
    others: tuple[str, ...]
    postcode: str
    """``#`` is any digit."""


@dataclass(frozen=True, slots=True)
class Language:
    """Everything a page in one language is made of."""

    number_first: bool
    streets: tuple[Street, ...]
    towns: tuple[Town, ...]
    honorifics: tuple[str, ...]
    companies: Mapping[str, tuple[str, ...]]
    titles: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, str]
    sentences: tuple[str, ...]
    contract: str
    certificate: str
    rows: tuple[str, ...]


SURNAMES = [
    "Hoxhaj",
    "Çeliku",
    "Dërvishi",
    "Kuqi",
    "Tahiri",
    "Gjergji",
    "Malaj",
    "Ymeri",
    "Shkurti",
    "Bejtja",
    "Hysa",
    "Xhelili",
    "Mëhilli",
    "Paja",
    "Ruçi",
    "Hoxha",
    "Çela",
    "Gjoni",
    "Shehu",
    "Përmeti",
    "Këlliçi",
    "Dervishi",
    "Basha",
    "Krasniqi",
    "Lleshi",
    "Çobani",
    "Xhaferi",
    "Nikolla",
    "Ndoja",
    "Marku",
    "Gjeçi",
    "Bardhi",
    "Muça",
    "Zeneli",
    "Prifti",
    "Kola",
    "Dedja",
    "Qorri",
    "Toska",
    "Alia",
    "Gashi",
    "Berisha",
    "Rama",
    "Leka",
    "Sinani",
    "Doda",
    "Vata",
    "Pjetri",
    "Kurti",
]
GIVEN = [
    "Arta",
    "Gent",
    "Ina",
    "Erjon",
    "Erjona",
    "Ardian",
    "Adriana",
    "Endrit",
    "Marjeta",
    "Mimoza",
    "Gjergj",
    "Ylli",
    "Dhurata",
    "Nertila",
    "Petrit",
    "Kujtim",
    "Besnik",
    "Valbona",
    "Çlirim",
    "Gëzim",
    "Mirela",
    "Agim",
    "Shpëtim",
    "Drita",
    "Bardhyl",
    "Përparim",
    "Enkelejda",
    "Afërdita",
    "Blerta",
    "Zamir",
    "Lindita",
    "Hëna",
    "Artan",
    "Vjollca",
    "Ardit",
    "Elona",
    "Genti",
    "Ilir",
    "Klea",
    "Luan",
    "Majlinda",
    "Fatos",
    "Rovena",
    "Sokol",
    "Teuta",
    "Eriona",
    "Qazim",
    "Xhevahir",
]


def _streets(text: str) -> tuple[Street, ...]:
    return tuple(
        Street(declared, tuple(printed.split("|")))
        for declared, printed in (line.split(" = ") for line in text.strip().splitlines())
    )


def _towns(text: str) -> tuple[Town, ...]:
    rows = (line.split(";") for line in text.strip().splitlines())
    return tuple(Town(local, tuple(o for o in others.split("|") if o), code) for local, others, code in rows)


ITALIAN = Language(
    number_first=False,
    streets=_streets("""
Via Garibaldi = Via Garibaldi|VIA G. GARIBALDI|V. Garibaldi
Corso Buenos Aires = Corso Buenos Aires|C.so Buenos Aires
Viale Monza = Viale Monza|V.le Monza|VIALE MONZA
Via Francesco Baracca = Via F. Baracca|Via Francesco Baracca
Piazza Dante Alighieri = P.za Dante Alighieri|Piazza Dante Alighieri
Via San Donato = Via S. Donato|Via San Donato
Via Giuseppe Verdi = Via G. Verdi|Via Giuseppe Verdi|VIA VERDI
Piazza Guglielmo Marconi = Piazza G. Marconi|P.zza Marconi|PIAZZA MARCONI
Vicolo del Forno = Vicolo del Forno|VICOLO DEL FORNO
Via XX Settembre = Via XX Settembre|VIA XX SETTEMBRE
Via Cesare Battisti = Via C. Battisti|Via Cesare Battisti
Viale dei Tigli = V.le dei Tigli|Viale dei Tigli
Largo Augusto = Largo Augusto|L.go Augusto
Via dei Mille = Via dei Mille|VIA DEI MILLE
Strada Statale Adriatica = Strada Statale Adriatica|S.S. Adriatica
Via della Repubblica = Via della Repubblica|VIA DELLA REPUBBLICA"""),
    towns=_towns("""
Milano;Milan;201##
Roma;Romë|Rome;001##
Firenze;Firence|Florence;501##
Torino;Turin;101##
Bari;;701##
Ancona;Ankona;601##
Padova;Padua;351##
Napoli;Napoli|Naples;801##
Perugia;;061##
Treviso;Trevizo;311##
Reggio Emilia;;421##
Bologna;Bolonjë;401##
Brescia;Breshia;251##"""),
    honorifics=("", "Sig. ", "Sig.ra ", "Gentile ", "Egr. Sig. "),
    companies={
        "energy": ("Luce Chiara S.p.A.", "Energia Valle S.r.l."),
        "water": ("Acque Serene S.p.A.", "Consorzio Idrico Fonte"),
        "internet": ("Filo Rapido S.p.A.", "Rete Comune Telecom"),
        "bank": ("Banca del Castello", "Cassa Popolare Nuova"),
        "residence": ("Comune di Vallechiara", "Ufficio Anagrafe"),
        "rent": ("Agenzia Casa Aperta", "Studio Immobiliare Colle"),
    },
    titles={
        "energy": ("Bolletta energia elettrica", "Fattura gas naturale"),
        "water": ("Bolletta acqua", "Servizio idrico integrato"),
        "internet": ("Fattura internet e telefono", "Conto telefonico"),
        "bank": ("Estratto conto", "Comunicazione alla clientela"),
        "residence": ("Certificato di residenza", "Certificato di stato di famiglia e residenza"),
        "rent": ("Contratto di locazione ad uso abitativo",),
    },
    labels={
        "name": "Cognome e nome",
        "surname": "Cognome",
        "given": "Nome",
        "address": "Indirizzo",
        "holder": "Intestatario",
        "supply": "Indirizzo di fornitura",
        "customer": "Codice cliente",
        "date": "Data",
        "total": "Totale da pagare",
        "due": "Scadenza",
    },
    sentences=(
        "La ringraziamo per aver scelto i nostri servizi.",
        "Il pagamento può essere effettuato presso tutti gli sportelli postali.",
        "Per informazioni sulla presente fattura può chiamare il servizio clienti.",
        "I consumi sono stati rilevati con lettura effettiva del contatore.",
        "Ai sensi della normativa vigente conservi questo documento.",
    ),
    contract="Tra il signor {other}, di seguito denominato locatore, e {name}, residente in {address}, di seguito "
    "denominato conduttore, si conviene e si stipula quanto segue. Il locatore concede in locazione al conduttore "
    "l'immobile sito in {address}, per la durata di quattro anni.",
    certificate="Visti gli atti d'ufficio si certifica che {name}, risulta iscritto nell'anagrafe della popolazione "
    "residente in questo comune con abitazione in {address}.",
    rows=("Quota fissa", "Quota energia", "Oneri di sistema", "Imposte", "IVA 10%"),
)

GERMAN = Language(
    number_first=False,
    streets=_streets("""
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
    towns=_towns("""
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

ENGLISH = Language(
    number_first=True,
    streets=_streets("""
High Street = High St|High Street|HIGH STREET
Station Road = Station Rd|Station Road
Queens Avenue = Queens Ave|Queens Avenue
Church Lane = Church Lane|Church Ln
Maple Crescent = Maple Crescent|MAPLE CRESCENT
Old Mill Way = Old Mill Way
Northfield Gardens = Northfield Gardens|Northfield Gdns
Park Avenue = Park Ave|Park Avenue|PARK AVE
Lincoln Boulevard = Lincoln Blvd|Lincoln Boulevard
Victoria Park Drive = Victoria Park Drive|Victoria Park Dr
Kingfisher Close = Kingfisher Close
St Mary's Road = St. Mary's Rd|St Mary's Road
Wellington Square = Wellington Sq|Wellington Square"""),
    towns=_towns("""
London;Londër|Londra;SW# #AB
Birmingham;;B# #QT
Manchester;Mançester;M# #HD
Leeds;;LS# #EF
Bristol;;BS# #JL
Chicago;Çikago;606##
Philadelphia;;191##
Boston;;021##
New York;Nju Jork;100##
Dublin;;D0# X#F#"""),
    honorifics=("", "Mr ", "Ms ", "Mrs "),
    companies={
        "energy": ("Brightwell Energy Ltd", "Northern Spark plc"),
        "water": ("Clearbrook Water", "Riverside Water Services"),
        "internet": ("Swiftline Broadband", "Harbour Telecom"),
        "bank": ("Oakfield Bank", "Harbour Building Society"),
        "residence": ("Ashford Vale Borough Council", "Office of the Registrar"),
        "rent": ("Keystone Lettings", "Hartley Estates"),
    },
    titles={
        "energy": ("Your electricity bill", "Gas and electricity statement"),
        "water": ("Your water bill", "Water and sewerage charges"),
        "internet": ("Your broadband bill", "Home phone and internet invoice"),
        "bank": ("Account statement", "About your account"),
        "residence": ("Council Tax Bill", "Certificate of residence"),
        "rent": ("Assured Shorthold Tenancy Agreement",),
    },
    labels={
        "name": "Name",
        "surname": "Surname",
        "given": "First name",
        "address": "Address",
        "holder": "Account holder",
        "supply": "Supply address",
        "customer": "Customer number",
        "date": "Date",
        "total": "Total to pay",
        "due": "Please pay by",
    },
    sentences=(
        "Thank you for being our customer.",
        "You can pay this bill at any post office or online.",
        "If you have a question about this bill please call our customer service.",
        "Your meter was read by our engineer this month.",
        "Please keep this letter for your records.",
    ),
    contract="This agreement is made between {other} (the Landlord) and {name} (the Tenant). The Landlord lets and "
    "the Tenant takes the property known as {address} for a term of twelve months at the rent stated below.",
    certificate="This is to certify that {name} is registered in this district as living at {address} and is liable "
    "for the charges stated below.",
    rows=("Standing charge", "Energy used", "Network charge", "VAT 5%", "Previous balance"),
)

FRENCH = Language(
    number_first=True,
    streets=_streets("""
rue Victor Hugo = rue Victor Hugo|RUE VICTOR HUGO|r. Victor Hugo
avenue Jean Jaurès = av. Jean Jaurès|avenue Jean Jaurès|AVENUE JEAN JAURES
boulevard de la Liberté = bd de la Liberté|boulevard de la Liberté
impasse des Lilas = impasse des Lilas|imp. des Lilas
place de la République = place de la République|pl. de la République
rue du Général Leclerc = rue du Général Leclerc|rue du Gal Leclerc|RUE DU GENERAL LECLERC
allée des Tilleuls = allée des Tilleuls|ALLEE DES TILLEULS
rue Saint-Martin = rue Saint-Martin|rue St-Martin|RUE SAINT MARTIN
route de Chêne = route de Chêne|rte de Chêne
quai des Bergues = quai des Bergues
chemin du Moulin = chemin du Moulin|ch. du Moulin
rue de l'Église = rue de l'Église|RUE DE L'EGLISE"""),
    towns=_towns("""
Paris;;750##
Lyon;;690##
Marseille;Marsejë;130##
Lille;;590##
Nantes;;440##
Lausanne;Lozanë;10##
Liège;Lieg;40#0
Bruxelles;Bruksel|Brussels;10#0
Genève;Gjenevë|Geneva;12##
Strasbourg;Strasburg;670##"""),
    honorifics=("", "M. ", "Mme ", "Monsieur ", "Madame "),
    companies={
        "energy": ("Lumière du Midi SA", "Énergie des Vallées"),
        "water": ("Eaux de la Plaine", "Régie des Eaux Claires"),
        "internet": ("Fibre Libre SAS", "Liaison Télécom"),
        "bank": ("Banque des Tilleuls", "Crédit du Port"),
        "residence": ("Mairie de Valclair", "Service de la population"),
        "rent": ("Agence du Vieux Pont", "Immobilière Valclair"),
    },
    titles={
        "energy": ("Facture d'électricité", "Votre facture de gaz naturel"),
        "water": ("Facture d'eau",),
        "internet": ("Votre facture internet", "Facture box et téléphone fixe"),
        "bank": ("Relevé de compte", "Relevé d'identité bancaire"),
        "residence": ("Attestation de domicile", "Certificat de résidence"),
        "rent": ("Contrat de location", "Bail d'habitation"),
    },
    labels={
        "name": "Nom et prénom",
        "surname": "Nom",
        "given": "Prénom",
        "address": "Adresse",
        "holder": "Titulaire du contrat",
        "supply": "Lieu de consommation",
        "customer": "Référence client",
        "date": "Date",
        "total": "Montant à payer",
        "due": "À régler avant le",
    },
    sentences=(
        "Nous vous remercions de votre confiance.",
        "Votre paiement peut être effectué par prélèvement ou par chèque.",
        "Pour toute question, notre service client est à votre écoute.",
        "Votre compteur a été relevé par nos techniciens.",
        "Ce document est à conserver pendant cinq ans.",
    ),
    contract="Entre les soussignés {other}, ci-après le bailleur, et {name}, demeurant {address}, ci-après le "
    "locataire, il a été convenu ce qui suit. Le bailleur donne en location le logement situé {address}, pour une "
    "durée de trois ans.",
    certificate="Nous certifions que {name} est inscrit au registre de la population de notre commune et demeure "
    "{address}.",
    rows=("Abonnement", "Consommation", "Taxes et contributions", "TVA 5,5%", "Services"),
)

GREEK = Language(
    number_first=False,
    streets=_streets("""
Ermou = Ερμού|ΕΡΜΟΥ|Οδός Ερμού
Odos Patision = Πατησίων|Οδός Πατησίων|ΠΑΤΗΣΙΩΝ
Leoforos Kifisias = Λεωφ. Κηφισίας|Λεωφόρος Κηφισίας|ΛΕΩΦ. ΚΗΦΙΣΙΑΣ
Agiou Dimitriou = Αγίου Δημητρίου|ΑΓΙΟΥ ΔΗΜΗΤΡΙΟΥ|Αγ. Δημητρίου
Eleftheriou Venizelou = Ελευθερίου Βενιζέλου|ΕΛΕΥΘΕΡΙΟΥ ΒΕΝΙΖΕΛΟΥ|Ελ. Βενιζέλου
Papanastasiou = Παπαναστασίου|ΠΑΠΑΝΑΣΤΑΣΙΟΥ
Tsimiski = Τσιμισκή|ΤΣΙΜΙΣΚΗ
Acharnon = Αχαρνών|ΑΧΑΡΝΩΝ|Οδός Αχαρνών
28is Oktovriou = 28ης Οκτωβρίου|28ΗΣ ΟΚΤΩΒΡΙΟΥ
Plateia Viktorias = Πλατεία Βικτωρίας|Πλ. Βικτωρίας
Konstantinoupoleos = Κωνσταντινουπόλεως|ΚΩΝΣΤΑΝΤΙΝΟΥΠΟΛΕΩΣ
Vasilissis Olgas = Βασιλίσσης Όλγας|ΒΑΣ. ΟΛΓΑΣ
Odos Athinon = Οδός Αθηνών|ΑΘΗΝΩΝ
Mitropoleos = Μητροπόλεως|ΜΗΤΡΟΠΟΛΕΩΣ"""),
    towns=_towns("""
Αθήνα;Athinë|Athina|Athens;1## ##
Θεσσαλονίκη;Selanik|Thessaloniki;54# ##
Πάτρα;Patra;26# ##
Ιωάννινα;Janinë|Ioannina;45# ##
Λάρισα;Larisa|Larissa;41# ##
Πειραιάς;Pire|Pireu|Piraeus;18# ##
Καλαμάτα;Kalamata;24# ##
Χανιά;Hania|Chania;73# ##
Κέρκυρα;Korfuz|Corfu;49# ##
Βόλος;Volos;38# ##
Ηράκλειο;Heraklion|Irakleio;71# ##"""),
    honorifics=("", "κ. ", "Κος ", "Κα "),
    companies={
        "energy": ("Φως και Ενέργεια Α.Ε.", "Ηλεκτρική Κοιλάδας"),
        "water": ("Ύδρευση Πηγή Α.Ε.", "Εταιρεία Υδάτων"),
        "internet": ("Γραμμή Νετ Α.Ε.", "Οπτική Τηλεφωνία"),
        "bank": ("Τράπεζα Λιμανιού", "Λαϊκή Πίστη"),
        "residence": ("Δήμος Καλλιρρόης", "Τμήμα Δημοτολογίου"),
        "rent": ("Μεσιτικό Γραφείο Ελιά", "Ακίνητα Ακτή"),
    },
    titles={
        "energy": ("Λογαριασμός ηλεκτρικού ρεύματος", "Εκκαθαριστικός λογαριασμός"),
        "water": ("Λογαριασμός ύδρευσης",),
        "internet": ("Λογαριασμός τηλεφώνου και internet", "Λογαριασμός σταθερής τηλεφωνίας"),
        "bank": ("Αντίγραφο λογαριασμού", "Ενημέρωση πελάτη"),
        "residence": ("Βεβαίωση μόνιμης κατοικίας", "Πιστοποιητικό κατοικίας"),
        "rent": ("Μισθωτήριο συμβόλαιο κατοικίας",),
    },
    labels={
        "name": "Ονοματεπώνυμο",
        "surname": "Επώνυμο",
        "given": "Όνομα",
        "address": "Διεύθυνση",
        "holder": "Πελάτης",
        "supply": "Διεύθυνση ακινήτου",
        "customer": "Κωδικός πελάτη",
        "date": "Ημερομηνία",
        "total": "Ποσό πληρωμής",
        "due": "Εξόφληση έως",
    },
    sentences=(
        "Σας ευχαριστούμε που είστε πελάτης μας.",
        "Ο λογαριασμός μπορεί να πληρωθεί σε όλα τα ταχυδρομεία.",
        "Για πληροφορίες επικοινωνήστε με την εξυπηρέτηση πελατών.",
        "Η κατανάλωση υπολογίστηκε με βάση την ένδειξη του μετρητή.",
        "Παρακαλούμε φυλάξτε το έντυπο αυτό.",
    ),
    contract="Μεταξύ του εκμισθωτή {other} και του μισθωτή {name}, κατοίκου {address}, συμφωνήθηκαν τα ακόλουθα. Ο "
    "εκμισθωτής εκμισθώνει την κατοικία που βρίσκεται επί της οδού {address}, για τρία χρόνια.",
    certificate="Βεβαιώνεται ότι {name} κατοικεί μόνιμα στη διεύθυνση {address} και είναι εγγεγραμμένος στον δήμο μας.",
    rows=("Πάγιο", "Χρέωση ενέργειας", "Ρυθμιζόμενες χρεώσεις", "ΦΠΑ 6%", "Δημοτικά τέλη"),
)

ALBANIAN = Language(
    number_first=False,
    streets=_streets("""
Rruga Agim Ramadani = Rr. Agim Ramadani|Rruga Agim Ramadani|RR. AGIM RAMADANI
Rruga e Drinit = Rr. e Drinit|Rruga e Drinit
Rruga Bill Klinton = Rr. Bill Klinton|Rruga Bill Klinton
Rruga Luigj Gurakuqi = Rr. Luigj Gurakuqi|RRUGA LUIGJ GURAKUQI
Rruga Fehmi Agani = Rr. Fehmi Agani|Rruga Fehmi Agani
Lagjja Çabrati = Lagjja Çabrati|Lgj. Çabrati
Bulevardi Nënë Tereza = Bulevardi Nënë Tereza|Bul. Nënë Tereza|Blvd. Nënë Tereza
Rruga Dëshmorët e Kombit = Rr. Dëshmorët e Kombit|Rruga Dëshmorët e Kombit
Rruga Ilirët = Rr. Ilirët|Rruga Ilirët
Sheshi Skënderbeu = Sheshi Skënderbeu"""),
    towns=_towns("""
Prishtinë;Prishtina;100##
Prizren;Prizreni;200##
Gjilan;Gjilani;600##
Ferizaj;Ferizaji;700##
Gostivar;Gostivari;12##
Tetovë;Tetova|Tetovo;12##
Shkup;Shkupi|Skopje;10##
Pejë;Peja;300##
Ulqin;Ulcinj;853##"""),
    honorifics=("", "Z. ", "Znj. "),
    companies={
        "energy": ("Drita e Qytetit sh.a.", "Energjia e Luginës"),
        "water": ("Ujësjellësi Burimi sh.a.", "Ujërat e Pastra"),
        "internet": ("Lidhja Net sh.p.k.", "Fibra Telekom"),
        "bank": ("Banka e Kodrës", "Kursimi i Parë"),
        "residence": ("Komuna e Lugmirës", "Zyra e Gjendjes Civile"),
        "rent": ("Agjencia Çelësi", "Banesa Plus"),
    },
    titles={
        "energy": ("Faturë e energjisë elektrike",),
        "water": ("Faturë e ujit", "Fatura për shërbimin e ujësjellësit"),
        "internet": ("Faturë interneti", "Faturë e telefonisë fikse"),
        "bank": ("Vërtetim bankar", "Pasqyra e llogarisë"),
        "residence": ("Vërtetim i vendbanimit",),
        "rent": ("Kontratë qiraje",),
    },
    labels={
        "name": "Emri dhe mbiemri",
        "surname": "Mbiemri",
        "given": "Emri",
        "address": "Adresa",
        "holder": "Konsumatori",
        "supply": "Adresa e furnizimit",
        "customer": "Nr. i klientit",
        "date": "Data",
        "total": "Shuma për pagesë",
        "due": "Afati i pagesës",
    },
    sentences=(
        "Ju falënderojmë që jeni klienti ynë.",
        "Pagesa mund të bëhet në çdo bankë ose zyrë postare.",
        "Për pyetje rreth kësaj fature telefononi shërbimin e klientit.",
        "Leximi i matësit është bërë nga punonjësi ynë.",
        "Ju lutemi ruajeni këtë dokument.",
    ),
    contract="Ndërmjet qiradhënësit {other} dhe qiramarrësit {name}, me banim në {address}, u lidh kjo kontratë. "
    "Qiradhënësi jep me qira banesën që ndodhet në {address}, për një afat prej dy vjetësh.",
    certificate="Vërtetohet se {name} banon në adresën {address} dhe është i regjistruar në librin e vendbanimeve.",
    rows=("Tarifa fikse", "Konsumi", "Tarifa e rrjetit", "TVSH 8%", "Borxhi i mbartur"),
)

LANGUAGES: Mapping[str, Language] = {
    "it": ITALIAN,
    "el": GREEK,
    "de": GERMAN,
    "en": ENGLISH,
    "fr": FRENCH,
    "sq": ALBANIAN,
}
