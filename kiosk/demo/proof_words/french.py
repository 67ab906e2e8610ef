"""Words, streets and towns of French specimen proofs; all invented or common."""

from __future__ import annotations

from kiosk.demo.proof_words.language import Language, streets, towns

FRENCH = Language(
    number_first=True,
    streets=streets("""
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
    towns=towns("""
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
