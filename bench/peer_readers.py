"""Read pictures with another MRZ reader; runs in the peers' own environment and knows nothing of the product.

    .venv-peers/bin/python bench/peer_readers.py {passporteye,rapidocr} < LIST-OF-FILES

One JSON object per file: `lines` as that reader gives them, top to bottom, and `ms` of CPU, its children's included.
"""

from __future__ import annotations

import json
import resource
import sys
import time
import warnings
from collections.abc import Callable


def passporteye() -> Callable[[str], list[str]]:
    from passporteye import read_mrz

    def read(file: str) -> list[str]:
        found = read_mrz(file)
        return [] if found is None else str(found.aux.get("raw_text") or found.aux.get("text") or "").split("\n")

    return read


def rapidocr() -> Callable[[str], list[str]]:
    import cv2
    from rapidocr_onnxruntime import RapidOCR

    cv2.setNumThreads(1)
    engine = RapidOCR(intra_op_num_threads=1, inter_op_num_threads=1)

    def read(file: str) -> list[str]:
        found, _ = engine(cv2.imread(file))
        return [row[1] for row in found or []]

    return read


def _cpu() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def main() -> None:
    """Read every file named on standard input."""
    warnings.simplefilter("ignore")
    read = {"passporteye": passporteye, "rapidocr": rapidocr}[sys.argv[1]]()
    for file in sys.stdin.read().split("\n"):
        if not file:
            continue
        began = _cpu()
        try:
            lines = read(file)
        except Exception:  # noqa: BLE001  a peer that stumbles over a picture has not read it
            lines = []
        print(json.dumps({"lines": lines, "ms": (_cpu() - began) * 1000}), flush=True)


if __name__ == "__main__":
    main()
