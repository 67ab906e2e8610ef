"""Words, streets and towns of English specimen proofs; all invented or common."""

from __future__ import annotations

from kiosk.demo.proof_words.language import Language, streets, towns

ENGLISH = Language(
    number_first=True,
    streets=streets("""
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
    towns=towns("""
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
