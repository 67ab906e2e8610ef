"""`kiosk demo`: a scripted voter and a scripted official go through the real windows, offscreen where there is none."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from resources import texts


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=Path("out"), metavar="DIR", help="where the pictures go (out/)")
    parser.add_argument("--offline", action="store_true", help="without a server until the voter has finished")
    parser.add_argument("--lang", choices=texts.LANGUAGES, default=texts.LANGUAGES[0], help="language of the windows")


def run(args: argparse.Namespace) -> int:
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from kiosk.demo.show import run_demo

    outcome = run_demo(args.out, offline=args.offline, language=args.lang)
    print(f"pictures, journey.json, receipt.pdf and the packet are in {args.out}")
    print(f"request {outcome.reference} {outcome.state}")
    return 0 if outcome.state == "approved" else 1
