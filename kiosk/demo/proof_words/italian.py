"""Words, streets and towns of Italian specimen proofs; all invented or common."""

from __future__ import annotations

from kiosk.demo.proof_words.language import Language, streets, towns

ITALIAN = Language(
    number_first=False,
    streets=streets("""
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
    towns=towns("""
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
