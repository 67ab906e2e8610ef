"""`kiosk run`: open the program. Staff unlock the vault first; then voters, officials or administrators use it."""

from __future__ import annotations

import argparse
import os

from kiosk.commands.profile import PASSPHRASE_VARIABLE, add_profile, settings_of
from kiosk.log import log_crashes, start_log
from kiosk.memory_guard import guard_memory
from kiosk.settings import MODES


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--mode", choices=MODES, help="who will use it (voter)")
    parser.add_argument("--window", action="store_true", default=None, help="in a window instead of the whole screen")
    parser.add_argument("--camera", metavar="SPEC", help="device:N, file:PATH, images:DIR or an MJPEG address")
    parser.add_argument("--document-camera", metavar="SPEC", help="another camera for documents")
    parser.add_argument("--server", metavar="URL", help="the server's address; without it the embedded one is started")
    parser.add_argument("--enrolment-token", metavar="TOKEN", help="needed the first time with --server")
    parser.add_argument("--lang", choices=("sq", "en"), help="language of the first page")
    add_profile(parser)


def run(args: argparse.Namespace) -> int:
    settings = settings_of(
        args,
        mode=args.mode,
        window=args.window,
        face_camera=args.camera,
        document_camera=args.document_camera,
        server=args.server,
        enrolment_token=args.enrolment_token,
        language=args.lang,
    )
    # Everything the program writes is for its own user only.
    os.umask(0o077)
    locked = guard_memory()
    log = start_log(settings.logs)
    log_crashes(log)
    log.info("start mode=%s memory_locked=%s", settings.mode, locked)
    from kiosk.program import Program
    from ui.app import start_application

    application = start_application(["kiosk"])
    program = Program(settings, os.environ.get(PASSPHRASE_VARIABLE, ""))
    application.aboutToQuit.connect(program.close)
    program.start()
    code = application.exec()
    log.info("end")
    return int(code)
