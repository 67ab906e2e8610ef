"""`kiosk selftest`: is this installation whole? Every part is really used once, on invented data, without a screen."""

from __future__ import annotations

import argparse
import io
import os
import secrets
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import resources
from kiosk.clock import SystemClock
from kiosk.commands.profile import add_profile, passphrase, settings_of
from kiosk.log import describe
from kiosk.memory_guard import swap_in_use
from registration.catalog.loader import load_catalog
from registration.errors import Expected, StaffMustFix
from resources import texts

_WORD = "Përmbledhje"
"""Read back by the text recogniser; English data alone would lose its ë."""
_ZONE = ("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10")
"""The specimen of ICAO Doc 9303 part 4, appendix B."""


class Broken(Exception):
    """A part answers, but wrongly. The text is ours and carries no data."""


def configure(parser: argparse.ArgumentParser) -> None:
    add_profile(parser)
    parser.add_argument("--vault", action="store_true", help="also open and check the profile's own vault")


def run(args: argparse.Namespace) -> int:
    """Check part after part, one line each. Raises StaffMustFix ``selftest.failed`` (params: n) at the end."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    checks: list[tuple[str, Callable[[], str]]] = [
        ("service definitions", _services),
        ("texts", _texts),
        ("face model", _face),
        ("MRZ model", _mrz),
        ("text recognition", _tesseract),
        ("voters' files", _pictures),
        ("vault", _vault),
        ("memory", _memory),
        ("packet", _packet),
        ("server", _server),
        ("window", _window),
        ("receipt", _receipt),
    ]
    if args.vault:
        checks.append(("this kiosk's vault", lambda: _own_vault(args)))
    failed = 0
    for name, check in checks:
        try:
            print(f"ok      {name}: {check()}", flush=True)
        except Exception as error:  # noqa: BLE001  a broken installation may fail in any way; each is told apart
            failed += 1
            print(f"FAILED  {name}: {_told(error)}", flush=True)
    if failed:
        raise StaffMustFix("selftest.failed", n=failed)
    return 0


def _told(error: Exception) -> str:
    if isinstance(error, Expected):
        known = texts.has("en", f"errors.{error.code}")
        return texts.text("en", f"errors.{error.code}", **error.params) if known else error.code
    return str(error) if isinstance(error, Broken) else describe(error)


def _services() -> str:
    return ", ".join(service.id for service in load_catalog(resources.path("services")))


def _texts() -> str:
    tables = {language: texts.table(language) for language in texts.LANGUAGES}
    every = set().union(*tables.values())
    for language, table in tables.items():
        if missing := sorted(every - set(table)):
            raise Broken(f"{language} lacks {len(missing)} texts, the first is {missing[0]}")
    return f"{len(every)} each in {', '.join(tables)}"


def _face() -> str:
    import numpy as np

    from biometrics.face.session import open_face_session
    from registration.ports.capture import Frame

    session = open_face_session()
    try:
        guidance = session.step(Frame(np.full((720, 1280, 3), 90, np.uint8), 0.0))
    finally:
        session.close()
    if guidance.green:
        raise Broken("sees a face in an empty picture")
    return "loaded, sees no face in an empty picture"


def _mrz() -> str:
    import numpy as np
    from PIL import Image, ImageDraw, ImageFont

    from biometrics.document.mrz_reader import read_mrz

    pitch, lead, margin = 24, 62, 60
    font = ImageFont.truetype(str(resources.path("fonts/ocr-b/OCRB.otf")), 36)
    page = Image.new("RGB", (44 * pitch + 2 * margin, 700), (238, 238, 232))
    pen = ImageDraw.Draw(page)
    for row, line in enumerate(_ZONE):
        for place, letter in enumerate(line):
            pen.text((margin + place * pitch, 520 + row * lead), letter, font=font, fill=(25, 25, 25))
    found = read_mrz(np.asarray(page), date(2012, 1, 1))
    if found is None or found.reading.lines != _ZONE or not found.reading.check_digits_ok:
        raise Broken("does not read the specimen of Doc 9303")
    return "read the specimen of Doc 9303"


def _tesseract() -> str:
    import numpy as np
    from PIL import Image, ImageDraw, ImageFont

    from biometrics.document import text_ocr

    missing = {"sqi", "eng", "ita", "ell", "deu", "fra"} - text_ocr.languages()
    if missing:
        raise Broken(f"language packs missing: {', '.join(sorted(missing))}")
    page = Image.new("L", (600, 140), 255)
    font = ImageFont.truetype(str(resources.path("fonts/Inter-Regular.otf")), 48)
    ImageDraw.Draw(page).text((40, 40), _WORD, font=font, fill=0)
    if _WORD not in [word.text for word in text_ocr.words(np.asarray(page), "sqi", text_ocr.LINE)]:
        raise Broken("does not read a printed word in Albanian")
    return "read a printed word in Albanian, has six languages"


def _pictures() -> str:
    from PIL import Image

    from biometrics.document.pictures import Pictures

    file = io.BytesIO()
    Image.new("RGB", (320, 240), "white").save(file, "PNG")
    intake = Pictures()
    try:
        (page,) = intake.open(file.getvalue())
    finally:
        intake.close()
    return f"a confined process made a page of {page.width} x {page.height}"


def _vault() -> str:
    import pyrage

    from kiosk.vault.backup import back_up, restore
    from kiosk.vault.keys import VOTER_COST
    from kiosk.vault.vault import Vault

    first, second = secrets.token_urlsafe(18), secrets.token_urlsafe(18)
    authority = pyrage.x25519.Identity.generate()
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        # At a voter's cost of derivation: eight at the staff's would take seconds.
        vault = Vault.create(
            place / "vault",
            first,
            SystemClock(),
            recovery_recipient=str(authority.to_public()),
            staff_cost=VOTER_COST,
        )
        vault.check()
        vault.rekey(first)
        vault.change_passphrase(first, second)
        back_up(vault, place / "backup")
        vault.lock()
        (place / "vault" / "vault.db").write_bytes(b"damaged" * 1000)
        restore(place / "backup", place / "vault", second, SystemClock(), staff_cost=VOTER_COST)
        again = Vault.open(place / "vault", second, SystemClock(), staff_cost=VOTER_COST)
        again.check()
        again.lock()
        Vault.recover(place / "vault", str(authority), first, SystemClock(), staff_cost=VOTER_COST).lock()
    return "made, rekeyed, backed up, restored over damage and recovered one; erased it"


def _memory() -> str:
    swaps = swap_in_use()
    if swaps:
        return f"crash dumps are off; ATTENTION: swap that is not encrypted is on ({', '.join(swaps)}), switch it off"
    return "crash dumps are off while it runs, no swap that could be read"


def _packet() -> str:
    import pyrage

    from registration.model.ids import KioskId
    from sync import packet, sshsig

    key = sshsig.generate()
    reader = pyrage.x25519.Identity.generate()
    request = "019aa000-0000-7000-8000-000000000001"
    ids = packet.PacketIds("request", "selftest", KioskId("selftest"), request, 1, 1)
    files = {"request.json": b"{}"}
    _, content = packet.build(
        ids, files, key=key, epoch="e1", recipients=[str(reader.to_public())], now=datetime.now(UTC)
    )
    checked = packet.check(content, lambda _kiosk: sshsig.public_of(key))
    if dict(packet.open_packet(checked, [str(reader)]).files) != files:
        raise Broken("a packet does not come back as it went in")
    return "sealed, checked and opened one"


def _server() -> str:
    from kiosk.embedded_server import EmbeddedServer
    from sync.http import Http

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        server = EmbeddedServer(place / "data", place / "outbox", secrets.token_bytes(32), place / "server.log")
        try:
            http = Http(server.start().address)
            try:
                health = http.json("GET", "/v1/health")
            finally:
                http.close()
        finally:
            server.stop()
    if health.get("status") != "ok":
        raise Broken("the server does not say it is well")
    return "started, answered and stopped"


def _window() -> str:
    from ui.app import draw_first_page

    width, height = draw_first_page()
    return f"drew the first page, {width} x {height}"


def _receipt() -> str:
    from ui.app import start_application
    from ui.gallery_samples import request_done
    from ui.receipt_pdf import receipt
    from ui.words import Words

    start_application(["kiosk"])
    pdf = receipt(request_done(), Words())
    if not (pdf.startswith(b"%PDF-") and b"%%EOF" in pdf[-64:]):
        raise Broken("the receipt is no PDF")
    return f"wrote a PDF of {len(pdf) // 1000} kB"


def _own_vault(args: argparse.Namespace) -> str:
    from kiosk.bootstrap import open_vault

    settings = settings_of(args)
    if not settings.vault_stands:
        raise StaffMustFix("vault.missing")
    vault = open_vault(settings, passphrase())
    vault.check()
    vault.lock()
    return "every page and the structure are right"
