"""`make gallery`: every screen as PNG with an index page, for looking at."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from resources import texts


def main() -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from ui import gallery
    from ui.app import start_application
    from ui.gallery_hints import hint_scenes
    from ui.theme import TextSize, Theme

    parser = argparse.ArgumentParser(prog="python -m tools.gallery", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/gallery"), metavar="DIR", help="default: %(default)s")
    parser.add_argument(
        "--hints", action="store_true", help="only the capture screen, in every state, text size and theme"
    )
    parser.add_argument("--lang", nargs="+", choices=texts.LANGUAGES, default=texts.LANGUAGES)
    parser.add_argument("--size", nargs="+", type=TextSize, choices=list(TextSize))
    parser.add_argument("--theme", nargs="+", type=Theme, choices=list(Theme))
    parser.add_argument(
        "--resolution", type=_resolution, default=(1920, 1080), metavar="WxH", help="default: 1920x1080"
    )
    args = parser.parse_args()
    start_application(["gallery"])
    index = gallery.render_gallery(
        args.out,
        args.lang,
        args.size or (list(TextSize) if args.hints else gallery.DEFAULT_SIZES),
        themes=args.theme or (list(Theme) if args.hints else (Theme.DEFAULT,)),
        resolution=args.resolution,
        scenes=hint_scenes() if args.hints else gallery.SCENES,
        panels=() if args.hints else gallery.PANELS,
    )
    print(f"{len(list(args.out.glob('*.png')))} pictures; open {index}")
    return 0


def _resolution(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    return int(width), int(height)


if __name__ == "__main__":
    sys.exit(main())
