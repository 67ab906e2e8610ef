"""A postal address of any country. The ballot envelope is sent there (PR-15), so nothing is rearranged."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Address:
    """Free international lines. `country` is ISO 3166 alpha-2; the rest as the voter writes it."""

    country: str
    city: str = field(repr=False)
    postcode: str = field(repr=False)
    street: str = field(repr=False)
    building: str = field(repr=False)
    flat: str = field(default="", repr=False)
    region: str = field(default="", repr=False)
    care_of: str = field(default="", repr=False)

    def one_line(self) -> str:
        """Return the address as one searchable line: street and number, flat, postcode and city, region."""
        parts = (
            f"{self.street} {self.building}".strip(),
            self.flat,
            f"{self.postcode} {self.city}".strip(),
            self.region,
        )
        return ", ".join(part for part in parts if part)
