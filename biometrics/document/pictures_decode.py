"""What the limited child process of `pictures` does: decode one file after another into finished JPEG pages."""

from __future__ import annotations

import contextlib
import io
import os
import struct
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection

import pypdfium2
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

CODES = frozenset(
    {"file.too_large", "file.not_a_picture", "file.damaged", "file.too_many_pages", "file.locked", "file.heic"}
)
MAX_PAGE_BYTES = 8_000_000
_FORMATS = ("JPEG", "PNG", "TIFF", "WEBP", "BMP", "GIF")
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")
_PDF_PASSWORD = 4
"""FPDF_ERR_PASSWORD of fpdfview.h."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one file may cost."""

    file_bytes: int = 25_000_000
    pixels: int = 80_000_000
    """Of one picture before scaling: more than any phone takes."""
    pages: int = 10
    long_side: int = 3400
    """Pixels of a finished page: an A4 page at about 290 dpi."""
    memory: int = 1_500_000_000
    """Address space of the child, bytes."""
    seconds: int = 20
    """What the voter waits for one file; then the child is stopped."""
    cpu_seconds: int = 30
    """What the system lets one child compute, should nobody be left to stop it."""
    quality: int = 86
    """JPEG quality of a finished page."""


class _Refused(Exception):
    """The file is refused; `args[0]` is one of CODES."""


def serve(pipe: Connection, limits: Limits) -> None:
    """Answer files with pages until the pipe closes. Runs in a process of its own."""
    # A decoder's complaint could quote the file: neither the log nor the terminal hears it.
    warnings.simplefilter("ignore")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    _confine(limits)
    pipe.send_bytes(b"ready")
    while True:
        try:
            content = pipe.recv_bytes(limits.file_bytes)
        except (EOFError, OSError):
            return
        try:
            pages = list(decode(content, limits))
        except _Refused as refused:
            pipe.send_bytes(str(refused.args[0]).encode("ascii"))
            continue
        pipe.send_bytes(str(len(pages)).encode("ascii"))
        for width, height, jpeg in pages:
            pipe.send_bytes(struct.pack(">II", width, height))
            pipe.send_bytes(jpeg)


def decode(content: bytes, limits: Limits) -> Iterator[tuple[int, int, bytes]]:
    """Yield (width, height, JPEG) of each page. Raises `_Refused`."""
    try:
        for picture in _pictures(content, limits):
            yield _finished(picture, limits)
    except _Refused:
        raise
    except (MemoryError, Image.DecompressionBombError):
        raise _Refused("file.too_large") from None
    except Exception:  # noqa: BLE001 - a decoder may raise anything at a hostile file; all of it means the same
        raise _Refused("file.damaged") from None


def _pictures(content: bytes, limits: Limits) -> Iterator[Image.Image]:
    if b"%PDF-" in content[:1024]:
        yield from _pdf_pages(content, limits)
        return
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        raise _Refused("file.heic")
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    Image.MAX_IMAGE_PIXELS = limits.pixels // 2  # Pillow refuses at twice this
    try:
        opened = Image.open(io.BytesIO(content), formats=_FORMATS)
    except UnidentifiedImageError:
        raise _Refused("file.damaged" if _looks_like_a_picture(content) else "file.not_a_picture") from None
    with opened:
        frames = getattr(opened, "n_frames", 1) if opened.format == "TIFF" else 1
        if frames > limits.pages:
            raise _Refused("file.too_many_pages")
        for index in range(frames):
            opened.seek(index)
            if opened.width * opened.height > limits.pixels:
                raise _Refused("file.too_large")
            if opened.format in ("JPEG", "MPO"):
                opened.draft("RGB" if opened.mode == "RGB" else None, (limits.long_side, limits.long_side))
            opened.load()
            yield opened


def _pdf_pages(content: bytes, limits: Limits) -> Iterator[Image.Image]:
    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) == _PDF_PASSWORD
        raise _Refused("file.locked" if locked else "file.damaged") from None
    with contextlib.closing(document):
        if len(document) > limits.pages:
            raise _Refused("file.too_many_pages")
        if len(document) == 0:
            raise _Refused("file.damaged")
        for page in document:
            width, height = page.get_size()
            if min(width, height) < 1:
                raise _Refused("file.damaged")
            # 200 dpi, and never more pixels than a finished page may have, however large the page claims to be.
            scale = min(200 / 72, (limits.long_side - 1) / max(width, height))
            yield page.render(scale=scale, may_draw_forms=False).to_pil()
            page.close()


def _finished(picture: Image.Image, limits: Limits) -> tuple[int, int, bytes]:
    upright = ImageOps.exif_transpose(picture)
    page = _rgb(upright)
    page.thumbnail((limits.long_side, limits.long_side), Image.Resampling.LANCZOS)
    if min(page.size) < 8:
        raise _Refused("file.damaged")
    clean = Image.new("RGB", page.size)
    clean.paste(page)  # a new picture carries no metadata along
    out = io.BytesIO()
    clean.save(out, "JPEG", quality=limits.quality)
    if out.tell() > MAX_PAGE_BYTES:
        raise _Refused("file.too_large")
    return clean.width, clean.height, out.getvalue()


def _rgb(picture: Image.Image) -> Image.Image:
    """Any colour space to 8-bit RGB: deep grey is scaled, transparency lies on white paper."""
    if picture.mode in ("I", "I;16", "I;16B", "I;16L", "F"):
        deep = picture.convert("F")
        low, high = (float(v) for v in deep.getextrema())  # type: ignore[arg-type]
        top = 65535.0 if 255 < high <= 65535 and low >= 0 else max(high, 1.0)
        return deep.point(lambda v: v * (255.0 / top)).convert("L").convert("RGB")
    if picture.mode in ("LA", "PA", "La", "RGBA", "RGBa") or "transparency" in picture.info:
        seen = picture.convert("RGBA")
        paper = Image.new("RGBA", seen.size, "white")
        return Image.alpha_composite(paper, seen).convert("RGB")
    return picture.convert("RGB")


def _looks_like_a_picture(content: bytes) -> bool:
    starts = (b"\xff\xd8", b"\x89PNG", b"II*\0", b"MM\0*", b"BM", b"GIF8")
    return content.startswith(starts) or (content.startswith(b"RIFF") and content[8:12] == b"WEBP")


def _confine(limits: Limits) -> None:
    """Take away what decoding does not need. Where the system has no such limits the parent's clock remains."""
    try:
        import resource
    except ImportError:
        return
    Image.init()
    _warm_up()
    for what, amount in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 32),
    ):
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (amount if hard == -1 else min(amount, hard),) * 2)


def _warm_up() -> None:
    """Load every codec's library before the files are out of reach."""
    for name in ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF"):
        out = io.BytesIO()
        Image.new("RGB", (8, 8)).save(out, name)
        Image.open(io.BytesIO(out.getvalue())).load()
    pypdfium2.PdfDocument.new().close()
