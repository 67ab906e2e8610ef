"""The demo's voter: invented from head to foot. The face is the public-domain astronaut of scikit-image."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from kiosk.demo.proofs import Home, page_for
from kiosk.demo.proofs import Person as ProofPerson
from kiosk.demo.specimen import Holder, personal_number
from registration.model.person import Sex


@dataclass(frozen=True, slots=True)
class DemoVoter:
    """What the person knows and carries."""

    holder: Holder
    phone: str = field(default="+39 347 123 4567", repr=False)
    email: str = field(default="arta.specimen@example.org", repr=False)
    password: str = field(default="Zgjidhje7", repr=False)
    country: str = "IT"
    city: str = "Bari"
    postcode: str = "70121"
    street: str = "Via Sparano da Bari"
    building: str = "12"

    @property
    def birth_fields(self) -> tuple[str, str, str]:
        born = self.holder.birth
        return str(born.day), str(born.month), str(born.year)


def demo_voter() -> DemoVoter:
    """Return the voter of every demo."""
    born = date(1988, 5, 14)
    return DemoVoter(
        Holder(
            surname="Çela Specimen",
            given_names="Arbëresha",
            birth=born,
            sex=Sex.FEMALE,
            birth_place="Gjirokastër",
            personal_number=personal_number(born, Sex.FEMALE, 321),
            document_number="SP1234567",
            issued=date(2021, 3, 2),
            expires=date(2031, 3, 1),
            father_name="Besnik",
        )
    )


def energy_bill(voter: DemoVoter, *, city: str = "", postcode: str = "") -> object:
    """Draw the voter's electricity bill; another town makes it a proof of another address."""
    town = f"{postcode or voter.postcode} {city or voter.city} BA"
    street = f"{voter.street} {voter.building}"
    holder = voter.holder
    return page_for(
        ProofPerson(holder.given_names, holder.surname),
        Home(f"{street}, {voter.postcode} {voter.city}", street, town),
        language="it",
        kind="energy",
        seed=11,
    )
