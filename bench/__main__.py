"""`python -m bench [NAME...]`: run the measurements, print a table and write bench/results.json.

A measurement that fails is reported and the others go on; then the exit code is 1. With names only those are run, and
their figures replace the older ones in the file.
"""

from __future__ import annotations

import argparse
import importlib
import json
import math
import os
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
RESULTS = HERE / "results.json"
KEYS = ("value", "unit", "n", "peer", "ratio")


def main(arguments: Sequence[str] | None = None) -> int:
    every = sorted(file.stem.removeprefix("bench_") for file in HERE.glob("bench_*.py"))
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which ones: {', '.join(every)} (default: all)")
    names = parser.parse_args(arguments).names or every
    if unknown := set(names) - set(every):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(every)}")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    results: dict[str, dict[str, Any]] = {}
    failed = []
    for name in names:
        began = time.perf_counter()
        try:
            found = table(importlib.import_module(f"bench.bench_{name}").run(), results)
        except Exception:  # noqa: BLE001  one measurement's bug must not cost the others
            traceback.print_exc()
            failed.append(name)
            continue
        results |= found
        # After each, so that a run that is broken off is not for nothing.
        write(results, keep=set(names) != set(every))
        print(f"-- {name}, {time.perf_counter() - began:.0f} s", flush=True)
        for line in lines(found):
            print(line, flush=True)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def table(rows: Sequence[Mapping[str, Any]], taken: Mapping[str, object]) -> dict[str, dict[str, Any]]:
    """Return rows by name. Raises ValueError for one that is no measurement or whose name is taken."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        name, value = row["name"], row["value"]
        if name in taken or name in found:
            raise ValueError(f"two measurements are called {name}")
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ValueError(f"{name} is no number")
        if row["n"] < 1 or not row["unit"]:
            raise ValueError(f"{name} has no unit or was never measured")
        found[name] = {key: row[key] for key in KEYS if key in row}
    if not found:
        raise ValueError("nothing was measured")
    return found


def lines(found: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the table's lines, columns under one another."""
    width = max(map(len, found))
    return [
        f"   {name:<{width}} {row['value']:>12.6g} {row['unit']:<8} n={row['n']}"
        + (
            f"   {row['ratio']:.3g} x {row['peer']}"
            if "ratio" in row
            else f"   against {row['peer']}"
            if "peer" in row
            else ""
        )
        for name, row in found.items()
    ]


def write(results: Mapping[str, Mapping[str, Any]], *, keep: bool) -> None:
    """Write the results, all or nothing; with `keep` what other measurements wrote before stays."""
    older = json.loads(RESULTS.read_text(encoding="utf-8")) if keep and RESULTS.exists() else {}
    part = RESULTS.with_suffix(".part")
    part.write_text(json.dumps({**older, **results}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    part.replace(RESULTS)


if __name__ == "__main__":
    sys.exit(main())
