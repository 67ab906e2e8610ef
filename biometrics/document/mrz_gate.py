"""When a read zone may be used unasked. A wrong read must never be: it costs the voter the vote.

Check digits see most confusions of letters and digits, but none between characters of one class modulo 10
(0 < A K U, 1 B L V, 2 C M W, 3 D N X, 4 E O Y, 5 F P Z, 6 G Q, 7 H R, 8 I S, 9 J T), and names, states and sex have
no check digit at all. So beside the check digits this asks for belief, margins, possible dates, known states, and
the agreement of the personal number with birth date and sex.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from biometrics.document.glyphs import ALPHABET
from biometrics.document.mrz import Mrz, birth_date, date_possible, expiry_date, fields_of, known_state, parse
from biometrics.document.mrz_decode import Decoded
from biometrics.document.mrz_layout import ANY, FILLER, LAYOUTS, Format, checks_of
from registration.model.documents import MrzReading, ReadState
from registration.model.person import parse_personal_number

MIN_PITCH = 12.0
"""Pixels between characters below which reads are unsafe (measured: 9 px gives wrong accepts)."""
MAX_SUBSTITUTIONS = 2
LEAST_CHECKED = 0.60
"""Belief every character under a check digit must have."""
LEAST_UNCHECKED = 0.97
"""Belief every character without a check digit must have: names, states, sex, document code."""
LEAST_ALLOWED = 0.4
"""Belief the classifier must give, before the grammar, to the characters that may stand in a place: a zero that looks
like a D to it tells of a typeface in which it must not be trusted with a name either."""
LEAST_ALLOWED_UNCHECKED = 0.6
"""The same for names and whatever else no check digit covers: an O that looks like a zero may be a D with a gap."""
MOST_RIVAL = 0.08
"""Belief that rivals of the same class modulo 10, which the check digit cannot tell apart, may have together."""
LEAST_MEAN = 0.93
_CLASS = np.array([(ANY.index(c) if c != FILLER else 0) % 10 for c in ALPHABET])
_REFUSED_BELOW = 0.5
_LEAST_SENSE = 2
"""Signs of a zone below which lines with wrong check digits are other text that looked like one."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The reading and, for tests and the bench, why it is not verified."""

    reading: MrzReading
    reasons: tuple[str, ...] = ()
    mean: float = field(default=0.0)


def judge(decoded: Decoded, pitch: float, today: date, *, faded: bool = False) -> Judgement:
    """Decide VERIFIED, UNSURE or REFUSED for decoded lines; `pitch` in pixels of the camera's picture.

    `faded`: some characters have far less contrast than the others, so what they look like may be half of them.
    """
    mrz = parse(decoded.lines)
    chosen = decoded.chosen()
    mean = float(chosen.mean())
    reasons = [*_belief(decoded, chosen), *_content(mrz, today)]
    if decoded.failed:
        reasons.append("check_digits")
    if decoded.substitutions > MAX_SUBSTITUTIONS:
        reasons.append("substitutions")
    if faded:
        reasons.append("faded")
    if pitch < MIN_PITCH:
        reasons.append("pitch")
    if mean < LEAST_MEAN:
        reasons.append("mean")
    if decoded.format is Format.MRV_B:
        # Nothing tells it from the start of a wider visa cut off by the frame: no check digit covers the end.
        reasons.append("width")
    state = ReadState.UNSURE if reasons else ReadState.VERIFIED
    if decoded.failed and (mean < _REFUSED_BELOW or _sense(mrz, decoded) < _LEAST_SENSE):
        state = ReadState.REFUSED
    reading = MrzReading(
        format=decoded.format.value,
        lines=decoded.lines,
        state=state,
        check_digits_ok=not decoded.failed,
        confidence=round(float(chosen.min()), 4),
        fields=fields_of(mrz, today) if not decoded.failed else MappingProxyType({}),
    )
    return Judgement(reading, tuple(reasons), mean)


def _sense(mrz: Mrz, decoded: Decoded) -> int:
    """How many signs of a zone the lines show, 0 to 5: two states, two dates, most of the check digits."""
    most = 2 * len(decoded.failed) < len(LAYOUTS[decoded.format].checks)
    dates = (date_possible(mrz.birth), date_possible(mrz.expiry))
    return sum((known_state(mrz.issuer), known_state(mrz.nationality), *dates, most))


def _belief(decoded: Decoded, chosen: NDArray[np.float64]) -> list[str]:
    layout = LAYOUTS[decoded.format]
    checked = np.zeros(chosen.shape, bool)
    for check in checks_of(decoded.lines, decoded.format):
        for span in (*check.over, check.at):
            checked[span.line, span.start : span.end] = True
    reasons = []
    if chosen[checked].min() < LEAST_CHECKED:
        reasons.append("belief")
    if chosen[~checked].min() < LEAST_UNCHECKED:
        reasons.append("belief_unchecked")
    if decoded.allowed.min() < LEAST_ALLOWED or decoded.allowed[~checked].min() < LEAST_ALLOWED_UNCHECKED:
        reasons.append("grammar")
    index = np.array([[ALPHABET.index(c) for c in line] for line in decoded.lines])
    same = _CLASS[index][:, :, None] == _CLASS
    rivals = (decoded.probability * same).sum(2) - np.take_along_axis(decoded.probability, index[:, :, None], 2)[
        :, :, 0
    ]
    if rivals[checked].max() > MOST_RIVAL:
        reasons.append("rival")
    names = layout.names.of(decoded.lines)
    if names.startswith(FILLER) or FILLER * 3 in names.rstrip(FILLER):
        reasons.append("names")
    return reasons


def _content(mrz: Mrz, today: date) -> list[str]:
    reasons = []
    if not (known_state(mrz.issuer) and known_state(mrz.nationality)):
        reasons.append("state")
    born = birth_date(mrz.birth, today)
    if not date_possible(mrz.birth) or (FILLER not in mrz.birth and born is None):
        reasons.append("birth")
    if mrz.expiry.strip(FILLER) and expiry_date(mrz.expiry, today) is None:
        reasons.append("expiry")
    number = parse_personal_number(mrz.personal_number) if mrz.personal_number else None
    if number is not None:
        if number.birth_date.strftime("%y%m%d") != mrz.birth or number.sex.value != mrz.sex:
            reasons.append("personal_number")
        if not number.check_letter_ok:
            reasons.append("check_letter")
    elif "ALB" in (mrz.issuer, mrz.nationality) and any(len(text) >= 9 for text in mrz.optional):
        # An Albanian document whose optional data looks like a personal number but is none was misread.
        reasons.append("personal_number")
    return reasons
