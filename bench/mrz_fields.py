"""Invented holders and numbers for machine-readable zones of every format."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from biometrics.document.mrz import Mrz
from biometrics.document.mrz_layout import DIGITS, LETTERS, Format
from kiosk.demo import specimen
from registration.model.person import Sex

SURNAMES = (
    "Çela Gjoni Hoxha Përmeti Këlliçi Mëhilli Dërvishi Krasniqi Bërxholi Kovačević Müller Papadópulos Okonkwo-Ray"
)
GIVEN = "Ëngjëll Besnik Valbona Çlirim Gëzim Mirëlinda Agim Shpëtim Drita Bardhyl Zoë Maximilian Jean-Luc Quentin Uwe"
STATES = "UTO UTO ALB RKS ITA GRC D FRA GBR USA CHE BEL SWE TUR POL ESP"


def _text(rng: np.random.Generator, chars: str, n: int) -> str:
    return "".join(chars[i] for i in rng.integers(0, len(chars), n))


def any_zone(rng: np.random.Generator) -> Mrz:
    """Draw invented fields in any of the five formats."""
    kind = Format(rng.choice(["TD3", "TD3", "TD1", "TD1", "TD2", "MRV-A", "MRV-B"]))
    birth = date(1940, 1, 1) + timedelta(days=int(rng.integers(0, 24500)))
    sex = Sex.FEMALE if rng.random() < 0.5 else Sex.MALE
    state = str(rng.choice(STATES.split()))
    number = _text(rng, DIGITS + LETTERS, 9) if rng.random() < 0.4 else _text(rng, LETTERS, 2) + _text(rng, DIGITS, 7)
    optional: tuple[str, ...] = ("",)
    if kind is Format.TD3 or kind is Format.TD1:
        own = specimen.personal_number(birth, sex, int(rng.integers(0, 1000)))
        optional = (own if state == "ALB" or rng.random() < 0.5 else "",)
    elif rng.random() < 0.4:
        optional = (_text(rng, DIGITS + LETTERS, 6),)
    expiry = date(2026, 1, 1) + timedelta(days=int(rng.integers(0, 3600)))
    return Mrz(
        format=kind,
        document_code={Format.TD3: "P", Format.MRV_A: "V", Format.MRV_B: "V"}.get(kind, str(rng.choice(["I", "ID"]))),
        issuer=state,
        surname=str(rng.choice(SURNAMES.split()))
        + (" " + str(rng.choice(SURNAMES.split())) if rng.random() < 0.2 else ""),
        given_names=" ".join(rng.choice(GIVEN.split(), int(rng.integers(1, 4)))),
        document_number=number,
        nationality=state,
        birth=birth.strftime("%y%m%d"),
        sex=sex.value if rng.random() < 0.97 else "X",
        expiry=expiry.strftime("%y%m%d"),
        optional=optional,
    )
