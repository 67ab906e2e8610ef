"""`kiosk selftest`: is this installation whole? Imports, models, definitions, texts, a vault, one page offscreen."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import resources
from kiosk.clock import SystemClock
from kiosk.commands.profile import add_profile, passphrase, settings_of
from kiosk.log import describe
from registration.catalog.loader import load_catalog
from registration.errors import Expected
from resources import texts


def configure(parser: argparse.ArgumentParser) -> None:
    add_profile(parser)
    parser.add_argument("--vault", action="store_true", help="also open and check the profile's own vault")


def run(args: argparse.Namespace) -> int:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    checks: list[tuple[str, Callable[[], str]]] = [
        ("service definitions", _services),
        ("texts", _texts),
        ("face model", _face),
        ("MRZ model", _mrz),
        ("text recognition", _tesseract),
        ("vault", _vault),
        ("window", _window),
    ]
    if args.vault:
        checks.append(("this kiosk's vault", lambda: _own_vault(args)))
    failed = 0
    for name, check in checks:
        try:
            print(f"ok      {name}: {check()}")
        except Exception as error:  # noqa: BLE001  a broken installation may fail in any way; each is told apart
            failed += 1
            print(f"FAILED  {name}: {error.code if isinstance(error, Expected) else describe(error)}")
    return 1 if failed else 0


def _services() -> str:
    return ", ".join(service.id for service in load_catalog(resources.path("services")))


def _texts() -> str:
    counts = {language: len(texts.table(language)) for language in texts.LANGUAGES}
    assert len(set(counts.values())) == 1, "a language is incomplete"
    return ", ".join(f"{language} {count}" for language, count in counts.items())


def _face() -> str:
    import numpy as np
    from biometrics.face.session import FaceSession

    from registration.ports import Frame

    session = FaceSession()
    try:
        guidance = session.step(Frame(np.full((720, 1280, 3), 90, np.uint8), 0.0))
    finally:
        session.close()
    assert not guidance.green, "an empty picture is no face"
    return "loaded, sees no face in an empty picture"


def _mrz() -> str:
    from biometrics.document.glyphs import GlyphModel

    GlyphModel.load()
    return "loaded, its hash is right"


def _tesseract() -> str:
    import pytesseract

    languages = set(pytesseract.get_languages())
    missing = {"sqi", "eng", "ita", "ell", "deu", "fra"} - languages
    assert not missing, f"language packs missing: {', '.join(sorted(missing))}"
    return str(pytesseract.get_tesseract_version())


def _vault() -> str:
    from kiosk.vault.vault import Vault

    with tempfile.TemporaryDirectory() as folder:
        vault = Vault.create(Path(folder) / "vault", "selftest passphrase", SystemClock())
        vault.check()
        vault.lock()
    return "made, checked and erased a fresh one"


def _window() -> str:
    from ui.app import draw_first_page

    width, height = draw_first_page()
    return f"drew the first page, {width} x {height}"


def _own_vault(args: argparse.Namespace) -> str:
    from kiosk.bootstrap import open_vault

    vault = open_vault(settings_of(args), passphrase())
    vault.check()
    vault.lock()
    return "every page and the structure are right"
