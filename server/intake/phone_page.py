"""The page a voter's phone opens: plain HTML with our own words, script and style, and nothing from elsewhere."""

from __future__ import annotations

import html
import re
import string
from functools import cache

from fastapi import Request, Response

import resources
from resources import texts
from server.problems import Problem
from server.problems import language_of as asked_language

PATH = "/h/"
"""Short, for it stands in a QR code."""
_PARTS = {"page.js": "text/javascript", "page.css": "text/css"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src blob:; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_TEXT = re.compile(r"\{\{(phone\.[a-z_]+)\}\}")


def language_of(request: Request, wanted: str) -> str:
    """Return the language of the kiosk's screen where the address names it, else the phone's."""
    return wanted if wanted in texts.LANGUAGES else asked_language(request)


def page(language: str) -> Response:
    """Return the page that takes a file."""
    return _html(_filled("page.html", language))


def over(language: str, code: str, status: int) -> Response:
    """Return the page that says why no file is taken any more."""
    return _html(_filled("over.html", language, said=texts.text(language, f"errors.{code}")), status)


def part(name: str) -> Response:
    """Return the script or the style. Raises Problem 404 ``call.not_found``."""
    if name not in _PARTS:
        raise Problem(404, "call.not_found")
    return Response(resources.path(f"phone/{name}").read_bytes(), media_type=_PARTS[name])


def _html(body: str, status: int = 200) -> Response:
    return Response(body, status, {"Content-Security-Policy": _POLICY}, media_type="text/html")


def _filled(name: str, language: str, **values: str) -> str:
    written = _TEXT.sub(lambda found: html.escape(texts.text(language, found[1])), _template(name))
    links = "\n".join(
        f'<li><a href="?lang={lang}" lang="{lang}" hreflang="{lang}"{_current(lang, language)}>'
        f"{html.escape(texts.text(lang, 'phone.language'))}</a></li>"
        for lang in texts.LANGUAGES
    )
    escaped = {key: html.escape(value) for key, value in values.items()}
    return string.Template(written).substitute(escaped, language=language, languages=links)


def _current(lang: str, language: str) -> str:
    return ' aria-current="true"' if lang == language else ""


@cache
def _template(name: str) -> str:
    return resources.path(f"phone/{name}").read_text(encoding="utf-8")
