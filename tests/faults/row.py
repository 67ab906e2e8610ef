"""One line of the table of faults."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Control:
    """The same fault with the protection taken away: it must lose something, or the fault proves nothing."""

    what: str
    tries: int
    lost: int


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured of one fault.

    `acknowledged` counts what the product had said was safe (or had accepted), `lost` what of it was then missing,
    half there, or accepted though damaged. `note` holds further measured figures.
    """

    fault: str
    tries: int
    acknowledged: int
    lost: int
    control: Control | None
    note: str = ""

    @property
    def holds(self) -> bool:
        """Nothing was lost, something was tried, and the control, where there is one, did lose."""
        return self.tries > 0 and self.lost == 0 and (self.control is None or self.control.lost > 0)
