"""Several frames of the same zone become one reading: log-probabilities are summed per character."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from datetime import date

import numpy as np

from biometrics.document.mrz_decode import decode
from biometrics.document.mrz_gate import judge
from biometrics.document.mrz_reader import Read
from registration.model.documents import MrzReading, ReadState

FRAMES = 5
"""How many of the last reads are fused."""
_WORTH = 0.55
"""Mean belief below which a read adds only noise."""
_FLOOR = 1e-4


class Fusion:
    """Collects reads. Only what at least two frames gave can be verified.

    The likeliest character comes from the summed logarithms; the belief the gate sees is their mean, so that five
    frames with the same smear never look surer than one.
    """

    def __init__(self, today: date) -> None:
        self._today = today
        self._reads: deque[Read] = deque(maxlen=FRAMES)
        self._reading: MrzReading | None = None
        self._strange = False

    def add(self, read: Read) -> MrzReading | None:
        """Take another frame's read; returns the fused reading so far, or None."""
        if read.judgement.mean < _WORTH:
            return self._reading
        if self._reads and not _same_document(self._reads[-1], read):
            # One doubtful frame, in which the zone was cut or misplaced, does not make another document; two do.
            doubtful = read.reading.state is not ReadState.VERIFIED
            if doubtful and not self._strange and not self._reads[-1].decoded.failed:
                self._strange = True
                return self._reading
            self._reads.clear()
        self._strange = False
        self._reads.append(read)
        self._reading = self._fused()
        return self._reading

    @property
    def reading(self) -> MrzReading | None:
        return self._reading

    @property
    def frames(self) -> int:
        """Reads fused now."""
        return len(self._reads)

    @property
    def agreeing(self) -> int:
        """How many of the fused reads gave the fused lines on their own."""
        reading = self._reading
        return 0 if reading is None else sum(read.reading.lines == reading.lines for read in self._reads)

    def clear(self) -> None:
        self._reads.clear()
        self._reading = None
        self._strange = False

    def _fused(self) -> MrzReading:
        if len(self._reads) == 1:
            only = self._reads[0].reading
            return replace(only, state=ReadState.UNSURE) if only.state is ReadState.VERIFIED else only
        kinds = [read.decoded.format for read in self._reads]
        kind = max(set(kinds), key=lambda k: (kinds.count(k), k is kinds[-1]))
        of_kind = [read for read in self._reads if read.decoded.format is kind]
        weight = np.array([read.judgement.mean for read in of_kind])
        logs = np.stack([np.log(read.belief + _FLOOR) for read in of_kind])
        mean = np.exp(np.tensordot(weight / weight.sum(), logs, 1))
        # What the classifier gave to no character stays lost: a cell that holds none must not look sure.
        believed = np.stack([read.belief.sum(2) for read in of_kind]).mean(0)
        mean *= (believed / mean.sum(2))[:, :, None]
        pitch = max(read.pitch for read in of_kind)
        faded = sum(not read.faded for read in of_kind) < 2
        judged = judge(decode(mean, kind), pitch, self._today, faded=faded).reading
        alone = sum(read.reading.lines == judged.lines for read in of_kind)
        if judged.state is ReadState.VERIFIED and (len(of_kind) < 2 or alone < 1):
            return replace(judged, state=ReadState.UNSURE)
        return judged


def _same_document(former: Read, read: Read) -> bool:
    """Whether two reads can be of one zone: the same format, and most characters alike."""
    a, b = "".join(former.decoded.lines), "".join(read.decoded.lines)
    return len(a) == len(b) and sum(x == y for x, y in zip(a, b, strict=True)) > 0.7 * len(a)
