"""Words, streets and towns of Albanian specimen proofs; all invented or common."""

from __future__ import annotations

from kiosk.demo.proof_words.language import Language, streets, towns

ALBANIAN = Language(
    number_first=False,
    streets=streets("""
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
    towns=towns("""
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
